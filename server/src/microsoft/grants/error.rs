//! What a refusal of the token endpoint means for the connection (P6).
//!
//! Decided by `error`, `suberror` and `claims`; AADSTS numbers only where `error` says too little, because Microsoft
//! changes them. Descriptions are never read. The help text for a number is looked up by `MicrosoftIds::aadsts`.

use crate::microsoft::{
    error_ids::{MicrosoftIds, codes},
    json::parse_object,
    verify::Reason,
};
use http::StatusCode;
use serde_json::{Map, Value};
use shared::secret::Secret;
use std::time::Duration;

/// Longer than any challenge; it must fit into an authorize request.
const LONGEST_CLAIMS: usize = 4096;

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum GrantError {
    /// The account holder must sign in with these claims, which go to the browser unchanged (P7).
    #[error("Microsoft asks the account holder for more")]
    ClaimsChallenge {
        /// JSON text for the `claims` parameter of an authorize request.
        claims: Secret<String>,
        /// For the person.
        ids: Box<MicrosoftIds>,
    },
    /// The account holder must sign in again; Microsoft said no claims.
    #[error("the account holder must sign in again")]
    InteractionNeeded {
        /// For the person.
        ids: Box<MicrosoftIds>,
    },
    /// A permission is not consented to.
    #[error("consent is missing")]
    ConsentMissing {
        /// For the person.
        ids: Box<MicrosoftIds>,
    },
    /// A policy or an administrator's setting forbids it, and signing in again does not help.
    #[error("a policy of the organization forbids it")]
    PolicyBlocked {
        /// For the person.
        ids: Box<MicrosoftIds>,
    },
    /// Too many requests, by us or by the tenant; can look like a revoked token.
    #[error("Microsoft asks to wait")]
    Throttled {
        /// How long, if Microsoft said.
        retry_after: Option<Duration>,
        /// For the person.
        ids: Box<MicrosoftIds>,
    },
    /// No answer, or trouble on Microsoft's side.
    #[error("Microsoft cannot be reached or is in trouble")]
    Unavailable {
        /// How long, if Microsoft said.
        retry_after: Option<Duration>,
        /// For the person.
        ids: Box<MicrosoftIds>,
    },
    /// Revoked or expired, or a refusal that we do not know. Final only after a second try an hour later.
    #[error("the access has ended")]
    Revoked {
        /// For the person.
        ids: Box<MicrosoftIds>,
    },
    /// Our set-up or our request is wrong.
    #[error("our request was wrong: {what}")]
    OurFault {
        /// In which respect.
        what: OurFault,
        /// For the operator.
        ids: Box<MicrosoftIds>,
    },
    /// The answer is not what was asked for, and was discarded.
    #[error("the answer was discarded: {0}")]
    WrongAnswer(WrongAnswer),
}

/// What of ours is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OurFault {
    /// The client assertion could not be made.
    #[error("the client assertion could not be made")]
    Assertion,
    /// No permission, or one that is not a name.
    #[error("expected one or more permission names")]
    Scope,
    /// The address.
    #[error("the token endpoint is not on the list of allowed origins")]
    Address,
    /// `invalid_client`: certificate, its registration, or our clock.
    #[error("Microsoft did not accept our certificate")]
    Credential,
    /// Anything else that Microsoft calls wrong with the request.
    #[error("Microsoft calls the request wrong")]
    Request,
}

/// Why an answer was discarded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WrongAnswer {
    /// Neither a token nor an error that can be read.
    #[error("it cannot be read")]
    Shape,
    /// Not a bearer token.
    #[error("it is not a bearer token")]
    TokenType,
    /// No ID token, so nobody knows whom it is for.
    #[error("it has no ID token")]
    NoIdToken,
    /// The ID token is not believed.
    #[error("its ID token is not believed")]
    IdToken(Reason),
    /// Another account's (P4).
    #[error("it is for another account")]
    OtherAccount,
    /// No usable `expires_in`.
    #[error("it does not say how long it is good")]
    Life,
}

impl GrantError {
    pub(super) fn our_fault(what: OurFault) -> Self {
        Self::OurFault { what, ids: Box::default() }
    }

    pub(super) fn unavailable(retry_after: Option<Duration>) -> Self {
        Self::Unavailable { retry_after, ids: Box::default() }
    }

    /// What to show, where Microsoft said something.
    pub fn ids(&self) -> Option<&MicrosoftIds> {
        match self {
            Self::ClaimsChallenge { ids, .. }
            | Self::InteractionNeeded { ids }
            | Self::ConsentMissing { ids }
            | Self::PolicyBlocked { ids }
            | Self::Throttled { ids, .. }
            | Self::Unavailable { ids, .. }
            | Self::Revoked { ids }
            | Self::OurFault { ids, .. } => Some(ids),
            Self::WrongAnswer(_) => None,
        }
    }

