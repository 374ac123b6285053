//! Backup sets, and the stream of their changed methods.

mod list;
mod pass;

pub use list::{Filter, Position, Sort};
pub use pass::SetRow;

use super::{
    Scoped, StoreError, comparable,
    customers::key_of,
    entities::{backup_sets as table, method_changes},
    organizations::Counter,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};
use shared::{
    backup_set::{AccountRole, ClientVersion, Covers, Region},
    id::{BackupSetId, ConnectionId, CustomerId},
    method::Method,
    time::Timestamp,
    workload::{Workload, Workloads},
};
use std::collections::HashSet;

/// A backup set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupSet {
    /// Id.
    pub id: BackupSetId,
    /// The backup product's own id.
    pub external_id: String,
    /// Name.
    pub name: String,
    /// Whose data.
    pub customer: CustomerId,
    /// The customer's name, for sorting and searching.
    pub customer_name: String,
    /// The account it was made with.
    pub account: Option<String>,
    /// That account's role.
    pub account_role: AccountRole,
    /// Whose data within the tenant.
    pub covers: Covers,
    /// Kinds of data.
    pub workloads: Workloads,
    /// Microsoft cloud.
    pub region: Region,
    /// Version of the backup client.
    pub client_version: Option<ClientVersion>,
    /// How its jobs get in.
    pub method: Method,
    /// When that changed.
    pub method_changed_at: Option<Timestamp>,
    /// The connection its jobs use.
    pub connection: Option<ConnectionId>,
    /// Grows with every change.
    pub version: i64,
}

impl TryFrom<table::Model> for BackupSet {
    type Error = StoreError;
    fn try_from(row: table::Model) -> Result<Self, StoreError> {
        let bad = || StoreError::Unreadable("backup set");
        Ok(Self {
            id: BackupSetId(row.id),
            external_id: row.external_id,
            name: row.name,
            customer: CustomerId(row.customer),
            customer_name: row.customer_key,
            account: row.account,
            account_role: AccountRole::parse(&row.account_role).ok_or_else(bad)?,
            covers: Covers::parse(&row.covers).ok_or_else(bad)?,
            workloads: read_workloads(&row.workloads)?,
            region: Region::parse(&row.region).ok_or_else(bad)?,
            client_version: row
                .client_version
                .as_deref()
                .map(|text| ClientVersion::parse(text).ok_or_else(bad))
                .transpose()?,
            method: Method::parse(&row.method).ok_or_else(bad)?,
            method_changed_at: row.method_changed_at.map(Timestamp),
            connection: row.connection.map(ConnectionId),
            version: row.version,
        })
    }
}

pub(super) fn read_workloads(text: &str) -> Result<Workloads, StoreError> {
    let parts = text.split(',').filter(|part| !part.is_empty());
    parts.map(Workload::parse).collect::<Option<_>>().ok_or(StoreError::Unreadable("workloads"))
}

pub(super) fn workloads_text(workloads: &Workloads) -> String {
    workloads.iter().map(|workload| workload.as_str()).collect::<Vec<_>>().join(",")
}

impl Scoped {
    /// A set.
    pub async fn find_backup_set(&self, id: BackupSetId) -> Result<Option<BackupSet>, StoreError> {
        table::Entity::find_by_id(id.0)
            .filter(self.mine(table::Column::Organization, table::Column::Customer))
            .one(&self.tx)
            .await?
            .map(BackupSet::try_from)
            .transpose()
    }

    /// Sets by id; those that are not there are left out.
    pub async fn find_backup_sets(&self, ids: &[BackupSetId]) -> Result<Vec<BackupSet>, StoreError> {
        let ids: Vec<_> = ids.iter().map(|id| id.0).collect();
        let mut found = Vec::with_capacity(ids.len());
        for part in ids.chunks(500) {
            let rows = table::Entity::find()
                .filter(self.also_mine(table::Column::Organization, table::Column::Customer))
                .filter(table::Column::Id.is_in(part.iter().copied()))
                .all(&self.tx)
                .await?;
            for row in rows {
                found.push(BackupSet::try_from(row)?);
            }
        }
        Ok(found)
    }

