//! Faults on request: which requests are hit, and what happens to them.

use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::errors::{AadError, Trace};
use crate::jose::Jws;
use crate::params::Params;
use crate::request_log::Service;
use crate::state::State;

/// One planned fault; every condition that is given must hold.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Fault {
    /// A name for listing and removing.
    pub name: String,
    /// `authorize`, `token`, `metadata`, `keys`, `discovery`, `adminconsent`, `graph`, `sharepoint`.
    pub endpoint: Option<String>,
    /// Beginning of the path, such as `/v1.0/me/messages`.
    pub path: Option<String>,
    /// End of the path, such as `/appRoleAssignedTo`.
    pub path_end: Option<String>,
    /// HTTP method.
    pub method: Option<String>,
    /// `grant_type` of a token request.
    pub grant_type: Option<String>,
    /// Tenant id, by path or by the token's `tid`.
    pub tenant: Option<Uuid>,
    /// Client id.
    pub client: Option<Uuid>,
    /// Lets so many matching requests pass first.
    pub skip: u32,
    /// How often; for ever when absent.
    pub times: Option<u32>,
    /// What happens.
    pub effect: Effect,
}

/// What happens to a request.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Effect {
    /// Status of the answer.
    pub status: Option<u16>,
    /// JSON body of the answer.
    pub body: Option<Value>,
    /// An error in the token endpoint's shape.
    pub error: Option<TokenError>,
    /// Further headers, such as `Retry-After`.
    pub headers: Vec<(String, String)>,
    /// Waits before anything else.
    pub delay_millis: u64,
    /// Cuts the connection.
    pub drop: Option<Drop>,
    /// Answers with so many bytes.
    pub huge_bytes: Option<usize>,
    /// Answers 302 to there.
    pub redirect: Option<String>,
}

/// When a connection is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Drop {
    /// Nothing was done.
    BeforeProcessing,
    /// Everything was done, but the answer is lost.
    AfterProcessing,
}

/// An error in Microsoft's JSON.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TokenError {
    /// `error`.
    pub error: String,
    /// The number after `AADSTS`.
    pub aadsts: u32,
    /// The sentence.
    pub text: String,
    /// Claims challenge as JSON text.
    pub claims: Option<String>,
}

/// A request as the conditions see it.
pub(crate) struct Target {
    endpoint: &'static str,
    path: String,
    method: String,
    grant_type: Option<String>,
    tenant: Option<Uuid>,
    client: Option<Uuid>,
}

impl Target {
    pub(crate) fn of(state: &State, service: Service, parts: &Parts, form: &Params) -> Self {
        let path = parts.uri.path().to_owned();
        let query = Params::parse(parts.uri.query().unwrap_or_default());
        let bearer = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = bearer.and_then(|value| Jws::parse(value.split_once(' ')?.1));
        let of_token = |name: &str| token.as_ref().and_then(|jws| Uuid::parse_str(jws.claim(name)?).ok());
        let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
        let named = form.get("client_id").or_else(|| query.get("client_id")).and_then(|id| Uuid::parse_str(id).ok());
        Self {
            endpoint: endpoint(service, &path),
            method: parts.method.to_string(),
            grant_type: form.get("grant_type").map(str::to_owned),
            tenant: state.tenant_called(first).map(|tenant| tenant.tid).or_else(|| of_token("tid")),
            client: named.or_else(|| of_token("appid")),
            path,
        }
    }
}

fn endpoint(service: Service, path: &str) -> &'static str {
    match service {
        Service::Graph => return "graph",
        Service::Sharepoint => return "sharepoint",
        Service::Login => {}
    }
    let ends = [
        ("/authorize", "authorize"),
        ("/token", "token"),
        ("/openid-configuration", "metadata"),
        ("/keys", "keys"),
        ("/discovery/instance", "discovery"),
        ("/adminconsent", "adminconsent"),
        ("/common/login", "login"),
        ("/common/mfa", "mfa"),
        ("/common/consent", "consent"),
    ];
    ends.iter().find(|(end, _)| path.ends_with(end)).map_or("other", |(_, name)| name)
}

