//! Notices and the channels by which they go out. Adding and removing channels needs a fresh sign-in.

use super::{
    Http,
    answer::Json,
    input::{self, Body, Id, Query},
    problem::ApiError,
};
use crate::{
    access::{Editor, Manager, Reader, WholeReader},
    services::{channels, notices},
};
use axum::extract::State;
use serde::Deserialize;
use shared::api::{
    notices::{ChannelCreated, ChannelView, CreateChannel, NoticeView},
    page::Page,
    problem::Problem,
};
use utoipa::IntoParams;
use uuid::Uuid;

/// Which notices.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListNotices {
    /// The settled ones, too.
    #[serde(default)]
    all: bool,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// 1 to 200; 50 unless told.
    limit: Option<u64>,
}

/// One page of notices, newest first.
#[utoipa::path(get, path = "/api/v1/notices", tag = "notices", params(ListNotices), responses((status = 200, body = Page<NoticeView>)))]
pub async fn list(
    State(http): State<Http>,
    reader: Reader,
    Query(query): Query<ListNotices>,
) -> Result<Json<Page<NoticeView>>, ApiError> {
    let limit = input::limit(query.limit, 200)?;
    let organization = &reader.scope;
    Ok(Json(notices::list(&http.app, organization, query.all, query.cursor.as_deref(), limit).await?))
}

/// Settles a notice: somebody has seen to it.
#[utoipa::path(post, path = "/api/v1/notices/{id}/resolve", tag = "notices", params(("id" = Uuid, Path)), responses(
    (status = 200, body = NoticeView),
    (status = 404, body = Problem),
))]
pub async fn resolve(State(http): State<Http>, editor: Editor, Id(id): Id<Uuid>) -> Result<Json<NoticeView>, ApiError> {
    Ok(Json(notices::settle(&http.app, &editor.scope, &editor.actor, id).await?))
}

/// Where notices go besides the portal.
#[utoipa::path(get, path = "/api/v1/channels", tag = "notices", responses((status = 200, body = Vec<ChannelView>)))]
pub async fn list_channels(State(http): State<Http>, reader: WholeReader) -> Result<Json<Vec<ChannelView>>, ApiError> {
    Ok(Json(channels::list(&http.app, reader.organization).await?))
}

/// Adds a channel. A webhook's signing secret is shown this once.
#[utoipa::path(post, path = "/api/v1/channels", tag = "notices", request_body = CreateChannel, responses(
    (status = 200, body = ChannelCreated),
    (status = 403, description = "role_insufficient, member_needed, sign_in_stale", body = Problem),
    (status = 409, description = "mail_not_configured, channel_exists, too_many_channels", body = Problem),
))]
pub async fn create_channel(
    State(http): State<Http>,
    manager: Manager,
    Body(request): Body<CreateChannel>,
) -> Result<Json<ChannelCreated>, ApiError> {
    Ok(Json(channels::create(&http.app, manager.organization, &manager.actor, &request).await?))
}

/// Removes a channel; what was on its way through it is not sent.
#[utoipa::path(post, path = "/api/v1/channels/{id}/remove", tag = "notices", params(("id" = Uuid, Path)), responses(
    (status = 200, body = ChannelView),
    (status = 404, body = Problem),
))]
pub async fn remove_channel(
    State(http): State<Http>,
    manager: Manager,
    Id(id): Id<Uuid>,
) -> Result<Json<ChannelView>, ApiError> {
    Ok(Json(channels::remove(&http.app, manager.organization, &manager.actor, id).await?))
}
