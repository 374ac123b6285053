//! The answer to an authorization request, checked before anything in it is believed (RFC 6749 §4.1.2, RFC 9207 §2.4).

use super::{
    authority::{Authority, SignInTenant},
    encoding::{after_last_slash, read_pairs},
    opaque::State,
    provider_error::{Fields, ProviderError},
};
use crate::{id::TenantId, secret::Secret};

/// The longest answer that is read. Codes can exceed 2,200 characters.
const LONGEST: usize = 16 * 1024;

/// A code to redeem once. Made only by [`check`], after its checks.
#[derive(Debug)]
pub struct AuthorizationCode(Secret<String>);

impl AuthorizationCode {
    pub(super) fn expose(&self) -> &str {
        self.0.expose()
    }
}

/// What this tab expects.
#[derive(Debug, Clone, Copy)]
pub struct Expectation<'a> {
    /// The state of the attempt.
    pub state: &'a State,
    /// Where the request went.
    pub authority: &'a Authority,
    /// Whose accounts were asked for.
    pub tenant: SignInTenant,
}

/// An answer that leads nowhere.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallbackError {
    /// Longer than any answer of Microsoft's.
    #[error("expected an answer of at most 16 KiB")]
    TooLong,
    /// Broken encoding.
    #[error("expected an answer in form encoding")]
    Malformed,
    /// The same parameter twice: two readers could read two answers.
    #[error("expected each parameter once")]
    Repeated,
    /// No state: not an answer to a request of ours.
    #[error("expected the state of this attempt, found none")]
    StateMissing,
    /// The state of another attempt, another tab, or nobody.
    #[error("expected the state of this attempt, found another")]
    StateForeign,
    /// Another server than the one asked.
    #[error("expected the issuer that was asked")]
    IssuerForeign,
    /// Neither a code nor an error.
    #[error("expected a code or an error")]
    Empty,
    /// A code and an error.
    #[error("expected either a code or an error, found both")]
    Contradictory,
    /// Tokens in the address bar: nobody asked for those.
    #[error("expected no token in the answer")]
    TokenInAnswer,
    /// Microsoft said no.
    #[error("the provider answered {}", .0.error)]
    Provider(Box<ProviderError>),
}

/// The parameters of an answer, each at most once.
struct Answer(Vec<(Secret<String>, Secret<String>)>);

impl Answer {
    fn read(query_or_fragment: &str) -> Result<Self, CallbackError> {
        if query_or_fragment.len() > LONGEST {
            return Err(CallbackError::TooLong);
        }
        let text = query_or_fragment.strip_prefix(['?', '#']).unwrap_or(query_or_fragment);
        let pairs = read_pairs(text).ok_or(CallbackError::Malformed)?;
        let repeats = |(at, (name, _)): (usize, &(Secret<String>, Secret<String>))| {
            pairs.iter().take(at).any(|(earlier, _)| earlier.expose() == name.expose())
        };
        if pairs.iter().enumerate().any(repeats) {
            return Err(CallbackError::Repeated);
        }
        Ok(Self(pairs))
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(found, _)| found.expose() == name).map(|(_, value)| value.expose().as_str())
    }

    /// Nothing else in the answer is looked at before this.
    fn check_state(&self, state: &State) -> Result<(), CallbackError> {
        let received = self.get("state").ok_or(CallbackError::StateMissing)?;
        if state.is(received) { Ok(()) } else { Err(CallbackError::StateForeign) }
    }

    fn check_issuer(&self, expected: &Expectation<'_>) -> Result<(), CallbackError> {
        let is_expected = |received: &str| match expected.tenant {
            SignInTenant::Only(tenant) => received == expected.authority.issuer(tenant),
            SignInTenant::Organizations => {
                let tenant =
                    received.strip_suffix("/v2.0").and_then(|own| after_last_slash(own).parse::<TenantId>().ok());
                tenant.is_some_and(|tenant| received == expected.authority.issuer(tenant))
            }
        };
        if self.get("iss").is_none_or(is_expected) { Ok(()) } else { Err(CallbackError::IssuerForeign) }
    }

    fn error(&self) -> Option<CallbackError> {
        let text = |name: &str| self.get(name).map(str::to_owned);
        let error = text("error")?;
        Some(CallbackError::Provider(Box::new(ProviderError::read(Fields {
            error: Some(error),
            error_description: text("error_description"),
            suberror: text("error_subcode").or_else(|| text("suberror")),
            error_codes: None,
            trace_id: text("trace_id"),
            correlation_id: text("correlation_id"),
            timestamp: text("timestamp"),
            claims: text("claims"),
        }))))
    }

    /// The code, after every check.
    fn code(&self, expected: &Expectation<'_>) -> Result<&str, CallbackError> {
        self.check_state(expected.state)?;
        self.check_issuer(expected)?;
        if ["access_token", "id_token", "refresh_token"].iter().any(|name| self.get(name).is_some()) {
            return Err(CallbackError::TokenInAnswer);
        }
        match (self.get("code").filter(|code| !code.is_empty()), self.error()) {
            (Some(code), None) => Ok(code),
            (None, Some(error)) => Err(error),
            (Some(_), Some(_)) => Err(CallbackError::Contradictory),
            (None, None) => Err(CallbackError::Empty),
        }
    }
}

/// The code of an answer to a sign-in, or why there is none.
pub fn check(query_or_fragment: &str, expected: &Expectation<'_>) -> Result<AuthorizationCode, CallbackError> {
    let answer = Answer::read(query_or_fragment)?;
    answer.code(expected).map(|code| AuthorizationCode(Secret::new(code.to_owned())))
}

/// Whether the consent leg ended with a grant. Its code is not even read out (security.md B7): only the grant counts,
/// and only the server's next exchange proves it.
pub fn check_consent(query_or_fragment: &str, expected: &Expectation<'_>) -> Result<(), CallbackError> {
    Answer::read(query_or_fragment)?.code(expected).map(|_| ())
}

/// Whether an administrator's consent page came back without an error.
///
/// `admin_consent=True` is set on errors too and `tenant` can be forged, so neither is believed: the server's next
/// exchange is the proof.
pub fn check_admin_consent(query: &str, state: &State) -> Result<(), CallbackError> {
    let answer = Answer::read(query)?;
    answer.check_state(state)?;
    match (answer.error(), answer.get("admin_consent")) {
        (Some(error), _) => Err(error),
        (None, Some(_)) => Ok(()),
        (None, None) => Err(CallbackError::Empty),
    }
}

#[cfg(test)]
mod tests;
