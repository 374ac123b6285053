//! So much a second for everybody together.

use shared::time::Timestamp;

/// How many seconds' worth may be taken at once.
const SECONDS: u32 = 10;

/// What is left, refilled as time passes: whoever comes while others take too much has a part of it every second.
#[derive(Debug)]
pub struct Budget {
    each_second: u32,
    left: u32,
    at: Timestamp,
}

impl Budget {
    /// Full.
    pub const fn new(each_second: u32) -> Self {
        Self { each_second, left: each_second.saturating_mul(SECONDS), at: Timestamp(0) }
    }

    /// Takes one, if one is left.
    pub fn take(&mut self, now: Timestamp) -> bool {
        let seconds = u32::try_from(now.since(self.at).clamp(0, i64::from(SECONDS))).unwrap_or(0);
        self.at = now;
        let most = self.each_second.saturating_mul(SECONDS);
        self.left = self.left.saturating_add(seconds.saturating_mul(self.each_second)).min(most);
        let is_left = self.left > 0;
        self.left -= u32::from(is_left);
        is_left
    }
}
