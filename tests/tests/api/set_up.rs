//! Modern: an administrator signs in once, and a tenant has its own app, on both databases.

use base64::{Engine, engine::general_purpose::STANDARD};
use emulator::{PersonChange, Taint, TenantGrant, scenario::Application};
use rekey_tests::{
    app::{TestApp, eventually, road::Before, set_up::ADMINISTRATOR},
    app_on_both,
    person::Trouble,
};
use server::{
    cli::demo::world,
    services::{
        certificates::{self, Validity},
        set_up,
    },
};
use shared::{
    api::{
        apps::{AppState, AppView, CertificateState, OwnApp, Way},
        authorizations::{
            AuthorizationKind, AuthorizationPreview, AuthorizationState, AuthorizationView, CreateAuthorization,
            SignInState, StepState,
        },
        connect::ConnectView,
        problem::HelpAction,
    },
    id::{ClientId, ConnectionId},
    method::Method,
    rules::{manifest::manifest, scopes::Purpose},
    workload::Workload,
};
use std::collections::BTreeSet;

app_on_both! {
    m1_to_m11_an_administrator_makes_sets_modern,
    m6_an_ordinary_account_is_refused_and_nothing_is_stored,
    m12_personal_sites_are_refused_after_a_global_administrator_signed_in,
    l4_b08_nothing_of_the_administrator_is_kept,
    b15_e7_update_configuration_renews_and_repairs,
    f8_a_fresh_switch_can_be_undone,
    d4_a_tainted_application_is_never_used,
    d6_a_password_on_the_service_principal_is_seen,
    e12_a_key_that_is_not_ours_is_seen,
    e12_a_key_with_the_name_of_ours_is_not_ours,
    e3_the_validity_steps_down_to_what_the_tenant_allows,
    b04_b09_only_modern_grants_with_certificates_are_used,
    b17_the_choices_of_the_configuration,
    d2_consent_is_given_at_microsoft,
    d2_what_was_granted_at_microsoft_is_seen_by_itself,
    d2_a_customer_brings_an_app_of_its_own,
    d2_a_pasted_id_never_replaces_the_app_that_rekey_made,
    c4_restores_have_an_app_of_their_own,
    b5_conditional_access_for_the_app_is_named,
}

const GRAPH: uuid::Uuid = uuid::uuid!("00000003-0000-0000-c000-000000000000");
const CONTOSO: uuid::Uuid = uuid::uuid!("7d4f0c62-9a1e-4b58-8c3d-51e0f2a97b16");

/// F3, C1, D1, B-01, B-03, B-06, B-12, B-16: choose, sign in, accept, save; Rekey makes the app and grants its permissions, nobody
/// opens Microsoft's portal, and one administrator signs in once. M-5, M-7, M-8, M-9, M-10: password and second factor are typed at
/// Microsoft, no code is copied.
async fn m1_to_m11_an_administrator_makes_sets_modern(app: TestApp) {
    app.import_sample().await;
    let before = app.set_up(&["CON-015", "CON-007"]).await;
    let done = app.authorization(before.authorization.id).await;
    assert_eq!(done.state, AuthorizationState::Done);
    let steps = &done.sign_ins[0].steps;
    assert!(steps.iter().all(|step| step.state == StepState::Done), "{steps:?}");
    // M-11, H-11: both sets changed, at once, and use the one app.
    for id in ["CON-015", "CON-007"] {
        assert_eq!(app.set(id).await.method, Method::Modern);
    }
    let made = app.app(Purpose::Backup).await;
    assert_eq!((made.state, made.sets, made.display_name.as_str()), (AppState::Working, 2, "Rekey Backup"));
    // B-02, C3, C7: exactly the manifest of the chosen workloads, as Microsoft's own token says.
    let wanted = manifest(&[Workload::Exchange, Workload::Sharepoint].into_iter().collect(), Purpose::Backup);
    assert_eq!(made.permissions.len(), wanted.len());
    assert_eq!((made.missing.clone(), made.extra.clone()), (vec![], vec![]));
    // B-11, E2, E4: two calendar years, and no private key anywhere in the answer.
    let certificate = &made.certificates[0];
    assert_eq!(certificate.state, CertificateState::Current);
    let years = certificate.not_after.since(certificate.not_before);
    assert!((730..=731).contains(&(years / 86_400)) && years % 86_400 == 0, "{years}");
    // A-04, F10: the tenant is connected; further sets need no sign-in.
    let more = app.authorize_modern(&["CON-001"]).await;
    assert!(more.sign_ins[0].already_connected);
    let more = app.save_connected(&more).await;
    assert_eq!(more.state, AuthorizationState::Done, "{:?}", more.sign_ins[0].problem);
    assert_eq!(app.set("CON-001").await.method, Method::Modern);
}

