//! Items 21, 22, 40: an application on its own: SharePoint, reads by role, rules for workloads, the end of keys.

use rekey_emulator::PersonChange;
use rekey_emulator::scenario::Scenario;
use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

use crate::assertion::claims;
use crate::driver::{Answer, read};
use crate::setup::{
    GRAPH_DEFAULT, MAIL_READ, Made, SHAREPOINT, SHAREPOINT_DEFAULT, admin, assign, assign_at, credential_for_days,
    make, own_token, send, token_for, without_delay,
};
use crate::world::{ADMIN, API, CONTOSO, Credential, FABRIKAM, GRAPH, TOM, World, credential};

async fn sharepoint(world: &World, path: &str, token: &str) -> Answer {
    let url = world.emulator.sharepoint().join(path).unwrap();
    read(world.http().client.get(url).bearer_auth(token)).await
}

/// A world with an application that has a certificate and these roles of Graph.
async fn with_roles(roles: &[&str]) -> (World, Made, Credential) {
    let world = without_delay().await;
    let token = admin(&world).await;
    let key = credential();
    let made = make(&world, &token, &key).await;
    for role in roles {
        assert_eq!(assign_at(&world, &token, &made, &GRAPH.to_string(), role).await.status, 201, "{role}");
    }
    (world, made, key)
}

#[tokio::test]
async fn item40_sharepoint_takes_the_tenants_own_tokens_by_certificate() {
    let world = without_delay().await;
    let token = admin(&world).await;
    let key = credential();
    let made = make(&world, &token, &key).await;
    let none = token_for(&world, &made, &key, SHAREPOINT_DEFAULT).await.ok().text("access_token");
    assert_eq!(sharepoint(&world, "contoso.sharepoint.com/_api/web", &none).await.status, 403, "no role yet");
    assert_eq!(assign_at(&world, &token, &made, SHAREPOINT, "Sites.Read.All").await.status, 201);
    let own = token_for(&world, &made, &key, SHAREPOINT_DEFAULT).await.ok().text("access_token");
    let told = claims(&own);
    assert_eq!((&told["aud"], &told["appidacr"]), (&json!("https://contoso.sharepoint.com"), &json!("2")));
    assert_eq!(told["roles"], json!(["Sites.Read.All"]));
    let web = sharepoint(&world, "contoso.sharepoint.com/_api/web", &own).await.ok();
    assert_eq!(
        (&web.body["Url"], &web.body["Title"]),
        (&json!("https://contoso.sharepoint.com"), &json!("Communication site"))
    );
    let site = sharepoint(&world, "contoso.sharepoint.com/sites/site1/_api/web", &own).await.ok();
    assert_eq!(site.body["Url"], "https://contoso.sharepoint.com/sites/site1");
    let lists = sharepoint(&world, "contoso.sharepoint.com/_api/web/lists", &own).await.ok();
    assert_eq!(lists.body["value"].as_array().unwrap().len(), 3);
    for path in
        ["contoso.sharepoint.com/_api/none", "contoso.sharepoint.com/sites/none/_api/web", "x.sharepoint.com/_api/web"]
    {
        assert_eq!(sharepoint(&world, path, &own).await.status, 404, "{path}");
    }
    assert_eq!(sharepoint(&world, "fabrikam.sharepoint.com/_api/web", &own).await.status, 401, "another tenant's");
    let graph = own_token(&world, &made, &key).await.ok().text("access_token");
    assert_eq!(sharepoint(&world, "contoso.sharepoint.com/_api/web", &graph).await.status, 401, "a token for Graph");
    assert_eq!(world.http().graph("v1.0/users", &own).await.status, 401, "Graph takes none for SharePoint");
    let foreign = token_for(&world, &made, &key, "https://fabrikam.sharepoint.com/.default").await;
    foreign.refused(400, "invalid_resource", 500_011);
    assert_eq!(world.emulator.sharepoint_host(CONTOSO).as_deref(), Some("contoso.sharepoint.com"));
    assert_eq!(world.emulator.sharepoint_host(FABRIKAM).as_deref(), Some("fabrikam.sharepoint.com"));
    world.emulator.advance(3600);
    assert_eq!(sharepoint(&world, "contoso.sharepoint.com/_api/web", &own).await.status, 401, "expired");
}

