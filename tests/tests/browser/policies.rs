//! What a customer's administrators demand: one more proof, or a closed door.

use rekey_tests::browser::Stage;
use serde_json::json;

const BACKUP: &str = "backup@contoso.com";

/// A claims challenge sends the holder back for one more proof, and the challenge goes along (A6, J3).
#[tokio::test]
async fn a6_h9_a_claims_challenge_asks_for_one_more_proof() {
    let stage = Stage::with_sample().await;
    let backup = stage.demo.account(BACKUP);
    let rule = json!({ "stages": ["on_behalf_of"], "people": [BACKUP], "require": "claims" });
    stage.demo.policies(&backup.tid, json!({ "conditional_access": [rule] })).await;
    let link = stage.demo.link_for(&[BACKUP]).await;
    let window = stage.browser().await;
    window.connect_as(&link.url, &backup).await;
    window.presses("save").await;
    let words = window.sees_page("claims").await;
    assert!(words.contains("one more proof"), "{words}");
    window.holds_no_secret("claims wanted").await;
    window.presses("go").await;
    window.at_microsoft().await;
    assert!(window.address().await.contains("claims="), "{}", window.address().await);
    window.type_code(&backup).await;
    window.come_back().await;
    window.sees_page("review").await;
    window.presses("save").await;
    window.sees_page("done").await;
    window.holds_no_secret("done").await;
}

/// A policy without claims: nobody here can do anything, so the page gives the code and ids to pass on (J3).
#[tokio::test]
async fn j3_a6_a_block_shows_its_code_and_ids_to_copy() {
    let stage = Stage::with_sample().await;
    let backup = stage.demo.account(BACKUP);
    let rule = json!({ "stages": ["on_behalf_of"], "people": [BACKUP], "require": "block" });
    stage.demo.policies(&backup.tid, json!({ "conditional_access": [rule] })).await;
    let link = stage.demo.link_for(&[BACKUP]).await;
    let window = stage.browser().await;
    window.connect_as(&link.url, &backup).await;
    window.presses("save").await;
    let words = window.sees_page("failed").await;
    assert!(words.contains("53003"), "{words}");
    let copied = window.see("[data-press=copy]").await.attr("data-value").await.expect("a value").expect("ids");
    assert!(copied.contains("53003") && copied.to_lowercase().contains("correlation"), "{copied}");
    window.holds_no_secret("blocked").await;

    // The administrator opens the door: trying again is enough.
    stage.demo.policies(&backup.tid, json!({})).await;
    window.presses("over").await;
    window.sees_page("asked").await;
    window.presses("go").await;
    window.at_microsoft().await;
    window.click(&format!("[data-account='{BACKUP}']")).await;
    window.come_back().await;
    window.sees_page("review").await;
    window.presses("save").await;
    window.sees_page("done").await;
}
