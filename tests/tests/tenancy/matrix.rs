//! The matrix: each route with what it answers to whom. A route without a row fails, and so does a row without a route.

use rekey_tests::{
    app::{
        OUTSIDER, OWNER, TestApp,
        client::{Answer, Client},
        dump::assert_same,
        embed::CONSOLE,
    },
    app_on_both,
};
use reqwest::Method;
use serde_json::{Value, json};
use server::{
    services::{
        certificates::Validity,
        notices::{self, NewNotice},
    },
    store::events::{Delivery, Event},
};
use shared::api::{
    api_keys::ApiKeyCreated,
    authorizations::AuthorizationView,
    channels::{DeliveryState, EventType},
    connect::ConnectView,
    notices::NoticeKind,
};
use std::collections::BTreeSet;

app_on_both! {
    m2_every_route_by_everybody_who_may_not,
    m1_lists_hold_only_what_is_ones_own,
}

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Everybody; the answer holds nothing of an organization.
    Public,
    /// Members and keys; lists what is theirs.
    List,
    /// Members and keys; names one record, which others do not find.
    Record,
    /// Members and keys; makes or compares something from a body that names records.
    Body,
    /// Keys only; names one record.
    Job,
    /// Members only.
    Session,
    /// Owners and admins who signed in a moment ago.
    Keys,
    /// As `Keys`, and names one key.
    Key,
    /// Whoever holds the secret of a link, an attempt, an embed session or a window.
    Connect,
}

