//! Compares a list with what is stored.

use crate::{
    import_file::ImportLine,
    store::{Scoped, StoreError, backup_sets::BackupSet},
};
use serde::{Deserialize, Serialize};
use shared::{
    api::imports::ImportCustomer,
    backup_set::{AccountRole, ClientVersion, Covers, Region},
    id::TenantId,
    method::Method,
    workload::Workloads,
};
use std::collections::{BTreeMap, HashMap};

/// A good line whose tenant is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// The backup product's own id.
    pub external_id: String,
    /// Name.
    pub name: String,
    /// The customer's name.
    pub customer: String,
    /// The customer's tenant.
    pub tenant: TenantId,
    /// The domain by which it was found.
    pub domain: Option<String>,
    /// The account.
    pub account: Option<String>,
    /// Its role.
    pub account_role: AccountRole,
    /// Whose data.
    pub covers: Covers,
    /// Kinds of data.
    pub workloads: Workloads,
    /// Cloud.
    pub region: Region,
    /// Client version.
    pub client_version: Option<String>,
    /// Method; counts only for sets that are new here.
    pub method: Method,
}

impl Row {
    /// A line with its tenant.
    pub fn new(line: ImportLine, tenant: TenantId, domain: Option<String>) -> Self {
        Self {
            external_id: line.external_id,
            name: line.name,
            customer: line.customer,
            tenant,
            domain,
            account: line.account,
            account_role: line.account_role,
            covers: line.covers,
            workloads: line.workloads,
            region: line.region,
            client_version: line.client_version.map(|version| version.to_string()),
            method: line.method,
        }
    }

    /// The version of the client.
    pub fn version(&self) -> Option<ClientVersion> {
        self.client_version.as_deref().and_then(ClientVersion::parse)
    }

    /// Whether a stored set says the same; its method is its own matter, its customer is compared by tenant.
    pub fn is_as_stored(&self, set: &BackupSet, tenant: Option<TenantId>) -> bool {
        self.name == set.name
            && tenant == Some(self.tenant)
            && self.account == set.account
            && self.account_role == set.account_role
            && self.covers == set.covers
            && self.workloads == set.workloads
            && self.region == set.region
            && self.version() == set.client_version
    }
}

/// What a list would do.
pub struct Prepared {
    /// Positions of rows that are new.
    pub new: Vec<usize>,
    /// Positions of rows that differ, with the set as it is.
    pub changed: Vec<(usize, BackupSet)>,
    /// Rows as stored.
    pub unchanged: u64,
    /// The customers that the list names.
    pub customers: Vec<ImportCustomer>,
}

/// Compares.
pub async fn compare(tx: &Scoped, rows: &[Row]) -> Result<Prepared, StoreError> {
    let ids: Vec<&str> = rows.iter().map(|row| row.external_id.as_str()).collect();
    let stored = tx.find_backup_sets_by_external_id(&ids).await?;
    let mut stored: HashMap<String, BackupSet> = stored.into_iter().map(|set| (set.external_id.clone(), set)).collect();
    let mut customers: BTreeMap<TenantId, ImportCustomer> = BTreeMap::new();
    for row in rows {
        let entry = customers.entry(row.tenant).or_insert_with(|| ImportCustomer {
            name: row.customer.clone(),
            tenant: row.tenant,
            domain: row.domain.clone(),
            new: true,
            sets: 0,
        });
        entry.sets += 1;
        entry.domain = entry.domain.take().or_else(|| row.domain.clone());
    }
    let tenants: Vec<TenantId> = customers.keys().copied().collect();
    let known = tx.find_customers_by_tenant(&tenants).await?;
    let mut owners: Vec<_> = known.iter().map(|customer| (customer.id, customer.tenant)).collect();
    for customer in known {
        if let Some(entry) = customers.get_mut(&customer.tenant) {
            entry.new = customer.confirmed_at.is_none();
            entry.name = customer.name;
        }
    }
    // Sets may belong to customers that the list does not name.
    let mut others: Vec<_> = stored.values().map(|set| set.customer).collect();
    others.sort_unstable();
    others.dedup();
    owners.extend(tx.find_customers(&others).await?.into_iter().map(|customer| (customer.id, customer.tenant)));
    let owners: HashMap<_, _> = owners.into_iter().collect();
    let mut prepared = Prepared { new: Vec::new(), changed: Vec::new(), unchanged: 0, customers: Vec::new() };
    for (position, row) in rows.iter().enumerate() {
        match stored.remove(&row.external_id) {
            None => prepared.new.push(position),
            Some(set) if row.is_as_stored(&set, owners.get(&set.customer).copied()) => prepared.unchanged += 1,
            Some(set) => prepared.changed.push((position, set)),
        }
    }
    prepared.customers = customers.into_values().collect();
    prepared.customers.sort_by(|a, b| a.name.cmp(&b.name));
    prepared.customers.truncate(1000);
    Ok(prepared)
}
