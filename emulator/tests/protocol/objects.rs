//! Items 30, 35, 37, 46, 48 and what a set-up must survive: owners, planted and spoilt applications, deleted items,
//! approvals, lost answers, throttling, key material that must never come.

use base64::Engine as _;
use rekey_emulator::scenario::{AppManagement, Policies};
use rekey_emulator::{ConsentStatus, Fault, Plant, Taint};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::assertion::claims;
use crate::driver::Landing;
use crate::setup::{MAIL_READ, admin, assign, credential_for_days, key_of, make, own_token, send, without_delay};
use crate::world::{ADMIN, API, CONTOSO, Credential, GRAPH, TOM, World, credential};

async fn get(world: &World, path: &str, token: &str) -> Value {
    world.http().graph(&format!("v1.0/{path}"), token).await.ok().body
}

#[tokio::test]
async fn item48_owners_and_federated_credentials_are_listed_and_removed() {
    let world = without_delay().await;
    let token = admin(&world).await;
    let made = make(&world, &token, &credential()).await;
    let path = format!("applications/{}", made.object);
    let lists = ["owners", "federatedIdentityCredentials"];
    for list in lists {
        assert_eq!(get(&world, &format!("{path}/{list}"), &token).await["value"], json!([]), "{list}");
    }
    let tom = get(&world, "me", &token).await["id"].as_str().unwrap().to_owned();
    let reference = json!({ "@odata.id": format!("https://graph.microsoft.com/v1.0/directoryObjects/{tom}") });
    assert_eq!(send(&world, Method::POST, &format!("{path}/owners/$ref"), &token, reference.clone()).await.status, 204);
    assert_eq!(send(&world, Method::POST, &format!("{path}/owners/$ref"), &token, reference).await.status, 400);
    let owners = get(&world, &format!("{path}/owners"), &token).await;
    assert_eq!((&owners["value"][0]["id"], &owners["value"][0]["userPrincipalName"]), (&json!(tom), &json!(ADMIN)));
    let federated = json!({ "name": "ci", "issuer": "https://i.example", "subject": "s", "audiences": ["api://x"] });
    let added = send(&world, Method::POST, &format!("{path}/federatedIdentityCredentials"), &token, federated).await;
    assert_eq!(added.status, 201);
    let listed = get(&world, &format!("{path}/federatedIdentityCredentials"), &token).await;
    assert_eq!(listed["value"][0]["name"], "ci");
    let one = format!("{path}/federatedIdentityCredentials/{}", added.text("id"));
    assert_eq!(send(&world, Method::DELETE, &one, &token, json!({})).await.status, 204);
    assert_eq!(send(&world, Method::DELETE, &one, &token, json!({})).await.status, 404);
    let owner = format!("{path}/owners/{tom}/$ref");
    assert_eq!(send(&world, Method::DELETE, &owner, &token, json!({})).await.status, 204);
    assert_eq!(send(&world, Method::DELETE, &owner, &token, json!({})).await.status, 404);
    let principal = format!("servicePrincipals/{}/owners", made.principal);
    assert_eq!(get(&world, &principal, &token).await["value"], json!([]));
}

