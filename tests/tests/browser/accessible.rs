//! Every page of the portal and of the connect page, in each state that people reach: everything has a name, one heading
//! stands first, nothing jumps the order of the keyboard (L1).
//!
//! The portal's pages are counted against its map: a page that nobody looks at here fails.

use rekey_tests::{
    browser::{Browser, Stage},
    demo::Link,
    receiver::Receiver,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Where the portal's pages stand.
const MAP: &str = include_str!("../../../frontend/src/map.rs");
/// The page before has gone, and nothing is on its way any more.
const SETTLED: &str =
    "return !document.querySelector('h1[data-left], .ghosts') && document.querySelector('h1') !== null";
/// A link of the portal, so that it need not start anew for each page.
const FOLLOW: &str = "document.querySelectorAll('h1').forEach(heading => heading.dataset.left = '');
    const link = document.createElement('a');
    link.href = arguments[0];
    document.body.append(link);
    link.click();
    link.remove();";
/// What the portal's own pages send, with the session that this browser holds.
const POST: &str = "return fetch(arguments[0], { method: 'POST', body: JSON.stringify(arguments[1]),
    headers: { 'rekey-request': '1', 'content-type': 'application/json' } }).then(answer => answer.json())";
/// The pages of the map that stand alone, or need more than their address.
const OTHERWISE: [&str; 6] = ["/sign-in", "/sign-in/callback", "/owner", "/join", "/connected", "/exposure"];
const NOWHERE: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const ANNA: &str = "anna.berg@contoso.com";
const BACKUP: &str = "backup@contoso.com";
const FABRIKAM: &str = "backup@fabrikam.com";
const INES: &str = "ines.costa@contoso.com";
const KIM: &str = "kim.larsen@adatum.com";
const LEE: &str = "lee.brook@fabrikam.com";
const TESSA: &str = "tessa.moreau@northwind.example";
const TOM: &str = "tom.reed@contoso.com";

/// A window, and which patterns of the map it was at.
struct Walk {
    window: Browser,
    seen: BTreeSet<&'static str>,
}

impl Walk {
    /// Looks at a page of the map.
    async fn page(&mut self, pattern: &'static str, address: &str) {
        self.window.open(address).await;
        self.looks(pattern, address).await;
    }

    /// The same by a link of the page that is shown.
    async fn follow(&mut self, pattern: &'static str, address: &str) {
        let here = self.window.address().await;
        if here.ends_with(address) {
            return self.page(pattern, address).await;
        }
        self.window.script(FOLLOW, vec![json!(address)]).await;
        self.window.arrive(address).await;
        self.looks(pattern, address).await;
    }

    /// The same without going there.
    async fn looks(&mut self, pattern: &'static str, address: &str) {
        settles(&self.window, address).await;
        self.window.is_accessible(address).await;
        self.seen.insert(pattern);
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        self.window.script(POST, vec![json!(path), body]).await.json().clone()
    }
}

async fn settles(window: &Browser, page: &str) {
    let settled = || async {
        let answer: Option<bool> = window.script(SETTLED, Vec::new()).await.convert().ok();
        answer.filter(|settled| *settled).map(drop)
    };
    window.within(&format!("{page} to be there"), settled).await;
}

/// The patterns of the map.
fn map() -> BTreeSet<&'static str> {
    let line = |line: &'static str| line.trim_start().strip_prefix("(\"/").map(|_| line.split('"').nth(1));
    let found: BTreeSet<_> = MAP.lines().filter_map(line).flatten().collect();
    assert!(found.len() > 20, "the map is read otherwise: {found:?}");
    found
}

/// The ids of these sets.
async fn sets(stage: &Stage, external: &[&str]) -> Vec<Value> {
    let all = stage.demo.api("/api/v1/backup-sets?limit=100").await;
    let all = all["items"].as_array().expect("backup sets");
    all.iter().filter(|set| external.iter().any(|id| set["external_id"] == *id)).map(|set| set["id"].clone()).collect()
}

/// A link to an authorization for modern.
async fn modern(stage: &Stage, external: &[&str]) -> Link {
    let body = json!({ "backup_sets": sets(stage, external).await, "method": "modern" });
    let made = stage.demo.post("/api/v1/authorizations", body).await;
    stage.demo.new_link(text(&made, "id")).await
}

