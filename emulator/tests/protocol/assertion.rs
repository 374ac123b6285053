//! Client assertions, good and bad, and a look into tokens.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair as RsaKeyPair;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::world::{API, Credential};

pub fn assertion_claims(audience: &str, now: i64) -> Value {
    json!({
        "aud": audience, "iss": API, "sub": API, "jti": Uuid::new_v4(), "nbf": now, "iat": now, "exp": now + 600,
    })
}

pub fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Signs with PS256 and `x5t#S256`; `header` adds or replaces members.
pub fn ps256(credential: &Credential, header: &Value, claims: &Value) -> String {
    let thumbprint = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &credential.certificate_der);
    let base = json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": base64url(thumbprint) });
    signed(credential, base, header, claims, &RSA_PSS_SHA256)
}

/// Signs with RS256 and `x5t`.
pub fn rs256(credential: &Credential, header: &Value, claims: &Value) -> String {
    let algorithm = &aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY;
    let thumbprint = aws_lc_rs::digest::digest(algorithm, &credential.certificate_der);
    let base = json!({ "alg": "RS256", "typ": "JWT", "x5t": base64url(thumbprint) });
    signed(credential, base, header, claims, &RSA_PKCS1_SHA256)
}

fn signed(
    credential: &Credential,
    mut header: Value,
    changes: &Value,
    claims: &Value,
    encoding: &'static dyn RsaEncoding,
) -> String {
    header.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    let input = format!("{}.{}", base64url(header.to_string()), base64url(claims.to_string()));
    let pair = RsaKeyPair::from_pkcs8(credential.key.serialized_der()).unwrap();
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(encoding, &SystemRandom::new(), input.as_bytes(), &mut signature).unwrap();
    format!("{input}.{}", base64url(signature))
}

/// The claims of a token, unchecked.
pub fn claims(token: &str) -> Value {
    part(token, 1)
}

/// The header of a token.
pub fn header(token: &str) -> Value {
    part(token, 0)
}

fn part(token: &str, index: usize) -> Value {
    let text = token.split('.').nth(index).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap()
}
