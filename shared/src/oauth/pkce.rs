//! Proof Key for Code Exchange (RFC 7636), S256 only (security.md B1).

use super::base64url;
use super::opaque::{encode, is_base64url};
use crate::hash::sha256;
use crate::secret::Secret;

/// The secret that proves who asked for a code (RFC 7636 §4.1): 256 random bits, new for every attempt.
///
/// It cannot be copied, and the token request uses it up.
#[derive(Debug)]
pub struct Verifier(Secret<String>);

impl Verifier {
    /// A new verifier of 43 characters.
    pub fn from_random(random: [u8; 32]) -> Self {
        Self(encode(random))
    }

    /// Takes back a verifier that this tab put aside before it went to Microsoft.
    pub fn restore(text: Secret<String>) -> Option<Self> {
        (text.expose().len() == 43 && is_base64url(text.expose())).then_some(Self(text))
    }

    /// The verifier itself, for the tab's own storage and the token request; for nothing else.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// What goes into the authorization request (RFC 7636 §4.2, `S256`).
    pub fn challenge(&self) -> Challenge {
        Challenge(base64url::encode(&sha256(self.0.expose().as_bytes())))
    }
}

/// The hash of a verifier; harmless to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge(String);

impl Challenge {
    /// The value of `code_challenge`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// RFC 7636, appendix B.
    const OCTETS: [u8; 32] = [
        116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216, 173, 187, 186, 22, 212, 37, 77, 105, 214, 191,
        240, 91, 88, 5, 88, 83, 132, 141, 121,
    ];

    #[test]
    fn b1_rfc_7636_appendix_b() {
        let verifier = Verifier::from_random(OCTETS);
        assert_eq!(verifier.expose(), "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(verifier.challenge().as_str(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn b1_a_thousand_verifiers_and_challenges_are_distinct() {
        let made = (0..1000_u32).map(|n| {
            let mut random = [0; 32];
            random[..4].copy_from_slice(&n.to_be_bytes());
            let verifier = Verifier::from_random(random);
            (verifier.expose().to_owned(), verifier.challenge().as_str().to_owned())
        });
        let (verifiers, challenges): (BTreeSet<_>, BTreeSet<_>) = made.unzip();
        assert_eq!((verifiers.len(), challenges.len()), (1000, 1000));
        assert!(verifiers.is_disjoint(&challenges), "none is plain");
    }

    #[test]
    fn a_verifier_is_restored_only_from_its_own_shape_and_never_printed() {
        let text = Verifier::from_random([9; 32]).expose().to_owned();
        let restored = Verifier::restore(Secret::new(text.clone())).unwrap();
        assert_eq!(restored.expose(), text);
        assert!(!format!("{restored:?}").contains(&text));
        for other in ["", "short", &text[..42], &format!("{text}A"), &format!("{}=", &text[..42])] {
            assert!(Verifier::restore(Secret::new(other.to_owned())).is_none(), "{other}");
        }
    }
}
