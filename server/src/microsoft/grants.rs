//! Grants at a tenant's token endpoint: on behalf of an account and refresh as one of our registrations, and the tokens
//! of a customer's own app.
//!
//! They go through the `oauth2` crate. Its errors can hold the raw answer, tokens included: they are taken apart in
//! `exchange` and nowhere else, and never printed. What comes back belongs to the expected account or is discarded (P4).

mod answer;
pub mod app;
pub mod error;
mod exchange;

use super::{
    assertion::Assertions,
    config::Authority,
    gate::Gate,
    http::Outbound,
    verify::{ExpectedNonce, IdExpectation, VerifiedIdentity, Verifier},
};
use crate::{clock::SharedClock, random::SharedRandom};
use answer::Answer;
use error::{GrantError, OurFault, WrongAnswer};
use oauth2::{Scope, TokenResponse, basic::BasicTokenType};
use shared::{
    id::{ClientId, ObjectId, TenantId},
    secret::Secret,
};
use std::{sync::Arc, time::Duration};

/// Longer than any token that Microsoft issues.
const LONGEST_LIFE: Duration = Duration::from_hours(36);

/// The account that a grant is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Account {
    /// Its tenant.
    pub tenant: TenantId,
    /// Its object id there.
    pub object: ObjectId,
}

/// What was granted, to the account that was expected.
#[derive(Debug)]
pub struct Granted {
    /// For Graph.
    pub access_token: Secret<String>,
    /// Replaces the one before; `None` means that the one before stays (P5).
    pub refresh_token: Option<Secret<String>>,
    /// How long the access token is good.
    pub expires_in: Duration,
    /// The Graph permissions granted, by their short names.
    pub scopes: Vec<String>,
    /// Whom Microsoft granted it to.
    pub identity: VerifiedIdentity,
}

impl Granted {
    /// How the person signed in, as the `amr` of the access token says; `None`: it does not say. Graph's tokens are not
    /// ours to verify: this one came from Microsoft over TLS, and this decides only whether it is used.
    pub fn authentication_methods(&self) -> Option<Vec<String>> {
        let claims = app::claims(&self.access_token)?;
        let methods = claims.get("amr")?.as_array()?;
        Some(methods.iter().filter_map(serde_json::Value::as_str).map(str::to_owned).collect())
    }

    /// The permissions of `wanted` that were not granted.
    pub fn missing<'a>(&self, wanted: &[&'a str]) -> Vec<&'a str> {
        let granted = |name: &&str| self.scopes.iter().any(|scope| scope.eq_ignore_ascii_case(name));
        wanted.iter().copied().filter(|name| !granted(name)).collect()
    }
}

/// Asks for tokens as one registration.
pub struct Grants {
    authority: Authority,
    client: ClientId,
    outbound: Arc<Outbound>,
    assertions: Assertions,
    verifier: Arc<Verifier>,
    clock: SharedClock,
    random: SharedRandom,
    lasting: bool,
    gate: Gate,
}

impl Grants {
    /// Grants for one registration at one authority.
    pub fn new(
        authority: Authority,
        client: ClientId,
        outbound: Arc<Outbound>,
        assertions: Assertions,
        verifier: Arc<Verifier>,
        clock: SharedClock,
        random: SharedRandom,
    ) -> Self {
        let gate = Gate::new(clock.clone());
        Self { authority, client, outbound, assertions, verifier, clock, random, lasting: true, gate }
    }

    /// The same without refresh tokens: what is granted ends with its access token (L4).
    #[must_use]
    pub fn without_refresh_tokens(self) -> Self {
        Self { lasting: false, ..self }
    }

    /// On behalf of an account: `access_token` is one for our API that [`Verifier`] believed; `permissions` are Graph's
    /// short names, such as `Mail.Read`.
    pub async fn on_behalf_of(
        &self,
        access_token: &Secret<String>,
        account: Account,
        permissions: &[&str],
    ) -> Result<Granted, GrantError> {
        let scope = self.scope(permissions)?;
        let exchange = self.exchange(account.tenant)?;
        let answer = self.gated(account.tenant, self.client, exchange.on_behalf_of(access_token, scope)).await?;
        self.accept(answer, account).await
    }

