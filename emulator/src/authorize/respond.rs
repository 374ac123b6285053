//! Sending the browser back: query, fragment or form, with a code, an approval or an error.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::flow::{COOKIE, Flow};
use super::pages;
use super::request::{Purpose, ResponseMode};
use crate::app::Caller;
use crate::errors::AadError;
use crate::jose::base64url;
use crate::misbehaviour::Misbehaviour;
use crate::people::{Identity, SignIn};
use crate::random;
use crate::state::{Code, State};

type Fields = Vec<(&'static str, String)>;

/// Success: issues the code, or tells of the administrator's consent.
pub(crate) fn finish(state: &mut State, flow: &Flow, identity: &Identity, sign_in: &SignIn, now: i64) -> Response {
    let mut fields: Fields = Vec::new();
    match flow.request.purpose {
        Purpose::Code => {
            fields.push(("code", issue(state, flow, identity, sign_in, now)));
            if flow.request.client_info {
                fields.push(("client_info", client_info(identity)));
            }
            add_issuer(state, identity, &mut fields);
            add_state(state, flow, &mut fields);
            fields.push(("session_state", sign_in.sid.to_string()));
        }
        Purpose::AdminConsent { v1 } => {
            fields.push(("admin_consent", "True".to_owned()));
            fields.push(("tenant", identity.tid.to_string()));
            if !v1 {
                fields.push(("scope", flow.request.scope_text.clone()));
            }
            add_state(state, flow, &mut fields);
        }
    }
    send(flow, &fields)
}

/// `client_info`: the account at home.
pub(crate) fn client_info(identity: &Identity) -> String {
    let value = serde_json::json!({ "uid": identity.home_oid, "utid": identity.home_tid });
    base64url(value.to_string())
}

fn issue(state: &mut State, flow: &Flow, identity: &Identity, sign_in: &SignIn, now: i64) -> String {
    let text = random::opaque("1.AXkA");
    state.codes.retain(|_, code| now.saturating_sub(code.issued_millis) < 3_600_000);
    let request = &flow.request;
    let code = Code {
        client: request.client,
        redirect_uri: request.redirect_uri.clone(),
        platform: request.platform,
        tenant_path: request.tenant_path.clone(),
        challenge: request.challenge.clone(),
        scope: request.scope_text.clone(),
        identity: identity.clone(),
        sign_in: SignIn { cp1: request.cp1, ..sign_in.clone() },
        nonce: request.nonce.clone(),
        issued_millis: now,
        used: false,
    };
    state.codes.insert(text.clone(), code);
    text
}

fn add_state(state: &mut State, flow: &Flow, fields: &mut Fields) {
    let Some(value) = &flow.request.state else { return };
    if state.misbehaviours.take(Misbehaviour::StateMissing) {
        return;
    }
    let wrong = state.misbehaviours.take(Misbehaviour::StateWrong);
    fields.push(("state", if wrong { random::token() } else { value.clone() }));
}

fn add_issuer(state: &mut State, identity: &Identity, fields: &mut Fields) {
    if state.misbehaviours.take(Misbehaviour::ResponseIssuerWrong) {
        fields.push(("iss", format!("https://login.attacker.example/{}/v2.0", identity.tid)));
    }
}

/// An error that goes back to the application.
pub(crate) fn refuse(state: &State, flow: &Flow, error: &AadError) -> Response {
    let mut fields: Fields = Vec::new();
    let description = flow.trace.describe(error);
    match flow.request.purpose {
        Purpose::AdminConsent { v1: false } if error.code == 65_004 => {
            if state.switches.admin_consent_true_on_denial {
                fields.push(("admin_consent", "True".to_owned()));
            }
            fields.push(("error", "consent_required".to_owned()));
        }
        Purpose::AdminConsent { v1: true } if error.code == 65_004 => {
            fields.push(("error", "permission_denied".to_owned()));
        }
        _ => fields.push(("error", error.error.to_string())),
    }
    if let Some(subcode) = error.subcode {
        fields.push(("error_subcode", subcode.to_owned()));
    }
    fields.push(("error_description", description));
    if let Some(claims) = &error.claims {
        fields.push(("claims", claims.clone()));
    }
    if let Some(value) = &flow.request.state {
        fields.push(("state", value.clone()));
    }
    send(flow, &fields)
}

fn send(flow: &Flow, fields: &Fields) -> Response {
    let target = &flow.request.redirect_uri;
    let encoded = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let location = match flow.request.response_mode {
        ResponseMode::Query if target.contains('?') => format!("{target}&{encoded}"),
        ResponseMode::Query => format!("{target}?{encoded}"),
        ResponseMode::Fragment => format!("{target}#{encoded}"),
        ResponseMode::FormPost => return pages::form_post(flow, target, fields),
    };
    redirect(&location)
}

/// 302 as the service sends it.
pub(crate) fn redirect(location: &str) -> Response {
    let Ok(value) = HeaderValue::from_str(location) else { return StatusCode::BAD_REQUEST.into_response() };
    let headers = [
        (header::LOCATION, value),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store, no-cache")),
        (header::REFERRER_POLICY, HeaderValue::from_static("strict-origin-when-cross-origin")),
    ];
    (StatusCode::FOUND, headers).into_response()
}

/// Adds the session cookie.
pub(crate) fn with_cookie(mut response: Response, browser: &str, caller: &Caller) -> Response {
    let attributes =
        if caller.secure { "Path=/; HttpOnly; Secure; SameSite=None" } else { "Path=/; HttpOnly; SameSite=Lax" };
    if let Ok(value) = HeaderValue::from_str(&format!("{COOKIE}={browser}; {attributes}")) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}
