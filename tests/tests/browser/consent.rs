//! Who has not agreed yet: the holder's own consent, and an administrator's.

use rekey_tests::browser::{Browser, Stage};
use serde_json::Value;

const KIM: &str = "kim.larsen@adatum.com";
const FABRIKAM: &str = "backup@fabrikam.com";
const ADMINISTRATOR: &str = "lee.brook@fabrikam.com";

async fn grants(stage: &Stage, kind: &str) -> Vec<Value> {
    let all = stage.demo.token_requests().await;
    all.into_iter().filter(|request| request["form"]["grant_type"] == kind).collect()
}

/// H-8 without enforced MFA. B6: the page never asks for a refresh token. B7: the consent's code is never redeemed.
#[tokio::test]
async fn h8_a8_b6_b7_b8_a_consent_leg_carries_the_save_on_without_mfa() {
    let stage = Stage::with_sample().await;
    let link = stage.demo.link_for(&[KIM]).await;
    let window = stage.browser().await;
    window.connect_as(&link.url, &stage.demo.account(KIM)).await;
    window.holds_no_secret("review").await;
    window.presses("save").await;
    let words = window.sees_page("consent").await;
    assert!(words.contains("consent once"), "{words}");
    window.holds_no_secret("consent wanted").await;
    window.presses("go").await;
    window.accept().await;
    window.sees_page("done").await;
    window.holds_no_secret("done").await;

    assert_eq!(window.sent_to("POST", "/api/v1/connect/save").await.len(), 1, "Save was pressed once");
    let redeemed = grants(&stage, "authorization_code").await;
    assert_eq!(redeemed.len(), 1, "the consent's code was redeemed: {redeemed:?}");
    let scope = redeemed[0]["form"]["scope"].as_str().expect("a scope");
    assert!(!scope.contains("offline_access"), "{scope}");
    window.is_quiet(&[]).await;
}

/// Declined consent is a page of its own with the way on (A6, J3).
#[tokio::test]
async fn h8_a6_j3_declined_consent_says_so_and_goes_on() {
    let stage = Stage::with_sample().await;
    let link = stage.demo.link_for(&[KIM]).await;
    let window = stage.browser().await;
    window.connect_as(&link.url, &stage.demo.account(KIM)).await;
    window.presses("save").await;
    window.sees_page("consent").await;
    window.presses("go").await;
    window.decline().await;
    let words = window.sees_page("consent_declined").await;
    assert!(words.contains("You did not agree") && words.contains("as they were"), "{words}");
    window.holds_no_secret("declined").await;
    window.presses("go").await;
    window.accept().await;
    window.sees_page("done").await;
}

/// C6: an administrator at another desk approves; the window that waits moves on by itself.
#[tokio::test]
async fn c6_h10_an_administrator_elsewhere_approves_and_the_save_carries_on() {
    let stage = Stage::with_sample().await;
    let link = stage.demo.link_for(&[FABRIKAM]).await;
    let window = stage.browser().await;
    window.connect_as(&link.url, &stage.demo.account(FABRIKAM)).await;
    window.presses("save").await;
    let address = approval_link(&window).await;
    window.holds_no_secret("approval wanted").await;

    let administrator = stage.browser().await;
    let lee = stage.demo.account(ADMINISTRATOR);
    administrator.open(&address).await;
    administrator.type_password(&lee).await;
    administrator.type_code(&lee).await;
    administrator.accept().await;
    administrator.arrive("/connect/approved").await;
    administrator.hears("Thank you").await;
    administrator.holds_no_secret("approved").await;

    window.moves_on_by_itself("done").await;
    window.holds_no_secret("done").await;
    assert_eq!(window.sent_to("POST", "/api/v1/connect/save").await.len(), 1, "Save was pressed once");
    window.is_quiet(&[]).await;
    administrator.is_quiet(&[]).await;
}

async fn approval_link(window: &Browser) -> String {
    let words = window.sees_page("approval").await;
    assert!(words.contains("needs an administrator of Fabrikam"), "{words}");
    let field = window.see("#hand-off").await;
    field.prop("value").await.expect("the field").expect("a link")
}
