//! Counts per key and minute, for so many keys at most.

use super::WINDOW;
use shared::time::Timestamp;
use std::{collections::HashMap, hash::Hash};

/// When a window began, and how many there were in it.
pub type Window = (Timestamp, u32);

/// Windows by their keys.
#[derive(Debug)]
pub struct Windows<K> {
    by_key: HashMap<K, Window>,
    most: usize,
    /// When those that are over were forgotten last: once a second at most, however great the crowd.
    swept: Timestamp,
}

impl<K: Eq + Hash> Windows<K> {
    /// None yet; `most`: how many keys are kept.
    pub fn new(most: usize) -> Self {
        Self { by_key: HashMap::new(), most, swept: Timestamp(i64::MIN) }
    }

    /// Whether a key is counted already or can be: windows that are over make room.
    pub fn has_room(&mut self, key: &K, now: Timestamp) -> bool {
        if self.by_key.len() < self.most || self.by_key.contains_key(key) {
            return true;
        }
        if self.swept != now {
            self.swept = now;
            self.by_key.retain(|_, (since, _)| now.since(*since) < WINDOW);
        }
        self.by_key.len() < self.most
    }

    /// The window of a key, if it goes on.
    pub fn find(&self, key: &K, now: Timestamp) -> Option<Window> {
        self.by_key.get(key).copied().filter(|(since, _)| now.since(*since) < WINDOW)
    }

    /// The window of a key: the one that goes on, or a new one.
    pub fn open(&mut self, key: K, now: Timestamp) -> &mut Window {
        let window = self.by_key.entry(key).or_insert((now, 0));
        if now.since(window.0) >= WINDOW {
            *window = (now, 0);
        }
        window
    }
}
