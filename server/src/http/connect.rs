//! The connect page's endpoints. Every one needs the secret of a link or an attempt in the header `rekey-connect`.

use super::{
    Http,
    answer::Json,
    caller::{Connect, ConnectSecret},
    guard,
    input::Body,
    limits::Watcher,
    live,
    problem::ApiError,
};
use crate::services::{
    ServiceError, attempts,
    connect::{self, Opened, Stage},
};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use shared::api::{
    authorizations::SignInState,
    connect::{AttemptStart, ConnectView, ReportFailure, Save, StartAttempt},
    problem::{Help, Problem},
};
use shared::id::SignInId;
use std::time::Duration;

/// How long a Save's answer waits for its end.
const PATIENCE: Duration = Duration::from_secs(8);

/// Everything that the page shows. Opening it changes nothing.
#[utoipa::path(get, path = "/api/v1/connect", tag = "connect", security(("connect" = [])), responses(
    (status = 200, body = ConnectView),
    (status = 404, description = "unknown, expired, revoked and used secrets look alike", body = Problem),
))]
pub async fn find(State(http): State<Http>, connect: Connect) -> Result<Json<ConnectView>, ApiError> {
    Ok(Json(connect::view(&http.app, &connect.opened).await?))
}

/// Begins a sign-in attempt, made by a click and bound to this tab; the attempt before it ends.
#[utoipa::path(post, path = "/api/v1/connect/attempts", tag = "connect", security(("connect" = [])), request_body = StartAttempt, responses(
    (status = 200, body = AttemptStart),
    (status = 409, description = "not_open, save_running, sign_in_over", body = Problem),
))]
pub async fn start(
    State(http): State<Http>,
    connect: Connect,
    Body(request): Body<StartAttempt>,
) -> Result<Json<AttemptStart>, ApiError> {
    http.limits.take_link_change(connect.opened.link.id, http.app.now())?;
    Ok(Json(attempts::start(&http.app, &connect.opened, &request).await?))
}

/// Saves: takes the token of this attempt, once. Repeating it with the same token gives the same answer.
/// With `Prefer: respond-async` (RFC 7240) the answer does not wait for Microsoft.
#[utoipa::path(post, path = "/api/v1/connect/save", tag = "connect", security(("connect" = [])), request_body = Save, responses(
    (status = 200, description = "finished, or stopped where a person is needed", body = ConnectView),
    (status = 202, description = "received and going on; watch it live", body = ConnectView),
    (status = 401, description = "claims_needed: Microsoft's challenge is in WWW-Authenticate", body = Problem),
    (status = 403, description = "token_refused, guest_account", body = Problem),
    (status = 409, description = "attempt_used, attempt_superseded, attempt_expired, not_open", body = Problem),
))]
pub async fn save(
    State(http): State<Http>,
    headers: HeaderMap,
    caller: ConnectSecret,
    body: Result<Body<Save>, ApiError>,
) -> Result<Response, ApiError> {
    let secret = caller.secret.expose();
    let Body(request) = match body {
        Ok(body) => body,
        Err(error) => {
            // An unknown secret is told nothing of the body that came with it.
            caller.open(&http, connect::open(&http.app, secret).await)?;
            return Err(error);
        }
    };
    let pressed = connect::present(&http.app, caller.secret.clone(), request)?;
    let stage = caller.open(&http, connect::receive(&http.app, pressed.clone()).await)?;
    let (opened, received) = match stage {
        Stage::Link => return Err(ServiceError::NotFound.into()),
        Stage::Received(both) => *both,
        Stage::Further(receiving) => {
            let opened = receiving.opened.clone();
            guard::name_caller(Some(opened.organization), "link", opened.link.id);
            (opened, connect::save(&http.app, *receiving, &pressed).await?)
        }
    };
    // Its tokens are wiped before anything is waited for.
    drop(pressed);
    let asynchronous = headers.get("prefer").is_some_and(|value| value == "respond-async");
    match received.view {
        Some(view) if asynchronous => Ok((StatusCode::ACCEPTED, Json(view)).into_response()),
        _ => answer(&http, &opened, received.sign_in, if asynchronous { Duration::ZERO } else { PATIENCE }).await,
    }
}

/// Carries on the Save that was pressed, after a consent or an approval.
#[utoipa::path(post, path = "/api/v1/connect/continue", tag = "connect", security(("connect" = [])), responses(
    (status = 200, description = "finished, or stopped where a person is needed", body = ConnectView),
    (status = 202, description = "going on; watch it live", body = ConnectView),
    (status = 401, description = "claims_needed", body = Problem),
))]
pub async fn carry_on(State(http): State<Http>, connect: Connect) -> Result<Response, ApiError> {
    http.limits.take_link_change(connect.opened.link.id, http.app.now())?;
    connect::carry_on(&http.app, &connect.opened).await?;
    let id = connect::view(&http.app, &connect.opened).await?.sign_in.id;
    answer(&http, &connect.opened, id, PATIENCE).await
}

/// Waits for the end of what is going on, then answers by how it stands.
async fn answer(http: &Http, opened: &Opened, id: SignInId, patience: Duration) -> Result<Response, ApiError> {
    let state = connect::settle(&http.app, &opened.organization.into(), opened.authorization, id, patience).await?;
    match state {
        SignInState::Working => {
            let view = connect::view(&http.app, opened).await?;
            Ok((StatusCode::ACCEPTED, Json(view)).into_response())
        }
        SignInState::ClaimsNeeded => match connect::challenge(&http.app, opened, id).await? {
            Some(challenge) => Err(challenge.into()),
            None => Ok(Json(connect::view(&http.app, opened).await?).into_response()),
        },
        _ => Ok(Json(connect::view(&http.app, opened).await?).into_response()),
    }
}

/// Hears that a trip to Microsoft failed; the answer is the remedy in plain words.
#[utoipa::path(post, path = "/api/v1/connect/failure", tag = "connect", security(("connect" = [])), request_body = ReportFailure, responses((status = 200, body = Help)))]
pub async fn failure(
    State(http): State<Http>,
    connect: Connect,
    Body(request): Body<ReportFailure>,
) -> Result<Json<Help>, ApiError> {
    http.limits.take_link_change(connect.opened.link.id, http.app.now())?;
    Ok(Json(connect::failure(&http.app, &connect.opened, &request).await?))
}

/// The same as `GET /api/v1/connect`, live: one whole snapshot a line.
#[utoipa::path(get, path = "/api/v1/connect/live", tag = "connect", security(("connect" = [])), responses(
    (status = 200, body = ConnectView, content_type = "application/x-ndjson"),
    (status = 404, body = Problem),
    (status = 429, description = "too_many_streams", body = Problem, content_type = "application/problem+json"),
))]
pub async fn live(State(http): State<Http>, connect: Connect) -> Result<Response, ApiError> {
    let watcher = Watcher::Link(connect.opened.link.id);
    let (organization, id) = (connect.opened.organization, connect.opened.authorization);
    live::stream(&http, watcher, organization, live::Subject::Authorization(id), move |app| {
        let secret = connect.secret.clone();
        async move {
            let opened = match connect::open(&app, secret.expose()).await {
                Ok(opened) => opened,
                Err(ServiceError::NotFound) => return Ok(None),
                Err(error) => return Err(error),
            };
            connect::view(&app, &opened).await.map(Some)
        }
    })
}
