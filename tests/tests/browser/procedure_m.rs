//! Procedure M whole: an administrator sets up modern in a tenant; who may, who may not, and what the others see.

use rekey_tests::browser::Stage;
use rekey_tests::demo::Link;
use serde_json::{Value, json};

/// How the portal learns that nobody is signed in.
const SIGNED_OUT: &str = "401 (Unauthorized)";
/// How the page learns that the roles are not enough.
const FORBIDDEN: &str = "403 (Forbidden)";
const ANNA: &str = "anna.berg@contoso.com";
/// The narrow pictures, in pixels.
const NARROW: u32 = 360;
const PRIYA: &str = "priya.shah@contoso.com";
const INES: &str = "ines.costa@contoso.com";
const JO: &str = "jo.park@contoso.com";

fn ids(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

/// An authorization for modern of these sets, and its link.
async fn link_for(stage: &Stage, external: &[&str]) -> Link {
    let sets = stage.demo.api("/api/v1/backup-sets?limit=100").await;
    let all = sets["items"].as_array().expect("backup sets");
    let is_meant = |set: &&Value| external.iter().any(|id| set["external_id"] == *id);
    let ids: Vec<&Value> = all.iter().filter(is_meant).map(|set| &set["id"]).collect();
    let body = json!({ "backup_sets": ids, "method": "modern" });
    let made = stage.demo.post("/api/v1/authorizations", body).await;
    let authorization = made["id"].as_str().unwrap_or_else(|| panic!("not made: {made}")).to_owned();
    stage.demo.new_link(&authorization).await
}

async fn methods(stage: &Stage, method: &str) -> Value {
    stage.demo.api("/api/v1/backup-sets/counts").await["methods"][method].clone()
}

/// M-1 to M-11 as the Global Administrator, with C2, C3, D5, E1, E13, F6, F9.
#[tokio::test]
async fn m1_to_m11_c2_e1_e13_f6_a_global_administrator_sets_up_modern() {
    let stage = Stage::with_sample().await;
    let demo = &stage.demo;
    let owner = demo.account(&demo.ready.owner_sign_in);
    let portal = stage.browser().await;
    portal.enter_portal(&owner).await;
    portal.open("/backup-sets").await;
    portal.see_exactly("tr[data-set]", 23).await;
    portal.choose_sets(&ids(&["CON-007", "CON-012", "CON-015", "CON-016"])).await;
    portal.click("[data-test=authorize-chosen]").await;

    // As many want hybrid as modern, so the narrower one comes first; the person chooses the other.
    portal.see_exactly("[data-test=method-hybrid]:checked", 1).await;
    portal.click("[data-test=method-modern]").await;
    portal.see_exactly("[data-test=sign-in-preview]", 1).await;
    let preview = portal.read("[data-test=sign-in-preview]", "Global Administrator").await;
    for words in ["Privileged Role Administrator", "Mail.Read", "Sites", "3 sets"] {
        assert!(preview.contains(words), "{words}: {preview}");
    }
    let refused = portal.read("[data-test=refused]", "Personal Sites").await;
    assert!(refused.contains("Hybrid keeps them running"), "{refused}");
    portal.see("[data-test=other-method]").await;
    assert_eq!(demo.audited("authorization.created").await, 0);
    portal.click("[data-test=authorize]").await;
    portal.see_exactly("[data-test=sign-in-card]", 1).await;
    let watched = portal.address().await;

    portal.click("[data-test=sign-in-now]").await;
    let asked = portal.sees_page("asked").await;
    for words in ["Global Administrator", "nobody sees it", "removed at the end", "Mail.Read"] {
        assert!(asked.contains(words), "{words}: {asked}");
    }
    portal.presses("go").await;
    portal.sign_in_as(&demo.account(ANNA)).await;
    let review = portal.sees_page("review").await;
    assert!(review.contains("Rekey Backup") && review.contains("contoso.com, the one this link is for"), "{review}");
    portal.holds_no_secret("review").await;
    assert_eq!(methods(&stage, "modern").await, 0);
    portal.presses("save").await;
    let done = portal.sees_page("done").await;
    for words in ["3 backup sets", "Rekey Backup", "Application (client) id", "Certificate until"] {
        assert!(done.contains(words), "{words}: {done}");
    }
    assert!(!done.contains("still being removed"), "{done}");
    portal.holds_no_secret("done").await;
    assert_eq!(methods(&stage, "modern").await, 3);

    // The receipt, the app, and the desk.
    portal.open(&watched).await;
    portal.see_exactly("[data-test=receipt] tbody tr", 3).await;
    portal.click("[data-test=to-app]").await;
    portal.see("[data-test=app][data-state=working]").await;
    let app = portal.read("[data-test=permissions]", "Granted").await;
    assert!(app.contains("Mail.Read") && !app.contains("Missing") && !app.contains("Not asked for"), "{app}");
    portal.see("[data-test=certificate][data-state=current]").await;
    portal.open("/certificates").await;
    portal.see_exactly("[data-test=expiries] tbody tr", 1).await;
    portal.see("[data-test=ahead] a").await;
    portal.holds_no_secret("desk").await;
    portal.is_quiet(&[SIGNED_OUT]).await;
}

/// C5, C6: Microsoft stops an ordinary account; it learns which roles are enough, and passes on the very link that it was sent.
#[tokio::test]
async fn m6_c5_c6_an_ordinary_account_passes_the_link_on() {
    let stage = Stage::with_sample().await;
    let link = link_for(&stage, &["CON-015"]).await;
    let window = stage.browser().await;
    let priya = stage.demo.account(PRIYA);
    window.follow(&link.url).await;
    window.type_password(&priya).await;
    window.type_code(&priya).await;
    // Microsoft itself stops whoever is no administrator.
    window.hears("Need admin approval").await;
    window.decline().await;
    let words = window.sees_page("declined").await;
    for expected in ["Nobody agreed at Microsoft", "Global Administrator", "second role", "Nothing was stored"] {
        assert!(words.contains(expected), "{expected}: {words}");
    }
    let field = window.see("#hand-off").await.attr("value").await.expect("a value");
    assert_eq!(field.as_deref(), Some(link.url.as_str()));
    window.holds_no_secret("refused").await;
    assert_eq!(methods(&stage, "modern").await, 0);

    let administrator = stage.browser().await;
    administrator.connect_as(&link.url, &stage.demo.account(ANNA)).await;
    administrator.presses("save").await;
    administrator.sees_page("done").await;
    assert_eq!(methods(&stage, "modern").await, 1);
    window.is_quiet(&[]).await;
}

/// M-6: a Privileged Role Administrator needs a second role, and with it is enough.
#[tokio::test]
async fn m6_c5_a_privileged_role_administrator_needs_a_second_role() {
    let stage = Stage::with_sample().await;
    let link = link_for(&stage, &["CON-015", "CON-016"]).await;
    let window = stage.browser().await;
    window.connect_as(&link.url, &stage.demo.account(INES)).await;
    window.presses("save").await;
    let words = window.sees_page("told").await;
    for expected in ["has Privileged Role Administrator", "Application Administrator", "Application Developer"] {
        assert!(words.contains(expected), "{expected}: {words}");
    }
    assert_eq!(methods(&stage, "modern").await, 0);

    // "Use another account": a colleague with both roles sits down.
    window.presses("go").await;
    window.sign_in_as(&stage.demo.account(JO)).await;
    let review = window.sees_page("review").await;
    assert!(review.contains("Jo Park"), "{review}");
    window.presses("save").await;
    window.sees_page("done").await;
    assert_eq!(methods(&stage, "modern").await, 2);
    window.is_quiet(&[FORBIDDEN]).await;
}

/// L1: the pages of modern, on wide, dark and narrow screens.
#[tokio::test]
async fn l1_pictures_of_modern() {
    let stage = Stage::with_sample().await;
    let owner = stage.demo.account(&stage.demo.ready.owner_sign_in);
    let portal = stage.browser().await;
    portal.enter_portal(&owner).await;
    portal.open("/backup-sets").await;
    portal.choose_sets(&ids(&["CON-007", "CON-012", "CON-015", "CON-016"])).await;
    portal.click("[data-test=authorize-chosen]").await;
    portal.click("[data-test=method-modern]").await;
    portal.read("[data-test=sign-in-preview]", "Global Administrator").await;
    portal.click("[data-test=restores]").await;
    portal.read("[data-test=sign-in-preview]", "ReadWrite").await;
    portal.click(".method-choice summary").await;
    portal.portraits("modern-preview", NARROW).await;
    // One app is enough to look at, and half as long to wait for.
    portal.click("[data-test=restores]").await;
    portal.see_exactly("[data-test=restores]:not(:checked)", 1).await;
    portal.click("[data-test=authorize]").await;
    portal.see_exactly("[data-test=sign-in-card]", 1).await;
    portal.portraits("modern-authorization", NARROW).await;
    let watched = portal.address().await;
    let authorization = watched.rsplit('/').next().unwrap_or_default().to_owned();

    let link = stage.demo.new_link(&authorization).await;
    let window = stage.browser().await;
    window.open(&link.url).await;
    window.sees_page("asked").await;
    window.portraits("modern-asked", NARROW).await;
    window.presses("go").await;
    window.sign_in_as(&stage.demo.account(INES)).await;
    window.presses("save").await;
    window.sees_page("told").await;
    window.portraits("modern-admin-needed", NARROW).await;
    window.presses("go").await;
    window.sign_in_as(&stage.demo.account(ANNA)).await;
    window.sees_page("review").await;
    window.portraits("modern-review", NARROW).await;
    // Graph answers late, so that the steps can be seen.
    let slow = json!({ "endpoint": "graph", "effect": { "delay_millis": 400 } });
    stage.demo.control("faults", slow).await;
    window.presses("save").await;
    window.sees_page("working").await;
    window.portraits("modern-progress", NARROW).await;
    stage.demo.clear("faults").await;
    window.sees_page("done").await;
    window.portraits("modern-done", NARROW).await;

    portal.open(&watched).await;
    portal.click("[data-test=to-app]").await;
    portal.see("[data-test=app]").await;
    portal.portraits("modern-customer", NARROW).await;
    portal.open("/certificates").await;
    portal.see("[data-test=ahead]").await;
    portal.portraits("certificates", NARROW).await;
    // Narrow, too, a row says whose it is and of which app.
    portal.look(NARROW, 800, "light").await;
    portal.see("[data-test=expiries] td.name").await;
    portal.see("[data-test=expiries] td.under-name").await;
    portal.look(1280, 800, "light").await;
    portal.open("/notifications").await;
    portal.see("[data-test=add-channel-form]").await;
    portal.portraits("notifications", NARROW).await;
    portal.open("/api-keys").await;
    portal.click("[data-test=some-customers]").await;
    portal.see(".checks label").await;
    portal.portraits("api-keys", NARROW).await;
}
