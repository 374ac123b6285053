//! Events and their deliveries: what happened, and what became of it in each channel.

use super::{
    Scoped, StoreError,
    entities::{deliveries, events as table},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, Query},
};
use shared::{
    api::channels::{DeliveryState, EventType},
    id::CustomerId,
    time::Timestamp,
};
use std::collections::HashMap;
use uuid::Uuid;

/// Rows of one statement.
const PART: usize = 100;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Id; a webhook's `webhook-id`. Sorts by time.
    pub id: Uuid,
    /// What.
    pub kind: EventType,
    /// About whom.
    pub customer: Option<CustomerId>,
    /// The warning that it tells of.
    pub notice: Option<Uuid>,
    /// In words.
    pub title: String,
    /// More words, for mail.
    pub text: String,
    /// `data` of the webhook, JSON.
    pub data: String,
    /// When.
    pub created_at: Timestamp,
}

/// An event on its way through a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Id; sorts by time.
    pub id: Uuid,
    /// Through which channel.
    pub channel: Uuid,
    /// Which event.
    pub event: Uuid,
    /// Where it stands.
    pub state: DeliveryState,
    /// Tries since it was sent, or sent again.
    pub attempts: i64,
    /// When it is due, in milliseconds.
    pub next_at: i64,
    /// When it was tried last.
    pub tried_at: Option<Timestamp>,
    /// The status code of the last answer.
    pub status: Option<i64>,
    /// How long the last try took, in milliseconds.
    pub duration: Option<i64>,
    /// Why the last try failed, in our words.
    pub last_answer: Option<String>,
    /// When it began.
    pub created_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

impl Delivery {
    /// A delivery that is due at once.
    pub const fn new(id: Uuid, channel: Uuid, event: Uuid, now_millis: i64) -> Self {
        Self {
            id,
            channel,
            event,
            state: DeliveryState::Waiting,
            attempts: 0,
            next_at: now_millis,
            tried_at: None,
            status: None,
            duration: None,
            last_answer: None,
            created_at: Timestamp(now_millis.div_euclid(1000)),
            ended_at: None,
        }
    }
}

impl TryFrom<table::Model> for Event {
    type Error = StoreError;
    fn try_from(row: table::Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            kind: EventType::parse(&row.kind).ok_or(StoreError::Unreadable("event"))?,
            customer: row.customer.map(CustomerId),
            notice: row.notice,
            title: row.title,
            text: row.text,
            data: row.data,
            created_at: Timestamp(row.created_at),
        })
    }
}

impl TryFrom<deliveries::Model> for Delivery {
    type Error = StoreError;
    fn try_from(row: deliveries::Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            channel: row.channel,
            event: row.event,
            state: DeliveryState::parse(&row.state).ok_or(StoreError::Unreadable("delivery"))?,
            attempts: row.attempts,
            next_at: row.next_at,
            tried_at: row.tried_at.map(Timestamp),
            status: row.status,
            duration: row.duration,
            last_answer: row.last_answer,
            created_at: Timestamp(row.created_at),
            ended_at: row.ended_at.map(Timestamp),
        })
    }
}

impl Scoped {
    /// Adds events.
    pub async fn add_events(&self, events: &[Event]) -> Result<(), StoreError> {
        for part in events.chunks(PART) {
            let rows = part.iter().map(|event| table::ActiveModel {
                id: Set(event.id),
                organization: Set(self.own()),
                kind: Set(event.kind.as_str().to_owned()),
                customer: Set(event.customer.map(|id| id.0)),
                notice: Set(event.notice),
                title: Set(event.title.clone()),
                text: Set(event.text.clone()),
                data: Set(event.data.clone()),
                created_at: Set(event.created_at.0),
            });
            table::Entity::insert_many(rows).exec_without_returning(&self.tx).await?;
        }
        Ok(())
    }

