//! Proves apps and changes sets without an administrator's token: after consent at Microsoft, with an app of the customer's
//! own, and for a tenant that is connected already (D2, A-04).

use super::{
    claim, finish,
    make::{self, Making},
    prove_all,
    run::{LONGEST, Run, Stop},
    steps, wanted_purposes,
};
use crate::{
    audit::Actor,
    services::{ServiceError, attempts, certificates, connect, save},
    state::AppState,
    store::{
        Scope, Scoped, StoreError, apps::App, attempts::Attempt, authorizations::Authorization,
        certificates::Certificate, customers::Customer, sign_ins::SignIn, work::Work,
    },
};
use shared::{
    api::{
        apps::{AppState as AppHealth, CertificateState, Way},
        authorizations::{AuthorizationState, SignInState},
    },
    id::{AuthorizationId, ClientId, ConnectionId, ObjectId},
    method::Method,
    rules::scopes::Purpose,
    time::Timestamp,
};

/// Proves and flips without any administrator's token: after consent at Microsoft, with an app of the customer's own, or
/// for a tenant that is connected already. The sign-in must be working, with `work` claimed for it.
pub fn spawn_proof(app: &AppState, work: Work, saved: Proving) {
    let until = app.now().plus(LONGEST);
    let nobody = ObjectId(uuid::Uuid::nil());
    let run = Run::new(app.clone(), work, saved, nobody, until);
    tokio::spawn(prove_and_flip(run));
}

/// What is proved without an administrator.
pub struct Proving {
    /// The attempt that asked for it.
    pub attempt: Attempt,
    /// The sign-in, working.
    pub sign_in: SignIn,
    /// Its authorization.
    pub authorization: Authorization,
    /// Whose tenant.
    pub customer: Customer,
}

async fn prove_and_flip(mut run: Run) {
    let ended = proved(&mut run).await;
    run.end(ended).await;
}

async fn proved(run: &mut Run) -> Result<(), Stop> {
    run.begin_journal().await?;
    let tx = run.app.store.read(run.work.organization).await?;
    let workloads = save::workloads(&tx, run.sign_in.id).await?;
    let purposes = wanted_purposes(&tx, &run.authorization, &run.customer, &workloads).await?;
    drop(tx);
    let mut made = Vec::new();
    for purpose in purposes {
        let app = make::record(run, purpose, &workloads).await?;
        let certificate = make::certificate(run, &app).await?;
        let permissions = make::permissions(&app);
        made.push(Making { app, certificate, permissions, older_keys: Vec::new() });
    }
    prove_all(run, &mut made).await?;
    finish::flip(run, made).await?;
    finish::end(run, AuthorizationState::Done).await
}

/// Prepares a proof without an administrator's token, in a transaction of the caller's: the sign-in works, the work is
/// held. After the commit, [`spawn_proof`].
pub async fn prepare_proof(
    app: &AppState,
    tx: &Scoped,
    authorization: &Authorization,
    sign_in: SignIn,
    attempt: Attempt,
) -> Result<(Work, Proving), ServiceError> {
    let customer = tx.find_customer(authorization.customer).await?.ok_or(ServiceError::NotFound)?;
    let from = sign_in.state;
    let workloads = save::workloads(tx, sign_in.id).await?;
    let purposes = wanted_purposes(tx, authorization, &customer, &workloads).await?;
    let sign_in = SignIn {
        state: SignInState::Working,
        steps: steps::proof(&purposes, &workloads),
        problem: None,
        approval_url: None,
        ..sign_in
    };
    if !tx.update_sign_in(&sign_in, from).await? {
        return Err(connect::used());
    }
    let work = claim(app, tx, attempt.id).await?;
    Ok((work, Proving { attempt, sign_in, authorization: authorization.clone(), customer }))
}

/// A certificate for the customer's own app; `None`: there is one to go on with, or the tenant's app is Rekey's. Made before
/// the transaction that stores it, because a key takes long.
async fn fresh_certificate(
    app: &AppState,
    scope: &Scope,
    id: AuthorizationId,
) -> Result<Option<Certificate>, ServiceError> {
    let tx = app.store.read(scope).await?;
    let (authorization, customer) = tx.find_authorization_and_customer(id).await?.ok_or(ServiceError::NotFound)?;
    let connection = match tx.find_app_of(customer.tenant, Purpose::Backup).await? {
        Some(known) if known.way != Way::OwnApp => return Ok(None),
        Some(known) => {
            let certificates = tx.list_certificates(&[known.id]).await?;
            if make::usable(certificates, &authorization, app.now()).is_some() {
                return Ok(None);
            }
            known.id
        }
        None => ConnectionId(app.new_id()),
    };
    drop(tx);
    let made = certificates::make(app, scope.organization, connection, certificates::Validity::TwoYears, None).await?;
    Ok(Some(made))
}