/// M-6, C5, C6: Microsoft stops an account that may not consent; once the tenant knows the page, Rekey does, by name.
async fn m6_an_ordinary_account_is_refused_and_nothing_is_stored(app: TestApp) {
    app.import_sample().await;
    let authorization = app.authorize_modern(&["CON-015"]).await;
    let (link, sign_in) = (app.link(authorization.id).await, authorization.sign_ins[0].id);
    let attempt = app.attempt(&link, sign_in).await;
    let stopped = app.person("tom.reed@contoso.com").try_sign_in(&attempt).await;
    assert!(matches!(stopped, Err(Trouble::Page(90094))), "Microsoft wants an administrator");
    for (client, resource, scopes) in
        [(world::SETUP_SIGN_IN, world::SETUP, &["access_as_user"][..]), (world::SETUP, GRAPH, &set_up::WANTED[..])]
    {
        let (tid, scopes) = (CONTOSO, scopes.iter().map(|scope| (*scope).to_owned()).collect());
        app.emulator.grant_tenant_wide(&TenantGrant { tid, client, resource, scopes, ..TenantGrant::default() });
    }
    let unchanged = app.dump().await;
    let before = app.administrator_before_save(authorization, "tom.reed@contoso.com").await;
    let refused = app.save(&before.attempt.secret, &before.tokens).await.refused(403, "role_missing");
    assert!(refused.detail.contains("Global Administrator"), "{}", refused.detail);
    let view = app.view(&before.link).await;
    let problem = view.sign_in.problem.expect("a remedy");
    assert_eq!((view.sign_in.state, problem.action), (SignInState::Waiting, HelpAction::AskAdministrator));
    for table in ["apps", "certificates", "journals", "backup_sets", "connections"] {
        assert_eq!(app.dump().await.get(table), unchanged.get(table), "{table}");
    }
    // The right person takes the same link.
    let attempt = app.attempt(&before.link, sign_in).await;
    let tokens = app.person(ADMINISTRATOR).sign_in(&attempt).await;
    assert_eq!(app.save_and_settle(&Before { attempt, tokens, ..before }).await.sign_in.state, SignInState::Done);
    assert_eq!(app.set("CON-015").await.method, Method::Modern);
}

/// M-12, A-07: Personal Sites and modern, even when a Global Administrator has signed in meanwhile.
async fn m12_personal_sites_are_refused_after_a_global_administrator_signed_in(app: TestApp) {
    app.import_sample().await;
    let request = CreateAuthorization::new(app.ids(&["CON-012", "CON-017"]).await, Method::Modern);
    let shown: AuthorizationPreview = app.key().post("/api/v1/authorizations/preview", &request).await.ok();
    assert_eq!((shown.sets, shown.refused.len()), (0, 2));
    assert!(shown.refused.iter().all(|one| one.instead.as_deref().is_some_and(|text| !text.is_empty())));
    let before = app.administrator_before_save(app.authorize_modern(&["CON-005"]).await, ADMINISTRATOR).await;
    // Somebody edits the set while the administrator is at Microsoft.
    let changed = world::SAMPLE.replace(
        "backup@contoso.com,ordinary,own_account,onedrive,global,8.3.6.4,basic\nCON-006",
        "backup@contoso.com,ordinary,own_account,onedrive|personal_sites,global,8.3.6.4,basic\nCON-006",
    );
    app.import(&changed).await;
    app.save(&before.attempt.secret, &before.tokens).await.refused(403, "not_suitable");
    assert_eq!(app.set("CON-005").await.method, Method::Basic);
    assert_eq!(app.apps().await, []);
}

