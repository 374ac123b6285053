//! Items 27-29, 42-44, 46, 47: consent, service principals, administrators.

use rekey_emulator::scenario::{Policies, Scenario, UserConsent};
use url::Url;

use crate::driver::Landing;
use crate::world::{ADMIN, API, API_URI, CONTOSO, GRAPH, LEE, PAGE, STRANGER, TOM, World};

/// Opens an address and signs in; gives what comes next.
async fn signed_in(world: &World, url: Url, username: &str, password: &str) -> (crate::driver::Browser, Landing) {
    let mut browser = world.browser();
    let page = match browser.open(url).await.page() {
        page if page.has("name=\"password\"") => page,
        page => browser.submit(&page, "/common/login", &[("another", "1")]).await.page(),
    };
    let landing = browser.sign_in(&page, username, password).await;
    (browser, landing)
}

#[tokio::test]
async fn item42_consent_makes_the_service_principals() {
    let world = World::new().await;
    assert!(world.emulator.service_principals().is_empty());
    world.browser().walk(world.http().authorize("contoso.com", &[]), TOM, "pw-tom").await.code();
    let made: Vec<_> = world.emulator.service_principals().iter().map(|principal| principal.app_id).collect();
    assert!(made.contains(&PAGE) && made.contains(&API) && made.contains(&GRAPH));
    world.emulator.delete_service_principal(CONTOSO, API);
    let deleted = world.emulator.service_principals().into_iter().find(|known| known.app_id == API).unwrap();
    assert!(deleted.deleted_millis.is_some(), "it lies among the deleted items");
    world.emulator.advance(31 * 86_400);
    assert!(!world.emulator.restore_service_principal(CONTOSO, API), "but only 30 days");
}

#[tokio::test]
async fn item43_default_prompts_only_without_a_grant_between_page_and_api() {
    let world = World::new().await;
    let http = world.http();
    let mut browser = world.browser();
    browser.walk(http.authorize("contoso.com", &[]), TOM, "pw-tom").await.code();
    assert_eq!(world.emulator.delete_grants(CONTOSO, API), 1);
    let silent = browser.open(http.authorize("contoso.com", &[])).await;
    assert!(matches!(silent, Landing::Back(_)), "what is behind the API does not matter");
    world.emulator.delete_grants(CONTOSO, PAGE);
    let page = browser.open(http.authorize("contoso.com", &[])).await.page();
    assert!(page.has("data-scope=\"User.Read\"") && page.has("data-scope=\"access\""));
}

#[tokio::test]
async fn item43_an_api_that_does_not_name_the_page_is_not_combined() {
    let world = World::with(|scenario| scenario.applications[1].known_client_applications.clear()).await;
    let (_, landing) = signed_in(&world, world.http().authorize("contoso.com", &[]), TOM, "pw-tom").await;
    let (error, description) = landing.error();
    assert_eq!(error, "invalid_client");
    assert!(description.starts_with("AADSTS650052:"), "{description}");
}

#[tokio::test]
async fn item44_an_explicit_scope_of_an_absent_api_is_650052() {
    let world = World::new().await;
    let http = world.http();
    let open = async |scope: &str| {
        let (_, landing) = signed_in(&world, http.authorize("contoso.com", &[("scope", scope)]), TOM, "pw-tom").await;
        landing.error().1
    };
    assert!(open(&format!("openid api://{STRANGER}/access")).await.starts_with("AADSTS650052:"));
    assert!(open(&format!("openid {API}/access")).await.starts_with("AADSTS650052:"));
    assert!(open("openid api://nothing.example/access").await.starts_with("AADSTS500011:"));
    assert!(open("openid https://graph.microsoft.com/No.Such").await.starts_with("AADSTS650053:"));
}

#[tokio::test]
async fn item44_a_static_list_with_an_absent_service_fails_the_whole_prompt() {
    let exchange = uuid::Uuid::from_u128(0x0000_0002_0000_0ff1_ce00_0000_0000_0000);
    let world = World::with(|scenario: &mut Scenario| {
        scenario.tenants[0].absent_resources = vec![exchange];
        let mut entry = scenario.applications[1].required_resource_access[0].clone();
        entry.resource = exchange;
        entry.scopes = vec!["EWS.AccessAsUser.All".to_owned()];
        scenario.applications[1].required_resource_access.push(entry);
    })
    .await;
    let (_, landing) = signed_in(&world, world.http().authorize("contoso.com", &[]), TOM, "pw-tom").await;
    assert!(landing.error().1.starts_with("AADSTS650052:"));
}

