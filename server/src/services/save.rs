//! Carries a Save to its end: on behalf of the account, real reads, then everything in one transaction (§4.6).
//!
//! It is background work under a lease with an epoch: the browser may go, this node may die, another carries on. Until
//! the last transaction every set is as it was; after it, every set has a working connection. Nothing lies between.

mod approval;
mod finish;
mod removal;
mod steps;

pub use approval::{APPROVAL_OVER, next as next_look};
pub use steps::{
    after_consent as steps_after_consent, complete as complete_step, first as first_steps, proof_code, proof_title,
    removal as removal_steps, stop as stop_steps,
};

use super::{ServiceError, delegated, events, help, invitations};
use crate::{
    audit::Actor,
    microsoft::{
        grants::{Account, Granted, error::GrantError},
        graph::{GraphError, Proof},
    },
    seal::{SealContext, SealError},
    state::AppState,
    store::{
        Scoped, StoreError,
        attempts::{Attempt, AttemptState},
        sign_ins::SignIn,
        work::{self, Work},
    },
};
use shared::{
    api::{
        authorizations::{AuthorizationKind, SignInState},
        customers::ConnectionState,
        problem::{Help, HelpAction},
    },
    id::{AttemptId, ClientId, ConnectionId, SignInId, TenantId},
    method::Method,
    oauth::{
        authority::{Authority as Address, RedirectUri},
        consent::{ConsentRequest, admin_consent_url},
        opaque::State,
    },
    rules::scopes,
    secret::Secret,
    workload::Workloads,
};
use std::{collections::BTreeSet, time::Duration};

/// What kind of secret a posted token is, for its seal.
pub const TOKEN: &str = "access_token";
/// What kind of secret a refresh token is, for its seal.
pub const REFRESH: &str = "refresh_token";
/// How long one worker holds the work, in milliseconds.
pub const LEASE: i64 = 60_000;
/// Tries after a consent, while Microsoft's copies catch up.
const TRIES_AFTER_CONSENT: i64 = 8;
/// Tries when Microsoft is in trouble.
const TRIES: i64 = 12;

/// How a Save went on this time.
enum Outcome {
    /// Access is there and proved.
    Granted(Box<Ready>),
    /// Try again later.
    Later(Duration),
    /// It stops here, and this is what a person must do.
    Stop(SignInState, Box<Help>, Option<Secret<String>>),
}

/// Proved access, ready to be stored.
struct Ready {
    granted: Granted,
    account: Account,
    username: String,
}

/// One Save in hand.
struct Run<'a> {
    app: &'a AppState,
    work: Work,
    attempt: Attempt,
    sign_in: SignIn,
    kind: AuthorizationKind,
    tenant: TenantId,
    workloads: Workloads,
    /// Restores are prepared too.
    restores: bool,
    /// Whoever saved has long gone: nobody sees where it stops.
    is_alone: bool,
}

/// The workloads of a sign-in's sets, as they are now.
pub async fn workloads(tx: &Scoped, sign_in: SignInId) -> Result<Workloads, StoreError> {
    let ids: Vec<_> = tx.list_sign_in_sets(&[sign_in]).await?.into_iter().map(|set| set.backup_set).collect();
    Ok(tx.find_backup_sets(&ids).await?.into_iter().flat_map(|set| set.workloads).collect())
}

/// The permissions that a sign-in's sets need, with what every connection needs.
pub async fn wanted_permissions(tx: &Scoped, sign_in: &SignIn) -> Result<Vec<String>, StoreError> {
    let authorization = tx.find_authorization(sign_in.authorization).await?;
    Ok(permissions(&workloads(tx, sign_in.id).await?, authorization.is_some_and(|one| one.restores)))
}

fn permissions(workloads: &Workloads, restores: bool) -> Vec<String> {
    let mut wanted = vec!["User.Read".to_owned()];
    for permission in scopes::asked_scopes(workloads, restores) {
        if !wanted.contains(&permission.value) {
            wanted.push(permission.value.clone());
        }
    }
    wanted
}

