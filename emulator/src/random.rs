//! Unguessable values, all from the operating system's generator.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

/// Random bytes.
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    let mut out = [0_u8; N];
    // A machine without randomness cannot play this part: the token would be all zero, so stop the process instead.
    if aws_lc_rs::rand::fill(&mut out).is_err() {
        std::process::abort();
    }
    out
}

/// A token of 256 bits.
pub(crate) fn token() -> String {
    URL_SAFE_NO_PAD.encode(bytes::<32>())
}

/// An opaque token in the shape of Microsoft's codes and refresh tokens.
pub(crate) fn opaque(prefix: &str) -> String {
    format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes::<96>()))
}

/// A GUID for traces and object ids.
pub(crate) fn guid() -> Uuid {
    uuid::Builder::from_random_bytes(bytes()).into_uuid()
}

/// A token id as in `uti`.
pub(crate) fn uti() -> String {
    URL_SAFE_NO_PAD.encode(bytes::<16>())
}