    /// Microsoft's number, where it gave one.
    pub fn aadsts(&self) -> Option<u32> {
        self.ids().and_then(|ids| ids.aadsts)
    }

    /// Whether it says nothing of the account: our certificate, our request, or Microsoft's keys that we could not have. Then
    /// no connection has ended, however long it lasts.
    pub fn is_ours(&self) -> bool {
        matches!(self, Self::OurFault { .. } | Self::WrongAnswer(WrongAnswer::IdToken(Reason::NoKeys)))
    }

    /// Whether the same request may succeed later without anybody doing anything.
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Throttled { .. } | Self::Unavailable { .. })
    }
}

const THROTTLED: [u32; 2] = [50_196, 90_055];
const TRANSIENT: [u32; 5] = [90_033, 90_006, 50_033, 90_024, 90_012];
const CONSENT: [u32; 4] = [65_001, 65_004, 90_094, 90_095];
const POLICY: [u32; 21] = [
    53_000, 53_001, 53_002, 53_003, 53_004, 53_011, 50_097, 50_105, 50_129, 50_177, 500_021, 500_022, 530_031, 530_032,
    530_034, 530_035, 7_000_112, 70_001, 1_000_031, 650_052, 90_072,
];
const INTERACTION: [u32; 12] =
    [16_000, 50_055, 50_058, 50_072, 50_074, 50_076, 50_078, 50_079, 50_089, 50_144, 50_158, 500_133];
const ENDED: [u32; 15] = [
    50_014, 50_020, 50_034, 50_053, 50_057, 50_132, 50_133, 50_173, 51_004, 70_008, 70_043, 700_016, 700_082, 700_084,
    90_002,
];
const OURS: [u32; 4] = [50_013, 500_131, 240_002, 90_009];

/// Sorts an error body.
pub(super) fn classify(
    body: &Map<String, Value>,
    status: Option<StatusCode>,
    retry_after: Option<Duration>,
) -> GrantError {
    let ids = Box::new(MicrosoftIds::of_sign_in(body));
    let codes = codes(body);
    let has = |wanted: &[u32]| codes.iter().any(|code| wanted.contains(code));
    let word = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let (error, suberror) = (word("error"), word("suberror"));
    if status == Some(StatusCode::TOO_MANY_REQUESTS) || has(&THROTTLED) {
        return GrantError::Throttled { retry_after, ids };
    }
    let trouble = status.is_some_and(|status| status.is_server_error());
    if trouble || matches!(error, "temporarily_unavailable" | "server_error") || has(&TRANSIENT) {
        return GrantError::Unavailable { retry_after, ids };
    }
    if error == "invalid_client" && !has(&POLICY) && !has(&ENDED) {
        return GrantError::OurFault { what: OurFault::Credential, ids };
    }
    if error == "consent_required" || suberror == "consent_required" || has(&CONSENT) {
        return GrantError::ConsentMissing { ids };
    }
    if let Some(claims) = challenge(body) {
        return GrantError::ClaimsChallenge { claims, ids };
    }
    if has(&POLICY) || suberror == "protection_policy_required" {
        return GrantError::PolicyBlocked { ids };
    }
    if has(&OURS) {
        return GrantError::OurFault { what: OurFault::Request, ids };
    }
    if has(&ENDED) || matches!(suberror, "bad_token" | "token_expired") {
        return GrantError::Revoked { ids };
    }
    if matches!(error, "interaction_required" | "login_required")
        || matches!(suberror, "basic_action" | "additional_action" | "message_only" | "user_password_expired")
        || has(&INTERACTION)
    {
        return GrantError::InteractionNeeded { ids };
    }
    match error {
        "invalid_grant" => GrantError::Revoked { ids },
        "access_denied" => GrantError::PolicyBlocked { ids },
        "" => GrantError::WrongAnswer(WrongAnswer::Shape),
        _ => GrantError::OurFault { what: OurFault::Request, ids },
    }
}

