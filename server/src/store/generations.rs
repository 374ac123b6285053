//! Counts the changes of each organization's data within this process, so that a decision kept in memory ends with the
//! first change after it.

use shared::id::OrganizationId;
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// Organizations that share a counter only forget a little more often.
const COUNTERS: usize = 64;

/// The counters.
#[derive(Clone)]
pub struct Generations(Arc<[AtomicU64; COUNTERS]>);

impl Default for Generations {
    fn default() -> Self {
        Self(Arc::new(std::array::from_fn(|_| AtomicU64::new(0))))
    }
}

impl Generations {
    /// Where an organization's counter stands.
    pub fn of(&self, organization: OrganizationId) -> u64 {
        self.counter(organization).map_or(0, |counter| counter.load(Ordering::Acquire))
    }

    pub(super) fn advance(&self, organization: OrganizationId) {
        if let Some(counter) = self.counter(organization) {
            counter.fetch_add(1, Ordering::Release);
        }
    }

    fn counter(&self, organization: OrganizationId) -> Option<&AtomicU64> {
        // The last bytes of an id are random.
        let [.., last] = organization.0.into_bytes();
        self.0.get(usize::from(last) % COUNTERS)
    }
}
