//! An administrator (or somebody else) who sets up an application of the tenant's own through Graph.

use rekey_emulator::TenantGrant;
use rekey_emulator::scenario::Scenario;
use reqwest::Method;
use serde_json::{Value, json};

use crate::assertion::{assertion_claims, ps256};
use crate::driver::{ASSERTION_TYPE, Answer, read};
use crate::world::{ADMIN, API, CONTOSO, Credential, GRAPH, World};

pub const MAIL_READ: &str = "810c84a8-4a9e-49e6-bf7d-12d183f40d01";
pub const SETUP: [&str; 3] = ["Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All", "User.Read"];

pub async fn token(world: &World, username: &str, password: &str, scopes: &[&str]) -> String {
    let http = world.http();
    let code = world.browser().walk(http.authorize("contoso.com", &[]), username, password).await.code();
    let page = http.redeem("contoso.com", &code, true, &[]).await.ok().text("access_token");
    world.emulator.delete_grants(CONTOSO, API);
    world.emulator.grant_tenant_wide(&TenantGrant {
        tid: CONTOSO,
        client: API,
        resource: GRAPH,
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        ..TenantGrant::default()
    });
    let default = "https://graph.microsoft.com/.default";
    http.on_behalf_of("contoso.com", &world.credential, &page, default).await.ok().text("access_token")
}

pub async fn admin(world: &World) -> String {
    token(world, ADMIN, "pw-anna", &SETUP).await
}

pub async fn send(world: &World, method: Method, path: &str, token: &str, body: Value) -> Answer {
    let http = world.http();
    let request = http.client.request(method, format!("{}v1.0/{path}", http.graph)).bearer_auth(token);
    read(request.header("prefer", "create-if-missing").json(&body)).await
}

pub async fn without_delay() -> World {
    World::with(|scenario: &mut Scenario| scenario.switches.replication_seconds = 0).await
}

pub fn key_of(credential: &Credential) -> Value {
    use base64::Engine as _;
    let key = base64::engine::general_purpose::STANDARD.encode(&credential.certificate_der);
    json!({ "type": "AsymmetricX509Cert", "usage": "Verify", "key": key, "displayName": "backup" })
}

pub struct Made {
    pub object: String,
    pub app_id: String,
    pub principal: String,
}

/// Creates application and service principal by upsert.
pub async fn make(world: &World, token: &str, credential: &Credential) -> Made {
    let body = json!({
        "displayName": "Backup", "signInAudience": "AzureADMyOrg", "keyCredentials": [key_of(credential)],
        "requiredResourceAccess": [{ "resourceAppId": GRAPH, "resourceAccess": [{ "id": MAIL_READ, "type": "Role" }] }],
    });
    let path = "applications(uniqueName='rekey-1')";
    let made = send(world, Method::PATCH, path, token, body.clone()).await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(send(world, Method::PATCH, path, token, body).await.status, 204);
    let app_id = made.text("appId");
    let path = format!("servicePrincipals(appId='{app_id}')");
    let principal = send(world, Method::PATCH, &path, token, json!({})).await;
    assert_eq!(principal.status, 201, "{}", principal.body);
    assert_eq!(send(world, Method::PATCH, &path, token, json!({})).await.status, 204);
    Made { object: made.text("id"), app_id, principal: principal.text("id") }
}

pub async fn graph_principal(world: &World, token: &str) -> String {
    let path = format!("v1.0/servicePrincipals(appId='{GRAPH}')?$select=id");
    world.http().graph(&path, token).await.ok().text("id")
}

pub async fn assign(world: &World, token: &str, made: &Made, role: &str) -> Answer {
    let resource = graph_principal(world, token).await;
    let body = json!({ "principalId": made.principal, "resourceId": resource, "appRoleId": role });
    send(world, Method::POST, &format!("servicePrincipals/{resource}/appRoleAssignedTo"), token, body).await
}

/// A token of the made application for itself, for Graph.
pub async fn own_token(world: &World, made: &Made, credential: &Credential) -> Answer {
    token_for(world, made, credential, GRAPH_DEFAULT).await
}

pub const SHAREPOINT: &str = "00000003-0000-0ff1-ce00-000000000000";
pub const GRAPH_DEFAULT: &str = "https://graph.microsoft.com/.default";
pub const SHAREPOINT_DEFAULT: &str = "https://contoso.sharepoint.com/.default";

/// A token of the made application for itself, by its certificate.
pub async fn token_for(world: &World, made: &Made, credential: &Credential, scope: &str) -> Answer {
    let http = world.http();
    let mut claims = assertion_claims(&http.token_url("contoso.com"), http.now);
    claims["iss"] = json!(made.app_id);
    claims["sub"] = json!(made.app_id);
    let assertion = ps256(credential, &json!({}), &claims);
    let fields = [
        ("client_id", made.app_id.as_str()),
        ("grant_type", "client_credentials"),
        ("client_assertion_type", ASSERTION_TYPE),
        ("client_assertion", assertion.as_str()),
        ("scope", scope),
    ];
    http.token("contoso.com", false, &fields).await
}

/// Gives a role of any resource; the answer of the assignment.
pub async fn assign_at(world: &World, token: &str, made: &Made, resource_app: &str, role: &str) -> Answer {
    let path = format!("v1.0/servicePrincipals(appId='{resource_app}')?$select=id,appRoles");
    let resource = world.http().graph(&path, token).await.ok();
    let offered = resource.body["appRoles"].as_array().unwrap();
    let role = offered.iter().find(|known| known["value"] == role).unwrap_or_else(|| panic!("no role {role}"));
    let id = resource.text("id");
    let body = json!({ "principalId": made.principal, "resourceId": id, "appRoleId": role["id"] });
    send(world, Method::POST, &format!("servicePrincipals/{id}/appRoleAssignedTo"), token, body).await
}

/// An application with a certificate that is valid from an hour ago for so many days.
pub fn credential_for_days(world: &World, days: i64) -> Credential {
    let key = rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048).unwrap();
    let start = time::OffsetDateTime::from_unix_timestamp(world.http().now - 3600).unwrap();
    let mut params = rcgen::CertificateParams::default();
    params.not_before = start;
    params.not_after = start + time::Duration::days(days);
    let certificate = params.self_signed(&key).unwrap();
    Credential { certificate_pem: certificate.pem(), certificate_der: certificate.der().to_vec(), key }
}
