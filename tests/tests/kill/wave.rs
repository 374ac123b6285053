//! `kill -9` of the node while a wave moves accounts to hybrid and tenants to modern by itself, on both databases: no item half
//! moved, the next node goes on where the dead one was, the wave ends, nobody signs in (F10, G3, F7, R3).
//!
//! The dead node's leases are minutes on the real clock. The test does not wait for them: it makes the work due by SQL.

use crate::{Server, verifies};
use emulator::scenario::{Person, Tenant};
use rekey_tests::app::{Backend, Setup, TestApp};
use serde_json::Value;
use server::store::backup_sets::BackupSet;
use shared::{
    api::{
        backup_sets::{BackupSetView, Changes},
        waves::{CreateWave, WaveSelection, WaveState, WaveView},
    },
    id::{BackupSetId, ConnectionId, WaveId},
    method::Method,
    rules::wave::Aim,
};
use std::{collections::BTreeMap, fmt::Write as _, time::Duration};
use uuid::Uuid;

/// Kills on each database.
const KILLS: usize = 12;
/// Tenants that have their app.
const TENANTS: usize = 5;
/// Sets of each account and of each tenant.
const SETS: usize = 3;
/// Accounts of one tenant that are connected.
const ACCOUNTS: [&str; 3] = ["backup@contoso.com", "tom.reed@contoso.com", "priya.shah@contoso.com"];

/// What moves together: its sets, and how and by which connection it will be reached.
struct Item {
    sets: Vec<BackupSetId>,
    method: Method,
    connection: ConnectionId,
}

fn tenant(number: usize) -> Tenant {
    let domain = format!("w{number}.example");
    Tenant {
        tid: Uuid::from_u128(0x5e1d_0c62_9a1e_4b58_8c3d_0000_0000_0000 + number as u128),
        display_name: format!("Tenant {number}"),
        domains: vec![format!("w{number}.onmicrosoft.com")],
        people: vec![Person::new(format!("backup@{domain}"), "practice", "Backup")],
        default_domain: domain,
        ..Tenant::default()
    }
}

fn list() -> String {
    let mut csv = String::from("external_id,name,customer,tenant,account,covers,workloads,method\n");
    let mut line = |id: String, customer: &str, tenant: &str, account: &str, covers: &str| {
        let _ = writeln!(csv, "{id},Mail {id},{customer},{tenant},{account},{covers},exchange,basic");
    };
    for (number, account) in ACCOUNTS.iter().enumerate() {
        for set in 0..=SETS {
            line(format!("A{number}-{set}"), "Contoso Ltd", "contoso.com", account, "own_account");
        }
    }
    for number in 0..TENANTS {
        let (customer, domain) = (format!("Customer {number}"), format!("w{number}.example"));
        for set in 0..=SETS {
            line(format!("T{number}-{set}"), &customer, &domain, &format!("backup@{domain}"), "whole_tenant");
        }
    }
    csv
}

/// Connects what a first set of each account and tenant needs; gives what is left.
async fn connected(app: &TestApp) -> Vec<Item> {
    let mut reached = BTreeMap::new();
    for (number, account) in ACCOUNTS.iter().enumerate() {
        let first = format!("A{number}-0");
        app.connect_account(&[&first], account).await;
        reached.insert(format!("A{number}"), (Method::Hybrid, app.set(&first).await.connection.expect("a connection")));
    }
    for number in 0..TENANTS {
        let planted = app.plant_app(&[&format!("T{number}-0")]).await;
        reached.insert(format!("T{number}"), (Method::Modern, planted.id));
    }
    let all = app.sets().await;
    let rest = |name: &str| -> Vec<BackupSetId> {
        let is_meant = |set: &&BackupSetView| set.external_id.starts_with(name) && !set.external_id.ends_with("-0");
        all.iter().filter(is_meant).map(|set| set.id).collect()
    };
    reached
        .iter()
        .map(|(name, (method, connection))| Item { sets: rest(name), method: *method, connection: *connection })
        .collect()
}

/// Whether the item has moved: all of its sets at once, or none.
async fn moved(app: &TestApp, item: &Item) -> bool {
    let tx = app.state.store.read(app.organization).await.expect("a transaction");
    let sets: Vec<BackupSet> = tx.find_backup_sets(&item.sets).await.expect("sets");
    assert_eq!(sets.len(), SETS);
    let is_moved = |set: &BackupSet| (set.method, set.connection) == (item.method, Some(item.connection));
    let is_as_before = |set: &BackupSet| (set.method, set.connection) == (Method::Basic, None);
    let number = sets.iter().filter(|set| is_moved(set)).count();
    assert!(number == 0 || number == SETS, "{number} sets of {SETS} moved: {sets:?}");
    for set in &sets {
        assert!(is_moved(set) || is_as_before(set), "{set:?}");
        assert_eq!((set.version, set.method_changed_at.is_some()), (1 + i64::from(number > 0), number > 0), "{set:?}");
    }
    number > 0
}

