//! Requests for an administrator's approval, as the tenant's workflow keeps them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A request for an administrator's approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentRequest {
    /// Request id.
    #[serde(default)]
    pub id: Uuid,
    /// What an approval grants for everybody.
    #[serde(default)]
    pub asks: Vec<ConsentAsk>,
    /// What became of it.
    #[serde(default)]
    pub status: ConsentStatus,
    /// The tenant.
    pub tid: Uuid,
    /// The application that asked.
    pub client: Uuid,
    /// Who asks.
    pub username: String,
    /// What they wrote.
    pub justification: String,
    /// When.
    pub created_millis: i64,
}

/// One API of a request for approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentAsk {
    /// The client application.
    pub client: Uuid,
    /// The API.
    pub resource: Uuid,
    /// Delegated permissions.
    pub scopes: BTreeSet<String>,
}

/// What became of a request for approval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentStatus {
    /// Nobody decided yet.
    #[default]
    Pending,
    /// An administrator consented.
    Approved,
    /// An administrator refused.
    Denied,
}
