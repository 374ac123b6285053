//! The support bundle holds what helps and nothing that identifies anybody or opens anything (L3, N7).

use rekey_tests::{
    app::{Backend, OWNER, Setup, TestApp},
    app_on_both,
};
use serde_json::{Value, json};
use server::{cli::support::configuration, config::Config, services::support};
use shared::api::channels::ChannelCreated;
use std::collections::HashMap;

app_on_both! { l3_n7_the_bundle_tells_counts_and_codes_and_names_nobody }

/// Everything that must not be in a bundle: secrets, names, addresses.
async fn canaries(app: &TestApp) -> Vec<String> {
    let mut all = vec![app.api_key.clone(), OWNER.to_owned(), "Northwind Managed IT".to_owned()];
    for set in app.sets().await {
        all.extend([set.external_id, set.name, set.customer.name]);
        all.extend(set.customer.domain);
        all.extend(set.account);
    }
    for person in app.emulator.scenario().tenants.iter().flat_map(|tenant| &tenant.people) {
        all.extend([person.username.clone(), person.password.clone(), person.display_name.clone()]);
    }
    for entry in std::fs::read_dir(app.data().join("keys")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "key") {
            all.push(std::fs::read_to_string(path).unwrap().trim().to_owned());
        }
    }
    all
}

fn search(text: &str, canaries: &[String]) {
    // A name of two letters is in every text.
    for canary in canaries.iter().filter(|canary| canary.len() > 3) {
        assert!(!text.contains(canary.as_str()), "the bundle holds {canary}");
    }
}

async fn l3_n7_the_bundle_tells_counts_and_codes_and_names_nobody(app: TestApp) {
    app.import_sample().await;
    app.connect_account(&["CON-001"], "backup@contoso.com").await;
    app.plant_app(&["FAB-001"]).await;
    // A stop whose words name the account, a webhook with a secret in its address, keys and restores with telling names.
    let road = app.before_save(&["CON-002"], "priya.shah@contoso.com").await;
    app.save(&road.attempt.secret, &road.tokens).await;
    let member = app.member().await;
    let hook =
        json!({ "kind": "webhook", "address": "https://canary-hooks.example.com/canary-path?token=canary-token" });
    let hook: ChannelCreated = member.post("/api/v1/channels", &hook).await.ok();
    let made: Value = member.post("/api/v1/api-keys", &json!({ "name": "canary-key" })).await.ok();
    let customer = app.customer("Contoso Ltd").await.id;
    let body = json!({ "customer": customer, "reason": "canary-reason", "hours": 1 });
    member.post("/api/v1/restores", &body).await.ok::<Value>();
    let mut canaries = canaries(&app).await;
    canaries.extend([
        "canary".to_owned(),
        hook.secret.unwrap(),
        made["secret"].as_str().unwrap().to_owned(),
        road.link.clone(),
        road.tokens.access.clone(),
    ]);
    canaries.extend(app.refresh_tokens().await);
    let answer = member.get("/api/v1/support-bundle").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    search(&answer.text(), &canaries);
    let bundle: Value = answer.ok();
    let own = &bundle["organizations"][0];
    assert_eq!(own["id"], app.organization.to_string());
    assert_eq!(own["counts"]["backup_sets_by_method"]["hybrid"], 1);
    assert_eq!(
        own["counts"]["numbers"]["customers"],
        app.key().get("/api/v1/customers?limit=200").await.ok::<Value>()["items"].as_array().unwrap().len()
    );
    let problems = own["problems"].as_array().unwrap();
    assert!(problems.iter().any(|one| one["code"] == "code=wrong_account"), "{problems:?}");
    assert!(bundle["database"]["schema"].as_array().unwrap().iter().any(|step| step == "m0006_telling"));
    app.key().get("/api/v1/support-bundle").await.refused(401, "unauthenticated");
    // The whole installation's, and no organization's more than its own.
    app.neighbour().await;
    let whole = support::of_installation(&app.state, json!({})).await.unwrap();
    search(&whole.to_string(), &canaries);
    assert_eq!(whole["organizations"].as_array().unwrap().len(), 2);
    let own: Value = member.get("/api/v1/support-bundle").await.ok();
    assert_eq!(own["organizations"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn l3_the_configuration_in_a_bundle_has_no_secret() {
    let app = TestApp::start_with(Setup::new(Backend::Sqlite)).await;
    let file = |name: &str| app.data().join(name).display().to_string();
    std::fs::write(app.data().join("canary.password"), "canary-mail-password").unwrap();
    let pairs = [
        ("REKEY_ORIGIN", "https://rekey.example.com".to_owned()),
        ("REKEY_DATABASE", "postgres://canary-user:canary-password@db.example.com/canary-database?x=canary".to_owned()),
        ("REKEY_KEYS", "/canary-folder/keys".to_owned()),
        ("REKEY_MAIL_SMTP", "smtps://canary-user@mail.example.com:465".to_owned()),
        ("REKEY_MAIL_PASSWORD_FILE", file("canary.password")),
        ("REKEY_MAIL_FROM", "Canary-Person <canary@example.com>".to_owned()),
        ("REKEY_MICROSOFT_SIGN_IN_CLIENT_ID", "0190a0b1-2c3d-7e4f-8a9b-0c1d2e3f4a5b".to_owned()),
        ("REKEY_MICROSOFT_ACCESS_CLIENT_ID", "0190a0b1-2c3d-7e4f-8a9b-0c1d2e3f4a5c".to_owned()),
        ("REKEY_MICROSOFT_ACCESS_CERTIFICATE_FILE", file("access.crt.pem")),
        ("REKEY_MICROSOFT_ACCESS_KEY_FILE", file("access.key.pem")),
    ];
    let environment: HashMap<String, String> = pairs.map(|(key, value)| (key.to_owned(), value)).into();
    let config = Config::read(None, &environment).unwrap();
    let text = configuration(&config).to_string();
    assert!(!text.to_lowercase().contains("canary") && !text.contains("PRIVATE") && !text.contains("BEGIN"), "{text}");
    assert!(text.contains("postgres://db.example.com") && text.contains("smtps://mail.example.com:465"), "{text}");
}
