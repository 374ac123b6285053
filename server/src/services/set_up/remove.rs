//! Takes the apps of a tenant away and proves that they are gone (D8, O10).

use super::{
    run::{Patience, Run, Stop, person},
    steps,
};
use crate::{
    microsoft::{
        directory::{Call, UniqueName},
        grants::app::TokenResource,
        graph::GraphError,
    },
    services::{
        apps, certificates,
        events::{self, Ended},
    },
    store::apps::App,
};
use shared::{
    api::{
        apps::AppState,
        authorizations::{AuthorizationState, SignInState},
        problem::HelpAction,
    },
    id::{ConnectionId, ObjectId},
    secret::Secret,
};
use std::time::Duration;

const NOT_IN_TENANT: u32 = 700_016;
const TRIES: usize = 20;
/// Looks among the deleted items. Right after a deletion its copies may be late.
const LOOKS: usize = 4;
/// The longest wait between two of them that Microsoft may ask for: deleting is what counts, and is done.
const LONGEST_WAIT: Duration = Duration::from_secs(20);

/// An app that was taken away.
struct Gone {
    id: ConnectionId,
    /// Its own certificate was refused afterwards.
    is_proved: bool,
    /// What of it may lie among the deleted items, in plain words with ids.
    left: Vec<String>,
}

/// Deletes something; that it is gone already is as good.
pub async fn delete(run: &mut Run, token: &Secret<String>, call: &Call<'_>) -> Result<(), Stop> {
    let mut patience = Patience::default();
    loop {
        match run.app.microsoft.directory.call(token, call).await {
            Ok(_) | Err(GraphError::NotFound { .. }) => return Ok(()),
            Err(error) => run.forgive(&mut patience, error).await?,
        }
    }
}

/// Every app of the tenant, then the records.
pub async fn remove(run: &mut Run, token: &Secret<String>) -> Result<(), Stop> {
    let tx = run.app.store.read(run.work.organization).await?;
    let apps: Vec<App> =
        tx.list_apps(Some(run.customer.id)).await?.into_iter().filter(|app| app.removed_at.is_none()).collect();
    drop(tx);
    let mut gone = Vec::new();
    for app in apps {
        let left = remove_one(run, token, &app).await?;
        let step = steps::code("removed", app.purpose);
        if !left.is_empty() {
            steps::detail(&mut run.sign_in.steps, &step, LEFT.to_owned());
        }
        run.show(&step).await?;
        let is_proved = prove_gone(run, &app).await?;
        let step = steps::code("gone", app.purpose);
        if !is_proved {
            let text = "There was no key of it left to try it with; Microsoft confirmed the deletion";
            steps::detail(&mut run.sign_in.steps, &step, text.to_owned());
        }
        run.show(&step).await?;
        gone.push(Gone { id: app.id, is_proved, left });
    }
    forget(run, &gone).await
}

/// What a step says of an app that was deleted and not purged.
const LEFT: &str = "Deleted, and not for good: it may lie among the tenant's deleted applications for up to 30 days";

/// Deletes an app; gives what of it may lie among the deleted items.
async fn remove_one(run: &mut Run, token: &Secret<String>, app: &App) -> Result<Vec<String>, Stop> {
    let step = run.intend("remove", Some(format!("application:{}", app.unique_name))).await?;
    let mut object = app.object;
    if let (None, Some(name)) = (object, UniqueName::parse(&app.unique_name)) {
        // The answer to making it may have been lost: its secret name finds it.
        let mut patience = Patience::default();
        object = loop {
            match run.app.microsoft.directory.application(token, &Call::ApplicationByName(&name)).await {
                Ok(found) => break found.map(|found| found.object),
                Err(error) => run.forgive(&mut patience, error).await?,
            }
        };
    }
    if let Some(principal) = app.principal {
        delete(run, token, &Call::DeletePrincipal(principal)).await?;
    }
    if let Some(object) = object {
        delete(run, token, &Call::DeleteApplication(object)).await?;
    }
    let mut left = Vec::new();
    for (what, object) in [("App registration", object), ("Enterprise application", app.principal)] {
        if let Some(object) = object
            && !purge(run, token, object).await?
        {
            left.push(lies_there(what, app, object));
        }
    }
    run.done(&step, None).await?;
    Ok(left)
}

