//! Waits for an administrator's approval (C6): asks Microsoft again by itself, as long as what Save brought can be exchanged.
//!
//! The row of the Save stays in `work`, put off to the next look; whoever presses *check again* makes it due at once. The
//! proof of an approval is the exchange itself, which then goes on as any Save does.

use super::{Outcome, Run, lost, steps};
use crate::{
    audit::Actor,
    services::{ServiceError, attempts, connect, help, waves},
    state::AppState,
    store::{
        Scoped, StoreError,
        attempts::Attempt,
        work::{self, Work},
    },
};
use shared::{
    api::{
        authorizations::{SignInState, StepState},
        problem::{Help, HelpAction},
    },
    time::Timestamp,
};
use std::time::Duration;

/// The code of the remedy when the time was over.
pub const APPROVAL_OVER: &str = "approval_over";
/// Between two looks, in seconds: the administrator may sit beside, or read it after the meeting.
const BETWEEN: [u64; 5] = [15, 30, 60, 120, 300];
/// The last look is this long before the token's end, in seconds: what follows it uses the token no more, but clocks differ.
const MARGIN: i64 = 120;
/// How long a Save without a token of its own is followed, in seconds.
const WITHOUT_TOKEN: i64 = 3600;

/// Has Microsoft asked again for a Save that has just stopped for an approval. `false`: the claim was lost.
pub async fn follow(app: &AppState, tx: &Scoped, work: &Work, attempt: &Attempt) -> Result<bool, StoreError> {
    let due = next(app.clock.now_millis(), until(attempt), 0, Duration::ZERO);
    work::postpone(tx, work, due, 0).await
}

/// Until when what Save brought can be exchanged.
fn until(attempt: &Attempt) -> Timestamp {
    attempt.saved.as_ref().map_or_else(|| attempt.created_at.plus(WITHOUT_TOKEN), |saved| saved.expires_at)
}

/// When the look after so many comes (milliseconds): none after the last moment, and none before Microsoft allows it.
pub fn next(now: i64, until: Timestamp, looks: i64, asked: Duration) -> i64 {
    let millis = |wait: Duration| i64::try_from(wait.as_millis()).unwrap_or(i64::MAX / 2);
    let place = usize::try_from(looks).unwrap_or(0).min(BETWEEN.len() - 1);
    let between = BETWEEN.get(place).copied().unwrap_or_default();
    let last = until.plus(-MARGIN).0.saturating_mul(1000);
    (now + millis(Duration::from_secs(between))).min(last).max(now + millis(asked))
}

/// One look. The approval is there, or it is not yet, or the time is over.
pub async fn look(mut run: Run<'_>) -> Result<(), ServiceError> {
    // Each look is a first try; how many there were decides only when the next one comes.
    let looks = std::mem::take(&mut run.work.attempts);
    run.is_alone = true;
    let tx = run.app.store.read(run.work.organization).await?;
    let stands = connect::stands(&tx, run.attempt.id).await?;
    let authorization = tx.find_authorization(run.attempt.authorization).await?.ok_or(ServiceError::NotFound)?;
    let is_held = waves::held(run.app, &tx, &authorization).await?.is_some();
    drop(tx);
    if !stands {
        return forget(run).await;
    }
    if run.app.now() >= until(&run.attempt) {
        return give_up(run).await;
    }
    if is_held {
        return look_again(run, looks, Duration::ZERO).await;
    }
    let address = run.sign_in.approval_url.clone();
    let outcome = match run.ask().await? {
        Ok(exchanged) => {
            run.approved().await?;
            run.go_on(exchanged).await?
        }
        Err(outcome) => *outcome,
    };
    match outcome {
        Outcome::Later(wait) if run.sign_in.state == SignInState::ApprovalNeeded => look_again(run, looks, wait).await,
        Outcome::Stop(SignInState::ApprovalNeeded | SignInState::ConsentNeeded, ..) => {
            if run.sign_in.approval_url != address {
                show_address(&run).await?;
            }
            look_again(run, looks, Duration::ZERO).await
        }
        outcome => run.end(outcome).await,
    }
}

