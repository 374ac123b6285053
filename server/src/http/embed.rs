//! The embed. The frame sends its session's secret in `rekey-embed`; a window that a frame opened sends its own in
//! `rekey-connect`. Nothing here grants anything (E10).

use super::{
    Http,
    answer::Json,
    caller::{ConnectSecret, Embed},
    input::{Body, Id},
    limits::Watcher,
    live,
    problem::ApiError,
};
use crate::{
    access::{Editor, Manager, WholeReader},
    audit::Actor,
    services::{
        ServiceError,
        embed::{self, origins, popups},
    },
};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use shared::{
    api::{
        embed::{
            AddEmbedOrigin, ConfirmPopup, CreateEmbedSession, EmbedCheck, EmbedOriginView, EmbedSessionCreated,
            EmbedSetUp, EmbedView, OpenPopup, PopupOpened, PopupTied, PopupView, TiePopup,
        },
        problem::Problem,
    },
    id::{OrganizationId, PopupId},
};
use uuid::Uuid;

/// What a console's developer needs: the script, its hash, and the origins that may show the frame.
#[utoipa::path(get, path = "/api/v1/embed-origins", tag = "embed", responses((status = 200, body = EmbedSetUp)))]
pub async fn set_up(State(http): State<Http>, reader: WholeReader) -> Result<Json<EmbedSetUp>, ApiError> {
    Ok(Json(origins::set_up(&http.app, reader.organization).await?))
}

/// Lets an origin show the frame. Exactly this one: no pattern, no sub-domains.
#[utoipa::path(post, path = "/api/v1/embed-origins", tag = "embed", request_body = AddEmbedOrigin, responses(
    (status = 200, body = EmbedOriginView),
    (status = 403, description = "role_insufficient, member_needed, sign_in_stale", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "origin_exists, too_many_origins", body = Problem, content_type = "application/problem+json"),
))]
pub async fn add_origin(
    State(http): State<Http>,
    manager: Manager,
    Body(request): Body<AddEmbedOrigin>,
) -> Result<Json<EmbedOriginView>, ApiError> {
    Ok(Json(origins::add(&http.app, manager.organization, &manager.actor, &request).await?))
}

/// Removes an origin. Its sessions die at once.
#[utoipa::path(post, path = "/api/v1/embed-origins/{id}/remove", tag = "embed", params(("id" = Uuid, Path)), responses(
    (status = 200, body = EmbedOriginView),
    (status = 404, body = Problem, content_type = "application/problem+json"),
))]
pub async fn remove_origin(
    State(http): State<Http>,
    manager: Manager,
    Id(id): Id<Uuid>,
) -> Result<Json<EmbedOriginView>, ApiError> {
    Ok(Json(origins::remove(&http.app, manager.organization, &manager.actor, id).await?))
}

/// Makes an embed session, for a console's server with an API key. Its secret is shown this once.
#[utoipa::path(post, path = "/api/v1/embed-sessions", tag = "embed", request_body = CreateEmbedSession, responses(
    (status = 200, body = EmbedSessionCreated),
    (status = 403, description = "key_needed, key_limited", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "no_backup_sets", body = Problem, content_type = "application/problem+json"),
    (status = 429, description = "more than 600 a minute by one key", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "field_invalid (customer, backup_sets, method, origin, host_user, minutes)", body = Problem, content_type = "application/problem+json"),
))]
pub async fn create_session(
    State(http): State<Http>,
    editor: Editor,
    Body(request): Body<CreateEmbedSession>,
) -> Result<Json<EmbedSessionCreated>, ApiError> {
    if let Actor::Key(key, _) = &editor.actor {
        http.limits.take_embed_session(*key, http.app.now())?;
    }
    Ok(Json(embed::create(&http.app, &editor.scope, &editor.actor, &request).await?))
}

/// Ends an embed session: for a console whose user signed out.
#[utoipa::path(post, path = "/api/v1/embed-sessions/{id}/end", tag = "embed", params(("id" = Uuid, Path)), responses(
    (status = 204, description = "ended"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
))]
pub async fn end_session(State(http): State<Http>, editor: Editor, Id(id): Id<Uuid>) -> Result<StatusCode, ApiError> {
    embed::end(&http.app, &editor.scope, &editor.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How an embed session stands. Changes nothing; unknown, ended and dead sessions look alike.
#[utoipa::path(get, path = "/api/v1/embed", tag = "embed", security(("embed" = [])), responses(
    (status = 200, body = EmbedView),
    (status = 404, body = Problem),
))]
pub async fn find(State(http): State<Http>, embed: Embed) -> Result<Json<EmbedView>, ApiError> {
    Ok(Json(embed::view(&http.app, &embed.embedded).await?))
}

