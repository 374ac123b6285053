//! People who come by a link: a customer's administrator on a phone, and a new colleague.

use rekey_tests::browser::Stage;
use serde_json::json;

/// How the portal learns that nobody is signed in.
const SIGNED_OUT: &str = "401 (Unauthorized)";
/// How a page learns that somebody may not.
const FORBIDDEN: &str = "403 (Forbidden)";
/// How the page learns that a link is dead.
const GONE: &str = "404 (Not Found)";
const BACKUP: &str = "backup@contoso.com";
const TESSA: &str = "tessa.moreau@northwind.example";
/// A phone's width, in pixels.
const PHONE: u32 = 390;

/// H2, H3, O4: a member makes a link; whoever holds the account opens it on a phone, with a second factor and without an account
/// here; the member sees it used, and a second visit finds nothing.
#[tokio::test]
async fn h2_h3_somebody_without_an_account_saves_on_a_phone() {
    let stage = Stage::with_sample().await;
    let demo = &stage.demo;
    let link = demo.link_for(&[BACKUP]).await;
    let portal = stage.browser().await;
    portal.enter_portal(&demo.account(&demo.ready.owner_sign_in)).await;
    portal.open(&format!("/authorizations/{}", link.authorization)).await;
    portal.see("[data-test=invite-section]").await;
    portal.portraits("invite", PHONE).await;
    portal.click("[data-test=invite]").await;
    portal.see("[data-test=invited] .qr").await;
    portal.portraits("invited", PHONE).await;
    let url = portal.script("return document.getElementById('invitation-link').value", Vec::new()).await;
    let url: String = url.convert().expect("the link");
    portal.holds_no_secret("invited").await;

    let phone = stage.browser().await;
    phone.look(PHONE, 844, "light").await;
    phone.connect_as(&url, &demo.account(BACKUP)).await;
    phone.snapshot("invited-review-390").await;
    phone.presses("save").await;
    phone.sees_page("done").await;
    phone.holds_no_secret("done").await;
    phone.is_quiet(&[]).await;

    portal.open("/invitations").await;
    portal.read("[data-test=invitation]", "Used").await;
    portal.portraits("invitations", PHONE).await;
    let late = stage.browser().await;
    late.open(&url).await;
    late.sees_page("dead_link").await;
    late.is_quiet(&[GONE]).await;
    portal.is_quiet(&[SIGNED_OUT]).await;
}

