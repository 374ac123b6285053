//! Secrets at rest: sealed so that only the right row of the right organization can open them (S1-S3).
//!
//! AES-256-GCM by aws-lc. Each record has a data key of its own, used once; the data key is wrapped by a master key
//! that has an id. Both layers bind organization, kind, row, version and the master key's id, so a sealed value that is
//! moved to another row, or an older one put back, does not open. There is no way to store in plain text.

mod envelope;
mod keyring;

use aws_lc_rs::digest::{SHA256, digest};
use shared::id::OrganizationId;
use uuid::Uuid;

pub use envelope::Sealed;
pub use keyring::{KeyId, Keyring, KeyringError, MOST_USES, activate_key, add_key, add_key_for_later, remove_key};

/// Which record a secret belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealContext {
    /// Whose record.
    pub organization: OrganizationId,
    /// What kind of secret, such as `refresh_token`. Never change one that is in use.
    pub kind: &'static str,
    /// The record's id.
    pub row: Uuid,
    /// The version of the secret in this record; it grows with every change.
    pub version: i64,
}

impl SealContext {
    /// The associated data: every part, each of fixed length or preceded by its length.
    fn associated_data(&self, key: KeyId) -> Vec<u8> {
        let kind = self.kind.as_bytes();
        let mut data = b"rekey.seal.1".to_vec();
        data.extend_from_slice(key.as_bytes());
        data.extend_from_slice(self.organization.0.as_bytes());
        data.extend_from_slice(self.row.as_bytes());
        data.extend_from_slice(&self.version.to_be_bytes());
        data.extend_from_slice(&u64::try_from(kind.len()).unwrap_or(u64::MAX).to_be_bytes());
        data.extend_from_slice(kind);
        data
    }
}

/// Why something was not sealed or not opened. Does not say which part differed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The master key was used too often; a new one is needed before anything else is sealed.
    #[error("the active master key was used too often: add a new one")]
    KeyWornOut,
    /// The master key that sealed it is not in the keyring.
    #[error("sealed by the master key {0}, which is not in the keyring")]
    UnknownKey(KeyId),
    /// It was changed, or belongs to another record or version.
    #[error("the sealed value is not this record's")]
    NotThisRecord,
    /// The library failed.
    #[error("sealing failed")]
    Library,
}

/// The stored form of a secret that is looked up: its SHA-256.
///
/// A plain hash is right because these secrets are 256 random bits (`random::new_secret`): nobody can guess them, so
/// there is nothing that a slow or salted hash would add. Never use it for what a person chose or types.
pub fn hash_secret(secret: &str) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, secret.as_bytes()).as_ref());
    hash
}

#[cfg(test)]
mod tests;
