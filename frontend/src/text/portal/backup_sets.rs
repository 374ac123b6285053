//! Words of the list of backup sets and of one set.

use crate::text::{number, plural};
use shared::backup_set::{AccountRole, Covers, Region};
use shared::method::Method;
use shared::workload::{Workload, Workloads};

/// The page's title in the tab.
pub const TITLE: &str = "Backup sets";
/// Under the headline.
pub const SUB: &str = "Each set shows the method that suits its data, and why. Nothing moves unless you choose it.";
/// A button.
pub const IMPORT: &str = "Import a list";
/// The search field.
pub const SEARCH: &str = "Search backup sets, accounts and customers";
/// In the empty search field.
pub const SEARCH_HINT: &str = "Search sets, accounts, customers";
/// The group of chips.
pub const METHOD: &str = "Method";
/// The filter's button.
pub const ALL_CUSTOMERS: &str = "All customers";
/// Opens the filter.
pub const FILTER_CUSTOMER: &str = "Filter by customer";
/// In the filter.
pub const FIND_CUSTOMER: &str = "Find a customer";
/// In the filter.
pub const NO_CUSTOMER: &str = "No customer has this name";
/// The chip that groups rows.
pub const GROUPED: &str = "Grouped by customer";
/// The table.
pub const TABLE: &str = "Table of backup sets";
/// A column.
pub const NAME: &str = "Backup set";
/// A column.
pub const CUSTOMER: &str = "Customer";
/// A column.
pub const ACCOUNT: &str = "Account";
/// A column.
pub const DATA: &str = "Data";
/// A column.
pub const MOVE: &str = "Method, and what it can become";
/// A column.
pub const CLIENT: &str = "Client";
/// A button under a list of several pages.
pub const CHOOSE_ALL: &str = "Choose all that match and can move, on every page";
/// The same, going on.
pub const CHOOSING: &str = "Choosing";
/// A checkbox.
pub const CHOOSE_PAGE: &str = "Choose all sets on this page that can move";
/// A link.
pub const OPEN_CUSTOMER: &str = "Open customer";
/// A link.
pub const ONLY_CUSTOMER: &str = "Only these";
/// Nothing known.
pub const NONE: &str = "–";

/// The region of the bar.
pub const CHOSEN: &str = "Chosen sets";
/// A button of the bar.
pub const CLEAR: &str = "Clear";
/// The reason for moving at all, beside the action.
pub const REASON: &str = "Microsoft refuses stored passwords; backup and restore by them fail.";
/// The bar: who must sign in for modern.
pub const ADMINISTRATOR_SIGNS_IN: &str = "An administrator of the tenant signs in once";
/// More than one authorization takes.
pub const TOO_MANY: &str = "One authorization covers up to 5,000 sets. Take some out.";

/// No sets at all.
pub const EMPTY: &str = "No backup sets yet";
/// Why.
pub const EMPTY_WHY: &str = "They arrive when a backup product is connected, or from a list that you upload.";
/// A button.
pub const CHOOSE: &str = "Choose backup sets";
/// A button.
pub const CONNECT_PRODUCT: &str = "Connect a backup product";
/// Nothing matches.
pub const NO_MATCH: &str = "No set matches these filters";
/// A button.
pub const CLEAR_FILTERS: &str = "Clear the filters";

/// A set's facts.
pub const FACTS: &str = "What it is";
/// A fact.
pub const EXTERNAL_ID: &str = "Id in the backup product";
/// A fact.
pub const COVERS: &str = "Covers";
/// A fact.
pub const CLOUD: &str = "Cloud";
/// A fact.
pub const CLIENT_VERSION: &str = "Backup client";
/// A fact.
pub const METHOD_TODAY: &str = "Method today";
/// A fact.
pub const TENANT: &str = "Tenant";
/// Nothing known.
pub const NOT_KNOWN: &str = "Not known";
/// A set's recommendation.
pub const RECOMMENDATION: &str = "What it could become";
/// A button.
pub const AUTHORIZE_THIS: &str = "Authorize this set";
/// A button, for a set that has the method already.
pub const AUTHORIZE_AGAIN: &str = "Authorize again";
/// The other choice.
pub const LEAVE: &str = "Leave it as it is";
/// What that means.
pub const LEAVE_WHY: &str = "You can leave this set as it is. Nothing changes until somebody signs in and saves.";
/// Splitting helps: the hint beside a set elsewhere.
pub const SPLIT: &str = "Split this set: each part can then use the method that fits it.";
/// Headline of the offer.
pub const SPLIT_TITLE: &str = "Two sets would reach more";
/// Why.
pub const SPLIT_WHY: &str = "No single method reaches everything in this set. Split it in your backup product first; then say here what the new set is called there. Nobody’s access changes by it.";
/// Where a part goes.
pub const SPLIT_TO: &str = "by";
/// No method reaches it.
pub const SPLIT_NOWHERE: &str = "no method reaches it, for now";
/// A form.
pub const SPLIT_FORM: &str = "Split this set";
/// A field.
pub const SPLIT_ID: &str = "The new set’s id in your backup product";
/// A field.
pub const SPLIT_NAME: &str = "The new set’s name";

/// What the form does.
pub fn split_moves(part: &Workloads) -> String {
    format!("{} becomes a set of its own; the rest stays in this one.", words_of(part))
}

/// A name for the new set.
pub fn split_name(name: &str, part: &Workloads) -> String {
    format!("{name} – {}", words_of(part))
}

/// Kinds of data in words.
pub fn words_of(part: &Workloads) -> String {
    part.iter().map(|one| workload(*one)).collect::<Vec<_>>().join(", ")
}