#[tokio::test]
async fn item46_people_may_consent_to_little_administrators_to_all() {
    let world = World::new().await;
    let http = world.http();
    for open in ["User.Read", "Files.Read", "Contacts.Read", "Notes.Read"] {
        let (_, landing) = signed_in(&world, http.consent_leg("contoso.com", open), TOM, "pw-tom").await;
        assert!(landing.page().has("id=\"accept\""), "{open}");
    }
    for blocked in ["Mail.Read", "Calendars.Read", "Tasks.Read", "Sites.Read.All", "Chat.Read", "User.Read.All"] {
        let (_, landing) = signed_in(&world, http.consent_leg("contoso.com", blocked), TOM, "pw-tom").await;
        let page = landing.page();
        assert_eq!(page.error_code(), Some(90_094), "{blocked}");
        assert!(!page.has("id=\"accept\""));
        let (_, landing) = signed_in(&world, http.consent_leg("contoso.com", blocked), ADMIN, "pw-anna").await;
        assert!(landing.page().has("id=\"accept\""), "{blocked}");
    }
}

#[tokio::test]
async fn item46_an_unverified_publisher_gets_only_the_sign_in() {
    let world = World::with(|scenario| scenario.applications[1].publisher_verified = false).await;
    let http = world.http();
    let (_, landing) = signed_in(&world, http.consent_leg("contoso.com", "Files.Read"), TOM, "pw-tom").await;
    assert_eq!(landing.page().error_code(), Some(90_094));
    let (_, landing) =
        signed_in(&world, http.consent_leg("contoso.com", "openid profile User.Read"), TOM, "pw-tom").await;
    assert!(landing.page().has("id=\"accept\""));
    let (_, landing) = signed_in(&world, http.consent_leg("fabrikam.com", "Files.Read"), LEE, "pw-lee").await;
    assert!(landing.page().has("id=\"accept\""), "the home tenant's own application is trusted");
}

#[tokio::test]
async fn item46_policies_of_the_tenant() {
    let world = World::new().await;
    let http = world.http();
    let set = |user_consent| {
        world.emulator.set_policies(CONTOSO, Policies { user_consent, ..Policies::default() }).unwrap();
    };
    set(UserConsent::Legacy);
    let (_, landing) = signed_in(&world, http.consent_leg("contoso.com", "Mail.Read"), TOM, "pw-tom").await;
    assert!(landing.page().has("id=\"accept\""));
    set(UserConsent::None);
    let (_, landing) = signed_in(&world, http.consent_leg("contoso.com", "openid User.Read"), TOM, "pw-tom").await;
    assert_eq!(landing.page().error_code(), Some(90_094));
}

#[tokio::test]
async fn item46_the_request_workflow_is_a_page_and_no_redirect() {
    let world = World::with(|scenario| scenario.tenants[0].policies.consent_requests_enabled = true).await;
    let (mut browser, landing) =
        signed_in(&world, world.http().consent_leg("contoso.com", "Mail.Read"), TOM, "pw-tom").await;
    let page = landing.page();
    assert_eq!(page.error_code(), Some(90_095));
    let fields = [("decision", "request"), ("justification", "backup")];
    let page = browser.submit(&page, "/common/consent", &fields).await.page();
    assert_eq!(page.error_code(), Some(90_095));
    let (error, _) = browser.decline(&page).await.error();
    assert_eq!(error, "access_denied");
    let control = world.emulator.control().join("consent-requests").unwrap();
    let requests = crate::driver::read(world.http().client.get(control)).await.ok();
    assert_eq!(requests.body[0]["justification"], "backup");
}

#[tokio::test]
async fn item46_a_forged_acceptance_records_nothing() {
    let world = World::new().await;
    let (mut browser, landing) =
        signed_in(&world, world.http().consent_leg("contoso.com", "Mail.Read"), TOM, "pw-tom").await;
    let page = landing.page();
    browser.accept_for_everybody(&page).await.error();
    assert!(world.emulator.grants().is_empty());
}

#[tokio::test]
async fn item47_prompt_consent_always_asks() {
    let world = World::new().await;
    let http = world.http();
    let mut browser = world.browser();
    browser.walk(http.authorize("contoso.com", &[]), TOM, "pw-tom").await.code();
    let page = browser.open(http.authorize("contoso.com", &[("prompt", "consent")])).await.page();
    assert!(page.has("id=\"accept\""));
    browser.accept(&page).await.code();
}

#[tokio::test]
async fn item47_tenant_wide_consent_replaces() {
    let world = World::new().await;
    let http = world.http();
    let mut browser = world.browser();
    for scope in ["Mail.Read Files.Read", "Notes.Read"] {
        let landing = browser.open(http.consent_leg("contoso.com", scope)).await.page();
        let page = if landing.has("id=\"accept\"") {
            landing
        } else {
            browser.sign_in(&landing, ADMIN, "pw-anna").await.page()
        };
        browser.accept_for_everybody(&page).await.code();
    }
    let grants = world.emulator.grants();
    let wide = grants.iter().find(|grant| grant.client == API && grant.principal.is_none()).unwrap();
    assert_eq!(wide.scopes, ["Notes.Read".to_owned()].into());
}

