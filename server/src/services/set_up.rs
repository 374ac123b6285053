//! Modern: sets up, repairs and takes away a tenant's own apps, by a journal (§6).
//!
//! Save hands the administrator's token to a task of this node and to nothing else: it is never stored. The task holds a
//! lease; when its node dies, the lease runs out, and the sign-in says that somebody must sign in to continue. What was
//! made until then is in the journal and is used again.

mod clean_up;
mod finish;
mod grant;
mod make;
mod prove;
mod remove;
mod run;
pub mod steps;

use super::{
    ServiceError,
    connect::{self, Opened},
    help, sessions,
};
use crate::{
    audit::Actor,
    microsoft::{
        grants::{Account, error::GrantError},
        verify::{VerifiedAccess, VerifiedIdentity},
    },
    services::{backup_sets::facts, certificates, renewal, save},
    state::AppState,
    store::{
        Scoped, StoreError,
        apps::App,
        attempts::{Attempt, AttemptState, SavedToken},
        authorizations::Authorization,
        certificates::Certificate,
        customers::Customer,
        journals::JournalState,
        sign_ins::SignIn,
        work::{self, NewWork, Work, WorkKind},
    },
};
use make::Making;
use run::{LEASE, LONGEST, Patience, Run, Stop};
use shared::{
    api::{
        apps::Way,
        authorizations::{AuthorizationKind, AuthorizationState, SignInState, StepView},
        connect::Save,
        problem::{Help, HelpAction},
    },
    id::{AttemptId, AuthorizationId, ClientId, ConnectionId, ObjectId, OrganizationId},
    method::Method,
    oauth::{
        authority::{Authority as Address, RedirectUri},
        consent::{ConsentRequest, admin_consent_url},
        opaque::State,
    },
    rules::{
        manifest::manifest,
        scopes::Purpose,
        suitability::suitability,
        who::{self, RoleVerdict},
    },
    secret::Secret,
    workload::Workloads,
};

/// What Rekey Setup does for an administrator; nothing else, and never lasting.
pub const WANTED: [&str; 2] = ["Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All"];
/// The same where the administrator grants the permissions at Microsoft.
const WANTED_FOR_CONSENT: [&str; 1] = ["Application.ReadWrite.All"];

/// Receives an administrator's Save: believed only if everything fits, then carried out by this node alone.
pub async fn save(app: &AppState, opened: &Opened, request: &Save, saving: Saving) -> Result<(), ServiceError> {
    let Saving { attempt, authorization, customer, access, identity, hash } = saving;
    if let Some((code, problem)) = refused(app, opened, &authorization, &attempt, &access, &identity).await? {
        let detail = problem.text.clone();
        connect::note_problem(app, opened.organization, attempt.sign_in, problem).await?;
        return Err(ServiceError::Forbidden { code, detail });
    }
    let saved =
        SavedToken { hash, tenant: access.tenant, object: access.object, token: None, expires_at: access.expires_at };
    let attempt = Attempt { state: AttemptState::Saved, saved: Some(saved), ..attempt };
    let tx = app.store.write(opened.organization).await?;
    tx.touch_authorization(attempt.authorization).await?;
    if !tx.update_attempt(&attempt, AttemptState::Open).await? {
        let now = tx.find_attempt(attempt.id).await?;
        let same = now.and_then(|now| now.saved).is_some_and(|saved| saved.hash == hash);
        return if same { Ok(()) } else { Err(connect::used()) };
    }
    let sign_in = tx.find_sign_in(attempt.sign_in).await?.ok_or(ServiceError::NotFound)?;
    let from = sign_in.state;
    if !matches!(from, SignInState::Waiting | SignInState::ClaimsNeeded | SignInState::Failed) {
        return Err(connect::used());
    }
    let (name, username) = sessions::names_of(&identity);
    let shown = if username.is_empty() { name } else { username };
    let sign_in = SignIn {
        state: SignInState::Working,
        steps: first_steps(&tx, &authorization, &customer, &sign_in).await?,
        signed_in_as: Some(shown.clone()),
        problem: None,
        approval_url: None,
        ..sign_in
    };
    tx.update_sign_in(&sign_in, from).await?;
    let work = claim(app, &tx, attempt.id).await?;
    let actor = Actor::Holder(sign_in.id, shown);
    app.audit().record(&tx, "sign_in.saved", &actor, format!("sign_in:{}", sign_in.id), String::new()).await?;
    tx.commit().await?;
    app.changes.authorization(sign_in.authorization);
    let until = app.now().plus(LONGEST).min(access.expires_at);
    let run = Run::new(app.clone(), work, attempt, sign_in, authorization, customer, access.object, until);
    let token = Secret::new(request.access_token.clone());
    tokio::spawn(carry_out(run, token));
    Ok(())
}

