//! D4, D5, D6, E12: an application that an ordinary person planted, or that somebody else can use, is never adopted.

use super::{BACKUP, CONTOSO, called, granted, is_whole, prepare};
use base64::{Engine, engine::general_purpose::STANDARD};
use emulator::{DirectoryApplication, Effect, Fault, Plant, Taint};
use rekey_tests::{
    app::{TestApp, road::Before, set_up::ADMINISTRATOR},
    app_on_both,
};
use server::services::certificates::{self, Validity};
use shared::{
    api::authorizations::{AuthorizationState, SignInState},
    id::{ConnectionId, TenantId},
    method::Method,
    rules::scopes::Purpose,
};

app_on_both! {
    d4_applications_with_our_name_are_left_alone,
    d4_d5_an_application_with_our_secret_name_is_never_adopted,
}

/// Everything by which somebody else can use an application.
async fn taints(app: &TestApp) -> Vec<(&'static str, Taint)> {
    let (state, id) = (&app.state, ConnectionId(app.state.new_id()));
    let foreign = certificates::make(state, app.organization, id, Validity::TwoYears, None).await.expect("a key");
    let owner = || vec!["tom.reed@contoso.com".to_owned()];
    vec![
        ("owner", Taint { owners: owner(), ..Taint::default() }),
        ("password", Taint { passwords: 1, ..Taint::default() }),
        ("federated", Taint { federated: 1, ..Taint::default() }),
        // E12: compared with the keys that are stored here.
        ("key", Taint { certificates: vec![STANDARD.encode(&foreign.der)], ..Taint::default() }),
        // D6: on the service principal, where a look at the application does not show it.
        ("principal", Taint { principal_passwords: 1, ..Taint::default() }),
    ]
}

fn plant(app: &TestApp, unique_name: Option<String>, taint: Taint) -> DirectoryApplication {
    let plant = Plant { tid: CONTOSO, display_name: BACKUP.to_owned(), unique_name, service_principal: true, taint };
    app.emulator.plant_application(&plant).expect("planted")
}

/// A name proves nothing: ours is made beside it, and the planted one gets no key and no permission.
async fn d4_applications_with_our_name_are_left_alone(app: TestApp) {
    prepare(&app).await;
    let mut planted = Vec::new();
    for (_, taint) in taints(&app).await {
        planted.push(plant(&app, None, taint));
    }
    app.set_up(&["CON-015"]).await;
    let ours = app.app(Purpose::Backup).await.client_id.expect("a client id").0;
    let there = called(&app, BACKUP);
    assert_eq!(there.len(), planted.len() + 1);
    for before in planted {
        assert_ne!(before.app_id, ours);
        assert!(there.contains(&before), "it is as it was: {before:?}");
        assert!(granted(&app, before.app_id).is_empty());
        assert!(app.emulator.delete_application(CONTOSO, before.app_id));
    }
    is_whole(&app).await;
}

/// The worst case: the secret name leaked after it was written down, and somebody was faster.
async fn d4_d5_an_application_with_our_secret_name_is_never_adopted(app: TestApp) {
    prepare(&app).await;
    let authorization = app.authorize_modern(&["CON-015"]).await;
    // The name is written down, and Microsoft does not make the application.
    app.emulator.set_fault(Fault {
        endpoint: Some("graph".to_owned()),
        path: Some("/v1.0/applications(uniqueName=".to_owned()),
        method: Some("PATCH".to_owned()),
        times: Some(1),
        effect: Effect { status: Some(405), ..Effect::default() },
        ..Fault::default()
    });
    let before = app.administrator_before_save(authorization, ADMINISTRATOR).await;
    assert_eq!(app.save_and_settle(&before).await.sign_in.state, SignInState::Failed);
    let name = {
        let tx = app.state.store.read(app.organization).await.expect("a transaction");
        tx.find_app_of(TenantId(CONTOSO), Purpose::Backup).await.expect("an answer").expect("a record").unique_name
    };
    assert!(called(&app, BACKUP).is_empty());
    let unchanged = app.set("CON-015").await;
    for (what, taint) in taints(&app).await {
        let planted = plant(&app, Some(name.clone()), taint);
        let attempt = app.attempt(&before.link, before.authorization.sign_ins[0].id).await;
        let tokens = app.person(ADMINISTRATOR).sign_in(&attempt).await;
        let again = Before { authorization: before.authorization.clone(), link: before.link.clone(), attempt, tokens };
        let view = app.save_and_settle(&again).await;
        let problem = view.sign_in.problem.expect("a remedy");
        assert_eq!((view.sign_in.state, problem.code.as_str()), (SignInState::Failed, "application_foreign"), "{what}");
        let record = app.app(Purpose::Backup).await;
        assert_eq!((record.client_id, record.object), (None, None), "{what} was adopted");
        let there = called(&app, BACKUP).remove(0);
        assert_eq!((there.keys, there.owners), (planted.keys, planted.owners), "{what} got a key");
        assert!(granted(&app, planted.app_id).is_empty(), "{what} got permissions");
        let now = app.set("CON-015").await;
        assert_eq!((now.method, now.version, now.connection), (Method::Basic, unchanged.version, None), "{what}");
        assert!(app.emulator.delete_application(CONTOSO, planted.app_id));
        assert!(app.emulator.directory_applications(CONTOSO).iter().all(|one| one.deleted_millis.is_some()));
    }
    // An administrator deleted it: the set-up goes on.
    let attempt = app.attempt(&before.link, before.authorization.sign_ins[0].id).await;
    let tokens = app.person(ADMINISTRATOR).sign_in(&attempt).await;
    let view = app.save_and_settle(&Before { attempt, tokens, ..before }).await;
    assert_eq!(view.sign_in.state, SignInState::Done, "{:?}", view.sign_in.problem);
    assert_eq!(app.authorization(view.authorization).await.state, AuthorizationState::Done);
    is_whole(&app).await;
}
