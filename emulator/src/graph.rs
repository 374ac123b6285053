//! Microsoft Graph, as far as a backup product reads: one handler, a table of paths, real objects' names.

mod bearer;
mod directory;
mod error;
mod page;
mod samples;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use crate::app::{App, Caller};
use crate::cors;
use crate::graph::bearer::Bearer;
use crate::graph::error::GraphError;
use crate::params::Params;
use crate::random;

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
pub(crate) async fn answer(State(app): State<App>, caller: Caller, request: Request) -> Response {
    if request.method() == Method::OPTIONS {
        return cors::graph_preflight(&app);
    }
    let now = app.now_millis();
    let query = Params::parse(request.uri().query().unwrap_or_default());
    let request_id = random::guid().to_string();
    let answer = {
        let mut state = app.state();
        let decoded = percent_decoded(request.uri().path());
        let path = decoded.strip_prefix("/v1.0/").unwrap_or_default().trim_end_matches('/');
        Bearer::check(&state, request.headers(), &caller.base, now).and_then(|bearer| {
            let call = Call { bearer: &bearer, path, query: &query, base: &caller.base, now };
            if request.method() == Method::GET { read(&mut state, &call) } else { Err(GraphError::no_method()) }
        })
    };
    let mut response = match answer {
        Ok(body) => (StatusCode::OK, body.to_string()).into_response(),
        Err(error) => error.response(&request_id, now),
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        headers.insert("request-id", value.clone());
        let own = request.headers().get("client-request-id").cloned().unwrap_or(value);
        headers.insert("client-request-id", own);
    }
    cors::graph_headers(headers);
    response
}

fn read(state: &mut crate::state::State, call: &Call<'_>) -> Result<Value, GraphError> {
    match directory::read(state, call) {
        Some(answer) => answer,
        None => samples::read(state, call),
    }
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
