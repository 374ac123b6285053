//! Errors in Microsoft's words, made safe to show: short plain text, and ids only if they are ids.
//!
//! Branch on [`ProviderError::error`] and [`ProviderError::subcode`]; the AADSTS number only picks a help text, and the
//! description is for people (reference "Microsoft identity platform", error codes).

use crate::{
    id, json,
    secret::Secret,
    text::{plain, split},
};

/// The most characters of one line, and the most lines, that are passed on.
const LINE: usize = 400;
const LINES: usize = 8;

/// What Microsoft said.
#[derive(Debug, PartialEq, Eq)]
pub struct ProviderError {
    /// The error word of OAuth (RFC 6749 §4.1.2.1, §5.2), such as `access_denied`.
    pub error: String,
    /// Microsoft's `suberror` or `error_subcode`, such as `cancel` or `consent_required`.
    pub subcode: Option<String>,
    /// The number behind `AADSTS`, for the help text.
    pub aadsts: Option<u32>,
    /// The description as lines of plain text, without the ids below.
    pub description: Vec<String>,
    /// For Microsoft's support.
    pub trace_id: Option<String>,
    /// For Microsoft's support, and for the tenant's sign-in log.
    pub correlation_id: Option<String>,
    /// When, as Microsoft writes it: `2026-11-23 10:24:07Z`.
    pub timestamp: Option<String>,
    /// The claims of a Conditional Access challenge, to be sent back unchanged (security.md P7). Not for logs.
    pub claims: Option<Claims>,
}

/// The claims of a challenge: JSON text that goes back to Microsoft as it came.
#[derive(Debug)]
pub struct Claims(Secret<String>);

impl Claims {
    /// The text for the next authorization request.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl PartialEq for Claims {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}
impl Eq for Claims {}

/// The fields of an error answer, from a redirect or from a token endpoint.
#[derive(Default)]
pub(super) struct Fields {
    pub error: Option<String>,
    pub error_description: Option<String>,
    pub suberror: Option<String>,
    pub error_codes: Option<Vec<u32>>,
    pub trace_id: Option<String>,
    pub correlation_id: Option<String>,
    pub timestamp: Option<String>,
    pub claims: Option<String>,
}

impl ProviderError {
    pub(super) fn read(fields: Fields) -> Self {
        let text = fields.error_description.as_deref().unwrap_or_default();
        let guid = |own: Option<String>, name| own.or_else(|| named(text, name)).filter(|id| is_guid(id));
        let written = fields.timestamp.or_else(|| named(text, TIMESTAMP));
        Self {
            error: word(fields.error.as_deref()).unwrap_or_else(|| "unknown_error".to_owned()),
            subcode: word(fields.suberror.as_deref()),
            aadsts: fields.error_codes.and_then(|codes| codes.first().copied()).or_else(|| aadsts(text)),
            description: lines(text),
            trace_id: guid(fields.trace_id, TRACE_ID),
            correlation_id: guid(fields.correlation_id, CORRELATION_ID),
            timestamp: written.filter(|time| is_timestamp(time)),
            claims: fields.claims.filter(|claims| is_challenge(claims)).map(|claims| Claims(Secret::new(claims))),
        }
    }

    /// Whether the person said no, and not a rule.
    pub fn is_declined(&self) -> bool {
        matches!(
            (self.error.as_str(), self.aadsts),
            ("access_denied", None | Some(65004)) | ("consent_required", Some(65004))
        ) || (self.error == "access_denied" && self.subcode.as_deref() == Some("cancel"))
    }

