//! The portal's first screen: the fleet, what waits, what is not well.

use super::{ServiceError, authorizations, backup_sets, customers};
use crate::{
    state::AppState,
    store::{Scope, Scoped, backup_sets::Filter},
};
use shared::api::{
    authorizations::AuthorizationState,
    overview::{Overview, WithoutAccess},
};
use std::collections::HashMap;

/// Everything the first screen shows.
pub async fn find(app: &AppState, scope: &Scope) -> Result<Overview, ServiceError> {
    let tx = app.store.read(scope).await?;
    let sets = tx.count_backup_sets(&Filter::default()).await?;
    let mut ids = tx.customers_by_basic_sets(40).await?;
    if ids.len() < 40 {
        let others = tx.list_customers("", None, 40).await?;
        ids.extend(others.into_iter().map(|customer| customer.id).filter(|id| !ids.contains(id)).collect::<Vec<_>>());
        ids.truncate(40);
    }
    let unwell = tx.customers_needing_attention(10).await?;
    let without_access = without_access(&tx).await?;
    let open = tx.list_authorizations(Some(AuthorizationState::Open), None, 10).await?;
    Ok(Overview {
        sets,
        customers: tx.count_customers().await?,
        fleet: customers::find_views(app, &tx, ids).await?,
        open: authorizations::views(&tx, open).await?,
        attention: customers::find_views(app, &tx, unwell).await?,
        without_access,
    })
}

async fn without_access(tx: &Scoped) -> Result<Vec<WithoutAccess>, ServiceError> {
    let found = tx.list_without_access(10).await?;
    let ids: Vec<_> = found.iter().map(|(id, _)| *id).collect();
    let customers: HashMap<_, _> = tx.find_customers(&ids).await?.into_iter().map(|one| (one.id, one)).collect();
    let named = |(id, sets)| {
        customers.get(&id).map(|customer| WithoutAccess { customer: backup_sets::customer_ref(customer), sets })
    };
    Ok(found.into_iter().filter_map(named).collect())
}
