//! The rows of a wave, for the same proofs.

use rekey_tests::{clock::START, databases::next_id, records};
use server::store::{
    Scoped,
    authorizations::Authorization,
    backup_sets::BackupSet,
    customers::Customer,
    sign_ins::SignIn,
    waves::{HeldState, Wave},
};
use shared::{
    api::authorizations::SignInState,
    id::{ConnectionId, SignInId},
};

/// A wave of one customer.
pub struct Waves {
    wave: Wave,
    /// Has a link that works.
    linked: Authorization,
    /// Waits for somebody who has the link.
    invited: SignIn,
}

/// Adds it: sign-ins of every kind that a function looks for.
pub async fn fill(tx: &Scoped, customer: &Customer, set: &BackupSet) -> Waves {
    let wave = records::wave();
    let of_wave = || Authorization { wave: Some(wave.id), ..records::authorization(customer) };
    let (linked, lonely) = (of_wave(), of_wave());
    let of = |authorization: &Authorization| SignIn {
        id: SignInId(next_id()),
        ..records::sign_in(authorization, "lou@fabrikam.example")
    };
    let invited = of(&linked);
    let connected = SignIn { connection: Some(ConnectionId(next_id())), ..of(&linked) };
    let failed = SignIn { state: SignInState::Failed, ..of(&lonely) };
    let all = [&invited, &connected, &failed, &of(&lonely)].map(|one| (one.clone(), 3));
    tx.add_wave(&wave).await.unwrap();
    tx.add_authorizations(&[linked.clone(), lonely]).await.unwrap();
    tx.add_wave_sign_ins(wave.id, &all).await.unwrap();
    tx.add_sign_in_sets(&[records::sign_in_set(&invited, set)]).await.unwrap();
    tx.add_link(&records::link(&linked), START).await.unwrap();
    Waves { wave, linked, invited }
}

/// Names of the functions that found something.
pub async fn seen(tx: &Scoped, rows: &Waves) -> Vec<&'static str> {
    let id = rows.wave.id;
    let found = [
        ("find_wave", tx.find_wave(id).await.unwrap().is_some()),
        ("list_waves", !tx.list_waves(None, 10).await.unwrap().is_empty()),
        ("find_wave_version", tx.find_wave_version(id).await.unwrap().is_some()),
        ("count_wave_items", !tx.count_wave_items(id, START).await.unwrap().is_empty()),
        ("count_wave_customers", tx.count_wave_customers(id).await.unwrap() != 0),
        ("list_wave_items", !tx.list_wave_items(id, SignInState::Waiting, None, 9).await.unwrap().is_empty()),
        ("find_linked", !tx.find_linked(id, &[rows.invited.id], START).await.unwrap().is_empty()),
        ("list_sets_in_open_waves", !tx.list_sets_in_open_waves().await.unwrap().is_empty()),
        ("list_flips", !tx.list_flips(id, 2, 10).await.unwrap().is_empty()),
        ("has_flips", tx.has_flips(id).await.unwrap()),
        ("list_unlinked", !tx.list_unlinked(id, START, 10).await.unwrap().is_empty()),
        ("find_authorizations", !tx.find_authorizations(&[rows.linked.id]).await.unwrap().is_empty()),
        ("count_basic_by_workloads", !tx.count_basic_by_workloads().await.unwrap().is_empty()),
    ];
    found.into_iter().filter(|(_, found)| *found).map(|(name, _)| name).collect()
}

/// Names of the functions that changed something.
pub async fn changed(tx: &Scoped, rows: &Waves) -> Vec<&'static str> {
    let id = rows.wave.id;
    let done = [
        ("retry_failed", tx.retry_failed(id).await.unwrap() != 0),
        ("update_wave_state", tx.update_wave_state(id, HeldState::Open, HeldState::Paused).await.unwrap()),
        ("cancel_authorizations", tx.cancel_authorizations(id, START).await.unwrap() != 0),
    ];
    done.into_iter().filter(|(_, done)| *done).map(|(name, _)| name).collect()
}

/// Whether the wave has customers out of reach.
pub async fn is_beyond_reach(tx: &Scoped, rows: &Waves) -> bool {
    tx.is_beyond_reach(rows.wave.id).await.unwrap()
}
