//! `rekey demo --json` keeps what it promises to scripts, its audit log verifies, and it ends when it is told to.

use rekey_tests::{
    app::eventually,
    binary,
    demo::{Demo, Ready},
};
use reqwest::{Certificate, Client};
use serde_json::Value;
use std::{fs, process::Command, time::Duration};
use tokio::time::Instant;

const ENDS_WITHIN: Duration = Duration::from_secs(10);

async fn status(url: &str) -> u16 {
    Client::new().get(url).send().await.unwrap_or_else(|error| panic!("{url}: {error}")).status().as_u16()
}

async fn everything_is_there(ready: &Ready) {
    let metadata = |login: &str| format!("{login}/common/v2.0/.well-known/openid-configuration");
    assert_eq!(status(&format!("{}/health/ready", ready.portal)).await, 200);
    // A name of its own, so that it is another site: browsers know where it is.
    let console: reqwest::Url = ready.console.parse().expect("an address");
    let port = console.port().expect("a port");
    let browser = Client::builder().resolve("console.localhost", ([127, 0, 0, 1], port).into()).build();
    assert_eq!(browser.expect("a client").get(console).send().await.expect("the console answers").status(), 200);
    assert_eq!(status(&metadata(&ready.login)).await, 200);
    assert_eq!(status(&format!("{}/v1.0/me", ready.graph)).await, 401);
    assert_eq!(status(&format!("{}/requests", ready.control)).await, 200);
    // For Microsoft's own client libraries: with the certificate that is named, and not without it.
    let ca = Certificate::from_pem(&fs::read(&ready.ca_file).expect("the file")).expect("a certificate");
    let trusting = Client::builder().tls_certs_merge([ca]).build().expect("a client");
    for url in [metadata(&ready.https_login), format!("{}/v1.0/me", ready.https_graph)] {
        assert!(url.starts_with("https://"), "{url}");
        assert!(trusting.get(&url).send().await.is_ok(), "{url}");
        assert!(Client::new().get(&url).send().await.is_err(), "{url}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demo_says_what_scripts_need_and_ends_in_order() {
    let demo = Demo::start();
    let ready = demo.ready.clone();
    everything_is_there(&ready).await;
    let owner = demo.account(&ready.owner_sign_in);
    assert!(!owner.password.is_empty() && owner.tid.parse::<uuid::Uuid>().is_ok() && !owner.tenant.is_empty());
    let administrators =
        ready.accounts.iter().filter(|one| one.roles.iter().any(|role| role == "Global Administrator"));
    assert!(administrators.count() >= 2, "somebody who can set up each way");
    assert!(ready.accounts.iter().any(|one| one.totp_secret.is_some() && one.code().len() == 6));
    let registrations = [
        ready.registrations.sign_in,
        ready.registrations.access,
        ready.registrations.setup_sign_in,
        ready.registrations.setup,
    ];
    let known: Vec<Value> = {
        let answer = Client::new().get(format!("{}/applications", ready.control)).send().await.expect("the control");
        answer.json().await.expect("applications")
    };
    for id in registrations {
        assert!(known.iter().any(|one| one["client_id"] == id.to_string()), "{id}");
    }
    demo.import_sample().await;
    assert_eq!(demo.api("/api/v1/backup-sets/counts").await["total"], 23);

    // An operator verifies what it wrote, while it runs.
    let heads = demo.data().join("audit-heads.txt");
    eventually("a head is published", async || fs::read_to_string(&heads).is_ok_and(|text| !text.is_empty())).await;
    let file = |name: &str| demo.data().join(name);
    let verify = || {
        let mut command = Command::new(binary::rekey());
        command
            .args(["audit", "verify"])
            .env("REKEY_LISTEN", "127.0.0.1:0")
            .env("REKEY_ORIGIN", &ready.portal)
            .env("REKEY_DATABASE", format!("sqlite:{}", file("rekey.db").display()))
            .env("REKEY_KEYS", file("keys"))
            .env("REKEY_AUDIT_HEADS", &heads)
            .env("REKEY_MICROSOFT_LOGIN", &ready.login)
            .env("REKEY_MICROSOFT_GRAPH", &ready.graph)
            .env("REKEY_MICROSOFT_SIGN_IN_CLIENT_ID", ready.registrations.sign_in.to_string())
            .env("REKEY_MICROSOFT_ACCESS_CLIENT_ID", ready.registrations.access.to_string())
            .env("REKEY_MICROSOFT_ACCESS_CERTIFICATE_FILE", file("access.crt.pem"))
            .env("REKEY_MICROSOFT_ACCESS_KEY_FILE", file("access.key.pem"));
        let outcome = command.output().expect("the program runs");
        let text = [outcome.stdout, outcome.stderr].concat();
        (outcome.status.success(), String::from_utf8_lossy(&text).into_owned())
    };
    let (whole, said) = verify();
    assert!(whole && said.contains(": whole, ") && !said.contains(" 0 events"), "{said}");

    let begun = Instant::now();
    let ended = demo.stop().await;
    assert_eq!(ended.code(), Some(0), "SIGTERM ends it in order");
    assert!(begun.elapsed() < ENDS_WITHIN, "{:?}", begun.elapsed());
    assert!(Client::new().get(&ready.portal).send().await.is_err(), "nobody listens any more");
}
