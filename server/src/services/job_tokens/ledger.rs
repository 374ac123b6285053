//! Counts of what was handed out from memory, and how broad each key is: kept here for seconds, then written down.
//!
//! The breadth alarm: a key that asks tokens for at least [`FEWEST`] backup sets within one hour, and for more than
//! [`TIMES`] times as many as in its broadest hour before, or, without an hour before, for more than [`FIRST`]. It warns;
//! it stops nothing. Each node counts what it sees, and compares with the most that any node saw.

use super::Cache;
use crate::{
    audit::Actor,
    services::{
        ServiceError,
        notices::{self, NewNotice},
    },
    state::AppState,
    store::token_counts::{KeyBreadth, TokenCount},
};
use shared::{
    api::notices::NoticeKind,
    id::{ApiKeyId, BackupSetId, ConnectionId, OrganizationId},
    rules::{manifest::Resource, scopes::Purpose},
    time::Timestamp,
};
use std::collections::{HashMap, HashSet};

/// Fewer sets within an hour never alarm.
pub const FEWEST: i64 = 20;
/// So many times the broadest hour before alarm.
pub const TIMES: i64 = 3;
/// A key without an hour before alarms beyond so many sets.
pub const FIRST: i64 = 500;
/// Lines kept at most until they are written down.
const MOST_LINES: usize = 100_000;

/// A token that was handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Counted {
    /// Whose.
    pub organization: OrganizationId,
    /// Of which connection.
    pub connection: ConnectionId,
    /// To which key.
    pub key: ApiKeyId,
    /// Of which set.
    pub set: BackupSetId,
    /// For which of Microsoft's services.
    pub resource: Resource,
    /// For what.
    pub purpose: Purpose,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Line {
    organization: OrganizationId,
    minute: i64,
    connection: ConnectionId,
    key: ApiKeyId,
    resource: Resource,
    purpose: Purpose,
}

/// A key within one hour.
#[derive(Default)]
struct Breadth {
    hour: i64,
    sets: HashSet<BackupSetId>,
    written: usize,
    alarmed: bool,
}

/// What is not written down yet.
#[derive(Default)]
pub struct Ledger {
    lines: HashMap<Line, i64>,
    keys: HashMap<(OrganizationId, ApiKeyId), Breadth>,
}

impl Cache {
    /// Counts a token that was handed out from memory.
    pub(super) fn count(&self, counted: &Counted, now: Timestamp) {
        self.note(counted, now, 1);
    }

    /// Notes that a key got a new token of a set: the audit log counts it, here stands when the connection was used.
    pub(super) fn saw(&self, counted: &Counted, now: Timestamp) {
        self.note(counted, now, 0);
    }

    fn note(&self, counted: &Counted, now: Timestamp, from_memory: i64) {
        let mut ledger = self.ledger();
        let line = Line {
            organization: counted.organization,
            minute: now.0.div_euclid(60),
            connection: counted.connection,
            key: counted.key,
            resource: counted.resource,
            purpose: counted.purpose,
        };
        if ledger.lines.len() < MOST_LINES || ledger.lines.contains_key(&line) {
            *ledger.lines.entry(line).or_insert(0) += from_memory;
        }
        ledger.see(counted, now);
    }
}

impl Ledger {
    fn see(&mut self, counted: &Counted, now: Timestamp) {
        let hour = now.0.div_euclid(3600);
        let breadth = self.keys.entry((counted.organization, counted.key)).or_default();
        if breadth.hour != hour {
            *breadth = Breadth { hour, ..Breadth::default() };
        }
        breadth.sets.insert(counted.set);
    }

    fn take_lines(&mut self) -> HashMap<OrganizationId, Vec<TokenCount>> {
        let mut all: HashMap<OrganizationId, Vec<TokenCount>> = HashMap::new();
        for (line, count) in self.lines.drain() {
            let Line { organization, minute, connection, key: api_key, resource, purpose } = line;
            let one = TokenCount { minute, connection, api_key, resource, purpose, count };
            all.entry(organization).or_default().push(one);
        }
        all
    }

    fn put_back(&mut self, organization: OrganizationId, counts: &[TokenCount]) {
        for one in counts {
            let TokenCount { minute, connection, api_key: key, resource, purpose, count } = *one;
            *self.lines.entry(Line { organization, minute, connection, key, resource, purpose }).or_insert(0) += count;
        }
    }

