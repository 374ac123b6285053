//! Rotation of the master key (S4): every sealed value is opened and sealed anew under the active key, while servers run.
//!
//! Each value changes by itself, compared with what it was, so that it can be stopped at any point and begun again; a
//! record that changed meanwhile was sealed by whoever changed it. A key can go when nothing uses it any more.

use super::{ServiceError, attempts, save};
use crate::{
    seal::{KeyId, Keyring, SealContext},
    store::{
        Store, StoreError,
        certificates::PRIVATE_KEY,
        channels::SECRET,
        links::MAIL_SECRET,
        sealed::{SealedKind, SealedRow},
    },
};
use shared::id::OrganizationId;
use std::collections::BTreeMap;

/// Values of one transaction.
const AT_A_TIME: u64 = 100;

/// How often a master key is used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Uses {
    /// Sealed values.
    pub sealed: u64,
    /// Batches of audit chains; these cannot be moved to another key.
    pub audit: u64,
}

const fn seal_kind(kind: SealedKind) -> &'static str {
    match kind {
        SealedKind::RefreshToken => save::REFRESH,
        SealedKind::CertificateKey => PRIVATE_KEY,
        SealedKind::PostedToken => save::TOKEN,
        SealedKind::Challenge => attempts::CHALLENGE,
        SealedKind::ChannelSecret | SealedKind::PreviousChannelSecret => SECRET,
        SealedKind::InvitationMail => MAIL_SECRET,
    }
}

/// Seals everything anew that is not under the active key. Gives how many values changed.
pub async fn reseal(store: &Store, keyring: &Keyring) -> Result<u64, ServiceError> {
    let mut changed = 0;
    for organization in store.read_system().await?.list_organizations().await? {
        for kind in SealedKind::ALL {
            changed += reseal_kind(store, keyring, organization.id, kind).await?;
        }
    }
    Ok(changed)
}

async fn reseal_kind(
    store: &Store,
    keyring: &Keyring,
    organization: OrganizationId,
    kind: SealedKind,
) -> Result<u64, ServiceError> {
    let (mut after, mut changed) = (None, 0);
    loop {
        let tx = store.write(organization).await?;
        let rows = tx.list_sealed(kind, after, AT_A_TIME).await?;
        let Some(last) = rows.last() else { return Ok(changed) };
        after = Some(last.id);
        for row in rows.iter().filter(|row| row.sealed.key_id() != Some(keyring.active())) {
            let context = context(organization, kind, row);
            let value = keyring.open(&context, &row.sealed)?;
            let sealed = keyring.seal(&context, value.expose())?;
            if tx.replace_sealed(kind, row.id, &row.sealed, &sealed).await? {
                changed += 1;
            }
        }
        tx.commit().await?;
    }
}

const fn context(organization: OrganizationId, kind: SealedKind, row: &SealedRow) -> SealContext {
    SealContext { organization, kind: seal_kind(kind), row: row.id, version: row.version }
}

/// How often each master key is used, the active one and unused ones included.
pub async fn uses(store: &Store, keyring: &Keyring) -> Result<BTreeMap<KeyId, Uses>, ServiceError> {
    let mut found: BTreeMap<KeyId, Uses> = keyring.ids().into_iter().map(|id| (id, Uses::default())).collect();
    for organization in store.read_system().await?.list_organizations().await? {
        let tx = store.read(organization.id).await?;
        for kind in SealedKind::ALL {
            let mut after = None;
            loop {
                let rows = tx.list_sealed(kind, after, AT_A_TIME).await?;
                let Some(last) = rows.last() else { break };
                after = Some(last.id);
                for key in rows.iter().filter_map(|row| row.sealed.key_id()) {
                    found.entry(key).or_default().sealed += 1;
                }
            }
        }
        for key in tx.list_audit_keys().await?.iter().filter_map(|text| KeyId::parse(text)) {
            found.entry(key).or_default().audit += 1;
        }
    }
    Ok(found)
}

/// Counts in storage how often the active key has sealed here, and learns of the uses before and on other nodes (S1).
pub async fn count_uses(store: &Store, keyring: &Keyring) -> Result<(), ServiceError> {
    let (key, uses) = keyring.take_uncounted();
    match add_uses(store, key, uses).await {
        Ok(all) => {
            if key == keyring.active() {
                keyring.learn_uses(all);
            }
            Ok(())
        }
        Err(error) => {
            keyring.give_back(key, uses);
            Err(error.into())
        }
    }
}

async fn add_uses(store: &Store, key: KeyId, uses: u64) -> Result<u64, StoreError> {
    if uses == 0 {
        return store.read_system().await?.find_key_uses(&key.to_string()).await;
    }
    let tx = store.write_system().await?;
    let all = tx.add_key_uses(&key.to_string(), uses).await?;
    tx.commit().await?;
    Ok(all)
}
