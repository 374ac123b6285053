//! Certificates of our registrations: made, loaded, signed with (P1, S8).
//!
//! RSA of 2048 bits, because Microsoft takes no elliptic curves; every operation with the private key is aws-lc's.

use aws_lc_rs::{
    digest::{SHA256, digest},
    rand::SystemRandom,
    signature::{KeyPair, RSA_PSS_SHA256, RsaKeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rcgen::{
    CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, KeyUsagePurpose, PKCS_RSA_SHA256, RsaKeySize,
};
use shared::{secret::Secret, time::Timestamp};
use std::fmt;
use time::OffsetDateTime;
use x509_parser::{pem::Pem, prelude::X509Certificate};

const SMALLEST_KEY: usize = 256;

/// What is wrong with a certificate or its key. Says nothing of their content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// Not a certificate.
    #[error("expected one X.509 certificate in PEM")]
    Certificate,
    /// Not a private key.
    #[error("expected an RSA private key in PEM, PKCS #8 or PKCS #1, unencrypted")]
    PrivateKey,
    /// Too short a key.
    #[error("expected an RSA key of 2048 bits or more")]
    TooShort,
    /// Not a pair.
    #[error("the private key is not the certificate's")]
    NotAPair,
    /// The name or the times are not usable in a certificate.
    #[error("expected a name of 1 to 64 characters and an end after the beginning")]
    Parameters,
    /// The library could not make it.
    #[error("the certificate could not be made")]
    Making,
    /// The library could not sign.
    #[error("the signature could not be made")]
    Signing,
}

/// A new certificate and its key.
#[derive(Debug)]
pub struct NewCertificate {
    /// The certificate, PEM.
    pub certificate_pem: String,
    /// Its private key, PEM (PKCS #8).
    pub private_key_pem: Secret<String>,
}

/// Makes a self-signed certificate with a new RSA key.
pub fn self_signed(
    name: &str,
    not_before: Timestamp,
    not_after: Timestamp,
) -> Result<NewCertificate, CertificateError> {
    let moment = |at: Timestamp| OffsetDateTime::from_unix_timestamp(at.0).map_err(|_| CertificateError::Parameters);
    if !(1..=64).contains(&name.chars().count()) || not_after <= not_before {
        return Err(CertificateError::Parameters);
    }
    let mut names = DistinguishedName::new();
    names.push(DnType::CommonName, name);
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name = names;
    parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    parameters.not_before = moment(not_before)?;
    parameters.not_after = moment(not_after)?;
    let key = rcgen::KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048);
    let key = key.map_err(|_| CertificateError::Making)?;
    let certificate = parameters.self_signed(&key).map_err(|_| CertificateError::Making)?;
    Ok(NewCertificate { certificate_pem: certificate.pem(), private_key_pem: Secret::new(key.serialize_pem()) })
}

/// The same moment two calendar years later; from a 29 February to the 28 February, so never a day more than two years.
pub fn two_years_after(from: Timestamp) -> Timestamp {
    let Ok(moment) = OffsetDateTime::from_unix_timestamp(from.0) else { return from };
    let later = moment
        .replace_year(moment.year() + 2)
        .or_else(|_| moment.replace_day(28).and_then(|day_before| day_before.replace_year(moment.year() + 2)));
    later.map_or(from, |later| Timestamp(later.unix_timestamp()))
}

/// A certificate with its private key, ready to sign.
pub struct SigningCertificate {
    der: Vec<u8>,
    key: RsaKeyPair,
    not_before: Timestamp,
    not_after: Timestamp,
}

impl SigningCertificate {
    /// Reads both and checks that they are a pair.
    pub fn from_pem(certificate_pem: &str, private_key_pem: &Secret<String>) -> Result<Self, CertificateError> {
        Self::from_parts(certificate_der(certificate_pem)?, private_key(private_key_pem)?)
    }

    /// The same with the certificate in DER.
    pub fn from_der(certificate: &[u8], private_key_pem: &Secret<String>) -> Result<Self, CertificateError> {
        Self::from_parts(certificate.to_vec(), private_key(private_key_pem)?)
    }

    fn from_parts(der: Vec<u8>, key: RsaKeyPair) -> Result<Self, CertificateError> {
        if key.public_modulus_len() < SMALLEST_KEY {
            return Err(CertificateError::TooShort);
        }
        let (_, certificate) = parse(&der)?;
        if certificate.public_key().subject_public_key.data.as_ref() != key.public_key().as_ref() {
            return Err(CertificateError::NotAPair);
        }
        let validity = certificate.validity();
        let (not_before, not_after) =
            (Timestamp(validity.not_before.timestamp()), Timestamp(validity.not_after.timestamp()));
        Ok(Self { der, key, not_before, not_after })
    }

    /// The certificate, DER: its public half and nothing else (P8).
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// `x5t#S256`: base64url of the SHA-256 of the certificate (RFC 7515 §4.1.8).
    pub fn thumbprint(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest(&SHA256, &self.der))
    }

    /// From when it is good.
    pub fn not_before(&self) -> Timestamp {
        self.not_before
    }

    /// Until when it is good.
    pub fn not_after(&self) -> Timestamp {
        self.not_after
    }

    /// A PS256 signature (RFC 7518 §3.5).
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, CertificateError> {
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key
            .sign(&RSA_PSS_SHA256, &SystemRandom::new(), message, &mut signature)
            .map_err(|_| CertificateError::Signing)?;
        Ok(signature)
    }
}

