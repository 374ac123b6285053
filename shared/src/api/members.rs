//! Members of an organization, and the invitations by which people become members.
//!
//! A person is known by tenant and object id only (T10); names and addresses are for display. Whoever opens an invitation
//! signs in with Microsoft and then waits: the inviter sees who it was and confirms.

use super::session::MemberRole;
use crate::{
    id::{CustomerId, MemberId, ObjectId, TenantId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A member, with what they may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MemberDetail {
    /// Id.
    pub id: MemberId,
    /// Name: for display.
    pub name: String,
    /// Sign-in name: for display.
    pub username: String,
    /// The tenant they sign in with.
    pub tenant: TenantId,
    /// Their account there.
    pub object: ObjectId,
    /// What they may do.
    pub role: MemberRole,
    /// For technicians: the customers they work with. Empty for everybody else, who reaches all.
    pub customers: Vec<CustomerId>,
}

/// Changes what a member may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct UpdateMember {
    /// What they may do from now on.
    pub role: MemberRole,
    /// For technicians: the customers they work with, up to 1,000.
    #[serde(default)]
    pub customers: Vec<CustomerId>,
}

/// Makes an invitation to become a member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateMemberInvitation {
    /// What the person may do.
    pub role: MemberRole,
    /// For technicians: the customers they work with, up to 1,000.
    #[serde(default)]
    pub customers: Vec<CustomerId>,
    /// For whom it is: a name, so that you know it again.
    pub note: String,
}

/// Where an invitation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum MemberInvitationState {
    /// Nobody signed in with it.
    Open,
    /// Somebody signed in and waits for the confirmation.
    Claimed,
    /// The person is a member.
    Confirmed,
    /// It was taken back, before or after somebody signed in.
    Revoked,
}

impl MemberInvitationState {
    const ALL: [Self; 4] = [Self::Open, Self::Claimed, Self::Confirmed, Self::Revoked];

    /// The word on the wire and in storage.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Claimed => "claimed",
            Self::Confirmed => "confirmed",
            Self::Revoked => "revoked",
        }
    }

    /// Reads the wire word; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// An invitation to become a member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MemberInvitationView {
    /// Id.
    pub id: Uuid,
    /// What the person may do.
    pub role: MemberRole,
    /// For technicians: the customers they work with.
    pub customers: Vec<CustomerId>,
    /// For whom it is, in the inviter's words.
    pub note: String,
    /// Where it stands.
    pub state: MemberInvitationState,
    /// Who made it: for display.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// After this it cannot be used.
    pub expires_at: Timestamp,
    /// Who signed in with it: what is to be confirmed.
    pub claimed_by: Option<ClaimView>,
}

/// Who signed in with an invitation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClaimView {
    /// Name: for display.
    pub name: String,
    /// Sign-in name: for display.
    pub username: String,
    /// The tenant they signed in with: compare it with the one you expect.
    pub tenant: TenantId,
    /// Their account there.
    pub object: ObjectId,
    /// When.
    pub at: Timestamp,
}

/// An invitation that was just made. The address is shown this once; its secret is in the fragment.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MemberInvitationCreated {
    /// The invitation.
    pub invitation: MemberInvitationView,
    /// The address to pass on.
    pub url: String,
}

/// Confirms that whoever signed in is the person meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ConfirmMember {
    /// The account that was shown: what is confirmed is exactly this one.
    pub tenant: TenantId,
    /// The account that was shown.
    pub object: ObjectId,
}

/// Opens an invitation by its secret.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct OpenMemberInvitation {
    /// The secret.
    pub invitation: String,
}

/// What an invited person sees before signing in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InvitedView {
    /// Into which organization.
    pub organization: String,
    /// Its domain, vetted by the operator.
    pub domain: Option<String>,
    /// Who invites: for display.
    pub invited_by: String,
    /// What the person may do.
    pub role: MemberRole,
    /// Until when.
    pub expires_at: Timestamp,
    /// Somebody has signed in and waits for the confirmation.
    pub claimed: bool,
}

/// Signs in with an invitation. Makes nobody a member: the inviter confirms.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ClaimMemberInvitation {
    /// The invitation's secret.
    pub invitation: String,
    /// The secret of the sign-in.
    pub secret: String,
    /// The ID token that Microsoft gave for it.
    pub id_token: String,
}
