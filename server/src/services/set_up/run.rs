//! One set-up in hand: its lease, its journal, its patience.
//!
//! Every change of the journal holds the lease for another while and fails when it was lost, so that a node that slept
//! too long writes nothing more. Nothing is tried at Microsoft before the journal says that it will be.

use super::{granted, left_over, make, proof::Proving, steps};
use crate::{
    audit::Actor,
    microsoft::{
        directory::Call,
        grants::error::{GrantError, OurFault},
        graph::GraphError,
    },
    seal::SealContext,
    services::{ServiceError, events, help, invitations},
    state::AppState,
    store::{
        Scoped, StoreError,
        attempts::{Attempt, AttemptState},
        authorizations::Authorization,
        customers::Customer,
        journals::{Journal, JournalKind, JournalState, JournalStep},
        sign_ins::SignIn,
        work::{self, Work},
    },
};
use serde_json::{Map, Value};
use shared::{
    api::{
        authorizations::{AuthorizationKind, AuthorizationState, SignInState},
        problem::{Help, HelpAction},
    },
    id::{JournalId, ObjectId},
    secret::Secret,
    time::Timestamp,
};
use std::time::Duration;

/// How long one node holds a set-up between two steps, in milliseconds.
pub const LEASE: i64 = 60_000;
/// How long an administrator's token is kept at most, in seconds.
pub const LONGEST: i64 = 20 * 60;
/// Tries after Microsoft said that the person may not: right after a change its copies may be late.
const TRIES_DENIED: u32 = 4;

/// Why a set-up does not go on here.
pub enum Stop {
    /// Another node took it, it was called off, or a record that it builds on changed meanwhile.
    Lost,
    /// A person must do something.
    Person(SignInState, Box<Help>),
    /// The administrator must sign in again with these claims.
    Claims(Box<Help>, Secret<String>),
    /// The administrator grants the permissions at Microsoft, at this address.
    Consent(Box<Help>, String),
    /// Storage failed: the lease runs out, and somebody continues.
    Failed(ServiceError),
}

impl<E: Into<ServiceError>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// A stop with a remedy of our own.
pub fn person(code: &str, title: &str, text: &str, action: HelpAction) -> Stop {
    Stop::Person(SignInState::Failed, Box::new(help::own(code, title, text, action)))
}

/// The same in another state, with the ids of Microsoft's answer for whoever looks it up.
pub fn person_as_told(state: SignInState, told: Help, own: Help) -> Stop {
    Stop::Person(state, Box::new(Help { ids: told.ids, ..own }))
}

/// How often something was tried.
#[derive(Debug, Default)]
pub struct Patience {
    tries: u32,
    denied: u32,
}

impl Patience {
    /// A quarter of a second, doubled up to half a minute.
    fn next(&mut self) -> Duration {
        let wait = Duration::from_millis((250_u64 << self.tries.min(7)).min(30_000));
        self.tries += 1;
        wait
    }

    /// Whether what is late is still waited for.
    pub const fn goes_on(&self) -> bool {
        self.tries < 40
    }
}

/// One set-up in hand.
pub struct Run {
    /// Everything else.
    pub app: AppState,
    /// The lease.
    pub work: Work,
    /// The attempt whose Save began it.
    pub attempt: Attempt,
    /// For which sign-in.
    pub sign_in: SignIn,
    /// For which authorization.
    pub authorization: Authorization,
    /// Whose tenant.
    pub customer: Customer,
    /// Who signed in.
    pub administrator: ObjectId,
    /// When the administrator's token is forgotten at the latest.
    pub until: Timestamp,
    /// Which roles carried the sign-in, as the audit log has it; empty where nobody signed in.
    pub role: String,
    /// Rekey's own access for the set-up could not be removed yet.
    pub is_left_over: bool,
    journal: Option<Journal>,
    position: i64,
}

impl Run {
    /// A set-up that was just saved.
    pub fn new(app: AppState, work: Work, saved: Proving, administrator: ObjectId, until: Timestamp) -> Self {
        let Proving { attempt, sign_in, authorization, customer } = saved;
        Self {
            app,
            work,
            attempt,
            sign_in,
            authorization,
            customer,
            administrator,
            until,
            role: String::new(),
            is_left_over: false,
            journal: None,
            position: 0,
        }
    }

    /// The same, carried by these roles.
    pub fn carried_by(self, role: String) -> Self {
        Self { role, ..self }
    }

