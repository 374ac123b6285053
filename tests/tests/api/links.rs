//! Links and attempts: opening changes nothing, dead ones look alike, calling off works at any moment (O1, O4, O7, O8).

use emulator::{Effect, Fault};
use rekey_tests::{
    app::{Backend, Setup, TestApp, client::Answer, dump::assert_same, eventually},
    app_on_both,
};
use server::http::limits::LimitsConfig;
use shared::{
    api::{
        authorizations::{AuthorizationState, AuthorizationView, SignInState},
        connect::{AttemptStart, ConnectView, StartAttempt},
    },
    method::Method,
};

app_on_both! {
    o1_o8_dead_links_look_alike,
    o1_attempts_do_not_hand_on_the_life_of_a_link,
    o4_opening_changes_nothing,
    o7_nothing_of_a_link_takes_part_in_what_microsoft_is_asked,
    o8_calling_off_stops_a_save_that_is_being_carried_out,
    attempts_that_nothing_came_of_are_forgotten_after_a_week,
}

fn looks(answer: &Answer) -> String {
    let mut problem = answer.refused(404, "not_found");
    problem.request_id.clear();
    let names: Vec<_> = answer.headers.keys().map(|name| name.as_str().to_owned()).collect();
    format!("{problem:?} {names:?}")
}

async fn o1_o8_dead_links_look_alike(app: TestApp) {
    app.import_sample().await;
    let expired = app.link(app.authorize(&["CON-001"]).await.id).await;
    app.advance(3601);
    let made = app.authorize(&["CON-002"]).await;
    let revoked = app.link(made.id).await;
    let attempt = app.attempt(&revoked, made.sign_ins[0].id).await;
    let path = format!("/api/v1/authorizations/{}/cancel", made.id);
    app.key().post(&path, &serde_json::json!({})).await.ok::<AuthorizationView>();
    let unknown = "A".repeat(43);
    let body = StartAttempt { sign_in: made.sign_ins[0].id, start_over: false };
    let mut seen = None;
    for secret in [expired.as_str(), &revoked, &attempt.secret, &unknown, "short", "", &"x".repeat(500)] {
        for answer in [
            app.connect(secret).get("/api/v1/connect").await,
            app.connect(secret).get("/api/v1/connect/live").await,
            app.connect(secret).post("/api/v1/connect/attempts", &body).await,
        ] {
            let looks = looks(&answer);
            assert_eq!(*seen.get_or_insert_with(|| looks.clone()), looks, "{secret}");
        }
    }
    looks(&app.page().get("/api/v1/connect").await);
    // O3: every byte counts.
    let alive = app.link(app.authorize(&["CON-003"]).await.id).await;
    for position in 0..alive.len() {
        let mut bytes = alive.clone().into_bytes();
        bytes[position] = if bytes[position] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(bytes).unwrap();
        looks(&app.connect(&changed).get("/api/v1/connect").await);
    }
    app.view(&alive).await;
}

/// Whoever is on the way when the link ends comes to an end with it, however often they begin again.
async fn o1_attempts_do_not_hand_on_the_life_of_a_link(app: TestApp) {
    app.import_sample().await;
    let made = app.authorize(&["CON-001"]).await;
    let link = app.link(made.id).await;
    let first = app.attempt(&link, made.sign_ins[0].id).await;
    app.advance(3_601);
    looks(&app.connect(&link).get("/api/v1/connect").await);
    // The link is dead; who signed in by it may still begin once more, such as for a second factor.
    let second = app.attempt(&first.secret, made.sign_ins[0].id).await;
    app.advance(89 * 60);
    let third = app.attempt(&second.secret, made.sign_ins[0].id).await;
    app.advance(60);
    let body = StartAttempt { sign_in: made.sign_ins[0].id, start_over: true };
    looks(&app.connect(&third.secret).post("/api/v1/connect/attempts", &body).await);
    // A day later nothing can be seen with it either.
    app.view(&third.secret).await;
    app.advance(24 * 3600);
    looks(&app.connect(&third.secret).get("/api/v1/connect").await);
}