/// The permissions that an administrator's address asks for.
fn scopes_of(address: Option<&str>) -> Option<BTreeSet<String>> {
    let address = url::Url::parse(address?).ok()?;
    let (_, scopes) = address.query_pairs().find(|(name, _)| name == "scope")?;
    Some(scopes.split(' ').map(str::to_owned).collect())
}

/// Forgets a Save that waits, and the token it holds.
pub async fn forget_saved(tx: &Scoped, sign_in: SignInId) -> Result<(), StoreError> {
    if let Some(attempt) = tx.find_saved_attempt(sign_in).await? {
        tx.update_attempt(&ended(attempt, None), AttemptState::Saved).await?;
    }
    Ok(())
}

/// An attempt at its end: the posted token is gone.
pub fn ended(attempt: Attempt, challenge: Option<crate::seal::Sealed>) -> Attempt {
    let saved = attempt.saved.map(|saved| crate::store::attempts::SavedToken { token: None, ..saved });
    Attempt { state: AttemptState::Ended, saved, challenge, ..attempt }
}

/// Carries a Save on.
pub async fn run(app: &AppState, work: Work) -> Result<(), ServiceError> {
    let Some(run) = load(app, work).await? else {
        let tx = app.store.write(work.organization).await?;
        work::finish(&tx, &work).await?;
        return Ok(tx.commit().await?);
    };
    if run.kind == AuthorizationKind::Remove {
        return removal::carry_out(run).await;
    }
    if run.sign_in.state == SignInState::ApprovalNeeded {
        return approval::look(run).await;
    }
    let mut run = run;
    let outcome = run.attempt_access().await?;
    run.end(outcome).await
}

/// Everything about a Save; `None` when there is nothing left to do for it.
async fn load(app: &AppState, work: Work) -> Result<Option<Run<'_>>, ServiceError> {
    let tx = app.store.read(work.organization).await?;
    let attempt = tx.find_attempt(AttemptId(work.subject)).await?.filter(|one| one.state == AttemptState::Saved);
    let Some(attempt) = attempt else { return Ok(None) };
    let goes_on = |one: &SignIn| matches!(one.state, SignInState::Working | SignInState::ApprovalNeeded);
    let sign_in = tx.find_sign_in(attempt.sign_in).await?.filter(goes_on);
    let Some(sign_in) = sign_in else { return Ok(None) };
    let authorization = tx.find_authorization(attempt.authorization).await?.ok_or(ServiceError::NotFound)?;
    let customer = tx.find_customer(authorization.customer).await?.ok_or(ServiceError::NotFound)?;
    let workloads = workloads(&tx, sign_in.id).await?;
    let (kind, tenant, restores) = (authorization.kind, customer.tenant, authorization.restores);
    Ok(Some(Run { app, work, attempt, sign_in, kind, tenant, workloads, restores, is_alone: false }))
}

/// What Microsoft granted, to whom, and whether by a connection that was there.
type Exchanged = (Granted, Account, bool);

