//! The token endpoint: one file per grant, one for the client's own proof, one for what is issued.

mod client;
mod client_credentials;
mod code;
mod conditional_access;
mod issue;
mod mint;
mod on_behalf_of;
mod refresh;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use crate::app::{App, Caller};
use crate::authorize::request::Audience;
use crate::cors;
use crate::errors::AadError;
use crate::params::Params;
use crate::random;
use crate::scenario::Application;
use crate::state::State as World;

/// A request at the token endpoint, as far as all grants share it.
pub(crate) struct TokenRequest<'a> {
    pub(crate) now: i64,
    /// Scheme, host and port that the client called.
    pub(crate) base: &'a str,
    /// The `{tenant}` of the path, as written.
    pub(crate) tenant_path: &'a str,
    pub(crate) audience: Audience,
    pub(crate) params: &'a Params,
    /// Whether a browser sent it from a page.
    pub(crate) has_origin: bool,
    pub(crate) client: Application,
    /// The client's certificates as Graph registered them; empty for an application of the scenario.
    pub(crate) registered_keys: Vec<RegisteredKey>,
}

/// What Graph knows of one certificate of the client.
pub(crate) struct RegisteredKey {
    pub(crate) der: Vec<u8>,
    pub(crate) end_millis: i64,
    /// The token endpoint has not heard of it yet.
    pub(crate) is_new: bool,
}

/// `POST /{tenant}/oauth2/v2.0/token`.
pub(crate) async fn post(
    State(app): State<App>,
    Path(tenant): Path<String>,
    caller: Caller,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let now = app.now_millis();
    let form = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_form = form.starts_with("application/x-www-form-urlencoded");
    let params = if is_form { Params::parse(&String::from_utf8_lossy(&body)) } else { Params::default() };
    let has_origin = headers.contains_key(header::ORIGIN);
    let trace = caller.trace(now, &params);
    let mut state = app.state();
    let answer = exchange(&mut state, &tenant, &caller.base, &params, has_origin, now);
    let with_cors = has_origin && answer.as_ref().err().is_none_or(|error| is_readable(&state, error));
    let (status, body) = match answer {
        Ok(body) => (StatusCode::OK, body),
        Err(error) => {
            let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::BAD_REQUEST);
            (status, trace.json(&error, &format!("{}/error", caller.base)))
        }
    };
    drop(state);
    respond(status, &body, with_cors, &trace.trace_id.to_string())
}

/// Everything but `POST` (900561).
pub(crate) async fn other_method(State(app): State<App>, caller: Caller) -> Response {
    let text = "The endpoint only accepts POST, OPTIONS requests. Received a GET request.";
    let error = AadError::new(900_561, "invalid_request", text);
    let trace = caller.trace(app.now_millis(), &Params::default());
    let body = trace.json(&error, &format!("{}/error", caller.base));
    respond(StatusCode::BAD_REQUEST, &body, false, &trace.trace_id.to_string())
}

/// Reports conflict on whether a page may read the refusal of its own origin; the stricter reading is that it may not.
fn is_readable(state: &World, error: &AadError) -> bool {
    state.switches.cors_on_token_errors || error.code != 9_002_326
}

fn exchange(
    state: &mut World,
    tenant_path: &str,
    base: &str,
    params: &Params,
    has_origin: bool,
    now: i64,
) -> Result<Value, AadError> {
    let audience = Audience::read(state, tenant_path)?;
    let grant_type = params.need("grant_type")?;
    let client_id = params.need("client_id")?;
    let mut client = crate::authorize::request::find_client(state, audience, tenant_path, client_id)?.clone();
    if let Audience::Tenant(tid) = audience {
        // A credential on the service principal opens that tenant as well as one on the application does.
        let principal = state.service_principal(tid, client.client_id);
        client.secrets.extend(principal.into_iter().flat_map(|known| known.passwords).map(|(_, secret)| secret));
    }
    if has_origin && (params.get("client_secret").is_some() || params.get("client_assertion").is_some()) {
        return Err(cross_origin_refused());
    }
    let registered_keys = registered_keys(state, &client, now);
    let request = TokenRequest { now, base, tenant_path, audience, params, has_origin, client, registered_keys };
    match grant_type {
        "authorization_code" => code::redeem(state, &request),
        "refresh_token" => refresh::redeem(state, &request),
        "urn:ietf:params:oauth:grant-type:jwt-bearer" => on_behalf_of::exchange(state, &request),
        "client_credentials" => client_credentials::exchange(state, &request),
        other => Err(AadError::new(
            70_003,
            "unsupported_grant_type",
            format!("The app requested an unsupported grant type '{other}'."),
        )),
    }
}

fn registered_keys(state: &World, client: &Application, now: i64) -> Vec<RegisteredKey> {
    let is_it = |known: &&crate::registrations::Registration| {
        known.app_id == client.client_id && known.deleted_millis.is_none()
    };
    let keys = state.registrations.iter().find(is_it).map(|known| known.keys.as_slice()).unwrap_or_default();
    let describe = |key: &crate::registrations::KeyCredential| RegisteredKey {
        der: key.der.clone(),
        end_millis: key.end_millis,
        is_new: state.is_new_to_tokens(key.added_millis, now),
    };
    keys.iter().map(describe).collect()
}

/// A browser sent what only a server may send (9002326).
pub(crate) fn cross_origin_refused() -> AadError {
    let text = "Cross-origin token redemption is permitted only for the 'Single-Page Application' client-type.";
    AadError::new(9_002_326, "invalid_request", text)
}

/// A server sent what only a browser may send (9002327).
pub(crate) fn browser_required() -> AadError {
    let text = "Tokens issued for the 'Single-Page Application' client-type may only be redeemed via cross-origin \
                requests.";
    AadError::new(9_002_327, "invalid_request", text)
}

fn respond(status: StatusCode, body: &Value, with_cors: bool, request_id: &str) -> Response {
    let mut response = (status, body.to_string()).into_response();
    let headers = response.headers_mut();
    let fixed = [
        (header::CONTENT_TYPE, "application/json; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store, no-cache"),
        (header::PRAGMA, "no-cache"),
        (header::EXPIRES, "-1"),
        (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert("p3p", HeaderValue::from_static("CP=\"DSP CUR OTPi IND OTRi ONL FIN\""));
    headers.insert("x-ms-ests-server", HeaderValue::from_static("2.1.0 - stand-in"));
    if let Ok(value) = HeaderValue::from_str(request_id) {
        headers.insert("x-ms-request-id", value);
    }
    let fpc = format!("fpc={}; path=/; HttpOnly", random::uti());
    let cookies =
        [fpc.as_str(), "x-ms-gateway-slice=estsfd; path=/; httponly", "stsservicecookie=estsfd; path=/; httponly"];
    for cookie in cookies {
        if let Ok(value) = HeaderValue::from_str(cookie) {
            headers.append(header::SET_COOKIE, value);
        }
    }
    if with_cors {
        cors::allow_any_origin(headers);
    }
    response
}
