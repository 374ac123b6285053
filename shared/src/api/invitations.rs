//! Invitations: links to one sign-in of one authorization, for somebody without an account here.
//!
//! The secret is in the address's fragment and shown once; it is used up by Save (H2, H3, O1-O8).

use super::backup_sets::CustomerRef;
use crate::{
    id::{AuthorizationId, SignInId},
    language::Language,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Makes an invitation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateInvitation {
    /// For which sign-in; may be left out where there is only one.
    #[serde(default)]
    pub sign_in: Option<SignInId>,
    /// How long it can be used, in hours: 1 to 168; 72 unless told.
    #[serde(default)]
    pub hours: Option<u32>,
    /// A mail address to send it to. Without: it is passed on by whoever asks.
    #[serde(default)]
    pub send_to: Option<String>,
    /// The language of the mail.
    #[serde(default)]
    pub language: Language,
}

/// Where an invitation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum InvitationState {
    /// It can be used.
    Open,
    /// Save used it up.
    Used,
    /// Its time is over.
    Expired,
    /// It was taken back.
    Revoked,
}

/// What became of an invitation's mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum InvitationMail {
    /// On its way.
    Waiting,
    /// The mail server took it.
    Sent,
    /// It could not be sent: copy the link, or invite again.
    Failed,
}

impl InvitationMail {
    const ALL: [Self; 3] = [Self::Waiting, Self::Sent, Self::Failed];

    /// The word on the wire and in storage.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Failed => "failed",
        }
    }

    /// Reads the wire word; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// An invitation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InvitationView {
    /// Id.
    pub id: Uuid,
    /// What it opens.
    pub authorization: AuthorizationId,
    /// Whose sets.
    pub customer: CustomerRef,
    /// For which sign-in.
    pub sign_in: SignInId,
    /// The account whose holder signs in; for modern, an administrator of the tenant in words.
    pub account: String,
    /// Where it stands.
    pub state: InvitationState,
    /// The address it was sent to.
    pub recipient: Option<String>,
    /// The language of the mail.
    pub language: Language,
    /// What became of the mail, if it was to be sent.
    pub mail: Option<InvitationMail>,
    /// Who made it: for display.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// After this it cannot be used.
    pub expires_at: Timestamp,
    /// When Save used it up.
    pub used_at: Option<Timestamp>,
}

/// An invitation that was just made. The address is shown this once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InvitationCreated {
    /// The invitation.
    pub invitation: InvitationView,
    /// The address to pass on.
    pub url: String,
    /// The same as a QR code, for a phone.
    pub code: QrCode,
}

/// A QR code (ISO/IEC 18004) as a picture without colours.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QrCode {
    /// How many modules it is wide and high, with a quiet zone of four around.
    pub size: u32,
    /// The dark modules as a path of SVG, one unit a module.
    pub path: String,
}
