//! API keys. Their secrets are in `locator` only, hashed.

use super::{Reach, Scope, Scoped, StoreError, entities::api_keys as table};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, sea_query::Expr};
use shared::{
    id::{ApiKeyId, CustomerId, OrganizationId},
    rules::scopes::Purpose,
    time::Timestamp,
};

/// An API key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Id.
    pub id: ApiKeyId,
    /// Name.
    pub name: String,
    /// The customers it may act for; `None`: all.
    pub customers: Option<Vec<CustomerId>>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// What it may ask tokens for; `None`: everything.
    pub purposes: Option<Vec<Purpose>>,
}

impl ApiKey {
    /// Whose data it reaches, and which customers of it.
    pub fn scope(&self, organization: OrganizationId) -> Scope {
        Scope { organization, reach: Reach::only(self.customers.clone()) }
    }
}

impl TryFrom<table::Model> for ApiKey {
    type Error = StoreError;
    fn try_from(row: table::Model) -> Result<Self, StoreError> {
        let bad = |_| StoreError::Unreadable("API key");
        let customers = match row.customers.as_deref() {
            None => None,
            Some("") => Some(Vec::new()),
            Some(text) => Some(text.split(',').map(|id| id.parse().map_err(bad)).collect::<Result<_, _>>()?),
        };
        let unknown = || StoreError::Unreadable("API key");
        let purposes = match row.purposes.as_deref() {
            None => None,
            Some(text) => {
                let parts = text.split(',').filter(|part| !part.is_empty()).map(Purpose::parse);
                Some(parts.collect::<Option<Vec<_>>>().ok_or_else(unknown)?)
            }
        };
        Ok(Self {
            id: ApiKeyId(row.id),
            name: row.name,
            customers,
            created_at: Timestamp(row.created_at),
            last_used_at: row.last_used_at.map(Timestamp),
            revoked_at: row.revoked_at.map(Timestamp),
            purposes,
        })
    }
}

impl Scoped {
    /// Adds a key.
    pub async fn add_api_key(&self, key: &ApiKey) -> Result<(), StoreError> {
        let customers =
            key.customers.as_ref().map(|ids| ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(","));
        let row = table::ActiveModel {
            id: Set(key.id.0),
            organization: Set(self.own()),
            name: Set(key.name.clone()),
            customers: Set(customers),
            created_at: Set(key.created_at.0),
            last_used_at: Set(None),
            revoked_at: Set(None),
            purposes: Set(key
                .purposes
                .as_ref()
                .map(|all| all.iter().map(|one| one.as_str()).collect::<Vec<_>>().join(","))),
        };
        table::Entity::insert(row).exec_without_returning(&self.tx).await?;
        Ok(())
    }

    /// A key.
    pub async fn find_api_key(&self, id: ApiKeyId) -> Result<Option<ApiKey>, StoreError> {
        table::Entity::find_by_id(id.0)
            .filter(table::Column::Organization.eq(self.own()))
            .filter(super::organizations::standing(table::Column::Organization))
            .one(&self.tx)
            .await?
            .map(ApiKey::try_from)
            .transpose()
    }

    /// All keys, newest first.
    pub async fn list_api_keys(&self) -> Result<Vec<ApiKey>, StoreError> {
        let rows = table::Entity::find()
            .filter(table::Column::Organization.eq(self.own()))
            .order_by_desc(table::Column::Id)
            .all(&self.tx)
            .await?;
        rows.into_iter().map(ApiKey::try_from).collect()
    }

    /// Notes that a key was used.
    pub async fn update_api_key_used(&self, id: ApiKeyId, now: Timestamp) -> Result<(), StoreError> {
        table::Entity::update_many()
            .col_expr(table::Column::LastUsedAt, Expr::value(now.0))
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::Id.eq(id.0))
            .exec(&self.tx)
            .await?;
        Ok(())
    }

    /// Revokes a key. `false`: it was already, or is not there.
    pub async fn revoke_api_key(&self, id: ApiKeyId, now: Timestamp) -> Result<bool, StoreError> {
        let done = table::Entity::update_many()
            .col_expr(table::Column::RevokedAt, Expr::value(now.0))
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::Id.eq(id.0))
            .filter(table::Column::RevokedAt.is_null())
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected == 1)
    }
}
