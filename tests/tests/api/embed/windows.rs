//! Windows that frames open: each is announced once, tied once and only to its own frame; an address alone opens nothing
//! (§8, T12, finding 6).

use super::{counts, log};
use futures::future::join_all;
use rekey_tests::{
    app::{
        OUTSIDER, TestApp,
        dump::assert_same,
        embed::{CONSOLE, HOST_USER, ticket_of},
    },
    app_on_both,
};
use serde_json::{Value, json};
use server::seal::hash_secret;
use shared::api::{
    authorizations::AuthorizationState,
    embed::{EmbedSessionCreated, PopupOpened, PopupState, PopupTied, PopupView},
};

app_on_both! {
    announcing_again_and_again_makes_one_authorization,
    announcing_at_once_makes_one_authorization,
    t12_a_ticket_is_good_once,
    t12_a_window_is_tied_to_the_frame_that_confirmed_its_challenge,
    t12_another_session_cannot_confirm_a_window,
    t12_a_window_has_one_challenge,
    f6_the_address_alone_opens_nothing,
    announcing_anew_ends_the_older_window,
    a_session_opens_sixty_windows_at_most,
    the_log_tells_what_happened_and_no_secret,
}

async fn start(app: &TestApp) -> EmbedSessionCreated {
    app.import_sample().await;
    app.register_origin(CONSOLE).await;
    app.embed_sets(&["CON-001", "CON-002"]).await
}

async fn open_authorizations(app: &TestApp) -> usize {
    let page: Value = app.key().get("/api/v1/authorizations?state=open").await.ok();
    page["items"].as_array().unwrap().len()
}

/// How many windows stand open.
async fn open_windows(app: &TestApp) -> usize {
    let is_open = |row: &&String| row.contains("announced") || row.contains("'here'") || row.contains("\"here\"");
    app.dump().await["embed_popups"].iter().filter(is_open).count()
}

async fn announcing_again_and_again_makes_one_authorization(app: TestApp) {
    let session = start(&app).await;
    let before = app.dump().await;
    assert_eq!(app.embed_view(&session.secret).await.authorization, None);
    assert_same(&before, &app.dump().await);
    let mut seen = Vec::new();
    for _ in 0..3 {
        app.announce(&session.secret).await;
        let view = app.embed_view(&session.secret).await;
        assert_eq!(view.popup, Some(PopupState::Announced));
        seen.push(view.authorization.expect("an authorization"));
    }
    app.tied(&session.secret).await;
    seen.push(app.embed_view(&session.secret).await.authorization.unwrap());
    assert!(seen.iter().all(|id| *id == seen[0]), "{seen:?}");
    assert_eq!(open_authorizations(&app).await, 1);
    // One that was called off is not gone on with.
    let path = format!("/api/v1/authorizations/{}/cancel", seen[0]);
    app.key().post(&path, &json!({})).await.ok::<Value>();
    app.announce(&session.secret).await;
    let next = app.embed_view(&session.secret).await.authorization.unwrap();
    assert_ne!(next, seen[0]);
    assert_eq!(app.authorization(next).await.state, AuthorizationState::Open);
}

async fn announcing_at_once_makes_one_authorization(app: TestApp) {
    let session = start(&app).await;
    let frame = app.frame(&session.secret);
    let tickets: Vec<_> = (0..6).map(|_| json!({ "ticket": ticket_of(&app.window_secret()) })).collect();
    let answers = join_all(tickets.iter().map(|body| frame.post("/api/v1/embed/popups", body))).await;
    for answer in answers {
        answer.ok::<PopupOpened>();
    }
    assert_eq!((open_authorizations(&app).await, open_windows(&app).await), (1, 1));
}