fn text<'a>(of: &'a Value, name: &str) -> &'a str {
    of[name].as_str().unwrap_or_else(|| panic!("no {name}: {of}"))
}

/// L1, G1: while nothing is there yet, and whoever comes by a link that is good or is not.
#[tokio::test]
async fn l1_the_portals_pages_are_accessible_while_they_are_empty() {
    let stage = Stage::empty();
    let owner = stage.demo.account(&stage.demo.ready.owner_sign_in);
    let mut walk = Walk { window: stage.browser().await, seen: BTreeSet::new() };
    let none = uuid::Uuid::from_u128(1);
    for (pattern, address) in [
        ("/sign-in", "/sign-in".to_owned()),
        ("/sign-in/callback", "/sign-in/callback#code=foreign&state=foreign".to_owned()),
        ("/owner", "/owner".to_owned()),
        ("/join", "/join".to_owned()),
        ("/connected", "/connected".to_owned()),
        ("", "/nowhere".to_owned()),
    ] {
        walk.page(pattern, &address).await;
    }
    // A fragment alone would not load the page.
    for (pattern, address) in [("/join", "/join#"), ("/connected", "/connected#"), ("/owner", "/owner#")] {
        walk.window.open("about:blank").await;
        walk.page(pattern, &format!("{address}{NOWHERE}")).await;
    }
    walk.window.enter_portal(&owner).await;
    for pattern in map().into_iter().filter(|pattern| !walk.seen.contains(pattern)).collect::<Vec<_>>() {
        // A record that is not there has a page too.
        let subject = if pattern == "/exposure" { format!("?subject=api_key:{none}") } else { String::new() };
        walk.follow(pattern, &format!("{}{subject}", pattern.replace(":id", &none.to_string()))).await;
    }
    walk.page("", "/nowhere").await;
}

