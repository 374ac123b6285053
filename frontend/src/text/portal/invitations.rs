//! Words of the invitations.

use shared::api::invitations::{InvitationMail, InvitationState};
use shared::language::Language;

/// The page's title in the tab, and its headline.
pub const TITLE: &str = "Invitations";
/// Under the headline.
pub const SUB: &str =
    "Links for people without an account here. Each is for one sign-in of one tenant, and ends when they save.";
/// Beside an authorization.
pub const INVITE: &str = "Invite the right person";
/// Why, for modern.
pub const WHY_ADMINISTRATOR: &str =
    "An administrator of the customer needs no account here. They see what is asked before they sign in at Microsoft.";
/// Why, for hybrid.
pub const WHY_HOLDER: &str =
    "Whoever holds the account needs no account here. They see what is asked before they sign in at Microsoft.";
/// Which of several sign-ins.
pub const WHO: &str = "Who signs in?";
/// The form.
pub const MAIL: &str = "Mail it to (optional)";
/// The form.
pub const MAIL_HINT: &str = "Left empty, you pass the link on yourself.";
/// The form.
pub const LANGUAGE: &str = "Language of the mail";
/// The form.
pub const ENDS_AFTER: &str = "Link ends after";
/// The form.
pub const HOURS_4: &str = "4 hours";
/// The form.
pub const DAY_1: &str = "1 day";
/// The form.
pub const DAYS_3: &str = "3 days";
/// The form.
pub const DAYS_7: &str = "7 days";
/// The form.
pub const MAKE: &str = "Make a link";
/// The form.
pub const SEND: &str = "Send the link";
/// The form.
pub const MAKING: &str = "Making";
/// The new link.
pub const READY: &str = "The link is ready";
/// The new link.
pub const READY_WHY: &str = "Copy it, or let a phone read the code. An earlier link to the same sign-in works no more.";
/// The new link.
pub const SENT: &str = "The mail is on its way";
/// The new link.
pub const LINK: &str = "The link";
/// The new link, for a screen reader.
pub const CODE: &str = "The link as a QR code";
/// The new link.
pub const ONCE: &str = "Shown this once. It works for one sign-in and ends";
/// The new link.
pub const KEPT: &str = "Done";
/// The table.
pub const TABLE: &str = "Table of invitations";
/// A column.
pub const FOR: &str = "For";
/// A column.
pub const SENT_TO: &str = "Sent to";
/// A column.
pub const STATE: &str = "State";
/// A column.
pub const MADE: &str = "Made";
/// A column.
pub const ENDS: &str = "Ends";
/// A value.
pub const BY_HAND: &str = "Passed on by hand";
/// An action.
pub const TAKE_BACK: &str = "Take back";
/// Nothing there.
pub const EMPTY: &str = "Nobody is invited";
/// Nothing there.
pub const EMPTY_WHY: &str = "Open an authorization and invite whoever has to sign in for it.";

/// Where the mail goes.
pub fn sent_to(address: &str) -> String {
    format!("To {address}. You can pass the link on yourself as well; it is the same one.")
}

/// Where an invitation stands.
pub const fn state(state: InvitationState, mail: Option<InvitationMail>) -> &'static str {
    match (state, mail) {
        (InvitationState::Open, Some(InvitationMail::Waiting)) => "Mail on its way",
        (InvitationState::Open, Some(InvitationMail::Failed)) => "Mail not delivered",
        (InvitationState::Open, _) => "Waiting for them",
        (InvitationState::Used, _) => "Used",
        (InvitationState::Expired, _) => "Expired",
        (InvitationState::Revoked, _) => "Taken back",
    }
}

/// A language in itself.
pub const fn language(language: Language) -> &'static str {
    match language {
        Language::En => "English",
        Language::De => "Deutsch",
        Language::Fr => "Français",
        Language::Es => "Español",
        Language::Ja => "日本語",
    }
}