#[tokio::test]
async fn item48_a_planted_application_is_found_by_its_name_with_all_that_is_on_it() {
    let world = without_delay().await;
    let token = admin(&world).await;
    let foreign = credential();
    let certificate = base64::engine::general_purpose::STANDARD.encode(&foreign.certificate_der);
    let planted = world.emulator.plant_application(&Plant {
        tid: CONTOSO,
        display_name: "Rekey Backup".to_owned(),
        unique_name: Some("guessed".to_owned()),
        service_principal: true,
        taint: Taint {
            owners: vec![TOM.to_owned()],
            passwords: 1,
            federated: 2,
            certificates: vec![certificate],
            ..Taint::default()
        },
    });
    let planted = planted.unwrap();
    let shown = get(&world, "applications(uniqueName='guessed')", &token).await;
    assert_eq!(shown["id"], json!(planted.id));
    assert_eq!(shown["keyCredentials"].as_array().unwrap().len(), 1);
    assert_eq!(shown["passwordCredentials"].as_array().unwrap().len(), 1);
    for (list, count) in [("owners", 1), ("federatedIdentityCredentials", 2)] {
        let found = get(&world, &format!("applications/{}/{list}", planted.id), &token).await;
        assert_eq!(found["value"].as_array().unwrap().len(), count, "{list}");
    }
    let upsert =
        send(&world, Method::PATCH, "applications(uniqueName='guessed')", &token, json!({ "displayName": "X" }));
    assert_eq!(upsert.await.status, 204, "the upsert meets what is there");
    let made = make(&world, &token, &credential()).await;
    let app_id: Uuid = made.app_id.parse().unwrap();
    let taint = Taint { passwords: 1, ..Taint::default() };
    assert_eq!(world.emulator.taint_application(CONTOSO, app_id, &taint).unwrap().passwords, 1);
    assert!(world.emulator.taint_application(CONTOSO, Uuid::new_v4(), &taint).is_err());
    let unknown = Taint { owners: vec!["nobody@contoso.com".to_owned()], ..Taint::default() };
    assert!(world.emulator.taint_application(CONTOSO, app_id, &unknown).is_err());
    let names: Vec<_> = world.emulator.directory_applications(CONTOSO).into_iter().map(|one| one.unique_name).collect();
    assert_eq!(names, [Some("guessed".to_owned()), Some("rekey-1".to_owned())]);
    let body = json!({ "tid": CONTOSO, "display_name": "Other", "passwords": 2 });
    let url = world.emulator.control().join("planted-applications").unwrap();
    let answer: Value = world.http().client.post(url).json(&body).send().await.unwrap().json().await.unwrap();
    assert_eq!((&answer["display_name"], &answer["passwords"]), (&json!("Other"), &json!(2)));
}

#[tokio::test]
async fn item42_deleted_items_lie_there_for_30_days() {
    let world = without_delay().await;
    let token = admin(&world).await;
    let key = credential();
    let made = make(&world, &token, &key).await;
    let path = format!("applications/{}", made.object);
    let bin = |kind: &str| format!("directory/deletedItems/microsoft.graph.{kind}");
    let find = async |kind: &str, id: &str, token: &str| {
        let listed = get(&world, &bin(kind), token).await;
        listed["value"].as_array().unwrap().iter().any(|one| one["id"] == id)
    };
    assert_eq!(send(&world, Method::DELETE, &path, &token, json!({})).await.status, 204);
    assert!(find("application", &made.object, &token).await && find("servicePrincipal", &made.principal, &token).await);
    own_token(&world, &made, &key).await.refused(400, "unauthorized_client", 700_016);
    let restore = format!("directory/deletedItems/{}/restore", made.object);
    assert_eq!(send(&world, Method::POST, &restore, &token, json!({})).await.status, 200);
    assert!(!find("application", &made.object, &token).await);
    assert_eq!(get(&world, &path, &token).await["appId"], made.app_id);
    let restore = format!("directory/deletedItems/{}/restore", made.principal);
    assert_eq!(send(&world, Method::POST, &restore, &token, json!({})).await.status, 200);
    own_token(&world, &made, &key).await.ok();
    assert_eq!(send(&world, Method::DELETE, &path, &token, json!({})).await.status, 204);
    let item = format!("directory/deletedItems/{}", made.principal);
    assert_eq!(send(&world, Method::DELETE, &item, &token, json!({})).await.status, 204);
    assert_eq!(send(&world, Method::DELETE, &item, &token, json!({})).await.status, 404);
    world.emulator.advance(29 * 86_400);
    let token = admin(&world).await;
    assert!(find("application", &made.object, &token).await);
    world.emulator.advance(86_400);
    let token = admin(&world).await;
    assert!(!find("application", &made.object, &token).await, "gone for good");
    assert!(world.emulator.directory_applications(CONTOSO).is_empty());
    let restore = format!("directory/deletedItems/{}/restore", made.object);
    assert_eq!(send(&world, Method::POST, &restore, &token, json!({})).await.status, 404);
}

#[tokio::test]
async fn item42_the_principal_of_a_set_up_registration_is_deleted_and_stays_away() {
    let world = without_delay().await;
    let token = admin(&world).await;
    // The administrator's sign-in made the service principals of page and API; each deletes what it needs no longer.
    let path = format!("servicePrincipals(appId='{API}')");
    let id = get(&world, &path, &token).await["id"].as_str().unwrap().to_owned();
    assert_eq!(send(&world, Method::DELETE, &path, &token, json!({})).await.status, 204);
    assert_eq!(world.http().graph(&format!("v1.0/{path}"), &token).await.status, 404);
    let item = format!("directory/deletedItems/{id}");
    assert_eq!(send(&world, Method::DELETE, &item, &token, json!({})).await.status, 204);
    let fields = [("grant_type", "client_credentials"), ("scope", "https://graph.microsoft.com/.default")];
    let refused = world.http().confidential("contoso.com", &world.credential, &fields).await;
    refused.refused(400, "unauthorized_client", 700_016);
}