/// L4, B-08, P8: nothing of the administrator stays; only a public certificate ever reached Microsoft.
async fn l4_b08_nothing_of_the_administrator_is_kept(app: TestApp) {
    app.import_sample().await;
    let before = app.set_up(&["CON-015"]).await;
    let everything = format!("{:?}", app.dump().await);
    for token in [&before.tokens.access, &before.tokens.id] {
        let signature = token.rsplit('.').next().expect("a signature");
        assert!(!everything.contains(signature), "a token was stored");
    }
    assert!(!everything.contains("PRIVATE KEY"));
    // D8, §6: the set-up's own registrations are gone from the tenant, and with them every right to change it.
    let left = app.emulator.service_principals();
    let ours = |id| left.iter().any(|one| one.tid == CONTOSO && one.app_id == id && one.deleted_millis.is_none());
    assert!(!ours(world::SETUP) && !ours(world::SETUP_SIGN_IN));
    // B-07: the administrator's account does not matter any more.
    app.emulator.change_person(ADMINISTRATOR, PersonChange::SetDisabled(true)).expect("she is there");
    let more = app.authorize_modern(&["CON-001"]).await;
    assert_eq!(app.save_connected(&more).await.state, AuthorizationState::Done);
}

/// B-15, E7: new certificate, repaired permissions, the old key goes a day later.
async fn b15_e7_update_configuration_renews_and_repairs(app: TestApp) {
    app.import_sample().await;
    app.set_up(&["CON-015"]).await;
    let first = app.app(Purpose::Backup).await;
    let client = first.client_id.expect("a client id").0;
    assert!(app.emulator.remove_role(CONTOSO, client, GRAPH, "Mail.Read"));
    let path = format!("/api/v1/apps/{}/update-configuration", first.id);
    let update: AuthorizationView = app.key().post(&path, &serde_json::json!({})).await.ok();
    let before = app.administrator_before_save(update, ADMINISTRATOR).await;
    let view = app.save_and_settle(&before).await;
    assert_eq!(view.sign_in.state, SignInState::Done, "{:?}", view.sign_in.problem);
    let second = app.app(Purpose::Backup).await;
    assert_eq!((second.id, second.client_id, second.object), (first.id, first.client_id, first.object));
    let states: Vec<_> = second.certificates.iter().map(|one| one.state).collect();
    assert_eq!(states, [CertificateState::Current, CertificateState::Previous]);
    assert_ne!(second.certificates[0].thumbprint, first.certificates[0].thumbprint);
    assert_eq!((second.missing, second.extra), (vec![], vec![]));
    assert_eq!(app.set("CON-015").await.method, Method::Modern);
}

/// F8: until the first job token, a fresh switch goes back; what is left in the tenant is said.
async fn f8_a_fresh_switch_can_be_undone(app: TestApp) {
    app.import_sample().await;
    app.set_up(&["CON-015"]).await;
    let made = app.app(Purpose::Backup).await;
    let path = format!("/api/v1/apps/{}/undo", made.id);
    let undone: AppView = app.key().post(&path, &serde_json::json!({})).await.ok();
    assert_eq!((undone.state, undone.sets), (AppState::Off, 0));
    assert_eq!(app.set("CON-015").await.method, Method::Basic);
    assert!(undone.left.iter().any(|text| text.contains(&made.client_id.unwrap().to_string())), "{:?}", undone.left);
    assert!(undone.certificates.iter().all(|one| one.state == CertificateState::Removed));
    app.key().post(&path, &serde_json::json!({})).await.refused(409, "not_set_up");
}

/// An app that works, until somebody else can use it: Update configuration puts no key on it.
async fn refused_as_foreign(app: &TestApp, taint: Taint) {
    app.import_sample().await;
    app.set_up(&["CON-015"]).await;
    spoilt(app, taint).await;
}

async fn spoilt(app: &TestApp, taint: Taint) {
    let made = app.app(Purpose::Backup).await;
    let client = made.client_id.expect("a client id").0;
    app.emulator.taint_application(CONTOSO, client, &taint).expect("it is there");
    let path = format!("/api/v1/apps/{}/update-configuration", made.id);
    let update: AuthorizationView = app.key().post(&path, &serde_json::json!({})).await.ok();
    let before = app.administrator_before_save(update, ADMINISTRATOR).await;
    let view = app.save_and_settle(&before).await;
    assert_eq!(view.sign_in.problem.expect("a remedy").code, "application_foreign");
    assert_eq!(app.app(Purpose::Backup).await.certificates.len(), 2, "the new one was made and never registered");
    assert_eq!(app.app(Purpose::Backup).await.state, AppState::Working);
}