#[tokio::test]
async fn item40_sharepoint_refuses_an_application_with_a_secret() {
    let world = without_delay().await;
    let token = admin(&world).await;
    let made = make(&world, &token, &credential()).await;
    assert_eq!(assign_at(&world, &token, &made, SHAREPOINT, "Sites.Read.All").await.status, 201);
    assert_eq!(assign_at(&world, &token, &made, &GRAPH.to_string(), "Sites.Read.All").await.status, 201);
    let path = format!("applications/{}/addPassword", made.object);
    let secret = send(&world, Method::POST, &path, &token, json!({})).await.ok().text("secretText");
    let ask = async |scope: &str| {
        let fields = [
            ("client_id", made.app_id.as_str()),
            ("grant_type", "client_credentials"),
            ("client_secret", secret.as_str()),
            ("scope", scope),
        ];
        world.http().token("contoso.com", false, &fields).await.ok().text("access_token")
    };
    let own = ask(SHAREPOINT_DEFAULT).await;
    let refused = sharepoint(&world, "contoso.sharepoint.com/_api/web", &own).await;
    assert_eq!((refused.status, &refused.body["error_description"]), (401, &json!("Unsupported app only token.")));
    world.http().graph("v1.0/sites/root", &ask(GRAPH_DEFAULT).await).await.ok();
}

#[tokio::test]
async fn item40_graph_names_the_host_of_the_root_site() {
    let (world, made, key) = with_roles(&["Sites.Read.All"]).await;
    let own = own_token(&world, &made, &key).await.ok().text("access_token");
    let root = world.http().graph("v1.0/sites/root?$select=webUrl,siteCollection", &own).await.ok();
    assert_eq!(root.body["webUrl"], "https://contoso.sharepoint.com");
    assert_eq!(root.body["siteCollection"]["hostname"], "contoso.sharepoint.com");
}

/// A path that a proof may read, and the role that opens it.
const READS: [(&str, &str); 20] = [
    ("users?$top=1", "User.Read.All"),
    ("users/{}/mailFolders", "Mail.Read"),
    ("users/{}/messages?$top=1", "Mail.Read"),
    ("users/{}/mailFolders/inbox/messages", "Mail.ReadWrite"),
    ("users/{}/mailboxSettings", "MailboxSettings.Read"),
    ("users/{}/calendars", "Calendars.Read"),
    ("users/{}/events", "Calendars.Read"),
    ("users/{}/contacts", "Contacts.Read"),
    ("users/{}/todo/lists", "Tasks.Read.All"),
    ("users/{}/drive/root/children", "Files.Read.All"),
    ("sites?search=*", "Sites.Read.All"),
    ("sites/getAllSites", "Sites.Read.All"),
    ("sites/root", "Sites.Read.All"),
    ("teams", "Team.ReadBasic.All"),
    ("users/{}/joinedTeams", "Team.ReadBasic.All"),
    ("users/{}/chats", "Chat.Read.All"),
    ("users/{}/chats/getAllMessages", "Chat.Read.All"),
    ("groups?$top=1", "Group.Read.All"),
    ("groups", "GroupMember.Read.All"),
    ("users/{}", "User.Read.All"),
];

#[tokio::test]
async fn item34_an_application_reads_what_its_roles_allow_and_nothing_else() {
    let (world, made, key) = with_roles(&["Member.Read.Hidden"]).await;
    let own = own_token(&world, &made, &key).await.ok().text("access_token");
    let full = |path: &str| format!("v1.0/{}", path.replace("{}", TOM));
    for (path, _) in READS {
        let refused = world.http().graph(&full(path), &own).await;
        assert_eq!(refused.status, 403, "{path}: {}", refused.body);
        assert!(refused.body["error"]["code"].is_string());
    }
    let app_id: Uuid = made.app_id.parse().unwrap();
    let token = admin(&world).await;
    for (path, role) in READS {
        assign_at(&world, &token, &made, &GRAPH.to_string(), role).await;
        let own = own_token(&world, &made, &key).await.ok().text("access_token");
        let read = world.http().graph(&full(path), &own).await;
        assert_eq!(read.status, 200, "{path} with {role}: {}", read.body);
        for (other, needed) in READS {
            let family =
                |name: &'static str| name.split('.').next().unwrap_or_default().replace("GroupMember", "Group");
            // Microsoft lets the sites' role read the drives, which lie in sites.
            let drives = family(needed) == "Files" && family(role) == "Sites";
            if family(needed) != family(role) && !drives {
                assert_eq!(world.http().graph(&full(other), &own).await.status, 403, "{other} with {role}");
            }
        }
        assert!(world.emulator.remove_role(CONTOSO, app_id, GRAPH, role));
    }
    assert_eq!(world.http().graph("v1.0/me", &own).await.status, 400, "an application is nobody");
}

