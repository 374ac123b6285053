//! Job tokens, for programs.

use super::{
    Http,
    answer::json,
    caller::JobKey,
    guard,
    input::{Body, Id},
    problem::ApiError,
};
use crate::services::job_tokens::{self, Asked, Refusal};
use axum::{extract::State, response::Response};
use bytes::Bytes;
use shared::{
    api::{
        job_tokens::{CreateJobToken, JobToken},
        problem::Problem,
    },
    id::{ApiKeyId, BackupSetId},
};

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Unauthenticated => Self::Unauthenticated,
            Refusal::Service(error) => Self::Service(error),
        }
    }
}

/// A short-lived Microsoft access token for a job of this set, good for ten minutes at least. Only for API keys.
#[utoipa::path(post, path = "/api/v1/backup-sets/{id}/job-token", tag = "job tokens", params(("id" = BackupSetId, Path)), request_body = CreateJobToken, responses(
    (status = 200, body = JobToken),
    (status = 403, description = "key_needed, key_limited", body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "method_basic, resource_not_available, restore_not_open, restore_not_consented, permissions_missing, needs_holder, needs_administrator, connection_doubtful, connection_ended, not_set_up", body = Problem, content_type = "application/problem+json"),
    (status = 429, description = "too_many_requests, with Retry-After", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "microsoft_unavailable, with Retry-After", body = Problem, content_type = "application/problem+json"),
))]
pub async fn create(
    State(http): State<Http>,
    JobKey(secret): JobKey,
    Id(set): Id<BackupSetId>,
    Body(request): Body<CreateJobToken>,
) -> Result<Response, ApiError> {
    let limit = |key: ApiKeyId| {
        guard::name_caller(None, "key", key.0);
        http.limits.take_job_token(key, http.app.now())
    };
    let asked = Asked { set, request };
    let answer = job_tokens::create(&http.app, secret.expose(), asked, limit).await?;
    // Written once: nobody copies the token for each who asks.
    Ok(json(Bytes::from_owner(answer)))
}
