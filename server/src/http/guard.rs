//! What every request passes: an id, a seat and a log line, security headers, and the same-origin rule for changes (H1-H5).

use super::{Http, limits::Seat, pages, problem::ApiError};
use crate::{random::SharedRandom, services::embed::origins};
use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use shared::{api::REQUEST_HEADER, id::OrganizationId};
use std::{
    cell::Cell,
    sync::atomic::{AtomicU64, Ordering},
};
use uuid::Uuid;

tokio::task_local! {
    static IN_HAND: InHand;
}

/// The request in hand.
struct InHand {
    id: Uuid,
    /// Its seat; none while its body comes, and for those that need none.
    seat: Cell<Option<Seat>>,
    /// Who sent it, once that is known.
    caller: Cell<Option<Named>>,
}

/// Who a request is from, as the log names them: ids only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Named {
    /// Whose data, where that is known.
    pub organization: Option<OrganizationId>,
    /// The word before the id, as in the audit log: `member`, `key`, `link`, `embed_session`.
    pub kind: &'static str,
    /// The id.
    pub id: Uuid,
}

/// The id of the request in hand.
pub fn request_id() -> String {
    IN_HAND.try_with(|request| request.id.to_string()).unwrap_or_default()
}

/// Notes who the request in hand is from, for its lines in the log.
pub fn name_caller(organization: Option<OrganizationId>, kind: &'static str, id: Uuid) {
    let _ = IN_HAND.try_with(|request| request.caller.set(Some(Named { organization, kind, id })));
}

/// What every line of the log says about the request in hand (L3); `None` outside of one.
pub fn in_hand() -> Option<(Uuid, Option<Named>)> {
    IN_HAND.try_with(|request| (request.id, request.caller.get())).ok()
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

/// Ids of requests: unique without asking the system for randomness each time, and no secret.
pub struct RequestIds {
    first: u128,
    count: AtomicU64,
}

impl RequestIds {
    /// Begins anywhere.
    pub fn new(random: &SharedRandom) -> Self {
        let mut bytes = [0; 16];
        random.fill(&mut bytes);
        Self { first: u128::from_ne_bytes(bytes), count: AtomicU64::new(0) }
    }

    /// The next one (RFC 9562 §5.8): numbers far apart, so that nobody mistakes one for its neighbour.
    fn next(&self) -> Uuid {
        /// 2^128 divided by the golden ratio, odd.
        const STEP: u128 = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835;
        let number = u128::from(self.count.fetch_add(1, Ordering::Relaxed));
        let id = self.first.wrapping_add(number.wrapping_mul(STEP));
        uuid::Builder::from_custom_bytes(id.to_be_bytes()).into_uuid()
    }
}

/// What every request passes, in one layer: it gets an id and a seat, is refused where it comes from elsewhere, and its answer
/// gets the security headers. One line is written about it: route and status, never a query or a body.
pub async fn pass(State(http): State<Http>, request: Request, next: Next) -> Response {
    let id = http.request_ids.next();
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let route = request.extensions().get::<MatchedPath>().cloned();
    let start = tokio::time::Instant::now();
    let in_hand = InHand { id, seat: Cell::new(None), caller: Cell::new(None) };
    let answer = IN_HAND.scope(in_hand, seated(&http, request, next)).await;
    let mut response = answer.response;
    set_headers(&http, uri.path(), &answer.framed, response.headers_mut());
    if let Ok(value) = HeaderValue::from_str(id.hyphenated().encode_lower(&mut Uuid::encode_buffer())) {
        response.headers_mut().insert(HeaderName::from_static("request-id"), value);
    }
    let status = response.status().as_u16();
    let route = route.as_ref().map_or("", MatchedPath::as_str);
    let micros = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);
    if status >= 500 && !answer.refused {
        tracing::error!(request_id = %id, %method, route, status, micros, "request");
    } else {
        tracing::debug!(request_id = %id, %method, route, status, micros, "request");
    }
    response
}

/// An answer, and what its headers and its line in the log need to know.
struct Answer {
    response: Response,
    /// There was no seat; the log is told of that once a second.
    refused: bool,
    framed: Framed,
}

/// Whether an address is one that a console may frame, and by whom.
enum Framed {
    /// No frame's address.
    No,
    /// A frame's, and nobody may show it.
    ByNobody,
    /// The origins that may show it.
    By(String),
}

/// Carries a request out if there is a seat for it; whoever watches the process always hears.
async fn seated(http: &Http, request: Request, next: Next) -> Answer {
    if !request.uri().path().starts_with("/health/") {
        let Some(seat) = http.limits.enter(http.app.now()) else {
            return Answer { response: ApiError::Busy.into_response(), refused: true, framed: Framed::No };
        };
        let _ = IN_HAND.try_with(|request| request.seat.set(Some(seat)));
    }
    let framed = match pages::embedded(request.uri().path()) {
        Some(organization) => ancestors(http, organization).await,
        None => Framed::No,
    };
    let response = match from_elsewhere(http, &request) {
        Some(refusal) => refusal,
        None => next.run(request).await,
    };
    Answer { response, refused: false, framed }
}

