//! Modern: an administrator signs in once, and a tenant has its own app, on both databases.

use rekey_tests::{
    app::{TestApp, dump::assert_same, set_up::ADMINISTRATOR},
    app_on_both,
};
use shared::{
    api::{
        apps::{AppState, CertificateState},
        authorizations::{AuthorizationState, CreateAuthorization, SignInState, StepState},
        problem::HelpAction,
    },
    method::Method,
    rules::{manifest::manifest, scopes::Purpose},
    workload::Workload,
};

app_on_both! {
    m1_to_m11_an_administrator_makes_sets_modern,
    m6_an_ordinary_account_is_refused_and_nothing_is_stored,
}

async fn m1_to_m11_an_administrator_makes_sets_modern(app: TestApp) {
    app.import_sample().await;
    let before = app.set_up(&["CON-015", "CON-007"]).await;
    let done = app.authorization(before.authorization.id).await;
    assert_eq!(done.state, AuthorizationState::Done);
    let steps = &done.sign_ins[0].steps;
    assert!(steps.iter().all(|step| step.state == StepState::Done), "{steps:?}");
    // M-11, H-11: both sets changed, at once, and use the one app.
    for id in ["CON-015", "CON-007"] {
        assert_eq!(app.set(id).await.method, Method::Modern);
    }
    let made = app.app(Purpose::Backup).await;
    assert_eq!((made.state, made.sets, made.display_name.as_str()), (AppState::Working, 2, "Rekey Backup"));
    // B-02, C3, C7: exactly the manifest of the chosen workloads, as Microsoft's own token says.
    let wanted = manifest(&[Workload::Exchange, Workload::Sharepoint].into_iter().collect(), Purpose::Backup);
    assert_eq!(made.permissions.len(), wanted.len());
    assert_eq!((made.missing.clone(), made.extra.clone()), (vec![], vec![]));
    // B-11, E4: two calendar years, and no private key anywhere in the answer.
    let certificate = &made.certificates[0];
    assert_eq!(certificate.state, CertificateState::Current);
    let years = certificate.not_after.since(certificate.not_before);
    assert!((730..=731).contains(&(years / 86_400)) && years % 86_400 == 0, "{years}");
    // A-04, F10: the tenant is connected; further sets need no sign-in.
    let more = app.authorize_modern(&["CON-001"]).await;
    assert!(more.sign_ins[0].already_connected);
    let more = app.save_connected(&more).await;
    assert_eq!(more.state, AuthorizationState::Done, "{:?}", more.sign_ins[0].problem);
    assert_eq!(app.set("CON-001").await.method, Method::Modern);
}

async fn m6_an_ordinary_account_is_refused_and_nothing_is_stored(app: TestApp) {
    app.import_sample().await;
    let authorization = app.authorize_modern(&["CON-015"]).await;
    let before = app.administrator_before_save(authorization, "tom.reed@contoso.com").await;
    let refused = app.save(&before.attempt.secret, &before.tokens).await.refused(403, "role_missing");
    assert!(refused.detail.contains("Global Administrator"), "{}", refused.detail);
    let view = app.view(&before.link).await;
    let problem = view.sign_in.problem.expect("a remedy");
    assert_eq!((view.sign_in.state, problem.action), (SignInState::Failed, HelpAction::AskAdministrator));
    assert_eq!(app.set("CON-015").await.method, Method::Basic);
    assert_eq!(app.apps().await, []);
    // The right person takes the same link.
    let attempt = app.attempt(&before.link, before.authorization.sign_ins[0].id).await;
    let tokens = app.person(ADMINISTRATOR).sign_in(&attempt).await;
    let again = rekey_tests::app::road::Before { attempt, tokens, ..before };
    assert_eq!(app.save_and_settle(&again).await.sign_in.state, SignInState::Done);
    assert_eq!(app.set("CON-015").await.method, Method::Modern);
}
