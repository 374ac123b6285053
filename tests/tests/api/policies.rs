//! Conditional Access: with a challenge the browser passes it on; without one a person hears what to do (B1 to B3, J3, P7).

use base64::{Engine, engine::general_purpose::STANDARD};
use emulator::scenario::{ConditionalAccess, Policies, Requirement, Stage};
use rekey_tests::{
    app::{TestApp, client::Answer, set_up::ADMINISTRATOR},
    app_on_both,
};
use shared::{
    api::{authorizations::SignInState, connect::ConnectView, problem::HelpAction},
    method::Method,
};
use std::collections::BTreeSet;

app_on_both! {
    p7_a_challenge_reaches_the_browser_unchanged_and_is_answered,
    b3_j3_a_block_without_a_challenge_is_explained,
    b1_an_enforced_administrator_proves_herself_at_microsoft_alone,
    b2_everything_works_where_device_code_is_blocked,
}

fn rule(app: &TestApp, require: Requirement) {
    let rule = ConditionalAccess { stages: vec![Stage::OnBehalfOf], require, ..ConditionalAccess::default() };
    let tid = app.identity("backup@contoso.com").0.0;
    let policies = app.emulator.scenario().tenant("contoso.com").unwrap().policies.clone();
    let policies = Policies { conditional_access: vec![rule], ..policies };
    app.emulator.set_policies(tid, policies).unwrap();
}

fn challenge(answer: &Answer) -> String {
    let problem = answer.refused(401, "claims_needed");
    assert!(problem.microsoft.is_some_and(|ids| ids.correlation_id.is_some()), "ids for support");
    let header = answer.header("www-authenticate").expect("a challenge");
    let (scheme, rest) = header.split_once(' ').unwrap();
    assert_eq!(scheme, "Bearer");
    assert!(rest.contains("error=\"insufficient_claims\""), "{header}");
    let encoded = rest.split("claims=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("claims");
    String::from_utf8(STANDARD.decode(encoded).unwrap()).unwrap()
}

async fn p7_a_challenge_reaches_the_browser_unchanged_and_is_answered(app: TestApp) {
    app.import_sample().await;
    rule(&app, Requirement::Claims);
    let road = app.before_save(&["CON-001"], "backup@contoso.com").await;
    let answer = app.save(&road.attempt.secret, &road.tokens).await;
    let claims = challenge(&answer);
    let id = ConditionalAccess::default().id.to_string();
    let value: serde_json::Value = serde_json::from_str(&claims).unwrap();
    assert!(claims.contains(&id) && value["access_token"].is_object(), "{claims}");
    let view = app.view(&road.attempt.secret).await;
    assert_eq!(view.sign_in.state, SignInState::ClaimsNeeded);
    assert_eq!(app.set("CON-001").await.method, Method::Basic);
    // The same Save again gets the same answer, byte for byte.
    assert_eq!(challenge(&app.save(&road.attempt.secret, &road.tokens).await), claims);
    let next = app.attempt(&road.attempt.secret, view.sign_in.id).await;
    assert_eq!(next.claims.as_deref(), Some(claims.as_str()), "as Microsoft gave it");
    // It is kept sealed meanwhile, and gone from what others see.
    let dump = app.dump().await;
    assert!(!dump.values().flatten().any(|row| row.contains(&id)), "the challenge is stored in the open");
    let tokens = app.person("backup@contoso.com").sign_in(&next).await;
    let done: ConnectView = app.save(&next.secret, &tokens).await.ok();
    assert_eq!(done.sign_in.state, SignInState::Done, "{:?}", done.sign_in.problem);
    assert_eq!(app.set("CON-001").await.method, Method::Hybrid);
}

async fn b3_j3_a_block_without_a_challenge_is_explained(app: TestApp) {
    app.import_sample().await;
    rule(&app, Requirement::Block);
    let road = app.before_save(&["CON-001"], "backup@contoso.com").await;
    let view: ConnectView = app.save(&road.attempt.secret, &road.tokens).await.ok();
    assert_eq!(view.sign_in.state, SignInState::Failed);
    let help = view.sign_in.problem.expect("a remedy");
    assert_eq!(help.code, "aadsts_53003");
    assert_eq!((help.ids.aadsts, help.action), (Some(53_003), HelpAction::AskAdministrator));
    assert!(help.ids.trace_id.is_some() && help.ids.correlation_id.is_some() && help.ids.timestamp.is_some());
    assert!(help.text.len() > 40 && !help.text.contains("AADSTS"), "{}", help.text);
    assert_eq!(app.set("CON-001").await.method, Method::Basic);
    // Lifted, the next try goes through.
    let tid = app.identity("backup@contoso.com").0.0;
    app.emulator.set_policies(tid, Policies::default()).unwrap();
    app.connect_account(&["CON-001"], "backup@contoso.com").await;
}

/// B1: which second factor it is, is between her and Microsoft. The code is typed there, and nothing of it comes to Rekey.
async fn b1_an_enforced_administrator_proves_herself_at_microsoft_alone(app: TestApp) {
    app.import_sample().await;
    let tenants = &app.emulator.scenario().tenants;
    let anna = tenants.iter().flat_map(|tenant| &tenant.people).find(|person| person.username == ADMINISTRATOR);
    assert!(anna.is_some_and(|anna| anna.mfa_enforced), "a second factor is enforced");
    app.emulator.clear_requests();
    app.set_up(&["CON-015"]).await;
    let log = app.emulator.requests();
    let typed = log.iter().filter(|one| one.form.contains_key("code") && !one.is_token(None));
    let codes: BTreeSet<&str> = typed.map(|one| one.path.as_str()).collect();
    assert_eq!(codes, BTreeSet::from(["/common/mfa"]));
    assert_eq!(app.set("CON-015").await.method, Method::Modern);
}

/// B2: this Microsoft gives no device code to anybody; both roads go to their end and never ask for one.
async fn b2_everything_works_where_device_code_is_blocked(app: TestApp) {
    let http = reqwest::Client::new();
    let base = format!("{}{}/oauth2/v2.0", app.emulator.login(), app.identity(ADMINISTRATOR).0);
    let form = [("client_id", app.state.microsoft.config.sign_in.to_string()), ("scope", "openid".to_owned())];
    assert!(http.post(format!("{base}/devicecode")).form(&form).send().await.unwrap().status().is_client_error());
    app.emulator.clear_requests();
    app.import_sample().await;
    app.connect_account(&["CON-001"], "backup@contoso.com").await;
    app.set_up(&["CON-015"]).await;
    assert_eq!((app.set("CON-001").await.method, app.set("CON-015").await.method), (Method::Hybrid, Method::Modern));
    for one in app.emulator.requests() {
        let grant = one.form.get("grant_type").map_or("", String::as_str);
        assert!(!one.path.contains("device") && !grant.contains("device"), "{} {grant}", one.path);
    }
}
