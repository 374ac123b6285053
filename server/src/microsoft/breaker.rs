//! While Microsoft cannot be reached, it is tried rarely (security.md §5.2 R8).
//!
//! Counts only what never got an answer: a refusal or an error of Microsoft's is an answer, and says when to come back
//! itself. What waits meanwhile is told at once, and comes back by its own plan.

use std::sync::{Mutex, PoisonError};

/// Failures in a row after which a host rests.
const FAILURES: u32 = 5;
/// The time between two tries of a resting host, in milliseconds.
const PAUSE: i64 = 10_000;

/// What is known of one host.
#[derive(Debug, Default)]
pub struct Breaker(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    /// Tries in a row that brought no answer.
    failures: u32,
    /// When a resting host may be tried again, in milliseconds since 1970-01-01T00:00:00Z.
    next_try: i64,
}

impl Breaker {
    /// Whether a request may go out now. While the host rests, one in ten seconds may.
    pub fn may_try(&self, now: i64) -> bool {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.failures < FAILURES {
            return true;
        }
        // A clock that was set back does not make the rest longer.
        if now < known.next_try && known.next_try - now <= PAUSE {
            return false;
        }
        known.next_try = now.saturating_add(PAUSE);
        true
    }

    /// Notes what became of a request: whether the host answered, whatever it said. `true`: it rests from now on, or works again.
    pub fn note(&self, answered: bool, now: i64) -> bool {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if answered {
            let rested = known.failures >= FAILURES;
            known.failures = 0;
            return rested;
        }
        known.failures = known.failures.saturating_add(1);
        if known.failures == FAILURES {
            known.next_try = now.saturating_add(PAUSE);
        }
        known.failures == FAILURES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r8_a_host_that_does_not_answer_is_tried_once_in_ten_seconds() {
        let host = Breaker::default();
        for number in 1..=5 {
            assert!(host.may_try(0));
            assert_eq!(host.note(false, 0), number == 5);
        }
        let tried = (1..=1800).filter(|second| {
            let may = host.may_try(second * 1000);
            if may {
                assert!(!host.note(false, second * 1000));
            }
            may
        });
        assert_eq!(tried.count(), 180, "half an hour");
        assert!(host.may_try(1_810_000));
        assert!(!host.may_try(1_810_001), "one at a time");
        assert!(host.note(true, 1_810_002), "it is back");
        assert!(host.may_try(1_810_003));
        assert!(!host.note(true, 1_810_004));
    }

    #[test]
    fn r8_a_failure_now_and_then_stops_nothing() {
        let host = Breaker::default();
        for second in 0..100 {
            assert!(host.may_try(second * 1000));
            assert!(!host.note(second % 5 == 0, second * 1000));
        }
    }

    #[test]
    fn r11_a_clock_that_jumps_back_keeps_no_host_resting() {
        let host = Breaker::default();
        for _ in 0..5 {
            host.note(false, 1_000_000_000);
        }
        assert!(host.may_try(0));
        assert!(!host.may_try(9_999));
        assert!(host.may_try(10_000));
    }
}
