//! Apps: app-only connections of customers' tenants.

use super::{
    Http,
    answer::Json,
    input::{Body, Id, Query},
    problem::ApiError,
};
use crate::{
    access::{Editor, Manager, Reader},
    services::apps,
};
use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use shared::{
    api::{
        apps::{AppView, OwnApp},
        authorizations::AuthorizationView,
        page::Page,
        problem::Problem,
    },
    id::{AuthorizationId, ConnectionId, CustomerId},
};
use utoipa::IntoParams;

/// Which apps.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListApps {
    /// Of this customer only.
    customer: Option<CustomerId>,
}

/// All apps, of one customer or of all.
#[utoipa::path(get, path = "/api/v1/apps", tag = "apps", params(ListApps), responses((status = 200, body = Page<AppView>)))]
pub async fn list(
    State(http): State<Http>,
    reader: Reader,
    Query(query): Query<ListApps>,
) -> Result<Json<Page<AppView>>, ApiError> {
    let items = apps::list(&http.app, &reader.scope, query.customer).await?;
    Ok(Json(Page { items, next: None }))
}

/// One app.
#[utoipa::path(get, path = "/api/v1/apps/{id}", tag = "apps", params(("id" = ConnectionId, Path)), responses(
    (status = 200, body = AppView),
    (status = 404, body = Problem),
))]
pub async fn find(
    State(http): State<Http>,
    reader: Reader,
    Id(id): Id<ConnectionId>,
) -> Result<Json<AppView>, ApiError> {
    Ok(Json(apps::find(&http.app, &reader.scope, id).await?))
}

/// The certificate that the app carries or is to carry: its public side, PEM.
#[utoipa::path(get, path = "/api/v1/apps/{id}/certificate.pem", tag = "apps", params(("id" = ConnectionId, Path)), responses(
    (status = 200, description = "PEM", content_type = "application/x-pem-file"),
    (status = 404, body = Problem),
))]
pub async fn certificate(
    State(http): State<Http>,
    reader: Reader,
    Id(id): Id<ConnectionId>,
) -> Result<Response, ApiError> {
    let pem = apps::certificate_pem(&http.app, &reader.scope, id).await?;
    let kind = (header::CONTENT_TYPE, "application/x-pem-file");
    let name = (header::CONTENT_DISPOSITION, "attachment; filename=\"rekey-certificate.pem\"");
    Ok(([kind, name], pem).into_response())
}

/// *Update configuration*: an authorization by which an administrator gives the tenant's apps new certificates and
/// repairs their permissions.
#[utoipa::path(post, path = "/api/v1/apps/{id}/update-configuration", tag = "apps", params(("id" = ConnectionId, Path)), responses(
    (status = 200, body = AuthorizationView),
    (status = 409, description = "app_removed, method_not_available", body = Problem),
))]
pub async fn update_configuration(
    State(http): State<Http>,
    editor: Editor,
    Id(id): Id<ConnectionId>,
) -> Result<Json<AuthorizationView>, ApiError> {
    Ok(Json(apps::update_configuration(&http.app, &editor.scope, &editor.actor, id).await?))
}

/// Off-boarding: an authorization by which an administrator deletes the tenant's apps; their absence is proved.
#[utoipa::path(post, path = "/api/v1/apps/{id}/remove", tag = "apps", params(("id" = ConnectionId, Path)), responses(
    (status = 200, body = AuthorizationView),
    (status = 409, description = "app_removed, method_not_available", body = Problem),
))]
pub async fn remove(
    State(http): State<Http>,
    manager: Manager,
    Id(id): Id<ConnectionId>,
) -> Result<Json<AuthorizationView>, ApiError> {
    Ok(Json(apps::remove(&http.app, &manager.organization.into(), &manager.actor, id).await?))
}

/// Takes a fresh switch back, until a job got a token: the sets are basic again at once. The app's record says what an
/// administrator must still delete.
#[utoipa::path(post, path = "/api/v1/apps/{id}/undo", tag = "apps", params(("id" = ConnectionId, Path)), responses(
    (status = 200, body = AppView),
    (status = 409, description = "in_use, not_set_up", body = Problem),
))]
pub async fn undo(
    State(http): State<Http>,
    editor: Editor,
    Id(id): Id<ConnectionId>,
) -> Result<Json<AppView>, ApiError> {
    Ok(Json(apps::undo(&http.app, &editor.scope, &editor.actor, id).await?))
}

/// An app that the customer's administrator brings. Without `client_id`: prepares the record and the certificate to
/// upload. With it: proves the app and changes the sets.
#[utoipa::path(post, path = "/api/v1/authorizations/{id}/own-app", tag = "authorizations", params(("id" = AuthorizationId, Path)), request_body = OwnApp, responses(
    (status = 200, body = AppView),
    (status = 409, description = "not_open, not_own_app", body = Problem),
))]
pub async fn own_app(
    State(http): State<Http>,
    editor: Editor,
    Id(id): Id<AuthorizationId>,
    Body(request): Body<OwnApp>,
) -> Result<Json<AppView>, ApiError> {
    Ok(Json(apps::own_app(&http.app, &editor.scope, &editor.actor, id, request.client_id).await?))
}