#[tokio::test]
async fn item30_assignments_are_listed_and_taken_back() {
    let world = without_delay().await;
    let token = admin(&world).await;
    let key = credential();
    let made = make(&world, &token, &key).await;
    let assigned = assign(&world, &token, &made, MAIL_READ).await;
    let list = format!("servicePrincipals/{}/appRoleAssignments", made.principal);
    let listed = get(&world, &format!("{list}?$select=id,appRoleId,resourceId"), &token).await;
    assert_eq!(
        (&listed["value"][0]["id"], &listed["value"][0]["appRoleId"]),
        (&assigned.body["id"], &json!(MAIL_READ))
    );
    assert!(listed["value"][0].get("principalId").is_none());
    let roles = world.emulator.role_assignments(CONTOSO);
    assert_eq!(roles.iter().map(|role| role.role.as_str()).collect::<Vec<_>>(), ["Mail.Read"]);
    let one = format!("{list}/{}", assigned.text("id"));
    assert_eq!(send(&world, Method::DELETE, &one, &token, json!({})).await.status, 204);
    assert_eq!(send(&world, Method::DELETE, &one, &token, json!({})).await.status, 404);
    let own = own_token(&world, &made, &key).await.ok().text("access_token");
    assert!(claims(&own).get("roles").is_none());
}

#[tokio::test]
async fn item37_the_policy_in_its_forms() {
    let world = without_delay().await;
    let token = admin(&world).await;
    let set = |app_management| {
        world
            .emulator
            .edit_policies(CONTOSO, |policies: &mut Policies| policies.app_management = app_management)
            .unwrap();
    };
    let create = async |key: &Credential| {
        let body = json!({ "displayName": "Backup", "keyCredentials": [key_of(key)] });
        let answer = send(&world, Method::POST, "applications", &token, body).await;
        (answer.status, answer.body["error"]["code"].as_str().unwrap_or_default().to_owned())
    };
    let too_long = (400, "CredentialInvalidLifetimeAsPerAppPolicy".to_owned());
    let not_allowed = (400, "CredentialTypeNotAllowedAsPerAppPolicy".to_owned());
    set(AppManagement { most_certificate_days: Some(365), ..AppManagement::default() });
    assert_eq!(create(&credential_for_days(&world, 730)).await, too_long);
    assert_eq!(create(&credential_for_days(&world, 366)).await, too_long);
    assert_eq!(create(&credential_for_days(&world, 365)).await.0, 201, "from its start to its end");
    set(AppManagement { trusted_authorities_only: true, ..AppManagement::default() });
    assert_eq!(create(&credential_for_days(&world, 30)).await, not_allowed);
    set(AppManagement { no_passwords: true, ..AppManagement::default() });
    let made = make(&world, &token, &credential_for_days(&world, 30)).await;
    let path = format!("applications/{}/addPassword", made.object);
    assert_eq!(send(&world, Method::POST, &path, &token, json!({})).await.status, 400);
    assert!(world.emulator.policies(CONTOSO).unwrap().app_management.no_passwords);
}

#[tokio::test]
async fn p8_key_credentials_are_certificates_and_nothing_private() {
    let world = without_delay().await;
    let token = admin(&world).await;
    let key = credential();
    let made = make(&world, &token, &key).await;
    let weak = rcgen::KeyPair::generate().unwrap();
    let elliptic = rcgen::CertificateParams::default().self_signed(&weak).unwrap().der().to_vec();
    let both = [key.certificate_der.clone(), key.key.serialized_der().to_vec()].concat();
    let cases = [
        ("a private key", key.key.serialized_der().to_vec()),
        ("a certificate and its private key", both),
        ("both as PEM", format!("{}{}", key.certificate_pem, key.key.serialize_pem()).into_bytes()),
        ("an elliptic key", elliptic),
        ("nothing", Vec::new()),
    ];
    for (name, bytes) in cases {
        let key = base64::engine::general_purpose::STANDARD.encode(&bytes);
        let entry = json!({ "type": "AsymmetricX509Cert", "usage": "Verify", "key": key });
        let body = json!({ "displayName": "Backup", "keyCredentials": [entry] });
        for (method, path) in
            [(Method::POST, "applications".to_owned()), (Method::PATCH, format!("applications/{}", made.object))]
        {
            let answer = send(&world, method, &path, &token, body.clone()).await;
            assert_eq!((answer.status, &answer.body["error"]["code"]), (400, &json!("Request_BadRequest")), "{name}");
        }
    }
    let mut symmetric = key_of(&key);
    symmetric["type"] = json!("Symmetric");
    let body = json!({ "displayName": "Backup", "keyCredentials": [symmetric] });
    assert_eq!(send(&world, Method::POST, "applications", &token, body).await.status, 400);
    own_token(&world, &made, &key).await.ok();
}

