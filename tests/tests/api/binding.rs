//! A Save is believed only if everything about it fits (H8, O5, A6, T12, T17); everything else changes nothing.

use rekey_tests::{
    app::{TestApp, client::Answer, dump::assert_same},
    app_on_both,
    person::{Tokens, Trouble},
};
use shared::{
    api::{
        authorizations::SignInState,
        connect::{AttemptStart, ConnectView, StartAttempt},
    },
    method::Method,
};

app_on_both! {
    h8_t12_a_token_finishes_only_the_attempt_that_began_it,
    t12_the_same_token_twice_is_one_save,
    h8_saves_that_come_together_are_judged_each_by_itself,
    t12_an_attempt_that_was_replaced_or_is_too_old_saves_nothing,
    h8_a_wrong_account_of_the_right_tenant_changes_nothing,
    h13_what_microsoft_did_not_sign_is_refused_before_anything_is_looked_up,
}

/// With a forged token no secret is even looked at, so that neither costs nor tells anything.
async fn h13_what_microsoft_did_not_sign_is_refused_before_anything_is_looked_up(app: TestApp) {
    app.import_sample().await;
    let road = app.before_save(&["CON-001"], "backup@contoso.com").await;
    let mut access = road.tokens.access.clone();
    let at = access.len() - 100;
    access.replace_range(at..=at, if &access[at..=at] == "A" { "B" } else { "A" });
    let forged = Tokens { access, id: road.tokens.id.clone() };
    let save =
        async |secret: &str, tokens: &Tokens| app.connect(secret).post("/api/v1/connect/save", &tokens.save()).await;
    assert_eq!(refusal(&save(&road.attempt.secret, &forged).await), refusal(&save("unknown", &forged).await));
    save("unknown", &road.tokens).await.refused(404, "not_found");
    assert_eq!(save(&road.attempt.secret, &road.tokens).await.status, 200);
}

/// The refusal of a Save whose tokens do not fit, without what differs in every answer.
fn refusal(answer: &Answer) -> String {
    let mut problem = answer.refused(403, "token_refused");
    problem.request_id.clear();
    let names: Vec<_> = answer.headers.keys().map(|name| name.as_str().to_owned()).collect();
    format!("{problem:?} {names:?}")
}

async fn waiting(app: &TestApp, sets: &[&str]) -> AttemptStart {
    let made = app.authorize(sets).await;
    let link = app.link(made.id).await;
    app.attempt(&link, made.sign_ins[0].id).await
}

/// T17: other attempt, other tenant, other account's ID token, an ID token in place of the access token, a token of the
/// portal, nonsense: one and the same answer, and not one row of the database changes.
async fn h8_t12_a_token_finishes_only_the_attempt_that_began_it(app: TestApp) {
    app.import_sample().await;
    let mine = app.before_save(&["CON-001"], "backup@contoso.com").await;
    let other = app.before_save(&["CON-002"], "backup@contoso.com").await;
    let priya = app.before_save(&["CON-009"], "priya.shah@contoso.com").await;
    let fabrikam = app.before_save(&["FAB-003"], "backup@fabrikam.com").await;
    let start = app.page().post("/api/v1/sign-ins", &serde_json::json!({})).await.ok();
    let portal = app.person("backup@contoso.com").identify(&start).await;
    let both = |access: &Tokens, id: &Tokens| Tokens { access: access.access.clone(), id: id.id.clone() };
    let text = |access: &str, id: &str| Tokens { access: access.to_owned(), id: id.to_owned() };
    let t = &mine.tokens;
    let mut cut = t.access.clone();
    cut.pop();
    let wrong = [
        ("another attempt's", other.tokens.clone()),
        ("another attempt's ID token", both(t, &other.tokens)),
        ("another account's ID token", both(t, &priya.tokens)),
        ("another account's access token", both(&priya.tokens, t)),
        ("another tenant's", fabrikam.tokens.clone()),
        ("another tenant's access token", both(&fabrikam.tokens, t)),
        ("the ID token twice", text(&t.id, &t.id)),
        ("the access token twice", text(&t.access, &t.access)),
        ("exchanged", text(&t.id, &t.access)),
        ("a portal sign-in's ID token", text(&t.access, &portal)),
        ("cut", text(&cut, &t.id)),
        ("nothing", text("", "")),
        ("nonsense", text("a.b.c", "a.b.c")),
        ("long", text(&"A".repeat(40_000), &t.id)),
    ];
    let before = app.dump().await;
    let mut seen = None;
    for (what, tokens) in wrong {
        let answer = refusal(&app.save(&mine.attempt.secret, &tokens).await);
        assert_eq!(*seen.get_or_insert_with(|| answer.clone()), answer, "{what}");
        assert_same(&before, &app.dump().await);
    }
    // The link's own secret saves nothing, whatever it brings.
    let answer = app.save(&mine.link, t).await;
    answer.refused(404, "not_found");
    assert_same(&before, &app.dump().await);
    // And the right tokens still do.
    let saved: ConnectView = app.save(&mine.attempt.secret, t).await.ok();
    assert_eq!(saved.sign_in.state, SignInState::Done);
}