/// O6, T10, H6: a colleague opens an invitation, signs in and waits; the owner confirms the account; the technician sees the
/// chosen customer and nothing that belongs to everybody.
#[tokio::test]
async fn o6_h6_a_colleague_joins_and_works_with_chosen_customers() {
    let stage = Stage::with_sample().await;
    let demo = &stage.demo;
    let owner = stage.browser().await;
    owner.enter_portal(&demo.account(&demo.ready.owner_sign_in)).await;
    owner.open("/members").await;
    owner.see_exactly("[data-test=member]", 1).await;
    owner.fill("#member-note", "Tessa, second line").await;
    // Contoso's is the second box: customers stand by name.
    owner.see_exactly("[data-test=invite-member-form] .checks label", 3).await;
    owner.click("[data-test=invite-member-form] .checks label:nth-of-type(2) input").await;
    owner.portraits("members", PHONE).await;
    owner.click("[data-test=invite-member]").await;
    owner.see("[data-test=member-invited]").await;
    let url = owner.script("return document.getElementById('member-link').value", Vec::new()).await;
    let url: String = url.convert().expect("the link");

    let tessa = stage.browser().await;
    tessa.open(&url).await;
    let asked = tessa.read("main", "Join Northwind Managed IT").await;
    assert!(asked.contains("Maya Lindqvist") && asked.contains("northwind.example"), "{asked}");
    tessa.portraits("join", PHONE).await;
    tessa.click("[data-test=sign-in]").await;
    tessa.sign_in_as(&demo.account(TESSA)).await;
    tessa.see("[data-test=waits]").await;
    tessa.holds_no_secret("waits").await;

    owner.open("/members").await;
    owner.read("[data-test=joining]", "Tessa Moreau").await;
    owner.portraits("joining", PHONE).await;
    owner.click("[data-test=confirm-member]").await;
    owner.see_exactly("[data-test=member]", 2).await;

    tessa.click("[data-test=sign-in]").await;
    tessa.sign_in_as(&demo.account(TESSA)).await;
    tessa.see("nav[aria-label] a[aria-current=page]").await;
    tessa.see_exactly("nav a[href='/members']", 0).await;
    tessa.see_exactly("nav a[href='/activity']", 0).await;
    tessa.open("/customers").await;
    let customers = tessa.read("main", "Contoso").await;
    assert!(!customers.contains("Fabrikam") && !customers.contains("Adatum"), "{customers}");
    tessa.see_exactly("[data-test=add-customer]", 0).await;
    owner.open("/customers").await;
    owner.see("[data-test=add-customer]").await;
    owner.open("/members").await;
    // Without a customer she is told whom to ask, and offered nothing that is not hers to do.
    owner.click("tr[data-test=member]:nth-of-type(2) [data-test=edit-member]").await;
    owner.click("tr.edit .checks label:nth-of-type(2) input").await;
    owner.click("tr.edit [data-test=save-member]").await;
    owner.see_exactly("tr.edit", 0).await;
    tessa.open("/").await;
    tessa.read("main h1", "Nothing is here for you yet").await;
    tessa.see_exactly("main a", 0).await;
    tessa.portraits("nothing-yet", PHONE).await;
    tessa.open("/customers").await;
    tessa.read("main", "Owners and admins").await;
    // Removed, she is out with the next click.
    let members = demo.api("/api/v1/members").await;
    assert_eq!(members.as_array().map(Vec::len), Some(2));
    owner.click("tr[data-test=member]:nth-of-type(2) [data-test=edit-member]").await;
    owner.click("[data-test=remove-member]").await;
    owner.click("[data-test=remove-member-sure]").await;
    owner.see_exactly("[data-test=member]", 1).await;
    tessa.open("/customers").await;
    tessa.arrive("/sign-in").await;
    tessa.is_quiet(&[SIGNED_OUT, FORBIDDEN]).await;
    owner.is_quiet(&[SIGNED_OUT]).await;
    assert_eq!(demo.api("/api/v1/members").await, json!([members[0]]));
}

/// L4: what needs a fresh sign-in leads to one in a tab of its own; nothing that was typed is lost.
#[tokio::test]
async fn l4_a_fresh_sign_in_costs_nothing_that_was_typed() {
    let stage = Stage::with_sample().await;
    let owner_account = stage.demo.account(&stage.demo.ready.owner_sign_in);
    let owner = stage.browser().await;
    owner.enter_portal(&owner_account).await;
    owner.open("/api-keys").await;
    owner.fill("#key-name", "Nightly backup").await;
    stage.demo.control("clock", json!({ "advance_seconds": 11 * 60 })).await;
    owner.click("[data-test=make-key]").await;
    let first = owner.tab().await;
    owner.portraits("sign-in-stale", PHONE).await;
    owner.click("[data-test=sign-in-again]").await;
    owner.opened_tab(&first).await;
    owner.click("[data-test=sign-in]").await;
    owner.sign_in_as(&owner_account).await;
    owner.see("nav[aria-label] a[aria-current=page]").await;
    owner.close_tab().await;
    owner.turn_to(&first).await;
    owner.click("[data-test=make-key]").await;
    owner.read("[data-test=new-key]", "Nightly backup").await;
    owner.is_quiet(&[SIGNED_OUT, FORBIDDEN]).await;
}

