//! Sets of a tenant that has its app already become modern in a wave, and nobody signs in (F10, G1, G3).

use super::{act, find, items, make, of, preview, wave_of};
use rekey_tests::{app::TestApp, app_on_both};
use serde_json::json;
use shared::{
    api::{
        audit::AuditEntryView,
        page::Page,
        waves::{CreateWave, WaveItemState, WaveSelection, WaveState, WaveView},
    },
    method::Method,
    rules::wave::Aim,
};

app_on_both! {
    f10_g1_a_tenant_with_its_app_becomes_modern_without_a_sign_in,
    f10_g3_a_paused_wave_flips_no_tenant,
}

/// The sets of a wave for modern.
async fn modern(app: &TestApp, external_ids: &[&str]) -> WaveSelection {
    WaveSelection { aim: Aim::Modern, ..of(app, external_ids).await }
}

/// Asked at Microsoft with the app's own key, or by the means of a person.
fn asked_with(app: &TestApp, grant_type: &str) -> usize {
    app.emulator.requests().iter().filter(|one| one.is_token(Some(grant_type))).count()
}

async fn f10_g1_a_tenant_with_its_app_becomes_modern_without_a_sign_in(app: TestApp) {
    app.import_sample().await;
    let planted = app.plant_app(&["CON-015"]).await;
    let selection = modern(&app, &["CON-001", "CON-002", "FAB-004"]).await;
    let numbers = preview(&app, &selection).await.numbers;
    assert_eq!((numbers.sets, numbers.without_sign_in, numbers.sign_ins), (3, 2, 1));
    app.emulator.clear_requests();
    let made = make(&app, &wave_of(selection)).await;
    let mut live = app.key().live(&format!("/api/v1/waves/{}/live", made.id)).await;
    let moved: WaveView = live.until(|wave: &WaveView| wave.counts.queued + wave.counts.in_progress == 0).await;
    let counts = moved.counts;
    assert_eq!((counts.done, counts.sets_done, counts.waiting_for_link, counts.failed), (1, 2, 1, 0));
    for id in ["CON-001", "CON-002"] {
        let set = app.set(id).await;
        assert_eq!((set.method, set.connection), (Method::Modern, Some(planted.id)), "{id}");
    }
    let waits = app.set("FAB-004").await;
    assert_eq!((waits.method, waits.connection), (Method::Basic, None), "its tenant has no app");
    // The app proved itself with its own key; no person was asked for.
    assert!(asked_with(&app, "client_credentials") > 0, "nothing was proved");
    for of_a_person in ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:jwt-bearer"] {
        assert_eq!(asked_with(&app, of_a_person), 0, "{of_a_person}");
    }
    let over = items(&app, made.id, "?show=over").await.items;
    assert_eq!((over.len(), over[0].state, over[0].customer.name.as_str()), (1, WaveItemState::Done, "Contoso Ltd"));
    let trail: Page<AuditEntryView> = app.key().get("/api/v1/audit?limit=200").await.ok();
    let saved: Vec<&AuditEntryView> = trail.items.iter().filter(|one| one.event == "sign_in.saved").collect();
    assert_eq!((saved.len(), saved[0].detail.as_str()), (1, "connected already"));
    assert_eq!(app.apps().await.len(), 1, "no second app");
}

async fn f10_g3_a_paused_wave_flips_no_tenant(app: TestApp) {
    app.import_sample().await;
    app.plant_app(&["CON-015"]).await;
    let later = app.state.now().plus(3600);
    let made = CreateWave { starts_at: Some(later), ..wave_of(modern(&app, &["CON-001", "CON-002"]).await) };
    let made = make(&app, &made).await;
    assert_eq!(act(&app, made.id, "pause").await.state, WaveState::Paused);
    app.advance(7200);
    let held = items(&app, made.id, "").await.items.remove(0);
    assert_eq!(held.state, WaveItemState::Paused);
    let path = format!("/api/v1/authorizations/{}/sign-ins/{}/save", held.authorization, held.id);
    app.key().post(&path, &json!({})).await.refused(409, "wave_paused");
    assert_eq!(app.set("CON-001").await.method, Method::Basic);
    assert_eq!(act(&app, made.id, "resume").await.state, WaveState::Open);
    let mut live = app.key().live(&format!("/api/v1/waves/{}/live", made.id)).await;
    live.until(|wave: &WaveView| wave.counts.done == 1).await;
    assert_eq!(app.set("CON-001").await.method, Method::Modern);
    assert_eq!(find(&app, made.id).await.counts.sets_done, 2);
}
