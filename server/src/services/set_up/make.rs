//! Makes one app in the tenant: record, certificate, application, service principal, key (D1, D4, D5, E3, P8).

use super::{
    run::{Patience, Run, Stop, person, person_as_told},
    steps,
};
use crate::{
    microsoft::{
        directory::{Application, Call, Key, UniqueName},
        graph::GraphError,
    },
    services::{
        certificates::{self, Validity},
        help,
    },
    state::AppState as State,
    store::{
        Scoped, StoreError,
        apps::App,
        authorizations::Authorization,
        certificates::Certificate,
        customers::Customer,
        journals::{JournalState, JournalStep},
    },
};
use shared::{
    api::{
        apps::{AppState, CertificateState, Way},
        authorizations::{AuthorizationKind, SignInState},
        problem::HelpAction,
    },
    id::{ConnectionId, CustomerId, ObjectId},
    rules::{
        manifest::{AppPermission, manifest},
        scopes::Purpose,
    },
    secret::Secret,
    time::Timestamp,
    workload::Workloads,
};

/// One app in the making.
pub struct Making {
    /// Its record, as stored.
    pub app: App,
    /// The certificate it will sign with.
    pub certificate: Certificate,
    /// What it will be granted.
    pub permissions: Vec<&'static AppPermission>,
    /// The keys on the application that are not this certificate's.
    pub older_keys: Vec<uuid::Uuid>,
}

/// The record: found, or made with a secret name of 128 random bits before anything is made at Microsoft.
pub async fn record(run: &mut Run, purpose: Purpose, workloads: &Workloads) -> Result<App, Stop> {
    let tx = run.begin().await?;
    if let Some(found) = tx.find_app_of(run.customer.tenant, purpose).await? {
        let workloads = all_workloads(&tx, &found, workloads).await?;
        if is_in_use(found.state) {
            // How it is stands until the flip, whatever becomes of the set-up; what it is for grows then, when it holds it.
            return Ok(App { workloads, ..found });
        }
        let wanted = App { workloads, state: AppState::SettingUp, ..found.clone() };
        // An app of the customer's own that was switched off may be followed by one that Rekey makes.
        let wanted = App { way: run.authorization.way, ..wanted };
        if !tx.update_app(&wanted, found.version).await? {
            return Err(Stop::Lost);
        }
        tx.commit().await?;
        return Ok(App { version: found.version + 1, ..wanted });
    }
    let app = new_record(&run.app, &run.customer, purpose, run.authorization.way, workloads);
    tx.add_app(&app).await?;
    tx.commit().await?;
    Ok(app)
}

/// Whether sets use an app of this state, even if it needs an administrator just now.
const fn is_in_use(state: AppState) -> bool {
    matches!(state, AppState::Working | AppState::Doubtful | AppState::NeedsAdministrator)
}

/// A set-up stops where nobody goes on by himself: an app that was switched off before it is switched off again, and everybody
/// sees that it is.
pub async fn put_back(tx: &Scoped, customer: CustomerId) -> Result<(), StoreError> {
    for app in tx.list_apps(Some(customer)).await? {
        if app.state == AppState::SettingUp && app.set_up_at.is_some() {
            let version = app.version;
            tx.update_app(&App { state: AppState::Off, ..app }, version).await?;
        }
    }
    Ok(())
}

/// A new record, with its secret name.
pub fn new_record(state: &State, customer: &Customer, purpose: Purpose, way: Way, workloads: &Workloads) -> App {
    App {
        id: ConnectionId(state.new_id()),
        customer: customer.id,
        tenant: customer.tenant,
        purpose,
        way,
        state: AppState::SettingUp,
        display_name: steps::app_name(purpose).to_owned(),
        unique_name: secret_name(state),
        client_id: None,
        object: None,
        principal: None,
        workloads: workloads.clone(),
        sharepoint_host: None,
        roles: Vec::new(),
        set_up_at: None,
        checked_at: None,
        failed_at: None,
        first_token_at: None,
        removed_at: None,
        help: None,
        left: Vec::new(),
        created_at: state.now(),
        version: 1,
    }
}

/// A name of 128 random bits, known to nobody before the application has it.
fn secret_name(state: &State) -> String {
    let mut random = [0; 16];
    state.random.fill(&mut random);
    UniqueName::from_random(u128::from_be_bytes(random)).as_str().to_owned()
}

