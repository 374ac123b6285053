//! B4, C5, M-6: who may set a tenant up; Microsoft's 403 decides.

use super::{BACKUP, CONTOSO, SECOND, called, changes, is_whole, only, prepare};
use emulator::{Effect, Fault, scenario::Person};
use rekey_tests::{
    app::{Backend, Setup, TestApp, set_up::ADMINISTRATOR},
    app_on_both,
};
use server::cli::demo::world;
use shared::{
    api::{
        apps::Way,
        authorizations::{AuthorizationState, CreateAuthorization, SignInState, StepState},
        connect::ConnectView,
        problem::HelpAction,
    },
    method::Method,
};

app_on_both! {
    m6d_c5_a_privileged_role_administrator_alone_is_refused_by_name,
    m6d_c5_a_privileged_role_administrator_and_application_administrator_does_it_all,
    c5_microsofts_refusal_decides_and_names_the_roles,
}

/// A Global Administrator whose tenant asks for no second factor.
const CARELESS: &str = "vera.gray@contoso.com";
/// A Privileged Role Administrator who is also Application Developer; Contoso has the rest of the demo's people.
pub const DEVELOPER: &str = "dana.wolf@contoso.com";

/// The demo's world with [`DEVELOPER`] in it.
pub async fn with_developer(backend: Backend) -> TestApp {
    let developer = Person {
        oid: Some(uuid::uuid!("a11ce000-0000-4000-8000-000000000099")),
        totp_secret: Some("KVKFKRCPNZQUYMLXOVYDSQKJKZDTSRLD".to_owned()),
        mfa_enforced: true,
        roles: vec!["Privileged Role Administrator".to_owned(), "Application Developer".to_owned()],
        ..Person::new(DEVELOPER, "practice-dana", "Dana Wolf")
    };
    with_person(backend, developer).await
}

/// The demo's world with somebody more at Contoso.
async fn with_person(backend: Backend, person: Person) -> TestApp {
    let mut setup = Setup::new(backend);
    let contoso = setup.scenario.tenants.iter_mut().find(|tenant| tenant.tid == CONTOSO).expect("Contoso");
    contoso.people.push(person);
    let app = TestApp::start_with(setup).await;
    prepare(&app).await;
    app
}

/// Without a second role nothing begins; the sentence names the role that is there and those that complete it.
async fn m6d_c5_a_privileged_role_administrator_alone_is_refused_by_name(app: TestApp) {
    prepare(&app).await;
    let before =
        app.administrator_before_save(app.authorize_modern(&["CON-015"]).await, "ines.costa@contoso.com").await;
    let refused = app.save(&before.attempt.secret, &before.tokens).await.refused(403, "role_missing");
    for role in ["your account has Privileged Role Administrator", "Application Developer", "Application Administrator"]
    {
        assert!(refused.detail.contains(role), "{}", refused.detail);
    }
    let view = app.view(&before.link).await;
    assert_eq!(view.sign_in.problem.expect("a remedy").action, HelpAction::AskAdministrator);
    assert!(called(&app, BACKUP).is_empty());
    assert_eq!(app.apps().await, []);
    assert_eq!(app.set("CON-015").await.method, Method::Basic);
}

/// With the second role everything, the clean-up included, is done and proved.
async fn m6d_c5_a_privileged_role_administrator_and_application_administrator_does_it_all(app: TestApp) {
    prepare(&app).await;
    let before = app.administrator_before_save(app.authorize_modern(&["CON-015"]).await, SECOND).await;
    let view = app.save_and_settle(&before).await;
    assert_eq!(view.sign_in.state, SignInState::Done, "{:?}", view.sign_in.problem);
    assert!(view.sign_in.steps.iter().all(|step| step.state == StepState::Done), "{:?}", view.sign_in.steps);
    is_whole(&app).await;
}

