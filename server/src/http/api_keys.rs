//! API keys. Making and revoking them needs a fresh sign-in.

use super::{
    Http,
    answer::Json,
    input::{Body, Id},
    problem::ApiError,
};
use crate::{
    access::{Manager, WholeReader},
    services::api_keys,
};
use axum::extract::State;
use shared::{
    api::{
        api_keys::{ApiKeyCreated, ApiKeyView, CreateApiKey},
        problem::Problem,
    },
    id::ApiKeyId,
};

/// All keys, newest first, without their secrets.
#[utoipa::path(get, path = "/api/v1/api-keys", tag = "API keys", responses((status = 200, body = Vec<ApiKeyView>)))]
pub async fn list(State(http): State<Http>, reader: WholeReader) -> Result<Json<Vec<ApiKeyView>>, ApiError> {
    Ok(Json(api_keys::list(&http.app, reader.organization).await?))
}

/// Makes a key; its secret is shown this once.
#[utoipa::path(post, path = "/api/v1/api-keys", tag = "API keys", request_body = CreateApiKey, responses(
    (status = 200, body = ApiKeyCreated),
    (status = 403, description = "role_insufficient, member_needed, sign_in_stale", body = Problem),
))]
pub async fn create(
    State(http): State<Http>,
    manager: Manager,
    Body(request): Body<CreateApiKey>,
) -> Result<Json<ApiKeyCreated>, ApiError> {
    Ok(Json(api_keys::create(&http.app, manager.organization, &manager.actor, &request).await?))
}

/// Revokes a key, at once.
#[utoipa::path(post, path = "/api/v1/api-keys/{id}/revoke", tag = "API keys", params(("id" = ApiKeyId, Path)), responses(
    (status = 200, body = ApiKeyView),
    (status = 404, body = Problem),
))]
pub async fn revoke(
    State(http): State<Http>,
    manager: Manager,
    Id(id): Id<ApiKeyId>,
) -> Result<Json<ApiKeyView>, ApiError> {
    Ok(Json(api_keys::revoke(&http.app, manager.organization, &manager.actor, id).await?))
}
