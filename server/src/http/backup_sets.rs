//! Backup sets.

use super::{
    Http,
    answer::Json,
    input::{self, Body, Id, Query},
    problem::ApiError,
};
use crate::{
    access::{Editor, Reader},
    services::{
        ServiceError,
        backup_sets::{self, List},
        imports,
    },
    store::backup_sets::Filter,
};
use axum::extract::State;
use serde::Deserialize;
use shared::{
    api::{
        backup_sets::{
            BackupSetCounts, BackupSetView, Changes, SplitAnswer, SplitBackupSet, UpsertAnswer, UpsertBackupSets,
        },
        page::Page,
        problem::Problem,
    },
    id::{BackupSetId, CustomerId},
};
use utoipa::IntoParams;

/// Which sets, in which order.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListBackupSets {
    /// Only these methods, joined by commas: `basic,hybrid`.
    method: Option<String>,
    /// Only this customer's.
    customer: Option<CustomerId>,
    /// Only sets that hold some of these data, joined by commas: `exchange,teams`.
    workload: Option<String>,
    /// Text in name, account or customer.
    query: Option<String>,
    /// Only the set with this id of the backup product's.
    external_id: Option<String>,
    /// `customer` (then name), `name` or `method`; with a minus before it the other way round.
    sort: Option<String>,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// 1 to 200; 50 unless told.
    limit: Option<u64>,
}

/// Which sets to count.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CountBackupSets {
    /// Only this customer's.
    customer: Option<CustomerId>,
    /// Only sets that hold some of these data, joined by commas.
    workload: Option<String>,
    /// Text in name, account or customer.
    query: Option<String>,
}

/// From where.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListChanges {
    /// The `next` of the answer before; 0 or absent: from the beginning.
    after: Option<i64>,
    /// 1 to 1,000; 50 unless told.
    limit: Option<u64>,
}

/// One page of sets.
#[utoipa::path(get, path = "/api/v1/backup-sets", tag = "backup sets", params(ListBackupSets), responses(
    (status = 200, body = Page<BackupSetView>),
    (status = 422, description = "field_invalid (method, sort, cursor, limit)", body = Problem),
))]
pub async fn list(
    State(http): State<Http>,
    reader: Reader,
    Query(query): Query<ListBackupSets>,
) -> Result<Json<Page<BackupSetView>>, ApiError> {
    let (sort, descending) = backup_sets::parse_sort(query.sort.as_deref())?;
    let methods = backup_sets::parse_methods(query.method.as_deref())?;
    let filter = Filter {
        methods,
        customer: query.customer,
        query: text(query.query)?,
        external_id: query.external_id,
        customers: Vec::new(),
        workloads: backup_sets::parse_workloads(query.workload.as_deref())?,
    };
    let limit = input::limit(query.limit, 200)?;
    let list = List { filter, sort, descending, cursor: query.cursor, limit };
    Ok(Json(backup_sets::list(&http.app, &reader.scope, &list).await?))
}

/// How the sets split by method.
#[utoipa::path(get, path = "/api/v1/backup-sets/counts", tag = "backup sets", params(CountBackupSets), responses((status = 200, body = BackupSetCounts)))]
pub async fn counts(
    State(http): State<Http>,
    reader: Reader,
    Query(query): Query<CountBackupSets>,
) -> Result<Json<BackupSetCounts>, ApiError> {
    let workloads = backup_sets::parse_workloads(query.workload.as_deref())?;
    let (customer, query) = (query.customer, text(query.query)?);
    let filter = Filter { customer, workloads, query, ..Filter::default() };
    Ok(Json(backup_sets::counts(&http.app, &reader.scope, &filter).await?))
}

/// Which sets changed their method since a cursor: for a backup product that polls.
#[utoipa::path(get, path = "/api/v1/backup-sets/changes", tag = "backup sets", params(ListChanges), responses((status = 200, body = Changes)))]
pub async fn changes(
    State(http): State<Http>,
    reader: Reader,
    Query(query): Query<ListChanges>,
) -> Result<Json<Changes>, ApiError> {
    let limit = input::limit(query.limit, 1000)?;
    let after = query.after.unwrap_or(0);
    if after < 0 {
        return Err(ServiceError::field("after", "expected 0 or the `next` of an earlier answer").into());
    }
    Ok(Json(backup_sets::changes(&http.app, &reader.scope, after, limit).await?))
}

/// One set.
#[utoipa::path(get, path = "/api/v1/backup-sets/{id}", tag = "backup sets", params(("id" = BackupSetId, Path)), responses(
    (status = 200, body = BackupSetView),
    (status = 404, body = Problem),
))]
pub async fn find(
    State(http): State<Http>,
    reader: Reader,
    Id(id): Id<BackupSetId>,
) -> Result<Json<BackupSetView>, ApiError> {
    Ok(Json(backup_sets::find(&http.app, &reader.scope, id).await?))
}

/// Takes a part of a set into a set of its own, so that each can use the method that reaches it. The backup product splits
/// its own set first and names the new one.
#[utoipa::path(post, path = "/api/v1/backup-sets/{id}/split", tag = "backup sets", params(("id" = BackupSetId, Path)), request_body = SplitBackupSet, responses(
    (status = 200, body = SplitAnswer),
    (status = 404, body = Problem),
    (status = 409, description = "nothing_to_split, changed_meanwhile", body = Problem),
    (status = 422, description = "field_invalid (workloads, external_id, name)", body = Problem),
))]
pub async fn split(
    State(http): State<Http>,
    editor: Editor,
    Id(id): Id<BackupSetId>,
    Body(request): Body<SplitBackupSet>,
) -> Result<Json<SplitAnswer>, ApiError> {
    Ok(Json(backup_sets::split(&http.app, &editor.scope, &editor.actor, id, &request).await?))
}

/// Adds or changes sets by their `external_id`: all or nothing.
#[utoipa::path(put, path = "/api/v1/backup-sets", tag = "backup sets", request_body = UpsertBackupSets, responses(
    (status = 200, body = UpsertAnswer),
    (status = 422, description = "field_invalid, with the field as a path such as sets[3].tenant", body = Problem),
))]
pub async fn upsert(
    State(http): State<Http>,
    editor: Editor,
    Body(request): Body<UpsertBackupSets>,
) -> Result<Json<UpsertAnswer>, ApiError> {
    Ok(Json(imports::upsert(&http.app, &editor.scope, &editor.actor, request).await?))
}

fn text(query: Option<String>) -> Result<String, ServiceError> {
    let query = query.unwrap_or_default();
    if query.chars().count() > 200 {
        return Err(ServiceError::field("query", "expected at most 200 characters"));
    }
    Ok(query)
}
