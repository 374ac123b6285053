//! Words of restores.

use crate::text::plural;

/// A section.
pub const SECTION: &str = "Restores";
/// What it is.
pub const WHY: &str =
    "What writes gets in only while a restore is open that somebody approved here. It closes by itself.";
/// Nothing can write.
pub const NO_APP: &str = "Nothing of this customer can write, so there is nothing to approve. Authorize modern sets again and prepare restores with them; for hybrid sets, ask for restore rights beside the account above.";
/// A column.
pub const REASON: &str = "Why";
/// A column.
pub const STATE: &str = "State";
/// A column.
pub const BY: &str = "Approved by";
/// A column.
pub const ENDS: &str = "Ends";
/// A state.
pub const OPEN: &str = "Open";
/// A state.
pub const CLOSED: &str = "Closed";
/// An action.
pub const CLOSE: &str = "Close now";
/// A field.
pub const FORM_REASON: &str = "Why is a restore needed?";
/// For a screen reader.
pub const TABLE: &str = "Table of restores";
/// A field.
pub const FORM_HINT: &str = "Stands with the restore, such as: mailbox of Finance, ticket 4711";
/// A field.
pub const HOW_LONG: &str = "For how long?";
/// A button.
pub const APPROVE: &str = "Approve a restore";

/// A length of time.
pub fn hours(count: i64) -> String {
    plural(count.unsigned_abs(), "hour", "hours")
}
