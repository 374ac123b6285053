//! Two at once, and changes while a set-up is under way.

use super::{BACKUP, CONTOSO, SECOND, asked, begin, called, changes, hold, is_whole, journals, only, prepare};
use emulator::PersonChange;
use rekey_tests::{
    app::{TestApp, eventually, road::Before, set_up::ADMINISTRATOR},
    app_on_both,
};
use server::{cli::demo::world, store::journals::JournalState};
use shared::{
    api::{
        apps::{AppState, CertificateState},
        authorizations::{AuthorizationState, AuthorizationView, SignInState, StepState},
        connect::ConnectView,
    },
    id::TenantId,
    method::Method,
    rules::scopes::Purpose,
};

app_on_both! {
    f7_save_pressed_twice_sets_up_once,
    d5_two_authorizations_of_one_tenant_follow_each_other,
    f7_a_set_edited_during_a_set_up_stays,
    f7_a_cancelled_set_up_stops_and_nothing_flips,
    d8_e10_a_renewal_during_off_boarding_leaves_nothing,
    d5_l4_a_node_that_slept_too_long_writes_nothing_and_somebody_continues,
    l4_a_node_whose_lease_was_taken_stops_before_its_next_change,
    d8_an_administrator_disabled_meanwhile_leaves_the_clean_up_unproved,
}

/// Both are answered as received; one of them works.
async fn f7_save_pressed_twice_sets_up_once(app: TestApp) {
    prepare(&app).await;
    let before = app.administrator_before_save(app.authorize_modern(&["CON-015"]).await, ADMINISTRATOR).await;
    app.emulator.clear_requests();
    let (secret, tokens) = (&before.attempt.secret, &before.tokens);
    let (one, two) = tokio::join!(app.save(secret, tokens), app.save(secret, tokens));
    for answer in [one, two] {
        assert!(matches!(answer.status, 200 | 202), "{}", answer.text());
    }
    assert_eq!(app.settled(before.authorization.id).await.state, AuthorizationState::Done);
    let upserts = changes(&app).into_iter().filter(|one| one.path.starts_with("/v1.0/applications(uniqueName="));
    assert_eq!(upserts.count(), 1);
    assert_eq!(journals(&app).await, [JournalState::Done]);
    is_whole(&app).await;
}

/// One journal runs in a tenant at a time; the other authorization follows with the same application.
async fn d5_two_authorizations_of_one_tenant_follow_each_other(app: TestApp) {
    prepare(&app).await;
    let (first, second) = (app.authorize_modern(&["CON-015"]).await, app.authorize_modern(&["CON-007"]).await);
    let first = app.administrator_before_save(first, ADMINISTRATOR).await;
    let second = app.administrator_before_save(second, SECOND).await;
    let (one, two) =
        tokio::join!(app.save(&first.attempt.secret, &first.tokens), app.save(&second.attempt.secret, &second.tokens));
    for answer in [one, two] {
        assert!(matches!(answer.status, 200 | 202), "{}", answer.text());
    }
    for before in [&first, &second] {
        let done = app.settled(before.authorization.id).await;
        assert_eq!(done.state, AuthorizationState::Done, "{:?} {:?}", done.sign_ins[0].problem, done.sign_ins[0].steps);
    }
    for set in ["CON-015", "CON-007"] {
        assert_eq!(app.set(set).await.method, Method::Modern);
    }
    assert_eq!(journals(&app).await, [JournalState::Done, JournalState::Done]);
    assert_eq!(app.apps().await.len(), 1);
    is_whole(&app).await;
    // The last one cleans up: nobody can act for an administrator any more.
    for client in [world::SETUP, world::SETUP_SIGN_IN] {
        let alive =
            |one: &emulator::ServicePrincipal| (one.tid, one.app_id, one.deleted_millis) == (CONTOSO, client, None);
        assert!(!app.emulator.service_principals().iter().any(alive), "{client} is still there");
    }
}

/// H-11, M-12: the set that changed is listed as kept, and the other one becomes modern.
async fn f7_a_set_edited_during_a_set_up_stays(app: TestApp) {
    prepare(&app).await;
    let authorization = app.authorize_modern(&["CON-015", "CON-001"]).await;
    let before = app.administrator_before_save(authorization, ADMINISTRATOR).await;
    app.emulator.clear_requests();
    hold(&app, "GET", "/v1.0/applications(uniqueName=", "", 1500);
    begin(&app, &before).await;
    asked(&app, "GET", "/v1.0/applications(uniqueName=").await;
    app.import(&world::SAMPLE.replace("CON-001,Exchange – Backup mailbox", "CON-001,Exchange – Renamed")).await;
    let done = app.settled(before.authorization.id).await;
    assert_eq!(done.state, AuthorizationState::Done, "{:?}", done.sign_ins[0].problem);
    assert_eq!(app.set("CON-015").await.method, Method::Modern);
    let kept = app.set("CON-001").await;
    assert_eq!((kept.method, kept.connection), (Method::Basic, None));
    let saved = done.sign_ins[0].steps.iter().find(|step| step.code == "saved").expect("the step");
    assert!(saved.detail.as_deref().is_some_and(|text| text.starts_with("1 of the sets changed")), "{saved:?}");
}

