//! The probe: token, roles against the manifest, certificate; alerts that settle themselves (C7, C8, E12, J4).

use super::{DAY, audited, current, notices, planted};
use rekey_tests::{
    app::{TestApp, eventually},
    app_on_both,
};
use serde_json::json;
use shared::api::{
    apps::{AppCheck, AppState},
    customers::{ConnectionState, Health},
    notices::NoticeKind,
};

app_on_both! {
    c7_c8_h1_a_permission_that_somebody_took_away_is_seen_once_and_settles_itself,
    e12_a_certificate_that_somebody_took_off_is_seen,
    p6_what_microsoft_cannot_answer_marks_nothing,
    j4_a_delegated_connection_that_ends_is_told_and_settled,
}

async fn check(app: &TestApp, id: shared::id::ConnectionId) -> AppCheck {
    app.key().post(&format!("/api/v1/apps/{id}/check"), &json!({})).await.ok()
}

/// Until it is put right, the fleet counts the customer among those who need somebody, whoever has settled the notice.
async fn c7_c8_h1_a_permission_that_somebody_took_away_is_seen_once_and_settles_itself(app: TestApp) {
    let owner = planted(&app).await;
    let seen = check(&app, owner.id).await;
    assert_eq!((seen.state, seen.missing.len(), seen.extra.len()), (AppState::Working, 0, 0));
    let health = async || app.customer("Contoso Ltd").await.health;
    assert_eq!(health().await, Health::Ok);
    let roles = app.app_record(&owner).await.roles;
    assert!(!roles.is_empty() && roles.iter().all(|role| role.starts_with("graph:")), "{roles:?}");

    let client = owner.client_id.unwrap().0;
    let graph = shared::rules::manifest::Resource::Graph.app_id();
    let role = roles[0].strip_prefix("graph:").unwrap().to_owned();
    assert!(app.emulator.remove_role(owner.tenant.0, client, graph, &role));
    app.advance(2 * DAY);
    eventually("a notice of drift", async || !notices(&app, false).await.is_empty()).await;
    let notice = notices(&app, false).await.remove(0);
    assert_eq!((notice.kind, notice.subject), (NoticeKind::Drift, owner.id.0));
    assert!(notice.text.contains(&roles[0]) && notice.text.contains("Update configuration"), "{}", notice.text);
    let seen = check(&app, owner.id).await;
    assert_eq!((seen.state, seen.missing), (AppState::Working, vec![roles[0].clone()]));
    // Settled by hand, it stays settled while nothing changes.
    let path = format!("/api/v1/notices/{}/resolve", notice.id);
    app.key().post(&path, &json!({})).await.ok::<serde_json::Value>();
    check(&app, owner.id).await;
    assert_eq!((notices(&app, false).await.len(), audited(&app, "app.drifted").await), (0, 1));
    assert_eq!(health().await, Health::NeedsSomebody);

    app.emulator.grant_tenant_wide(&emulator::TenantGrant {
        tid: owner.tenant.0,
        client,
        resource: graph,
        scopes: std::collections::BTreeSet::new(),
        roles: [role, "Directory.ReadWrite.All".to_owned()].into(),
    });
    let seen = check(&app, owner.id).await;
    assert_eq!((seen.missing.len(), seen.extra), (0, vec!["graph:Directory.ReadWrite.All".to_owned()]));
    let again = notices(&app, false).await;
    assert!(again.len() == 1 && again[0].text.contains("Directory.ReadWrite.All"), "{again:?}");
    app.emulator.remove_role(owner.tenant.0, client, graph, "Directory.ReadWrite.All");
    check(&app, owner.id).await;
    assert!(notices(&app, false).await.is_empty(), "put right, it settles itself");
    assert_eq!(health().await, Health::Ok);
}

async fn e12_a_certificate_that_somebody_took_off_is_seen(app: TestApp) {
    let owner = planted(&app).await;
    let key = current(&app, &owner).await;
    assert_eq!(Some(app.directory_app(&owner).keys[0].key_id), key.key_id);
    app.emulator.delete_application(owner.tenant.0, owner.client_id.unwrap().0);
    let seen = check(&app, owner.id).await;
    assert_eq!(seen.state, AppState::Doubtful, "{seen:?}");
    app.advance(3700);
    let seen = check(&app, owner.id).await;
    assert_eq!(seen.state, AppState::NeedsAdministrator);
    let found = notices(&app, false).await;
    assert!(found.len() == 1 && found[0].kind == NoticeKind::ConnectionTrouble, "{found:?}");
    assert!(found[0].title.contains("Contoso Ltd"), "{}", found[0].title);
    check(&app, owner.id).await;
    assert_eq!(notices(&app, true).await.len(), 1, "once");
}

async fn p6_what_microsoft_cannot_answer_marks_nothing(app: TestApp) {
    let owner = planted(&app).await;
    for status in [429, 503] {
        app.emulator.set_fault(emulator::Fault {
            endpoint: Some("token".to_owned()),
            grant_type: Some("client_credentials".to_owned()),
            effect: emulator::Effect { status: Some(status), ..emulator::Effect::default() },
            ..emulator::Fault::default()
        });
        let answer = app.key().post(&format!("/api/v1/apps/{}/check", owner.id), &json!({})).await;
        assert_eq!(answer.status, 503, "{}", answer.text());
        app.emulator.clear_faults();
    }
    assert_eq!(app.app_record(&owner).await.state, AppState::Working);
    assert!(notices(&app, true).await.is_empty());
}

async fn j4_a_delegated_connection_that_ends_is_told_and_settled(app: TestApp) {
    app.import_sample().await;
    app.connect_account(&["CON-001"], "backup@contoso.com").await;
    app.emulator.revoke_user("backup@contoso.com").unwrap();
    app.advance(4 * DAY);
    let state = async || app.customer("Contoso Ltd").await.connections[0].state;
    eventually("doubt", async || state().await == ConnectionState::Doubtful).await;
    assert!(notices(&app, false).await.is_empty(), "one failure is no alarm");
    app.advance(3700);
    eventually("a notice", async || !notices(&app, false).await.is_empty()).await;
    let notice = notices(&app, false).await.remove(0);
    assert_eq!(notice.kind, NoticeKind::ConnectionTrouble);
    assert!(notice.title.contains("backup@contoso.com"), "{}", notice.title);
    app.connect_account(&["CON-002"], "backup@contoso.com").await;
    eventually("a settled notice", async || notices(&app, false).await.is_empty()).await;
}
