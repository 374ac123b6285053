//! API keys.

use crate::id::{ApiKeyId, CustomerId};
use crate::rules::scopes::Purpose;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Makes an API key. Needs a fresh sign-in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateApiKey {
    /// Name, 1 to 120 characters.
    pub name: String,
    /// The customers whose records it may reach, 1 to 200; absent: all.
    #[serde(default)]
    pub customers: Option<Vec<CustomerId>>,
    /// What it may ask job tokens for; with it, a key reads and gets job tokens, and changes nothing. Absent: everything.
    #[serde(default)]
    pub purposes: Option<Vec<Purpose>>,
}

impl CreateApiKey {
    /// A key without limits.
    pub const fn new(name: String) -> Self {
        Self { name, customers: None, purposes: None }
    }
}

/// An API key, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiKeyView {
    /// Id.
    pub id: ApiKeyId,
    /// Name.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// The customers whose records it may reach; absent: all.
    #[serde(default)]
    pub customers: Option<Vec<CustomerId>>,
    /// What it may ask job tokens for; absent: everything.
    #[serde(default)]
    pub purposes: Option<Vec<Purpose>>,
}

/// A new API key: the only time its secret is shown.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiKeyCreated {
    /// The key.
    pub key: ApiKeyView,
    /// Send as `Authorization: Bearer …`.
    pub secret: String,
}
