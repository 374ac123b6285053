//! Signing in to the portal.

use crate::id::{ClientId, MemberId, OrganizationId};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// What everybody may know about this installation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Meta {
    /// The product's name on every screen.
    pub brand: String,
    /// The host on which people type their password, such as `login.microsoftonline.com`.
    pub login_host: String,
    /// The server's version.
    pub version: String,
    /// It sends mail: channels and invitations by mail are there.
    pub mail: bool,
}

/// Everything the browser needs to send a member to Microsoft.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignInStart {
    /// Redeems this sign-in, once; kept by this tab.
    pub secret: String,
    /// The nonce that the ID token must carry.
    pub nonce: String,
    /// Microsoft's sign-in service, such as `https://login.microsoftonline.com`.
    pub authority: String,
    /// The page's registration.
    pub client_id: ClientId,
    /// Where Microsoft sends the browser back to.
    pub redirect_uri: String,
    /// The scopes to ask for.
    pub scope: String,
}

/// Ends a sign-in: the ID token that Microsoft gave the browser.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateSession {
    /// From [`SignInStart`].
    pub secret: String,
    /// The ID token.
    pub id_token: String,
    /// The secret of an owner link, when this sign-in makes somebody the owner.
    #[serde(default)]
    pub owner_link: Option<String>,
}

/// Who is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionView {
    /// The person.
    pub member: MemberView,
    /// Their organization.
    pub organization: OrganizationView,
    /// The session's end, however busy.
    pub expires_at: Timestamp,
    /// Numbers beside the menu.
    pub counts: MenuCounts,
}

/// A person of an organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MemberView {
    /// Id.
    pub id: MemberId,
    /// Name as Microsoft showed it: for display only.
    pub name: String,
    /// Sign-in name as Microsoft showed it: for display only.
    pub username: String,
    /// What they may do.
    pub role: MemberRole,
}

/// What a member may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum MemberRole {
    /// Everything.
    Owner,
    /// Everything but owners.
    Admin,
    /// Chosen customers only.
    Technician,
    /// Reads only.
    Auditor,
}

impl MemberRole {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Technician => "technician",
            Self::Auditor => "auditor",
        }
    }
}

/// An organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrganizationView {
    /// Id.
    pub id: OrganizationId,
    /// Name, vetted by the operator.
    pub name: String,
    /// Its domain, vetted by the operator.
    #[serde(default)]
    pub domain: Option<String>,
}

/// Numbers beside the menu.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MenuCounts {
    /// Backup sets.
    pub backup_sets: u64,
    /// Customers.
    pub customers: u64,
    /// Authorizations that wait for somebody.
    pub open_authorizations: u64,
}
