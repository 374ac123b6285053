//! Imports: a list is uploaded and shown, then confirmed.

use super::{
    Http,
    answer::Json,
    input::{Body, Id},
    problem::ApiError,
};
use crate::{
    access::{Caller, Editor},
    import_file::{FileError, Format, Parser},
    services::imports,
};
use axum::{
    body::{BodyDataStream, Bytes},
    extract::{Request, State},
    http::{StatusCode, header},
};
use futures::StreamExt;
use shared::{
    api::{
        imports::{ConfirmImport, ImportView},
        problem::Problem,
    },
    id::ImportId,
};
use std::time::Duration;
use tokio::time::{Instant, timeout, timeout_at};

/// The longest that an upload takes.
const LONGEST_UPLOAD: Duration = Duration::from_mins(10);
/// The longest that one stands still.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// How many bytes of a refused upload are read and thrown away.
const DISCARDED: usize = 16 * 1024 * 1024;

/// Reads a list and shows what it would do. Nothing of it is stored until it is confirmed.
#[utoipa::path(post, path = "/api/v1/imports", tag = "imports",
    request_body(content = String, content_type = "text/csv", description = "text/csv (comma or semicolon) or application/x-ndjson, UTF-8; columns external_id, name, customer, tenant, account, account_role, covers, workloads, region, client_version, method, contact, contact_language"),
    responses(
        (status = 200, body = ImportView),
        (status = "4XX", description = "content_type, file_invalid, too_large, broken_off; 429 import_running, imports_busy", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn create(State(http): State<Http>, editor: Editor, request: Request) -> Result<Json<ImportView>, ApiError> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let format = Format::from_content_type(kind).ok_or_else(|| {
        let detail = "Send the list as text/csv or application/x-ndjson, in UTF-8.";
        ApiError::input(StatusCode::UNSUPPORTED_MEDIA_TYPE, "content_type", detail)
    })?;
    let mut parser = Parser::new(format);
    let mut body = request.into_body().into_data_stream();
    let _place = match http.limits.take_upload(editor.scope.organization) {
        Ok(place) => place,
        Err(refused) => {
            discard(&mut body).await;
            return Err(refused);
        }
    };
    let end = Instant::now() + LONGEST_UPLOAD;
    while let Some(piece) = next(&mut body, end).await? {
        parser.push(&piece).map_err(|error| refuse(&error))?;
    }
    let file = parser.finish().map_err(|error| refuse(&error))?;
    Ok(Json(imports::preview(&http.app, &editor.scope, &editor.actor, file).await?))
}

/// The next piece. An upload that stands still gives its place to others.
async fn next(body: &mut BodyDataStream, end: Instant) -> Result<Option<Bytes>, ApiError> {
    let broken = |detail: &str| ApiError::input(StatusCode::BAD_REQUEST, "broken_off", detail);
    let piece = timeout_at(end.min(Instant::now() + LONGEST_PAUSE), body.next()).await;
    let piece = piece.map_err(|_| broken("The upload came too slowly. Try again."))?;
    piece.transpose().map_err(|_| broken("The upload broke off. Try again."))
}

/// Reads a list of common size to its end, so that a browser that is still sending hears the answer.
async fn discard(body: &mut BodyDataStream) {
    let all = async {
        let mut left = DISCARDED;
        while let (Some(Ok(piece)), 1..) = (body.next().await, left) {
            left = left.saturating_sub(piece.len());
        }
    };
    let _ = timeout(LONGEST_PAUSE, all).await;
}

fn refuse(error: &FileError) -> ApiError {
    match error {
        FileError::TooLarge | FileError::TooManyLines => {
            ApiError::input(StatusCode::PAYLOAD_TOO_LARGE, "too_large", error.to_string())
        }
        _ => ApiError::input(StatusCode::UNPROCESSABLE_ENTITY, "file_invalid", error.to_string()),
    }
}

/// One import.
#[utoipa::path(get, path = "/api/v1/imports/{id}", tag = "imports", params(("id" = ImportId, Path)), responses(
    (status = 200, body = ImportView),
    (status = 404, body = Problem),
))]
pub async fn find(
    State(http): State<Http>,
    caller: Caller,
    Id(id): Id<ImportId>,
) -> Result<Json<ImportView>, ApiError> {
    Ok(Json(imports::find(&http.app, &caller.scope(), &caller.actor(), id).await?))
}

/// Stores a previewed list: all or nothing. Confirming again gives the same answer.
#[utoipa::path(post, path = "/api/v1/imports/{id}/confirm", tag = "imports", params(("id" = ImportId, Path)), request_body = ConfirmImport, responses(
    (status = 200, body = ImportView),
    (status = 409, description = "import_has_bad_lines, import_expired, changed_meanwhile", body = Problem),
))]
pub async fn confirm(
    State(http): State<Http>,
    editor: Editor,
    Id(id): Id<ImportId>,
    Body(request): Body<ConfirmImport>,
) -> Result<Json<ImportView>, ApiError> {
    Ok(Json(imports::confirm(&http.app, &editor.scope, &editor.actor, id, &request).await?))
}
