//! The emulator's own time: the system's clock plus an offset that tests move.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use time::OffsetDateTime;
use time::macros::format_description;

/// A clock that can be moved.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    offset_millis: AtomicI64,
}

impl Clock {
    pub(crate) fn with_offset(offset_millis: i64) -> Self {
        Self { offset_millis: AtomicI64::new(offset_millis) }
    }

    /// Milliseconds since 1970 on this clock.
    pub(crate) fn now_millis(&self) -> i64 {
        system_millis().saturating_add(self.offset_millis.load(Ordering::SeqCst))
    }

    pub(crate) fn offset_millis(&self) -> i64 {
        self.offset_millis.load(Ordering::SeqCst)
    }

    pub(crate) fn advance_millis(&self, millis: i64) {
        self.offset_millis.fetch_add(millis, Ordering::SeqCst);
    }

    pub(crate) fn set_millis(&self, now: i64) {
        self.offset_millis.store(now.saturating_sub(system_millis()), Ordering::SeqCst);
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place where the system's clock is read")]
fn system_millis() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

fn date_time(millis: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * 1_000_000).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

/// Reads `2026-11-21T23:05:00Z` (RFC 3339) as milliseconds.
pub(crate) fn from_iso(text: &str) -> Option<i64> {
    let at = OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339).ok()?;
    i64::try_from(at.unix_timestamp_nanos() / 1_000_000).ok()
}

/// `2026-11-21 23:05:00Z`, as in error bodies.
pub(crate) fn error_timestamp(millis: i64) -> String {
    let format = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]Z");
    date_time(millis).format(&format).unwrap_or_default()
}

/// `2026-11-21T23:05:00Z`, as in Graph objects.
pub(crate) fn iso_timestamp(millis: i64) -> String {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
    date_time(millis).format(&format).unwrap_or_default()
}
