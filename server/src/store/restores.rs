//! Restores that a member approved: while one is open, jobs of its customer get tokens that write (C4).

use super::{Scoped, StoreError, entities::restores as table};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};
use shared::{
    id::{CustomerId, RestoreId},
    time::Timestamp,
};

/// A restore.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restore {
    /// Id.
    pub id: RestoreId,
    /// Whose data is written back.
    pub customer: CustomerId,
    /// Why.
    pub reason: String,
    /// Who approved it, by name.
    pub approved_by: String,
    /// From when.
    pub opened_at: Timestamp,
    /// Until when, unless closed before.
    pub ends_at: Timestamp,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
}

impl Restore {
    /// Whether it is open at a time. Life is checked at use, never by a clean-up.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.closed_at.is_none() && now < self.ends_at
    }
}

impl From<table::Model> for Restore {
    fn from(row: table::Model) -> Self {
        Self {
            id: RestoreId(row.id),
            customer: CustomerId(row.customer),
            reason: row.reason,
            approved_by: row.approved_by,
            opened_at: Timestamp(row.opened_at),
            ends_at: Timestamp(row.ends_at),
            closed_at: row.closed_at.map(Timestamp),
        }
    }
}

impl Scoped {
    /// Adds a restore.
    pub async fn add_restore(&self, restore: &Restore) -> Result<(), StoreError> {
        let row = table::ActiveModel {
            id: Set(restore.id.0),
            organization: Set(self.own()),
            customer: Set(restore.customer.0),
            reason: Set(restore.reason.clone()),
            approved_by: Set(restore.approved_by.clone()),
            opened_at: Set(restore.opened_at.0),
            ends_at: Set(restore.ends_at.0),
            closed_at: Set(None),
            closed_by: Set(None),
        };
        table::Entity::insert(row).exec_without_returning(&self.tx).await?;
        Ok(())
    }

    /// A restore.
    pub async fn find_restore(&self, id: RestoreId) -> Result<Option<Restore>, StoreError> {
        let own =
            table::Entity::find_by_id(id.0).filter(self.mine(table::Column::Organization, table::Column::Customer));
        Ok(own.one(&self.tx).await?.map(Restore::from))
    }

    /// The restore of a customer that stays open longest, if one is open.
    pub async fn find_open_restore(&self, customer: CustomerId, now: Timestamp) -> Result<Option<Restore>, StoreError> {
        let found = table::Entity::find()
            .filter(self.mine(table::Column::Organization, table::Column::Customer))
            .filter(table::Column::Customer.eq(customer.0))
            .filter(table::Column::EndsAt.gt(now.0))
            .filter(table::Column::ClosedAt.is_null())
            .order_by_desc(table::Column::EndsAt)
            .one(&self.tx)
            .await?;
        Ok(found.map(Restore::from))
    }

    /// Restores, newest first.
    pub async fn list_restores(&self, limit: u64) -> Result<Vec<Restore>, StoreError> {
        let select = table::Entity::find().filter(self.mine(table::Column::Organization, table::Column::Customer));
        let rows = select.order_by_desc(table::Column::Id).limit(limit).all(&self.tx).await?;
        Ok(rows.into_iter().map(Restore::from).collect())
    }

    /// Closes a restore. `false`: it was closed already, or is not there.
    pub async fn close_restore(&self, id: RestoreId, by: &str, now: Timestamp) -> Result<bool, StoreError> {
        let done = table::Entity::update_many()
            .col_expr(table::Column::ClosedAt, Expr::value(now.0))
            .col_expr(table::Column::ClosedBy, Expr::value(by))
            .filter(self.mine(table::Column::Organization, table::Column::Customer))
            .filter(table::Column::Id.eq(id.0))
            .filter(table::Column::ClosedAt.is_null())
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected == 1)
    }
}