    /// Events by id.
    pub async fn find_events(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, Event>, StoreError> {
        let mut found = HashMap::with_capacity(ids.len());
        for part in ids.chunks(PART) {
            let rows = table::Entity::find()
                .filter(self.also_own(table::Column::Organization))
                .filter(table::Column::Id.is_in(part.iter().copied()))
                .all(&self.tx)
                .await?;
            for row in rows {
                found.insert(row.id, Event::try_from(row)?);
            }
        }
        Ok(found)
    }

    /// Adds deliveries.
    pub async fn add_deliveries(&self, all: &[Delivery]) -> Result<(), StoreError> {
        for part in all.chunks(PART) {
            let rows = part.iter().map(|one| deliveries::ActiveModel {
                id: Set(one.id),
                organization: Set(self.own()),
                channel: Set(one.channel),
                event: Set(one.event),
                state: Set(one.state.as_str().to_owned()),
                attempts: Set(one.attempts),
                next_at: Set(one.next_at),
                tried_at: Set(one.tried_at.map(|time| time.0)),
                status: Set(one.status),
                duration: Set(one.duration),
                last_answer: Set(one.last_answer.clone()),
                created_at: Set(one.created_at.0),
                ended_at: Set(one.ended_at.map(|time| time.0)),
            });
            deliveries::Entity::insert_many(rows).exec_without_returning(&self.tx).await?;
        }
        Ok(())
    }

    /// A delivery.
    pub async fn find_delivery(&self, id: Uuid) -> Result<Option<Delivery>, StoreError> {
        let own = deliveries::Entity::find_by_id(id).filter(deliveries::Column::Organization.eq(self.own()));
        own.one(&self.tx).await?.map(Delivery::try_from).transpose()
    }

    /// The oldest delivery through a channel that waits and is due (`now`: milliseconds).
    pub async fn find_due_delivery(&self, channel: Uuid, now: i64) -> Result<Option<Delivery>, StoreError> {
        deliveries::Entity::find()
            .filter(deliveries::Column::Organization.eq(self.own()))
            .filter(deliveries::Column::Channel.eq(channel))
            .filter(deliveries::Column::State.eq(DeliveryState::Waiting.as_str()))
            .filter(deliveries::Column::NextAt.lte(now))
            .order_by_asc(deliveries::Column::Id)
            .one(&self.tx)
            .await?
            .map(Delivery::try_from)
            .transpose()
    }

    /// Writes how a waiting delivery went. `false`: it does not wait any more, or somebody else tried it meanwhile.
    pub async fn update_delivery(&self, delivery: &Delivery, attempts: i64) -> Result<bool, StoreError> {
        let done = deliveries::Entity::update_many()
            .col_expr(deliveries::Column::State, Expr::value(delivery.state.as_str()))
            .col_expr(deliveries::Column::Attempts, Expr::value(delivery.attempts))
            .col_expr(deliveries::Column::NextAt, Expr::value(delivery.next_at))
            .col_expr(deliveries::Column::TriedAt, Expr::value(delivery.tried_at.map(|time| time.0)))
            .col_expr(deliveries::Column::Status, Expr::value(delivery.status))
            .col_expr(deliveries::Column::Duration, Expr::value(delivery.duration))
            .col_expr(deliveries::Column::LastAnswer, Expr::value(delivery.last_answer.clone()))
            .col_expr(deliveries::Column::EndedAt, Expr::value(delivery.ended_at.map(|time| time.0)))
            .filter(deliveries::Column::Organization.eq(self.own()))
            .filter(deliveries::Column::Id.eq(delivery.id))
            .filter(deliveries::Column::State.eq(DeliveryState::Waiting.as_str()))
            .filter(deliveries::Column::Attempts.eq(attempts))
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected == 1)
    }

    /// Lets a delivery that has ended wait once more. `false`: it waits already.
    pub async fn reopen_delivery(&self, id: Uuid, now: i64) -> Result<bool, StoreError> {
        let done = deliveries::Entity::update_many()
            .col_expr(deliveries::Column::State, Expr::value(DeliveryState::Waiting.as_str()))
            .col_expr(deliveries::Column::Attempts, Expr::value(0))
            .col_expr(deliveries::Column::NextAt, Expr::value(now))
            .col_expr(deliveries::Column::EndedAt, Expr::value(Option::<i64>::None))
            .filter(deliveries::Column::Organization.eq(self.own()))
            .filter(deliveries::Column::Id.eq(id))
            .filter(deliveries::Column::State.ne(DeliveryState::Waiting.as_str()))
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected == 1)
    }

    /// The log of a channel, newest first, before a position, of one state or all.
    pub async fn list_deliveries(
        &self,
        channel: Uuid,
        state: Option<DeliveryState>,
        before: Option<Uuid>,
        limit: u64,
    ) -> Result<Vec<Delivery>, StoreError> {
        let mut select = deliveries::Entity::find()
            .filter(deliveries::Column::Organization.eq(self.own()))
            .filter(deliveries::Column::Channel.eq(channel));
        if let Some(state) = state {
            select = select.filter(deliveries::Column::State.eq(state.as_str()));
        }
        if let Some(before) = before {
            select = select.filter(deliveries::Column::Id.lt(before));
        }
        let rows = select.order_by_desc(deliveries::Column::Id).limit(limit).all(&self.tx).await?;
        rows.into_iter().map(Delivery::try_from).collect()
    }

    /// What was given up of what happened from a time on, oldest first.
    pub async fn list_failed_deliveries(
        &self,
        channel: Uuid,
        since: Timestamp,
        limit: u64,
    ) -> Result<Vec<Delivery>, StoreError> {
        let rows = deliveries::Entity::find()
            .filter(deliveries::Column::Organization.eq(self.own()))
            .filter(deliveries::Column::Channel.eq(channel))
            .filter(deliveries::Column::State.eq(DeliveryState::Failed.as_str()))
            .filter(deliveries::Column::CreatedAt.gte(since.0))
            .order_by_asc(deliveries::Column::Id)
            .limit(limit)
            .all(&self.tx)
            .await?;
        rows.into_iter().map(Delivery::try_from).collect()
    }

    /// Removes what ended long ago, and events that no delivery needs any more; gives how many deliveries went.
    pub async fn remove_old_deliveries(&self, before: Timestamp) -> Result<u64, StoreError> {
        let gone = deliveries::Entity::delete_many()
            .filter(deliveries::Column::Organization.eq(self.own()))
            .filter(deliveries::Column::CreatedAt.lt(before.0))
            .filter(deliveries::Column::State.ne(DeliveryState::Waiting.as_str()))
            .exec(&self.tx)
            .await?;
        let needed = Query::select()
            .expr(Expr::val(1))
            .from(deliveries::Entity)
            .and_where(
                Expr::col((deliveries::Entity, deliveries::Column::Event)).equals((table::Entity, table::Column::Id)),
            )
            .and_where(Expr::col((deliveries::Entity, deliveries::Column::Organization)).eq(self.own()))
            .to_owned();
        table::Entity::delete_many()
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::CreatedAt.lt(before.0))
            .filter(Expr::exists(needed).not())
            .exec(&self.tx)
            .await?;
        Ok(gone.rows_affected)
    }
}
