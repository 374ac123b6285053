//! Words of the members and of joining.

use crate::text::plural;
use shared::api::session::MemberRole;

/// The page's title in the tab, and its headline.
pub const TITLE: &str = "Members";
/// Under the headline.
pub const SUB: &str = "Who works here, and with which customers. People are known by their Microsoft account’s ids, never by a name or an address.";
/// The table.
pub const TABLE: &str = "Table of members";
/// A column.
pub const NAME: &str = "Member";
/// A column.
pub const MAY_COLUMN: &str = "May";
/// An action.
pub const CHANGE: &str = "Change";
/// An action.
pub const REMOVE: &str = "Remove";
/// An action, asked again.
pub const REMOVE_SURE: &str = "Remove now";
/// Beside it.
pub const REMOVE_KEYS: &str =
    "Their sessions end at once. API keys go on working, whoever made them: revoke what they may have kept.";
/// Beside it.
pub const REMOVE_KEYS_LINK: &str = "API keys";
/// The form.
pub const MAY: &str = "What may they do?";
/// The form.
pub const CUSTOMERS: &str = "Which customers?";
/// The form.
pub const INVITE_TITLE: &str = "Invite somebody";
/// The form.
pub const INVITE: &str = "Make an invitation";
/// The form.
pub const MAKING: &str = "Making";
/// The form.
pub const NOTE: &str = "Who is it for";
/// The form.
pub const NOTE_HINT: &str = "A name, so that you know it again. They do not see it.";
/// The new link.
pub const LINK_READY: &str = "Pass this link on";
/// The new link.
pub const LINK_WHY: &str =
    "Whoever opens it signs in with Microsoft and then waits. You see which account it was, and confirm it.";
/// The new link.
pub const LINK: &str = "The link";
/// The new link.
pub const LINK_ONCE: &str = "Shown this once. It is for one person and ends";
/// The new link.
pub const KEPT: &str = "I have copied it";
/// People on their way in.
pub const JOINING: &str = "On their way in";
/// A state.
pub const NOT_YET: &str = "Nobody has signed in yet";
/// A state.
pub const CONFIRM_THEM: &str = "Signed in and waits for you";
/// A fact.
pub const SIGNED_IN_AS: &str = "Signed in as";
/// A fact.
pub const TENANT: &str = "Tenant";
/// A fact.
pub const OBJECT: &str = "Account";
/// What to look at.
pub const COMPARE: &str = "A name can be anything. Ask the person, by a way that you know, whether this was them.";
/// An action.
pub const CONFIRM: &str = "This is the person";
/// An action.
pub const TAKE_BACK: &str = "Take back";

/// The page's title in the tab.
pub const JOIN_TITLE: &str = "Join";
/// The one button.
pub const JOIN_BUTTON: &str = "Sign in with Microsoft";
/// A dead link.
pub const JOIN_DEAD: &str = "This invitation cannot be used";
/// A dead link.
pub const JOIN_DEAD_WHY: &str =
    "It is unknown, used, taken back or older than seven days. Ask whoever invited you for a new one.";
/// After the sign-in.
pub const WAITS: &str = "Nearly there";
/// After the sign-in.
pub const CONFIRMED: &str = "I was confirmed, sign in";

/// What a role may do.
pub const fn role_why(role: MemberRole) -> &'static str {
    match role {
        MemberRole::Owner => "Everything, owners included. The last owner stays.",
        MemberRole::Admin => "Everything but owners.",
        MemberRole::Technician => "Works with chosen customers and sees no others.",
        MemberRole::Auditor => "Reads everything and changes nothing.",
    }
}

/// What somebody may do, in few words.
pub fn may(role: MemberRole, customers: usize) -> String {
    let role_word = super::shell::role(role);
    match role {
        MemberRole::Technician => format!("{role_word}, {}", plural(customers as u64, "customer", "customers")),
        _ => role_word.to_owned(),
    }
}

/// Who invited.
pub fn invited_by(name: &str) -> String {
    format!("invited by {name}")
}

/// The headline for whoever is invited.
pub fn join(organization: &str) -> String {
    format!("Join {organization}")
}

/// Who asks.
pub fn join_why(by: &str, role: &str) -> String {
    format!("{by} invites you as: {role}.")
}

/// What happens after the sign-in.
pub fn join_then(by: &str) -> String {
    format!("After you sign in, {by} sees which account it was and confirms it. Until then it may do nothing here.")
}

/// After the sign-in.
pub fn waits_why(by: &str, organization: &str) -> String {
    format!(
        "You are signed in. {by} must confirm your account before you can enter {organization}. Tell them that you are here."
    )
}
