//! Customers: added by tenant id or domain; the tenant is found at Microsoft, shown, and confirmed by a member (§4.2).

use super::{ServiceError, cursor, text};
use crate::{
    audit::Actor,
    microsoft::tenant::TenantError,
    outbound::mail,
    state::AppState,
    store::{
        Scope, Scoped,
        connections::Connection,
        customers::{Customer, FleetFilter, FleetOrder, FleetPosition, Listed, key_of},
    },
};
use serde::{Deserialize, Serialize};
use shared::{
    api::{
        apps::AppState as AppHealth,
        customers::{
            ConnectionState, ConnectionView, CreateCustomer, CustomerView, Health, HealthCounts, RenameCustomer,
            SetContact,
        },
        page::Page,
    },
    id::{CustomerId, OrganizationId, PERSONAL_ACCOUNTS, TenantId},
    language::Language,
    rules::scopes::can_restore,
    time::Timestamp,
};
use std::collections::HashMap;

/// A certificate that ends within so many seconds ends soon.
const SOON: i64 = 30 * 24 * 3600;
/// A list leaves the connections of a customer out where there are more.
const MOST_LISTED: u64 = 20;

/// The tenant behind an id or a domain, and the domain if it was one.
pub async fn find_tenant(
    app: &AppState,
    field: &str,
    tenant: &str,
) -> Result<(TenantId, Option<String>), ServiceError> {
    let text = tenant.trim();
    if let Ok(id) = text.parse::<TenantId>() {
        if id == PERSONAL_ACCOUNTS {
            return Err(ServiceError::field(
                field,
                "expected an organization's tenant; this is the one of personal Microsoft accounts",
            ));
        }
        return Ok((id, None));
    }
    match app.microsoft.tenants.find(text).await {
        Ok(id) => Ok((id, Some(text.to_lowercase()))),
        Err(error) => Err(tenant_refusal(field, text, &error)),
    }
}

fn tenant_refusal(field: &str, text: &str, error: &TenantError) -> ServiceError {
    match error {
        TenantError::NotADomain => ServiceError::field(
            field,
            format!(
                "“{}” is not a domain. Write it with its ending, such as contoso.com, or paste the tenant id",
                short(text)
            ),
        ),
        TenantError::NotFound(_) => {
            ServiceError::field(field, format!("Microsoft knows no organization with the domain “{}”", short(text)))
        }
        TenantError::OtherCloud(_) => ServiceError::field(
            field,
            format!("“{}” lives in another Microsoft cloud, which this installation does not serve", short(text)),
        ),
        TenantError::Personal => {
            ServiceError::field(field, "expected an organization's domain, not one of personal Microsoft accounts")
        }
        TenantError::Busy { .. } | TenantError::Unavailable(_) | TenantError::WrongAnswer(_) => {
            ServiceError::MicrosoftUnavailable
        }
    }
}

fn short(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).take(80).collect()
}

/// Adds a customer, its tenant not confirmed yet.
pub async fn create(
    app: &AppState,
    scope: &Scope,
    actor: &Actor,
    request: &CreateCustomer,
) -> Result<CustomerView, ServiceError> {
    let name = text::name("name", &request.name, 120)?;
    let (tenant, domain) = find_tenant(app, "tenant", &request.tenant).await?;
    let customer = Customer::new(CustomerId(app.new_id()), name, tenant, domain);
    let tx = app.store.write(scope).await?;
    if !tx.find_customers_by_tenant(&[tenant]).await?.is_empty() {
        return Err(ServiceError::conflict("customer_exists", "There is a customer with this tenant already."));
    }
    tx.add_customer(&customer, None, app.now()).await?;
    app.audit()
        .record(&tx, "customer.created", actor, format!("customer:{}", customer.id), format!("tenant={tenant}"))
        .await?;
    tx.commit().await?;
    find(app, scope, customer.id).await
}

/// Confirms that the tenant found is the right one.
pub async fn confirm(
    app: &AppState,
    scope: &Scope,
    actor: &Actor,
    id: CustomerId,
    tenant: TenantId,
) -> Result<CustomerView, ServiceError> {
    let tx = app.store.write(scope).await?;
    let customer = tx.find_customer(id).await?.ok_or(ServiceError::NotFound)?;
    if customer.tenant != tenant {
        return Err(ServiceError::conflict(
            "tenant_differs",
            "This customer's tenant is another one. Look again, then confirm.",
        ));
    }
    if customer.confirmed_at.is_none() {
        tx.confirm_customer(id, tenant, &actor.reference(), app.now()).await?;
        app.audit()
            .record(&tx, "customer.tenant_confirmed", actor, format!("customer:{id}"), format!("tenant={tenant}"))
            .await?;
    }
    tx.commit().await?;
    find(app, scope, id).await
}

