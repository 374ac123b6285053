//! What a member does with an app afterwards: keeps it up to date, opens a restore, undoes, takes it away, cuts it off.

use rekey_tests::{
    browser::{Browser, Stage},
    demo::Demo,
};
use serde_json::{Value, json};

/// How the portal learns that nobody is signed in.
const SIGNED_OUT: &str = "401 (Unauthorized)";
/// How a page learns that something is missing.
const REFUSED: &str = "422 (Unprocessable Entity)";
const ANNA: &str = "anna.berg@contoso.com";
const SET: &str = "CON-015";
/// A phone's width, in pixels.
const PHONE: u32 = 390;
const BACKUP_APP: &str = "[data-test=app][aria-labelledby=app-backup]";

/// A set of the sample list.
async fn set(demo: &Demo) -> Value {
    let all = demo.api("/api/v1/backup-sets?limit=100").await;
    let all = all["items"].as_array().expect("backup sets");
    all.iter().find(|set| set["external_id"] == SET).expect("the set").clone()
}

fn text<'a>(of: &'a Value, name: &str) -> &'a str {
    of[name].as_str().unwrap_or_else(|| panic!("no {name}: {of}"))
}

/// The customer's apps, those for backups first.
async fn apps(demo: &Demo, customer: &str) -> Vec<Value> {
    let mut all =
        demo.api(&format!("/api/v1/apps?customer={customer}")).await["items"].as_array().expect("apps").clone();
    all.sort_by_key(|app| text(app, "purpose").to_owned());
    all
}

/// The thumbprint of the certificate in use.
fn thumbprint(app: &Value) -> &str {
    let all = app["certificates"].as_array().expect("certificates");
    text(all.iter().find(|one| one["state"] == "current").unwrap_or_else(|| panic!("none in use: {app}")), "thumbprint")
}

/// Asks for a token as a job does.
async fn job(demo: &Demo, purpose: &str) -> Value {
    let set = set(demo).await;
    let body = json!({ "resource": "graph", "purpose": purpose });
    demo.post(&format!("/api/v1/backup-sets/{}/job-token", text(&set, "id")), body).await
}

/// A member on the page of a customer whose set is modern, a moment after Anna has set it up; and the customer's id.
async fn at_a_modern_customer(stage: &Stage, restores: bool) -> (Browser, String) {
    let demo = &stage.demo;
    // Two apps are many steps; that Microsoft copies slowly is no matter here.
    demo.control("switches", json!({ "replication_seconds": 0 })).await;
    let one = set(demo).await;
    let body = json!({ "backup_sets": [one["id"]], "method": "modern", "restores": restores });
    let made = demo.post("/api/v1/authorizations", body).await;
    let link = demo.new_link(text(&made, "id")).await;
    let window = stage.browser().await;
    window.connect_as(&link.url, &demo.account(ANNA)).await;
    window.presses("save").await;
    window.sees_page("done").await;
    let customer = text(&one["customer"], "id").to_owned();
    let portal = stage.browser().await;
    portal.enter_portal(&demo.account(&demo.ready.owner_sign_in)).await;
    portal.open(&format!("/customers/{customer}")).await;
    portal.see(&format!("{BACKUP_APP}[data-state=working]")).await;
    (portal, customer)
}

/// What was prepared in the portal is done by Anna, in this very window, which the portal leads to the connect page; then the
/// member is back at the customer.
async fn anna_saves(stage: &Stage, portal: &Browser, asked: &str, done: &str, is_known: bool) {
    portal.arrive("/authorizations/").await;
    let prepared = portal.address().await;
    portal.click("[data-test=sign-in-now]").await;
    let words = portal.sees_page("asked").await;
    assert!(words.contains(asked), "{words}");
    portal.presses("go").await;
    if is_known {
        portal.at_microsoft().await;
        portal.click(&format!("[data-account='{ANNA}']")).await;
        portal.come_back().await;
    } else {
        portal.sign_in_as(&stage.demo.account(ANNA)).await;
    }
    portal.sees_page("review").await;
    portal.presses("save").await;
    let words = portal.sees_page("done").await;
    assert!(words.contains(done), "{words}");
    portal.holds_no_secret(done).await;
    portal.open(&prepared).await;
    portal.see("[data-test=authorization][data-state=Receipt]").await;
    portal.click("main nav a[href^='/customers/'], main a[href^='/customers/']").await;
    portal.arrive("/customers/").await;
}

