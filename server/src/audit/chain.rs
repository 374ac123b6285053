//! The chain: batches of rows, each hash keyed and covering the hash before (L2).
//!
//! `HMAC-SHA256(key of the organization, previous hash ‖ batch number ‖ time of sealing ‖ every row's fields)`, each part
//! preceded by its length. The key comes
//! from the master key, so that somebody with the database alone cannot forge a chain; the heads are published outside
//! the database, so that somebody with the key cannot cut its end off unnoticed. Beside it runs a chain without a key
//! ([`super::digest`]), which whoever has an export can follow.

use super::{AuditRow, digest};
use crate::{
    clock::Clock,
    seal::{KeyId, Keyring, SealError},
    store::{Scoped, Store, StoreError, audit::AuditBatch},
};
use aws_lc_rs::hmac;
use shared::{id::OrganizationId, time::Timestamp};

const MOST_ROWS: u64 = 1000;

/// The organization's chain key; `None` when its master key is gone.
fn key_of(keyring: &Keyring, master: KeyId, organization: OrganizationId) -> Option<hmac::Key> {
    let key = keyring.derive(master, b"rekey audit chain", organization.0.as_bytes())?;
    Some(hmac::Key::new(hmac::HMAC_SHA256, key.expose()))
}

fn hash(key: &hmac::Key, previous: &[u8], batch: i64, sealed_at: Timestamp, rows: &[AuditRow]) -> Vec<u8> {
    let mut context = hmac::Context::with_key(key);
    let mut part = |bytes: &[u8]| {
        context.update(&u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
        context.update(bytes);
    };
    part(previous);
    part(&batch.to_be_bytes());
    part(&sealed_at.0.to_be_bytes());
    for row in rows {
        part(row.id.as_bytes());
        part(&row.sequence.unwrap_or(0).to_be_bytes());
        part(&row.at.0.to_be_bytes());
        part(row.event.as_bytes());
        part(row.actor.as_bytes());
        part(row.subject.as_bytes());
        part(row.detail.as_bytes());
    }
    context.sign().as_ref().to_vec()
}

/// Seals what is not sealed yet and gives the new head, if there is one.
pub async fn seal_pending(
    store: &Store,
    keyring: &Keyring,
    clock: &dyn Clock,
    organization: OrganizationId,
) -> Result<Option<AuditBatch>, StoreError> {
    let none_waiting = {
        let tx = store.read(organization).await?;
        tx.list_unsealed_audit(1).await?.is_empty()
    };
    if none_waiting {
        return Ok(None);
    }
    let tx = store.write_many(organization).await?;
    // Of two nodes, the second sees the first one's batch.
    tx.lock().await?;
    let mut rows = tx.list_unsealed_audit(MOST_ROWS).await?;
    let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    if count == 0 {
        return Ok(None);
    }
    let first = tx.take_audit_sequences(count).await?;
    for (row, sequence) in rows.iter_mut().zip(first..) {
        row.sequence = Some(sequence);
    }
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    tx.update_audit_sequences(&ids, first).await?;
    let last = tx.find_last_audit_batch().await?;
    let before = match &last {
        Some(batch) => match &batch.digest {
            Some(digest) => digest.clone(),
            None => add_digests(&tx).await?,
        },
        None => Vec::new(),
    };
    let (number, previous) = last.map_or((1, Vec::new()), |batch| (batch.batch + 1, batch.hash));
    let master = keyring.active();
    let key = key_of(keyring, master, organization).ok_or(SealError::UnknownKey(master))?;
    let sealed_at = clock.now();
    let batch = AuditBatch {
        batch: number,
        first_sequence: first,
        last_sequence: first + count - 1,
        hash: hash(&key, &previous, number, sealed_at, &rows),
        digest: Some(digest::of_batch(organization, &before, number, sealed_at, &digest::of_rows(&rows))),
        key: master.to_string(),
        previous,
        sealed_at,
    };
    tx.add_audit_batch(&batch).await?;
    tx.commit().await?;
    Ok(Some(batch))
}

/// Gives the batches of older versions their digests; gives the last.
async fn add_digests(tx: &Scoped) -> Result<Vec<u8>, StoreError> {
    let (mut number, mut head) = (0, Vec::new());
    loop {
        let batches = tx.list_audit_batches(number, 100).await?;
        if batches.is_empty() {
            return Ok(head);
        }
        for batch in batches {
            let rows = tx.list_sealed_audit(batch.first_sequence, batch.last_sequence).await?;
            head = digest::of_batch(tx.organization, &head, batch.batch, batch.sealed_at, &digest::of_rows(&rows));
            tx.update_audit_digest(batch.batch, &head).await?;
            number = batch.batch;
        }
    }
}

/// Sees to it that every batch has its digest, for logs that begin in an older version.
pub async fn complete_digests(store: &Store, organization: OrganizationId) -> Result<(), StoreError> {
    let last = store.read(organization).await?.find_last_audit_batch().await?;
    if last.is_none_or(|batch| batch.digest.is_some()) {
        return Ok(());
    }
    let tx = store.write_many(organization).await?;
    tx.lock().await?;
    add_digests(&tx).await?;
    tx.commit_counts().await
}

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The chain holds.
    Whole {
        /// Sealed rows.
        rows: u64,
        /// Batches.
        batches: i64,
        /// The last hash.
        head: Vec<u8>,
        /// The last digest.
        digest: Vec<u8>,
    },
    /// It does not.
    Broken(Broken),
}