/// A Save that was believed.
pub struct Saving {
    /// The attempt.
    pub attempt: Attempt,
    /// Its authorization.
    pub authorization: Authorization,
    /// Whose tenant.
    pub customer: Customer,
    /// What the access token says.
    pub access: VerifiedAccess,
    /// What the ID token says.
    pub identity: VerifiedIdentity,
    /// The hash of the access token.
    pub hash: [u8; 32],
}

/// The work row belongs to this node from the start: nobody else has the token.
async fn claim(app: &AppState, tx: &Scoped, attempt: AttemptId) -> Result<Work, StoreError> {
    let id = app.new_id();
    let due = app.clock.now_millis() + LEASE;
    let (kind, organization, subject) = (WorkKind::SetUp, tx.organization, attempt.0);
    work::add(tx, NewWork { id, kind, organization, subject, due }).await?;
    work::find_held(tx, kind, subject).await?.ok_or(StoreError::Unreadable("work"))
}

/// Why this sign-in cannot do it, told before anything happens (C5, M-6, M-12).
async fn refused(
    app: &AppState,
    opened: &Opened,
    authorization: &Authorization,
    attempt: &Attempt,
    access: &VerifiedAccess,
    identity: &VerifiedIdentity,
) -> Result<Option<(&'static str, Help)>, ServiceError> {
    let wids = access.wids.as_deref().or(identity.wids.as_deref());
    if let RoleVerdict::Missing { has, needs_one_of } = who::weigh(Method::Modern, wids) {
        return Ok(Some(("role_missing", role_missing(&has, &needs_one_of))));
    }
    if authorization.kind != AuthorizationKind::MigrateToModern {
        return Ok(None);
    }
    let tx = app.store.read(opened.organization).await?;
    let ids: Vec<_> = tx.list_sign_in_sets(&[attempt.sign_in]).await?.into_iter().map(|set| set.backup_set).collect();
    let sets = tx.find_backup_sets(&ids).await?;
    let suits = |set: &crate::store::backup_sets::BackupSet| {
        set.method == Method::Modern || suitability(&facts(set), &app.settings.rules).modern.is_possible()
    };
    if sets.iter().any(suits) {
        return Ok(None);
    }
    Ok(Some((
        "not_suitable",
        help::own(
            "not_suitable",
            "These sets cannot become modern",
            "They changed since they were chosen: none of them suits modern now, for example because it holds Personal Sites, which Microsoft does not open to app-only access. Nothing was stored. Hybrid keeps them running, or the set is split.",
            HelpAction::ContactSupport,
        ),
    )))
}

fn role_missing(has: &[who::Role], needs: &[who::Role]) -> Help {
    let names =
        |roles: &[who::Role], between: &str| roles.iter().map(|role| role.name()).collect::<Vec<_>>().join(between);
    let has = if has.is_empty() { "no role that is enough for it".to_owned() } else { names(has, " and ") };
    help::own(
        "role_missing",
        "This needs an administrator of the tenant",
        &format!(
            "You signed in correctly, but your account has {has}. It needs one of: {}. Roles that must be switched on first (PIM) count only when they are on before the sign-in. Nothing was stored. Pass the link on to the right person.",
            names(needs, ", ")
        ),
        HelpAction::AskAdministrator,
    )
}

fn mfa_missing() -> Help {
    help::own(
        "mfa_missing",
        "Sign in with a second factor",
        "This gives an app access to a whole tenant, so Rekey takes only a sign-in with a second factor. Nothing was stored. Sign in again and confirm with your second factor.",
        HelpAction::SignInAgain,
    )
}

/// The purposes of an authorization's apps.
fn purposes(authorization: &Authorization) -> &'static [Purpose] {
    if authorization.restores { &Purpose::ALL } else { &[Purpose::Backup] }
}

async fn first_steps(
    tx: &Scoped,
    authorization: &Authorization,
    customer: &Customer,
    sign_in: &SignIn,
) -> Result<Vec<StepView>, StoreError> {
    if authorization.kind == AuthorizationKind::Remove {
        let apps = tx.list_apps(Some(customer.id)).await?;
        let there: Vec<_> = apps.iter().filter(|app| app.removed_at.is_none()).map(|app| app.purpose).collect();
        return Ok(steps::remove(&there));
    }
    let workloads = save::workloads(tx, sign_in.id).await?;
    let purposes = wanted_purposes(tx, authorization, customer, &workloads).await?;
    Ok(steps::set_up(&purposes, &workloads, authorization.way == Way::Consent))
}

