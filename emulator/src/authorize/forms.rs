//! The forms of the pages: account, password, second factor, consent. Each takes the walk up where the page left it.

use axum::Form;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::flow::Flow;
use super::{pages, respond, steps};
use crate::app::{App, Caller};
use crate::consent::policy::is_consent_administrator;
use crate::errors::{AadError, Trace};
use crate::misbehaviour::Misbehaviour;
use crate::params::Params;
use crate::people::SignIn;
use crate::random;
use crate::state::{ConsentAsk, ConsentRequest, ConsentStatus, State as World};
use crate::totp;

/// Wrong passwords before the account is locked for a minute.
const MOST_WRONG_PASSWORDS: u32 = 10;

fn resume(state: &mut World, params: &Params, headers: &HeaderMap, now: i64) -> Result<Flow, Box<Response>> {
    let flow = params.get("flow").and_then(|id| state.take_flow(id, headers, now));
    flow.ok_or_else(|| {
        let text = "Invalid Request: The request tokens do not match the user context. Do not copy the user context \
                    values (cookies; form fields; headers) between different requests or user sessions.";
        let error = AadError::new(165_000, "invalid_request", text);
        Box::new(pages::error(&error, &Trace::new(now, None), None))
    })
}

/// `POST /common/login`: an account picked from the list, or user name and password.
pub(crate) async fn login(
    State(app): State<App>,
    headers: HeaderMap,
    caller: Caller,
    Form(fields): Form<Vec<(String, String)>>,
) -> Response {
    let (params, now) = (Params::from(fields), app.now_millis());
    let mut state = app.state();
    let mut flow = match resume(&mut state, &params, &headers, now) {
        Ok(flow) => flow,
        Err(page) => return *page,
    };
    if params.get("another").is_some() {
        flow.account = None;
        return page(&mut state, flow, &caller, now, |state, flow| pages::sign_in(state, flow, "", None));
    }
    if let Some(picked) = params.get("pick") {
        return match state.account_called(picked).map(|account| (account.home_tid, account.oid)) {
            Some(account) => {
                flow.account = Some(account);
                steps::go(&mut state, flow, &caller, now)
            }
            None => page(&mut state, flow, &caller, now, pages::picker),
        };
    }
    let username = params.get("username").unwrap_or_default().to_owned();
    match check_password(&mut state, &username, params.get("password").unwrap_or_default(), now) {
        Ok(account) => {
            let sign_in =
                SignIn { auth_millis: now, mfa: false, policies: Vec::new(), sid: random::guid(), cp1: false };
            state.remember(&flow.browser, account, sign_in);
            flow.account = Some(account);
            flow.password_done = true;
            steps::go(&mut state, flow, &caller, now)
        }
        Err(error) => {
            page(&mut state, flow, &caller, now, |state, flow| pages::sign_in(state, flow, &username, Some(&error)))
        }
    }
}

fn page(
    state: &mut World,
    flow: Flow,
    caller: &Caller,
    now: i64,
    draw: impl FnOnce(&World, &Flow) -> Response,
) -> Response {
    let response = respond::with_cookie(draw(state, &flow), &flow.browser, caller);
    state.keep_flow(flow, now);
    response
}

fn check_password(
    state: &mut World,
    username: &str,
    password: &str,
    now: i64,
) -> Result<(uuid::Uuid, uuid::Uuid), AadError> {
    let refuse = |code, text: &str| Err(AadError::new(code, "invalid_grant", text.to_owned()));
    let Some(account) = state.account_mut(username) else {
        let text = format!(
            "The user account {username} does not exist in the directory. To sign into this application, the account \
             must be added to the directory."
        );
        return refuse(50_034, &text);
    };
    if account.locked_until > now {
        return refuse(
            50_053,
            "The account is locked, you've tried to sign in too many times with an incorrect user ID or password.",
        );
    }
    if account.person.password != password {
        account.wrong_passwords += 1;
        if account.wrong_passwords >= MOST_WRONG_PASSWORDS {
            account.wrong_passwords = 0;
            account.locked_until = now + 60_000;
        }
        return refuse(50_126, "Error validating credentials due to invalid username or password.");
    }
    account.wrong_passwords = 0;
    if account.person.disabled {
        return refuse(50_057, "The user account is disabled.");
    }
    if account.person.password_expired {
        return refuse(50_055, "The password is expired.");
    }
    Ok((account.home_tid, account.oid))
}

/// `POST /common/mfa`: the code of the authenticator, or its registration.
pub(crate) async fn mfa(
    State(app): State<App>,
    headers: HeaderMap,
    caller: Caller,
    Form(fields): Form<Vec<(String, String)>>,
) -> Response {
    let (params, now) = (Params::from(fields), app.now_millis());
    let mut state = app.state();
    let mut flow = match resume(&mut state, &params, &headers, now) {
        Ok(flow) => flow,
        Err(page) => return *page,
    };
    let Some((tid, oid)) = flow.account else { return steps::go(&mut state, flow, &caller, now) };
    if state.session(&flow.browser, (tid, oid)).is_none() {
        return steps::go(&mut state, flow, &caller, now);
    }
    if params.get("register").is_some() {
        let secret = totp::new_secret();
        let account = state.accounts.iter_mut().find(|account| account.home_tid == tid && account.oid == oid);
        if let Some(account) = account {
            account.person.totp_secret.get_or_insert(secret);
        }
        state.changed = true;
        return steps::go(&mut state, flow, &caller, now);
    }
    let Some(account) = state.account(tid, oid).cloned() else { return steps::go(&mut state, flow, &caller, now) };
    let secret = account.person.totp_secret.as_deref().unwrap_or_default();
    if totp::is_current(secret, params.get("code").unwrap_or_default(), now) {
        flow.mfa_done = true;
        return steps::go(&mut state, flow, &caller, now);
    }
    let text = "Authentication failed during strong authentication request.";
    let error = AadError::new(500_121, "invalid_grant", text);
    page(&mut state, flow, &caller, now, |_, flow| pages::mfa(flow, &account, Some(&error)))
}

