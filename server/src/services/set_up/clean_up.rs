//! Removes Rekey's own access for a set-up from the tenant, and proves it (D8): what could grant anything must not stay.

use super::{
    left_over,
    run::{Patience, Run, Stop, is_account_trouble},
    steps,
};
use crate::{
    audit::Actor,
    microsoft::{directory::Call, grants::Account},
    store::StoreError,
};
use shared::{
    api::{apps::Way, authorizations::SignInState},
    id::ClientId,
    method::Method,
    secret::Secret,
};

/// The service principal is not there.
pub const NOT_IN_TENANT: u32 = 700_016;
const TRIES: usize = 12;

/// Deletes the service principals of the set-up's two registrations. Failing is not fatal: it is shown as pending, and tried
/// again after the end ([`left_over`]).
pub async fn clean_up(run: &mut Run, sign_in_token: &Secret<String>, token: &Secret<String>) -> Result<(), Stop> {
    if another_follows(run).await? {
        // It uses the same access, and removes it at its own end; should it stop before, that is said.
        return pending(run).await;
    }
    match remove_and_prove(run, sign_in_token, token).await {
        Ok(true) => {
            let tx = run.begin().await?;
            left_over::settle(&run.app, &tx, run.customer.id).await?;
            tx.commit().await?;
            run.show("cleaned").await
        }
        Ok(false) | Err(Stop::Person(..) | Stop::Claims(..)) => {
            run.is_left_over = true;
            pending(run).await
        }
        Err(stop) => Err(stop),
    }
}

/// It is shown as pending, and unless somebody removes it while the administrator's token is good, it is said.
async fn pending(run: &mut Run) -> Result<(), Stop> {
    steps::pending(&mut run.sign_in.steps);
    let tx = run.begin().await?;
    left_over::plan(&run.app, &tx, run.customer.id, run.until).await?;
    let subject = format!("sign_in:{}", run.sign_in.id);
    run.app.audit().record(&tx, "set_up.clean_up_pending", &Actor::Rekey, subject, String::new()).await?;
    Ok(tx.commit().await?)
}

/// Another administrator of this tenant has saved a set-up that waits for its turn and needs this access. A Save of hybrid, a
/// proof of what is connected already and an app of the customer's own neither need nor remove it.
async fn another_follows(run: &Run) -> Result<bool, StoreError> {
    let tx = run.app.store.read(run.work.organization).await?;
    let open = tx.list_open_authorizations_of(run.customer.id).await?;
    let mut others = tx.find_authorizations(&open).await?;
    others.retain(|one| one.id != run.authorization.id && one.method == Method::Modern && one.way != Way::OwnApp);
    let others: Vec<_> = others.into_iter().map(|one| one.id).collect();
    for sign_in in tx.list_sign_ins(&others).await?.into_iter().filter(|one| one.state == SignInState::Working) {
        // Without what Save brought, it is a proof of what is connected already.
        if tx.find_saved_attempt(sign_in.id).await?.is_some_and(|attempt| attempt.saved.is_some()) {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn remove_and_prove(run: &mut Run, sign_in_token: &Secret<String>, token: &Secret<String>) -> Result<bool, Stop> {
    let Some(pair) = run.app.microsoft.config.setup.clone() else { return Ok(false) };
    // The page first: while the API is there, this token can still delete.
    for client in [pair.page, pair.api.client_id] {
        remove_principal(run, token, client).await?;
    }
    let account = Account { tenant: run.customer.tenant, object: run.administrator };
    let mut patience = Patience::default();
    for _ in 0..TRIES {
        let Some(grants) = run.app.microsoft.setup.clone() else { return Ok(false) };
        match grants.on_behalf_of(sign_in_token, account, &super::WANTED).await {
            Err(error) if error.aadsts() == Some(NOT_IN_TENANT) => return Ok(true),
            // Nothing can be proved with this account any more.
            Err(error) if is_account_trouble(&error) => return Ok(false),
            _ => run.wait(&mut patience, None, "Slower than usual, but not failed: Microsoft is still copying").await?,
        }
    }
    Ok(false)
}

async fn remove_principal(run: &mut Run, token: &Secret<String>, client: ClientId) -> Result<(), Stop> {
    let step = run.intend("clean_up", Some(format!("principal-of:{client}"))).await?;
    let mut patience = Patience::default();
    let object = loop {
        match run.app.microsoft.directory.principal(token, client).await {
            Ok(found) => break found.map(|one| one.object),
            Err(error) => run.forgive(&mut patience, error).await?,
        }
    };
    if let Some(object) = object {
        super::remove::delete(run, token, &Call::DeletePrincipal(object)).await?;
    }
    run.done(&step, None).await
}
