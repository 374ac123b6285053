//! `kill -9` of the node that sets a tenant up, at every call to Microsoft and between the calls, on both databases: no
//! application that the journal does not name, no set half changed, and another administrator continues to the end with the
//! same application (D4, D5, F7, L4).
//!
//! Each round has a tenant of its own with three administrators. The moment is the number of the node's call to Microsoft
//! since Save, and one of three ways: asked and not carried out, carried out and the answer lost, and some microseconds
//! after the call was seen. `REKEY_KILLS` says how many kills on each database; without it 26, which is every call in one
//! of the three ways and no full proof. 156 (312 in all) go twice over every call in every way; by hand, before a release.
//!
//! The dead node's lease is a minute on the real clock. The test does not wait for it: it makes the work due by SQL.

use crate::{Server, verifies};
use emulator::{DropConnection, Effect, Fault, scenario::Person, scenario::Tenant};
use rekey_tests::{
    app::{Backend, Setup, TestApp, road::Before},
    person::Tokens,
};
use server::store::{
    apps::App,
    backup_sets::BackupSet,
    journals::{JournalState, JournalStep},
};
use shared::{
    api::{
        apps::{AppState, CertificateState},
        authorizations::{AuthorizationState, AuthorizationView, SignInState},
    },
    id::TenantId,
    method::Method,
    rules::{manifest::manifest, scopes::Purpose},
};
use std::{collections::BTreeSet, env, fmt::Write as _, time::Duration};
use uuid::Uuid;

/// Kills on each database unless `REKEY_KILLS` says otherwise.
const KILLS: usize = 26;
const SECRET: &str = "44CZKT7V7N6IWLS4CAQF46DS47I2E2VP";

fn kills() -> usize {
    env::var("REKEY_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(KILLS)
}

fn tid(round: usize) -> Uuid {
    Uuid::from_u128(0x7d4f_0c62_9a1e_4b58_8c3d_0000_0000_0000 + round as u128)
}

/// Those who may set a round's tenant up: the first and the second are killed in turn, the third continues. The second
/// one becomes the owner of what is made.
const ADMINISTRATORS: [(&str, &[&str]); 3] = [
    ("first", &["Global Administrator"]),
    ("second", &["Privileged Role Administrator", "Application Developer"]),
    ("third", &["Privileged Role Administrator", "Cloud Application Administrator"]),
];

fn administrator(round: usize, which: usize) -> String {
    format!("{}@t{round}.example", ADMINISTRATORS[which].0)
}

fn tenant(round: usize) -> Tenant {
    let person = |which: usize| Person {
        oid: Some(Uuid::from_u128(0xa11c_e000_0000_4000_9000_0000_0000_0000 + (3 * round + which) as u128)),
        totp_secret: Some(SECRET.to_owned()),
        mfa_enforced: true,
        roles: ADMINISTRATORS[which].1.iter().map(|role| (*role).to_owned()).collect(),
        ..Person::new(administrator(round, which), "practice", "Administrator")
    };
    Tenant {
        tid: tid(round),
        display_name: format!("Tenant {round}"),
        default_domain: format!("t{round}.example"),
        domains: vec![format!("t{round}.onmicrosoft.com")],
        people: (0..ADMINISTRATORS.len()).map(person).collect(),
        ..Tenant::default()
    }
}

fn list(rounds: usize) -> String {
    let mut csv = String::from("external_id,name,customer,tenant,account,covers,workloads,method\n");
    for round in 0..rounds {
        let account = administrator(round, 0);
        for part in ["a", "b"] {
            let _ = writeln!(
                csv,
                "KILL-{round}-{part},Mail {part},Customer {round},t{round}.example,{account},whole_tenant,exchange,basic"
            );
        }
    }
    csv
}

/// How the node dies around a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// While Microsoft has not carried the call out.
    Asked,
    /// Microsoft has, and the node does not know.
    Done,
    /// So many microseconds after the call was seen: in its answer, or in the journal's writes around it.
    After(u64),
}

impl Way {
    const fn number(self) -> u8 {
        match self {
            Self::Asked => 0,
            Self::Done => 1,
            Self::After(_) => 2,
        }
    }
}

/// Every call once in one way, in steps that spread over all of them early; then the next way. Each database begins with
/// another one.
fn moment(backend: Backend, round: usize, calls: usize) -> (usize, Way) {
    let step = (1..calls).rev().find(|step| gcd(*step, calls) == 1 && *step * 2 < calls).unwrap_or(1);
    let first = if backend == Backend::Sqlite { 0 } else { 2 };
    let way = match (first + round / calls) % 3 {
        0 => Way::Done,
        1 => Way::Asked,
        _ => Way::After((round as u64 * 977) % 15_000),
    };
    (round * step % calls, way)
}

const fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

async fn before_save(app: &TestApp, authorization: AuthorizationView, username: &str) -> Before {
    app.administrator_before_save(authorization, username).await
}

