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
    services::{ServiceError, certificates, connect, save},
    state::AppState,
    store::{
        Scoped,
        apps::App,
        attempts::{Attempt, AttemptState},
        authorizations::Authorization,
        customers::Customer,
        sign_ins::SignIn,
        work::Work,
    },
};
use shared::{
    api::{
        apps::Way,
        authorizations::{AuthorizationState, SignInState},
    },
    id::{AttemptId, AuthorizationId, ClientId, ConnectionId, ObjectId, OrganizationId},
    method::Method,
    rules::scopes::Purpose,
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
    let id = run.authorization.id;
    let ended = match proved(&mut run).await {
        Ok(()) => Ok(()),
        Err(stop) => run.stop(stop).await,
    };
    if let Err(error) = ended {
        tracing::error!(authorization = %id, ?error, "a proof could not be ended here and comes back");
    }
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

/// An attempt that nobody signs in for.
pub fn attempt_without_sign_in(app: &AppState, authorization: &Authorization, sign_in: &SignIn) -> Attempt {
    let now = app.now();
    Attempt {
        id: AttemptId(app.new_id()),
        authorization: authorization.id,
        sign_in: sign_in.id,
        link: app.new_id(),
        leg: shared::api::connect::Leg::SignIn,
        state: AttemptState::Saved,
        created_at: now,
        expires_at: now,
        saved: None,
        challenge: None,
    }
}

/// An app that the customer brings: prepared without a client id, proved with one. Gives its record.
pub async fn own_app(
    app: &AppState,
    organization: OrganizationId,
    actor: &Actor,
    id: AuthorizationId,
    client: Option<ClientId>,
) -> Result<ConnectionId, ServiceError> {
    let fresh =
        certificates::make(app, organization, ConnectionId(app.new_id()), certificates::Validity::TwoYears, None)
            .await?;
    let tx = app.store.write(organization).await?;
    tx.touch_authorization(id).await?;
    let authorization = tx.find_authorization(id).await?.ok_or(ServiceError::NotFound)?;
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
    let connection = if let Some(known) = known {
        known
    } else {
        let new = make::new_record(app, &customer, Purpose::Backup, Way::OwnApp, &workloads);
        let new = App { id: fresh.app, ..new };
        tx.add_app(&new).await?;
        tx.add_certificate(&fresh).await?;
        new
    };
    let Some(client) = client else {
        tx.commit().await?;
        return Ok(connection.id);
    };
    if sign_in.state == SignInState::Working {
        return Err(ServiceError::conflict("save_running", "The app is being proved. Watch its steps."));
    }
    let named = App { client_id: Some(client), ..connection.clone() };
    if !tx.update_app(&named, connection.version).await? {
        return Err(ServiceError::conflict("changed_meanwhile", "The app changed in this moment. Look again."));
    }
    let attempt = attempt_without_sign_in(app, &authorization, &sign_in);
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
