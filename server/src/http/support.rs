//! The support bundle, for owners and admins.

use super::{Http, problem::ApiError};
use crate::services::{sessions::SignedIn, support};
use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use shared::api::problem::Problem;

/// Versions, counts, states and codes of this organization: no secret, no name, no address.
#[utoipa::path(get, path = "/api/v1/support-bundle", tag = "audit", responses(
    (status = 200, description = "JSON", content_type = "application/json"),
    (status = 403, description = "role_insufficient", body = Problem, content_type = "application/problem+json"),
))]
pub async fn bundle(State(http): State<Http>, signed_in: SignedIn) -> Result<Response, ApiError> {
    let who = (signed_in.member.id, signed_in.member.role);
    let bundle = support::of_organization(&http.app, signed_in.organization, who).await?;
    let kind = (header::CONTENT_TYPE, "application/json");
    let name = (header::CONTENT_DISPOSITION, "attachment; filename=\"rekey-support.json\"");
    Ok(([kind, name], format!("{bundle:#}\n")).into_response())
}