#[tokio::test]
async fn a_lost_answer_leaves_the_change_behind() {
    let world = without_delay().await;
    let token = admin(&world).await;
    let http = world.http();
    let body = json!({ "displayName": "Backup" });
    let path = "applications(uniqueName='lost')";
    let request = || {
        let url = format!("{}v1.0/{path}", http.graph);
        http.client.patch(url).bearer_auth(&token).header("prefer", "create-if-missing").json(&body)
    };
    world.emulator.set_fault(Fault::lost_answer("PATCH", "/v1.0/applications"));
    assert!(request().send().await.is_err());
    let known = world.emulator.directory_applications(CONTOSO);
    assert_eq!(known.len(), 1, "it was carried out");
    assert_eq!(request().send().await.unwrap().status(), 204, "the second attempt meets it");
    assert_eq!(world.emulator.directory_applications(CONTOSO).len(), 1);
    world.emulator.set_fault(Fault::lost_answer("POST", "/v1.0/servicePrincipals").ending("/appRoleAssignedTo"));
    let principal = json!({ "appId": known[0].app_id });
    assert_eq!(send(&world, Method::POST, "servicePrincipals", &token, principal).await.status, 201, "another end");
    assert_eq!(world.emulator.requests().iter().filter(|one| one.is_graph("PATCH", "/applications(")).count(), 2);
}

#[tokio::test]
async fn item35_throttling_by_path_for_the_next_calls() {
    let world = without_delay().await;
    let token = admin(&world).await;
    world.emulator.set_fault(Fault::throttled("/v1.0/applications", 2, 7));
    for _ in 0..2 {
        let busy = world.http().graph("v1.0/applications", &token).await;
        assert_eq!((busy.status, busy.headers["retry-after"].to_str().unwrap()), (429, "7"));
        assert_eq!(busy.body["error"]["code"], "TooManyRequests");
        world.http().graph("v1.0/me", &token).await.ok();
    }
    world.http().graph("v1.0/applications", &token).await.ok();
}

#[tokio::test]
async fn the_log_counts_requests_and_knows_the_shape_of_bodies() {
    let world = without_delay().await;
    let token = admin(&world).await;
    world.emulator.clear_requests();
    let key = credential();
    let made = make(&world, &token, &key).await;
    own_token(&world, &made, &key).await.ok();
    let counts = world.emulator.request_counts();
    assert_eq!((counts.token, counts.client_credentials, counts.refresh, counts.graph), (1, 1, 0, 4));
    let requests = world.emulator.requests();
    assert_eq!(requests.iter().filter(|one| one.is_token(Some("client_credentials"))).count(), 1);
    let upsert = requests.iter().find(|one| one.is_graph("PATCH", "/applications(")).unwrap();
    let shape = upsert.body_shape();
    assert!(shape.contains(&"keyCredentials[].key: string".to_owned()), "{shape:?}");
    assert!(shape.contains(&"requiredResourceAccess[].resourceAccess[].id: string".to_owned()), "{shape:?}");
    let logged = serde_json::to_string(&requests).unwrap();
    let whole = base64::engine::general_purpose::STANDARD.encode(&key.certificate_der);
    assert!(!logged.contains(&whole), "key material is marked, not kept");
    world.emulator.clear_requests();
    assert_eq!(world.emulator.request_counts(), rekey_emulator::RequestCounts::default());
}

