//! The list of backup sets: filter, sort, one page after a position (keyset, so that page 5,000 is as quick as page 1).

use super::BackupSet;
use crate::store::{
    Scoped, StoreError, comparable, containing,
    customers::key_of,
    entities::{apps, backup_sets as table},
    unindexed,
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Asterisk, Expr, ExprTrait},
};
use shared::{
    api::customers::MethodCounts,
    id::CustomerId,
    method::Method,
    workload::{Workload, Workloads},
};
use std::collections::HashMap;
use uuid::Uuid;

/// Which sets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only these methods; empty: all.
    pub methods: Vec<Method>,
    /// Only this customer's.
    pub customer: Option<CustomerId>,
    /// Only these customers'; empty: all.
    pub customers: Vec<CustomerId>,
    /// Only sets that hold some of these data; empty: all.
    pub workloads: Workloads,
    /// Text in name, account or customer.
    pub query: String,
    /// Only the set with this id of the backup product's.
    pub external_id: Option<String>,
}

/// In which order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sort {
    /// By customer, then name.
    #[default]
    Customer,
    /// By name.
    Name,
    /// By method, then customer and name.
    Method,
}

/// The last row of a page: the values that its order compares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// The leading values, one for each column of the order but the id.
    pub keys: Vec<String>,
    /// The id.
    pub id: Uuid,
}

impl Sort {
    const fn columns(self) -> &'static [table::Column] {
        match self {
            Self::Customer => &[table::Column::CustomerKey, table::Column::NameKey],
            Self::Name => &[table::Column::NameKey],
            Self::Method => &[table::Column::Method, table::Column::CustomerKey, table::Column::NameKey],
        }
    }

    /// The position of a row in this order.
    pub fn position(self, set: &BackupSet) -> Position {
        let customer = key_of(&set.customer_name);
        let name = key_of(&set.name);
        let keys = match self {
            Self::Customer => vec![customer, name],
            Self::Name => vec![name],
            Self::Method => vec![set.method.as_str().to_owned(), customer, name],
        };
        Position { keys, id: set.id.0 }
    }
}

impl Filter {
    /// It asks for one customer's sets, or all, and nothing else: the customers' rows know the numbers.
    fn is_plain(&self) -> bool {
        self.query.trim().is_empty()
            && self.external_id.is_none()
            && self.workloads.is_empty()
            && self.customers.is_empty()
    }

    pub(super) fn condition(&self, mine: Condition, with_method: bool) -> Condition {
        let mut all = mine;
        if with_method && !self.methods.is_empty() {
            all = all.add(table::Column::Method.is_in(self.methods.iter().map(|method| method.as_str())));
        }
        if let Some(customer) = self.customer {
            all = all.add(table::Column::Customer.eq(customer.0));
        }
        if !self.customers.is_empty() {
            all = all.add(table::Column::Customer.is_in(self.customers.iter().map(|id| id.0)));
        }
        if !self.workloads.is_empty() {
            // No workload's word is part of another's.
            let one = |workload: &Workload| table::Column::Workloads.like(containing(workload.as_str()));
            all = all.add(self.workloads.iter().map(one).fold(Condition::any(), Condition::add));
        }
        if let Some(external_id) = &self.external_id {
            all = all.add(table::Column::ExternalId.eq(comparable(external_id)));
        }
        let query = key_of(self.query.trim());
        if !query.is_empty() {
            let pattern = containing(&query);
            all = all.add(
                Condition::any()
                    .add(table::Column::NameKey.like(pattern.clone()))
                    .add(table::Column::AccountKey.like(pattern.clone()))
                    .add(table::Column::CustomerKey.like(pattern)),
            );
        }
        all
    }
}

impl Scoped {
    pub(in crate::store) fn own_sets(&self) -> Condition {
        self.mine(table::Column::Organization, table::Column::Customer)
    }

    /// One page of sets.
    pub async fn list_backup_sets(
        &self,
        filter: &Filter,
        sort: Sort,
        descending: bool,
        after: Option<&Position>,
        limit: u64,
    ) -> Result<Vec<BackupSet>, StoreError> {
        let columns = sort.columns();
        let mut select = table::Entity::find().filter(filter.condition(self.own_sets(), true));
        if let Some(position) = after.filter(|position| position.keys.len() == columns.len()) {
            let left: Vec<Expr> =
                columns.iter().map(|column| Expr::col(*column)).chain([Expr::col(table::Column::Id)]).collect();
            let right: Vec<Expr> =
                position.keys.iter().map(|key| Expr::val(comparable(key))).chain([Expr::val(position.id)]).collect();
            let (left, right) = (Expr::tuple(left), Expr::tuple(right));
            select = select.filter(if descending { left.lt(right) } else { left.gt(right) });
        }
        let order = if descending { Order::Desc } else { Order::Asc };
        for column in columns {
            select = select.order_by(*column, order.clone());
        }
        let rows = select.order_by(table::Column::Id, order).limit(limit).all(&self.tx).await?;
        rows.into_iter().map(BackupSet::try_from).collect()
    }

