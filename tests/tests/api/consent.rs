//! Consent: by the holder, by an administrator, late, declined (C6, C9, §4.6).

use super::jobs::{RESTORE, ask};
use rekey_tests::{
    app::{Backend, TestApp},
    app_on_both,
    person::Trouble,
};
use serde_json::{Value, json};
use shared::{
    api::{
        authorizations::{AuthorizationView, SignInState, StepState},
        connect::{ConnectView, Leg, ReportFailure, StartAttempt},
        job_tokens::JobToken,
        problem::{Help, HelpAction, MicrosoftIds},
    },
    method::Method,
    oauth::{callback::CallbackError, provider_error::ProviderError},
};

app_on_both! {
    c6_an_administrator_approves_and_the_save_goes_on,
    c6_a_holder_who_may_consents_and_the_save_goes_on,
    c6_h6_where_the_organization_lets_its_people_agree_no_administrator_is_needed,
    c4_a_holder_consents_to_writing_back_and_jobs_may_while_a_restore_is_open,
}

async fn c6_an_administrator_approves_and_the_save_goes_on(app: TestApp) {
    app.import_sample().await;
    let road = app.before_save(&["FAB-001", "FAB-003"], "backup@fabrikam.com").await;
    let view: ConnectView = app.save(&road.attempt.secret, &road.tokens).await.ok();
    assert_eq!(view.sign_in.state, SignInState::ApprovalNeeded);
    assert_eq!(app.set("FAB-001").await.method, Method::Basic);
    let url = view.sign_in.approval_url.expect("an address for the administrator");
    assert!(url.starts_with(&format!("{}{}/v2.0/adminconsent?", app.emulator.login(), view.tenant)), "{url}");
    // Asking again without an approval changes nothing.
    let still: ConnectView = app.carry_on(&road.attempt.secret).await.json();
    assert!(matches!(still.sign_in.state, SignInState::ApprovalNeeded | SignInState::Working), "{still:?}");
    // Somebody without the role cannot approve.
    let refused = app.person("backup@fabrikam.com").go(&url).await;
    assert!(matches!(refused, Err(Trouble::Page(90_094))), "{refused:?}");
    let back = app.person("lee.brook@fabrikam.com").approve(&url).await;
    assert!(back.contains("admin_consent=True"), "{back}");
    // Nobody presses anything: the server asks Microsoft again by itself.
    app.advance(40);
    let done = app.until(&road.attempt.secret, SignInState::Done).await;
    assert_eq!(app.set("FAB-001").await.method, Method::Hybrid);
    assert_eq!(app.set("FAB-003").await.method, Method::Hybrid);
    // The next set of the account needs neither sign-in nor approval for what is granted.
    assert_eq!(done.sign_in.approval_url, None);
}

/// Carries on until it stops, moving the clock over the waits.
async fn go_on(app: &TestApp, secret: &str) -> ConnectView {
    let first = app.carry_on(secret).await;
    let mut view: ConnectView = first.json();
    for _ in 0..20 {
        if view.sign_in.state != SignInState::Working {
            break;
        }
        app.advance(31);
        let mut live = app.connect(secret).live("/api/v1/connect/live").await;
        let seen = view.version;
        view = live.until(|next: &ConnectView| next.version > seen || next.sign_in.state != SignInState::Working).await;
    }
    view
}

async fn c6_a_holder_who_may_consents_and_the_save_goes_on(app: TestApp) {
    app.import_sample().await;
    let road = app.before_save(&["ADA-001", "ADA-002"], "kim.larsen@adatum.com").await;
    let view: ConnectView = app.save(&road.attempt.secret, &road.tokens).await.ok();
    assert_eq!(view.sign_in.state, SignInState::ConsentNeeded, "{:?}", view.sign_in);
    // B7: the leg is of the other registration and its code goes nowhere.
    let leg = app.attempt(&road.attempt.secret, view.sign_in.id).await;
    assert_eq!((leg.leg, leg.client_id), (Leg::Consent, app.state.microsoft.config.access.client_id));
    assert!(leg.scope.contains("https://graph.microsoft.com/Files.Read"), "{}", leg.scope);
    assert!(!leg.scope.contains("offline_access") && !leg.scope.contains("Mail."), "{}", leg.scope);
    let redeemed = |app: &TestApp| {
        let codes = app.emulator.requests();
        codes.iter().filter(|one| one.form.get("grant_type").is_some_and(|t| t == "authorization_code")).count()
    };
    let before = redeemed(&app);
    app.person("kim.larsen@adatum.com").consent_leg(&leg).await.expect("the holder may consent");
    assert_eq!(redeemed(&app), before);
    let done = go_on(&app, &leg.secret).await;
    assert_eq!(done.sign_in.state, SignInState::Done, "{:?}", done.sign_in);
    assert!(done.sign_in.steps.iter().any(|step| step.code == "consented"), "{:?}", done.sign_in.steps);
    assert_eq!(app.set("ADA-002").await.method, Method::Hybrid);
}

