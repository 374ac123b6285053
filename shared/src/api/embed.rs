//! The embed: Rekey inside another console's page (DESIGN §8).
//!
//! A console's server makes an embed session with an API key; the frame sends its secret in `rekey-embed`. Nothing can be
//! granted with it: the frame shows, and opens the connect page in a window of its own.

use super::authorizations::{RefusedSet, SetRef, SignInState, StepView};
use super::problem::Help;
use crate::id::{AuthorizationId, BackupSetId, CustomerId, OrganizationId, PopupId, SignInId, TenantId};
use crate::method::Method;
use crate::rules::who::Signer;
use crate::time::Timestamp;
use crate::workload::Workload;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// An origin whose pages may show the frame (E1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EmbedOriginView {
    /// Id.
    pub id: Uuid,
    /// Scheme, host and port, such as `https://console.example.com`.
    pub origin: String,
    /// When it was added.
    pub created_at: Timestamp,
    /// Who added it: for display.
    pub created_by: String,
}

/// Lets an origin show the frame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AddEmbedOrigin {
    /// Scheme, host and port; https, or http on loopback.
    pub origin: String,
}

/// What a console's developer puts into a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EmbedSetUp {
    /// The organization, for the element's attribute.
    pub organization: OrganizationId,
    /// The address of the newest script.
    pub script: String,
    /// The script's version.
    pub version: String,
    /// The address of this very version, whose content never changes.
    pub versioned: String,
    /// What the browser checks of this version (Subresource Integrity).
    pub integrity: String,
    /// The origins that may show the frame.
    pub origins: Vec<EmbedOriginView>,
}

/// Makes an embed session: for a customer's sets, or for some of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateEmbedSession {
    /// All sets of this customer, those first that are not of the method yet, 500 at most; either this or `backup_sets`.
    #[serde(default)]
    pub customer: Option<CustomerId>,
    /// 1 to 500 sets of one customer.
    #[serde(default)]
    pub backup_sets: Option<Vec<BackupSetId>>,
    /// The method that they are to have: hybrid or modern.
    pub method: Method,
    /// The origin of the page that shows the frame; one of those registered.
    pub origin: String,
    /// The console's own id of whoever sees the page, 1 to 200 characters: for the audit log.
    pub host_user: String,
    /// How long it lives, 1 to 30 minutes; 30 unless told.
    #[serde(default)]
    pub minutes: Option<u8>,
}

/// An embed session. Its secret is shown once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EmbedSessionCreated {
    /// Id, to end it.
    pub id: Uuid,
    /// The secret, for the element: never in a query, never stored.
    pub secret: String,
    /// The frame's address; the element makes it from the organization.
    pub frame: String,
    /// After this it is dead.
    pub expires_at: Timestamp,
}

/// Everything that the frame shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EmbedView {
    /// The product's name.
    pub brand: String,
    /// The organization whose console it is, as the operator vetted it.
    pub organization: String,
    /// Its id: the frame's own address must name it.
    pub organization_id: OrganizationId,
    /// The customer's name.
    pub customer: String,
    /// The customer's domain, where known.
    pub domain: Option<String>,
    /// The customer's tenant.
    pub tenant: TenantId,
    /// The origin for which the session was made: the frame answers nobody else (E5, E6).
    pub origin: String,
    /// The method that the sets are to have.
    pub method: Method,
    /// How it stands.
    pub state: EmbedState,
    /// Sets that would change, or are about to.
    pub waiting: Vec<SetRef>,
    /// Sets of the session that have the method already.
    pub moved: u64,
    /// Sets that cannot take part, with what to do instead.
    pub refused: Vec<RefusedSet>,
    /// The kinds of data of those that would change.
    pub workloads: Vec<Workload>,
    /// Who signs in, in their order.
    pub sign_ins: Vec<EmbedSignIn>,
    /// The authorization in hand: an id to quote.
    pub authorization: Option<AuthorizationId>,
    /// The window that was opened last.
    pub popup: Option<PopupState>,
    /// After this the session is dead.
    pub expires_at: Timestamp,
    /// How long the session lives in all, in seconds: for a frame whose clock is another.
    pub lifetime: i64,
    /// Grows with every change.
    pub version: i64,
}

/// How an embed session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum EmbedState {
    /// The customer's tenant is not confirmed, so nothing can start.
    Unconfirmed,
    /// None of the sets can take part.
    Nothing,
    /// Somebody may authorize.
    Ready,
    /// Begun: somebody is to sign in.
    Open,
    /// Saved; the server works.
    Working,
    /// All sets that can have the method have it.
    Done,
    /// A sign-in stopped; the remedy is in its `problem`.
    Stopped,
}

/// Somebody who signs in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EmbedSignIn {
    /// Its id, once there is an authorization.
    pub id: Option<SignInId>,
    /// The account; for modern, an administrator of the tenant in words.
    pub account: String,
    /// Who that is, and which roles are enough.
    pub signer: Signer,
    /// Where it stands.
    pub state: SignInState,
    /// Who signed in, as Microsoft showed it.
    pub signed_in_as: Option<String>,
    /// The work as steps.
    pub steps: Vec<StepView>,
    /// What went wrong last.
    pub problem: Option<Help>,
    /// When the sets changed.
    pub done_at: Option<Timestamp>,
    /// The account is connected already: only Save.
    pub already_connected: bool,
}

/// How a window that the frame opened stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PopupState {
    /// Announced; nobody has come from it.
    Announced,
    /// It is here, and does not know its frame: the person types the code.
    Here,
    /// Tied to the frame: the person goes on there.
    Tied,
    /// Three wrong codes, or two minutes without one: it opens nothing any more.
    Dead,
}

/// Announces a window that is being opened, within the click.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct OpenPopup {
    /// SHA-256 of the secret in the window's fragment, base64url without padding. The secret itself is the window's alone.
    pub ticket: String,
}

/// An announced window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PopupOpened {
    /// Id.
    pub id: PopupId,
    /// The six digits to type in the window, if it does not find its frame by itself.
    pub code: String,
    /// After this the code is dead.
    pub code_until: Timestamp,
}

/// The frame has heard this challenge from the window that it opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ConfirmPopup {
    /// What the window said.
    pub challenge: String,
}

/// What a window shows that does not know its frame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PopupView {
    /// The product's name.
    pub brand: String,
    /// The organization that asks, as the operator vetted it.
    pub organization: String,
    /// Its domain, vetted too.
    pub domain: Option<String>,
    /// The host of the console's page.
    pub console: String,
    /// After this the code is dead.
    pub code_until: Timestamp,
    /// How many codes may still be tried.
    pub tries: u8,
}

/// Ties a window to its frame: by its challenge, which the frame has confirmed, or by the code that the frame shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TiePopup {
    /// The challenge.
    #[serde(default)]
    pub challenge: Option<String>,
    /// The code.
    #[serde(default)]
    pub code: Option<String>,
}

/// The window is tied: the secret opens the connect page in it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PopupTied {
    /// A link's secret, for `rekey-connect`.
    pub secret: String,
}

/// What a page that wants to show the frame may know before (I10).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EmbedCheck {
    /// The origin that asked.
    pub origin: Option<String>,
    /// It may show this organization's frame.
    pub registered: bool,
    /// The server's clock.
    pub now: Timestamp,
}
