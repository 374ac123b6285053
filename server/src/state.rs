//! The handles that every request and every worker shares.

use crate::{
    audit::Recorder,
    clock::SharedClock,
    live::Changes,
    microsoft::Microsoft,
    outbound::Outgoing,
    random::{SharedRandom, new_uuid},
    seal::Keyring,
    services::{connect::Saves, job_tokens::Cache},
    store::Store,
};
use shared::{rules::suitability::RuleSwitches, time::Timestamp};
use std::sync::Arc;
use uuid::Uuid;

/// Handles; cheap to clone.
#[derive(Clone)]
pub struct AppState {
    /// The database.
    pub store: Store,
    /// The master keys.
    pub keyring: Arc<Keyring>,
    /// Microsoft.
    pub microsoft: Microsoft,
    /// Time.
    pub clock: SharedClock,
    /// Randomness.
    pub random: SharedRandom,
    /// What the operator chose.
    pub settings: Arc<Settings>,
    /// Wakes live views and the worker.
    pub changes: Changes,
    /// What this node remembers of job tokens.
    pub job_tokens: Cache,
    /// The lines in which Saves wait for each other.
    pub saves: Saves,
    /// Mail and webhooks.
    pub outgoing: Arc<Outgoing>,
}

/// What the operator chose and people see.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The address that people see, without a slash at the end.
    pub origin: String,
    /// The product's name.
    pub brand: String,
    /// Switches of the migration rules.
    pub rules: RuleSwitches,
}

impl AppState {
    /// The time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A new id.
    pub fn new_id(&self) -> Uuid {
        new_uuid(&*self.random, self.clock.now_millis())
    }

    /// Writes audit events.
    pub fn audit(&self) -> Recorder {
        Recorder { clock: self.clock.clone(), random: self.random.clone() }
    }

    /// The host on which people type their password.
    pub fn login_host(&self) -> String {
        let origin = self.microsoft.config.authority.login_origin();
        origin.split_once("://").map_or(origin, |(_, host)| host).to_owned()
    }
}
