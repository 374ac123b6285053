//! F8: a fresh switch to modern can be undone until a job was handed its first token, and not after.

use super::{CONTOSO, GRAPH, is_whole, prepare};
use crate::api::jobs::{BACKUP, RESTORE, SHAREPOINT, ask, ask_with};
use emulator::{Effect, Fault};
use rekey_tests::{
    app::{
        TestApp,
        client::{Answer, Client},
        set_up::ADMINISTRATOR,
    },
    app_on_both,
};
use serde_json::{Value, json};
use shared::{
    api::{
        apps::{AppState, AppView},
        authorizations::{CreateAuthorization, SignInState},
        job_tokens::JobToken,
    },
    method::Method,
    rules::scopes::Purpose,
};

app_on_both! {
    f8_a_switch_can_be_undone_until_the_first_job_token,
    f8_a_job_request_that_gets_nothing_is_no_first_token,
    f8_the_first_token_of_a_restore_stands_against_it_too,
}

async fn undo(app: &TestApp) -> Answer {
    let path = format!("/api/v1/apps/{}/undo", app.app(Purpose::Backup).await.id);
    app.key().post(&path, &json!({})).await
}

/// Every set is as it was before, and a job hears why it gets nothing.
async fn is_undone(app: &TestApp, sets: &[&str]) {
    for id in sets {
        let set = app.set(id).await;
        assert_eq!((set.method, set.connection), (Method::Basic, None), "{id}");
        let refused = ask(app, id, BACKUP).await.refused(409, "method_basic");
        assert!(refused.detail.contains("authorize it first"), "{}", refused.detail);
    }
}

/// Before it: all sets of the app go back, and may be switched again. From the first token on, of whichever set: nothing goes back.
async fn f8_a_switch_can_be_undone_until_the_first_job_token(app: TestApp) {
    let sets = ["CON-015", "CON-007"];
    prepare(&app).await;
    app.set_up(&sets).await;
    let undone: AppView = undo(&app).await.ok();
    assert_eq!((undone.state, undone.first_token_at), (AppState::Off, None));
    is_undone(&app, &sets).await;

    app.set_up(&sets).await;
    let token: JobToken = ask(&app, "CON-007", BACKUP).await.ok();
    let refused = undo(&app).await.refused(409, "in_use");
    assert!(refused.detail.contains("A job got a token already"), "{}", refused.detail);
    let now = app.app(Purpose::Backup).await;
    assert_eq!((now.state, now.sets), (AppState::Working, 2), "nothing has changed");
    for id in sets {
        assert_eq!(app.set(id).await.method, Method::Modern);
        assert_eq!(ask(&app, id, BACKUP).await.ok::<JobToken>().access_token, token.access_token);
    }
    is_whole(&app).await;
}

/// A key that gets no tokens for backups, or none of this customer's.
async fn limited(member: &Client, name: &str, body: Value) -> String {
    let mut body = body;
    body["name"] = json!(name);
    let made: Value = member.post("/api/v1/api-keys", &body).await.ok();
    made["secret"].as_str().expect("a secret").to_owned()
}

fn refuses(status: u16) -> Fault {
    let headers = vec![("Retry-After".to_owned(), "30".to_owned())];
    Fault {
        endpoint: Some("token".to_owned()),
        grant_type: Some("client_credentials".to_owned()),
        effect: Effect { status: Some(status), headers, ..Effect::default() },
        ..Fault::default()
    }
}

/// Refused by Rekey, by Microsoft, or because what Microsoft gave lacks a permission: no backup was made as modern.
async fn f8_a_job_request_that_gets_nothing_is_no_first_token(app: TestApp) {
    prepare(&app).await;
    app.set_up(&["CON-015"]).await;
    let client = app.app(Purpose::Backup).await.client_id.expect("a client id").0;
    let member = app.member().await;
    let unused = async |why: &str| assert_eq!(app.app(Purpose::Backup).await.first_token_at, None, "{why}");

    let restores = limited(&member, "restores", json!({ "purposes": ["restore"] })).await;
    ask_with(&app, &restores, "CON-015", BACKUP).await.refused(403, "key_limited");
    let fabrikam = app.customer("Fabrikam Inc.").await.id;
    let elsewhere = limited(&member, "elsewhere", json!({ "customers": [fabrikam] })).await;
    ask_with(&app, &elsewhere, "CON-015", BACKUP).await.refused(404, "not_found");
    ask(&app, "CON-015", SHAREPOINT).await.refused(409, "resource_not_available");
    ask(&app, "CON-015", RESTORE).await.refused(409, "restore_not_open");
    unused("Rekey said no").await;

    for status in [429, 503] {
        app.emulator.set_fault(refuses(status));
        ask(&app, "CON-015", BACKUP).await.refused(503, "microsoft_unavailable");
        app.emulator.clear_faults();
        app.advance(31);
    }
    app.emulator.block_workload(CONTOSO, Some(client), true).expect("it is there");
    ask(&app, "CON-015", BACKUP).await.refused(409, "connection_doubtful");
    app.emulator.block_workload(CONTOSO, Some(client), false).expect("it is there");
    app.advance(61);
    unused("Microsoft said no").await;

    assert!(app.emulator.remove_role(CONTOSO, client, GRAPH, "Mail.Read"));
    ask(&app, "CON-015", BACKUP).await.refused(409, "permissions_missing");
    unused("the token was handed to nobody").await;

    undo(&app).await.ok::<AppView>();
    is_undone(&app, &["CON-015"]).await;
    app.set_up(&["CON-015"]).await;
    // A token that lacks something is remembered for a minute.
    app.advance(61);
    ask(&app, "CON-015", BACKUP).await.ok::<JobToken>();
    undo(&app).await.refused(409, "in_use");
}

/// What was restored with it is in the tenant: the switch is not fresh any more.
async fn f8_the_first_token_of_a_restore_stands_against_it_too(app: TestApp) {
    prepare(&app).await;
    let ids = app.ids(&["CON-015"]).await;
    let request = CreateAuthorization { restores: true, ..CreateAuthorization::new(ids, Method::Modern) };
    let before = app.administrator_before_save(app.create_authorization(&request).await, ADMINISTRATOR).await;
    assert_eq!(app.save_and_settle(&before).await.sign_in.state, SignInState::Done);
    let body = json!({ "customer": app.customer("Contoso Ltd").await.id, "reason": "A test", "hours": 1 });
    app.member().await.post("/api/v1/restores", &body).await.ok::<Value>();
    ask(&app, "CON-015", RESTORE).await.ok::<JobToken>();
    assert_eq!(app.app(Purpose::Backup).await.first_token_at, None);
    let refused = undo(&app).await.refused(409, "in_use");
    assert!(refused.detail.contains("restore"), "{}", refused.detail);
    assert_eq!(
        (app.set("CON-015").await.method, app.app(Purpose::Restore).await.state),
        (Method::Modern, AppState::Working)
    );
}
