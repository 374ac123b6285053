//! Items 23, 45: on behalf of.

use rekey_emulator::PersonChange;
use serde_json::json;

use crate::assertion::claims;
use crate::driver::Answer;
use crate::world::{ADMIN, API, CONTOSO, LEE, STRANGER, TOM, World};

async fn tokens(world: &World, username: &str, password: &str) -> Answer {
    let http = world.http();
    let code = world.browser().walk(http.authorize("contoso.com", &[]), username, password).await.code();
    http.redeem("contoso.com", &code, true, &[]).await.ok()
}

async fn exchange(world: &World, token: &str, scope: &str) -> Answer {
    world.http().on_behalf_of("contoso.com", &world.credential, token, scope).await
}

#[tokio::test]
async fn item23_the_result_is_the_same_person_and_carries_a_refresh_token_only_when_asked() {
    let world = World::new().await;
    let token = tokens(&world, TOM, "pw-tom").await.text("access_token");
    let plain = exchange(&world, &token, "https://graph.microsoft.com/User.Read").await.ok();
    assert!(plain.body.get("refresh_token").is_none() && plain.body.get("id_token").is_none());
    assert_eq!(plain.text("scope"), "https://graph.microsoft.com/User.Read");
    let full =
        exchange(&world, &token, "openid profile offline_access https://graph.microsoft.com/.default").await.ok();
    assert!(full.body["refresh_token"].is_string() && full.body["id_token"].is_string());
    let (before, after) = (claims(&token), claims(&full.text("access_token")));
    assert_eq!((&before["tid"], &before["oid"]), (&after["tid"], &after["oid"]));
    assert_eq!((after["aud"].as_str(), after["appid"].clone()), (Some("https://graph.microsoft.com"), json!(API)));
    assert_eq!(after["appidacr"], "2");
}

#[tokio::test]
async fn item23_refused_assertions() {
    let world = World::new().await;
    let answer = tokens(&world, TOM, "pw-tom").await;
    let (token, id_token) = (answer.text("access_token"), answer.text("id_token"));
    exchange(&world, &id_token, "User.Read").await.refused(400, "invalid_grant", 240_002);
    exchange(&world, "rubbish", "User.Read").await.refused(400, "invalid_grant", 50_027);
    let graph = exchange(&world, &token, "User.Read").await.ok().text("access_token");
    exchange(&world, &graph, "User.Read").await.refused(400, "invalid_grant", 50_013);
    let mut changed = token.clone();
    changed.replace_range(changed.len() - 9..changed.len() - 6, "AAA");
    exchange(&world, &changed, "User.Read").await.refused(400, "invalid_grant", 50_013);
    let scope = "https://graph.microsoft.com/.default https://graph.microsoft.com/User.Read";
    exchange(&world, &token, scope).await.refused(400, "invalid_scope", 70_011);
    // Without `requested_token_use` it is another grant's assertion.
    let fields = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
        ("assertion", token.as_str()),
        ("scope", "https://graph.microsoft.com/User.Read"),
    ];
    let answer = world.http().confidential("contoso.com", &world.credential, &fields).await;
    assert_eq!((answer.status, answer.text("error").as_str()), (400, "invalid_request"), "{}", answer.body);
}

#[tokio::test]
async fn item23_expired_and_foreign_assertions() {
    let world = World::new().await;
    world.emulator.set_switches(|switches| switches.access_token_seconds = 60);
    let token = tokens(&world, TOM, "pw-tom").await.text("access_token");
    let elsewhere = world.http().on_behalf_of("fabrikam.com", &world.credential, &token, "User.Read").await;
    elsewhere.refused(400, "invalid_grant", 50_013);
    world.emulator.advance(61);
    exchange(&world, &token, "User.Read").await.refused(400, "invalid_grant", 500_133);
}

#[tokio::test]
async fn item23_a_token_for_another_api_is_500131() {
    let world = World::with(|scenario| {
        scenario.applications[2].known_client_applications = vec![crate::world::PAGE];
        scenario.applications[0].required_resource_access[0].resource = STRANGER;
    })
    .await;
    let http = world.http();
    let scope = format!("openid profile {STRANGER}/.default");
    let url = http.authorize("contoso.com", &[("scope", &scope)]);
    let code = world.browser().walk(url, TOM, "pw-tom").await.code();
    let token = http.redeem("contoso.com", &code, true, &[]).await.ok().text("access_token");
    let scopes = ["User.Read".to_owned()].into();
    let grant = rekey_emulator::TenantGrant {
        tid: CONTOSO,
        client: API,
        resource: crate::world::GRAPH,
        scopes,
        ..Default::default()
    };
    world.emulator.grant_tenant_wide(&grant);
    exchange(&world, &token, "User.Read").await.refused(400, "invalid_grant", 500_131);
}

#[tokio::test]
async fn item23_an_application_cannot_be_stood_in_for() {
    let world = World::new().await;
    tokens(&world, TOM, "pw-tom").await;
    let scope = format!("{API}/.default");
    let fields = [("grant_type", "client_credentials"), ("scope", scope.as_str())];
    let own = world.http().confidential("contoso.com", &world.credential, &fields).await.ok();
    exchange(&world, &own.text("access_token"), "User.Read").await.refused(400, "invalid_grant", 7_000_114);
}

#[tokio::test]
async fn item45_a_missing_grant_is_65001() {
    let world = World::new().await;
    let token = tokens(&world, TOM, "pw-tom").await.text("access_token");
    let answer = exchange(&world, &token, "https://graph.microsoft.com/Mail.Read").await;
    answer.refused(400, "invalid_grant", 65_001);
    assert_eq!(answer.text("suberror"), "consent_required");
}

#[tokio::test]
async fn item45_a_fresh_grant_may_be_seen_late() {
    let world = World::with(|scenario| scenario.switches.consent_delay_seconds = 30).await;
    let token = tokens(&world, TOM, "pw-tom").await.text("access_token");
    exchange(&world, &token, "User.Read").await.refused(400, "invalid_grant", 65_001);
    world.emulator.advance(31);
    exchange(&world, &token, "User.Read").await.ok();
}

#[tokio::test]
async fn on_behalf_of_serves_guests_and_stops_with_the_person() {
    let world = World::new().await;
    let guest = tokens(&world, LEE, "pw-lee").await.text("access_token");
    let graph = exchange(&world, &guest, "User.Read").await.ok();
    assert_eq!(claims(&graph.text("access_token"))["oid"], claims(&guest)["oid"]);
    let token = tokens(&world, TOM, "pw-tom").await.text("access_token");
    world.emulator.advance(60);
    world.emulator.revoke_user(TOM).unwrap();
    exchange(&world, &token, "User.Read").await.refused(400, "invalid_grant", 50_173);
    world.emulator.change_person(TOM, PersonChange::SetDisabled(true)).unwrap();
    exchange(&world, &token, "User.Read").await.refused(400, "invalid_grant", 50_057);
}

#[tokio::test]
async fn roles_of_an_administrator_are_in_the_apis_token() {
    let world = World::new().await;
    let token = claims(&tokens(&world, ADMIN, "pw-anna").await.text("access_token"));
    let wids: Vec<&str> = token["wids"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
    assert!(wids.contains(&"62e90394-69f5-4237-9190-012177145e10"), "{wids:?}");
}
