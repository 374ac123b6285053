//! Words of the import.

use crate::text::plural;
use shared::api::imports::ImportCustomer;

/// The page's title in the tab.
pub const TITLE: &str = "Import a list";
/// Headline.
pub const CHOOSE: &str = "Import a list of backup sets";
/// Under it.
pub const CHOOSE_WHY: &str = "You see what would change before anything is stored. Passwords are never read, and nothing changes in Microsoft 365.";
/// The place to drop a file.
pub const DROP: &str = "Drop a CSV or JSON Lines file here";
/// The button.
pub const CHOOSE_FILE: &str = "Choose a file";
/// What is taken.
pub const KINDS: &str = "Comma or semicolon, up to 200,000 lines.";
/// Over the columns.
pub const COLUMNS: &str = "What the file holds";
/// A button.
pub const EXAMPLE: &str = "Download an example";
/// A file's name.
pub const EXAMPLE_NAME: &str = "backup-sets-example.csv";
/// Its content.
pub const EXAMPLE_FILE: &str = "external_id,name,customer,tenant,account,account_role,covers,workloads,region,client_version,method,contact,contact_language\n1001,Exchange – Finance,Contoso Ltd,contoso.com,backup@contoso.com,ordinary,own_account,exchange;calendar;contacts,global,8.3.6.0,basic,it@contoso.com,en\n1002,OneDrive – Sales,Contoso Ltd,contoso.com,backup@contoso.com,ordinary,own_account,onedrive,global,8.3.6.0,basic,,\n";
/// A column, and what it is.
pub const COLUMN_LIST: [(&str, &str); 8] = [
    ("external_id, name", "The backup product’s own id and the name. The id decides what is new and what changed."),
    ("customer, tenant", "Whose data it is, and their Microsoft tenant: its id or one of its domains."),
    ("account, account_role", "The account the set was made with; ordinary or global_administrator."),
    ("covers", "own_account, listed_accounts or whole_tenant. May be left out."),
    (
        "workloads",
        "exchange, calendar, contacts, tasks, onedrive, sharepoint, personal_sites, onenote, teams, groups, public_folders; joined by ; or |",
    ),
    ("region, client_version", "global, us_gov, us_dod or china; the version of the backup client, such as 8.3.6.0."),
    ("method", "basic, hybrid or modern. Counts only for sets that are new here."),
    (
        "contact, contact_language",
        "Who at the customer gets the invitation and is told what was connected: a mail address; en, de, fr, es or ja. May be left out.",
    ),
];
/// The file is neither.
pub const WRONG_KIND: &str = "This is neither a CSV nor a JSON Lines file";
/// What to do.
pub const WRONG_KIND_WHY: &str =
    "Save the list as CSV (.csv) or JSON Lines (.jsonl, .ndjson), then choose it again. Nothing was sent.";
/// While it travels.
pub const UPLOADING: &str = "Sending";
/// While the server reads.
pub const READING: &str = "Reading and comparing";
/// A button.
pub const OTHER_FILE: &str = "Choose another file";

/// A number.
pub const NEW: &str = "new";
/// A number.
pub const CHANGED: &str = "changed";
/// A number.
pub const UNCHANGED: &str = "as they are";
/// A number.
pub const BAD: &str = "cannot be used";
/// Under the headline.
pub const PREVIEW_WHY: &str = "This is a preview. Nothing is stored until you confirm.";
/// Headline of a list.
pub const CUSTOMERS: &str = "Whose sets these are";
/// Beside it.
pub const CUSTOMERS_WHY: &str = "Check each tenant: confirming the list confirms the new ones.";
/// Headline of a list.
pub const BAD_LINES: &str = "Lines that cannot be used";
/// A column.
pub const LINE: &str = "Lines";
/// A column.
pub const FIELD: &str = "Column";
/// A column.
pub const REASON: &str = "What is wrong";
/// No column is at fault.
pub const WHOLE_LINE: &str = "the whole line";
/// A tag.
pub const NEW_HERE: &str = "New here";
/// A tag.
pub const KNOWN: &str = "Known";
/// A checkbox.
pub const LEAVE_OUT: &str = "Leave out the lines that cannot be used";
/// Beside a disabled button.
pub const TICK_FIRST: &str = "Repair the file, or tick that the bad lines are left out.";
/// Nothing can be stored.
pub const NOTHING_GOOD: &str = "No line of this file can be used. Repair it and choose it again.";
/// A button.
pub const CONFIRMING: &str = "Storing";
/// A button.
pub const SEE_SETS: &str = "See the backup sets";
/// A button.
pub const CHOOSE_SETS: &str = "Choose sets to move";
/// The preview is gone.
pub const GONE: &str = "This preview is gone, and nothing of it was stored";
/// The preview is gone.
pub const FORGOTTEN: &str = "Previews are forgotten after a while. Choose the file again.";
/// For screen readers.
pub const BAD_TABLE: &str = "Table of lines that cannot be used";