/// L1, G1, H1, F11: with customers, sets, a wave, an app, a restore, channels, members and invitations; and people who come by link.
#[tokio::test]
async fn l1_g1_every_page_of_the_portal_is_accessible() {
    let stage = Stage::with_sample().await;
    let demo = &stage.demo;
    let link = demo.link_for(&[BACKUP]).await;
    let set_up = modern(&stage, &["CON-015"]).await;
    let holder = stage.browser().await;
    holder.connect_as(&set_up.url, &demo.account(ANNA)).await;
    holder.presses("save").await;
    holder.sees_page("done").await;
    let wave = sets(&stage, &["CON-016", "FAB-001", "ADA-001"]).await;
    let wave = json!({ "name": "December", "selection": { "backup_sets": wave } });
    let wave = demo.post("/api/v1/waves", wave).await;
    let customer = demo.api("/api/v1/customers?query=contoso").await["items"][0].clone();
    let customer = text(&customer, "id");
    let channel = json!({ "kind": "webhook", "address": Receiver::start().await.address });

    let mut walk = Walk { window: stage.browser().await, seen: BTreeSet::new() };
    walk.page("/sign-in", "/sign-in").await;
    walk.window.enter_portal(&demo.account(&demo.ready.owner_sign_in)).await;
    let channel = walk.post("/api/v1/channels", channel).await;
    let channel = text(&channel["channel"], "id").to_owned();
    let restore = json!({ "customer": customer, "reason": "A practice", "hours": 1 });
    let restore = walk.post("/api/v1/restores", restore).await;
    assert_eq!(restore["open"], true, "{restore}");
    let invited = json!({ "role": "technician", "customers": [customer], "note": "Tessa, second line" });
    let invited = walk.post("/api/v1/member-invitations", invited).await;
    let join = text(&invited, "url").to_owned();
    let page = walk.post(&format!("/api/v1/customers/{customer}/page-link"), json!({})).await;
    let connected = text(&page, "url").to_owned();
    let chosen = sets(&stage, &["CON-015"]).await[0].clone();
    let chosen = chosen.as_str().expect("an id");

    for pattern in map().into_iter().filter(|pattern| !pattern.contains(':') && !OTHERWISE.contains(pattern)) {
        walk.follow(pattern, pattern).await;
    }
    walk.window.open("/api-keys").await;
    walk.window.click("[data-test=keys] a[href^='/exposure']").await;
    walk.window.arrive("/exposure").await;
    walk.window.read("h1", "got no token").await;
    walk.looks("/exposure", "what a key reached").await;
    walk.follow("/backup-sets/:id", &format!("/backup-sets/{chosen}")).await;
    walk.page("/authorizations/:id", &format!("/authorizations/{}", set_up.authorization)).await;
    walk.page("/authorizations/:id", &format!("/authorizations/{}", link.authorization)).await;
    walk.window.click("[data-test=invite]").await;
    walk.window.see("[data-test=invited] .qr").await;
    walk.looks("/authorizations/:id", "an invitation, shown once").await;
    walk.follow("/invitations", "/invitations").await;
    walk.window.see("[data-test=invitation]").await;
    walk.follow("/waves/new", "/waves/new?query=FAB").await;
    walk.follow("/waves/:id", &format!("/waves/{}", text(&wave, "id"))).await;
    walk.follow("/customers/:id", &format!("/customers/{customer}")).await;
    walk.window.see("[data-test=app][data-state=working]").await;
    walk.window.see("[data-test=close-restore]").await;
    walk.looks("/customers/:id", "a customer with an app and an open restore").await;
    walk.follow("/notifications/:id", &format!("/notifications/{channel}")).await;
    walk.window.open("/backup-sets").await;
    walk.window.choose_sets(&["CON-007".to_owned(), "CON-012".to_owned()]).await;
    walk.looks("/backup-sets", "sets that are chosen").await;
    walk.window.click("[data-test=authorize-chosen]").await;
    walk.window.see("[data-test=sign-in-preview]").await;
    walk.looks("/authorizations/preview", "the preview of an authorization").await;
    walk.window.click("[data-test=method-modern]").await;
    walk.window.read("[data-test=sign-in-preview]", "Global Administrator").await;
    walk.looks("/authorizations/preview", "the preview of a set-up").await;
    walk.window.offer_list(&demo.sample()).await;
    walk.looks("/backup-sets/import", "the preview of an import").await;
    walk.page("", "/nowhere").await;

    // Somebody who is no member.
    walk.window = stage.browser().await;
    walk.page("/connected", &connected).await;
    walk.window.read("main", "Rekey Backup").await;
    walk.window.open("about:blank").await;
    walk.page("/owner", &format!("/owner#{NOWHERE}")).await;
    walk.page("/join", &join).await;
    walk.window.click("[data-test=sign-in]").await;
    walk.window.sign_in_as(&demo.account(TESSA)).await;
    walk.window.see("[data-test=waits]").await;
    walk.looks("/sign-in/callback", "waits for the confirmation").await;
    walk.seen.remove("");
    assert_eq!(walk.seen, map(), "a page of the map was not looked at");
}

/// A page of the connect page, by its name.
async fn is_at(window: &Browser, name: &str) {
    window.sees_page(name).await;
    window.is_accessible(name).await;
}