const ROWS: [(&str, &str, Kind); 111] = [
    ("GET", "/api/v1/meta", Kind::Public),
    ("POST", "/api/v1/sign-ins", Kind::Public),
    ("POST", "/api/v1/session", Kind::Public),
    ("GET", "/api/v1/session", Kind::Session),
    ("DELETE", "/api/v1/session", Kind::Session),
    ("GET", "/api/v1/overview", Kind::List),
    ("GET", "/api/v1/customers", Kind::List),
    ("POST", "/api/v1/customers", Kind::List),
    ("GET", "/api/v1/customers/counts", Kind::List),
    ("GET", "/api/v1/customers/{id}", Kind::Record),
    ("DELETE", "/api/v1/customers/{id}", Kind::Key),
    ("POST", "/api/v1/customers/{id}/confirm-tenant", Kind::Record),
    ("POST", "/api/v1/customers/{id}/kill-switch", Kind::Key),
    ("GET", "/api/v1/connections/{id}", Kind::Record),
    ("POST", "/api/v1/connections/{id}/disconnect", Kind::Record),
    ("GET", "/api/v1/apps", Kind::List),
    ("GET", "/api/v1/apps/{id}", Kind::Record),
    ("GET", "/api/v1/apps/{id}/certificate.pem", Kind::Record),
    ("POST", "/api/v1/apps/{id}/check", Kind::Record),
    ("POST", "/api/v1/apps/{id}/update-configuration", Kind::Record),
    ("POST", "/api/v1/apps/{id}/remove", Kind::Key),
    ("POST", "/api/v1/apps/{id}/undo", Kind::Record),
    ("GET", "/api/v1/certificates", Kind::List),
    ("GET", "/api/v1/notices", Kind::List),
    ("POST", "/api/v1/notices/{id}/resolve", Kind::Record),
    ("GET", "/api/v1/channels", Kind::List),
    ("POST", "/api/v1/channels", Kind::Keys),
    ("GET", "/api/v1/channels/{id}", Kind::Record),
    ("PUT", "/api/v1/channels/{id}", Kind::Key),
    ("POST", "/api/v1/channels/{id}/remove", Kind::Key),
    ("POST", "/api/v1/channels/{id}/rotate-secret", Kind::Key),
    ("POST", "/api/v1/channels/{id}/test", Kind::Record),
    ("GET", "/api/v1/channels/{id}/deliveries", Kind::Record),
    ("POST", "/api/v1/channels/{id}/replay", Kind::Record),
    ("POST", "/api/v1/deliveries/{id}/replay", Kind::Record),
    ("GET", "/api/v1/backup-sets", Kind::List),
    ("PUT", "/api/v1/backup-sets", Kind::List),
    ("GET", "/api/v1/backup-sets/counts", Kind::List),
    ("GET", "/api/v1/backup-sets/changes", Kind::List),
    ("GET", "/api/v1/backup-sets/{id}", Kind::Record),
    ("POST", "/api/v1/backup-sets/{id}/split", Kind::Record),
    ("POST", "/api/v1/backup-sets/{id}/job-token", Kind::Job),
    ("GET", "/api/v1/restores", Kind::List),
    ("POST", "/api/v1/restores", Kind::Body),
    ("POST", "/api/v1/restores/{id}/close", Kind::Record),
    ("POST", "/api/v1/imports", Kind::List),
    ("GET", "/api/v1/imports/{id}", Kind::Record),
    ("POST", "/api/v1/imports/{id}/confirm", Kind::Record),
    ("POST", "/api/v1/authorizations/preview", Kind::Body),
    ("GET", "/api/v1/authorizations", Kind::List),
    ("POST", "/api/v1/authorizations", Kind::Body),
    ("GET", "/api/v1/authorizations/{id}", Kind::Record),
    ("POST", "/api/v1/authorizations/{id}/cancel", Kind::Record),
    ("POST", "/api/v1/authorizations/{id}/connect-link", Kind::Record),
    ("POST", "/api/v1/authorizations/{id}/own-app", Kind::Record),
    ("POST", "/api/v1/authorizations/{id}/sign-ins/{sign_in}/save", Kind::Record),
    ("GET", "/api/v1/authorizations/{id}/live", Kind::Record),
    ("POST", "/api/v1/waves/preview", Kind::Body),
    ("GET", "/api/v1/waves", Kind::List),
    ("POST", "/api/v1/waves", Kind::Body),
    ("GET", "/api/v1/waves/{id}", Kind::Record),
    ("GET", "/api/v1/waves/{id}/items", Kind::Record),
    ("POST", "/api/v1/waves/{id}/pause", Kind::Record),
    ("POST", "/api/v1/waves/{id}/resume", Kind::Record),
    ("POST", "/api/v1/waves/{id}/retry-failed", Kind::Record),
    ("POST", "/api/v1/waves/{id}/cancel", Kind::Record),
    ("POST", "/api/v1/waves/{id}/invitations", Kind::Record),
    ("GET", "/api/v1/waves/{id}/live", Kind::Record),
    ("GET", "/api/v1/retirements", Kind::List),
    ("GET", "/api/v1/connect", Kind::Connect),
    ("POST", "/api/v1/connect/attempts", Kind::Connect),
    ("POST", "/api/v1/connect/save", Kind::Connect),
    ("POST", "/api/v1/connect/continue", Kind::Connect),
    ("POST", "/api/v1/connect/failure", Kind::Connect),
    ("GET", "/api/v1/connect/live", Kind::Connect),
    ("POST", "/api/v1/customers/{id}/contact", Kind::Record),
    ("POST", "/api/v1/customers/{id}/name", Kind::Record),
    ("POST", "/api/v1/customers/{id}/page-link", Kind::Record),
    ("POST", "/api/v1/customers/{id}/page-link/revoke", Kind::Record),
    ("GET", "/api/v1/customer-page", Kind::Connect),
    ("POST", "/api/v1/customer-page/removal", Kind::Connect),
    ("POST", "/api/v1/authorizations/{id}/invitations", Kind::Record),
    ("GET", "/api/v1/invitations", Kind::List),
    ("POST", "/api/v1/invitations/{id}/revoke", Kind::Record),
    ("GET", "/api/v1/members", Kind::List),
    ("POST", "/api/v1/members/{id}", Kind::Key),
    ("POST", "/api/v1/members/{id}/remove", Kind::Key),
    ("GET", "/api/v1/member-invitations", Kind::List),
    ("POST", "/api/v1/member-invitations", Kind::Keys),
    ("POST", "/api/v1/member-invitations/{id}/revoke", Kind::Key),
    ("POST", "/api/v1/member-invitations/{id}/confirm", Kind::Key),
    ("POST", "/api/v1/member-invitations/open", Kind::Public),
    ("POST", "/api/v1/member-invitations/claim", Kind::Public),
    ("GET", "/api/v1/audit", Kind::List),
    ("GET", "/api/v1/audit/export", Kind::List),
    ("GET", "/api/v1/exposure", Kind::Record),
    ("GET", "/api/v1/support-bundle", Kind::Session),
    ("GET", "/api/v1/embed-origins", Kind::List),
    ("POST", "/api/v1/embed-origins", Kind::Keys),
    ("POST", "/api/v1/embed-origins/{id}/remove", Kind::Key),
    ("POST", "/api/v1/embed-sessions", Kind::Body),
    ("POST", "/api/v1/embed-sessions/{id}/end", Kind::Record),
    ("GET", "/api/v1/embed", Kind::Connect),
    ("GET", "/api/v1/embed/live", Kind::Connect),
    ("POST", "/api/v1/embed/popups", Kind::Connect),
    ("POST", "/api/v1/embed/popups/{id}/confirm", Kind::Connect),
    ("GET", "/api/v1/embed/check/{organization}", Kind::Public),
    ("POST", "/api/v1/connect/popup", Kind::Connect),
    ("POST", "/api/v1/connect/popup/tie", Kind::Connect),
    ("GET", "/api/v1/api-keys", Kind::Keys),
    ("POST", "/api/v1/api-keys", Kind::Keys),
];
const KEY_ROW: (&str, &str, Kind) = ("POST", "/api/v1/api-keys/{id}/revoke", Kind::Key);

