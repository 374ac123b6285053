//! One account: repaired with one click, disconnected with a question, removed by its holder; and who did what stands in Activity.

use rekey_tests::{
    browser::{Browser, Stage},
    demo::Demo,
};
use serde_json::json;
use thirtyfour::Key;

/// How the portal learns that nobody is signed in.
const SIGNED_OUT: &str = "401 (Unauthorized)";
/// How a page learns that something cannot be done now.
const CONFLICT: &str = "409 (Conflict)";
const BACKUP: &str = "backup@contoso.com";
/// A phone's width, in pixels.
const PHONE: u32 = 390;

async fn contoso(demo: &Demo) -> String {
    let customers = demo.api("/api/v1/customers?query=contoso").await;
    customers["items"][0]["id"].as_str().expect("a customer").to_owned()
}

/// The holder signs in and saves; gives the customer's id and the connection's.
async fn connected(stage: &Stage) -> (String, String) {
    let demo = &stage.demo;
    let link = demo.link_for(&[BACKUP]).await;
    let holder = stage.browser().await;
    holder.connect_as(&link.url, &demo.account(BACKUP)).await;
    holder.presses("save").await;
    holder.sees_page("done").await;
    let customer = contoso(demo).await;
    let shown = demo.api(&format!("/api/v1/customers/{customer}")).await;
    (customer, shown["connections"][0]["id"].as_str().expect("a connection").to_owned())
}

async fn member(stage: &Stage) -> Browser {
    let portal = stage.browser().await;
    portal.enter_portal(&stage.demo.account(&stage.demo.ready.owner_sign_in)).await;
    portal
}

/// A member on the page of a customer with a connected account: the customer's id, the connection's, and how many sets it has.
async fn at_the_customer(stage: &Stage) -> (Browser, String, String, u64) {
    let (customer, connection) = connected(stage).await;
    let shown = stage.demo.api(&format!("/api/v1/connections/{connection}")).await;
    let portal = member(stage).await;
    portal.open(&format!("/customers/{customer}")).await;
    (portal, customer, connection, shown["set_count"].as_u64().expect("a number"))
}

/// D8, O10, J1: the question names the sets and what stays at Microsoft; afterwards the row, the report and the log say what was
/// done, and one click begins anew.
#[tokio::test]
async fn d8_o10_c8_an_account_is_disconnected_and_authorized_again() {
    let stage = Stage::with_sample().await;
    let (portal, customer, connection, sets) = at_the_customer(&stage).await;
    portal.click("[data-test=disconnect]").await;
    let asked = portal.read("[data-test=disconnect-ask]", "myapps.microsoft.com").await;
    assert!(asked.contains(BACKUP) && asked.contains("Enterprise applications"), "{asked}");
    portal.see_exactly("[data-test=loses] li", usize::try_from(sets).expect("a few")).await;
    portal.portraits("disconnect", PHONE).await;
    portal.click("[data-test=disconnect-keep]").await;
    portal.see_exactly("[data-test=disconnect-ask]", 0).await;
    // L1: the button that asked has the focus again, and Tab comes by it as before.
    portal.has_focus("[data-test=disconnect]:not([tabindex])").await;
    portal.press(Key::Enter).await;
    portal.has_focus("#disconnect").await;
    portal.press(Key::Escape).await;
    portal.has_focus("[data-test=disconnect]:not([tabindex])").await;
    portal.see_exactly("[data-test=disconnect-ask]", 0).await;
    portal.read("[data-test=connections]", "Works").await;

    portal.click("[data-test=disconnect]").await;
    portal.click("[data-test=disconnect-sure]").await;
    let told = portal.read("[data-test=disconnected]", "is disconnected").await;
    assert!(told.contains("without access") && told.contains("myapps.microsoft.com"), "{told}");
    portal.read("[data-test=connections]", "Disconnected").await;
    portal.see_exactly("[data-test=disconnect]", 0).await;
    portal.portraits("disconnected", PHONE).await;
    portal.holds_no_secret("disconnected").await;

    // What was done, by whom, about whom; only this customer's.
    portal.click("[data-test=to-activity]").await;
    portal.arrive(&format!("/activity?customer={customer}")).await;
    portal.see("[data-test=activity] tbody tr").await;
    let log = portal.read("[data-test=activity]", "Account disconnected").await;
    assert!(log.contains("Contoso Ltd") && !log.contains("List imported"), "{log}");
    portal.see("[data-test=activity] a[href^='/authorizations/']").await;
    portal.portraits("activity-of-customer", PHONE).await;
    portal.click("button.pick").await;
    portal.click(".picker li:first-child button").await;
    portal.read("[data-test=activity]", "List imported").await;

    // One click from the row: the preview of exactly its sets.
    portal.open(&format!("/customers/{customer}")).await;
    portal.click("[data-test=repair-row]").await;
    portal.arrive(&format!("/authorizations/preview?connection={connection}")).await;
    portal.see_exactly("[data-test=sign-in-preview]", 1).await;
    portal.see_exactly("[data-test=sign-in-preview] .setlist li", usize::try_from(sets).expect("a few")).await;
    portal.see_exactly("[data-test=method-modern]", 0).await;
    portal.portraits("repair-preview", PHONE).await;
    portal.click("[data-test=authorize]").await;
    portal.see_exactly("[data-test=sign-in-card]", 1).await;
    portal.is_quiet(&[SIGNED_OUT]).await;
}

