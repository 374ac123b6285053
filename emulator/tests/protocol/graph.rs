//! Items 30, 34-36: Graph reads, refusals, paging, throttling, CORS.

use rekey_emulator::scenario::Services;
use rekey_emulator::{Effect, Fault, PersonChange, TenantGrant};
use serde_json::json;

use crate::driver::{Answer, read};
use crate::setup;
use crate::world::{ADMIN, API, CONTOSO, GRAPH, PAGE, TOM, World};

async fn token(world: &World, scopes: &[&str]) -> String {
    setup::token(world, TOM, "pw-tom", scopes).await
}

async fn get(world: &World, path: &str, token: &str) -> Answer {
    world.http().graph(path, token).await
}

#[tokio::test]
async fn item34_every_path_needs_its_scope() {
    let world = World::new().await;
    let cases = [
        ("me", "User.Read", "Authorization_RequestDenied"),
        ("organization", "Organization.Read.All", "Authorization_RequestDenied"),
        ("me/mailFolders", "Mail.Read", "ErrorAccessDenied"),
        ("me/messages", "Mail.ReadWrite", "ErrorAccessDenied"),
        ("me/mailboxSettings", "MailboxSettings.Read", "ErrorAccessDenied"),
        ("me/calendars", "Calendars.Read", "ErrorAccessDenied"),
        ("me/events", "Calendars.ReadWrite", "ErrorAccessDenied"),
        ("me/contacts", "Contacts.Read", "ErrorAccessDenied"),
        ("me/todo/lists", "Tasks.Read", "ErrorAccessDenied"),
        ("me/drive", "Files.Read", "accessDenied"),
        ("me/drive/root/children", "Files.Read", "accessDenied"),
        ("sites?search=*", "Sites.Read.All", "accessDenied"),
        ("sites/root", "Sites.Read.All", "accessDenied"),
        ("me/onenote/notebooks", "Notes.Read", "40004"),
        ("me/chats", "Chat.Read", "Forbidden"),
        ("me/joinedTeams", "Team.ReadBasic.All", "Forbidden"),
        ("me/memberOf", "User.Read", "Authorization_RequestDenied"),
        ("users", "User.Read.All", "Authorization_RequestDenied"),
        ("servicePrincipals", "Application.Read.All", "Authorization_RequestDenied"),
        ("oauth2PermissionGrants", "DelegatedPermissionGrant.ReadWrite.All", "Authorization_RequestDenied"),
    ];
    let none = token(&world, &["Files.ReadWrite.All.None"]).await;
    for (path, scope, code) in cases {
        let refused = get(&world, &format!("v1.0/{path}"), &none).await;
        assert_eq!((refused.status, &refused.body["error"]["code"]), (403, &json!(code)), "{path}: {}", refused.body);
        assert!(refused.body["error"]["innerError"]["request-id"].is_string());
        world.emulator.grant_tenant_wide(&TenantGrant {
            tid: CONTOSO,
            client: API,
            resource: GRAPH,
            scopes: [scope.to_owned()].into(),
            ..TenantGrant::default()
        });
    }
    let all: Vec<&str> = cases.iter().map(|(_, scope, _)| *scope).collect();
    let token = token(&world, &all).await;
    for (path, scope, _) in cases {
        let answer = get(&world, &format!("v1.0/{path}"), &token).await;
        assert_eq!(answer.status, 200, "{path} with {scope}: {}", answer.body);
        assert!(answer.body["@odata.context"].is_string());
    }
}

#[tokio::test]
async fn directory_objects_have_their_real_names() {
    let world = World::new().await;
    let scopes = ["User.Read", "Application.Read.All", "DelegatedPermissionGrant.ReadWrite.All"];
    let token = setup::token(&world, ADMIN, "pw-anna", &scopes).await;
    let organization = get(&world, "v1.0/organization", &token).await.ok().body["value"][0].clone();
    assert_eq!((&organization["id"], &organization["displayName"]), (&json!(CONTOSO), &json!("Contoso Ltd")));
    assert_eq!(organization["verifiedDomains"][0]["name"], "contoso.com");
    let path = "v1.0/me/transitiveMemberOf/microsoft.graph.directoryRole?$select=displayName,roleTemplateId";
    let role = get(&world, path, &token).await.ok().body["value"][0].clone();
    assert_eq!(role["roleTemplateId"], "62e90394-69f5-4237-9190-012177145e10");
    assert!(role.get("description").is_none(), "$select leaves the rest out");
    let path = format!("v1.0/servicePrincipals(appId='{GRAPH}')?$select=id,appRoles,oauth2PermissionScopes");
    let graph = get(&world, &path, &token).await.ok().body;
    let roles = graph["appRoles"].as_array().unwrap();
    assert!(
        roles.iter().any(|role| role["id"] == "810c84a8-4a9e-49e6-bf7d-12d183f40d01" && role["value"] == "Mail.Read")
    );
    let grants = get(&world, "v1.0/oauth2PermissionGrants", &token).await.ok().body;
    assert!(grants["value"].as_array().unwrap().iter().any(|grant| grant["consentType"] == "AllPrincipals"));
    let absent = get(&world, &format!("v1.0/servicePrincipals(appId='{}')", uuid::Uuid::nil()), &token).await;
    assert_eq!((absent.status, &absent.body["error"]["code"]), (404, &json!("Request_ResourceNotFound")));
    let filter = get(&world, &format!("v1.0/servicePrincipals?$filter=appId eq '{PAGE}'"), &token).await.ok();
    assert_eq!(filter.body["value"].as_array().unwrap().len(), 1);
    let unsupported = get(&world, "v1.0/servicePrincipals?$filter=startswith(displayName,'x')", &token).await;
    assert_eq!(unsupported.status, 400);
}

