//! Compares a list with what is stored.

use crate::{
    import_file::{Contact, ImportLine},
    store::{Scoped, StoreError, backup_sets::BackupSet, connections::Connection},
};
use serde::{Deserialize, Serialize};
use shared::{
    api::imports::ImportCustomer,
    backup_set::{AccountRole, ClientVersion, Covers, Region},
    id::{ConnectionId, TenantId},
    method::Method,
    rules::plan::AccountKey,
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
    /// Who is told at the customer; absent: as it is.
    #[serde(default)]
    pub contact: Option<Contact>,
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
            contact: line.contact,
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

    /// Whether this line makes a set leave its access behind: it is another customer's from now on, or another account's and
    /// its access is the own of the one before (H8). An app of the tenant's is nobody's own.
    fn parts(&self, set: &BackupSet, tenant: Option<TenantId>, connection: Option<&Connection>) -> bool {
        if tenant != Some(self.tenant) {
            return true;
        }
        let key = self.account.as_deref().map(AccountKey::of);
        let is = |account: Option<&str>| account.map(AccountKey::of) == key;
        // An account has several names: the one that Microsoft showed is the same person's, too.
        set.method == Method::Hybrid
            && !is(set.account.as_deref())
            && !is(connection.map(|connection| connection.account.as_str()))
    }
}

/// A set that a line changes.
pub struct Changed {
    /// The line's position.
    pub position: usize,
    /// The set as it is.
    pub before: BackupSet,
    /// It leaves its access behind.
    pub disconnects: bool,
}

/// What a list would do.
pub struct Prepared {
    /// Positions of rows that are new.
    pub new: Vec<usize>,
    /// Rows that differ.
    pub changed: Vec<Changed>,
    /// Rows as stored.
    pub unchanged: u64,
    /// Customers whose contact would be another one.
    pub contacts: u64,
    /// The customers that the list names.
    pub customers: Vec<ImportCustomer>,
}

impl Prepared {
    /// How many sets leave their access behind.
    pub fn disconnected(&self) -> u64 {
        self.changed.iter().filter(|one| one.disconnects).count() as u64
    }
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
            contact: None,
            contact_before: None,
        });
        entry.contact = entry.contact.take().or_else(|| row.contact.as_ref().map(|contact| contact.address.clone()));
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
            entry.contact_before = customer.contact;
        }
    }
    // Sets may belong to customers that the list does not name.
    let mut others: Vec<_> = stored.values().map(|set| set.customer).collect();
    others.sort_unstable();
    others.dedup();
    owners.extend(tx.find_customers(&others).await?.into_iter().map(|customer| (customer.id, customer.tenant)));
    let owners: HashMap<_, _> = owners.into_iter().collect();
    let held = stored.values().filter(|set| set.method == Method::Hybrid).filter_map(|set| set.connection);
    let mut held: Vec<ConnectionId> = held.collect();
    held.sort_unstable();
    held.dedup();
    let held: HashMap<_, _> = tx.find_connections(&held).await?.into_iter().map(|one| (one.id, one)).collect();
    let mut prepared =
        Prepared { new: Vec::new(), changed: Vec::new(), unchanged: 0, contacts: 0, customers: Vec::new() };
    for (position, row) in rows.iter().enumerate() {
        match stored.remove(&row.external_id) {
            None => prepared.new.push(position),
            Some(set) if row.is_as_stored(&set, owners.get(&set.customer).copied()) => prepared.unchanged += 1,
            Some(before) => {
                let connection = before.connection.and_then(|id| held.get(&id));
                let tenant = owners.get(&before.customer).copied();
                let disconnects = before.connection.is_some() && row.parts(&before, tenant, connection);
                prepared.changed.push(Changed { position, before, disconnects });
            }
        }
    }
    prepared.customers = customers.into_values().collect();
    prepared.contacts = prepared.customers.iter().filter(|one| one.contact_changes()).count() as u64;
    prepared.customers.sort_by(|a, b| a.name.cmp(&b.name));
    prepared.customers.truncate(1000);
    Ok(prepared)
}
