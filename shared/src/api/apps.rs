//! Apps: app-only connections, each an application of the customer's own in its tenant, with its certificates.

use super::{authorizations::PermissionView, backup_sets::CustomerRef, problem::Help};
use crate::{
    id::{CertificateId, ClientId, ConnectionId, ObjectId, TenantId},
    rules::scopes::Purpose,
    time::Timestamp,
    workload::Workloads,
};
use serde::{Deserialize, Serialize};

/// How the app came to be (D1, D2).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// The server makes the app and grants its permissions for the administrator who signed in.
    #[default]
    SetUp,
    /// The server makes the app; the administrator grants its permissions on Microsoft's own consent page.
    Consent,
    /// The customer's administrator made the app, pasted its id and uploaded our public certificate.
    OwnApp,
}

impl Way {
    /// All ways.
    pub const ALL: [Self; 3] = [Self::SetUp, Self::Consent, Self::OwnApp];

    /// The word on the wire and in storage.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SetUp => "set_up",
            Self::Consent => "consent",
            Self::OwnApp => "own_app",
        }
    }

    /// Reads the wire word; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.as_str() == text)
    }
}

/// Brings an app of the customer's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct OwnApp {
    /// Its application (client) id; absent to prepare the certificate that it is to carry.
    #[serde(default)]
    pub client_id: Option<ClientId>,
}

/// How an app is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AppState {
    /// Being set up; no backup set uses it.
    SettingUp,
    /// Works.
    Working,
    /// The last check failed; tried again by itself.
    Doubtful,
    /// An administrator of the tenant must sign in: *Update configuration*.
    NeedsAdministrator,
    /// The kill switch was pulled: our keys are forgotten.
    Off,
    /// Removed; the record stays.
    Removed,
}

impl AppState {
    /// All states.
    pub const ALL: [Self; 6] =
        [Self::SettingUp, Self::Working, Self::Doubtful, Self::NeedsAdministrator, Self::Off, Self::Removed];

    /// The word on the wire and in storage.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SettingUp => "setting_up",
            Self::Working => "working",
            Self::Doubtful => "doubtful",
            Self::NeedsAdministrator => "needs_administrator",
            Self::Off => "off",
            Self::Removed => "removed",
        }
    }

    /// Reads the wire word; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether jobs may get tokens through it.
    pub const fn is_alive(self) -> bool {
        matches!(self, Self::Working | Self::Doubtful)
    }
}

/// An app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AppView {
    /// Id.
    pub id: ConnectionId,
    /// Whose.
    pub customer: CustomerRef,
    /// In which tenant.
    pub tenant: TenantId,
    /// For reading or for writing back.
    pub purpose: Purpose,
    /// How it came to be.
    pub way: Way,
    /// How it is.
    pub state: AppState,
    /// Its name in the tenant, such as `Rekey Backup`.
    pub display_name: String,
    /// Its application (client) id, to look it up in the tenant.
    pub client_id: Option<ClientId>,
    /// Its application object.
    pub object: Option<ObjectId>,
    /// Its service principal.
    pub principal: Option<ObjectId>,
    /// What it can read or write back.
    pub workloads: Workloads,
    /// The permissions that it should have, and why.
    pub permissions: Vec<PermissionView>,
    /// Permissions that it should have and has not, as last seen in a token (C7, C8).
    pub missing: Vec<String>,
    /// Permissions that it has and should not have.
    pub extra: Vec<String>,
    /// When it was set up.
    pub set_up_at: Option<Timestamp>,
    /// When a token of it was last seen to work.
    pub checked_at: Option<Timestamp>,
    /// When a job first got a token of it: until then a fresh switch can be undone (F8).
    pub first_token_at: Option<Timestamp>,
    /// What is wrong, with the remedy.
    pub help: Option<Help>,
    /// Its certificates, newest first.
    pub certificates: Vec<CertificateView>,
    /// What an administrator of the tenant must still delete there, in plain words with ids.
    pub left: Vec<String>,
    /// How many backup sets use it.
    pub sets: u64,
}

/// Where a certificate stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CertificateState {
    /// Made and sealed, not known to have yielded a token.
    Made,
    /// In use.
    Current,
    /// Replaced; taken off the app 24 hours after its successor yielded a token (E9, E10).
    Previous,
    /// Taken off the app, its key forgotten.
    Removed,
}

impl CertificateState {
    /// All states.
    pub const ALL: [Self; 4] = [Self::Made, Self::Current, Self::Previous, Self::Removed];

    /// The word on the wire and in storage.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Made => "made",
            Self::Current => "current",
            Self::Previous => "previous",
            Self::Removed => "removed",
        }
    }

    /// Reads the wire word; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// A certificate: its public side. The private key is never shown (E4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CertificateView {
    /// Id.
    pub id: CertificateId,
    /// Where it stands.
    pub state: CertificateState,
    /// SHA-256 of the certificate, base64url.
    pub thumbprint: String,
    /// From when it is good.
    pub not_before: Timestamp,
    /// Until when it is good.
    pub not_after: Timestamp,
    /// Why it is good for less than two years, in plain words (E3).
    pub shortened: Option<String>,
    /// When it first yielded a token.
    pub proved_at: Option<Timestamp>,
    /// When it is renewed by itself.
    pub renew_at: Option<Timestamp>,
    /// When it is taken off the app.
    pub remove_at: Option<Timestamp>,
    /// When it was taken off the app.
    pub removed_at: Option<Timestamp>,
}

/// What a check of an app saw just now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AppCheck {
    /// How it is.
    pub state: AppState,
    /// When a token of it was last seen to work.
    pub checked_at: Option<Timestamp>,
    /// Permissions that it should have and has not, as `graph:Mail.Read`.
    pub missing: Vec<String>,
    /// Permissions that it has and should not have.
    pub extra: Vec<String>,
    /// What is wrong, with the remedy.
    pub help: Option<Help>,
}
