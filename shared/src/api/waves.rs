//! Waves: one migration of many sets of many customers, grouped by who must sign in (F6, F10, F11, G1 to G3).

use super::backup_sets::CustomerRef;
use super::problem::Help;
use crate::id::{AuthorizationId, BackupSetId, CustomerId, SignInId, WaveId};
use crate::method::Method;
use crate::rules::wave::{Aim, WaveNumbers};
use crate::rules::who::Signer;
use crate::time::Timestamp;
use crate::workload::Workloads;
use serde::{Deserialize, Serialize};

/// The most sets of one wave.
pub const MOST_SETS: usize = 100_000;

/// Which sets, and the method they are to have. By ids, or by a filter, an announced end or both.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct WaveSelection {
    /// Up to 100,000 sets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub backup_sets: Vec<BackupSetId>,
    /// All sets that match.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<WaveFilter>,
    /// All sets that an announced end of Microsoft's stops, by its code, such as `ews`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retirement: Option<String>,
    /// The method.
    #[serde(default)]
    pub aim: Aim,
}

/// The filter of the list of backup sets. Everything absent matches all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct WaveFilter {
    /// Only these customers'.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub customers: Vec<CustomerId>,
    /// Only these methods.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub methods: Vec<Method>,
    /// Text in name, account or customer.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub query: String,
    /// Only sets that hold some of these data.
    #[serde(default, skip_serializing_if = "Workloads::is_empty")]
    pub workloads: Workloads,
    /// Only sets for which this method is recommended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub could_become: Option<Method>,
}

/// Makes a wave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateWave {
    /// Name, 1 to 120 characters.
    pub name: String,
    /// A word to colleagues, up to 2,000 characters.
    #[serde(default)]
    pub note: String,
    /// Nothing of it begins before.
    #[serde(default)]
    pub starts_at: Option<Timestamp>,
    /// By when it should be done; for an announced end its day, unless told.
    #[serde(default)]
    pub deadline: Option<Timestamp>,
    /// The sets.
    pub selection: WaveSelection,
}

/// What a wave would do (F6). Nothing is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WavePreview {
    /// What it adds up to.
    pub numbers: WaveNumbers,
    /// Sets that become hybrid.
    pub hybrid: u64,
    /// Sets that become modern.
    pub modern: u64,
    /// Sets that stay as they are, counted by reason, the most first.
    pub refused: Vec<RefusedCount>,
    /// Up to 200 customers, those with most sign-ins first.
    pub customers: Vec<WaveCustomer>,
    /// Customers beyond these.
    pub more_customers: u64,
}

/// Sets that stay as they are for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefusedCount {
    /// Stable code.
    pub code: String,
    /// Why.
    pub text: String,
    /// What to do instead.
    pub instead: Option<String>,
    /// How many.
    pub sets: u64,
}

/// One customer of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WaveCustomer {
    /// Who.
    pub customer: CustomerRef,
    /// Sets that move.
    pub sets: u64,
    /// Sets of these that move without a sign-in.
    pub without_sign_in: u64,
    /// People who have to sign in.
    pub sign_ins: u64,
    /// An administrator has to approve what account holders cannot consent to.
    pub approval: bool,
    /// Up to 20 of the people, those with most sets first.
    pub people: Vec<WavePerson>,
}

/// One sign-in of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WavePerson {
    /// The account, or an administrator in words.
    pub account: String,
    /// Who that is, and which roles are enough.
    pub signer: Signer,
    /// The method of the sets.
    pub method: Method,
    /// How many sets.
    pub sets: u64,
    /// Access exists already: nobody signs in.
    pub already_connected: bool,
    /// The permissions that need an administrator, by Microsoft's names.
    pub administrator_for: Vec<String>,
}

/// A wave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WaveView {
    /// Id.
    pub id: WaveId,
    /// Name.
    pub name: String,
    /// A word to colleagues.
    pub note: String,
    /// The method that was aimed at.
    pub aim: Aim,
    /// The announced end that it answers.
    pub retirement: Option<RetirementRef>,
    /// Nothing of it begins before.
    pub starts_at: Option<Timestamp>,
    /// By when it should be done.
    pub deadline: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who made it: for display.
    pub created_by: String,
    /// Where it stands.
    pub state: WaveState,
    /// How its items stand.
    pub counts: WaveCounts,
    /// Grows with every change; live views use it.
    pub version: i64,
}

/// Where a wave stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum WaveState {
    /// Its day has not come.
    Planned,
    /// Under way.
    Open,
    /// Held: no sign-in begins and nothing changes by itself; what runs finishes.
    Paused,
    /// Nothing is left to do.
    Done,
    /// Called off; what was done stays done.
    Cancelled,
}