    /// Sets by the backup product's ids.
    pub async fn find_backup_sets_by_external_id(&self, ids: &[&str]) -> Result<Vec<BackupSet>, StoreError> {
        let mut found = Vec::with_capacity(ids.len());
        for part in ids.chunks(500) {
            let rows = table::Entity::find()
                .filter(self.mine(table::Column::Organization, table::Column::Customer))
                .filter(table::Column::ExternalId.is_in(part.iter().map(|id| comparable(id))))
                .all(&self.tx)
                .await?;
            for row in rows {
                found.push(BackupSet::try_from(row)?);
            }
        }
        Ok(found)
    }

    /// Those of these ids of the backup product's that belong to sets of customers out of reach.
    pub async fn external_ids_out_of_reach(&self, ids: &[&str]) -> Result<HashSet<String>, StoreError> {
        let mut taken = HashSet::new();
        let Some(mine) = self.reach.customers() else { return Ok(taken) };
        for part in ids.chunks(500) {
            let rows: Vec<(String, uuid::Uuid)> = table::Entity::find()
                .select_only()
                .column(table::Column::ExternalId)
                .column(table::Column::Customer)
                .filter(table::Column::Organization.eq(self.own()))
                .filter(table::Column::ExternalId.is_in(part.iter().map(|id| comparable(id))))
                .into_tuple()
                .all(&self.tx)
                .await?;
            taken.extend(rows.into_iter().filter(|(_, one)| !mine.contains(&CustomerId(*one))).map(|(id, _)| id));
        }
        Ok(taken)
    }

    /// Adds sets.
    pub async fn add_backup_sets(&self, sets: &[BackupSet], now: Timestamp) -> Result<(), StoreError> {
        for part in sets.chunks(400) {
            let rows = part.iter().map(|set| table::ActiveModel {
                id: Set(set.id.0),
                organization: Set(self.own()),
                external_id: Set(set.external_id.clone()),
                name: Set(set.name.clone()),
                name_key: Set(key_of(&set.name)),
                customer: Set(set.customer.0),
                customer_key: Set(key_of(&set.customer_name)),
                account: Set(set.account.clone()),
                account_key: Set(set.account.as_deref().map(key_of)),
                account_role: Set(set.account_role.as_str().to_owned()),
                covers: Set(set.covers.as_str().to_owned()),
                workloads: Set(workloads_text(&set.workloads)),
                region: Set(set.region.as_str().to_owned()),
                client_version: Set(set.client_version.map(|version| version.to_string())),
                method: Set(set.method.as_str().to_owned()),
                method_changed_at: Set(None),
                connection: Set(None),
                created_at: Set(now.0),
                version: Set(1),
            });
            table::Entity::insert_many(rows).exec_without_returning(&self.tx).await?;
        }
        Ok(())
    }

