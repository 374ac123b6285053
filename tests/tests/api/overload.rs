//! How much goes on at once: live views of one holder, lists of one organization, requests (R2).

use futures::{StreamExt, channel::mpsc};
use rekey_tests::{
    app::{Backend, Setup, TestApp, client::Answer, eventually},
    app_on_both,
};
use reqwest::{Body, Method};
use serde_json::json;
use server::http::limits::LimitsConfig;
use shared::api::{
    authorizations::AuthorizationView,
    connect::ConnectView,
    imports::{ConfirmImport, ImportView},
    session::Meta,
};

app_on_both! {
    r2_the_oldest_of_too_many_previews_makes_room,
}

const HEADER: &str = "external_id,name,customer,tenant,account,workloads\n";
const LINE: &str = "A-1,Mail,Contoso,contoso.com,a@contoso.com,exchange\n";

async fn start(limits: LimitsConfig) -> TestApp {
    TestApp::start_with(Setup { limits, ..Setup::new(Backend::Sqlite) }).await
}

/// A body that is sent piece by piece, by the test.
fn slow_body() -> (mpsc::UnboundedSender<String>, Body) {
    let (sender, pieces) = mpsc::unbounded();
    (sender, Body::wrap_stream(pieces.map(Ok::<_, std::convert::Infallible>)))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r2_a_session_or_link_holds_so_many_live_views_and_a_key_more() {
    let app = start(LimitsConfig { streams_each: 2, ..LimitsConfig::default() }).await;
    app.import_sample().await;
    let id = app.authorize(&["CON-001"]).await.id;
    let (member, link) = (app.member().await, app.link(id).await);
    let path = format!("/api/v1/authorizations/{id}/live");
    let first = member.live(&path).await;
    let _second = member.live(&path).await;
    let refused = member.get(&path).await;
    refused.refused(429, "too_many_streams");
    assert_eq!(refused.header("retry-after"), Some("15"));
    // Others are not touched.
    let connect = app.connect(&link);
    let mut views = [connect.live("/api/v1/connect/live").await, connect.live("/api/v1/connect/live").await];
    connect.get("/api/v1/connect/live").await.refused(429, "too_many_streams");
    views[0].next::<ConnectView>().await.expect("a snapshot");
    let mut keyed = Vec::new();
    for _ in 0..5 {
        keyed.push(app.key().live(&path).await);
    }
    // What is closed makes room.
    drop(first);
    eventually("there is a place again", async || member.try_live(&path).await.is_ok()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r2_all_live_views_together_are_bounded() {
    let app = start(LimitsConfig { streams: 3, streams_of_key: 3, ..LimitsConfig::default() }).await;
    app.import_sample().await;
    let path = format!("/api/v1/authorizations/{}/live", app.authorize(&["CON-001"]).await.id);
    let mut open = Vec::new();
    for _ in 0..3 {
        open.push(app.key().live(&path).await);
    }
    app.member().await.get(&path).await.refused(429, "too_many_streams");
    open[0].next::<AuthorizationView>().await.expect("those that are open go on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r2_an_organization_uploads_one_list_at_a_time() {
    let app = start(LimitsConfig { uploads: 2, ..LimitsConfig::default() }).await;
    let (sender, body) = slow_body();
    sender.unbounded_send(HEADER.to_owned()).unwrap();
    let key = app.key();
    let running = tokio::spawn(async move { key.send(Method::POST, "/api/v1/imports", Some("text/csv"), body).await });
    let upload = async || app.key().upload_csv("/api/v1/imports", format!("{HEADER}{LINE}")).await;
    let mut refused: Option<Answer> = None;
    eventually("a second list is refused", async || {
        let answer = upload().await;
        let is_refused = answer.status != 200;
        refused = Some(answer);
        is_refused
    })
    .await;
    let refused = refused.unwrap();
    refused.refused(429, "import_running");
    assert_eq!(refused.header("retry-after"), Some("5"));
    // Another organization is not touched.
    let neighbour = app.with_key(&app.neighbour().await.key.secret);
    neighbour.upload_csv("/api/v1/imports", format!("{HEADER}{LINE}")).await.ok::<ImportView>();
    sender.unbounded_send(LINE.to_owned()).unwrap();
    drop(sender);
    let view: ImportView = running.await.unwrap().ok();
    assert_eq!(view.new, 1);
    upload().await.ok::<ImportView>();
}

async fn r2_the_oldest_of_too_many_previews_makes_room(app: TestApp) {
    let neighbour = app.with_key(&app.neighbour().await.key.secret);
    let theirs: ImportView = neighbour.upload_csv("/api/v1/imports", format!("{HEADER}{LINE}")).await.ok();
    let mut views: Vec<ImportView> = Vec::new();
    for _ in 0..11 {
        views.push(app.key().upload_csv("/api/v1/imports", format!("{HEADER}{LINE}")).await.ok());
    }
    let state = async |view: &ImportView| app.key().get(&format!("/api/v1/imports/{}", view.id)).await.status;
    assert_eq!((state(&views[0]).await, state(&views[1]).await, state(&views[10]).await), (404, 200, 200));
    let confirm = format!("/api/v1/imports/{}/confirm", views[1].id);
    app.key().post(&confirm, &ConfirmImport { leave_out_bad_lines: false }).await.ok::<ImportView>();
    // What is confirmed stays, and is not one of the ten.
    for _ in 0..10 {
        app.key().upload_csv("/api/v1/imports", format!("{HEADER}{LINE}")).await.ok::<ImportView>();
    }
    assert_eq!(state(&views[1]).await, 200);
    assert_eq!(neighbour.get(&format!("/api/v1/imports/{}", theirs.id)).await.status, 200);
}

/// R2: what comes beyond is refused at once; health always answers, and live views and slow senders keep nobody out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r2_requests_beyond_the_bound_are_refused_at_once() {
    let app = start(LimitsConfig { requests: 1, ..LimitsConfig::default() }).await;
    app.import_sample().await;
    let path = format!("/api/v1/authorizations/{}/live", app.authorize(&["CON-001"]).await.id);
    let mut live = app.key().live(&path).await;
    live.next::<AuthorizationView>().await.expect("a snapshot");
    let meta = async || app.anonymous().get("/api/v1/meta").await;
    meta().await.ok::<Meta>();
    // A JSON body that does not come.
    let (sender, body) = slow_body();
    let page = app.page();
    let slow =
        tokio::spawn(async move { page.send(Method::POST, "/api/v1/session", Some("application/json"), body).await });
    sender.unbounded_send("{".to_owned()).unwrap();
    for _ in 0..20 {
        assert_eq!(meta().await.status, 200);
    }
    drop(sender);
    slow.await.unwrap().refused(422, "field_invalid");
    // A list is read within its request.
    let (sender, body) = slow_body();
    let key = app.key();
    let upload = tokio::spawn(async move { key.send(Method::POST, "/api/v1/imports", Some("text/csv"), body).await });
    sender.unbounded_send(HEADER.to_owned()).unwrap();
    eventually("there is no seat", async || meta().await.status == 503).await;
    let refused = meta().await;
    refused.refused(503, "busy");
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert_eq!(refused.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(refused.header("cache-control"), Some("no-store"));
    assert_eq!(app.anonymous().get("/health/ready").await.status, 200);
    sender.unbounded_send(LINE.to_owned()).unwrap();
    drop(sender);
    upload.await.unwrap().ok::<ImportView>();
    meta().await.ok::<Meta>();
    app.key().post(&path.replace("/live", "/cancel"), &json!({})).await.ok::<AuthorizationView>();
    live.next::<AuthorizationView>().await.expect("the change shows");
}