/// An Application Developer owns what he makes: he is taken off the application, and cannot delete Rekey's own service
/// principals, so the clean-up is shown as pending, with what to delete.
async fn the_owner_goes_and_the_clean_up_stays_pending(backend: Backend) {
    let app = with_developer(backend).await;
    let before = app.administrator_before_save(app.authorize_modern(&["CON-015"]).await, DEVELOPER).await;
    app.emulator.clear_requests();
    let view = app.save_and_settle(&before).await;
    assert_eq!(view.sign_in.state, SignInState::Done, "{:?} {:?}", view.sign_in.problem, view.sign_in.steps);
    assert_eq!(only(&app).owners, Vec::<uuid::Uuid>::new());
    let removed = app.emulator.requests().into_iter().filter(|one| one.path.ends_with("/$ref")).count();
    assert_eq!(removed, 1, "he was the owner");
    let cleaned = view.sign_in.steps.iter().find(|step| step.code == "cleaned").expect("the step");
    assert_eq!(cleaned.state, StepState::Failed);
    assert!(cleaned.detail.as_deref().is_some_and(|text| text.contains("Rekey Setup Sign-in")), "{cleaned:?}");
    let others = view.sign_in.steps.iter().filter(|step| step.code != "cleaned");
    assert!(others.clone().all(|step| step.state == StepState::Done));
    let left = app.emulator.service_principals();
    let is_left =
        |one: &emulator::ServicePrincipal| (one.tid, one.app_id, one.deleted_millis) == (CONTOSO, world::SETUP, None);
    assert!(left.iter().any(is_left), "it says so because it is so");
    assert_eq!(app.authorization(before.authorization.id).await.state, AuthorizationState::Done);
    assert_eq!(app.set("CON-015").await.method, Method::Modern);
    is_whole(&app).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m6d_c5_the_owner_goes_and_the_clean_up_stays_pending_on_sqlite() {
    the_owner_goes_and_the_clean_up_stays_pending(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m6d_c5_the_owner_goes_and_the_clean_up_stays_pending_on_postgres() {
    the_owner_goes_and_the_clean_up_stays_pending(Backend::Postgres).await;
}

/// B4: Microsoft says that the administrator used a password alone. That is not taken, though the role would do, and nothing is made;
/// somebody with a second factor takes the same link.
async fn a_password_alone_is_not_taken(backend: Backend) {
    let careless = Person {
        oid: Some(uuid::uuid!("a11ce000-0000-4000-8000-000000000098")),
        roles: vec!["Global Administrator".to_owned()],
        ..Person::new(CARELESS, "practice-vera", "Vera Gray")
    };
    let app = with_person(backend, careless).await;
    let before = app.administrator_before_save(app.authorize_modern(&["CON-015"]).await, CARELESS).await;
    let unchanged = app.dump().await;
    app.emulator.clear_requests();
    let view = app.save_and_settle(&before).await;
    let problem = view.sign_in.problem.expect("a remedy");
    assert_eq!((view.sign_in.state, problem.code.as_str()), (SignInState::Failed, "mfa_missing"));
    assert_eq!(problem.action, HelpAction::SignInAgain);
    assert_eq!(changes(&app), [], "the token is dropped unused");
    let after = app.dump().await;
    for table in ["apps", "certificates", "backup_sets", "connections"] {
        assert_eq!(after[table], unchanged[table], "{table}");
    }
    let attempt = app.attempt(&before.link, before.authorization.sign_ins[0].id).await;
    let tokens = app.person(ADMINISTRATOR).sign_in(&attempt).await;
    let again = rekey_tests::app::road::Before { attempt, tokens, ..before };
    assert_eq!(app.save_and_settle(&again).await.sign_in.state, SignInState::Done);
    is_whole(&app).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn b4_a_password_alone_is_not_taken_on_sqlite() {
    a_password_alone_is_not_taken(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn b4_a_password_alone_is_not_taken_on_postgres() {
    a_password_alone_is_not_taken(Backend::Postgres).await;
}

/// Roles by claim are advice: where Microsoft refuses, the set-up stops with the roles' names, and nothing has changed.
async fn c5_microsofts_refusal_decides_and_names_the_roles(app: TestApp) {
    prepare(&app).await;
    let before = app.administrator_before_save(app.authorize_modern(&["CON-015"]).await, ADMINISTRATOR).await;
    app.emulator.set_fault(Fault {
        endpoint: Some("graph".to_owned()),
        path: Some("/v1.0/servicePrincipals/".to_owned()),
        path_end: Some("/appRoleAssignedTo".to_owned()),
        effect: Effect { status: Some(403), ..Effect::default() },
        ..Fault::default()
    });
    let view: ConnectView = app.save_and_settle(&before).await;
    let problem = view.sign_in.problem.expect("a remedy");
    assert_eq!((view.sign_in.state, problem.code.as_str()), (SignInState::Failed, "role_missing"));
    assert!(problem.text.contains("Global Administrator") && problem.text.contains("Privileged Role Administrator"));
    assert_eq!(app.set("CON-015").await.method, Method::Basic);
    let object = only(&app).id;
    // The right person goes on with what was made.
    app.emulator.clear_faults();
    let attempt = app.attempt(&before.link, before.authorization.sign_ins[0].id).await;
    let tokens = app.person(SECOND).sign_in(&attempt).await;
    let again = rekey_tests::app::road::Before { attempt, tokens, ..before };
    assert_eq!(app.save_and_settle(&again).await.sign_in.state, SignInState::Done);
    assert_eq!(only(&app).id, object);
    is_whole(&app).await;
}

/// D2, D4: the way by Microsoft's own page leaves no owner behind either, who could add keys to an app of the whole tenant.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d2_d4_the_owner_goes_before_the_consent_at_microsoft() {
    let app = with_developer(Backend::Sqlite).await;
    let mut request = CreateAuthorization::new(app.ids(&["CON-015"]).await, Method::Modern);
    request.way = Way::Consent;
    let before = app.administrator_before_save(app.create_authorization(&request).await, DEVELOPER).await;
    let view = app.save_and_settle(&before).await;
    assert_eq!(view.sign_in.state, SignInState::ApprovalNeeded, "{:?}", view.sign_in.problem);
    assert_eq!(only(&app).owners, Vec::<uuid::Uuid>::new());
}
