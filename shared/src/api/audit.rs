//! The audit log, for reading.

use super::backup_sets::CustomerRef;
use crate::id::AuthorizationId;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// One event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditEntryView {
    /// Position in the organization's log.
    pub sequence: i64,
    /// When.
    pub at: Timestamp,
    /// Stable name of the event, such as `authorization.created`.
    pub event: String,
    /// Who, for display: a member's name, an API key's name, `account holder`, `operator` or `rekey`.
    pub actor: String,
    /// What it was about: a kind and an id.
    pub subject: String,
    /// About which customer, where it is about one that is there still.
    #[serde(default)]
    pub customer: Option<CustomerRef>,
    /// Of which authorization, where it is of one.
    #[serde(default)]
    pub authorization: Option<AuthorizationId>,
    /// A word more.
    pub detail: String,
    /// Sealed into the chain.
    pub sealed: bool,
}
