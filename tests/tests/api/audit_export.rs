//! The audit export: whole, narrowed, and every tampering with the file found by whoever has nothing but it (J1, J2, N7).

use rekey_tests::{app::TestApp, app_on_both};
use serde_json::Value;
use server::audit::export::{self, ExportError, Verified};
use std::{
    io::Write,
    process::{Command, Stdio},
};

app_on_both! {
    j1_an_export_holds_every_event_and_verifies,
    j2_every_tampering_with_an_export_is_found,
    j1_an_export_of_one_customer_keeps_the_chain_and_nobody_elses_words,
    j2_a_log_of_an_older_version_gets_its_digests,
    j2_a_verifier_of_ones_own_comes_to_the_same_end,
}

/// Some life of two customers, sealed in several batches.
async fn lived(app: &TestApp) {
    app.import_sample().await;
    app.seal_audit().await;
    app.connect_account(&["CON-001"], "backup@contoso.com").await;
    app.seal_audit().await;
    app.authorize(&["FAB-001"]).await;
    app.seal_audit().await;
}

async fn export(app: &TestApp, query: &str) -> String {
    let answer = app.key().get(&format!("/api/v1/audit/export{query}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("content-type"), Some("application/x-ndjson"));
    answer.text()
}

fn verify(text: &str) -> Result<Verified, ExportError> {
    export::verify(text.as_bytes(), "")
}

fn of_kind<'a>(text: &'a str, kind: &str) -> Vec<&'a str> {
    let wanted = format!("{{\"line\":\"{kind}\"");
    text.lines().filter(|line| line.starts_with(&wanted)).collect()
}

async fn j1_an_export_holds_every_event_and_verifies(app: TestApp) {
    lived(&app).await;
    let text = export(&app, "").await;
    let found = verify(&text).unwrap();
    let last = found.batches.unwrap().1;
    assert_eq!((found.organization, found.omitted), (app.organization, 0));
    let sealed = app.database.intruder().await.number("SELECT COUNT(*) FROM audit WHERE sequence IS NOT NULL").await;
    // The export itself is an event, made before its range was read and sealed after.
    assert!(i64::try_from(found.events).unwrap() <= sealed && found.events > 5);
    for event in ["import.confirmed", "sign_in.done", "authorization.created"] {
        assert!(text.contains(&format!("\"event\":\"{event}\"")), "{event}");
    }
    // The published heads are those of the export.
    let heads = std::fs::read_to_string(app.audit_heads()).unwrap_or_default();
    let line = format!("{} {last} 00 {}\n", app.organization, found.head);
    let compared = export::verify(text.as_bytes(), &format!("{heads}{line}")).unwrap();
    assert!(compared.compared >= 1);
    let forged = format!("{} {last} 00 {}\n", app.organization, "00".repeat(32));
    assert!(matches!(export::verify(text.as_bytes(), &forged), Err(ExportError::Published(batch)) if batch == last));
    // The installation finds the same end with its key.
    let verdict = server::audit::verify(&app.state.store, &app.state.keyring, app.organization, &[]).await.unwrap();
    assert!(matches!(verdict, server::audit::Verdict::Whole { .. }), "{verdict:?}");
    let audited: Value = app.key().get("/api/v1/audit?limit=50").await.ok();
    assert!(audited.to_string().contains("audit.exported"));
}

async fn j2_every_tampering_with_an_export_is_found(app: TestApp) {
    lived(&app).await;
    let text = export(&app, "").await;
    let lines: Vec<&str> = text.lines().collect();
    let join = |lines: &[&str]| lines.join("\n") + "\n";
    assert!(verify(&join(&lines)).is_ok());
    for index in 0..lines.len() {
        // Removed.
        let mut less = lines.clone();
        less.remove(index);
        assert!(verify(&join(&less)).is_err(), "removed: {}", lines[index]);
        // Twice.
        let mut more = lines.clone();
        more.insert(index, lines[index]);
        assert!(verify(&join(&more)).is_err(), "twice: {}", lines[index]);
        // Moved.
        if index > 0 {
            let mut moved = lines.clone();
            moved.swap(index - 1, index);
            assert!(verify(&join(&moved)).is_err(), "moved: {}", lines[index]);
        }
        // Each value of a chained line changed.
        let mut value: Value = serde_json::from_str(lines[index]).unwrap();
        let kind = value["line"].as_str().unwrap().to_owned();
        let keys: Vec<String> = value.as_object().unwrap().keys().cloned().collect();
        for key in keys {
            let free = matches!(key.as_str(), "actor_name" | "keyed_hash" | "key" | "name" | "exported_at")
                || (kind == "export" && matches!(key.as_str(), "since" | "until" | "customer"));
            if free {
                continue;
            }
            let before = value[&key].clone();
            value[&key] = match &before {
                Value::Number(number) => (number.as_i64().unwrap() + 1).into(),
                other => format!("{}x", other.as_str().unwrap_or_default()).into(),
            };
            let changed = value.to_string();
            let mut forged = lines.clone();
            forged[index] = &changed;
            assert!(verify(&join(&forged)).is_err(), "{kind}.{key}: {changed}");
            value[&key] = before;
        }
    }
    // An event swapped for its digest alone is not found: that is what a filter does, and it hides nothing else.
    let event: Value = serde_json::from_str(of_kind(&text, "event")[0]).unwrap();
    assert!(verify(&text.replace("\"line\":\"end\"", "\"line\":\"End\"")).is_err());
    assert!(event["digest"].as_str().unwrap().len() == 64);
}

