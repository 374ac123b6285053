//! The customer's own page: what is connected, since when, by whom, used when, and the way to remove it.
//!
//! Opened by a link that lives long; no account is needed. Looking changes nothing, and the link alone removes nothing: an
//! administrator of the tenant signs in for an app, its holder for an account.

use crate::{
    id::{ClientId, ConnectionId, TenantId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// Everything the page shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CustomerPage {
    /// The product's name.
    pub brand: String,
    /// Who backs up.
    pub organization: String,
    /// Its domain, vetted by the operator.
    pub organization_domain: Option<String>,
    /// The customer.
    pub customer: String,
    /// Its domain, where known.
    pub domain: Option<String>,
    /// Its tenant.
    pub tenant: TenantId,
    /// What is connected.
    pub connections: Vec<ConnectedView>,
    /// Until when this page can be opened by this link.
    pub expires_at: Timestamp,
}

/// Something that is connected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConnectedView {
    /// Id: to quote, and to remove it by.
    pub id: ConnectionId,
    /// The app's name in the tenant, or the account.
    pub name: String,
    /// The app's application (client) id, to look it up in the tenant; none for an account.
    pub client_id: Option<ClientId>,
    /// Since when.
    pub since: Timestamp,
    /// Who signed in for it, as Microsoft showed them.
    pub by: Option<String>,
    /// When a job last used it.
    pub used_at: Option<Timestamp>,
    /// Until when the app's certificate is good.
    pub not_after: Option<Timestamp>,
    /// What it may do, in Microsoft's words.
    pub permissions: Vec<String>,
    /// The backup sets that use it, at most 200 of them.
    pub sets: Vec<String>,
    /// How many backup sets use it.
    pub set_count: u64,
    /// Whether it can be removed here, by a sign-in; otherwise at Microsoft, or by whoever backs up.
    pub removable: bool,
}

/// Asks to remove a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AskRemoval {
    /// Which.
    pub connection: ConnectionId,
}

/// A link to the customer's own page. Its secret is in the fragment and is shown once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CustomerPageLink {
    /// The address.
    pub url: String,
    /// After this it is dead.
    pub expires_at: Timestamp,
}
