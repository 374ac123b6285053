//! The customer's own page, and the mail that leads there: what is connected, by whom, used when; removal by an administrator's
//! sign-in and by nothing less (O4, O8, D8).

use super::jobs::{BACKUP, ask};
use rekey_tests::{
    app::{Backend, Setup, TestApp, client::Answer, dump::assert_same},
    app_on_both,
    mailbox::Mailbox,
};
use serde_json::{Value, json};
use server::services::job_tokens::ledger;
use shared::{
    api::{
        authorizations::{AuthorizationKind, ConnectLink, SignInState},
        connect::ConnectView,
        customer_page::{CustomerPage, CustomerPageLink},
        job_tokens::JobToken,
    },
    method::Method,
};

app_on_both! {
    a_customer_sees_what_is_connected_and_removes_it_with_an_administrator,
    d8_o4_the_holder_of_an_account_removes_it_and_nobody_else_does,
    o8_dead_links_look_alike_and_one_customers_page_is_not_anothers,
}

async fn link(app: &TestApp, customer: &str) -> String {
    let id = app.customer(customer).await.id;
    let made: CustomerPageLink = app.key().post(&format!("/api/v1/customers/{id}/page-link"), &json!({})).await.ok();
    made.url.split_once("/connected#").expect("a secret in the fragment").1.to_owned()
}

async fn page(app: &TestApp, secret: &str) -> CustomerPage {
    app.connect(secret).get("/api/v1/customer-page").await.ok()
}

fn looks(answer: &Answer) -> String {
    let mut problem = answer.refused(404, "not_found");
    problem.request_id.clear();
    format!("{problem:?}")
}

async fn a_customer_sees_what_is_connected_and_removes_it_with_an_administrator(app: TestApp) {
    app.import_sample().await;
    app.connect_account(&["CON-001"], "backup@contoso.com").await;
    app.set_up(&["CON-015"]).await;
    let secret = link(&app, "Contoso Ltd").await;
    let before = app.dump().await;
    let shown = page(&app, &secret).await;
    page(&app, &secret).await;
    assert_same(&before, &app.dump().await);
    assert_eq!(shown.organization_domain.as_deref(), Some("northwind.example"));
    let [made, account] = shown.connections.as_slice() else { panic!("{shown:?}") };
    assert_eq!((made.name.as_str(), made.set_count, made.removable), ("Rekey Backup", 1, true));
    assert_eq!(made.by.as_deref(), Some("anna.berg@contoso.com"));
    assert!(made.client_id.is_some() && made.not_after.is_some() && made.permissions.contains(&"Mail.Read".to_owned()));
    assert_eq!((account.name.as_str(), account.removable), ("backup@contoso.com", true));
    assert_eq!(account.by.as_deref(), Some("backup@contoso.com"));
    assert!(account.sets.len() == 1 && account.used_at.is_none());
    // A job that asks once a night never gets a token from memory, and uses the access all the same.
    ask(&app, "CON-001", BACKUP).await.ok::<JobToken>();
    ledger::flush(&app.state).await.unwrap();
    let shown = page(&app, &secret).await;
    let [made, account] = shown.connections.as_slice() else { panic!("{shown:?}") };
    assert!(account.used_at.is_some_and(|at| app.state.now().since(at) < 120), "{account:?}");
    assert!(made.used_at.is_none(), "the other one was not used");
    // Asking removes nothing: it leads to a sign-in of an administrator of the tenant.
    let body = json!({ "connection": made.id });
    let to: ConnectLink = app.connect(&secret).post("/api/v1/customer-page/removal", &body).await.ok();
    let to = to.url.split_once("/connect#").expect("a link to the connect page").1.to_owned();
    let asked: ConnectView = app.view(&to).await;
    assert_eq!((asked.kind, asked.asked_by.as_str()), (AuthorizationKind::Remove, "Contoso Ltd"));
    assert_eq!(app.set("CON-015").await.method, Method::Modern);
    assert_eq!(page(&app, &secret).await.connections.len(), 2);
    // The secret opens this page and nothing else.
    app.connect(&secret).get("/api/v1/connect").await.refused(404, "not_found");
    app.connect(&to).get("/api/v1/customer-page").await.refused(404, "not_found");
}