impl Fault {
    /// The next so many Graph calls below this path answer 429 and say when to come back.
    pub fn throttled(path: &str, times: u32, retry_after_seconds: u32) -> Self {
        Self {
            endpoint: Some("graph".to_owned()),
            path: Some(path.to_owned()),
            times: Some(times),
            effect: Effect {
                status: Some(429),
                headers: vec![("Retry-After".to_owned(), retry_after_seconds.to_string())],
                ..Effect::default()
            },
            ..Self::default()
        }
    }

    /// The next Graph call with this method whose path begins so is carried out, and the connection breaks before the
    /// answer.
    pub fn lost_answer(method: &str, path: &str) -> Self {
        Self {
            endpoint: Some("graph".to_owned()),
            path: Some(path.to_owned()),
            method: Some(method.to_owned()),
            times: Some(1),
            effect: Effect { drop: Some(Drop::AfterProcessing), ..Effect::default() },
            ..Self::default()
        }
    }

    /// Narrows a fault to paths with this end.
    #[must_use]
    pub fn ending(mut self, end: &str) -> Self {
        self.path_end = Some(end.to_owned());
        self
    }

    fn hits(&self, target: &Target) -> bool {
        self.times != Some(0)
            && self.endpoint.as_deref().is_none_or(|endpoint| endpoint == target.endpoint)
            && self.path.as_deref().is_none_or(|path| target.path.starts_with(path))
            && self.path_end.as_deref().is_none_or(|end| target.path.ends_with(end))
            && self.method.as_deref().is_none_or(|method| method.eq_ignore_ascii_case(&target.method))
            && self.grant_type.as_deref().is_none_or(|grant| target.grant_type.as_deref() == Some(grant))
            && self.tenant.is_none_or(|tenant| target.tenant == Some(tenant))
            && self.client.is_none_or(|client| target.client == Some(client))
    }
}

impl State {
    /// The effect of the first fault that hits, used up by one.
    pub(crate) fn take_fault(&mut self, target: &Target) -> Option<Effect> {
        let fault = self.faults.iter_mut().find(|fault| fault.hits(target))?;
        if fault.skip > 0 {
            fault.skip -= 1;
            return None;
        }
        if let Some(times) = fault.times.as_mut() {
            *times -= 1;
        }
        let effect = fault.effect.clone();
        self.faults.retain(|fault| fault.times != Some(0));
        Some(effect)
    }
}

impl Effect {
    /// The answer that replaces the real one, if this effect has one.
    pub(crate) fn answer(&self, now: i64) -> Option<Response> {
        let mut response = self.bare_answer(now)?;
        for (name, value) in &self.headers {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name.as_str()), HeaderValue::from_str(value)) {
                response.headers_mut().insert(name, value);
            }
        }
        crate::cors::allow_any_origin(response.headers_mut());
        Some(response)
    }

    fn bare_answer(&self, now: i64) -> Option<Response> {
        let status = |default| self.status.and_then(|code| StatusCode::from_u16(code).ok()).unwrap_or(default);
        let json_type = [(header::CONTENT_TYPE, "application/json; charset=utf-8")];
        if let Some(target) = &self.redirect {
            let location = HeaderValue::from_str(target).ok()?;
            return Some((status(StatusCode::FOUND), [(header::LOCATION, location)]).into_response());
        }
        if let Some(size) = self.huge_bytes {
            let text = format!("{{\"padding\":\"{}\"}}", "x".repeat(size));
            return Some((status(StatusCode::OK), json_type, text).into_response());
        }
        if let Some(error) = &self.error {
            let mut aad = AadError::new(error.aadsts, error.error.clone(), error.text.clone());
            aad.claims.clone_from(&error.claims);
            let body = Trace::new(now, None).json(&aad, "https://login.microsoftonline.com/error");
            return Some((status(StatusCode::BAD_REQUEST), json_type, body.to_string()).into_response());
        }
        let code = self.status.and_then(|code| StatusCode::from_u16(code).ok());
        if code.is_none() && self.body.is_none() {
            return None;
        }
        let body = self.body.clone().unwrap_or_else(|| default_body(self.status));
        Some((code.unwrap_or(StatusCode::OK), json_type, body.to_string()).into_response())
    }
}

fn default_body(status: Option<u16>) -> Value {
    let (code, message) = match status {
        Some(429) => ("TooManyRequests", "Please retry again later."),
        Some(503) => ("ServiceUnavailable", "The service is temporarily unavailable."),
        _ => ("InternalServerError", "An unexpected error occurred."),
    };
    json!({ "error": { "code": code, "message": message } })
}