async fn j1_an_export_of_one_customer_keeps_the_chain_and_nobody_elses_words(app: TestApp) {
    lived(&app).await;
    let contoso = app.customer("Contoso Ltd").await.id;
    let text = export(&app, &format!("?customer={contoso}")).await;
    let found = verify(&text).unwrap();
    assert!(found.events >= 3 && found.omitted >= 3, "{found:?}");
    assert!(text.contains("sign_in.done") && !text.contains("import.confirmed"));
    let whole = verify(&export(&app, "").await).unwrap();
    assert!(whole.events + whole.omitted >= found.events + found.omitted);
    app.key()
        .get(&format!("/api/v1/audit/export?customer={}", uuid::Uuid::from_u128(7)))
        .await
        .refused(404, "not_found");
    app.key().get("/api/v1/audit/export?since=9&until=9").await.refused(422, "field_invalid");
    // By time: whole batches, what lies outside left out.
    let later = export(&app, &format!("?since={}", app.state.now().0 + 1000)).await;
    assert_eq!(verify(&later).unwrap().batches, None);
    let earlier = verify(&export(&app, &format!("?until={}", app.state.now().0 + 1000)).await).unwrap();
    assert!(earlier.events >= whole.events);
}

async fn j2_a_log_of_an_older_version_gets_its_digests(app: TestApp) {
    lived(&app).await;
    let raw = app.database.intruder().await;
    let before = verify(&export(&app, "").await).unwrap();
    app.seal_audit().await;
    raw.run("UPDATE audit_batches SET digest = NULL").await;
    let after = export(&app, &format!("?until={}", app.state.now().0 + 1000)).await;
    let found = verify(&after).unwrap();
    let digest = |text: &str, batch: i64| {
        let all = of_kind(text, "batch").into_iter().map(|line| serde_json::from_str::<Value>(line).unwrap());
        all.filter(|one| one["batch"] == batch).map(|one| one["digest"].clone()).next().unwrap()
    };
    assert_eq!(digest(&after, before.batches.unwrap().1), before.head, "the same as before");
    assert!(found.events >= before.events);
    let verdict = server::audit::verify(&app.state.store, &app.state.keyring, app.organization, &[]).await.unwrap();
    assert!(matches!(verdict, server::audit::Verdict::Whole { .. }), "{verdict:?}");
    raw.run("UPDATE audit_batches SET digest = hash WHERE batch = 2").await;
    let verdict = server::audit::verify(&app.state.store, &app.state.keyring, app.organization, &[]).await.unwrap();
    assert_eq!(verdict, server::audit::Verdict::Broken(server::audit::Broken::Digest(2)));
}

async fn j2_a_verifier_of_ones_own_comes_to_the_same_end(app: TestApp) {
    lived(&app).await;
    let document = include_str!("../../../docs/audit-export.md");
    let (_, rest) = document.split_once("```python\n").unwrap();
    let program = rest.split_once("\n```").unwrap().0;
    let run = |text: &str| {
        let mut child = Command::new("python3")
            .args(["-c", program])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("python3");
        child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        output.status.success().then(|| String::from_utf8(output.stdout).unwrap().trim().to_owned())
    };
    let contoso = app.customer("Contoso Ltd").await.id;
    for query in [String::new(), format!("?customer={contoso}")] {
        let text = export(&app, &query).await;
        assert_eq!(run(&text), Some(verify(&text).unwrap().head));
        let detail = text.find("\"detail\":\"").unwrap();
        let forged = format!("{}\"detail\":\"x{}", &text[..detail], &text[detail + 10..]);
        assert_eq!(run(&forged), None);
    }
}
