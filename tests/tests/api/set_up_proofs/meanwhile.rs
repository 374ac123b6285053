//! What goes on beside a set-up: jobs, probes, Saves of hybrid, undo. Neither undoes what the other has noted.

use super::{BACKUP, CONTOSO, asked, begin, hold, prepare};
use emulator::{Effect, Fault, TenantGrant, scenario::Application};
use rekey_tests::{
    app::{TestApp, eventually, road::Before, set_up::ADMINISTRATOR},
    app_on_both,
};
use serde_json::{Value, json};
use server::cli::demo::world;
use shared::{
    api::{
        apps::{AppState, AppView, CertificateState, OwnApp, Way},
        authorizations::{AuthorizationState, AuthorizationView, CreateAuthorization, SignInState},
        job_tokens::{CreateJobToken, JobToken},
        overview::Overview,
    },
    id::ClientId,
    method::Method,
    rules::{manifest::Resource, scopes::Purpose},
};

app_on_both! {
    b15_jobs_and_probes_go_on_while_the_configuration_is_updated,
    d8_jobs_that_are_refused_meanwhile_do_not_stop_a_removal,
    d8_a_removal_without_a_key_claims_no_proof,
    d8_a_save_of_hybrid_beside_it_keeps_no_access_for_the_set_up,
    l3_f8_a_token_on_its_way_is_thrown_away_after_an_undo,
    j4_sets_that_lost_their_access_stand_first_on_the_first_screen,
    d2_asked_too_early_microsofts_page_is_shown_again,
    d2_a_mistyped_id_is_said_and_can_be_mended,
    d2_an_app_of_the_customers_own_gets_a_new_certificate,
    d2_c4_the_other_ways_make_no_app_for_restores,
    d2_d8_what_rekey_makes_after_an_app_of_the_customers_own_is_removed_from_here,
}

const JOB: CreateJobToken = CreateJobToken { resource: Resource::Graph, purpose: Purpose::Backup };

/// The path of a job's request.
async fn job(app: &TestApp) -> String {
    format!("/api/v1/backup-sets/{}/job-token", app.set("CON-015").await.id)
}

async fn post(app: &TestApp, what: &str) -> AuthorizationView {
    let path = format!("/api/v1/apps/{}/{what}", app.app(Purpose::Backup).await.id);
    app.member().await.post(&path, &json!({})).await.ok()
}

/// An administrator of Contoso's app has saved it, and Graph is slow at this call: what follows happens in its middle.
async fn in_the_middle(app: &TestApp, what: &str, method: &str, path: &str) -> Before {
    prepare(app).await;
    app.set_up(&["CON-015"]).await;
    let before = app.administrator_before_save(post(app, what).await, ADMINISTRATOR).await;
    app.emulator.clear_requests();
    hold(app, method, path, "", 2000);
    begin(app, &before).await;
    asked(app, method, path).await;
    before
}

/// B-15: the first token of a job, and a look at the app, come in the middle of an update.
async fn b15_jobs_and_probes_go_on_while_the_configuration_is_updated(app: TestApp) {
    let before = in_the_middle(&app, "update-configuration", "PATCH", "/v1.0/applications").await;
    let made = app.app(Purpose::Backup).await;
    app.key().post(&job(&app).await, &JOB).await.ok::<JobToken>();
    let check = format!("/api/v1/apps/{}/check", made.id);
    app.key().post(&check, &json!({})).await.ok::<Value>();
    let done = app.settled(before.authorization.id).await;
    assert_eq!(done.sign_ins[0].state, SignInState::Done, "{:?}", done.sign_ins[0].problem);
    let now = app.app(Purpose::Backup).await;
    assert!(now.certificates[0].state == CertificateState::Current && now.certificates.len() == 2);
    assert!(now.first_token_at.is_some(), "what the job noted stands");
}

/// D8: the app is deleted, a job hears so before Rekey has proved it.
async fn d8_jobs_that_are_refused_meanwhile_do_not_stop_a_removal(app: TestApp) {
    // Purging comes last; by then the app is gone and jobs are refused.
    let before = in_the_middle(&app, "remove", "DELETE", "/v1.0/directory/deletedItems").await;
    let made = app.app(Purpose::Backup).await;
    app.key().post(&job(&app).await, &JOB).await.refused(409, "connection_doubtful");
    let done = app.settled(before.authorization.id).await;
    assert_eq!(done.sign_ins[0].state, SignInState::Done, "{:?}", done.sign_ins[0].problem);
    let gone = app.app(Purpose::Backup).await;
    assert_eq!((gone.id, gone.state, gone.sets), (made.id, AppState::Removed, 0));
    assert!(gone.certificates.iter().all(|one| one.state == CertificateState::Removed));
    let events = app.dump().await["audit"].join("\n");
    assert!(events.contains("proved=700016"), "{events}");
}

