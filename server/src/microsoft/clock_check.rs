//! Whether this machine's clock agrees with Microsoft's (B-17, R11), by the `Date` of its answers (RFC 9110 §6.6.1).
//!
//! Tokens and assertions are good for minutes: a clock that is wrong makes every sign-in fail, and nothing else says why.

use http::{HeaderMap, header};
use std::sync::atomic::{AtomicI64, Ordering};
use time::{PrimitiveDateTime, format_description::BorrowedFormatItem, macros::format_description};

/// What may lie between the two clocks, in seconds; tokens are read with 60.
const MOST: i64 = 90;
/// The log is told once in this time, in seconds.
const TELL_EVERY: i64 = 600;
/// IMF-fixdate, the one form that servers send.
const FORM: &[BorrowedFormatItem<'_>] =
    format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");

/// What the last answer said.
#[derive(Debug, Default)]
pub struct ClockCheck {
    /// By how many seconds this clock is ahead; negative: behind; 0: it agrees.
    ahead: AtomicI64,
    told_at: AtomicI64,
}

impl ClockCheck {
    /// Takes an answer to what was asked and answered at these times of this clock, in milliseconds since
    /// 1970-01-01T00:00:00Z.
    pub fn note(&self, headers: &HeaderMap, asked: i64, answered: i64) {
        let Some(date) = headers.get(header::DATE).and_then(|value| read(value.to_str().ok()?)) else { return };
        let (asked, answered) = (asked.div_euclid(1000), answered.div_euclid(1000));
        let ahead = if date < asked - MOST {
            asked - date
        } else if date > answered + MOST {
            answered - date
        } else {
            0
        };
        self.ahead.store(ahead, Ordering::Relaxed);
        if ahead != 0 && (answered - self.told_at.swap(answered, Ordering::Relaxed)).abs() >= TELL_EVERY {
            tracing::error!(
                ahead_seconds = ahead,
                "this machine's clock differs from Microsoft's: sign-ins will be refused"
            );
        }
    }

    /// By how many seconds this clock is ahead of Microsoft's, negative where it is behind; `None`: they agree.
    pub fn ahead(&self) -> Option<i64> {
        Some(self.ahead.load(Ordering::Relaxed)).filter(|ahead| *ahead != 0)
    }
}

/// Seconds since 1970-01-01T00:00:00Z.
fn read(date: &str) -> Option<i64> {
    Some(PrimitiveDateTime::parse(date, FORM).ok()?.assume_utc().unix_timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sun, 29 Nov 2026 01:25:30 GMT.
    const NOW: i64 = 1_795_915_530;

    fn noted(date: &str, asked: i64, answered: i64) -> Option<i64> {
        let mut headers = HeaderMap::new();
        headers.insert(header::DATE, date.parse().unwrap());
        let check = ClockCheck::default();
        check.note(&headers, asked * 1000, answered * 1000);
        check.ahead()
    }

    #[test]
    fn b17_r11_a_clock_that_differs_is_noticed_and_one_that_agrees_is_not() {
        let date = "Sun, 29 Nov 2026 01:25:30 GMT";
        for agrees in [NOW, NOW + 60, NOW - 60, NOW + MOST, NOW - MOST] {
            assert_eq!(noted(date, agrees, agrees), None);
        }
        assert_eq!(noted(date, NOW + 300, NOW + 301), Some(300));
        assert_eq!(noted(date, NOW - 301, NOW - 300), Some(-300));
        assert_eq!(noted(date, NOW - 200, NOW + 200), None, "an answer that took long is no proof");
        for nothing in ["", "soon", "Sunday, 29-Nov-26 01:25:30 GMT"] {
            assert_eq!(noted(nothing, NOW + 300, NOW + 300), None, "{nothing}");
        }
    }

    #[test]
    fn r11_a_clock_that_was_set_right_is_forgotten() {
        let mut headers = HeaderMap::new();
        headers.insert(header::DATE, "Sun, 29 Nov 2026 01:25:30 GMT".parse().unwrap());
        let check = ClockCheck::default();
        check.note(&headers, (NOW + 300) * 1000, (NOW + 300) * 1000);
        assert_eq!(check.ahead(), Some(300));
        check.note(&headers, NOW * 1000, NOW * 1000);
        assert_eq!(check.ahead(), None);
    }
}
