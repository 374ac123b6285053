//! Around every request: the log, the faults, and the note that something changed.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use time::{OffsetDateTime, macros::format_description};

use crate::app::App;
use crate::faults::{Drop, Effect, Target};
use crate::listen::Connection;
use crate::params::Params;
use crate::request_log::Service;

/// What the middleware knows.
#[derive(Clone)]
pub(crate) struct Watched {
    pub(crate) app: App,
    pub(crate) service: Service,
}

/// Larger bodies are nobody's sign-in.
const MOST_BODY: usize = 1 << 20;

/// The middleware.
pub(crate) async fn around(State(watched): State<Watched>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, MOST_BODY).await else { return StatusCode::PAYLOAD_TOO_LARGE.into_response() };
    let content = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_form = content.starts_with("application/x-www-form-urlencoded");
    let form = if is_form { Params::parse(&String::from_utf8_lossy(&bytes)) } else { Params::default() };
    let (id, effect) = {
        let mut state = watched.app.state();
        let now = watched.app.now_millis();
        let service = watched.service.at(parts.uri.path());
        let id = state.log.note(service, now, (&parts.method, &parts.uri, &parts.headers), &form, &bytes);
        let target = Target::of(&state, service, &parts, &form);
        (id, state.take_fault(&target))
    };
    let connection = parts.extensions.get::<Connection>().cloned();
    let request = Request::from_parts(parts, Body::from(bytes));
    let mut response = play(effect, &watched.app, connection, request, next).await;
    // By the clock that tokens are made by, wherever somebody has moved it.
    if let Some(date) = http_date(watched.app.now_millis()) {
        response.headers_mut().entry(header::DATE).or_insert(date);
    }
    watched.app.state().log.answered(id, response.status().as_u16());
    watched.app.report_changes();
    response
}

/// IMF-fixdate (RFC 9110 §5.6.7).
fn http_date(millis: i64) -> Option<HeaderValue> {
    let form =
        format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");
    let at = OffsetDateTime::from_unix_timestamp(millis.div_euclid(1000)).ok()?;
    HeaderValue::try_from(at.format(form).ok()?).ok()
}

async fn play(
    effect: Option<Effect>,
    app: &App,
    connection: Option<Connection>,
    request: Request,
    next: Next,
) -> Response {
    let Some(effect) = effect else { return next.run(request).await };
    if effect.delay_millis > 0 {
        tokio::time::sleep(Duration::from_millis(effect.delay_millis)).await;
    }
    let response = match effect.answer(app.now_millis()) {
        Some(answer) if effect.drop != Some(Drop::AfterProcessing) => answer,
        _ if effect.drop == Some(Drop::BeforeProcessing) => StatusCode::BAD_GATEWAY.into_response(),
        _ => next.run(request).await,
    };
    if effect.drop.is_some() {
        if let Some(connection) = connection {
            connection.cut();
        }
        let mut cut = response;
        cut.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        return cut;
    }
    response
}
