//! Procedure H whole: from the sample list to fourteen hybrid sets, with a look into every store after every step.

use rekey_tests::browser::{Browser, Stage};

/// How the portal learns that nobody is signed in.
const SIGNED_OUT: &str = "401 (Unauthorized)";
const BACKUP: &str = "backup@contoso.com";
const PRIYA: &str = "priya.shah@contoso.com";

fn fourteen() -> Vec<String> {
    (1..=14).map(|number| format!("CON-{number:03}")).collect()
}

/// H-1 to H-11, with A1, A2, A3, A5, A9 (this window, no popup), A-01, A-02, A-06, C2, F1, F2, F6, F10, G2, H-6, H-7, B8, B10, H1, H2.
#[tokio::test]
async fn h1_to_h11_a1_a2_a3_a5_b8_b10_b13_f1_f6_f10_the_whole_procedure() {
    let stage = Stage::empty();
    let demo = &stage.demo;
    let (owner, backup, priya) = (demo.account(&demo.ready.owner_sign_in), demo.account(BACKUP), demo.account(PRIYA));
    let portal = stage.browser().await;

    // Somebody signs in, leaves, and another comes: Microsoft knows an account already, and still asks (A5, H-1).
    portal.enter_portal(&owner).await;
    portal.holds_no_secret("signed in").await;
    portal.click("[data-test=sign-out]").await;
    portal.arrive("/sign-in").await;
    portal.holds_no_secret("signed out").await;
    portal.click("[data-test=sign-in]").await;
    portal.at_microsoft().await;
    portal.see(&format!("[data-account='{}']", owner.username)).await;
    portal.click(&format!("[data-account='{}']", owner.username)).await;
    portal.arrive("/").await;
    portal.see("nav a[aria-current=page]").await;
    portal.holds_no_secret("signed in again").await;

    import_and_choose(&stage, &portal).await;

    // The preview: two people, their sets, what they are asked for and why; nothing is stored (A-06, C2, F6, B13).
    portal.click("[data-test=authorize-chosen]").await;
    portal.see_exactly("[data-test=sign-in-preview]", 2).await;
    let preview = portal.read("main", BACKUP).await;
    assert!(preview.contains(PRIYA) && preview.contains("14"), "{preview}");
    portal.see_exactly("[data-test=sign-in-preview] .setlist li", 14).await;
    assert_eq!(demo.audited("authorization.created").await, 0);
    portal.holds_no_secret("preview").await;
    portal.click("[data-test=authorize]").await;
    portal.see_exactly("[data-test=sign-in-card]", 2).await;
    portal.holds_no_secret("authorized").await;

    // The first holder signs in in this window, having left the portal for the connect page; a colleague watches.
    let watched = portal.address().await;
    let colleague = stage.browser().await;
    colleague.enter_portal(&owner).await;
    colleague.open(&watched).await;
    colleague.see_exactly("[data-test=sign-in-card]", 2).await;
    portal.click("[data-test=sign-in-now]").await;
    portal.sees_page("asked").await;
    portal.holds_no_secret("asked").await;
    portal.presses("go").await;
    portal.sign_in_as(&backup).await;
    review(&portal, BACKUP).await;
    assert!(connections(&stage, 0).await, "something was stored before Save");
    portal.presses("save").await;
    let done = portal.sees_page("done").await;
    assert!(done.contains("no longer need a password"), "{done}");
    portal.holds_no_secret("first saved").await;
    colleague.see("[data-test=sign-in-card][data-state=Done]").await;

    // The queue goes on with the second holder, whom the browser does not know yet.
    portal.presses("pick").await;
    let asked = portal.sees_page("asked").await;
    assert!(asked.contains(PRIYA), "{asked}");
    portal.presses("go").await;
    portal.sign_in_as(&priya).await;
    review(&portal, PRIYA).await;
    portal.presses("save").await;
    portal.sees_page("done").await;
    portal.holds_no_secret("second saved").await;

    // The colleague's page became a receipt by itself; the list shows fourteen hybrid sets.
    colleague.see_exactly("[data-test=receipt] tbody tr", 14).await;
    colleague.holds_no_secret("receipt").await;
    colleague.open("/backup-sets?method=hybrid").await;
    colleague.see_exactly("tr[data-set]", 14).await;
    assert!(connections(&stage, 14).await, "not fourteen hybrid sets");
    portal.is_quiet(&[SIGNED_OUT]).await;
    colleague.is_quiet(&[SIGNED_OUT]).await;
    once_and_to_ourselves(&portal, 2).await;
}

async fn import_and_choose(stage: &Stage, portal: &Browser) {
    portal.offer_list(&stage.demo.sample()).await;
    let numbers = portal.texts("[data-test=import-numbers] b").await;
    assert_eq!(numbers, ["23", "0", "0", "0"]);
    let before = stage.demo.api("/api/v1/backup-sets/counts").await;
    assert_eq!(before["total"], 0, "the preview stored something");
    portal.holds_no_secret("list offered").await;
    portal.confirm_list().await;
    portal.holds_no_secret("list stored").await;
    portal.click("[data-test=choose-sets]").await;
    portal.see_exactly("tr[data-set]", 23).await;

    // One set alone: its method, the recommendation and the reason.
    portal.click("tr[data-set=CON-001] td.name a").await;
    let set = portal.read("main", "CON-001").await;
    assert!(set.contains("basic") || set.contains("Basic"), "{set}");
    portal.see("[data-test=authorize]").await;
    portal.click("[data-test=leave]").await;
    portal.choose_sets(&fourteen()).await;
    portal.read("[data-test=chosen]", "14").await;
    portal.holds_no_secret("chosen").await;
}

/// Signed in as whom, of which tenant, what will change; the code is gone from everywhere (A2, A3, B10, H-8).
async fn review(portal: &Browser, account: &str) {
    let words = portal.sees_page("review").await;
    assert!(words.contains(account) && words.contains("contoso.com, the one this link is for"), "{words}");
    assert!(portal.address().await.ends_with("/connect"), "{}", portal.address().await);
    assert!(!portal.remembers("rekey.connect.trip").await, "the trip is still remembered");
    let dump = portal.holds_no_secret("back from Microsoft").await;
    assert!(portal.secrets().await.len() >= 2, "the test knows no code and no verifier: it could not find them");
    assert!(!dump["referrer"].as_str().is_some_and(|from| from.contains("code")));
}

/// B9: each access token was sent once, to our own origin. A1: the password went to the sign-in host only.
async fn once_and_to_ourselves(portal: &Browser, saves: usize) {
    assert_eq!(portal.sent_to("POST", "/api/v1/connect/save").await.len(), saves);
    for sent in portal.sent().await {
        let is_ours = sent.url.contains("/api/v1/");
        assert!(!(is_ours && sent.body.contains("password")), "a password at {}", sent.url);
        let carries = sent.body.contains("access_token") || sent.headers["Authorization"].is_string();
        assert!(!carries || sent.url.ends_with("/api/v1/connect/save"), "a token at {}", sent.url);
    }
}

async fn connections(stage: &Stage, hybrid: usize) -> bool {
    stage.demo.api("/api/v1/backup-sets/counts").await["methods"]["hybrid"] == hybrid
}