/// Not possible.
pub const NOT_POSSIBLE: &str = "Not possible";
/// Possible.
pub const POSSIBLE: &str = "Possible";

/// A kind of data.
pub const fn workload(workload: Workload) -> &'static str {
    match workload {
        Workload::Exchange => "Mail",
        Workload::Calendar => "Calendar",
        Workload::Contacts => "Contacts",
        Workload::Tasks => "Tasks",
        Workload::Onedrive => "OneDrive",
        Workload::Sharepoint => "SharePoint",
        Workload::PersonalSites => "Personal Sites",
        Workload::Onenote => "OneNote",
        Workload::Teams => "Teams",
        Workload::Groups => "Groups",
        Workload::PublicFolders => "Public folders",
    }
}

/// Whose data.
pub const fn covers(covers: Covers) -> &'static str {
    match covers {
        Covers::OwnAccount => "The data of its own account",
        Covers::ListedAccounts => "The data of several accounts",
        Covers::WholeTenant => "The data of the whole tenant",
    }
}

/// Which cloud.
pub const fn region(region: Region) -> &'static str {
    match region {
        Region::Global => "Microsoft worldwide",
        Region::UsGov => "US Government (GCC High)",
        Region::UsDod => "US Department of Defense",
        Region::China => "China, operated by 21Vianet",
    }
}

/// An account's role.
pub const fn account_role(role: AccountRole) -> &'static str {
    match role {
        AccountRole::Ordinary => "Ordinary account",
        AccountRole::GlobalAdministrator => "Global Administrator",
    }
}

/// A checkbox.
pub fn choose(set: &str) -> String {
    format!("Choose {set}")
}

/// A checkbox.
pub fn choose_all(customer: &str) -> String {
    format!("Choose all sets of {customer} on this page that can move")
}

/// Beside the filters.
pub fn found(total: u64) -> String {
    plural(total, "set", "sets")
}

/// Under the headline, once something is chosen.
pub fn chosen_of(chosen: usize, total: u64) -> String {
    format!("{} of {} chosen.", number(chosen as u64), number(total))
}

/// In a group's row.
pub fn on_this_page(sets: usize) -> String {
    format!("{} on this page", plural(sets as u64, "set", "sets"))
}

/// The bar: how many of whom.
pub fn chosen(sets: usize, customer: &str) -> String {
    format!("{} of {customer} chosen", plural(sets as u64, "set", "sets"))
}

/// The bar: who must sign in.
pub fn signs_in(accounts: &[String]) -> String {
    match accounts {
        [] => "Their account is not known here; the preview says what is missing".into(),
        [one] => format!("The holder of {one} signs in once"),
        [one, two] => format!("The holders of {one} and {two} sign in, once each"),
        many => format!("The holders of {} accounts sign in, once each", many.len()),
    }
}

/// The bar: the action, counted in sets and sign-ins.
pub fn authorize(sets: usize, sign_ins: usize) -> String {
    format!(
        "Authorize {} with {}",
        plural(sets as u64, "set", "sets"),
        plural(sign_ins.max(1) as u64, "sign-in", "sign-ins")
    )
}

/// The bar: several customers.
pub fn several(sets: usize, customers: usize) -> String {
    format!("{} of {customers} customers chosen", plural(sets as u64, "set", "sets"))
}

/// The bar: several customers.
pub const ONE_AT_A_TIME: &str = "An authorization is for one customer, a wave for many.";

/// The bar: keeps one customer.
pub fn only(customer: &str, sets: usize) -> String {
    format!("Only {customer} ({})", number(sets as u64))
}

/// The bar: asks before forgetting.
pub fn clear_all(sets: usize) -> String {
    format!("Clear {}?", plural(sets as u64, "set", "sets"))
}

/// Nothing is called that.
pub fn no_match(query: &str) -> String {
    format!("No set matches “{query}”")
}

/// Under it.
pub fn no_match_why(total: u64) -> String {
    format!("Without the filters there are {}.", plural(total, "set", "sets"))
}

/// Under the list.
pub fn sorted(rows: usize, column: &str) -> String {
    format!("{} on this page, sorted by {column}", plural(rows as u64, "set", "sets"))
}

/// The words for the columns that sort.
pub const SORTED_BY: [&str; 3] = ["customer and name", "name", "method"];

/// One set's headline.
pub fn state(method: Method) -> &'static str {
    match method {
        Method::Basic => "Uses a stored password, which Microsoft refuses.",
        Method::Hybrid => "Uses the access of one account. No password is stored.",
        Method::Modern => "Uses an app with a certificate. No account, no password.",
    }
}

/// Since when a set has its method.
pub fn since(day: &str) -> String {
    format!("Since {day}")
}

/// A reason in two or three words, beside the method; the sentence is on hover. The codes are those of the rules.
pub fn short_reason(code: &str) -> Option<&'static str> {
    Some(match code {
        "personal_sites_wait" | "personal_sites_workaround" => "Personal Sites",
        "sharepoint_sites_wait" => "SharePoint",
        "onenote_needs_a_person" => "OneNote",
        "groups_need_modern" => "Groups",
        "public_folders_have_no_way" => "Public folders",
        "client_too_old" => "Update client first",
        "other_people_need_modern" | "covers_other_people" => "Other people’s data",
        "modern_only_global" | "cloud_not_set_up" => "Other cloud",
        "split_reaches" => "Split the set",
        "no_account" => "No account",
        "no_access" => "No access",
        "nothing_fits" => "No method fits",
        _ => return None,
    })
}