/// B-15, E7, C4, D8: one button makes a new certificate and gives back a permission that was taken away, while jobs go on; a restore
/// is opened for a reason, lets jobs write, and is closed; the app is taken away with its administrator, and is gone at Microsoft.
#[tokio::test]
async fn b15_e7_c4_d8_an_app_is_renewed_restores_once_and_is_removed() {
    let stage = Stage::with_sample().await;
    let (portal, customer) = at_a_modern_customer(&stage, true).await;
    update(&stage, &portal, &customer).await;
    restore(&stage, &portal).await;
    remove(&stage, &portal, &customer).await;
    portal.is_quiet(&[SIGNED_OUT, REFUSED]).await;
}

async fn update(stage: &Stage, portal: &Browser, customer: &str) {
    let demo = &stage.demo;
    let before = apps(demo, customer).await[0].clone();
    assert!(job(demo, "backup").await["access_token"].is_string());
    // Somebody takes a permission away in Entra; the next look sees it, and the page says what to do.
    let role = format!("role-assignments/{}/{}/Mail.Read", text(&before, "tenant"), text(&before, "client_id"));
    demo.clear(&role).await;
    portal.click(&format!("{BACKUP_APP} [data-test=check-app]")).await;
    portal.read(&format!("{BACKUP_APP} [data-test=permissions]"), "Missing").await;
    portal.hears("One sign-in repairs this").await;
    portal.portraits("app-misses-permissions", PHONE).await;
    portal.click(&format!("{BACKUP_APP} [data-test=update-configuration]")).await;
    anna_saves(stage, portal, "Renew the backup app", "is up to date", false).await;

    portal.see(&format!("{BACKUP_APP}[data-state=working]")).await;
    let shown = portal.read(&format!("{BACKUP_APP} [data-test=permissions]"), "Granted").await;
    assert!(!shown.contains("Missing"), "{shown}");
    let after = apps(demo, customer).await[0].clone();
    let (old, new) = (thumbprint(&before), thumbprint(&after));
    assert_ne!(old, new);
    assert_eq!((&after["client_id"], &after["missing"]), (&before["client_id"], &json!([])), "the same app");
    portal.read(&format!("{BACKUP_APP} [data-test=certificate][data-state=current]"), new).await;
    let replaced = after["certificates"].as_array().expect("certificates").iter().find(|one| one["thumbprint"] == old);
    assert!(replaced.is_none_or(|one| one["state"] != "current"), "{after}");
    assert!(job(demo, "backup").await["access_token"].is_string(), "jobs go on");
}

async fn restore(stage: &Stage, portal: &Browser) {
    let demo = &stage.demo;
    assert_eq!(job(demo, "restore").await["code"], "restore_not_open");
    // Without a reason nothing is opened.
    portal.click("[data-test=approve]").await;
    portal.see("#restore-reason[aria-invalid=true]").await;
    assert_eq!(demo.api("/api/v1/restores").await, json!([]));
    portal.fill("#restore-reason", "Mailbox of Finance, ticket 4711").await;
    portal.click("[data-test=approve-restore] .segments label:first-child").await;
    portal.click("[data-test=approve]").await;
    portal.see("[data-test=close-restore]").await;
    let row = portal.read("[data-test=restores] tbody", "Open").await;
    assert!(row.contains("ticket 4711") && row.contains("Maya Lindqvist"), "{row}");
    portal.see_exactly("[data-test=approve-restore]", 0).await;
    portal.portraits("restore-open", PHONE).await;
    let open = demo.api("/api/v1/restores").await[0].clone();
    assert_eq!((&open["open"], &open["closed_at"]), (&json!(true), &Value::Null));
    assert!(job(demo, "restore").await["access_token"].is_string());
    portal.click("[data-test=close-restore]").await;
    portal.read("[data-test=restores] tbody", "Closed").await;
    portal.see("[data-test=approve-restore]").await;
    assert_eq!(demo.api("/api/v1/restores").await[0]["open"], false);
    assert_eq!(job(demo, "restore").await["code"], "restore_not_open");
}

