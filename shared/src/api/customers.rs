//! Customers: whose data is backed up; each one Microsoft tenant.

use crate::id::{ClientId, ConnectionId, CustomerId, ObjectId, TenantId};
use crate::language::Language;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Adds a customer. Its tenant is looked up at Microsoft and must then be confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateCustomer {
    /// Name, 1 to 120 characters.
    pub name: String,
    /// The tenant's id, or one of its domains.
    pub tenant: String,
}

/// Corrects a customer's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RenameCustomer {
    /// Name, 1 to 120 characters.
    pub name: String,
}

/// Confirms that the tenant found is the right one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ConfirmTenant {
    /// The tenant id that was shown.
    pub tenant: TenantId,
}

/// Says who at the customer is told when something was connected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SetContact {
    /// A mail address; absent or null: nobody is told.
    #[serde(default)]
    pub contact: Option<String>,
    /// The contact's language.
    #[serde(default)]
    pub language: Language,
}

/// A customer in lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CustomerView {
    /// Id.
    pub id: CustomerId,
    /// Name.
    pub name: String,
    /// The tenant.
    pub tenant: TenantId,
    /// The domain by which the tenant was found.
    pub domain: Option<String>,
    /// When a member confirmed the tenant; without it no authorization starts.
    pub confirmed_at: Option<Timestamp>,
    /// Its backup sets by method.
    pub sets: MethodCounts,
    /// How its access is, the worst first.
    pub health: Health,
    /// Connections and apps that work.
    pub connected: u64,
    /// Authorizations that are open.
    pub open_authorizations: u64,
    /// When the first of its apps is left without a certificate.
    pub ends_at: Option<Timestamp>,
    /// Connected accounts. In lists they are left out where there are more than 20.
    pub connections: Vec<ConnectionView>,
    /// Who there is told when something was connected: a mail address.
    #[serde(default)]
    pub contact: Option<String>,
    /// The contact's language.
    #[serde(default)]
    pub contact_language: Option<Language>,
}

/// How a customer's access is (H1). The order is the one in which lists show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// A connection or an app has stopped: somebody must sign in.
    NeedsSomebody,
    /// A certificate ends within 30 days.
    EndsSoon,
    /// Nothing is connected, and nobody is at it.
    NotConnected,
    /// Nothing is amiss, and an authorization is open.
    SetUpOpen,
    /// Works.
    Ok,
}

impl Health {
    /// All, the worst first.
    pub const ALL: [Self; 5] = [Self::NeedsSomebody, Self::EndsSoon, Self::NotConnected, Self::SetUpOpen, Self::Ok];

    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NeedsSomebody => "needs_somebody",
            Self::EndsSoon => "ends_soon",
            Self::NotConnected => "not_connected",
            Self::SetUpOpen => "set_up_open",
            Self::Ok => "ok",
        }
    }

    /// Reads the wire word; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|health| health.as_str() == text)
    }
}

/// How many customers are how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HealthCounts {
    /// A connection or an app has stopped.
    pub needs_somebody: u64,
    /// A certificate ends within 30 days.
    pub ends_soon: u64,
    /// Nothing is connected.
    pub not_connected: u64,
    /// An authorization is open.
    pub set_up_open: u64,
    /// Works.
    pub ok: u64,
}

impl HealthCounts {
    /// The number for one.
    pub const fn of(self, health: Health) -> u64 {
        match health {
            Health::NeedsSomebody => self.needs_somebody,
            Health::EndsSoon => self.ends_soon,
            Health::NotConnected => self.not_connected,
            Health::SetUpOpen => self.set_up_open,
            Health::Ok => self.ok,
        }
    }

    /// The place of one.
    pub const fn place(&mut self, health: Health) -> &mut u64 {
        match health {
            Health::NeedsSomebody => &mut self.needs_somebody,
            Health::EndsSoon => &mut self.ends_soon,
            Health::NotConnected => &mut self.not_connected,
            Health::SetUpOpen => &mut self.set_up_open,
            Health::Ok => &mut self.ok,
        }
    }

    /// All customers.
    pub const fn total(self) -> u64 {
        self.needs_somebody + self.ends_soon + self.not_connected + self.set_up_open + self.ok
    }
}

/// How many sets use which method.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MethodCounts {
    /// Stored password.
    pub basic: u64,
    /// One account's delegated access.
    pub hybrid: u64,
    /// App-only.
    pub modern: u64,
}

impl MethodCounts {
    /// All sets.
    pub const fn total(self) -> u64 {
        self.basic + self.hybrid + self.modern
    }
}

/// A connection: what lets jobs in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConnectionView {
    /// Id.
    pub id: crate::id::ConnectionId,
    /// The account as Microsoft showed it: for display only.
    pub account: String,
    /// How it is.
    pub state: ConnectionState,
    /// Since when.
    pub connected_at: Timestamp,
    /// When it was last seen working.
    pub checked_at: Timestamp,
    /// When the next heartbeat is due.
    pub next_check_at: Timestamp,
    /// When it ended, or was disconnected.
    #[serde(default)]
    pub ended_at: Option<Timestamp>,
    /// It holds rights to write back: a restore can be approved for its sets.
    pub can_restore: bool,
    /// What to do, when it is not well.
    pub help: Option<super::problem::Help>,
}

/// A connection and what hangs on it: what disconnecting it takes, or took.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConnectionDetail {
    /// The connection.
    pub connection: ConnectionView,
    /// Whose.
    pub customer: super::backup_sets::CustomerRef,
    /// The hybrid backup sets of this account, at most 200 of them.
    pub sets: Vec<super::authorizations::SetRef>,
    /// How many there are.
    pub set_count: u64,
    /// What stays at Microsoft: only the holder of the account or an administrator of the tenant ends it there.
    pub left: Vec<String>,
}

/// How a connection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ConnectionState {
    /// Works.
    Working,
    /// One heartbeat failed; tried again by itself.
    Doubtful,
    /// Its holder must sign in.
    NeedsHolder,
    /// Ended at Microsoft; somebody must authorize again.
    Ended,
    /// Disconnected here, on purpose: the token is forgotten, the record stays.
    Disconnected,
}

impl ConnectionState {
    /// Whether jobs may get tokens through it.
    pub const fn is_alive(self) -> bool {
        matches!(self, Self::Working | Self::Doubtful)
    }

    /// Whether nobody need look at it: it works, or its end was wished for.
    pub const fn is_well(self) -> bool {
        matches!(self, Self::Working | Self::Disconnected)
    }

    /// Whether nothing is tried with it any more.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Ended | Self::Disconnected)
    }
}

/// Pulls the kill switch of a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct KillSwitch {
    /// The customer's name, typed once more.
    pub confirm: String,
}

/// What the kill switch did, and what it could not do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KillSwitchReport {
    /// The apps whose keys were forgotten.
    pub apps: Vec<KilledApp>,
    /// How many delegated connections ended.
    pub connections: u64,
}

/// An app that was switched off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KilledApp {
    /// Id.
    pub id: ConnectionId,
    /// Its name in the tenant.
    pub display_name: String,
    /// Its application (client) id.
    pub client_id: Option<ClientId>,
    /// Its application object.
    pub object: Option<ObjectId>,
    /// Its service principal.
    pub principal: Option<ObjectId>,
    /// How many keys were taken off the app at Microsoft.
    pub keys_removed: u64,
    /// How many public keys stay on the app; nobody has their private halves any more.
    pub keys_left: u64,
    /// What an administrator of the tenant must still delete there, in plain words with ids.
    pub left: Vec<String>,
}
