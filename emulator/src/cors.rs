//! Cross-origin rules, as far as Microsoft's are known: metadata and keys for everybody, tokens for pages that may have
//! them, Graph with its list of exposed headers.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::app::App;

const TOKEN_HEADERS: &str = "content-type, x-anchormailbox, client-request-id, return-client-request-id, x-client-sku, \
     x-client-ver, x-client-os, x-client-cpu, x-client-current-telemetry, x-client-last-telemetry, x-ms-lib-capability";
/// What Graph lets pages read.
const GRAPH_EXPOSED: &str = "ETag, Location, Preference-Applied, Content-Range, request-id, client-request-id, \
     ReadWriteConsistencyToken, Retry-After, SdkVersion, WWW-Authenticate, x-ms-client-gcc-tenant, \
     X-Planner-Operationid, x-ms-permissions-recommendations";
const GRAPH_HEADERS: [&str; 8] = [
    "authorization",
    "content-type",
    "accept",
    "prefer",
    "consistencylevel",
    "client-request-id",
    "sdkversion",
    "if-match",
];
/// Those left when custom headers are refused.
const GRAPH_PLAIN_HEADERS: usize = 3;

/// `Access-Control-Allow-Origin: *`.
pub(crate) fn allow_any_origin(headers: &mut HeaderMap) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
}

/// Answers `OPTIONS` at the token endpoint.
pub(crate) async fn token_preflight() -> Response {
    preflight("POST, OPTIONS", TOKEN_HEADERS)
}

/// Answers `OPTIONS` at metadata and keys.
pub(crate) async fn metadata_preflight() -> Response {
    preflight("GET, OPTIONS", "content-type, client-request-id, x-client-sku, x-client-ver")
}

fn preflight(methods: &'static str, allowed: &str) -> Response {
    let mut response = StatusCode::OK.into_response();
    let headers = response.headers_mut();
    allow_any_origin(headers);
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(methods));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    if let Ok(value) = HeaderValue::from_str(allowed) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, value);
    }
    response
}

/// Answers `OPTIONS` at Graph.
pub(crate) fn graph_preflight(app: &App) -> Response {
    let strict = app.state().switches.graph_rejects_custom_headers;
    let known = if strict { GRAPH_PLAIN_HEADERS } else { GRAPH_HEADERS.len() };
    let allowed = GRAPH_HEADERS.get(..known).unwrap_or_default().join(", ");
    preflight("GET, POST, PUT, PATCH, DELETE, OPTIONS", &allowed)
}

/// Graph's headers on every answer.
pub(crate) fn graph_headers(headers: &mut HeaderMap) {
    allow_any_origin(headers);
    if let Ok(value) = HeaderValue::from_str(GRAPH_EXPOSED) {
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, value);
    }
}