/// L4: called off, the journal stops at its next step, whatever Microsoft still answers.
async fn f7_a_cancelled_set_up_stops_and_nothing_flips(app: TestApp) {
    prepare(&app).await;
    let before = app.administrator_before_save(app.authorize_modern(&["CON-015"]).await, ADMINISTRATOR).await;
    app.emulator.clear_requests();
    hold(&app, "PATCH", "/v1.0/servicePrincipals(appId=", "", 1000);
    begin(&app, &before).await;
    asked(&app, "PATCH", "/v1.0/servicePrincipals(appId=").await;
    let path = format!("/api/v1/authorizations/{}/cancel", before.authorization.id);
    let _: AuthorizationView = app.key().post(&path, &()).await.ok();
    eventually("the journal ends", async || journals(&app).await == [JournalState::Failed]).await;
    let last = changes(&app).pop().expect("a change");
    assert!(last.path.starts_with("/v1.0/servicePrincipals(appId="), "nothing after it: {last:?}");
    let set = app.set("CON-015").await;
    assert_eq!((set.method, set.connection), (Method::Basic, None));
    let now = app.authorization(before.authorization.id).await;
    assert_eq!((now.state, now.sign_ins[0].state), (AuthorizationState::Cancelled, SignInState::Cancelled));
    // What was made is written down and used again.
    let made = only(&app);
    assert_eq!(app.app(Purpose::Backup).await.object.map(|id| id.0), Some(made.id));
    app.set_up(&["CON-015"]).await;
    assert_eq!(only(&app).id, made.id);
    is_whole(&app).await;
}

/// Its renewal comes due while an administrator takes the app away: no key is made, and no work comes back for it.
async fn d8_e10_a_renewal_during_off_boarding_leaves_nothing(app: TestApp) {
    prepare(&app).await;
    app.set_up(&["CON-015"]).await;
    let made = app.app(Purpose::Backup).await;
    let due = made.certificates[0].renew_at.expect("a renewal is planned");
    // A day before the renewal, an administrator begins to remove the app.
    app.advance(due.since(app.state.now()) - 86_400);
    let path = format!("/api/v1/apps/{}/remove", made.id);
    let removal: AuthorizationView = app.member().await.post(&path, &serde_json::json!({})).await.ok();
    let before = app.administrator_before_save(removal, ADMINISTRATOR).await;
    app.emulator.clear_requests();
    hold(&app, "DELETE", "/v1.0/servicePrincipals/", "", 2500);
    begin(&app, &before).await;
    asked(&app, "DELETE", "/v1.0/servicePrincipals/").await;
    // The worker finds the renewal due while the journal runs. The lease must not run out with it.
    let work_due = "UPDATE work SET due = 0 WHERE kind = 'renew'";
    assert_eq!(app.database.intruder().await.run(work_due).await, 1);
    app.state.changes.work();
    let put_off = "SELECT COUNT(*) FROM work WHERE kind = 'renew' AND due > 0";
    eventually("the worker saw it", async || app.database.intruder().await.number(put_off).await == 1).await;
    let done = app.settled(before.authorization.id).await;
    assert_eq!(done.state, AuthorizationState::Done, "{:?}", done.sign_ins[0].problem);
    // Both the planned moment and the one it was put off to pass.
    app.advance(2 * 86_400);
    let left = "SELECT COUNT(*) FROM work WHERE kind IN ('renew', 'remove_key', 'set_up')";
    eventually("no work is left", async || app.database.intruder().await.number(left).await == 0).await;
    let gone = app.app(Purpose::Backup).await;
    assert_eq!(gone.state, AppState::Removed);
    assert!(gone.certificates.iter().all(|one| one.state == CertificateState::Removed));
    assert_eq!(gone.certificates.len(), made.certificates.len(), "no new certificate was made");
    let keys = "SELECT COUNT(*) FROM certificates WHERE private_key IS NOT NULL";
    assert_eq!(app.database.intruder().await.number(keys).await, 0, "no private key is left");
    let added = app.emulator.requests().into_iter().filter(|one| one.path.ends_with("/addKey")).count();
    assert_eq!((added, called(&app, BACKUP).len()), (0, 0));
}