/// Headline of the preview.
pub fn headline(lines: u64) -> String {
    format!("{} read, nothing stored yet", plural(lines, "line", "lines"))
}

/// Headline of the result.
pub fn stored(sets: u64) -> String {
    match sets {
        0 => "Nothing had to change".into(),
        sets => format!("{} stored", plural(sets, "backup set", "backup sets")),
    }
}

/// Under the result.
pub fn result(new: u64, changed: u64, unchanged: u64, left_out: u64) -> String {
    let mut text = format!("{new} new, {changed} changed, {unchanged} as they were.");
    if left_out > 0 {
        text.push(' ');
        text.push_str(&plural(left_out, "line was", "lines were"));
        text.push_str(" left out.");
    }
    text
}

/// The button.
pub fn confirm(sets: u64) -> String {
    format!("Confirm {}", plural(sets, "set", "sets"))
}

/// No set would change; contacts may.
pub fn nothing_new(contacts: u64) -> String {
    let mut text = "Every set of this file is here already, just as it is.".to_owned();
    if contacts > 0 {
        text.push_str(" Confirming stores ");
        text.push_str(&plural(contacts, "contact.", "contacts."));
    }
    text
}

/// Who is told at a customer, where the file says something about it.
pub fn contact(customer: &ImportCustomer) -> Option<String> {
    let contact = customer.contact.as_deref()?;
    Some(match customer.contact_before.as_deref() {
        Some(before) if customer.contact_changes() => format!("Contact {contact}, instead of {before}"),
        _ => format!("Contact {contact}"),
    })
}

/// A file and its size.
pub fn file(name: &str, bytes: u64) -> String {
    if bytes < 10_240 {
        format!("{name}, {} bytes", crate::text::number(bytes))
    } else {
        format!("{name}, {} KB", crate::text::number(bytes / 1_024))
    }
}

/// Sets lose their access.
pub fn disconnected(sets: u64) -> String {
    format!("{} access behind", plural(sets, "connected set leaves its", "connected sets leave their"))
}

/// Why.
pub const DISCONNECTED_WHY: &str =
    "The file gives them another customer or another account. Their jobs get nothing until they are authorized again.";

/// How many of a customer's.
pub fn sets(count: u64) -> String {
    plural(count, "set", "sets")
}

/// Only the first thousand are listed.
pub fn more_bad(shown: usize, all: u64) -> String {
    format!(
        "The first {} of {}. Repair these and import again to see the rest.",
        crate::text::number(shown as u64),
        crate::text::number(all)
    )
}

/// Where it is wrong: the first lines, and how many more.
pub fn lines(all: &[u64]) -> String {
    let (named, more) = all.split_at(if all.len() > 4 { 3 } else { all.len() });
    let text = named.iter().map(|line| crate::text::number(*line)).collect::<Vec<_>>().join(", ");
    if more.is_empty() { text } else { format!("{text} and {} more", crate::text::number(more.len() as u64)) }
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn lines_are_named_while_they_are_few() {
        assert_eq!(lines(&[7]), "7");
        assert_eq!(lines(&[7, 8, 9, 12]), "7, 8, 9, 12");
        assert_eq!(lines(&[7, 8, 9, 12, 13]), "7, 8, 9 and 2 more");
    }
}
