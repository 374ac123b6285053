//! The kill switch: everything of ours forgotten at once, and an honest word about the rest (L3).

use super::{CUSTOMER, DAY, audited, current, move_to, planted, works};
use emulator::{Effect, Fault};
use rekey_tests::{
    app::{TestApp, client::Client, eventually},
    app_on_both,
};
use serde_json::json;
use server::{
    random::SystemRandom,
    seal::{Keyring, add_key},
    services::reseal,
};
use shared::{
    api::{
        apps::{AppState, CertificateState},
        authorizations::AuthorizationState,
        customers::{ConnectionState, KillSwitchReport},
    },
    method::Method,
};
use std::sync::Arc;

app_on_both! {
    l3_everything_of_a_customer_is_forgotten_at_once,
    l3_what_microsoft_does_not_take_back_is_told,
    l3_a_renewal_that_is_on_its_way_leaves_no_key_behind,
    l3_only_a_manager_who_types_the_name_may,
    l3_s4_the_master_key_can_be_changed_right_after_it,
}

async fn pull(app: &TestApp, member: &Client) -> KillSwitchReport {
    let id = app.customer(CUSTOMER).await.id;
    member.post(&format!("/api/v1/customers/{id}/kill-switch"), &json!({ "confirm": CUSTOMER })).await.ok()
}

async fn l3_everything_of_a_customer_is_forgotten_at_once(app: TestApp) {
    let owner = planted(&app).await;
    let other = app.plant_renewing_app("Fabrikam Inc.", server::services::certificates::Validity::TwoYears).await;
    app.connect_account(&["CON-001"], "backup@contoso.com").await;
    let open = app.authorize(&["CON-009"]).await;
    let link = app.link(open.id).await;
    let before = current(&app, &owner).await;
    let tokens = app.refresh_tokens().await;
    assert!(works(&app, &owner, &before).await && tokens.len() == 1);

    let member = app.member().await;
    let begun = tokio::time::Instant::now();
    let report = pull(&app, &member).await;
    assert!(begun.elapsed() < std::time::Duration::from_mins(1));
    assert_eq!((report.apps.len(), report.connections), (1, 1));
    let killed = &report.apps[0];
    assert_eq!((killed.keys_removed, killed.keys_left), (1, 0), "its own key took itself off");
    let left = killed.left.join("\n");
    for id in [owner.object.unwrap().to_string(), owner.client_id.unwrap().to_string()] {
        assert!(left.contains(&id), "{left}");
    }
    assert!(app.directory_app(&owner).keys.is_empty());
    let now = app.app_record(&owner).await;
    assert_eq!((now.state, now.left), (AppState::Off, killed.left.clone()));
    assert!(now.version > owner.version, "what was cached is stale");
    for one in app.certificates_of(&owner).await {
        assert!(one.private_key.is_none() && one.state == CertificateState::Removed);
    }
    // What was copied before the switch is worth nothing either.
    assert!(!works(&app, &owner, &before).await);
    let connection = app.customer(CUSTOMER).await.connections.remove(0);
    assert_eq!(connection.state, ConnectionState::Ended);
    let dump = app.dump().await;
    assert!(dump["connections"].iter().all(|row| !row.contains("working")));
    assert_eq!(app.authorization(open.id).await.state, AuthorizationState::Cancelled);
    app.connect(&link).get("/api/v1/connect").await.refused(404, "not_found");
    assert_eq!(audited(&app, "customer.kill_switch").await, 1);
    // The neighbour in the same organization works on.
    assert!(works(&app, &other, &current(&app, &other).await).await);
    let request = shared::api::authorizations::CreateAuthorization::new(app.ids(&["CON-002"]).await, Method::Hybrid);
    assert_eq!(app.key().post("/api/v1/authorizations", &request).await.status, 200, "a new start is possible");
    // Nothing that was planned brings anything back, and pulling it again changes nothing.
    app.advance(800 * DAY);
    eventually("no work for this app", async || app.app_record(&owner).await.state == AppState::Off).await;
    assert!(app.certificates_of(&owner).await.iter().all(|one| one.private_key.is_none()));
    let member = app.member().await;
    let again = pull(&app, &member).await;
    assert_eq!((again.connections, again.apps[0].keys_left), (0, 0));
}

