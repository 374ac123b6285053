//! Microsoft Graph, as far as a backup product reads and is set up: one handler, real objects' names.

mod applications;
mod assignments;
mod bearer;
mod deleted;
mod directory;
mod error;
mod federated;
mod key_credentials;
pub(crate) mod mailbox;
mod page;
mod principals;
mod samples;
mod tenant_content;
mod write;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

use crate::app::{App, Caller};
use crate::cors;
pub(crate) use crate::graph::bearer::{Bearer, verified};
use crate::graph::error::GraphError;
pub(crate) use crate::graph::tenant_content::SITE_NAMES;
use crate::params::Params;
use crate::random;
use crate::state::State as World;

/// One call, as the tables see it.
pub(crate) struct Call<'a> {
    pub(crate) bearer: &'a Bearer,
    /// Path after `/v1.0/`, without a closing slash.
    pub(crate) path: &'a str,
    pub(crate) query: &'a Params,
    /// Scheme, host and port that the client called.
    pub(crate) base: &'a str,
    pub(crate) now: i64,
}

/// Any call below `/v1.0/`.
pub(crate) async fn answer(
    State(app): State<App>,
    caller: Caller,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if method == Method::OPTIONS {
        return cors::graph_preflight(&app);
    }
    let now = app.now_millis();
    let request_id = random::guid().to_string();
    let query = Params::parse(uri.query().unwrap_or_default());
    let decoded = percent_decoded(uri.path());
    let path = decoded.strip_prefix("/v1.0/").unwrap_or_default().trim_end_matches('/');
    let answer = {
        let mut state = app.state();
        state.forget_deleted(now);
        Bearer::check(&state, &headers, &caller.base, now).and_then(|bearer| {
            let call = Call { bearer: &bearer, path, query: &query, base: &caller.base, now };
            if method == Method::GET {
                read(&mut state, &call)
            } else {
                write(&mut state, &call, &method, &headers, &body)
            }
        })
    };
    let mut response = match answer {
        // The one thing here that is not JSON is a message as MIME.
        Ok((status, Value::String(text))) => {
            let mut response = (status, text).into_response();
            finish(&mut response, &request_id, &headers);
            response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
            return response;
        }
        Ok((status, Value::Null)) => status.into_response(),
        Ok((status, body)) => (status, body.to_string()).into_response(),
        Err(error) => error.response(&request_id, now),
    };
    finish(&mut response, &request_id, &headers);
    response
}

fn finish(response: &mut Response, request_id: &str, asked: &HeaderMap) {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if let Ok(value) = HeaderValue::from_str(request_id) {
        headers.insert("request-id", value.clone());
        headers.insert("client-request-id", asked.get("client-request-id").cloned().unwrap_or(value));
    }
    cors::graph_headers(headers);
}

fn read(world: &mut World, call: &Call<'_>) -> write::Done {
    let answer = applications::read(world, call)
        .or_else(|| deleted::read(world, call))
        .or_else(|| assignments::read(world, call))
        .or_else(|| directory::read(world, call))
        .or_else(|| mailbox::read(world, call))
        .or_else(|| tenant_content::read(world, call))
        .unwrap_or_else(|| samples::read(world, call));
    answer.map(|body| (StatusCode::OK, body))
}

fn write(world: &mut World, call: &Call<'_>, method: &Method, headers: &HeaderMap, body: &Bytes) -> write::Done {
    let body = if body.is_empty() { Ok(Map::new()) } else { serde_json::from_slice(body) };
    let body = body.map_err(|_| GraphError::bad_request("Unable to read JSON request payload."))?;
    let create_if_missing = headers
        .get_all("prefer")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|value| value.split(',').any(|part| part.trim() == "create-if-missing"));
    write::change(world, &write::Change { call, method, body, create_if_missing })
}

fn percent_decoded(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let code = tail.get(..2).filter(|_| *first == b'%').and_then(|hex| std::str::from_utf8(hex).ok());
        if let Some(byte) = code.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            bytes.push(byte);
            rest = tail.get(2..).unwrap_or_default();
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
