//! Restores: while one is open, approved by a member, jobs get tokens that write (C4).

use super::backup_sets::CustomerRef;
use crate::{
    id::{CustomerId, RestoreId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// Approves a restore.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateRestore {
    /// Whose data is written back.
    pub customer: CustomerId,
    /// Why: 1 to 200 characters, for the audit log.
    pub reason: String,
    /// How long it stays open: 1 to 24 hours.
    pub hours: i64,
}

/// A restore.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RestoreView {
    /// Id.
    pub id: RestoreId,
    /// Whose data.
    pub customer: CustomerRef,
    /// Why.
    pub reason: String,
    /// Who approved it: for display.
    pub approved_by: String,
    /// From when.
    pub opened_at: Timestamp,
    /// Until when, unless closed before.
    pub ends_at: Timestamp,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// It is open now.
    pub open: bool,
}
