//! Conditional Access at the token endpoint: a refusal with claims that a sign-in can satisfy, or one without.

use serde_json::json;
use uuid::Uuid;

use super::TokenRequest;
use crate::authorize::request::Audience;
use crate::errors::AadError;
use crate::people::{Identity, SignIn};
use crate::resources::ScopeRequest;
use crate::scenario::{ConditionalAccess, Requirement, Stage};
use crate::state::State;

/// What is being evaluated.
pub(super) struct Evaluation<'a> {
    pub(super) stage: Stage,
    pub(super) identity: &'a Identity,
    pub(super) sign_in: &'a SignIn,
    pub(super) scope: &'a ScopeRequest,
}

/// Refuses with the first rule that is not satisfied.
pub(super) fn evaluate(state: &State, request: &TokenRequest<'_>, evaluation: &Evaluation<'_>) -> Result<(), AadError> {
    let tid = match request.audience {
        Audience::Tenant(tid) => tid,
        _ => evaluation.identity.tid,
    };
    let mut resources: Vec<Uuid> = evaluation.scope.resources.iter().filter_map(|ask| ask.resource).collect();
    if resources.is_empty() {
        resources.push(crate::resources::GRAPH);
    }
    let Some(tenant) = state.tenant(tid) else { return Ok(()) };
    let name = &evaluation.identity.username;
    let rules = tenant.policies.conditional_access.iter();
    let registered = state
        .account(evaluation.identity.home_tid, evaluation.identity.home_oid)
        .is_some_and(|account| account.person.totp_secret.is_some());
    for rule in rules.filter(|rule| rule.concerns(evaluation.stage, request.client.client_id, &resources, name)) {
        check(rule, evaluation.sign_in, registered, request.now)?;
    }
    Ok(())
}

/// Refuses an application that a rule for workload identities blocks; there is nobody who could satisfy anything else.
pub(super) fn evaluate_workload(state: &State, tid: Uuid, client: Uuid, resource: Uuid) -> Result<(), AadError> {
    let rules = state.tenant(tid).map(|tenant| tenant.policies.conditional_access.as_slice()).unwrap_or_default();
    let hit = rules.iter().any(|rule| rule.concerns(Stage::ClientCredentials, client, &[resource], ""));
    if hit { Err(blocked()) } else { Ok(()) }
}

fn check(rule: &ConditionalAccess, sign_in: &SignIn, registered: bool, now: i64) -> Result<(), AadError> {
    let satisfied = sign_in.policies.contains(&rule.id);
    match rule.require {
        Requirement::Block => Err(blocked()),
        Requirement::Mfa if sign_in.mfa => Ok(()),
        Requirement::Claims if satisfied => Ok(()),
        Requirement::Mfa | Requirement::Claims => Err(challenge(rule, registered)),
        Requirement::SignInFrequency(most) if now.saturating_sub(sign_in.auth_millis) / 1000 < most => Ok(()),
        Requirement::SignInFrequency(_) => Err(AadError::new(
            70_043,
            "invalid_grant",
            "The refresh token has expired or is invalid due to sign-in frequency checks by conditional access.",
        )),
    }
}

fn blocked() -> AadError {
    let text =
        "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.";
    AadError::new(53_003, "invalid_grant", text).suberror("message_only")
}

fn challenge(rule: &ConditionalAccess, registered: bool) -> AadError {
    let error = rule.error.clone().unwrap_or_else(|| "interaction_required".to_owned());
    let claims = json!({ "access_token": { "polids": { "essential": true, "values": [rule.id] } } }).to_string();
    let (code, text) = if registered {
        (
            50_076,
            "Due to a configuration change made by your administrator, or because you moved to a new location, you \
             must use multi-factor authentication to access the resource.",
        )
    } else {
        (
            50_079,
            "Due to a configuration change made by your administrator, or because you moved to a new location, you \
             must enroll in multi-factor authentication to access the resource.",
        )
    };
    AadError::new(code, error, text).suberror("basic_action").claims(claims)
}
