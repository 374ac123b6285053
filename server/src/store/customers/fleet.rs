//! The list of customers with how their access is (H1).
//!
//! Everything that it sorts and filters by is on the customer's own row, kept there by triggers (`m0007`), so that a page
//! is one pass over the customers, however many sets and connections they have.

use super::{Customer, key_of};
use crate::store::{
    Scoped, StoreError, comparable, containing,
    entities::{authorizations, customers as table},
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::{Asterisk, Expr, ExprTrait, Func},
};
use shared::{
    api::customers::{Health, HealthCounts, MethodCounts},
    id::{CustomerId, WaveId},
    method::Method,
    time::Timestamp,
};
use uuid::Uuid;

/// Which customers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FleetFilter {
    /// Only these; `None`: all.
    pub within: Option<Vec<CustomerId>>,
    /// Text in name or domain.
    pub query: String,
    /// Only these states; empty: all.
    pub health: Vec<Health>,
    /// Only customers with sets of this method.
    pub method: Option<Method>,
    /// Only customers of this wave.
    pub wave: Option<WaveId>,
}

/// In which order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FleetOrder {
    /// By name.
    #[default]
    Name,
    /// The worst first, then by name.
    Attention,
}

/// The last row of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FleetPosition {
    /// Its state.
    pub health: Health,
    /// Its name.
    pub name: String,
    /// Its id.
    pub id: CustomerId,
}

/// A customer as the list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The customer.
    pub customer: Customer,
    /// Its sets by method.
    pub sets: MethodCounts,
    /// How its access is.
    pub health: Health,
    /// Connections and apps that work.
    pub connected: u64,
    /// Connections and apps that need somebody.
    pub unwell: u64,
    /// Open authorizations.
    pub open_authorizations: u64,
    /// When the first of its apps is left without a certificate.
    pub ends_at: Option<Timestamp>,
}

/// The place of a customer's state among [`Health::ALL`]; `soon`: what ends until then ends soon. Says in SQL what
/// [`health_of`] says of a row.
fn rank(soon: Timestamp) -> Expr {
    let place = |health: Health| i64::from(u8::try_from(health as usize).unwrap_or(u8::MAX));
    let positive = |column: table::Column| Expr::col(column).gt(0);
    Expr::case(positive(table::Column::Unwell), place(Health::NeedsSomebody))
        .case(Expr::col(table::Column::EndsAt).lte(soon.0), place(Health::EndsSoon))
        .case(positive(table::Column::OpenAuthorizations), place(Health::SetUpOpen))
        .case(positive(table::Column::Connected), place(Health::Ok))
        .finally(place(Health::NotConnected))
        .cast_as("BIGINT")
}

fn health_of(row: &table::Model, soon: Timestamp) -> Health {
    match row {
        row if row.unwell > 0 => Health::NeedsSomebody,
        row if row.ends_at.is_some_and(|end| end <= soon.0) => Health::EndsSoon,
        row if row.open_authorizations > 0 => Health::SetUpOpen,
        row if row.connected > 0 => Health::Ok,
        _ => Health::NotConnected,
    }
}

fn health(rank: i64) -> Health {
    usize::try_from(rank).ok().and_then(|place| Health::ALL.get(place).copied()).unwrap_or(Health::Ok)
}

fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

impl FleetFilter {
    fn condition(&self, mine: Condition, own: Uuid, soon: Timestamp) -> Condition {
        let mut all = mine;
        if let Some(within) = &self.within {
            all = all.add(table::Column::Id.is_in(within.iter().map(|id| id.0)));
        }
        let query = key_of(self.query.trim());
        if !query.is_empty() {
            let domain = Expr::expr(Func::lower(Expr::col(table::Column::Domain)));
            let pattern = containing(&query);
            let name = table::Column::NameKey.like(pattern.clone());
            all = all.add(Condition::any().add(name).add(domain.like(pattern)));
        }
        if !self.health.is_empty() {
            let places = self.health.iter().map(|health| i64::try_from(*health as usize).unwrap_or(0));
            all = all.add(rank(soon).is_in(places));
        }
        if let Some(method) = self.method {
            let column = match method {
                Method::Basic => table::Column::SetsBasic,
                Method::Hybrid => table::Column::SetsHybrid,
                Method::Modern => table::Column::SetsModern,
            };
            all = all.add(column.gt(0));
        }
        if let Some(wave) = self.wave {
            let customers = authorizations::Entity::find()
                .select_only()
                .column(authorizations::Column::Customer)
                .filter(authorizations::Column::Organization.eq(own))
                .filter(authorizations::Column::Wave.eq(wave.0))
                .into_query();
            all = all.add(table::Column::Id.in_subquery(customers));
        }
        all
    }
}

