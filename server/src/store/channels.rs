//! Channels by which notices go out, and the deliveries through them. A webhook's signing secret is sealed for its row
//! (`kind` [`SECRET`], version 1), and forgotten with the channel.

use super::{
    Scoped, StoreError,
    entities::{channels as table, deliveries},
};
use crate::seal::Sealed;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, sea_query::Expr};
use shared::{api::notices::ChannelKind, time::Timestamp};
use uuid::Uuid;

/// What kind of secret a webhook's signing key is, for its seal.
pub const SECRET: &str = "webhook_secret";

/// A channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    /// Id.
    pub id: Uuid,
    /// Mail or webhook.
    pub kind: ChannelKind,
    /// Where to.
    pub address: String,
    /// A webhook's signing key, sealed.
    pub secret: Option<Sealed>,
    /// When it was added.
    pub created_at: Timestamp,
    /// Who added it: for display.
    pub created_by: String,
    /// When it was removed.
    pub removed_at: Option<Timestamp>,
}

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryState {
    /// On its way.
    Waiting,
    /// Taken by the other side.
    Sent,
    /// Given up.
    Failed,
}

const STATES: [(DeliveryState, &str); 3] =
    [(DeliveryState::Waiting, "waiting"), (DeliveryState::Sent, "sent"), (DeliveryState::Failed, "failed")];

fn state_text(state: DeliveryState) -> &'static str {
    STATES.iter().find(|(value, _)| *value == state).map_or("failed", |(_, text)| text)
}

/// A notice on its way through a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Id; a webhook's `webhook-id`.
    pub id: Uuid,
    /// Through which channel.
    pub channel: Uuid,
    /// Which notice.
    pub notice: Uuid,
    /// Where it stands.
    pub state: DeliveryState,
    /// Tries so far.
    pub attempts: i64,
    /// What the other side said last, in our words.
    pub last_answer: Option<String>,
    /// When it began.
    pub created_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

impl TryFrom<table::Model> for Channel {
    type Error = StoreError;
    fn try_from(row: table::Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            kind: ChannelKind::parse(&row.kind).ok_or(StoreError::Unreadable("channel"))?,
            address: row.address,
            secret: row.secret.map(Sealed),
            created_at: Timestamp(row.created_at),
            created_by: row.created_by,
            removed_at: row.removed_at.map(Timestamp),
        })
    }
}

impl TryFrom<deliveries::Model> for Delivery {
    type Error = StoreError;
    fn try_from(row: deliveries::Model) -> Result<Self, StoreError> {
        let state = STATES.iter().find(|(_, text)| *text == row.state).ok_or(StoreError::Unreadable("delivery"))?.0;
        Ok(Self {
            id: row.id,
            channel: row.channel,
            notice: row.notice,
            state,
            attempts: row.attempts,
            last_answer: row.last_answer,
            created_at: Timestamp(row.created_at),
            ended_at: row.ended_at.map(Timestamp),
        })
    }
}

impl Scoped {
    /// Adds a channel.
    pub async fn add_channel(&self, channel: &Channel) -> Result<(), StoreError> {
        let row = table::ActiveModel {
            id: Set(channel.id),
            organization: Set(self.own()),
            kind: Set(channel.kind.as_str().to_owned()),
            address: Set(channel.address.clone()),
            secret: Set(channel.secret.as_ref().map(|sealed| sealed.0.clone())),
            created_at: Set(channel.created_at.0),
            created_by: Set(channel.created_by.clone()),
            removed_at: Set(channel.removed_at.map(|time| time.0)),
        };
        table::Entity::insert(row).exec_without_returning(&self.tx).await?;
        Ok(())
    }

    /// A channel that was not removed.
    pub async fn find_channel(&self, id: Uuid) -> Result<Option<Channel>, StoreError> {
        table::Entity::find_by_id(id)
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::RemovedAt.is_null())
            .one(&self.tx)
            .await?
            .map(Channel::try_from)
            .transpose()
    }

    /// The channels that were not removed, oldest first.
    pub async fn list_channels(&self) -> Result<Vec<Channel>, StoreError> {
        let rows = table::Entity::find()
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::RemovedAt.is_null())
            .order_by_asc(table::Column::Id)
            .all(&self.tx)
            .await?;
        rows.into_iter().map(Channel::try_from).collect()
    }

    /// Removes a channel and forgets its secret. `false`: it was removed before.
    pub async fn remove_channel(&self, id: Uuid, now: Timestamp) -> Result<bool, StoreError> {
        let done = table::Entity::update_many()
            .col_expr(table::Column::RemovedAt, Expr::value(now.0))
            .col_expr(table::Column::Secret, Expr::value(Option::<Vec<u8>>::None))
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::Id.eq(id))
            .filter(table::Column::RemovedAt.is_null())
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected == 1)
    }

    /// Adds a delivery.
    pub async fn add_delivery(&self, delivery: &Delivery) -> Result<(), StoreError> {
        let row = deliveries::ActiveModel {
            id: Set(delivery.id),
            organization: Set(self.own()),
            channel: Set(delivery.channel),
            notice: Set(delivery.notice),
            state: Set(state_text(delivery.state).to_owned()),
            attempts: Set(delivery.attempts),
            last_answer: Set(delivery.last_answer.clone()),
            created_at: Set(delivery.created_at.0),
            ended_at: Set(delivery.ended_at.map(|time| time.0)),
        };
        deliveries::Entity::insert(row).exec_without_returning(&self.tx).await?;
        Ok(())
    }

    /// A delivery.
    pub async fn find_delivery(&self, id: Uuid) -> Result<Option<Delivery>, StoreError> {
        let own = deliveries::Entity::find_by_id(id).filter(deliveries::Column::Organization.eq(self.own()));
        own.one(&self.tx).await?.map(Delivery::try_from).transpose()
    }

    /// Writes how a waiting delivery went. `false`: it does not wait any more.
    pub async fn update_delivery(&self, delivery: &Delivery) -> Result<bool, StoreError> {
        let done = deliveries::Entity::update_many()
            .col_expr(deliveries::Column::State, Expr::value(state_text(delivery.state)))
            .col_expr(deliveries::Column::Attempts, Expr::value(delivery.attempts))
            .col_expr(deliveries::Column::LastAnswer, Expr::value(delivery.last_answer.clone()))
            .col_expr(deliveries::Column::EndedAt, Expr::value(delivery.ended_at.map(|time| time.0)))
            .filter(deliveries::Column::Organization.eq(self.own()))
            .filter(deliveries::Column::Id.eq(delivery.id))
            .filter(deliveries::Column::State.eq("waiting"))
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected == 1)
    }

    /// The newest delivery through a channel.
    pub async fn find_last_delivery(&self, channel: Uuid) -> Result<Option<Delivery>, StoreError> {
        deliveries::Entity::find()
            .filter(deliveries::Column::Organization.eq(self.own()))
            .filter(deliveries::Column::Channel.eq(channel))
            .order_by_desc(deliveries::Column::Id)
            .one(&self.tx)
            .await?
            .map(Delivery::try_from)
            .transpose()
    }
}
