//! Words of the certificate desk.

use crate::text::plural;

/// The page's title in the tab.
pub const TITLE: &str = "Certificates";
/// Under the headline.
pub const SUB: &str = "Nothing expires unnoticed: each app renews its certificate by itself, or you are told 90, 60, 30, 14, 7 and 1 days ahead.";
/// The picture.
pub const AHEAD: &str = "Certificates by the month in which they end";
/// The table.
pub const TABLE: &str = "Table of certificates";
/// A column.
pub const KEY: &str = "Key of the tenant";
/// A column.
pub const CUSTOMER: &str = "Customer";
/// A column.
pub const ENDS: &str = "Ends";
/// A column.
pub const APP: &str = "App";
/// A column.
pub const RENEWAL: &str = "Renewal";
/// What becomes of one.
pub const BY_ITSELF: &str = "Renews itself";
/// What becomes of one.
pub const BY_HAND: &str = "Needs an administrator";
/// What becomes of one.
pub const BY_HAND_SOON: &str = "Needs an administrator within 30 days";
/// Nothing there.
pub const EMPTY: &str = "No certificates yet";
/// Nothing there.
pub const EMPTY_WHY: &str = "The first one is made when backup sets of a customer become modern.";
/// More than the picture shows.
pub const PICTURE_PART: &str = "The picture shows the first 200.";

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A column: a month counted from year 0, or three from it on.
pub fn month(month: i64, months: i64) -> String {
    let name = |month: i64| usize::try_from(month.rem_euclid(12)).ok().and_then(|at| MONTHS.get(at)).copied();
    let (first, year) = (name(month).unwrap_or_default(), month.div_euclid(12));
    if months == 1 {
        format!("{first} {year}")
    } else {
        format!("{first}–{} {}", name(month + months - 1).unwrap_or_default(), (month + months - 1).div_euclid(12))
    }
}

/// A pin in words.
pub fn pin(day: &str, need: &str) -> String {
    format!("{day}, {}", need.to_lowercase())
}

/// Pins that do not fit.
pub fn more(count: usize) -> String {
    format!("and {}", plural(count as u64, "other", "others"))
}

/// The fact that is the headline.
pub fn headline(soon: usize, by_hand: usize, all: usize) -> String {
    let all_of = plural(all as u64, "certificate", "certificates");
    match (soon, by_hand) {
        (0, 0) if all == 1 => "The one certificate renews itself".to_owned(),
        (0, 0) => format!("All {all_of} renew themselves"),
        (0, hand) => format!("{hand} of {all_of} will need an administrator"),
        (soon, _) => format!("{soon} of {all_of} need an administrator now"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e13_the_headline_is_a_fact() {
        assert_eq!(headline(0, 0, 1), "The one certificate renews itself");
        assert_eq!(headline(0, 0, 3), "All 3 certificates renew themselves");
        assert_eq!(headline(0, 1, 3), "1 of 3 certificates will need an administrator");
    }

    #[test]
    fn columns_are_named_by_their_months() {
        assert_eq!(month(2026 * 12 + 10, 1), "Nov 2026");
        assert_eq!(month(2026 * 12 + 10, 3), "Nov–Jan 2027");
    }
}
