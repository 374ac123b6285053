//! Compact JSON web signatures: making and checking them with RSA, nothing more.
//!
//! Written out rather than taken from a library because the emulator must also make tokens that no library would.

use aws_lc_rs::digest::{Digest, SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaParameters, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::Value;

/// Base64url without padding.
pub(crate) fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Ordinary base64.
pub(crate) fn base64(bytes: impl AsRef<[u8]>) -> String {
    STANDARD.encode(bytes)
}

/// Reads ordinary base64.
pub(crate) fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// Reads base64url, with or without padding.
pub(crate) fn from_base64url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()
}

/// SHA-256.
pub(crate) fn sha256(bytes: impl AsRef<[u8]>) -> Digest {
    digest(&SHA256, bytes.as_ref())
}

/// SHA-1, only for certificate thumbprints.
pub(crate) fn sha1(bytes: impl AsRef<[u8]>) -> Digest {
    digest(&SHA1_FOR_LEGACY_USE_ONLY, bytes.as_ref())
}

/// The first 16 hexadecimal digits of a secret's SHA-256: enough to recognise it in the request log.
pub(crate) fn fingerprint(secret: &str) -> String {
    hex(sha256(secret).as_ref()).chars().take(16).collect()
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// A parsed, not yet checked token.
#[derive(Clone, Debug)]
pub(crate) struct Jws {
    pub(crate) header: Value,
    pub(crate) claims: Value,
    signing_input: String,
    signature: Vec<u8>,
}

/// Algorithms accepted from clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RsaAlgorithm {
    Rs256,
    Ps256,
}

impl Jws {
    /// Splits and decodes a compact token.
    pub(crate) fn parse(token: &str) -> Option<Self> {
        let (signing_input, signature) = token.rsplit_once('.')?;
        let (header, claims) = signing_input.split_once('.')?;
        Some(Self {
            header: serde_json::from_slice(&from_base64url(header)?).ok()?,
            claims: serde_json::from_slice(&from_base64url(claims)?).ok()?,
            signing_input: signing_input.to_owned(),
            signature: from_base64url(signature)?,
        })
    }

    /// A string member of the header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.header.get(name)?.as_str()
    }

    /// A string claim.
    pub(crate) fn claim(&self, name: &str) -> Option<&str> {
        self.claims.get(name)?.as_str()
    }

    /// A time claim: a number, a fraction, or either as a string.
    pub(crate) fn time(&self, name: &str) -> Option<f64> {
        match self.claims.get(name)? {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// The algorithm named in the header, if it is one of the two accepted.
    pub(crate) fn algorithm(&self) -> Option<RsaAlgorithm> {
        match self.header("alg")? {
            "RS256" => Some(RsaAlgorithm::Rs256),
            "PS256" => Some(RsaAlgorithm::Ps256),
            _ => None,
        }
    }

    /// Checks the signature with an RSA public key (PKCS#1 or SPKI DER).
    pub(crate) fn is_signed_by(&self, algorithm: RsaAlgorithm, public_key: &[u8]) -> bool {
        self.is_signed_over(self.signing_input.as_bytes(), algorithm, public_key)
    }

    /// Checks the signature of one of our Graph tokens, whose header was signed with the hash of its `nonce`.
    pub(crate) fn is_signed_with_hidden_nonce(&self, public_key: &[u8]) -> bool {
        let mut header = self.header.clone();
        let Some(nonce) = self.header("nonce").map(hidden_nonce) else { return false };
        if let Some(members) = header.as_object_mut() {
            members.insert("nonce".to_owned(), Value::String(nonce));
        }
        let claims = self.signing_input.split_once('.').map_or("", |(_, claims)| claims);
        let input = format!("{}.{claims}", base64url(header.to_string()));
        self.is_signed_over(input.as_bytes(), RsaAlgorithm::Rs256, public_key)
    }

    fn is_signed_over(&self, input: &[u8], algorithm: RsaAlgorithm, public_key: &[u8]) -> bool {
        let parameters: &'static RsaParameters = match algorithm {
            RsaAlgorithm::Rs256 => &RSA_PKCS1_2048_8192_SHA256,
            RsaAlgorithm::Ps256 => &RSA_PSS_2048_8192_SHA256,
        };
        UnparsedPublicKey::new(parameters, public_key).verify(input, &self.signature).is_ok()
    }
}

/// The nonce under which a Graph token is really signed; outsiders who check the token as it stands must fail.
pub(crate) fn hidden_nonce(nonce: &str) -> String {
    base64url(sha256(nonce))
}
