//! Items 18, 51: refresh tokens of pages and of servers.

use rekey_emulator::{PersonChange, Scenario};

use crate::driver::Answer;
use crate::world::{API, CONTOSO, PAGE, TOM, World};

async fn page_tokens(world: &World) -> Answer {
    let scope = format!("openid profile offline_access {API}/.default");
    let url = world.http().authorize("contoso.com", &[("scope", &scope)]);
    let code = world.browser().walk(url, TOM, "pw-tom").await.code();
    world.http().redeem("contoso.com", &code, true, &[]).await.ok()
}

async fn refresh_page(world: &World, token: &str, origin: bool) -> Answer {
    let client = PAGE.to_string();
    let fields = [("client_id", client.as_str()), ("grant_type", "refresh_token"), ("refresh_token", token)];
    world.http().token("contoso.com", origin, &fields).await
}

async fn server_token(world: &World) -> String {
    let token = page_tokens(world).await.text("access_token");
    let answer = world.http().on_behalf_of("contoso.com", &world.credential, &token, "User.Read offline_access").await;
    answer.ok().text("refresh_token")
}

async fn refresh_server(world: &World, token: &str) -> Answer {
    world.http().refresh_confidential("contoso.com", &world.credential, token).await
}

#[tokio::test]
async fn item18_a_page_has_24_hours_in_all() {
    let world = World::new().await;
    let first = page_tokens(&world).await;
    assert_eq!(first.body["refresh_token_expires_in"], 86_400);
    world.emulator.advance(3600 * 10);
    let second = refresh_page(&world, &first.text("refresh_token"), true).await.ok();
    assert_ne!(second.text("refresh_token"), first.text("refresh_token"));
    let left = second.body["refresh_token_expires_in"].as_i64().unwrap();
    assert!((50_390..=50_400).contains(&left), "{left}");
    refresh_page(&world, &first.text("refresh_token"), true).await.ok();
    world.emulator.advance(3600 * 14);
    let answer = refresh_page(&world, &second.text("refresh_token"), true).await;
    answer.refused(400, "invalid_grant", 700_084);
}

#[tokio::test]
async fn item13_a_pages_refresh_token_needs_an_origin() {
    let world = World::new().await;
    let token = page_tokens(&world).await.text("refresh_token");
    refresh_page(&world, &token, false).await.refused(400, "invalid_request", 9_002_327);
}

#[tokio::test]
async fn refresh_tokens_are_bound_to_their_client() {
    let world = World::new().await;
    let page = page_tokens(&world).await.text("refresh_token");
    refresh_server(&world, &page).await.refused(400, "invalid_grant", 70_000);
    refresh_server(&world, "nonsense").await.refused(400, "invalid_grant", 9_002_313);
}

#[tokio::test]
async fn item51_a_servers_token_lives_90_idle_days_and_old_ones_stay() {
    let world = World::new().await;
    let first = server_token(&world).await;
    world.emulator.advance(89 * 86_400);
    let second = refresh_server(&world, &first).await.ok().text("refresh_token");
    refresh_server(&world, &first).await.ok();
    world.emulator.advance(89 * 86_400);
    refresh_server(&world, &first).await.refused(400, "invalid_grant", 700_082);
    refresh_server(&world, &second).await.ok();
}

#[tokio::test]
async fn item51_what_a_servers_token_survives() {
    let world = World::new().await;
    let token = server_token(&world).await;
    let change = |change| world.emulator.change_person(TOM, change).unwrap();
    world.emulator.advance(60);
    change(PersonChange::ChangePassword("pw-new".to_owned()));
    refresh_server(&world, &token).await.ok();
    change(PersonChange::SetPasswordExpired(true));
    refresh_server(&world, &token).await.ok();
}

#[tokio::test]
async fn item51_what_kills_a_servers_token() {
    let cases = [
        (PersonChange::ResetPassword("pw-reset".to_owned()), 50_173),
        (PersonChange::RevokeSessions, 50_173),
        (PersonChange::SetDisabled(true), 50_057),
        (PersonChange::Delete, 50_034),
    ];
    let world = World::new().await;
    for (change, code) in cases {
        let world = if matches!(change, PersonChange::RevokeSessions) { &world } else { &World::new().await };
        let token = server_token(world).await;
        world.emulator.advance(60);
        world.emulator.change_person(TOM, change).unwrap();
        refresh_server(world, &token).await.refused(400, "invalid_grant", code);
    }
}

#[tokio::test]
async fn a_pages_token_dies_with_the_persons_own_password_change() {
    let world = World::new().await;
    let token = page_tokens(&world).await.text("refresh_token");
    world.emulator.advance(60);
    world.emulator.change_person(TOM, PersonChange::ChangePassword("pw-new".to_owned())).unwrap();
    refresh_page(&world, &token, true).await.refused(400, "invalid_grant", 50_173);
}

#[tokio::test]
async fn item51_the_strict_switch_revokes_the_family() {
    let world = World::with(|scenario: &mut Scenario| scenario.switches.strict_refresh = true).await;
    let first = server_token(&world).await;
    let second = refresh_server(&world, &first).await.ok().text("refresh_token");
    refresh_server(&world, &first).await.refused(400, "invalid_grant", 50_173);
    refresh_server(&world, &second).await.refused(400, "invalid_grant", 50_173);
}

#[tokio::test]
async fn item42_refreshing_ends_with_the_service_principal_and_the_grant() {
    let world = World::new().await;
    let token = server_token(&world).await;
    assert_eq!(world.emulator.delete_grants(CONTOSO, API), 1);
    refresh_server(&world, &token).await.refused(400, "invalid_grant", 65_001);
    assert!(world.emulator.delete_service_principal(CONTOSO, API));
    refresh_server(&world, &token).await.refused(400, "unauthorized_client", 700_016);
    assert!(world.emulator.restore_service_principal(CONTOSO, API));
    refresh_server(&world, &token).await.refused(400, "invalid_grant", 65_001);
}

#[tokio::test]
async fn a_guests_token_is_bound_to_the_person_not_the_tenant() {
    let world = World::new().await;
    let http = world.http();
    let lee = crate::world::LEE;
    let scope = format!("openid profile offline_access {API}/.default");
    let mut browser = world.browser();
    for tenant in ["contoso.com", "fabrikam.com"] {
        browser.walk(http.authorize(tenant, &[("scope", &scope)]), lee, "pw-lee").await.code();
    }
    let code = browser.walk(http.authorize("contoso.com", &[("scope", &scope)]), lee, "pw-lee").await.code();
    let tokens = http.redeem("contoso.com", &code, true, &[]).await.ok();
    let client = PAGE.to_string();
    let token = tokens.text("refresh_token");
    let fields = [("client_id", client.as_str()), ("grant_type", "refresh_token"), ("refresh_token", token.as_str())];
    let home = http.token("fabrikam.com", true, &fields).await.ok();
    let id = crate::assertion::claims(&home.text("id_token"));
    assert_eq!((id["tid"].clone(), id["acct"].clone()), (crate::world::FABRIKAM.to_string().into(), 0.into()));
}

#[tokio::test]
async fn revocation_separates_before_and_after_within_one_second() {
    let world = World::new().await;
    let before = server_token(&world).await;
    world.emulator.revoke_user(TOM).unwrap();
    let after = server_token(&world).await;
    refresh_server(&world, &before).await.refused(400, "invalid_grant", 50_173);
    refresh_server(&world, &after).await.ok();
}
