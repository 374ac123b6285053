//! Organizations: the top of our tenancy.

use super::{Scoped, StoreError, System, entities::organizations as table};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait, SimpleExpr},
};
use shared::{id::OrganizationId, time::Timestamp};

/// An organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// Id.
    pub id: OrganizationId,
    /// Name, vetted by the operator.
    pub name: String,
    /// Its domain, vetted by the operator: shown to strangers beside the name.
    pub domain: Option<String>,
    /// Since when the operator has stopped it.
    pub suspended_at: Option<Timestamp>,
}

/// Rows of organizations that the operator has not stopped: in every query by which somebody comes in or something runs (M4).
pub(super) fn standing(organization: impl ColumnTrait) -> SimpleExpr {
    let stopped = table::Entity::find()
        .select_only()
        .column(table::Column::Id)
        .filter(table::Column::SuspendedAt.is_not_null())
        .into_query();
    organization.not_in_subquery(stopped)
}

/// An organization whose changed methods were not told to the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Untold {
    /// Id.
    pub id: OrganizationId,
    /// How far they were told.
    pub told: i64,
}

impl From<table::Model> for Organization {
    fn from(row: table::Model) -> Self {
        let suspended_at = row.suspended_at.map(Timestamp);
        Self { id: OrganizationId(row.id), name: row.name, domain: row.domain, suspended_at }
    }
}

impl System {
    /// Adds an organization.
    pub async fn add_organization(&self, organization: &Organization, now: Timestamp) -> Result<(), StoreError> {
        let row = table::ActiveModel {
            id: Set(organization.id.0),
            name: Set(organization.name.clone()),
            domain: Set(organization.domain.clone()),
            created_at: Set(now.0),
            change_sequence: Set(0),
            audit_sequence: Set(0),
            told_changes: Set(0),
            suspended_at: Set(None),
            rules: Set(None),
        };
        table::Entity::insert(row).exec_without_returning(&self.tx).await?;
        Ok(())
    }

    /// All organizations, oldest first.
    pub async fn list_organizations(&self) -> Result<Vec<Organization>, StoreError> {
        let rows = table::Entity::find().order_by_asc(table::Column::Id).all(&self.tx).await?;
        Ok(rows.into_iter().map(Organization::from).collect())
    }

    /// The organizations, and the rules' switches that their audit logs last spoke of; `None`: of none so far.
    pub async fn list_noted_rules(&self) -> Result<Vec<(OrganizationId, Option<String>)>, StoreError> {
        let rows = table::Entity::find().order_by_asc(table::Column::Id).all(&self.tx).await?;
        Ok(rows.into_iter().map(|row| (OrganizationId(row.id), row.rules)).collect())
    }

    /// The organizations with changes of method that were not told yet.
    pub async fn list_untold(&self) -> Result<Vec<Untold>, StoreError> {
        let rows = table::Entity::find()
            .filter(Expr::col(table::Column::ChangeSequence).gt(Expr::col(table::Column::ToldChanges)))
            .order_by_asc(table::Column::Id)
            .all(&self.tx)
            .await?;
        Ok(rows.into_iter().map(|row| Untold { id: OrganizationId(row.id), told: row.told_changes }).collect())
    }
}

impl Scoped {
    /// This transaction's organization.
    pub async fn find_organization(&self) -> Result<Option<Organization>, StoreError> {
        Ok(table::Entity::find_by_id(self.own()).one(&self.tx).await?.map(Organization::from))
    }

    /// Writes the name and the domain that the operator vetted. `false`: there is no such organization.
    pub async fn update_organization(&self, organization: &Organization) -> Result<bool, StoreError> {
        let done = table::Entity::update_many()
            .col_expr(table::Column::Name, Expr::value(organization.name.clone()))
            .col_expr(table::Column::Domain, Expr::value(organization.domain.clone()))
            .filter(table::Column::Id.eq(self.own()))
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected == 1)
    }

    /// Stops an organization, or lets it go on. `false`: it was so before, or there is no such organization.
    pub async fn suspend_organization(&self, since: Option<Timestamp>) -> Result<bool, StoreError> {
        let was = if since.is_some() {
            table::Column::SuspendedAt.is_null()
        } else {
            table::Column::SuspendedAt.is_not_null()
        };
        let done = table::Entity::update_many()
            .col_expr(table::Column::SuspendedAt, Expr::value(since.map(|since| since.0)))
            .filter(table::Column::Id.eq(self.own()))
            .filter(was)
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected == 1)
    }

    /// Notes which switches of the rules the audit log speaks of now. `false`: another node did.
    pub async fn update_noted_rules(&self, from: Option<&str>, to: &str) -> Result<bool, StoreError> {
        let was = match from {
            Some(text) => table::Column::Rules.eq(text),
            None => table::Column::Rules.is_null(),
        };
        let done = table::Entity::update_many()
            .col_expr(table::Column::Rules, Expr::value(to))
            .filter(table::Column::Id.eq(self.own()))
            .filter(was)
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected == 1)
    }

    /// Notes that changes of method were told up to a position. `false`: another node told them.
    pub async fn update_told(&self, from: i64, to: i64) -> Result<bool, StoreError> {
        let done = table::Entity::update_many()
            .col_expr(table::Column::ToldChanges, Expr::value(to))
            .filter(table::Column::Id.eq(self.own()))
            .filter(table::Column::ToldChanges.eq(from))
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected == 1)
    }

    /// Lets nobody else who locks in until the end of the transaction: for what compares first and stores then.
    pub async fn lock(&self) -> Result<(), StoreError> {
        self.take_numbers(Counter::Change, 0).await.map(drop)
    }

    /// Takes the next `count` numbers of a counter and gives the first. The row stays locked until the end of the
    /// transaction, so that numbers appear in order.
    pub(super) async fn take_numbers(&self, counter: Counter, count: i64) -> Result<i64, StoreError> {
        let column = match counter {
            Counter::Change => table::Column::ChangeSequence,
            Counter::Audit => table::Column::AuditSequence,
        };
        table::Entity::update_many()
            .col_expr(column, Expr::col(column).add(count))
            .filter(table::Column::Id.eq(self.own()))
            .exec(&self.tx)
            .await?;
        let row = table::Entity::find_by_id(self.own()).one(&self.tx).await?;
        let row = row.ok_or(StoreError::Unreadable("organization"))?;
        let last = match counter {
            Counter::Change => row.change_sequence,
            Counter::Audit => row.audit_sequence,
        };
        Ok(last - count + 1)
    }
}

/// A counter of an organization.
#[derive(Debug, Clone, Copy)]
pub(super) enum Counter {
    /// Positions in the stream of changed methods.
    Change,
    /// Positions in the audit log.
    Audit,
}