pub fn rows() -> impl Iterator<Item = (&'static str, &'static str, Kind)> {
    ROWS.into_iter().chain([KEY_ROW])
}

/// One record of each kind, all of the first organization.
pub struct Records {
    pub customer: String,
    set: String,
    import: String,
    restore: String,
    app: String,
    connection: String,
    notice: String,
    channel: String,
    delivery: String,
    authorization: String,
    sign_in: String,
    key: String,
    tenant: String,
    invitation: String,
    member: String,
    member_invitation: String,
    wave: String,
    embed_origin: String,
    embed_session: String,
    popup: String,
}

impl Records {
    pub async fn make(app: &TestApp) -> Self {
        let import = app.import_sample().await;
        let road = app.connect_account(&["CON-001"], "backup@contoso.com").await;
        let open: AuthorizationView = app.authorize(&["CON-002"]).await;
        let made: ApiKeyCreated = app.member().await.post("/api/v1/api-keys", &json!({ "name": "x" })).await.ok();
        let customer = app.customer("Contoso Ltd").await;
        drop(road);
        let body = json!({ "customer": customer.id, "reason": "A test", "hours": 24 });
        let restore: Value = app.member().await.post("/api/v1/restores", &body).await.ok();
        let body = json!({ "name": "First wave", "selection": { "backup_sets": app.ids(&["CON-004"]).await } });
        let wave: Value = app.key().post("/api/v1/waves", &body).await.ok();
        let planted = app.plant_renewing_app("Fabrikam Inc.", Validity::TwoYears).await;
        let path = format!("/api/v1/authorizations/{}/invitations", open.id);
        let invited: Value = app.key().post(&path, &json!({})).await.ok();
        let body = json!({ "role": "auditor", "note": "Contoso's auditor" });
        let joining: Value = app.member().await.post("/api/v1/member-invitations", &body).await.ok();
        let members: Value = app.member().await.get("/api/v1/members").await.ok();
        // Before there is a channel, so that nothing is on its way while the rows are compared.
        let notice = notice(app, customer.id).await;
        let body = json!({ "kind": "webhook", "address": "https://hooks.example.com/contoso" });
        let channel: Value = app.member().await.post("/api/v1/channels", &body).await.ok();
        let delivery = delivery(app, channel["channel"]["id"].as_str().unwrap()).await;
        let console = app.register_origin(CONSOLE).await;
        let sets = app.ids(&["CON-006"]).await;
        let embedded = app.embed_session(&json!({ "backup_sets": sets })).await;
        let window = app.announce(&embedded.secret).await;
        Self {
            app: planted.id.to_string(),
            connection: customer.connections[0].id.to_string(),
            notice,
            channel: channel["channel"]["id"].as_str().unwrap().to_owned(),
            delivery,
            customer: customer.id.to_string(),
            set: app.set("CON-003").await.id.to_string(),
            import: import.id.to_string(),
            restore: restore["id"].as_str().unwrap().to_owned(),
            authorization: open.id.to_string(),
            sign_in: open.sign_ins[0].id.to_string(),
            key: made.key.id.to_string(),
            tenant: customer.tenant.to_string(),
            invitation: invited["invitation"]["id"].as_str().unwrap().to_owned(),
            member: members[0]["id"].as_str().unwrap().to_owned(),
            member_invitation: joining["invitation"]["id"].as_str().unwrap().to_owned(),
            wave: wave["id"].as_str().unwrap().to_owned(),
            embed_origin: console.id.to_string(),
            embed_session: embedded.id.to_string(),
            popup: window.opened.id.to_string(),
        }
    }

