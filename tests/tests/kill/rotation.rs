//! `kill -9` of `rekey keys reseal`, on both databases: every value opens, the next run goes on, and a key goes when nothing is sealed
//! by it and not before (S4).

use crate::{Server, program};
use rekey_tests::app::{Backend, TestApp, eventually};
use server::{random::SystemRandom, seal::Keyring, services::reseal};
use std::{process::Stdio, sync::Arc, time::Duration};

/// Kills on each database.
const KILLS: usize = 6;
/// Values of each kind: more than one transaction takes.
const EACH: usize = 150;

/// What the program prints, and whether it was content.
fn keys(app: &TestApp, words: &[&str]) -> (bool, String) {
    let outcome = program(app).arg("keys").args(words).output().expect("the program runs");
    let text = [outcome.stdout, outcome.stderr].concat();
    (outcome.status.success(), String::from_utf8_lossy(&text).into_owned())
}

fn keyring(app: &TestApp) -> Keyring {
    Keyring::load(&app.data().join("keys"), Arc::new(SystemRandom)).expect("a keyring")
}

/// How many values the active key seals.
async fn moved(app: &TestApp, ring: &Keyring) -> u64 {
    reseal::uses(&app.state.store, ring).await.expect("uses")[&ring.active()].sealed
}

/// Kills a rotation once so many values are under the new key; gives how many are then.
async fn killed(app: &TestApp, ring: &Keyring, wanted: u64) -> u64 {
    let mut command = program(app);
    let child = command.args(["keys", "reseal"]).stdout(Stdio::null()).spawn().expect("the program runs");
    let mut program = Server(child);
    let wait = async {
        while moved(app, ring).await < wanted && program.0.try_wait().expect("a process").is_none() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), wait).await.expect("it seals values anew");
    program.kill();
    at_rest(app).await;
    moved(app, ring).await
}

/// Waits until the database has carried out or forgotten what the killed program sent last: PostgreSQL outlives its clients.
async fn at_rest(app: &TestApp) {
    if app.database.is_postgres() {
        let raw = app.database.intruder().await;
        let busy = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() \
                    AND state <> 'idle'";
        eventually("a database at rest", async || raw.number(busy).await == 0).await;
    }
}

async fn a_killed_rotation(backend: Backend) {
    let mut app = TestApp::start(backend).await;
    app.import_sample().await;
    app.plant_sealed(EACH).await;
    app.seal_audit().await;
    app.stop().await;
    let first = app.state.keyring.active();
    let before = app.opened(&app.state.keyring).await;
    let all = before.len() as u64;
    let mut halves = 0;
    for kill in 0..KILLS {
        let old = keyring(&app).active();
        assert!(keys(&app, &["add"]).0);
        let ring = keyring(&app);
        let now = killed(&app, &ring, 1 + all * kill as u64 / KILLS as u64).await;
        assert_eq!(app.opened(&ring).await, before, "{now} of {all} values were sealed anew");
        if now < all {
            halves += 1;
            let (gone, said) = keys(&app, &["remove", &old.to_string()]);
            assert!(!gone && said.contains(&format!("{} values are still sealed by it", all - now)), "{said}");
            assert!(keyring(&app).ids().contains(&old), "it is there still");
        }
        // The next run goes on; then nothing keeps the old key but an audit log that was made with it.
        let (done, said) = keys(&app, &["reseal"]);
        assert!(done && said.contains(&format!("Sealed {} values", all - now)), "{said}");
        let (gone, said) = keys(&app, &["remove", &old.to_string()]);
        assert!(if old == first { said.contains("of the audit log") } else { gone }, "{said}");
        assert_eq!(app.opened(&keyring(&app)).await, before);
    }
    assert!(halves > 0, "the kills came too late to prove anything");
    let active = keyring(&app).active();
    assert!(!keys(&app, &["remove", &active.to_string()]).0, "the active key stays");
    let kept = keyring(&app).ids();
    assert!(kept.len() == 2 && kept.contains(&first), "{kept:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s4_a_killed_rotation_loses_nothing_and_a_used_key_stays_on_sqlite() {
    a_killed_rotation(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s4_a_killed_rotation_loses_nothing_and_a_used_key_stays_on_postgres() {
    a_killed_rotation(Backend::Postgres).await;
}
