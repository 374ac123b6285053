//! Telling the outside, in the portal: a webhook, its deliveries and its secret, what a key reached, the exports.

use rekey_tests::{browser::Stage, receiver::Receiver};

/// The narrow pictures, in pixels.
const NARROW: u32 = 360;

/// K2, K3: a member adds a webhook, tests it, sees that it fails, sends again, and changes its secret.
#[tokio::test]
async fn k2_k3_a_webhook_from_its_first_test_to_another_secret() {
    let stage = Stage::with_sample().await;
    let owner = stage.demo.account(&stage.demo.ready.owner_sign_in);
    let receiver = Receiver::start().await;
    let window = stage.browser().await;
    window.enter_portal(&owner).await;
    window.open("/notifications").await;
    window.see("[data-test=add-channel-form]").await;
    // The demo sends no mail, so that webhooks are all that is offered.
    window.see("[data-test=no-mail]").await;
    window.fill("#channel-address", &receiver.address).await;
    window.click("[data-test=some-events]").await;
    window.is_accessible("notifications").await;
    window.portraits("notifications-add", NARROW).await;
    window.click("[data-test=add-channel]").await;
    window.see("[data-test=new-channel]").await;
    window.click("[data-test=channels] a").await;
    window.see("[data-test=test-channel]").await;
    window.click("[data-test=test-channel]").await;
    window.see("[data-test=deliveries] tr[data-state=delivered]").await;
    receiver.answer(410);
    window.click("[data-test=test-channel]").await;
    window.see("[data-test=deliveries] tr[data-state=failed]").await;
    window.see(".notice.danger").await;
    window.is_accessible("a failing channel").await;
    window.portraits("channel-failing", NARROW).await;
    receiver.answer(200);
    window.click("[data-test=replay-failed]").await;
    window.see_exactly("[data-test=deliveries] tr[data-state=delivered]", 2).await;
    window.click("[data-test=rotate-secret]").await;
    window.see("[data-test=new-channel]").await;
    window.portraits("channel", NARROW).await;
    assert_eq!(receiver.calls().len(), 3);
    window.holds_no_secret("a secret is shown and kept nowhere").await;
}

/// J8: what a key reached, on a page to print.
#[tokio::test]
async fn j8_what_a_key_reached_is_a_page() {
    let stage = Stage::with_sample().await;
    let owner = stage.demo.account(&stage.demo.ready.owner_sign_in);
    let window = stage.browser().await;
    window.enter_portal(&owner).await;
    window.open("/api-keys").await;
    window.see("[data-test=keys]").await;
    window.portraits("api-keys", NARROW).await;
    // The key that scripts use: it has imported the list.
    let press = "[...document.querySelectorAll('[data-test=keys] tr')].find(row => row.textContent.includes('demo script'))\
        .querySelector(\"a[href^='/exposure']\").click()";
    window.script(press, Vec::new()).await;
    window.see("[data-test=acts]").await;
    window.is_accessible("exposure").await;
    window.portraits("exposure", NARROW).await;
    window.open("/activity").await;
    window.see("a[href='/api/v1/audit/export']").await;
    window.portraits("activity", NARROW).await;
}
