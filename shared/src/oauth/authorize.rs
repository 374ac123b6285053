//! The authorization request (RFC 6749 §4.1.1, RFC 7636 §4.3; Microsoft's "authorization code flow").

use super::{
    RequestError,
    authority::{Authority, RedirectUri, SignInTenant},
    encoding::{after_last_slash, push_pair},
    opaque::{Nonce, State},
    pkce::Challenge,
    provider_error::is_challenge,
};
use crate::{id::ClientId, text::add};

/// Which account Microsoft should take. Its page refuses a hint together with a forced choice, so here it is one or the
/// other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountChoice<'a> {
    /// Always ask (`prompt=select_account`, H-1: no account is ever used silently).
    Ask,
    /// This account, chosen a moment ago in this tab, for a second round (`login_hint`).
    Known(&'a str),
    /// This account, with its password and MFA again (`prompt=login`).
    Again(&'a str),
}

/// How the answer comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResponseMode {
    /// Behind `?`.
    Query,
    /// Behind `#`, which no server and no proxy sees.
    Fragment,
}

/// A request for a code. Only `response_type=code` with S256 can be written down here.
#[derive(Debug, Clone, Copy)]
pub struct AuthorizationRequest<'a> {
    /// The cloud's sign-in service.
    pub authority: &'a Authority,
    /// Whose accounts.
    pub tenant: SignInTenant,
    /// The page's registration.
    pub client_id: ClientId,
    /// Where the answer goes.
    pub redirect_uri: &'a RedirectUri,
    /// What is asked for; always with `openid`, never with `offline_access`.
    pub scopes: &'a [&'a str],
    /// Ties the answer to this attempt.
    pub state: &'a State,
    /// Ties the ID token to this attempt.
    pub nonce: &'a Nonce,
    /// From the verifier that stays in this tab.
    pub challenge: &'a Challenge,
    /// Which account.
    pub account: AccountChoice<'a>,
    /// The claims of a Conditional Access challenge, as they came (security.md P7).
    pub claims: Option<&'a str>,
    /// How the answer comes back.
    pub response_mode: ResponseMode,
}

impl AuthorizationRequest<'_> {
    /// The address to navigate to.
    pub fn url(&self) -> Result<String, RequestError> {
        let scope = join_scopes(self.scopes)?;
        if !self.scopes.contains(&"openid") {
            return Err(RequestError::NoOpenId);
        }
        let client_id = self.client_id.text();
        let mut url = self.authority.authorize(self.tenant);
        for (name, value) in [
            ("client_id", client_id.as_str()),
            ("response_type", "code"),
            ("redirect_uri", self.redirect_uri.as_str()),
            ("response_mode", self.response_mode.as_str()),
            ("scope", &scope),
            ("state", self.state.expose()),
            ("nonce", self.nonce.expose()),
            ("code_challenge", self.challenge.as_str()),
            ("code_challenge_method", "S256"),
        ] {
            push_pair(&mut url, name, value);
        }
        push_account(&mut url, self.account)?;
        if let Some(claims) = self.claims {
            push_pair(&mut url, "claims", checked_claims(claims)?);
        }
        Ok(url)
    }
}

impl ResponseMode {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Fragment => "fragment",
        }
    }
}

/// Scopes as one text (RFC 6749 §3.3), refused where they ask for more than the page may have.
pub(super) fn join_scopes(scopes: &[&str]) -> Result<String, RequestError> {
    let is_token =
        |scope: &str| !scope.is_empty() && scope.bytes().all(|byte| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e));
    if scopes.is_empty() || !scopes.iter().all(|scope| is_token(scope)) {
        return Err(RequestError::Scope);
    }
    // Also as `https://graph.microsoft.com/offline_access`, which means the same.
    let asks_offline = |scope: &&str| after_last_slash(scope).eq_ignore_ascii_case("offline_access");
    if scopes.iter().any(asks_offline) {
        return Err(RequestError::OfflineAccess);
    }
    let mut all = String::new();
    for scope in scopes {
        add(&mut all, " ", scope);
    }
    Ok(all)
}

pub(super) fn push_account(url: &mut String, account: AccountChoice<'_>) -> Result<(), RequestError> {
    let (prompt, hint) = match account {
        AccountChoice::Ask => (Some("select_account"), None),
        AccountChoice::Known(hint) => (None, Some(hint)),
        AccountChoice::Again(hint) => (Some("login"), Some(hint)),
    };
    if let Some(prompt) = prompt {
        push_pair(url, "prompt", prompt);
    }
    if let Some(hint) = hint {
        if hint.is_empty() || hint.len() > 320 || hint.chars().any(char::is_control) {
            return Err(RequestError::LoginHint);
        }
        push_pair(url, "login_hint", hint);
    }
    Ok(())
}

fn checked_claims(claims: &str) -> Result<&str, RequestError> {
    if is_challenge(claims) { Ok(claims) } else { Err(RequestError::Claims) }
}

#[cfg(test)]
mod tests;
