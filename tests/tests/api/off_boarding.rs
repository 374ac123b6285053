//! Off-boarding: a customer's app is taken away, its absence is proved, and no older database brings it back (D8, O10).

use crate::api::jobs::{BACKUP, ask};
use emulator::{DirectoryApplication, Effect, Fault, ServicePrincipal};
use rekey_tests::{
    app::{TestApp, eventually, set_up::ADMINISTRATOR},
    app_on_both,
};
use serde_json::json;
use server::{
    audit::{self, Verdict},
    microsoft::grants::app::TokenResource,
    services::certificates,
    store::{apps::App, certificates::Certificate},
};
use shared::{
    api::{
        apps::{AppCheck, AppState, AppView, CertificateState},
        audit::AuditEntryView,
        authorizations::{AuthorizationView, SignInState, StepState, StepView},
        job_tokens::JobToken,
        notices::{NoticeKind, NoticeView},
        page::Page,
    },
    id::TenantId,
    method::Method,
    rules::scopes::Purpose,
};

app_on_both! {
    d8_o10_off_boarding_is_proved,
    d8_what_is_not_deleted_for_good_is_said,
    o10_a_restored_older_database_brings_no_app_back,
}

const CONTOSO: uuid::Uuid = uuid::uuid!("7d4f0c62-9a1e-4b58-8c3d-51e0f2a97b16");

/// The app with the certificate in use.
async fn made(app: &TestApp) -> (App, Certificate) {
    let tx = app.state.store.read(app.organization).await.unwrap();
    let record = tx.find_app_of(TenantId(CONTOSO), Purpose::Backup).await.unwrap().expect("an app");
    let certificate = tx.find_current_certificate(record.id).await.unwrap().expect("a certificate");
    (record, certificate)
}

/// What Microsoft answers to the app's own certificate: its number, or nothing where it gives a token.
async fn answer(app: &TestApp, record: &App, certificate: &Certificate) -> Option<u32> {
    let resource = TokenResource::Graph;
    let token = certificates::token(&app.state, app.organization, record, certificate, &resource).await.unwrap();
    token.err().map(|error| error.aadsts().expect("Microsoft's number"))
}

/// An administrator removes the app of Contoso. Gives the steps.
async fn remove(app: &TestApp, made: &AppView) -> Vec<StepView> {
    let path = format!("/api/v1/apps/{}/remove", made.id);
    app.key().post(&path, &json!({})).await.refused(403, "member_needed");
    let removal: AuthorizationView = app.member().await.post(&path, &json!({})).await.ok();
    let before = app.administrator_before_save(removal, ADMINISTRATOR).await;
    let view = app.save_and_settle(&before).await;
    assert_eq!(view.sign_in.state, SignInState::Done, "{:?} {:?}", view.sign_in.problem, view.sign_in.steps);
    assert!(view.sign_in.steps.iter().all(|step| step.state == StepState::Done), "{:?}", view.sign_in.steps);
    view.sign_in.steps
}

/// What the step about the deletion says beside its title.
fn said(steps: &[StepView]) -> Option<&str> {
    steps.iter().find(|step| step.code == "removed_backup").expect("the step").detail.as_deref()
}

/// The one audit entry of a removal.
async fn entry(app: &TestApp) -> AuditEntryView {
    let entries: Page<AuditEntryView> = app.key().get("/api/v1/audit?limit=200").await.ok();
    let mut removed: Vec<_> = entries.items.into_iter().filter(|entry| entry.event == "app.removed").collect();
    assert_eq!(removed.len(), 1, "{removed:?}");
    removed.remove(0)
}

/// Contoso's applications that Rekey made for backups, the deleted ones included.
fn there(app: &TestApp) -> Vec<DirectoryApplication> {
    let all = app.emulator.directory_applications(CONTOSO);
    all.into_iter().filter(|one| one.display_name == "Rekey Backup").collect()
}

/// The service principals of an app that Microsoft can still bring back, or that live.
fn principals(app: &TestApp, record: &App) -> Vec<ServicePrincipal> {
    let mut all = app.emulator.service_principals();
    all.retain(|one| one.tid == CONTOSO && Some(one.app_id) == record.client_id.map(|id| id.0));
    all
}

/// The heads that were published so far.
fn heads(app: &TestApp) -> Vec<(i64, Vec<u8>)> {
    let text = std::fs::read_to_string(app.audit_heads()).unwrap_or_default();
    audit::read_heads(&text, app.organization)
}

/// Whether the audit log is what was published.
async fn is_whole(app: &TestApp) -> bool {
    let verdict = audit::verify(&app.state.store, &app.state.keyring, app.organization, &heads(app)).await;
    matches!(verdict.expect("a log"), Verdict::Whole { .. })
}