/// What the sets that use the app need, and what the new ones need: no more (B-02).
async fn all_workloads(tx: &Scoped, app: &App, wanted: &Workloads) -> Result<Workloads, StoreError> {
    let using = match app.purpose {
        Purpose::Backup => tx.list_sets_of_connection(app.id, 100_000).await?,
        Purpose::Restore => match tx.find_app_of(app.tenant, Purpose::Backup).await? {
            Some(backup) => tx.list_sets_of_connection(backup.id, 100_000).await?,
            None => Vec::new(),
        },
    };
    Ok(using.into_iter().flat_map(|set| set.workloads).chain(wanted.iter().copied()).collect())
}

/// Stores what is now known of the app.
pub async fn store(run: &Run, app: App) -> Result<App, Stop> {
    let tx = run.begin().await?;
    let stored = still_there(&tx, &app).await?;
    let version = stored.version;
    let workloads = if is_in_use(app.state) { stored.workloads } else { app.workloads.clone() };
    // Jobs and probes went on meanwhile: what they noted of its health stands.
    let next = App {
        workloads,
        state: stored.state,
        checked_at: stored.checked_at,
        failed_at: stored.failed_at,
        first_token_at: stored.first_token_at,
        help: stored.help,
        ..app.clone()
    };
    if !tx.update_app(&next, version).await? {
        return Err(Stop::Lost);
    }
    tx.commit().await?;
    Ok(App { version: version + 1, ..app })
}

/// The record as it is now, unless somebody switched the app off or removed it meanwhile. It is held until the end of the
/// transaction, so that nothing that jobs and probes note comes between reading and writing.
pub async fn still_there(tx: &Scoped, app: &App) -> Result<App, Stop> {
    if !tx.hold_app(app.id).await? {
        return Err(Stop::Lost);
    }
    let stored = tx.find_app(app.id).await?.ok_or(Stop::Lost)?;
    if matches!(stored.state, AppState::Off | AppState::Removed) { Err(Stop::Lost) } else { Ok(stored) }
}

/// The certificate of this set-up: one that was made and sealed by an interrupted one, or a new one.
pub async fn certificate(run: &mut Run, app: &App) -> Result<Certificate, Stop> {
    let known = run.app.store.read(run.work.organization).await?.list_certificates(&[app.id]).await?;
    match usable(known, &run.authorization, run.app.now()) {
        Some(found) => Ok(found),
        None => new_certificate(run, app, Validity::TwoYears, None).await,
    }
}

/// The certificate that this authorization goes on with: what it made itself, or, where the tenant is set up already and only
/// permissions are wanted, the one in use.
pub fn usable(known: Vec<Certificate>, authorization: &Authorization, now: Timestamp) -> Option<Certificate> {
    let good = |one: &Certificate| one.private_key.is_some() && now < one.not_after;
    let of_this = |one: &Certificate| one.state == CertificateState::Made && one.created_at >= authorization.created_at;
    let in_use = |one: &Certificate| {
        one.state == CertificateState::Current && authorization.kind == AuthorizationKind::MigrateToModern
    };
    let (of_this, others): (Vec<_>, Vec<_>) = known.into_iter().filter(good).partition(of_this);
    of_this.into_iter().next().or_else(|| others.into_iter().find(in_use))
}

async fn new_certificate(
    run: &Run,
    app: &App,
    validity: Validity,
    shortened: Option<String>,
) -> Result<Certificate, Stop> {
    let made = certificates::make(&run.app, run.work.organization, app.id, validity, shortened).await?;
    let tx = run.begin().await?;
    tx.add_certificate(&made).await?;
    tx.commit().await?;
    Ok(made)
}

