//! Channels by which events go out. A webhook's signing secret is sealed for its row (`kind` [`SECRET`]) and version; both
//! secrets are forgotten with the channel.

use super::{Scoped, StoreError, entities::channels as table};
use crate::seal::Sealed;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder,
    sea_query::{Expr, ExprTrait},
};
use shared::{
    api::channels::{ChannelKind, EventType},
    id::CustomerId,
    time::Timestamp,
};
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
    /// Counts the secrets.
    pub secret_version: i64,
    /// The secret before, of the version before, and until when it signs too.
    pub previous: Option<(Sealed, Timestamp)>,
    /// Which events; `None`: the defaults of its kind.
    pub events: Option<Vec<EventType>>,
    /// Only events about these customers; `None`: all.
    pub customers: Option<Vec<CustomerId>>,
    /// Since when nothing was taken.
    pub failing_since: Option<Timestamp>,
    /// When it was added.
    pub created_at: Timestamp,
    /// Who added it: for display.
    pub created_by: String,
    /// When it was removed.
    pub removed_at: Option<Timestamp>,
}

impl TryFrom<table::Model> for Channel {
    type Error = StoreError;
    fn try_from(row: table::Model) -> Result<Self, StoreError> {
        let bad = || StoreError::Unreadable("channel");
        let events = row.events.as_deref().map(|text| words(text).map(EventType::parse).collect::<Option<Vec<_>>>());
        let customers = row.customers.as_deref().map(|text| words(text).map(|id| id.parse().ok()).collect());
        Ok(Self {
            id: row.id,
            kind: ChannelKind::parse(&row.kind).ok_or_else(bad)?,
            address: row.address,
            secret: row.secret.map(Sealed),
            secret_version: row.secret_version,
            previous: row.previous_secret.map(Sealed).zip(row.previous_until.map(Timestamp)),
            events: events.map(|all| all.ok_or_else(bad)).transpose()?,
            customers: customers.map(|all: Option<Vec<_>>| all.ok_or_else(bad)).transpose()?,
            failing_since: row.failing_since.map(Timestamp),
            created_at: Timestamp(row.created_at),
            created_by: row.created_by,
            removed_at: row.removed_at.map(Timestamp),
        })
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').filter(|word| !word.is_empty())
}

fn joined<T>(all: Option<&Vec<T>>, text: impl Fn(&T) -> String) -> Option<String> {
    all.map(|all| all.iter().map(text).collect::<Vec<_>>().join(","))
}

impl Channel {
    /// Whether an event goes here. One about no customer goes to channels for all customers only.
    pub fn wants(&self, kind: EventType, customer: Option<CustomerId>) -> bool {
        let chosen = match &self.events {
            Some(events) => events.contains(&kind),
            None => self.kind == ChannelKind::Webhook || kind.is_warning(),
        };
        chosen && self.customers.as_ref().is_none_or(|only| customer.is_some_and(|one| only.contains(&one)))
    }

    /// Whether events of a type go here, about some customer at least.
    pub fn may_want(&self, kind: EventType) -> bool {
        Self { customers: None, ..self.clone() }.wants(kind, None)
    }

    fn events_text(&self) -> Option<String> {
        joined(self.events.as_ref(), |one| one.as_str().to_owned())
    }

    fn customers_text(&self) -> Option<String> {
        joined(self.customers.as_ref(), ToString::to_string)
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
            events: Set(channel.events_text()),
            customers: Set(channel.customers_text()),
            secret_version: Set(channel.secret_version),
            previous_secret: Set(channel.previous.as_ref().map(|(sealed, _)| sealed.0.clone())),
            previous_until: Set(channel.previous.as_ref().map(|(_, until)| until.0)),
            failing_since: Set(channel.failing_since.map(|time| time.0)),
            leased_until: Set(0),
            epoch: Set(0),
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
            .col_expr(table::Column::PreviousSecret, Expr::value(Option::<Vec<u8>>::None))
            .col_expr(table::Column::PreviousUntil, Expr::value(Option::<i64>::None))
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::Id.eq(id))
            .filter(table::Column::RemovedAt.is_null())
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected == 1)
    }

    /// Stores what a channel chose. `false`: it is not there any more.
    pub async fn update_channel_choice(&self, channel: &Channel) -> Result<bool, StoreError> {
        let done = table::Entity::update_many()
            .col_expr(table::Column::Events, Expr::value(channel.events_text()))
            .col_expr(table::Column::Customers, Expr::value(channel.customers_text()))
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::Id.eq(channel.id))
            .filter(table::Column::RemovedAt.is_null())
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected == 1)
    }

    /// Stores a channel's next secret, if the one of this version is still in use.
    pub async fn update_channel_secret(&self, channel: &Channel, version: i64) -> Result<bool, StoreError> {
        let done = table::Entity::update_many()
            .col_expr(table::Column::Secret, Expr::value(channel.secret.as_ref().map(|sealed| sealed.0.clone())))
            .col_expr(table::Column::SecretVersion, Expr::value(channel.secret_version))
            .col_expr(
                table::Column::PreviousSecret,
                Expr::value(channel.previous.as_ref().map(|(sealed, _)| sealed.0.clone())),
            )
            .col_expr(table::Column::PreviousUntil, Expr::value(channel.previous.as_ref().map(|(_, until)| until.0)))
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::Id.eq(channel.id))
            .filter(table::Column::SecretVersion.eq(version))
            .filter(table::Column::RemovedAt.is_null())
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected == 1)
    }

    /// Forgets the secrets whose overlap is over; gives how many.
    pub async fn forget_previous_secrets(&self, now: Timestamp) -> Result<u64, StoreError> {
        let done = table::Entity::update_many()
            .col_expr(table::Column::PreviousSecret, Expr::value(Option::<Vec<u8>>::None))
            .col_expr(table::Column::PreviousUntil, Expr::value(Option::<i64>::None))
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::PreviousUntil.lte(now.0))
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected)
    }

    /// Notes since when a channel takes nothing, or that it takes again.
    pub async fn update_channel_failing(&self, id: Uuid, since: Option<Timestamp>) -> Result<bool, StoreError> {
        let done = table::Entity::update_many()
            .col_expr(table::Column::FailingSince, Expr::value(since.map(|time| time.0)))
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::Id.eq(id))
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected == 1)
    }

    /// Takes a channel for sending until `until` (milliseconds); gives the lease's epoch. `None`: somebody else sends.
    pub async fn lease_channel(&self, id: Uuid, now: i64, until: i64) -> Result<Option<i64>, StoreError> {
        let taken = table::Entity::update_many()
            .col_expr(table::Column::LeasedUntil, Expr::value(until))
            .col_expr(table::Column::Epoch, Expr::col(table::Column::Epoch).add(1))
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::Id.eq(id))
            .filter(table::Column::LeasedUntil.lte(now))
            .exec(&self.tx)
            .await?;
        if taken.rows_affected != 1 {
            return Ok(None);
        }
        let row =
            table::Entity::find_by_id(id).filter(table::Column::Organization.eq(self.own())).one(&self.tx).await?;
        Ok(row.map(|row| row.epoch))
    }

    /// Gives a channel back. `false`: the lease had run out, and somebody else sends.
    pub async fn release_channel(&self, id: Uuid, epoch: i64) -> Result<bool, StoreError> {
        let done = table::Entity::update_many()
            .col_expr(table::Column::LeasedUntil, Expr::value(0))
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::Id.eq(id))
            .filter(table::Column::Epoch.eq(epoch))
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected == 1)
    }
}
