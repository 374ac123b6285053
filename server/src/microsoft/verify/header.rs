//! The header of a token (RFC 7515 §4.1): which algorithm and which key, and nothing that it says about its own key.

use super::Reason;
use crate::microsoft::json::parse_object;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

/// Microsoft's headers are about 100 bytes.
const LONGEST: usize = 1024;
const LONGEST_KEY_ID: usize = 128;
/// Members that bring a key, an address of one, or a way to read the token that we do not know (T3, T4).
const FORBIDDEN: [&str; 8] = ["jku", "jwk", "x5u", "x5c", "crit", "b64", "zip", "enc"];

/// Checks the encoded header and gives the id of the key.
pub(super) fn check(encoded: &str, types: &[&str]) -> Result<String, Reason> {
    if encoded.len() > LONGEST {
        return Err(Reason::TooLong);
    }
    let text = URL_SAFE_NO_PAD.decode(encoded).map_err(|_| Reason::Shape)?;
    let mut header = parse_object(&text).map_err(|_| Reason::Json)?;
    if FORBIDDEN.into_iter().any(|name| header.contains_key(name)) {
        return Err(Reason::ForbiddenHeader);
    }
    if text_of(&header, "alg") != Some("RS256") {
        return Err(Reason::Algorithm);
    }
    if !text_of(&header, "typ").is_some_and(|word| types.contains(&word)) {
        return Err(Reason::Type);
    }
    match header.remove("kid") {
        Some(Value::String(kid)) if (1..=LONGEST_KEY_ID).contains(&kid.len()) => Ok(kid),
        _ => Err(Reason::KeyId),
    }
}

fn text_of<'a>(header: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    header.get(name).and_then(Value::as_str)
}
