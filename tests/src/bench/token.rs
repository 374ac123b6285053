//! Tokens signed with a key of this run's own: no sign-in service takes part in what is measured.

use super::BenchError;
use aws_lc_rs::{
    encoding::AsDer,
    rand::SystemRandom,
    rsa::KeySize,
    signature::{KeyPair, RSA_PKCS1_SHA256, RsaKeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// The id of the one key.
pub const KEY_ID: &str = "bench";

/// Who signs.
pub struct Issuer {
    key: RsaKeyPair,
}

impl Issuer {
    /// With a fresh key of 2048 bits.
    pub fn new() -> Result<Self, BenchError> {
        let key = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| "no RSA key could be made")?;
        Ok(Self { key })
    }

    /// A token with these claims.
    pub fn sign(&self, claims: &Value) -> Result<String, BenchError> {
        let header = json!({ "typ": "JWT", "alg": "RS256", "kid": KEY_ID });
        let message = format!("{}.{}", encode(&header), encode(claims));
        let mut signature = vec![0; self.key.public_modulus_len()];
        let random = SystemRandom::new();
        self.key.sign(&RSA_PKCS1_SHA256, &random, message.as_bytes(), &mut signature).map_err(|_| "signing failed")?;
        Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// The key as a JSON Web Key Set (RFC 7517), as Microsoft publishes it.
    pub fn key_set(&self, issuer: &str) -> Value {
        json!({ "keys": [{
            "kty": "RSA", "use": "sig", "kid": KEY_ID, "x5t": KEY_ID, "n": URL_SAFE_NO_PAD.encode(self.modulus()),
            "e": "AQAB", "x5c": ["MIIC"], "issuer": issuer,
        }] })
    }

    /// What `jsonwebtoken` checks with.
    pub fn decoding_key(&self) -> Result<jsonwebtoken::DecodingKey, BenchError> {
        let modulus = URL_SAFE_NO_PAD.encode(self.modulus());
        Ok(jsonwebtoken::DecodingKey::from_rsa_components(&modulus, "AQAB")?)
    }

    /// The private key, for a certificate.
    pub fn private_key_der(&self) -> Result<Vec<u8>, BenchError> {
        let der: aws_lc_rs::encoding::Pkcs8V1Der<'_> = self.key.as_der().map_err(|_| "the key has no encoding")?;
        Ok(der.as_ref().to_vec())
    }

    fn modulus(&self) -> Vec<u8> {
        self.key.public_key().modulus().big_endian_without_leading_zero().to_vec()
    }
}

fn encode(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// The same token with another signature of the same length.
pub fn forge(token: &str) -> String {
    let mut bytes = token.to_owned().into_bytes();
    let at = bytes.len().saturating_sub(100);
    if let Some(byte) = bytes.get_mut(at) {
        *byte = if *byte == b'A' { b'B' } else { b'A' };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jsonwebtoken::{Algorithm, Validation, decode};

    #[test]
    fn tokens_verify_and_forged_ones_do_not() {
        let issuer = Issuer::new().expect("a key");
        let mut validation = Validation::new(Algorithm::RS256);
        validation.set_audience(&["api"]);
        let token = issuer.sign(&json!({ "aud": "api", "exp": 9_999_999_999_u64 })).expect("signed");
        let key = issuer.decoding_key().expect("a key");
        assert!(decode::<Value>(&token, &key, &validation).is_ok());
        assert!(decode::<Value>(&forge(&token), &key, &validation).is_err());
    }
}
