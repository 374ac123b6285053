//! What a list may touch when whoever brings it works with chosen customers only (H6): sets of those customers, and nothing of
//! anybody else's. A tenant out of reach and one that is no customer get the same answer, so that a list finds nobody out.

use crate::{
    import_file::ImportLine,
    services::ServiceError,
    store::{Scoped, StoreError},
};
use shared::{api::imports::BadLine, id::TenantId};
use std::collections::HashSet;

const TENANT: &str = "expected the tenant of one of the customers that you work with; an owner or admin adds others";
const EXTERNAL_ID: &str = "expected an id that no other set has";

/// What is within reach; `None`: everything.
pub struct Within {
    tenants: HashSet<TenantId>,
    taken: HashSet<String>,
}

impl Within {
    /// Reads it for these tenants and ids of the backup product's.
    pub async fn read(tx: &Scoped, tenants: &[TenantId], ids: &[&str]) -> Result<Option<Self>, StoreError> {
        if tx.reach.is_all() {
            return Ok(None);
        }
        let tenants = tx.find_customers_by_tenant(tenants).await?.into_iter().map(|one| one.tenant).collect();
        Ok(Some(Self { tenants, taken: tx.external_ids_out_of_reach(ids).await? }))
    }

    fn refusal(&self, tenant: TenantId, external_id: &str) -> Option<(&'static str, &'static str)> {
        if !self.tenants.contains(&tenant) {
            return Some(("tenant", TENANT));
        }
        self.taken.contains(external_id).then_some(("external_id", EXTERNAL_ID))
    }

    /// Why a line of a list cannot be used.
    pub fn bad_line(&self, line: &ImportLine, tenant: TenantId) -> Option<BadLine> {
        let (field, reason) = self.refusal(tenant, &line.external_id)?;
        Some(BadLine { line: line.line, field: Some(field.to_owned()), reason: reason.to_owned() })
    }
}

/// Looks once more before storing: the reach may be another one than when the list was shown.
pub async fn check(tx: &Scoped, rows: &[super::Row]) -> Result<(), ServiceError> {
    let tenants: HashSet<TenantId> = rows.iter().map(|row| row.tenant).collect();
    let tenants: Vec<_> = tenants.into_iter().collect();
    let ids: Vec<&str> = rows.iter().map(|row| row.external_id.as_str()).collect();
    let Some(within) = Within::read(tx, &tenants, &ids).await? else { return Ok(()) };
    if rows.iter().any(|row| within.refusal(row.tenant, &row.external_id).is_some()) {
        let detail = "The customers that you work with changed since this list was shown. Upload it again.";
        return Err(ServiceError::conflict("changed_meanwhile", detail));
    }
    Ok(())
}
