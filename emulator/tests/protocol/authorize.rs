//! The sign-in pages.

use crate::driver::Landing;
use crate::world::{TOM, World};

#[tokio::test]
async fn item43_one_prompt_covers_page_and_api_and_the_whole_road_works() {
    let world = World::new().await;
    let http = world.http();
    let mut browser = world.browser();
    let landing = browser.open(http.authorize("contoso.com", &[])).await;
    let page = browser.sign_in(&landing.page(), TOM, "pw-tom").await.page();
    assert!(page.has("data-scope=\"access\"") && page.has("data-scope=\"User.Read\""), "{}", page.html);
    let back = browser.accept(&page).await.back();
    assert_eq!(back.fields["state"], "s t/a&te");
    let tokens = http.redeem("contoso.com", &back.fields["code"], true, &[]).await.ok();
    let api_token = tokens.text("access_token");
    let graph = http.on_behalf_of("contoso.com", &world.credential, &api_token, "User.Read offline_access").await.ok();
    let refreshed =
        http.refresh_confidential("contoso.com", &world.credential, &graph.text("refresh_token")).await.ok();
    let me = http.graph("v1.0/me", &refreshed.text("access_token")).await.ok();
    assert_eq!(me.text("userPrincipalName"), TOM);
    let again = browser.open(http.authorize("contoso.com", &[])).await;
    assert!(matches!(again, Landing::Back(_)), "a second sign-in asks nothing");
}
