//! What clients asked, for tests to look at: names and harmless values, and of secrets only a fingerprint.

use std::collections::{BTreeMap, VecDeque};

use axum::http::{HeaderMap, Method, Uri, header};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::jose::{Jws, fingerprint};
use crate::params::Params;

/// So many requests are remembered.
const MOST: usize = 10_000;

/// Parameters whose value must not be kept.
const SECRET: [&str; 11] = [
    "code",
    "code_verifier",
    "client_secret",
    "client_assertion",
    "assertion",
    "refresh_token",
    "password",
    "flow",
    "access_token",
    "id_token",
    "device_code",
];

/// Which service was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Service {
    /// Sign-in pages, tokens, metadata.
    Login,
    /// Microsoft Graph.
    Graph,
    /// SharePoint's own API.
    Sharepoint,
}

impl Service {
    /// SharePoint is played behind Graph's listener, below a path of its own.
    pub(crate) fn at(self, path: &str) -> Self {
        if self == Self::Graph && path.starts_with("/sharepoint/") { Self::Sharepoint } else { self }
    }
}

/// One request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestRecord {
    /// Counts up from 1.
    pub id: u64,
    /// When, on the emulator's clock.
    pub at_millis: i64,
    /// Which service.
    pub service: Service,
    /// HTTP method.
    pub method: String,
    /// Path without the query.
    pub path: String,
    /// Query parameters; secrets as `sha256:` and 16 digits.
    pub query: BTreeMap<String, String>,
    /// Form fields; secrets likewise.
    pub form: BTreeMap<String, String>,
    /// JSON body; secrets and key material likewise.
    #[serde(default)]
    pub body: Option<Value>,
    /// Names of the headers.
    pub headers: Vec<String>,
    /// `Origin`.
    pub origin: Option<String>,
    /// Fingerprint of the bearer token.
    pub bearer: Option<String>,
    /// Header and times of the client assertion: public facts about it.
    pub assertion: Option<Value>,
    /// Status of the answer; 0 while unanswered or when the connection was dropped.
    pub status: u16,
}

impl RequestRecord {
    /// Whether it asked the token endpoint, with this `grant_type` if one is given.
    pub fn is_token(&self, grant_type: Option<&str>) -> bool {
        let asked = self.form.get("grant_type").map(String::as_str);
        self.service == Service::Login
            && self.path.ends_with("/oauth2/v2.0/token")
            && grant_type.is_none_or(|wanted| asked == Some(wanted))
    }

    /// Whether it asked Graph with this method for a path that contains this text.
    pub fn is_graph(&self, method: &str, path_part: &str) -> bool {
        self.service == Service::Graph && self.method.eq_ignore_ascii_case(method) && self.path.contains(path_part)
    }

    /// The shape of the JSON body: every member's path and kind, such as `keyCredentials[].key: string`, sorted.
    pub fn body_shape(&self) -> Vec<String> {
        let mut lines = std::collections::BTreeSet::new();
        if let Some(body) = &self.body {
            shape_of(body, "", &mut lines);
        }
        lines.into_iter().collect()
    }
}

fn shape_of(value: &Value, path: &str, lines: &mut std::collections::BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            let dot = if path.is_empty() { "" } else { "." };
            for (name, value) in members {
                shape_of(value, &format!("{path}{dot}{name}"), lines);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for item in items {
                shape_of(item, &format!("{path}[]"), lines);
            }
        }
        other => {
            let kind = match other {
                Value::Null => "null",
                Value::Bool(_) => "boolean",
                Value::Number(_) => "number",
                Value::String(_) => "string",
                _ => "empty list",
            };
            lines.insert(format!("{path}: {kind}"));
        }
    }
}

/// Counts that the limit of the log does not touch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestCounts {
    /// Requests at the token endpoint.
    pub token: u64,
    /// Of those, refreshes.
    pub refresh: u64,
    /// Of those, for an application itself.
    pub client_credentials: u64,
    /// Calls of Graph.
    pub graph: u64,
    /// Calls of SharePoint.
    pub sharepoint: u64,
}

