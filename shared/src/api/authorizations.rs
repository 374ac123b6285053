//! Authorizations: get access for chosen backup sets of one customer by one method.

use super::apps::Way;
use super::backup_sets::CustomerRef;
use super::problem::Help;
use crate::id::{AuthorizationId, BackupSetId, ConnectionId, SignInId, WaveId};
use crate::method::Method;
use crate::rules::who::Signer;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Chosen sets and a method: for a preview, which stores nothing, or to create the authorization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateAuthorization {
    /// 1 to 5,000 sets of one customer.
    #[serde(default)]
    pub backup_sets: Vec<BackupSetId>,
    /// In their place, for hybrid: all sets of the account of this connection, to repair it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<ConnectionId>,
    /// The method they are to have.
    pub method: Method,
    /// For modern: how the app comes to be.
    #[serde(default)]
    pub way: Way,
    /// Ask for what restores need too: for modern an app of its own; for hybrid sets that are connected the rights to write back.
    /// Tokens that write are handed out only while an approved restore is open.
    #[serde(default)]
    pub restores: bool,
}

impl CreateAuthorization {
    /// These sets to this method, in the usual way.
    pub const fn new(backup_sets: Vec<BackupSetId>, method: Method) -> Self {
        Self { backup_sets, connection: None, method, way: Way::SetUp, restores: false }
    }
}

/// What an authorization does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AuthorizationKind {
    /// Basic sets become hybrid.
    MigrateToHybrid,
    /// Basic sets become modern.
    MigrateToModern,
    /// Hybrid sets get fresh access.
    Reauthorize,
    /// A tenant's apps get a new certificate and repaired permissions (B-15, E7).
    UpdateConfiguration,
    /// A tenant's apps are taken away, and their absence is proved (D8).
    Remove,
}

impl AuthorizationKind {
    /// All kinds.
    pub const ALL: [Self; 5] =
        [Self::MigrateToHybrid, Self::MigrateToModern, Self::Reauthorize, Self::UpdateConfiguration, Self::Remove];

    /// The word on the wire and in storage.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MigrateToHybrid => "migrate_to_hybrid",
            Self::MigrateToModern => "migrate_to_modern",
            Self::Reauthorize => "reauthorize",
            Self::UpdateConfiguration => "update_configuration",
            Self::Remove => "remove",
        }
    }

    /// Reads the wire word; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// What an authorization would do (F6). Nothing is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuthorizationPreview {
    /// Whose sets.
    pub customer: CustomerRef,
    /// The method asked for.
    pub method: Method,
    /// How the app comes to be, for modern.
    pub way: Way,
    /// One entry for each person who must sign in.
    pub sign_ins: Vec<SignInPreview>,
    /// Sets that cannot take part, with what to do instead.
    pub refused: Vec<RefusedSet>,
    /// Sets that would change.
    pub sets: u64,
    /// The customer's tenant is not confirmed yet, so nothing can start.
    pub tenant_unconfirmed: bool,
    /// Open authorizations that have some of these sets already, the newest first.
    pub under_way: Vec<UnderWay>,
}

/// An open authorization that still waits for a sign-in of some chosen sets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UnderWay {
    /// Id.
    pub id: AuthorizationId,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who made it: for display.
    pub created_by: String,
    /// How many of the chosen sets it has.
    pub sets: u64,
}

/// One sign-in of a preview.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignInPreview {
    /// The account whose holder signs in; for modern, an administrator of the tenant in words.
    pub account: String,
    /// Who that is, and which roles are enough.
    pub signer: Signer,
    /// The sets that this sign-in covers.
    pub sets: Vec<SetRef>,
    /// What is asked for.
    pub permissions: Vec<PermissionView>,
    /// Some permission needs an administrator's approval under Microsoft's default policy.
    pub needs_administrator: bool,
    /// The account is connected already: no sign-in, only Save.
    pub already_connected: bool,
}

