//! Items 30-34, 37, 38, 48, 49, 53: applications, service principals and assignments through Graph.

use rekey_emulator::PersonChange;
use rekey_emulator::scenario::{AppManagement, Policies};
use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

use crate::assertion::{claims, ps256};
use crate::setup::{
    MAIL_READ, Made, SETUP, admin, assign, graph_principal, key_of, make, own_token, send, token, without_delay,
};
use crate::world::{ADMIN, CONTOSO, Credential, TOM, World, credential};

#[tokio::test]
async fn item30_an_application_of_the_tenants_own_reaches_its_role() {
    let world = without_delay().await;
    let token = admin(&world).await;
    let key = credential();
    let made = make(&world, &token, &key).await;
    assert_eq!(assign(&world, &token, &made, MAIL_READ).await.status, 201);
    let own = own_token(&world, &made, &key).await.ok().text("access_token");
    assert_eq!(claims(&own)["roles"], json!(["Mail.Read"]));
    world.http().graph(&format!("v1.0/users/{TOM}/messages"), &own).await.ok();
    let listed = format!("v1.0/servicePrincipals/{}/appRoleAssignments", made.principal);
    let listed = world.http().graph(&listed, &token).await.ok();
    assert_eq!(listed.body["value"][0]["appRoleId"], MAIL_READ);
    let path = format!("servicePrincipals(appId='{}')", made.app_id);
    assert_eq!(send(&world, Method::DELETE, &path, &token, json!({})).await.status, 204);
    own_token(&world, &made, &key).await.refused(400, "unauthorized_client", 700_016);
    assert_eq!(send(&world, Method::DELETE, &path, &token, json!({})).await.status, 404);
}

#[tokio::test]
async fn item31_new_objects_are_not_everywhere_at_once() {
    let world = World::with(|scenario| scenario.switches.replication_seconds = 30).await;
    let token = admin(&world).await;
    let made = send(&world, Method::POST, "applications", &token, json!({ "displayName": "Backup" })).await;
    assert_eq!(made.status, 201);
    let body = json!({ "appId": made.text("appId") });
    let early = send(&world, Method::POST, "servicePrincipals", &token, body.clone()).await;
    assert_eq!(early.status, 400);
    assert!(early.body["error"]["message"].as_str().unwrap().contains("does not reference a valid application object"));
    let path = format!("applications/{}", made.text("id"));
    let early = send(&world, Method::PATCH, &path, &token, json!({ "notes": "x" })).await;
    assert_eq!((early.status, &early.body["error"]["code"]), (404, &json!("Request_ResourceNotFound")));
    assert_eq!(world.http().graph("v1.0/applications", &token).await.ok().body["value"], json!([]));
    world.emulator.advance(31);
    let principal = send(&world, Method::POST, "servicePrincipals", &token, body.clone()).await;
    assert_eq!(principal.status, 201);
    let made = Made { object: String::new(), app_id: made.text("appId"), principal: principal.text("id") };
    let by_id = format!("v1.0/servicePrincipals(appId='{}')", made.app_id);
    assert_eq!(world.http().graph(&by_id, &token).await.status, 404, "it was made, and a copy does not know it");
    let early = assign(&world, &token, &made, MAIL_READ).await;
    assert_eq!((early.status, &early.body["error"]["message"]), (400, &json!("Not a valid reference update.")));
    world.emulator.advance(31);
    world.http().graph(&by_id, &token).await.ok();
    assert_eq!(assign(&world, &token, &made, MAIL_READ).await.status, 201);
    let listed = format!("v1.0/servicePrincipals/{}/appRoleAssignments", made.principal);
    assert_eq!(world.http().graph(&listed, &token).await.ok().body["value"], json!([]), "the list lags");
    assert_eq!(send(&world, Method::POST, "servicePrincipals", &token, body).await.status, 409);
}