async fn t12_a_ticket_is_good_once(app: TestApp) {
    let session = start(&app).await;
    let other = app.embed_sets(&["CON-003"]).await;
    let window = app.announce(&session.secret).await;
    let link = app.link(app.authorize(&["CON-004"]).await.id).await;
    let before = app.dump().await;
    let announce = async |session: &str, ticket: &str| {
        app.frame(session).post("/api/v1/embed/popups", &json!({ "ticket": ticket })).await
    };
    for session in [&session.secret, &other.secret] {
        let problem = announce(session, &ticket_of(&window.secret)).await.refused(422, "field_invalid");
        assert_eq!(problem.field.as_deref(), Some("ticket"));
    }
    let good = ticket_of(&app.window_secret());
    for bad in ["", "short", &good[1..], &format!("{good}="), &format!("{good}A"), &good.replace(&good[..1], "*")] {
        let problem = announce(&session.secret, bad).await.refused(422, "field_invalid");
        assert_eq!(problem.field.as_deref(), Some("ticket"), "{bad}");
    }
    // The hash of another kind of secret is taken for no window, and opens nothing afterwards.
    for secret in [&session.secret, &link] {
        announce(&session.secret, &ticket_of(secret)).await.refused(422, "field_invalid");
        app.arrive(secret).await.refused(404, "not_found");
    }
    assert_same(&before, &app.dump().await);
    // At once, by two frames: one of them gets it.
    let bodies = [json!({ "ticket": good }), json!({ "ticket": good })];
    let frames = [app.frame(&session.secret), app.frame(&other.secret)];
    let answers = join_all(frames.iter().zip(&bodies).map(|(one, body)| one.post("/api/v1/embed/popups", body))).await;
    let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert!(statuses[0] == 200 && matches!(statuses[1], 409 | 422), "{statuses:?}");
}

async fn t12_a_window_is_tied_to_the_frame_that_confirmed_its_challenge(app: TestApp) {
    let session = start(&app).await;
    let window = app.announce(&session.secret).await;
    let challenge = app.window_secret();
    app.tie(&window.secret, "challenge", &challenge).await.refused(409, "popup_not_confirmed");
    let problem = app.confirm(&session.secret, &window, "too short").await.refused(422, "field_invalid");
    assert_eq!(problem.field.as_deref(), Some("challenge"));
    app.confirm(&session.secret, &window, &"x".repeat(101)).await.refused(422, "field_invalid");
    assert_eq!(app.confirm(&session.secret, &window, &challenge).await.status, 204);
    app.arrive(&window.secret).await.ok::<PopupView>();
    let confirmed = app.dump().await;
    // Another challenge than the confirmed one ties nothing, and neither does none or both.
    app.tie(&window.secret, "challenge", &app.window_secret()).await.refused(409, "popup_not_confirmed");
    for body in [json!({}), json!({ "challenge": challenge, "code": window.opened.code })] {
        let answer = app.connect(&window.secret).post("/api/v1/connect/popup/tie", &body).await;
        assert_eq!(answer.refused(422, "field_invalid").field.as_deref(), Some("code"));
    }
    let body = json!({ "challenge": challenge, "more": 1 });
    app.connect(&window.secret).post("/api/v1/connect/popup/tie", &body).await.refused(422, "field_invalid");
    assert_same(&confirmed, &app.dump().await);
    let tied: PopupTied = app.tie(&window.secret, "challenge", &challenge).await.ok();
    assert_eq!(app.embed_view(&session.secret).await.popup, Some(PopupState::Tied));
    // Its address is used up, whoever has it.
    app.tie(&window.secret, "challenge", &challenge).await.refused(404, "not_found");
    app.tie(&window.secret, "code", &window.opened.code).await.refused(404, "not_found");
    app.arrive(&window.secret).await.refused(404, "not_found");
    app.confirm(&session.secret, &window, &app.window_secret()).await.refused(409, "popup_over");
    let view = app.view(&tied.secret).await;
    assert_eq!((view.customer.as_str(), view.organization.as_str()), ("Contoso Ltd", "Northwind Managed IT"));
    assert!(tied.secret != window.secret && tied.secret != session.secret);
    // Two of the same window at once: one link.
    let window = app.announce(&session.secret).await;
    assert_eq!(app.confirm(&session.secret, &window, &challenge).await.status, 204);
    let answers = join_all((0..4).map(|_| app.tie(&window.secret, "challenge", &challenge))).await;
    let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 404, 404, 404]);
}

