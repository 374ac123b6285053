//! Waves, and what Microsoft ends.

use super::{
    Http,
    answer::Json,
    input::{self, Body, Id, Query},
    live::{self, Subject},
    problem::ApiError,
};
use crate::{
    access::{Editor, Reader},
    services::waves,
};
use axum::{extract::State, response::Response};
use serde::Deserialize;
use shared::{
    api::{
        page::Page,
        problem::Problem,
        waves::{
            CreateWave, InviteWave, RetirementView, WaveInvitations, WaveItem, WavePreview, WaveRetried, WaveSelection,
            WaveView,
        },
    },
    id::WaveId,
};
use utoipa::IntoParams;

/// Which waves.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListWaves {
    /// The `next` of the page before.
    cursor: Option<String>,
    /// 1 to 100; 50 unless told.
    limit: Option<u64>,
}

/// Which items of a wave.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListItems {
    /// Only `attention`, `moving`, `waiting` or `over`; absent: all.
    show: Option<String>,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// 1 to 200; 50 unless told.
    limit: Option<u64>,
}

/// What a wave would do, grouped by who must sign in. Stores nothing.
#[utoipa::path(post, path = "/api/v1/waves/preview", tag = "waves", request_body = WaveSelection, responses(
    (status = 200, body = WavePreview),
    (status = 422, description = "field_invalid (backup_sets, filter, retirement)", body = Problem),
))]
pub async fn preview(
    State(http): State<Http>,
    reader: Reader,
    Body(selection): Body<WaveSelection>,
) -> Result<Json<WavePreview>, ApiError> {
    Ok(Json(waves::preview(&http.app, &reader.scope, &selection).await?))
}

/// Makes a wave with one authorization for each customer and method: all or nothing. No set changes by it.
#[utoipa::path(post, path = "/api/v1/waves", tag = "waves", request_body = CreateWave, responses(
    (status = 200, body = WaveView),
    (status = "4XX", description = "field_invalid, nothing_to_authorize", body = Problem, content_type = "application/problem+json"),
))]
pub async fn create(
    State(http): State<Http>,
    editor: Editor,
    Body(request): Body<CreateWave>,
) -> Result<Json<WaveView>, ApiError> {
    Ok(Json(waves::create(&http.app, &editor.scope, &editor.actor, &request).await?))
}

/// One page of waves, newest first.
#[utoipa::path(get, path = "/api/v1/waves", tag = "waves", params(ListWaves), responses((status = 200, body = Page<WaveView>)))]
pub async fn list(
    State(http): State<Http>,
    reader: Reader,
    Query(query): Query<ListWaves>,
) -> Result<Json<Page<WaveView>>, ApiError> {
    let limit = input::limit(query.limit, 100)?;
    Ok(Json(waves::list(&http.app, &reader.scope, query.cursor.as_deref(), limit).await?))
}

/// One wave.
#[utoipa::path(get, path = "/api/v1/waves/{id}", tag = "waves", params(("id" = WaveId, Path)), responses(
    (status = 200, body = WaveView),
    (status = 404, body = Problem),
))]
pub async fn find(State(http): State<Http>, reader: Reader, Id(id): Id<WaveId>) -> Result<Json<WaveView>, ApiError> {
    Ok(Json(waves::find(&http.app, &reader.scope, id).await?))
}

/// One page of a wave's items, attention first. An item is one person's sign-in with its sets.
#[utoipa::path(get, path = "/api/v1/waves/{id}/items", tag = "waves", params(("id" = WaveId, Path), ListItems), responses(
    (status = 200, body = Page<WaveItem>),
    (status = 404, body = Problem),
))]
pub async fn items(
    State(http): State<Http>,
    reader: Reader,
    Id(id): Id<WaveId>,
    Query(query): Query<ListItems>,
) -> Result<Json<Page<WaveItem>>, ApiError> {
    let limit = input::limit(query.limit, 200)?;
    let show = waves::Show::parse(query.show.as_deref())?;
    Ok(Json(waves::items(&http.app, &reader.scope, id, show, query.cursor.as_deref(), limit).await?))
}

