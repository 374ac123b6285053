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

/// The last requests.
#[derive(Clone, Debug, Default)]
pub(crate) struct RequestLog {
    records: VecDeque<RequestRecord>,
    last: u64,
}

impl RequestLog {
    /// Notes a request and answers its number.
    pub(crate) fn note(
        &mut self,
        service: Service,
        now: i64,
        (method, uri, headers): (&Method, &Uri, &HeaderMap),
        form: &Params,
    ) -> u64 {
        self.last += 1;
        let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        let bearer = text(header::AUTHORIZATION).and_then(|value| value.split_once(' ')).map(|(_, token)| token);
        self.records.push_back(RequestRecord {
            id: self.last,
            at_millis: now,
            service,
            method: method.to_string(),
            path: uri.path().to_owned(),
            query: harmless(&Params::parse(uri.query().unwrap_or_default())),
            form: harmless(form),
            headers: headers.keys().map(ToString::to_string).collect(),
            origin: text(header::ORIGIN).map(str::to_owned),
            bearer: bearer.map(marked),
            assertion: form.get("client_assertion").and_then(Jws::parse).map(|jws| described(&jws)),
            status: 0,
        });
        if self.records.len() > MOST {
            self.records.pop_front();
        }
        self.last
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
    }
}

fn marked(secret: &str) -> String {
    format!("sha256:{}", fingerprint(secret))
}

fn harmless(params: &Params) -> BTreeMap<String, String> {
    let shown = |name: &str, value: &str| if SECRET.contains(&name) { marked(value) } else { value.to_owned() };
    params.iter().map(|(name, value)| (name.to_owned(), shown(name, value))).collect()
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
