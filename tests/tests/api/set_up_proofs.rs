//! What setting up modern must prove beyond the straight road: least privilege, planted applications, races, lost answers,
//! a slow or refusing Microsoft, interruptions, and who may do it. On both databases unless said otherwise.

mod again;
mod interrupted;
mod least_privilege;
mod left_over;
mod lost;
mod meanwhile;
mod people;
mod planted;
mod races;
mod slow;
mod stopped;
mod undo;
mod update;

use emulator::{DirectoryApplication, Effect, Fault, RequestRecord};
use rekey_tests::app::{TestApp, eventually, road::Before};
use server::store::journals::{JournalState, JournalStep};
use shared::id::TenantId;
use std::collections::BTreeSet;
use uuid::{Uuid, uuid};

const CONTOSO: Uuid = uuid!("7d4f0c62-9a1e-4b58-8c3d-51e0f2a97b16");
const GRAPH: Uuid = uuid!("00000003-0000-0000-c000-000000000000");
const BACKUP: &str = "Rekey Backup";
/// A Privileged Role Administrator who is also Application Administrator.
const SECOND: &str = "jo.park@contoso.com";

/// The demo's list, with a Microsoft that shows new objects at once.
async fn prepare(app: &TestApp) {
    app.emulator.set_switches(|switches| switches.replication_seconds = 0);
    app.import_sample().await;
}

/// Graph is slow once, for a call with this method whose path begins so.
fn hold(app: &TestApp, method: &str, path: &str, end: &str, millis: u64) {
    app.emulator.set_fault(Fault {
        name: "hold".to_owned(),
        endpoint: Some("graph".to_owned()),
        path: Some(path.to_owned()),
        path_end: Some(end.to_owned()),
        method: Some(method.to_owned()),
        times: Some(1),
        effect: Effect { delay_millis: millis, ..Effect::default() },
        ..Fault::default()
    });
}

/// Presses Save and does not wait for its end.
async fn begin(app: &TestApp, before: &Before) {
    let client = app.connect(&before.attempt.secret).with("prefer", "respond-async");
    let answer = client.post("/api/v1/connect/save", &before.tokens.save()).await;
    assert!(matches!(answer.status, 200 | 202), "{}", answer.text());
}

/// Waits until Graph was asked for it, since the log was cleared.
async fn asked(app: &TestApp, method: &str, part: &str) {
    eventually(part, async || app.emulator.requests().iter().any(|one| one.is_graph(method, part))).await;
}

/// What changed something at Graph since the log was cleared.
fn changes(app: &TestApp) -> Vec<RequestRecord> {
    let all = app.emulator.requests();
    all.into_iter().filter(|one| one.path.starts_with("/v1.0/") && one.method != "GET").collect()
}

/// The living applications of Contoso with this name.
fn called(app: &TestApp, name: &str) -> Vec<DirectoryApplication> {
    let all = app.emulator.directory_applications(CONTOSO);
    all.into_iter().filter(|one| one.deleted_millis.is_none() && one.display_name == name).collect()
}

/// The one application of ours for backups.
fn only(app: &TestApp) -> DirectoryApplication {
    let mut found = called(app, BACKUP);
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

/// What a client was granted in Contoso, as `resource/role`; no assignment is there twice.
fn granted(app: &TestApp, client: Uuid) -> BTreeSet<(Uuid, String)> {
    let held: Vec<_> = app.emulator.role_assignments(CONTOSO).into_iter().filter(|one| one.client == client).collect();
    let set: BTreeSet<_> = held.iter().map(|one| (one.resource, one.role.clone())).collect();
    assert_eq!(set.len(), held.len(), "an assignment is there twice");
    set
}

/// The states of Contoso's journals, newest first.
async fn journals(app: &TestApp) -> Vec<JournalState> {
    let tx = app.state.store.read(app.organization).await.expect("a transaction");
    let found = tx.list_journals(TenantId(CONTOSO), 100).await.expect("journals");
    found.into_iter().map(|one| one.state).collect()
}

/// The steps of Contoso's newest journal.
async fn newest_steps(app: &TestApp) -> Vec<JournalStep> {
    let tx = app.state.store.read(app.organization).await.expect("a transaction");
    let found = tx.list_journals(TenantId(CONTOSO), 1).await.expect("journals").remove(0);
    tx.list_journal_steps(found.id).await.expect("steps")
}

/// One application, one service principal, one key for each certificate that is in use, no assignment twice, the manifest
/// exactly: whatever happened on the way.
async fn is_whole(app: &TestApp) {
    let made = app.app(shared::rules::scopes::Purpose::Backup).await;
    let there = only(app);
    assert_eq!((Some(there.app_id), Some(there.id)), (made.client_id.map(|id| id.0), made.object.map(|id| id.0)));
    let principals = app.emulator.service_principals();
    let ours = principals.iter().filter(|one| one.tid == CONTOSO && one.app_id == there.app_id);
    assert_eq!(ours.count(), 1, "one service principal");
    let mut keys: Vec<_> = there.keys.iter().map(|key| (key.start_millis, key.end_millis)).collect();
    keys.dedup();
    assert_eq!((keys.len(), there.keys.len()), (1, 1), "one key");
    assert_eq!((there.owners.clone(), there.passwords, there.federated), (vec![], 0, 0));
    assert!(there.instance_lock, "D6: nobody adds a credential to its service principal");
    assert_eq!((made.missing.clone(), made.extra.clone()), (vec![], vec![]));
    assert_eq!(granted(app, there.app_id).len(), made.permissions.len());
    let running = journals(app).await.into_iter().filter(|state| *state == JournalState::Running).count();
    assert_eq!(running, 0, "no journal is left open");
}
