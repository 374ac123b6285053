//! The months ahead: each certificate a pin standing on the line where it ends.

use super::{DAY, Need, need};
use crate::browser;
use crate::text::portal::certificates;
use leptos::prelude::*;
use shared::api::notices::ExpiryView;
use shared::time::Timestamp;

/// Pins that one column shows; the others are counted.
const MOST_PINS: usize = 6;

/// A month of the calendar, in UTC, counted from year 0.
fn month_of(at: Timestamp) -> i64 {
    // The civil calendar in 400-year eras that begin in March.
    let days = at.0.div_euclid(DAY) + 719_468;
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    (days.div_euclid(146_097) * 400 + year) * 12 + from_march + 2
}

/// Columns of one month or of three, so that two years fit.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Columns {
    first: i64,
    months: i64,
    pins: Vec<Vec<ExpiryView>>,
}

impl Columns {
    fn of(expiries: Vec<ExpiryView>, now: Timestamp) -> Self {
        let first = month_of(now);
        let last = expiries.iter().map(|one| month_of(one.not_after)).max().unwrap_or(first);
        let months = if last - first < 12 { 1 } else { 3 };
        let count = if months == 1 { 12 } else { 9 };
        let mut pins = vec![Vec::new(); count];
        for one in expiries {
            let at = (month_of(one.not_after) - first).max(0) / months;
            // What ends still later stands in the last column.
            let at = usize::try_from(at).unwrap_or(0).min(count - 1);
            if let Some(column) = pins.get_mut(at) {
                column.push(one);
            }
        }
        Self { first, months, pins }
    }
}

/// The picture with its legend.
#[component]
pub fn Ahead(
    /// All expiries, soonest first.
    expiries: Vec<ExpiryView>,
) -> impl IntoView {
    let now = browser::now();
    let Columns { first, months, pins } = Columns::of(expiries, now);
    let columns = pins.into_iter().zip(0_i64..).map(|(expiries, at)| {
        let more = expiries.len().saturating_sub(MOST_PINS);
        let pins = expiries.into_iter().take(MOST_PINS).map(|expiry| pin(expiry, now)).collect_view();
        let more = (more > 0).then(|| view! { <span class="note">{certificates::more(more)}</span> });
        view! { <li><span class="pins">{pins}{more}</span><span class="month">{certificates::month(first + at * months, months)}</span></li> }
    });
    view! {
        <div class="table-wrap" role="region" aria-label=certificates::AHEAD tabindex="0">
            <ol class="ahead" data-test="ahead">{columns.collect_view()}</ol>
        </div>
        <ul class="legend-row">
            <li><i></i>{certificates::BY_ITSELF}</li>
            <li class="hand"><i></i>{certificates::BY_HAND}</li>
            <li class="late"><i></i>{certificates::BY_HAND_SOON}</li>
        </ul>
    }
}

fn pin(expiry: ExpiryView, now: Timestamp) -> impl IntoView {
    let (class, words) = match need(&expiry, now) {
        Need::Nobody => (None, certificates::BY_ITSELF),
        Need::Administrator => (Some("hand"), certificates::BY_HAND),
        Need::Soon => (Some("late"), certificates::BY_HAND_SOON),
    };
    let said = certificates::pin(&browser::short_day(expiry.not_after), words);
    let title = said.clone();
    view! {
        <a class=class href=format!("/customers/{}", expiry.customer.id) title=title>
            <span>{expiry.customer.name}</span><span class="hide">", "{said}</span>
        </a>
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::expiry;
    use super::*;

    #[test]
    fn months_are_those_of_the_calendar() {
        let month = |seconds| month_of(Timestamp(seconds));
        assert_eq!(month(0), 1970 * 12);
        assert_eq!(month(951_782_400), 2000 * 12 + 1, "29 February 2000");
        assert_eq!(month(951_868_800), 2000 * 12 + 2, "1 March 2000");
        assert_eq!(month(1_798_761_599), 2026 * 12 + 11, "the last second of 2026");
        assert_eq!(month(1_798_761_600), 2027 * 12);
        assert_eq!(month(-1), 1969 * 12 + 11);
    }

    #[test]
    fn e13_two_years_fit_in_nine_columns() {
        let near = Columns::of(vec![expiry(16, false), expiry(300, true)], Timestamp(0));
        assert_eq!((near.months, near.pins.len(), near.pins[0].len()), (1, 12, 1));
        let far = Columns::of(vec![expiry(-5, false), expiry(730, true), expiry(9_999, true)], Timestamp(0));
        assert_eq!((far.months, far.pins.len()), (3, 9));
        assert_eq!((far.pins[0].len(), far.pins[8].len()), (1, 2));
    }
}
