//! What a successful grant answers: the permissions that are really there, the tokens, and the JSON around them.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use uuid::Uuid;

use super::TokenRequest;
use super::client::Proof;
use super::mint::{self, Subject};
use super::refresh::stored_name;
use crate::errors::AadError;
use crate::jose::base64url;
use crate::misbehaviour::Misbehaviour;
use crate::people::{Identity, SignIn};
use crate::random;
use crate::redirect::Platform;
use crate::resources::{GRAPH, OIDC_SCOPES, ResourceAsk, ScopeRequest};
use crate::state::{RefreshToken, State};

/// Which grant led here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Code,
    Refresh,
    OnBehalfOf,
}

/// Everything that decides what is issued to whom.
pub(super) struct Issuance {
    pub(super) identity: Identity,
    pub(super) sign_in: SignIn,
    pub(super) scope: ScopeRequest,
    pub(super) nonce: Option<String>,
    pub(super) platform: Platform,
    pub(super) proof: Proof,
    /// The family that a refreshed token belongs to, and when it began.
    pub(super) family: Option<(Uuid, i64)>,
    pub(super) origin: Origin,
}

/// So many days in milliseconds.
pub(super) fn day_millis(days: i64) -> i64 {
    days * 86_400_000
}

impl Issuance {
    /// Issues the tokens and draws the answer.
    pub(super) fn issue(mut self, state: &mut State, request: &TokenRequest<'_>) -> Result<Value, AadError> {
        if state.service_principal(self.identity.tid, request.client.client_id).is_none() {
            return Err(AadError::unknown_application(&request.client.client_id.to_string(), request.tenant_path));
        }
        let ask = self.scope.token_resource();
        let (resource, granted) = self.granted(state, request, &ask)?;
        self.misbehave(state);
        let api = state
            .application(resource)
            .cloned()
            .ok_or_else(|| AadError::unknown_resource(&ask.name, &self.identity.tid.to_string()))?;
        let lifetime =
            if self.sign_in.cp1 { state.switches.cae_token_seconds } else { state.switches.access_token_seconds };
        let subject = Subject {
            identity: &self.identity,
            sign_in: &self.sign_in,
            origin: self.origin,
            base: request.base,
            now: request.now,
        };
        let access_token =
            mint::access_token(state, &subject, &request.client, self.proof, &api, &ask.name, &granted, lifetime);
        let mut body = json!({
            "token_type": "Bearer",
            "scope": shown_scope(&ask, &granted),
            "expires_in": lifetime,
            "ext_expires_in": lifetime,
            "access_token": access_token,
        });
        let mut add = |name: &str, value: Value| {
            if let Some(members) = body.as_object_mut() {
                members.insert(name.to_owned(), value);
            }
        };
        if self.scope.has("openid") {
            let nonce = self.nonce.as_deref();
            add("id_token", json!(mint::id_token(state, &subject, &request.client, &self.scope, nonce)));
        }
        if request.params.get("client_info") == Some("1") {
            let value = json!({ "uid": self.identity.home_oid, "utid": self.identity.home_tid });
            add("client_info", json!(base64url(value.to_string())));
        }
        if self.wants_refresh() && !state.misbehaviours.take(Misbehaviour::RefreshTokenMissing) {
            let (token, expires_in) = self.refresh_token(state, request);
            add("refresh_token", json!(token));
            if let Some(seconds) = expires_in {
                add("refresh_token_expires_in", json!(seconds));
            }
        }
        spoil(state, &mut body);
        state.changed = true;
        Ok(body)
    }

    fn wants_refresh(&self) -> bool {
        self.scope.has("offline_access") || self.origin == Origin::Refresh
    }

