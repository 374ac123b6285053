//! Every page of the portal: from the menu, back and forward, by its own address; and when its code does not come.

use rekey_tests::browser::{Browser, Stage};
use rekey_tests::demo::Account;

/// The lines of the menu, each with the title of its page.
const MENU: [(&str, &str); 9] = [
    ("/backup-sets", "Backup sets"),
    ("/customers", "Customers"),
    ("/authorizations", "Authorizations"),
    ("/waves", "Waves"),
    ("/certificates", "Certificates"),
    ("/activity", "Activity"),
    ("/notifications", "Notifications"),
    ("/api-keys", "API keys"),
    ("/consoles", "Consoles"),
];

fn owner(stage: &Stage) -> Account {
    stage.demo.account(&stage.demo.ready.owner_sign_in)
}

async fn shows(window: &Browser, path: &str, title: &str) {
    window.arrive(path).await;
    window.see("main h1").await;
    window
        .within(&format!("the title {title}"), || async {
            let shown: String = window.script("return document.title", Vec::new()).await.convert().ok()?;
            shown.starts_with(title).then_some(())
        })
        .await;
}

async fn was_loaded_once(window: &Browser) -> bool {
    window.script("return window.walked === true", Vec::new()).await.convert().expect("a word")
}

/// One load of the portal leads to every page; the browser's own buttons lead back, and a reload stays where it is.
#[tokio::test]
async fn every_page_is_reached_from_the_menu_and_by_its_address() {
    let stage = Stage::with_sample().await;
    let window = stage.browser().await;
    window.enter_portal(&owner(&stage)).await;
    window.see("main h1").await;
    window.script("window.walked = true", Vec::new()).await;
    for (path, title) in MENU {
        window.click(&format!("#side a[href='{path}']")).await;
        shows(&window, path, title).await;
        window.see(&format!("#side a[href='{path}'][aria-current=page]")).await;
    }
    for (path, title) in MENU.into_iter().rev().skip(1) {
        window.back().await;
        shows(&window, path, title).await;
    }
    window.script("history.forward()", Vec::new()).await;
    shows(&window, MENU[1].0, MENU[1].1).await;
    // From a list to one of its rows, whose address has an id.
    window.click("main a[href^='/customers/']").await;
    window.arrive("/customers/").await;
    window.see("main h1").await;
    window.back().await;
    shows(&window, "/customers", "Customers").await;
    assert!(was_loaded_once(&window).await, "a link of the portal loaded everything again");

    for (path, title) in MENU {
        window.open(path).await;
        shows(&window, path, title).await;
    }
    window.open("/backup-sets/import").await;
    window.see("[data-test=file]").await;
    window.open("/authorizations/preview").await;
    window.see("main h1").await;
    window.open("/nowhere").await;
    window.see("[data-test=not-found]").await;
    window.is_quiet(&["401 (Unauthorized)"]).await;
}

/// The first load fetches the code of no other page; a page's code is fetched once.
#[tokio::test]
async fn a_page_brings_its_code_when_it_is_asked_for() {
    let stage = Stage::with_sample().await;
    let window = stage.browser().await;
    window.enter_portal(&owner(&stage)).await;
    window.open("/").await;
    window.see("main h1").await;
    let before = chunks(&window).await;
    window.click("#side a[href='/customers']").await;
    shows(&window, "/customers", "Customers").await;
    let after = chunks(&window).await;
    assert!(after.len() > before.len(), "the page's code was there already: {before:?}");
    window.click("#side a[href='/']").await;
    window.see("#side a[href='/'][aria-current=page]").await;
    window.click("#side a[href='/customers']").await;
    shows(&window, "/customers", "Customers").await;
    assert_eq!(chunks(&window).await, after);
}

/// Pieces of the program that were fetched after the start of this page.
async fn chunks(window: &Browser) -> Vec<String> {
    fetched(window, "portal-(?:split|chunk)_.*").await
}

/// Programs that were fetched since the start of this page.
async fn programs(window: &Browser) -> Vec<String> {
    // What was preloaded counts once more when it is used.
    let mut programs = fetched(window, "(\\w+)-[0-9a-f]+\\.wasm").await;
    programs.dedup();
    programs
}