    /// Keys that have become broader since the last time; hours that are over are forgotten.
    fn broader(&mut self, now: Timestamp) -> Vec<(OrganizationId, KeyBreadth, bool)> {
        let hour = now.0.div_euclid(3600);
        self.keys.retain(|_, breadth| breadth.hour == hour || breadth.written < breadth.sets.len());
        let mut found = Vec::new();
        for ((organization, key), breadth) in &mut self.keys {
            if breadth.written < breadth.sets.len() {
                breadth.written = breadth.sets.len();
                let sets = i64::try_from(breadth.sets.len()).unwrap_or(i64::MAX);
                found.push((*organization, KeyBreadth { api_key: *key, hour: breadth.hour, sets }, breadth.alarmed));
            }
        }
        found
    }

    fn alarmed(&mut self, organization: OrganizationId, key: ApiKeyId) {
        if let Some(breadth) = self.keys.get_mut(&(organization, key)) {
            breadth.alarmed = true;
        }
    }
}

/// Whether so many sets within an hour are unusual after a broadest hour of `past`.
pub const fn is_unusual(sets: i64, past: i64) -> bool {
    sets >= FEWEST && if past == 0 { sets > FIRST } else { sets > TIMES * past }
}

/// Writes everything down. What cannot be written stays for the next time; a crash loses what came since the last.
pub async fn flush(app: &AppState) -> Result<(), ServiceError> {
    let lines = app.job_tokens.ledger().take_lines();
    let mut failed = None;
    for (organization, counts) in lines {
        if let Err(error) = write(app, organization, &counts).await {
            app.job_tokens.ledger().put_back(organization, &counts);
            failed = Some(error);
        }
    }
    let broader = app.job_tokens.ledger().broader(app.now());
    for (organization, breadth, alarmed) in broader {
        note_breadth(app, organization, breadth, alarmed).await?;
    }
    failed.map_or(Ok(()), Err)
}

async fn write(app: &AppState, organization: OrganizationId, counts: &[TokenCount]) -> Result<(), ServiceError> {
    let tx = app.store.write(organization).await?;
    tx.add_token_counts(counts).await?;
    Ok(tx.commit_counts().await?)
}

async fn note_breadth(
    app: &AppState,
    organization: OrganizationId,
    breadth: KeyBreadth,
    alarmed: bool,
) -> Result<(), ServiceError> {
    let tx = app.store.write(organization).await?;
    tx.add_key_breadth(&[breadth]).await?;
    let past = tx.find_key_breadth(breadth.api_key, breadth.hour).await?;
    if alarmed || !is_unusual(breadth.sets, past) {
        return Ok(tx.commit_counts().await?);
    }
    let subject = format!("api_key:{}", breadth.api_key);
    let detail = format!("sets={} before={past}", breadth.sets);
    app.audit().record(&tx, "api_key.breadth", &Actor::Rekey, subject, detail).await?;
    let name = tx.find_api_key(breadth.api_key).await?.map_or_else(String::new, |key| key.name);
    notices::raise(app, &tx, notice(breadth, past, &name)).await?;
    tx.commit().await?;
    app.job_tokens.ledger().alarmed(organization, breadth.api_key);
    Ok(())
}

fn notice(breadth: KeyBreadth, past: i64, name: &str) -> NewNotice {
    NewNotice {
        kind: NoticeKind::KeyBreadth,
        customer: None,
        subject: breadth.api_key.0,
        stage: 0,
        title: format!("The API key “{name}” asks for far more backup sets than before"),
        text: format!(
            "It got tokens of {} backup sets within an hour; its broadest hour before had {past}. If that was not you, \
             revoke the key.",
            breadth.sets
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_unusual_by_the_stated_rule_only() {
        for (sets, past, expected) in [
            (19, 1, false),
            (20, 6, true),
            (20, 7, false),
            (21, 7, false),
            (22, 7, true),
            (500, 0, false),
            (501, 0, true),
            (3000, 1000, false),
        ] {
            assert_eq!(is_unusual(sets, past), expected, "{sets} after {past}");
        }
    }
}