#[tokio::test]
async fn item32_key_lists_are_replaced_and_kept_by_id() {
    let world = without_delay().await;
    let token = admin(&world).await;
    let (first, second) = (credential(), credential());
    let made = make(&world, &token, &first).await;
    let path = format!("applications/{}", made.object);
    let get = async |query: &str| world.http().graph(&format!("v1.0/{path}{query}"), &token).await.ok().body;
    let shown = get("").await["keyCredentials"][0].clone();
    assert!(shown["key"].is_null() && shown["keyId"].is_string());
    assert!(get("?$select=keyCredentials").await["keyCredentials"][0]["key"].is_string());
    let kept = json!({ "keyId": shown["keyId"], "key": null, "type": "AsymmetricX509Cert", "usage": "Verify" });
    let both = json!({ "keyCredentials": [kept, key_of(&second)] });
    assert_eq!(send(&world, Method::PATCH, &path, &token, both).await.status, 204);
    own_token(&world, &made, &first).await.ok();
    own_token(&world, &made, &second).await.ok();
    let only = json!({ "keyCredentials": [key_of(&second)] });
    assert_eq!(send(&world, Method::PATCH, &path, &token, only).await.status, 204);
    own_token(&world, &made, &first).await.refused(401, "invalid_client", 700_027);
    let rubbish = json!({ "keyCredentials": [{ "type": "AsymmetricX509Cert", "usage": "Verify", "key": "AAAA" }] });
    assert_eq!(send(&world, Method::PATCH, &path, &token, rubbish).await.status, 400);
}

#[tokio::test]
async fn item49_an_application_rolls_its_own_key_with_proof_and_cannot_read_itself() {
    let world = without_delay().await;
    let token = admin(&world).await;
    let (first, second) = (credential(), credential());
    let made = make(&world, &token, &first).await;
    let own = own_token(&world, &made, &first).await.ok().text("access_token");
    let path = format!("applications/{}", made.object);
    assert_eq!(world.http().graph(&format!("v1.0/{path}"), &own).await.status, 403);
    let now = world.http().now;
    let proof = |issuer: &str, key: &Credential, expiry: i64| {
        let claims =
            json!({ "aud": "00000002-0000-0000-c000-000000000000", "iss": issuer, "nbf": now, "exp": now + expiry });
        ps256(key, &json!({}), &claims)
    };
    let add = async |proof: String| {
        let body = json!({ "keyCredential": key_of(&second), "passwordCredential": null, "proof": proof });
        send(&world, Method::POST, &format!("{path}/addKey"), &own, body).await
    };
    for bad in [
        proof(&made.app_id, &first, 600),
        proof(&made.object, &second, 600),
        proof(&made.object, &first, 3600),
        "x=".to_owned(),
    ] {
        let answer = add(bad).await;
        assert_eq!(answer.body["error"]["code"], "Authentication_MissingOrMalformed");
    }
    let added = add(proof(&made.object, &first, 600)).await.ok();
    own_token(&world, &made, &second).await.ok();
    let body = json!({ "keyId": added.text("keyId"), "proof": proof(&made.object, &second, 600) });
    assert_eq!(send(&world, Method::POST, &format!("{path}/removeKey"), &own, body).await.status, 204);
    own_token(&world, &made, &second).await.refused(401, "invalid_client", 700_027);
}

#[tokio::test]
async fn item33_duplicate_and_unknown_roles() {
    let world = without_delay().await;
    let token = admin(&world).await;
    let made = make(&world, &token, &credential()).await;
    assert_eq!(assign(&world, &token, &made, MAIL_READ).await.status, 201);
    for role in [MAIL_READ.to_owned(), Uuid::new_v4().to_string()] {
        let answer = assign(&world, &token, &made, &role).await;
        assert_eq!((answer.status, &answer.body["error"]["code"]), (400, &json!("Request_BadRequest")));
    }
}

#[tokio::test]
async fn item34_scopes_and_roles_are_both_needed() {
    let world = without_delay().await;
    let weak = token(&world, ADMIN, "pw-anna", &["User.Read"]).await;
    let body = json!({ "displayName": "Backup" });
    assert_eq!(send(&world, Method::POST, "applications", &weak, body.clone()).await.status, 403);
    let made = make(&world, &admin(&world).await, &credential()).await;
    let half = token(&world, ADMIN, "pw-anna", &["AppRoleAssignment.ReadWrite.All"]).await;
    let path = format!("servicePrincipals/{}/appRoleAssignedTo", made.principal);
    let assignment = json!({ "principalId": made.principal, "resourceId": made.principal, "appRoleId": MAIL_READ });
    assert_eq!(send(&world, Method::POST, &path, &half, assignment).await.status, 403, "reading is needed, too");
}

