//! A clock that stands still until a test moves it.

use server::clock::Clock;
use shared::time::Timestamp;
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

/// 2026-11-21T12:00:00Z: where every [`ManualClock::default`] starts.
pub const START: Timestamp = Timestamp(1_795_262_400);

/// A clock moved by hand. Clones show the same time.
#[derive(Debug, Clone)]
pub struct ManualClock {
    millis: Arc<AtomicI64>,
}

impl ManualClock {
    /// A clock that shows `start`.
    pub fn new(start: Timestamp) -> Self {
        Self { millis: Arc::new(AtomicI64::new(start.0.saturating_mul(1000))) }
    }

    /// Shows another time from now on.
    pub fn set(&self, now: Timestamp) {
        self.set_millis(now.0.saturating_mul(1000));
    }

    /// Shows another time from now on, in milliseconds since 1970-01-01T00:00:00Z.
    pub fn set_millis(&self, millis: i64) {
        self.millis.store(millis, Ordering::SeqCst);
    }

    /// Moves by seconds, and gives the time then.
    pub fn advance(&self, seconds: i64) -> Timestamp {
        self.advance_millis(seconds.saturating_mul(1000));
        self.now()
    }

    /// Moves by milliseconds.
    pub fn advance_millis(&self, millis: i64) {
        self.millis.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Default for ManualClock {
    fn default() -> Self {
        Self::new(START)
    }
}

impl Clock for ManualClock {
    fn now_millis(&self) -> i64 {
        self.millis.load(Ordering::SeqCst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_move_together() {
        let clock = ManualClock::default();
        let other = clock.clone();
        assert_eq!(clock.now(), START);
        assert_eq!(clock.advance(60), START.plus(60));
        assert_eq!(other.now(), START.plus(60));
        other.set_millis(1_999);
        assert_eq!((clock.now(), clock.now_millis()), (Timestamp(1), 1_999));
    }
}
