//! Which page comes next: account, tenant, password, second factor, Conditional Access, consent, and back.

use axum::response::Response;
use uuid::Uuid;

use super::flow::Flow;
use super::request::{Audience, PromptKind, Purpose};
use super::{pages, respond};
use crate::app::Caller;
use crate::consent::policy::{Verdict, is_consent_administrator};
use crate::errors::AadError;
use crate::people::{Account, Identity, SignIn};
use crate::scenario::{PERSONAL_TENANT, Requirement, Stage};
use crate::state::State;

/// Takes the walk as far as it goes without the person, and answers with the page or redirect at which it stops.
pub(crate) fn go(state: &mut State, mut flow: Flow, caller: &Caller, now: i64) -> Response {
    let step = next(state, &mut flow, now);
    let response = match &step {
        Step::Redirect(error) => respond::refuse(state, &flow, error),
        Step::Error(error) => pages::error(error, &flow.trace, Some(&flow)),
        Step::Finish(identity, sign_in) => respond::finish(state, &flow, identity, sign_in, now),
        Step::Pick => pages::picker(state, &flow),
        Step::SignIn(username) => pages::sign_in(state, &flow, username, None),
        Step::Mfa(account) => pages::mfa(&flow, account, None),
        Step::Register(account) => pages::register(&flow, account),
        Step::Consent(identity, prompt, verdict) => pages::consent(state, &flow, identity, prompt, *verdict),
        Step::Approval(identity, prompt) => pages::approval(state, &flow, identity, prompt),
    };
    let browser = flow.browser.clone();
    if step.waits() {
        state.keep_flow(flow, now);
    }
    respond::with_cookie(response, &browser, caller)
}

/// Where the walk stops.
enum Step {
    Redirect(AadError),
    Error(AadError),
    Finish(Identity, SignIn),
    Pick,
    SignIn(String),
    Mfa(Account),
    Register(Account),
    Consent(Identity, crate::consent::Prompt, Verdict),
    Approval(Identity, crate::consent::Prompt),
}

impl Step {
    fn waits(&self) -> bool {
        !matches!(self, Self::Redirect(_) | Self::Finish(..))
    }
}

fn next(state: &mut State, flow: &mut Flow, now: i64) -> Step {
    if flow.account.is_none()
        && let Err(step) = choose_account(state, flow)
    {
        return *step;
    }
    let silent = flow.request.prompt == PromptKind::None;
    let Some((account, identity)) = state.identity_for(flow) else { return Step::Pick };
    let account = account.clone();
    let sign_in = match proven(state, flow, &account, now) {
        Some(sign_in) => sign_in,
        None if silent => return Step::Redirect(no_session()),
        None => return Step::SignIn(account.person.username.clone()),
    };
    let Some(identity) = identity else {
        return if silent { Step::Redirect(no_session()) } else { Step::Error(foreign(state, flow, &account)) };
    };
    if identity.is_personal()
        && !identity.is_guest()
        && !state.application(flow.request.client).is_some_and(|application| application.personal_accounts)
    {
        return Step::Error(foreign(state, flow, &account));
    }
    if let Some(step) = access_rules(state, flow, &account, &identity, &sign_in) {
        return if silent { Step::Redirect(interaction(50_076, mfa_text())) } else { step };
    }
    consent_step(state, flow, identity, sign_in, silent, now)
}

/// Decides which account is meant, as far as the request and the sessions say it.
fn choose_account(state: &State, flow: &mut Flow) -> Result<(), Box<Step>> {
    let request = &flow.request;
    let sessions = state.signed_in(&flow.browser);
    let hint = request.login_hint.clone().unwrap_or_default();
    let eligible: Vec<&Account> = sessions
        .iter()
        .map(|(account, _)| *account)
        .filter(|account| {
            hint.is_empty() || account.person.username.eq_ignore_ascii_case(&hint) || is_hint(account, &hint)
        })
        .filter(|account| in_domain(account, request.domain_hint.as_deref()))
        .collect();
    let stop = match (request.prompt, eligible.as_slice()) {
        (PromptKind::None, []) => Step::Redirect(no_session()),
        (PromptKind::None, [_, _, ..]) => {
            let text = "Either multiple user identities are available for the current request or selected account is \
                        not supported for the scenario.";
            Step::Redirect(interaction(16_000, text.to_owned()))
        }
        (PromptKind::SelectAccount, _) => Step::Pick,
        (PromptKind::Login, _) | (_, []) => {
            let by_name = hint_name(state, &hint);
            flow.account = by_name.as_deref().and_then(|n| state.account_called(n)).map(|a| (a.home_tid, a.oid));
            Step::SignIn(by_name.unwrap_or(hint))
        }
        (_, [only]) => {
            flow.account = Some((only.home_tid, only.oid));
            return Ok(());
        }
        (_, _) => Step::Pick,
    };
    Err(Box::new(stop))
}

