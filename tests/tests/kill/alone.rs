//! The real program is all that there is to run: one process and one file of SQLite carry the whole product (L1 of the features).

use crate::{Server, program};
use rekey_tests::app::{Backend, TestApp, eventually};
use server::store::DatabaseConfig;
use shared::{api::session::Meta, method::Method};
use std::{collections::BTreeSet, fs};

/// More memory than this is not small, in kilobytes; this build is not even optimized.
const MEMORY: u64 = 400_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn l1_one_small_process_and_one_file_are_the_whole_product() {
    let mut app = TestApp::start(Backend::Sqlite).await;
    app.stop().await;
    let child = program(&app).arg("serve").env("REKEY_BRAND", "Backmove").spawn().expect("the server starts");
    let server = Server(child);
    server.until_ready(&app).await;
    // Pages, API, the worker and the road to hybrid.
    assert!(app.anonymous().get("/").await.text().starts_with("<!doctype html>"));
    // H9: the environment names it.
    assert_eq!(app.anonymous().get("/api/v1/meta").await.ok::<Meta>().brand, "Backmove");
    app.import_sample().await;
    app.connect_account(&["CON-001"], "backup@contoso.com").await;
    assert_eq!(app.set("CON-001").await.method, Method::Hybrid);
    let process = format!("/proc/{}", server.0.id());
    // S7: no file would tell what was in its memory.
    let limits = fs::read_to_string(format!("{process}/limits")).expect("its limits");
    let core =
        limits.lines().find_map(|line| line.strip_prefix("Max core file size")).expect("the limit of core files");
    assert_eq!(core.split_whitespace().take(2).collect::<Vec<_>>(), ["0", "0"]);
    // T14: a signing key that Microsoft took back is worth nothing as soon as the operator says so.
    let road = app.before_save(&["CON-009"], "priya.shah@contoso.com").await;
    app.emulator.rotate_keys(true).expect("other keys");
    let asked = || app.emulator.requests().iter().filter(|request| request.path.ends_with("/keys")).count();
    let before = asked();
    let told = std::process::Command::new("kill").args(["-HUP", &server.0.id().to_string()]).status();
    assert!(told.is_ok_and(|status| status.success()));
    eventually("the keys are asked for again", async || asked() > before).await;
    app.save(&road.attempt.secret, &road.tokens).await.refused(403, "token_refused");
    let children = |task: fs::DirEntry| fs::read_to_string(task.path().join("children")).expect("children");
    let tasks = fs::read_dir(format!("{process}/task")).expect("tasks");
    assert!(tasks.flatten().map(children).all(|children| children.is_empty()), "it starts nothing else");
    let status = fs::read_to_string(format!("{process}/status")).expect("its status");
    let memory = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("its memory");
    let memory: u64 = memory.trim().trim_end_matches(" kB").parse().expect("kilobytes");
    assert!(memory < MEMORY, "{memory} kB");
    let DatabaseConfig::Sqlite { path } = &app.database.config else { panic!("a file") };
    let beside = fs::read_dir(path.parent().expect("a directory")).expect("files").flatten();
    let files: BTreeSet<String> = beside.map(|file| file.file_name().to_string_lossy().into_owned()).collect();
    let name = path.file_name().expect("a name").to_string_lossy();
    assert!(files.iter().all(|file| file.starts_with(&*name)), "{files:?}");
}
