//! Reading a published key set (RFC 7517) and refusing it as a whole when anything in it is dangerous (T15).

use crate::microsoft::json::{JsonError, parse_object};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::DecodingKey;
use serde_json::{Map, Value};
use std::collections::HashSet;

const MOST_KEYS: usize = 100;
const LONGEST_ID: usize = 128;
/// 65537, the only public exponent that Microsoft uses.
const EXPONENT: [u8; 3] = [1, 0, 1];

/// A key as the authority published it.
#[derive(Debug)]
pub struct PublishedKey {
    /// Its id.
    pub kid: String,
    /// Whose tokens it may sign: an issuer, or the template for all tenants.
    pub issuer: String,
    /// What the `jsonwebtoken` crate takes.
    pub(in crate::microsoft) decoding: DecodingKey,
}

/// Why a key set was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeySetError {
    /// Not acceptable JSON.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// No `keys`, or a member of the wrong type.
    #[error("expected a member keys with an array of objects, each with text members")]
    Shape,
    /// More than 100 keys.
    #[error("more than 100 keys")]
    TooMany,
    /// A symmetric key: publishing one is a mistake that lets anyone sign.
    #[error("it holds a symmetric key")]
    Symmetric,
    /// A private key, published.
    #[error("it holds a private key")]
    Private,
    /// An RSA key shorter than 2048 bits, longer than 8192, or with an exponent other than 65537.
    #[error("it holds an RSA key of unusual size")]
    Size,
    /// One id, two keys.
    #[error("two keys share an id")]
    Duplicate,
    /// Nothing to check a signature with.
    #[error("it holds no RSA signing key with an issuer")]
    Empty,
}

/// Reads a key set; `cloud` is the metadata's `cloud_instance_name`, which a key's own must equal.
pub fn parse_key_set(body: &[u8], cloud: Option<&str>) -> Result<Vec<PublishedKey>, KeySetError> {
    let document = parse_object(body)?;
    let Some(Value::Array(entries)) = document.get("keys") else { return Err(KeySetError::Shape) };
    if entries.len() > MOST_KEYS {
        return Err(KeySetError::TooMany);
    }
    let mut ids = HashSet::new();
    let mut keys = Vec::new();
    for entry in entries {
        let entry = entry.as_object().ok_or(KeySetError::Shape)?;
        let kid = text(entry, "kid")?.filter(|kid| (1..=LONGEST_ID).contains(&kid.len())).ok_or(KeySetError::Shape)?;
        if !ids.insert(kid) {
            return Err(KeySetError::Duplicate);
        }
        keys.extend(read(entry, kid, cloud)?);
    }
    if keys.is_empty() { Err(KeySetError::Empty) } else { Ok(keys) }
}

/// One entry: a usable key, or nothing if it is of a kind that we have no use for.
fn read(entry: &Map<String, Value>, kid: &str, cloud: Option<&str>) -> Result<Option<PublishedKey>, KeySetError> {
    let family = text(entry, "kty")?.ok_or(KeySetError::Shape)?;
    if family == "oct" || entry.contains_key("k") {
        return Err(KeySetError::Symmetric);
    }
    if ["d", "p", "q", "dp", "dq", "qi"].into_iter().any(|name| entry.contains_key(name)) {
        return Err(KeySetError::Private);
    }
    if family != "RSA" {
        return Ok(None);
    }
    let modulus = bytes(entry, "n")?;
    let exponent = bytes(entry, "e")?;
    let bits = modulus.len().saturating_mul(8).saturating_sub(leading_zeros(&modulus));
    if !(2048..=8192).contains(&bits) || modulus.first() == Some(&0) || exponent != EXPONENT {
        return Err(KeySetError::Size);
    }
    let signs =
        text(entry, "use")?.is_none_or(|word| word == "sig") && text(entry, "alg")?.is_none_or(|word| word == "RS256");
    let same_cloud = match (text(entry, "cloud_instance_name")?, cloud) {
        (Some(of_key), Some(of_metadata)) => of_key == of_metadata,
        _ => true,
    };
    let Some(issuer) = text(entry, "issuer")?.filter(|_| signs && same_cloud) else { return Ok(None) };
    let decoding = DecodingKey::from_rsa_raw_components(&modulus, &exponent);
    Ok(Some(PublishedKey { kid: kid.to_owned(), issuer: issuer.to_owned(), decoding }))
}

