//! How often cached job tokens were handed out, and for how many backup sets each key asked in an hour.

use super::{
    Scoped, StoreError,
    entities::{key_breadth as breadth, token_counts as table},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, OnConflict},
};
use shared::{
    id::{ApiKeyId, ConnectionId},
    rules::{manifest::Resource, scopes::Purpose},
};
use uuid::Uuid;

/// Handed out within one minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenCount {
    /// Minutes since 1970-01-01T00:00:00Z.
    pub minute: i64,
    /// Of which connection.
    pub connection: ConnectionId,
    /// To which key.
    pub api_key: ApiKeyId,
    /// For which of Microsoft's services.
    pub resource: Resource,
    /// For what.
    pub purpose: Purpose,
    /// How often.
    pub count: i64,
}

/// Handed out over a time, added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenSum {
    /// Of which connection.
    pub connection: ConnectionId,
    /// To which key.
    pub api_key: ApiKeyId,
    /// For which of Microsoft's services.
    pub resource: Resource,
    /// For what.
    pub purpose: Purpose,
    /// How often.
    pub count: i64,
    /// The first minute.
    pub first_minute: i64,
    /// The last minute.
    pub last_minute: i64,
}

#[derive(FromQueryResult)]
struct SumRow {
    connection: Uuid,
    api_key: Uuid,
    resource: String,
    purpose: String,
    total: i64,
    first_minute: i64,
    last_minute: i64,
}

/// For how many backup sets a key asked within one hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyBreadth {
    /// Which key.
    pub api_key: ApiKeyId,
    /// Hours since 1970-01-01T00:00:00Z.
    pub hour: i64,
    /// The most that one node saw.
    pub sets: i64,
}

impl TryFrom<table::Model> for TokenCount {
    type Error = StoreError;
    fn try_from(row: table::Model) -> Result<Self, StoreError> {
        let bad = || StoreError::Unreadable("token count");
        Ok(Self {
            minute: row.minute,
            connection: ConnectionId(row.connection),
            api_key: ApiKeyId(row.api_key),
            resource: Resource::parse(&row.resource).ok_or_else(bad)?,
            purpose: Purpose::parse(&row.purpose).ok_or_else(bad)?,
            count: row.count,
        })
    }
}

impl Scoped {
    /// Adds to what is counted already.
    pub async fn add_token_counts(&self, counts: &[TokenCount]) -> Result<(), StoreError> {
        for part in counts.chunks(500) {
            let rows = part.iter().map(|one| table::ActiveModel {
                organization: Set(self.own()),
                minute: Set(one.minute),
                connection: Set(one.connection.0),
                api_key: Set(one.api_key.0),
                resource: Set(one.resource.as_str().to_owned()),
                purpose: Set(one.purpose.as_str().to_owned()),
                count: Set(one.count),
            });
            let sum = Expr::col((table::Entity, table::Column::Count)).add(Expr::cust("excluded.count"));
            let again = OnConflict::columns([
                table::Column::Organization,
                table::Column::Minute,
                table::Column::Connection,
                table::Column::ApiKey,
                table::Column::Resource,
                table::Column::Purpose,
            ])
            .value(table::Column::Count, sum)
            .to_owned();
            table::Entity::insert_many(rows).on_conflict(again).exec_without_returning(&self.tx).await?;
        }
        Ok(())
    }

    /// What was handed out from a minute on, oldest first.
    pub async fn list_token_counts(&self, from: i64, limit: u64) -> Result<Vec<TokenCount>, StoreError> {
        let rows = table::Entity::find()
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::Minute.gte(from))
            .order_by_asc(table::Column::Minute)
            .limit(limit)
            .all(&self.tx)
            .await?;
        rows.into_iter().map(TokenCount::try_from).collect()
    }

    /// What was handed out from a minute on to one key or by one connection, added up.
    pub async fn sum_token_counts(
        &self,
        key: Option<ApiKeyId>,
        connection: Option<ConnectionId>,
        from: i64,
    ) -> Result<Vec<TokenSum>, StoreError> {
        let mut select = table::Entity::find()
            .select_only()
            .columns([
                table::Column::Connection,
                table::Column::ApiKey,
                table::Column::Resource,
                table::Column::Purpose,
            ])
            // PostgreSQL's sum of BIGINT is a NUMERIC.
            .column_as(Expr::col(table::Column::Count).sum().cast_as("BIGINT"), "total")
            .column_as(table::Column::Minute.min(), "first_minute")
            .column_as(table::Column::Minute.max(), "last_minute")
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::Minute.gte(from));
        if let Some(key) = key {
            select = select.filter(table::Column::ApiKey.eq(key.0));
        }
        if let Some(connection) = connection {
            select = select.filter(table::Column::Connection.eq(connection.0));
        }
        let rows = select
            .group_by(table::Column::Connection)
            .group_by(table::Column::ApiKey)
            .group_by(table::Column::Resource)
            .group_by(table::Column::Purpose)
            .into_model::<SumRow>()
            .all(&self.tx)
            .await?;
        let bad = || StoreError::Unreadable("token count");
        rows.into_iter()
            .map(|row| {
                Ok(TokenSum {
                    connection: ConnectionId(row.connection),
                    api_key: ApiKeyId(row.api_key),
                    resource: Resource::parse(&row.resource).ok_or_else(bad)?,
                    purpose: Purpose::parse(&row.purpose).ok_or_else(bad)?,
                    count: row.total,
                    first_minute: row.first_minute,
                    last_minute: row.last_minute,
                })
            })
            .collect()
    }

    /// Writes down how broad keys are in an hour, where that is more than is written already.
    pub async fn add_key_breadth(&self, all: &[KeyBreadth]) -> Result<(), StoreError> {
        for part in all.chunks(500) {
            let rows = part.iter().map(|one| breadth::ActiveModel {
                organization: Set(self.own()),
                api_key: Set(one.api_key.0),
                hour: Set(one.hour),
                sets: Set(one.sets),
            });
            let more = "CASE WHEN excluded.sets > key_breadth.sets THEN excluded.sets ELSE key_breadth.sets END";
            let again =
                OnConflict::columns([breadth::Column::Organization, breadth::Column::ApiKey, breadth::Column::Hour])
                    .value(breadth::Column::Sets, Expr::cust(more))
                    .to_owned();
            breadth::Entity::insert_many(rows).on_conflict(again).exec_without_returning(&self.tx).await?;
        }
        Ok(())
    }

    /// A key's broadest hour before `hour`; 0: it has none.
    pub async fn find_key_breadth(&self, key: ApiKeyId, hour: i64) -> Result<i64, StoreError> {
        let row = breadth::Entity::find()
            .filter(breadth::Column::Organization.eq(self.own()))
            .filter(breadth::Column::ApiKey.eq(key.0))
            .filter(breadth::Column::Hour.lt(hour))
            .order_by_desc(breadth::Column::Sets)
            .one(&self.tx)
            .await?;
        Ok(row.map_or(0, |row| row.sets))
    }
}