async fn all_moved(app: &TestApp, items: &[Item]) -> usize {
    let mut number = 0;
    for item in items {
        number += usize::from(moved(app, item).await);
    }
    number
}

async fn find(app: &TestApp, id: WaveId) -> WaveView {
    app.key().get(&format!("/api/v1/waves/{id}")).await.ok()
}

/// Waits for so many calls to Microsoft, and some microseconds.
async fn until_called(app: &TestApp, calls: usize, micros: u64) {
    let wait = async {
        while app.emulator.requests().len() < calls {
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), wait).await.expect("the wave calls Microsoft");
    tokio::time::sleep(Duration::from_micros(micros)).await;
}

async fn kill_while_a_wave_runs(backend: Backend) {
    let mut setup = Setup::new(backend);
    setup.scenario.tenants.extend((0..TENANTS).map(tenant));
    let mut app = TestApp::start_with(setup).await;
    app.import(&list()).await;
    let mut items = connected(&app).await;
    let before = stream(&app).await;
    let last = items.split_off(items.len() - 1);
    app.stop().await;
    let mut server = Server::start(&app).await;
    app.emulator.clear_requests();
    let wave = begin(&app, &items).await;
    let (mut kills, mut inside) = (0, 0);
    while kills < KILLS && all_moved(&app, &items).await < items.len() {
        until_called(&app, 1 + kills % 4, (kills as u64 * 1_777) % 15_000).await;
        server = die(&app, server).await;
        kills += 1;
        inside += usize::from(all_moved(&app, &items).await < items.len());
    }
    println!("{backend:?}: {kills} kills, {inside} with something left");
    assert!(inside >= 4, "the kills came too late to prove anything");
    ends(&app, wave, &items).await;

    // The last item of a wave has begun, and the wave waits for nothing any more: it is not forgotten.
    app.emulator.clear_requests();
    let wave = begin(&app, &last).await;
    until_called(&app, 1, 0).await;
    server = die(&app, server).await;
    ends(&app, wave, &last).await;

    let changed = (items.len() + last.len()) * SETS;
    assert_eq!(stream(&app).await - before, changed, "one entry in the stream for each set that changed");
    drop(server);
    verifies(&app).await;
}

/// Makes a wave of these items, for which nobody has to sign in.
async fn begin(app: &TestApp, items: &[Item]) -> WaveId {
    let backup_sets = items.iter().flat_map(|item| item.sets.clone()).collect();
    let selection = WaveSelection { backup_sets, aim: Aim::Recommended, ..WaveSelection::default() };
    let name = "December".to_owned();
    let wave = CreateWave { name, note: String::new(), starts_at: None, deadline: None, selection };
    let wave: WaveView = app.key().post("/api/v1/waves", &wave).await.ok();
    assert_eq!((wave.counts.items, wave.counts.waiting_for_link), (items.len() as u64, 0));
    wave.id
}

/// The node dies, its leases run out, and another one starts.
async fn die(app: &TestApp, server: Server) -> Server {
    server.kill();
    let intruder = app.database.intruder().await;
    intruder.run("UPDATE work SET due = 0 WHERE kind IN ('save', 'set_up', 'wave')").await;
    intruder.run("UPDATE connections SET leased_until = 0").await;
    app.emulator.clear_requests();
    Server::start(app).await
}

/// Nobody does anything, and the wave ends.
async fn ends(app: &TestApp, wave: WaveId, items: &[Item]) {
    let mut live = app.key().live(&format!("/api/v1/waves/{wave}/live")).await;
    let ended = live.until(|wave: &WaveView| wave.counts.done == wave.counts.items);
    if tokio::time::timeout(Duration::from_secs(20), ended).await.is_err() {
        let left: Value = app.key().get(&format!("/api/v1/waves/{wave}/items?limit=20")).await.ok();
        panic!("the wave does not end: {:?} {left:#}", find(app, wave).await.counts);
    }
    let ended = find(app, wave).await;
    assert_eq!((ended.state, ended.counts.sets_done), (WaveState::Done, (items.len() * SETS) as u64));
    assert_eq!(all_moved(app, items).await, items.len());
}

/// How many changes the stream of sets has.
async fn stream(app: &TestApp) -> usize {
    let changes: Changes = app.key().get("/api/v1/backup-sets/changes?limit=1000").await.ok();
    changes.changes.len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f10_g3_f7_r3_killed_while_a_wave_runs_on_sqlite() {
    kill_while_a_wave_runs(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f10_g3_f7_r3_killed_while_a_wave_runs_on_postgres() {
    kill_while_a_wave_runs(Backend::Postgres).await;
}