/// The last requests.
#[derive(Clone, Debug, Default)]
pub(crate) struct RequestLog {
    records: VecDeque<RequestRecord>,
    last: u64,
    counts: RequestCounts,
}

impl RequestLog {
    /// Notes a request and answers its number.
    pub(crate) fn note(
        &mut self,
        service: Service,
        now: i64,
        (method, uri, headers): (&Method, &Uri, &HeaderMap),
        form: &Params,
        body: &[u8],
    ) -> u64 {
        self.last += 1;
        let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        let bearer = text(header::AUTHORIZATION).and_then(|value| value.split_once(' ')).map(|(_, token)| token);
        let record = RequestRecord {
            id: self.last,
            at_millis: now,
            service,
            method: method.to_string(),
            path: uri.path().to_owned(),
            query: harmless(&Params::parse(uri.query().unwrap_or_default())),
            form: harmless(form),
            body: serde_json::from_slice(body).ok().map(harmless_body),
            headers: headers.keys().map(ToString::to_string).collect(),
            origin: text(header::ORIGIN).map(str::to_owned),
            bearer: bearer.map(marked),
            assertion: form.get("client_assertion").and_then(Jws::parse).map(|jws| described(&jws)),
            status: 0,
        };
        self.count(&record);
        self.records.push_back(record);
        if self.records.len() > MOST {
            self.records.pop_front();
        }
        self.last
    }

    fn count(&mut self, record: &RequestRecord) {
        let counts = &mut self.counts;
        match record.service {
            Service::Graph => counts.graph += 1,
            Service::Sharepoint => counts.sharepoint += 1,
            Service::Login => {
                counts.token += u64::from(record.is_token(None));
                counts.refresh += u64::from(record.is_token(Some("refresh_token")));
                counts.client_credentials += u64::from(record.is_token(Some("client_credentials")));
            }
        }
    }

    pub(crate) fn counts(&self) -> RequestCounts {
        self.counts
    }

    /// Notes how a request was answered.
    pub(crate) fn answered(&mut self, id: u64, status: u16) {
        if let Some(record) = self.records.iter_mut().rev().find(|record| record.id == id) {
            record.status = status;
        }
    }

    pub(crate) fn records(&self) -> impl Iterator<Item = &RequestRecord> {
        self.records.iter()
    }

    pub(crate) fn clear(&mut self) {
        self.records.clear();
        self.counts = RequestCounts::default();
    }
}

fn marked(secret: &str) -> String {
    format!("sha256:{}", fingerprint(secret))
}

fn harmless(params: &Params) -> BTreeMap<String, String> {
    let shown = |name: &str, value: &str| if SECRET.contains(&name) { marked(value) } else { value.to_owned() };
    params.iter().map(|(name, value)| (name.to_owned(), shown(name, value))).collect()
}

/// Members of JSON bodies whose value must not be kept.
const SECRET_MEMBERS: [&str; 4] = ["key", "proof", "secretText", "password"];

fn harmless_body(body: Value) -> Value {
    match body {
        Value::Object(members) => members
            .into_iter()
            .map(|(name, value)| match value {
                Value::String(text) if SECRET_MEMBERS.contains(&name.as_str()) => (name, json!(marked(&text))),
                value => (name, harmless_body(value)),
            })
            .collect(),
        Value::Array(items) => items.into_iter().map(harmless_body).collect(),
        other => other,
    }
}

fn described(jws: &Jws) -> Value {
    json!({
        "header": jws.header,
        "aud": jws.claims.get("aud"),
        "iss": jws.claims.get("iss"),
        "jti": jws.claims.get("jti"),
        "lifetime": jws.time("exp").zip(jws.time("nbf").or_else(|| jws.time("iat"))).map(|(exp, nbf)| exp - nbf),
    })
}
