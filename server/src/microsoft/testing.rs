//! What tests of this area share: a clock that is moved by hand, an RSA key, tokens of any shape.

use super::{
    config::Authority,
    http::Outbound,
    keys::{Keys, set::parse_key_set},
    verify::Verifier,
};
use crate::clock::Clock;
use aws_lc_rs::{
    encoding::AsDer,
    rand::SystemRandom,
    rsa::KeySize,
    signature::{KeyPair, RSA_PKCS1_SHA256, RsaEncoding, RsaKeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use shared::id::{ClientId, ObjectId, TenantId};
use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicI64, Ordering},
};
use uuid::Uuid;

pub(crate) const NOW: i64 = 1_795_300_000;
pub(crate) const TENANT: TenantId = TenantId(Uuid::from_u128(0x0190_a0b1_2c3d_4e4f_8a9b_0c1d_2e3f_4a5b));
pub(crate) const OTHER_TENANT: TenantId = TenantId(Uuid::from_u128(0x0190_a0b1_2c3d_4e4f_8a9b_0c1d_2e3f_4a5c));
pub(crate) const OBJECT: ObjectId = ObjectId(Uuid::from_u128(0x0290_a0b1_2c3d_4e4f_8a9b_0c1d_2e3f_4a5b));
pub(crate) const API: ClientId = ClientId(Uuid::from_u128(0x0390_a0b1_2c3d_4e4f_8a9b_0c1d_2e3f_4a5b));
pub(crate) const PAGE: ClientId = ClientId(Uuid::from_u128(0x0490_a0b1_2c3d_4e4f_8a9b_0c1d_2e3f_4a5b));
pub(crate) const LOGIN: &str = "https://login.microsoftonline.com";

/// A clock that stands still until it is moved.
pub(crate) struct ManualClock(AtomicI64);

impl ManualClock {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(NOW * 1000)))
    }

    pub(crate) fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1000, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now_millis(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

pub(crate) fn key() -> &'static RsaKeyPair {
    static KEY: OnceLock<RsaKeyPair> = OnceLock::new();
    KEY.get_or_init(|| RsaKeyPair::generate(KeySize::Rsa2048).unwrap())
}

pub(crate) fn other_key() -> &'static RsaKeyPair {
    static KEY: OnceLock<RsaKeyPair> = OnceLock::new();
    KEY.get_or_init(|| RsaKeyPair::generate(KeySize::Rsa2048).unwrap())
}

pub(crate) fn modulus() -> Vec<u8> {
    key().public_key().modulus().big_endian_without_leading_zero().to_vec()
}

/// The public key of [`key`] as a PEM-less SPKI, the classic HMAC secret of algorithm confusion.
pub(crate) fn public_der() -> Vec<u8> {
    let der: aws_lc_rs::encoding::PublicKeyX509Der<'_> = key().public_key().as_der().unwrap();
    der.as_ref().to_vec()
}

pub(crate) fn key_set_entry(kid: &str, issuer: &str) -> Value {
    json!({
        "kty": "RSA", "use": "sig", "kid": kid, "x5t": kid, "n": URL_SAFE_NO_PAD.encode(modulus()), "e": "AQAB",
        "x5c": ["MIIC"], "cloud_instance_name": "example", "issuer": issuer,
    })
}

pub(crate) fn encode(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

/// Signs header and payload exactly as written.
pub(crate) fn sign_with(key: &RsaKeyPair, padding: &'static dyn RsaEncoding, header: &str, payload: &str) -> String {
    let message = format!("{}.{}", encode(header), encode(payload));
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(padding, &SystemRandom::new(), message.as_bytes(), &mut signature).unwrap();
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// A token as Microsoft signs them.
pub(crate) fn sign(claims: &Value) -> String {
    sign_with(key(), &RSA_PKCS1_SHA256, r#"{"typ":"JWT","alg":"RS256","kid":"one"}"#, &claims.to_string())
}

/// The claims of a good access token.
pub(crate) fn access_claims(login: &str) -> Value {
    json!({
        "aud": API, "iss": format!("{login}/{TENANT}/v2.0"), "iat": NOW - 10, "nbf": NOW - 10, "exp": NOW + 3600,
        "azp": PAGE, "azpacr": "0", "oid": OBJECT, "tid": TENANT, "scp": "access_as_user", "sub": "pairwise",
        "uti": "abcDEF123", "ver": "2.0", "name": "Adele Vance", "preferred_username": "adele@contoso.com",
    })
}

/// The claims of a good ID token.
pub(crate) fn id_claims(login: &str, client: ClientId) -> Value {
    json!({
        "aud": client, "iss": format!("{login}/{TENANT}/v2.0"), "iat": NOW - 10, "nbf": NOW - 10, "exp": NOW + 3600,
        "oid": OBJECT, "tid": TENANT, "sub": "pairwise", "nonce": "n-0S6_WzA2Mj", "ver": "2.0", "uti": "xyz",
        "name": "Adele Vance", "preferred_username": "adele@contoso.com",
    })
}

/// A verifier that knows [`key`] as `one` for all tenants, `msa` for personal accounts and `other` for another issuer.
pub(crate) fn verifier(authority: &Authority, outbound: Arc<Outbound>, clock: Arc<ManualClock>) -> Arc<Verifier> {
    let keys = Keys::new(authority.clone(), outbound, clock);
    let set = json!({ "keys": [
        key_set_entry("one", &authority.issuer_template()),
        key_set_entry("msa", &authority.issuer(shared::id::PERSONAL_ACCOUNTS)),
        key_set_entry("other", &authority.issuer(OTHER_TENANT)),
        key_set_entry("elsewhere", "https://login.example/{tenantid}/v2.0"),
    ] });
    keys.learn_for_test(parse_key_set(set.to_string().as_bytes(), None).unwrap());
    Arc::new(Verifier::new(authority.clone(), Arc::new(keys)))
}
