//! The programs of docs/webhooks.md do what they say: they take what Rekey signed and refuse what it did not.

use super::{heard, listen};
use rekey_tests::{
    app::{Backend, TestApp},
    receiver::{Call, Receiver},
};
use serde_json::json;
use std::{io::Write, process::Command};

/// The first block of a language in the document.
fn snippet(language: &str) -> String {
    let document = include_str!("../../../../docs/webhooks.md");
    let begin = format!("```{language}\n");
    let (_, rest) = document.split_once(&begin).expect("a block");
    rest.split_once("\n```").expect("its end").0.to_owned()
}

/// Runs a program with the call's headers in the environment and its body on standard input; gives whether it took it.
fn takes(program: &str, ending: &str, code: &str, secret: &str, call: &Call, body: &[u8]) -> bool {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join(format!("verify{ending}"));
    std::fs::write(&file, code).unwrap();
    let mut child = Command::new(program)
        .arg(&file)
        .env("WEBHOOK_SECRET", secret)
        .env("WEBHOOK_ID", call.header("webhook-id"))
        .env("WEBHOOK_TIMESTAMP", call.header("webhook-timestamp"))
        .env("WEBHOOK_SIGNATURE", call.header("webhook-signature"))
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap_or_else(|error| panic!("{program}: {error}"));
    child.stdin.take().unwrap().write_all(body).unwrap();
    child.wait().unwrap().success()
}

fn check(program: &str, ending: &str, code: &str, secret: &str, call: &Call) {
    assert!(takes(program, ending, code, secret, call, &call.body), "{program} refuses what Rekey signed");
    let mut changed = call.body.to_vec();
    changed[10] ^= 1;
    assert!(!takes(program, ending, code, secret, call, &changed), "{program} takes a changed body");
    let other = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    assert!(!takes(program, ending, code, other, call, &call.body), "{program} takes another secret");
    let mut old = call.clone();
    let hour_ago = call.header("webhook-timestamp").parse::<i64>().unwrap() - 3600;
    old.headers.insert("webhook-timestamp", hour_ago.to_string().parse().unwrap());
    assert!(!takes(program, ending, code, secret, &old, &call.body), "{program} takes another time");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn k2_the_documented_programs_verify_what_rekey_signs() {
    let app = TestApp::start(Backend::Sqlite).await;
    let receiver = Receiver::start().await;
    let made = listen(&app, &receiver, json!({})).await;
    let (old, channel) = (made.secret.unwrap(), made.channel.id);
    let path = format!("/api/v1/channels/{channel}/rotate-secret");
    let rotated: shared::api::channels::ChannelCreated = app.member().await.post(&path, &json!({})).await.ok();
    app.key().post(&format!("/api/v1/channels/{channel}/test"), &json!({})).await;
    let call = heard(&receiver, "ping").await;
    for secret in [old, rotated.secret.unwrap()] {
        check("python3", ".py", &snippet("python"), &secret, &call);
        check("node", ".mjs", &snippet("js"), &secret, &call);
    }
}
