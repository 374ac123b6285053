//! Rekey inside other companies' consoles, in real Chromium with partitioned storage and no third-party cookies (I1 to I11,
//! E1 to E10, A7 to A9, N1).

use rekey_tests::browser::Stage;

const BACKUP: &str = "backup@contoso.com";
const PRIYA: &str = "priya.shah@contoso.com";

/// The demo's console: its people authorize without leaving it, and the frame learns the result through the server.
#[tokio::test]
async fn i1_i3_i6_a7_e3_e4_the_demos_console_authorizes_in_a_frame() {
    let stage = Stage::with_sample().await;
    let person = stage.browser().await;
    let console = stage.demo.ready.console.clone();
    person.open(&console).await;
    person.enter_frame().await;
    let words = person.sees_frame("ready").await;
    assert!(words.contains("Contoso Ltd") && words.contains("need a sign-in"), "{words}");
    person.leave_frame().await;
    person.portraits("embed-console", 390).await;
    person.enter_frame().await;
    person.presses("go").await;
    let (page, window) = person.opened_window().await;
    let words = person.sees_page("asked").await;
    assert!(words.contains("console.localhost"), "who asks is named: {words}");
    person.presses("go").await;
    person.sign_in_as(&stage.demo.account(BACKUP)).await;
    person.sees_page("review").await;
    person.presses("save").await;
    person.sees_page("done").await;
    person.turn_to(&page).await;
    person.enter_frame().await;
    let words = person.sees_frame("opened").await;
    println!("{words}");
    person.leave_frame().await;
    person.snapshot("embed-opened").await;
    person.turn_to(&window).await;
    let _ = PRIYA;
}
