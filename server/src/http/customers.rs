//! Customers.

use super::{
    Http,
    answer::Json,
    input::{self, Body, Id, Query},
    problem::ApiError,
};
use crate::{
    access::{Editor, PartReader},
    services::{ServiceError, customers},
};
use axum::extract::State;
use serde::Deserialize;
use shared::{
    api::{
        customers::{ConfirmTenant, CreateCustomer, CustomerView},
        page::Page,
        problem::Problem,
    },
    id::CustomerId,
};
use utoipa::IntoParams;

/// Which customers.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListCustomers {
    /// Text in name or domain.
    query: Option<String>,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// 1 to 200; 50 unless told.
    limit: Option<u64>,
}

/// One page of customers, by name.
#[utoipa::path(get, path = "/api/v1/customers", tag = "customers", params(ListCustomers), responses((status = 200, body = Page<CustomerView>)))]
pub async fn list(
    State(http): State<Http>,
    reader: PartReader,
    Query(query): Query<ListCustomers>,
) -> Result<Json<Page<CustomerView>>, ApiError> {
    let limit = input::limit(query.limit, 200)?;
    let text = query.query.unwrap_or_default();
    Ok(Json(
        customers::list(&http.app, reader.organization, &reader.reach, &text, query.cursor.as_deref(), limit).await?,
    ))
}

/// Adds a customer; its tenant is looked up at Microsoft and waits to be confirmed.
#[utoipa::path(post, path = "/api/v1/customers", tag = "customers", request_body = CreateCustomer, responses(
    (status = 200, body = CustomerView),
    (status = "4XX", description = "field_invalid (name, tenant), customer_exists", body = Problem, content_type = "application/problem+json"),
))]
pub async fn create(
    State(http): State<Http>,
    editor: Editor,
    Body(request): Body<CreateCustomer>,
) -> Result<Json<CustomerView>, ApiError> {
    Ok(Json(customers::create(&http.app, editor.organization, &editor.actor, &request).await?))
}

/// One customer.
#[utoipa::path(get, path = "/api/v1/customers/{id}", tag = "customers", params(("id" = CustomerId, Path)), responses(
    (status = 200, body = CustomerView),
    (status = 404, body = Problem),
))]
pub async fn find(
    State(http): State<Http>,
    reader: PartReader,
    Id(id): Id<CustomerId>,
) -> Result<Json<CustomerView>, ApiError> {
    if !reader.reach.has(id) {
        return Err(ServiceError::NotFound.into());
    }
    Ok(Json(customers::find(&http.app, reader.organization, id).await?))
}

/// Confirms that the tenant found is the right one.
#[utoipa::path(post, path = "/api/v1/customers/{id}/confirm-tenant", tag = "customers", params(("id" = CustomerId, Path)), request_body = ConfirmTenant, responses(
    (status = 200, body = CustomerView),
    (status = 409, description = "tenant_differs", body = Problem),
))]
pub async fn confirm_tenant(
    State(http): State<Http>,
    editor: Editor,
    Id(id): Id<CustomerId>,
    Body(request): Body<ConfirmTenant>,
) -> Result<Json<CustomerView>, ApiError> {
    Ok(Json(customers::confirm(&http.app, editor.organization, &editor.actor, id, request.tenant).await?))
}
