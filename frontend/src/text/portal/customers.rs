//! Words of customers and their connections.

use crate::text::{number, plural};
use shared::api::customers::{ConnectionState, Health, MethodCounts};

/// There is no mail.
pub const CONTACT_NO_MAIL: &str = "This installation sends no mail yet; until it does, nobody is told.";
/// Who is told.
pub const CONTACT: &str = "Technical contact";
/// Who is told.
pub const CONTACT_WHY: &str = "Is told by mail what was connected, with a link to the customer’s own page.";
/// Who is told.
pub const CONTACT_MAIL: &str = "Mail address";
/// Who is told.
pub const CONTACT_HINT: &str = "Empty: nobody is told.";
/// Who is told.
pub const CONTACT_LANGUAGE: &str = "Language";
/// Who is told.
pub const CONTACT_SAVED: &str = "Saved";
/// How many are ticked.
pub fn chosen(count: usize) -> String {
    format!("{} chosen", plural(count as u64, "customer", "customers"))
}

/// Corrects the name.
pub const RENAME: &str = "Correct the name";
/// Corrects the name.
pub const RENAME_HINT: &str = "The tenant stays; links and mails say the new name from now on.";
/// The customer's own page.
pub const PAGE_LINK: &str = "Link to the customer’s own page";
/// The customer's own page.
pub const PAGE_WHY: &str = "On their own page the customer sees, without an account, what is connected, since when and by whom, and can have it removed.";
/// The customer's own page.
pub const PAGE_MAKE: &str = "Make a link to their page";
/// The customer's own page.
pub const PAGE_ONCE: &str = "Shown this once; links made before work no more. It ends";
/// The customer's own page.
pub const PAGE_END: &str = "End every link to it";
/// The customer's own page.
pub const PAGE_ENDED: &str = "No link to their page works any more. What is connected stays as it is.";

/// The page's title in the tab.
pub const TITLE: &str = "Customers";
/// Under the headline.
pub const SUB: &str =
    "Whose data is backed up. Each one is one Microsoft tenant; every sign-in goes to that tenant and no other.";
/// Why, for somebody who can neither import nor add one.
pub const EMPTY_MEMBER: &str =
    "Owners and admins import lists and add customers, and say under Members whose a technician sees.";
/// A button.
pub const ADD: &str = "Add a customer";
/// A button.
pub const ADDING: &str = "Looking up the tenant";
/// The search field.
pub const SEARCH: &str = "Search customers";
/// For a screen reader.
pub const CONNECTIONS_TABLE: &str = "Table of connected accounts";
/// The table.
pub const TABLE: &str = "Table of customers";
/// A column.
pub const KEY: &str = "Key of the tenant";
/// A column.
pub const NAME: &str = "Customer";
/// A column.
pub const TENANT: &str = "Tenant";
/// A column.
pub const SETS: &str = "Sets";
/// A column.
pub const BASIC: &str = "Stored password";
/// No authorization.
pub const NO_AUTHORIZATION: &str = "Nothing was authorized yet.";
/// A column, and the group of chips.
pub const ACCESS: &str = "Access";
/// A column.
pub const METHODS: &str = "By method";
/// A chip.
pub const LEFT: &str = "left";
/// A chip.
pub const OF_WAVE: &str = "Of one wave";
/// A column.
pub const CONNECTIONS: &str = "Connections";
/// Nothing there.
pub const EMPTY: &str = "No customers yet";
/// Nothing there.
pub const EMPTY_WHY: &str = "They come with an imported list, or you add them by name and tenant.";
/// Nothing matches.
pub const NO_MATCH: &str = "No customer matches";
/// The form.
pub const FORM_NAME: &str = "Name";
/// The form.
pub const FORM_TENANT: &str = "Tenant id or domain";
/// The form.
pub const FORM_TENANT_HINT: &str =
    "Such as contoso.com, which is looked up at Microsoft. A tenant’s id is taken as you give it: check it.";
