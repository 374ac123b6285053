//! Restores: tokens that write, only while a member's approval is open (C4).

use super::{BACKUP, RESTORE, ask};
use rekey_tests::{app::TestApp, app_on_both};
use serde_json::json;
use shared::api::{job_tokens::JobToken, restores::RestoreView};

app_on_both! {
    c4_tokens_that_write_only_while_a_restore_is_open,
    c4_only_a_member_who_signed_in_a_moment_ago_opens_a_restore,
    c4_a_hybrid_restore_needs_what_the_holder_consented_to,
}

async fn open(app: &TestApp, hours: i64) -> RestoreView {
    let body = json!({ "customer": app.customer("Contoso Ltd").await.id, "reason": "A test", "hours": hours });
    app.member().await.post("/api/v1/restores", &body).await.ok()
}

async fn c4_tokens_that_write_only_while_a_restore_is_open(app: TestApp) {
    app.import_sample().await;
    app.plant_app(&["CON-015"]).await;
    ask(&app, "CON-015", RESTORE).await.refused(409, "restore_not_open");
    let first = open(&app, 2).await;
    assert!(first.open && first.approved_by == "Maya Lindqvist" && first.ends_at.since(first.opened_at) == 7200);
    // The app for backups never writes: without its own app there is no restore.
    ask(&app, "CON-015", RESTORE).await.refused(409, "restore_not_consented");
    app.plant_restore_app(&["CON-015"]).await;
    let token: JobToken = ask(&app, "CON-015", RESTORE).await.ok();
    assert_eq!(token.permissions, ["Mail.ReadWrite", "MailboxSettings.ReadWrite"]);
    let reading: JobToken = ask(&app, "CON-015", BACKUP).await.ok();
    assert!(reading.permissions.iter().all(|one| !one.contains("Write")), "{:?}", reading.permissions);
    // Closed: at once, though the token is in memory and good.
    let path = format!("/api/v1/restores/{}/close", first.id);
    let closed: RestoreView = app.key().post(&path, &json!({})).await.ok();
    assert!(!closed.open && closed.closed_at.is_some());
    ask(&app, "CON-015", RESTORE).await.refused(409, "restore_not_open");
    // Another one, and its time passes while the token is still good.
    open(&app, 1).await;
    app.advance(3600 - 300);
    let token: JobToken = ask(&app, "CON-015", RESTORE).await.ok();
    app.advance(301);
    assert!(token.expires_at > app.state.now());
    ask(&app, "CON-015", RESTORE).await.refused(409, "restore_not_open");
    let all: Vec<RestoreView> = app.key().get("/api/v1/restores").await.ok();
    assert!(all.len() == 2 && all.iter().all(|one| !one.open), "{all:?}");
    let events = app.dump().await["audit"].join("\n");
    assert!(events.contains("restore.opened") && events.contains("restore.closed"));
}

async fn c4_only_a_member_who_signed_in_a_moment_ago_opens_a_restore(app: TestApp) {
    app.import_sample().await;
    let customer = app.customer("Contoso Ltd").await.id;
    let body = |hours: i64, reason: &str| json!({ "customer": customer, "reason": reason, "hours": hours });
    app.key().post("/api/v1/restores", &body(1, "x")).await.refused(403, "member_needed");
    let member = app.member().await;
    for (hours, reason) in [(0, "x"), (25, "x"), (1, ""), (1, "a\u{7}b")] {
        member.post("/api/v1/restores", &body(hours, reason)).await.refused(422, "field_invalid");
    }
    let absent = json!({ "customer": uuid::Uuid::from_u128(7), "reason": "x", "hours": 1 });
    member.post("/api/v1/restores", &absent).await.refused(404, "not_found");
    app.advance(601);
    member.post("/api/v1/restores", &body(1, "x")).await.refused(403, "sign_in_stale");
}

async fn c4_a_hybrid_restore_needs_what_the_holder_consented_to(app: TestApp) {
    app.import_sample().await;
    app.connect_account(&["CON-001"], "backup@contoso.com").await;
    ask(&app, "CON-001", RESTORE).await.refused(409, "restore_not_open");
    open(&app, 1).await;
    let problem = ask(&app, "CON-001", RESTORE).await.refused(409, "restore_not_consented");
    assert!(problem.detail.contains("Mail.ReadWrite"), "{}", problem.detail);
    // A part is not enough: a restore that writes some of it back would not be one.
    app.database.intruder().await.run("UPDATE connections SET scopes = scopes || ' Mail.ReadWrite'").await;
    let problem = ask(&app, "CON-001", RESTORE).await.refused(409, "restore_not_consented");
    assert!(problem.detail.contains("consented to MailboxSettings.ReadWrite."), "{}", problem.detail);
    // Nothing was asked of Microsoft for it.
    assert_eq!(super::grants(&app, "refresh_token"), 0);
}
