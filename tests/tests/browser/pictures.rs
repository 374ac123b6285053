//! Pictures of every page, for people to look at: `target/screenshots/`. The README's is written again only when
//! `REKEY_WRITE_SCREENSHOTS=1`.

use rekey_tests::browser::{Browser, Stage};
use std::{env, fs, path::Path};

const BACKUP: &str = "backup@contoso.com";

/// Wide and light, wide and dark, narrow; on none of them does the page scroll sideways.
async fn portrait(window: &Browser, name: &str) {
    for (look, width, scheme) in [("light", 1280, "light"), ("dark", 1280, "dark"), ("390", 390, "light")] {
        window.picture(&format!("{name}-{look}"), width, scheme).await;
        let script = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
        let over: i64 = window.script(script, Vec::new()).await.convert().expect("a number");
        assert!(over <= 0, "{name} is {over} px too wide at {width}");
    }
    window.look(1280, 900, "light").await;
}

/// F1, F6, L1: the portal's pages.
#[tokio::test]
async fn l1_pictures_of_the_portal() {
    let stage = Stage::empty();
    let owner = stage.demo.account(&stage.demo.ready.owner_sign_in);
    let window = stage.browser().await;
    window.open("/sign-in").await;
    window.see("h1").await;
    portrait(&window, "sign-in").await;
    window.enter_portal(&owner).await;
    window.offer_list(&stage.demo.sample()).await;
    portrait(&window, "import-preview").await;
    window.confirm_list().await;
    window.open("/").await;
    window.see("main h1").await;
    portrait(&window, "portal-home").await;
    window.open("/backup-sets").await;
    window.see_exactly("tr[data-set]", 23).await;
    let fourteen: Vec<String> = (1..=14).map(|number| format!("CON-{number:03}")).collect();
    window.choose_sets(&fourteen).await;
    window.read("[data-test=chosen]", "14").await;
    portrait(&window, "backup-sets").await;
    for_the_readme(&window).await;
    window.click("[data-test=authorize-chosen]").await;
    window.see_exactly("[data-test=sign-in-preview]", 2).await;
    portrait(&window, "authorization-preview").await;
    window.click("[data-test=authorize]").await;
    window.see_exactly("[data-test=sign-in-card]", 2).await;
    portrait(&window, "authorization-live").await;
}

async fn for_the_readme(window: &Browser) {
    window.look(1280, 1000, "light").await;
    window.script("scrollTo(0, 0)", Vec::new()).await;
    let picture = window.snapshot("readme").await;
    if env::var_os("REKEY_WRITE_SCREENSHOTS").is_some_and(|wanted| wanted == "1") {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/images");
        fs::create_dir_all(&folder).expect("a folder");
        fs::copy(picture, folder.join("backup-sets.png")).expect("the README's picture");
    }
}

/// L1: the connect page's.
#[tokio::test]
async fn l1_pictures_of_the_connect_page() {
    let stage = Stage::with_sample().await;
    let link = stage.demo.link_for(&[BACKUP, "priya.shah@contoso.com"]).await;
    let window = stage.browser().await;
    window.open(&link.url).await;
    window.sees_page("asked").await;
    portrait(&window, "connect-asked").await;
    window.presses("go").await;
    window.sign_in_as(&stage.demo.account(BACKUP)).await;
    window.sees_page("review").await;
    portrait(&window, "connect-review").await;
    // Graph answers late, so that the steps can be seen.
    let slow = serde_json::json!({ "endpoint": "graph", "effect": { "delay_millis": 4000 } });
    stage.demo.control("faults", slow).await;
    window.presses("save").await;
    window.sees_page("working").await;
    portrait(&window, "connect-progress").await;
    stage.demo.clear("faults").await;
    window.sees_page("done").await;
    portrait(&window, "connect-done").await;

    let link = stage.demo.link_for(&["backup@fabrikam.com"]).await;
    let approval = stage.browser().await;
    approval.connect_as(&link.url, &stage.demo.account("backup@fabrikam.com")).await;
    approval.presses("save").await;
    approval.sees_page("approval").await;
    portrait(&approval, "connect-approval").await;
    approval.open("/connect/callback#code=stolen&state=foreign").await;
    approval.sees_page("foreign_answer").await;
    portrait(&approval, "connect-error").await;
}