/// The form.
pub const FORM_SAVE: &str = "Add customer";
/// A state.
pub const CONFIRMED: &str = "Confirmed";
/// A state.
pub const NOT_CONFIRMED: &str = "Not confirmed";
/// A fact.
pub const DOMAIN: &str = "Domain";
/// A fact.
pub const TENANT_ID: &str = "Tenant id";
/// A fact.
pub const CONFIRMED_AT: &str = "Confirmed";
/// A section.
pub const TENANT_SECTION: &str = "Tenant";
/// A section.
pub const SETS_SECTION: &str = "Backup sets";
/// A section.
pub const CONNECTIONS_SECTION: &str = "Connections";
/// Nothing there.
pub const NO_CONNECTION: &str = "No account is connected yet. The first authorization connects one.";
/// A link.
pub const ALL_SETS: &str = "See the sets";
/// A link.
pub const BASIC_SETS: &str = "Choose sets to move";
/// An action.
pub const AGAIN: &str = "Authorize again";
/// An action: the holder consents to writing back.
pub const ASK_RESTORE: &str = "Ask for restore rights";
/// Beside a state: writing back is consented to.
pub const CAN_RESTORE: &str = "May restore";
/// A column.
pub const ACCOUNT: &str = "Account";
/// A column.
pub const STATE: &str = "State";
/// A column.
pub const SINCE: &str = "Connected";
/// A column.
pub const NEXT_CHECK: &str = "Next check";
/// The section's note.
pub const HEARTBEAT: &str = "Each is checked every three days, so that its access does not lapse.";
/// A column.
pub const ACTIONS: &str = "What you can do";
/// In the place of the next check.
pub const ENDED_AT: &str = "ended";
/// A button of a row.
pub const DISCONNECT: &str = "Disconnect";
/// What happens then.
pub const DISCONNECT_WHY: &str = "The token for this account is forgotten at once, and jobs get none any more. One that a job holds already lives for up to 90 minutes. To go on later, the holder of the account signs in once more.";
/// Which sets lose access.
pub const DISCONNECT_SETS: &str = "Without access from then on";
/// No set uses it.
pub const DISCONNECT_NO_SETS: &str = "No backup set uses it.";
/// What it cannot do.
pub const DISCONNECT_LEFT: &str = "What stays at Microsoft";
/// What it cannot do.
pub const DISCONNECT_LEFT_WHY: &str = "A consent cannot be taken back from here. Only these people can, in the tenant:";
/// The button that does it.
pub const DISCONNECT_NOW: &str = "Disconnect it now";
/// Going on.
pub const DISCONNECTING: &str = "Disconnecting";
/// The end of a customer here.
pub const REMOVE: &str = "Remove this customer";
/// The end of a customer here.
pub const REMOVE_WHY: &str = "Takes it away from here with its backup sets, links and records, for good. Disconnect its accounts and remove its apps first; while one of them works, this is refused. The activity log keeps its lines; a list that names the tenant again makes a new customer.";
/// The end of a customer here.
pub const REMOVE_OPEN: &str = "Remove it from here";
/// A field.
pub const REMOVE_HINT: &str = "Exactly as it stands above";
/// A button.
pub const REMOVE_NOW: &str = "Remove it for good";
/// A button, going on.
pub const REMOVING: &str = "Removing";
/// Nothing known.
pub const NONE: &str = "–";

/// A connection's state in a word or two.
pub const fn connection(state: ConnectionState) -> &'static str {
    match state {
        ConnectionState::Working => "Works",
        ConnectionState::Doubtful => "Did not answer, tried again",
        ConnectionState::NeedsHolder => "Needs its holder",
        ConnectionState::Ended => "Ended at Microsoft",
        ConnectionState::Disconnected => "Disconnected",
    }
}

/// What a connection's state means.
pub const fn connection_why(state: ConnectionState) -> &'static str {
    match state {
        ConnectionState::Working => "Backup jobs get in.",
        ConnectionState::Doubtful => "The last check failed. Another one follows by itself; nothing is lost yet.",
        ConnectionState::NeedsHolder => {
            "Microsoft asks the holder of the account to sign in again. Authorize its sets once more; nothing else changes."
        }
        ConnectionState::Ended => {
            "Microsoft no longer accepts this access. Authorize its sets once more to connect again."
        }
        ConnectionState::Disconnected => "Its token is forgotten here. To go on, authorize its sets once more.",
    }
}

/// Under a customer's name.
pub fn sub(sets: MethodCounts, domain: &str) -> String {
    format!("{} on {domain}.", plural(sets.total(), "backup set", "backup sets"))
}

/// Asks for the name.
pub fn remove_type(name: &str) -> String {
    format!("This cannot be undone. Type “{name}” to go on.")
}

/// A button of a row, for a screen reader.
pub fn disconnect_label(account: &str) -> String {
    format!("Disconnect {account}")
}

/// Asks whether it is meant.
pub fn disconnect_title(account: &str) -> String {
    format!("Disconnect {account}?")
}

/// It is done.
pub fn disconnected(account: &str) -> String {
    format!("{account} is disconnected")
}

/// What that took.
pub fn disconnected_why(sets: u64) -> String {
    match sets {
        0 => "Its token is forgotten. No backup set used it.".to_owned(),
        1 => "Its token is forgotten. 1 backup set stands without access; its method stays.".to_owned(),
        count => {
            format!("Its token is forgotten. {} backup sets stand without access; their method stays.", number(count))
        }
    }
}

/// Sets that are not named.
pub fn more_sets(count: u64) -> String {
    format!("and {} more", number(count))
}

/// A customer's state.
pub const fn health(health: Health) -> &'static str {
    match health {
        Health::NeedsSomebody => "Needs somebody",
        Health::EndsSoon => "Ends soon",
        Health::NotConnected => "Not connected",
        Health::SetUpOpen => "Set-up open",
        Health::Ok => "Works",
    }
}

/// More about it.
pub fn access(connected: u64, open: u64) -> String {
    format!(
        "{}, {}",
        plural(connected, "connection works", "connections work"),
        plural(open, "open authorization", "open authorizations")
    )
}

/// When the first certificate ends.
pub fn ends(day: &str) -> String {
    format!("until {day}")
}

/// The sets by method, in words.
pub fn by_method(sets: MethodCounts) -> String {
    format!("{} hybrid, {} modern, {} stored password", number(sets.hybrid), number(sets.modern), number(sets.basic))
}

/// Nothing is called that.
pub fn no_match(query: &str) -> String {
    format!("No customer matches “{query}”")
}
