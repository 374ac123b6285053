//! Imports: an uploaded list, previewed first, stored only when confirmed.

use crate::id::{ImportId, TenantId};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// A previewed or confirmed import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportView {
    /// Id.
    pub id: ImportId,
    /// Where it stands.
    pub state: ImportState,
    /// Lines read, the header apart.
    pub lines: u64,
    /// Sets new here.
    pub new: u64,
    /// Sets that would change.
    pub changed: u64,
    /// Sets as they are.
    pub unchanged: u64,
    /// Of those that would change: sets that would leave their access behind and be authorized again, as they would be another
    /// customer's, or another account's and their access is the own of the one before.
    #[serde(default)]
    pub disconnected: u64,
    /// Customers whose contact would be set or replaced.
    #[serde(default)]
    pub contacts: u64,
    /// Bad lines in all.
    pub bad: u64,
    /// The first thousand bad lines.
    pub bad_lines: Vec<BadLine>,
    /// The customers that the list names, first thousand.
    pub customers: Vec<ImportCustomer>,
    /// After this a preview is forgotten.
    pub expires_at: Timestamp,
    /// When it was stored.
    pub confirmed_at: Option<Timestamp>,
}

/// Where an import stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ImportState {
    /// Shown, nothing stored.
    Preview,
    /// Stored.
    Confirmed,
}

/// A line that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BadLine {
    /// Line in the file, the first is 1.
    pub line: u64,
    /// The column at fault, when one is.
    pub field: Option<String>,
    /// What was expected.
    pub reason: String,
}

/// A customer named by an import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportCustomer {
    /// Name in the file.
    pub name: String,
    /// The tenant found at Microsoft.
    pub tenant: TenantId,
    /// The domain in the file, when it was one.
    pub domain: Option<String>,
    /// New here; confirming the import confirms its tenant.
    pub new: bool,
    /// Sets of this customer in the file.
    pub sets: u64,
    /// Who is told there, as the file has it; absent where it says nothing: then nothing changes.
    #[serde(default)]
    pub contact: Option<String>,
    /// Who is told there until now.
    #[serde(default)]
    pub contact_before: Option<String>,
}

impl ImportCustomer {
    /// Whether storing the list makes somebody else the contact.
    pub fn contact_changes(&self) -> bool {
        self.contact.is_some() && self.contact != self.contact_before
    }
}

/// Stores a previewed import: all or nothing, repeatable.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ConfirmImport {
    /// Store the good lines although there are bad ones.
    #[serde(default)]
    pub leave_out_bad_lines: bool,
}