/// The opaque `login_hint` claim of earlier tokens.
pub(crate) fn opaque_hint(home_tid: Uuid, oid: Uuid) -> String {
    format!("O.{}", crate::jose::base64url([home_tid.as_bytes().as_slice(), oid.as_bytes()].concat()))
}

fn is_hint(account: &Account, hint: &str) -> bool {
    opaque_hint(account.home_tid, account.oid) == hint
}

fn hint_name(state: &State, hint: &str) -> Option<String> {
    let opaque = state.accounts.iter().find(|account| is_hint(account, hint));
    let named = opaque.map(|account| account.person.username.clone());
    named.or_else(|| (!hint.is_empty()).then(|| hint.to_owned()))
}

fn in_domain(account: &Account, hint: Option<&str>) -> bool {
    let Some(hint) = hint else { return true };
    let domain = account.person.username.rsplit_once('@').map_or("", |(_, domain)| domain);
    match hint {
        "organizations" => !account.person.personal,
        "consumers" => account.person.personal,
        hint => domain.eq_ignore_ascii_case(hint) || account.home_tid.to_string() == hint,
    }
}

/// What this browser has proved for the account, if it is enough.
fn proven(state: &State, flow: &Flow, account: &Account, now: i64) -> Option<SignIn> {
    if account.person.disabled {
        return None;
    }
    let session = state.session(&flow.browser, (account.home_tid, account.oid))?;
    let login_again = flow.request.prompt == PromptKind::Login && !flow.password_done;
    let age = now.saturating_sub(session.auth_millis) / 1000;
    let too_old = frequency(state, flow, account).is_some_and(|most| age >= most) && !flow.password_done;
    (!login_again && !too_old).then_some(session)
}

fn rules<'a>(
    state: &'a State,
    flow: &'a Flow,
    account: &'a Account,
) -> impl Iterator<Item = &'a crate::scenario::ConditionalAccess> {
    let tid = match flow.request.audience {
        Audience::Tenant(tid) => tid,
        _ => account.home_tid,
    };
    let asked: Vec<Uuid> = flow.request.scope.resources.iter().filter_map(|ask| ask.resource).collect();
    let tenant = state.tenant(tid);
    tenant.into_iter().flat_map(|tenant| tenant.policies.conditional_access.iter()).filter(move |rule| {
        let named = flow.request.policies.contains(&rule.id);
        let at_stage = rule.stages.contains(&Stage::Authorize)
            && rule.concerns(Stage::Authorize, flow.request.client, &asked, &account.person.username);
        at_stage || named
    })
}

fn frequency(state: &State, flow: &Flow, account: &Account) -> Option<i64> {
    let limits = rules(state, flow, account).filter_map(|rule| match rule.require {
        Requirement::SignInFrequency(seconds) => Some(seconds),
        _ => None,
    });
    limits.min()
}

/// Conditional Access and the enforced second factor.
fn access_rules(
    state: &mut State,
    flow: &Flow,
    account: &Account,
    identity: &Identity,
    sign_in: &SignIn,
) -> Option<Step> {
    let (mut factor, mut fresh, mut blocked) = (account.person.mfa_enforced, false, false);
    let mut satisfied = Vec::new();
    for rule in rules(state, flow, account) {
        match rule.require {
            Requirement::Block => blocked = true,
            Requirement::Mfa => factor = true,
            Requirement::Claims if sign_in.policies.contains(&rule.id) => {}
            Requirement::Claims => (factor, fresh) = (true, true),
            Requirement::SignInFrequency(_) => {}
        }
        satisfied.push(rule.id);
    }
    fresh |= flow.request.policies.iter().any(|id| !sign_in.policies.contains(id));
    if blocked {
        return Some(Step::Error(blocked_by_policy()));
    }
    let wanting = (factor || fresh) && !flow.mfa_done && (fresh || !sign_in.mfa);
    if wanting {
        let registered = account.person.totp_secret.is_some();
        return Some(if registered { Step::Mfa(account.clone()) } else { Step::Register(account.clone()) });
    }
    satisfied.extend(flow.request.policies.iter().copied());
    if flow.mfa_done || !satisfied.is_empty() {
        let mut better = sign_in.clone();
        better.mfa |= flow.mfa_done;
        for id in satisfied {
            if !better.policies.contains(&id) {
                better.policies.push(id);
            }
        }
        state.remember(&flow.browser, (identity.home_tid, identity.home_oid), better);
    }
    None
}

