//! Words of the exposure report.

use crate::text::{number, plural};
use shared::api::exposure::{ConnectionKind, ExposureReport, SubjectKind};

/// A link to the report.
pub const LINK: &str = "What did this reach?";
/// Beside the link.
pub const REACH: &str = "Reach";
/// The page's title in the tab.
pub const TITLE: &str = "What it reached";
/// When it was looked at.
pub const AS_OF: &str = "as of";
/// How far back.
pub const PERIOD: &str = "How far back";
/// A button.
pub const PRINT: &str = "Print";
/// A link.
pub const CSV: &str = "As a table (CSV)";
/// The first part.
pub const TOKENS: &str = "Job tokens";
/// The first part.
pub const TOKENS_NOTE: &str =
    "Sets: those for which a token was newly made. One from memory is counted, but not by set.";
/// The second part.
pub const EVENTS: &str = "Events";
/// The tables.
pub const TOKENS_TABLE: &str = "Table of job tokens";
/// The tables.
pub const EVENTS_TABLE: &str = "Table of events";
/// A column.
pub const CUSTOMER: &str = "Customer";
/// A column.
pub const BY: &str = "By";
/// A column.
pub const KEY: &str = "Key";
/// A column.
pub const WHAT: &str = "What";
/// A column.
pub const COUNT: &str = "Tokens";
/// A column.
pub const TIMES: &str = "Times";
/// A column.
pub const SETS: &str = "Sets";
/// A column.
pub const FIRST: &str = "First";
/// A column.
pub const LAST: &str = "Last";
/// A value.
pub const NOBODY: &str = "Nobody in particular";
/// No tokens.
pub const NO_TOKENS: &str = "No job token was handed out in this time.";
/// No events.
pub const NO_EVENTS: &str = "No events in this time.";
/// What a token of an app opens.
pub const APP_WARNING: &str = "A token of an app opens that kind of data of the whole tenant, for 60 to 90 minutes.";

/// What belonged to customers that were removed.
pub fn removed(report: &ExposureReport) -> Option<String> {
    (report.removed_connections > 0).then(|| {
        format!(
            "{} more, of customers that were removed since, gave at least {}. The audit export has their ids.",
            plural(report.removed_connections, "connection", "connections"),
            plural(report.removed_tokens, "token", "tokens")
        )
    })
}

/// The choices: days back, and the words; 0 days: all that is known.
pub const PERIODS: [(i64, &str); 5] =
    [(1, "A day"), (7, "A week"), (30, "30 days"), (90, "90 days"), (0, "All that is known")];

/// The headline: a fact.
pub fn headline(report: &ExposureReport) -> String {
    let name = &report.subject.name;
    let customers = plural(report.customers, "customer", "customers");
    match report.subject.kind {
        SubjectKind::ApiKey if report.tokens == 0 => format!("“{name}” got no token"),
        SubjectKind::ApiKey => format!("“{name}” got {} of {customers}", plural(report.tokens, "token", "tokens")),
        SubjectKind::App | SubjectKind::Connection if report.tokens == 0 => format!("Nobody got a token by {name}"),
        SubjectKind::App | SubjectKind::Connection => {
            format!("{} by {name}", plural(report.tokens, "token was handed out", "tokens were handed out"))
        }
        SubjectKind::Member if report.customers == 0 => format!("{name} did nothing with any customer"),
        SubjectKind::Member => format!("{name} did something with {customers}"),
    }
}

/// A kind of connection in a word.
pub const fn kind(kind: ConnectionKind) -> &'static str {
    match kind {
        ConnectionKind::Delegated => "account",
        ConnectionKind::AppOnly => "app",
    }
}

/// Resource and purpose in words.
pub fn what(resource: &str, purpose: &str) -> String {
    let resource = if resource == "sharepoint" { "SharePoint" } else { "Graph" };
    format!("{resource}, {purpose}")
}

/// A count.
pub fn count(count: u64) -> String {
    number(count)
}
