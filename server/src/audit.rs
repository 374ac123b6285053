//! The audit log: events that commit with the change, sealed into a keyed chain every second, verified by command.
//!
//! An event names what happened by a stable word; people are references whose names lie in a side table, so that a
//! person can be erased and the chain stays. Details are codes, counts and ids, never tokens, never names (L3).

mod chain;
pub mod digest;
pub mod export;

pub use chain::{Broken, Verdict, complete_digests, seal_pending, verify};

use crate::{
    clock::SharedClock,
    random::{SharedRandom, new_uuid},
    store::{Scoped, StoreError, audit::AuditRow},
};
use shared::{
    api::session::MemberView,
    id::{ApiKeyId, MemberId, SignInId},
};
use uuid::Uuid;

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A member.
    Member(MemberId, String),
    /// An API key.
    Key(ApiKeyId, String),
    /// The holder of an account, at the connect page.
    Holder(SignInId, String),
    /// Whoever signed in with an invitation to become a member.
    Invited(Uuid),
    /// Whoever holds a link to a customer's own page; the customer's name.
    Customer(Uuid, String),
    /// Whoever looks at a console that shows Rekey; the embed session, and the console's id of them with its host.
    Console(Uuid, String),
    /// Whoever runs the installation.
    Operator,
    /// The server by itself.
    Rekey,
}

impl Actor {
    /// What the chain keeps.
    pub fn reference(&self) -> String {
        match self {
            Self::Member(id, _) => format!("member:{id}"),
            Self::Key(id, _) => format!("key:{id}"),
            Self::Holder(id, _) => format!("holder:{id}"),
            Self::Invited(id) => format!("invited:{id}"),
            Self::Customer(id, _) => format!("customer_link:{id}"),
            Self::Console(id, _) => format!("embed_session:{id}"),
            Self::Operator => "operator".to_owned(),
            Self::Rekey => "rekey".to_owned(),
        }
    }

    /// What people read; can be erased.
    pub fn name(&self) -> &str {
        match self {
            Self::Member(_, name)
            | Self::Key(_, name)
            | Self::Holder(_, name)
            | Self::Customer(_, name)
            | Self::Console(_, name) => name,
            Self::Invited(_) | Self::Operator | Self::Rekey => "",
        }
    }
}

impl From<&MemberView> for Actor {
    fn from(member: &MemberView) -> Self {
        Self::Member(member.id, member.name.clone())
    }
}

/// Bytes in hexadecimal, as heads are published.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Writes events.
#[derive(Clone)]
pub struct Recorder {
    /// Time.
    pub clock: SharedClock,
    /// Randomness.
    pub random: SharedRandom,
}

impl Recorder {
    /// Adds an event to the transaction of the change that it is about.
    pub async fn record(
        &self,
        tx: &Scoped,
        event: &'static str,
        actor: &Actor,
        subject: String,
        detail: String,
    ) -> Result<(), StoreError> {
        let row = self.row(tx, event, actor, subject, detail);
        tx.add_audit(&row, actor.name()).await
    }

    /// The same for an event of several subjects, each with its own actor.
    pub async fn record_each(
        &self,
        tx: &Scoped,
        event: &'static str,
        all: &[(Actor, String)],
    ) -> Result<(), StoreError> {
        let row = |(actor, subject): &(Actor, String)| self.row(tx, event, actor, subject.clone(), String::new());
        let rows: Vec<AuditRow> = all.iter().map(row).collect();
        let named: Vec<(&AuditRow, &str)> = rows.iter().zip(all).map(|(row, (actor, _))| (row, actor.name())).collect();
        tx.add_audit_each(&named).await
    }

    fn row(&self, tx: &Scoped, event: &'static str, actor: &Actor, subject: String, detail: String) -> AuditRow {
        let row = AuditRow {
            id: new_uuid(&*self.random, self.clock.now_millis()),
            sequence: None,
            at: self.clock.now(),
            event: event.to_owned(),
            actor: actor.reference(),
            subject,
            detail,
        };
        tracing::info!(organization = %tx.organization, event, actor = row.actor, subject = row.subject, detail = row.detail, "audit");
        row
    }
}

/// Appends a head to the file outside the database, as a line `organization batch hash digest`.
pub async fn publish(
    path: &std::path::Path,
    organization: shared::id::OrganizationId,
    batch: i64,
    hash: &str,
    digest: &str,
) {
    use tokio::io::AsyncWriteExt;
    let line = format!("{organization} {batch} {hash} {digest}\n");
    let written = async {
        let mut file = tokio::fs::OpenOptions::new().create(true).append(true).open(path).await?;
        file.write_all(line.as_bytes()).await?;
        file.flush().await
    };
    if let Err(error) = written.await {
        tracing::error!(%error, "the audit head could not be published");
    }
}

/// Reads the heads that [`publish`] wrote for an organization. Lines that are not heads are left out.
pub fn read_heads(text: &str, organization: shared::id::OrganizationId) -> Vec<(i64, Vec<u8>)> {
    read_column(text, organization, 2)
}

/// Reads the digests beside those heads; lines of older versions have none.
pub fn read_digests(text: &str, organization: shared::id::OrganizationId) -> Vec<(i64, Vec<u8>)> {
    read_column(text, organization, 3)
}

fn read_column(text: &str, organization: shared::id::OrganizationId, column: usize) -> Vec<(i64, Vec<u8>)> {
    let wanted = organization.to_string();
    text.lines()
        .filter_map(|line| {
            let mut parts = line.split(' ');
            let (id, batch) = (parts.next()?, parts.next()?.parse().ok()?);
            let bytes = unhex(parts.nth(column - 2)?)?;
            (id == wanted).then_some((batch, bytes))
        })
        .collect()
}

/// Reads what [`hex`] wrote.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let pair = |pair: &[u8]| std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok());
    text.as_bytes().chunks(2).map(pair).collect()
}
