//! Cursors: the position of a page's last row, opaque to callers. A cursor reveals nothing that its page did not show.

use super::ServiceError;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Serialize, de::DeserializeOwned};

/// Writes a position.
pub fn write<T: Serialize>(position: &T) -> Option<String> {
    serde_json::to_vec(position).ok().map(|json| URL_SAFE_NO_PAD.encode(json))
}

/// Reads a position that [`write`] made.
pub fn read<T: DeserializeOwned>(text: Option<&str>) -> Result<Option<T>, ServiceError> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    let wrong = || ServiceError::field("cursor", "expected the `next` of an earlier answer");
    let json = Some(text).filter(|text| text.len() <= 4096).and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
    serde_json::from_slice(&json.ok_or_else(wrong)?).map(Some).map_err(|_| wrong())
}
