//! The authorization code grant (RFC 6749 §4.1.3) with PKCE (RFC 7636) and Microsoft's rules by platform.

use serde_json::Value;

use super::client::Proof;
use super::issue::{Issuance, Origin};
use super::{TokenRequest, browser_required, cross_origin_refused};
use crate::authorize::request::{pkce_required, read_claims};
use crate::errors::AadError;
use crate::jose::{base64url, sha256};
use crate::people::SignIn;
use crate::redirect::{Platform, with_path};
use crate::resources::ScopeRequest;
use crate::state::{ChallengeMethod, Code, State};

/// Codes live ten minutes.
const LIFETIME_MILLIS: i64 = 600_000;

pub(super) fn redeem(state: &mut State, request: &TokenRequest<'_>) -> Result<Value, AadError> {
    let text = request.params.need("code")?;
    let redirect_uri = request.params.need("redirect_uri")?;
    let code = state.codes.get(text).cloned().ok_or_else(malformed)?;
    check_code(request, &code, redirect_uri)?;
    let proof = check_platform(request, &code)?;
    if let Err(error) = check_verifier(request, &code) {
        spend(state, text);
        return Err(error);
    }
    spend(state, text);
    let asked = request.params.get("scope").unwrap_or(&code.scope);
    let scope = ScopeRequest::parse(asked, request.client.client_id, &state.applications)?;
    if request.params.get("scope").is_some() && scope.resources.len() > 1 {
        return Err(more_than_one_resource());
    }
    let first = ScopeRequest::parse(&code.scope, request.client.client_id, &state.applications)?;
    let mut scope = scope;
    // The sign-in asked for these; a shorter list at this leg does not take them back.
    scope.oidc.extend(first.oidc);
    if scope.resources.is_empty() {
        scope.resources = first.resources;
    }
    let (cp1, _) = read_claims(request.params.get("claims"))?;
    let sign_in = SignIn { cp1: cp1 || code.sign_in.cp1, ..code.sign_in };
    let issuance = Issuance {
        identity: code.identity,
        sign_in,
        scope,
        nonce: code.nonce,
        platform: code.platform,
        proof,
        family: None,
        origin: Origin::Code,
    };
    issuance.issue(state, request)
}

fn spend(state: &mut State, code: &str) {
    if let Some(code) = state.codes.get_mut(code) {
        code.used = true;
    }
}

fn grant_error(code: u32, text: &str) -> AadError {
    AadError::new(code, "invalid_grant", text)
}

fn malformed() -> AadError {
    grant_error(70_000, "Provided grant is invalid or malformed.")
}

/// A token is for one resource (28000).
pub(super) fn more_than_one_resource() -> AadError {
    let text = "Provided value for the input parameter scope is not valid because it contains more than one resource.";
    AadError::new(28_000, "invalid_request", text)
}

fn check_code(request: &TokenRequest<'_>, code: &Code, redirect_uri: &str) -> Result<(), AadError> {
    if code.client != request.client.client_id {
        return Err(malformed());
    }
    if code.used {
        return Err(grant_error(
            54_005,
            "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing \
             refresh token.",
        ));
    }
    if request.now.saturating_sub(code.issued_millis) >= LIFETIME_MILLIS {
        return Err(grant_error(
            70_008,
            "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive \
             authorization request for this user and resource.",
        ));
    }
    if !code.tenant_path.eq_ignore_ascii_case(request.tenant_path) {
        return Err(grant_error(
            700_005,
            "Provided Authorization Code is intended to use against other tenant, thus rejected.",
        ));
    }
    if with_path(redirect_uri) != code.redirect_uri {
        return Err(grant_error(
            500_112,
            "The reply address does not match the reply address provided when requesting Authorization code.",
        ));
    }
    Ok(())
}

fn check_platform(request: &TokenRequest<'_>, code: &Code) -> Result<Proof, AadError> {
    match code.platform {
        Platform::Spa if !request.has_origin => Err(browser_required()),
        Platform::Spa if code.challenge.is_none() => Err(pkce_required()),
        Platform::Spa => Ok(Proof::None),
        _ if request.has_origin => Err(cross_origin_refused()),
        Platform::Web => request.confidential_proof(),
        Platform::Public => request.proof(),
    }
}

fn check_verifier(request: &TokenRequest<'_>, code: &Code) -> Result<(), AadError> {
    let mismatch = || {
        grant_error(
            501_481,
            "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
        )
    };
    let Some((challenge, method)) = &code.challenge else {
        return if request.params.get("code_verifier").is_some() { Err(mismatch()) } else { Ok(()) };
    };
    let verifier = request.params.need("code_verifier")?;
    let computed = match method {
        ChallengeMethod::Plain => verifier.to_owned(),
        ChallengeMethod::S256 => base64url(sha256(verifier)),
    };
    let fits = (43..=128).contains(&verifier.len());
    if fits && computed == *challenge { Ok(()) } else { Err(mismatch()) }
}