async fn remove(stage: &Stage, portal: &Browser, customer: &str) {
    let demo = &stage.demo;
    let app = apps(demo, customer).await[0].clone();
    portal.click(&format!("{BACKUP_APP} [data-test=remove-app]")).await;
    portal.read(&format!("{BACKUP_APP} [data-test=question]"), "Nothing happens before that sign-in").await;
    portal.click(&format!("{BACKUP_APP} [data-test=keep]")).await;
    portal.see_exactly("[data-test=question]", 0).await;
    portal.click(&format!("{BACKUP_APP} [data-test=remove-app]")).await;
    portal.portraits("remove-app", PHONE).await;
    portal.click(&format!("{BACKUP_APP} [data-test=sure]")).await;
    anna_saves(stage, portal, "Take the backup app out of", "is gone from", true).await;

    portal.see("[data-test=app][data-state=removed]").await;
    portal.see_exactly(BACKUP_APP, 0).await;
    let now = apps(demo, customer).await;
    let gone = now.iter().find(|one| one["id"] == app["id"]).expect("its record stays");
    assert_eq!((&gone["state"], &gone["left"]), (&json!("removed"), &json!([])));
    let left = demo.directory_applications(text(&app, "tenant")).await;
    let found = left.iter().find(|one| one["app_id"] == app["client_id"]);
    assert!(found.is_none_or(|one| one["deleted_millis"].is_number()), "{left:?}");
    assert!(job(demo, "backup").await["access_token"].is_null());
}

/// F8, L3: a fresh switch is taken back with a second click, and the sets are as they were; the customer is cut off by whoever types
/// its name, and the page says what an administrator must still delete.
#[tokio::test]
async fn f8_l3_a_fresh_switch_is_undone_and_a_tenant_is_cut_off() {
    let stage = Stage::with_sample().await;
    let demo = &stage.demo;
    let (portal, customer) = at_a_modern_customer(&stage, true).await;
    portal.click(&format!("{BACKUP_APP} [data-test=undo]")).await;
    portal.read("[data-test=question]", "Microsoft no longer accepts").await;
    portal.click("[data-test=keep]").await;
    portal.see_exactly("[data-test=question]", 0).await;
    assert_eq!(set(demo).await["method"], "modern");
    portal.click(&format!("{BACKUP_APP} [data-test=undo]")).await;
    portal.portraits("undo", PHONE).await;
    portal.click("[data-test=sure]").await;
    portal.see(&format!("{BACKUP_APP}[data-state=off]")).await;
    portal.see_exactly(&format!("{BACKUP_APP} [data-test=undo]"), 0).await;
    assert_eq!(set(demo).await["method"], "basic");
    assert_eq!(demo.api("/api/v1/backup-sets/counts").await["methods"]["modern"], 0);
    let undone = apps(demo, &customer).await[0].clone();
    assert_eq!((&undone["state"], &undone["sets"]), (&json!("off"), &json!(0)));
    portal.portraits("undone", PHONE).await;

    portal.click("[data-test=kill-switch] summary").await;
    portal.fill("#kill-name", "Contoso").await;
    portal.see("[data-test=pull][aria-disabled=true]").await;
    portal.fill("#kill-name", "Contoso Ltd").await;
    portal.see("[data-test=pull]:not([aria-disabled])").await;
    portal.portraits("kill-switch", PHONE).await;
    portal.click("[data-test=pull]").await;
    let told = portal.read("[data-test=killed]", "Rekey Restore").await;
    let restore = apps(demo, &customer).await[1].clone();
    assert!(told.contains(text(&restore, "client_id")), "what is left is named: {told}");
    portal.see_exactly("[data-test=app][data-state=off]", 2).await;
    assert_eq!(restore["state"], "off");
    assert!(restore["certificates"].as_array().expect("certificates").iter().all(|one| one["state"] == "removed"));
    portal.portraits("killed", PHONE).await;
    portal.holds_no_secret("killed").await;
    portal.is_quiet(&[SIGNED_OUT]).await;
}
