//! Restores: approved by a member who signed in a moment ago; closed by anybody who may change things.

use super::{
    Http,
    answer::Json,
    input::{Body, Id},
    problem::ApiError,
};
use crate::{
    access::{Editor, Manager, Reader},
    services::restores,
};
use axum::extract::State;
use shared::{
    api::{
        problem::Problem,
        restores::{CreateRestore, RestoreView},
    },
    id::RestoreId,
};

/// The newest 200 restores.
#[utoipa::path(get, path = "/api/v1/restores", tag = "restores", responses((status = 200, body = Vec<RestoreView>)))]
pub async fn list(State(http): State<Http>, reader: Reader) -> Result<Json<Vec<RestoreView>>, ApiError> {
    Ok(Json(restores::list(&http.app, &reader.scope).await?))
}

/// Approves a restore: for its hours, jobs of the customer get tokens that write. An API key cannot.
#[utoipa::path(post, path = "/api/v1/restores", tag = "restores", request_body = CreateRestore, responses(
    (status = 200, body = RestoreView),
    (status = 403, description = "role_insufficient, member_needed, sign_in_stale", body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "field_invalid (reason, hours)", body = Problem, content_type = "application/problem+json"),
))]
pub async fn create(
    State(http): State<Http>,
    manager: Manager,
    Body(request): Body<CreateRestore>,
) -> Result<Json<RestoreView>, ApiError> {
    Ok(Json(restores::create(&http.app, &manager.organization.into(), &manager.actor, &request).await?))
}

/// Closes a restore: from now on its jobs get no token that writes. Tokens in their hands end within 90 minutes.
#[utoipa::path(post, path = "/api/v1/restores/{id}/close", tag = "restores", params(("id" = RestoreId, Path)), responses(
    (status = 200, body = RestoreView),
    (status = 404, body = Problem, content_type = "application/problem+json"),
))]
pub async fn close(
    State(http): State<Http>,
    editor: Editor,
    Id(id): Id<RestoreId>,
) -> Result<Json<RestoreView>, ApiError> {
    Ok(Json(restores::close(&http.app, &editor.scope, &editor.actor, id).await?))
}
