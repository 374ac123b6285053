//! B-15, E10: *Update configuration* from its beginning to the last trace of the key before, with an administrator; jobs run on.

use super::{CONTOSO, GRAPH, granted, is_whole, only, prepare};
use crate::api::jobs::{BACKUP, ask};
use rekey_tests::{
    app::{TestApp, eventually, set_up::ADMINISTRATOR},
    app_on_both,
};
use serde_json::{Value, json};
use server::{
    microsoft::grants::app::TokenResource,
    services::certificates,
    store::{apps::App, certificates::Certificate},
};
use shared::{
    api::{
        apps::{AppCheck, AppView, CertificateState},
        authorizations::{AuthorizationView, SignInState},
        connect::ConnectView,
        job_tokens::JobToken,
        notices::{NoticeKind, NoticeView},
        page::Page,
    },
    id::TenantId,
    rules::scopes::Purpose,
    time::Timestamp,
};
use std::sync::atomic::{AtomicBool, Ordering};
use uuid::Uuid;

app_on_both! {
    b15_e10_an_update_replaces_the_key_a_day_later_and_no_job_notices,
}

const DAY: i64 = 24 * 3600;

/// A token that Microsoft gives now; what this node remembers does not count.
async fn job(app: &TestApp, set: &str) {
    app.state.job_tokens.clear();
    ask(app, set, BACKUP).await.ok::<JobToken>();
}

/// The stored record and its certificates, newest first.
async fn stored(app: &TestApp) -> (App, Vec<Certificate>) {
    let tx = app.state.store.read(app.organization).await.expect("a transaction");
    let record = tx.find_app_of(TenantId(CONTOSO), Purpose::Backup).await.expect("an answer").expect("the app");
    let all = tx.list_certificates(&[record.id]).await.expect("certificates");
    (record, all)
}

/// The ids of the keys on the application at Microsoft.
fn keys(app: &TestApp) -> Vec<Uuid> {
    let mut keys: Vec<_> = only(app).keys.iter().map(|key| key.key_id).collect();
    keys.sort();
    keys
}

/// What was said about the end of a certificate.
async fn reminders(app: &TestApp, all: bool) -> Vec<NoticeView> {
    let page: Page<NoticeView> = app.key().get(&format!("/api/v1/notices?all={all}&limit=200")).await.ok();
    page.items.into_iter().filter(|one| one.kind == NoticeKind::CertificateEnds).collect()
}

/// Moves the clock, and waits until the worker has begun all that was due by then.
async fn move_to(app: &TestApp, time: Timestamp) {
    app.advance(time.since(app.state.now()));
    let due = format!("SELECT COUNT(*) FROM work WHERE due <= {}", app.state.clock.now_millis());
    let raw = app.database.intruder().await;
    eventually("what was due is in hand", async || raw.number(&due).await == 0).await;
}

/// An administrator signs in and saves, while one job after the other asks Microsoft for a token. Gives how many did.
async fn update_beside_jobs(app: &TestApp, made: &AppView) -> (ConnectView, usize) {
    let path = format!("/api/v1/apps/{}/update-configuration", made.id);
    let update: AuthorizationView = app.key().post(&path, &json!({})).await.ok();
    let before = app.administrator_before_save(update, ADMINISTRATOR).await;
    let over = AtomicBool::new(false);
    let jobs = async {
        let mut asked = 0;
        while !over.load(Ordering::SeqCst) {
            job(app, "CON-015").await;
            asked += 1;
        }
        asked
    };
    let saving = async {
        let view = app.save_and_settle(&before).await;
        over.store(true, Ordering::SeqCst);
        view
    };
    futures::join!(saving, jobs)
}

