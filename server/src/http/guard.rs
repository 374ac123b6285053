//! What every request passes: an id, a seat and a log line, security headers, and the same-origin rule for changes (H1-H5).

use super::{Http, limits::Seat, pages, problem::ApiError};
use crate::services::embed::origins;
use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use shared::{api::REQUEST_HEADER, id::OrganizationId};
use std::cell::Cell;
use uuid::Uuid;

tokio::task_local! {
    static IN_HAND: InHand;
}

/// The request in hand.
struct InHand {
    id: Uuid,
    /// Its seat; none while its body comes, and for those that need none.
    seat: Cell<Option<Seat>>,
}

/// The id of the request in hand.
pub fn request_id() -> String {
    IN_HAND.try_with(|request| request.id.to_string()).unwrap_or_default()
}

/// Waits for what the other side still sends. It takes no seat meanwhile: whoever sends slowly must not keep others out.
pub async fn without_seat<T>(body: impl Future<Output = T>) -> Result<T, ApiError> {
    let Some(seat) = IN_HAND.try_with(|request| request.seat.take()).ok().flatten() else { return Ok(body.await) };
    let room = seat.room();
    drop(seat);
    let came = body.await;
    let seat = room.enter().ok_or(ApiError::Busy)?;
    let _ = IN_HAND.try_with(|request| request.seat.set(Some(seat)));
    Ok(came)
}

/// Carries a request out if there is a seat for it; whoever watches the process always hears.
async fn seated(http: &Http, request: Request, next: Next) -> Response {
    if request.uri().path().starts_with("/health/") {
        return next.run(request).await;
    }
    let Some(seat) = http.limits.enter(http.app.now()) else { return refused() };
    let _ = IN_HAND.try_with(|request| request.seat.set(Some(seat)));
    next.run(request).await
}

/// Marks an answer that the log is told of once a second.
#[derive(Debug, Clone, Copy)]
struct Refused;

/// There is no seat. Said with what needs no look at anything.
fn refused() -> Response {
    let mut response = ApiError::Busy.into_response();
    response.extensions_mut().insert(Refused);
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Gives the request an id and a seat, and writes one line about it: route and status, never a query or a body.
pub async fn request(State(http): State<Http>, request: Request, next: Next) -> Response {
    let mut bytes = [0; 16];
    crate::random::Random::fill(&crate::random::SystemRandom, &mut bytes);
    let id = uuid::Builder::from_random_bytes(bytes).into_uuid();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str).to_owned();
    let start = tokio::time::Instant::now();
    let in_hand = InHand { id, seat: Cell::new(None) };
    let mut response = IN_HAND.scope(in_hand, seated(&http, request, next)).await;
    let status = response.status().as_u16();
    let micros = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);
    if status >= 500 && response.extensions().get::<Refused>().is_none() {
        tracing::error!(request_id = %id, %method, route, status, micros, "request");
    } else {
        tracing::debug!(request_id = %id, %method, route, status, micros, "request");
    }
    if let Ok(value) = HeaderValue::try_from(id.to_string()) {
        response.headers_mut().insert("request-id", value);
    }
    response
}

/// Changes come from our own pages or carry an API key (H4): never from another site's form, script or frame.
pub async fn same_origin(State(http): State<Http>, request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let headers = request.headers();
    let keyed = headers.contains_key(header::AUTHORIZATION);
    let report = request.uri().path() == "/csp-report";
    if !safe && !report && is_form(headers) {
        let detail = "A form's content type is taken nowhere here.";
        return ApiError::input(StatusCode::UNSUPPORTED_MEDIA_TYPE, "content_type", detail).into_response();
    }
    if safe || keyed || report || is_own(headers, &http.app.settings.origin) {
        return next.run(request).await;
    }
    tracing::warn!(route = request.uri().path(), "a change from elsewhere was refused");
    ApiError::input(
        StatusCode::FORBIDDEN,
        "not_same_origin",
        "Changes come from this site's own pages, with the header rekey-request: 1, or carry an API key.",
    )
    .into_response()
}

/// The content types that a plain form of any site can send without asking first.
fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    matches!(kind.as_str(), "application/x-www-form-urlencoded" | "multipart/form-data" | "text/plain")
}

fn is_own(headers: &HeaderMap, origin: &str) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    text(REQUEST_HEADER) == Some("1")
        && text("sec-fetch-site").is_none_or(|site| site == "same-origin")
        && text("origin").is_none_or(|sent| sent == origin)
}

/// Where a page asks about itself, of every origin.
const CHECK: &str = "/api/v1/embed/check/";

/// Security headers on everything, errors included.
pub async fn headers(State(http): State<Http>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let framed = pages::embedded(&path);
    let framed_by = match framed {
        Some(organization) => ancestors(&http, organization).await,
        None => None,
    };
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.entry(name).or_insert(value);
        }
    };
    set(
        header::CONTENT_SECURITY_POLICY,
        &content_security_policy(&http, &path, framed.is_some(), framed_by.as_deref()),
    );
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "no-referrer");
    // Another port of this host stays another origin, whatever a page sets as its domain.
    set(HeaderName::from_static("origin-agent-cluster"), "?1");
    if path.starts_with(CHECK) {
        // Whatever the answer is, the page that asks about itself is to read it.
        set(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
        set(header::VARY, "origin");
        set(HeaderName::from_static("cross-origin-resource-policy"), "cross-origin");
    }
    if framed_by.is_some() {
        // A console with COEP shows only frames that say this; it opens nothing, since the frame loads from us alone.
        set(HeaderName::from_static("cross-origin-embedder-policy"), "require-corp");
        set(HeaderName::from_static("cross-origin-resource-policy"), "cross-origin");
    } else {
        set(header::X_FRAME_OPTIONS, "DENY");
        set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    }
    set(HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=(), payment=(), usb=()");
    set(header::CACHE_CONTROL, "no-store");
    if !is_connect(&path) {
        set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    }
    if http.app.settings.origin.starts_with("https:") {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains");
    }
    response
}

/// The connect page sends no COOP: opened as a popup it needs its opener once (E2).
fn is_connect(path: &str) -> bool {
    path == "/connect" || path.starts_with("/connect/")
}

/// The origins that may show an organization's frame; nobody may frame another address (E1).
async fn ancestors(http: &Http, organization: OrganizationId) -> Option<String> {
    match origins::list(&http.app, organization).await {
        Ok(origins) if !origins.is_empty() => Some(origins.join(" ")),
        Ok(_) => None,
        Err(error) => {
            tracing::error!(?error, "the origins of an embed could not be read");
            None
        }
    }
}

fn content_security_policy(http: &Http, path: &str, is_frame: bool, framed_by: Option<&str>) -> String {
    if path.starts_with("/api/") && path != "/api/docs" {
        return "default-src 'none'; frame-ancestors 'none'".to_owned();
    }
    // The frame asks nobody but us; sign-in is not in it (E3).
    let login = if is_frame { "" } else { http.app.microsoft.config.authority.login_origin() };
    let ancestors = framed_by.unwrap_or("'none'");
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; \
         connect-src 'self' {login}; object-src 'none'; base-uri 'none'; form-action 'none'; \
         frame-ancestors {ancestors}; \
         require-trusted-types-for 'script'; trusted-types default; report-uri /csp-report"
    )
}