#[tokio::test]
async fn collections_come_in_pages() {
    let world = World::new().await;
    let token = token(&world, &["Mail.Read"]).await;
    let mut ids = std::collections::BTreeSet::new();
    let mut path = "v1.0/me/messages?$select=subject&$top=7".to_owned();
    let mut pages = 0;
    loop {
        let page = get(&world, &path, &token).await.ok();
        pages += 1;
        for message in page.body["value"].as_array().unwrap() {
            assert!(message.get("subject").is_some() && message.get("isRead").is_none());
            ids.insert(message["id"].as_str().unwrap().to_owned());
        }
        match page.body["@odata.nextLink"].as_str() {
            Some(next) => next.clone_into(&mut path),
            None => break,
        }
    }
    assert_eq!((pages, ids.len()), (4, 25));
    let default = get(&world, "v1.0/me/messages", &token).await.ok();
    assert_eq!(default.body["value"].as_array().unwrap().len(), 10);
}

#[tokio::test]
async fn tokens_that_graph_does_not_take() {
    let world = World::new().await;
    let http = world.http();
    let code = world.browser().walk(http.authorize("contoso.com", &[]), TOM, "pw-tom").await.code();
    let page = http.redeem("contoso.com", &code, true, &[]).await.ok().text("access_token");
    let good = token(&world, &["User.Read"]).await;
    let mut damaged = good.clone();
    damaged.replace_range(damaged.len() - 9..damaged.len() - 6, "AAA");
    for bad in [page.as_str(), "rubbish", "", damaged.as_str()] {
        let answer = get(&world, "v1.0/me", bad).await;
        assert_eq!((answer.status, &answer.body["error"]["code"]), (401, &json!("InvalidAuthenticationToken")));
    }
    world.emulator.advance(3600);
    let answer = get(&world, "v1.0/me", &good).await;
    assert_eq!(answer.status, 401);
    assert!(answer.body["error"]["message"].as_str().unwrap().contains("expired"));
}

#[tokio::test]
async fn a_graph_token_cannot_be_verified_by_others() {
    let world = World::new().await;
    let token = token(&world, &["User.Read"]).await;
    let keys = world.http().keys().await;
    let kid = crate::assertion::header(&token)["kid"].clone();
    let key = keys["keys"].as_array().unwrap().iter().find(|key| key["kid"] == kid).unwrap();
    let decoding =
        jsonwebtoken::DecodingKey::from_rsa_components(key["n"].as_str().unwrap(), key["e"].as_str().unwrap()).unwrap();
    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::RS256);
    validation.validate_aud = false;
    assert!(jsonwebtoken::decode::<serde_json::Value>(&token, &decoding, &validation).is_err());
}

#[tokio::test]
async fn an_account_without_a_licence_is_404() {
    let world = World::new().await;
    let services = Services { mailbox: false, onedrive: false, ..Services::default() };
    world.emulator.change_person(TOM, PersonChange::SetServices(services)).unwrap();
    let token = token(&world, &["Mail.Read", "Files.Read", "User.Read"]).await;
    let mail = get(&world, "v1.0/me/mailFolders", &token).await;
    assert_eq!((mail.status, &mail.body["error"]["code"]), (404, &json!("MailboxNotEnabledForRESTAPI")));
    assert_eq!(get(&world, "v1.0/me/drive", &token).await.status, 404);
    get(&world, "v1.0/me", &token).await.ok();
}

#[tokio::test]
async fn item35_throttling_with_and_without_a_time() {
    let world = World::new().await;
    let token = token(&world, &["User.Read"]).await;
    for value in [Some("10"), Some("2.128"), None] {
        let headers = value.map(|value| ("Retry-After".to_owned(), value.to_owned())).into_iter().collect();
        let effect = Effect { status: Some(429), headers, ..Effect::default() };
        let fault = Fault { endpoint: Some("graph".to_owned()), times: Some(1), effect, ..Fault::default() };
        world.emulator.set_fault(fault);
        let answer = get(&world, "v1.0/me", &token).await;
        assert_eq!((answer.status, &answer.body["error"]["code"]), (429, &json!("TooManyRequests")));
        assert_eq!(answer.headers.get("retry-after").map(|value| value.to_str().unwrap()), value);
        get(&world, "v1.0/me", &token).await.ok();
    }
}

#[tokio::test]
async fn item36_cors() {
    let world = World::new().await;
    let http = world.http();
    let token = token(&world, &["User.Read"]).await;
    let answer = get(&world, "v1.0/me", &token).await.ok();
    assert_eq!(answer.headers["access-control-allow-origin"], "*");
    let exposed = answer.headers["access-control-expose-headers"].to_str().unwrap();
    for name in ["Retry-After", "WWW-Authenticate", "request-id"] {
        assert!(exposed.contains(name), "{name}");
    }
    let preflight = async || {
        let url = http.graph.join("v1.0/me").unwrap();
        let answer = read(http.client.request(reqwest::Method::OPTIONS, url)).await;
        answer.headers["access-control-allow-headers"].to_str().unwrap().to_owned()
    };
    let usual = preflight().await;
    assert!(usual.contains("authorization") && usual.contains("content-type") && usual.contains("consistencylevel"));
    world.emulator.set_switches(|switches| switches.graph_rejects_custom_headers = true);
    let strict = preflight().await;
    assert!(strict.contains("authorization") && !strict.contains("client-request-id"));
}