    /// Whether somebody must consent who has not yet.
    pub fn needs_consent(&self) -> bool {
        !self.is_declined() && (self.error == "consent_required" || self.subcode.as_deref() == Some("consent_required"))
    }
}

/// Where Microsoft's ids stand in a description, each in a line of its own.
const TRACE_ID: &str = "Trace ID:";
const CORRELATION_ID: &str = "Correlation ID:";
const TIMESTAMP: &str = "Timestamp:";

/// What stands behind this name.
#[inline(never)]
fn named(text: &str, name: &str) -> Option<String> {
    for line in split(text, &['\r', '\n']) {
        if let Some(found) = line.trim_ascii().strip_prefix(name) {
            return Some(found.trim_ascii().to_owned());
        }
    }
    None
}

/// An error word: what RFC 6749 allows, and short.
fn word(text: Option<&str>) -> Option<String> {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    text.filter(|text| (1..=64).contains(&text.len()) && text.bytes().all(is_word)).map(str::to_owned)
}

/// The number of `AADSTS50076: …`.
fn aadsts(text: &str) -> Option<u32> {
    const NAME: &[u8] = b"AADSTS";
    let at = text.as_bytes().windows(NAME.len()).position(|found| found == NAME)?;
    let digits = text.get(at + NAME.len()..)?;
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    digits.get(..end)?.parse().ok()
}

/// Plain lines: nothing that steers a terminal or turns the direction of text, and not too much of it.
fn lines(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for line in split(text, &['\r', '\n']) {
        let line = line.trim_ascii();
        let is_id = [TRACE_ID, CORRELATION_ID, TIMESTAMP].iter().any(|name| line.starts_with(name));
        if !line.is_empty() && !is_id && lines.len() < LINES {
            lines.push(plain(line, LINE));
        }
    }
    lines
}

fn is_guid(text: &str) -> bool {
    id::parse(text).is_some()
}

/// `2026-11-23 10:24:07Z`: only these characters, in this length.
fn is_timestamp(text: &str) -> bool {
    text.len() == 20
        && text.bytes().zip(b"0000-00-00 00:00:00Z").all(|(byte, form)| match form {
            b'0' => byte.is_ascii_digit(),
            other => byte == *other,
        })
}

/// The claims of a challenge: a JSON object, not too large. Its inside is not looked at, so nothing is kept of it.
pub(super) fn is_challenge(text: &str) -> bool {
    text.len() <= 8192 && text.trim_ascii_start().starts_with('{') && json::parse(text).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn described(text: &str) -> ProviderError {
        ProviderError::read(Fields {
            error: Some("access_denied".to_owned()),
            error_description: Some(text.to_owned()),
            ..Fields::default()
        })
    }

    #[test]
    fn j3_code_and_ids_are_found_in_the_description() {
        let error = described(
            "AADSTS53003: Access has been blocked by Conditional Access policies.\r\nTrace ID: f3b94c10-88ed-4b0a-8e6f-1a7720c9d500\r\nCorrelation ID: 6d0e8a53-2f7b-4c61-b0a9-3c55e1f8d947\r\nTimestamp: 2026-11-23 10:24:07Z",
        );
        assert_eq!(error.aadsts, Some(53003));
        assert_eq!(error.description, ["AADSTS53003: Access has been blocked by Conditional Access policies."]);
        assert_eq!(error.trace_id.as_deref(), Some("f3b94c10-88ed-4b0a-8e6f-1a7720c9d500"));
        assert_eq!(error.correlation_id.as_deref(), Some("6d0e8a53-2f7b-4c61-b0a9-3c55e1f8d947"));
        assert_eq!(error.timestamp.as_deref(), Some("2026-11-23 10:24:07Z"));
    }

    #[test]
    fn b11_hostile_text_stays_short_plain_text() {
        let error = described(&format!(
            "<img src=x onerror=alert(1)>\u{202e}\u{1b}[31m\r\nTrace ID: <b>\nTimestamp: now\n{}",
            "long\n".repeat(50) + &"x".repeat(5000)
        ));
        assert_eq!(error.description[0], "<img src=x onerror=alert(1)>[31m", "text, for a text node");
        assert!(error.description.len() <= LINES && error.description.iter().all(|line| line.len() <= LINE));
        assert_eq!((error.trace_id, error.timestamp, error.aadsts), (None, None, None));
        let odd = ProviderError::read(Fields { error: Some("<script>".into()), ..Fields::default() });
        assert_eq!(odd.error, "unknown_error");
    }

    #[test]
    fn p7_only_a_json_object_counts_as_claims_and_it_is_not_printed() {
        let with = |claims: &str| ProviderError::read(Fields { claims: Some(claims.to_owned()), ..Fields::default() });
        let text = r#"{"access_token":{"polids":{"essential":true}}}"#;
        assert_eq!(with(text).claims.as_ref().map(Claims::expose), Some(text));
        assert!(!format!("{:?}", with(text)).contains("polids"));
        for bad in ["", "x", "[1]", &format!("{{\"a\":\"{}\"}}", "b".repeat(9000))] {
            assert!(with(bad).claims.is_none());
        }
    }

    #[test]
    fn declining_is_not_the_same_as_needing_consent() {
        let error = |error: &str, sub: Option<&str>, code: Option<u32>| {
            ProviderError::read(Fields {
                error: Some(error.to_owned()),
                suberror: sub.map(str::to_owned),
                error_codes: code.map(|code| vec![code]),
                ..Fields::default()
            })
        };
        for (fields, declined, consent) in [
            (("access_denied", Some("cancel"), None), true, false),
            (("access_denied", None, Some(65004)), true, false),
            (("consent_required", None, Some(65004)), true, false),
            (("access_denied", None, Some(53003)), false, false),
            (("consent_required", None, Some(65001)), false, true),
            (("invalid_grant", Some("consent_required"), Some(65001)), false, true),
            (("interaction_required", None, Some(50076)), false, false),
        ] {
            let error = error(fields.0, fields.1, fields.2);
            assert_eq!((error.is_declined(), error.needs_consent()), (declined, consent), "{fields:?}");
        }
    }

    proptest! {
        #[test]
        fn any_description_is_read_without_panic(text in any::<String>()) {
            let error = described(&text);
            prop_assert!(error.description.iter().all(|line| !line.chars().any(char::is_control)));
        }
    }
}
