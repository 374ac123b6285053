//! The audit log, for reading.

use super::{
    Http,
    answer::Json,
    input::{self, Query},
    problem::ApiError,
};
use crate::{
    access::WholeReader,
    services::{
        audit,
        audit_export::{self, Export, Wanted},
    },
};
use axum::{
    body::{Body, Bytes},
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use futures::stream;
use serde::Deserialize;
use shared::{
    api::{audit::AuditEntryView, page::Page, problem::Problem},
    id::CustomerId,
    time::Timestamp,
};
use utoipa::IntoParams;

/// Which events.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListAudit {
    /// Only events about this customer.
    customer: Option<CustomerId>,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// 1 to 200; 50 unless told.
    limit: Option<u64>,
}

/// One page of events, newest first.
#[utoipa::path(get, path = "/api/v1/audit", tag = "audit", params(ListAudit), responses(
    (status = 200, body = Page<AuditEntryView>),
    (status = 404, body = Problem),
))]
pub async fn list(
    State(http): State<Http>,
    reader: WholeReader,
    Query(query): Query<ListAudit>,
) -> Result<Json<Page<AuditEntryView>>, ApiError> {
    let limit = input::limit(query.limit, 200)?;
    Ok(Json(audit::list(&http.app, reader.organization, query.customer, query.cursor.as_deref(), limit).await?))
}

/// What is exported.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExportAudit {
    /// Events from here on.
    since: Option<Timestamp>,
    /// Events before this time.
    until: Option<Timestamp>,
    /// Events about this customer only; others are lines with nothing but their digest.
    customer: Option<CustomerId>,
}

/// The sealed log as JSON Lines that can be verified elsewhere: docs/audit-export.md.
#[utoipa::path(get, path = "/api/v1/audit/export", tag = "audit", params(ExportAudit), responses(
    (status = 200, description = "JSON Lines", content_type = "application/x-ndjson"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
))]
pub async fn export(
    State(http): State<Http>,
    reader: WholeReader,
    Query(query): Query<ExportAudit>,
) -> Result<Response, ApiError> {
    let wanted = Wanted { since: query.since, until: query.until, customer: query.customer };
    let export = audit_export::begin(&http.app, reader.organization, &reader.actor, wanted).await?;
    let kind = (header::CONTENT_TYPE, "application/x-ndjson");
    let name = (header::CONTENT_DISPOSITION, "attachment; filename=\"rekey-audit.jsonl\"");
    Ok(([kind, name], Body::from_stream(lines(export))).into_response())
}

/// A failure breaks the answer off: whoever reads it misses the last line and knows.
fn lines(export: Export) -> impl stream::Stream<Item = Result<Bytes, crate::services::ServiceError>> + Send {
    stream::try_unfold(export, async |mut export| {
        let next = export.next().await.inspect_err(|error| tracing::error!(?error, "an export broke off"))?;
        Ok(next.map(|text| (Bytes::from(text), export)))
    })
}