/// The administrator's address is another one: somebody else of the tenant has come to wait.
async fn show_address(run: &Run<'_>) -> Result<(), ServiceError> {
    let tx = run.app.store.write(run.work.organization).await?;
    tx.touch_authorization(run.sign_in.authorization).await?;
    if tx.update_sign_in(&run.sign_in, SignInState::ApprovalNeeded).await? {
        tx.commit().await?;
        run.app.changes.authorization(run.sign_in.authorization);
    }
    Ok(())
}

/// Not yet. Nothing that anybody watches has changed.
async fn look_again(run: Run<'_>, looks: i64, asked: Duration) -> Result<(), ServiceError> {
    let (now, until) = (run.app.now(), until(&run.attempt));
    if now >= until.plus(-MARGIN) {
        return give_up(run).await;
    }
    let tx = run.app.store.write(run.work.organization).await?;
    let due = next(run.app.clock.now_millis(), until, looks + 1, asked);
    if !work::postpone(&tx, &run.work, due, looks + 1).await? {
        return Err(lost());
    }
    Ok(tx.commit().await?)
}

/// The time is over: what waited has failed.
async fn give_up(mut run: Run<'_>) -> Result<(), ServiceError> {
    if let Some(step) = run.sign_in.steps.iter_mut().find(|step| step.state == StepState::Waiting) {
        step.state = StepState::Active;
    }
    run.stop(SignInState::Failed, over(), None).await
}

/// Whoever gave the link has taken it back: what was saved by it is forgotten.
async fn forget(run: Run<'_>) -> Result<(), ServiceError> {
    let tx = run.app.store.write(run.work.organization).await?;
    tx.touch_authorization(run.sign_in.authorization).await?;
    if !work::finish(&tx, &run.work).await? {
        return Err(lost());
    }
    let (authorization, subject) = (run.sign_in.authorization, format!("sign_in:{}", run.sign_in.id));
    attempts::anew(&tx, run.sign_in).await?;
    let audit = run.app.audit();
    audit.record(&tx, "sign_in.stopped", &Actor::Rekey, subject, "code=link_taken_back".to_owned()).await?;
    tx.commit().await?;
    run.app.changes.authorization(authorization);
    Ok(())
}

impl Run<'_> {
    /// The approval is there: everybody who watches sees the Save go on.
    async fn approved(&mut self) -> Result<(), ServiceError> {
        let from = self.sign_in.state;
        self.sign_in.state = SignInState::Working;
        self.sign_in.steps = steps::after_consent(&self.workloads);
        self.sign_in.problem = None;
        self.sign_in.approval_url = None;
        let tx = self.app.store.write(self.work.organization).await?;
        tx.touch_authorization(self.sign_in.authorization).await?;
        let lease = self.app.clock.now_millis() + super::LEASE;
        let held = work::postpone(&tx, &self.work, lease, self.work.attempts).await?;
        if !held || !tx.update_sign_in(&self.sign_in, from).await? {
            return Err(lost());
        }
        tx.commit().await?;
        self.app.changes.authorization(self.sign_in.authorization);
        Ok(())
    }
}

/// The time was over before anybody approved.
fn over() -> Help {
    help::own(
        APPROVAL_OVER,
        "No administrator approved in time",
        "A sign-in can wait for about an hour, and this one has run out. The backup sets are as they were. The administrator's link still works: sign in once more after the approval.",
        HelpAction::SignInAgain,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_000_000;
    const UNTIL: Timestamp = Timestamp(NOW / 1000 + 3600);

    fn after(looks: i64) -> i64 {
        next(NOW, UNTIL, looks, Duration::ZERO) - NOW
    }

    #[test]
    fn looks_grow_apart_and_stay_five_minutes_apart() {
        assert_eq!([0, 1, 2, 3, 4, 5, 40].map(after), [15_000, 30_000, 60_000, 120_000, 300_000, 300_000, 300_000]);
    }

    #[test]
    fn the_last_look_is_before_the_tokens_end() {
        let late = NOW + 3_400_000;
        assert_eq!(next(late, UNTIL, 9, Duration::ZERO), NOW + 3_480_000);
    }

    #[test]
    fn no_look_comes_before_microsoft_allows_it() {
        assert_eq!(next(NOW, UNTIL, 0, Duration::from_secs(90)) - NOW, 90_000);
        assert!(next(NOW + 3_400_000, UNTIL, 9, Duration::from_mins(10)) > UNTIL.0 * 1000, "it is over by then");
    }
}