/// The end of the certificate was said, and somebody took a permission away. One sign-in puts all of it right.
async fn b15_e10_an_update_replaces_the_key_a_day_later_and_no_job_notices(app: TestApp) {
    prepare(&app).await;
    app.set_up(&["CON-015", "CON-007"]).await;
    job(&app, "CON-015").await;
    let made = app.app(Purpose::Backup).await;
    let (record, before) = stored(&app).await;
    let old = before.into_iter().next().expect("a certificate");
    move_to(&app, old.not_after.plus(-90 * DAY + 60)).await;
    eventually("a reminder", async || !reminders(&app, false).await.is_empty()).await;
    let said = reminders(&app, false).await;
    assert_eq!(said.iter().map(|one| (one.subject, one.stage)).collect::<Vec<_>>(), [(old.id.0, 90)]);
    let client = made.client_id.expect("a client id").0;
    assert!(app.emulator.remove_role(CONTOSO, client, GRAPH, "Sites.Read.All"));
    let check = format!("/api/v1/apps/{}/check", made.id);
    assert_eq!(app.key().post(&check, &json!({})).await.ok::<AppCheck>().missing, ["graph:Sites.Read.All"]);
    ask(&app, "CON-007", BACKUP).await.refused(409, "permissions_missing");

    // Microsoft's sign-in learns of a new key later than Graph does.
    app.emulator.set_switches(|switches| switches.token_delay_seconds = 2);
    let began = app.state.now();
    let (view, asked) = update_beside_jobs(&app, &made).await;
    assert_eq!(view.sign_in.state, SignInState::Done, "{:?} {:?}", view.sign_in.problem, view.sign_in.steps);
    assert!(asked > 5, "{asked} jobs asked meanwhile");

    // A new thumbprint in the store and another key on the app, beside the one before; the same app, whole again.
    let (now, all) = stored(&app).await;
    let [new, previous] = all.as_slice() else { panic!("{all:?}") };
    assert_eq!((now.id, now.object, now.client_id), (record.id, record.object, record.client_id));
    assert_eq!((new.state, previous.state), (CertificateState::Current, CertificateState::Previous));
    assert_eq!((&previous.thumbprint, new.thumbprint != old.thumbprint), (&old.thumbprint, true));
    let mut both = [new.key_id.expect("its key"), old.key_id.expect("its key")];
    both.sort();
    assert_eq!(keys(&app), both);
    let held: Vec<_> = granted(&app, client).into_iter().collect();
    assert_eq!(held.len(), made.permissions.len());
    let seen: AppCheck = app.key().post(&check, &json!({})).await.ok();
    assert_eq!((seen.missing.len(), seen.extra.len()), (0, 0));
    job(&app, "CON-007").await;
    // What was said is settled, the drift as well.
    let open: Page<NoticeView> = app.key().get("/api/v1/notices").await.ok();
    assert_eq!(open.items, []);

    // The key before goes a day after the new one yielded a token: not earlier, and by the app itself.
    let (proved, due) = (new.proved_at.expect("a proof"), previous.remove_at.expect("a day"));
    assert!(proved >= began && due.since(proved) == DAY, "{}", due.since(proved));
    app.emulator.clear_requests();
    move_to(&app, due.plus(-300)).await;
    let planned = format!("SELECT COUNT(*) FROM work WHERE kind = 'remove_key' AND due >= {}", due.0 * 1000);
    assert_eq!(app.database.intruder().await.number(&planned).await, 1, "nobody has begun with it");
    assert_eq!(keys(&app), both, "both for a day");
    job(&app, "CON-015").await;
    move_to(&app, due.plus(1)).await;
    eventually("one key", async || keys(&app) == [new.key_id.expect("its key")]).await;
    let taken = app.emulator.requests().into_iter().filter(|one| one.path.ends_with("/removeKey"));
    let taken: Vec<_> = taken.map(|one| one.at_millis >= due.0 * 1000).collect();
    assert_eq!(taken, [true], "once, and not before its time");
    eventually("a forgotten key", async || {
        let (_, all) = stored(&app).await;
        all[1].state == CertificateState::Removed && all[1].private_key.is_none()
    })
    .await;
    // Whoever has a copy of the key before gets nothing by it any more.
    let copied = certificates::token(&app.state, app.organization, &now, &old, &TokenResource::Graph).await;
    assert_eq!(copied.expect("a key that opens").expect_err("no token").aadsts(), Some(700_027));
    for set in ["CON-015", "CON-007"] {
        job(&app, set).await;
    }
    is_whole(&app).await;

    // Nobody is reminded of the certificate that is gone.
    for stage in [60, 30, 14, 7, 1] {
        move_to(&app, old.not_after.plus(-stage * DAY + 700)).await;
    }
    assert_eq!(reminders(&app, true).await.iter().map(|one| one.stage).collect::<Vec<_>>(), [90]);
    app.key().post(&check, &json!({})).await.ok::<Value>();
}
