//! Words of the API keys.

use crate::text::plural;
use shared::rules::scopes::Purpose;

/// The page's title in the tab.
pub const TITLE: &str = "API keys";
/// Under the headline.
pub const SUB: &str = "For a backup product that sends its sets and asks which of them changed. Keep each key in one place and give every product its own.";
/// The description of the API.
pub const DOCS: &str = "Read the API";
/// Where it is.
pub const DOCS_AT: &str = "/api/docs";
/// The form.
pub const MAKE: &str = "Make a key";
/// The form.
pub const MAKING: &str = "Making";
/// The form.
pub const NAME: &str = "What will use it";
/// The form.
pub const NAME_HINT: &str = "Such as: backup console, production";
/// The form.
pub const MAY: &str = "What may it do?";
/// The form.
pub const EVERYTHING: &str = "Everything";
/// The form.
pub const EVERYTHING_WHY: &str = "Sends sets, reads what became of them, and gets job tokens.";
/// The form.
pub const BOTH: &str = "Backup and restore";
/// The form.
pub const TOKENS_ONLY: &str = "Reads, and gets job tokens of this kind. It changes nothing here.";
/// The form.
pub const REACHES: &str = "Whose data?";
/// The form.
pub const ALL_CUSTOMERS: &str = "All customers";
/// The form.
pub const SOME_CUSTOMERS: &str = "Chosen customers";
/// The form.
pub const CHOOSE_ONE: &str = "Choose at least one customer.";
/// The new key.
pub const NEW: &str = "Copy this key now";
/// The new key.
pub const NEW_WHY: &str = "It is shown this once and cannot be read again. Whoever has it can read and change this organization’s backup sets.";
/// The new key.
pub const THE_KEY: &str = "The key";
/// The new key.
pub const KEPT: &str = "I have copied it";
/// The table.
pub const TABLE: &str = "Table of API keys";
/// A column.
pub const COLUMN_NAME: &str = "Key";
/// A column.
pub const MADE: &str = "Made";
/// A column.
pub const USED: &str = "Last used";
/// A column.
pub const STATE: &str = "State";
/// A value.
pub const NEVER: &str = "Never";
/// A value.
pub const ACTIVE: &str = "Active";
/// A value.
pub const REVOKED: &str = "Revoked";
/// An action.
pub const REVOKE: &str = "Revoke";
/// An action, asked again.
pub const REVOKE_SURE: &str = "Revoke now";
/// Nothing there.
pub const EMPTY: &str = "No API keys yet";
/// Nothing there.
pub const EMPTY_WHY: &str = "Make one when you connect a backup product.";
/// The sign-in is too old for this.
pub const FRESH: &str = "Sign in once more to do this";
/// The sign-in is too old for this.
pub const FRESH_WHY: &str = "This needs a sign-in of the last ten minutes. It opens in a new tab, and what you typed here stays: come back and press again.";

/// What a key may do and reach, in few words.
pub fn limits(purposes: Option<&[Purpose]>, customers: Option<usize>) -> String {
    let may = match purposes {
        None => EVERYTHING,
        Some([Purpose::Backup]) => "Job tokens for backup",
        Some([Purpose::Restore]) => "Job tokens for restore",
        Some(_) => "Job tokens for backup and restore",
    };
    match customers {
        None => format!("{may}, all customers"),
        Some(count) => format!("{may}, {}", plural(count as u64, "customer", "customers")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn k3_a_keys_limits_are_said() {
        assert_eq!(limits(None, None), "Everything, all customers");
        assert_eq!(limits(Some(&[Purpose::Backup]), Some(1)), "Job tokens for backup, 1 customer");
    }
}
