//! The claims of a token whose signature held: each of the right type, each with the right value (T5-T11).

use super::{DisplayText, ExpectedNonce, Reason, Refused};
use crate::microsoft::config::Authority;
use serde_json::{Map, Value};
use shared::{
    id::{ClientId, ObjectId, PERSONAL_ACCOUNTS, TenantId},
    time::Timestamp,
};
use std::str::FromStr;
use uuid::Uuid;

const MOST_ROLES: usize = 500;
const LONGEST_ID: usize = 64;

/// The claims, not yet believed one by one.
pub(super) struct Claims(pub Map<String, Value>);

/// What every token must fulfil.
pub(super) struct Expected<'a> {
    pub tenant: Option<TenantId>,
    pub audience: ClientId,
    pub now: Timestamp,
    pub max_age: i64,
    pub skew: i64,
    pub authority: &'a Authority,
}

/// What every token says.
pub(super) struct Common {
    pub tenant: TenantId,
    pub object: ObjectId,
    pub issued_at: Timestamp,
    pub expires_at: Timestamp,
}

impl Claims {
    /// Checks issuer, tenant, audience, version and times.
    pub(super) fn common(&self, expected: &Expected<'_>) -> Result<Common, Refused> {
        let tenant: TenantId = self.id("tid")?;
        let object: ObjectId = self.id("oid")?;
        self.text("sub")?;
        if self.text("iss")? != expected.authority.issuer(tenant) {
            return Err(Reason::Issuer.into());
        }
        if tenant == PERSONAL_ACCOUNTS {
            return Err(Reason::PersonalAccount.into());
        }
        if expected.tenant.is_some_and(|wanted| wanted != tenant) {
            return Err(Reason::Tenant.into());
        }
        if self.text("aud")? != expected.audience.to_string() {
            return Err(Reason::Audience.into());
        }
        if self.text("ver")? != "2.0" {
            return Err(Reason::Version.into());
        }
        let (issued_at, expires_at) = self.times(expected)?;
        Ok(Common { tenant, object, issued_at, expires_at })
    }

    fn times(&self, expected: &Expected<'_>) -> Result<(Timestamp, Timestamp), Refused> {
        let [issued_at, not_before, expires_at] = [self.time("iat")?, self.time("nbf")?, self.time("exp")?];
        let Expected { now, max_age, skew, .. } = *expected;
        if now.since(expires_at) >= skew {
            return Err(Reason::Expired.into());
        }
        if not_before.since(now) > skew {
            return Err(Reason::NotYet.into());
        }
        if issued_at.since(now) > skew {
            return Err(Reason::FromTheFuture.into());
        }
        if now.since(issued_at) > max_age {
            return Err(Reason::TooOld.into());
        }
        Ok((issued_at, expires_at))
    }

    /// An access token that the page got for a person (T8, T9).
    pub(super) fn is_for_user_of(&self, page: ClientId) -> Result<(), Refused> {
        if self.0.contains_key("nonce") {
            return Err(Reason::WrongKind.into());
        }
        match self.optional_text("idtyp")? {
            None | Some("user") => {}
            Some(_) => return Err(Reason::AppOnly.into()),
        }
        if self.text("azp")? != page.to_string() {
            return Err(Reason::Application.into());
        }
        Ok(())
    }

    /// An ID token that answers our own request.
    pub(super) fn is_identity(&self, nonce: ExpectedNonce<'_>) -> Result<(), Refused> {
        if self.0.contains_key("scp") || self.0.contains_key("idtyp") {
            return Err(Reason::WrongKind.into());
        }
        match nonce {
            ExpectedNonce::NotSent => Ok(()),
            ExpectedNonce::Is(nonce) if !nonce.is_empty() && self.text("nonce")? == nonce => Ok(()),
            ExpectedNonce::Is(_) => Err(Reason::Nonce.into()),
        }
    }

    /// The delegated scopes; a token without any is none for a person.
    pub(super) fn scopes(&self) -> Result<Vec<String>, Refused> {
        let scopes: Vec<_> =
            self.text("scp")?.split(' ').filter(|scope| !scope.is_empty()).map(str::to_owned).collect();
        if scopes.is_empty() { Err(Reason::WrongType("scp").into()) } else { Ok(scopes) }
    }

    /// A guest says so by `acct`, or was vouched for by another identity provider than this tenant.
    pub(super) fn guest(&self, authority: &Authority, tenant: TenantId) -> Result<bool, Refused> {
        let by_account = match self.0.get("acct") {
            None => false,
            Some(Value::Number(number)) if number.as_u64() == Some(0) => false,
            Some(Value::Number(number)) if number.as_u64() == Some(1) => true,
            Some(_) => return Err(Reason::WrongType("acct").into()),
        };
        let elsewhere = self.optional_text("idp")?.is_some_and(|provider| {
            provider != authority.issuer(tenant) && provider != format!("https://sts.windows.net/{tenant}/")
        });
        Ok(by_account || elsewhere)
    }

    pub(super) fn uti(&self) -> Result<Option<String>, Refused> {
        match self.optional_text("uti")? {
            Some(uti) if uti.len() > LONGEST_ID => Err(Reason::WrongType("uti").into()),
            other => Ok(other.map(str::to_owned)),
        }
    }

    pub(super) fn wids(&self) -> Result<Option<Vec<Uuid>>, Refused> {
        let wrong = Refused::from(Reason::WrongType("wids"));
        match self.0.get("wids") {
            None => Ok(None),
            Some(Value::Array(roles)) if roles.len() <= MOST_ROLES => {
                let role = |value: &Value| value.as_str().and_then(|text| Uuid::try_parse(text).ok()).ok_or(wrong);
                roles.iter().map(role).collect::<Result<_, _>>().map(Some)
            }
            Some(_) => Err(wrong),
        }
    }

    pub(super) fn display(&self, name: &'static str) -> Result<Option<DisplayText>, Refused> {
        Ok(self.optional_text(name)?.map(DisplayText::new))
    }

    fn text(&self, name: &'static str) -> Result<&str, Refused> {
        self.optional_text(name)?.ok_or_else(|| Reason::Missing(name).into())
    }

    fn optional_text(&self, name: &'static str) -> Result<Option<&str>, Refused> {
        match self.0.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Reason::WrongType(name).into()),
        }
    }

    fn id<T: FromStr>(&self, name: &'static str) -> Result<T, Refused> {
        self.text(name)?.parse().map_err(|_| Reason::WrongType(name).into())
    }

    /// A `NumericDate` (RFC 7519 §2): whole seconds, as a JSON number, within reason.
    fn time(&self, name: &'static str) -> Result<Timestamp, Refused> {
        match self.0.get(name) {
            None => Err(Reason::Missing(name).into()),
            Some(Value::Number(number)) => number
                .as_i64()
                .filter(|seconds| (0..1 << 40).contains(seconds))
                .map(Timestamp)
                .ok_or_else(|| Reason::WrongType(name).into()),
            Some(_) => Err(Reason::WrongType(name).into()),
        }
    }
}
