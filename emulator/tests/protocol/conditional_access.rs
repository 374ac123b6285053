//! Items 19, 39, 52: Conditional Access and claims challenges.

use base64::Engine as _;
use rekey_emulator::PersonChange;
use rekey_emulator::scenario::{ConditionalAccess, Policies, Requirement, Stage};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::driver::{Answer, Browser, Landing};
use crate::world::{API, CONTOSO, GRAPH, TOM, World};

const POLICY: Uuid = Uuid::from_u128(0xca00_0000_0000_4000_8000_0000_0000_0077);
const SECRET: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";

fn set(world: &World, stage: Stage, require: Requirement) {
    let rule = ConditionalAccess {
        id: POLICY,
        stages: vec![stage],
        resources: if stage == Stage::Authorize { vec![] } else { vec![GRAPH] },
        require,
        ..ConditionalAccess::default()
    };
    let policies = Policies { conditional_access: vec![rule], ..Policies::default() };
    world.emulator.set_policies(CONTOSO, policies).unwrap();
}

fn register(world: &World) {
    world.emulator.change_person(TOM, PersonChange::SetTotpSecret(Some(SECRET.to_owned()))).unwrap();
}

async fn page_token(world: &World, browser: &mut Browser, changes: &[(&str, &str)]) -> String {
    let http = world.http();
    let landing = browser.walk(http.authorize("contoso.com", changes), TOM, "pw-tom").await;
    let code = match landing {
        Landing::Page(page) => {
            assert!(page.has("name=\"code\""), "{}", page.html);
            let code = world.emulator.totp_code(TOM).unwrap();
            match browser.verify(&page, &code).await {
                Landing::Page(page) => browser.accept(&page).await.code(),
                back @ Landing::Back(_) => back.code(),
            }
        }
        back @ Landing::Back(_) => back.code(),
    };
    http.redeem("contoso.com", &code, true, &[]).await.ok().text("access_token")
}

async fn exchange(world: &World, token: &str) -> Answer {
    world.http().on_behalf_of("contoso.com", &world.credential, token, "User.Read offline_access").await
}

#[tokio::test]
async fn item19_a_challenge_at_on_behalf_of_is_cleared_by_a_sign_in_with_its_claims() {
    for require in [Requirement::Mfa, Requirement::Claims] {
        let world = World::new().await;
        register(&world);
        set(&world, Stage::OnBehalfOf, require);
        let mut browser = world.browser();
        let token = page_token(&world, &mut browser, &[]).await;
        let answer = exchange(&world, &token).await;
        answer.refused(400, "interaction_required", 50_076);
        assert_eq!(answer.text("suberror"), "basic_action");
        let claims: Value = serde_json::from_str(&answer.text("claims")).unwrap();
        let expected = json!({ "access_token": { "polids": { "essential": true, "values": [POLICY] } } });
        assert_eq!(claims, expected);
        exchange(&world, &token).await.refused(400, "interaction_required", 50_076);
        let better = page_token(&world, &mut browser, &[("claims", &answer.text("claims"))]).await;
        exchange(&world, &better).await.ok();
        exchange(&world, &token).await.refused(400, "interaction_required", 50_076);
    }
}

#[tokio::test]
async fn item52_someone_without_a_second_factor_must_register_first() {
    let world = World::new().await;
    set(&world, Stage::OnBehalfOf, Requirement::Mfa);
    let mut browser = world.browser();
    let token = page_token(&world, &mut browser, &[]).await;
    let answer = exchange(&world, &token).await;
    answer.refused(400, "interaction_required", 50_079);
    let url = world.http().authorize("contoso.com", &[("claims", &answer.text("claims"))]);
    let page = browser.open(url).await.page();
    assert_eq!(page.error_code(), Some(50_079));
    let page = browser.submit(&page, "/common/mfa", &[("register", "1")]).await.page();
    browser.verify(&page, &world.emulator.totp_code(TOM).unwrap()).await.code();
}

#[tokio::test]
async fn item52_a_block_comes_without_claims() {
    let world = World::new().await;
    let mut browser = world.browser();
    let token = page_token(&world, &mut browser, &[]).await;
    set(&world, Stage::OnBehalfOf, Requirement::Block);
    let answer = exchange(&world, &token).await;
    answer.refused(400, "invalid_grant", 53_003);
    assert!(answer.body.get("claims").is_none());
    set(&world, Stage::Authorize, Requirement::Block);
    let page = browser.open(world.http().authorize("contoso.com", &[])).await.page();
    assert_eq!(page.error_code(), Some(53_003), "shown, not redirected");
}