/// Repeats of a Save get the same answer; another token on a used attempt is refused.
async fn t12_the_same_token_twice_is_one_save(app: TestApp) {
    app.import_sample().await;
    let road = app.before_save(&["CON-001"], "backup@contoso.com").await;
    let again = app.person("backup@contoso.com").sign_in(&road.attempt).await;
    let at_once = futures::future::join_all((0..5).map(|_| app.save(&road.attempt.secret, &road.tokens))).await;
    // On a busy machine an answer may come before the end, but never from before the Save.
    for answer in at_once {
        let view: ConnectView = answer.ok();
        assert!(matches!(view.sign_in.state, SignInState::Working | SignInState::Done), "{:?}", view.sign_in.state);
    }
    app.settled(road.authorization.id).await;
    let view: ConnectView = app.save(&road.attempt.secret, &road.tokens).await.ok();
    assert_eq!(view.sign_in.state, SignInState::Done);
    assert_eq!(app.customer("Contoso Ltd").await.connections.len(), 1);
    let before = app.dump().await;
    let done = before["audit"].iter().filter(|row| row.contains("sign_in.done")).count();
    assert_eq!(done, 1);
    app.save(&road.attempt.secret, &again).await.refused(409, "attempt_used");
    assert_same(&before, &app.dump().await);
}

/// Saves that come at the same moment share a transaction, and nothing else.
async fn h8_saves_that_come_together_are_judged_each_by_itself(app: TestApp) {
    app.import_sample().await;
    let good = [
        app.before_save(&["CON-001"], "backup@contoso.com").await,
        app.before_save(&["CON-009"], "priya.shah@contoso.com").await,
    ];
    let crossed = app.before_save(&["CON-002"], "backup@contoso.com").await;
    let foreign = app.before_save(&["FAB-003"], "backup@fabrikam.com").await;
    let wrong = &good[0].tokens;
    let (fine, refused, dead) = futures::future::join3(
        futures::future::join_all(good.iter().chain(&good).map(|road| app.save(&road.attempt.secret, &road.tokens))),
        futures::future::join_all([&crossed, &foreign].map(|road| app.save(&road.attempt.secret, wrong))),
        futures::future::join_all([&crossed.link, "nobody-knows-this"].map(|secret| app.save(secret, wrong))),
    )
    .await;
    for (answer, road) in fine.into_iter().zip(good.iter().chain(&good)) {
        let view: ConnectView = answer.ok();
        assert_eq!(view.authorization, road.authorization.id, "each hears of its own");
        assert!(matches!(view.sign_in.state, SignInState::Working | SignInState::Done), "{:?}", view.sign_in.state);
    }
    for answer in &refused {
        refusal(answer);
    }
    for answer in dead {
        answer.refused(404, "not_found");
    }
    for (road, set) in good.iter().zip(["CON-001", "CON-009"]) {
        app.settled(road.authorization.id).await;
        assert_eq!(app.set(set).await.method, Method::Hybrid);
    }
    for (road, set) in [(&crossed, "CON-002"), (&foreign, "FAB-003")] {
        assert_eq!(app.view(&road.attempt.secret).await.sign_in.state, SignInState::Waiting);
        assert_eq!(app.set(set).await.method, Method::Basic);
    }
    let saved = app.dump().await["audit"].iter().filter(|row| row.contains("sign_in.saved")).count();
    assert_eq!(saved, 2, "each was received once");
}

async fn t12_an_attempt_that_was_replaced_or_is_too_old_saves_nothing(app: TestApp) {
    app.import_sample().await;
    let road = app.before_save(&["CON-001"], "backup@contoso.com").await;
    // A8, A11: a second click, here or in another window, ends the first.
    let second = app.attempt(&road.link, road.authorization.sign_ins[0].id).await;
    assert_ne!(second.secret, road.attempt.secret);
    assert_ne!(second.nonce, road.attempt.nonce);
    let before = app.dump().await;
    app.save(&road.attempt.secret, &road.tokens).await.refused(409, "attempt_superseded");
    // T12: its tokens do not fit the new one either.
    refusal(&app.save(&second.secret, &road.tokens).await);
    assert_same(&before, &app.dump().await);
    // T11: a token that lay about for half an hour.
    let tokens = app.person("backup@contoso.com").sign_in(&second).await;
    app.advance(31 * 60);
    let before = app.dump().await;
    refusal(&app.save(&second.secret, &tokens).await);
    assert_same(&before, &app.dump().await);
    // An attempt that lay about for an hour and a half.
    app.advance(60 * 60);
    let fresh = app.person("backup@contoso.com").sign_in(&second).await;
    app.save(&second.secret, &fresh).await.refused(409, "attempt_expired");
    assert_eq!(app.set("CON-001").await.method, Method::Basic);
}

