//! How a client proves itself: certificate assertion (RFC 7523), secret, or not at all.

use x509_parser::prelude::{FromDer, X509Certificate};

use super::TokenRequest;
use crate::clock::error_timestamp;
use crate::errors::AadError;
use crate::jose::{Jws, RsaAlgorithm, from_base64url, sha1, sha256};

/// What the client showed; the number is `azpacr` and `appidacr`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    None,
    Secret,
    Certificate,
}

impl Proof {
    pub(crate) fn context(self) -> &'static str {
        match self {
            Self::None => "0",
            Self::Secret => "1",
            Self::Certificate => "2",
        }
    }
}

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// Tolerated difference of clocks, in seconds.
const SKEW: f64 = 300.0;

impl TokenRequest<'_> {
    /// The proof of a client that must have one (7000218 without).
    pub(crate) fn confidential_proof(&self) -> Result<Proof, AadError> {
        match self.proof()? {
            Proof::None => Err(AadError::new(
                7_000_218,
                "invalid_client",
                "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
            )),
            proof => Ok(proof),
        }
    }

    /// The proof of any client; a public one must not show any (700025).
    pub(crate) fn proof(&self) -> Result<Proof, AadError> {
        let (assertion, secret) = (self.params.get("client_assertion"), self.params.get("client_secret"));
        if assertion.is_none() && secret.is_none() {
            return Ok(Proof::None);
        }
        if !self.client.is_confidential() {
            let text = "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.";
            return Err(AadError::new(700_025, "invalid_client", text));
        }
        match (assertion, secret) {
            (Some(assertion), _) => self.check_assertion(assertion).map(|()| Proof::Certificate),
            (None, Some(secret)) if self.client.secrets.iter().any(|known| known == secret) => Ok(Proof::Secret),
            (None, _) => Err(AadError::new(
                7_000_215,
                "invalid_client",
                format!(
                    "Invalid client secret provided. Ensure the secret being sent in the request is the client secret \
                     value, not the client secret ID, for a secret added to app '{}'.",
                    self.client.client_id
                ),
            )),
        }
    }

    fn check_assertion(&self, text: &str) -> Result<(), AadError> {
        if self.params.need("client_assertion_type")? != ASSERTION_TYPE {
            return Err(refuse(50_027, "The 'client_assertion_type' is not supported."));
        }
        let assertion = Jws::parse(text).ok_or_else(|| refuse(50_027, "JWT token is invalid or malformed."))?;
        self.check_signature(&assertion)?;
        self.check_parties(&assertion)?;
        self.check_times(&assertion)
    }

    fn check_signature(&self, assertion: &Jws) -> Result<(), AadError> {
        let algorithm = assertion.algorithm().ok_or_else(|| {
            refuse(50_027, "JWT token is invalid or malformed. The signature algorithm is not RS256 or PS256.")
        })?;
        let certificate = self.certificate_of(assertion, algorithm)?;
        let (_, parsed) = X509Certificate::from_der(&certificate).map_err(|_| not_registered())?;
        let key = parsed.public_key().subject_public_key.data.as_ref();
        if !assertion.is_signed_by(algorithm, key) {
            return Err(refuse(700_027, "Client assertion failed signature validation."));
        }
        let now = self.now / 1000;
        let validity = parsed.validity();
        if now > validity.not_after.timestamp() {
            return Err(expired());
        }
        if now < validity.not_before.timestamp() {
            let text = "The provided client certificate is not within its specified validity window.";
            return Err(refuse(1_000_502, text));
        }
        Ok(())
    }

    /// The registered certificate that the header names; an algorithm and the thumbprint of the other one do not mix.
    fn certificate_of(&self, assertion: &Jws, algorithm: RsaAlgorithm) -> Result<Vec<u8>, AadError> {
        let (name, wanted) = match algorithm {
            RsaAlgorithm::Ps256 => ("x5t#S256", assertion.header("x5t#S256")),
            RsaAlgorithm::Rs256 => ("x5t", assertion.header("x5t").or_else(|| assertion.header("x5t#S256"))),
        };
        let wanted = wanted.and_then(from_base64url).ok_or_else(|| {
            refuse(50_027, &format!("JWT token is invalid or malformed. The header must contain '{name}'."))
        })?;
        let named = |der: &Vec<u8>| match wanted.len() {
            32 => sha256(der).as_ref() == wanted,
            20 if algorithm == RsaAlgorithm::Rs256 => sha1(der).as_ref() == wanted,
            _ => false,
        };
        let known = self.client.certificate_ders().find(named).ok_or_else(not_registered)?;
        // What Graph registered has an end of its own, which may come before the certificate's.
        match self.registered_keys.iter().find(|key| key.der == known) {
            Some(key) if self.now >= key.end_millis => Err(expired()),
            Some(key) if key.is_new => Err(not_registered()),
            _ => Ok(known),
        }
    }

    fn check_parties(&self, assertion: &Jws) -> Result<(), AadError> {
        let own = self.client.client_id.to_string();
        for name in ["iss", "sub"] {
            if assertion.claim(name).is_none_or(|value| !value.eq_ignore_ascii_case(&own)) {
                let text = format!("Client assertion '{name}' claim does not match the client '{own}'.");
                return Err(refuse(700_021, &text));
            }
        }
        if assertion.claim("jti").is_none() {
            return Err(refuse(50_027, "JWT token is invalid or malformed. The assertion must contain 'jti'."));
        }
        // Only a single string is accepted; the list form is not documented.
        let audience = assertion.claim("aud").unwrap_or_default();
        if self.endpoints().iter().any(|endpoint| endpoint == audience) {
            return Ok(());
        }
        Err(refuse(700_023, "Client assertion audience claim does not match Realm issuer."))
    }

    /// The addresses that name this endpoint: as called, and with the directory's id.
    fn endpoints(&self) -> Vec<String> {
        let address = |tenant: &str| format!("{}/{tenant}/oauth2/v2.0/token", self.base);
        let mut all = vec![address(self.tenant_path)];
        if let crate::authorize::request::Audience::Tenant(tid) = self.audience {
            all.push(address(&tid.to_string()));
        }
        all
    }

    #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 fit a double exactly")]
    fn check_times(&self, assertion: &Jws) -> Result<(), AadError> {
        let now = (self.now / 1000) as f64;
        let expiry = assertion.time("exp");
        let not_before = assertion.time("nbf").or_else(|| assertion.time("iat"));
        let within =
            expiry.is_some_and(|expiry| now <= expiry + SKEW) && not_before.is_none_or(|begin| now >= begin - SKEW);
        if within {
            return Ok(());
        }
        let shown = |time: Option<f64>| time.map_or_else(|| "unknown".to_owned(), show);
        let text = format!(
            "Client assertion is not within its valid time range. Current time: {}, assertion valid from {}, expiry \
             time of assertion {}.",
            error_timestamp(self.now),
            shown(not_before),
            shown(expiry)
        );
        Err(refuse(700_024, &text))
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a time beyond the range of i64 is shown as its limit")]
fn show(seconds: f64) -> String {
    error_timestamp((seconds * 1000.0) as i64)
}

fn refuse(code: u32, text: &str) -> AadError {
    AadError::new(code, "invalid_client", text)
}

fn expired() -> AadError {
    let text = "The certificate with identifier used to sign the client assertion is expired on application. \
                [Reason - The key used is expired.]";
    refuse(700_027, text)
}

fn not_registered() -> AadError {
    let text = "The certificate with identifier used to sign the client assertion is not registered on application. \
                [Reason - The key was not found.]";
    refuse(700_027, text)
}
