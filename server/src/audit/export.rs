//! Exports of the audit log: JSON Lines that can be verified without the database and without a master key (J1, J2, N7).
//!
//! What an export proves: nobody changed, removed, added or reordered anything in it since the digests of its batches were
//! published. What it cannot prove by itself: that those digests are the installation's. For that, compare them with
//! digests that were kept elsewhere (`audit_heads`, an earlier export), or let the installation verify its keyed chain.

use super::{AuditRow, digest, hex, unhex};
use serde::{Deserialize, Serialize};
use shared::{id::OrganizationId, time::Timestamp};
use std::io::BufRead;
use uuid::Uuid;

/// The format that this module writes and reads.
pub const FORMAT: u32 = 1;

/// One line. Numbers of time are seconds since 1970-01-01T00:00:00Z, digests hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "snake_case", deny_unknown_fields)]
pub enum Line {
    /// The first line.
    Export {
        /// [`FORMAT`].
        format: u32,
        /// Whose log.
        organization: OrganizationId,
        /// Its name, for people.
        name: String,
        /// When.
        exported_at: Timestamp,
        /// Events from here on.
        since: Option<Timestamp>,
        /// Events before this time.
        until: Option<Timestamp>,
        /// Events about one customer.
        customer: Option<Uuid>,
    },
    /// Begins a batch; its rows follow.
    Batch {
        /// Number.
        batch: i64,
        /// Its first row.
        first_sequence: i64,
        /// Its last row.
        last_sequence: i64,
        /// When it was sealed.
        sealed_at: Timestamp,
        /// The digest of the batch before; empty for the first.
        previous: String,
        /// Its digest.
        digest: String,
        /// The keyed hash, which the installation can verify.
        keyed_hash: String,
        /// Id of the master key behind the keyed hash.
        key: String,
    },
    /// An event.
    Event {
        /// Place in the chain.
        sequence: i64,
        /// Id.
        id: Uuid,
        /// When.
        at: Timestamp,
        /// What.
        event: String,
        /// Reference of who did it.
        actor: String,
        /// What it was about.
        subject: String,
        /// A word more.
        detail: String,
        /// Its digest.
        digest: String,
        /// Who did it, for people; not part of the digest, so that a person can be erased.
        actor_name: String,
    },
    /// An event that the filter leaves out: its digest keeps the chain whole.
    Omitted {
        /// Place in the chain.
        sequence: i64,
        /// Its digest.
        digest: String,
    },
    /// The last line: without it the file was cut off.
    End {
        /// Events.
        events: u64,
        /// Left out.
        omitted: u64,
        /// Batches.
        batches: u64,
        /// The digest of the last batch.
        head: String,
    },
}

/// What was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Whose log.
    pub organization: OrganizationId,
    /// Events.
    pub events: u64,
    /// Left out by the filter.
    pub omitted: u64,
    /// Batches, the first and the last; `None`: the export has none.
    pub batches: Option<(i64, i64)>,
    /// The digest of the last batch.
    pub head: String,
    /// How many batches were compared with digests that were kept elsewhere.
    pub compared: u64,
}

/// Why an export is not whole.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The file cannot be read.
    #[error("the file cannot be read: {0}")]
    Read(#[from] std::io::Error),
    /// A line is not one of this format.
    #[error("line {0} is not a line of an audit export")]
    Line(u64),
    /// A line is where it cannot be.
    #[error("line {0} is not expected here: lines were removed, added or reordered")]
    Order(u64),
    /// An event was changed.
    #[error("line {line}: event {sequence} was changed")]
    Event {
        /// Where.
        line: u64,
        /// Which.
        sequence: i64,
    },
    /// A batch is not what its digest says.
    #[error("batch {0}: its events are not those that were sealed")]
    Batch(i64),
    /// The last line is missing.
    #[error("the file ends too early: the download was cut off, or its end was removed")]
    CutOff,
    /// A digest that was kept elsewhere differs.
    #[error("batch {0}: its digest is not the published one")]
    Published(i64),
}

/// A batch whose rows are being read.
struct Open {
    batch: i64,
    sealed_at: Timestamp,
    next: i64,
    last: i64,
    previous: String,
    digest: String,
    rows: Vec<Vec<u8>>,
}

