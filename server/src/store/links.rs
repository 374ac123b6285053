//! Links that open the connect page. Their secrets are in `locator` only, hashed.

use super::{Scoped, StoreError, entities::connect_links as table};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use shared::{id::AuthorizationId, time::Timestamp};
use uuid::Uuid;

/// A link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Id.
    pub id: Uuid,
    /// What it opens.
    pub authorization: AuthorizationId,
    /// Who made it: for display.
    pub created_by: String,
    /// After this it is dead.
    pub expires_at: Timestamp,
}

impl From<table::Model> for Link {
    fn from(row: table::Model) -> Self {
        Self {
            id: row.id,
            authorization: AuthorizationId(row.authorization),
            created_by: row.created_by,
            expires_at: Timestamp(row.expires_at),
        }
    }
}

impl Scoped {
    /// Adds a link.
    pub async fn add_link(&self, link: &Link, now: Timestamp) -> Result<(), StoreError> {
        let row = table::ActiveModel {
            id: Set(link.id),
            organization: Set(self.own()),
            authorization: Set(link.authorization.0),
            created_by: Set(link.created_by.clone()),
            created_at: Set(now.0),
            expires_at: Set(link.expires_at.0),
            revoked_at: Set(None),
        };
        table::Entity::insert(row).exec_without_returning(&self.tx).await?;
        Ok(())
    }

    /// A link that has not been revoked and has not expired.
    pub async fn find_link(&self, id: Uuid, now: Timestamp) -> Result<Option<Link>, StoreError> {
        let row = table::Entity::find_by_id(id)
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::RevokedAt.is_null())
            .filter(table::Column::ExpiresAt.gt(now.0))
            .one(&self.tx)
            .await?;
        Ok(row.map(Link::from))
    }

    /// Ends every link of an authorization.
    pub async fn revoke_links(&self, authorization: AuthorizationId, now: Timestamp) -> Result<u64, StoreError> {
        let done = table::Entity::update_many()
            .col_expr(table::Column::RevokedAt, Expr::value(now.0))
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::Authorization.eq(authorization.0))
            .filter(table::Column::RevokedAt.is_null())
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected)
    }
}