    /// The address of the record, or the same with an id that nothing has.
    fn address(&self, path: &str, exists: bool) -> String {
        let absent = uuid::Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001).to_string();
        if path == "/api/v1/exposure" {
            return format!("{path}?subject=app:{}", if exists { &self.app } else { &absent });
        }
        let id = match path.split('/').nth(3) {
            Some("customers") => &self.customer,
            Some("backup-sets") => &self.set,
            Some("imports") => &self.import,
            Some("restores") => &self.restore,
            Some("apps") => &self.app,
            Some("connections") => &self.connection,
            Some("notices") => &self.notice,
            Some("channels") => &self.channel,
            Some("deliveries") => &self.delivery,
            Some("api-keys") => &self.key,
            Some("invitations") => &self.invitation,
            Some("members") => &self.member,
            Some("member-invitations") => &self.member_invitation,
            Some("waves") => &self.wave,
            Some("embed-origins") => &self.embed_origin,
            Some("embed-sessions") => &self.embed_session,
            Some("embed") => &self.popup,
            _ => &self.authorization,
        };
        let (id, sign_in) = if exists { (id, &self.sign_in) } else { (&absent, &absent) };
        path.replace("{id}", id).replace("{sign_in}", sign_in).replace("{organization}", &absent)
    }

    /// A body that would do if the caller might.
    fn body(&self, path: &str, exists: bool) -> Value {
        match path.rsplit('/').next() {
            Some("kill-switch") => json!({ "confirm": "Contoso Ltd" }),
            Some("replay") if path.contains("channels") => json!({ "since": 0 }),
            Some("channels") => json!({ "kind": "webhook", "address": "https://hooks.example.com/new" }),
            Some("confirm-tenant") => json!({ "tenant": self.tenant }),
            Some("waves") => json!({ "name": "New", "selection": self.selection(exists) }),
            Some("preview") if path.contains("/waves/") => self.selection(exists),
            Some("preview" | "authorizations") => {
                let id = if exists { self.set.clone() } else { uuid::Uuid::from_u128(1).to_string() };
                json!({ "backup_sets": [id], "method": "hybrid" })
            }
            Some("split") => json!({ "workloads": ["calendar"], "external_id": "NEW", "name": "New" }),
            Some("job-token") => json!({ "resource": "graph", "purpose": "backup" }),
            Some("restores") => {
                let id = if exists { self.customer.clone() } else { uuid::Uuid::from_u128(1).to_string() };
                json!({ "customer": id, "reason": "x", "hours": 1 })
            }
            Some("removal") => json!({ "connection": self.app }),
            Some("name") => json!({ "name": "Another name" }),
            Some("contact") => json!({ "contact": "it@contoso.com" }),
            Some("embed-origins") => json!({ "origin": "https://new.example.com" }),
            Some("embed-sessions") => {
                let id = if exists { self.set.clone() } else { uuid::Uuid::from_u128(1).to_string() };
                json!({ "backup_sets": [id], "method": "hybrid", "origin": CONSOLE, "host_user": "eve" })
            }
            Some("popups") => json!({ "ticket": "A".repeat(43) }),
            Some("tie") => json!({ "code": "123456" }),
            Some("confirm") if path.contains("/embed/") => json!({ "challenge": "A".repeat(43) }),
            Some("confirm") if path.contains("member-") => json!({ "tenant": self.tenant, "object": self.set }),
            Some("member-invitations") => json!({ "role": "auditor", "note": "New" }),
            _ if path == "/api/v1/members/{id}" => json!({ "role": "auditor" }),
            Some("attempts") => json!({ "sign_in": self.sign_in }),
            Some("customers") => json!({ "name": "New", "tenant": "adatum.com" }),
            Some("backup-sets") if exists => json!({ "sets": [{
                "external_id": "CON-003", "name": "Taken", "customer": "Taken", "tenant": self.tenant,
                "workloads": ["tasks"],
            }] }),
            Some("api-keys") => json!({ "name": "new" }),
            _ => json!({}),
        }
    }

    fn selection(&self, exists: bool) -> Value {
        let id = if exists { self.set.clone() } else { uuid::Uuid::from_u128(1).to_string() };
        json!({ "backup_sets": [id], "aim": "hybrid" })
    }

    pub async fn call(&self, client: &Client, method: &str, path: &str, exists: bool) -> Answer {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let (kind, body) = if path == "/api/v1/imports" {
            let line = if exists { format!("CON-003,Taken,Taken,{},tasks\n", self.tenant) } else { String::new() };
            ("text/csv", format!("external_id,name,customer,tenant,workloads\n{line}"))
        } else {
            ("application/json", self.body(path, exists).to_string())
        };
        client.send(method, &self.address(path, exists), Some(kind), body).await
    }
}

