//! Notices: what the portal warns of.

use super::{
    Http,
    answer::Json,
    input::{self, Id, Query},
    problem::ApiError,
};
use crate::{
    access::{Editor, Reader},
    services::notices,
};
use axum::extract::State;
use serde::Deserialize;
use shared::api::{notices::NoticeView, page::Page, problem::Problem};
use utoipa::IntoParams;
use uuid::Uuid;

/// Which notices.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListNotices {
    /// The settled ones, too.
    #[serde(default)]
    all: bool,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// 1 to 200; 50 unless told.
    limit: Option<u64>,
}

/// One page of notices, newest first.
#[utoipa::path(get, path = "/api/v1/notices", tag = "notices", params(ListNotices), responses((status = 200, body = Page<NoticeView>)))]
pub async fn list(
    State(http): State<Http>,
    reader: Reader,
    Query(query): Query<ListNotices>,
) -> Result<Json<Page<NoticeView>>, ApiError> {
    let limit = input::limit(query.limit, 200)?;
    let organization = &reader.scope;
    Ok(Json(notices::list(&http.app, organization, query.all, query.cursor.as_deref(), limit).await?))
}

/// Settles a notice: somebody has seen to it.
#[utoipa::path(post, path = "/api/v1/notices/{id}/resolve", tag = "notices", params(("id" = Uuid, Path)), responses(
    (status = 200, body = NoticeView),
    (status = 404, body = Problem),
))]
pub async fn resolve(State(http): State<Http>, editor: Editor, Id(id): Id<Uuid>) -> Result<Json<NoticeView>, ApiError> {
    Ok(Json(notices::settle(&http.app, &editor.scope, &editor.actor, id).await?))
}