/// Presses Save without waiting for its end; an answer may not come any more.
async fn save(origin: String, secret: String, tokens: Tokens) -> bool {
    let save = reqwest::Client::new()
        .post(format!("{origin}/api/v1/connect/save"))
        .header("rekey-request", "1")
        .header("prefer", "respond-async")
        .header(shared::api::CONNECT_HEADER, secret)
        .json(&tokens.save());
    save.send().await.is_ok_and(|answer| answer.status().is_success())
}

/// Microsoft's side of one death.
fn prepare(app: &TestApp, call: usize, way: Way) {
    let effect = match way {
        Way::Asked => Effect { delay_millis: 20_000, ..Effect::default() },
        Way::Done => Effect { drop: Some(DropConnection::AfterProcessing), ..Effect::default() },
        Way::After(_) => return,
    };
    let skip = u32::try_from(call).expect("a small number");
    app.emulator.set_fault(Fault { skip, times: Some(1), effect, ..Fault::default() });
}

/// Waits until the node has made this call.
async fn until_called(app: &TestApp, call: usize, way: Way) {
    let seen = || {
        let all = app.emulator.requests();
        all.get(call).is_some_and(|one| way != Way::Done || one.status != 0)
    };
    let wait = async {
        while !seen() {
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
        if let Way::After(micros) = way {
            tokio::time::sleep(Duration::from_micros(micros)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(40), wait).await.unwrap_or_else(|_| panic!("call {call} was never made"));
}

/// What our database knows of a round.
struct Known {
    app: Option<App>,
    steps: Vec<JournalStep>,
    journals: Vec<JournalState>,
    sets: Vec<BackupSet>,
    keys: Vec<CertificateState>,
}

async fn known(app: &TestApp, round: usize, sets: &[shared::id::BackupSetId]) -> Known {
    let tx = app.state.store.read(app.organization).await.expect("a transaction");
    let tenant = TenantId(tid(round));
    let found = tx.find_app_of(tenant, Purpose::Backup).await.expect("an answer");
    let (mut steps, mut journals) = (Vec::new(), Vec::new());
    for journal in tx.list_journals(tenant, 100).await.expect("journals") {
        steps.extend(tx.list_journal_steps(journal.id).await.expect("steps"));
        journals.push(journal.state);
    }
    let ids: Vec<_> = found.iter().map(|one| one.id).collect();
    let certificates =
        if ids.is_empty() { Vec::new() } else { tx.list_certificates(&ids).await.expect("certificates") };
    let keys = certificates.iter().filter(|one| one.private_key.is_some()).map(|one| one.state).collect();
    let sets = tx.find_backup_sets(sets).await.expect("sets");
    Known { app: found, steps, journals, sets, keys }
}

/// Nothing in the tenant that the journal does not name; no set, app or certificate half changed. Gives whether the sets
/// are modern.
fn check(app: &TestApp, round: usize, known: &Known) -> bool {
    let tid = tid(round);
    for one in app.emulator.directory_applications(tid) {
        let record = known.app.as_ref().expect("a record of what is in the tenant");
        assert_eq!(one.unique_name.as_deref(), Some(record.unique_name.as_str()), "round {round}: an orphan");
        let named = [format!("application:{}", record.unique_name), format!("application:{}", one.id)];
        let is_named = |step: &JournalStep| step.object.as_ref().is_some_and(|object| named.contains(object));
        assert!(known.steps.iter().any(is_named), "round {round}: the journal does not name {one:?}");
        assert!(known.keys.len() >= one.keys.len(), "round {round}: a key in the tenant without its private part here");
    }
    let clients: BTreeSet<Uuid> = app.emulator.directory_applications(tid).iter().map(|one| one.app_id).collect();
    let ours = |client: Uuid| clients.contains(&client);
    assert!(app.emulator.role_assignments(tid).iter().all(|one| ours(one.client)), "round {round}: foreign grants");
    let modern = known.sets.iter().filter(|set| set.method == Method::Modern).count();
    assert!(modern == 0 || modern == known.sets.len(), "round {round}: {modern} sets of {}", known.sets.len());
    for set in &known.sets {
        let expected = (modern > 0).then(|| known.app.as_ref().map(|one| one.id)).flatten();
        assert_eq!((set.connection, set.method_changed_at.is_some()), (expected, modern > 0), "round {round}");
    }
    let current = known.keys.iter().filter(|state| **state == CertificateState::Current).count();
    let works = known.app.as_ref().is_some_and(|one| one.state == AppState::Working);
    assert_eq!((works, current), (modern > 0, usize::from(modern > 0)), "round {round}: app, certificate and sets");
    modern > 0
}

/// At the end: one application with one key and exactly the manifest, whoever made it.
fn is_whole(app: &TestApp, round: usize, known: &Known) {
    assert!(check(app, round, known), "round {round}: not modern");
    let record = known.app.as_ref().expect("a record");
    let there = app.emulator.directory_applications(tid(round));
    assert_eq!(there.len(), 1, "round {round}: {there:?}");
    assert_eq!((Some(there[0].id), there[0].keys.len()), (record.object.map(|id| id.0), 1), "round {round}");
    assert_eq!(there[0].owners, Vec::<Uuid>::new(), "round {round}");
    let held = app.emulator.role_assignments(tid(round)).into_iter().map(|one| (one.resource, one.role));
    let wanted = manifest(&record.workloads, Purpose::Backup).into_iter();
    let mut wanted: Vec<_> = wanted.map(|one| (one.resource.app_id(), one.value.clone())).collect();
    let mut held: Vec<_> = held.collect();
    wanted.sort();
    held.sort();
    assert_eq!(held, wanted, "round {round}");
    assert!(!known.journals.contains(&JournalState::Running), "round {round}: {:?}", known.journals);
}

async fn settled(app: &TestApp, authorization: &AuthorizationView) -> AuthorizationView {
    let wait = app.settled(authorization.id);
    tokio::time::timeout(Duration::from_mins(1), wait).await.expect("nobody works on it any more")
}

async fn kill_a_set_up_at_every_call(backend: Backend) {
    let rounds = kills();
    let mut setup = Setup::new(backend);
    setup.scenario.switches.replication_seconds = 0;
    setup.scenario.tenants.extend((0..=rounds).map(tenant));
    let mut app = TestApp::start_with(setup).await;
    app.import(&list(rounds + 1)).await;
    let all = app.sets().await;
    let id = |name: String| all.iter().find(|set| set.external_id == name).expect("a set").id;
    let sets = |round: usize| [id(format!("KILL-{round}-a")), id(format!("KILL-{round}-b"))];
    app.stop().await;
    let mut server = Server::start(&app).await;
    // Without a death, to count the calls.
    let authorization = app.authorize_modern(&[&format!("KILL-{rounds}-a"), &format!("KILL-{rounds}-b")]).await;
    let before = before_save(&app, authorization, &administrator(rounds, 0)).await;
    app.emulator.clear_requests();
    assert!(save(app.origin.clone(), before.attempt.secret.clone(), before.tokens.clone()).await);
    assert_eq!(settled(&app, &before.authorization).await.state, AuthorizationState::Done);
    let calls = app.emulator.requests().len();
    is_whole(&app, rounds, &known(&app, rounds, &sets(rounds)).await);

    let (mut reached, mut early, mut flipped, mut pending) = (BTreeSet::new(), 0, 0, 0);
    for round in 0..rounds {
        let (call, way) = moment(backend, round, calls);
        let authorization = app.authorize_modern(&[&format!("KILL-{round}-a"), &format!("KILL-{round}-b")]).await;
        let before = before_save(&app, authorization, &administrator(round, round % 2)).await;
        app.emulator.clear_requests();
        prepare(&app, call, way);
        let saved = tokio::spawn(save(app.origin.clone(), before.attempt.secret.clone(), before.tokens.clone()));
        until_called(&app, call, way).await;
        server.kill();
        app.emulator.clear_faults();
        let _ = saved.await;
        reached.insert((call, way.number()));
        let dead = known(&app, round, &sets(round)).await;
        let modern = check(&app, round, &dead);
        early += usize::from(!modern);
        flipped += usize::from(modern);
        // The lease of the dead node, without its minute.
        app.database.intruder().await.run("UPDATE work SET due = 0 WHERE kind = 'set_up'").await;
        server = Server::start(&app).await;
        let after = settled(&app, &before.authorization).await;
        let sign_in = after.sign_ins.first().expect("the sign-in");
        if after.state == AuthorizationState::Open {
            assert!(!modern, "round {round}: modern, and somebody has to sign in");
            assert_eq!(sign_in.state, SignInState::Waiting, "round {round}: {:?}", sign_in.problem);
            let code = sign_in.problem.as_ref().map(|problem| problem.code.as_str());
            assert_eq!(code, Some("continue_needed"), "round {round} at {call} {way:?}");
            let attempt = app.attempt(&before.link, sign_in.id).await;
            let tokens = app.person(&administrator(round, 2)).sign_in(&attempt).await;
            assert!(save(app.origin.clone(), attempt.secret.clone(), tokens).await, "round {round}");
            let done = settled(&app, &before.authorization).await;
            let problem = &done.sign_ins[0].problem;
            assert_eq!(done.state, AuthorizationState::Done, "round {round} at {call} {way:?}: {problem:?}");
        } else {
            assert_eq!(after.state, AuthorizationState::Done, "round {round}");
            pending += 1;
        }
        is_whole(&app, round, &known(&app, round, &sets(round)).await);
    }
    println!(
        "{backend:?}: {rounds} kills over {calls} calls ({} different moments): {early} before the flip and continued, \
         {flipped} after it, {pending} ended without another sign-in",
        reached.len()
    );
    assert!(early >= rounds / 2, "the kills came too late to prove anything");
    drop(server);
    verifies(&app).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d4_d5_f7_l4_killed_at_every_call_of_a_set_up_on_sqlite() {
    kill_a_set_up_at_every_call(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d4_d5_f7_l4_killed_at_every_call_of_a_set_up_on_postgres() {
    kill_a_set_up_at_every_call(Backend::Postgres).await;
}
