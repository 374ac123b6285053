//! Reload, back, double clicks, two tabs, closed windows, dead links: nothing twice, nothing swapped, always a way on.

use rekey_tests::browser::Stage;
use serde_json::json;

const BACKUP: &str = "backup@contoso.com";
const PRIYA: &str = "priya.shah@contoso.com";
const TWICE: &str = "const button = document.querySelector(arguments[0]); button.click(); button.click();";

/// B12, A8: a double click on Continue and on Save counts once.
#[tokio::test]
async fn a8_b12_double_clicks_count_once() {
    let stage = Stage::with_sample().await;
    let link = stage.demo.link_for(&[BACKUP]).await;
    let window = stage.browser().await;
    window.open(&link.url).await;
    window.sees_page("asked").await;
    window.script(TWICE, vec![json!("[data-press=go]")]).await;
    window.sign_in_as(&stage.demo.account(BACKUP)).await;
    assert_eq!(window.sent_to("POST", "/api/v1/connect/attempts").await.len(), 1);
    window.sees_page("review").await;
    window.script(TWICE, vec![json!("[data-press=save]")]).await;
    window.sees_page("done").await;
    assert_eq!(window.sent_to("POST", "/api/v1/connect/save").await.len(), 1);
    assert_eq!(stage.demo.audited("sign_in.saved").await, 1);
    assert_eq!(stage.demo.audited("sign_in.done").await, 1);
}

/// A8, A11, B12: each page may be loaded again; the sign-in is forgotten before Save, and never sent twice after it.
#[tokio::test]
async fn a8_a11_b12_every_page_survives_a_reload_and_the_back_button() {
    let stage = Stage::with_sample().await;
    let link = stage.demo.link_for(&[BACKUP]).await;
    let backup = stage.demo.account(BACKUP);
    let window = stage.browser().await;
    window.open(&link.url).await;
    window.sees_page("asked").await;
    window.reload().await;
    window.sees_page("asked").await;
    window.presses("go").await;
    window.at_microsoft().await;
    window.back().await;
    window.sees_page("asked").await;
    window.holds_no_secret("back from Microsoft").await;

    window.presses("go").await;
    window.sign_in_as(&backup).await;
    window.sees_page("review").await;
    window.reload().await;
    let words = window.sees_page("asked").await;
    assert!(words.contains("sign"), "{words}");
    window.holds_no_secret("review loaded again").await;

    window.presses("go").await;
    window.at_microsoft().await;
    window.click(&format!("[data-account='{BACKUP}']")).await;
    window.sees_page("review").await;
    window.presses("save").await;
    window.sees_page("done").await;
    window.reload().await;
    window.sees_page("done").await;
    window.holds_no_secret("done loaded again").await;
    assert_eq!(stage.demo.audited("sign_in.saved").await, 1);
}

/// B3: two tabs at once, each with its own person; nothing is swapped.
#[tokio::test]
async fn b3_a11_two_tabs_at_once_never_swap() {
    let stage = Stage::with_sample().await;
    let first = stage.demo.link_for(&[BACKUP]).await;
    let second = stage.demo.link_for(&[PRIYA]).await;
    let window = stage.browser().await;
    window.follow(&first.url).await;
    let (one, two) = window.second_tab().await;
    window.follow(&second.url).await;
    window.turn_to(&one).await;
    window.sign_in_as(&stage.demo.account(BACKUP)).await;
    window.turn_to(&two).await;
    window.sign_in_as(&stage.demo.account(PRIYA)).await;
    for (tab, account) in [(&one, BACKUP), (&two, PRIYA)] {
        window.turn_to(tab).await;
        let words = window.sees_page("review").await;
        assert!(words.contains(account) && words.contains("The account these backup sets belong to"), "{words}");
        window.holds_no_secret(account).await;
    }
    window.presses("save").await;
    window.sees_page("done").await;
    window.turn_to(&one).await;
    window.presses("save").await;
    window.sees_page("done").await;
    for (link, account) in [(&first, BACKUP), (&second, PRIYA)] {
        let view = stage.demo.api(&format!("/api/v1/authorizations/{}", link.authorization)).await;
        assert_eq!(view["sign_ins"][0]["signed_in_as"], account, "{view}");
    }
}

/// A11: the same link in two tabs: the later attempt counts, the earlier is told, and both can start over.
#[tokio::test]
async fn a11_b3_the_same_link_twice_ends_the_earlier_attempt() {
    let stage = Stage::with_sample().await;
    let link = stage.demo.link_for(&[BACKUP]).await;
    let backup = stage.demo.account(BACKUP);
    let window = stage.browser().await;
    window.connect_as(&link.url, &backup).await;
    let (one, two) = window.second_tab().await;
    window.follow(&link.url).await;
    window.click(&format!("[data-account='{BACKUP}']")).await;
    window.sees_page("review").await;
    window.turn_to(&one).await;
    window.presses("save").await;
    window.see(".connect:not([data-page=review]):not([data-page=done]) h1").await;
    window.turn_to(&two).await;
    window.presses("save").await;
    window.sees_page("done").await;
    assert_eq!(stage.demo.audited("sign_in.done").await, 1);
}

/// A closed window is no harm: the link opens again, before and after Save.
#[tokio::test]
async fn a8_a11_a_closed_window_and_the_link_again() {
    let stage = Stage::with_sample().await;
    let link = stage.demo.link_for(&[BACKUP]).await;
    let window = stage.browser().await;
    window.follow(&link.url).await;
    let (one, two) = window.second_tab().await;
    window.turn_to(&one).await;
    window.close_tab().await;
    window.turn_to(&two).await;
    window.connect_as(&link.url, &stage.demo.account(BACKUP)).await;
    window.presses("save").await;
    window.sees_page("done").await;
    let again = stage.browser().await;
    again.open(&link.url).await;
    again.sees_page("done").await;
}

/// Links that lead nowhere say so, and nothing more.
#[tokio::test]
async fn a6_b2_dead_links_and_foreign_answers_have_pages() {
    let stage = Stage::with_sample().await;
    let link = stage.demo.link_for(&[BACKUP]).await;
    let window = stage.browser().await;
    window.open("/connect").await;
    window.sees_page("no_link").await;
    window.open("/connect/callback#code=stolen&state=foreign").await;
    window.sees_page("foreign_answer").await;
    window.holds_no_secret("foreign answer").await;
    assert_eq!(window.sent_to("POST", "/oauth2/v2.0/token").await.len(), 0, "a foreign code was redeemed");
    let (_, _) = window.second_tab().await;
    window.open("/connect#AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").await;
    window.sees_page("dead_link").await;
    stage.demo.control("clock", json!({ "advance_seconds": 3 * 3600 })).await;
    let (_, _) = window.second_tab().await;
    window.open(&link.url).await;
    let words = window.sees_page("dead_link").await;
    assert!(words.contains("new link"), "{words}");
    window.holds_no_secret("expired").await;
}