#[tokio::test]
async fn item37_the_certificate_policy() {
    let world = without_delay().await;
    let token = admin(&world).await;
    let set = |app_management| {
        world.emulator.set_policies(CONTOSO, Policies { app_management, ..Policies::default() }).unwrap();
    };
    let body = json!({ "displayName": "Backup", "keyCredentials": [key_of(&credential())] });
    set(AppManagement { no_certificates: true, ..AppManagement::default() });
    let answer = send(&world, Method::POST, "applications", &token, body.clone()).await;
    assert_eq!(answer.status, 400);
    assert!(
        answer.body["error"]["message"]
            .as_str()
            .unwrap()
            .contains("Credential type not allowed as per assigned policy")
    );
    set(AppManagement { most_certificate_days: Some(365), ..AppManagement::default() });
    let answer = send(&world, Method::POST, "applications", &token, body.clone()).await;
    assert_eq!(answer.body["error"]["code"], "CredentialInvalidLifetimeAsPerAppPolicy");
    set(AppManagement::default());
    assert_eq!(send(&world, Method::POST, "applications", &token, body).await.status, 201);
}

#[tokio::test]
async fn item38_authentication_behaviors_only_on_select() {
    let world = without_delay().await;
    let token = admin(&world).await;
    let made = make(&world, &token, &credential()).await;
    let path = format!("applications/{}", made.object);
    let body = json!({ "coopEnforcement": true });
    let set = send(&world, Method::PATCH, &format!("{path}/authenticationBehaviors"), &token, body).await;
    assert_eq!(set.status, 204);
    let plain = world.http().graph(&format!("v1.0/{path}"), &token).await.ok();
    assert!(plain.body.get("authenticationBehaviors").is_none());
    let selected = world.http().graph(&format!("v1.0/{path}?$select=authenticationBehaviors"), &token).await.ok();
    assert_eq!(selected.body["authenticationBehaviors"]["coopEnforcement"], true);
}

#[tokio::test]
async fn item48_people_own_what_they_register_unless_the_tenant_forbids_it() {
    let world = without_delay().await;
    let tom = token(&world, TOM, "pw-tom", &SETUP).await;
    let body = json!({ "displayName": "Planted" });
    let made = send(&world, Method::POST, "applications", &tom, body.clone()).await;
    assert_eq!(made.status, 201);
    let path = format!("applications/{}", made.text("id"));
    let oid = claims(&tom)["oid"].clone();
    let owners = world.http().graph(&format!("v1.0/{path}/owners"), &tom).await.ok();
    assert_eq!(owners.body["value"][0]["id"], oid);
    assert_eq!(
        send(&world, Method::PATCH, &path, &tom, json!({ "notes": "x" })).await.status,
        204,
        "owners may change"
    );
    let remove = format!("{path}/owners/{}/$ref", oid.as_str().unwrap());
    assert_eq!(send(&world, Method::DELETE, &remove, &tom, json!({})).await.status, 204);
    assert_eq!(send(&world, Method::PATCH, &path, &tom, json!({ "notes": "y" })).await.status, 403);
    let policies = Policies { allowed_to_create_apps: false, ..Policies::default() };
    world.emulator.set_policies(CONTOSO, policies).unwrap();
    assert_eq!(send(&world, Method::POST, "applications", &tom, body.clone()).await.status, 403);
    let anna = admin(&world).await;
    let made = send(&world, Method::POST, "applications", &anna, body).await;
    let owners = world.http().graph(&format!("v1.0/applications/{}/owners", made.text("id")), &anna).await.ok();
    assert_eq!(owners.body["value"], json!([]), "an administrator becomes no owner");
}

