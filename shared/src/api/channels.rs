//! Channels: by which ways events go out, and what became of each.

use crate::{id::CustomerId, time::Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What happened: the `type` of a webhook. The words are stable; new ones may come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum EventType {
    /// Somebody signed in, and the access is stored (K2).
    #[serde(rename = "authorization.authorized")]
    Authorized,
    /// A sign-in stopped; its sets are as they were (K2).
    #[serde(rename = "authorization.failed")]
    AuthorizationFailed,
    /// A member called an authorization off.
    #[serde(rename = "authorization.cancelled")]
    AuthorizationCancelled,
    /// Backup sets changed their method.
    #[serde(rename = "backup_set.method_changed")]
    MethodChanged,
    /// A certificate ends soon (K3).
    #[serde(rename = "connection.expires_soon")]
    ExpiresSoon,
    /// A connection does not work, or needs somebody (J4).
    #[serde(rename = "connection.needs_attention")]
    NeedsAttention,
    /// The permissions of an app were changed (C8).
    #[serde(rename = "connection.drift")]
    Drift,
    /// A connection is no more: ended at Microsoft, switched off, undone or removed.
    #[serde(rename = "connection.revoked")]
    Revoked,
    /// An API key reaches far more backup sets than before.
    #[serde(rename = "api_key.breadth")]
    KeyBreadth,
    /// Another channel does not take what is sent to it.
    #[serde(rename = "channel.failing")]
    ChannelFailing,
    /// A test that somebody asked for; goes to one channel only, whatever it chose.
    #[serde(rename = "ping")]
    Ping,
}

impl EventType {
    /// All that a channel can choose.
    pub const ALL: [Self; 10] = [
        Self::Authorized,
        Self::AuthorizationFailed,
        Self::AuthorizationCancelled,
        Self::MethodChanged,
        Self::ExpiresSoon,
        Self::NeedsAttention,
        Self::Drift,
        Self::Revoked,
        Self::KeyBreadth,
        Self::ChannelFailing,
    ];

    /// The word on the wire and in storage.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Authorized => "authorization.authorized",
            Self::AuthorizationFailed => "authorization.failed",
            Self::AuthorizationCancelled => "authorization.cancelled",
            Self::MethodChanged => "backup_set.method_changed",
            Self::ExpiresSoon => "connection.expires_soon",
            Self::NeedsAttention => "connection.needs_attention",
            Self::Drift => "connection.drift",
            Self::Revoked => "connection.revoked",
            Self::KeyBreadth => "api_key.breadth",
            Self::ChannelFailing => "channel.failing",
            Self::Ping => "ping",
        }
    }

    /// Reads the wire word; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().chain([Self::Ping]).find(|one| one.as_str() == text)
    }

    /// Whether it warns: what a mail channel gets unless it chose otherwise.
    pub const fn is_warning(self) -> bool {
        matches!(self, Self::ExpiresSoon | Self::NeedsAttention | Self::Drift | Self::KeyBreadth | Self::ChannelFailing)
    }
}

/// How events go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ChannelKind {
    /// Mail.
    Mail,
    /// A webhook, signed as Standard Webhooks says.
    Webhook,
}

impl ChannelKind {
    /// The word on the wire and in storage.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Webhook => "webhook",
        }
    }

    /// Reads the wire word; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Mail, Self::Webhook].into_iter().find(|kind| kind.as_str() == text)
    }

    /// What a channel of this kind gets unless it chose.
    pub fn defaults(self) -> Vec<EventType> {
        EventType::ALL.into_iter().filter(|one| self == Self::Webhook || one.is_warning()).collect()
    }
}

/// Adds a channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateChannel {
    /// Mail or webhook.
    pub kind: ChannelKind,
    /// A mail address, or an https address.
    pub address: String,
    /// Which events; without it a webhook gets all of them and mail the warnings.
    #[serde(default)]
    pub events: Option<Vec<EventType>>,
    /// Only events about these customers; without it all of them, and those about none.
    #[serde(default)]
    pub customers: Option<Vec<CustomerId>>,
}

/// Changes what goes to a channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct UpdateChannel {
    /// Which events; null: as for a new channel.
    #[serde(default)]
    pub events: Option<Vec<EventType>>,
    /// Only events about these customers; null: all.
    #[serde(default)]
    pub customers: Option<Vec<CustomerId>>,
}

/// A channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChannelView {
    /// Id.
    pub id: Uuid,
    /// Mail or webhook.
    pub kind: ChannelKind,
    /// Where to.
    pub address: String,
    /// Which events go there.
    pub events: Vec<EventType>,
    /// Only events about these customers; null: all.
    pub customers: Option<Vec<CustomerId>>,
    /// Who added it: for display.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// Since when nothing was taken; null: it works, or nothing was sent yet.
    pub failing_since: Option<Timestamp>,
    /// Until when the secret before signs, too; null: there is one secret.
    pub previous_secret_until: Option<Timestamp>,
    /// The last delivery, if there was one.
    pub last_delivery: Option<DeliveryView>,
}

/// A channel that was just added, or got another secret. The secret of a webhook is shown this once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChannelCreated {
    /// The channel.
    pub channel: ChannelView,
    /// The webhook's signing secret, `whsec_…`.
    pub secret: Option<String>,
}

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// On its way.
    Waiting,
    /// Taken by the other side.
    Delivered,
    /// Given up; can be sent again.
    Failed,
}

impl DeliveryState {
    /// All states.
    pub const ALL: [Self; 3] = [Self::Waiting, Self::Delivered, Self::Failed];

    /// The word on the wire and in storage.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }

    /// Reads the wire word; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }
}

/// One line of a channel's delivery log. What the other side wrote is never kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeliveryView {
    /// Id.
    pub id: Uuid,
    /// The event: a webhook's `webhook-id`, the same for each try.
    pub event: Uuid,
    /// What happened.
    #[serde(rename = "type")]
    pub kind: EventType,
    /// The same in words.
    pub title: String,
    /// When it happened.
    pub at: Timestamp,
    /// Where it stands.
    pub state: DeliveryState,
    /// Tries since it was sent, or sent again.
    pub attempts: u32,
    /// The status code of the last answer, where there was one.
    pub last_status: Option<u16>,
    /// How long the last try took, in milliseconds.
    pub last_duration: Option<u32>,
    /// Why the last try failed, in our words.
    pub last_problem: Option<String>,
    /// When it was tried last.
    pub tried_at: Option<Timestamp>,
    /// When it is tried next, while it waits.
    pub next_try_at: Option<Timestamp>,
}

/// Sends again what was given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ReplayFailed {
    /// What happened from here on.
    pub since: Timestamp,
}

/// How much is sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Replayed {
    /// Deliveries.
    pub deliveries: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn k2_event_types_have_one_word_everywhere() {
        for one in EventType::ALL.into_iter().chain([EventType::Ping]) {
            assert_eq!(serde_json::to_value(one).unwrap(), one.as_str());
            assert_eq!(EventType::parse(one.as_str()), Some(one));
        }
        assert_eq!(EventType::parse("authorization"), None);
        assert!(!ChannelKind::Mail.defaults().contains(&EventType::Authorized));
        assert_eq!(ChannelKind::Webhook.defaults(), EventType::ALL);
    }
}