#[tokio::test]
async fn item46_a_request_for_approval_is_listed_and_decided() {
    let world = World::with(|scenario| scenario.tenants[0].policies.consent_requests_enabled = true).await;
    let leg = || world.http().consent_leg("contoso.com", "Mail.Read");
    let ask = async || {
        let mut browser = world.browser();
        let page = browser.open(leg()).await.page();
        let approval = browser.sign_in(&page, TOM, "pw-tom").await.page();
        assert!(approval.has("id=\"request-approval\""));
        browser
            .submit(&approval, "/common/consent", &[("decision", "request"), ("justification", "Backups")])
            .await
            .page();
    };
    ask().await;
    ask().await;
    let requests = world.emulator.consent_requests();
    assert_eq!(requests.len(), 1, "asking twice is one request");
    let request = &requests[0];
    assert_eq!((request.client, request.status, request.username.as_str()), (API, ConsentStatus::Pending, TOM));
    assert!(request.asks.iter().any(|ask| ask.resource == GRAPH && ask.scopes.contains("Mail.Read")));
    let url = world.emulator.control().join(&format!("consent-requests/{}", request.id)).unwrap();
    let body = json!({ "approve": true });
    let done: Value = world.http().client.post(url).json(&body).send().await.unwrap().json().await.unwrap();
    assert_eq!(done["decided"], true);
    assert!(!world.emulator.decide_consent_request(request.id, false), "decided once");
    let grants = world.emulator.grants();
    let wide = grants.iter().find(|grant| grant.client == API && grant.principal.is_none()).unwrap();
    assert!(wide.scopes.contains("Mail.Read"));
    let landing = world.browser().walk(leg(), TOM, "pw-tom").await;
    assert!(matches!(landing, Landing::Back(_)), "nobody is asked any more");
}

#[tokio::test]
async fn item27_consent_for_an_application_that_has_no_service_principal_yet() {
    let world = without_delay().await;
    let token = admin(&world).await;
    let key = credential();
    let body = json!({
        "displayName": "Backup", "signInAudience": "AzureADMyOrg", "keyCredentials": [key_of(&key)],
        "web": { "redirectUris": ["https://app.example/approved"] },
        "requiredResourceAccess": [{ "resourceAppId": GRAPH, "resourceAccess": [{ "id": MAIL_READ, "type": "Role" }] }],
    });
    let application = send(&world, Method::POST, "applications", &token, body).await;
    let app_id = application.text("appId");
    let mut url = world.http().login.join("/contoso.com/v2.0/adminconsent").unwrap();
    url.query_pairs_mut()
        .append_pair("client_id", &app_id)
        .append_pair("redirect_uri", "https://app.example/approved")
        .append_pair("scope", "https://graph.microsoft.com/.default")
        .append_pair("state", "st");
    let back = world.browser().walk(url.clone(), ADMIN, "pw-anna").await.back();
    assert_eq!(back.fields["admin_consent"], "True");
    assert!(!back.fields.contains_key("error"));
    let made = crate::setup::Made { object: application.text("id"), principal: String::new(), app_id };
    let own = own_token(&world, &made, &key).await.ok().text("access_token");
    assert_eq!(claims(&own)["roles"], json!(["Mail.Read"]));
    let elsewhere = url.as_str().replace("/contoso.com/", "/fabrikam.com/");
    let page = world.browser().open(elsewhere.parse().unwrap()).await.page();
    assert_eq!(page.error_code(), Some(700_016));
}

/// A locked application's service principal takes no credential; an unlocked one's opens the tenant.
#[tokio::test]
async fn d6_a_locked_service_principal_takes_no_password() {
    let world = without_delay().await;
    let token = admin(&world).await;
    let made = make(&world, &token, &credential()).await;
    let add = format!("servicePrincipals/{}/addPassword", made.principal);
    let added = send(&world, Method::POST, &add, &token, json!({})).await;
    assert_eq!(added.status, 200, "{}", added.body);
    let secret = added.text("secretText");
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", made.app_id.as_str()),
        ("client_secret", secret.as_str()),
        ("scope", "https://graph.microsoft.com/.default"),
    ];
    world.http().token("contoso.com", false, &form).await.ok();
    let application = format!("applications/{}", made.object);
    let lock = json!({ "servicePrincipalLockConfiguration": { "isEnabled": true, "allProperties": true } });
    assert_eq!(send(&world, Method::PATCH, &application, &token, lock).await.status, 204);
    let refused = send(&world, Method::POST, &add, &token, json!({})).await;
    let code = &refused.body["error"]["code"];
    assert_eq!((refused.status, code), (400, &json!("CannotUpdateLockedServicePrincipalProperty")));
    let path = format!("servicePrincipals/{}", made.principal);
    let keys = json!({ "keyCredentials": [] });
    assert_eq!(send(&world, Method::PATCH, &path, &token, keys).await.status, 400);
    let shown = get(&world, &path, &token).await;
    assert_eq!(shown["passwordCredentials"].as_array().map(Vec::len), Some(1), "the one from before stays");
}
