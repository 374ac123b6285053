//! Connections: one account's delegated access.

use super::{Http, answer::Json, input::Id, problem::ApiError};
use crate::{
    access::{Editor, Reader},
    services::connections,
};
use axum::extract::State;
use shared::{
    api::{customers::ConnectionDetail, problem::Problem},
    id::ConnectionId,
};

/// One connection, the sets of its account, and what disconnecting would leave at Microsoft.
#[utoipa::path(get, path = "/api/v1/connections/{id}", tag = "customers", params(("id" = ConnectionId, Path)), responses(
    (status = 200, body = ConnectionDetail),
    (status = 404, body = Problem),
))]
pub async fn find(
    State(http): State<Http>,
    reader: Reader,
    Id(id): Id<ConnectionId>,
) -> Result<Json<ConnectionDetail>, ApiError> {
    Ok(Json(connections::find(&http.app, &reader.scope, id).await?))
}

/// Disconnects an account: its token is forgotten, jobs of its sets get none. The answer says what stays at Microsoft.
#[utoipa::path(post, path = "/api/v1/connections/{id}/disconnect", tag = "customers", params(("id" = ConnectionId, Path)), responses(
    (status = 200, body = ConnectionDetail),
    (status = 404, body = Problem),
    (status = 409, description = "already_disconnected, changed_meanwhile", body = Problem),
))]
pub async fn disconnect(
    State(http): State<Http>,
    editor: Editor,
    Id(id): Id<ConnectionId>,
) -> Result<Json<ConnectionDetail>, ApiError> {
    Ok(Json(connections::disconnect(&http.app, &editor.scope, &editor.actor, id).await?))
}