/// D4, D5: a planted application, or one that somebody else can use by now, is never adopted.
async fn d4_a_tainted_application_is_never_used(app: TestApp) {
    refused_as_foreign(&app, Taint { passwords: 1, ..Taint::default() }).await;
}

/// D6: a credential on the service principal opens the tenant as well, and the application does not show it.
async fn d6_a_password_on_the_service_principal_is_seen(app: TestApp) {
    refused_as_foreign(&app, Taint { principal_passwords: 1, ..Taint::default() }).await;
}

/// E12: the keys on the application are compared with those that are stored.
async fn e12_a_key_that_is_not_ours_is_seen(app: TestApp) {
    let stranger = ConnectionId(app.state.new_id());
    let made = certificates::make(&app.state, app.organization, stranger, Validity::TwoYears, None).await;
    let foreign = STANDARD.encode(made.expect("a certificate").der);
    refused_as_foreign(&app, Taint { certificates: vec![foreign], ..Taint::default() }).await;
}

/// E12: whoever adds a key gives it a name, and can read what ours are called.
async fn e12_a_key_with_the_name_of_ours_is_not_ours(app: TestApp) {
    let stranger = ConnectionId(app.state.new_id());
    let made = certificates::make(&app.state, app.organization, stranger, Validity::TwoYears, None).await;
    let certificates = vec![STANDARD.encode(made.expect("a certificate").der)];
    app.import_sample().await;
    app.set_up(&["CON-015"]).await;
    let name = app.app(Purpose::Backup).await.certificates[0].thumbprint.clone();
    spoilt(&app, Taint { certificates, certificate_name: Some(name), ..Taint::default() }).await;
}

/// D7, E3: the tenant's policy allows 180 days; that is what the certificate gets, and the reason is shown.
async fn e3_the_validity_steps_down_to_what_the_tenant_allows(app: TestApp) {
    app.import_sample().await;
    let edit = app.emulator.edit_policies(CONTOSO, |all| all.app_management.most_certificate_days = Some(200));
    edit.expect("Contoso is there");
    app.set_up(&["CON-015"]).await;
    let certificate = app.app(Purpose::Backup).await.certificates.remove(0);
    assert_eq!(certificate.not_after.since(certificate.not_before), 180 * 86_400);
    assert!(certificate.shortened.expect("a reason").contains("180 days"));
}

/// Saved the way `consent`: the app is there, its permissions are not.
async fn awaits_consent(app: &TestApp) -> (Before, ConnectView) {
    app.import_sample().await;
    let mut request = CreateAuthorization::new(app.ids(&["CON-015"]).await, Method::Modern);
    request.way = Way::Consent;
    let before = app.administrator_before_save(app.create_authorization(&request).await, ADMINISTRATOR).await;
    let view = app.save_and_settle(&before).await;
    assert_eq!(view.sign_in.state, SignInState::ApprovalNeeded, "{:?}", view.sign_in.problem);
    (before, view)
}

/// D2, C5: where the administrator grants the permissions on Microsoft's own page.
async fn d2_consent_is_given_at_microsoft(app: TestApp) {
    let (before, view) = awaits_consent(&app).await;
    assert_eq!(app.set("CON-015").await.method, Method::Basic, "nothing changes before the permissions are there");
    let url = view.sign_in.approval_url.expect("Microsoft's page");
    app.person(ADMINISTRATOR).approve(&url).await;
    app.carry_on(&before.attempt.secret).await;
    let done = app.settled(before.authorization.id).await;
    assert_eq!(done.state, AuthorizationState::Done, "{:?}", done.sign_ins[0].problem);
    assert_eq!(app.set("CON-015").await.method, Method::Modern);
}

/// D2, C6: nobody says that the permissions were granted; the app itself asks, and the work goes on.
async fn d2_what_was_granted_at_microsoft_is_seen_by_itself(app: TestApp) {
    let (before, view) = awaits_consent(&app).await;
    let tokens = || app.emulator.requests().iter().filter(|one| one.form.contains_key("client_assertion")).count();
    let asked = tokens();
    app.advance(16);
    eventually("the app asks", async || tokens() > asked).await;
    assert_eq!(app.view(&before.attempt.secret).await.sign_in.state, SignInState::ApprovalNeeded);
    app.person(ADMINISTRATOR).approve(&view.sign_in.approval_url.expect("Microsoft's page")).await;
    app.advance(31);
    app.until(&before.attempt.secret, SignInState::Done).await;
    assert_eq!(app.set("CON-015").await.method, Method::Modern);
}

