//! The ids that Microsoft puts into its errors: the only part of an error that people are shown.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

/// What a person hands to Microsoft's support. Every part has a checked shape, so it is safe to show and to log.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MicrosoftIds {
    /// The number behind `AADSTS`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aadsts: Option<u32>,
    /// The trace id of the sign-in service, or the request id of Graph.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<Uuid>,
    /// The correlation id, or the request id that we chose for Graph.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correlation_id: Option<Uuid>,
    /// When, in Microsoft's words: `2026-11-21 10:00:00Z`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<String>,
}

impl MicrosoftIds {
    /// Takes what is well formed from an error body of the sign-in service.
    pub(super) fn of_sign_in(body: &Map<String, Value>) -> Self {
        Self {
            aadsts: codes(body).first().copied(),
            trace_id: id(body, "trace_id"),
            correlation_id: id(body, "correlation_id"),
            timestamp: body
                .get("timestamp")
                .and_then(Value::as_str)
                .filter(|text| is_timestamp(text))
                .map(str::to_owned),
        }
    }
}

/// The AADSTS numbers of an error body, most telling first; a few at most.
pub(super) fn codes(body: &Map<String, Value>) -> Vec<u32> {
    let Some(Value::Array(codes)) = body.get("error_codes") else { return Vec::new() };
    codes.iter().take(8).filter_map(Value::as_u64).filter_map(|code| u32::try_from(code).ok()).collect()
}

/// A member that is a GUID.
pub(super) fn id(body: &Map<String, Value>, name: &str) -> Option<Uuid> {
    body.get(name).and_then(Value::as_str).filter(|text| text.len() == 36).and_then(|text| Uuid::try_parse(text).ok())
}

/// `yyyy-MM-dd HH:mm:ssZ` or, from Graph, `yyyy-MM-ddTHH:mm:ss`.
pub(super) fn is_timestamp(text: &str) -> bool {
    (19..=20).contains(&text.len())
        && text.bytes().enumerate().all(|(position, byte)| match position {
            4 | 7 => byte == b'-',
            10 => byte == b' ' || byte == b'T',
            13 | 16 => byte == b':',
            19 => byte == b'Z',
            _ => byte.is_ascii_digit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::microsoft::json::parse_object;

    #[test]
    fn only_well_formed_ids_are_kept() {
        let good = br#"{"error_codes":[50076,1],"trace_id":"0190a0b1-2c3d-7e4f-8a9b-0c1d2e3f4a5b",
            "correlation_id":"0190a0b1-2c3d-7e4f-8a9b-0c1d2e3f4a5c","timestamp":"2026-11-21 10:00:00Z"}"#;
        let ids = MicrosoftIds::of_sign_in(&parse_object(good).unwrap());
        assert_eq!(ids.aadsts, Some(50_076));
        assert!(ids.trace_id.is_some() && ids.correlation_id.is_some());
        assert_eq!(ids.timestamp.as_deref(), Some("2026-11-21 10:00:00Z"));
        let bad =
            br#"{"error_codes":"50076","trace_id":"<script>","correlation_id":7,"timestamp":"<b>2026</b> 10:00:00"}"#;
        assert_eq!(MicrosoftIds::of_sign_in(&parse_object(bad).unwrap()), MicrosoftIds::default());
    }
}
