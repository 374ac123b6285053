//! The token request and its answer (RFC 6749 §4.1.3, §5; RFC 7636 §4.5).
//!
//! The request is a form with nothing but safelisted headers, so that the browser sends it without asking first (no CORS
//! preflight). The answer is wiped once read; a refresh token in it is dropped and counted (security.md B6).

use super::{
    RequestError,
    authority::{Authority, RedirectUri, SignInTenant},
    authorize::join_scopes,
    callback::AuthorizationCode,
    encoding::push_pair,
    id_token::{self, IdClaims, IdTokenError},
    pkce::Verifier,
    provider_error::{Fields, ProviderError},
};
use crate::{
    id::ClientId,
    json::{self, objects},
    secret::Secret,
};

/// The longest answer that is read.
const LONGEST: usize = 128 * 1024;

/// The only header that the request may carry beside the browser's own.
pub const CONTENT_TYPE: &str = "application/x-www-form-urlencoded";

/// A code about to be redeemed. Making the request uses up code and verifier.
#[derive(Debug)]
pub struct TokenRequest<'a> {
    /// Where the code came from.
    pub authority: &'a Authority,
    /// The path it came from: a code of `/organizations` is not redeemed at `/{tid}`.
    pub tenant: SignInTenant,
    /// The page's registration.
    pub client_id: ClientId,
    /// The address that received the code.
    pub redirect_uri: &'a RedirectUri,
    /// The scopes that were asked for.
    pub scopes: &'a [&'a str],
    /// The code.
    pub code: AuthorizationCode,
    /// The verifier of the same attempt.
    pub verifier: Verifier,
}

/// A POST to send: address and body.
#[derive(Debug)]
pub struct TokenForm {
    /// The token endpoint.
    pub url: String,
    /// The form.
    pub body: Secret<String>,
}

/// Builds the request.
pub fn request(request: TokenRequest<'_>) -> Result<TokenForm, RequestError> {
    let TokenRequest { authority, tenant, client_id, redirect_uri, scopes, code, verifier } = request;
    let (client_id, scope) = (client_id.text(), join_scopes(scopes)?);
    let pairs = [
        ("client_id", client_id.as_str()),
        ("grant_type", "authorization_code"),
        ("redirect_uri", redirect_uri.as_str()),
        ("scope", &scope),
        ("code", code.expose()),
        ("code_verifier", verifier.expose()),
    ];
    // Large enough that it never moves: a moved String would leave its old bytes behind unwiped.
    let room = pairs.iter().map(|(name, value)| name.len() + 3 * value.len() + 2).sum();
    let mut body = String::with_capacity(room);
    for (name, value) in pairs {
        push_pair(&mut body, name, value);
    }
    Ok(TokenForm { url: authority.token(tenant), body: Secret::new(body) })
}

/// Which tokens the page has a use for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Only who signed in. Microsoft adds an access token for Graph unasked; it is dropped unread.
    Identity,
    /// Who signed in, and the access token for our own API.
    Access,
}

/// What came back.
#[derive(Debug)]
pub struct Tokens {
    /// The access token for our API; present exactly if wanted.
    pub access: Option<Secret<String>>,
    /// The ID token.
    pub id: Secret<String>,
    /// What it says, for showing.
    pub claims: IdClaims,
    /// How many refresh tokens came unasked and were dropped.
    pub dropped_refresh_tokens: u32,
}

/// An answer without usable tokens.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Longer than any answer of Microsoft's.
    #[error("expected an answer of at most 128 KiB")]
    TooLong,
    /// Not JSON, or not an answer of a token endpoint.
    #[error("expected the JSON answer of a token endpoint")]
    Malformed,
    /// Not a bearer token (RFC 6750).
    #[error("expected token_type Bearer")]
    NotBearer,
    /// No access token.
    #[error("expected an access token")]
    NoAccessToken,
    /// No ID token.
    #[error("expected an ID token")]
    NoIdToken,
    /// An ID token that is not the one expected.
    #[error(transparent)]
    IdToken(#[from] IdTokenError),
    /// Microsoft said no.
    #[error("the provider answered {}", .0.error)]
    Provider(Box<ProviderError>),
}

struct Answer {
    token_type: Option<String>,
    access_token: Option<Secret<String>>,
    id_token: Option<Secret<String>>,
    refresh_token: Option<Secret<String>>,
    error: Option<String>,
    error_description: Option<String>,
    suberror: Option<String>,
    error_subcode: Option<String>,
    error_codes: Option<Vec<u32>>,
    trace_id: Option<String>,
    correlation_id: Option<String>,
    timestamp: Option<String>,
    claims: Option<String>,
}

objects! {
    Answer {
        token_type access_token id_token refresh_token error error_description suberror error_subcode error_codes
        trace_id correlation_id timestamp claims
    }
}

impl Answer {
    fn error(&mut self) -> ProviderError {
        ProviderError::read(Fields {
            error: self.error.take(),
            error_description: self.error_description.take(),
            suberror: self.suberror.take().or_else(|| self.error_subcode.take()),
            error_codes: self.error_codes.take(),
            trace_id: self.trace_id.take(),
            correlation_id: self.correlation_id.take(),
            timestamp: self.timestamp.take(),
            claims: self.claims.take(),
        })
    }
}

/// Reads the answer, whatever its status, and wipes it.
pub fn read_response(
    json: Secret<String>,
    wanted: Wanted,
    expected: &id_token::Expectation<'_>,
) -> Result<Tokens, TokenError> {
    if json.expose().len() > LONGEST {
        return Err(TokenError::TooLong);
    }
    let mut answer: Answer = json::read(json.expose()).ok_or(TokenError::Malformed)?;
    drop(json);
    // One thing under two names, so at most one of them.
    if answer.suberror.is_some() && answer.error_subcode.is_some() {
        return Err(TokenError::Malformed);
    }
    if answer.error.is_some() {
        return Err(TokenError::Provider(Box::new(answer.error())));
    }
    if !answer.token_type.as_ref().ok_or(TokenError::Malformed)?.eq_ignore_ascii_case("Bearer") {
        return Err(TokenError::NotBearer);
    }
    let access = match wanted {
        Wanted::Identity => None,
        Wanted::Access => Some(filled(&mut answer.access_token).ok_or(TokenError::NoAccessToken)?),
    };
    let id = filled(&mut answer.id_token).ok_or(TokenError::NoIdToken)?;
    let claims = id_token::read(id.expose(), expected)?;
    Ok(Tokens { access, id, claims, dropped_refresh_tokens: u32::from(answer.refresh_token.is_some()) })
}

fn filled(token: &mut Option<Secret<String>>) -> Option<Secret<String>> {
    token.take().filter(|token| !token.expose().is_empty())
}

#[cfg(test)]
mod tests;