/// Everything of an answer that a caller could learn from, without the request's id.
pub fn looks(answer: &Answer) -> String {
    let mut body = answer.value();
    if let Some(object) = body.as_object_mut() {
        object.remove("request_id");
    }
    let headers = answer.headers.iter().filter(|(name, _)| !matches!(name.as_str(), "date" | "request-id"));
    let headers: Vec<_> = headers.map(|(name, value)| format!("{name}: {value:?}")).collect();
    format!("{} {body} {headers:?}", answer.status)
}

/// A notice about a customer.
async fn notice(app: &TestApp, customer: shared::id::CustomerId) -> String {
    let tx = app.state.store.write(app.organization).await.unwrap();
    let (kind, subject) = (NoticeKind::Drift, customer.0);
    let (title, text) = ("Contoso Ltd".to_owned(), "A test".to_owned());
    let new = NewNotice { kind, customer: Some(customer), subject, stage: 0, title, text };
    assert!(notices::raise(&app.state, &tx, new).await.unwrap());
    let found = tx.find_notice_of(kind, subject, 0).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    found.id.to_string()
}

/// A delivery through a channel that was given up.
async fn delivery(app: &TestApp, channel: &str) -> String {
    let tx = app.state.store.write(app.organization).await.unwrap();
    let event = Event {
        id: app.state.new_id(),
        kind: EventType::Revoked,
        customer: None,
        notice: None,
        title: "Contoso Ltd".to_owned(),
        text: String::new(),
        data: "{}".to_owned(),
        created_at: app.state.now(),
    };
    let new = Delivery::new(app.state.new_id(), channel.parse().unwrap(), event.id, 0);
    let failed = Delivery { state: DeliveryState::Failed, ..new };
    tx.add_events(&[event]).await.unwrap();
    tx.add_deliveries(std::slice::from_ref(&failed)).await.unwrap();
    tx.commit().await.unwrap();
    failed.id.to_string()
}