#[tokio::test]
async fn item34_teams_channels_and_hidden_members_by_role() {
    let roles = ["Team.ReadBasic.All", "Channel.ReadBasic.All", "ChannelMessage.Read.All", "Group.Read.All"];
    let (world, made, key) = with_roles(&roles).await;
    let own = own_token(&world, &made, &key).await.ok().text("access_token");
    let get = async |path: String| world.http().graph(&format!("v1.0/{path}"), &own).await;
    let teams = get("teams".to_owned()).await.ok();
    let team = teams.body["value"][0]["id"].as_str().unwrap().to_owned();
    let channels = get(format!("teams/{team}/channels")).await.ok();
    let channel = channels.body["value"][0]["id"].as_str().unwrap().to_owned();
    let messages = get(format!("teams/{team}/channels/{channel}/messages")).await.ok();
    assert_eq!(messages.body["value"].as_array().unwrap().len(), 6);
    assert_eq!(get(format!("teams/{team}/members")).await.status, 403);
    assert_eq!(get(format!("teams/{team}/channels/{channel}/members")).await.status, 403);
    assert_eq!(get(format!("teams/{}/channels", Uuid::nil())).await.status, 404);
    let groups = get("groups".to_owned()).await.ok();
    let hidden = groups.body["value"].as_array().unwrap().iter().find(|one| one["visibility"] == "HiddenMembership");
    let path = format!("groups/{}/members", hidden.unwrap()["id"].as_str().unwrap());
    assert_eq!(get(path.clone()).await.ok().body["value"], json!([]));
    assign_at(&world, &admin(&world).await, &made, &GRAPH.to_string(), "Member.Read.Hidden").await;
    let more = own_token(&world, &made, &key).await.ok().text("access_token");
    let members = world.http().graph(&format!("v1.0/{path}"), &more).await.ok();
    assert!(!members.body["value"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn item21_conditional_access_for_workloads_blocks_an_application() {
    let (world, made, key) = with_roles(&["Mail.Read"]).await;
    let app_id = made.app_id.parse().unwrap();
    world.emulator.block_workload(CONTOSO, Some(app_id), true).unwrap();
    world.emulator.block_workload(CONTOSO, Some(app_id), true).unwrap();
    own_token(&world, &made, &key).await.refused(400, "invalid_grant", 53_003);
    token_for(&world, &made, &key, SHAREPOINT_DEFAULT).await.refused(400, "invalid_grant", 53_003);
    world.emulator.block_workload(CONTOSO, Some(Uuid::new_v4()), true).unwrap();
    world.emulator.block_workload(CONTOSO, Some(app_id), false).unwrap();
    own_token(&world, &made, &key).await.ok();
    let url = world.emulator.control().join(&format!("tenants/{CONTOSO}/workload-block")).unwrap();
    let done = world.http().client.post(url).json(&json!({ "client": null, "blocked": true })).send().await.unwrap();
    assert_eq!(done.status(), 204);
    own_token(&world, &made, &key).await.refused(400, "invalid_grant", 53_003);
    world.browser().walk(world.http().authorize("contoso.com", &[]), TOM, "pw-tom").await.code();
}

#[tokio::test]
async fn item21_a_disabled_or_deleted_application_gets_no_token() {
    let (world, made, key) = with_roles(&["Mail.Read"]).await;
    let app_id: Uuid = made.app_id.parse().unwrap();
    assert!(world.emulator.enable_service_principal(CONTOSO, app_id, false));
    own_token(&world, &made, &key).await.refused(400, "unauthorized_client", 7_000_112);
    assert!(world.emulator.enable_service_principal(CONTOSO, app_id, true));
    own_token(&world, &made, &key).await.ok();
    assert!(world.emulator.delete_service_principal(CONTOSO, app_id));
    own_token(&world, &made, &key).await.refused(400, "unauthorized_client", 700_016);
    assert!(world.emulator.delete_application(CONTOSO, app_id));
    assert!(!world.emulator.delete_application(CONTOSO, app_id));
    own_token(&world, &made, &key).await.refused(400, "unauthorized_client", 700_016);
    assert!(!world.emulator.enable_service_principal(CONTOSO, Uuid::new_v4(), false));
}

#[tokio::test]
async fn item21_the_account_that_set_it_up_is_not_needed() {
    let (world, made, key) = with_roles(&["Mail.Read"]).await;
    world.emulator.change_person(ADMIN, PersonChange::SetDisabled(true)).unwrap();
    own_token(&world, &made, &key).await.ok();
    let mut browser = world.browser();
    let page = browser.open(world.http().authorize("contoso.com", &[])).await.page();
    let refused = browser.sign_in(&page, ADMIN, "pw-anna").await.page();
    assert_eq!(refused.error_code(), Some(50_057));
}

#[tokio::test]
async fn item22_an_expired_registered_key_is_700027() {
    let world = without_delay().await;
    let token = admin(&world).await;
    let key = credential_for_days(&world, 30);
    let made = make(&world, &token, &key).await;
    assert_eq!(assign(&world, &token, &made, MAIL_READ).await.status, 201);
    own_token(&world, &made, &key).await.ok();
    world.emulator.advance(29 * 86_400);
    own_token(&world, &made, &key).await.ok();
    world.emulator.advance(86_400);
    let refused = own_token(&world, &made, &key).await;
    refused.refused(401, "invalid_client", 700_027);
    assert!(refused.text("error_description").contains("expired"));
}

#[tokio::test]
async fn item22_the_registered_end_counts_when_it_comes_before_the_certificates() {
    use crate::setup::key_of;
    let world = without_delay().await;
    let token = admin(&world).await;
    let key = credential_for_days(&world, 30);
    let made = make(&world, &token, &credential()).await;
    let path = format!("applications/{}", made.object);
    let with = |end: &str| {
        let mut entry = key_of(&key);
        entry["endDateTime"] = json!(end);
        json!({ "keyCredentials": [entry] })
    };
    for bad in ["2099-01-01T00:00:00Z", "soon", "2001-01-01T00:00:00Z"] {
        assert_eq!(send(&world, Method::PATCH, &path, &token, with(bad)).await.status, 400, "{bad}");
    }
    let end = time::OffsetDateTime::from_unix_timestamp(world.http().now + 86_400).unwrap();
    let end = end.format(&time::format_description::well_known::Rfc3339).unwrap();
    assert_eq!(send(&world, Method::PATCH, &path, &token, with(&end)).await.status, 204);
    own_token(&world, &made, &key).await.ok();
    world.emulator.advance(2 * 86_400);
    own_token(&world, &made, &key).await.refused(401, "invalid_client", 700_027);
}

#[tokio::test]
async fn item31_the_token_endpoint_may_learn_late() {
    let late = |scenario: &mut Scenario| {
        scenario.switches.replication_seconds = 0;
        scenario.switches.token_delay_seconds = 60;
    };
    let world = World::with(late).await;
    let token = admin(&world).await;
    let key = credential();
    let made = make(&world, &token, &key).await;
    own_token(&world, &made, &key).await.refused(401, "invalid_client", 700_027);
    world.emulator.set_switches(|switches| switches.token_delay_seconds = 0);
    own_token(&world, &made, &key).await.ok();
    world.emulator.advance(61);
    world.emulator.set_switches(|switches| switches.token_delay_seconds = 60);
    assert_eq!(assign(&world, &token, &made, MAIL_READ).await.status, 201);
    let early = own_token(&world, &made, &key).await.ok().text("access_token");
    assert!(claims(&early).get("roles").is_none(), "a token without roles is issued all the same");
    world.emulator.advance(61);
    let later = own_token(&world, &made, &key).await.ok().text("access_token");
    assert_eq!(claims(&later)["roles"], json!(["Mail.Read"]));
    assert_ne!(made.app_id, API.to_string());
}