fn text<'a>(entry: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, KeySetError> {
    match entry.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(KeySetError::Shape),
    }
}

fn bytes(entry: &Map<String, Value>, name: &str) -> Result<Vec<u8>, KeySetError> {
    let text = text(entry, name)?.ok_or(KeySetError::Shape)?;
    URL_SAFE_NO_PAD.decode(text).map_err(|_| KeySetError::Shape)
}

fn leading_zeros(modulus: &[u8]) -> usize {
    modulus.first().map_or(0, |byte| usize::try_from(byte.leading_zeros()).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::microsoft::testing::{key_set_entry, modulus};
    use serde_json::json;

    const ISSUER: &str = "https://login.example/{tenantid}/v2.0";

    fn parse(keys: &Value) -> Result<Vec<String>, KeySetError> {
        let body = json!({ "keys": keys }).to_string();
        parse_key_set(body.as_bytes(), Some("example")).map(|keys| keys.into_iter().map(|key| key.kid).collect())
    }

    #[test]
    fn t15_dangerous_sets_are_refused_as_a_whole() {
        let good = key_set_entry("a", ISSUER);
        assert_eq!(parse(&json!([good])), Ok(vec!["a".to_owned()]));
        let with = |name: &str, value: Value| {
            let mut entry = key_set_entry("b", ISSUER);
            entry[name] = value;
            entry
        };
        let cases = [
            (with("kty", json!("oct")), KeySetError::Symmetric),
            (with("k", json!("AAAA")), KeySetError::Symmetric),
            (with("d", json!("AAAA")), KeySetError::Private),
            (with("n", json!(URL_SAFE_NO_PAD.encode(&modulus()[..128]))), KeySetError::Size),
            (with("n", json!(URL_SAFE_NO_PAD.encode([0; 256]))), KeySetError::Size),
            (with("n", json!("")), KeySetError::Size),
            (with("n", json!("a b")), KeySetError::Shape),
            (with("e", json!("Aw")), KeySetError::Size),
            (with("e", json!("AQ")), KeySetError::Size),
            (with("kid", json!("a")), KeySetError::Duplicate),
            (with("kid", json!("")), KeySetError::Shape),
            (with("kid", json!(["a"])), KeySetError::Shape),
            (with("issuer", json!([ISSUER])), KeySetError::Shape),
            (json!("RSA"), KeySetError::Shape),
        ];
        for (bad, expected) in cases {
            assert_eq!(parse(&json!([good, bad])), Err(expected), "{bad}");
        }
    }

    #[test]
    fn t15_the_size_of_a_set_is_limited() {
        let many: Vec<_> = (0..101).map(|number| key_set_entry(&number.to_string(), ISSUER)).collect();
        assert_eq!(parse(&json!(many)), Err(KeySetError::TooMany));
        assert_eq!(parse(&json!([])), Err(KeySetError::Empty));
        assert_eq!(parse(&json!({})), Err(KeySetError::Shape));
        assert!(matches!(parse_key_set(b"{\"keys\":[],\"keys\":[]}", None), Err(KeySetError::Json(_))));
    }

    #[test]
    fn keys_that_are_not_for_us_are_left_out() {
        let with = |name: &str, value: Value| {
            let mut entry = key_set_entry("b", ISSUER);
            entry[name] = value;
            entry
        };
        let mut without_issuer = key_set_entry("b", ISSUER);
        without_issuer.as_object_mut().unwrap().remove("issuer");
        for other in [
            with("use", json!("enc")),
            with("alg", json!("PS256")),
            with("kty", json!("EC")),
            with("cloud_instance_name", json!("elsewhere")),
            without_issuer,
        ] {
            assert_eq!(parse(&json!([key_set_entry("a", ISSUER), other])), Ok(vec!["a".to_owned()]), "{other}");
        }
    }
}
