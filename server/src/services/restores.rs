//! Restores: a member approves that a customer's data is written back, for 1 to 24 hours (C4).

use super::{ServiceError, backup_sets::customer_ref, text};
use crate::{
    audit::Actor,
    state::AppState,
    store::{Scope, Scoped, restores::Restore},
};
use shared::{
    api::restores::{CreateRestore, RestoreView},
    id::RestoreId,
    time::Timestamp,
};
use std::collections::HashMap;

/// How many restores a list holds.
const MOST: u64 = 200;

/// Opens a restore. Who approves it signed in a moment ago; an API key cannot.
pub async fn create(
    app: &AppState,
    scope: &Scope,
    actor: &Actor,
    request: &CreateRestore,
) -> Result<RestoreView, ServiceError> {
    let reason = text::name("reason", &request.reason, 200)?;
    if !(1..=24).contains(&request.hours) {
        return Err(ServiceError::field("hours", "expected 1 to 24"));
    }
    let now = app.now();
    let restore = Restore {
        id: RestoreId(app.new_id()),
        customer: request.customer,
        reason,
        approved_by: actor.name().to_owned(),
        opened_at: now,
        ends_at: now.plus(request.hours * 3600),
        closed_at: None,
    };
    let tx = app.store.write(scope).await?;
    tx.find_customer(request.customer).await?.ok_or(ServiceError::NotFound)?;
    tx.add_restore(&restore).await?;
    let detail = format!("customer={} hours={}", restore.customer, request.hours);
    app.audit().record(&tx, "restore.opened", actor, format!("restore:{}", restore.id), detail).await?;
    let view = views(&tx, vec![restore], now).await?.pop().ok_or(ServiceError::NotFound)?;
    tx.commit().await?;
    Ok(view)
}

/// The newest restores.
pub async fn list(app: &AppState, scope: &Scope) -> Result<Vec<RestoreView>, ServiceError> {
    let tx = app.store.read(scope).await?;
    let found = tx.list_restores(MOST).await?;
    views(&tx, found, app.now()).await
}

/// Closes a restore; closing it again changes nothing.
pub async fn close(app: &AppState, scope: &Scope, actor: &Actor, id: RestoreId) -> Result<RestoreView, ServiceError> {
    let now = app.now();
    let tx = app.store.write(scope).await?;
    tx.find_restore(id).await?.ok_or(ServiceError::NotFound)?;
    if tx.close_restore(id, actor.name(), now).await? {
        app.audit().record(&tx, "restore.closed", actor, format!("restore:{id}"), String::new()).await?;
    }
    let closed = tx.find_restore(id).await?.ok_or(ServiceError::NotFound)?;
    let view = views(&tx, vec![closed], now).await?.pop().ok_or(ServiceError::NotFound)?;
    tx.commit().await?;
    Ok(view)
}

async fn views(tx: &Scoped, found: Vec<Restore>, now: Timestamp) -> Result<Vec<RestoreView>, ServiceError> {
    let mut ids: Vec<_> = found.iter().map(|one| one.customer).collect();
    ids.sort_unstable();
    ids.dedup();
    let customers: HashMap<_, _> =
        tx.find_customers(&ids).await?.into_iter().map(|customer| (customer.id, customer)).collect();
    let view = |one: Restore| {
        let open = one.is_open(now);
        Some(RestoreView {
            customer: customer_ref(customers.get(&one.customer)?),
            id: one.id,
            reason: one.reason,
            approved_by: one.approved_by,
            opened_at: one.opened_at,
            ends_at: one.ends_at,
            closed_at: one.closed_at,
            open,
        })
    };
    Ok(found.into_iter().filter_map(view).collect())
}
