//! Channels: where events go besides the portal, and what became of each. Adding, changing and removing them, and another
//! secret, need a fresh sign-in; looking, testing and sending again do not.

use super::{
    Http,
    answer::Json,
    input::{self, Body, Id, Query},
    problem::ApiError,
};
use crate::{
    access::{Manager, WholeEditor, WholeReader},
    services::channels,
};
use axum::extract::State;
use serde::Deserialize;
use shared::api::{
    channels::{
        ChannelCreated, ChannelView, CreateChannel, DeliveryState, DeliveryView, ReplayFailed, Replayed, UpdateChannel,
    },
    page::Page,
    problem::Problem,
};
use utoipa::IntoParams;
use uuid::Uuid;

/// Where events go besides the portal.
#[utoipa::path(get, path = "/api/v1/channels", tag = "channels", responses((status = 200, body = Vec<ChannelView>)))]
pub async fn list(State(http): State<Http>, reader: WholeReader) -> Result<Json<Vec<ChannelView>>, ApiError> {
    Ok(Json(channels::list(&http.app, reader.organization).await?))
}

/// Adds a channel. A webhook's signing secret is shown this once.
#[utoipa::path(post, path = "/api/v1/channels", tag = "channels", request_body = CreateChannel, responses(
    (status = 200, body = ChannelCreated),
    (status = 403, description = "role_insufficient, member_needed, sign_in_stale", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "mail_not_configured, channel_exists, too_many_channels", body = Problem, content_type = "application/problem+json"),
))]
pub async fn create(
    State(http): State<Http>,
    manager: Manager,
    Body(request): Body<CreateChannel>,
) -> Result<Json<ChannelCreated>, ApiError> {
    Ok(Json(channels::create(&http.app, manager.organization, &manager.actor, &request).await?))
}

/// One channel.
#[utoipa::path(get, path = "/api/v1/channels/{id}", tag = "channels", params(("id" = Uuid, Path)), responses(
    (status = 200, body = ChannelView),
    (status = 404, body = Problem, content_type = "application/problem+json"),
))]
pub async fn find(
    State(http): State<Http>,
    reader: WholeReader,
    Id(id): Id<Uuid>,
) -> Result<Json<ChannelView>, ApiError> {
    Ok(Json(channels::find(&http.app, reader.organization, id).await?))
}

/// Changes what goes to a channel, from the next event on.
#[utoipa::path(put, path = "/api/v1/channels/{id}", tag = "channels", params(("id" = Uuid, Path)), request_body = UpdateChannel, responses(
    (status = 200, body = ChannelView),
    (status = 404, body = Problem, content_type = "application/problem+json"),
))]
pub async fn update(
    State(http): State<Http>,
    manager: Manager,
    Id(id): Id<Uuid>,
    Body(request): Body<UpdateChannel>,
) -> Result<Json<ChannelView>, ApiError> {
    Ok(Json(channels::update(&http.app, manager.organization, &manager.actor, id, &request).await?))
}

/// Removes a channel; what was on its way through it is not sent.
#[utoipa::path(post, path = "/api/v1/channels/{id}/remove", tag = "channels", params(("id" = Uuid, Path)), responses(
    (status = 200, body = ChannelView),
    (status = 404, body = Problem, content_type = "application/problem+json"),
))]
pub async fn remove(
    State(http): State<Http>,
    manager: Manager,
    Id(id): Id<Uuid>,
) -> Result<Json<ChannelView>, ApiError> {
    Ok(Json(channels::remove(&http.app, manager.organization, &manager.actor, id).await?))
}

/// Gives a webhook another secret, shown this once. Both sign for 24 hours; then the one before is forgotten.
#[utoipa::path(post, path = "/api/v1/channels/{id}/rotate-secret", tag = "channels", params(("id" = Uuid, Path)), responses(
    (status = 200, body = ChannelCreated),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "no_secret, changed_meanwhile", body = Problem, content_type = "application/problem+json"),
))]
pub async fn rotate_secret(
    State(http): State<Http>,
    manager: Manager,
    Id(id): Id<Uuid>,
) -> Result<Json<ChannelCreated>, ApiError> {
    Ok(Json(channels::rotate_secret(&http.app, manager.organization, &manager.actor, id).await?))
}

/// Sends a test (`ping`) through the channel, whatever it chose; thirty an hour.
#[utoipa::path(post, path = "/api/v1/channels/{id}/test", tag = "channels", params(("id" = Uuid, Path)), responses(
    (status = 200, body = DeliveryView),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 429, description = "test_limit, with Retry-After", body = Problem, content_type = "application/problem+json"),
))]
pub async fn test(
    State(http): State<Http>,
    editor: WholeEditor,
    Id(id): Id<Uuid>,
) -> Result<Json<DeliveryView>, ApiError> {
    Ok(Json(channels::test(&http.app, editor.scope.organization, &editor.actor, id).await?))
}

/// Which deliveries.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListDeliveries {
    /// Those of one state only.
    state: Option<DeliveryState>,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// 1 to 200; 50 unless told.
    limit: Option<u64>,
}

/// The delivery log of a channel, newest first; 30 days of it.
#[utoipa::path(get, path = "/api/v1/channels/{id}/deliveries", tag = "channels", params(("id" = Uuid, Path), ListDeliveries), responses(
    (status = 200, body = Page<DeliveryView>),
    (status = 404, body = Problem, content_type = "application/problem+json"),
))]
pub async fn deliveries(
    State(http): State<Http>,
    reader: WholeReader,
    Id(id): Id<Uuid>,
    Query(query): Query<ListDeliveries>,
) -> Result<Json<Page<DeliveryView>>, ApiError> {
    let limit = input::limit(query.limit, 200)?;
    let (organization, cursor) = (reader.organization, query.cursor.as_deref());
    Ok(Json(channels::list_deliveries(&http.app, organization, id, query.state, cursor, limit).await?))
}

/// Sends everything again that was given up and happened from a time on: under the same ids, with the time of now.
#[utoipa::path(post, path = "/api/v1/channels/{id}/replay", tag = "channels", params(("id" = Uuid, Path)), request_body = ReplayFailed, responses(
    (status = 200, body = Replayed),
    (status = 404, body = Problem, content_type = "application/problem+json"),
))]
pub async fn replay_failed(
    State(http): State<Http>,
    editor: WholeEditor,
    Id(id): Id<Uuid>,
    Body(request): Body<ReplayFailed>,
) -> Result<Json<Replayed>, ApiError> {
    Ok(Json(channels::replay_failed(&http.app, editor.scope.organization, &editor.actor, id, request.since).await?))
}

/// Sends one delivery again: under the same id, with the time of now.
#[utoipa::path(post, path = "/api/v1/deliveries/{id}/replay", tag = "channels", params(("id" = Uuid, Path)), responses(
    (status = 200, body = DeliveryView),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "on_its_way", body = Problem, content_type = "application/problem+json"),
))]
pub async fn replay(
    State(http): State<Http>,
    editor: WholeEditor,
    Id(id): Id<Uuid>,
) -> Result<Json<DeliveryView>, ApiError> {
    Ok(Json(channels::replay(&http.app, editor.scope.organization, &editor.actor, id).await?))
}