/// Holds a wave: no sign-in begins, nothing changes by itself, what runs finishes.
#[utoipa::path(post, path = "/api/v1/waves/{id}/pause", tag = "waves", params(("id" = WaveId, Path)), responses(
    (status = 200, body = WaveView),
    (status = 409, description = "not_open", body = Problem),
))]
pub async fn pause(State(http): State<Http>, editor: Editor, Id(id): Id<WaveId>) -> Result<Json<WaveView>, ApiError> {
    Ok(Json(waves::pause(&http.app, &editor.scope, &editor.actor, id).await?))
}

/// Lets a paused wave go on.
#[utoipa::path(post, path = "/api/v1/waves/{id}/resume", tag = "waves", params(("id" = WaveId, Path)), responses(
    (status = 200, body = WaveView),
    (status = 409, description = "not_paused", body = Problem),
))]
pub async fn resume(State(http): State<Http>, editor: Editor, Id(id): Id<WaveId>) -> Result<Json<WaveView>, ApiError> {
    Ok(Json(waves::resume(&http.app, &editor.scope, &editor.actor, id).await?))
}

/// Has the failed items tried again, and only those.
#[utoipa::path(post, path = "/api/v1/waves/{id}/retry-failed", tag = "waves", params(("id" = WaveId, Path)), responses(
    (status = 200, body = WaveRetried),
    (status = 409, description = "not_open", body = Problem),
))]
pub async fn retry_failed(
    State(http): State<Http>,
    editor: Editor,
    Id(id): Id<WaveId>,
) -> Result<Json<WaveRetried>, ApiError> {
    Ok(Json(waves::retry_failed(&http.app, &editor.scope, &editor.actor, id).await?))
}

/// Calls a wave off. What is done stays done.
#[utoipa::path(post, path = "/api/v1/waves/{id}/cancel", tag = "waves", params(("id" = WaveId, Path)), responses(
    (status = 200, body = WaveView),
    (status = 409, description = "not_open", body = Problem),
))]
pub async fn cancel(State(http): State<Http>, editor: Editor, Id(id): Id<WaveId>) -> Result<Json<WaveView>, ApiError> {
    Ok(Json(waves::cancel(&http.app, &editor.scope, &editor.actor, id).await?))
}

/// Invites everybody who waits and has no link that works, 200 at a time. Secrets are shown this once.
#[utoipa::path(post, path = "/api/v1/waves/{id}/invitations", tag = "waves", params(("id" = WaveId, Path)), request_body = InviteWave, responses(
    (status = 200, body = WaveInvitations),
    (status = 409, description = "wave_paused, wave_not_begun, and those of one invitation", body = Problem),
))]
pub async fn invite(
    State(http): State<Http>,
    editor: Editor,
    Id(id): Id<WaveId>,
    Body(request): Body<InviteWave>,
) -> Result<Json<WaveInvitations>, ApiError> {
    Ok(Json(waves::invite(&http.app, &editor.scope, &editor.actor, id, &request).await?))
}

/// The wave, live: its numbers as one snapshot a line, once a second at most. Its items are read by their page.
#[utoipa::path(get, path = "/api/v1/waves/{id}/live", tag = "waves", params(("id" = WaveId, Path)), responses(
    (status = 200, body = WaveView, content_type = "application/x-ndjson"),
    (status = 404, body = Problem),
    (status = 429, description = "too_many_streams", body = Problem, content_type = "application/problem+json"),
))]
pub async fn live(State(http): State<Http>, reader: Reader, Id(id): Id<WaveId>) -> Result<Response, ApiError> {
    waves::find(&http.app, &reader.scope, id).await?;
    live::follow(
        &http,
        &reader,
        Subject::Wave(id),
        move |app, scope| async move { waves::find(&app, &scope, id).await },
    )
}

/// What Microsoft ends, and how many sets still depend on each.
#[utoipa::path(get, path = "/api/v1/retirements", tag = "waves", responses((status = 200, body = Vec<RetirementView>)))]
pub async fn retirements(State(http): State<Http>, reader: Reader) -> Result<Json<Vec<RetirementView>>, ApiError> {
    Ok(Json(waves::retirements(&http.app, &reader.scope).await?))
}
