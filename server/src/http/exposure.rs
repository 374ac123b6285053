//! The exposure report: what a key, an app, an account or a member reached since a date.

use super::{Http, answer::Json, input::Query, problem::ApiError};
use crate::{
    access::WholeReader,
    services::exposure::{self, Subject},
};
use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use shared::{
    api::{exposure::ExposureReport, problem::Problem},
    time::Timestamp,
};
use utoipa::{IntoParams, ToSchema};

/// In which form.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// JSON.
    #[default]
    Json,
    /// CSV (RFC 4180), times as RFC 3339 writes them.
    Csv,
}

/// About whom, since when.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FindExposure {
    /// `api_key:<id>`, `app:<id>`, `connection:<id>` or `member:<id>`.
    subject: String,
    /// From here on; without it, all that is known.
    #[serde(default)]
    since: Timestamp,
    /// `json`, or `csv`.
    #[serde(default)]
    format: Format,
}

/// What was reached: customers, connections, resources, tokens, and what was done, with first and last time.
#[utoipa::path(get, path = "/api/v1/exposure", tag = "audit", params(FindExposure), responses(
    (status = 200, body = ExposureReport),
    (status = 404, body = Problem, content_type = "application/problem+json"),
))]
pub async fn find(
    State(http): State<Http>,
    reader: WholeReader,
    Query(query): Query<FindExposure>,
) -> Result<Response, ApiError> {
    let subject = Subject::parse(&query.subject)?;
    let report = exposure::find(&http.app, reader.organization, subject, query.since).await?;
    if query.format == Format::Json {
        return Ok(Json(report).into_response());
    }
    let kind = (header::CONTENT_TYPE, "text/csv; charset=utf-8");
    let name = (header::CONTENT_DISPOSITION, "attachment; filename=\"rekey-exposure.csv\"");
    Ok(([kind, name], exposure::csv(&report)).into_response())
}
