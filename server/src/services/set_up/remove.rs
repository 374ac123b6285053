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
    id::ConnectionId,
    secret::Secret,
};

const NOT_IN_TENANT: u32 = 700_016;
const TRIES: usize = 20;

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
        remove_one(run, token, &app).await?;
        run.show(&steps::code("removed", app.purpose)).await?;
        let is_proved = prove_gone(run, &app).await?;
        let step = steps::code("gone", app.purpose);
        if !is_proved {
            let text = "There was no key of it left to try it with; Microsoft confirmed the deletion";
            steps::detail(&mut run.sign_in.steps, &step, text.to_owned());
        }
        run.show(&step).await?;
        gone.push((app.id, is_proved));
    }
    forget(run, &gone).await
}

async fn remove_one(run: &mut Run, token: &Secret<String>, app: &App) -> Result<(), Stop> {
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
        // Deleted objects lie for 30 days; for good is better, and may be refused: the role is enough to delete, not always to purge.
        let _ = run.app.microsoft.directory.call(token, &Call::Purge(object)).await;
    }
    run.done(&step, None).await
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
async fn forget(run: &mut Run, all: &[(ConnectionId, bool)]) -> Result<(), Stop> {
    let now = run.app.now();
    steps::complete(&mut run.sign_in.steps, "saved");
    let tx = run.begin().await?;
    for (id, is_proved) in all {
        // As it is now: jobs that were refused meanwhile have noted it.
        let app = &tx.find_app(*id).await?.ok_or(Stop::Lost)?;
        apps::forget_keys(&tx, app, now).await?;
        let gone = App {
            state: AppState::Removed,
            removed_at: Some(now),
            help: None,
            left: Vec::new(),
            roles: Vec::new(),
            ..app.clone()
        };
        if !tx.update_app(&gone, app.version).await? {
            return Err(Stop::Lost);
        }
        tx.disconnect_sets(app.id).await?;
        events::app_revoked(&run.app, &tx, app, Ended::Removed).await?;
        let subject = format!("connection:{}", app.id);
        let detail = if *is_proved { "proved=700016" } else { "proved=no_key_left" };
        run.app.audit().record(&tx, "app.removed", &run.actor(), subject, detail.to_owned()).await?;
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