/// The application, by upsert on its secret name; refused when anybody but us could use it.
pub async fn application(
    run: &mut Run,
    token: &Secret<String>,
    app: App,
    permissions: &[&'static AppPermission],
) -> Result<(App, Application), Stop> {
    let mut app = app;
    // Deleted in Entra since it was set up: another one takes its place. Of one that was just made Microsoft may not know yet.
    if let Some(object) = app.object.filter(|_| app.set_up_at.is_some())
        && is_gone(run, token, object).await?
    {
        app = anew(run, app).await?;
    }
    let (step, found) = loop {
        let (step, found) = upsert(run, token, &app, permissions).await?;
        match app.object {
            // Its name has gone over to another object, which may be anybody's: a name that nobody knows is used from here on.
            Some(object) if object != found.object && is_gone(run, token, object).await? => {
                app = anew(run, app).await?;
            }
            _ => break (step, found),
        }
    };
    refuse_foreign(run, token, &app, &found).await?;
    // One that Rekey makes after an app of the customer's own is Rekey's: it can be removed from here.
    let way = if app.way == Way::OwnApp { run.authorization.way } else { app.way };
    let app = App { client_id: Some(found.client_id), object: Some(found.object), way, ..app };
    let app = store(run, app).await?;
    run.done(&step, Some(format!("application:{}", found.object))).await?;
    Ok((app, found))
}

/// Makes the application with the record's secret name, or brings it up to date.
async fn upsert(
    run: &mut Run,
    token: &Secret<String>,
    app: &App,
    permissions: &[&'static AppPermission],
) -> Result<(JournalStep, Application), Stop> {
    let unique_name = UniqueName::parse(&app.unique_name).ok_or_else(foreign)?;
    let code = steps::code("application", app.purpose);
    let step = run.intend(&code, Some(format!("application:{}", unique_name.as_str()))).await?;
    let redirect = format!("{}/connect/approved", run.app.settings.origin);
    let redirect_uri = (run.authorization.way == Way::Consent).then_some(redirect.as_str());
    let display_name = app.display_name.as_str();
    let upsert = Call::UpsertApplication { display_name, unique_name: &unique_name, permissions, redirect_uri };
    run.call(token, &upsert).await?;
    Ok((step, read(run, token, &Call::ApplicationByName(&unique_name)).await?))
}

/// Whether Graph does not know an application, asked a few times.
async fn is_gone(run: &mut Run, token: &Secret<String>, object: ObjectId) -> Result<bool, Stop> {
    const LOOKS: u32 = 4;
    let mut patience = Patience::default();
    for _ in 0..LOOKS {
        match run.app.microsoft.directory.application(token, &Call::Application(object)).await {
            Ok(Some(_)) => return Ok(false),
            Ok(None) => run.wait(&mut patience, None, "Looking for the application in the tenant").await?,
            Err(error) => run.forgive(&mut patience, error).await?,
        }
    }
    Ok(true)
}

/// The record of an app whose application was deleted, ready for another one under another secret name.
async fn anew(run: &Run, app: App) -> Result<App, Stop> {
    tracing::warn!(app = %app.id, "the application was deleted in the tenant: another one is made");
    let unique_name = secret_name(&run.app);
    store(run, App { unique_name, client_id: None, object: None, principal: None, ..app }).await
}

/// Reads an application that is there, however long Microsoft's copies take.
async fn read(run: &mut Run, token: &Secret<String>, call: &Call<'_>) -> Result<Application, Stop> {
    let mut patience = Patience::default();
    loop {
        match run.app.microsoft.directory.application(token, call).await {
            Ok(Some(found)) => return Ok(found),
            Ok(None) => {
                run.wait(&mut patience, None, "Slower than usual, but not failed: Microsoft is still copying").await?;
            }
            Err(error) => run.forgive(&mut patience, error).await?,
        }
    }
}

/// An ordinary user could have planted it: owners, passwords, federated credentials, keys that are not ours.
async fn refuse_foreign(run: &mut Run, token: &Secret<String>, app: &App, found: &Application) -> Result<(), Stop> {
    if app.object.is_some_and(|object| object != found.object) {
        return Err(foreign());
    }
    let mut patience = Patience::default();
    let owners = loop {
        match run.app.microsoft.directory.ids(token, &Call::Owners(found.object)).await {
            Ok(owners) => break owners,
            Err(error) => run.forgive(&mut patience, error).await?,
        }
    };
    let federated = loop {
        match run.app.microsoft.directory.count(token, &Call::FederatedCredentials(found.object)).await {
            Ok(count) => break count,
            Err(error) => run.forgive(&mut patience, error).await?,
        }
    };
    // D6: with a credential there somebody else signs in as the app, whatever the application's own keys are.
    let of_principal = loop {
        match run.app.microsoft.directory.principal(token, found.client_id).await {
            Ok(principal) => break principal.map_or(0, |one| one.credentials),
            Err(error) => run.forgive(&mut patience, error).await?,
        }
    };
    let ours = run.app.store.read(run.work.organization).await?.list_certificates(&[app.id]).await?;
    let foreign_key = found.keys.iter().any(|key| !ours.iter().any(|one| is_key_of(key, one)));
    let makers = makers(run).await?;
    let foreign_owner = owners.iter().any(|owner| !makers.contains(&ObjectId(*owner)));
    if foreign_key || foreign_owner || found.passwords > 0 || federated > 0 || of_principal > 0 {
        let passwords = found.passwords;
        tracing::warn!(app = %app.id, foreign_key, foreign_owner, passwords, federated, of_principal, "an application is not ours alone");
        return Err(foreign());
    }
    Ok(())
}

/// Who may own what we made until its set-up ends: the administrator who signed in, and those of the set-ups before that
/// were interrupted or stopped. They are taken off at the end.
pub async fn makers(run: &Run) -> Result<Vec<ObjectId>, Stop> {
    let tx = run.app.store.read(run.work.organization).await?;
    let journals = tx.list_journals(run.customer.tenant, 100).await?;
    let unfinished = journals.into_iter().take_while(|one| one.state != JournalState::Done);
    let mut makers: Vec<_> = unfinished.map(|one| one.administrator).chain([run.administrator]).collect();
    makers.sort_unstable();
    makers.dedup();
    Ok(makers)
}

fn foreign() -> Stop {
    person(
        "application_foreign",
        "Somebody else can use this application",
        "The application in the tenant, or its service principal (its enterprise application), has an owner, a password, a federated credential or a key from elsewhere. It is not used. An administrator looks at it in Microsoft Entra, removes what is foreign or deletes the application, and starts again. No backup set has changed.",
        HelpAction::AskAdministrator,
    )
}

/// The service principal, by upsert.
pub async fn principal(run: &mut Run, token: &Secret<String>, app: App) -> Result<App, Stop> {
    let Some(client) = app.client_id else { return Err(foreign()) };
    let code = steps::code("application", app.purpose);
    let step = run.intend("principal", Some(format!("principal-of:{client}"))).await?;
    run.call(token, &Call::UpsertPrincipal(client)).await?;
    let mut patience = Patience::default();
    let object = loop {
        match run.app.microsoft.directory.principal(token, client).await {
            Ok(Some(found)) => break found.object,
            Ok(None) => {
                run.wait(&mut patience, None, "Slower than usual, but not failed: Microsoft is still copying").await?;
            }
            Err(error) => run.forgive(&mut patience, error).await?,
        }
    };
    if app.principal.is_some_and(|known| known != object) && app.state.is_alive() {
        tracing::info!(app = %app.id, "the service principal was made anew");
    }
    let app = store(run, App { principal: Some(object), ..app }).await?;
    run.done(&step, Some(format!("principal:{object}"))).await?;
    run.show(&code).await?;
    Ok(app)
}

/// Registers the certificate, its public part only; steps down when the tenant's policy refuses its validity (E3, D7).
pub async fn register(run: &mut Run, token: &Secret<String>, making: &mut Making) -> Result<(), Stop> {
    let Some(object) = making.app.object else { return Err(foreign()) };
    let code = steps::code("key", making.app.purpose);
    let mut validities = Validity::STEPS.into_iter().skip(1);
    loop {
        let thumbprint = making.certificate.thumbprint.clone();
        let step = run.intend(&code, Some(format!("key:{thumbprint}"))).await?;
        let found = read(run, token, &Call::Application(object)).await?;
        let forgotten = forgotten(run, making).await?;
        let goes = |key: &Key| is_key_of(key, &making.certificate) || forgotten.iter().any(|one| is_key_of(key, one));
        making.older_keys = found.keys.iter().filter(|key| !goes(key)).map(|key| key.id).collect();
        if let Some(key) = found.keys.iter().find(|key| is_key_of(key, &making.certificate)) {
            making.certificate.key_id = Some(key.id);
        } else if let Some(refusal) = add_key(run, token, making, object).await? {
            let Some(validity) = validities.next() else { return Err(no_validity(&refusal)) };
            shorten(run, making, validity, &refusal).await?;
            continue;
        } else {
            making.certificate.key_id = Some(registered(run, token, object, &making.certificate).await?);
        }
        let tx = run.begin().await?;
        for one in forgotten.into_iter().filter(|one| one.state == CertificateState::Previous) {
            // It could not be taken off when it was forgotten; now it is.
            let gone = Certificate { state: CertificateState::Removed, removed_at: Some(run.app.now()), ..one };
            tx.update_certificate(&gone, CertificateState::Previous).await?;
        }
        tx.update_certificate(&making.certificate, making.certificate.state).await?;
        run.done_in(&tx, &step, None).await?;
        tx.commit().await?;
        if let Some(reason) = making.certificate.shortened.clone() {
            steps::detail(&mut run.sign_in.steps, &code, reason);
        }
        return run.show(&code).await;
    }
}

fn is_key_of(key: &Key, certificate: &Certificate) -> bool {
    key.is(&certificate.der, certificate.key_id)
}

/// The certificates whose private part is forgotten here, such as after an undo or the kill switch: their keys need not stay on the
/// application, and must not, if one was stolen.
async fn forgotten(run: &Run, making: &Making) -> Result<Vec<Certificate>, Stop> {
    let tx = run.app.store.read(run.work.organization).await?;
    let known = tx.list_certificates(&[making.app.id]).await?;
    Ok(known.into_iter().filter(|one| one.private_key.is_none()).collect())
}

/// Sends the whole list: the keys that are there, by id, and the new one (E9). A refusal of the policy comes back.
async fn add_key(
    run: &mut Run,
    token: &Secret<String>,
    making: &Making,
    object: ObjectId,
) -> Result<Option<GraphError>, Stop> {
    let new = Some((making.certificate.der.as_slice(), making.certificate.thumbprint.as_str()));
    let call = Call::SetKeys { object, keep: &making.older_keys, new };
    let mut patience = Patience::default();
    loop {
        match run.app.microsoft.directory.call(token, &call).await {
            Ok(_) => return Ok(None),
            Err(error @ (GraphError::Refused { status: 400, .. } | GraphError::Denied { .. })) => {
                return Ok(Some(error));
            }
            Err(error) => run.forgive(&mut patience, error).await?,
        }
    }
}

async fn registered(
    run: &mut Run,
    token: &Secret<String>,
    object: ObjectId,
    certificate: &Certificate,
) -> Result<uuid::Uuid, Stop> {
    let mut patience = Patience::default();
    loop {
        let found = read(run, token, &Call::Application(object)).await?;
        if let Some(key) = found.keys.iter().find(|key| is_key_of(key, certificate)) {
            return Ok(key.id);
        }
        run.wait(&mut patience, None, "Slower than usual, but not failed: Microsoft is still copying").await?;
    }
}

/// The refused certificate is forgotten, and a shorter one made.
async fn shorten(run: &Run, making: &mut Making, validity: Validity, refusal: &GraphError) -> Result<(), Stop> {
    let tx = run.begin().await?;
    let refused = Certificate {
        state: CertificateState::Removed,
        private_key: None,
        removed_at: Some(run.app.now()),
        ..making.certificate.clone()
    };
    tx.update_certificate(&refused, making.certificate.state).await?;
    tx.commit().await?;
    let days = match validity {
        Validity::TwoYears => 730,
        Validity::Days(days) => days,
    };
    let reason = format!(
        "Good for {days} days only: the tenant's policy refused a longer one (Microsoft: {})",
        refusal.code().unwrap_or("no reason given")
    );
    making.certificate = new_certificate(run, &making.app, validity, Some(reason)).await?;
    Ok(())
}

fn no_validity(refusal: &GraphError) -> Stop {
    let remedy = help::own(
        "certificate_refused",
        "The tenant's policy refuses every certificate",
        "Microsoft refused certificates for two years, 365, 180 and 90 days. An administrator changes the app management policy of the tenant, or brings an app with a certificate that the policy accepts. No backup set has changed.",
        HelpAction::AskAdministrator,
    );
    person_as_told(SignInState::Failed, help::for_graph(refusal), remedy)
}

/// What the app of these workloads is granted.
pub fn permissions(app: &App) -> Vec<&'static AppPermission> {
    manifest(&app.workloads, app.purpose)
}
