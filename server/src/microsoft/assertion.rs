//! Client assertions: how a registration of ours proves itself to the sign-in service (RFC 7523 §3, P1).
//!
//! PS256 with `x5t#S256`, one audience (the tenant's own token endpoint), ten minutes. Reused per tenant until two
//! minutes before the end, because signing is the costly part.

use super::{
    certificate::{CertificateError, SigningCertificate},
    config::Authority,
};
use crate::{clock::SharedClock, random::SharedRandom};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;
use shared::{
    id::{ClientId, TenantId},
    secret::Secret,
    time::Timestamp,
};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};
use uuid::Uuid;

const LIFE: i64 = 600;
const RENEW_BEFORE: i64 = 120;
/// About 1 KB each.
const MOST_CACHED: usize = 2048;

/// Assertions of one registration at one authority.
pub struct Assertions {
    authority: Authority,
    client: ClientId,
    certificate: SigningCertificate,
    clock: SharedClock,
    random: SharedRandom,
    cached: Mutex<HashMap<TenantId, (Secret<String>, Timestamp)>>,
}

impl Assertions {
    /// Nothing is signed before it is asked for.
    pub fn new(
        authority: Authority,
        client: ClientId,
        certificate: SigningCertificate,
        clock: SharedClock,
        random: SharedRandom,
    ) -> Self {
        Self { authority, client, certificate, clock, random, cached: Mutex::default() }
    }

    /// An assertion for the tenant's token endpoint, good for two minutes or more.
    pub fn for_tenant(&self, tenant: TenantId) -> Result<Secret<String>, CertificateError> {
        let now = self.clock.now();
        let fresh = |end: &Timestamp| end.since(now) > RENEW_BEFORE && end.since(now) <= LIFE;
        let lock = || self.cached.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((assertion, _)) = lock().get(&tenant).filter(|(_, end)| fresh(end)) {
            return Ok(assertion.clone());
        }
        let assertion = self.make(tenant, now)?;
        let mut cached = lock();
        if cached.len() >= MOST_CACHED {
            cached.retain(|_, (_, end)| fresh(end));
        }
        if cached.len() < MOST_CACHED {
            cached.insert(tenant, (assertion.clone(), now.plus(LIFE)));
        }
        Ok(assertion)
    }

    fn make(&self, tenant: TenantId, now: Timestamp) -> Result<Secret<String>, CertificateError> {
        let id = crate::random::new_uuid(&*self.random, self.clock.now_millis());
        Signer { authority: &self.authority, client: self.client, certificate: &self.certificate }.sign(tenant, now, id)
    }
}

/// Signs one assertion of one client.
pub struct Signer<'a> {
    /// Where its tokens come from.
    pub authority: &'a Authority,
    /// Who it is.
    pub client: ClientId,
    /// What it signs with.
    pub certificate: &'a SigningCertificate,
}

impl Signer<'_> {
    /// An assertion for the tenant's token endpoint, good for ten minutes.
    pub fn sign(&self, tenant: TenantId, now: Timestamp, id: Uuid) -> Result<Secret<String>, CertificateError> {
        let audience = self.authority.token_endpoint(tenant);
        jwt(self.certificate, self.client.0, audience.as_str(), now, id)
    }
}

/// A JWT by which the holder of a certificate proves itself: an assertion, or Graph's proof of possession.
pub fn jwt(
    certificate: &SigningCertificate,
    issuer: Uuid,
    audience: &str,
    now: Timestamp,
    id: Uuid,
) -> Result<Secret<String>, CertificateError> {
    let header = json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": certificate.thumbprint() });
    let claims = json!({
        "aud": audience, "iss": issuer, "sub": issuer, "jti": id, "nbf": now, "iat": now, "exp": now.plus(LIFE),
    });
    let encode = |part: &serde_json::Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let message = format!("{}.{}", encode(&header), encode(&claims));
    let signature = URL_SAFE_NO_PAD.encode(certificate.sign(message.as_bytes())?);
    Ok(Secret::new(format!("{message}.{signature}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        microsoft::{
            certificate::self_signed,
            json::parse_object,
            testing::{API, LOGIN, ManualClock, NOW, OTHER_TENANT, TENANT},
        },
        random::SystemRandom,
    };
    use std::sync::Arc;

    fn assertions(clock: Arc<ManualClock>) -> Assertions {
        let new = self_signed("Rekey Access", Timestamp(NOW), Timestamp(NOW + 86_400)).unwrap();
        let certificate = SigningCertificate::from_pem(&new.certificate_pem, &new.private_key_pem).unwrap();
        let authority = Authority::new(LOGIN, LOGIN).unwrap();
        Assertions::new(authority, API, certificate, clock, Arc::new(SystemRandom))
    }

    fn part(assertion: &Secret<String>, index: usize) -> serde_json::Map<String, serde_json::Value> {
        let text = assertion.expose().split('.').nth(index).unwrap();
        parse_object(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap()
    }

    #[test]
    fn p1_the_assertion_is_ps256_for_one_audience_and_ten_minutes() {
        let assertions = assertions(ManualClock::new());
        let assertion = assertions.for_tenant(TENANT).unwrap();
        let header = part(&assertion, 0);
        assert_eq!(header["alg"], "PS256");
        assert_eq!(header["x5t#S256"], assertions.certificate.thumbprint());
        assert!(!header.contains_key("x5c") && !header.contains_key("kid"));
        let claims = part(&assertion, 1);
        assert_eq!(claims["aud"], format!("{LOGIN}/{TENANT}/oauth2/v2.0/token"));
        assert_eq!(claims["iss"], API.to_string());
        assert_eq!(claims["sub"], API.to_string());
        assert_eq!(claims["exp"].as_i64().unwrap() - claims["nbf"].as_i64().unwrap(), 600);
        assert!(Uuid::try_parse(claims["jti"].as_str().unwrap()).is_ok());
    }

    #[test]
    fn p1_it_is_reused_until_two_minutes_before_its_end() {
        let clock = ManualClock::new();
        let assertions = assertions(clock.clone());
        let first = assertions.for_tenant(TENANT).unwrap();
        clock.advance(479);
        assert_eq!(assertions.for_tenant(TENANT).unwrap().expose(), first.expose());
        clock.advance(1);
        assert_ne!(assertions.for_tenant(TENANT).unwrap().expose(), first.expose());
        clock.advance(-7200);
        assert_eq!(part(&assertions.for_tenant(TENANT).unwrap(), 1)["nbf"], NOW + 480 - 7200);
    }

    #[test]
    fn p1_each_tenant_has_its_own_and_the_cache_is_bounded() {
        let assertions = assertions(ManualClock::new());
        let one = assertions.for_tenant(TENANT).unwrap();
        assert_ne!(part(&one, 1)["aud"], part(&assertions.for_tenant(OTHER_TENANT).unwrap(), 1)["aud"]);
        let filler = |number: usize| TenantId(Uuid::from_u128(u128::try_from(number).unwrap()));
        let mut cached = assertions.cached.lock().unwrap();
        cached.extend((0..MOST_CACHED).map(|n| (filler(n), (one.clone(), Timestamp(NOW + 600)))));
        let before = cached.len();
        drop(cached);
        assertions.for_tenant(filler(MOST_CACHED + 1)).unwrap();
        assert_eq!(assertions.cached.lock().unwrap().len(), before);
    }
}