/// What was prepared for an authorization before this one and never proved goes.
async fn forget_prepared(tx: &Scoped, app: &App, now: Timestamp) -> Result<(), StoreError> {
    for one in tx.list_certificates(&[app.id]).await? {
        if one.state == CertificateState::Made {
            tx.update_certificate(&one.removed(now), CertificateState::Made).await?;
        }
    }
    Ok(())
}

fn changed_meanwhile() -> ServiceError {
    ServiceError::conflict("changed_meanwhile", "The app changed in this moment. Look again.")
}

/// An app that the customer brings: prepared without a client id, proved with one. Gives its record.
pub async fn own_app(
    app: &AppState,
    scope: &Scope,
    actor: &Actor,
    id: AuthorizationId,
    client: Option<ClientId>,
) -> Result<ConnectionId, ServiceError> {
    let fresh = fresh_certificate(app, scope, id).await?;
    let tx = app.store.write(scope).await?;
    let authorization = tx.touch_and_find_authorization(id).await?.ok_or(ServiceError::NotFound)?;
    if authorization.state != AuthorizationState::Open {
        return Err(ServiceError::conflict("not_open", "This authorization is finished or was called off."));
    }
    if authorization.way != Way::OwnApp || authorization.method != Method::Modern {
        return Err(ServiceError::conflict(
            "not_own_app",
            "This authorization does not wait for an app of the customer's own.",
        ));
    }
    let customer = tx.find_customer(authorization.customer).await?.ok_or(ServiceError::NotFound)?;
    let sign_in = tx.list_sign_ins(&[id]).await?.into_iter().next().ok_or(ServiceError::NotFound)?;
    let workloads = save::workloads(&tx, sign_in.id).await?;
    let known = tx.find_app_of(customer.tenant, Purpose::Backup).await?;
    let connection = match (known, fresh) {
        (Some(known), fresh) if known.way == Way::OwnApp => {
            if let Some(fresh) = fresh {
                forget_prepared(&tx, &known, app.now()).await?;
                tx.add_certificate(&fresh).await?;
            }
            known
        }
        (None, Some(fresh)) => {
            let new = make::new_record(app, &customer, Purpose::Backup, Way::OwnApp, &workloads);
            let new = App { id: fresh.app, ..new };
            tx.add_app(&new).await?;
            tx.add_certificate(&fresh).await?;
            new
        }
        (Some(_), _) => {
            return Err(ServiceError::conflict(
                "app_exists",
                "This tenant has an app that was set up from here. It is removed first, or the sets use it.",
            ));
        }
        (None, None) => return Err(changed_meanwhile()),
    };
    let Some(client) = client else {
        tx.commit().await?;
        return Ok(connection.id);
    };
    if sign_in.state == SignInState::Working {
        return Err(ServiceError::conflict("save_running", "The app is being proved. Watch its steps."));
    }
    // What was proved stays until something else is: jobs use it.
    if connection.state == AppHealth::Working && connection.client_id != Some(client) {
        return Err(ServiceError::conflict(
            "app_exists",
            "This tenant's app works, and has another id. Paste that one, or pull the kill switch before another app is brought.",
        ));
    }
    let named = App { client_id: Some(client), ..connection.clone() };
    if !tx.update_app(&named, connection.version).await? {
        return Err(changed_meanwhile());
    }
    let attempt = attempts::without_sign_in(app, id, sign_in.id, app.new_id());
    tx.supersede_open_attempts(id).await?;
    tx.add_attempt(&attempt).await?;
    let subject = format!("sign_in:{}", sign_in.id);
    app.audit().record(&tx, "sign_in.saved", actor, subject, format!("own_app={client}")).await?;
    let (work, proving) = prepare_proof(app, &tx, &authorization, sign_in, attempt).await?;
    tx.commit().await?;
    app.changes.authorization(id);
    spawn_proof(app, work, proving);
    Ok(connection.id)
}
