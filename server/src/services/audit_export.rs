//! Exports of the audit log, batch by batch: nothing of its size is ever in memory.

use super::ServiceError;
use crate::{
    audit::{
        self, Actor, digest,
        export::{FORMAT, Line},
        hex,
    },
    state::AppState,
    store::audit::{AuditBatch, AuditRow},
};
use shared::{
    id::{CustomerId, OrganizationId},
    time::Timestamp,
};
use std::collections::HashSet;

/// What is exported.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Events from here on.
    pub since: Option<Timestamp>,
    /// Events before this time.
    pub until: Option<Timestamp>,
    /// Events about one customer.
    pub customer: Option<CustomerId>,
}

/// An export that is being written.
pub struct Export {
    app: AppState,
    organization: OrganizationId,
    wanted: Wanted,
    /// Subjects of the customer.
    subjects: Option<HashSet<String>>,
    /// The next batch and the last.
    range: Option<(i64, i64)>,
    head: Vec<u8>,
    events: u64,
    omitted: u64,
    batches: u64,
    state: State,
}

enum State {
    Begin(Vec<u8>),
    Batches,
    Done,
}

/// Begins an export; that it was made is an event itself. Events younger than a second are not sealed and not in it.
pub async fn begin(
    app: &AppState,
    organization: OrganizationId,
    actor: &Actor,
    wanted: Wanted,
) -> Result<Export, ServiceError> {
    if wanted.since.zip(wanted.until).is_some_and(|(since, until)| since >= until) {
        return Err(ServiceError::field("until", "expected a time after `since`"));
    }
    audit::complete_digests(&app.store, organization).await?;
    let tx = app.store.write(organization).await?;
    let subjects = match wanted.customer {
        None => None,
        Some(customer) => {
            tx.find_customer(customer).await?.ok_or(ServiceError::NotFound)?;
            Some(tx.list_audit_subjects(customer).await?)
        }
    };
    let name = tx.find_organization().await?.ok_or(ServiceError::NotFound)?.name;
    let range = tx.find_audit_batches_of(wanted.since, wanted.until).await?;
    let word = |time: Option<Timestamp>| time.map_or_else(|| "-".to_owned(), |time| time.0.to_string());
    let customer = wanted.customer.map_or_else(|| "-".to_owned(), |id| id.to_string());
    let detail = format!("since={} until={} customer={customer}", word(wanted.since), word(wanted.until));
    app.audit().record(&tx, "audit.exported", actor, format!("organization:{organization}"), detail).await?;
    tx.commit_counts().await?;
    let first = Line::Export {
        format: FORMAT,
        organization,
        name,
        exported_at: app.now(),
        since: wanted.since,
        until: wanted.until,
        customer: wanted.customer.map(|id| id.0),
    };
    let state = State::Begin(line(&first)?);
    let app = app.clone();
    let (head, events, omitted, batches) = (Vec::new(), 0, 0, 0);
    Ok(Export { app, organization, wanted, subjects, range, head, events, omitted, batches, state })
}

fn line(value: &Line) -> Result<Vec<u8>, ServiceError> {
    let mut text = serde_json::to_vec(value).map_err(|_| crate::store::StoreError::Unreadable("audit"))?;
    text.push(b'\n');
    Ok(text)
}

impl Export {
    /// The next lines; `None`: that was all.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, ServiceError> {
        match std::mem::replace(&mut self.state, State::Batches) {
            State::Begin(text) => Ok(Some(text)),
            State::Done => {
                self.state = State::Done;
                Ok(None)
            }
            State::Batches => match self.range {
                Some((next, last)) if next <= last => self.batch(next, last).await.map(Some),
                _ => {
                    self.state = State::Done;
                    let (events, omitted, batches) = (self.events, self.omitted, self.batches);
                    line(&Line::End { events, omitted, batches, head: hex(&self.head) }).map(Some)
                }
            },
        }
    }

    async fn batch(&mut self, next: i64, last: i64) -> Result<Vec<u8>, ServiceError> {
        let missing = || ServiceError::Store(crate::store::StoreError::Unreadable("audit batch"));
        let tx = self.app.store.read(self.organization).await?;
        // The one before too: its digest is where this one begins.
        let count = if next > 1 { 2 } else { 1 };
        let mut found = tx.list_audit_batches((next - 2).max(0), count).await?;
        let batch = found.pop().filter(|batch| batch.batch == next).ok_or_else(missing)?;
        let previous = found.pop().map(|before| before.digest.ok_or_else(missing)).transpose()?.unwrap_or_default();
        let rows = tx.list_sealed_audit(batch.first_sequence, batch.last_sequence).await?;
        let references: Vec<_> = rows.iter().map(|row| row.actor.clone()).collect::<HashSet<_>>().into_iter().collect();
        let names = tx.find_audit_names(&references).await?;
        drop(tx);
        self.head = batch.digest.clone().ok_or_else(missing)?;
        let mut text = line(&begin_of(&batch, &previous, &self.head))?;
        for row in rows {
            let own = hex(&digest::of_row(&row));
            let sequence = row.sequence.unwrap_or(0);
            if self.wants(&row) {
                self.events += 1;
                let actor_name = names.get(&row.actor).cloned().unwrap_or_default();
                let AuditRow { id, at, event, actor, subject, detail, .. } = row;
                text.extend(line(&Line::Event {
                    sequence,
                    id,
                    at,
                    event,
                    actor,
                    subject,
                    detail,
                    digest: own,
                    actor_name,
                })?);
            } else {
                self.omitted += 1;
                text.extend(line(&Line::Omitted { sequence, digest: own })?);
            }
        }
        self.batches += 1;
        self.range = Some((next + 1, last));
        Ok(text)
    }

    fn wants(&self, row: &AuditRow) -> bool {
        self.wanted.since.is_none_or(|since| row.at >= since)
            && self.wanted.until.is_none_or(|until| row.at < until)
            && self.subjects.as_ref().is_none_or(|subjects| subjects.contains(&row.subject))
    }
}

fn begin_of(batch: &AuditBatch, previous: &[u8], digest: &[u8]) -> Line {
    Line::Batch {
        batch: batch.batch,
        first_sequence: batch.first_sequence,
        last_sequence: batch.last_sequence,
        sealed_at: batch.sealed_at,
        previous: hex(previous),
        digest: hex(digest),
        keyed_hash: hex(&batch.hash),
        key: batch.key.clone(),
    }
}
