//! Stores a compared list: customers first, then new sets, then changed ones, in the caller's transaction.

use super::{
    compare::{self, Row},
    contacts,
};
use crate::{
    audit::Actor,
    services::ServiceError,
    state::AppState,
    store::{Scoped, backup_sets::BackupSet, customers::Customer},
};
use shared::{
    api::backup_sets::UpsertAnswer,
    id::{BackupSetId, CustomerId, TenantId},
};
use std::collections::HashMap;

/// Whether somebody has seen which tenants the list names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tenants {
    /// In the preview of an import: storing the list confirms them.
    Seen,
    /// Not in an upsert by a program: a member confirms them before anything is authorized.
    Unseen,
}

/// Stores; the comparison is made anew within the transaction, so that what another import stored meanwhile counts.
pub async fn store(
    app: &AppState,
    tx: &Scoped,
    actor: &Actor,
    rows: Vec<Row>,
    tenants: Tenants,
) -> Result<UpsertAnswer, ServiceError> {
    let now = app.now();
    let customers = store_customers(app, tx, actor, &rows, tenants).await?;
    let prepared = compare::compare(tx, &rows).await?;
    let mut added = Vec::with_capacity(prepared.new.len());
    for position in &prepared.new {
        let Some(row) = rows.get(*position) else { continue };
        let Some((customer, name)) = customers.get(&row.tenant) else { continue };
        added.push(set_of(BackupSetId(app.new_id()), row, *customer, name, None));
    }
    tx.add_backup_sets(&added, now).await?;
    for changed in &prepared.changed {
        let Some(row) = rows.get(changed.position) else { continue };
        let Some((customer, name)) = customers.get(&row.tenant) else { continue };
        let mut set = set_of(changed.before.id, row, *customer, name, Some(&changed.before));
        set.connection = set.connection.filter(|_| !changed.disconnects);
        if !tx.update_backup_set(&set).await? {
            return Err(ServiceError::conflict("changed_meanwhile", "A set changed in this moment. Try again."));
        }
    }
    tx.count_new_tables(&["backup_sets", "customers"]).await?;
    Ok(UpsertAnswer {
        added: added.len() as u64,
        changed: prepared.changed.len() as u64,
        unchanged: prepared.unchanged,
        disconnected: prepared.disconnected(),
    })
}

fn set_of(
    id: BackupSetId,
    row: &Row,
    customer: CustomerId,
    customer_name: &str,
    before: Option<&BackupSet>,
) -> BackupSet {
    BackupSet {
        id,
        external_id: row.external_id.clone(),
        name: row.name.clone(),
        customer,
        customer_name: customer_name.to_owned(),
        account: row.account.clone(),
        account_role: row.account_role,
        covers: row.covers,
        workloads: row.workloads.clone(),
        region: row.region,
        client_version: row.version(),
        method: before.map_or(row.method, |before| before.method),
        method_changed_at: before.and_then(|before| before.method_changed_at),
        connection: before.and_then(|before| before.connection),
        version: before.map_or(1, |before| before.version),
    }
}

/// Adds customers that are new; confirms tenants that somebody has seen in the list's preview.
async fn store_customers(
    app: &AppState,
    tx: &Scoped,
    actor: &Actor,
    rows: &[Row],
    tenants: Tenants,
) -> Result<HashMap<TenantId, (CustomerId, String)>, ServiceError> {
    let (now, seen, by) = (app.now(), tenants == Tenants::Seen, actor.reference());
    let mut wanted: HashMap<TenantId, &Row> = HashMap::new();
    for row in rows {
        let known = wanted.entry(row.tenant).or_insert(row);
        if known.domain.is_none() && row.domain.is_some() {
            *known = row;
        }
    }
    // Lines of one customer name one contact: others were refused when the list was read.
    let said = rows.iter().filter_map(|row| Some((row.tenant, row.contact.as_ref()?)));
    let said: HashMap<TenantId, _> = said.collect();
    let named: Vec<TenantId> = wanted.keys().copied().collect();
    let mut found = HashMap::new();
    let known = tx.find_customers_by_tenant(&named).await?;
    let ids: Vec<CustomerId> = known.iter().map(|customer| customer.id).collect();
    if !tx.hold_customers(&ids).await? {
        return Err(ServiceError::conflict("changed_meanwhile", "A customer was removed in this moment. Try again."));
    }
    for customer in known {
        if seen && customer.confirmed_at.is_none() {
            tx.confirm_customer(customer.id, customer.tenant, &by, now).await?;
            let (subject, detail) =
                (format!("customer:{}", customer.id), format!("tenant={} by import", customer.tenant));
            app.audit().record(tx, "customer.tenant_confirmed", actor, subject, detail).await?;
        }
        contacts::store(app, tx, actor, &customer, said.get(&customer.tenant).copied()).await?;
        wanted.remove(&customer.tenant);
        found.insert(customer.tenant, (customer.id, customer.name));
    }
    for (tenant, row) in wanted {
        let new = Customer::new(CustomerId(app.new_id()), row.customer.clone(), tenant, row.domain.clone());
        let told = said.get(&tenant).copied();
        let (contact, contact_language) = contacts::after(told, None);
        let customer = Customer { confirmed_at: seen.then_some(now), contact, contact_language, ..new };
        tx.add_customer(&customer, seen.then_some(by.as_str()), now).await?;
        let detail = format!("tenant={tenant} by {}", if seen { "import" } else { "upsert" });
        app.audit().record(tx, "customer.created", actor, format!("customer:{}", customer.id), detail).await?;
        if told.is_some() {
            contacts::note(app, tx, actor, &customer).await?;
        }
        found.insert(tenant, (customer.id, customer.name));
    }
    Ok(found)
}