fn admin_url(world: &World, path: &str, scope: Option<&str>) -> Url {
    let mut url = world.http().login.join(path).unwrap();
    url.query_pairs_mut()
        .append_pair("client_id", &API.to_string())
        .append_pair("redirect_uri", API_URI)
        .append_pair("state", "st");
    if let Some(scope) = scope {
        url.query_pairs_mut().append_pair("scope", scope);
    }
    url
}

const GRAPH_DEFAULT: &str = "https://graph.microsoft.com/.default";

#[tokio::test]
async fn item27_admin_consent_grants_scopes_and_roles() {
    let world = World::new().await;
    let url = admin_url(&world, "/contoso.com/v2.0/adminconsent", Some(GRAPH_DEFAULT));
    let (mut browser, landing) = signed_in(&world, url, ADMIN, "pw-anna").await;
    let page = landing.page();
    assert!(page.has("data-role=\"Mail.Read\"") && page.has("data-scope=\"User.Read\""));
    let back = browser.accept(&page).await.back();
    assert_eq!(back.fields["admin_consent"], "True");
    assert_eq!(back.fields["tenant"], CONTOSO.to_string());
    assert_eq!((back.fields["scope"].as_str(), back.fields["state"].as_str()), (GRAPH_DEFAULT, "st"));
    let fields = [("grant_type", "client_credentials"), ("scope", GRAPH_DEFAULT)];
    let token = world.http().confidential("contoso.com", &world.credential, &fields).await.ok().text("access_token");
    assert_eq!(crate::assertion::claims(&token)["roles"], serde_json::json!(["Mail.Read"]));
}

#[tokio::test]
async fn item27_denial_says_true_and_error_and_needs_a_scope() {
    let world = World::new().await;
    let url = admin_url(&world, "/contoso.com/v2.0/adminconsent", Some(GRAPH_DEFAULT));
    let (mut browser, landing) = signed_in(&world, url, ADMIN, "pw-anna").await;
    let back = browser.decline(&landing.page()).await.back();
    assert_eq!((back.fields["admin_consent"].as_str(), back.fields["error"].as_str()), ("True", "consent_required"));
    assert!(back.fields["error_description"].starts_with("AADSTS65004:"));
    let page = world.browser().open(admin_url(&world, "/contoso.com/v2.0/adminconsent", None)).await.page();
    assert_eq!(page.error_code(), Some(900_144));
    let page = world.browser().open(admin_url(&world, "/common/v2.0/adminconsent", Some(GRAPH_DEFAULT))).await.page();
    assert_eq!(page.error_code(), Some(900_971));
    let url = admin_url(&world, "/contoso.com/adminconsent", None);
    let (mut browser, landing) = signed_in(&world, url, ADMIN, "pw-anna").await;
    let back = browser.decline(&landing.page()).await.back();
    assert_eq!(back.fields["error"], "permission_denied");
    assert!(!back.fields.contains_key("admin_consent"));
}

#[tokio::test]
async fn item28_who_may_grant_application_permissions() {
    let world = World::new().await;
    let verdict = async |role: &str, scope: &str| {
        let roles = if role.is_empty() { vec![] } else { vec![role.to_owned()] };
        world.emulator.change_person(TOM, rekey_emulator::PersonChange::SetRoles(roles)).unwrap();
        let url = admin_url(&world, "/contoso.com/v2.0/adminconsent", Some(scope));
        signed_in(&world, url, TOM, "pw-tom").await.1.page().has("id=\"accept\"")
    };
    assert!(!verdict("", "User.Read").await);
    assert!(!verdict("Cloud Application Administrator", GRAPH_DEFAULT).await);
    assert!(verdict("Cloud Application Administrator", "Mail.Read").await);
    assert!(verdict("Privileged Role Administrator", GRAPH_DEFAULT).await);
}

#[tokio::test]
async fn item29_admin_consent_with_fewer_scopes_takes_away() {
    let world = World::new().await;
    for scope in ["Mail.Read Files.Read", "Files.Read"] {
        let url = admin_url(&world, "/contoso.com/v2.0/adminconsent", Some(scope));
        let (mut browser, landing) = signed_in(&world, url, ADMIN, "pw-anna").await;
        browser.accept(&landing.page()).await.back();
    }
    let grants = world.emulator.grants();
    assert_eq!(grants.len(), 1);
    assert_eq!(grants[0].scopes, ["Files.Read".to_owned()].into());
}

#[tokio::test]
async fn item45_two_first_consents_may_race() {
    let world = World::new().await;
    let name = rekey_emulator::Misbehaviour::ConsentRace;
    let once = rekey_emulator::ActiveMisbehaviour { name, token: rekey_emulator::Spoils::Both, times: Some(1) };
    world.emulator.set_misbehaviour(once);
    let url = || world.http().authorize("contoso.com", &[]);
    let (error, description) = world.browser().walk(url(), TOM, "pw-tom").await.error();
    assert_eq!(error, "invalid_client");
    assert!(description.starts_with("AADSTS650051:"));
    world.browser().walk(url(), TOM, "pw-tom").await.code();
}
