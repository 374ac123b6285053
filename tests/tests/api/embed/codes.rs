//! The six digits, for a window without an opener: three tries, two minutes, and no free try (§8, finding 6, H12).

use super::{counts, log};
use futures::future::join_all;
use rekey_tests::{
    app::{
        TestApp,
        dump::assert_same,
        embed::{CONSOLE, Window, wrong_code},
    },
    app_on_both,
};
use shared::api::embed::{PopupState, PopupTied, PopupView};

app_on_both! {
    the_right_code_ties_however_it_is_spaced,
    three_wrong_codes_end_a_window_even_for_the_right_one,
    f6_a_code_of_one_window_is_none_of_another,
    a_code_is_good_for_two_minutes_and_an_address_for_ten,
    h12_codes_tried_at_once_are_no_free_tries,
}

/// A session and a window of it.
async fn start(app: &TestApp) -> (String, Window) {
    app.import_sample().await;
    app.register_origin(CONSOLE).await;
    let session = app.embed_sets(&["CON-001"]).await.secret;
    let window = app.announce(&session).await;
    (session, window)
}

async fn the_right_code_ties_however_it_is_spaced(app: TestApp) {
    let (session, first) = start(&app).await;
    assert!(first.opened.code.len() == 6 && first.opened.code.bytes().all(|byte| byte.is_ascii_digit()));
    for spaced in [
        |code: &str| format!("{} {}", &code[..3], &code[3..]),
        |code: &str| format!("  {code}\t"),
        |code: &str| code.chars().flat_map(|digit| [digit, '\u{a0}']).collect(),
    ] {
        let window = app.announce(&session).await;
        app.arrive(&window.secret).await.ok::<PopupView>();
        let tied: PopupTied = app.tie(&window.secret, "code", &spaced(&window.opened.code)).await.ok();
        assert_eq!(app.embed_view(&session).await.popup, Some(PopupState::Tied));
        app.view(&tied.secret).await;
        app.tie(&window.secret, "code", &window.opened.code).await.refused(404, "not_found");
    }
    // Without arriving first, too.
    let window = app.announce(&session).await;
    app.tie(&window.secret, "code", &window.opened.code).await.ok::<PopupTied>();
}

async fn three_wrong_codes_end_a_window_even_for_the_right_one(app: TestApp) {
    let (session, window) = start(&app).await;
    let code = window.opened.code.clone();
    let before = app.dump().await;
    // What are no six digits is no try.
    for bad in ["", "12345", "1234567", "12345a", "１２３４５６", "-12345", "1e5555"] {
        let problem = app.tie(&window.secret, "code", bad).await.refused(422, "field_invalid");
        assert_eq!(problem.field.as_deref(), Some("code"), "{bad}");
    }
    assert_same(&before, &app.dump().await);
    for left in [2, 1] {
        app.tie(&window.secret, "code", &wrong_code(&code, left)).await.refused(403, "code_wrong");
        let asked: PopupView = app.arrive(&window.secret).await.ok();
        assert_eq!(u32::from(asked.tries), left);
    }
    app.tie(&window.secret, "code", &wrong_code(&code, 9)).await.refused(404, "not_found");
    app.tie(&window.secret, "code", &code).await.refused(404, "not_found");
    app.arrive(&window.secret).await.refused(404, "not_found");
    let challenge = app.window_secret();
    app.confirm(&session, &window, &challenge).await.refused(409, "popup_over");
    app.tie(&window.secret, "challenge", &challenge).await.refused(404, "not_found");
    assert_eq!(app.embed_view(&session).await.popup, Some(PopupState::Dead));
    assert_eq!(counts(&log(&app).await, ["embed_popup.wrong_code", "embed_popup.tied"]), [3, 0]);
    // The next window has tries of its own; the third may be the right one.
    let next = app.announce(&session).await;
    for n in 0..2 {
        app.tie(&next.secret, "code", &wrong_code(&next.opened.code, n)).await.refused(403, "code_wrong");
    }
    app.tie(&next.secret, "code", &next.opened.code).await.ok::<PopupTied>();
}

async fn f6_a_code_of_one_window_is_none_of_another(app: TestApp) {
    let (session, mine) = start(&app).await;
    let other = app.embed_sets(&["CON-002"]).await.secret;
    let theirs = app.announce(&other).await;
    if mine.opened.code != theirs.opened.code {
        app.tie(&theirs.secret, "code", &mine.opened.code).await.refused(403, "code_wrong");
    }
    // Two windows of one frame: the address of the first with the digits that now stand in the frame.
    let newer = app.announce(&session).await;
    app.tie(&mine.secret, "code", &newer.opened.code).await.refused(404, "not_found");
    app.tie(&newer.secret, "code", &newer.opened.code).await.ok::<PopupTied>();
}

async fn a_code_is_good_for_two_minutes_and_an_address_for_ten(app: TestApp) {
    let (session, window) = start(&app).await;
    let left = window.opened.code_until.since(app.state.now());
    assert!((90..=120).contains(&left), "{left}");
    app.advance(80);
    app.tie(&window.secret, "code", &wrong_code(&window.opened.code, 0)).await.refused(403, "code_wrong");
    app.advance(40);
    let before = app.dump().await;
    for code in [&window.opened.code, &wrong_code(&window.opened.code, 0)] {
        app.tie(&window.secret, "code", code).await.refused(409, "code_expired");
    }
    assert_same(&before, &app.dump().await);
    // The opener still finds it.
    app.advance(440);
    app.arrive(&window.secret).await.ok::<PopupView>();
    let challenge = app.window_secret();
    assert_eq!(app.confirm(&session, &window, &challenge).await.status, 204);
    app.advance(40);
    app.arrive(&window.secret).await.refused(404, "not_found");
    app.tie(&window.secret, "challenge", &challenge).await.refused(404, "not_found");
    app.tie(&window.secret, "code", &window.opened.code).await.refused(404, "not_found");
    assert_eq!(app.embed_view(&session).await.popup, Some(PopupState::Dead));
    let late = app.announce(&session).await;
    app.advance(600);
    app.confirm(&session, &late, &app.window_secret()).await.refused(409, "popup_over");
}

/// Whoever sends many codes at once learns of no more than three, and the right one among them is told apart by nothing.
async fn h12_codes_tried_at_once_are_no_free_tries(app: TestApp) {
    let (session, _) = start(&app).await;
    for round in 0..12 {
        let window = app.announce(&session).await;
        let code = &window.opened.code;
        let mut codes: Vec<String> = (0..7).map(|n| wrong_code(code, n)).collect();
        codes.insert(round % 8, code.clone());
        let answers = join_all(codes.iter().map(|code| app.tie(&window.secret, "code", code))).await;
        let told = |answer: &rekey_tests::app::client::Answer| {
            (answer.status, answer.value()["code"].as_str().unwrap_or_default().to_owned())
        };
        let said: Vec<_> = answers.iter().map(told).collect();
        let of = |status: u16| said.iter().filter(|(found, _)| *found == status).count();
        assert!(said.iter().all(|one| match one.0 {
            200 => true,
            403 => one.1 == "code_wrong",
            404 => one.1 == "not_found",
            409 => one.1 == "changed_meanwhile",
            _ => false,
        }));
        assert!(of(403) <= 2 && of(200) <= 1, "{said:?}");
        // Not found is what a window says that is tied or dead, and never one that lives on.
        let again = app.tie(&window.secret, "code", code).await;
        if of(404) > 0 || of(200) > 0 {
            assert_eq!(again.status, 404, "{said:?}");
        } else {
            again.ok::<PopupTied>();
        }
    }
}