    /// How the sets of a filter split by method; the filter's methods do not count.
    pub async fn count_backup_sets(&self, filter: &Filter) -> Result<MethodCounts, StoreError> {
        if filter.is_plain() {
            return self.sum_methods(filter.customer).await;
        }
        let rows: Vec<(String, i64)> = table::Entity::find()
            .select_only()
            .column(table::Column::Method)
            .column_as(Expr::col(Asterisk).count(), "count")
            .filter(filter.condition(self.own_sets(), false))
            .group_by(table::Column::Method)
            .into_tuple()
            .all(&self.tx)
            .await?;
        Ok(counts(rows.iter().map(|(method, count)| (method.as_str(), *count))))
    }

    /// Customers with sets that have left passwords and have no access: it was taken away, or their app is switched off. With how
    /// many sets, most first.
    pub async fn list_without_access(&self, limit: usize) -> Result<Vec<(CustomerId, u64)>, StoreError> {
        // As text, so that SQLite sees that the partial index fits.
        let removed = Condition::all().add(Expr::cust("connection IS NULL AND method <> 'basic'"));
        let mut queries = vec![(removed, table::Column::Customer.into_expr())];
        // Named one by one: of a subquery SQLite does not know that it seldom gives any.
        let off: Vec<Uuid> = apps::Entity::find()
            .select_only()
            .column(apps::Column::Id)
            .filter(apps::Column::Organization.eq(self.own()))
            .filter(apps::Column::State.eq("off"))
            .into_tuple()
            .all(&self.tx)
            .await?;
        for part in off.chunks(500) {
            let switched_off = Condition::all().add(table::Column::Connection.is_in(part.iter().copied()));
            // Not by the index of customers: it would lead SQLite through all sets of the organization.
            queries.push((switched_off, unindexed(table::Column::Customer)));
        }
        let mut found: HashMap<Uuid, u64> = HashMap::new();
        for (condition, customer) in queries {
            let rows: Vec<(Uuid, i64)> = table::Entity::find()
                .select_only()
                .column_as(customer.clone(), "of")
                .column_as(Expr::col(Asterisk).count(), "count")
                .filter(self.own_sets())
                .filter(condition)
                .group_by(customer)
                .into_tuple()
                .all(&self.tx)
                .await?;
            for (customer, count) in rows {
                *found.entry(customer).or_default() += u64::try_from(count).unwrap_or(0);
            }
        }
        let mut found: Vec<_> = found.into_iter().map(|(customer, sets)| (CustomerId(customer), sets)).collect();
        found.sort_by_key(|(customer, sets)| (std::cmp::Reverse(*sets), customer.0));
        found.truncate(limit);
        Ok(found)
    }

    /// How the sets of each customer split by method.
    pub async fn count_backup_sets_by_customer(
        &self,
        customers: &[CustomerId],
    ) -> Result<HashMap<CustomerId, MethodCounts>, StoreError> {
        let mut found: HashMap<CustomerId, Vec<(String, i64)>> = HashMap::new();
        for part in customers.chunks(500) {
            let rows: Vec<(Uuid, String, i64)> = table::Entity::find()
                .select_only()
                .column(table::Column::Customer)
                .column(table::Column::Method)
                .column_as(Expr::col(Asterisk).count(), "count")
                .filter(self.own_sets())
                .filter(table::Column::Customer.is_in(part.iter().map(|id| id.0)))
                .group_by(table::Column::Customer)
                .group_by(table::Column::Method)
                .into_tuple()
                .all(&self.tx)
                .await?;
            for (customer, method, count) in rows {
                found.entry(CustomerId(customer)).or_default().push((method, count));
            }
        }
        Ok(found
            .into_iter()
            .map(|(id, rows)| (id, counts(rows.iter().map(|(method, count)| (method.as_str(), *count)))))
            .collect())
    }
}

fn counts<'a>(rows: impl Iterator<Item = (&'a str, i64)>) -> MethodCounts {
    let mut counts = MethodCounts::default();
    for (method, count) in rows {
        let count = u64::try_from(count).unwrap_or(0);
        match Method::parse(method) {
            Some(Method::Basic) => counts.basic = count,
            Some(Method::Hybrid) => counts.hybrid = count,
            Some(Method::Modern) => counts.modern = count,
            None => {}
        }
    }
    counts
}