impl Scoped {
    fn my_customers(&self) -> Condition {
        self.mine(table::Column::Organization, table::Column::Id)
    }

    /// One page of customers. `soon`: what ends until then ends soon.
    pub async fn list_fleet(
        &self,
        filter: &FleetFilter,
        order: FleetOrder,
        soon: Timestamp,
        after: Option<&FleetPosition>,
        limit: u64,
    ) -> Result<Vec<Listed>, StoreError> {
        let mut select = table::Entity::find().filter(filter.condition(self.my_customers(), self.own(), soon));
        let by_attention = order == FleetOrder::Attention;
        if let Some(after) = after {
            let name = || Expr::val(comparable(&key_of(&after.name)));
            let (mut left, mut right) = (Vec::new(), Vec::new());
            if by_attention {
                left.push(rank(soon));
                right.push(Expr::val(i64::try_from(after.health as usize).unwrap_or(0)));
            }
            left.extend([Expr::col(table::Column::NameKey), Expr::col(table::Column::Id)]);
            right.extend([name(), Expr::val(after.id.0)]);
            select = select.filter(Expr::tuple(left).gt(Expr::tuple(right)));
        }
        if by_attention {
            select = select.order_by_asc(rank(soon));
        }
        let select = select.order_by_asc(table::Column::NameKey).order_by_asc(table::Column::Id).limit(limit);
        Ok(select.all(&self.tx).await?.into_iter().map(|row| listed(row, soon)).collect())
    }

    /// How many customers of a filter are how; the filter's states do not count.
    pub async fn count_fleet(&self, filter: &FleetFilter, soon: Timestamp) -> Result<HealthCounts, StoreError> {
        let filter = FleetFilter { health: Vec::new(), ..filter.clone() };
        let rows: Vec<(i64, i64)> = table::Entity::find()
            .select_only()
            .column_as(rank(soon), "rank")
            .column_as(Expr::col(Asterisk).count(), "count")
            .filter(filter.condition(self.my_customers(), self.own(), soon))
            .group_by(Expr::col("rank"))
            .into_tuple()
            .all(&self.tx)
            .await?;
        let mut counts = HealthCounts::default();
        for (rank, number) in rows {
            *counts.place(health(rank)) = count(number);
        }
        Ok(counts)
    }

    /// How the sets of all customers, or of one, split by method.
    pub async fn sum_methods(&self, customer: Option<CustomerId>) -> Result<MethodCounts, StoreError> {
        let sum = |column: table::Column| Expr::col(column).sum().cast_as("BIGINT");
        let mut select = table::Entity::find()
            .select_only()
            .column_as(sum(table::Column::SetsBasic), "basic")
            .column_as(sum(table::Column::SetsHybrid), "hybrid")
            .column_as(sum(table::Column::SetsModern), "modern")
            .filter(self.my_customers());
        if let Some(customer) = customer {
            select = select.filter(table::Column::Id.eq(customer.0));
        }
        let sums: Option<(Option<i64>, Option<i64>, Option<i64>)> = select.into_tuple().one(&self.tx).await?;
        let (basic, hybrid, modern) = sums.unwrap_or_default();
        let number = |sum: Option<i64>| count(sum.unwrap_or(0));
        Ok(MethodCounts { basic: number(basic), hybrid: number(hybrid), modern: number(modern) })
    }

    /// The customers with most sets on a stored password.
    pub async fn customers_by_basic_sets(&self, limit: u64) -> Result<Vec<CustomerId>, StoreError> {
        let rows: Vec<Uuid> = table::Entity::find()
            .select_only()
            .column(table::Column::Id)
            .filter(self.my_customers())
            .filter(table::Column::SetsBasic.gt(0))
            .order_by_desc(table::Column::SetsBasic)
            .order_by_asc(table::Column::Id)
            .limit(limit)
            .into_tuple()
            .all(&self.tx)
            .await?;
        Ok(rows.into_iter().map(CustomerId).collect())
    }
}

fn listed(row: table::Model, soon: Timestamp) -> Listed {
    Listed {
        sets: MethodCounts {
            basic: count(row.sets_basic),
            hybrid: count(row.sets_hybrid),
            modern: count(row.sets_modern),
        },
        health: health_of(&row, soon),
        connected: count(row.connected),
        unwell: count(row.unwell),
        open_authorizations: count(row.open_authorizations),
        ends_at: row.ends_at.map(Timestamp),
        customer: row.into(),
    }
}
