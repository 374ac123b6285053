//! Background work: claims with a lease and an epoch; a late hand finds its claim lost (R7).

use rekey_tests::databases::{TestDatabase, next_id};
use server::store::{
    Store,
    work::{self, NewWork, Work, WorkKind},
};
use shared::id::OrganizationId;
use std::collections::BTreeSet;
use uuid::Uuid;

rekey_tests::on_both![
    work_is_claimed_when_it_is_due_and_oldest_first,
    claimers_at_once_never_share_a_row,
    an_expired_lease_is_claimed_again_with_a_higher_epoch,
    r7_a_stale_epoch_neither_finishes_nor_postpones,
    a_subject_has_one_row_for_each_kind_and_adding_again_ends_the_claim,
    postponed_work_comes_back_with_its_tries,
];

fn new_work(kind: WorkKind, subject: Uuid, due: i64) -> NewWork {
    NewWork { id: next_id(), kind, organization: OrganizationId(next_id()), subject, due }
}

async fn add(store: &Store, new: NewWork) {
    let tx = store.write_system().await.unwrap();
    work::add(&tx, new).await.unwrap();
    tx.commit().await.unwrap();
}

async fn claim(store: &Store, now: i64, lease: i64, count: u64) -> Vec<Work> {
    let tx = store.write_system().await.unwrap();
    let claimed = work::claim(&tx, now, lease, count).await.unwrap();
    tx.commit().await.unwrap();
    claimed
}

async fn work_is_claimed_when_it_is_due_and_oldest_first(database: TestDatabase) {
    let store = &database.store;
    assert_eq!(work::next_due(&store.read_system().await.unwrap()).await.unwrap(), None);
    let new = [30, 10, 20].map(|due| new_work(WorkKind::Save, next_id(), due));
    for new in new {
        add(store, new).await;
    }
    assert_eq!(work::next_due(&store.read_system().await.unwrap()).await.unwrap(), Some(10));
    assert_eq!(claim(store, 9, 100, 10).await, []);
    let claimed = claim(store, 20, 100, 10).await;
    assert_eq!(claimed.iter().map(|work| work.subject).collect::<Vec<_>>(), [new[1].subject, new[2].subject]);
    let first = claimed[0];
    let expected = Work {
        id: new[1].id,
        kind: WorkKind::Save,
        organization: new[1].organization,
        subject: new[1].subject,
        epoch: 1,
        attempts: 0,
    };
    assert_eq!(first, expected);
    assert_eq!(claim(store, 30, 100, 10).await.len(), 1);
    assert_eq!(work::next_due(&store.read_system().await.unwrap()).await.unwrap(), Some(120));
}

async fn claimers_at_once_never_share_a_row(database: TestDatabase) {
    let tx = database.store.write_system().await.unwrap();
    for due in 0..200 {
        work::add(&tx, new_work(WorkKind::Heartbeat, next_id(), due)).await.unwrap();
    }
    tx.commit().await.unwrap();
    let claimers: Vec<_> = (0..8)
        .map(|_| {
            let store = database.store.clone();
            tokio::spawn(async move {
                let mut mine = Vec::new();
                loop {
                    let claimed = claim(&store, 1_000, 1_000_000, 5).await;
                    if claimed.is_empty() {
                        return mine;
                    }
                    mine.extend(claimed.into_iter().map(|work| work.id));
                    tokio::task::yield_now().await;
                }
            })
        })
        .collect();
    let mut all = Vec::new();
    for claimer in claimers {
        all.extend(claimer.await.unwrap());
    }
    assert_eq!((all.len(), all.into_iter().collect::<BTreeSet<_>>().len()), (200, 200));
}

async fn an_expired_lease_is_claimed_again_with_a_higher_epoch(database: TestDatabase) {
    let store = &database.store;
    add(store, new_work(WorkKind::Save, next_id(), 0)).await;
    let first = claim(store, 0, 100, 1).await.remove(0);
    assert_eq!(claim(store, 99, 100, 1).await, []);
    let second = claim(store, 100, 100, 1).await.remove(0);
    assert_eq!(second, Work { epoch: 2, ..first });
}

async fn r7_a_stale_epoch_neither_finishes_nor_postpones(database: TestDatabase) {
    let store = &database.store;
    add(store, new_work(WorkKind::Save, next_id(), 0)).await;
    let paused = claim(store, 0, 100, 1).await.remove(0);
    let current = claim(store, 100, 100, 1).await.remove(0);

    let tx = store.write_system().await.unwrap();
    assert!(!work::finish(&tx, &paused).await.unwrap());
    assert!(!work::postpone(&tx, &paused, 5_000, 7).await.unwrap());
    assert_eq!(work::next_due(&tx).await.unwrap(), Some(200));
    assert!(work::finish(&tx, &current).await.unwrap());
    assert!(!work::finish(&tx, &current).await.unwrap());
    assert!(!work::postpone(&tx, &current, 5_000, 7).await.unwrap());
    assert_eq!(work::next_due(&tx).await.unwrap(), None);
}

async fn a_subject_has_one_row_for_each_kind_and_adding_again_ends_the_claim(database: TestDatabase) {
    let (store, subject) = (&database.store, next_id());
    let new = new_work(WorkKind::Heartbeat, subject, 0);
    add(store, new).await;
    add(store, new_work(WorkKind::Save, subject, 1_000)).await;
    let held = claim(store, 0, 100, 10).await.remove(0);
    assert_eq!((held.kind, held.epoch), (WorkKind::Heartbeat, 1));

    add(store, NewWork { due: 50, ..new_work(WorkKind::Heartbeat, subject, 0) }).await;
    let tx = store.write_system().await.unwrap();
    assert!(!work::finish(&tx, &held).await.unwrap(), "what came in meanwhile would be lost");
    drop(tx);
    let again = claim(store, 50, 100, 10).await;
    assert_eq!(again, [Work { epoch: 3, ..held }]);
    assert_eq!(claim(store, 1_000, 100, 10).await.len(), 2);
}

async fn postponed_work_comes_back_with_its_tries(database: TestDatabase) {
    let store = &database.store;
    add(store, new_work(WorkKind::Save, next_id(), 0)).await;
    let held = claim(store, 0, 100, 1).await.remove(0);
    let tx = store.write_system().await.unwrap();
    assert!(work::postpone(&tx, &held, 500, 3).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(claim(store, 499, 100, 1).await, []);
    assert_eq!(claim(store, 500, 100, 1).await, [Work { epoch: 2, attempts: 3, ..held }]);
}