/// Corrects a customer's name. Which tenant it is stays as it was confirmed.
pub async fn rename(
    app: &AppState,
    scope: &Scope,
    actor: &Actor,
    id: CustomerId,
    request: &RenameCustomer,
) -> Result<CustomerView, ServiceError> {
    let name = text::name("name", &request.name, 120)?;
    let tx = app.store.write_many(scope).await?;
    let before = tx.find_customer(id).await?.ok_or(ServiceError::NotFound)?;
    if before.name != name {
        if !tx.rename_customer(id, &name).await? {
            return Err(ServiceError::NotFound);
        }
        app.audit().record(&tx, "customer.renamed", actor, format!("customer:{id}"), String::new()).await?;
        tx.commit().await?;
    }
    find(app, scope, id).await
}

/// Says who at the customer is told when something was connected.
pub async fn set_contact(
    app: &AppState,
    scope: &Scope,
    actor: &Actor,
    id: CustomerId,
    request: &SetContact,
) -> Result<CustomerView, ServiceError> {
    let contact = request.contact.as_deref().map(str::trim).filter(|text| !text.is_empty());
    if contact.is_some_and(|text| !mail::is_address(text)) {
        return Err(ServiceError::field("contact", "expected one mail address, such as it@contoso.com"));
    }
    let tx = app.store.write(scope).await?;
    let language = contact.map(|_| request.language.as_str());
    if !tx.update_customer_contact(id, contact, language).await? {
        return Err(ServiceError::NotFound);
    }
    let detail = if contact.is_some() { "set" } else { "none" }.to_owned();
    app.audit().record(&tx, "customer.contact", actor, format!("customer:{id}"), detail).await?;
    tx.commit().await?;
    find(app, scope, id).await
}

/// Takes a customer away with its backup sets and everything else that is only its own. Refused while anything of it works or is
/// on its way; the audit log keeps its lines.
pub async fn remove(
    app: &AppState,
    organization: OrganizationId,
    actor: &Actor,
    id: CustomerId,
) -> Result<(), ServiceError> {
    let tx = app.store.write_many(organization).await?;
    let customer = tx.find_customer(id).await?.ok_or(ServiceError::NotFound)?;
    // First: afterwards nothing can be made for it, by a wave or alone.
    tx.lock().await?;
    if !tx.hold_customer_alone(id).await? {
        return Err(ServiceError::NotFound);
    }
    if !tx.list_open_authorizations_of(id).await?.is_empty() {
        let detail = "An authorization of this customer is open. Let it finish, or cancel it, first.";
        return Err(ServiceError::conflict("authorization_open", detail));
    }
    if tx.find_running_journal(customer.tenant).await?.is_some_and(|journal| journal.customer == id) {
        let detail = "Something is being set up or removed in this customer's tenant. Wait for its end.";
        return Err(ServiceError::conflict("set_up_running", detail));
    }
    let accounts = tx.list_connections(&[id]).await?.iter().filter(|one| !one.state.is_over()).count();
    let apps = tx.list_apps(Some(id)).await?;
    let apps = apps.iter().filter(|one| one.removed_at.is_none() && one.state != AppHealth::Off).count();
    if accounts + apps > 0 {
        let detail = format!(
            "This customer still has access: {accounts} connected accounts, {apps} apps. Disconnect and remove them first, or pull the kill switch."
        );
        return Err(ServiceError::conflict("customer_has_access", detail));
    }
    let sets = tx.remove_customer(id).await?;
    let detail = format!("sets={sets} tenant={}", customer.tenant);
    app.audit().record(&tx, "customer.removed", actor, format!("customer:{id}"), detail).await?;
    Ok(tx.commit().await?)
}

/// One customer.
pub async fn find(app: &AppState, scope: &Scope, id: CustomerId) -> Result<CustomerView, ServiceError> {
    let tx = app.store.read(scope).await?;
    find_views(app, &tx, vec![id]).await?.pop().ok_or(ServiceError::NotFound)
}

/// What ends until then ends soon.
fn soon(app: &AppState) -> Timestamp {
    app.now().plus(SOON)
}

#[derive(Serialize, Deserialize)]
struct Cursor {
    health: Health,
    name: String,
    id: CustomerId,
}

