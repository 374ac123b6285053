//! Customers.

use super::{
    Http,
    answer::Json,
    input::{self, Body, Id, Query},
    problem::ApiError,
};
use crate::{
    access::{Editor, Manager, Reader, WholeEditor},
    services::customers,
    store::customers::FleetFilter,
};
use axum::{extract::State, http::StatusCode};
use serde::Deserialize;
use shared::{
    api::{
        customers::{ConfirmTenant, CreateCustomer, CustomerView, HealthCounts, RenameCustomer, SetContact},
        page::Page,
        problem::Problem,
    },
    id::{CustomerId, WaveId},
    method::Method,
};
use utoipa::IntoParams;

/// Which customers.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListCustomers {
    /// Text in name or domain.
    query: Option<String>,
    /// Only these states, joined by commas: `needs_somebody,ends_soon`.
    health: Option<String>,
    /// Only customers with sets of this method.
    #[param(inline)]
    method: Option<Method>,
    /// Only customers of this wave.
    wave: Option<WaveId>,
    /// `name`, or `attention`: the worst first.
    sort: Option<String>,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// 1 to 200; 50 unless told.
    limit: Option<u64>,
}

/// Which customers to count.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CountCustomers {
    /// Text in name or domain.
    query: Option<String>,
    /// Only customers with sets of this method.
    #[param(inline)]
    method: Option<Method>,
    /// Only customers of this wave.
    wave: Option<WaveId>,
}

/// One page of customers, by name or the worst first.
#[utoipa::path(get, path = "/api/v1/customers", tag = "customers", params(ListCustomers), responses((status = 200, body = Page<CustomerView>)))]
pub async fn list(
    State(http): State<Http>,
    reader: Reader,
    Query(query): Query<ListCustomers>,
) -> Result<Json<Page<CustomerView>>, ApiError> {
    let limit = input::limit(query.limit, 200)?;
    let order = customers::parse_order(query.sort.as_deref())?;
    let filter = FleetFilter {
        query: query.query.unwrap_or_default(),
        health: customers::parse_health(query.health.as_deref())?,
        method: query.method,
        wave: query.wave,
        ..FleetFilter::default()
    };
    let cursor = query.cursor.as_deref();
    Ok(Json(customers::list(&http.app, &reader.scope, &filter, order, cursor, limit).await?))
}

/// How many customers are how.
#[utoipa::path(get, path = "/api/v1/customers/counts", tag = "customers", params(CountCustomers), responses((status = 200, body = HealthCounts)))]
pub async fn counts(
    State(http): State<Http>,
    reader: Reader,
    Query(query): Query<CountCustomers>,
) -> Result<Json<HealthCounts>, ApiError> {
    let filter = FleetFilter {
        query: query.query.unwrap_or_default(),
        method: query.method,
        wave: query.wave,
        ..FleetFilter::default()
    };
    Ok(Json(customers::counts(&http.app, &reader.scope, &filter).await?))
}

/// Adds a customer; its tenant is looked up at Microsoft and waits to be confirmed.
#[utoipa::path(post, path = "/api/v1/customers", tag = "customers", request_body = CreateCustomer, responses(
    (status = 200, body = CustomerView),
    (status = "4XX", description = "field_invalid (name, tenant), customer_exists", body = Problem, content_type = "application/problem+json"),
))]
pub async fn create(
    State(http): State<Http>,
    editor: WholeEditor,
    Body(request): Body<CreateCustomer>,
) -> Result<Json<CustomerView>, ApiError> {
    Ok(Json(customers::create(&http.app, &editor.scope, &editor.actor, &request).await?))
}

/// One customer.
#[utoipa::path(get, path = "/api/v1/customers/{id}", tag = "customers", params(("id" = CustomerId, Path)), responses(
    (status = 200, body = CustomerView),
    (status = 404, body = Problem),
))]
pub async fn find(
    State(http): State<Http>,
    reader: Reader,
    Id(id): Id<CustomerId>,
) -> Result<Json<CustomerView>, ApiError> {
    Ok(Json(customers::find(&http.app, &reader.scope, id).await?))
}

/// Takes a customer away with its backup sets, links and ended records. Refused while it has access or something is open; the
/// audit log keeps its lines.
#[utoipa::path(delete, path = "/api/v1/customers/{id}", tag = "customers", params(("id" = CustomerId, Path)), responses(
    (status = 204, description = "removed"),
    (status = 403, description = "role_insufficient, member_needed, sign_in_stale", body = Problem),
    (status = 404, body = Problem),
    (status = 409, description = "customer_has_access, authorization_open, set_up_running", body = Problem),
))]
pub async fn remove(
    State(http): State<Http>,
    manager: Manager,
    Id(id): Id<CustomerId>,
) -> Result<StatusCode, ApiError> {
    customers::remove(&http.app, manager.organization, &manager.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Corrects a customer's name; its tenant stays.
#[utoipa::path(post, path = "/api/v1/customers/{id}/name", tag = "customers", params(("id" = CustomerId, Path)), request_body = RenameCustomer, responses(
    (status = 200, body = CustomerView),
    (status = 404, body = Problem),
    (status = 422, description = "field_invalid (name)", body = Problem),
))]
pub async fn rename(
    State(http): State<Http>,
    editor: Editor,
    Id(id): Id<CustomerId>,
    Body(request): Body<RenameCustomer>,
) -> Result<Json<CustomerView>, ApiError> {
    Ok(Json(customers::rename(&http.app, &editor.scope, &editor.actor, id, &request).await?))
}

/// Says who at the customer is told by mail when something was connected.
#[utoipa::path(post, path = "/api/v1/customers/{id}/contact", tag = "customers", params(("id" = CustomerId, Path)), request_body = SetContact, responses(
    (status = 200, body = CustomerView),
    (status = 422, description = "field_invalid (contact)", body = Problem),
))]
pub async fn set_contact(
    State(http): State<Http>,
    editor: Editor,
    Id(id): Id<CustomerId>,
    Body(request): Body<SetContact>,
) -> Result<Json<CustomerView>, ApiError> {
    Ok(Json(customers::set_contact(&http.app, &editor.scope, &editor.actor, id, &request).await?))
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
    Ok(Json(customers::confirm(&http.app, &editor.scope, &editor.actor, id, request.tenant).await?))
}
