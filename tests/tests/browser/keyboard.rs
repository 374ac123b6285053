//! Without a mouse, and with a screen reader in mind.

use rekey_tests::browser::Stage;
use thirtyfour::Key;

/// How the portal learns that nobody is signed in.
const SIGNED_OUT: &str = "401 (Unauthorized)";
const BACKUP: &str = "backup@contoso.com";

/// Sign-in to Save with Tab and Enter alone; a new page puts the focus on its heading.
#[tokio::test]
async fn l1_the_connect_page_works_by_keyboard_alone() {
    let stage = Stage::with_sample().await;
    let link = stage.demo.link_for(&[BACKUP]).await;
    let backup = stage.demo.account(BACKUP);
    let window = stage.browser().await;
    window.open(&link.url).await;
    window.sees_page("asked").await;
    window.is_accessible("asked").await;
    window.tab_to("[data-press=go]").await;
    window.press(Key::Enter).await;
    window.at_microsoft().await;
    window.tab_to("#use-another").await;
    window.press(Key::Enter).await;
    window.see("#sign-in").await;
    window.tab_to("#username").await;
    window.press(backup.username.clone()).await;
    window.tab_to("#password").await;
    window.press(backup.password.clone() + Key::Enter).await;
    window.see("#verify").await;
    window.tab_to("#code").await;
    window.press(backup.code() + Key::Enter).await;
    window.come_back().await;
    window.sees_page("review").await;
    window.has_focus("h1").await;
    window.is_accessible("review").await;
    window.tab_to("[data-press=save]").await;
    window.press(Key::Enter).await;
    window.sees_page("done").await;
    window.has_focus("h1").await;
    window.is_accessible("done").await;
}

/// Going to another page of the portal takes the focus to its heading, there and back, between the shell's page and those
/// of the pages program; loading a page again does not.
#[tokio::test]
async fn l1_a_new_page_of_the_portal_takes_the_focus() {
    let stage = Stage::with_sample().await;
    let owner = stage.demo.account(&stage.demo.ready.owner_sign_in);
    let window = stage.browser().await;
    window.enter_portal(&owner).await;
    for path in ["/", "/customers"] {
        window.open(path).await;
        window.see("main h1").await;
        let script = "return document.activeElement?.matches('h1') === true";
        let has_focus: bool = window.script(script, Vec::new()).await.convert().expect("a word");
        assert!(!has_focus, "{path} took the focus of whoever only loaded it again");
        for next in ["/activity", "/", "/customers", "/"] {
            window.click(&format!("#side a[href='{next}']")).await;
            window.see(&format!("#side a[href='{next}'][aria-current=page]")).await;
            window.has_focus("main h1").await;
        }
    }
}

/// Labels, one heading of the first rank, no positive tabindex, on each page of the portal.
#[tokio::test]
async fn l1_the_portals_pages_are_labelled() {
    let stage = Stage::with_sample().await;
    let owner = stage.demo.account(&stage.demo.ready.owner_sign_in);
    let window = stage.browser().await;
    window.open("/sign-in").await;
    window.see("h1").await;
    window.is_accessible("sign-in").await;
    window.enter_portal(&owner).await;
    for path in [
        "/",
        "/backup-sets",
        "/backup-sets/import",
        "/customers",
        "/authorizations",
        "/activity",
        "/api-keys",
        "/consoles",
        "/certificates",
        "/notifications",
    ] {
        window.open(path).await;
        window.see("main h1").await;
        window.is_accessible(path).await;
    }
    // A click on the menu takes the focus to the new page's heading.
    window.click("nav a[href='/customers']").await;
    window.has_focus("main h1").await;
    window.is_quiet(&[SIGNED_OUT]).await;
}
