//! Notices: what the portal warns of.

use super::backup_sets::CustomerRef;
use crate::{id::CertificateId, id::ConnectionId, time::Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What a notice is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// A certificate ends soon (B-14, E6).
    CertificateEnds,
    /// A connection does not work, or needs somebody (J4).
    ConnectionTrouble,
    /// Permissions differ from the manifest (C8).
    Drift,
    /// An API key gets tokens for many more backup sets than before.
    KeyBreadth,
    /// A channel does not take what is sent to it.
    ChannelFailing,
    /// Access for a set-up is left in a customer's tenant (D8).
    CleanUpPending,
}

impl NoticeKind {
    /// All kinds.
    pub const ALL: [Self; 6] = [
        Self::CertificateEnds,
        Self::ConnectionTrouble,
        Self::Drift,
        Self::KeyBreadth,
        Self::ChannelFailing,
        Self::CleanUpPending,
    ];

    /// The word on the wire and in storage.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CertificateEnds => "certificate_ends",
            Self::ConnectionTrouble => "connection_trouble",
            Self::Drift => "drift",
            Self::KeyBreadth => "key_breadth",
            Self::ChannelFailing => "channel_failing",
            Self::CleanUpPending => "clean_up_pending",
        }
    }

    /// Reads the wire word; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// A notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NoticeView {
    /// Id.
    pub id: Uuid,
    /// What it is about.
    pub kind: NoticeKind,
    /// Whose, where it is a customer's.
    pub customer: Option<CustomerRef>,
    /// The certificate, connection, key or channel; for what is left in a tenant, the customer.
    pub subject: Uuid,
    /// For certificates: how many days before the end. Otherwise 0.
    pub stage: i64,
    /// What happened.
    pub title: String,
    /// Why, and what to do.
    pub text: String,
    /// When.
    pub created_at: Timestamp,
    /// When it was settled.
    pub resolved_at: Option<Timestamp>,
}

/// One certificate on the desk: the expiries of the whole fleet (E13).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExpiryView {
    /// The certificate.
    pub certificate: CertificateId,
    /// Its app.
    pub app: ConnectionId,
    /// The app's name.
    pub app_name: String,
    /// Whose.
    pub customer: CustomerRef,
    /// Until when it is good.
    pub not_after: Timestamp,
    /// When it is renewed by itself; `None`: it cannot, an administrator must.
    pub renew_at: Option<Timestamp>,
    /// Why it is good for less than two years.
    pub shortened: Option<String>,
}
