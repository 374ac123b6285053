//! Whether a token is believed: the one place that decides it (T1-T11, T16, T17).
//!
//! `jsonwebtoken` checks the signature and nothing else: its claim checks accept tokens without `aud` or `iss`, an array
//! for `iss`, unknown `crit` headers and any `typ`. Those checks are in `claims` and `header`, strict.
//! A claim is looked at only after the signature held. Names and addresses come out as [`DisplayText`], which cannot be
//! compared, so that nothing can be decided by them.

mod claims;
mod header;
mod refused;

use super::{
    config::Authority,
    json::parse_object,
    keys::{KeyError, Keys, SigningKey},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use claims::{Claims, Expected};
use jsonwebtoken::Algorithm;
use shared::{
    id::{ClientId, ObjectId, TenantId},
    time::Timestamp,
};
use std::{fmt, sync::Arc};
use uuid::Uuid;

pub use refused::{Reason, Refused};

/// The longest token that is looked at.
pub const TOKEN_LIMIT: usize = 16 * 1024;
/// How old a token may be when a person's action is finished with it, in seconds (T11).
pub const MAX_AGE: i64 = 30 * 60;
const SKEW: i64 = 60;
const MOST_SKEW: i64 = 120;

/// Text of the account, for people to read. It has no equality: accounts are known by tenant and object id (T10).
#[derive(Clone)]
pub struct DisplayText(String);

impl DisplayText {
    /// The text, without control characters, 200 characters at most.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn new(text: &str) -> Self {
        Self(text.chars().filter(|character| !character.is_control()).take(200).collect())
    }
}

impl fmt::Debug for DisplayText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DisplayText(…)")
    }
}

/// What an access token for our API must say.
#[derive(Debug, Clone, Copy)]
pub struct AccessExpectation {
    /// The tenant that this transaction is bound to.
    pub tenant: TenantId,
    /// The API that it must be for.
    pub api: ClientId,
    /// The page that it must have been given to.
    pub page: ClientId,
    /// The time.
    pub now: Timestamp,
    /// The greatest age in seconds; [`MAX_AGE`] for Save.
    pub max_age: i64,
}

/// An access token of ours that was believed.
#[derive(Debug, Clone)]
pub struct VerifiedAccess {
    /// Whose tenant.
    pub tenant: TenantId,
    /// Which account.
    pub object: ObjectId,
    /// Microsoft's id of this token, for the log.
    pub uti: Option<String>,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// Until when it is good.
    pub expires_at: Timestamp,
    /// Template ids of the account's active directory roles, if the token lists them. Advice only.
    pub wids: Option<Vec<Uuid>>,
    /// The delegated scopes.
    pub scopes: Vec<String>,
    /// Whether the account is a guest of the tenant.
    pub guest: bool,
}

/// The nonce that an ID token must carry.
#[derive(Debug, Clone, Copy)]
pub enum ExpectedNonce<'a> {
    /// Exactly this one: the answer to an authorize request.
    Is(&'a str),
    /// None was sent: the answer to on-behalf-of or refresh, where the token comes straight from Microsoft.
    NotSent,
}

/// What an ID token must say.
#[derive(Debug, Clone, Copy)]
pub struct IdExpectation<'a> {
    /// The tenant; `None` only where the tenant is being found out.
    pub tenant: Option<TenantId>,
    /// The registration that it must be for.
    pub client: ClientId,
    /// The nonce.
    pub nonce: ExpectedNonce<'a>,
    /// The time.
    pub now: Timestamp,
}

/// An ID token that was believed.
#[derive(Debug, Clone)]
pub struct VerifiedIdentity {
    /// Whose tenant.
    pub tenant: TenantId,
    /// Which account.
    pub object: ObjectId,
    /// Whether the account is a guest of the tenant.
    pub guest: bool,
    /// The person's name.
    pub name: Option<DisplayText>,
    /// The account's user name, mostly an address.
    pub username: Option<DisplayText>,
    /// Template ids of the account's active directory roles, if the token lists them. Advice only.
    pub wids: Option<Vec<Uuid>>,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// Until when it is good.
    pub expires_at: Timestamp,
}

/// A token whose signature holds. Nothing else about it has been looked at.
pub struct Signed {
    claims: Claims,
    key: Arc<SigningKey>,
}

/// Types of access tokens.
const ACCESS: &[&str] = &["JWT", "at+jwt"];
/// Types of ID tokens.
const IDENTITY: &[&str] = &["JWT"];

/// Checks tokens of one authority.
pub struct Verifier {
    authority: Authority,
    template: String,
    keys: Arc<Keys>,
    skew: i64,
}

impl Verifier {
    /// A verifier that allows 60 seconds between clocks.
    pub fn new(authority: Authority, keys: Arc<Keys>) -> Self {
        Self { template: authority.issuer_template(), authority, keys, skew: SKEW }
    }

    /// Allows another difference between clocks: 0 to 120 seconds (T11).
    #[must_use]
    pub fn with_skew(self, seconds: i64) -> Self {
        Self { skew: seconds.clamp(0, MOST_SKEW), ..self }
    }

