//! Randomness, as an argument, from the operating system.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use shared::secret::Secret;
use std::sync::Arc;
use uuid::Uuid;

/// Fills buffers with cryptographically secure random bytes.
pub trait Random: Send + Sync + 'static {
    /// Fills the whole buffer.
    fn fill(&self, buffer: &mut [u8]);
}

/// The randomness handed around.
pub type SharedRandom = Arc<dyn Random>;

/// The operating system's generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    #[expect(clippy::disallowed_methods, reason = "without randomness nothing here is safe: stopping is right")]
    fn fill(&self, buffer: &mut [u8]) {
        getrandom::fill(buffer).expect("the operating system gives random bytes");
    }
}

/// A new secret of 256 bits, as 43 characters of base64url (RFC 4648 §5).
pub fn new_secret(random: &dyn Random) -> Secret<String> {
    let mut bytes = [0; 32];
    random.fill(&mut bytes);
    Secret::new(URL_SAFE_NO_PAD.encode(bytes))
}

/// A new UUID of version 7 (RFC 9562 §5.7): sorts by the time it was made.
pub fn new_uuid(random: &dyn Random, now_millis: i64) -> Uuid {
    let mut bytes = [0; 10];
    random.fill(&mut bytes);
    uuid::Builder::from_unix_timestamp_millis(u64::try_from(now_millis).unwrap_or(0), &bytes).into_uuid()
}
