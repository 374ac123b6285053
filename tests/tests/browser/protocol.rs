//! What the page sends and what it refuses, seen from outside (security.md B1 to B14).

use rekey_tests::{
    browser::{Browser, Stage},
    demo::Demo,
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const BACKUP: &str = "backup@contoso.com";
const STARTS: usize = 12;
/// As long as an answer is waited for, in seconds.
const HOUR: i64 = 60 * 60;

/// B1: each start has its own state, nonce and challenge; S256 and code only. B6: no `offline_access`.
#[tokio::test]
async fn b1_b6_every_start_is_new_and_uses_s256() {
    let stage = Stage::with_sample().await;
    let link = stage.demo.link_for(&[BACKUP]).await;
    let window = stage.browser().await;
    for _ in 0..STARTS {
        window.follow(&link.url).await;
    }
    let all = stage.demo.requests().await;
    let is_start = |request: &&Value| {
        request["method"] == "GET" && request["path"].as_str().is_some_and(|path| path.ends_with("/authorize"))
    };
    let starts: Vec<&Value> = all.iter().filter(is_start).map(|request| &request["query"]).collect();
    assert_eq!(starts.len(), STARTS);
    for name in ["state", "nonce", "code_challenge"] {
        let values: BTreeSet<&str> = starts.iter().filter_map(|query| query[name].as_str()).collect();
        assert_eq!(values.len(), STARTS, "{name} is used again");
        assert!(values.iter().all(|value| value.len() >= 43), "{name} is short: {values:?}");
    }
    for query in starts {
        assert_eq!((&query["code_challenge_method"], &query["response_type"]), (&json!("S256"), &json!("code")));
        assert!(!query["scope"].as_str().expect("a scope").contains("offline_access"), "{query}");
        assert_eq!(query["prompt"], "select_account", "A5: {query}");
    }
}

/// B4: an answer that names another issuer is refused before its code is redeemed.
#[tokio::test]
async fn b4_a_lying_issuer_is_refused() {
    let stage = Stage::with_sample().await;
    let link = stage.demo.link_for(&[BACKUP]).await;
    stage.demo.control("misbehaviours", json!({ "name": "response_issuer_wrong" })).await;
    let window = stage.browser().await;
    window.follow(&link.url).await;
    window.sign_in_as(&stage.demo.account(BACKUP)).await;
    let words = window.sees_page("wrong_answer").await;
    assert!(words.contains("does not fit") && words.contains("issuer"), "{words}");
    window.holds_no_secret("lying issuer").await;
    assert_eq!(window.sent_to("POST", "/oauth2/v2.0/token").await.len(), 0);
    stage.demo.clear("misbehaviours").await;
    window.presses("go").await;
    window.at_microsoft().await;
    window.click(&format!("[data-account='{BACKUP}']")).await;
    window.sees_page("review").await;
}

/// B2: an answer with another state is refused; so is the true answer a second time.
#[tokio::test]
async fn b2_a_foreign_state_is_refused() {
    let stage = Stage::with_sample().await;
    let link = stage.demo.link_for(&[BACKUP]).await;
    stage.demo.control("misbehaviours", json!({ "name": "state_wrong" })).await;
    let window = stage.browser().await;
    window.follow(&link.url).await;
    window.sign_in_as(&stage.demo.account(BACKUP)).await;
    window.sees_page("foreign_answer").await;
    window.holds_no_secret("foreign state").await;
    assert_eq!(window.sent_to("POST", "/oauth2/v2.0/token").await.len(), 0);
}

/// Makes what this tab remembers of its way to Microsoft so many seconds old, and goes back there.
async fn ages(window: &Browser, name: &str, seconds: i64) {
    let script = "const kept = JSON.parse(sessionStorage.getItem(arguments[0]));
        kept.begun = Math.floor(Date.now() / 1000) - arguments[1];
        sessionStorage.setItem(arguments[0], JSON.stringify(kept));";
    window.at_microsoft().await;
    // Ours, and no page that would look at it.
    window.open("/health/live").await;
    window.script(script, vec![json!(name), json!(seconds)]).await;
    window.back().await;
    window.at_microsoft().await;
}

/// B2: an answer that comes after an hour is not used, nothing is sent for it, and the person begins anew; within the hour it is.
#[tokio::test]
async fn b2_an_answer_that_comes_after_an_hour_redeems_nothing() {
    const TRIP: &str = "rekey.connect.trip";
    let stage = Stage::with_sample().await;
    let link = stage.demo.link_for(&[BACKUP]).await;
    let window = stage.browser().await;
    window.follow(&link.url).await;
    ages(&window, TRIP, HOUR + 5).await;
    window.sign_in_as(&stage.demo.account(BACKUP)).await;
    let words = window.sees_page("foreign_answer").await;
    assert!(words.contains("more than an hour") && words.contains("Nothing was sent"), "{words}");
    assert!(!window.remembers(TRIP).await, "the trip is still remembered");
    window.holds_no_secret("too late").await;
    assert_eq!(stage.demo.token_requests().await.len(), 0);
    // Nor is it kept where nobody comes back at all.
    window.presses("over").await;
    window.sees_page("asked").await;
    window.presses("go").await;
    ages(&window, TRIP, HOUR + 5).await;
    window.open("/connect").await;
    window.sees_page("asked").await;
    assert!(!window.remembers(TRIP).await, "an old trip is remembered");
    window.presses("go").await;
    ages(&window, TRIP, HOUR - 100).await;
    window.click(&format!("[data-account='{BACKUP}']")).await;
    window.sees_page("review").await;
    assert_eq!(stage.demo.token_requests().await.len(), 1);
}

/// B2: the same of a member's sign-in at the portal.
#[tokio::test]
async fn b2_a_members_sign_in_that_comes_after_an_hour_redeems_nothing() {
    const TRIP: &str = "rekey.sign_in";
    let stage = Stage::empty();
    let owner = stage.demo.account(&stage.demo.ready.owner_sign_in);
    let window = stage.browser().await;
    window.open("/sign-in").await;
    window.click("[data-test=sign-in]").await;
    ages(&window, TRIP, HOUR + 5).await;
    window.sign_in_as(&owner).await;
    window.hears("more than an hour later").await;
    assert!(!window.remembers(TRIP).await, "the trip is still remembered");
    assert_eq!(stage.demo.token_requests().await.len(), 0);
    window.click("[data-test=sign-in]").await;
    ages(&window, TRIP, HOUR - 100).await;
    window.click(&format!("[data-account='{}']", owner.username)).await;
    window.see("nav a[aria-current=page]").await;
    assert_eq!(stage.demo.token_requests().await.len(), 1);
}

/// B11: what Microsoft, or somebody in its place, says is shown as text and never becomes markup.
#[tokio::test]
async fn b11_markup_in_an_error_stays_text() {
    let stage = Stage::with_sample().await;
    let link = stage.demo.link_for(&[BACKUP]).await;
    let window = stage.browser().await;
    window.follow(&link.url).await;
    let authorize = window.sent_to("GET", "/authorize").await.pop().expect("a request");
    let authorize = url::Url::parse(&authorize.url).expect("an address");
    let expected = authorize.query_pairs().find(|(name, _)| name == "state").expect("a state").1.into_owned();
    let evil = "<img src=x onerror=window.hacked=1><script>window.hacked=1</script>";
    let answer = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("error", evil)
        .append_pair("error_description", &format!("{evil} Trace ID: {evil} Correlation ID: {evil}"))
        .append_pair("error_subcode", evil)
        .append_pair("state", &expected)
        .finish();
    window.open(&format!("/connect/callback#{answer}")).await;
    window.see(".connect[data-page=told], .connect[data-page=wrong_answer]").await;
    assert_eq!(window.count("main img, main script").await, 0);
    let hacked: bool = window.script("return window.hacked === 1", Vec::new()).await.convert().expect("an answer");
    assert!(!hacked);
    window.holds_no_secret("evil error").await;
    window.is_quiet(&["400", "422"]).await;
}

/// B5: whatever lies where the way back is kept, signing in ends on our origin.
#[tokio::test]
async fn b5_the_way_back_stays_on_our_origin() {
    let stage = Stage::empty();
    let owner = stage.demo.account(&stage.demo.ready.owner_sign_in);
    let window = stage.browser().await;
    window.enter_portal(&owner).await;
    for evil in
        ["//evil.example", "\\\\evil.example", "/%2f%2fevil.example", "https://evil.example/", "javascript:alert(1)"]
    {
        window.click("[data-test=sign-out]").await;
        window.arrive("/sign-in").await;
        window.script("sessionStorage.setItem('rekey.return', arguments[0])", vec![json!(evil)]).await;
        window.click("[data-test=sign-in]").await;
        window.at_microsoft().await;
        window.click(&format!("[data-account='{}']", owner.username)).await;
        window.see("nav a[aria-current=page]").await;
        assert_eq!(window.address().await, format!("{}/", stage.demo.ready.portal), "after {evil}");
    }
    let elsewhere = window.sent().await.into_iter().find(|sent| sent.url.contains("evil.example"));
    assert!(elsewhere.is_none(), "{elsewhere:?}");
}

/// Where pages begin, and what consoles put into theirs.
fn beginnings(organization: &str) -> Vec<String> {
    let fixed =
        ["/", "/customers", "/sign-in", "/connect", "/connect/embed", "/embed.js", "/embed-test.js", "/embed.d.ts"];
    fixed.into_iter().map(str::to_owned).chain([format!("/embed/{organization}"), "/favicon.ico".to_owned()]).collect()
}

/// The names of our files in a file: `/assets/`, a name with its hash, and one of the endings. They may stand without a space between.
fn named_in(bytes: &[u8]) -> BTreeSet<String> {
    let text = String::from_utf8_lossy(bytes);
    let name = |part: &str| {
        let end = ["wasm", "js", "css", "svg", "txt"].into_iter().filter_map(|ending| {
            let at = part.find(&format!(".{ending}"))?;
            let is_hash = |hash: &str| hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
            part.get(..at)?.rsplit_once('-').filter(|(_, hash)| is_hash(hash)).map(|_| at + 1 + ending.len())
        });
        part.get(..end.min()?).map(|name| format!("/assets/{name}"))
    };
    text.split("/assets/").skip(1).filter_map(name).collect()
}

/// Every file of the web app: those that the pages name, those that these name, and so on.
async fn shipped(demo: &Demo, organization: &str) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut next = beginnings(organization);
    while let Some(path) = next.pop() {
        if files.contains_key(&path) || path == "/favicon.ico" {
            continue;
        }
        let bytes = demo.file(&format!("{}{path}", demo.ready.portal)).await;
        next.extend(named_in(&bytes));
        files.insert(path, bytes);
    }
    files
}