    /// Refuses an access token that none of the keys known here has signed, without asking anybody for anything (H13).
    /// `None`: its key is not known here, which [`Verifier::verify_access_token`] will look into.
    pub fn signed_access_token(&self, token: &str) -> Result<Option<Signed>, Refused> {
        self.signed_by_known(token, ACCESS)
    }

    /// The same for an ID token.
    pub fn signed_id_token(&self, token: &str) -> Result<Option<Signed>, Refused> {
        self.signed_by_known(token, IDENTITY)
    }

    /// Decides on an access token for our API.
    pub async fn verify_access_token(
        &self,
        token: &str,
        expected: &AccessExpectation,
    ) -> Result<VerifiedAccess, Refused> {
        self.check_access_token(&self.signed(token, ACCESS).await?, expected)
    }

    /// Decides on what a signed access token says.
    pub fn check_access_token(&self, token: &Signed, expected: &AccessExpectation) -> Result<VerifiedAccess, Refused> {
        let Signed { claims, key } = token;
        let common = claims.common(&Expected {
            tenant: Some(expected.tenant),
            audience: expected.api,
            now: expected.now,
            max_age: expected.max_age,
            skew: self.skew,
            authority: &self.authority,
        })?;
        self.key_fits(key, common.tenant)?;
        claims.is_for_user_of(expected.page)?;
        Ok(VerifiedAccess {
            tenant: common.tenant,
            object: common.object,
            uti: claims.uti()?,
            issued_at: common.issued_at,
            expires_at: common.expires_at,
            wids: claims.wids()?,
            scopes: claims.scopes()?,
            guest: claims.guest(&self.authority, common.tenant)?,
        })
    }

    /// Decides on an ID token.
    pub async fn verify_id_token(
        &self,
        token: &str,
        expected: &IdExpectation<'_>,
    ) -> Result<VerifiedIdentity, Refused> {
        self.check_id_token(&self.signed(token, IDENTITY).await?, expected)
    }

    /// Decides on what a signed ID token says.
    pub fn check_id_token(&self, token: &Signed, expected: &IdExpectation<'_>) -> Result<VerifiedIdentity, Refused> {
        let Signed { claims, key } = token;
        let common = claims.common(&Expected {
            tenant: expected.tenant,
            audience: expected.client,
            now: expected.now,
            max_age: MAX_AGE,
            skew: self.skew,
            authority: &self.authority,
        })?;
        self.key_fits(key, common.tenant)?;
        claims.is_identity(expected.nonce)?;
        Ok(VerifiedIdentity {
            tenant: common.tenant,
            object: common.object,
            guest: claims.guest(&self.authority, common.tenant)?,
            name: claims.display("name")?,
            username: claims.display("preferred_username")?,
            wids: claims.wids()?,
            issued_at: common.issued_at,
            expires_at: common.expires_at,
        })
    }

    async fn signed(&self, token: &str, types: &[&str]) -> Result<Signed, Refused> {
        let parts = Parts::of(token, types)?;
        let key = self.keys.find(&parts.kid).await.map_err(|error| match error {
            KeyError::Unknown => Reason::UnknownKey,
            KeyError::NoneLoaded => Reason::NoKeys,
        })?;
        parts.signed_by(key)
    }

    fn signed_by_known(&self, token: &str, types: &[&str]) -> Result<Option<Signed>, Refused> {
        let parts = Parts::of(token, types)?;
        self.keys.find_known(&parts.kid).map(|key| parts.signed_by(key)).transpose()
    }

    fn key_fits(&self, key: &SigningKey, tenant: TenantId) -> Result<(), Refused> {
        if key.may_sign_for(&self.authority.issuer(tenant), &self.template) {
            Ok(())
        } else {
            Err(Reason::KeyIssuer.into())
        }
    }
}

/// A token in its parts, with a header that may be; nothing of it is believed.
struct Parts<'a> {
    signed: &'a str,
    payload: &'a str,
    signature: &'a str,
    kid: String,
}

impl<'a> Parts<'a> {
    /// Cheap refusals come first (H13).
    fn of(token: &'a str, types: &[&str]) -> Result<Self, Refused> {
        if token.len() > TOKEN_LIMIT {
            return Err(Reason::TooLong.into());
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(Reason::Shape)?;
        let (header, payload) = signed.split_once('.').ok_or(Reason::Shape)?;
        let kid = header::check(header, types)?;
        Ok(Self { signed, payload, signature, kid })
    }

    fn signed_by(&self, key: Arc<SigningKey>) -> Result<Signed, Refused> {
        match jsonwebtoken::crypto::verify(self.signature, self.signed.as_bytes(), key.decoding(), Algorithm::RS256) {
            Ok(true) => {}
            Ok(false) | Err(_) => return Err(Reason::Signature.into()),
        }
        let payload = URL_SAFE_NO_PAD.decode(self.payload).map_err(|_| Reason::Shape)?;
        let claims = parse_object(&payload).map_err(|_| Reason::Json)?;
        Ok(Signed { claims: Claims(claims), key })
    }
}

#[cfg(test)]
mod tests;
