//! Authorizations.

use super::{
    Http,
    answer::Json,
    input::{self, Body, Id, Ids, Query},
    live,
    problem::ApiError,
};
use crate::{
    access::{Editor, Reader},
    services::{authorizations, connect},
};
use axum::{extract::State, response::Response};
use serde::Deserialize;
use shared::{
    api::{
        authorizations::{
            AuthorizationPreview, AuthorizationState, AuthorizationView, ConnectLink, CreateAuthorization,
        },
        page::Page,
        problem::Problem,
    },
    id::{AuthorizationId, CustomerId, SignInId},
};
use std::time::Duration;
use utoipa::IntoParams;

/// Which authorizations.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListAuthorizations {
    /// Only these.
    #[param(inline)]
    state: Option<AuthorizationState>,
    /// Only this customer's; not together with `state`.
    customer: Option<CustomerId>,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// 1 to 100; 50 unless told.
    limit: Option<u64>,
}

/// What an authorization would do: who signs in, what is asked for and why, what is impossible. Stores nothing.
#[utoipa::path(post, path = "/api/v1/authorizations/preview", tag = "authorizations", request_body = CreateAuthorization, responses(
    (status = 200, body = AuthorizationPreview),
    (status = "4XX", description = "field_invalid (backup_sets, method), method_not_available", body = Problem, content_type = "application/problem+json"),
))]
pub async fn preview(
    State(http): State<Http>,
    reader: Reader,
    Body(request): Body<CreateAuthorization>,
) -> Result<Json<AuthorizationPreview>, ApiError> {
    Ok(Json(authorizations::preview(&http.app, &reader.scope, &request).await?))
}

/// Creates an authorization with its queue of sign-ins. No set changes by it.
#[utoipa::path(post, path = "/api/v1/authorizations", tag = "authorizations", request_body = CreateAuthorization, responses(
    (status = 200, body = AuthorizationView),
    (status = "4XX", description = "field_invalid, method_not_available, tenant_unconfirmed, nothing_to_authorize", body = Problem, content_type = "application/problem+json"),
))]
pub async fn create(
    State(http): State<Http>,
    editor: Editor,
    Body(request): Body<CreateAuthorization>,
) -> Result<Json<AuthorizationView>, ApiError> {
    Ok(Json(authorizations::create(&http.app, &editor.scope, &editor.actor, &request).await?))
}

/// One page of authorizations, newest first.
#[utoipa::path(get, path = "/api/v1/authorizations", tag = "authorizations", params(ListAuthorizations), responses((status = 200, body = Page<AuthorizationView>)))]
pub async fn list(
    State(http): State<Http>,
    reader: Reader,
    Query(query): Query<ListAuthorizations>,
) -> Result<Json<Page<AuthorizationView>>, ApiError> {
    let limit = input::limit(query.limit, 100)?;
    let ListAuthorizations { state, customer, cursor, .. } = query;
    let page = authorizations::list(&http.app, &reader.scope, state, customer, cursor.as_deref(), limit).await?;
    Ok(Json(page))
}

/// One authorization.
#[utoipa::path(get, path = "/api/v1/authorizations/{id}", tag = "authorizations", params(("id" = AuthorizationId, Path)), responses(
    (status = 200, body = AuthorizationView),
    (status = 404, body = Problem),
))]
pub async fn find(
    State(http): State<Http>,
    reader: Reader,
    Id(id): Id<AuthorizationId>,
) -> Result<Json<AuthorizationView>, ApiError> {
    Ok(Json(authorizations::find(&http.app, &reader.scope, id).await?))
}

/// Calls an authorization off. What is done stays done.
#[utoipa::path(post, path = "/api/v1/authorizations/{id}/cancel", tag = "authorizations", params(("id" = AuthorizationId, Path)), responses(
    (status = 200, body = AuthorizationView),
    (status = 409, description = "not_open", body = Problem),
))]
pub async fn cancel(
    State(http): State<Http>,
    editor: Editor,
    Id(id): Id<AuthorizationId>,
) -> Result<Json<AuthorizationView>, ApiError> {
    Ok(Json(authorizations::cancel(&http.app, &editor.scope, &editor.actor, id).await?))
}

/// Makes a link that opens the connect page, for an hour. The secret is shown this once.
#[utoipa::path(post, path = "/api/v1/authorizations/{id}/connect-link", tag = "authorizations", params(("id" = AuthorizationId, Path)), responses(
    (status = 200, body = ConnectLink),
    (status = 409, description = "not_open", body = Problem),
))]
pub async fn create_link(
    State(http): State<Http>,
    editor: Editor,
    Id(id): Id<AuthorizationId>,
) -> Result<Json<ConnectLink>, ApiError> {
    Ok(Json(authorizations::create_link(&http.app, &editor.scope, &editor.actor, id).await?))
}

/// Saves a sign-in whose account is connected already: nobody signs in.
#[utoipa::path(post, path = "/api/v1/authorizations/{id}/sign-ins/{sign_in}/save", tag = "authorizations",
    params(("id" = AuthorizationId, Path), ("sign_in" = SignInId, Path)),
    responses(
        (status = 200, body = AuthorizationView),
        (status = 409, description = "not_open, sign_in_needed", body = Problem),
    ))]
pub async fn save_connected(
    State(http): State<Http>,
    editor: Editor,
    Ids(id, sign_in): Ids<AuthorizationId, SignInId>,
) -> Result<Json<AuthorizationView>, ApiError> {
    connect::save_connected(&http.app, &editor.scope, &editor.actor, id, sign_in).await?;
    connect::settle(&http.app, &editor.scope, id, sign_in, Duration::from_secs(5)).await?;
    Ok(Json(authorizations::find(&http.app, &editor.scope, id).await?))
}

/// The authorization, live: one whole snapshot a line, whenever it changes.
#[utoipa::path(get, path = "/api/v1/authorizations/{id}/live", tag = "authorizations", params(("id" = AuthorizationId, Path)), responses(
    (status = 200, body = AuthorizationView, content_type = "application/x-ndjson"),
    (status = 404, body = Problem),
    (status = 429, description = "too_many_streams", body = Problem, content_type = "application/problem+json"),
))]
pub async fn live(State(http): State<Http>, reader: Reader, Id(id): Id<AuthorizationId>) -> Result<Response, ApiError> {
    authorizations::find(&http.app, &reader.scope, id).await?;
    live::follow(&http, &reader, live::Subject::Authorization(id), move |app, scope| async move {
        authorizations::find(&app, &scope, id).await
    })
}