/// The same as `GET /api/v1/embed`, live: one whole snapshot a line.
#[utoipa::path(get, path = "/api/v1/embed/live", tag = "embed", security(("embed" = [])), responses(
    (status = 200, body = EmbedView, content_type = "application/x-ndjson"),
    (status = 404, body = Problem),
    (status = 429, description = "too_many_streams", body = Problem, content_type = "application/problem+json"),
))]
pub async fn live(State(http): State<Http>, embed: Embed) -> Result<Response, ApiError> {
    let (organization, id) = (embed.embedded.scope.organization, embed.embedded.session.id);
    live::stream(&http, Watcher::Embed(id), organization, live::Subject::Embed(id), move |app| {
        let secret = embed.secret.clone();
        async move {
            let embedded = match embed::open(&app, secret.expose()).await {
                Ok(embedded) => embedded,
                Err(ServiceError::NotFound) => return Ok(None),
                Err(error) => return Err(error),
            };
            embed::view(&app, &embedded).await.map(Some)
        }
    })
}

/// Announces the window that is being opened, within the click. Makes the authorization, if there is none that is open.
#[utoipa::path(post, path = "/api/v1/embed/popups", tag = "embed", security(("embed" = [])), request_body = OpenPopup, responses(
    (status = 200, body = PopupOpened),
    (status = 409, description = "nothing_to_authorize, tenant_unconfirmed, too_many_windows", body = Problem),
))]
pub async fn announce(
    State(http): State<Http>,
    embed: Embed,
    Body(request): Body<OpenPopup>,
) -> Result<Json<PopupOpened>, ApiError> {
    Ok(Json(popups::announce(&http.app, &embed.embedded, &request).await?))
}

/// Confirms the challenge that the frame heard from the window that it opened.
#[utoipa::path(post, path = "/api/v1/embed/popups/{id}/confirm", tag = "embed", security(("embed" = [])), params(("id" = PopupId, Path)), request_body = ConfirmPopup, responses(
    (status = 204, description = "confirmed"),
    (status = 404, body = Problem),
    (status = 409, description = "popup_over, changed_meanwhile", body = Problem),
))]
pub async fn confirm(
    State(http): State<Http>,
    embed: Embed,
    Id(id): Id<PopupId>,
    Body(request): Body<ConfirmPopup>,
) -> Result<StatusCode, ApiError> {
    popups::confirm(&http.app, &embed.embedded, id, &request).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A window that does not know its frame: who asks, for the person who types the code.
#[utoipa::path(post, path = "/api/v1/connect/popup", tag = "embed", security(("connect" = [])), responses(
    (status = 200, body = PopupView),
    (status = 404, description = "unknown, used and dead addresses look alike", body = Problem),
))]
pub async fn arrive(State(http): State<Http>, caller: ConnectSecret) -> Result<Json<PopupView>, ApiError> {
    let seen = popups::arrive(&http.app, caller.secret.expose()).await;
    Ok(Json(caller.open(&http, seen)?))
}

/// Ties a window to its frame, once: by the confirmed challenge, or by the code that the frame shows.
#[utoipa::path(post, path = "/api/v1/connect/popup/tie", tag = "embed", security(("connect" = [])), request_body = TiePopup, responses(
    (status = 200, body = PopupTied),
    (status = 403, description = "code_wrong", body = Problem),
    (status = 404, description = "unknown, used and dead addresses look alike; the third wrong code makes it dead", body = Problem),
    (status = 409, description = "popup_not_confirmed, code_expired, changed_meanwhile", body = Problem),
))]
pub async fn tie(
    State(http): State<Http>,
    caller: ConnectSecret,
    body: Result<Body<TiePopup>, ApiError>,
) -> Result<Json<PopupTied>, ApiError> {
    let Body(request) = match body {
        Ok(body) => body,
        Err(error) => {
            // An unknown secret is told nothing of the body that came with it.
            caller.open(&http, popups::arrive(&http.app, caller.secret.expose()).await)?;
            return Err(error);
        }
    };
    let tied = popups::tie(&http.app, caller.secret.expose(), &request).await;
    Ok(Json(caller.open(&http, tied)?))
}

/// What a page may ask before it shows the frame: whether its origin is registered, and how late it is. For every origin (CORS).
#[utoipa::path(get, path = "/api/v1/embed/check/{organization}", tag = "embed", security(()), params(("organization" = OrganizationId, Path)), responses((status = 200, body = EmbedCheck)))]
pub async fn check(
    State(http): State<Http>,
    Id(organization): Id<OrganizationId>,
    headers: HeaderMap,
) -> Result<Json<EmbedCheck>, ApiError> {
    let origin = headers.get(header::ORIGIN).and_then(|value| value.to_str().ok()).filter(|text| text.len() <= 300);
    Ok(Json(origins::check(&http.app, organization, origin).await?))
}