async fn t12_another_session_cannot_confirm_a_window(app: TestApp) {
    let session = start(&app).await;
    // Of the same person, of the same organization, and of another organization.
    let same = app.embed_sets(&["CON-001", "CON-002"]).await;
    let other = app.embed_session(&json!({ "backup_sets": app.ids(&["CON-003"]).await, "host_user": "eve" })).await;
    let neighbour = app.with_key(&app.neighbour().await.key.secret);
    let outsider = app.session(&app.sign_in(OUTSIDER).await);
    outsider.post("/api/v1/embed-origins", &json!({ "origin": CONSOLE })).await.ok::<Value>();
    let set = json!({ "sets": [{
        "external_id": "N-1", "name": "Mine", "customer": "Mine", "tenant": "contoso.com",
        "account": "backup@contoso.com", "workloads": ["exchange"], "client_version": "9.1.0.0",
    }] });
    neighbour.put("/api/v1/backup-sets", &set).await.ok::<Value>();
    let sets: Value = neighbour.get("/api/v1/backup-sets").await.ok();
    let body = app.embed_body(&json!({ "backup_sets": [sets["items"][0]["id"]] }));
    let foreign: EmbedSessionCreated = neighbour.post("/api/v1/embed-sessions", &body).await.ok();

    let window = app.announce(&session.secret).await;
    let challenge = app.window_secret();
    let before = app.dump().await;
    for secret in [&same.secret, &other.secret, &foreign.secret] {
        app.confirm(secret, &window, &challenge).await.refused(404, "not_found");
    }
    app.tie(&window.secret, "challenge", &challenge).await.refused(409, "popup_not_confirmed");
    assert_same(&before, &app.dump().await);
    assert_eq!(app.confirm(&session.secret, &window, &challenge).await.status, 204);
}

async fn t12_a_window_has_one_challenge(app: TestApp) {
    let session = start(&app).await;
    let window = app.announce(&session.secret).await;
    let (mine, evil) = (app.window_secret(), app.window_secret());
    assert_eq!(app.confirm(&session.secret, &window, &mine).await.status, 204);
    assert_eq!(app.confirm(&session.secret, &window, &mine).await.status, 204, "the same once more changes nothing");
    app.confirm(&session.secret, &window, &evil).await.refused(409, "popup_over");
    app.tie(&window.secret, "challenge", &evil).await.refused(409, "popup_not_confirmed");
    app.tie(&window.secret, "challenge", &mine).await.ok::<PopupTied>();
    // Two at once: one of them.
    for _ in 0..8 {
        let window = app.announce(&session.secret).await;
        let both = [&mine, &evil].map(|challenge| app.confirm(&session.secret, &window, challenge));
        let mut statuses: Vec<_> = join_all(both).await.iter().map(|answer| answer.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 409]);
    }
}

async fn f6_the_address_alone_opens_nothing(app: TestApp) {
    let session = start(&app).await;
    let window = app.announce(&session.secret).await;
    // Somebody else has the address: they see who asks, and nothing more.
    let asked: PopupView = app.arrive(&window.secret).await.ok();
    assert_eq!(
        (asked.organization.as_str(), asked.domain.as_deref()),
        ("Northwind Managed IT", Some("northwind.example"))
    );
    assert_eq!(asked.console, "console.example.com");
    assert_eq!((asked.tries, asked.code_until), (3, window.opened.code_until));
    assert_eq!(app.embed_view(&session.secret).await.popup, Some(PopupState::Here));
    let text = app.arrive(&window.secret).await.text();
    for never in [&window.opened.code, HOST_USER, &window.secret, &session.secret, "Contoso"] {
        assert!(!text.contains(never), "{never}: {text}");
    }
    let before = app.dump().await;
    app.arrive(&window.secret).await.ok::<PopupView>();
    let stranger = app.connect(&window.secret);
    for path in ["/api/v1/connect", "/api/v1/connect/live", "/api/v1/customer-page"] {
        stranger.get(path).await.refused(404, "not_found");
    }
    let sign_in = app.embed_view(&session.secret).await.sign_ins[0].id.unwrap();
    for (path, body) in [
        ("/api/v1/connect/attempts", json!({ "sign_in": sign_in })),
        ("/api/v1/connect/save", json!({ "access_token": "x", "id_token": "x" })),
        ("/api/v1/connect/continue", json!({})),
        ("/api/v1/connect/failure", json!({ "step": "authorize", "error": "x" })),
    ] {
        let answer = stranger.post(path, &body).await;
        assert!((400..500).contains(&answer.status), "{path}: {}", answer.text());
        assert_ne!(answer.value()["code"], "field_invalid", "{path}: an unknown secret comes before the body");
    }
    stranger.post("/api/v1/connect/popup/tie", &json!({})).await.refused(422, "field_invalid");
    app.tie(&window.secret, "challenge", &app.window_secret()).await.refused(409, "popup_not_confirmed");
    assert_same(&before, &app.dump().await);
    // The hash that the server stores is no secret, and neither is the id.
    for guess in
        [ticket_of(&window.secret), window.opened.id.to_string(), server::audit::hex(&hash_secret(&window.secret))]
    {
        app.arrive(&guess).await.refused(404, "not_found");
        app.tie(&guess, "code", &window.opened.code).await.refused(404, "not_found");
    }
}

