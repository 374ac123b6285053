//! The sample agent of `docs/agent` and `rekey token`: programs with nothing but an API key.

use super::{BACKUP, ask};
use emulator::{Effect, Fault};
use rekey_tests::{app::TestApp, app_on_both};
use serde_json::{Value, json};
use server::cli::token::{self, Arguments, Format};
use shared::{
    api::job_tokens::JobToken,
    rules::{manifest::Resource, scopes::Purpose},
    secret::Secret,
};
use std::{fs, path::Path, process::Output};
use tokio::process::Command;

app_on_both! {
    k4_the_sample_agent_backs_up_a_folder_with_nothing_but_a_key,
    k4_rekey_token_prints_a_token_and_nothing_else,
}

const PRIYA: &str = "priya.shah@contoso.com";

async fn agent(app: &TestApp, key: &str, into: &Path) -> Output {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/agent/backup_folder.py");
    let mut command = Command::new("python3");
    command.arg(script).args(["--server", &app.origin, "--backup-set", "CON-015", "--user", PRIYA, "--into"]);
    let ran = command.arg(into).env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("REKEY_API_KEY", key);
    ran.output().await.expect("python3 is not installed: install Python 3 (Debian, Ubuntu: apt-get install python3)")
}

fn said(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn messages(folder: &Path) -> Vec<Value> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files
        .filter(|path| path.is_file() && path.file_name().unwrap() != "state.json")
        .map(|path| serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap())
        .collect()
}

async fn k4_the_sample_agent_backs_up_a_folder_with_nothing_but_a_key(app: TestApp) {
    app.import_sample().await;
    app.plant_app(&["CON-015"]).await;
    let customer = app.customer("Contoso Ltd").await.id;
    let body = json!({ "name": "agent", "customers": [customer], "purposes": ["backup"] });
    let made: Value = app.member().await.post("/api/v1/api-keys", &body).await.ok();
    let key = made["secret"].as_str().unwrap();
    app.emulator.set_switches(|switches| switches.graph_page_size = 3);
    for at in 0..8 {
        app.emulator.deliver_mail(PRIYA, "inbox", &format!("Letter {at}"), "The text").unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    // The first page is there, then Graph fails for good: the run ends, and the next carries on.
    app.emulator.set_fault(Fault {
        path_end: Some("/delta".to_owned()),
        skip: 1,
        effect: Effect {
            status: Some(429),
            headers: vec![("Retry-After".to_owned(), "0.1".to_owned())],
            ..Effect::default()
        },
        times: Some(2),
        ..Fault::default()
    });
    said(&agent(&app, key, folder.path()).await);
    let first = messages(folder.path());
    let letters = |all: &[Value]| {
        all.iter().filter(|one| one["subject"].as_str().is_some_and(|text| text.starts_with("Letter"))).count()
    };
    assert_eq!(letters(&first), 8);
    assert!(first.iter().all(|one| one["body"]["content"].is_string()), "whole messages");
    // Only what changed comes the next time.
    let id = app.emulator.deliver_mail(PRIYA, "inbox", "Letter 9", "Another").unwrap();
    assert_eq!(said(&agent(&app, key, folder.path()).await), "1 saved, 0 deleted");
    assert!(app.emulator.remove_mail(PRIYA, &id).unwrap());
    assert_eq!(said(&agent(&app, key, folder.path()).await), "0 saved, 1 deleted");
    assert_eq!(messages(folder.path()).len(), first.len());
    assert_eq!(messages(&folder.path().join("deleted")).len(), 1);
    assert_eq!(said(&agent(&app, key, folder.path()).await), "0 saved, 0 deleted");
    // A key that was revoked stops it, with a word on why.
    let path = format!("/api/v1/api-keys/{}/revoke", made["key"]["id"].as_str().unwrap());
    app.member().await.post(&path, &json!({})).await.ok::<Value>();
    let refused = agent(&app, key, folder.path()).await;
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("unauthenticated"));
    assert!(!String::from_utf8_lossy(&refused.stderr).contains(key));
}

async fn k4_rekey_token_prints_a_token_and_nothing_else(app: TestApp) {
    app.import_sample().await;
    app.plant_app(&["CON-015"]).await;
    let run = async |set: &str, purpose: Purpose, format: Format| {
        let server = app.origin.parse().unwrap();
        let (backup_set, resource) = (set.to_owned(), Resource::Graph);
        let arguments = Arguments { backup_set, resource, purpose, format, server, api_key_file: None };
        token::fetch(&arguments, Secret::new(app.api_key.clone())).await.map_err(|error| error.to_string())
    };
    let token: JobToken = ask(&app, "CON-015", BACKUP).await.ok();
    let plain = run("CON-015", Purpose::Backup, Format::Plain).await.unwrap();
    assert_eq!(plain, format!("{}\n", token.access_token));
    let id = app.set("CON-015").await.id.to_string();
    let whole = run(&id, Purpose::Backup, Format::Json).await.unwrap();
    assert_eq!(serde_json::from_str::<JobToken>(&whole).unwrap().access_token, token.access_token);
    let lines = run(&id, Purpose::Backup, Format::Env).await.unwrap();
    assert!(lines.starts_with(&format!("export REKEY_ACCESS_TOKEN='{}'\n", token.access_token)), "{lines}");
    for (set, purpose, word) in [
        ("CON-001", Purpose::Backup, "method_basic"),
        ("nothing", Purpose::Backup, "no backup set"),
        ("CON-015", Purpose::Restore, "restore_not_open"),
    ] {
        let problem = run(set, purpose, Format::Plain).await.unwrap_err();
        assert!(problem.contains(word), "{problem}");
    }
}