    /// The API and what the person (or an administrator) granted the client on it.
    fn granted(
        &self,
        state: &State,
        request: &TokenRequest<'_>,
        ask: &ResourceAsk,
    ) -> Result<(Uuid, BTreeSet<String>), AadError> {
        let (tid, client) = (self.identity.tid, request.client.client_id);
        let unknown = || AadError::unknown_resource(&ask.name, &tid.to_string());
        let resource = ask.resource.ok_or_else(unknown)?;
        if state.service_principal(tid, resource).is_none() {
            let name = state.application(resource).map_or_else(|| ask.name.clone(), |api| api.display_name.clone());
            return Err(AadError::no_subscription(&name));
        }
        let delay = state.switches.consent_delay_seconds.saturating_mul(1000);
        let latest = if self.origin == Origin::OnBehalfOf { request.now.saturating_sub(delay) } else { i64::MAX };
        let granted = state.granted_before(tid, client, resource, self.identity.oid, latest);
        let asked_nothing = ask.scopes.is_empty() && !ask.default;
        let enough = if ask.default { !granted.is_empty() } else { ask.scopes.is_subset(&granted) };
        // A sign-in alone needs that the client was consented to at all.
        let signed_in = asked_nothing && state.has_any_grant(tid, client, self.identity.oid);
        if (asked_nothing && signed_in) || (!asked_nothing && enough) {
            return Ok((resource, granted));
        }
        Err(AadError::no_consent(client, &request.client.display_name))
    }

    fn refresh_token(&self, state: &mut State, request: &TokenRequest<'_>) -> (String, Option<i64>) {
        let text = random::opaque("1.AXoA");
        let (family, first) = self.family.unwrap_or_else(|| (random::guid(), request.now));
        let record = RefreshToken {
            client: request.client.client_id,
            home_tid: self.identity.home_tid,
            home_oid: self.identity.home_oid,
            tid: self.identity.tid,
            platform: self.platform,
            scope: scope_text(&self.scope),
            sign_in: self.sign_in.clone(),
            family,
            first_millis: first,
            issued_millis: request.now,
            used: false,
            revoked: false,
        };
        state.refresh_tokens.insert(stored_name(&text), record);
        let left = first.saturating_add(day_millis(1)).saturating_sub(request.now) / 1000;
        (text, (self.platform == Platform::Spa).then_some(left))
    }

    fn misbehave(&mut self, state: &mut State) {
        if self.origin == Origin::OnBehalfOf && state.misbehaviours.take(Misbehaviour::OnBehalfOfPersonWrong) {
            let other = state.accounts.iter().find(|account| account.oid != self.identity.home_oid);
            if let Some(other) = other.map(crate::people::Account::at_home) {
                self.identity = other;
            }
        }
    }
}

fn spoil(state: &mut State, body: &mut Value) {
    let Some(members) = body.as_object_mut() else { return };
    if state.misbehaviours.take(Misbehaviour::ExpiresInMissing) {
        members.remove("expires_in");
    }
    if state.misbehaviours.take(Misbehaviour::TokenTypeCase) {
        members.insert("token_type".to_owned(), json!("bearer"));
    }
    if state.misbehaviours.take(Misbehaviour::TokenTypeWrong) {
        members.insert("token_type".to_owned(), json!("MAC"));
    }
    if state.misbehaviours.take(Misbehaviour::ScopeNarrowed) {
        members.insert("scope".to_owned(), json!("openid profile"));
    }
}

fn scope_text(scope: &ScopeRequest) -> String {
    let resources = scope.resources.iter().flat_map(|ask| {
        let prefix = if ask.name.is_empty() { String::new() } else { format!("{}/", ask.name) };
        let default = ask.default.then(|| ".default".to_owned());
        ask.scopes.iter().cloned().chain(default).map(move |value| format!("{prefix}{value}")).collect::<Vec<_>>()
    });
    scope.oidc.iter().cloned().chain(resources).collect::<Vec<_>>().join(" ")
}

/// The `scope` of the answer: everything granted on the API, named as the request named it.
fn shown_scope(ask: &ResourceAsk, granted: &BTreeSet<String>) -> String {
    let prefix = if ask.name.is_empty() { String::new() } else { format!("{}/", ask.name.trim_end_matches('/')) };
    let shown = granted.iter().filter(|scope| *scope != "offline_access").map(|scope| {
        if ask.resource == Some(GRAPH) && OIDC_SCOPES.contains(&scope.as_str()) {
            scope.clone()
        } else {
            format!("{prefix}{scope}")
        }
    });
    let default = ask.default.then(|| format!("{prefix}.default"));
    shown.chain(default).collect::<Vec<_>>().join(" ")
}