/// C4: from the account's row, what restores need is asked of its holder; what the preview shows is what is made.
#[tokio::test]
async fn c4_the_rights_to_restore_are_asked_for_from_the_row_of_an_account() {
    let stage = Stage::with_sample().await;
    let demo = &stage.demo;
    let (portal, _, connection, sets) = at_the_customer(&stage).await;
    portal.click("[data-test=ask-restore]").await;
    portal.arrive(&format!("/authorizations/preview?connection={connection}&method=hybrid&restores=yes")).await;
    portal.read("[data-test=sign-in-preview]", "Files.ReadWrite").await;
    portal.portraits("restore-preview", PHONE).await;
    portal.click("[data-test=authorize]").await;
    portal.see_exactly("[data-test=sign-in-card]", 1).await;
    portal.is_quiet(&[SIGNED_OUT]).await;
    let address = portal.address().await;
    let (_, id) = address.rsplit_once('/').expect("the authorization's page");
    let made = demo.api(&format!("/api/v1/authorizations/{id}")).await;
    assert_eq!((&made["restores"], made["sign_ins"].as_array().map(Vec::len)), (&json!(true), Some(1)), "{made}");
    let taken = made["sign_ins"][0]["sets"].as_array().expect("its sets").len();
    assert_eq!(u64::try_from(taken).expect("a few"), sets);
}

/// C8, L5: what the first screen names leads to the row, which is marked and has the focus.
#[tokio::test]
async fn c8_l5_the_first_screen_leads_to_the_row_of_an_account_that_is_not_well() {
    let stage = Stage::with_sample().await;
    let demo = &stage.demo;
    let (_, connection) = connected(&stage).await;
    demo.control(&format!("people/{BACKUP}"), json!("revoke_sessions")).await;
    let sets = demo.api("/api/v1/backup-sets?query=backup%40contoso.com&method=hybrid").await;
    let id = sets["items"][0]["id"].as_str().expect("a set");
    let body = json!({ "resource": "graph", "purpose": "backup" });
    let refused = demo.post(&format!("/api/v1/backup-sets/{id}/job-token"), body).await;
    assert_eq!(refused["code"], "connection_doubtful");
    let portal = member(&stage).await;
    let link = format!("a[href$='?connection={connection}']");
    portal.see(&link).await;
    portal.click(&link).await;
    let row = format!("tr[aria-current=true][id='connection-{connection}']");
    portal.see(&row).await;
    let has_focus = format!("return document.activeElement?.matches(\"{row}\")");
    portal
        .within("the focus on the row", async || {
            let is_there: bool = portal.script(&has_focus, Vec::new()).await.convert().ok()?;
            is_there.then_some(())
        })
        .await;
    portal.portraits("unwell-row", PHONE).await;
    portal.is_quiet(&[SIGNED_OUT]).await;
}

