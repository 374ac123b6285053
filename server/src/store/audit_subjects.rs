//! Which audit events are about which customer: events name records, and records have a customer.

use super::{
    Scoped, StoreError,
    entities::{apps, authorizations, backup_sets, certificates, connections, customers, notices, restores, sign_ins},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use shared::id::{AuthorizationId, CustomerId};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Ids of one statement.
const PART: usize = 500;

macro_rules! ids_of {
    ($self:ident, $table:ident, $column:ident, $value:expr) => {
        $table::Entity::find()
            .select_only()
            .column($table::Column::Id)
            .filter($table::Column::Organization.eq($self.own()))
            .filter($table::Column::$column.is_in($value))
            .into_tuple::<Uuid>()
            .all(&$self.tx)
            .await?
    };
}

macro_rules! customers_of {
    ($self:ident, $table:ident, $column:ident, $ids:ident) => {
        $table::Entity::find()
            .select_only()
            .columns([$table::Column::Id, $table::Column::$column])
            .filter($self.also_own($table::Column::Organization))
            .filter($table::Column::Id.is_in($ids.iter().copied()))
            .into_tuple::<(Uuid, Uuid)>()
            .all(&$self.tx)
            .await?
    };
}

impl Scoped {
    /// Every subject by which an event can be about a customer, such as `sign_in:<id>`.
    pub async fn list_audit_subjects(&self, customer: CustomerId) -> Result<HashSet<String>, StoreError> {
        let of = [customer.0];
        let authorized = ids_of!(self, authorizations, Customer, of);
        let owned = ids_of!(self, apps, Customer, of);
        let mut found = HashSet::from([format!("customer:{customer}")]);
        let mut add = |kind: &str, ids: &[Uuid]| found.extend(ids.iter().map(|id| format!("{kind}:{id}")));
        add("app", &owned);
        add("connection", &owned);
        add("connection", &ids_of!(self, connections, Customer, of));
        add("backup_set", &ids_of!(self, backup_sets, Customer, of));
        add("restore", &ids_of!(self, restores, Customer, of));
        add("notice", &ids_of!(self, notices, Customer, of));
        for part in authorized.chunks(PART) {
            add("sign_in", &ids_of!(self, sign_ins, Authorization, part.iter().copied()));
        }
        for part in owned.chunks(PART) {
            add("certificate", &ids_of!(self, certificates, App, part.iter().copied()));
        }
        add("authorization", &authorized);
        Ok(found)
    }

    /// The customers that subjects such as `sign_in:<id>` are about, by subject. Others are left out.
    pub async fn find_customers_of_subjects(
        &self,
        subjects: &HashSet<String>,
    ) -> Result<HashMap<String, CustomerId>, StoreError> {
        let mut by_kind: HashMap<&str, Vec<Uuid>> = HashMap::new();
        for (kind, id) in subjects.iter().filter_map(|subject| subject.split_once(':')) {
            if let Ok(id) = id.parse() {
                by_kind.entry(kind).or_default().push(id);
            }
        }
        let mut found = HashMap::new();
        for (kind, ids) in by_kind {
            for part in ids.chunks(PART) {
                for (id, customer) in self.customers_of_kind(kind, part).await? {
                    found.insert(format!("{kind}:{id}"), CustomerId(customer));
                }
            }
        }
        Ok(found)
    }

    /// The authorizations that subjects such as `sign_in:<id>` are of, by subject. Others are left out.
    pub async fn find_authorizations_of_subjects(
        &self,
        subjects: &HashSet<String>,
    ) -> Result<HashMap<String, AuthorizationId>, StoreError> {
        let ids_of = |wanted: &str| -> Vec<Uuid> {
            let parts = subjects.iter().filter_map(|subject| subject.split_once(':'));
            parts.filter(|(kind, _)| *kind == wanted).filter_map(|(_, id)| id.parse().ok()).collect()
        };
        let mut found = HashMap::new();
        for part in ids_of("authorization").chunks(PART) {
            // Only those that are there: a link that leads nowhere helps nobody.
            for (id, _) in customers_of!(self, authorizations, Customer, part) {
                found.insert(format!("authorization:{id}"), AuthorizationId(id));
            }
        }
        for part in ids_of("sign_in").chunks(PART) {
            for (id, of) in customers_of!(self, sign_ins, Authorization, part) {
                found.insert(format!("sign_in:{id}"), AuthorizationId(of));
            }
        }
        Ok(found)
    }

    async fn customers_of_kind(&self, kind: &str, ids: &[Uuid]) -> Result<Vec<(Uuid, Uuid)>, StoreError> {
        Ok(match kind {
            "customer" => customers_of!(self, customers, Id, ids),
            "authorization" => customers_of!(self, authorizations, Customer, ids),
            "backup_set" => customers_of!(self, backup_sets, Customer, ids),
            "restore" => customers_of!(self, restores, Customer, ids),
            "notice" => {
                let rows: Vec<(Uuid, Option<Uuid>)> = notices::Entity::find()
                    .select_only()
                    .columns([notices::Column::Id, notices::Column::Customer])
                    .filter(self.also_own(notices::Column::Organization))
                    .filter(notices::Column::Id.is_in(ids.iter().copied()))
                    .into_tuple()
                    .all(&self.tx)
                    .await?;
                rows.into_iter().filter_map(|(id, customer)| Some((id, customer?))).collect()
            }
            "app" | "connection" => {
                let mut both = customers_of!(self, apps, Customer, ids);
                both.extend(customers_of!(self, connections, Customer, ids));
                both
            }
            "sign_in" => {
                let of = customers_of!(self, sign_ins, Authorization, ids);
                let authorized: Vec<_> = of.iter().map(|(_, authorization)| *authorization).collect();
                let customers: HashMap<_, _> =
                    customers_of!(self, authorizations, Customer, authorized).into_iter().collect();
                of.into_iter().filter_map(|(id, of)| Some((id, *customers.get(&of)?))).collect()
            }
            "certificate" => {
                let of = customers_of!(self, certificates, App, ids);
                let owners: Vec<_> = of.iter().map(|(_, app)| *app).collect();
                let customers: HashMap<_, _> = customers_of!(self, apps, Customer, owners).into_iter().collect();
                of.into_iter().filter_map(|(id, of)| Some((id, *customers.get(&of)?))).collect()
            }
            _ => Vec::new(),
        })
    }
}
