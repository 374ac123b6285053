//! The portal's first screen.

use super::{Http, answer::Json, problem::ApiError};
use crate::{access::Reader, services::overview};
use axum::extract::State;
use shared::api::overview::Overview;

/// The fleet at a glance.
#[utoipa::path(get, path = "/api/v1/overview", tag = "overview", responses((status = 200, body = Overview)))]
pub async fn find(State(http): State<Http>, reader: Reader) -> Result<Json<Overview>, ApiError> {
    Ok(Json(overview::find(&http.app, &reader.scope).await?))
}