#[tokio::test]
async fn item53_assigning_and_creating_are_different_roles() {
    let world = without_delay().await;
    let made = make(&world, &admin(&world).await, &credential()).await;
    let roles = |roles: &[&str]| {
        let roles = roles.iter().map(|role| (*role).to_owned()).collect();
        world.emulator.change_person(TOM, PersonChange::SetRoles(roles)).unwrap();
    };
    roles(&["Privileged Role Administrator"]);
    let tom = token(&world, TOM, "pw-tom", &SETUP).await;
    let application = send(&world, Method::POST, "applications", &tom, json!({ "displayName": "Own" })).await;
    let body = json!({ "appId": application.text("appId") });
    let refused = send(&world, Method::POST, "servicePrincipals", &tom, body.clone()).await;
    assert_eq!((refused.status, &refused.body["error"]["code"]), (403, &json!("Authorization_RequestDenied")));
    assert_eq!(assign(&world, &tom, &made, MAIL_READ).await.status, 201);
    roles(&["Cloud Application Administrator"]);
    assert_eq!(
        send(&world, Method::POST, "servicePrincipals", &tom, body.clone()).await.status,
        403,
        "a role counts only when it was active before the sign-in"
    );
    let tom = token(&world, TOM, "pw-tom", &SETUP).await;
    let other = assign(&world, &tom, &made, "ef54d2bf-783f-4e0f-bca1-3210c0444d99").await;
    assert_eq!(other.status, 403, "not for Graph");
    assert_eq!(send(&world, Method::POST, "servicePrincipals", &tom, body).await.status, 201);
}

#[tokio::test]
async fn item53_a_privileged_role_administrator_with_the_developers_role_sets_up_and_owns_what_it_made() {
    let world = without_delay().await;
    let forbid = |policies: &mut Policies| policies.allowed_to_create_apps = false;
    world.emulator.edit_policies(CONTOSO, forbid).unwrap();
    let roles = ["Privileged Role Administrator", "Application Developer"].map(str::to_owned).to_vec();
    world.emulator.change_person(TOM, PersonChange::SetRoles(roles)).unwrap();
    let tom = token(&world, TOM, "pw-tom", &SETUP).await;
    let key = credential();
    let made = make(&world, &tom, &key).await;
    assert_eq!(assign(&world, &tom, &made, MAIL_READ).await.status, 201);
    own_token(&world, &made, &key).await.ok();
    let owners = world.http().graph(&format!("v1.0/applications/{}/owners", made.object), &tom).await.ok();
    assert_eq!(owners.body["value"][0]["userPrincipalName"], TOM);
    let others = format!("servicePrincipals(appId='{}')", crate::world::API);
    assert_eq!(send(&world, Method::DELETE, &others, &tom, json!({})).await.status, 403, "not what others made");
}

#[tokio::test]
async fn delegated_grants_are_made_changed_and_deleted() {
    let world = without_delay().await;
    let scopes = ["DelegatedPermissionGrant.ReadWrite.All", "Application.ReadWrite.All", "User.Read"];
    let token = token(&world, ADMIN, "pw-anna", &scopes).await;
    let made = make(&world, &token, &credential()).await;
    let resource = graph_principal(&world, &token).await;
    let body = json!({
        "clientId": made.principal, "consentType": "AllPrincipals", "principalId": null, "resourceId": resource,
        "scope": "User.Read Files.Read",
    });
    let grant = send(&world, Method::POST, "oauth2PermissionGrants", &token, body.clone()).await;
    assert_eq!(grant.status, 201);
    assert_eq!(send(&world, Method::POST, "oauth2PermissionGrants", &token, body).await.status, 409);
    let path = format!("oauth2PermissionGrants/{}", grant.text("id"));
    assert_eq!(send(&world, Method::PATCH, &path, &token, json!({ "scope": "User.Read" })).await.status, 204);
    let app_id: Uuid = made.app_id.parse().unwrap();
    let scopes = || world.emulator.grants().into_iter().find(|grant| grant.client == app_id).map(|grant| grant.scopes);
    assert_eq!(scopes(), Some(["User.Read".to_owned()].into()));
    assert_eq!(send(&world, Method::DELETE, &path, &token, json!({})).await.status, 204);
    assert_eq!(scopes(), None);
}
