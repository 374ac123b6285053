//! The wrong people: each gets a plain page of its own, and nothing is stored (A6, J3).

use rekey_tests::browser::Stage;

const BACKUP: &str = "backup@contoso.com";

/// Another account of the right tenant: asked first, and refused by the server after all.
#[tokio::test]
async fn a6_j3_another_account_of_the_tenant_is_doubted_and_then_refused() {
    let stage = Stage::with_sample().await;
    let link = stage.demo.link_for(&[BACKUP]).await;
    let window = stage.browser().await;
    window.follow(&link.url).await;
    window.sign_in_as(&stage.demo.account("tom.reed@contoso.com")).await;
    let words = window.sees_page("doubt").await;
    assert!(words.contains("tom.reed@contoso.com") && words.contains(BACKUP), "{words}");
    window.holds_no_secret("doubt").await;
    window.presses("go_on").await;
    window.sees_page("review").await;
    window.presses("save").await;
    let words = window.sees_page("failed").await;
    assert!(words.contains("That was another account") && words.contains("Nothing was stored"), "{words}");
    window.holds_no_secret("refused").await;
    window.presses("over").await;
    window.sees_page("asked").await;
    assert_eq!(stage.demo.audited("sign_in.done").await, 0);
}

/// An account of another tenant does not get past Microsoft: the tenant stands in the address (B3).
#[tokio::test]
async fn a6_b3_an_account_of_another_tenant_is_stopped_at_microsoft() {
    let stage = Stage::with_sample().await;
    let link = stage.demo.link_for(&[BACKUP]).await;
    let window = stage.browser().await;
    window.follow(&link.url).await;
    window.type_password(&stage.demo.account("kim.larsen@adatum.com")).await;
    window.read("#error-code", "50020").await;
    window.open(&link.url).await;
    window.sees_page("asked").await;
    assert_eq!(window.sent_to("POST", "/oauth2/v2.0/token").await.len(), 0);
}

/// A guest of the right tenant cannot carry a backup.
#[tokio::test]
async fn a6_j3_a_guest_is_told_to_use_a_member_account() {
    let stage = Stage::with_sample().await;
    let link = stage.demo.link_for(&[BACKUP]).await;
    let window = stage.browser().await;
    window.follow(&link.url).await;
    window.sign_in_as(&stage.demo.account("lee.brook@fabrikam.com")).await;
    let words = window.sees_page("guest").await;
    assert!(words.contains("is a guest at Contoso"), "{words}");
    window.holds_no_secret("guest").await;
    assert_eq!(window.sent_to("POST", "/api/v1/connect/save").await.len(), 0);
    window.presses("go").await;
    window.at_microsoft().await;
}

/// Who cancels at Microsoft is told that nothing happened.
#[tokio::test]
async fn a6_cancelling_at_microsoft_changes_nothing() {
    let stage = Stage::with_sample().await;
    let link = stage.demo.link_for(&[BACKUP]).await;
    let window = stage.browser().await;
    window.follow(&link.url).await;
    window.click("#use-another").await;
    window.click("#cancel").await;
    let words = window.sees_page("declined").await;
    assert!(words.contains("You cancelled at Microsoft"), "{words}");
    window.holds_no_secret("cancelled").await;
    window.presses("over").await;
    window.sees_page("asked").await;
}