/// The apps to make or repair: one for restores only if something can be restored at all, and always if there is one.
async fn wanted_purposes(
    tx: &Scoped,
    authorization: &Authorization,
    customer: &Customer,
    workloads: &Workloads,
) -> Result<Vec<Purpose>, StoreError> {
    let mut found = Vec::new();
    for purpose in Purpose::ALL {
        let wanted = purposes(authorization).contains(&purpose)
            || (authorization.kind == AuthorizationKind::UpdateConfiguration
                && tx.find_app_of(customer.tenant, purpose).await?.is_some());
        if wanted && !manifest(workloads, purpose).is_empty() {
            found.push(purpose);
        }
    }
    Ok(found)
}

/// Carries a set-up to its end, or to where a person is needed.
async fn carry_out(mut run: Run, token: Secret<String>) {
    let id = run.authorization.id;
    let ended = match drive(&mut run, &token).await {
        Ok(()) => Ok(()),
        Err(stop) => run.stop(stop).await,
    };
    if let Err(error) = ended {
        tracing::error!(authorization = %id, ?error, "a set-up could not be ended here and comes back");
    }
}

async fn drive(run: &mut Run, sign_in_token: &Secret<String>) -> Result<(), Stop> {
    let token = exchange(run, sign_in_token).await?;
    run.show("exchanged").await?;
    run.begin_journal().await?;
    if run.authorization.kind == AuthorizationKind::Remove {
        remove::remove(run, &token).await?;
        clean_up::clean_up(run, sign_in_token, &token).await?;
        return remove::end(run).await;
    }
    let mut made = make_all(run, &token).await?;
    if run.authorization.way == Way::Consent {
        clean_up::clean_up(run, sign_in_token, &token).await?;
        return Err(consent_at_microsoft(run, &made));
    }
    drop_owner(run, &token, &made).await?;
    prove_all(run, &mut made).await?;
    finish::flip(run, made).await?;
    clean_up::clean_up(run, sign_in_token, &token).await?;
    finish::end(run, AuthorizationState::Done).await
}

/// On behalf of the administrator, for minutes: no refresh token is asked for (L4).
async fn exchange(run: &mut Run, sign_in_token: &Secret<String>) -> Result<Secret<String>, Stop> {
    let account = Account { tenant: run.customer.tenant, object: run.administrator };
    let wanted: &[&str] = if run.authorization.way == Way::Consent { &WANTED_FOR_CONSENT } else { &WANTED };
    let mut patience = Patience::default();
    loop {
        let Some(grants) = run.app.microsoft.setup.clone() else { return Err(run::continue_needed()) };
        match grants.on_behalf_of(sign_in_token, account, wanted).await {
            Ok(granted) if !granted.missing(wanted).is_empty() => {
                let missing = GrantError::ConsentMissing { ids: Box::default() };
                run.forgive_grant(&mut patience, missing).await?;
            }
            // B4: Microsoft says how the administrator signed in; without a second factor the token is dropped unused.
            Ok(granted) if granted.authentication_methods().is_some_and(|all| !all.iter().any(|one| one == "mfa")) => {
                return Err(Stop::Person(SignInState::Failed, Box::new(mfa_missing())));
            }
            Ok(granted) => return Ok(granted.access_token),
            Err(error) => run.forgive_grant(&mut patience, error).await?,
        }
    }
}

/// Makes or repairs every app, up to its permissions.
async fn make_all(run: &mut Run, token: &Secret<String>) -> Result<Vec<Making>, Stop> {
    let tx = run.app.store.read(run.work.organization).await?;
    let workloads = save::workloads(&tx, run.sign_in.id).await?;
    let purposes = wanted_purposes(&tx, &run.authorization, &run.customer, &workloads).await?;
    drop(tx);
    let mut made = Vec::new();
    for purpose in purposes {
        let app = make::record(run, purpose, &workloads).await?;
        let certificate = make::certificate(run, &app).await?;
        run.show(&steps::code("certificate", purpose)).await?;
        let permissions = make::permissions(&app);
        let (app, _) = make::application(run, token, app, &permissions).await?;
        let app = make::principal(run, token, app).await?;
        let mut making = Making { app, certificate, permissions, older_keys: Vec::new() };
        make::register(run, token, &mut making).await?;
        if run.authorization.way != Way::Consent {
            grant::permissions(run, token, &making).await?;
        }
        made.push(making);
    }
    Ok(made)
}