/// D2: the administrator makes the app, uploads our public certificate, and pastes the id.
async fn d2_a_customer_brings_an_app_of_its_own(app: TestApp) {
    app.import_sample().await;
    let mut request = CreateAuthorization::new(app.ids(&["CON-015"]).await, Method::Modern);
    request.way = Way::OwnApp;
    let authorization = app.create_authorization(&request).await;
    let path = format!("/api/v1/authorizations/{}/own-app", authorization.id);
    let prepared: AppView = app.key().post(&path, &OwnApp { client_id: None }).await.ok();
    let certificate = app.key().get(&format!("/api/v1/apps/{}/certificate.pem", prepared.id)).await;
    assert_eq!(certificate.status, 200);
    let pem = certificate.text();
    assert!(pem.starts_with("-----BEGIN CERTIFICATE-----") && !pem.contains("PRIVATE"), "{pem}");
    let client = uuid::uuid!("0b0b0b0b-0001-4a00-8000-000000000001");
    app.emulator.put_application(Application {
        client_id: client,
        display_name: "Contoso's own backup app".to_owned(),
        home_tenant: CONTOSO,
        certificates: vec![pem],
        ..Application::default()
    });
    let roles = ["User.Read.All", "Mail.Read", "MailboxSettings.Read"].map(str::to_owned).into();
    let grant = TenantGrant { tid: CONTOSO, client, resource: GRAPH, roles, ..TenantGrant::default() };
    app.emulator.grant_tenant_wide(&grant);
    let named = OwnApp { client_id: Some(ClientId(client)) };
    let _: AppView = app.key().post(&path, &named).await.ok();
    let done = app.settled(authorization.id).await;
    assert_eq!(done.state, AuthorizationState::Done, "{:?}", done.sign_ins[0].problem);
    assert_eq!(app.set("CON-015").await.method, Method::Modern);
    let own = app.app(Purpose::Backup).await;
    assert_eq!((own.client_id, own.way, own.state), (Some(ClientId(client)), Way::OwnApp, AppState::Working));
    // Once it works, no other id is taken for it: jobs go on with what was proved.
    let path = format!("/api/v1/apps/{}/update-configuration", own.id);
    let update: AuthorizationView = app.key().post(&path, &serde_json::json!({})).await.ok();
    let path = format!("/api/v1/authorizations/{}/own-app", update.id);
    let mistyped = OwnApp { client_id: Some(ClientId(uuid::Uuid::from_u128(7))) };
    app.key().post(&path, &mistyped).await.refused(409, "app_exists");
    assert_eq!(app.app(Purpose::Backup).await, own);
    app.key().post(&path, &OwnApp { client_id: None }).await.ok::<AppView>();
}

/// D2, D4: an app that Rekey made and jobs use is not turned into somebody else's by pasting an id.
async fn d2_a_pasted_id_never_replaces_the_app_that_rekey_made(app: TestApp) {
    app.import_sample().await;
    app.set_up(&["CON-015"]).await;
    let made = app.app(Purpose::Backup).await;
    let mut request = CreateAuthorization::new(app.ids(&["CON-007"]).await, Method::Modern);
    request.way = Way::OwnApp;
    let authorization = app.create_authorization(&request).await;
    let path = format!("/api/v1/authorizations/{}/own-app", authorization.id);
    let foreign = OwnApp { client_id: Some(ClientId(uuid::uuid!("0b0b0b0b-0002-4a00-8000-000000000002"))) };
    for body in [OwnApp { client_id: None }, foreign] {
        app.key().post(&path, &body).await.refused(409, "app_exists");
    }
    assert_eq!(app.app(Purpose::Backup).await.client_id, made.client_id);
}