/// A set in an authorization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SetRef {
    /// Id.
    pub id: BackupSetId,
    /// Name.
    pub name: String,
    /// Method before.
    pub method: Method,
}

/// A permission with its reason (C2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PermissionView {
    /// Microsoft's name, such as `Mail.Read`.
    pub value: String,
    /// What it allows, in plain words.
    pub title: String,
    /// Why it is needed.
    pub reason: String,
    /// What happens without it.
    pub without: String,
    /// Who may consent to it under Microsoft's default policy of 2026.
    pub consent: Consenter,
}

/// Who may consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Consenter {
    /// The account holder.
    User,
    /// An administrator of the tenant.
    Administrator,
}

/// A set that cannot take part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefusedSet {
    /// The set.
    pub set: SetRef,
    /// Stable code.
    pub code: String,
    /// Why.
    pub text: String,
    /// What to do instead.
    pub instead: Option<String>,
}

/// An authorization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuthorizationView {
    /// Id.
    pub id: AuthorizationId,
    /// Whose sets.
    pub customer: CustomerRef,
    /// The method the sets get.
    pub method: Method,
    /// What it does.
    pub kind: AuthorizationKind,
    /// How the app comes to be, for modern.
    pub way: Way,
    /// What restoring needs is asked for too: for modern the app for restores is made, for hybrid the rights to write.
    pub restores: bool,
    /// Where it stands.
    pub state: AuthorizationState,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who made it: for display.
    pub created_by: String,
    /// The queue of sign-ins.
    pub sign_ins: Vec<SignInView>,
    /// Grows with every change; live views use it.
    pub version: i64,
    /// The wave that it belongs to.
    #[serde(default)]
    pub wave: Option<WaveId>,
}

/// Where an authorization stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AuthorizationState {
    /// Some sign-in is not done.
    Open,
    /// All sets changed.
    Done,
    /// Called off.
    Cancelled,
}

/// One sign-in of an authorization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignInView {
    /// Id.
    pub id: SignInId,
    /// The account whose holder signs in; for modern, an administrator of the tenant in words.
    pub account: String,
    /// Who that is, and which roles are enough.
    pub signer: Signer,
    /// Where it stands.
    pub state: SignInState,
    /// Who signed in, as Microsoft showed it: for display.
    pub signed_in_as: Option<String>,
    /// The sets that it covers, with their method now.
    pub sets: Vec<SetRef>,
    /// Its work as steps.
    pub steps: Vec<StepView>,
    /// What went wrong last, with the remedy.
    pub problem: Option<Help>,
    /// The link for an administrator, while an approval is awaited (C6).
    pub approval_url: Option<String>,
    /// When the sets changed.
    pub done_at: Option<Timestamp>,
    /// The account is connected already: no sign-in, only Save.
    pub already_connected: bool,
}

/// Where a sign-in stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SignInState {
    /// Nobody has signed in.
    Waiting,
    /// Saved; the server works.
    Working,
    /// Microsoft wants the account holder's consent.
    ConsentNeeded,
    /// An administrator must approve.
    ApprovalNeeded,
    /// Microsoft wants the holder to sign in again with more proof.
    ClaimsNeeded,
    /// It failed; the remedy is in `problem`. The sets are as they were.
    Failed,
    /// The sets changed.
    Done,
    /// Called off.
    Cancelled,
}

/// One step of the work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StepView {
    /// Stable code: `received`, `exchanged`, `proved_exchange`, `saved` and so on.
    pub code: String,
    /// What it is, in plain words.
    pub title: String,
    /// How it is.
    pub state: StepState,
    /// A word more, when there is one.
    pub detail: Option<String>,
}

/// How a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// Not begun.
    Waiting,
    /// Going on.
    Active,
    /// Slower than usual, not failed.
    Slow,
    /// Done.
    Done,
    /// Failed.
    Failed,
}

/// A link that opens the connect page. Its secret is in the fragment and is shown once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConnectLink {
    /// The address.
    pub url: String,
    /// After this it is dead.
    pub expires_at: Timestamp,
}