#[tokio::test]
async fn item52_at_refresh() {
    let world = World::new().await;
    let token = page_token(&world, &mut world.browser(), &[]).await;
    let refresh = exchange(&world, &token).await.ok().text("refresh_token");
    let again = async || world.http().refresh_confidential("contoso.com", &world.credential, &refresh).await;
    set(&world, Stage::Refresh, Requirement::SignInFrequency(3600));
    again().await.ok();
    world.emulator.advance(3600);
    let answer = again().await;
    answer.refused(400, "invalid_grant", 70_043);
    assert!(answer.body.get("claims").is_none());
    set(&world, Stage::Refresh, Requirement::Mfa);
    again().await.refused(400, "interaction_required", 50_079);
    set(&world, Stage::Refresh, Requirement::Block);
    again().await.refused(400, "invalid_grant", 53_003);
}

#[tokio::test]
async fn sign_in_frequency_and_mfa_at_the_sign_in_page() {
    let world = World::new().await;
    let http = world.http();
    let mut browser = world.browser();
    set(&world, Stage::Authorize, Requirement::SignInFrequency(3600));
    page_token(&world, &mut browser, &[]).await;
    page_token(&world, &mut browser, &[("prompt", "none")]).await;
    world.emulator.advance(3600);
    let page = browser.open(http.authorize("contoso.com", &[])).await.page();
    assert!(page.has("name=\"password\""));
    register(&world);
    set(&world, Stage::Authorize, Requirement::Mfa);
    page_token(&world, &mut browser, &[]).await;
    let silent = browser.open(http.authorize("contoso.com", &[("prompt", "none")])).await;
    assert!(matches!(silent, Landing::Back(_)), "once a session");
}

#[tokio::test]
async fn item39_graph_challenges_only_clients_that_declared_cp1() {
    let world = World::new().await;
    let token = page_token(&world, &mut world.browser(), &[]).await;
    let http = world.http();
    let plain = exchange(&world, &token).await.ok().text("access_token");
    let cp1 = json!({ "access_token": { "xms_cc": { "values": ["cp1"] } } }).to_string();
    let more = [("claims", cp1.as_str())];
    let declared = http.on_behalf_of_with("contoso.com", &world.credential, &token, "User.Read", &more).await.ok();
    assert!(declared.body["expires_in"].as_i64().unwrap() > 80_000, "such tokens live longer");
    let declared = declared.text("access_token");
    world.emulator.advance(60);
    world.emulator.revoke_user(TOM).unwrap();
    http.graph("v1.0/me", &plain).await.ok();
    let answer = http.graph("v1.0/me", &declared).await;
    assert_eq!(answer.status, 401);
    let header = answer.headers["www-authenticate"].to_str().unwrap();
    assert!(header.contains("error=\"insufficient_claims\""), "{header}");
    let claims = header.split("claims=\"").nth(1).unwrap().trim_end_matches('"');
    let claims: Value =
        serde_json::from_slice(&base64::engine::general_purpose::STANDARD.decode(claims).unwrap()).unwrap();
    assert_eq!(claims["access_token"]["nbf"]["essential"], true);
    world.emulator.set_switches(|switches| switches.graph_revokes_at_once = true);
    let answer = http.graph("v1.0/me", &plain).await;
    assert_eq!(answer.status, 401);
    assert!(!answer.headers["www-authenticate"].to_str().unwrap().contains("claims="));
}

#[tokio::test]
async fn rules_name_clients_resources_and_people() {
    let world = World::new().await;
    let token = page_token(&world, &mut world.browser(), &[]).await;
    let rule = |client: Uuid, person: &str| ConditionalAccess {
        stages: vec![Stage::OnBehalfOf],
        clients: vec![client],
        people: vec![person.to_owned()],
        require: Requirement::Block,
        ..ConditionalAccess::default()
    };
    let apply = |rule| {
        let policies = Policies { conditional_access: vec![rule], ..Policies::default() };
        world.emulator.set_policies(CONTOSO, policies).unwrap();
    };
    apply(rule(API, "someone@contoso.com"));
    exchange(&world, &token).await.ok();
    apply(rule(crate::world::PAGE, TOM));
    exchange(&world, &token).await.ok();
    apply(rule(API, TOM));
    exchange(&world, &token).await.refused(400, "invalid_grant", 53_003);
}
