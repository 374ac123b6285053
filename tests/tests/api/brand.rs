//! White label: whoever runs it chooses its name, and strangers see no other (H9).

use rekey_tests::{
    app::{Backend, Setup, TestApp, embed::CONSOLE},
    mailbox::Mailbox,
};
use serde_json::{Value, json};
use shared::api::{
    customer_page::{CustomerPage, CustomerPageLink},
    embed::PopupView,
    session::Meta,
};

const BRAND: &str = "Backmove";

/// The portal's, the connect page's, the customer's, the console's and the window's name, the API's page, and every letter.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h9_strangers_see_the_name_that_was_chosen() {
    let mailbox = Mailbox::start().await;
    let mut mail = mailbox.config();
    mail.from = "Backmove <backup@northwind.example>".to_owned();
    let setup = Setup { mail: Some(mail), brand: BRAND.to_owned(), ..Setup::new(Backend::Sqlite) };
    let app = TestApp::start_with(setup).await;
    app.import_sample().await;
    let meta: Meta = app.anonymous().get("/api/v1/meta").await.ok();
    assert_eq!((meta.brand.as_str(), meta.mail), (BRAND, true));
    let described: Value = app.anonymous().get("/api/openapi.json").await.ok();
    assert_eq!(described["info"]["title"], BRAND);
    let docs = app.anonymous().get("/api/docs").await.text();
    assert_eq!(docs.replace("Rekey Backup", "").matches("Rekey").count(), 0, "{docs}");
    assert!(docs.contains("<h1>The API of Backmove</h1>") && docs.contains("<title>API · Backmove</title>"));
    let id = app.customer("Contoso Ltd").await.id;
    let contact = json!({ "contact": "it@contoso.com" });
    app.key().post(&format!("/api/v1/customers/{id}/contact"), &contact).await.ok::<Value>();
    let member = json!({ "kind": "mail", "address": "desk@northwind.example", "events": ["authorization.authorized"] });
    app.member().await.post("/api/v1/channels", &member).await.ok::<Value>();

    let authorization = app.authorize(&["CON-001"]).await;
    let path = format!("/api/v1/authorizations/{}/invitations", authorization.id);
    app.key().post(&path, &json!({ "send_to": "backup@contoso.com" })).await.ok::<Value>();
    let mut letters = vec![mailbox.next().await];
    let before = app.connect_account(&["CON-001"], "backup@contoso.com").await;
    assert_eq!(app.view(&before.attempt.secret).await.brand, BRAND);
    letters.extend([mailbox.next().await, mailbox.next().await]);
    for letter in letters.iter().map(|letter| Mailbox::flat(letter)) {
        assert!(letter.contains(BRAND) && !letter.to_lowercase().contains("rekey"), "{letter}");
    }

    let path = format!("/api/v1/customers/{id}/page-link");
    let link: CustomerPageLink = app.key().post(&path, &json!({})).await.ok();
    let secret = link.url.split_once('#').expect("a secret").1;
    let page: CustomerPage = app.connect(secret).get("/api/v1/customer-page").await.ok();
    assert_eq!(page.brand, BRAND);
    app.register_origin(CONSOLE).await;
    let session = app.embed_sets(&["CON-002"]).await.secret;
    let window = app.announce(&session).await;
    assert_eq!(app.embed_view(&session).await.brand, BRAND);
    assert_eq!(app.arrive(&window.secret).await.ok::<PopupView>().brand, BRAND);
}