/// H-6: by Microsoft's policy mail needs an administrator; an organization of the older policy lets its people agree. Whoever
/// waits for an administrator there can agree themselves, and where they may not, they go on waiting.
async fn c6_h6_where_the_organization_lets_its_people_agree_no_administrator_is_needed(app: TestApp) {
    const HOLDER: &str = "kim.larsen@adatum.com";
    app.import_sample().await;
    let header = "external_id,name,customer,tenant,account,account_role,covers,workloads\n";
    app.import(&format!("{header}ADA-9,Mail,Adatum,adatum.com,{HOLDER},ordinary,own_account,exchange\n")).await;
    for (set, holder, may) in [("ADA-9", HOLDER, true), ("FAB-001", "backup@fabrikam.com", false)] {
        let road = app.before_save(&[set], holder).await;
        let view: ConnectView = app.save(&road.attempt.secret, &road.tokens).await.ok();
        assert_eq!(view.sign_in.state, SignInState::ApprovalNeeded, "{:?}", view.sign_in);
        let leg = app.attempt(&road.attempt.secret, view.sign_in.id).await;
        assert!(leg.leg == Leg::Consent && leg.scope.contains("/Mail.Read "), "{}", leg.scope);
        let agreed = app.person(holder).consent_leg(&leg).await;
        assert_eq!(agreed.is_ok(), may, "{agreed:?}");
        if may {
            assert_eq!(go_on(&app, &leg.secret).await.sign_in.state, SignInState::Done);
            assert_eq!(app.set(set).await.method, Method::Hybrid);
        } else {
            let still: ConnectView = app.connect(&leg.secret).get("/api/v1/connect").await.ok();
            assert_eq!(still.sign_in.state, SignInState::ApprovalNeeded);
            assert!(still.sign_in.approval_url.is_some());
        }
    }
}

/// What restores need is asked for when one is wanted, of the holder, and is worth nothing while none is open.
async fn c4_a_holder_consents_to_writing_back_and_jobs_may_while_a_restore_is_open(app: TestApp) {
    const HOLDER: &str = "kim.larsen@adatum.com";
    app.import_sample().await;
    let asked = json!({ "backup_sets": app.ids(&["ADA-001"]).await, "method": "hybrid", "restores": true });
    let problem = app.key().post("/api/v1/authorizations", &asked).await.refused(422, "field_invalid");
    assert_eq!(problem.field.as_deref(), Some("restores"));
    let road = app.before_save(&["ADA-001"], HOLDER).await;
    let view: ConnectView = app.save(&road.attempt.secret, &road.tokens).await.ok();
    let leg = app.attempt(&road.attempt.secret, view.sign_in.id).await;
    app.person(HOLDER).consent_leg(&leg).await.expect("the holder may consent");
    assert_eq!(go_on(&app, &leg.secret).await.sign_in.state, SignInState::Done);
    let set = app.set("ADA-001").await;
    let connection = async || app.customer(&set.customer.name).await.connections.remove(0);
    let one = connection().await;
    assert!(!one.can_restore);

    let asked = json!({ "connection": one.id, "method": "hybrid", "restores": true });
    let made: AuthorizationView = app.key().post("/api/v1/authorizations", &asked).await.ok();
    assert!(made.restores && made.sign_ins[0].sets[0].id == set.id);
    let link = app.link(made.id).await;
    let shown: Vec<String> =
        app.view(&link).await.sign_in.permissions.into_iter().map(|permission| permission.value).collect();
    assert!(shown.contains(&"Files.Read".to_owned()) && shown.contains(&"Files.ReadWrite".to_owned()), "{shown:?}");
    let attempt = app.attempt(&link, made.sign_ins[0].id).await;
    let tokens = app.person(HOLDER).sign_in(&attempt).await;
    let view: ConnectView = app.save(&attempt.secret, &tokens).await.ok();
    assert_eq!(view.sign_in.state, SignInState::ConsentNeeded, "{:?}", view.sign_in);
    let leg = app.attempt(&attempt.secret, view.sign_in.id).await;
    assert!(leg.scope.contains("Files.ReadWrite"), "{}", leg.scope);
    app.person(HOLDER).consent_leg(&leg).await.expect("the holder may consent");
    assert_eq!(go_on(&app, &leg.secret).await.sign_in.state, SignInState::Done);
    assert!(connection().await.can_restore);

    ask(&app, "ADA-001", RESTORE).await.refused(409, "restore_not_open");
    let body = json!({ "customer": set.customer.id, "reason": "A test", "hours": 1 });
    app.member().await.post("/api/v1/restores", &body).await.ok::<Value>();
    let token: JobToken = ask(&app, "ADA-001", RESTORE).await.ok();
    assert!(token.permissions.iter().any(|one| one == "Files.ReadWrite"), "{:?}", token.permissions);
}