/// An administrator removes the app; its own certificate is refused, its keys are forgotten, and a signed record stays.
async fn d8_o10_off_boarding_is_proved(app: TestApp) {
    app.import_sample().await;
    app.set_up(&["CON-015"]).await;
    let shown = app.app(Purpose::Backup).await;
    let (record, certificate) = made(&app).await;
    assert_eq!(answer(&app, &record, &certificate).await, None);
    let (before, client) = (heads(&app).len(), record.client_id.expect("a client id").to_string());
    app.emulator.clear_requests();
    let steps = remove(&app, &shown).await;
    // It was tried, and refused, after it was deleted; whoever copied the key is refused likewise.
    let log = app.emulator.requests();
    let deleted = log.iter().position(|one| one.method == "DELETE" && one.path.contains("/applications/"));
    let after = &log[deleted.expect("a deletion")..];
    let mut tries =
        after.iter().filter(|one| one.is_token(Some("client_credentials")) && one.form["client_id"] == client);
    assert_eq!(tries.next_back().expect("a try").status, 400);
    assert_eq!(answer(&app, &record, &certificate).await, Some(700_016));
    assert!(there(&app).is_empty(), "deleted for good");
    assert!(principals(&app, &record).is_empty(), "and its service principal");
    let gone = app.app(Purpose::Backup).await;
    assert_eq!((gone.state, gone.sets, gone.left.len()), (AppState::Removed, 0, 0));
    assert_eq!(said(&steps), None, "there is nothing to say");
    assert!(gone.certificates.iter().all(|one| one.state == CertificateState::Removed));
    assert!(app.certificates_of(&record).await.iter().all(|one| one.private_key.is_none()));
    // The record says what was proved and by whom, and the chain over it was published.
    let removed = entry(&app).await;
    let detail = "proved=700016 end=deleted_for_good";
    assert_eq!((removed.detail.as_str(), removed.actor.as_str()), (detail, ADMINISTRATOR));
    eventually("it is published", async || heads(&app).len() > before).await;
    assert!(is_whole(&app).await);
}

/// The role is enough to delete, not always to delete for good. What can be brought back for 30 days is not called gone: the step, the
/// record and the log say where it may lie.
async fn d8_what_is_not_deleted_for_good_is_said(app: TestApp) {
    app.import_sample().await;
    app.set_up(&["CON-015"]).await;
    let shown = app.app(Purpose::Backup).await;
    let (record, certificate) = made(&app).await;
    app.emulator.set_fault(Fault {
        endpoint: Some("graph".to_owned()),
        method: Some("DELETE".to_owned()),
        path: Some("/v1.0/directory/deletedItems/".to_owned()),
        effect: Effect { status: Some(403), ..Effect::default() },
        ..Fault::default()
    });
    let steps = remove(&app, &shown).await;
    let text = said(&steps).expect("a word about it");
    assert!(text.contains("not for good") && text.contains("up to 30 days"), "{text}");
    let gone = app.app(Purpose::Backup).await;
    assert_eq!((gone.state, gone.sets), (AppState::Removed, 0), "it is removed all the same");
    for id in [shown.object.expect("an object"), shown.principal.expect("a principal")] {
        let line = gone.left.iter().find(|line| line.contains(&id.to_string())).expect("both are named");
        assert!(line.contains("deleted, but not for good") && line.contains("30 days"), "{line}");
    }
    assert_eq!(entry(&app).await.detail, "proved=700016 end=may_lie_among_deleted_items");
    // It says so because it is so; and what lies there gives nothing.
    assert!(there(&app).iter().all(|one| one.deleted_millis.is_some()) && there(&app).len() == 1);
    assert_eq!(answer(&app, &record, &certificate).await, Some(700_016));
}

/// Somebody restores a backup from before the removal: its rows know the app and its key, and Microsoft knows neither.
async fn o10_a_restored_older_database_brings_no_app_back(mut app: TestApp) {
    app.import_sample().await;
    app.set_up(&["CON-015"]).await;
    ask(&app, "CON-015", BACKUP).await.ok::<JobToken>();
    app.stop().await;
    let older = app.database.backup().await;
    app.restart().await;
    let published = heads(&app).len();
    remove(&app, &app.app(Purpose::Backup).await).await;
    ask(&app, "CON-015", BACKUP).await.refused(409, "connection_ended");
    eventually("it is published", async || heads(&app).len() > published).await;
    app.stop().await;
    app.database = older;
    app.restart().await;
    let shown = app.app(Purpose::Backup).await;
    assert_eq!((shown.state, app.set("CON-015").await.method), (AppState::Working, Method::Modern), "as it was");
    assert!(!is_whole(&app).await, "what was published since tells that the database is an older one");
    // Microsoft refuses at the first try; an hour later an administrator is needed.
    let (record, certificate) = made(&app).await;
    assert_eq!(answer(&app, &record, &certificate).await, Some(700_016));
    ask(&app, "CON-015", BACKUP).await.refused(409, "connection_doubtful");
    assert_eq!(app.app(Purpose::Backup).await.state, AppState::Doubtful);
    app.advance(3700);
    let needs = async || app.app(Purpose::Backup).await.state == AppState::NeedsAdministrator;
    eventually("an administrator is needed", needs).await;
    ask(&app, "CON-015", BACKUP).await.refused(409, "needs_administrator");
    let notices: Page<NoticeView> = app.key().get("/api/v1/notices").await.ok();
    assert!(notices.items.iter().any(|one| one.kind == NoticeKind::ConnectionTrouble), "{notices:?}");
    let check = format!("/api/v1/apps/{}/check", shown.id);
    assert_eq!(app.key().post(&check, &json!({})).await.ok::<AppCheck>().state, AppState::NeedsAdministrator);
    assert!(there(&app).is_empty(), "nothing was made again");
}