    /// Begins the journal; waits while another one runs in this tenant.
    pub async fn begin_journal(&mut self) -> Result<(), Stop> {
        let kind = match self.authorization.kind {
            AuthorizationKind::Remove => JournalKind::Remove,
            _ => JournalKind::SetUp,
        };
        let mut patience = Patience::default();
        loop {
            let journal = Journal {
                id: JournalId(self.app.new_id()),
                customer: self.customer.id,
                tenant: self.customer.tenant,
                authorization: self.authorization.id,
                sign_in: self.sign_in.id,
                kind,
                state: JournalState::Running,
                administrator: self.administrator,
                created_at: self.app.now(),
                ended_at: None,
            };
            let tx = self.begin().await?;
            if tx.find_running_journal(self.customer.tenant).await?.is_none() {
                match tx.add_journal(&journal).await {
                    Ok(()) => {
                        tx.commit().await?;
                        self.journal = Some(journal);
                        return Ok(());
                    }
                    Err(error) if error.is_conflict() => {}
                    Err(error) => return Err(error.into()),
                }
            }
            drop(tx);
            self.wait(&mut patience, None, "Another set-up of this tenant is going on; this one follows").await?;
        }
    }

    /// A transaction in which this node still holds the set-up, and nobody called it off.
    pub async fn begin(&self) -> Result<Scoped, Stop> {
        let tx = self.app.store.write(self.work.organization).await?;
        let lease = self.app.clock.now_millis() + LEASE;
        let open = tx.touch_and_find_authorization(self.authorization.id).await?;
        let open = open.is_some_and(|one| one.state == AuthorizationState::Open);
        if !open || !work::postpone(&tx, &self.work, lease, self.work.attempts).await? {
            return Err(Stop::Lost);
        }
        Ok(tx)
    }

    /// Writes down what is about to be done.
    pub async fn intend(&mut self, code: &str, object: Option<String>) -> Result<JournalStep, Stop> {
        let now = self.app.now();
        if now >= self.until {
            return Err(continue_needed());
        }
        let step = JournalStep {
            position: self.position,
            code: code.to_owned(),
            state: "intended".to_owned(),
            object,
            intended_at: now,
            ended_at: None,
        };
        let tx = self.begin().await?;
        if let Some(journal) = &self.journal {
            tx.add_journal_step(journal.id, &step).await?;
        }
        tx.commit().await?;
        self.position += 1;
        Ok(step)
    }

    /// Writes down that it was done, in a transaction of the caller's.
    pub async fn done_in(&self, tx: &Scoped, step: &JournalStep, object: Option<String>) -> Result<(), StoreError> {
        let ended = JournalStep {
            state: "done".to_owned(),
            object: object.or_else(|| step.object.clone()),
            ended_at: Some(self.app.now()),
            ..step.clone()
        };
        if let Some(journal) = &self.journal {
            tx.end_journal_step(journal.id, &ended).await?;
        }
        Ok(())
    }

    /// Writes down that it was done.
    pub async fn done(&self, step: &JournalStep, object: Option<String>) -> Result<(), Stop> {
        let tx = self.begin().await?;
        self.done_in(&tx, step, object).await?;
        Ok(tx.commit().await?)
    }

    /// Shows a step as done, to everybody who watches.
    pub async fn show(&mut self, code: &str) -> Result<(), Stop> {
        steps::complete(&mut self.sign_in.steps, code);
        self.store_steps().await
    }

    async fn store_steps(&self) -> Result<(), Stop> {
        let tx = self.begin().await?;
        if !tx.update_sign_in(&self.sign_in, SignInState::Working).await? {
            return Err(Stop::Lost);
        }
        tx.commit().await?;
        self.app.changes.authorization(self.authorization.id);
        Ok(())
    }

    /// Waits a little longer than the last time, or as long as Microsoft asks, and keeps the lease meanwhile.
    pub async fn wait(&mut self, patience: &mut Patience, asked: Option<Duration>, detail: &str) -> Result<(), Stop> {
        let mut wait = patience.next().max(asked.unwrap_or_default());
        if self.app.now().plus(i64::try_from(wait.as_secs()).unwrap_or(0)) >= self.until {
            return Err(continue_needed());
        }
        if patience.tries > 3 {
            steps::slow(&mut self.sign_in.steps, detail);
            self.store_steps().await?;
        }
        while !wait.is_zero() {
            let part = wait.min(Duration::from_secs(20));
            tokio::time::sleep(part).await;
            wait -= part;
            self.begin().await?.commit().await?;
        }
        Ok(())
    }

    /// One call of the directory with the administrator's token. Slow copies and throttling are waited for; a refusal that
    /// stays says which role is missing (C5: Microsoft's 403 decides).
    pub async fn call(&mut self, token: &Secret<String>, call: &Call<'_>) -> Result<Map<String, Value>, Stop> {
        let mut patience = Patience::default();
        loop {
            let error = match self.app.microsoft.directory.call(token, call).await {
                Ok(body) => return Ok(body),
                Err(error) => error,
            };
            self.forgive(&mut patience, error).await?;
        }
    }

