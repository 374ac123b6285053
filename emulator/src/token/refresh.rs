//! The refresh grant (RFC 6749 §6): bound to person and client, not to tenant or API.

use serde_json::Value;

use super::client::Proof;
use super::conditional_access::{Evaluation, evaluate};
use super::issue::{Issuance, Origin, day_millis};
use super::{TokenRequest, browser_required, cross_origin_refused};
use crate::authorize::request::{Audience, read_claims};
use crate::clock::error_timestamp;
use crate::errors::AadError;
use crate::jose::{hex, sha256};
use crate::people::{Identity, SignIn};
use crate::redirect::Platform;
use crate::resources::ScopeRequest;
use crate::scenario::Stage;
use crate::state::{RefreshToken, State};

/// Idle days after which a refresh token of a confidential client dies.
const IDLE_DAYS: i64 = 90;

/// Under which a refresh token is stored.
pub(super) fn stored_name(token: &str) -> String {
    hex(sha256(token).as_ref())
}

pub(super) fn redeem(state: &mut State, request: &TokenRequest<'_>) -> Result<Value, AadError> {
    let name = stored_name(request.params.need("refresh_token")?);
    let token = state.refresh_tokens.get(&name).cloned().ok_or_else(malformed)?;
    if token.client != request.client.client_id {
        return Err(grant_error(70_000, "Provided grant is invalid or malformed."));
    }
    let proof = check_platform(request, &token)?;
    check_age(request.now, &token)?;
    check_reuse(state, &name, &token)?;
    check_person(state, &token)?;
    let identity = identity(state, request, &token)?;
    let asked = request.params.get("scope").unwrap_or(&token.scope);
    let mut scope = ScopeRequest::parse(asked, token.client, &state.applications)?;
    if scope.resources.is_empty() {
        scope.resources = ScopeRequest::parse(&token.scope, token.client, &state.applications)?.resources;
    }
    let (cp1, _) = read_claims(request.params.get("claims"))?;
    let sign_in = SignIn { cp1, ..token.sign_in.clone() };
    let evaluation = Evaluation { stage: Stage::Refresh, identity: &identity, sign_in: &sign_in, scope: &scope };
    evaluate(state, request, &evaluation)?;
    let issuance = Issuance {
        identity,
        sign_in,
        scope,
        nonce: None,
        platform: token.platform,
        proof,
        family: Some((token.family, token.first_millis)),
        origin: Origin::Refresh,
    };
    let answer = issuance.issue(state, request)?;
    if let Some(token) = state.refresh_tokens.get_mut(&name) {
        token.used = true;
    }
    state.changed = true;
    Ok(answer)
}

fn grant_error(code: u32, text: impl Into<String>) -> AadError {
    AadError::new(code, "invalid_grant", text)
}

fn malformed() -> AadError {
    grant_error(9_002_313, "Invalid request. Request is malformed or invalid.")
}

fn check_platform(request: &TokenRequest<'_>, token: &RefreshToken) -> Result<Proof, AadError> {
    match token.platform {
        Platform::Spa if !request.has_origin => Err(browser_required()),
        Platform::Spa => Ok(Proof::None),
        _ if request.has_origin => Err(cross_origin_refused()),
        Platform::Web => request.confidential_proof(),
        Platform::Public => request.proof(),
    }
}

fn check_age(now: i64, token: &RefreshToken) -> Result<(), AadError> {
    let issued = error_timestamp(token.issued_millis);
    if token.platform == Platform::Spa && now.saturating_sub(token.first_millis) >= day_millis(1) {
        return Err(grant_error(
            700_084,
            format!(
                "The refresh token was issued to a single page app (SPA), and therefore has a fixed, limited lifetime \
                 of 1.00:00:00, which cannot be extended. It is now expired and a new sign in request must be sent by \
                 the SPA to the sign in page. The token was issued on {issued}."
            ),
        ));
    }
    if now.saturating_sub(token.issued_millis) >= day_millis(IDLE_DAYS) {
        return Err(grant_error(
            700_082,
            format!(
                "The refresh token has expired due to inactivity. The token was issued on {issued} and was inactive \
                 for {IDLE_DAYS}.00:00:00."
            ),
        ));
    }
    Ok(())
}

fn check_reuse(state: &mut State, name: &str, token: &RefreshToken) -> Result<(), AadError> {
    if token.revoked {
        return Err(revoked(token.issued_millis, token.issued_millis));
    }
    if !(state.switches.strict_refresh && token.used && token.platform != Platform::Spa) {
        return Ok(());
    }
    for known in state.refresh_tokens.values_mut().filter(|known| known.family == token.family) {
        known.revoked = true;
    }
    state.changed = true;
    let issued = state.refresh_tokens.get(name).map_or(0, |known| known.issued_millis);
    Err(revoked(issued, issued))
}

/// Sessions were revoked (50173).
pub(super) fn revoked(issued: i64, valid_from: i64) -> AadError {
    grant_error(
        50_173,
        format!(
            "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might \
             have changed or reset their password. The grant was issued on '{}' and the TokensValidFrom date (before \
             which tokens are not valid) for this user is '{}'.",
            error_timestamp(issued),
            error_timestamp(valid_from)
        ),
    )
}

fn check_person(state: &State, token: &RefreshToken) -> Result<(), AadError> {
    let account = state
        .account(token.home_tid, token.home_oid)
        .ok_or_else(|| grant_error(50_034, "The user account does not exist in the directory."))?;
    if account.person.disabled {
        return Err(grant_error(50_057, "The user account is disabled."));
    }
    let public = token.platform != Platform::Web;
    let valid_from = if public { account.public_valid_from } else { account.confidential_valid_from };
    if token.sign_in.auth_millis < valid_from {
        return Err(revoked(token.issued_millis, valid_from));
    }
    if public && account.person.password_expired {
        return Err(grant_error(50_055, "The password is expired.").suberror("user_password_expired"));
    }
    Ok(())
}

/// The person as the requested tenant sees them.
fn identity(state: &State, request: &TokenRequest<'_>, token: &RefreshToken) -> Result<Identity, AadError> {
    let tid = match request.audience {
        Audience::Tenant(tid) => tid,
        _ => token.tid,
    };
    let account = state.account(token.home_tid, token.home_oid).ok_or_else(malformed)?;
    if state.tenant(tid).is_none() {
        return Ok(account.at_home());
    }
    state.tenant(tid).and_then(|tenant| account.seen_from(tenant)).ok_or_else(|| {
        grant_error(50_020, format!("User account '{}' does not exist in tenant '{tid}'.", account.person.username))
    })
}