/// How the items of a wave stand. An item is one person's sign-in with its sets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WaveCounts {
    /// Sets of all items.
    pub sets: u64,
    /// Sets of items that are done.
    pub sets_done: u64,
    /// Customers.
    pub customers: u64,
    /// All items.
    pub items: u64,
    /// Failed.
    pub failed: u64,
    /// Somebody must consent, approve or prove more.
    pub needs_somebody: u64,
    /// Being carried out.
    pub in_progress: u64,
    /// Connected already: done without a sign-in.
    pub queued: u64,
    /// Nobody has a link that works.
    pub waiting_for_link: u64,
    /// Somebody has a link.
    pub link_sent: u64,
    /// Done.
    pub done: u64,
    /// Called off.
    pub cancelled: u64,
}

impl WaveCounts {
    /// Items that are neither done nor called off.
    pub const fn left(self) -> u64 {
        self.items.saturating_sub(self.done).saturating_sub(self.cancelled)
    }
}

/// One person's sign-in in a wave, with its sets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WaveItem {
    /// The sign-in.
    pub id: SignInId,
    /// The authorization that it is part of.
    pub authorization: AuthorizationId,
    /// Whose sets.
    pub customer: CustomerRef,
    /// The method they get.
    pub method: Method,
    /// The account, or an administrator in words.
    pub account: String,
    /// How many sets.
    pub sets: u64,
    /// Where it stands.
    pub state: WaveItemState,
    /// The step in hand, in plain words.
    pub step: Option<String>,
    /// Steps done.
    pub steps_done: u64,
    /// All steps; 0 before anybody has signed in.
    pub steps: u64,
    /// What went wrong last, with the remedy.
    pub problem: Option<Help>,
    /// When its sets changed.
    pub done_at: Option<Timestamp>,
}

/// Where an item stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum WaveItemState {
    /// It failed; the remedy is in `problem`. The sets are as they were.
    Failed,
    /// Somebody must consent, approve or prove more.
    NeedsSomebody,
    /// Being carried out.
    InProgress,
    /// Connected already: done without a sign-in.
    Queued,
    /// Nobody has a link that works.
    WaitingForLink,
    /// Somebody has a link.
    LinkSent,
    /// The wave is held, or its day has not come.
    Paused,
    /// The sets changed.
    Done,
    /// Called off.
    Cancelled,
}

/// What a change of many items did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WaveRetried {
    /// Failed items that are tried again.
    pub items: u64,
    /// The wave now.
    pub wave: WaveView,
}

/// Invites everybody in a wave who waits and has no link that works.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct InviteWave {
    /// By mail: to the holder of the account, or for an administrator to the customer's technical contact. Those whose
    /// address is not known are passed on by whoever asks.
    #[serde(default)]
    pub send: bool,
    /// How long the invitations can be used, in hours: 1 to 168; 72 unless told.
    #[serde(default)]
    pub hours: Option<u32>,
}

/// Invitations that were just made. Their secrets are in the fragments and are shown this once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WaveInvitations {
    /// Up to 200.
    pub invitations: Vec<WaveInvitation>,
    /// Others still wait: ask again.
    pub more: bool,
    /// The organization has sent as many mails as it may: those who wait can be written to from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail_after: Option<Timestamp>,
}

/// One of them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WaveInvitation {
    /// Whose sets.
    pub customer: CustomerRef,
    /// What it opens.
    pub authorization: AuthorizationId,
    /// The account whose holder signs in, or an administrator in words.
    pub account: String,
    /// The mail address that it goes to; absent: pass the address on.
    pub sent_to: Option<String>,
    /// The address.
    pub url: String,
    /// After this it cannot be used.
    pub expires_at: Timestamp,
}

/// An announced end of Microsoft's, in a row of another list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RetirementRef {
    /// Stable code.
    pub code: String,
    /// What ends.
    pub what: String,
    /// The day, as `2027-04-01`.
    pub ends_on: String,
}

/// An announced end of Microsoft's, and what still depends on it (D9, F11).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RetirementView {
    /// Stable code.
    pub code: String,
    /// What ends.
    pub what: String,
    /// The day, as `2027-04-01`.
    pub ends_on: String,
    /// Its first moment, UTC.
    pub ends_at: Timestamp,
    /// What it means for a tenant.
    pub note: String,
    /// Where Microsoft says so.
    pub source: String,
    /// Sets that depend on it.
    pub sets: u64,
    /// Customers that they are of.
    pub customers: u64,
}
