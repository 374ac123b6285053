//! The service's signing keys: made at the start, several at a time, rotated on demand, published with certificates.

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair as RsaKeyPair;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RsaEncoding};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use thiserror::Error;

use crate::jose::{base64, base64url, hidden_nonce, sha1};
use crate::random;

/// A key could not be made or read.
#[derive(Debug, Error)]
pub enum KeyError {
    /// The generator or certificate maker refused.
    #[error("signing key: {0}")]
    Certificate(#[from] rcgen::Error),
    /// The stored form is damaged.
    #[error("signing key: the stored form cannot be read")]
    Stored,
}

/// One signing key with its certificate.
pub(crate) struct SigningKey {
    pub(crate) kid: String,
    pair: RsaKeyPair,
    stored: StoredKey,
}

/// How a key is written into the state file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct StoredKey {
    pkcs8: String,
    certificate: String,
}

impl SigningKey {
    pub(crate) fn generate() -> Result<Self, KeyError> {
        let pair = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048)?;
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, "stand-in.accesscontrol.invalid");
        let certificate = params.self_signed(&pair)?;
        Self::read(StoredKey { pkcs8: base64(pair.serialized_der()), certificate: base64(certificate.der()) })
    }

    fn read(stored: StoredKey) -> Result<Self, KeyError> {
        let pkcs8 = STANDARD.decode(&stored.pkcs8).map_err(|_| KeyError::Stored)?;
        let certificate = STANDARD.decode(&stored.certificate).map_err(|_| KeyError::Stored)?;
        let pair = RsaKeyPair::from_pkcs8(&pkcs8).map_err(|_| KeyError::Stored)?;
        Ok(Self { kid: base64url(sha1(certificate)), pair, stored })
    }

    /// The public key in PKCS#1 form.
    pub(crate) fn public_key(&self) -> &[u8] {
        self.pair.public_key().as_ref()
    }

    fn jwk(&self, issuer: &str) -> Value {
        let public = self.pair.public_key();
        json!({
            "kty": "RSA",
            "use": "sig",
            "kid": self.kid,
            "x5t": self.kid,
            "n": base64url(public.modulus().big_endian_without_leading_zero()),
            "e": base64url(public.exponent().big_endian_without_leading_zero()),
            "x5c": [self.stored.certificate],
            "cloud_instance_name": "microsoftonline.com",
            "issuer": issuer,
        })
    }

    fn sign_input(&self, input: &str, algorithm: SignatureKind) -> Vec<u8> {
        let encoding: &'static dyn RsaEncoding = match algorithm {
            SignatureKind::Rs256 => &RSA_PKCS1_SHA256,
            SignatureKind::Rs384 => &RSA_PKCS1_SHA384,
            SignatureKind::Hs256 => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, self.stored.certificate.as_bytes());
                return hmac::sign(&key, input.as_bytes()).as_ref().to_vec();
            }
            SignatureKind::None => return Vec::new(),
        };
        let mut signature = vec![0; self.pair.public_modulus_len()];
        let done = self.pair.sign(encoding, &SystemRandom::new(), input.as_bytes(), &mut signature);
        if done.is_ok() { signature } else { Vec::new() }
    }

    /// Signs a token with the given header, whatever that says.
    pub(crate) fn sign(&self, header: &Value, claims: &Value, kind: SignatureKind) -> String {
        let input = format!("{}.{}", base64url(header.to_string()), base64url(claims.to_string()));
        let signature = self.sign_input(&input, kind);
        format!("{input}.{}", base64url(signature))
    }

    /// Signs a Graph token: the header carries a nonce, the signature covers its hash.
    pub(crate) fn sign_with_hidden_nonce(&self, header: &Value, claims: &Value) -> String {
        let nonce = random::token();
        let mut shown = header.clone();
        let mut signed = header.clone();
        if let (Some(shown), Some(signed)) = (shown.as_object_mut(), signed.as_object_mut()) {
            signed.insert("nonce".to_owned(), Value::String(hidden_nonce(&nonce)));
            shown.insert("nonce".to_owned(), Value::String(nonce));
        }
        let claims = base64url(claims.to_string());
        let input = format!("{}.{claims}", base64url(signed.to_string()));
        let signature = self.sign_input(&input, SignatureKind::Rs256);
        format!("{}.{claims}.{}", base64url(shown.to_string()), base64url(signature))
    }
}

/// How a token is signed; all but the first are misbehaviours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SignatureKind {
    Rs256,
    Rs384,
    /// The certificate text used as a shared secret.
    Hs256,
    None,
}

/// All keys: `published[0]` signs.
pub(crate) struct KeyRing {
    published: Vec<SigningKey>,
}

impl KeyRing {
    /// Two fresh keys.
    pub(crate) fn generate() -> Result<Self, KeyError> {
        Ok(Self { published: vec![SigningKey::generate()?, SigningKey::generate()?] })
    }

    pub(crate) fn read(stored: Vec<StoredKey>) -> Result<Self, KeyError> {
        let published: Result<Vec<_>, _> = stored.into_iter().map(SigningKey::read).collect();
        let ring = Self { published: published? };
        if ring.published.is_empty() { Self::generate() } else { Ok(ring) }
    }

    pub(crate) fn stored(&self) -> Vec<StoredKey> {
        self.published.iter().map(|key| key.stored.clone()).collect()
    }

    /// The key that signs now.
    pub(crate) fn current(&self) -> Option<&SigningKey> {
        self.published.first()
    }

    /// Finds a published key.
    pub(crate) fn find(&self, kid: &str) -> Option<&SigningKey> {
        self.published.iter().find(|key| key.kid == kid)
    }

    /// A new key signs from now on. `retire` drops every older key at once, as in an emergency.
    pub(crate) fn rotate(&mut self, retire: bool) -> Result<(), KeyError> {
        if retire {
            self.published = vec![SigningKey::generate()?, SigningKey::generate()?];
        } else {
            self.published.insert(0, SigningKey::generate()?);
        }
        Ok(())
    }

    /// The JWKS document.
    pub(crate) fn jwks(&self, issuer: &str) -> Value {
        // The order carries no meaning at Microsoft; show it reversed so that nobody takes the first one.
        let keys: Vec<Value> = self.published.iter().rev().map(|key| key.jwk(issuer)).collect();
        json!({ "keys": keys })
    }
}
