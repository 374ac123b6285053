//! Customers: one Microsoft tenant each.

mod fleet;
mod remove;

pub use fleet::{FleetFilter, FleetOrder, FleetPosition, Listed};

use super::{
    Scoped, StoreError, comparable, containing,
    entities::{backup_sets, customers as table},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, Func},
};
use shared::{
    id::{CustomerId, TenantId},
    time::Timestamp,
};

/// A customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// Id.
    pub id: CustomerId,
    /// Name.
    pub name: String,
    /// Its tenant.
    pub tenant: TenantId,
    /// The domain by which the tenant was found.
    pub domain: Option<String>,
    /// When a member confirmed the tenant.
    pub confirmed_at: Option<Timestamp>,
    /// Its technical contact, a mail address: is told when something was connected.
    pub contact: Option<String>,
    /// The contact's language, such as `de`.
    pub contact_language: Option<String>,
}

impl From<table::Model> for Customer {
    fn from(row: table::Model) -> Self {
        Self {
            id: CustomerId(row.id),
            name: row.name,
            tenant: TenantId(row.tenant),
            domain: row.domain,
            confirmed_at: row.confirmed_at.map(Timestamp),
            contact: row.contact,
            contact_language: row.contact_language,
        }
    }
}

impl Customer {
    /// A customer whose tenant nobody has confirmed yet.
    pub const fn new(id: CustomerId, name: String, tenant: TenantId, domain: Option<String>) -> Self {
        Self { id, name, tenant, domain, confirmed_at: None, contact: None, contact_language: None }
    }
}

/// The text that sorting and comparing use.
pub fn key_of(text: &str) -> String {
    text.to_lowercase()
}

impl Scoped {
    /// A customer.
    pub async fn find_customer(&self, id: CustomerId) -> Result<Option<Customer>, StoreError> {
        let row = table::Entity::find_by_id(id.0)
            .filter(self.mine(table::Column::Organization, table::Column::Id))
            .one(&self.tx)
            .await?;
        Ok(row.map(Customer::from))
    }

    /// Customers by id.
    pub async fn find_customers(&self, ids: &[CustomerId]) -> Result<Vec<Customer>, StoreError> {
        let ids: Vec<_> = ids.iter().map(|id| id.0).collect();
        let mut found = Vec::with_capacity(ids.len());
        for part in ids.chunks(500) {
            let rows = table::Entity::find()
                .filter(self.also_mine(table::Column::Organization, table::Column::Id))
                .filter(table::Column::Id.is_in(part.iter().copied()))
                .all(&self.tx)
                .await?;
            found.extend(rows.into_iter().map(Customer::from));
        }
        Ok(found)
    }

    /// Customers by tenant.
    pub async fn find_customers_by_tenant(&self, tenants: &[TenantId]) -> Result<Vec<Customer>, StoreError> {
        let ids: Vec<_> = tenants.iter().map(|id| id.0).collect();
        let mut found = Vec::with_capacity(ids.len());
        for part in ids.chunks(500) {
            let rows = table::Entity::find()
                .filter(self.mine(table::Column::Organization, table::Column::Id))
                .filter(table::Column::Tenant.is_in(part.iter().copied()))
                .all(&self.tx)
                .await?;
            found.extend(rows.into_iter().map(Customer::from));
        }
        Ok(found)
    }

    /// Customers by name, after a position, at most `limit`.
    pub async fn list_customers(
        &self,
        query: &str,
        after: Option<(String, CustomerId)>,
        limit: u64,
    ) -> Result<Vec<Customer>, StoreError> {
        let mut select = table::Entity::find().filter(self.mine(table::Column::Organization, table::Column::Id));
        if !query.is_empty() {
            let pattern = containing(&key_of(query));
            let domain = Expr::expr(Func::lower(Expr::col(table::Column::Domain)));
            select = select
                .filter(Condition::any().add(table::Column::NameKey.like(pattern.clone())).add(domain.like(pattern)));
        }
        if let Some((name, id)) = after {
            let name = comparable(&name);
            select = select.filter(
                Condition::any()
                    .add(table::Column::NameKey.gt(name.clone()))
                    .add(table::Column::NameKey.eq(name).and(table::Column::Id.gt(id.0))),
            );
        }
        let rows = select
            .order_by_asc(table::Column::NameKey)
            .order_by_asc(table::Column::Id)
            .limit(limit)
            .all(&self.tx)
            .await?;
        Ok(rows.into_iter().map(Customer::from).collect())
    }

    /// How many customers there are.
    pub async fn count_customers(&self) -> Result<u64, StoreError> {
        Ok(table::Entity::find()
            .filter(self.mine(table::Column::Organization, table::Column::Id))
            .count(&self.tx)
            .await?)
    }

    /// Adds a customer.
    pub async fn add_customer(
        &self,
        customer: &Customer,
        confirmed_by: Option<&str>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let row = table::ActiveModel {
            id: Set(customer.id.0),
            organization: Set(self.own()),
            name: Set(customer.name.clone()),
            name_key: Set(key_of(&customer.name)),
            tenant: Set(customer.tenant.0),
            domain: Set(customer.domain.clone()),
            confirmed_at: Set(customer.confirmed_at.map(|time| time.0)),
            confirmed_by: Set(confirmed_by.map(str::to_owned)),
            created_at: Set(now.0),
            contact: Set(customer.contact.clone()),
            contact_language: Set(customer.contact_language.clone()),
            ..table::ActiveModel::default()
        };
        table::Entity::insert(row).exec_without_returning(&self.tx).await?;
        Ok(())
    }

    /// Gives a customer another name, in its sets too, whose lists are in the order of it. `false`: there is no such customer.
    pub async fn rename_customer(&self, id: CustomerId, name: &str) -> Result<bool, StoreError> {
        if !self.hold_customer_alone(id).await? {
            return Ok(false);
        }
        table::Entity::update_many()
            .col_expr(table::Column::Name, Expr::value(name))
            .col_expr(table::Column::NameKey, Expr::value(key_of(name)))
            .filter(self.mine(table::Column::Organization, table::Column::Id))
            .filter(table::Column::Id.eq(id.0))
            .exec(&self.tx)
            .await?;
        backup_sets::Entity::update_many()
            .col_expr(backup_sets::Column::CustomerKey, Expr::value(key_of(name)))
            .filter(self.mine(backup_sets::Column::Organization, backup_sets::Column::Customer))
            .filter(backup_sets::Column::Customer.eq(id.0))
            .exec(&self.tx)
            .await?;
        Ok(true)
    }

    /// Writes who is told when something was connected. `false`: there is no such customer.
    pub async fn update_customer_contact(
        &self,
        id: CustomerId,
        contact: Option<&str>,
        language: Option<&str>,
    ) -> Result<bool, StoreError> {
        let done = table::Entity::update_many()
            .col_expr(table::Column::Contact, Expr::value(contact))
            .col_expr(table::Column::ContactLanguage, Expr::value(language))
            .filter(self.mine(table::Column::Organization, table::Column::Id))
            .filter(table::Column::Id.eq(id.0))
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected == 1)
    }

    /// Confirms a customer's tenant, if it is still this one.
    pub async fn confirm_customer(
        &self,
        id: CustomerId,
        tenant: TenantId,
        by: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let done = table::Entity::update_many()
            .col_expr(table::Column::ConfirmedAt, Expr::value(now.0))
            .col_expr(table::Column::ConfirmedBy, Expr::value(by))
            .filter(self.mine(table::Column::Organization, table::Column::Id))
            .filter(table::Column::Id.eq(id.0))
            .filter(table::Column::Tenant.eq(tenant.0))
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected == 1)
    }
}