    /// A fresh access token by a refresh token, and mostly a new refresh token.
    pub async fn refresh(
        &self,
        refresh_token: &Secret<String>,
        account: Account,
        permissions: &[&str],
    ) -> Result<Granted, GrantError> {
        let scope = self.scope(permissions)?;
        let exchange = self.exchange(account.tenant)?;
        let answer = self.gated(account.tenant, self.client, exchange.refresh(refresh_token, scope)).await?;
        self.accept(answer, account).await
    }

    /// Asks, unless this tenant has told this app to wait; and remembers when it does.
    async fn gated(
        &self,
        tenant: TenantId,
        client: ClientId,
        asked: impl Future<Output = Result<Answer, GrantError>>,
    ) -> Result<Answer, GrantError> {
        if let Some(wait) = self.gate.wait(tenant, client) {
            return Err(GrantError::Throttled { retry_after: Some(wait), ids: Box::default() });
        }
        let answer = asked.await;
        if let Err(
            GrantError::Throttled { retry_after: Some(wait), .. }
            | GrantError::Unavailable { retry_after: Some(wait), .. },
        ) = &answer
        {
            self.gate.close(tenant, client, *wait);
        }
        answer
    }

    fn exchange(&self, tenant: TenantId) -> Result<exchange::Exchange, GrantError> {
        let assertion = self.assertions.for_tenant(tenant).map_err(|_| GrantError::our_fault(OurFault::Assertion))?;
        Ok(exchange::Exchange {
            outbound: self.outbound.clone(),
            client: self.client,
            endpoint: self.authority.token_endpoint(tenant),
            assertion,
            request_id: self.request_id(),
        })
    }

    fn request_id(&self) -> uuid::Uuid {
        crate::random::new_uuid(&*self.random, self.clock.now_millis())
    }

    /// The scopes of one resource and those of OpenID Connect.
    fn scope(&self, permissions: &[&str]) -> Result<Vec<Scope>, GrantError> {
        let plain = |name: &&str| {
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-')
        };
        if permissions.is_empty() || !permissions.iter().all(plain) {
            return Err(GrantError::our_fault(OurFault::Scope));
        }
        let graph = permissions.iter().map(|name| self.authority.graph_scope(name));
        let offline = self.lasting.then(|| "offline_access".to_owned());
        Ok(graph.chain(["openid", "profile"].map(str::to_owned)).chain(offline).map(Scope::new).collect())
    }

    /// Checks whom the answer is for (P4).
    async fn accept(&self, answer: Answer, account: Account) -> Result<Granted, GrantError> {
        let wrong = |what| GrantError::WrongAnswer(what);
        if *answer.token_type() != BasicTokenType::Bearer {
            return Err(wrong(WrongAnswer::TokenType));
        }
        let id_token = answer.extra_fields().id_token.as_ref().ok_or_else(|| wrong(WrongAnswer::NoIdToken))?;
        let expectation = IdExpectation {
            tenant: Some(account.tenant),
            client: self.client,
            nonce: ExpectedNonce::NotSent,
            now: self.clock.now(),
        };
        let identity = self.verifier.verify_id_token(id_token.expose(), &expectation).await;
        let identity = identity.map_err(|refused| wrong(WrongAnswer::IdToken(refused.reason())))?;
        if identity.object != account.object {
            return Err(wrong(WrongAnswer::OtherAccount));
        }
        let expires_in = answer.expires_in().filter(|life| !life.is_zero() && *life <= LONGEST_LIFE);
        let scopes = answer.scopes().map(Vec::as_slice).unwrap_or_default();
        let scopes = scopes.iter().filter_map(|scope| self.authority.graph_permission(scope));
        let sign_in = ["openid", "profile", "email", "offline_access"];
        Ok(Granted {
            access_token: Secret::new(answer.access_token().secret().clone()),
            refresh_token: answer.refresh_token().map(|token| Secret::new(token.secret().clone())),
            expires_in: expires_in.ok_or_else(|| wrong(WrongAnswer::Life))?,
            scopes: scopes.filter(|name| !sign_in.contains(name)).map(str::to_owned).collect(),
            identity,
        })
    }
}

#[cfg(test)]
mod tests;
