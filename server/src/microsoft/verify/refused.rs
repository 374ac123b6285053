//! Refusals: all alike to the caller, with the reason for the log (T17).

use std::fmt;

/// Why a token was refused. For the log, never for the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Longer than 16 KiB.
    TooLong,
    /// Not three parts of base64url.
    Shape,
    /// Not acceptable JSON.
    Json,
    /// The algorithm is not RS256.
    Algorithm,
    /// The type is not the expected one.
    Type,
    /// The header has no usable key id.
    KeyId,
    /// The header brings its own key, or demands what we do not know.
    ForbiddenHeader,
    /// No published key has this id.
    UnknownKey,
    /// The authority's keys could not be fetched yet: our trouble, not the token's.
    NoKeys,
    /// The signature does not hold.
    Signature,
    /// The key is published for another issuer.
    KeyIssuer,
    /// This claim is absent.
    Missing(&'static str),
    /// This claim has another JSON type than it must have, or no usable value.
    WrongType(&'static str),
    /// Another issuer.
    Issuer,
    /// Another tenant than the one expected.
    Tenant,
    /// The tenant of personal accounts.
    PersonalAccount,
    /// Another audience.
    Audience,
    /// Given to another application.
    Application,
    /// Not a version-2 token.
    Version,
    /// Without a user.
    AppOnly,
    /// An ID token where an access token belongs, or the other way about.
    WrongKind,
    /// Another nonce.
    Nonce,
    /// Past its end.
    Expired,
    /// Not good yet.
    NotYet,
    /// Issued in the future.
    FromTheFuture,
    /// Issued too long ago.
    TooOld,
}

/// A token that was not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    reason: Reason,
}

impl Refused {
    /// Why; for the log.
    pub fn reason(self) -> Reason {
        self.reason
    }
}

impl From<Reason> for Refused {
    fn from(reason: Reason) -> Self {
        Self { reason }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the token was not accepted")
    }
}

impl std::error::Error for Refused {}