/// Deleted objects lie for 30 days and can be brought back. For good is better, and may be refused: the role is enough to delete, not
/// always to purge. Says whether Microsoft confirmed that it does not lie there; nothing stops here.
async fn purge(run: &mut Run, token: &Secret<String>, object: ObjectId) -> Result<bool, Stop> {
    let (mut patience, mut may_be_done, mut absent) = (Patience::default(), false, 0);
    for _ in 0..LOOKS {
        let asked = match run.app.microsoft.directory.call(token, &Call::Purge(object)).await {
            Ok(_) => return Ok(true),
            Err(GraphError::NotFound { .. }) if may_be_done => return Ok(true),
            Err(GraphError::NotFound { .. }) => {
                absent += 1;
                None
            }
            Err(GraphError::Unavailable { retry_after, .. }) => {
                may_be_done = true;
                retry_after
            }
            Err(GraphError::Throttled { retry_after, .. }) => retry_after,
            Err(error) => {
                tracing::info!(authorization = %run.authorization.id, %error, "a deleted object was not purged");
                return Ok(false);
            }
        };
        if asked.is_some_and(|asked| asked > LONGEST_WAIT) {
            return Ok(false);
        }
        run.wait(&mut patience, asked, "Slower than usual, but not failed: Microsoft is still deleting").await?;
    }
    Ok(absent == LOOKS)
}

/// What an administrator finds among the deleted applications.
fn lies_there(what: &str, app: &App, object: ObjectId) -> String {
    let client = app.client_id.map(|id| format!("application id {id}, ")).unwrap_or_default();
    format!(
        "{what} \"{}\" ({client}object id {object}): deleted, but not for good. It may lie among the deleted applications in Microsoft Entra for up to 30 days, where an administrator can delete it for good",
        app.display_name
    )
}

/// The app's own certificate yields no token any more. `false`: there is none left to prove it with.
async fn prove_gone(run: &mut Run, app: &App) -> Result<bool, Stop> {
    let tx = run.app.store.read(run.work.organization).await?;
    let current = tx.list_certificates(&[app.id]).await?.into_iter().find(|one| one.private_key.is_some());
    drop(tx);
    let (Some(current), Some(_)) = (current, app.client_id) else { return Ok(false) };
    let mut patience = Patience::default();
    for _ in 0..TRIES {
        let organization = run.work.organization;
        match certificates::token(&run.app, organization, app, &current, &TokenResource::Graph).await? {
            Err(error) if error.aadsts() == Some(NOT_IN_TENANT) => return Ok(true),
            _ => {
                run.wait(&mut patience, None, "Slower than usual, but not failed: Microsoft is still deleting").await?;
            }
        }
    }
    Err(person(
        "still_there",
        "The app still gets tokens",
        "It was deleted, but Microsoft still gives it tokens. Start the removal again in some minutes. Its keys are kept until then, so that their end can be proved.",
        HelpAction::Retry,
    ))
}

/// Keys forgotten, sets without a connection, records closed: one transaction.
async fn forget(run: &mut Run, all: &[Gone]) -> Result<(), Stop> {
    let now = run.app.now();
    steps::complete(&mut run.sign_in.steps, "saved");
    let tx = run.begin().await?;
    for Gone { id, is_proved, left } in all {
        // As it is now: jobs that were refused meanwhile have noted it, and none does between reading and writing.
        tx.hold_app(*id).await?;
        let app = &tx.find_app(*id).await?.ok_or(Stop::Lost)?;
        apps::forget_keys(&tx, app, now).await?;
        let gone = App {
            state: AppState::Removed,
            removed_at: Some(now),
            help: None,
            left: left.clone(),
            roles: Vec::new(),
            ..app.clone()
        };
        if !tx.update_app(&gone, app.version).await? {
            return Err(Stop::Lost);
        }
        tx.disconnect_sets(app.id).await?;
        events::app_revoked(&run.app, &tx, app, Ended::Removed).await?;
        let subject = format!("connection:{}", app.id);
        let proved = if *is_proved { "700016" } else { "no_key_left" };
        let end = if left.is_empty() { "deleted_for_good" } else { "may_lie_among_deleted_items" };
        let detail = format!("proved={proved} end={end}");
        run.app.audit().record(&tx, "app.removed", &run.actor(), subject, detail).await?;
    }
    tx.update_sign_in(&run.sign_in, SignInState::Working).await?;
    tx.commit().await?;
    run.app.changes.authorization(run.authorization.id);
    Ok(())
}

/// The last transaction.
pub async fn end(run: &mut Run) -> Result<(), Stop> {
    super::finish::end(run, AuthorizationState::Done).await
}
