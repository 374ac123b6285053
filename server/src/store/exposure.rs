//! What the audit log says of who got which tokens, and who did what.

use super::{Scoped, StoreError, audit::AuditRow, entities::audit as table};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use shared::{id::ConnectionId, time::Timestamp};
use uuid::Uuid;

/// The event of a token that was newly made.
const ISSUED: &str = "job_token.issued";

/// Which newly made tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// To one actor only.
    pub actor: Option<String>,
    /// Of one connection only.
    pub connection: Option<ConnectionId>,
    /// From here on.
    pub since: Timestamp,
}

impl Scoped {
    /// Events of newly made tokens, oldest first, after a position.
    pub async fn list_issued_tokens(
        &self,
        wanted: &Issued,
        after: Option<Uuid>,
        limit: u64,
    ) -> Result<Vec<AuditRow>, StoreError> {
        let mut all = Condition::all().add(table::Column::Event.eq(ISSUED)).add(table::Column::At.gte(wanted.since.0));
        if let Some(actor) = &wanted.actor {
            all = all.add(table::Column::Actor.eq(actor.as_str()));
        }
        if let Some(connection) = wanted.connection {
            all = all.add(table::Column::Detail.ends_with(format!("connection={connection}")));
        }
        self.list_events(all, after, limit).await
    }

    /// Events by an actor, or about subjects, oldest first, after a position; newly made tokens apart.
    pub async fn list_acts(
        &self,
        actor: Option<&str>,
        subjects: &[String],
        since: Timestamp,
        after: Option<Uuid>,
        limit: u64,
    ) -> Result<Vec<AuditRow>, StoreError> {
        let mut all = Condition::all().add(table::Column::Event.ne(ISSUED)).add(table::Column::At.gte(since.0));
        all = match actor {
            Some(actor) => all.add(table::Column::Actor.eq(actor)),
            None => all.add(table::Column::Subject.is_in(subjects.iter().cloned())),
        };
        self.list_events(all, after, limit).await
    }

    async fn list_events(
        &self,
        wanted: Condition,
        after: Option<Uuid>,
        limit: u64,
    ) -> Result<Vec<AuditRow>, StoreError> {
        let mut select = table::Entity::find().filter(table::Column::Organization.eq(self.own())).filter(wanted);
        if let Some(after) = after {
            select = select.filter(table::Column::Id.gt(after));
        }
        let rows = select.order_by_asc(table::Column::Id).limit(limit).all(&self.tx).await?;
        Ok(rows.into_iter().map(AuditRow::from).collect())
    }
}
