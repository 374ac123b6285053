//! What a key, an app, an account or a member reached.

use super::backup_sets::CustomerRef;
use crate::{
    id::{ApiKeyId, ConnectionId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Whom a report is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SubjectKind {
    /// An API key.
    ApiKey,
    /// An app of a customer's tenant.
    App,
    /// A connected account.
    Connection,
    /// A member.
    Member,
}

impl SubjectKind {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ApiKey => "api_key",
            Self::App => "app",
            Self::Connection => "connection",
            Self::Member => "member",
        }
    }

    /// Reads the wire word; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::ApiKey, Self::App, Self::Connection, Self::Member].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// Whom a report is about, with a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExposureSubject {
    /// What it is.
    pub kind: SubjectKind,
    /// Its id.
    pub id: Uuid,
    /// Its name; an account's address.
    pub name: String,
}

/// What was reached since a date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExposureReport {
    /// Whom it is about.
    pub subject: ExposureSubject,
    /// From here on.
    pub since: Timestamp,
    /// Until here.
    pub until: Timestamp,
    /// How many customers are in it.
    pub customers: u64,
    /// How many connections gave tokens.
    pub connections: u64,
    /// How many tokens were handed out.
    pub tokens: u64,
    /// Connections that gave tokens and are gone with their customer: only the audit log knows their ids.
    #[serde(default)]
    pub removed_connections: u64,
    /// Tokens that were newly made by those; what came from memory beside them is not known any more.
    #[serde(default)]
    pub removed_tokens: u64,
    /// Tokens, by customer, connection, key, resource and purpose.
    pub reached: Vec<ReachedView>,
    /// What the subject did; for an app or account, what happened to it.
    pub actions: Vec<ActionView>,
}

/// Which kind of connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ConnectionKind {
    /// One account's.
    Delegated,
    /// An app's: that kind of data of the whole tenant.
    AppOnly,
}

/// An API key, by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeyRef {
    /// Id.
    pub id: ApiKeyId,
    /// Name.
    pub name: String,
}

/// Tokens that were handed out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReachedView {
    /// Whose data.
    pub customer: CustomerRef,
    /// By which connection.
    pub connection: ConnectionId,
    /// Which kind.
    pub kind: ConnectionKind,
    /// The account, or the app's name.
    pub name: String,
    /// To which key.
    pub api_key: KeyRef,
    /// For which of Microsoft's services.
    pub resource: String,
    /// For what.
    pub purpose: String,
    /// How many tokens.
    pub tokens: u64,
    /// For how many sets a token was newly made; those handed out again from memory are not told apart by set.
    pub backup_sets: u64,
    /// The first time.
    pub first_at: Timestamp,
    /// The last time.
    pub last_at: Timestamp,
}

/// Events of one kind about one customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ActionView {
    /// About whom; null: about nobody in particular.
    pub customer: Option<CustomerRef>,
    /// Stable name of the event.
    pub event: String,
    /// How often.
    pub count: u64,
    /// The first time.
    pub first_at: Timestamp,
    /// The last time.
    pub last_at: Timestamp,
}
