//! SHA-256 (FIPS 180-4).

use sha2::{Digest, Sha256};

/// The hash of some bytes. One function for all, so that its code stands once.
#[inline(never)]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}