/// Where the chain breaks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// A batch is missing or out of order.
    #[error("batch {0} is missing or out of order")]
    Batch(i64),
    /// The rows of a batch are not those that were sealed.
    #[error("the rows of batch {0} were changed, removed, added or reordered")]
    Rows(i64),
    /// The digest of a batch is not that of its rows.
    #[error("the digest of batch {0} was changed")]
    Digest(i64),
    /// The master key of a batch is not in the keyring.
    #[error("the master key of batch {0} is not in the keyring")]
    Key(i64),
    /// A sealed row lies outside every batch.
    #[error("there are sealed rows outside every batch")]
    Outside,
    /// The end was cut off: a published head is not in the chain.
    #[error("the chain ends before the published batch {0}")]
    CutOff(i64),
}

/// Recomputes an organization's chain. `published`: batch numbers and hashes seen outside the database.
pub async fn verify(
    store: &Store,
    keyring: &Keyring,
    organization: OrganizationId,
    published: &[(i64, Vec<u8>)],
) -> Result<Verdict, StoreError> {
    let tx = store.read(organization).await?;
    let (mut number, mut head, mut next, mut rows) = (0, Vec::new(), 1, 0);
    let (mut digest, mut has_digests) = (Vec::new(), false);
    let mut unseen: Vec<_> = published.to_vec();
    loop {
        let batches = tx.list_audit_batches(number, 100).await?;
        if batches.is_empty() {
            break;
        }
        for batch in batches {
            if batch.batch != number + 1 || batch.previous != head || batch.first_sequence != next {
                return Ok(Verdict::Broken(Broken::Batch(number + 1)));
            }
            let found = tx.list_sealed_audit(batch.first_sequence, batch.last_sequence).await?;
            let whole = i64::try_from(found.len()) == Ok(batch.last_sequence - batch.first_sequence + 1);
            let key = KeyId::parse(&batch.key).and_then(|master| key_of(keyring, master, organization));
            let Some(key) = key else { return Ok(Verdict::Broken(Broken::Key(batch.batch))) };
            if !whole || hash(&key, &head, batch.batch, batch.sealed_at, &found) != batch.hash {
                return Ok(Verdict::Broken(Broken::Rows(batch.batch)));
            }
            digest = digest::of_batch(organization, &digest, batch.batch, batch.sealed_at, &digest::of_rows(&found));
            has_digests |= batch.digest.is_some();
            if has_digests && batch.digest.as_ref() != Some(&digest) {
                return Ok(Verdict::Broken(Broken::Digest(batch.batch)));
            }
            if let Some((wrong, _)) = unseen.iter().find(|(number, hash)| *number == batch.batch && *hash != batch.hash)
            {
                return Ok(Verdict::Broken(Broken::Batch(*wrong)));
            }
            unseen.retain(|(number, _)| *number != batch.batch);
            rows += found.len() as u64;
            (number, next, head) = (batch.batch, batch.last_sequence + 1, batch.hash);
        }
    }
    if let Some((cut, _)) = unseen.iter().max_by_key(|(number, _)| *number) {
        return Ok(Verdict::Broken(Broken::CutOff(*cut)));
    }
    if tx.count_sealed_audit().await? != rows {
        return Ok(Verdict::Broken(Broken::Outside));
    }
    Ok(Verdict::Whole { rows, batches: number, head, digest })
}