/// L1, A6, C6, J3: the road to the end, and each page on which it stops, of hybrid and of modern.
#[tokio::test]
async fn l1_j3_every_page_of_the_connect_page_is_accessible() {
    let stage = Stage::with_sample().await;
    let demo = &stage.demo;
    let window = stage.browser().await;
    window.open("/connect").await;
    is_at(&window, "no_link").await;
    window.open("/connect/callback#code=stolen&state=foreign").await;
    is_at(&window, "foreign_answer").await;
    window.open("/connect/approved?admin_consent=True&tenant=x&state=y").await;
    settles(&window, "approved").await;
    window.is_accessible("approved").await;
    window.open("/connect/approved?error=consent_required").await;
    settles(&window, "not approved").await;
    window.is_accessible("not approved").await;
    window.open(&format!("/connect#{NOWHERE}")).await;
    is_at(&window, "dead_link").await;

    // Hybrid: an answer that does not fit, cancelled, another account, a policy, one more proof, done.
    let link = demo.link_for(&[BACKUP]).await;
    let backup = demo.account(BACKUP);
    demo.control("misbehaviours", json!({ "name": "response_issuer_wrong" })).await;
    window.open("about:blank").await;
    window.open(&link.url).await;
    is_at(&window, "asked").await;
    window.presses("security").await;
    settles(&window, "for the security team").await;
    window.is_accessible("for the security team").await;
    window.presses("close").await;
    window.presses("go").await;
    window.sign_in_as(&backup).await;
    is_at(&window, "wrong_answer").await;
    demo.clear("misbehaviours").await;
    window.presses("go").await;
    window.at_microsoft().await;
    window.click("#use-another").await;
    window.click("#cancel").await;
    is_at(&window, "declined").await;
    window.presses("go").await;
    window.sign_in_as(&demo.account(TOM)).await;
    is_at(&window, "doubt").await;
    window.presses("go_on").await;
    is_at(&window, "review").await;
    window.presses("save").await;
    is_at(&window, "failed").await;
    let rule = |require: &str| json!({ "stages": ["on_behalf_of"], "people": [BACKUP], "require": require });
    demo.policies(&backup.tid, json!({ "conditional_access": [rule("claims")] })).await;
    window.open("about:blank").await;
    window.open(&link.url).await;
    window.presses("go").await;
    window.at_microsoft().await;
    window.click(&format!("[data-account='{BACKUP}']")).await;
    window.sees_page("review").await;
    window.presses("save").await;
    is_at(&window, "claims").await;
    demo.policies(&backup.tid, json!({})).await;
    window.presses("go").await;
    window.at_microsoft().await;
    window.type_code(&backup).await;
    window.come_back().await;
    window.sees_page("review").await;
    // Graph answers late, so that the steps can be seen.
    demo.control("faults", json!({ "endpoint": "graph", "effect": { "delay_millis": 4000 } })).await;
    window.presses("save").await;
    is_at(&window, "working").await;
    demo.clear("faults").await;
    is_at(&window, "done").await;
    window.open("about:blank").await;
    consents(&stage, &window).await;
    administrators(&stage).await;
}

/// Who has not agreed, and who may not.
async fn consents(stage: &Stage, window: &Browser) {
    let demo = &stage.demo;
    let link = demo.link_for(&[KIM]).await;
    window.connect_as(&link.url, &demo.account(KIM)).await;
    window.presses("save").await;
    is_at(window, "consent").await;
    window.presses("go").await;
    window.decline().await;
    is_at(window, "consent_declined").await;
    let cancel = format!("/api/v1/authorizations/{}/cancel", link.authorization);
    demo.post(&cancel, json!({})).await;
    window.open("about:blank").await;
    window.open(&link.url).await;
    is_at(window, "dead_link").await;
    let window = stage.browser().await;
    let link = demo.link_for(&[FABRIKAM]).await;
    window.connect_as(&link.url, &demo.account(FABRIKAM)).await;
    window.presses("save").await;
    is_at(&window, "approval").await;
}

/// Modern: an administrator whose roles are not enough, and one whose are; a guest; Rekey out of reach.
async fn administrators(stage: &Stage) {
    let demo = &stage.demo;
    let window = stage.browser().await;
    let link = modern(stage, &["CON-015"]).await;
    window.open(&link.url).await;
    is_at(&window, "asked").await;
    window.presses("go").await;
    window.sign_in_as(&demo.account(INES)).await;
    window.sees_page("review").await;
    window.presses("save").await;
    is_at(&window, "told").await;
    window.presses("go").await;
    window.sign_in_as(&demo.account(ANNA)).await;
    is_at(&window, "review").await;
    demo.control("faults", json!({ "endpoint": "graph", "effect": { "delay_millis": 400 } })).await;
    window.presses("save").await;
    is_at(&window, "working").await;
    demo.clear("faults").await;
    is_at(&window, "done").await;

    let window = stage.browser().await;
    let link = demo.link_for(&["priya.shah@contoso.com"]).await;
    window.follow(&link.url).await;
    window.sign_in_as(&demo.account(LEE)).await;
    is_at(&window, "guest").await;
    window.refuse(&["*/api/v1/connect*"]).await;
    window.presses("over").await;
    is_at(&window, "offline").await;
}
