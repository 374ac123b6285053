//! The main road: from a list to hybrid.

use rekey_tests::app::{Backend, TestApp};
use shared::{api::customers::ConnectionState, method::Method};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whole() {
    let mut app = TestApp::start(Backend::Sqlite).await;
    app.import_sample().await;
    app.connect_account(&["CON-001", "CON-005"], "backup@contoso.com").await;
    assert_eq!(app.set("CON-001").await.method, Method::Hybrid);
    app.restart().await;
    assert_eq!(app.customer("Contoso Ltd").await.connections[0].state, ConnectionState::Working);
    app.member().await.get("/api/v1/session").await.ok::<serde_json::Value>();
    app.stop().await;
}