    /// Writes what an import may change of a set: everything but method and connection. A set that moves to another customer
    /// leaves the access of the one before behind (H8), and so does one whose `connection` is told to be none. `false`: it
    /// changed meanwhile.
    pub async fn update_backup_set(&self, set: &BackupSet) -> Result<bool, StoreError> {
        let stays = table::Column::Customer.eq(set.customer.0);
        let connection = set.connection.map_or_else(
            || Expr::value(None::<uuid::Uuid>),
            |_| Expr::case(stays, Expr::col(table::Column::Connection)).finally(Expr::value(None::<uuid::Uuid>)).into(),
        );
        let done = table::Entity::update_many()
            .col_expr(table::Column::Name, Expr::value(set.name.clone()))
            .col_expr(table::Column::NameKey, Expr::value(key_of(&set.name)))
            .col_expr(table::Column::Customer, Expr::value(set.customer.0))
            .col_expr(table::Column::CustomerKey, Expr::value(key_of(&set.customer_name)))
            .col_expr(table::Column::Account, Expr::value(set.account.clone()))
            .col_expr(table::Column::AccountKey, Expr::value(set.account.as_deref().map(key_of)))
            .col_expr(table::Column::AccountRole, Expr::value(set.account_role.as_str()))
            .col_expr(table::Column::Covers, Expr::value(set.covers.as_str()))
            .col_expr(table::Column::Workloads, Expr::value(workloads_text(&set.workloads)))
            .col_expr(table::Column::Region, Expr::value(set.region.as_str()))
            .col_expr(table::Column::ClientVersion, Expr::value(set.client_version.map(|version| version.to_string())))
            .col_expr(table::Column::Connection, connection)
            .col_expr(table::Column::Version, Expr::value(set.version + 1))
            .filter(self.mine(table::Column::Organization, table::Column::Customer))
            .filter(table::Column::Id.eq(set.id.0))
            .filter(table::Column::Version.eq(set.version))
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected == 1)
    }

    /// Gives a set another method and connection, if it is still at this version, and notes it in the stream of changes.
    pub async fn change_method(
        &self,
        set: &BackupSet,
        method: Method,
        connection: ConnectionId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.move_set(set, method, Some(connection), now).await
    }

    /// Takes a fresh switch back: the set is basic again, without a connection. `false`: it changed meanwhile.
    pub async fn revert_to_basic(&self, set: &BackupSet, now: Timestamp) -> Result<bool, StoreError> {
        self.move_set(set, Method::Basic, None, now).await
    }

    async fn move_set(
        &self,
        set: &BackupSet,
        method: Method,
        connection: Option<ConnectionId>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let done = table::Entity::update_many()
            .col_expr(table::Column::Method, Expr::value(method.as_str()))
            .col_expr(table::Column::MethodChangedAt, Expr::value(now.0))
            .col_expr(table::Column::Connection, Expr::value(connection.map(|id| id.0)))
            .col_expr(table::Column::Version, Expr::value(set.version + 1))
            .filter(self.mine(table::Column::Organization, table::Column::Customer))
            .filter(table::Column::Id.eq(set.id.0))
            .filter(table::Column::Version.eq(set.version))
            .exec(&self.tx)
            .await?;
        if done.rows_affected != 1 {
            return Ok(false);
        }
        let row = method_changes::ActiveModel {
            organization: Set(self.own()),
            sequence: Set(self.take_numbers(Counter::Change, 1).await?),
            backup_set: Set(set.id.0),
            external_id: Set(set.external_id.clone()),
            method: Set(method.as_str().to_owned()),
            changed_at: Set(now.0),
        };
        method_changes::Entity::insert(row).exec_without_returning(&self.tx).await?;
        Ok(true)
    }

    /// Changes of method after a position, oldest first.
    pub async fn list_method_changes(&self, after: i64, limit: u64) -> Result<Vec<MethodChange>, StoreError> {
        let rows = method_changes::Entity::find()
            .filter(method_changes::Column::Organization.eq(self.own()))
            .filter(method_changes::Column::Sequence.gt(after))
            .order_by_asc(method_changes::Column::Sequence)
            .limit(limit)
            .all(&self.tx)
            .await?;
        rows.into_iter()
            .map(|row| {
                Ok(MethodChange {
                    sequence: row.sequence,
                    backup_set: BackupSetId(row.backup_set),
                    external_id: row.external_id,
                    method: Method::parse(&row.method).ok_or(StoreError::Unreadable("method"))?,
                    changed_at: Timestamp(row.changed_at),
                })
            })
            .collect()
    }
}

/// One change of method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MethodChange {
    /// Position in the stream.
    pub sequence: i64,
    /// The set.
    pub backup_set: BackupSetId,
    /// The backup product's own id.
    pub external_id: String,
    /// The method now.
    pub method: Method,
    /// When.
    pub changed_at: Timestamp,
}