/// The challenge, if it is what a `claims` parameter may be (OpenID Connect Core §5.5): handed on as it was written.
fn challenge(body: &Map<String, Value>) -> Option<Secret<String>> {
    let text = body.get("claims").and_then(Value::as_str)?;
    let members = (text.len() <= LONGEST_CLAIMS).then(|| parse_object(text.as_bytes()).ok()).flatten()?;
    (!members.is_empty()).then(|| Secret::new(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn sorted(status: u16, body: &Value) -> &'static str {
        let status = StatusCode::from_u16(status).ok();
        match classify(body.as_object().unwrap(), status, Some(Duration::from_secs(7))) {
            GrantError::ClaimsChallenge { .. } => "challenge",
            GrantError::InteractionNeeded { .. } => "interaction",
            GrantError::ConsentMissing { .. } => "consent",
            GrantError::PolicyBlocked { .. } => "policy",
            GrantError::Throttled { .. } => "throttled",
            GrantError::Unavailable { .. } => "unavailable",
            GrantError::Revoked { .. } => "revoked",
            GrantError::OurFault { .. } => "ours",
            GrantError::WrongAnswer(_) => "wrong",
        }
    }

    #[test]
    fn p6_refusals_are_told_apart() {
        let claims = r#"{"access_token":{"polids":{"essential":true,"values":["x"]}}}"#;
        let cases = [
            (
                400,
                json!({"error":"interaction_required","error_codes":[50_076],"suberror":"basic_action","claims":claims}),
                "challenge",
            ),
            (400, json!({"error":"invalid_grant","error_codes":[50_079],"claims":claims}), "challenge"),
            (400, json!({"error":"invalid_grant","error_codes":[53_003],"claims":claims}), "challenge"),
            (400, json!({"error":"interaction_required","error_codes":[50_076]}), "interaction"),
            (400, json!({"error":"invalid_grant","error_codes":[50_076],"suberror":"basic_action"}), "interaction"),
            (400, json!({"error":"invalid_grant","error_codes":[50_076],"claims":"not json"}), "interaction"),
            (400, json!({"error":"invalid_grant","error_codes":[500_133]}), "interaction"),
            (400, json!({"error":"invalid_grant","error_codes":[70_043]}), "revoked"),
            (400, json!({"error":"invalid_grant","error_codes":[65_001],"suberror":"consent_required"}), "consent"),
            (400, json!({"error":"interaction_required","error_codes":[65_001]}), "consent"),
            (400, json!({"error":"consent_required"}), "consent"),
            (400, json!({"error":"invalid_grant","error_codes":[53_003]}), "policy"),
            (400, json!({"error":"interaction_required","error_codes":[53_000]}), "policy"),
            (400, json!({"error":"unauthorized_client","error_codes":[7_000_112]}), "policy"),
            (400, json!({"error":"invalid_grant","error_codes":[50_105]}), "policy"),
            (429, json!({"error":"invalid_grant"}), "throttled"),
            (400, json!({"error":"invalid_grant","error_codes":[50_196]}), "throttled"),
            (400, json!({"error":"invalid_request","error_codes":[90_055]}), "throttled"),
            (503, json!({"error":"invalid_grant"}), "unavailable"),
            (400, json!({"error":"temporarily_unavailable"}), "unavailable"),
            (400, json!({"error":"invalid_grant","error_codes":[90_033]}), "unavailable"),
            (400, json!({"error":"invalid_grant","error_codes":[50_173]}), "revoked"),
            (400, json!({"error":"invalid_grant","error_codes":[700_082]}), "revoked"),
            (400, json!({"error":"invalid_grant","error_codes":[50_133]}), "revoked"),
            (400, json!({"error":"invalid_grant","error_codes":[50_057]}), "revoked"),
            (400, json!({"error":"invalid_grant","suberror":"bad_token"}), "revoked"),
            (400, json!({"error":"unauthorized_client","error_codes":[700_016]}), "revoked"),
            (400, json!({"error":"invalid_grant"}), "revoked"),
            (401, json!({"error":"invalid_client","error_codes":[700_027]}), "ours"),
            (401, json!({"error":"invalid_client","error_codes":[700_024],"claims":claims}), "ours"),
            (400, json!({"error":"invalid_grant","error_codes":[500_131]}), "ours"),
            (400, json!({"error":"invalid_scope","error_codes":[70_011]}), "ours"),
            (400, json!({}), "wrong"),
            (400, json!({"error":7}), "wrong"),
        ];
        for (status, body, expected) in cases {
            assert_eq!(sorted(status, &body), expected, "{body}");
        }
    }

    #[test]
    fn p6_no_code_is_in_two_lists() {
        let lists: [&[u32]; 7] = [&THROTTLED, &TRANSIENT, &CONSENT, &POLICY, &INTERACTION, &ENDED, &OURS];
        let mut all: Vec<_> = lists.concat();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }

    #[test]
    fn p7_the_challenge_is_unchanged_and_unprinted() {
        let claims = "{ \"access_token\":{\"canary\":{\"values\":[\"\\u0063p1\"]}} }";
        let body = json!({"error":"interaction_required","claims":claims,"error_codes":[50_076]});
        let error = classify(body.as_object().unwrap(), None, None);
        assert!(!format!("{error:?} {error}").contains("canary"));
        let GrantError::ClaimsChallenge { claims: kept, ids } = error else { panic!("{error:?}") };
        assert_eq!(kept.expose(), claims);
        assert_eq!(ids.aadsts, Some(50_076));
        for bad in
            [json!("{}"), json!("[]"), json!({"a":1}), json!(json!({ "a": "x".repeat(5000) }).to_string()), json!("")]
        {
            assert!(challenge(json!({"claims":bad}).as_object().unwrap()).is_none(), "{bad}");
        }
    }
}
