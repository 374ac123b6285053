//! Who was told to wait: a tenant that asked an app for patience is not asked by that app before its time (R9), whichever
//! account the next request is for. In memory of this node.

use crate::clock::SharedClock;
use shared::id::{ClientId, TenantId};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// How many are remembered before those that are over are forgotten.
const MOST: usize = 1_000;

/// What is remembered.
pub(super) struct Gate {
    clock: SharedClock,
    /// Not before this, in milliseconds since 1970-01-01T00:00:00Z.
    closed: Mutex<HashMap<(TenantId, ClientId), i64>>,
}

impl Gate {
    /// Open for all.
    pub fn new(clock: SharedClock) -> Self {
        Self { clock, closed: Mutex::default() }
    }

    /// How long this app still leaves this tenant alone; `None`: it may ask.
    pub fn wait(&self, tenant: TenantId, client: ClientId) -> Option<Duration> {
        let closed = self.closed.lock().unwrap_or_else(PoisonError::into_inner);
        let left = closed.get(&(tenant, client))? - self.clock.now_millis();
        u64::try_from(left).ok().filter(|left| *left > 0).map(Duration::from_millis)
    }

    /// The tenant wants this app to wait.
    pub fn close(&self, tenant: TenantId, client: ClientId, wait: Duration) {
        let now = self.clock.now_millis();
        let until = now.saturating_add(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX));
        let mut closed = self.closed.lock().unwrap_or_else(PoisonError::into_inner);
        if closed.len() >= MOST {
            closed.retain(|_, until| *until > now);
        }
        let entry = closed.entry((tenant, client)).or_insert(until);
        *entry = until.max(*entry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::microsoft::testing::{API, ManualClock, OTHER_TENANT, PAGE, TENANT};

    #[test]
    fn r9_a_tenant_that_said_wait_is_left_alone_by_that_app_alone() {
        let clock = ManualClock::new();
        let gate = Gate::new(clock.clone());
        assert_eq!(gate.wait(TENANT, API), None);
        gate.close(TENANT, API, Duration::from_mins(2));
        gate.close(TENANT, API, Duration::from_secs(5));
        clock.advance(20);
        assert_eq!(gate.wait(TENANT, API), Some(Duration::from_secs(100)), "the longer word counts");
        assert_eq!((gate.wait(OTHER_TENANT, API), gate.wait(TENANT, PAGE)), (None, None));
        clock.advance(100);
        assert_eq!(gate.wait(TENANT, API), None);
    }
}
