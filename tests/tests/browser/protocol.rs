//! What the page sends and what it refuses, seen from outside (security.md B1 to B14).

use rekey_tests::browser::Stage;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const BACKUP: &str = "backup@contoso.com";
const STARTS: usize = 12;

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

/// B14: what is shipped holds no key, no source map and no address of the stand-in.
#[tokio::test]
async fn b14_nothing_secret_is_shipped() {
    let stage = Stage::empty();
    let window = stage.browser().await;
    let mut files = BTreeSet::new();
    for page in ["/connect", "/sign-in"] {
        window.open(page).await;
        window.see("h1").await;
        files.extend(window.sent().await.into_iter().map(|sent| sent.url));
    }
    let ours: Vec<String> = files.into_iter().filter(|url| url.starts_with(&stage.demo.ready.portal)).collect();
    let kind = |url: &str| url.rsplit('.').next().unwrap_or_default().to_owned();
    assert!(ours.iter().filter(|url| kind(url) == "wasm").count() >= 2, "{ours:?}");
    for file in ours.iter().filter(|url| ["wasm", "js", "css"].contains(&kind(url).as_str())) {
        let bytes = stage.demo.file(file).await;
        let has = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
        for forbidden in [
            "sourceMappingURL",
            "PRIVATE KEY",
            "practice-",
            "stand-in",
            &stage.demo.ready.login,
            &stage.demo.ready.api_key,
        ] {
            assert!(!has(forbidden), "{file} holds {forbidden}");
        }
    }
}
