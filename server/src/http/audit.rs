//! The audit log, for reading.

use super::{
    Http,
    answer::Json,
    input::{self, Query},
    problem::ApiError,
};
use crate::{access::WholeReader, services::audit};
use axum::extract::State;
use serde::Deserialize;
use shared::api::{audit::AuditEntryView, page::Page};
use utoipa::IntoParams;

/// Which events.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListAudit {
    /// The `next` of the page before.
    cursor: Option<String>,
    /// 1 to 200; 50 unless told.
    limit: Option<u64>,
}

/// One page of events, newest first.
#[utoipa::path(get, path = "/api/v1/audit", tag = "audit", params(ListAudit), responses((status = 200, body = Page<AuditEntryView>)))]
pub async fn list(
    State(http): State<Http>,
    reader: WholeReader,
    Query(query): Query<ListAudit>,
) -> Result<Json<Page<AuditEntryView>>, ApiError> {
    let limit = input::limit(query.limit, 200)?;
    Ok(Json(audit::list(&http.app, reader.organization, query.cursor.as_deref(), limit).await?))
}