/// What was fetched of the web app's files since the start of this page, as often as it was: the names that a pattern fits, or
/// what it takes out of them.
async fn fetched(window: &Browser, pattern: &str) -> Vec<String> {
    let script = "const pattern = new RegExp('/assets/' + arguments[0] + '$');
        const names = performance.getEntriesByType('resource').map(entry => pattern.exec(entry.name));
        return names.filter(name => name).map(name => name[1] ?? name[0]).sort()";
    window.script(script, vec![serde_json::json!(pattern)]).await.convert().expect("names")
}

/// The first screen brings its own program alone, and what people reach with it; the pages program comes when somebody is
/// about to need it.
#[tokio::test]
async fn the_first_screen_brings_its_own_program_alone() {
    let stage = Stage::with_sample().await;
    let window = stage.browser().await;
    window.enter_portal(&owner(&stage)).await;
    window.open("/").await;
    window.see("main .fleet").await;
    window.see("#side a[href='/'][aria-current=page]").await;
    assert_eq!(programs(&window).await, ["shell"]);
    // The keyboard comes to a link.
    window.script("document.querySelector('#side a[href=\"/customers\"]').focus()", Vec::new()).await;
    window
        .within("the pages program", || async { (programs(&window).await == ["portal", "shell"]).then_some(()) })
        .await;
    window.open("/activity").await;
    shows(&window, "/activity", "Activity").await;
    assert_eq!(programs(&window).await, ["portal", "shell"]);
}

/// Where the pages program does not come at all, the shell says so, keeps the menu, and brings it when asked again; the
/// first screen works without.
#[tokio::test]
async fn a_pages_program_that_cannot_be_fetched_says_so_and_recovers() {
    let stage = Stage::with_sample().await;
    let window = stage.browser().await;
    window.enter_portal(&owner(&stage)).await;
    for refused in ["*/assets/portal-*.js*", "*/assets/portal-*.wasm*"] {
        window.refuse(&[refused]).await;
        window.open("/").await;
        window.see("main .fleet").await;
        window.click("#side a[href='/customers']").await;
        window.read("[data-test=chunk-failed]", "could not be loaded").await;
        window.click("[data-test=chunk-failed] button").await;
        window.see("[data-test=chunk-failed]").await;
        window.back().await;
        window.see("main .fleet").await;
        window.refuse(&[]).await;
        // Going there again is asking again.
        window.click("#side a[href='/customers']").await;
        shows(&window, "/customers", "Customers").await;
        window.see("main a[href^='/customers/']").await;
    }
    window.refuse(&["*/assets/portal-*.js*"]).await;
    window.open("/customers").await;
    window.see("[data-test=chunk-failed]").await;
    window.refuse(&[]).await;
    window.click("[data-test=chunk-failed] button").await;
    shows(&window, "/customers", "Customers").await;
    window.see("main a[href^='/customers/']").await;
}

/// A page whose code does not come says so, keeps the menu, and comes when it is asked for again.
#[tokio::test]
async fn a_page_that_cannot_be_fetched_says_so_and_recovers() {
    let stage = Stage::with_sample().await;
    let window = stage.browser().await;
    window.enter_portal(&owner(&stage)).await;
    window.see("main h1").await;
    window.refuse(&["*/assets/portal-split_customers*"]).await;
    window.click("#side a[href='/customers']").await;
    window.read("[data-test=chunk-failed]", "could not be loaded").await;
    window.arrive("/customers").await;
    window.picture("chunk-failed", 1280, "light").await;
    window.click("[data-test=chunk-failed] button").await;
    window.see("[data-test=chunk-failed]").await;

    // Other pages are there.
    window.click("#side a[href='/activity']").await;
    shows(&window, "/activity", "Activity").await;
    window.back().await;
    window.see("[data-test=chunk-failed]").await;

    window.refuse(&[]).await;
    window.click("[data-test=chunk-failed] button").await;
    shows(&window, "/customers", "Customers").await;
    window.see("main a[href^='/customers/']").await;
}
