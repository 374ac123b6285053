//! Backup sets: the records a backup product works from.

use crate::backup_set::{AccountRole, Covers, Region};
use crate::id::{BackupSetId, ConnectionId, CustomerId, TenantId};
use crate::method::Method;
use crate::rules::suitability::SplitOffer;
use crate::time::Timestamp;
use crate::workload::Workloads;
use serde::{Deserialize, Serialize};

/// A backup set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BackupSetView {
    /// Id.
    pub id: BackupSetId,
    /// The backup product's own id.
    pub external_id: String,
    /// Name.
    pub name: String,
    /// Whose data.
    pub customer: CustomerRef,
    /// The account it was made with.
    pub account: Option<String>,
    /// That account's role, as imported.
    pub account_role: AccountRole,
    /// Whose data within the tenant.
    pub covers: Covers,
    /// Kinds of data.
    pub workloads: Workloads,
    /// Microsoft cloud.
    pub region: Region,
    /// Version of the backup client.
    pub client_version: Option<String>,
    /// How its jobs get in today.
    pub method: Method,
    /// When the method last changed.
    pub method_changed_at: Option<Timestamp>,
    /// The connection its jobs use.
    pub connection: Option<ConnectionId>,
    /// What it could become, and why.
    pub recommendation: Recommendation,
    /// Grows with every change of this record.
    pub version: i64,
}

/// A customer in a row of another list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CustomerRef {
    /// Id.
    pub id: CustomerId,
    /// Name.
    pub name: String,
    /// Domain, where known.
    pub domain: Option<String>,
    /// Tenant.
    pub tenant: TenantId,
}

/// A suggestion, never an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Recommendation {
    /// The strongest method the set can use; absent when it is there already or nothing fits.
    pub method: Option<Method>,
    /// Stable code of the reason.
    pub code: String,
    /// The reason in a sentence.
    pub text: String,
    /// Whether hybrid is possible.
    pub hybrid: Possibility,
    /// Whether modern is possible.
    pub modern: Possibility,
    /// Splitting the set would let each part use what fits it: what each would hold.
    pub split: Option<SplitOffer>,
}

/// Takes a part of a set into a set of its own, after the backup product has done the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SplitBackupSet {
    /// What the new set holds: one of the parts that the recommendation names.
    pub workloads: Workloads,
    /// The backup product's own id of the new set, 1 to 200 characters.
    pub external_id: String,
    /// Its name, 1 to 200 characters.
    pub name: String,
}

/// Both sets after a split.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SplitAnswer {
    /// The set that was there, with what is left to it.
    pub kept: BackupSetView,
    /// The new one.
    pub made: BackupSetView,
}

/// Whether a method is possible for a set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Possibility {
    /// It can be authorized now.
    pub possible: bool,
    /// Stable code of the reason when not.
    pub code: Option<String>,
    /// The reason in a sentence when not, or a note.
    pub text: Option<String>,
    /// Further reasons or notes, a sentence each.
    #[serde(default)]
    pub more: Vec<String>,
}

/// How the whole list splits by method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BackupSetCounts {
    /// All sets that match the filter, the method apart.
    pub total: u64,
    /// By method.
    pub methods: super::customers::MethodCounts,
}

/// One set of an upsert by `external_id`. The same fields as an import line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct BackupSetInput {
    /// The backup product's own id, 1 to 200 characters.
    pub external_id: String,
    /// Name, 1 to 200 characters.
    pub name: String,
    /// The customer's name, 1 to 120 characters.
    pub customer: String,
    /// The customer's tenant: an id or a domain.
    pub tenant: String,
    /// The account it was made with.
    #[serde(default)]
    pub account: Option<String>,
    /// That account's role.
    #[serde(default)]
    pub account_role: AccountRole,
    /// Whose data within the tenant.
    #[serde(default)]
    pub covers: Covers,
    /// Kinds of data, at least one.
    pub workloads: Workloads,
    /// Microsoft cloud.
    #[serde(default)]
    pub region: Region,
    /// Version of the backup client, such as `8.3.6.0`.
    #[serde(default)]
    pub client_version: Option<String>,
    /// How its jobs get in today; only counts for sets that are new here.
    #[serde(default)]
    pub method: Option<Method>,
}

/// Adds or changes sets by their `external_id`: all or nothing, at most 5,000 a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct UpsertBackupSets {
    /// The sets.
    pub sets: Vec<BackupSetInput>,
}

/// What an upsert did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpsertAnswer {
    /// New here.
    pub added: u64,
    /// Different from before.
    pub changed: u64,
    /// As before.
    pub unchanged: u64,
    /// Of those that changed: sets that left their access behind, to be authorized again.
    #[serde(default)]
    pub disconnected: u64,
}

/// Changes of method since a cursor, for a backup product that polls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Changes {
    /// Oldest first.
    pub changes: Vec<MethodChange>,
    /// Pass as `after` next time; stays the same when nothing changed.
    pub next: i64,
    /// More are waiting now.
    pub more: bool,
}

/// One change of method.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MethodChange {
    /// Position in the organization's stream of changes.
    pub sequence: i64,
    /// The set.
    pub backup_set: BackupSetId,
    /// The backup product's own id.
    pub external_id: String,
    /// The method now.
    pub method: Method,
    /// When.
    pub changed_at: Timestamp,
}
