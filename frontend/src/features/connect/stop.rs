//! Why the page does not go on by itself. Each reason has a page of its own with the next step.

use super::person::Person;
use crate::api::ApiFailure;
use shared::api::problem::{Help, MicrosoftIds};

/// A reason to stop on this side; what the server says is in the view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// Opened without a link.
    NoLink,
    /// The link or the attempt is unknown, expired or used.
    DeadLink(ApiFailure),
    /// Our server cannot be reached.
    Offline,
    /// Microsoft cannot be reached from here.
    MicrosoftOffline,
    /// The browser keeps nothing for this site, or has no randomness.
    NoMemory,
    /// An answer that belongs to no sign-in of this tab: replayed, foreign or forged. Nothing was sent anywhere.
    ForeignAnswer,
    /// The answer or the token is not what this attempt asked for.
    WrongAnswer(&'static str),
    /// The person pressed Cancel at Microsoft.
    Declined {
        /// On the way to a consent, after signing in.
        at_consent: bool,
        /// What Microsoft said.
        ids: MicrosoftIds,
    },
    /// An account of another tenant.
    WrongTenant(Person),
    /// A personal account.
    PersonalAccount,
    /// A guest of the tenant.
    Guest(Person),
    /// Our server said no.
    Refused(ApiFailure),
    /// Microsoft said no; the server knows the remedy.
    Told(Box<Help>),
}

impl Stop {
    /// A word for each reason, for tests and for telling pages apart.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::NoLink => "no_link",
            Self::DeadLink(_) => "dead_link",
            Self::Offline => "offline",
            Self::MicrosoftOffline => "microsoft_offline",
            Self::NoMemory => "no_memory",
            Self::ForeignAnswer => "foreign_answer",
            Self::WrongAnswer(_) => "wrong_answer",
            Self::Declined { at_consent: true, .. } => "consent_declined",
            Self::Declined { .. } => "declined",
            Self::WrongTenant(_) => "wrong_tenant",
            Self::PersonalAccount => "personal_account",
            Self::Guest(_) => "guest",
            Self::Refused(_) => "refused",
            Self::Told(_) => "told",
        }
    }
}