/// An administrator without a directory-wide role becomes the owner of what they make; owners can use it, so: no owners.
async fn drop_owner(run: &mut Run, token: &Secret<String>, made: &[Making]) -> Result<(), Stop> {
    use crate::microsoft::directory::Call;
    for making in made {
        let Some(object) = making.app.object else { continue };
        let mut patience = Patience::default();
        let owners = loop {
            match run.app.microsoft.directory.ids(token, &Call::Owners(object)).await {
                Ok(owners) => break owners,
                Err(error) => run.forgive(&mut patience, error).await?,
            }
        };
        for owner in make::makers(run).await? {
            if owners.contains(&owner.0) {
                let step = run.intend("owner", Some(format!("owner:{owner}"))).await?;
                remove::delete(run, token, &Call::RemoveOwner(object, owner)).await?;
                run.done(&step, None).await?;
            }
        }
    }
    Ok(())
}

async fn prove_all(run: &mut Run, made: &mut [Making]) -> Result<(), Stop> {
    let tx = run.app.store.read(run.work.organization).await?;
    let workloads = save::workloads(&tx, run.sign_in.id).await?;
    drop(tx);
    for making in made {
        let token = prove::token(run, making).await?;
        prove::reads(run, making, &token, &workloads).await?;
    }
    Ok(())
}

/// The app is there; its permissions are the administrator's to grant on Microsoft's own page (D2).
fn consent_at_microsoft(run: &Run, made: &[Making]) -> Stop {
    let remedy = help::own(
        "consent_at_microsoft",
        "The app is made; its permissions are granted at Microsoft",
        "Open Microsoft's own consent page, look at the permissions, and accept. Then come back: Rekey sees by itself whether they are there. No backup set has changed so far.",
        HelpAction::AskAdministrator,
    );
    let url = made.first().and_then(|making| consent_url(run, making));
    match url {
        Some(url) => Stop::Consent(Box::new(remedy), url),
        None => run::continue_needed(),
    }
}

fn consent_url(run: &Run, making: &Making) -> Option<String> {
    let config = &run.app.microsoft.config;
    let authority = Address::parse(config.authority.login_origin()).ok()?;
    let redirect_uri = RedirectUri::parse(&format!("{}/connect/approved", run.app.settings.origin)).ok()?;
    let mut random = [0; 32];
    run.app.random.fill(&mut random);
    let state = State::from_random(random);
    let scope = config.authority.graph_scope(".default");
    let request = ConsentRequest {
        authority: &authority,
        tenant: run.customer.tenant,
        client_id: making.app.client_id?,
        redirect_uri: &redirect_uri,
        scopes: &[&scope],
        state: &state,
    };
    admin_consent_url(&request).ok()
}

/// Plans what follows from a certificate that is in use now: renewal and reminders.
async fn after_certificate(
    app: &AppState,
    tx: &Scoped,
    connection: &App,
    certificate: &Certificate,
) -> Result<(), ServiceError> {
    renewal::plan(app, tx, connection, certificate).await
}

/// Proves and flips without any administrator's token: after consent at Microsoft, with an app of the customer's own, or
/// for a tenant that is connected already. The sign-in must be working, with `work` claimed for it.
pub fn spawn_proof(app: &AppState, work: Work, saved: Proving) {
    let until = app.now().plus(LONGEST);
    let Proving { attempt, sign_in, authorization, customer } = saved;
    let nobody = ObjectId(uuid::Uuid::nil());
    let run = Run::new(app.clone(), work, attempt, sign_in, authorization, customer, nobody, until);
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
    }
    if let Some(journal) = tx.find_running_journal(customer.tenant).await?
        && journal.authorization == authorization.id
    {
        tx.end_journal(journal.id, JournalState::NeedsSignIn, app.now()).await?;
    }
    tx.commit().await?;
    app.changes.authorization(authorization.id);
    Ok(())
}

/// After the flip only the clean-up is left, and that an administrator can do by hand; before it, somebody continues.
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
        return Ok(());
    }
    steps::stop(&mut sign_in.steps, SignInState::Waiting);
    let Stop::Person(state, problem) = run::continue_needed() else { return Ok(()) };
    let waiting = SignIn { state, problem: Some(*problem), ..sign_in };
    tx.update_sign_in(&waiting, SignInState::Working).await?;
    app.audit().record(tx, "set_up.interrupted", &Actor::Rekey, subject, String::new()).await?;
    Ok(())
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
    let connection = match known {
        Some(known) => known,
        None => {
            let new = make::new_record(app, &customer, Purpose::Backup, Way::OwnApp, &workloads);
            let new = App { id: fresh.app, ..new };
            tx.add_app(&new).await?;
            tx.add_certificate(&fresh).await?;
            new
        }
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