/// One page of customers.
pub async fn list(
    app: &AppState,
    scope: &Scope,
    filter: &FleetFilter,
    order: FleetOrder,
    after: Option<&str>,
    limit: u64,
) -> Result<Page<CustomerView>, ServiceError> {
    let after: Option<Cursor> = cursor::read(after)?;
    let after = after.map(|Cursor { health, name, id }| FleetPosition { health, name, id });
    let tx = app.store.read(scope).await?;
    let mut found = tx.list_fleet(filter, order, soon(app), after.as_ref(), limit + 1).await?;
    let more = found.len() as u64 > limit;
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = found.last().filter(|_| more).and_then(|last| {
        let name = key_of(&last.customer.name);
        cursor::write(&Cursor { health: last.health, name, id: last.customer.id })
    });
    Ok(Page { items: views(&tx, found, Some(MOST_LISTED)).await?, next })
}

/// How many customers of a filter are how.
pub async fn counts(app: &AppState, scope: &Scope, filter: &FleetFilter) -> Result<HealthCounts, ServiceError> {
    Ok(app.store.read(scope).await?.count_fleet(filter, soon(app)).await?)
}

/// Customers by id, in this order, with their numbers and connections.
pub async fn find_views(app: &AppState, tx: &Scoped, ids: Vec<CustomerId>) -> Result<Vec<CustomerView>, ServiceError> {
    let count = ids.len() as u64;
    let filter = FleetFilter { within: Some(ids.clone()), ..FleetFilter::default() };
    let mut found = tx.list_fleet(&filter, FleetOrder::Name, soon(app), None, count).await?;
    found.sort_by_key(|one| ids.iter().position(|id| *id == one.customer.id));
    views(tx, found, None).await
}

async fn views(tx: &Scoped, found: Vec<Listed>, most: Option<u64>) -> Result<Vec<CustomerView>, ServiceError> {
    let few = |one: &&Listed| most.is_none_or(|most| one.connected + one.unwell <= most);
    let ids: Vec<_> = found.iter().filter(few).map(|one| one.customer.id).collect();
    let mut connections: HashMap<CustomerId, Vec<ConnectionView>> = HashMap::new();
    // Lists leave out what was disconnected on purpose: there is nothing to do about it.
    let shown = |one: &Connection| most.is_none() || one.state != ConnectionState::Disconnected;
    for connection in tx.list_connections(&ids).await?.into_iter().filter(shown) {
        connections.entry(connection.customer).or_default().push(connection_view(connection));
    }
    Ok(found
        .into_iter()
        .map(|Listed { customer, sets, health, connected, unwell: _, open_authorizations, ends_at }| CustomerView {
            id: customer.id,
            name: customer.name,
            tenant: customer.tenant,
            domain: customer.domain,
            confirmed_at: customer.confirmed_at,
            contact: customer.contact,
            contact_language: customer.contact_language.as_deref().and_then(Language::parse),
            sets,
            health,
            connected,
            open_authorizations,
            ends_at,
            connections: connections.remove(&customer.id).unwrap_or_default(),
        })
        .collect())
}

/// Reads states joined by commas.
pub fn parse_health(text: Option<&str>) -> Result<Vec<Health>, ServiceError> {
    let expected = "expected needs_somebody, ends_soon, not_connected, set_up_open or ok, joined by commas";
    let words = text.unwrap_or_default().split(',').filter(|word| !word.is_empty());
    words.map(Health::parse).collect::<Option<_>>().ok_or_else(|| ServiceError::field("health", expected))
}

/// Reads an order.
pub fn parse_order(text: Option<&str>) -> Result<FleetOrder, ServiceError> {
    match text {
        None | Some("name") => Ok(FleetOrder::Name),
        Some("attention") => Ok(FleetOrder::Attention),
        Some(_) => Err(ServiceError::field("sort", "expected name or attention")),
    }
}

/// A connection as it is shown.
pub(super) fn connection_view(connection: Connection) -> ConnectionView {
    ConnectionView {
        id: connection.id,
        can_restore: can_restore(connection.scopes.split_whitespace()),
        ended_at: connection.failed_at.filter(|_| connection.state.is_over()),
        next_check_at: connection.checked_at.plus(super::heartbeat::beat_after(connection.id)),
        account: connection.account,
        state: connection.state,
        connected_at: connection.connected_at,
        checked_at: connection.checked_at,
        help: connection.help,
    }
}