/// Changes come from our own pages or carry an API key (H4): never from another site's form, script or frame.
fn from_elsewhere(http: &Http, request: &Request) -> Option<Response> {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let headers = request.headers();
    if safe || request.uri().path() == "/csp-report" {
        return None;
    }
    if is_form(headers) {
        let detail = "A form's content type is taken nowhere here.";
        return Some(ApiError::input(StatusCode::UNSUPPORTED_MEDIA_TYPE, "content_type", detail).into_response());
    }
    if headers.contains_key(header::AUTHORIZATION) || is_own(headers, &http.app.settings.origin) {
        return None;
    }
    tracing::warn!(route = request.uri().path(), "a change from elsewhere was refused");
    let detail = "Changes come from this site's own pages, with the header rekey-request: 1, or carry an API key.";
    Some(ApiError::input(StatusCode::FORBIDDEN, "not_same_origin", detail).into_response())
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

const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Where a page asks about itself, of every origin.
const CHECK: &str = "/api/v1/embed/check/";

/// Security headers on everything, errors included; what an answer says itself stands.
fn set_headers(http: &Http, path: &str, framed: &Framed, headers: &mut HeaderMap) {
    // At once, so that the map grows once.
    headers.reserve(14);
    let mut set = |name: HeaderName, value: HeaderValue| {
        headers.entry(name).or_insert(value);
    };
    let always = HeaderValue::from_static;
    set(header::CONTENT_SECURITY_POLICY, content_security_policy(http, path, framed));
    set(header::X_CONTENT_TYPE_OPTIONS, always("nosniff"));
    set(header::REFERRER_POLICY, always("no-referrer"));
    // Another port of this host stays another origin, whatever a page sets as its domain.
    set(HeaderName::from_static("origin-agent-cluster"), always("?1"));
    if path.starts_with(CHECK) {
        // Whatever the answer is, the page that asks about itself is to read it.
        set(header::ACCESS_CONTROL_ALLOW_ORIGIN, always("*"));
        set(header::VARY, always("origin"));
        set(CROSS_ORIGIN_RESOURCE_POLICY, always("cross-origin"));
    }
    if matches!(framed, Framed::By(_)) {
        // A console with COEP shows only frames that say this; it opens nothing, since the frame loads from us alone.
        set(HeaderName::from_static("cross-origin-embedder-policy"), always("require-corp"));
        set(CROSS_ORIGIN_RESOURCE_POLICY, always("cross-origin"));
    } else {
        set(header::X_FRAME_OPTIONS, always("DENY"));
        set(CROSS_ORIGIN_RESOURCE_POLICY, always("same-origin"));
    }
    let none = "camera=(), microphone=(), geolocation=(), payment=(), usb=()";
    set(HeaderName::from_static("permissions-policy"), always(none));
    set(header::CACHE_CONTROL, always("no-store"));
    if !is_connect(path) {
        set(HeaderName::from_static("cross-origin-opener-policy"), always("same-origin"));
    }
    if http.app.settings.origin.starts_with("https:") {
        set(header::STRICT_TRANSPORT_SECURITY, always("max-age=31536000; includeSubDomains"));
    }
}

/// The connect page sends no COOP: opened as a popup it needs its opener once (E2).
fn is_connect(path: &str) -> bool {
    path == "/connect" || path.starts_with("/connect/")
}

/// The origins that may show an organization's frame; nobody may frame another address (E1).
async fn ancestors(http: &Http, organization: OrganizationId) -> Framed {
    match origins::list(&http.app, organization).await {
        Ok(origins) if !origins.is_empty() => Framed::By(origins.join(" ")),
        Ok(_) => Framed::ByNobody,
        Err(error) => {
            tracing::error!(?error, "the origins of an embed could not be read");
            Framed::ByNobody
        }
    }
}

fn content_security_policy(http: &Http, path: &str, framed: &Framed) -> HeaderValue {
    const NOTHING: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
    if path.starts_with("/api/") && path != "/api/docs" {
        return NOTHING;
    }
    // The frame asks nobody but us; sign-in is not in it (E3).
    let (login, ancestors) = match framed {
        Framed::No => (http.app.microsoft.config.authority.login_origin(), "'none'"),
        Framed::ByNobody => ("", "'none'"),
        Framed::By(origins) => ("", origins.as_str()),
    };
    let policy = format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; \
         connect-src 'self' {login}; object-src 'none'; base-uri 'none'; form-action 'none'; \
         frame-ancestors {ancestors}; \
         require-trusted-types-for 'script'; trusted-types default; report-uri /csp-report"
    );
    // Origins are checked when they are registered; should one not be a header's text, nothing is loaded at all.
    HeaderValue::try_from(policy).unwrap_or(NOTHING)
}