async fn o4_opening_changes_nothing(app: TestApp) {
    app.import_sample().await;
    let link = app.link(app.authorize(&["CON-001"]).await.id).await;
    app.view(&link).await;
    app.emulator.clear_requests();
    let before = app.dump().await;
    for _ in 0..3 {
        app.view(&link).await;
        app.anonymous().get("/connect").await;
        app.connect(&link).live("/api/v1/connect/live").await.next::<ConnectView>().await.expect("a snapshot");
    }
    assert_same(&before, &app.dump().await);
    assert_eq!(app.emulator.requests(), [], "Microsoft is not asked anything");
}

/// O7: whatever somebody writes into a link or sends with its secret, the tab gets the same trip, and Microsoft is asked the same.
async fn o7_nothing_of_a_link_takes_part_in_what_microsoft_is_asked(app: TestApp) {
    const WRITTEN: &str = "login_hint=eve@contoso.com&domain_hint=evil.example&prompt=none&scope=Mail.ReadWrite";
    app.import_sample().await;
    let made = app.authorize(&["CON-001"]).await;
    let link = app.link(made.id).await;
    let body = StartAttempt { sign_in: made.sign_ins[0].id, start_over: false };
    let mut asked = Vec::new();
    for path in ["/api/v1/connect/attempts".to_owned(), format!("/api/v1/connect/attempts?{WRITTEN}")] {
        app.emulator.clear_requests();
        let attempt: AttemptStart = app.connect(&link).post(&path, &body).await.ok();
        app.person("backup@contoso.com").sign_in(&attempt).await;
        let starts = app.emulator.requests().into_iter().filter(|one| one.path.ends_with("/oauth2/v2.0/authorize"));
        let mut query = starts.map(|one| one.query).next().expect("Microsoft was asked");
        for changing in ["state", "nonce", "code_challenge"] {
            query.remove(changing).expect("a fresh value");
        }
        asked.push((query, AttemptStart { secret: String::new(), nonce: String::new(), ..attempt }));
    }
    let [(expected, plain), (query, written)] = asked.as_slice() else { panic!("two trips") };
    assert_eq!(query, expected);
    assert!(written == plain, "another trip");
    assert_eq!((query.get("login_hint"), query.get("domain_hint")), (None, None));
    assert_eq!(query["prompt"], "select_account");
    assert!(query["scope"].starts_with("openid profile ") && query["scope"].ends_with("/.default"), "{query:?}");
    // What is sent beside it is refused, and what is written behind the secret makes it another one.
    let before = app.dump().await;
    for pair in WRITTEN.split('&') {
        let (name, value) = pair.split_once('=').expect("a pair");
        let mut body = serde_json::to_value(body.clone()).expect("a body");
        body[name] = value.into();
        app.connect(&link).post("/api/v1/connect/attempts", &body).await.refused(422, "field_invalid");
        for between in ["&", "?", ";"] {
            looks(&app.connect(&format!("{link}{between}{pair}")).post("/api/v1/connect/attempts", &body).await);
        }
    }
    assert_same(&before, &app.dump().await);
}

async fn o8_calling_off_stops_a_save_that_is_being_carried_out(app: TestApp) {
    app.import_sample().await;
    let road = app.before_save(&["CON-001"], "backup@contoso.com").await;
    let slow = Effect { delay_millis: 1_500, ..Effect::default() };
    app.emulator.set_fault(Fault { endpoint: Some("token".to_owned()), effect: slow, ..Fault::default() });
    let client = app.connect(&road.attempt.secret).with("prefer", "respond-async");
    let answer = client.post("/api/v1/connect/save", &road.tokens.save()).await;
    assert_eq!(answer.status, 202, "{}", answer.text());
    let asked = async || app.emulator.requests().iter().any(|request| request.form.contains_key("assertion"));
    eventually("the exchange is on its way", asked).await;
    let path = format!("/api/v1/authorizations/{}/cancel", road.authorization.id);
    let view: AuthorizationView = app.key().post(&path, &serde_json::json!({})).await.ok();
    assert_eq!((view.state, view.sign_ins[0].state), (AuthorizationState::Cancelled, SignInState::Cancelled));
    app.key().post(&path, &serde_json::json!({})).await.refused(409, "not_open");
    eventually("the work is given up", async || {
        app.advance(61);
        !app.dump().await["work"].iter().any(|row| row.contains("save"))
    })
    .await;
    assert_eq!(app.set("CON-001").await.method, Method::Basic);
    assert!(app.customer("Contoso Ltd").await.connections.is_empty());
    assert_eq!(app.authorization(road.authorization.id).await.state, AuthorizationState::Cancelled);
}