/// Its lease ran out while Microsoft did not answer; another administrator continues meanwhile. What it then writes is
/// refused, and it asks Microsoft for no further change.
async fn d5_l4_a_node_that_slept_too_long_writes_nothing_and_somebody_continues(app: TestApp) {
    prepare(&app).await;
    let before = app.administrator_before_save(app.authorize_modern(&["CON-015"]).await, ADMINISTRATOR).await;
    app.emulator.clear_requests();
    hold(&app, "GET", "/v1.0/servicePrincipals(appId=", "", 8000);
    begin(&app, &before).await;
    asked(&app, "GET", "/v1.0/servicePrincipals(appId=").await;
    let object = only(&app).id;
    app.advance(61);
    let waiting: ConnectView = app.until(&before.link, SignInState::Waiting).await;
    assert_eq!(waiting.sign_in.problem.expect("a remedy").code, "continue_needed");
    assert_eq!(journals(&app).await, [JournalState::NeedsSignIn]);
    assert_eq!(app.set("CON-015").await.method, Method::Basic);
    let attempt = app.attempt(&before.link, before.authorization.sign_ins[0].id).await;
    let tokens = app.person(SECOND).sign_in(&attempt).await;
    let again = Before { authorization: before.authorization.clone(), link: before.link.clone(), attempt, tokens };
    let view = app.save_and_settle(&again).await;
    assert_eq!(view.sign_in.state, SignInState::Done, "{:?}", view.sign_in.problem);
    assert!(view.sign_in.steps.iter().all(|step| step.state == StepState::Done));
    assert_eq!(only(&app).id, object, "the same application");
    let (settled, asked) = (app.dump().await, changes(&app).len());
    // The first one wakes up.
    let is_late = |one: &emulator::RequestRecord| one.status == 0;
    eventually("the held call ended", async || !app.emulator.requests().iter().any(is_late)).await;
    for _ in 0..20 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        assert_eq!(changes(&app).len(), asked, "a change after the lease was lost");
    }
    let now = app.dump().await;
    for table in ["apps", "certificates", "journals", "journal_steps", "backup_sets", "sign_ins", "authorizations"] {
        assert_eq!(now.get(table), settled.get(table), "{table}");
    }
    let tx = app.state.store.read(app.organization).await.expect("a transaction");
    assert!(tx.find_running_journal(TenantId(CONTOSO)).await.expect("an answer").is_none());
    drop(tx);
    is_whole(&app).await;
}

/// Microsoft still takes her token for its hour; that Rekey's own access is gone cannot be proved with her account, and is
/// shown so at once.
async fn d8_an_administrator_disabled_meanwhile_leaves_the_clean_up_unproved(app: TestApp) {
    prepare(&app).await;
    let before = app.administrator_before_save(app.authorize_modern(&["CON-015"]).await, ADMINISTRATOR).await;
    app.emulator.clear_requests();
    hold(&app, "GET", "/v1.0/applications(uniqueName=", "", 500);
    begin(&app, &before).await;
    asked(&app, "GET", "/v1.0/applications(uniqueName=").await;
    app.emulator.change_person(ADMINISTRATOR, PersonChange::SetDisabled(true)).expect("she is there");
    let done = app.settled(before.authorization.id).await;
    assert_eq!(done.state, AuthorizationState::Done, "{:?}", done.sign_ins[0].problem);
    assert_eq!(app.set("CON-015").await.method, Method::Modern);
    let cleaned = done.sign_ins[0].steps.iter().find(|step| step.code == "cleaned").expect("the step");
    assert_eq!(cleaned.state, StepState::Failed, "{cleaned:?}");
    is_whole(&app).await;
}

/// Somebody else holds the work, and nothing else has changed: the lease alone stops the node.
async fn l4_a_node_whose_lease_was_taken_stops_before_its_next_change(app: TestApp) {
    prepare(&app).await;
    let before = app.administrator_before_save(app.authorize_modern(&["CON-015"]).await, ADMINISTRATOR).await;
    app.emulator.clear_requests();
    hold(&app, "PATCH", "/v1.0/servicePrincipals(appId=", "", 1000);
    begin(&app, &before).await;
    asked(&app, "PATCH", "/v1.0/servicePrincipals(appId=").await;
    let taken = "UPDATE work SET epoch = epoch + 1 WHERE kind = 'set_up'";
    assert_eq!(app.database.intruder().await.run(taken).await, 1);
    eventually("the read after it", async || {
        app.emulator.requests().iter().any(|one| one.is_graph("GET", "/servicePrincipals(appId=") && one.status == 200)
    })
    .await;
    for _ in 0..30 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        let last = changes(&app).pop().expect("a change");
        assert!(last.path.starts_with("/v1.0/servicePrincipals(appId="), "nothing after it: {last:?}");
    }
    let steps = super::newest_steps(&app).await;
    assert_eq!(steps.last().map(|step| step.state.as_str()), Some("intended"), "its end was not written: {steps:?}");
    app.advance(61);
    let waiting: ConnectView = app.until(&before.link, SignInState::Waiting).await;
    assert_eq!(waiting.sign_in.problem.expect("a remedy").code, "continue_needed");
    assert_eq!(journals(&app).await, [JournalState::NeedsSignIn]);
    assert_eq!(app.set("CON-015").await.method, Method::Basic);
}