/// H6: of more customers than fit, the chosen ones are searched; what is ticked stays so while others are shown.
#[tokio::test]
async fn h6_of_many_customers_the_chosen_ones_are_found() {
    let stage = Stage::with_sample().await;
    let owner = stage.browser().await;
    owner.enter_portal(&stage.demo.account(&stage.demo.ready.owner_sign_in)).await;
    let line = |number: u32| {
        let tenant = format!("3f1d2c4b-0000-4000-8000-00000000{number:04x}");
        format!("MANY-{number},Set,Customer {number:03},{tenant},it@c{number}.example,exchange")
    };
    let head = "external_id,name,customer,tenant,account,workloads".to_owned();
    let csv: Vec<_> = std::iter::once(head).chain((0..230).map(line)).collect();
    let path = stage.demo.data().join("many.csv");
    std::fs::write(&path, csv.join("\n")).expect("a file");
    owner.offer_list(&path).await;
    owner.confirm_list().await;
    owner.open("/api-keys").await;
    owner.fill("#key-name", "Two of many").await;
    owner.click("[data-test=some-customers]").await;
    for name in ["Customer 225", "Customer 003"] {
        owner.fill("#key-customers", name).await;
        owner.see_exactly("[data-test=make-key-form] .checks label", 1).await;
        owner.read("[data-test=make-key-form] .checks label", name).await;
        owner.click("[data-test=make-key-form] .checks label input").await;
        owner.see_exactly("[data-test=make-key-form] .checks input:checked", 1).await;
        let words = owner.script("return document.getElementById('key-customers').value", Vec::new()).await;
        assert_eq!(words.convert::<String>().expect("words"), name, "a tick keeps what was searched");
    }
    owner.read("[data-test=make-key-form] [role=status]", "2 customers chosen").await;
    owner.portraits("many-customers", PHONE).await;
    owner.click("[data-test=make-key]").await;
    owner.see("[data-test=new-key]").await;
    let keys = stage.demo.api("/api/v1/api-keys").await;
    let made = keys.as_array().expect("keys").iter().find(|key| key["name"] == "Two of many").expect("the key");
    assert_eq!(made["customers"].as_array().map(Vec::len), Some(2));
    owner.is_quiet(&[SIGNED_OUT]).await;
}

/// The customer's own page: a member makes the link, somebody without an account sees what is connected, and removing leads to an
/// administrator's sign-in.
#[tokio::test]
async fn d8_o4_a_customer_sees_what_is_connected_without_an_account() {
    let stage = Stage::with_sample().await;
    let demo = &stage.demo;
    let link = demo.link_for(&[BACKUP]).await;
    let holder = stage.browser().await;
    holder.connect_as(&link.url, &demo.account(BACKUP)).await;
    holder.presses("save").await;
    holder.sees_page("done").await;
    let member = stage.browser().await;
    member.enter_portal(&demo.account(&demo.ready.owner_sign_in)).await;
    let customers = demo.api("/api/v1/customers?query=contoso").await;
    let id = customers["items"][0]["id"].as_str().expect("a customer");
    member.open(&format!("/customers/{id}")).await;
    member.click("[data-test=rename-customer] summary").await;
    member.fill("#customer-rename", "Contoso Holding").await;
    member.click("[data-test=save-name]").await;
    member.read("h1", "Contoso Holding").await;
    member.fill("#contact-mail", "it@contoso.com").await;
    member.click("[data-test=save-contact]").await;
    member.read("[data-test=contact-form]", "Saved").await;
    member.click("[data-test=make-page-link]").await;
    member.see("#page-link").await;
    member.portraits("customer-contact", PHONE).await;
    let url = member.script("return document.getElementById('page-link').value", Vec::new()).await;
    let url: String = url.convert().expect("the link");

    let visitor = stage.browser().await;
    visitor.open(&url).await;
    let shown = visitor.read("[data-test=connected]", BACKUP).await;
    assert!(shown.contains("northwind.example") && shown.contains("Mail.Read"), "{shown}");
    visitor.portraits("connected", PHONE).await;
    visitor.holds_no_secret("connected").await;
    visitor.is_quiet(&[]).await;
    let late = stage.browser().await;
    late.open(&url.replace('#', "#A")).await;
    late.read("main", "This link cannot be used").await;
}
