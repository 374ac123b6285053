//! The customer's own page, by the secret of its link in the header `rekey-connect`; and the members' side of that link.

use super::{
    Http,
    answer::Json,
    caller::ConnectSecret,
    input::{Body, Id},
    problem::ApiError,
};
use crate::{access::Editor, services::customer_page};
use axum::{extract::State, http::StatusCode};
use shared::{
    api::{
        authorizations::ConnectLink,
        customer_page::{AskRemoval, CustomerPage, CustomerPageLink},
        problem::Problem,
    },
    id::CustomerId,
};

/// What is connected. Changes nothing; unknown, revoked and expired links look alike.
#[utoipa::path(get, path = "/api/v1/customer-page", tag = "customer page", security(("connect" = [])), responses(
    (status = 200, body = CustomerPage),
    (status = 404, body = Problem),
))]
pub async fn find(State(http): State<Http>, caller: ConnectSecret) -> Result<Json<CustomerPage>, ApiError> {
    let shown = customer_page::view(&http.app, caller.secret.expose()).await;
    Ok(Json(caller.open(&http, shown)?))
}

/// Asks to remove a connection: the answer leads an administrator of the tenant, or the holder of the account, to the connect
/// page. Nothing is removed before they have signed in and saved.
#[utoipa::path(post, path = "/api/v1/customer-page/removal", tag = "customer page", security(("connect" = [])), request_body = AskRemoval, responses(
    (status = 200, body = ConnectLink),
    (status = 404, body = Problem),
    (status = 409, description = "app_removed, own_app, method_not_available, already_disconnected", body = Problem),
))]
pub async fn ask_removal(
    State(http): State<Http>,
    caller: ConnectSecret,
    Body(request): Body<AskRemoval>,
) -> Result<Json<ConnectLink>, ApiError> {
    let asking = caller.open(&http, customer_page::ask(&http.app, caller.secret.expose()).await)?;
    http.limits.take_link_change(asking.link(), http.app.now())?;
    let asked = customer_page::ask_removal(&http.app, asking, request.connection).await;
    Ok(Json(caller.open(&http, asked)?))
}

/// Makes a link to the customer's own page; those before it end. Its address is shown this once.
#[utoipa::path(post, path = "/api/v1/customers/{id}/page-link", tag = "customers", params(("id" = CustomerId, Path)), responses(
    (status = 200, body = CustomerPageLink),
    (status = 404, body = Problem),
))]
pub async fn create(
    State(http): State<Http>,
    editor: Editor,
    Id(id): Id<CustomerId>,
) -> Result<Json<CustomerPageLink>, ApiError> {
    Ok(Json(customer_page::create(&http.app, &editor.scope, &editor.actor, id).await?))
}

/// Ends every link to the customer's own page.
#[utoipa::path(post, path = "/api/v1/customers/{id}/page-link/revoke", tag = "customers", params(("id" = CustomerId, Path)), responses(
    (status = 204, description = "ended"),
    (status = 404, body = Problem),
))]
pub async fn revoke(State(http): State<Http>, editor: Editor, Id(id): Id<CustomerId>) -> Result<StatusCode, ApiError> {
    customer_page::revoke(&http.app, &editor.scope, &editor.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