/// Whether an answer holds something of the records that the caller did not say.
pub fn mentions(answer: &Answer, records: &Records) -> bool {
    let text = answer.text();
    text.contains("Contoso") || text.contains("CON-0") || mentions_ids(answer, records)
}

/// The same for whoever sent a name.
pub fn mentions_ids(answer: &Answer, records: &Records) -> bool {
    let text = answer.text();
    let own = [
        &records.customer,
        &records.set,
        &records.import,
        &records.restore,
        &records.app,
        &records.connection,
        &records.notice,
        &records.channel,
        &records.delivery,
        &records.authorization,
        &records.sign_in,
        &records.key,
        &records.invitation,
        &records.member,
        &records.member_invitation,
        &records.wave,
        &records.embed_origin,
        &records.embed_session,
        &records.popup,
    ];
    own.iter().any(|id| text.contains(id.as_str()))
}

async fn m2_every_route_by_everybody_who_may_not(app: TestApp) {
    let description: Value = app.anonymous().get("/api/openapi.json").await.ok();
    let mut described = BTreeSet::new();
    for (path, methods) in description["paths"].as_object().unwrap() {
        described.extend(methods.as_object().unwrap().keys().map(|method| (method.to_uppercase(), path.clone())));
    }
    let known: BTreeSet<_> = rows().map(|(method, path, _)| (method.to_owned(), path.to_owned())).collect();
    assert_eq!(described, known, "each route has its row, and each row its route");

    let records = Records::make(&app).await;
    let neighbour = app.neighbour().await;
    let foreign_member = app.session(&app.sign_in(OUTSIDER).await);
    let foreign_key = app.with_key(&neighbour.key.secret);
    let member = app.session(&app.sign_in(OWNER).await);
    let revoked: ApiKeyCreated = member.post("/api/v1/api-keys", &json!({ "name": "revoked" })).await.ok();
    let path = format!("/api/v1/api-keys/{}/revoke", revoked.key.id);
    member.post(&path, &json!({})).await.ok::<Value>();
    let ended_cookie = app.sign_in(OWNER).await;
    assert_eq!(app.session(&ended_cookie).delete("/api/v1/session").await.status, 204);
    let nobody = [
        ("anonymous", app.page()),
        ("a revoked key", app.with_key(&revoked.secret)),
        ("an ended session", app.session(&ended_cookie)),
    ];
    // A portal that was looked at is not a change: its clock's minute is stored first.
    foreign_member.get("/api/v1/session").await;
    foreign_key.get("/api/v1/overview").await;
    let before = app.dump().await;

    for (method, path, kind) in rows() {
        if kind == Kind::Public {
            continue;
        }
        for (who, client) in &nobody {
            let answer = records.call(client, method, path, true).await;
            let (status, code) = if kind == Kind::Connect { (404, "not_found") } else { (401, "unauthenticated") };
            let what = format!("{method} {path} by {who}: {}", answer.text());
            assert_eq!((answer.status, answer.value()["code"].as_str()), (status, Some(code)), "{what}");
            // Whether it is there makes no difference.
            assert_eq!(looks(&answer), looks(&records.call(client, method, path, false).await), "{what}");
        }
        if !matches!(kind, Kind::Record | Kind::Body | Kind::Key | Kind::Job) {
            continue;
        }
        for (who, client) in [("a foreign member", &foreign_member), ("a foreign key", &foreign_key)] {
            let there = records.call(client, method, path, true).await;
            let absent = records.call(client, method, path, false).await;
            let what = format!("{method} {path} by {who}: {}", there.text());
            assert_eq!(looks(&there), looks(&absent), "{what}");
            assert!(there.status >= 400 && !mentions(&there, &records), "{what}");
            let found_nothing = match kind {
                Kind::Record => true,
                Kind::Key => who == "a foreign member",
                Kind::Job => who == "a foreign key",
                _ => false,
            };
            if found_nothing {
                assert_eq!(there.status, 404, "{what}");
            }
        }
    }
    assert_same(&before, &app.dump().await);
    // The rows are right: whoever may, gets further.
    for (method, path, kind) in rows().filter(|(method, _, kind)| *method == "GET" && *kind != Kind::Connect) {
        if path.ends_with("/live") {
            continue;
        }
        let client = if matches!(kind, Kind::Session | Kind::Keys) { &member } else { &app.key() };
        let answer = records.call(client, method, path, true).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    }
}