/// D8, O4: from the customer's own page the holder of an account signs in, on a phone, and takes its access away.
#[tokio::test]
async fn d8_o4_the_holder_takes_the_access_away_from_the_customers_page() {
    let stage = Stage::with_sample().await;
    let demo = &stage.demo;
    let (customer, connection) = connected(&stage).await;
    let made = demo.post(&format!("/api/v1/customers/{customer}/page-link"), json!({})).await;
    let visitor = stage.browser().await;
    visitor.look(PHONE, 844, "light").await;
    visitor.open(made["url"].as_str().expect("a link")).await;
    visitor.read("[data-test=connected]", "the link alone removes nothing").await;
    visitor.portraits("connected-removable", PHONE).await;
    visitor.look(PHONE, 844, "light").await;
    // I7: in their language, which goes with them to the connect page.
    visitor.click("[data-test=language] option[value=de]").await;
    visitor.read("[data-test=connected]", "der Link allein entfernt nichts").await;
    visitor.snapshot("connected-removable-390-german").await;
    visitor.click("[data-test=language] option[value=en]").await;
    visitor.read("[data-test=connected]", "the link alone removes nothing").await;
    visitor.click("[data-test=ask-removal]").await;
    let asked = visitor.sees_page("asked").await;
    assert!(asked.contains("Take away the access to backup@contoso.com"), "{asked}");
    visitor.snapshot("removal-asked-390").await;
    visitor.presses("go").await;
    visitor.sign_in_as(&demo.account(BACKUP)).await;
    visitor.sees_page("review").await;
    visitor.snapshot("removal-review-390").await;
    visitor.presses("save").await;
    let done = visitor.sees_page("done").await;
    assert!(done.contains("is taken away") && done.contains("myapps.microsoft.com"), "{done}");
    visitor.snapshot("removal-done-390").await;
    visitor.holds_no_secret("removed").await;
    visitor.is_quiet(&[]).await;
    let now = demo.api(&format!("/api/v1/connections/{connection}")).await;
    assert_eq!(now["connection"]["state"], "disconnected");
    let portal = member(&stage).await;
    portal.open("/authorizations").await;
    portal.read("main", "Removal of access").await;
    portal.is_quiet(&[SIGNED_OUT]).await;
}

/// D8: a customer is taken away once its name is typed; one that still has access stays, and it is said why.
#[tokio::test]
async fn d8_a_customer_is_removed_by_whoever_types_its_name() {
    let stage = Stage::with_sample().await;
    let (contoso, _) = connected(&stage).await;
    let portal = member(&stage).await;
    portal.open(&format!("/customers/{contoso}")).await;
    portal.click("[data-test=remove-customer] summary").await;
    portal.fill("#remove-name", "Contoso").await;
    portal.see("[data-test=remove-customer-sure][aria-disabled=true]").await;
    portal.fill("#remove-name", "Contoso Ltd").await;
    portal.portraits("remove-customer", PHONE).await;
    portal.click("[data-test=remove-customer-sure]").await;
    portal.hears("This customer still has access").await;
    let customers = stage.demo.api("/api/v1/customers?query=fabrikam").await;
    let fabrikam = customers["items"][0]["id"].as_str().expect("a customer");
    portal.open(&format!("/customers/{fabrikam}")).await;
    portal.click("[data-test=remove-customer] summary").await;
    portal.fill("#remove-name", "Fabrikam Inc.").await;
    portal.click("[data-test=remove-customer-sure]").await;
    portal.see("[data-test=add-customer]").await;
    assert!(portal.address().await.ends_with("/customers"));
    portal.is_quiet(&[SIGNED_OUT, CONFLICT]).await;
    let left = stage.demo.api("/api/v1/customers?query=fabrikam").await;
    assert_eq!(left["items"], json!([]));
}
