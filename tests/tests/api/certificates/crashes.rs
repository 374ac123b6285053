//! A renewal that breaks off anywhere is carried on, and leaves no key behind (E11, crash safety).

use super::{current, move_to, planted, until_renewed, until_tried, works};
use base64::{Engine, engine::general_purpose::STANDARD};
use emulator::{DropConnection, Effect, Fault, Taint};
use rekey_tests::{
    app::{TestApp, eventually},
    app_on_both,
};
use server::{
    services::certificates::{self, Validity},
    store::{apps::App, certificates::Certificate},
};
use shared::api::apps::CertificateState;

app_on_both! {
    e8_the_lost_answer_of_add_key_is_no_second_key,
    e8_a_node_that_died_before_add_key_leaves_nothing,
    e8_a_node_that_died_after_add_key_is_carried_on,
    e10_the_lost_answer_of_remove_key_is_no_trouble,
    e11_a_key_that_cannot_be_stored_is_taken_back,
    e8_throttling_waits_and_leaves_nothing_behind,
}

fn fault(path_end: &str, effect: Effect) -> Fault {
    Fault {
        endpoint: Some("graph".to_owned()),
        path_end: Some(path_end.to_owned()),
        times: Some(1),
        effect,
        ..Fault::default()
    }
}

fn cut(when: DropConnection) -> Effect {
    Effect { drop: Some(when), ..Effect::default() }
}

async fn e8_the_lost_answer_of_add_key_is_no_second_key(app: TestApp) {
    let owner = planted(&app).await;
    let old = current(&app, &owner).await;
    app.emulator.set_fault(fault("/addKey", cut(DropConnection::AfterProcessing)));
    move_to(&app, old.renew_at.unwrap());
    eventually("a key", async || app.directory_app(&owner).keys.len() == 2).await;
    // The next try is due in two seconds, with or without this.
    app.advance(5);
    let new = until_renewed(&app, &owner, &old).await;
    assert_eq!((new.key_id, app.directory_app(&owner).keys.len()), (None, 2), "its keyId is lost, the key works");
    assert!(works(&app, &owner, &new).await);

    // Two years on, its key cannot be named: an administrator is told what stays on the app.
    move_to(&app, new.renew_at.unwrap());
    until_renewed(&app, &owner, &new).await;
    app.advance(25 * 3600);
    eventually("a word about what is left", async || !app.app_record(&owner).await.left.is_empty()).await;
    let left = app.app_record(&owner).await.left.remove(0);
    assert!(left.contains(&new.thumbprint), "{left}");
    eventually("a forgotten key", async || {
        let all = app.certificates_of(&owner).await;
        all.iter().any(|one| one.id == new.id && one.state == CertificateState::Removed && one.private_key.is_none())
    })
    .await;
}

/// What a dead node left: a certificate that was made and sealed, perhaps on the app.
async fn left_behind(app: &TestApp, owner: &App, on_the_app: bool) -> Certificate {
    let made = certificates::make(&app.state, app.organization, owner.id, Validity::TwoYears, None).await.unwrap();
    if on_the_app {
        let taint = Taint { certificates: vec![STANDARD.encode(&made.der)], ..Taint::default() };
        app.emulator.taint_application(owner.tenant.0, owner.client_id.unwrap().0, &taint).unwrap();
    }
    let tx = app.state.store.write(app.organization).await.unwrap();
    tx.add_certificate(&made).await.unwrap();
    tx.commit().await.unwrap();
    made
}

async fn e8_a_node_that_died_before_add_key_leaves_nothing(app: TestApp) {
    let owner = planted(&app).await;
    let old = current(&app, &owner).await;
    app.advance(100 * super::DAY);
    let made = left_behind(&app, &owner, false).await;
    move_to(&app, old.renew_at.unwrap());
    let new = until_renewed(&app, &owner, &old).await;
    assert_ne!(new.id, made.id);
    let all = app.certificates_of(&owner).await;
    assert!(all.iter().all(|one| one.id != made.id), "what was never used is gone");
    assert_eq!(app.directory_app(&owner).keys.len(), 2);
}