/// Verifies an export line by line.
struct Verifier {
    line: u64,
    found: Verified,
    open: Option<Open>,
    ended: bool,
}

/// Verifies an export. `published`: the heads file as it was kept elsewhere; empty: nothing to compare with.
pub fn verify(mut file: impl BufRead, published: &str) -> Result<Verified, ExportError> {
    let mut text = String::new();
    file.read_line(&mut text)?;
    let Ok(Line::Export { format: FORMAT, organization, .. }) = serde_json::from_str(&text) else {
        return Err(ExportError::Line(1));
    };
    let kept = super::read_digests(published, organization);
    let found = Verified { organization, events: 0, omitted: 0, batches: None, head: String::new(), compared: 0 };
    let mut verifier = Verifier { line: 1, found, open: None, ended: false };
    loop {
        text.clear();
        if file.read_line(&mut text)? == 0 {
            break;
        }
        verifier.line += 1;
        let line = serde_json::from_str(&text).map_err(|_| ExportError::Line(verifier.line))?;
        verifier.take(line, &kept)?;
    }
    if verifier.ended { Ok(verifier.found) } else { Err(ExportError::CutOff) }
}

impl Verifier {
    fn take(&mut self, line: Line, kept: &[(i64, Vec<u8>)]) -> Result<(), ExportError> {
        let here = self.line;
        if self.ended {
            return Err(ExportError::Order(here));
        }
        match line {
            Line::Export { .. } => Err(ExportError::Order(here)),
            Line::Batch { batch, first_sequence, last_sequence, sealed_at, previous, digest, .. } => {
                let follows = match self.found.batches {
                    Some((_, last)) => batch == last + 1 && previous == self.found.head,
                    None => batch > 1 || (batch == 1 && previous.is_empty()),
                };
                if self.open.is_some() || !follows || first_sequence > last_sequence {
                    return Err(ExportError::Order(here));
                }
                let (next, last) = (first_sequence, last_sequence);
                self.open = Some(Open { batch, sealed_at, next, last, previous, digest, rows: Vec::new() });
                Ok(())
            }
            Line::Event { sequence, id, at, event, actor, subject, detail, digest, .. } => {
                let row = AuditRow { id, sequence: Some(sequence), at, event, actor, subject, detail };
                let own = digest::of_row(&row);
                if hex(&own) != digest {
                    return Err(ExportError::Event { line: here, sequence });
                }
                self.found.events += 1;
                self.row(sequence, own, kept)
            }
            Line::Omitted { sequence, digest } => {
                self.found.omitted += 1;
                let own = unhex(&digest).ok_or(ExportError::Line(here))?;
                self.row(sequence, own, kept)
            }
            Line::End { events, omitted, batches, head } => {
                let count = self.found.batches.map_or(0, |(first, last)| last - first + 1);
                let same = (events, omitted) == (self.found.events, self.found.omitted)
                    && i64::try_from(batches) == Ok(count)
                    && head == self.found.head;
                if self.open.is_some() || !same {
                    return Err(ExportError::CutOff);
                }
                self.ended = true;
                Ok(())
            }
        }
    }

    /// Adds a row's digest to its batch; closes the batch with its last row.
    fn row(&mut self, sequence: i64, own: Vec<u8>, kept: &[(i64, Vec<u8>)]) -> Result<(), ExportError> {
        let here = self.line;
        let open = self.open.as_mut().filter(|open| open.next == sequence).ok_or(ExportError::Order(here))?;
        open.rows.push(own);
        open.next += 1;
        if open.next <= open.last {
            return Ok(());
        }
        let Some(open) = self.open.take() else { return Ok(()) };
        let previous = unhex(&open.previous).ok_or(ExportError::Line(here))?;
        let own = digest::of_batch(self.found.organization, &previous, open.batch, open.sealed_at, &open.rows);
        if hex(&own) != open.digest {
            return Err(ExportError::Batch(open.batch));
        }
        for (_, kept) in kept.iter().filter(|(batch, _)| *batch == open.batch) {
            if *kept != own {
                return Err(ExportError::Published(open.batch));
            }
            self.found.compared += 1;
        }
        let first = self.found.batches.map_or(open.batch, |(first, _)| first);
        self.found.batches = Some((first, open.batch));
        self.found.head = open.digest;
        Ok(())
    }
}
