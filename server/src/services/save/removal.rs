//! A removal that the holder of an account signed in for: the access of that very account is forgotten here (D8, O4).
//!
//! Nothing is asked of Microsoft: who signed in was proved by the tokens of the Save, and that is all that counts.

use super::{Run, ended, lost, steps, wrong_account};
use crate::{
    audit::Actor,
    services::{ServiceError, connections},
    store::{attempts::AttemptState, sign_ins::SignIn, work},
};
use shared::api::{
    authorizations::{AuthorizationState, SignInState},
    customers::ConnectionState,
};

/// Disconnects the account that signed in, if it is the one that was asked about.
pub async fn carry_out(mut run: Run<'_>) -> Result<(), ServiceError> {
    let app = run.app;
    let tx = app.store.write(run.work.organization).await?;
    let authorization =
        tx.touch_and_find_authorization(run.sign_in.authorization).await?.ok_or(ServiceError::NotFound)?;
    let found = match &run.attempt.saved {
        Some(saved) => tx.find_connection_of(saved.tenant, saved.object).await?,
        None => None,
    };
    let asked = run.sign_in.account.to_lowercase();
    let found = found.filter(|one| one.customer == authorization.customer && one.account.to_lowercase() == asked);
    let Some(connection) = found else {
        drop(tx);
        let who = run.sign_in.signed_in_as.clone().unwrap_or_default();
        let problem = wrong_account(&who, &run.sign_in.account);
        return run.stop(SignInState::Failed, problem, None).await;
    };
    let actor = Actor::Holder(run.sign_in.id, run.sign_in.signed_in_as.clone().unwrap_or_default());
    // Somebody else may have been quicker: it is gone all the same.
    if connection.state != ConnectionState::Disconnected {
        connections::disconnect_within(app, &tx, &actor, connection).await?;
    }
    steps::complete(&mut run.sign_in.steps, "saved");
    let done = SignIn { state: SignInState::Done, problem: None, done_at: Some(app.now()), ..run.sign_in.clone() };
    if !tx.update_sign_in(&done, SignInState::Working).await? || !work::finish(&tx, &run.work).await? {
        return Err(lost());
    }
    tx.update_attempt(&ended(run.attempt.clone(), None), AttemptState::Saved).await?;
    tx.end_authorization(authorization.id, AuthorizationState::Done).await?;
    tx.commit().await?;
    app.changes.authorization(authorization.id);
    Ok(())
}