/// D8: after an undo no key of ours is left, so nobody can prove that it gets no token.
async fn d8_a_removal_without_a_key_claims_no_proof(app: TestApp) {
    prepare(&app).await;
    app.set_up(&["CON-015"]).await;
    let path = format!("/api/v1/apps/{}/undo", app.app(Purpose::Backup).await.id);
    app.key().post(&path, &json!({})).await.ok::<AppView>();
    let before = app.administrator_before_save(post(&app, "remove").await, ADMINISTRATOR).await;
    let view = app.save_and_settle(&before).await;
    assert_eq!(view.sign_in.state, SignInState::Done, "{:?}", view.sign_in.problem);
    let step = view.sign_in.steps.iter().find(|one| one.code == "gone_backup").expect("the step");
    assert!(step.detail.as_deref().is_some_and(|detail| detail.contains("no key")), "{step:?}");
    let events = app.dump().await["audit"].join("\n");
    assert!(events.contains("proved=no_key_left") && !events.contains("proved=700016"), "{events}");
}

/// D8, L4: a hybrid account of the same tenant is being saved, and needs nothing of the set-up's access.
async fn d8_a_save_of_hybrid_beside_it_keeps_no_access_for_the_set_up(app: TestApp) {
    prepare(&app).await;
    let hybrid = app.before_save(&["CON-001"], "backup@contoso.com").await;
    app.emulator.set_fault(Fault {
        name: "slow".to_owned(),
        endpoint: Some("graph".to_owned()),
        path: Some("/v1.0/me".to_owned()),
        effect: Effect {
            status: Some(429),
            headers: vec![("Retry-After".to_owned(), "600".to_owned())],
            ..Effect::default()
        },
        ..Fault::default()
    });
    begin(&app, &hybrid).await;
    asked(&app, "GET", "/me").await;
    app.set_up(&["CON-015"]).await;
    let all = app.emulator.service_principals();
    let left: Vec<_> = all
        .iter()
        .filter(|one| one.tid == CONTOSO && one.deleted_millis.is_none())
        .filter(|one| [world::SETUP, world::SETUP_SIGN_IN].contains(&one.app_id))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

/// L3, F8: undone while Microsoft was being asked: whoever asked gets nothing, and no first token is noted.
async fn l3_f8_a_token_on_its_way_is_thrown_away_after_an_undo(app: TestApp) {
    prepare(&app).await;
    app.set_up(&["CON-015"]).await;
    let made = app.app(Purpose::Backup).await;
    let path = job(&app).await;
    app.emulator.clear_requests();
    app.emulator.set_fault(Fault {
        name: "hold".to_owned(),
        endpoint: Some("token".to_owned()),
        grant_type: Some("client_credentials".to_owned()),
        times: Some(1),
        effect: Effect { delay_millis: 2000, ..Effect::default() },
        ..Fault::default()
    });
    let key = app.key();
    let undo = async {
        let is_asked = async || app.emulator.requests().iter().any(|one| one.path.ends_with("/token"));
        eventually("the token endpoint to be asked", is_asked).await;
        app.key().post(&format!("/api/v1/apps/{}/undo", made.id), &json!({})).await.ok::<AppView>()
    };
    let (answer, undone) = futures::join!(key.post(&path, &JOB), undo);
    assert_eq!((undone.state, answer.status), (AppState::Off, 503), "{}", answer.text());
    assert_eq!(app.app(Purpose::Backup).await.first_token_at, None);
    assert_eq!(app.set("CON-015").await.method, Method::Basic);
}

/// Makes the customer's own app carry these certificates.
fn carries(app: &TestApp, client: uuid::Uuid, certificates: Vec<String>) {
    app.emulator.put_application(Application {
        client_id: client,
        display_name: BACKUP.to_owned(),
        home_tenant: CONTOSO,
        certificates,
        ..Application::default()
    });
}

/// D2, E7: *Update configuration* of an own app: Rekey makes the certificate, its administrator registers it.
async fn d2_an_app_of_the_customers_own_gets_a_new_certificate(app: TestApp) {
    prepare(&app).await;
    let request = CreateAuthorization {
        way: Way::OwnApp,
        ..CreateAuthorization::new(app.ids(&["CON-015"]).await, Method::Modern)
    };
    let client = uuid::uuid!("0b0b0b0b-0001-4a00-8000-000000000003");
    let mut pems: Vec<String> = Vec::new();
    for round in 1..=2 {
        let authorization = match round {
            // Prepared and called off: what was made for it is not taken for the next one.
            1 => {
                let early = app.create_authorization(&request).await;
                let path = format!("/api/v1/authorizations/{}", early.id);
                app.key().post(&format!("{path}/own-app"), &OwnApp { client_id: None }).await.ok::<AppView>();
                app.member().await.post(&format!("{path}/cancel"), &json!({})).await.ok::<Value>();
                app.create_authorization(&request).await
            }
            _ => post(&app, "update-configuration").await,
        };
        assert_eq!(authorization.way, Way::OwnApp);
        let path = format!("/api/v1/authorizations/{}/own-app", authorization.id);
        let prepared: AppView = app.key().post(&path, &OwnApp { client_id: None }).await.ok();
        let made: Vec<_> = prepared.certificates.iter().filter(|one| one.state == CertificateState::Made).collect();
        assert_eq!(made.len(), 1, "round {round}: {:?}", prepared.certificates);
        let pem = app.key().get(&format!("/api/v1/apps/{}/certificate.pem", prepared.id)).await.text();
        assert!(!pems.contains(&pem), "a new certificate");
        pems.push(pem);
        carries(&app, client, pems.clone());
        let roles = ["User.Read.All", "Mail.Read", "MailboxSettings.Read"].map(str::to_owned).into();
        app.emulator.grant_tenant_wide(&TenantGrant {
            tid: CONTOSO,
            client,
            resource: super::GRAPH,
            roles,
            ..TenantGrant::default()
        });
        app.key().post(&path, &OwnApp { client_id: Some(ClientId(client)) }).await.ok::<AppView>();
        let done = app.settled(authorization.id).await;
        assert_eq!(done.state, AuthorizationState::Done, "round {round}: {:?}", done.sign_ins[0].problem);
        let own = app.app(Purpose::Backup).await;
        assert_eq!((own.state, own.certificates[0].state), (AppState::Working, CertificateState::Current));
        app.advance(60);
    }
    app.key().post(&job(&app).await, &JOB).await.ok::<JobToken>();
}

/// D2, C4: asked for with another way, it is refused before anything is made.
async fn d2_c4_the_other_ways_make_no_app_for_restores(app: TestApp) {
    prepare(&app).await;
    for way in [Way::Consent, Way::OwnApp] {
        let request = CreateAuthorization {
            way,
            restores: true,
            ..CreateAuthorization::new(app.ids(&["CON-015"]).await, Method::Modern)
        };
        for path in ["/api/v1/authorizations/preview", "/api/v1/authorizations"] {
            let problem = app.key().post(path, &request).await.refused(422, "field_invalid");
            assert!(format!("{problem:?}").contains("restores"), "{problem:?}");
        }
    }
}

/// J4: after a switch-off or a removal, the sets say so and the first screen names them.
async fn j4_sets_that_lost_their_access_stand_first_on_the_first_screen(app: TestApp) {
    prepare(&app).await;
    app.set_up(&["CON-015"]).await;
    let lost = async || app.key().get("/api/v1/overview").await.ok::<Overview>().without_access;
    assert_eq!(lost().await, []);
    let customer = app.customer("Contoso Ltd").await;
    let pull = format!("/api/v1/customers/{}/kill-switch", customer.id);
    app.member().await.post(&pull, &json!({ "confirm": "Contoso Ltd" })).await.ok::<Value>();
    let found = lost().await;
    assert_eq!((found.len(), found[0].customer.id, found[0].sets), (1, customer.id, 1));
    let before = app.administrator_before_save(post(&app, "remove").await, ADMINISTRATOR).await;
    app.save_and_settle(&before).await;
    assert_eq!(lost().await, found, "its record has no connection any more");
    let set = app.set("CON-015").await;
    assert_eq!((set.method, set.connection, set.recommendation.code.as_str()), (Method::Modern, None, "no_access"));
}

/// D2: an administrator who looks before consenting gets the way to consent back.
async fn d2_asked_too_early_microsofts_page_is_shown_again(app: TestApp) {
    prepare(&app).await;
    let request = CreateAuthorization {
        way: Way::Consent,
        ..CreateAuthorization::new(app.ids(&["CON-015"]).await, Method::Modern)
    };
    let before = app.administrator_before_save(app.create_authorization(&request).await, ADMINISTRATOR).await;
    app.save_and_settle(&before).await;
    app.carry_on(&before.attempt.secret).await;
    let again = app.settled(before.authorization.id).await.sign_ins.remove(0);
    assert_eq!(again.state, SignInState::ApprovalNeeded, "{:?}", again.problem);
    app.person(ADMINISTRATOR).approve(&again.approval_url.expect("Microsoft's page")).await;
    app.carry_on(&before.attempt.secret).await;
    let done = app.settled(before.authorization.id).await;
    assert_eq!(done.state, AuthorizationState::Done, "{:?}", done.sign_ins[0].problem);
}

/// D2: Microsoft knows no such app: that is said within seconds, and another id can be tried.
async fn d2_a_mistyped_id_is_said_and_can_be_mended(app: TestApp) {
    prepare(&app).await;
    let request = CreateAuthorization {
        way: Way::OwnApp,
        ..CreateAuthorization::new(app.ids(&["CON-015"]).await, Method::Modern)
    };
    let authorization = app.create_authorization(&request).await;
    let path = format!("/api/v1/authorizations/{}/own-app", authorization.id);
    for client in [7, 8] {
        let named = OwnApp { client_id: Some(ClientId(uuid::Uuid::from_u128(client))) };
        app.key().post(&path, &named).await.ok::<AppView>();
        let told = app.settled(authorization.id).await.sign_ins.remove(0);
        let problem = told.problem.expect("a remedy");
        assert_eq!((told.state, problem.code.as_str()), (SignInState::Waiting, "own_app_unknown"), "{problem:?}");
    }
}

/// D2, D8: an administrator walks an older authorization after the customer's own app has come. What is made then is Rekey's.
async fn d2_d8_what_rekey_makes_after_an_app_of_the_customers_own_is_removed_from_here(app: TestApp) {
    prepare(&app).await;
    let older = app.authorize_modern(&["CON-007"]).await;
    let request = CreateAuthorization {
        way: Way::OwnApp,
        ..CreateAuthorization::new(app.ids(&["CON-015"]).await, Method::Modern)
    };
    let client = uuid::uuid!("0b0b0b0b-0001-4a00-8000-000000000004");
    let brought = app.create_authorization(&request).await;
    let path = format!("/api/v1/authorizations/{}/own-app", brought.id);
    let prepared: AppView = app.key().post(&path, &OwnApp { client_id: None }).await.ok();
    let pem = app.key().get(&format!("/api/v1/apps/{}/certificate.pem", prepared.id)).await.text();
    carries(&app, client, vec![pem]);
    let roles = ["User.Read.All", "Mail.Read", "MailboxSettings.Read"].map(str::to_owned).into();
    let grant = TenantGrant { tid: CONTOSO, client, resource: super::GRAPH, roles, ..TenantGrant::default() };
    app.emulator.grant_tenant_wide(&grant);
    app.key().post(&path, &OwnApp { client_id: Some(ClientId(client)) }).await.ok::<AppView>();
    let done = app.settled(brought.id).await;
    assert_eq!(done.state, AuthorizationState::Done, "{:?}", done.sign_ins[0].problem);
    let own = app.app(Purpose::Backup).await;
    let path = format!("/api/v1/apps/{}/remove", own.id);
    app.member().await.post(&path, &json!({})).await.refused(409, "own_app");
    let before = app.administrator_before_save(older, ADMINISTRATOR).await;
    let view = app.save_and_settle(&before).await;
    assert_eq!(view.sign_in.state, SignInState::Done, "{:?}", view.sign_in.problem);
    let now = app.app(Purpose::Backup).await;
    assert!(now.client_id != own.client_id && now.way == Way::SetUp, "{now:?}");
    let before = app.administrator_before_save(post(&app, "remove").await, ADMINISTRATOR).await;
    app.save_and_settle(&before).await;
    assert_eq!(app.app(Purpose::Backup).await.state, AppState::Removed);
}
