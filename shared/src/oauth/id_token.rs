//! What an ID token says (OpenID Connect Core §2; Microsoft's "ID token claims").
//!
//! The page only reads and compares it, to show who signed in and to stop early. It checks no signature: the token came
//! straight from Microsoft over TLS, decides nothing here, and the server verifies it before it believes a word.

use super::{
    authority::{Authority, SignInTenant},
    base64url,
    opaque::Nonce,
};
use crate::id::{ClientId, ObjectId, PERSONAL_ACCOUNTS, TenantId};
use crate::json::{self, objects};
use crate::text::split;
use zeroize::Zeroize;

/// The longest token that is read.
const LONGEST: usize = 16 * 1024;

/// Who signed in. Names are for showing, never for deciding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdClaims {
    /// The account's tenant.
    pub tid: TenantId,
    /// The account's object id there.
    pub oid: ObjectId,
    /// The person's name.
    pub name: Option<String>,
    /// The account's name, usually its address.
    pub preferred_username: Option<String>,
    /// Member or guest, where Microsoft says so.
    pub kind: Option<AccountKind>,
}

/// How an account belongs to its tenant (the optional claim `acct`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountKind {
    /// The tenant's own.
    Member,
    /// Invited from elsewhere.
    Guest,
}

/// An ID token that is not the one expected.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdTokenError {
    /// Not a token, or without the claims that must be there.
    #[error("expected a token with aud, iss, tid, oid and nonce, each of its type")]
    Malformed,
    /// Of another sign-in.
    #[error("expected the nonce of this attempt")]
    NonceForeign,
    /// For another application.
    #[error("expected a token for this page")]
    AudienceForeign,
    /// Of another server, or `iss` and `tid` disagree.
    #[error("expected a token of the authority that was asked")]
    IssuerForeign,
    /// A personal account, which no method can use.
    #[error("expected a work or school account")]
    PersonalAccount,
    /// A right token of the wrong tenant: who signed in is worth showing.
    #[error("expected an account of another tenant")]
    WrongTenant(Box<IdClaims>),
}

/// What the page expects of the token.
#[derive(Debug, Clone, Copy)]
pub struct Expectation<'a> {
    /// Where the code was redeemed.
    pub authority: &'a Authority,
    /// Whose accounts were asked for.
    pub tenant: SignInTenant,
    /// The page's registration.
    pub client_id: ClientId,
    /// The nonce of the attempt.
    pub nonce: &'a Nonce,
}

struct Payload {
    aud: String,
    iss: String,
    tid: String,
    oid: String,
    nonce: String,
    name: Option<String>,
    preferred_username: Option<String>,
    acct: Option<u8>,
}

objects! { Payload { aud iss tid oid nonce name preferred_username acct } }

/// Reads and compares the claims of a token.
pub fn read(token: &str, expected: &Expectation<'_>) -> Result<IdClaims, IdTokenError> {
    let payload = decode(token).ok_or(IdTokenError::Malformed)?;
    if !expected.nonce.is(&payload.nonce) {
        return Err(IdTokenError::NonceForeign);
    }
    if payload.aud != expected.client_id.text() {
        return Err(IdTokenError::AudienceForeign);
    }
    let (Ok(tid), Ok(oid)) = (payload.tid.parse(), payload.oid.parse()) else { return Err(IdTokenError::Malformed) };
    if payload.iss != expected.authority.issuer(tid) {
        return Err(IdTokenError::IssuerForeign);
    }
    if tid == PERSONAL_ACCOUNTS {
        return Err(IdTokenError::PersonalAccount);
    }
    let kind = match payload.acct {
        Some(0) => Some(AccountKind::Member),
        Some(1) => Some(AccountKind::Guest),
        _ => None,
    };
    let claims = IdClaims { tid, oid, name: payload.name, preferred_username: payload.preferred_username, kind };
    if expected.tenant.admits(tid) { Ok(claims) } else { Err(IdTokenError::WrongTenant(Box::new(claims))) }
}

fn decode(token: &str) -> Option<Payload> {
    let mut parts = split(token, &['.']);
    let (_, payload, _, None) = (parts.next()?, parts.next()?, parts.next()?, parts.next()) else { return None };
    if token.len() > LONGEST {
        return None;
    }
    let mut bytes = base64url::decode(payload)?;
    let payload = std::str::from_utf8(&bytes).ok().and_then(json::read);
    bytes.zeroize();
    payload
}