impl Run<'_> {
    /// Ends this try as it went.
    async fn end(self, outcome: Outcome) -> Result<(), ServiceError> {
        match outcome {
            Outcome::Granted(ready) => finish::finish(self, *ready).await,
            Outcome::Later(wait) => self.later(wait).await,
            Outcome::Stop(state, problem, claims) => self.stop(state, *problem, claims).await,
        }
    }

    /// From the posted token, or a connection that is there, to proved access.
    async fn attempt_access(&mut self) -> Result<Outcome, ServiceError> {
        match self.ask().await? {
            Ok(exchanged) => self.go_on(exchanged).await,
            Err(outcome) => Ok(*outcome),
        }
    }

    /// Asks Microsoft for everything that the sets need.
    async fn ask(&mut self) -> Result<Result<Exchanged, Box<Outcome>>, ServiceError> {
        let wanted = permissions(&self.workloads, self.restores);
        let names: Vec<&str> = wanted.iter().map(String::as_str).collect();
        let outcome = match self.exchange(&names).await? {
            Ok(exchanged) if exchanged.0.missing(&names).is_empty() => return Ok(Ok(exchanged)),
            Ok(_) => self.consent_missing(granted_less()).await?,
            Err(outcome) => *outcome,
        };
        Ok(Err(Box::new(outcome)))
    }

    /// From what was granted to proved access.
    async fn go_on(&mut self, (granted, account, is_connected): Exchanged) -> Result<Outcome, ServiceError> {
        if granted.refresh_token.is_none() && !is_connected {
            return Ok(stop_failed(help::own(
                "no_lasting_access",
                "Microsoft gave no lasting access",
                "A rule of this organization may forbid it. Nothing has changed. An administrator can look at sign-in session rules.",
                HelpAction::AskAdministrator,
            )));
        }
        self.step("exchanged").await?;
        self.prove(granted, account).await
    }

    /// On behalf of the account by the posted token, or by the refresh token of its connection.
    async fn exchange(&mut self, names: &[&str]) -> Result<Result<Exchanged, Box<Outcome>>, ServiceError> {
        let grants = &self.app.microsoft.grants;
        let (answer, account, is_connected) = if let Some(saved) = &self.attempt.saved {
            let over = self.app.now() >= saved.expires_at;
            let Some(token) = saved.token.as_ref().filter(|_| !over) else { return Ok(Err(Box::new(token_over()))) };
            let account = Account { tenant: saved.tenant, object: saved.object };
            let token = self.open(TOKEN, self.attempt.id.0, 1, token)?;
            (grants.on_behalf_of(&token, account, names).await, account, false)
        } else {
            let tx = self.app.store.read(self.work.organization).await?;
            let connection = match self.sign_in.connection {
                Some(id) => tx.find_connection(id).await?,
                None => None,
            };
            drop(tx);
            let Some(connection) = connection else { return Ok(Err(Box::new(token_over()))) };
            let account = Account { tenant: connection.tenant, object: connection.object };
            let Some(answer) = self.refresh(connection.id, names).await? else {
                // Its turn did not come: that is slow, not failed, and no reason to sign in.
                if !connection.state.is_over() {
                    return Ok(Err(Box::new(self.again(None, expired()))));
                }
                // Ended or disconnected meanwhile: its holder signs in, as if there were none.
                self.sign_in.connection = None;
                let stop = Outcome::Stop(SignInState::Waiting, Box::new(not_connected()), None);
                return Ok(Err(Box::new(stop)));
            };
            (answer, account, true)
        };
        match answer {
            Ok(granted) => Ok(Ok((granted, account, is_connected))),
            Err(error) => Ok(Err(Box::new(self.grant_failed(error, is_connected).await?))),
        }
    }

    /// By the connection's refresh token, in turn with its jobs and heartbeats. The new one is stored at once.
    async fn refresh(
        &self,
        id: ConnectionId,
        names: &[&str],
    ) -> Result<Option<Result<Granted, GrantError>>, ServiceError> {
        let (app, organization) = (self.app, self.work.organization);
        let Some(held) = delegated::hold(app, organization, id).await? else { return Ok(None) };
        match delegated::refresh(app, &held, names).await? {
            Ok(mut granted) => {
                let tx = app.store.write(organization).await?;
                if !delegated::keep(app, &tx, held, &granted, Some("save")).await? {
                    return Err(lost());
                }
                tx.commit().await?;
                granted.refresh_token = None;
                Ok(Some(Ok(granted)))
            }
            Err(error) => {
                delegated::release(app, &held).await?;
                Ok(Some(Err(error)))
            }
        }
    }

    fn open(
        &self,
        kind: &'static str,
        row: uuid::Uuid,
        version: i64,
        sealed: &crate::seal::Sealed,
    ) -> Result<Secret<String>, ServiceError> {
        let context = SealContext { organization: self.work.organization, kind, row, version };
        let bytes = self.app.keyring.open(&context, sealed)?;
        let text = std::str::from_utf8(bytes.expose()).map_err(|_| SealError::NotThisRecord)?;
        Ok(Secret::new(text.to_owned()))
    }

    async fn grant_failed(&mut self, error: GrantError, by_connection: bool) -> Result<Outcome, ServiceError> {
        tracing::warn!(sign_in = %self.sign_in.id, %error, "a grant failed");
        let problem = help::for_grant(&error);
        if by_connection && !error.is_temporary() {
            // The connection cannot carry this: its holder signs in, as if there were none.
            self.sign_in.connection = None;
            return Ok(Outcome::Stop(SignInState::Waiting, Box::new(problem), None));
        }
        Ok(match error {
            GrantError::ClaimsChallenge { claims, .. } => {
                Outcome::Stop(SignInState::ClaimsNeeded, Box::new(problem), Some(claims))
            }
            GrantError::ConsentMissing { .. } => return self.consent_missing(problem).await,
            GrantError::Throttled { retry_after, .. } | GrantError::Unavailable { retry_after, .. } => {
                self.again(retry_after, problem)
            }
            _ => stop_failed(problem),
        })
    }

    /// Somebody must consent. Right after a consent Microsoft's copies may be late: that is slow, not failed.
    async fn consent_missing(&mut self, problem: Help) -> Result<Outcome, ServiceError> {
        if steps::has_consent(&self.sign_in.steps) && self.work.attempts < TRIES_AFTER_CONSENT {
            return Ok(Outcome::Later(backoff(self.work.attempts)));
        }
        let wanted = scopes::asked_scopes(&self.workloads, self.restores);
        if scopes::needs_administrator(&wanted) {
            let address = self.approval_url().await?;
            // Others of the tenant may have come to wait meanwhile; the same permissions keep the same address.
            if scopes_of(self.sign_in.approval_url.as_deref()) != scopes_of(address.as_deref()) {
                self.sign_in.approval_url = address;
            }
            return Ok(Outcome::Stop(SignInState::ApprovalNeeded, Box::new(problem), None));
        }
        Ok(Outcome::Stop(SignInState::ConsentNeeded, Box::new(problem), None))
    }

    /// The administrator's address, for the union of what this tenant uses and what waits for an approval beside this: consenting
    /// to fewer would take from the others what they have, or will have got.
    async fn approval_url(&self) -> Result<Option<String>, ServiceError> {
        let config = &self.app.microsoft.config;
        let tx = self.app.store.read(self.work.organization).await?;
        let mut all = permissions(&self.workloads, self.restores);
        if let Some(customer) = tx.find_customers_by_tenant(&[self.tenant]).await?.into_iter().next() {
            let connections = tx.list_connections(&[customer.id]).await?;
            let used = connections.iter().filter(|one| one.state != ConnectionState::Disconnected);
            all.extend(used.flat_map(|one| one.scopes.split(' ')).map(str::to_owned));
            let open = tx.list_open_authorizations_of(customer.id).await?;
            let waiting = tx.list_sign_ins(&open).await?;
            for one in waiting.into_iter().filter(|one| one.state == SignInState::ApprovalNeeded) {
                let authorization = tx.find_authorization(one.authorization).await?;
                if let Some(authorization) = authorization.filter(|one| one.method == Method::Hybrid) {
                    all.extend(permissions(&workloads(&tx, one.id).await?, authorization.restores));
                }
            }
        }
        let mut wanted: Vec<String> = Vec::new();
        for scope in all.into_iter().filter(|scope| !scope.is_empty()) {
            if !wanted.contains(&scope) {
                wanted.push(scope);
            }
        }
        let full: Vec<String> = wanted.iter().map(|name| config.authority.graph_scope(name)).collect();
        let mut names: Vec<&str> = full.iter().map(String::as_str).collect();
        names.extend(["openid", "profile", "offline_access"]);
        Ok(self.consent_address(config.access.client_id, &names))
    }

    fn consent_address(&self, client_id: ClientId, scopes: &[&str]) -> Option<String> {
        let authority = Address::parse(self.app.microsoft.config.authority.login_origin()).ok()?;
        let redirect_uri = RedirectUri::parse(&format!("{}/connect/approved", self.app.settings.origin)).ok()?;
        let mut random = [0; 32];
        self.app.random.fill(&mut random);
        let state = State::from_random(random);
        let tenant = self.tenant;
        let request = ConsentRequest {
            authority: &authority,
            tenant,
            client_id,
            redirect_uri: &redirect_uri,
            scopes,
            state: &state,
        };
        admin_consent_url(&request).ok()
    }

    /// Real reads: who, which tenant, and one of each workload (F9).
    async fn prove(&mut self, granted: Granted, account: Account) -> Result<Outcome, ServiceError> {
        let app = self.app;
        let me = match app.microsoft.graph.me(&granted.access_token).await {
            Ok(me) => me,
            Err(error) => return Ok(self.read_failed(&error)),
        };
        let organization = match app.microsoft.graph.organization(&granted.access_token).await {
            Ok(organization) => organization,
            Err(error) => return Ok(self.read_failed(&error)),
        };
        if me.object != account.object || organization.tenant != account.tenant {
            return Ok(stop_failed(help::for_grant(&GrantError::WrongAnswer(
                crate::microsoft::grants::error::WrongAnswer::OtherAccount,
            ))));
        }
        let asked = self.sign_in.account.to_lowercase();
        let own = [Some(me.user_principal_name.clone()), me.mail.clone()];
        if !own.iter().flatten().any(|name| name.to_lowercase() == asked) {
            return Ok(Outcome::Stop(
                SignInState::Failed,
                Box::new(wrong_account(&me.user_principal_name, &self.sign_in.account)),
                None,
            ));
        }
        self.step("account").await?;
        for workload in self.workloads.clone() {
            match app.microsoft.graph.prove(&granted.access_token, workload).await {
                Ok(Proof::Read | Proof::NoWay) => self.step(steps::proof_code(workload)).await?,
                Ok(Proof::NotThere) => {
                    self.detail(steps::proof_code(workload), "This account has none of it today");
                    self.step(steps::proof_code(workload)).await?;
                }
                Err(error) => return Ok(self.read_failed(&error)),
            }
        }
        Ok(Outcome::Granted(Box::new(Ready { granted, account, username: me.user_principal_name })))
    }

    fn read_failed(&self, error: &GraphError) -> Outcome {
        tracing::warn!(sign_in = %self.sign_in.id, %error, "a read failed");
        let problem = help::for_graph(error);
        match error {
            GraphError::Throttled { retry_after, .. } | GraphError::Unavailable { retry_after, .. } => {
                self.again(*retry_after, problem)
            }
            _ => stop_failed(problem),
        }
    }

    fn again(&self, retry_after: Option<Duration>, problem: Help) -> Outcome {
        if self.work.attempts >= TRIES {
            return stop_failed(problem);
        }
        // What Microsoft says is waited out (R9).
        Outcome::Later(retry_after.unwrap_or_else(|| backoff(self.work.attempts)))
    }

    fn detail(&mut self, code: &str, detail: &str) {
        if let Some(step) = self.sign_in.steps.iter_mut().find(|step| step.code == code) {
            step.detail = Some(detail.to_owned());
        }
    }

    /// Marks a step as done, for everybody who watches, and holds the work for another lease.
    async fn step(&mut self, code: &str) -> Result<(), ServiceError> {
        steps::complete(&mut self.sign_in.steps, code);
        let tx = self.app.store.write(self.work.organization).await?;
        let lease = self.app.clock.now_millis() + LEASE;
        let held = work::postpone(&tx, &self.work, lease, self.work.attempts).await?;
        tx.touch_authorization(self.sign_in.authorization).await?;
        if !held || !tx.update_sign_in(&self.sign_in, SignInState::Working).await? {
            return Err(lost());
        }
        tx.commit().await?;
        self.app.changes.authorization(self.sign_in.authorization);
        Ok(())
    }

    /// Puts the Save off: slow, not failed.
    async fn later(mut self, wait: Duration) -> Result<(), ServiceError> {
        steps::slow(&mut self.sign_in.steps, wait);
        let tx = self.app.store.write(self.work.organization).await?;
        let due = self.app.clock.now_millis() + i64::try_from(wait.as_millis()).unwrap_or(i64::MAX / 2);
        let held = work::postpone(&tx, &self.work, due, self.work.attempts + 1).await?;
        tx.touch_authorization(self.sign_in.authorization).await?;
        if !held || !tx.update_sign_in(&self.sign_in, SignInState::Working).await? {
            return Err(lost());
        }
        tx.commit().await?;
        self.app.changes.authorization(self.sign_in.authorization);
        self.app.changes.work();
        Ok(())
    }

    /// Stops the Save; the sets are as they were. A token is kept only while a consent is awaited; for an administrator's,
    /// Microsoft is asked again by itself.
    async fn stop(
        mut self,
        state: SignInState,
        problem: Help,
        claims: Option<Secret<String>>,
    ) -> Result<(), ServiceError> {
        steps::stop(&mut self.sign_in.steps, state);
        let from = self.sign_in.state;
        let organization = self.work.organization;
        let context =
            SealContext { organization, kind: super::attempts::CHALLENGE, row: self.attempt.id.0, version: 1 };
        let challenge = claims.map(|claims| self.app.keyring.seal(&context, claims.expose().as_bytes())).transpose()?;
        let tx = self.app.store.write(organization).await?;
        tx.touch_authorization(self.sign_in.authorization).await?;
        if !matches!(state, SignInState::ConsentNeeded | SignInState::ApprovalNeeded) {
            tx.update_attempt(&ended(self.attempt.clone(), challenge), AttemptState::Saved).await?;
        }
        let detail = format!("code={}", problem.code);
        let sign_in = SignIn { state, problem: Some(problem.clone()), ..self.sign_in };
        let held = if state == SignInState::ApprovalNeeded {
            approval::follow(self.app, &tx, &self.work, &self.attempt).await?
        } else {
            work::finish(&tx, &self.work).await?
        };
        if !held || !tx.update_sign_in(&sign_in, from).await? {
            return Err(lost());
        }
        if let Some(authorization) = tx.find_authorization(sign_in.authorization).await? {
            if state == SignInState::Failed {
                events::failed(self.app, &tx, &authorization, &sign_in, &problem).await?;
            }
            if self.is_alone {
                invitations::invite_to_continue(self.app, &tx, &authorization, &sign_in).await?;
            }
        }
        self.app
            .audit()
            .record(&tx, "sign_in.stopped", &Actor::Rekey, format!("sign_in:{}", sign_in.id), detail)
            .await?;
        tx.commit().await?;
        self.app.changes.work();
        self.app.changes.authorization(sign_in.authorization);
        Ok(())
    }
}

