//! Pictures of every page, for people to look at: `target/screenshots/`. The README's is written again only when
//! `REKEY_WRITE_SCREENSHOTS=1`.

use rekey_tests::browser::{Browser, Stage};
use std::{env, fs, path::Path};

/// The narrow pictures, in pixels.
const NARROW: u32 = 390;
const BACKUP: &str = "backup@contoso.com";

/// F1, F6, L1: the portal's pages.
#[tokio::test]
async fn l1_pictures_of_the_portal() {
    let stage = Stage::empty();
    let owner = stage.demo.account(&stage.demo.ready.owner_sign_in);
    let window = stage.browser().await;
    window.open("/sign-in").await;
    window.see("h1").await;
    window.portraits("sign-in", NARROW).await;
    window.enter_portal(&owner).await;
    window.offer_list(&stage.demo.sample()).await;
    window.portraits("import-preview", NARROW).await;
    window.confirm_list().await;
    window.open("/").await;
    window.see("main h1").await;
    window.portraits("portal-home", NARROW).await;
    window.open("/backup-sets").await;
    window.see_exactly("tr[data-set]", 23).await;
    let fourteen: Vec<String> = (1..=14).map(|number| format!("CON-{number:03}")).collect();
    window.choose_sets(&fourteen).await;
    window.read("[data-test=chosen]", "14").await;
    window.portraits("backup-sets", NARROW).await;
    for_the_readme(&window).await;
    window.click("[data-test=authorize-chosen]").await;
    window.see_exactly("[data-test=sign-in-preview]", 2).await;
    window.portraits("authorization-preview", NARROW).await;
    window.click("[data-test=authorize]").await;
    window.see_exactly("[data-test=sign-in-card]", 2).await;
    window.portraits("authorization-live", NARROW).await;
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
    window.portraits("connect-asked", NARROW).await;
    window.presses("go").await;
    window.sign_in_as(&stage.demo.account(BACKUP)).await;
    window.sees_page("review").await;
    window.portraits("connect-review", NARROW).await;
    // Graph answers late, so that the steps can be seen.
    let slow = serde_json::json!({ "endpoint": "graph", "effect": { "delay_millis": 4000 } });
    stage.demo.control("faults", slow).await;
    window.presses("save").await;
    window.sees_page("working").await;
    window.portraits("connect-progress", NARROW).await;
    stage.demo.clear("faults").await;
    window.sees_page("done").await;
    window.portraits("connect-done", NARROW).await;

    let link = stage.demo.link_for(&["backup@fabrikam.com"]).await;
    let approval = stage.browser().await;
    approval.connect_as(&link.url, &stage.demo.account("backup@fabrikam.com")).await;
    approval.presses("save").await;
    approval.sees_page("approval").await;
    approval.portraits("connect-approval", NARROW).await;
    approval.open("/connect/callback#code=stolen&state=foreign").await;
    approval.sees_page("foreign_answer").await;
    approval.portraits("connect-error", NARROW).await;
}