/// O8, H12: the eleventh guess of a minute waits; the next minute is free.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o8_h12_guessing_is_slow() {
    let app = TestApp::start_with(Setup { limits: LimitsConfig::default(), ..Setup::new(Backend::Sqlite) }).await;
    app.import_sample().await;
    let link = app.link(app.authorize(&["CON-001"]).await.id).await;
    for number in 0..10 {
        app.connect(&format!("guess-{number}")).get("/api/v1/connect").await.refused(404, "not_found");
    }
    let answer = app.connect("guess-10").get("/api/v1/connect").await;
    answer.refused(429, "too_many_requests");
    let wait: i64 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait));
    // H7: nobody speaks for another address.
    let forged = app.connect("guess-11").with("x-forwarded-for", "198.51.100.7").get("/api/v1/connect").await;
    forged.refused(429, "too_many_requests");
    app.advance(wait);
    app.view(&link).await;
}

/// H12: one member's browsers ask for so much a minute; others, and keys, are served meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h12_a_member_who_asks_too_often_waits_and_others_do_not() {
    let limits = LimitsConfig { member_requests: 20, ..LimitsConfig::default() };
    let app = TestApp::start_with(Setup { limits, ..Setup::new(Backend::Sqlite) }).await;
    let session = app.member().await;
    let mut answer = session.get("/api/v1/overview").await;
    for _ in 0..20 {
        answer = session.get("/api/v1/overview").await;
    }
    answer.refused(429, "too_many_requests");
    let wait: i64 = answer.header("retry-after").unwrap().parse().unwrap();
    app.key().get("/api/v1/overview").await.ok::<serde_json::Value>();
    app.advance(wait);
    session.get("/api/v1/overview").await.ok::<serde_json::Value>();
}

/// R2, H12: sign-ins to the portal are a write each; everybody together begins so many.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r2_sign_ins_to_the_portal_are_limited_for_everybody_together() {
    let limits = LimitsConfig { sign_ins: 1_000, all_sign_ins: 1, ..LimitsConfig::default() };
    let app = TestApp::start_with(Setup { limits, ..Setup::new(Backend::Sqlite) }).await;
    let begin = async || app.page().post("/api/v1/sign-ins", &serde_json::json!({})).await;
    let mut answer = begin().await;
    for _ in 0..100 {
        if answer.status != 200 {
            break;
        }
        answer = begin().await;
    }
    answer.refused(429, "sign_ins_busy");
    assert_eq!(answer.header("retry-after"), Some("2"));
    app.advance(2);
    assert_eq!(begin().await.status, 200);
}

async fn attempts_that_nothing_came_of_are_forgotten_after_a_week(mut app: TestApp) {
    app.import_sample().await;
    let made = app.authorize(&["CON-001"]).await;
    let link = app.link(made.id).await;
    for _ in 0..3 {
        app.attempt(&link, made.sign_ins[0].id).await;
    }
    let attempts = async |app: &TestApp| app.dump().await.get("attempts").map_or(0, Vec::len);
    assert_eq!(attempts(&app).await, 3);
    // The house is kept when a node starts, and every hour after that.
    app.advance(6 * 24 * 3600);
    app.restart().await;
    assert_eq!(attempts(&app).await, 3);
    app.advance(2 * 24 * 3600);
    app.restart().await;
    eventually("they are forgotten", async || attempts(&app).await == 0).await;
    // The authorization is as it was, and a new link goes on with it.
    let link = app.link(made.id).await;
    app.attempt(&link, made.sign_ins[0].id).await;
}