fn granted_less() -> Help {
    help::own(
        "consent_missing",
        "Microsoft granted less than was asked for",
        "Some of the permissions are still missing. Nothing has changed so far.",
        HelpAction::Retry,
    )
}

fn lost() -> ServiceError {
    ServiceError::conflict("lease_lost", "Another worker carries this on.")
}

fn stop_failed(problem: Help) -> Outcome {
    Outcome::Stop(SignInState::Failed, Box::new(problem), None)
}

fn token_over() -> Outcome {
    stop_failed(expired())
}

fn expired() -> Help {
    help::own(
        "sign_in_expired",
        "The sign-in has expired meanwhile",
        "Too much time has passed. Nothing has changed. Sign in once more.",
        HelpAction::SignInAgain,
    )
}

fn not_connected() -> Help {
    help::own(
        "not_connected",
        "The account is not connected any more",
        "Its access ended meanwhile. Nothing has changed. Its holder signs in once.",
        HelpAction::SignInAgain,
    )
}

fn wrong_account(signed_in: &str, asked: &str) -> Help {
    help::own(
        "wrong_account",
        "That was another account",
        &format!(
            "You signed in as {signed_in}, but these sets hold the data of {asked}. Nothing was stored. Sign in as {asked}."
        ),
        HelpAction::OtherAccount,
    )
}

/// 2, 4, 8, 16, 30, 30 … seconds.
fn backoff(attempts: i64) -> Duration {
    let exponent = u32::try_from(attempts.clamp(0, 10)).unwrap_or(0);
    Duration::from_secs((2_u64 << exponent).min(30))
}