fn consent_step(state: &mut State, flow: &Flow, identity: Identity, sign_in: SignIn, silent: bool, now: i64) -> Step {
    let account = (identity.home_tid, identity.home_oid);
    let sign_in = state.session(&flow.browser, account).unwrap_or(sign_in);
    let Some(client) = state.application(flow.request.client).cloned() else { return Step::Pick };
    if let Purpose::AdminConsent { .. } = flow.request.purpose {
        return admin_step(state, flow, &client, identity, sign_in);
    }
    if flow.consent_done {
        return Step::Finish(identity, sign_in);
    }
    let force = flow.request.prompt == PromptKind::Consent;
    match state.needed_consent(&identity, &client, &flow.request.scope, force) {
        Err(error) => Step::Redirect(error),
        Ok(None) => Step::Finish(identity, sign_in),
        Ok(Some(_)) if silent => {
            let mut error = AadError::no_consent(client.client_id, &client.display_name);
            error.error = "interaction_required".into();
            Step::Redirect(error)
        }
        Ok(Some(prompt)) => match state.may_consent(&identity, &client, &prompt, now) {
            Verdict::Blocked => Step::Approval(identity, prompt),
            verdict => Step::Consent(identity, prompt, verdict),
        },
    }
}

fn admin_step(
    state: &State,
    flow: &Flow,
    client: &crate::scenario::Application,
    identity: Identity,
    sign_in: SignIn,
) -> Step {
    let Some(tenant) = state.tenant(identity.tid) else { return Step::Error(no_session()) };
    if flow.consent_done {
        return Step::Finish(identity, sign_in);
    }
    match state.admin_prompt(client, tenant, &flow.request.scope) {
        Err(error) => Step::Error(error),
        Ok(prompt) if is_consent_administrator(&identity, &prompt) => {
            Step::Consent(identity, prompt, Verdict::Administrator)
        }
        Ok(prompt) => Step::Approval(identity, prompt),
    }
}

/// Nobody is signed in (50058).
fn no_session() -> AadError {
    let text = "Session information is not sufficient for single-sign-on.";
    AadError::new(50_058, "login_required", text)
}

fn interaction(code: u32, text: String) -> AadError {
    AadError::new(code, "interaction_required", text)
}

/// Text of 50076.
pub(crate) fn mfa_text() -> String {
    "Due to a configuration change made by your administrator, or because you moved to a new location, you must use \
     multi-factor authentication to access the resource."
        .to_owned()
}

/// Blocked by Conditional Access (53003).
pub(crate) fn blocked_by_policy() -> AadError {
    let text =
        "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.";
    AadError::new(53_003, "invalid_grant", text).suberror("message_only")
}

/// The account is not of this tenant (50020), or not a work account (500200).
fn foreign(state: &State, flow: &Flow, account: &Account) -> AadError {
    let name = &account.person.username;
    let provider = if account.home_tid == PERSONAL_TENANT {
        "live.com".to_owned()
    } else {
        format!("https://sts.windows.net/{}/", account.home_tid)
    };
    let Audience::Tenant(tid) = flow.request.audience else {
        let text = format!(
            "User account '{name}' is a personal Microsoft account. Personal Microsoft accounts are not supported for \
             this application unless explicitly invited to an organization. Try signing out and signing back in with \
             an organizational account."
        );
        return AadError::new(500_200, "invalid_request", text);
    };
    let tenant = state.tenant(tid).map_or_else(String::new, |tenant| tenant.display_name.clone());
    let text = format!(
        "User account '{name}' from identity provider '{provider}' does not exist in tenant '{tenant}' and cannot \
         access the application '{}'({}) in that tenant. The account needs to be added as an external user in the \
         tenant first. Sign out and sign in again with a different Azure Active Directory user account.",
        flow.request.client, flow.request.client_name
    );
    AadError::new(50_020, "invalid_request", text)
}
