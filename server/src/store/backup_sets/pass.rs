//! One pass over many sets: a row at a time, and of each row only what planning needs.

use super::{Filter, read_workloads};
use crate::store::{Scoped, StoreError, entities::backup_sets as table};
use futures::TryStreamExt;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use shared::{
    backup_set::{AccountRole, ClientVersion, Covers, Region},
    id::{BackupSetId, CustomerId},
    method::Method,
    workload::Workloads,
};
use std::collections::HashMap;
use uuid::Uuid;

/// The most ids of one statement.
const AT_A_TIME: usize = 5_000;

/// As much of a set as planning needs.
#[derive(Debug, Clone)]
pub struct SetRow<'a> {
    /// Id.
    pub id: BackupSetId,
    /// Name.
    pub name: String,
    /// Whose data.
    pub customer: CustomerId,
    /// The account it was made with.
    pub account: Option<String>,
    /// That account's role.
    pub account_role: AccountRole,
    /// Whose data within the tenant.
    pub covers: Covers,
    /// Kinds of data.
    pub workloads: &'a Workloads,
    /// Microsoft cloud.
    pub region: Region,
    /// Version of the backup client.
    pub client_version: Option<ClientVersion>,
    /// How its jobs get in.
    pub method: Method,
    /// Grows with every change.
    pub version: i64,
}

type Columns = (Uuid, String, Uuid, Option<String>, String, String, String, String, Option<String>, String, i64);

fn columns(select: Select<table::Entity>) -> Select<table::Entity> {
    select.select_only().columns([
        table::Column::Id,
        table::Column::Name,
        table::Column::Customer,
        table::Column::Account,
        table::Column::AccountRole,
        table::Column::Covers,
        table::Column::Workloads,
        table::Column::Region,
        table::Column::ClientVersion,
        table::Column::Method,
        table::Column::Version,
    ])
}

/// There are few different lists of workloads: each is read once.
#[derive(Default)]
struct Known(HashMap<String, Workloads>);

impl Known {
    fn of(&mut self, text: &str) -> Result<&Workloads, StoreError> {
        if !self.0.contains_key(text) {
            self.0.insert(text.to_owned(), read_workloads(text)?);
        }
        self.0.get(text).ok_or(StoreError::Unreadable("workloads"))
    }
}

impl Scoped {
    /// Shows every set of a filter, by customer and name.
    pub async fn pass_backup_sets(
        &self,
        filter: &Filter,
        mut each: impl FnMut(SetRow<'_>) + Send,
    ) -> Result<(), StoreError> {
        let select = columns(table::Entity::find().filter(filter.condition(self.own_sets(), true)))
            .order_by_asc(table::Column::CustomerKey)
            .order_by_asc(table::Column::NameKey)
            .order_by_asc(table::Column::Id);
        self.pass(select, &mut Known::default(), &mut each).await
    }

    /// Shows the sets with these ids that are there, by customer and name within each few thousand.
    pub async fn pass_backup_sets_by_id(
        &self,
        ids: &[BackupSetId],
        mut each: impl FnMut(SetRow<'_>) + Send,
    ) -> Result<(), StoreError> {
        let mut known = Known::default();
        for part in ids.chunks(AT_A_TIME) {
            let select = table::Entity::find()
                .filter(self.also_mine(table::Column::Organization, table::Column::Customer))
                .filter(table::Column::Id.is_in(part.iter().map(|id| id.0)));
            self.pass(columns(select), &mut known, &mut each).await?;
        }
        Ok(())
    }

    async fn pass(
        &self,
        select: Select<table::Entity>,
        known: &mut Known,
        each: &mut (impl FnMut(SetRow<'_>) + Send),
    ) -> Result<(), StoreError> {
        let mut rows = select.into_tuple::<Columns>().stream(&self.tx).await?;
        while let Some(row) = rows.try_next().await? {
            let bad = || StoreError::Unreadable("backup set");
            let (id, name, customer, account, role, covers, workloads, region, client, method, version) = row;
            each(SetRow {
                id: BackupSetId(id),
                name,
                customer: CustomerId(customer),
                account,
                account_role: AccountRole::parse(&role).ok_or_else(bad)?,
                covers: Covers::parse(&covers).ok_or_else(bad)?,
                workloads: known.of(&workloads)?,
                region: Region::parse(&region).ok_or_else(bad)?,
                client_version: client.map(|text| ClientVersion::parse(&text).ok_or_else(bad)).transpose()?,
                method: Method::parse(&method).ok_or_else(bad)?,
                version,
            });
        }
        Ok(())
    }
}
