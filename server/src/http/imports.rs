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

/// Reads a list and shows what it would do. Nothing of it is stored until it is confirmed.
#[utoipa::path(post, path = "/api/v1/imports", tag = "imports",
    request_body(content = String, content_type = "text/csv", description = "text/csv (comma or semicolon) or application/x-ndjson, UTF-8; columns external_id, name, customer, tenant, account, account_role, covers, workloads, region, client_version, method"),
    responses(
        (status = 200, body = ImportView),
        (status = "4XX", description = "content_type, file_invalid, too_large", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn create(State(http): State<Http>, editor: Editor, request: Request) -> Result<Json<ImportView>, ApiError> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let format = Format::from_content_type(kind).ok_or_else(|| {
        let detail = "Send the list as text/csv or application/x-ndjson, in UTF-8.";
        ApiError::input(StatusCode::UNSUPPORTED_MEDIA_TYPE, "content_type", detail)
    })?;
    let mut parser = Parser::new(format);
    let mut body = request.into_body().into_data_stream();
    while let Some(piece) = body.next().await {
        let piece = piece
            .map_err(|_| ApiError::input(StatusCode::BAD_REQUEST, "broken_off", "The upload broke off. Try again."))?;
        parser.push(&piece).map_err(|error| refuse(&error))?;
    }
    let file = parser.finish().map_err(|error| refuse(&error))?;
    Ok(Json(imports::preview(&http.app, &editor.scope, &editor.actor, file).await?))
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
