//! Set-ups whose node is gone, and the administrator's token with it: somebody signs in to continue (D5).

use super::{
    left_over, make,
    run::{self, Stop},
    steps,
};
use crate::{
    audit::Actor,
    services::{ServiceError, invitations, save, waves},
    state::AppState,
    store::{
        Scoped,
        attempts::AttemptState,
        authorizations::Authorization,
        journals::JournalState,
        sign_ins::SignIn,
        work::{self, Work},
    },
};
use shared::{
    api::authorizations::{AuthorizationState, SignInState},
    id::AttemptId,
};

/// Work of a set-up whose node is gone: the token went with it.
pub async fn orphaned(app: &AppState, work: Work) -> Result<(), ServiceError> {
    let tx = app.store.write(work.organization).await?;
    let attempt = tx.find_attempt(AttemptId(work.subject)).await?;
    let Some(attempt) = attempt else {
        work::finish(&tx, &work).await?;
        return Ok(tx.commit().await?);
    };
    tx.touch_authorization(attempt.authorization).await?;
    if !work::finish(&tx, &work).await? {
        return Ok(());
    }
    let sign_in = tx.find_sign_in(attempt.sign_in).await?.ok_or(ServiceError::NotFound)?;
    let authorization = tx.find_authorization(attempt.authorization).await?.ok_or(ServiceError::NotFound)?;
    let customer = tx.find_customer(authorization.customer).await?.ok_or(ServiceError::NotFound)?;
    tx.update_attempt(&save::ended(attempt, None), AttemptState::Saved).await?;
    if sign_in.state == SignInState::Working {
        orphan_sign_in(app, &tx, sign_in, &authorization).await?;
        make::put_back(&tx, customer.id).await?;
    }
    if let Some(journal) = tx.find_running_journal(customer.tenant).await?
        && journal.authorization == authorization.id
    {
        tx.end_journal(journal.id, JournalState::NeedsSignIn, app.now()).await?;
        if authorization.state == AuthorizationState::Cancelled {
            left_over::say(app, &tx, customer.id).await?;
        }
    }
    tx.commit().await?;
    app.changes.work();
    app.changes.authorization(authorization.id);
    Ok(())
}

/// After the flip only the clean-up is left: members are told, since an administrator must finish it; before it, somebody continues, or the
/// wave that began it by itself.
async fn orphan_sign_in(
    app: &AppState,
    tx: &Scoped,
    mut sign_in: SignIn,
    authorization: &Authorization,
) -> Result<(), ServiceError> {
    let subject = format!("sign_in:{}", sign_in.id);
    if steps::is_done(&sign_in.steps, "saved") {
        steps::pending(&mut sign_in.steps);
        let done = SignIn { state: SignInState::Done, problem: None, done_at: Some(app.now()), ..sign_in };
        tx.update_sign_in(&done, SignInState::Working).await?;
        tx.end_authorization(authorization.id, AuthorizationState::Done).await?;
        app.audit().record(tx, "set_up.clean_up_pending", &Actor::Rekey, subject, String::new()).await?;
        // The token is gone with its node, so nobody here tries again.
        return left_over::say(app, tx, authorization.customer).await;
    }
    steps::stop(&mut sign_in.steps, SignInState::Waiting);
    if sign_in.connection.is_some() && waves::begin_again(app, tx, authorization).await? {
        // A proof of what is connected already: no token was lost, and nobody needs to sign in.
        let queued = SignIn { state: SignInState::Waiting, problem: None, ..sign_in };
        tx.update_sign_in(&queued, SignInState::Working).await?;
        app.audit().record(tx, "set_up.interrupted", &Actor::Rekey, subject, String::new()).await?;
        return Ok(());
    }
    let Stop::Person(state, problem) = run::continue_needed() else { return Ok(()) };
    let waiting = SignIn { state, problem: Some(*problem), ..sign_in };
    tx.update_sign_in(&waiting, SignInState::Working).await?;
    invitations::invite_to_continue(app, tx, authorization, &waiting).await?;
    app.audit().record(tx, "set_up.interrupted", &Actor::Rekey, subject, String::new()).await?;
    Ok(())
}
