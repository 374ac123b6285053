//! Words of the customer's own page.

use crate::text::plural;

/// The page's title in the tab.
pub const TITLE: &str = "What is connected";
/// Nothing there.
pub const NOTHING: &str = "Nothing is connected.";
/// A fact.
pub const SINCE: &str = "Since";
/// A fact.
pub const BY: &str = "Signed in by";
/// A fact.
pub const USED: &str = "Last used by a backup";
/// A value.
pub const NEVER: &str = "Not yet";
/// A fact.
pub const CERTIFICATE: &str = "Certificate ends";
/// A fact.
pub const CLIENT: &str = "Application id";
/// A fact.
pub const MAY: &str = "May";
/// A fact.
pub const SETS: &str = "Backup sets";
/// An action.
pub const REMOVE: &str = "Remove with an administrator";
/// What happens then.
pub const REMOVE_WHY: &str = "An administrator of your tenant signs in at Microsoft and saves. Then the app is deleted in your tenant, its absence is proved, and its keys are forgotten. Backups through it end.";
/// An action.
pub const REMOVE_ACCOUNT: &str = "Remove by signing in";
/// What happens then.
pub const REMOVE_ACCOUNT_WHY: &str = "Whoever holds this account signs in at Microsoft and saves; the link alone removes nothing. Then its access is forgotten here, and backups through it end. The consent at Microsoft is taken back by its holder at myapps.microsoft.com, or by an administrator who revokes the sessions of the account.";
/// Until when the page works.
pub const UNTIL: &str = "This link ends";
/// An action.
pub const PRINT: &str = "Print";
/// A dead link.
pub const DEAD: &str = "This link cannot be used";
/// A dead link.
pub const DEAD_WHY: &str = "It is unknown, was ended or is too old. If you have just loaded this page again, open the link from your mail once more. Otherwise ask whoever backs up for a new one.";

/// The headline.
pub fn heading(customer: &str) -> String {
    format!("What is connected at {customer}")
}

/// Who, and where.
pub fn lede(organization: &str, place: &str) -> String {
    format!("{organization} backs up Microsoft 365 data of {place}. This is everything that lets it in.")
}

/// Sets that are not named.
pub fn more(count: u64) -> String {
    format!("and {}", plural(count, "more", "more"))
}

/// What cannot be removed here.
pub fn elsewhere(organization: &str) -> String {
    format!(
        "To end it: ask {organization}, or end it at Microsoft (Entra, Enterprise applications, or the account’s own list of apps)."
    )
}