    /// Waits after an error that may pass by itself; anything else stops the set-up.
    pub async fn forgive(&mut self, patience: &mut Patience, error: GraphError) -> Result<(), Stop> {
        tracing::info!(authorization = %self.authorization.id, %error, "a call of a set-up was refused");
        match &error {
            GraphError::Throttled { retry_after, .. } | GraphError::Unavailable { retry_after, .. } => {
                self.wait(patience, *retry_after, "Microsoft asks to wait").await
            }
            GraphError::Denied { .. } => {
                patience.denied += 1;
                if patience.denied >= TRIES_DENIED {
                    return Err(role_missing(&error));
                }
                self.wait(patience, None, "Slower than usual, but not failed").await
            }
            // Microsoft's copies are late: the object that was just made is not there yet (C9).
            GraphError::NotFound { .. } | GraphError::Refused { status: 400 | 409, .. } if patience.goes_on() => {
                self.wait(patience, None, "Slower than usual, but not failed: Microsoft is still copying").await
            }
            _ => Err(Stop::Person(SignInState::Failed, Box::new(help::for_graph(&error)))),
        }
    }

    /// Waits after a grant's error that may pass by itself; anything else stops the set-up.
    pub async fn forgive_grant(&mut self, patience: &mut Patience, error: GrantError) -> Result<(), Stop> {
        tracing::info!(authorization = %self.authorization.id, %error, "a grant of a set-up was refused");
        let remedy = Box::new(help::for_grant(&error));
        if is_account_trouble(&error) {
            return Err(Stop::Person(SignInState::Failed, remedy));
        }
        match error {
            GrantError::Throttled { retry_after, .. } | GrantError::Unavailable { retry_after, .. } => {
                self.wait(patience, retry_after, "Microsoft asks to wait").await
            }
            GrantError::ClaimsChallenge { claims, .. } => Err(Stop::Claims(remedy, claims)),
            // The consent of a moment ago, or a key or principal of a moment ago, is not known everywhere yet.
            GrantError::ConsentMissing { .. }
            | GrantError::OurFault { what: OurFault::Credential, .. }
            | GrantError::Revoked { .. }
                if patience.tries < 30 =>
            {
                self.wait(patience, None, "Slower than usual, but not failed: Microsoft is still copying").await
            }
            _ => Err(Stop::Person(SignInState::Failed, remedy)),
        }
    }

    /// Ends it as it went.
    pub async fn end(self, ended: Result<(), Stop>) {
        let id = self.authorization.id;
        let Err(stop) = ended else { return };
        if let Err(error) = self.stop(stop).await {
            tracing::error!(authorization = %id, ?error, "a set-up could not be ended here and comes back");
        }
    }

    /// Ends the set-up where a person is needed. The sets are as they were, unless they changed already.
    async fn stop(mut self, stop: Stop) -> Result<(), ServiceError> {
        let (state, problem, claims, approval_url) = match stop {
            Stop::Lost => {
                tracing::info!(authorization = %self.authorization.id, "a set-up was taken over or called off");
                return self.release().await;
            }
            Stop::Failed(error) => {
                tracing::error!(authorization = %self.authorization.id, ?error, "a set-up failed here and can be continued");
                return Ok(());
            }
            Stop::Person(state, problem) => (state, problem, None, None),
            Stop::Claims(problem, claims) => (SignInState::ClaimsNeeded, problem, Some(claims), None),
            Stop::Consent(problem, url) => (SignInState::ApprovalNeeded, problem, None, Some(url)),
        };
        steps::stop(&mut self.sign_in.steps, state);
        let organization = self.work.organization;
        let context = SealContext {
            organization,
            kind: crate::services::attempts::CHALLENGE,
            row: self.attempt.id.0,
            version: 1,
        };
        let challenge = claims.map(|claims| self.app.keyring.seal(&context, claims.expose().as_bytes())).transpose()?;
        let tx = self.app.store.write(organization).await?;
        tx.touch_authorization(self.authorization.id).await?;
        if !work::finish(&tx, &self.work).await? {
            return Ok(());
        }
        if state == SignInState::ApprovalNeeded {
            granted::follow(&self.app, &tx, &self.attempt).await?;
        } else {
            let ended = crate::services::save::ended(self.attempt.clone(), challenge);
            tx.update_attempt(&ended, AttemptState::Saved).await?;
            make::put_back(&tx, self.customer.id).await?;
        }
        let detail = format!("code={}", problem.code);
        let sign_in = SignIn { state, problem: Some((*problem).clone()), approval_url, ..self.sign_in.clone() };
        if tx.update_sign_in(&sign_in, SignInState::Working).await? && state == SignInState::Failed {
            events::failed(&self.app, &tx, &self.authorization, &sign_in, &problem).await?;
        }
        if state == SignInState::Waiting {
            // It took too long for one token, or for one night: nobody may be at the page any more, and the link is used up.
            invitations::invite_to_continue(&self.app, &tx, &self.authorization, &sign_in).await?;
        }
        if let Some(journal) = &self.journal {
            let end = if state == SignInState::Failed { JournalState::Failed } else { JournalState::NeedsSignIn };
            tx.end_journal(journal.id, end, self.app.now()).await?;
            if state == SignInState::Failed {
                // Whoever tries again removes it at the end; where nobody does, members are told.
                left_over::plan(&self.app, &tx, self.customer.id, self.until).await?;
            }
        }
        let subject = format!("sign_in:{}", sign_in.id);
        self.app.audit().record(&tx, "sign_in.stopped", &Actor::Rekey, subject, detail).await?;
        tx.commit().await?;
        self.app.changes.work();
        self.app.changes.authorization(self.authorization.id);
        Ok(())
    }

