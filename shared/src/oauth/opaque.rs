//! `state` and `nonce`: opaque values of 256 random bits, each for one sign-in attempt in one tab (security.md B2).

use super::base64url;
use crate::{secret::Secret, time::Timestamp};
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

/// The least and the most characters of base64url taken for an opaque value: 128 bits to 768.
const LENGTHS: std::ops::RangeInclusive<usize> = 22..=128;

/// How long `state` and `nonce` wait for their answer, in seconds (security.md B2).
const LIFE: i64 = 60 * 60;

/// Whether an attempt that began then waits for no answer any more. A clock that was set back as far ends it, too.
pub const fn is_over(begun: Timestamp, now: Timestamp) -> bool {
    now.since(begun).unsigned_abs() > LIFE.unsigned_abs()
}

/// 32 random bytes as base64url without padding (RFC 4648 §5); the bytes are wiped.
pub(super) fn encode(mut random: [u8; 32]) -> Secret<String> {
    let text = Secret::new(base64url::encode(&random));
    random.zeroize();
    text
}

pub(super) fn is_base64url(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// Whether both are the same, in a time that does not tell where they differ.
pub(super) fn is_same(left: &str, right: &str) -> bool {
    left.as_bytes().ct_eq(right.as_bytes()).into()
}

macro_rules! opaque {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name(Secret<String>);

        impl $name {
            /// A new value of 256 bits.
            pub fn from_random(random: [u8; 32]) -> Self {
                Self(encode(random))
            }

            /// Takes back a value made earlier: base64url, at least 128 bits.
            pub fn parse(text: &str) -> Option<Self> {
                (LENGTHS.contains(&text.len()) && is_base64url(text)).then(|| Self(Secret::new(text.to_owned())))
            }

            /// The value as it travels.
            pub fn expose(&self) -> &str {
                self.0.expose()
            }

            /// Whether this is the value that came back, compared in constant time.
            pub fn is(&self, received: &str) -> bool {
                is_same(self.0.expose(), received)
            }
        }
    )*};
}

opaque! {
    /// Ties an answer to the attempt that asked (RFC 6749 §10.12). Made by the page.
    State;
    /// Ties an ID token to the attempt that asked (OpenID Connect Core §3.1.2.1). Made by the server.
    Nonce;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b2_values_have_256_bits_and_are_read_back() {
        let state = State::from_random([7; 32]);
        assert_eq!(state.expose().len(), 43);
        assert!(State::parse(state.expose()).is_some_and(|parsed| parsed.is(state.expose())));
        assert!(!format!("{state:?}").contains(state.expose()), "not printed");
    }

    #[test]
    fn b2_short_long_or_foreign_text_is_no_opaque_value() {
        for text in ["", "a", &"a".repeat(21), &"a".repeat(129), &format!("{} ", "a".repeat(30)), &"ä".repeat(30)] {
            assert!(Nonce::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn b2_an_attempt_waits_an_hour() {
        let begun = Timestamp(1_000_000);
        for (after, over) in [(0, false), (LIFE, false), (LIFE + 1, true), (-LIFE, false), (-LIFE - 1, true)] {
            assert_eq!(is_over(begun, begun.plus(after)), over, "{after}");
        }
        assert!(is_over(Timestamp(0), begun), "one that does not say when");
    }

    #[test]
    fn only_the_very_same_text_is_the_same() {
        let nonce = Nonce::from_random([1; 32]);
        let text = nonce.expose().to_owned();
        assert!(nonce.is(&text));
        for other in [String::new(), text[1..].to_owned(), format!("{text}A"), text.to_ascii_lowercase()] {
            assert!(!nonce.is(&other), "{other}");
        }
    }
}