/// `POST /common/consent`: accept, decline, or ask an administrator.
pub(crate) async fn consent(
    State(app): State<App>,
    headers: HeaderMap,
    caller: Caller,
    Form(fields): Form<Vec<(String, String)>>,
) -> Response {
    let (params, now) = (Params::from(fields), app.now_millis());
    let mut state = app.state();
    let mut flow = match resume(&mut state, &params, &headers, now) {
        Ok(flow) => flow,
        Err(page) => return *page,
    };
    match params.get("decision") {
        Some("accept") => {
            if state.misbehaviours.take(Misbehaviour::ConsentRace) {
                return respond::refuse(&state, &flow, &lost_race(&flow));
            }
            if let Err(error) = accept(&mut state, &flow, params.get("organization").is_some(), now) {
                return respond::refuse(&state, &flow, &error);
            }
            flow.consent_done = true;
            steps::go(&mut state, flow, &caller, now)
        }
        Some("request") => {
            if request_approval(&mut state, &flow, params.get("justification").unwrap_or_default(), now).is_none() {
                return respond::refuse(&state, &flow, &declined());
            }
            page(&mut state, flow, &caller, now, |_, flow| pages::request_sent(flow))
        }
        _ => respond::refuse(&state, &flow, &declined()),
    }
}

/// Notes a request for approval, if the tenant has the workflow; asking twice for the same is one request.
fn request_approval(state: &mut World, flow: &Flow, justification: &str, now: i64) -> Option<()> {
    use super::request::PromptKind;
    let (account, identity) = state.identity_for(flow)?;
    let (username, identity) = (account.person.username.clone(), identity?);
    state.tenant(identity.tid).filter(|tenant| tenant.policies.consent_requests_enabled)?;
    let client = state.application(flow.request.client)?;
    let force = flow.request.prompt == PromptKind::Consent;
    let prompt = state.needed_consent(&identity, client, &flow.request.scope, force).ok()??;
    let ask = |ask: &crate::consent::Ask| ConsentAsk {
        client: ask.client,
        resource: ask.resource,
        scopes: ask.scopes.clone(),
    };
    let request = ConsentRequest {
        id: random::guid(),
        asks: prompt.asks.iter().map(ask).collect(),
        status: ConsentStatus::Pending,
        tid: identity.tid,
        client: flow.request.client,
        username,
        justification: justification.to_owned(),
        created_millis: now,
    };
    let same = |known: &ConsentRequest| {
        known.status == ConsentStatus::Pending
            && (known.tid, known.client, &known.username) == (request.tid, request.client, &request.username)
            && known.asks == request.asks
    };
    if !state.consent_requests.iter().any(same) {
        state.consent_requests.push(request);
        state.changed = true;
    }
    Some(())
}

/// Checks again what the page showed, then records it: the form decides nothing but yes or no.
fn accept(state: &mut World, flow: &Flow, organization: bool, now: i64) -> Result<(), AadError> {
    use super::request::{PromptKind, Purpose};
    use crate::consent::policy::Verdict;
    let identity = state.identity_for(flow).and_then(|(_, identity)| identity).ok_or_else(declined)?;
    let client = state.application(flow.request.client).cloned().ok_or_else(declined)?;
    if let Purpose::AdminConsent { .. } = flow.request.purpose {
        let tenant = state.tenant(identity.tid).ok_or_else(declined)?;
        let prompt = state.admin_prompt(&client, tenant, &flow.request.scope)?;
        if !is_consent_administrator(&identity, &prompt) {
            return Err(declined());
        }
        state.accept(&prompt, &identity, client.client_id, true, now);
        return Ok(());
    }
    let force = flow.request.prompt == PromptKind::Consent;
    let Some(prompt) = state.needed_consent(&identity, &client, &flow.request.scope, force)? else { return Ok(()) };
    match state.may_consent(&identity, &client, &prompt, now) {
        Verdict::Blocked => Err(declined()),
        verdict => {
            let tenant_wide = organization && verdict == Verdict::Administrator;
            state.accept(&prompt, &identity, client.client_id, tenant_wide, now);
            Ok(())
        }
    }
}

/// Two first consents met (650051).
fn lost_race(flow: &Flow) -> AadError {
    let text = format!(
        "The application '{}' could not be added: the service principal name is already present for the tenant.",
        flow.request.client
    );
    AadError::new(650_051, "invalid_client", text)
}

/// The person declined (65004).
pub(crate) fn declined() -> AadError {
    AadError::new(65_004, "access_denied", "User declined to consent to access the app.").subcode("cancel")
}