    /// Called off: the journal ends, if this node still holds it. Where only this run cannot go on, since a record that it
    /// builds on changed meanwhile, it is as if its node had died: somebody continues.
    async fn release(&self) -> Result<(), ServiceError> {
        let tx = self.app.store.write(self.work.organization).await?;
        let found = tx.touch_and_find_authorization(self.authorization.id).await?;
        let is_open = found.is_some_and(|one| one.state == AuthorizationState::Open);
        let holds = if is_open {
            work::postpone(&tx, &self.work, self.app.clock.now_millis(), self.work.attempts).await?
        } else {
            work::finish(&tx, &self.work).await?
        };
        if !holds {
            // Another node's: nothing is written.
            return Ok(());
        }
        if let Some(journal) = self.journal.as_ref().filter(|_| !is_open) {
            tx.end_journal(journal.id, JournalState::Failed, self.app.now()).await?;
            if !steps::is_done(&self.sign_in.steps, "cleaned") {
                // The administrator's token is not used any more: who removes Rekey's own access is told (D8).
                left_over::say(&self.app, &tx, self.customer.id).await?;
            }
        }
        tx.commit().await?;
        self.app.changes.work();
        Ok(())
    }

    /// Ends journal and work in a transaction of the caller's.
    pub async fn end_in(&self, tx: &Scoped) -> Result<(), Stop> {
        if !work::finish(tx, &self.work).await? {
            return Err(Stop::Lost);
        }
        if let Some(journal) = &self.journal {
            tx.end_journal(journal.id, JournalState::Done, self.app.now()).await?;
        }
        let ended = crate::services::save::ended(self.attempt.clone(), None);
        tx.update_attempt(&ended, AttemptState::Saved).await?;
        Ok(())
    }

    /// How the audit log names who signed in.
    pub fn actor(&self) -> Actor {
        Actor::Holder(self.sign_in.id, self.sign_in.signed_in_as.clone().unwrap_or_default())
    }
}

/// The administrator's account itself: gone, locked, its password expired, switched off, or signed out everywhere
/// ("Microsoft Entra authentication and authorization error codes"). Waiting does not help.
pub fn is_account_trouble(error: &GrantError) -> bool {
    let code = error.aadsts();
    matches!(code, Some(50_034 | 50_053 | 50_055 | 50_057 | 50_133 | 50_144 | 50_173))
}

/// The administrator's token is at its end, or its node was: any administrator of the tenant continues.
pub fn continue_needed() -> Stop {
    Stop::Person(
        SignInState::Waiting,
        Box::new(help::own(
            "continue_needed",
            "A sign-in is needed to continue",
            "The set-up was interrupted. What was made so far is written down and will be used again. An administrator signs in once more, and it goes on.",
            HelpAction::SignInAgain,
        )),
    )
}

fn role_missing(error: &GraphError) -> Stop {
    let remedy = help::own(
        "role_missing",
        "Microsoft says that this account may not do it",
        "Setting this up needs a Global Administrator, or a Privileged Role Administrator who is also Application Administrator, Cloud Application Administrator or Application Developer. Roles that must be switched on first (PIM) count only when they are on before the sign-in. No backup set has changed.",
        HelpAction::AskAdministrator,
    );
    person_as_told(SignInState::Failed, help::for_graph(error), remedy)
}
