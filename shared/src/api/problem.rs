//! Errors on the wire: problem+json (RFC 9457) with a stable `code`.

use serde::{Deserialize, Serialize};

/// What went wrong, for people and programs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// A short title of the kind of problem.
    pub title: String,
    /// The HTTP status again.
    pub status: u16,
    /// The stable code to branch on, such as `field_invalid`.
    pub code: String,
    /// What happened and what was expected, in a sentence.
    pub detail: String,
    /// The field at fault, as a path such as `sets[3].tenant`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Names this request in the server's log.
    pub request_id: String,
    /// What Microsoft said, for its support.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub microsoft: Option<MicrosoftIds>,
}

/// Ids that Microsoft's support asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MicrosoftIds {
    /// The number behind `AADSTS`.
    pub aadsts: Option<u32>,
    /// Microsoft's trace id, a GUID.
    pub trace_id: Option<String>,
    /// Microsoft's correlation id, a GUID.
    pub correlation_id: Option<String>,
    /// Microsoft's time, `YYYY-MM-DD HH:MM:SSZ`.
    pub timestamp: Option<String>,
}

/// A remedy in plain words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Help {
    /// Stable code: `aadsts_50020`, `wrong_account`, `token_refused` and so on.
    pub code: String,
    /// What happened.
    pub title: String,
    /// Why, and what to do.
    pub text: String,
    /// The next step that the page offers.
    pub action: HelpAction,
    /// Ids to copy.
    pub ids: MicrosoftIds,
}

/// The next step to offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum HelpAction {
    /// Sign in again, with the same account.
    SignInAgain,
    /// Sign in with another account.
    OtherAccount,
    /// Pass the link to an administrator.
    AskAdministrator,
    /// Nothing to do here but wait, then try again.
    Wait,
    /// Try the same step again.
    Retry,
    /// Use another device or network.
    ChangeDevice,
    /// Tell whoever runs this installation.
    ContactSupport,
}
