//! The certificate desk: the ends of the whole fleet, soonest first (E13).

use super::{ServiceError, cursor};
use crate::{state::AppState, store::Scope};
use shared::{
    api::{backup_sets::CustomerRef, notices::ExpiryView, page::Page},
    id::CertificateId,
    time::Timestamp,
};
use std::collections::HashMap;

/// One page of certificates in use.
pub async fn list(
    app: &AppState,
    scope: &Scope,
    after: Option<&str>,
    limit: u64,
) -> Result<Page<ExpiryView>, ServiceError> {
    let after: Option<(Timestamp, CertificateId)> = cursor::read(after)?;
    let tx = app.store.read(scope).await?;
    let mut found = tx.list_current_certificates(after, limit + 1).await?;
    let more = found.len() as u64 > limit;
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = found.last().filter(|_| more).and_then(|last| cursor::write(&(last.not_after, last.id)));
    let ids: Vec<_> = found.iter().map(|one| one.app).collect();
    let apps: HashMap<_, _> = tx.find_apps(&ids).await?.into_iter().map(|one| (one.id, one)).collect();
    let ids: Vec<_> = apps.values().map(|one| one.customer).collect();
    let customers: HashMap<_, _> = tx.find_customers(&ids).await?.into_iter().map(|one| (one.id, one)).collect();
    let items = found.into_iter().filter_map(|one| {
        let owner = apps.get(&one.app).filter(|owner| owner.removed_at.is_none())?;
        let customer = customers.get(&owner.customer)?;
        Some(ExpiryView {
            certificate: one.id,
            app: one.app,
            app_name: owner.display_name.clone(),
            customer: CustomerRef {
                id: customer.id,
                name: customer.name.clone(),
                domain: customer.domain.clone(),
                tenant: customer.tenant,
            },
            not_after: one.not_after,
            renew_at: one.renew_at,
            shortened: one.shortened,
        })
    });
    Ok(Page { items: items.collect(), next })
}
