//! The customer's own page, and the mail that leads there: what is connected, by whom, used when; removal by an administrator's
//! sign-in and by nothing less (O4, O8, D8).

use rekey_tests::{
    app::{Backend, Setup, TestApp, client::Answer, dump::assert_same},
    app_on_both,
    mailbox::Mailbox,
};
use serde_json::{Value, json};
use shared::{
    api::{
        authorizations::{AuthorizationKind, ConnectLink},
        connect::ConnectView,
        customer_page::{CustomerPage, CustomerPageLink},
    },
    method::Method,
};

app_on_both! {
    a_customer_sees_what_is_connected_and_removes_it_with_an_administrator,
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
    assert_eq!((account.name.as_str(), account.removable), ("backup@contoso.com", false));
    assert_eq!(account.by.as_deref(), Some("backup@contoso.com"));
    assert!(account.sets.len() == 1 && account.used_at.is_none());
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

async fn o8_dead_links_look_alike_and_one_customers_page_is_not_anothers(app: TestApp) {
    app.import_sample().await;
    app.set_up(&["CON-015"]).await;
    let contoso = page(&app, &link(&app, "Contoso Ltd").await).await;
    let theirs = link(&app, "Fabrikam Inc.").await;
    assert_eq!(page(&app, &theirs).await.connections, []);
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