/// B14: what is shipped holds no key, no source map, no folder of the machine that built it and no address of the stand-in:
/// every program, chunk, script, style sheet, picture and text.
#[tokio::test]
async fn b14_nothing_secret_is_shipped() {
    let stage = Stage::empty();
    let demo = &stage.demo;
    let files = shipped(demo, &demo.allow_origin("https://console.example").await).await;
    let count = |beginning: &str, ending: &str| {
        files.keys().filter(|path| path.starts_with(&format!("/assets/{beginning}")) && path.ends_with(ending)).count()
    };
    for program in ["portal-", "shell-", "connect-", "embed-", "window-"] {
        assert!(count(program, ".wasm") > 0 && count(program, ".js") > 0, "{program}: {:?}", files.keys());
    }
    let pages_of_the_portal = count("portal-split_", ".wasm");
    assert!(pages_of_the_portal > 5 && count("portal-chunk_", ".wasm") > 0, "{:?}", files.keys());
    for language in ["en", "de", "fr", "es", "ja"] {
        assert!(count(&format!("{language}-"), ".txt") >= 3, "{language}: {:?}", files.keys());
    }
    // Where cargo keeps the sources of libraries, whoever built it.
    let sources = "/.cargo/registry";
    let workspace = env!("CARGO_MANIFEST_DIR").trim_end_matches("/tests");
    for (path, bytes) in &files {
        let text = String::from_utf8_lossy(bytes);
        for forbidden in [
            "sourceMappingURL",
            "PRIVATE KEY",
            "client_secret",
            "practice-",
            "stand-in",
            "northwind",
            workspace,
            sources,
            &demo.ready.login,
            &demo.ready.control,
            &demo.ready.api_key,
        ] {
            assert!(!text.contains(forbidden), "{path} holds {forbidden}");
        }
    }
}
