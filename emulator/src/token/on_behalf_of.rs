//! The on-behalf-of grant: a person's token for this API against one for another API.

use serde_json::Value;
use uuid::Uuid;

use super::TokenRequest;
use super::conditional_access::{Evaluation, evaluate};
use super::issue::{Issuance, Origin};
use super::mint::read_private;
use super::refresh::revoked;
use crate::authorize::request::{Audience, read_claims};
use crate::clock::error_timestamp;
use crate::errors::AadError;
use crate::jose::{Jws, RsaAlgorithm};
use crate::people::{Identity, SignIn};
use crate::redirect::Platform;
use crate::resources::ScopeRequest;
use crate::scenario::Stage;
use crate::state::State;

pub(super) fn exchange(state: &mut State, request: &TokenRequest<'_>) -> Result<Value, AadError> {
    let proof = request.confidential_proof()?;
    let text = request.params.need("assertion")?;
    if request.params.need("requested_token_use")? != "on_behalf_of" {
        return Err(AadError::new(90_023, "invalid_request", "The 'requested_token_use' value is not supported."));
    }
    let scope_text = request.params.need("scope")?;
    let scope = ScopeRequest::parse(scope_text, request.client.client_id, &state.applications)?;
    if scope.resources.len() > 1 {
        return Err(super::code::more_than_one_resource());
    }
    let assertion = check_assertion(state, request, text)?;
    let (identity, sign_in) = person(state, request, &assertion)?;
    if state.service_principal(identity.tid, request.client.client_id).is_none() {
        return Err(AadError::unknown_application(&request.client.client_id.to_string(), request.tenant_path));
    }
    let (cp1, _) = read_claims(request.params.get("claims"))?;
    let sign_in = SignIn { cp1, ..sign_in };
    let evaluation = Evaluation { stage: Stage::OnBehalfOf, identity: &identity, sign_in: &sign_in, scope: &scope };
    evaluate(state, request, &evaluation)?;
    let issuance = Issuance {
        identity,
        sign_in,
        scope,
        nonce: None,
        platform: Platform::Web,
        proof,
        family: None,
        origin: Origin::OnBehalfOf,
    };
    issuance.issue(state, request)
}

fn refuse(code: u32, text: impl Into<String>) -> AadError {
    AadError::new(code, "invalid_grant", text)
}

fn check_assertion(state: &State, request: &TokenRequest<'_>, text: &str) -> Result<Jws, AadError> {
    let assertion = Jws::parse(text).ok_or_else(|| refuse(50_027, "JWT token is invalid or malformed."))?;
    let key = assertion.header("kid").and_then(|kid| state.keys.find(kid));
    let genuine = assertion.algorithm() == Some(RsaAlgorithm::Rs256)
        && key.is_some_and(|key| assertion.is_signed_by(RsaAlgorithm::Rs256, key.public_key()));
    if !genuine {
        let text = "Assertion failed signature validation. [Reason - The key was not found.]";
        return Err(refuse(50_013, text));
    }
    if assertion.claim("scp").is_none() && assertion.claims.get("roles").is_none() && assertion.claim("azp").is_none() {
        let text = "Input id_token cannot be used as 'urn:ietf:params:oauth:grant-type:jwt-bearer' grant.";
        return Err(refuse(240_002, text));
    }
    check_audience(request, &assertion)?;
    if assertion.claim("scp").is_none() {
        let text = "Application is not allowed to make application on-behalf-of calls.";
        return Err(refuse(7_000_114, text));
    }
    check_times(request, &assertion)?;
    Ok(assertion)
}

fn check_audience(request: &TokenRequest<'_>, assertion: &Jws) -> Result<(), AadError> {
    let audience = assertion.claim("aud").unwrap_or_default();
    let own = request.client.client_id.to_string();
    let is_uri = request.client.identifier_uris.iter().any(|uri| uri == audience);
    if audience == own || is_uri {
        return Ok(());
    }
    Err(refuse(
        500_131,
        format!(
            "Assertion audience does not match the Client app presenting the assertion. The audience in the assertion \
             was '{audience}' and the expected audience is '{own}' or one of the Application Uris of this application \
             with App ID '{own}'."
        ),
    ))
}

#[expect(clippy::cast_precision_loss, reason = "seconds since 1970 fit a double exactly")]
fn check_times(request: &TokenRequest<'_>, assertion: &Jws) -> Result<(), AadError> {
    let now = (request.now / 1000) as f64;
    let within = assertion.time("exp").is_some_and(|expiry| now < expiry)
        && assertion.time("nbf").is_some_and(|begin| now >= begin - 300.0);
    if within {
        return Ok(());
    }
    Err(refuse(
        500_133,
        format!(
            "Assertion is not within its valid time range. Ensure that the access token is not expired before using \
             it for user assertion, or request a new token. Current time: {}.",
            error_timestamp(request.now)
        ),
    ))
}

/// The person of the assertion, if they may still be served.
fn person(state: &State, request: &TokenRequest<'_>, assertion: &Jws) -> Result<(Identity, SignIn), AadError> {
    let id = |name| assertion.claim(name).and_then(|text| Uuid::parse_str(text).ok());
    let (Some(tid), Some(oid)) = (id("tid"), id("oid")) else {
        return Err(refuse(50_027, "JWT token is invalid or malformed."));
    };
    if let Audience::Tenant(path) = request.audience
        && path != tid
    {
        let text = "Assertion failed signature validation. [Reason - The assertion was issued for another tenant.]";
        return Err(refuse(50_013, text));
    }
    let (account, identity) =
        state.identity(tid, oid).ok_or_else(|| refuse(50_034, "The user account does not exist in the directory."))?;
    if account.person.disabled {
        return Err(refuse(50_057, "The user account is disabled."));
    }
    let sign_in = read_private(assertion).ok_or_else(|| refuse(50_027, "JWT token is invalid or malformed."))?;
    let issued = sign_in.auth_millis;
    if issued < account.confidential_valid_from {
        return Err(revoked(issued, account.confidential_valid_from));
    }
    Ok((identity, sign_in))
}
