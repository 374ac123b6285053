//! Without a mouse, and with a screen reader in mind.

use rekey_tests::{
    browser::{Browser, Stage},
    demo::Account,
};
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

/// Signs in at Microsoft with Tab and Enter.
async fn sign_in_by_keyboard(window: &Browser, account: &Account) {
    window.at_microsoft().await;
    window.tab_to("#use-another").await;
    window.press(Key::Enter).await;
    window.see("#sign-in").await;
    window.tab_to("#username").await;
    window.press(account.username.clone()).await;
    window.tab_to("#password").await;
    window.press(account.password.clone() + Key::Enter).await;
    if account.totp_secret.is_some() {
        window.see("#verify").await;
        window.tab_to("#code").await;
        window.press(account.code() + Key::Enter).await;
    }
    window.come_back().await;
}

/// L1, WCAG 2.1.1, 2.1.2, 2.4.3, 2.4.7, 2.4.11: the road of procedure H in the portal, from the sign-in to Authorize, without a
/// mouse; the focus is seen at every stop and caught at none, and what opens gives it back.
#[tokio::test]
async fn l1_the_portal_works_by_keyboard_alone() {
    let stage = Stage::with_sample().await;
    let window = stage.browser().await;
    window.look(1280, 800, "light").await;
    window.open("/sign-in").await;
    window.see("h1").await;
    window.walks_by_tab("/sign-in").await;
    window.tab_to("[data-test=sign-in]").await;
    window.press(Key::Enter).await;
    sign_in_by_keyboard(&window, &stage.demo.account(&stage.demo.ready.owner_sign_in)).await;

    window.see("main .fleet").await;
    window.walks_by_tab("/").await;
    window.tab_to("#side a[href='/backup-sets']").await;
    window.press(Key::Enter).await;
    window.see_exactly("tr[data-set]", 23).await;
    window.has_focus("main h1").await;
    for id in ["CON-001", "CON-002"] {
        window.tab_to(&format!("tr[data-set={id}] input[type=checkbox]")).await;
        window.press(" ").await;
    }
    window.read("[data-test=chosen]", "2").await;
    // With the bar of what is chosen over the rows.
    window.walks_by_tab("/backup-sets").await;
    customers_to_choose_from(&window).await;
    window.tab_to("[data-test=authorize-chosen]").await;
    window.press(Key::Enter).await;
    window.see_exactly("[data-test=sign-in-preview]", 1).await;
    window.has_focus("main h1").await;
    window.walks_by_tab("the preview").await;
    window.tab_to("[data-test=method-hybrid]").await;
    window.press(Key::Down).await;
    window.read("[data-test=sign-in-preview]", "Global Administrator").await;
    window.has_focus("[data-test=method-modern]").await;
    window.press(Key::Up).await;
    window.see_exactly("[data-test=method-hybrid]:checked", 1).await;
    window.tab_to("[data-test=authorize]:not([aria-disabled])").await;
    window.press(Key::Enter).await;
    window.see_exactly("[data-test=sign-in-card]", 1).await;
    window.has_focus("main h1").await;
    window.walks_by_tab("an authorization").await;
    a_question(&window).await;
    window.tab_to("[data-test=sign-in-now]").await;
    window.press(Key::Enter).await;
    window.sees_page("asked").await;
}

/// The list of customers opens, closes with Escape, and gives the focus back.
async fn customers_to_choose_from(window: &Browser) {
    window.tab_to("button.pick").await;
    window.press(Key::Enter).await;
    window.see(".picker").await;
    window.tab_to("#find-customer").await;
    window.press("Fab").await;
    window.see_exactly(".picker li", 2).await;
    // The first Escape takes back what was typed, as in every search field; the next one closes.
    window.press(Key::Escape).await;
    window.see_exactly(".picker li", 4).await;
    window.press(Key::Escape).await;
    window.see_exactly(".picker:popover-open", 0).await;
    window.has_focus("button.pick").await;
}

/// A question takes the focus; Escape, and the button that keeps everything, give it back.
async fn a_question(window: &Browser) {
    window.tab_to("[data-test=cancel]").await;
    window.press(Key::Enter).await;
    window.has_focus("[data-test=question] p").await;
    window.press(Key::Escape).await;
    window.has_focus("[data-test=cancel]").await;
    window.press(Key::Enter).await;
    window.has_focus("[data-test=question] p").await;
    window.press(Key::Tab).await;
    window.has_focus("[data-test=cancel-sure]").await;
    window.press(Key::Tab).await;
    window.has_focus("[data-test=keep]").await;
    window.press(Key::Enter).await;
    window.has_focus("[data-test=cancel]:not([tabindex])").await;
    window.see_exactly("[data-test=question]", 0).await;
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