/// C4: writing is another app's, made only when wanted; the app for backups never writes.
async fn c4_restores_have_an_app_of_their_own(app: TestApp) {
    app.import_sample().await;
    let mut request = CreateAuthorization::new(app.ids(&["CON-015"]).await, Method::Modern);
    request.restores = true;
    let before = app.administrator_before_save(app.create_authorization(&request).await, ADMINISTRATOR).await;
    let view = app.save_and_settle(&before).await;
    assert_eq!(view.sign_in.state, SignInState::Done, "{:?}", view.sign_in.problem);
    let (backup, restore) = (app.app(Purpose::Backup).await, app.app(Purpose::Restore).await);
    assert_ne!(backup.client_id, restore.client_id);
    let held = |client: Option<ClientId>| {
        let client = client.expect("a client id").0;
        let all = app.emulator.role_assignments(CONTOSO).into_iter();
        let mut roles: Vec<String> = all.filter(|one| one.client == client).map(|one| one.role).collect();
        roles.sort();
        roles
    };
    assert_eq!(held(backup.client_id), ["Mail.Read", "MailboxSettings.Read", "User.Read.All"]);
    assert_eq!(held(restore.client_id), ["Mail.ReadWrite", "MailboxSettings.ReadWrite"]);
}

/// B5: a rule for workload identities stops the app; nothing changes, and the remedy names it.
async fn b5_conditional_access_for_the_app_is_named(app: TestApp) {
    app.import_sample().await;
    app.emulator.block_workload(CONTOSO, None, true).expect("Contoso is there");
    let before = app.administrator_before_save(app.authorize_modern(&["CON-015"]).await, ADMINISTRATOR).await;
    let view = app.save_and_settle(&before).await;
    let problem = view.sign_in.problem.expect("a remedy");
    assert_eq!((view.sign_in.state, problem.ids.aadsts), (SignInState::Failed, Some(53_003)), "{problem:?}");
    assert_eq!(app.set("CON-015").await.method, Method::Basic);
    // The rule is changed, and the same link goes on with the same app.
    let made = app.app(Purpose::Backup).await.object;
    app.emulator.block_workload(CONTOSO, None, false).expect("Contoso is there");
    let attempt = app.attempt(&before.link, before.authorization.sign_ins[0].id).await;
    let tokens = app.person(ADMINISTRATOR).sign_in(&attempt).await;
    assert_eq!(app.save_and_settle(&Before { attempt, tokens, ..before }).await.sign_in.state, SignInState::Done);
    assert_eq!(app.app(Purpose::Backup).await.object, made);
}

/// B-04, B-05, B-09, B-10, P1: no device code, no password grant, no client secret; the password goes to Microsoft's pages only.
async fn b04_b09_only_modern_grants_with_certificates_are_used(app: TestApp) {
    app.import_sample().await;
    app.set_up(&["CON-015"]).await;
    let requests = app.emulator.requests();
    assert!(requests.iter().all(|one| !one.path.contains("devicecode")));
    let grants: BTreeSet<&str> =
        requests.iter().filter_map(|one| one.form.get("grant_type")).map(String::as_str).collect();
    let expected = ["authorization_code", "client_credentials", "urn:ietf:params:oauth:grant-type:jwt-bearer"];
    assert_eq!(grants, expected.into());
    for one in requests.iter().filter(|one| one.is_token(None)) {
        assert!(!one.form.contains_key("client_secret") && !one.form.contains_key("password"), "{}", one.path);
        let from_a_browser = one.origin.is_some();
        assert_eq!(one.form.contains_key("client_assertion"), !from_a_browser, "{:?}", one.form.get("grant_type"));
    }
    let typed: BTreeSet<&str> =
        requests.iter().filter(|one| one.form.contains_key("password")).map(|one| one.path.as_str()).collect();
    assert_eq!(typed, ["/common/login"].into());
}

/// B-17: workloads follow the chosen sets and at least one is needed; the app's name and id are shown afterwards; the tenant
/// can be updated and deleted. The region decides before anybody signs in.
async fn b17_the_choices_of_the_configuration(app: TestApp) {
    app.import_sample().await;
    let nothing = CreateAuthorization::new(Vec::new(), Method::Modern);
    app.key().post("/api/v1/authorizations", &nothing).await.refused(422, "field_invalid");
    app.set_up(&["CON-003"]).await;
    let made = app.app(Purpose::Backup).await;
    assert_eq!(made.workloads, [Workload::Calendar].into());
    assert!(made.client_id.is_some() && made.display_name == "Rekey Backup");
    let path = format!("/api/v1/apps/{}/update-configuration", made.id);
    let update: AuthorizationView = app.key().post(&path, &serde_json::json!({})).await.ok();
    assert_eq!(update.kind, AuthorizationKind::UpdateConfiguration);
}