async fn m1_lists_hold_only_what_is_ones_own(app: TestApp) {
    let records = Records::make(&app).await;
    let neighbour = app.neighbour().await;
    let foreign_member = app.session(&app.sign_in(OUTSIDER).await);
    let foreign_key = app.with_key(&neighbour.key.secret);
    for (method, path, kind) in rows() {
        if method != "GET" || !matches!(kind, Kind::List | Kind::Session | Kind::Keys) {
            continue;
        }
        for client in [&foreign_member, &foreign_key] {
            let answer = records.call(client, method, path, true).await;
            assert!(!mentions(&answer, &records), "{path}: {}", answer.text());
        }
        let answer = records.call(&foreign_member, method, path, true).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    }
    let set = json!({ "sets": [{
        "external_id": "CON-003", "name": "Mine", "customer": "Mine", "tenant": records.tenant, "workloads": ["tasks"],
    }] });
    // The same external id and the same tenant in two organizations are two records.
    foreign_key.put("/api/v1/backup-sets", &set).await.ok::<Value>();
    assert_eq!(app.set("CON-003").await.id.to_string(), records.set);
    assert_ne!(app.set("CON-003").await.name, "Mine");
    // Cursors of one organization lead another nowhere.
    let page: Value = app.key().get("/api/v1/customers?limit=1").await.ok();
    let next = page["next"].as_str().unwrap();
    let answer = foreign_key.get(&format!("/api/v1/customers?limit=10&cursor={next}")).await;
    assert!(!answer.text().contains("Fabrikam") && !answer.text().contains("Adatum"), "{}", answer.text());
    // A connection of one organization is no connection of the other, even for the same account.
    let body = json!({ "tenant": records.tenant });
    let mine: Value = foreign_key.get("/api/v1/customers").await.ok();
    let id = mine["items"][0]["id"].as_str().unwrap();
    foreign_key.post(&format!("/api/v1/customers/{id}/confirm-tenant"), &body).await.ok::<Value>();
    let set = json!({ "sets": [{
        "external_id": "M-1", "name": "Mine", "customer": "Mine", "tenant": records.tenant,
        "account": "backup@contoso.com", "workloads": ["exchange"], "client_version": "9.1.0.0",
    }] });
    foreign_key.put("/api/v1/backup-sets", &set).await.ok::<Value>();
    let sets: Value = foreign_key.get("/api/v1/backup-sets").await.ok();
    let found = sets["items"].as_array().unwrap();
    let id = &found.iter().find(|set| set["external_id"] == "M-1").expect("the set")["id"];
    let body = json!({ "backup_sets": [id], "method": "hybrid" });
    let shown: Value = foreign_key.post("/api/v1/authorizations/preview", &body).await.ok();
    assert_eq!(shown["sign_ins"][0]["already_connected"], false, "{shown}");
    // A link of one organization opens nothing for a member of another, and a secret needs no member at all.
    let made = app.authorize(&["CON-005"]).await;
    let link = app.link(made.id).await;
    let view: ConnectView = foreign_member.with("rekey-connect", &link).get("/api/v1/connect").await.ok();
    assert_eq!(view.organization, "Northwind Managed IT");
}