async fn e8_a_node_that_died_after_add_key_is_carried_on(app: TestApp) {
    let owner = planted(&app).await;
    let old = current(&app, &owner).await;
    app.advance(100 * super::DAY);
    let made = left_behind(&app, &owner, true).await;
    move_to(&app, old.renew_at.unwrap());
    let new = until_renewed(&app, &owner, &old).await;
    assert_eq!(new.id, made.id, "the key that is there is used");
    assert_eq!(app.directory_app(&owner).keys.len(), 2);
    let asked = app.emulator.requests();
    assert!(asked.iter().all(|request| !request.path.ends_with("/addKey")), "no second key");
}

async fn e10_the_lost_answer_of_remove_key_is_no_trouble(app: TestApp) {
    let owner = planted(&app).await;
    let old = current(&app, &owner).await;
    move_to(&app, old.renew_at.unwrap());
    until_renewed(&app, &owner, &old).await;
    app.emulator.set_fault(fault("/removeKey", cut(DropConnection::AfterProcessing)));
    app.advance(25 * 3600);
    eventually("one key", async || app.directory_app(&owner).keys.len() == 1).await;
    until_tried(&app, "remove_key", 1).await;
    app.advance(61);
    eventually("a forgotten key", async || {
        let all = app.certificates_of(&owner).await;
        all.iter().any(|one| one.id == old.id && one.state == CertificateState::Removed && one.private_key.is_none())
    })
    .await;
    assert!(app.app_record(&owner).await.left.is_empty(), "it is gone, so nothing is left");
}

async fn e11_a_key_that_cannot_be_stored_is_taken_back(app: TestApp) {
    let owner = planted(&app).await;
    let old = current(&app, &owner).await;
    let intruder = app.database.intruder().await;
    if app.database.is_postgres() {
        intruder
            .run(
                "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'broken'; END $$;
                 CREATE TRIGGER broken BEFORE UPDATE OF key_id ON certificates FOR EACH ROW EXECUTE FUNCTION broken();",
            )
            .await;
    } else {
        intruder
            .run(
                "CREATE TRIGGER broken BEFORE UPDATE OF key_id ON certificates BEGIN SELECT RAISE(ABORT, 'broken'); END;",
            )
            .await;
    }
    move_to(&app, old.renew_at.unwrap());
    let called = |end: &str| app.emulator.requests().iter().filter(|request| request.path.ends_with(end)).count();
    eventually("a key taken back", async || called("/removeKey") == 1).await;
    assert_eq!(called("/addKey"), 1);
    eventually("one key", async || app.directory_app(&owner).keys.len() == 1).await;
    assert_eq!(current(&app, &owner).await.id, old.id);
    let drop = if app.database.is_postgres() { "DROP TRIGGER broken ON certificates" } else { "DROP TRIGGER broken" };
    intruder.run(drop).await;
    // The certificate of the broken run is tried, given up, and another one made.
    app.advance(61);
    until_tried(&app, "renew", 1).await;
    app.advance(16 * 60);
    until_renewed(&app, &owner, &old).await;
    assert_eq!(app.directory_app(&owner).keys.len(), 2);
    assert_eq!(app.certificates_of(&owner).await.len(), 2);
}

async fn e8_throttling_waits_and_leaves_nothing_behind(app: TestApp) {
    let owner = planted(&app).await;
    let old = current(&app, &owner).await;
    let headers = vec![("Retry-After".to_owned(), "120".to_owned())];
    app.emulator.set_fault(fault("/addKey", Effect { status: Some(429), headers, ..Effect::default() }));
    move_to(&app, old.renew_at.unwrap());
    eventually("a call", async || app.emulator.requests().iter().any(|one| one.path.ends_with("/addKey"))).await;
    eventually("what was made is gone", async || app.certificates_of(&owner).await.len() == 1).await;
    until_tried(&app, "renew", 1).await;
    app.advance(121);
    until_renewed(&app, &owner, &old).await;
    assert_eq!(app.certificates_of(&owner).await.len(), 2);
}