async fn d8_o4_the_holder_of_an_account_removes_it_and_nobody_else_does(app: TestApp) {
    app.import_sample().await;
    app.connect_account(&["CON-001"], "backup@contoso.com").await;
    app.connect_account(&["CON-013"], "priya.shah@contoso.com").await;
    let secret = link(&app, "Contoso Ltd").await;
    let shown = page(&app, &secret).await;
    let account = shown.connections.iter().find(|one| one.name == "backup@contoso.com").expect("the account");
    let body = json!({ "connection": account.id });
    let ask = async || {
        let to: ConnectLink = app.connect(&secret).post("/api/v1/customer-page/removal", &body).await.ok();
        to.url.split_once("/connect#").expect("a link to the connect page").1.to_owned()
    };
    let (first, to) = (ask().await, ask().await);
    let asked: ConnectView = app.view(&to).await;
    assert_eq!(app.view(&first).await.authorization, asked.authorization, "what was begun goes on");
    assert_eq!((asked.kind, asked.method), (AuthorizationKind::Remove, Method::Hybrid));
    assert_eq!((asked.sign_in.account.as_str(), asked.sign_in.sets.len()), ("backup@contoso.com", 1));
    assert!(asked.sign_in.permissions.is_empty() && !asked.sign_in.needs_administrator, "nothing is asked for");
    // The link alone, and a member's Save without a sign-in, take nothing away.
    let path = format!("/api/v1/authorizations/{}/sign-ins/{}/save", asked.authorization, asked.sign_in.id);
    app.key().post(&path, &json!({})).await.refused(409, "sign_in_needed");
    assert_eq!(page(&app, &secret).await.connections.len(), 2);
    // Somebody else of the tenant is refused, and loses nothing either.
    let attempt = app.attempt(&to, asked.sign_in.id).await;
    let tokens = app.person("priya.shah@contoso.com").sign_in(&attempt).await;
    app.save(&attempt.secret, &tokens).await.ok::<ConnectView>();
    let stopped = app.until(&attempt.secret, SignInState::Failed).await;
    assert_eq!(stopped.sign_in.problem.map(|problem| problem.code).as_deref(), Some("wrong_account"));
    assert_eq!(page(&app, &secret).await.connections.len(), 2);
    // Its holder signs in and saves: nothing is asked of Microsoft for it.
    let attempt = app.attempt(&to, asked.sign_in.id).await;
    let tokens = app.person("backup@contoso.com").sign_in(&attempt).await;
    app.emulator.clear_requests();
    app.save(&attempt.secret, &tokens).await.ok::<ConnectView>();
    app.until(&attempt.secret, SignInState::Done).await;
    assert!(app.emulator.requests().iter().all(|one| !one.is_token(None)), "no grant is asked for");
    let left = page(&app, &secret).await.connections;
    assert_eq!(left.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["priya.shah@contoso.com"]);
    let set = app.set("CON-001").await;
    assert_eq!((set.method, set.connection), (Method::Hybrid, None));
    let log: Value = app.key().get("/api/v1/audit?limit=200").await.ok();
    let done = log["items"].as_array().unwrap().iter().find(|one| one["event"] == "connection.disconnected");
    assert_eq!(done.expect("the event")["actor"], "backup@contoso.com");
    app.connect(&secret).post("/api/v1/customer-page/removal", &body).await.refused(409, "already_disconnected");
    // What was posted for it is kept nowhere.
    assert!(app.dump().await.values().flatten().all(|row| !row.contains(&tokens.access)));
}

async fn o8_dead_links_look_alike_and_one_customers_page_is_not_anothers(app: TestApp) {
    app.import_sample().await;
    app.set_up(&["CON-015"]).await;
    let contoso = page(&app, &link(&app, "Contoso Ltd").await).await;
    let theirs = link(&app, "Fabrikam Inc.").await;
    assert_eq!(page(&app, &theirs).await.connections, []);
    let accounts = app.connect_account(&["CON-001"], "backup@contoso.com").await;
    drop(accounts);
    let account = page(&app, &link(&app, "Contoso Ltd").await).await.connections.pop().expect("the account").id;
    let body = json!({ "connection": account });
    app.connect(&theirs).post("/api/v1/customer-page/removal", &body).await.refused(404, "not_found");
    let body = json!({ "connection": contoso.connections[0].id });
    app.connect(&theirs).post("/api/v1/customer-page/removal", &body).await.refused(404, "not_found");
    let replaced = link(&app, "Adatum Corporation").await;
    let newest = link(&app, "Adatum Corporation").await;
    page(&app, &newest).await;
    let id = app.customer("Fabrikam Inc.").await.id;
    assert_eq!(app.key().post(&format!("/api/v1/customers/{id}/page-link/revoke"), &json!({})).await.status, 204);
    let mut seen = None;
    for secret in [theirs.as_str(), &replaced, &"A".repeat(43), ""] {
        let looks = looks(&app.connect(secret).get("/api/v1/customer-page").await);
        assert_eq!(*seen.get_or_insert_with(|| looks.clone()), looks, "{secret}");
    }
    app.advance(400 * 24 * 3600 + 1);
    looks(&app.connect(&newest).get("/api/v1/customer-page").await);
}

/// The contact hears what was connected, in their language; the link in the mail works.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_customers_contact_gets_a_receipt_by_mail() {
    let mailbox = Mailbox::start().await;
    let app = TestApp::start_with(Setup { mail: Some(mailbox.config()), ..Setup::new(Backend::Sqlite) }).await;
    app.import_sample().await;
    let id = app.customer("Contoso Ltd").await.id;
    let contact = json!({ "contact": "it@contoso.com", "language": "fr" });
    app.key().post(&format!("/api/v1/customers/{id}/contact"), &contact).await.ok::<Value>();
    app.connect_account(&["CON-001", "CON-002"], "backup@contoso.com").await;
    let letter = Mailbox::flat(&mailbox.next().await);
    for wanted in ["To: it@contoso.com", "lang=\"fr\"", "Northwind Managed IT", "Jeux de sauvegarde modifiés : 2."] {
        assert!(letter.contains(wanted), "{wanted}: {letter}");
    }
    let secret = letter.split_once("/connected#").expect("a link").1.chars().take(43).collect::<String>();
    let shown = page(&app, &secret).await;
    assert_eq!(shown.connections[0].name, "backup@contoso.com");
    assert!(mailbox.is_empty(), "one mail");
}
