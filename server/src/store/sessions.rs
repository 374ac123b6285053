//! Portal sessions. The cookie's secret is in `locator` only, hashed.

use super::{Scoped, StoreError, entities::sessions as table, organizations::standing};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use shared::{id::MemberId, time::Timestamp};
use uuid::Uuid;

/// A session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    /// Id.
    pub id: Uuid,
    /// Whose.
    pub member: MemberId,
    /// The sign-in.
    pub created_at: Timestamp,
    /// The end, however busy.
    pub expires_at: Timestamp,
    /// The last request, to the minute.
    pub seen_at: Timestamp,
}

impl Scoped {
    /// A session that has not been ended. Expiry is the caller's check.
    pub async fn find_session(&self, id: Uuid) -> Result<Option<Session>, StoreError> {
        let row = table::Entity::find_by_id(id)
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::EndedAt.is_null())
            .filter(standing(table::Column::Organization))
            .one(&self.tx)
            .await?;
        Ok(row.map(|row| Session {
            id: row.id,
            member: MemberId(row.member),
            created_at: Timestamp(row.created_at),
            expires_at: Timestamp(row.expires_at),
            seen_at: Timestamp(row.seen_at),
        }))
    }

    /// Adds a session.
    pub async fn add_session(&self, session: &Session) -> Result<(), StoreError> {
        let row = table::ActiveModel {
            id: Set(session.id),
            organization: Set(self.own()),
            member: Set(session.member.0),
            created_at: Set(session.created_at.0),
            expires_at: Set(session.expires_at.0),
            seen_at: Set(session.seen_at.0),
            ended_at: Set(None),
        };
        table::Entity::insert(row).exec_without_returning(&self.tx).await?;
        Ok(())
    }

    /// Notes that a session was used.
    pub async fn update_session_seen(&self, id: Uuid, now: Timestamp) -> Result<(), StoreError> {
        table::Entity::update_many()
            .col_expr(table::Column::SeenAt, Expr::value(now.0))
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::Id.eq(id))
            .exec(&self.tx)
            .await?;
        Ok(())
    }

    /// Ends every session of a member.
    pub async fn end_sessions_of(&self, member: MemberId, now: Timestamp) -> Result<u64, StoreError> {
        let done = table::Entity::update_many()
            .col_expr(table::Column::EndedAt, Expr::value(now.0))
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::Member.eq(member.0))
            .filter(table::Column::EndedAt.is_null())
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected)
    }

    /// Ends a session.
    pub async fn end_session(&self, id: Uuid, now: Timestamp) -> Result<bool, StoreError> {
        let done = table::Entity::update_many()
            .col_expr(table::Column::EndedAt, Expr::value(now.0))
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::Id.eq(id))
            .filter(table::Column::EndedAt.is_null())
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected == 1)
    }
}
