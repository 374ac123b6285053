//! Links to the customers' own page. Their secrets are in `locator` only, hashed.

use super::{
    Scoped, StoreError,
    entities::{customer_links as table, sign_ins, token_counts},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};
use shared::{
    id::{ConnectionId, CustomerId},
    time::Timestamp,
};
use uuid::Uuid;

/// A link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerLink {
    /// Id.
    pub id: Uuid,
    /// Whose page it opens.
    pub customer: CustomerId,
    /// Who made it: for display; empty when a receipt did.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// After this it is dead.
    pub expires_at: Timestamp,
}

impl Scoped {
    /// Adds a link.
    pub async fn add_customer_link(&self, link: &CustomerLink) -> Result<(), StoreError> {
        let row = table::ActiveModel {
            id: Set(link.id),
            organization: Set(self.own()),
            customer: Set(link.customer.0),
            created_by: Set(link.created_by.clone()),
            created_at: Set(link.created_at.0),
            expires_at: Set(link.expires_at.0),
            revoked_at: Set(None),
        };
        table::Entity::insert(row).exec_without_returning(&self.tx).await?;
        Ok(())
    }

    /// A link that has not been revoked and has not expired.
    pub async fn find_customer_link(&self, id: Uuid, now: Timestamp) -> Result<Option<CustomerLink>, StoreError> {
        let row = table::Entity::find_by_id(id)
            .filter(self.mine(table::Column::Organization, table::Column::Customer))
            .filter(table::Column::RevokedAt.is_null())
            .filter(table::Column::ExpiresAt.gt(now.0))
            .one(&self.tx)
            .await?;
        Ok(row.map(|row| CustomerLink {
            id: row.id,
            customer: CustomerId(row.customer),
            created_by: row.created_by,
            created_at: Timestamp(row.created_at),
            expires_at: Timestamp(row.expires_at),
        }))
    }

    /// Ends every link of a customer; gives how many.
    pub async fn revoke_customer_links(&self, customer: CustomerId, now: Timestamp) -> Result<u64, StoreError> {
        let done = table::Entity::update_many()
            .col_expr(table::Column::RevokedAt, Expr::value(now.0))
            .filter(self.mine(table::Column::Organization, table::Column::Customer))
            .filter(table::Column::Customer.eq(customer.0))
            .filter(table::Column::RevokedAt.is_null())
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected)
    }

    /// Ends one link. `false`: it had ended.
    pub async fn revoke_customer_link(&self, id: Uuid, now: Timestamp) -> Result<bool, StoreError> {
        let done = table::Entity::update_many()
            .col_expr(table::Column::RevokedAt, Expr::value(now.0))
            .filter(self.mine(table::Column::Organization, table::Column::Customer))
            .filter(table::Column::Id.eq(id))
            .filter(table::Column::RevokedAt.is_null())
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected == 1)
    }

    /// Who signed in last for a connection, as Microsoft showed them.
    pub async fn find_who_connected(&self, connection: ConnectionId) -> Result<Option<String>, StoreError> {
        let found: Option<Option<String>> = sign_ins::Entity::find()
            .select_only()
            .column(sign_ins::Column::SignedInAs)
            .filter(sign_ins::Column::Organization.eq(self.own()))
            .filter(sign_ins::Column::Connection.eq(connection.0))
            .filter(sign_ins::Column::DoneAt.is_not_null())
            .filter(sign_ins::Column::SignedInAs.is_not_null())
            .order_by_desc(sign_ins::Column::DoneAt)
            .into_tuple()
            .one(&self.tx)
            .await?;
        Ok(found.flatten())
    }

    /// When a job last got a token of a connection, to the minute.
    pub async fn find_last_handed_out(&self, connection: ConnectionId) -> Result<Option<Timestamp>, StoreError> {
        let found: Option<i64> = token_counts::Entity::find()
            .select_only()
            .column(token_counts::Column::Minute)
            .filter(token_counts::Column::Organization.eq(self.own()))
            .filter(token_counts::Column::Connection.eq(connection.0))
            .order_by_desc(token_counts::Column::Minute)
            .into_tuple()
            .one(&self.tx)
            .await?;
        Ok(found.map(|minute| Timestamp(minute * 60)))
    }
}
