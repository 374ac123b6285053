//! `rekey audit verify` as an operator runs it: whole, cut off, and without what it compares with (L2).

use crate::program;
use rekey_tests::app::{Backend, TestApp, eventually};
use std::fs;

/// What the program prints, and whether it was content.
fn verify(app: &TestApp) -> (bool, String) {
    let outcome = program(app).args(["audit", "verify"]).output().expect("the program runs");
    let text = [outcome.stdout, outcome.stderr].concat();
    (outcome.status.success(), String::from_utf8_lossy(&text).into_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn l2_heads_that_cannot_be_read_are_no_clean_bill() {
    let mut app = TestApp::start(Backend::Sqlite).await;
    app.import_sample().await;
    let path = app.audit_heads();
    let heads = || fs::read_to_string(&path).map_or(0, |heads| heads.lines().count());
    eventually("a published head", async || heads() > 0).await;
    let first = heads();
    app.authorize(&["CON-001"]).await;
    eventually("another one", async || heads() > first).await;
    app.stop().await;
    let (whole, said) = verify(&app);
    assert!(whole && said.contains("whole"), "{said}");

    // Somebody cuts the end off, and hides the heads that would tell.
    let raw = app.database.intruder().await;
    raw.run("DELETE FROM audit_batches WHERE batch = (SELECT max(batch) FROM audit_batches)").await;
    raw.run("DELETE FROM audit WHERE sequence > (SELECT coalesce(max(last_sequence), 0) FROM audit_batches)").await;
    let (whole, said) = verify(&app);
    assert!(!whole && said.contains("broken"), "{said}");
    let hidden = path.with_extension("hidden");
    fs::rename(&path, &hidden).expect("renamed");
    let (whole, said) = verify(&app);
    let batches = raw.number("SELECT count(*) FROM audit_batches").await;
    assert!(batches > 0 && !whole && said.contains("cannot be read"), "{batches} {said}");
}
