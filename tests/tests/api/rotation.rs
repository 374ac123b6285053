//! S4: the master key is rotated while everything runs, can be interrupted anywhere, and nothing becomes unreadable.

use rekey_tests::{
    app::{TestApp, eventually},
    app_on_both,
};
use server::{
    random::SystemRandom,
    seal::{KeyId, Keyring, SealContext, add_key, remove_key},
    services::reseal,
    store::sealed::SealedKind,
};
use shared::{api::authorizations::AuthorizationState, method::Method};
use std::{
    future::poll_fn,
    path::Path,
    pin::pin,
    sync::Arc,
    task::{Context, Poll},
};
use uuid::Uuid;

app_on_both! {
    s4_a_rotation_is_online_resumable_and_loses_nothing,
    s4_a_rotation_is_interrupted_at_many_points,
    s1_the_uses_of_a_key_outlive_the_process_and_are_those_of_all_nodes,
}

/// Values of each kind: more than one transaction takes.
const EACH: usize = 120;
/// Interruptions with some values sealed anew and others not, spread over the whole rotation.
const POINTS: usize = 20;

fn keyring(keys: &Path) -> Keyring {
    Keyring::load(keys, Arc::new(SystemRandom)).expect("a keyring")
}

async fn s4_a_rotation_is_online_resumable_and_loses_nothing(mut app: TestApp) {
    app.import_sample().await;
    app.connect_account(&["CON-001"], "backup@contoso.com").await;
    app.connect_account(&["CON-009"], "priya.shah@contoso.com").await;
    app.set_up(&["CON-015"]).await;
    let old = app.state.keyring.active();
    let keys = app.data().join("keys");
    let new = add_key(&keys, &SystemRandom).expect("a key");
    let both = keyring(&keys);
    assert_eq!(both.active(), new);
    assert_eq!(reseal::uses(&app.state.store, &both).await.unwrap()[&old].sealed, 3);
    assert_eq!(reseal::reseal(&app.state.store, &both).await.expect("it ends"), 3);
    assert_eq!(reseal::reseal(&app.state.store, &both).await.unwrap(), 0, "nothing is left to do");
    let uses = reseal::uses(&app.state.store, &both).await.unwrap();
    assert_eq!((uses[&old].sealed, uses[&new].sealed), (0, 3));
    // The active key is never deleted.
    assert!(remove_key(&keys, new).is_err());
    app.restart().await;
    let more = app.authorize_modern(&["CON-002"]).await;
    assert_eq!(app.save_connected(&more).await.state, AuthorizationState::Done);
    let more = app.authorize(&["CON-003"]).await;
    assert_eq!(app.save_connected(&more).await.state, AuthorizationState::Done);
    assert_eq!((app.set("CON-002").await.method, app.set("CON-003").await.method), (Method::Modern, Method::Hybrid));
}

/// Nonces must not repeat under a key: what a node knows of its uses is what all of them sealed, before it started too.
async fn s1_the_uses_of_a_key_outlive_the_process_and_are_those_of_all_nodes(mut app: TestApp) {
    app.import_sample().await;
    app.connect_account(&["CON-001"], "backup@contoso.com").await;
    let used = app.state.keyring.uses();
    assert!(used >= 2, "a posted token and a refresh token: {used}");
    app.restart().await;
    let knows = async |count: u64| app.state.keyring.uses() >= count;
    eventually("the uses before", async || knows(used).await).await;
    let other = keyring(&app.data().join("keys"));
    let context = SealContext { organization: app.organization, kind: "refresh_token", row: Uuid::nil(), version: 1 };
    for _ in 0..5 {
        other.seal(&context, b"another node's").expect("sealed");
    }
    reseal::count_uses(&app.state.store, &other).await.expect("counted");
    assert!(other.uses() >= used + 5, "it learns of what was before");
    reseal::count_uses(&app.state.store, &app.state.keyring).await.expect("counted");
    assert!(knows(used + 5).await);
    let now = app.state.keyring.uses();
    reseal::count_uses(&app.state.store, &app.state.keyring).await.expect("counted");
    assert_eq!(app.state.keyring.uses(), now, "each use counts once");
}

/// Each time another key, and the work ends after another number of its steps, as if the process had died there. What no value
/// uses goes at once, so that a use that was not counted would leave something unreadable.
async fn s4_a_rotation_is_interrupted_at_many_points(mut app: TestApp) {
    app.import_sample().await;
    app.connect_account(&["CON-001"], "backup@contoso.com").await;
    app.plant_sealed(EACH).await;
    app.seal_audit().await;
    let (keys, first) = (app.data().join("keys"), app.state.keyring.active());
    let before = app.opened(&app.state.keyring).await;
    let all = u64::try_from(EACH * SealedKind::ALL.len() + 1).unwrap();
    assert_eq!(before.len(), EACH * SealedKind::ALL.len() + 1);
    add_key(&keys, &SystemRandom).expect("a key");
    let (steps, changed) = steps(&app, &keyring(&keys), usize::MAX).await;
    assert_eq!((changed, steps > 2 * POINTS), (Some(all), true), "{steps} steps");
    let (mut halves, mut most) = (0, 0);
    while halves < POINTS {
        most += steps / POINTS;
        let new = add_key(&keys, &SystemRandom).expect("a key");
        let ring = keyring(&keys);
        let (_, ended) = self::steps(&app, &ring, most).await;
        let uses = reseal::uses(&app.state.store, &ring).await.unwrap();
        assert_eq!(uses.values().map(|one| one.sealed).sum::<u64>(), all, "each value once, under some key");
        halves += usize::from(ended.is_none() && (1..all).contains(&uses[&new].sealed));
        if ended.is_some() {
            // Once more from the beginning, at other steps.
            most = halves;
        }
        forget_unused(&app, &keys, new).await;
        assert_eq!(app.opened(&keyring(&keys)).await, before, "interrupted after {most} steps");
    }
    // Whoever begins again goes on from there, and then no older key is in use.
    let ring = keyring(&keys);
    let left = all - reseal::uses(&app.state.store, &ring).await.unwrap()[&ring.active()].sealed;
    assert_eq!(reseal::reseal(&app.state.store, &ring).await.unwrap(), left);
    forget_unused(&app, &keys, ring.active()).await;
    let kept = keyring(&keys).ids();
    assert!(kept.len() == 2 && kept.contains(&first), "the first one verifies the audit log");
    assert_eq!(app.opened(&keyring(&keys)).await, before);
    app.restart().await;
    let more = app.authorize(&["CON-003"]).await;
    assert_eq!(app.save_connected(&more).await.state, AuthorizationState::Done);
}

/// Seals anew until so many steps were made; gives how many there were, and what came of it if it ended by itself.
async fn steps(app: &TestApp, keyring: &Keyring, most: usize) -> (usize, Option<u64>) {
    let mut work = pin!(reseal::reseal(&app.state.store, keyring));
    let mut made = 0;
    let step = |context: &mut Context<'_>| {
        if made == most {
            return Poll::Ready(None);
        }
        made += 1;
        work.as_mut().poll(context).map(Some)
    };
    let ended = poll_fn(step).await;
    (made, ended.map(|changed| changed.expect("no failure")))
}

/// Deletes every key that nothing is said to use.
async fn forget_unused(app: &TestApp, keys: &Path, active: KeyId) {
    for (key, uses) in reseal::uses(&app.state.store, &keyring(keys)).await.unwrap() {
        if (uses.sealed, uses.audit) == (0, 0) && key != active {
            remove_key(keys, key).expect("it goes");
        }
    }
}