async fn l3_what_microsoft_does_not_take_back_is_told(app: TestApp) {
    let owner = planted(&app).await;
    app.emulator.set_fault(emulator::Fault {
        path_end: Some("/removeKey".to_owned()),
        effect: emulator::Effect { status: Some(503), ..emulator::Effect::default() },
        ..emulator::Fault::default()
    });
    let member = app.member().await;
    let report = pull(&app, &member).await;
    let killed = &report.apps[0];
    assert_eq!((killed.keys_removed, killed.keys_left), (0, 1));
    assert!(killed.left[0].contains("certificate whose key is forgotten"), "{:?}", killed.left);
    assert_eq!(app.directory_app(&owner).keys.len(), 1, "it is there still");
    assert!(app.certificates_of(&owner).await.iter().all(|one| one.private_key.is_none()), "and nobody can use it");
}

/// The renewal has what it needs, and stores its new key only after everything was forgotten.
async fn l3_a_renewal_that_is_on_its_way_leaves_no_key_behind(app: TestApp) {
    let owner = planted(&app).await;
    let before = current(&app, &owner).await;
    let asked = || app.emulator.requests().iter().filter(|request| request.path.ends_with("/token")).count();
    let (slow, seen) = (Effect { delay_millis: 1_500, ..Effect::default() }, asked());
    app.emulator.set_fault(Fault { endpoint: Some("token".to_owned()), effect: slow, ..Fault::default() });
    move_to(&app, before.renew_at.unwrap());
    eventually("the renewal and the daily look ask for tokens", async || asked() > seen + 1).await;
    let member = app.member().await;
    pull(&app, &member).await;
    assert!(app.certificates_of(&owner).await.iter().all(|one| one.private_key.is_none()));
    eventually("the renewal has ended", async || {
        app.advance(30);
        !app.dump().await["work"].iter().any(|row| row.contains("renew"))
    })
    .await;
    let left = app.certificates_of(&owner).await;
    assert!(left.iter().all(|one| one.private_key.is_none()), "{left:?}");
    assert_eq!(app.directory_app(&owner).keys.len(), 0);
}

async fn l3_only_a_manager_who_types_the_name_may(app: TestApp) {
    let owner = planted(&app).await;
    let path = format!("/api/v1/customers/{}/kill-switch", owner.customer);
    app.key().post(&path, &json!({ "confirm": CUSTOMER })).await.refused(403, "member_needed");
    let member = app.member().await;
    for wrong in ["", "contoso ltd", "Contoso", "Fabrikam Inc."] {
        member.post(&path, &json!({ "confirm": wrong })).await.refused(422, "field_invalid");
    }
    let before = app.app_record(&owner).await;
    assert_eq!(before.state, AppState::Working);
    app.advance(660);
    member.post(&path, &json!({ "confirm": CUSTOMER })).await.refused(403, "sign_in_stale");
    assert!(current(&app, &owner).await.private_key.is_some());
}

/// S4: what was forgotten is no sealed value, and stops no change of the master key.
async fn l3_s4_the_master_key_can_be_changed_right_after_it(app: TestApp) {
    planted(&app).await;
    app.plant_renewing_app("Fabrikam Inc.", server::services::certificates::Validity::TwoYears).await;
    app.connect_account(&["CON-001"], "backup@contoso.com").await;
    pull(&app, &app.member().await).await;
    let old = app.state.keyring.active();
    let keys = app.data().join("keys");
    let new = add_key(&keys, &SystemRandom).expect("a key");
    let keyring = Keyring::load(&keys, Arc::new(SystemRandom)).expect("both keys");
    assert_eq!(reseal::reseal(&app.state.store, &keyring).await.expect("it ends"), 1, "Fabrikam's key");
    let uses = reseal::uses(&app.state.store, &keyring).await.expect("counts");
    assert_eq!((uses[&old].sealed, uses[&new].sealed), (0, 1));
}
