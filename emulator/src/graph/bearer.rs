//! The token on a Graph call: genuine, for Graph, not expired, and (for clients that declared it) not revoked since.

use std::collections::BTreeSet;

use axum::http::{HeaderMap, header};
use serde_json::{Value, json};
use uuid::Uuid;

use super::error::GraphError;
use crate::jose::{Jws, base64, from_base64url};
use crate::people::{Account, Identity, SignIn};
use crate::state::State;

/// Who calls, and with which permissions.
#[derive(Clone, Debug)]
pub(crate) struct Bearer {
    pub(crate) tid: Uuid,
    /// Object id of the person, or of the service principal.
    pub(crate) oid: Uuid,
    pub(crate) app_id: Uuid,
    /// Delegated permissions; empty for applications.
    pub(crate) scopes: BTreeSet<String>,
    /// Application permissions.
    pub(crate) roles: BTreeSet<String>,
    pub(crate) is_app: bool,
    /// When the person signed in.
    auth_millis: i64,
}

const AUDIENCES: [&str; 3] =
    ["https://graph.microsoft.com", "https://graph.microsoft.com/", "00000003-0000-0000-c000-000000000000"];

impl Bearer {
    pub(crate) fn check(state: &State, headers: &HeaderMap, base: &str, now: i64) -> Result<Self, GraphError> {
        let refuse = |message: &str| GraphError::token(message, base);
        let token = verified(state, headers, now, |audience| AUDIENCES.contains(&audience)).map_err(refuse)?;
        let bearer = Self::read(&token).ok_or_else(|| refuse("Access token validation failure."))?;
        bearer.check_revocation(state, &token, base)?;
        Ok(bearer)
    }

    pub(crate) fn read(token: &Jws) -> Option<Self> {
        let id = |name| Uuid::parse_str(token.claim(name)?).ok();
        let scopes = token.claim("scp").unwrap_or_default().split(' ').filter(|scope| !scope.is_empty());
        let roles = token.claims.get("roles").and_then(Value::as_array).cloned().unwrap_or_default();
        Some(Self {
            tid: id("tid")?,
            oid: id("oid")?,
            app_id: id("appid")?,
            scopes: scopes.map(str::to_owned).collect(),
            roles: roles.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            is_app: token.claim("idtyp") == Some("app"),
            auth_millis: sign_in_of(token).map_or(i64::MIN, |sign_in| sign_in.auth_millis),
        })
    }

    fn check_revocation(&self, state: &State, token: &Jws, base: &str) -> Result<(), GraphError> {
        if self.is_app {
            return Ok(());
        }
        let Some(sign_in) = sign_in_of(token) else { return Ok(()) };
        let Some((account, _)) = state.identity(self.tid, self.oid) else {
            return Err(GraphError::token("The user could not be found.", base));
        };
        let revoked = account.public_valid_from;
        if sign_in.auth_millis >= revoked && !account.person.disabled {
            return Ok(());
        }
        let message = "Continuous access evaluation resulted in challenge with result: InteractionRequired and code: \
                       TokenIssuedBeforeRevocationTimestamp";
        if sign_in.cp1 {
            let value = (revoked.max(0) / 1000).to_string();
            let claims = json!({ "access_token": { "nbf": { "essential": true, "value": value } } });
            return Err(GraphError::claims(message, base, &base64(claims.to_string())));
        }
        if state.switches.graph_revokes_at_once { Err(GraphError::token(message, base)) } else { Ok(()) }
    }

    /// Whether one of these delegated permissions, or for applications one of these roles, is there.
    pub(crate) fn may(&self, scopes: &[&str], roles: &[&str]) -> bool {
        if self.is_app {
            roles.iter().any(|role| self.roles.contains(*role))
        } else {
            scopes.iter().any(|scope| self.scopes.contains(*scope))
        }
    }

    /// The person of a `me` call, or the one named by `users/{id}`.
    pub(crate) fn person<'a>(
        &self,
        state: &'a State,
        named: Option<&str>,
    ) -> Result<(&'a Account, Identity), GraphError> {
        let found = match named {
            None if self.is_app => {
                let message = "/me request is only valid with delegated authentication flow.";
                return Err(GraphError::new(axum::http::StatusCode::BAD_REQUEST, "BadRequest", message));
            }
            None => state.identity(self.tid, self.oid).map(|(account, identity)| {
                // A role that was activated after the sign-in is not in the token.
                let roles = account.roles_since(self.auth_millis, &identity);
                (account, Identity { roles, ..identity })
            }),
            Some(name) => person_named(state, self.tid, name),
        };
        found.ok_or_else(|| GraphError::not_found(named.unwrap_or("me")))
    }
}

/// What the sign-in behind a person's token proved.
fn sign_in_of(token: &Jws) -> Option<SignIn> {
    serde_json::from_slice(&from_base64url(token.claim("aio")?)?).ok()
}

/// The token of a call, if it is one of ours for this audience and not expired; else the reason in Microsoft's words.
pub(crate) fn verified(
    state: &State,
    headers: &HeaderMap,
    now: i64,
    is_audience: impl Fn(&str) -> bool,
) -> Result<Jws, &'static str> {
    let line = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let text = line.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default().trim();
    if text.is_empty() {
        return Err("Access token is empty.");
    }
    let token = Jws::parse(text).ok_or("JWT is not well formed, there are no dots (.).")?;
    if !token.claim("aud").is_some_and(is_audience) {
        return Err("Access token validation failure. Invalid audience.");
    }
    let key = token.header("kid").and_then(|kid| state.keys.find(kid));
    if !key.is_some_and(|key| token.is_signed_with_hidden_nonce(key.public_key())) {
        return Err("Access token validation failure. Invalid signature.");
    }
    #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 fit a double exactly")]
    let now_seconds = (now / 1000) as f64;
    if token.time("exp").is_none_or(|expiry| now_seconds >= expiry) {
        return Err("Lifetime validation failed, the token is expired.");
    }
    Ok(token)
}

fn person_named<'a>(state: &'a State, tid: Uuid, name: &str) -> Option<(&'a Account, Identity)> {
    if let Ok(oid) = Uuid::parse_str(name) {
        return state.identity(tid, oid);
    }
    let account = state.account_called(name)?;
    let identity = account.seen_from(state.tenant(tid)?)?;
    Some((account, identity))
}
