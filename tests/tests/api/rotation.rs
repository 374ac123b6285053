//! S4: the master key is rotated while everything runs, can be interrupted anywhere, and nothing becomes unreadable.

use rekey_tests::{app::TestApp, app_on_both};
use server::{
    random::SystemRandom,
    seal::{Keyring, add_key, remove_key},
    services::reseal,
    store::sealed::SealedKind,
};
use shared::{api::authorizations::AuthorizationState, method::Method};
use std::{sync::Arc, time::Duration};

app_on_both! { s4_a_rotation_is_online_resumable_and_loses_nothing }

async fn s4_a_rotation_is_online_resumable_and_loses_nothing(mut app: TestApp) {
    app.import_sample().await;
    app.connect_account(&["CON-001"], "backup@contoso.com").await;
    app.connect_account(&["CON-009"], "priya.shah@contoso.com").await;
    app.set_up(&["CON-015"]).await;
    let old = app.state.keyring.active();
    let keys = app.data().join("keys");
    let new = add_key(&keys, &SystemRandom).expect("a key");
    let keyring = Arc::new(Keyring::load(&keys, Arc::new(SystemRandom)).expect("both keys"));
    assert_eq!(keyring.active(), new);
    assert_eq!(reseal::uses(&app.state.store, &keyring).await.unwrap()[&old].sealed, 3);
    // Interrupted at many points: whatever is sealed opens, under one key or the other.
    for round in 0..20_u64 {
        let (store, ring) = (app.state.store.clone(), keyring.clone());
        let work = tokio::spawn(async move { reseal::reseal(&store, &ring).await });
        let _ = tokio::time::timeout(Duration::from_micros(200 * round), async { work.is_finished() }).await;
        work.abort();
        let _ = work.await;
        readable(&app, &keyring).await;
    }
    reseal::reseal(&app.state.store, &keyring).await.expect("it ends");
    assert_eq!(reseal::reseal(&app.state.store, &keyring).await.unwrap(), 0, "nothing is left to do");
    let uses = reseal::uses(&app.state.store, &keyring).await.unwrap();
    assert_eq!((uses[&old].sealed, uses[&new].sealed), (0, 3));
    // Nothing sealed needs the old key; the active one is never deleted.
    assert!(remove_key(&keys, new).is_err());
    app.restart().await;
    let more = app.authorize_modern(&["CON-002"]).await;
    assert_eq!(app.save_connected(&more).await.state, AuthorizationState::Done);
    let more = app.authorize(&["CON-003"]).await;
    assert_eq!(app.save_connected(&more).await.state, AuthorizationState::Done);
    assert_eq!((app.set("CON-002").await.method, app.set("CON-003").await.method), (Method::Modern, Method::Hybrid));
}

/// Every refresh token opens, and every sealed value names a key that is there.
async fn readable(app: &TestApp, keyring: &Keyring) {
    let tx = app.state.store.read(app.organization).await.expect("a transaction");
    for kind in SealedKind::ALL {
        for row in tx.list_sealed(kind, None, 100).await.expect("sealed values") {
            let key = row.sealed.key_id().expect("a key id");
            assert!(keyring.ids().any(|id| id == key), "{kind:?}");
        }
    }
    drop(tx);
    let mut with_both = app.state.clone();
    with_both.keyring = Arc::new(Keyring::load(&app.data().join("keys"), Arc::new(SystemRandom)).expect("both keys"));
    assert_eq!(app.refresh_tokens_by(&with_both).await.len(), 2);
}
