//! The certificate desk, the check of an app and the kill switch of a customer.

use super::{
    Http,
    answer::Json,
    input::{self, Body, Id, Query},
    problem::ApiError,
};
use crate::{
    access::{Editor, Manager, Reader},
    services::{desk, kill_switch, probe},
};
use axum::extract::State;
use serde::Deserialize;
use shared::{
    api::{
        apps::AppCheck,
        customers::{KillSwitch, KillSwitchReport},
        notices::ExpiryView,
        page::Page,
        problem::Problem,
    },
    id::{ConnectionId, CustomerId},
};
use utoipa::IntoParams;

/// Which certificates.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListCertificates {
    /// The `next` of the page before.
    cursor: Option<String>,
    /// 1 to 200; 50 unless told.
    limit: Option<u64>,
}

/// One page of the certificates in use, soonest end first.
#[utoipa::path(get, path = "/api/v1/certificates", tag = "apps", params(ListCertificates), responses((status = 200, body = Page<ExpiryView>)))]
pub async fn list(
    State(http): State<Http>,
    reader: Reader,
    Query(query): Query<ListCertificates>,
) -> Result<Json<Page<ExpiryView>>, ApiError> {
    let limit = input::limit(query.limit, 200)?;
    Ok(Json(desk::list(&http.app, &reader.scope, query.cursor.as_deref(), limit).await?))
}

/// Checks an app now: a token by its certificate, and its permissions.
#[utoipa::path(post, path = "/api/v1/apps/{id}/check", tag = "apps", params(("id" = ConnectionId, Path)), responses(
    (status = 200, body = AppCheck),
    (status = 404, body = Problem),
    (status = 409, description = "app_not_in_use, changed_meanwhile", body = Problem),
    (status = 503, description = "microsoft_unavailable", body = Problem),
))]
pub async fn check(
    State(http): State<Http>,
    editor: Editor,
    Id(id): Id<ConnectionId>,
) -> Result<Json<AppCheck>, ApiError> {
    Ok(Json(probe::check(&http.app, &editor.scope, &editor.actor, id).await?))
}

/// Forgets every key of a customer at once. The answer says what an administrator of the tenant must still delete.
#[utoipa::path(post, path = "/api/v1/customers/{id}/kill-switch", tag = "customers", params(("id" = CustomerId, Path)), request_body = KillSwitch, responses(
    (status = 200, body = KillSwitchReport),
    (status = 403, description = "role_insufficient, member_needed, sign_in_stale", body = Problem),
    (status = 404, body = Problem),
    (status = 422, description = "field_invalid: the name does not match", body = Problem),
))]
pub async fn kill_switch(
    State(http): State<Http>,
    manager: Manager,
    Id(id): Id<CustomerId>,
    Body(request): Body<KillSwitch>,
) -> Result<Json<KillSwitchReport>, ApiError> {
    Ok(Json(kill_switch::pull(&http.app, manager.organization, &manager.actor, id, &request).await?))
}
