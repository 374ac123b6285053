//! Words of the overview.

use crate::text::{number, plural};
use shared::api::customers::{ConnectionState, MethodCounts};

/// The page's title in the tab.
pub const TITLE: &str = "Overview";
/// The main action.
pub const CHOOSE: &str = "Choose sets to move";
/// The main action when nothing is left to move.
pub const LOOK: &str = "See all backup sets";
/// For screen readers, over the picture.
pub const FLEET: &str = "Backup sets by customer and method";
/// For screen readers, on the picture.
pub const FLEET_ORDER: &str = "Customers, those with most stored passwords first";
/// What the picture shows.
pub const MODERN_MEANS: &str = "certificate, no account";
/// What the picture shows.
pub const HYBRID_MEANS: &str = "one account’s access";
/// What the picture shows.
pub const BASIC_MEANS: &str = "stored password, refused by Microsoft";
/// The column for the customers that have none of their own.
pub const OTHERS: &str = "Others";
/// Headline of a list.
pub const WAITING: &str = "Waits for somebody";
/// Beside it.
pub const WAITING_NOTE: &str = "what has stopped first";
/// Nothing waits.
pub const NOTHING: &str = "Nothing waits for you";
/// Headline of a list.
pub const RECENT: &str = "Recent activity";
/// Leads there.
pub const ALL_ACTIVITY: &str = "All activity";
/// A button.
pub const AUTHORIZE_AGAIN: &str = "Open customer";
/// A button.
pub const CONTINUE: &str = "Continue";

/// Headline of the first run.
pub const FIRST: &str = "Three steps to the first backup without a password";
/// Under it.
pub const FIRST_WHY: &str =
    "About 15 minutes for the first two. The third is done by whoever holds the Microsoft account.";
/// For somebody who cannot take the first steps.
pub const NOTHING_YET: &str = "Nothing is here for you yet";
/// For a technician without customers.
pub const NOTHING_YET_TECHNICIAN: &str =
    "You see the customers that an owner or an admin gives you, under Members. Ask one of them: they are here at once.";
/// For an auditor of an empty organization.
pub const NOTHING_YET_AUDITOR: &str =
    "Backup sets come once an owner or an admin has imported a list or connected a backup product.";
/// Step 1.
pub const STEP_1: &str = "Sign in as a member";
/// Step 1, done.
pub const STEP_1_DONE: &str = "Done.";
/// Step 1.
pub const STEP_1_WHY: &str = "You are signed in as a member of this organization.";
/// Step 2.
pub const STEP_2: &str = "Bring in your backup sets";
/// Step 2.
pub const STEP_2_WHY: &str = "Upload a list, or let your backup product send them by the API. Names, accounts, kinds of data and client versions are read. Passwords never are, and nothing changes in Microsoft 365.";
/// Step 2.
pub const STEP_2_UPLOAD: &str = "Upload a list (CSV)";
/// Step 2.
pub const STEP_2_API: &str = "Connect a backup product";
/// Step 3.
pub const STEP_3: &str = "Authorize the first customer";
/// Step 3.
pub const STEP_3_WHY: &str = "Choose sets, look at the preview, then sign in yourself or pass the link to the holder of the account. Nothing changes before Save.";

/// The fact that is the headline.
pub fn headline(sets: MethodCounts) -> String {
    let total = sets.total();
    match sets.basic {
        0 if total == 1 => "The one backup set needs no stored password".into(),
        0 => format!("All {} backup sets work without a stored password", number(total)),
        basic => {
            let verb = if basic == 1 { "uses" } else { "use" };
            format!(
                "{} of {} still {verb} a stored password",
                number(basic),
                plural(total, "backup set", "backup sets")
            )
        }
    }
}

/// Why it matters.
pub const fn why(basic: u64) -> &'static str {
    if basic == 0 {
        "Nothing is left that Microsoft refuses. New sets show up here as soon as they are imported."
    } else {
        "Microsoft no longer accepts stored passwords from apps, and switches Exchange Web Services off for good on 1 April 2027. Backup and restore of these sets stop working."
    }
}

/// What one block of the picture stands for.
pub fn block(sets: u64) -> String {
    let block = if sets == 1 {
        "One block is one backup set.".into()
    } else {
        format!("One block is {} backup sets.", number(sets))
    };
    format!("{block} Above the line no password is stored; the work is done when nothing hangs below it.")
}

/// A customer's numbers.
pub fn numbers(sets: MethodCounts) -> String {
    format!("{} modern, {} hybrid, {} basic", number(sets.modern), number(sets.hybrid), number(sets.basic))
}

/// Leads to the customers that the picture leaves out.
pub fn all_customers(count: u64) -> String {
    format!("All {}", plural(count, "customer", "customers"))
}

/// How many things wait; `more`: the list does not hold all of them.
pub fn things(count: usize, more: bool) -> String {
    let things = plural(count as u64, "thing", "things");
    if more { format!("{things} and more") } else { things }
}

/// A connection that is not well, as a headline.
pub fn not_well(customer: &str, account: &str, state: ConnectionState) -> String {
    match state {
        ConnectionState::NeedsHolder => format!("{customer}: {account} must sign in again"),
        ConnectionState::Ended => format!("{customer}: Microsoft ended the access of {account}"),
        ConnectionState::Doubtful | ConnectionState::Working | ConnectionState::Disconnected => {
            format!("{customer}: {account} did not answer the last check")
        }
    }
}

/// Why jobs of these sets fail.
pub const WITHOUT_ACCESS_WHY: &str = "Their list says hybrid or modern, and nobody authorized them here; or their access was taken away. Jobs get no token.";

/// Sets that no job can read, as a headline.
pub fn without_access(customer: &str, sets: u64) -> String {
    format!("{customer}: {} without access", plural(sets, "backup set", "backup sets"))
}

/// Nothing waits, with a number.
pub fn nothing_why(sets: u64) -> String {
    format!(
        "No authorization is open and every connection works. {} in all.",
        plural(sets, "backup set", "backup sets")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_headline_is_a_fact() {
        let sets = |basic, hybrid, modern| MethodCounts { basic, hybrid, modern };
        assert_eq!(headline(sets(61, 41, 123)), "61 of 225 backup sets still use a stored password");
        assert_eq!(headline(sets(1, 0, 0)), "1 of 1 backup set still uses a stored password");
        assert_eq!(headline(sets(0, 4, 0)), "All 4 backup sets work without a stored password");
    }
}