/// The right tenant, another account than the sets': nothing is stored, and the page says whose sign-in is wanted.
async fn h8_a_wrong_account_of_the_right_tenant_changes_nothing(app: TestApp) {
    app.import_sample().await;
    let attempt = waiting(&app, &["CON-001"]).await;
    let tokens = app.person("priya.shah@contoso.com").sign_in(&attempt).await;
    let before = app.dump().await;
    let view: ConnectView = app.save(&attempt.secret, &tokens).await.ok();
    assert_eq!(view.sign_in.state, SignInState::Failed);
    let problem = view.sign_in.problem.expect("a remedy");
    assert_eq!(problem.code, "wrong_account");
    assert!(problem.text.contains("priya.shah@contoso.com") && problem.text.contains("backup@contoso.com"));
    let after = app.dump().await;
    for table in ["backup_sets", "connections", "method_changes", "work"] {
        assert_eq!(before[table], after[table], "{table}");
    }
    // The token is gone from the attempt, sealed or not.
    assert!(after["attempts"].iter().all(|row| row.contains("token=NULL") || row.contains("\"token\": null")));
    // The right one goes on from there.
    let link = app.link(view.authorization).await;
    let attempt = app.attempt(&link, view.sign_in.id).await;
    let tokens = app.person("backup@contoso.com").sign_in(&attempt).await;
    let view: ConnectView = app.save(&attempt.secret, &tokens).await.ok();
    assert_eq!(view.sign_in.state, SignInState::Done);
}

/// A6: Microsoft's own page refuses accounts of other tenants, and personal ones.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a6_an_account_of_another_tenant_does_not_get_past_microsoft() {
    let mut setup = rekey_tests::app::Setup::new(rekey_tests::app::Backend::Sqlite);
    let mut person = emulator::scenario::Person::new("anna@outlook.example", "practice-own", "Anna");
    person.personal = true;
    person.oid = Some(uuid::Uuid::from_u128(77));
    setup.scenario.tenants[1].people.push(person);
    let app = TestApp::start_with(setup).await;
    app.import_sample().await;
    let attempt = waiting(&app, &["CON-001"]).await;
    let before = app.dump().await;
    let foreign = app.person("backup@fabrikam.com").try_sign_in(&attempt).await;
    assert!(matches!(foreign, Err(Trouble::Page(50_020))), "{:?}", foreign.err());
    let personal = app.person("anna@outlook.example").try_sign_in(&attempt).await;
    assert!(matches!(personal, Err(Trouble::Page(50_020 | 500_200))), "{:?}", personal.err());
    assert_same(&before, &app.dump().await);
}

/// A guest's data lives elsewhere.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h8_a_guest_is_refused_and_told_why() {
    let app = TestApp::start(rekey_tests::app::Backend::Sqlite).await;
    app.import_sample().await;
    let made = app.authorize(&["CON-001"]).await;
    let link = app.link(made.id).await;
    let attempt = app.attempt(&link, made.sign_ins[0].id).await;
    let tokens = app.person("lee.brook@fabrikam.com").sign_in(&attempt).await;
    let before = app.dump().await;
    app.save(&attempt.secret, &tokens).await.refused(403, "guest_account");
    let after = app.dump().await;
    for table in ["backup_sets", "connections", "attempts", "work"] {
        assert_eq!(before[table], after[table], "{table}");
    }
    let view = app.view(&attempt.secret).await;
    assert_eq!(view.sign_in.problem.expect("a remedy").code, "guest_account");
}

/// The page itself stops an ID token that is not this attempt's; a start over is always possible.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a8_a11_start_over_is_always_there() {
    let app = TestApp::start(rekey_tests::app::Backend::Sqlite).await;
    app.import_sample().await;
    let made = app.authorize(&["CON-001"]).await;
    let link = app.link(made.id).await;
    let sign_in = made.sign_ins[0].id;
    let mut last = app.attempt(&link, sign_in).await;
    for _ in 0..3 {
        // From the link or from an attempt, even a replaced one.
        let body = StartAttempt { sign_in, start_over: true };
        last = app.connect(&last.secret).post("/api/v1/connect/attempts", &body).await.ok();
    }
    let lied = AttemptStart { nonce: "B".repeat(43), ..last.clone() };
    let tokens = app.person("backup@contoso.com").sign_in(&lied).await;
    refusal(&app.save(&last.secret, &tokens).await);
    let tokens = app.person("backup@contoso.com").sign_in(&last).await;
    let view: ConnectView = app.save(&last.secret, &tokens).await.ok();
    assert_eq!(view.sign_in.state, SignInState::Done);
    let body = StartAttempt { sign_in, start_over: true };
    app.connect(&link).post("/api/v1/connect/attempts", &body).await.refused(409, "not_open");
}
