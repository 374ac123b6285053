//! Stored secrets leave by no answer (S9), and B5: where Microsoft returns to is never taken from input.

use emulator::scenario::{ConditionalAccess, Policies, Requirement, Stage};
use rekey_tests::{
    app::{OWNER, TestApp, embed::CONSOLE, eventually},
    app_on_both,
};
use reqwest::Method;
use serde_json::{Value, json};
use server::services::certificates::Validity;

app_on_both! {
    s9_no_answer_holds_a_stored_secret,
    s9_who_opened_a_secret_and_what_for_is_in_the_log,
}

/// S9: a heartbeat and a probe open a secret each, and a challenge is opened for the browser that carries it to Microsoft.
async fn s9_who_opened_a_secret_and_what_for_is_in_the_log(app: TestApp) {
    app.import_sample().await;
    app.connect_account(&["CON-001"], "backup@contoso.com").await;
    app.plant_renewing_app("Fabrikam Inc.", Validity::TwoYears).await;
    let logged = async |event: &str, detail: &str| {
        app.dump().await["audit"].iter().any(|row| row.contains(event) && row.contains(detail))
    };
    assert!(!logged("app.checked", "purpose=probe").await);
    let rule = ConditionalAccess {
        stages: vec![Stage::OnBehalfOf],
        require: Requirement::Claims,
        ..ConditionalAccess::default()
    };
    let tid = app.identity("backup@contoso.com").0.0;
    let policies = Policies { conditional_access: vec![rule], ..Policies::default() };
    app.emulator.set_policies(tid, policies).unwrap();
    let road = app.before_save(&["CON-009"], "priya.shah@contoso.com").await;
    assert_eq!(app.save(&road.attempt.secret, &road.tokens).await.status, 401);
    assert!(!logged("attempt.started", "purpose=claims_challenge").await);
    app.attempt(&road.attempt.secret, road.authorization.sign_ins[0].id).await;
    assert!(logged("attempt.started", "purpose=claims_challenge").await);
    app.emulator.set_policies(tid, Policies::default()).unwrap();
    app.advance(4 * 24 * 3600);
    eventually("a beat", async || logged("connection.refreshed", "purpose=heartbeat").await).await;
    eventually("a probe", async || logged("app.checked", "purpose=probe").await).await;
}

async fn s9_no_answer_holds_a_stored_secret(app: TestApp) {
    app.import_sample().await;
    let road = app.connect_account(&["CON-001"], "backup@contoso.com").await;
    let waiting = app.before_save(&["FAB-003", "FAB-001"], "backup@fabrikam.com").await;
    app.save(&waiting.attempt.secret, &waiting.tokens).await;
    let cookie = app.sign_in(OWNER).await;
    app.register_origin(CONSOLE).await;
    let embedded = app.embed_sets(&["CON-002"]).await;
    let window = app.announce(&embedded.secret).await;
    let mut secrets = app.refresh_tokens().await;
    assert_eq!(secrets.len(), 1);
    secrets.extend([
        app.api_key.clone(),
        embedded.secret.clone(),
        window.secret.clone(),
        cookie.split_once('=').unwrap().1.to_owned(),
        road.link.clone(),
        road.attempt.secret.clone(),
        waiting.link.clone(),
        waiting.attempt.secret.clone(),
        road.tokens.access.clone(),
        road.tokens.id.clone(),
        waiting.tokens.access.clone(),
        waiting.tokens.id.clone(),
    ]);
    let description: Value = app.anonymous().get("/api/openapi.json").await.ok();
    let ids = [
        road.authorization.id.to_string(),
        waiting.authorization.id.to_string(),
        app.set("CON-001").await.id.to_string(),
        app.customer("Contoso Ltd").await.id.to_string(),
    ];
    let (mut asked, mut found) = (0, 0);
    for path in description["paths"].as_object().unwrap().keys().filter(|path| !path.ends_with("/live")) {
        for id in &ids {
            let own = app.organization.to_string();
            let address = path.replace("{id}", id).replace("{sign_in}", id).replace("{organization}", &own);
            for client in [
                app.key(),
                app.session(&cookie),
                app.connect(&waiting.link),
                app.connect(&road.attempt.secret),
                app.frame(&embedded.secret),
            ] {
                let answer = client.get(&address).await;
                asked += 1;
                found += usize::from(answer.status == 200);
                let text = format!("{:?} {}", answer.headers, answer.text());
                for secret in &secrets {
                    assert!(!text.contains(secret.as_str()), "{address} shows a secret: {text}");
                }
            }
        }
    }
    assert!(asked > 100 && found > 40, "{found} of {asked} answers held something");
    let mut live = app.key().live(&format!("/api/v1/authorizations/{}/live", waiting.authorization.id)).await;
    let text = live.next::<Value>().await.unwrap().to_string();
    assert!(secrets.iter().all(|secret| !text.contains(secret.as_str())));
    // A refused Save does not say back what it was given.
    let body = json!({ "access_token": "canary-access-token", "id_token": { "canary": "canary-id-token" } });
    let answer = app.connect(&waiting.attempt.secret).post("/api/v1/connect/save", &body).await;
    assert!(answer.status == 422 && !answer.text().contains("canary"), "{}", answer.text());
    let text = r#"{"access_token":"canary-1","access_token":"canary-2"}"#;
    let client = app.connect(&waiting.attempt.secret);
    let answer = client.send(Method::POST, "/api/v1/connect/save", Some("application/json"), text).await;
    assert!(answer.status == 422 && !answer.text().contains("canary"), "{}", answer.text());
    // B5: the way back is the installation's own.
    assert_eq!(waiting.attempt.redirect_uri, format!("{}/connect/callback", app.origin));
    let body = json!({ "sign_in": waiting.authorization.sign_ins[0].id, "redirect_uri": "https://evil.example" });
    client.post("/api/v1/connect/attempts", &body).await.refused(422, "field_invalid");
}