async fn announcing_anew_ends_the_older_window(app: TestApp) {
    let session = start(&app).await;
    let older = app.announce(&session.secret).await;
    let challenge = app.window_secret();
    assert_eq!(app.confirm(&session.secret, &older, &challenge).await.status, 204);
    let tied = app.tied(&session.secret).await;
    // The one that was tied goes on; the one before opens nothing, confirmed or not.
    app.tie(&older.secret, "challenge", &challenge).await.refused(404, "not_found");
    app.tie(&older.secret, "code", &older.opened.code).await.refused(404, "not_found");
    app.arrive(&older.secret).await.refused(404, "not_found");
    app.confirm(&session.secret, &older, &challenge).await;
    app.announce(&session.secret).await;
    app.view(&tied).await;
    assert_eq!(app.embed_view(&session.secret).await.popup, Some(PopupState::Announced));
    assert_eq!(open_windows(&app).await, 1);
}

async fn a_session_opens_sixty_windows_at_most(app: TestApp) {
    let session = start(&app).await;
    for _ in 0..60 {
        app.announce(&session.secret).await;
    }
    let before = app.dump().await;
    let body = json!({ "ticket": ticket_of(&app.window_secret()) });
    app.frame(&session.secret).post("/api/v1/embed/popups", &body).await.refused(409, "too_many_windows");
    assert_same(&before, &app.dump().await);
    // The page that is loaded again has a session of its own.
    let again = app.embed_sets(&["CON-001", "CON-002"]).await;
    app.announce(&again.secret).await;
}

async fn the_log_tells_what_happened_and_no_secret(app: TestApp) {
    let session = start(&app).await;
    let (first, challenge) = (app.announce(&session.secret).await, app.window_secret());
    let wrong = rekey_tests::app::embed::wrong_code(&first.opened.code, 0);
    app.tie(&first.secret, "code", &wrong).await.refused(403, "code_wrong");
    let by_code: PopupTied = app.tie(&first.secret, "code", &first.opened.code).await.ok();
    let second = app.announce(&session.secret).await;
    app.confirm(&session.secret, &second, &challenge).await;
    let by_opener: PopupTied = app.tie(&second.secret, "challenge", &challenge).await.ok();
    app.key().post(&format!("/api/v1/embed-sessions/{}/end", session.id), &json!({})).await;
    let log = log(&app).await;
    let events = ["embed_popup.announced", "embed_popup.tied", "embed_popup.wrong_code", "embed_session.ended"];
    assert_eq!(counts(&log, events), [2, 2, 1, 1]);
    let tied: Vec<_> = log.iter().filter(|entry| entry.event == "embed_popup.tied").collect();
    assert_eq!((tied[0].detail.as_str(), tied[1].detail.as_str()), ("by=opener", "by=code"));
    let who = format!("console.example.com: {HOST_USER}");
    assert!(tied.iter().all(|entry| entry.actor == who), "{tied:?}");
    let secrets = [
        &session.secret,
        &first.secret,
        &second.secret,
        &challenge,
        &by_code.secret,
        &by_opener.secret,
        &first.opened.code,
        &second.opened.code,
        &wrong,
    ];
    for entry in &log {
        assert!(!entry.detail.contains(HOST_USER) && !entry.subject.contains(HOST_USER), "{entry:?}");
        // Ids are left out: six digits may stand in one by chance.
        let words = entry.detail.split(' ').filter(|word| !word.starts_with("authorization=") && !word.contains('-'));
        let text = words.collect::<Vec<_>>().join(" ");
        assert!(secrets.iter().all(|secret| !text.contains(secret.as_str())), "{entry:?}");
    }
    let dump = app.dump().await;
    for secret in secrets.iter().filter(|secret| secret.len() > 6) {
        assert!(dump.values().flatten().all(|row| !row.contains(secret.as_str())), "stored as it is");
    }
}