/// C9: Microsoft's copies are late: slow, and then done by itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c9_a_consent_that_arrives_late_is_slow_and_not_failed() {
    let app = TestApp::start(Backend::Sqlite).await;
    app.import_sample().await;
    app.emulator.set_switches(|switches| switches.consent_delay_seconds = 20);
    let road = app.before_save(&["ADA-001"], "kim.larsen@adatum.com").await;
    app.advance(60);
    let view: ConnectView = app.save(&road.attempt.secret, &road.tokens).await.ok();
    assert_eq!(view.sign_in.state, SignInState::ConsentNeeded, "{:?}", view.sign_in);
    let leg = app.attempt(&road.attempt.secret, view.sign_in.id).await;
    app.person("kim.larsen@adatum.com").consent_leg(&leg).await.expect("the holder may consent");
    let mut live = app.connect(&leg.secret).live("/api/v1/connect/live").await;
    let carried = app.connect(&leg.secret);
    let answer = tokio::spawn(async move { carried.post("/api/v1/connect/continue", &serde_json::json!({})).await });
    let slow = |view: &ConnectView| view.sign_in.steps.iter().any(|step| step.state == StepState::Slow);
    let seen: ConnectView = live.until(slow).await;
    assert_eq!(seen.sign_in.state, SignInState::Working);
    for _ in 0..4 {
        app.advance(10);
    }
    let done: ConnectView = live.until(|view: &ConnectView| view.sign_in.state != SignInState::Working).await;
    assert_eq!(done.sign_in.state, SignInState::Done, "{:?}", done.sign_in);
    answer.await.unwrap();
}

/// Who says no is told that nothing changed, and may begin again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c6_a_declined_consent_changes_nothing() {
    let app = TestApp::start(Backend::Sqlite).await;
    app.import_sample().await;
    let made = app.authorize(&["ADA-001"]).await;
    let link = app.link(made.id).await;
    let attempt = app.attempt(&link, made.sign_ins[0].id).await;
    let answer = app.person("kim.larsen@adatum.com").declining().try_sign_in(&attempt).await;
    let Err(Trouble::Callback(CallbackError::Provider(said))) = answer else { panic!("{:?}", answer.err()) };
    let help = report(&app, &attempt.secret, &said).await;
    assert_eq!((help.code.as_str(), help.action), ("consent_declined", HelpAction::SignInAgain));
    let view = app.view(&attempt.secret).await;
    assert_eq!(view.sign_in.state, SignInState::Waiting);
    assert_eq!(view.sign_in.problem.map(|help| help.code).as_deref(), Some("consent_declined"));
    // Declining in the consent leg leaves the Save waiting, and starting over forgets it.
    let road = app.before_save(&["ADA-002"], "kim.larsen@adatum.com").await;
    let view: ConnectView = app.save(&road.attempt.secret, &road.tokens).await.ok();
    assert_eq!(view.sign_in.state, SignInState::ConsentNeeded);
    let leg = app.attempt(&road.attempt.secret, view.sign_in.id).await;
    let answer = app.person("kim.larsen@adatum.com").declining().consent_leg(&leg).await;
    assert!(matches!(answer, Err(Trouble::Callback(CallbackError::Provider(_)))), "{answer:?}");
    assert_eq!(app.view(&leg.secret).await.sign_in.state, SignInState::ConsentNeeded);
    let body = StartAttempt { sign_in: view.sign_in.id, start_over: true };
    let anew: shared::api::connect::AttemptStart =
        app.connect(&leg.secret).post("/api/v1/connect/attempts", &body).await.ok();
    assert_eq!(anew.leg, Leg::SignIn);
    assert_eq!(app.view(&anew.secret).await.sign_in.state, SignInState::Waiting);
    assert!(app.dump().await["attempts"].iter().all(|row| row.contains("token=NULL")), "the waiting token is gone");
}

async fn report(app: &TestApp, secret: &str, said: &ProviderError) -> Help {
    let ids = MicrosoftIds { aadsts: said.aadsts, ..MicrosoftIds::default() };
    let (error, subcode) = (said.error.clone(), said.subcode.clone());
    let body = ReportFailure { step: "callback".to_owned(), error, subcode, ids };
    app.connect(secret).post("/api/v1/connect/failure", &body).await.ok()
}