impl fmt::Debug for SigningCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningCertificate").field("thumbprint", &self.thumbprint()).finish_non_exhaustive()
    }
}

fn parse(der: &[u8]) -> Result<(&[u8], X509Certificate<'_>), CertificateError> {
    x509_parser::parse_x509_certificate(der)
        .ok()
        .filter(|(rest, _)| rest.is_empty())
        .ok_or(CertificateError::Certificate)
}

fn certificate_der(pem: &str) -> Result<Vec<u8>, CertificateError> {
    let mut blocks = Pem::iter_from_buffer(pem.as_bytes());
    let first = blocks.next().and_then(Result::ok).filter(|block| block.label == "CERTIFICATE");
    let der = first.ok_or(CertificateError::Certificate)?.contents;
    if blocks.next().is_some() {
        return Err(CertificateError::Certificate);
    }
    parse(&der)?;
    Ok(der)
}

fn private_key(pem: &Secret<String>) -> Result<RsaKeyPair, CertificateError> {
    let mut blocks = Pem::iter_from_buffer(pem.expose().as_bytes());
    let block = blocks.next().and_then(Result::ok).ok_or(CertificateError::PrivateKey)?;
    let der = Secret::new(block.contents);
    let key = match block.label.as_str() {
        "PRIVATE KEY" => RsaKeyPair::from_pkcs8(der.expose()),
        "RSA PRIVATE KEY" => RsaKeyPair::from_der(der.expose()),
        _ => return Err(CertificateError::PrivateKey),
    };
    key.map_err(|_| CertificateError::PrivateKey)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// B-11: two years to the second; 29 February ends on 28 February.
    #[test]
    fn b11_two_calendar_years_and_the_leap_day() {
        for (from, to) in [
            (1_795_305_600, 1_858_464_000), // 2026-11-22 -> 2028-11-22: 731 days, with a leap day
            (1_835_438_400, 1_898_510_400), // 2028-02-29 -> 2030-02-28
            (1_740_000_000, 1_803_072_000),
        ] {
            assert_eq!(two_years_after(Timestamp(from)), Timestamp(to), "{from}");
        }
    }
    use aws_lc_rs::signature::{RSA_PSS_2048_8192_SHA256, UnparsedPublicKey};

    fn made() -> NewCertificate {
        self_signed("Rekey Access", Timestamp(1_795_300_000), Timestamp(1_795_300_000 + 86_400)).unwrap()
    }

    #[test]
    fn p1_a_made_certificate_loads_and_signs() {
        let new = made();
        let loaded = SigningCertificate::from_pem(&new.certificate_pem, &new.private_key_pem).unwrap();
        assert_eq!(loaded.not_before(), Timestamp(1_795_300_000));
        assert_eq!(loaded.not_after(), Timestamp(1_795_386_400));
        assert_eq!(loaded.thumbprint().len(), 43);
        let signature = loaded.sign(b"message").unwrap();
        let (_, certificate) = parse(loaded.der()).unwrap();
        let public = certificate.public_key().subject_public_key.data.to_vec();
        UnparsedPublicKey::new(&RSA_PSS_2048_8192_SHA256, public).verify(b"message", &signature).unwrap();
    }

    #[test]
    fn a_key_of_another_certificate_is_noticed() {
        let (one, two) = (made(), made());
        let error = SigningCertificate::from_pem(&one.certificate_pem, &two.private_key_pem).unwrap_err();
        assert_eq!(error, CertificateError::NotAPair);
    }

    #[test]
    fn p8_a_private_key_is_no_certificate_nor_the_other_way_about() {
        let new = made();
        let swapped = Secret::new(new.certificate_pem.clone());
        let error = SigningCertificate::from_pem(new.private_key_pem.expose(), &swapped).unwrap_err();
        assert_eq!(error, CertificateError::Certificate);
        let error = SigningCertificate::from_pem(&new.certificate_pem, &swapped).unwrap_err();
        assert_eq!(error, CertificateError::PrivateKey);
        let both = format!("{}{}", new.certificate_pem, new.private_key_pem.expose());
        let error = SigningCertificate::from_pem(&both, &new.private_key_pem).unwrap_err();
        assert_eq!(error, CertificateError::Certificate);
    }

    #[test]
    fn s7_debug_shows_no_key() {
        let new = made();
        let loaded = SigningCertificate::from_pem(&new.certificate_pem, &new.private_key_pem).unwrap();
        let shown = format!("{new:?} {loaded:?}");
        let middle = &new.private_key_pem.expose()[100..140];
        assert!(!shown.contains(middle) && !shown.contains("PRIVATE"));
    }

    #[test]
    fn unusable_parameters_are_refused() {
        for (name, end) in [("", 2), ("x", 1), ("x", 0), (&*"n".repeat(65), 2)] {
            let error = self_signed(name, Timestamp(1), Timestamp(end)).unwrap_err();
            assert_eq!(error, CertificateError::Parameters, "{name}");
        }
    }
}
