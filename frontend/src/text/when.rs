//! Times in words. The exact time belongs beside them, on hover: the component `Moment` shows both.

use super::plural;
use shared::time::Timestamp;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// A point in time, seen from now: `just now`, `3 minutes ago`, `in 12 days`.
pub fn when(at: Timestamp, now: Timestamp) -> String {
    let distance = at.since(now);
    if distance.unsigned_abs() < 45 {
        return if distance > 0 { "in a moment".into() } else { "just now".into() };
    }
    let words = span(distance.unsigned_abs());
    if distance > 0 { format!("in {words}") } else { format!("{words} ago") }
}

/// A length of time in its largest fitting unit: `40 seconds`, `12 days`, `2 years`.
pub fn span(seconds: u64) -> String {
    let in_units = |unit: u64| (seconds + unit / 2) / unit;
    if seconds < 45 {
        plural(seconds, "second", "seconds")
    } else if seconds < 59 * MINUTE + 30 {
        plural(in_units(MINUTE).max(1), "minute", "minutes")
    } else if seconds < 36 * HOUR {
        plural(in_units(HOUR), "hour", "hours")
    } else if seconds < 60 * DAY {
        plural(in_units(DAY), "day", "days")
    } else if seconds < 548 * DAY {
        plural(in_units(DAY * 61 / 2), "month", "months")
    } else {
        plural(in_units(DAY * 1461 / 4), "year", "years")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_said_in_the_largest_fitting_unit() {
        let now = Timestamp(1_800_000_000);
        for (seconds, words) in [
            (0, "just now"),
            (10, "in a moment"),
            (-46, "1 minute ago"),
            (-180, "3 minutes ago"),
            (59 * 60, "in 59 minutes"),
            (3_599, "in 1 hour"),
            (-3_600, "1 hour ago"),
            (12 * 86_400, "in 12 days"),
            (90 * 86_400, "in 3 months"),
            (-731 * 86_400, "2 years ago"),
        ] {
            assert_eq!(when(now.plus(seconds), now), words, "{seconds}");
        }
    }

    #[test]
    fn absurd_times_do_not_overflow() {
        assert!(when(Timestamp(i64::MIN), Timestamp(i64::MAX)).ends_with("ago"));
    }
}
