//! Time-based one-time codes (RFC 6238) of the invented authenticators.

use totp_rs::{Algorithm, Builder, Secret, Totp};

use crate::random;

/// Seconds per code.
pub(crate) const STEP: i64 = 30;

fn authenticator(secret: &str) -> Option<Totp> {
    let secret = Secret::try_from_base32(secret.trim_end_matches('=').to_ascii_uppercase()).ok()?;
    Some(
        Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_digits(6)
            .with_skew(1)
            .with_step_duration(STEP.unsigned_abs())
            .with_secret(secret)
            .build_noncompliant(),
    )
}

fn seconds(now_millis: i64) -> u64 {
    u64::try_from(now_millis / 1000).unwrap_or_default()
}

/// The code that the authenticator shows now.
pub(crate) fn code(secret: &str, now_millis: i64) -> Option<String> {
    Some(authenticator(secret)?.generate(seconds(now_millis)).to_string())
}

/// Whether a code is good now, one step of skew allowed.
pub(crate) fn is_current(secret: &str, code: &str, now_millis: i64) -> bool {
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    authenticator(secret).is_some_and(|totp| totp.check(&digits, seconds(now_millis)).is_some())
}

/// A new authenticator secret, base32.
pub(crate) fn new_secret() -> String {
    const ALPHABET: [char; 32] = [
        'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O', 'P', 'Q', 'R', 'S', 'T', 'U', 'V',
        'W', 'X', 'Y', 'Z', '2', '3', '4', '5', '6', '7',
    ];
    let bytes: [u8; 32] = random::bytes();
    bytes.iter().filter_map(|byte| ALPHABET.get(usize::from(byte % 32))).collect()
}
