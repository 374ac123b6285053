//! Transactions: all or nothing, queued instead of failing, one snapshot for a reader.

use rekey_tests::{
    clock::{ManualClock, START},
    databases::TestDatabase,
    random::SeededRandom,
    records,
};
use server::{
    audit::{Actor, Recorder},
    store::Store,
};
use shared::id::{AuthorizationId, OrganizationId};
use std::sync::Arc;
use tokio::sync::oneshot;

rekey_tests::on_both![
    forty_writers_at_once_all_succeed,
    a_dropped_transaction_leaves_nothing,
    a_writer_that_is_cancelled_midway_leaves_nothing_and_blocks_nobody,
    a_failed_statement_leaves_nothing,
    a_reader_sees_one_moment,
    a_reader_cannot_write,
    readers_do_not_wait_for_a_writer,
    l1_an_event_commits_with_its_change_or_not_at_all,
];

const WRITERS: i64 = 40;
const WRITES: i64 = 24;

async fn authorization(store: &Store, organization: OrganizationId) -> AuthorizationId {
    let authorization = records::authorization(&records::customer("Fabrikam"));
    let tx = store.write(organization).await.unwrap();
    tx.add_authorization(&authorization).await.unwrap();
    tx.commit().await.unwrap();
    authorization.id
}

async fn version(store: &Store, organization: OrganizationId, id: AuthorizationId) -> i64 {
    store.read(organization).await.unwrap().find_authorization_version(id).await.unwrap().unwrap()
}

/// Reads, then writes, from four nodes (on SQLite: the server and commands beside it). With the default mode of SQLite,
/// four in five of these transactions failed.
async fn forty_writers_at_once_all_succeed(database: TestDatabase) {
    let organization = database.organization("Contoso").await;
    let shared = authorization(&database.store, organization).await;
    let mut nodes = vec![database.store.clone()];
    for _ in 1..4 {
        nodes.push(Store::open(&database.config).await.unwrap());
    }
    let writers: Vec<_> = (0..WRITERS)
        .zip(nodes.into_iter().cycle())
        .map(|(_, store)| {
            tokio::spawn(async move {
                for _ in 0..WRITES {
                    let tx = store.write(organization).await.unwrap();
                    tx.find_authorization_version(shared).await.unwrap().unwrap();
                    assert!(tx.touch_authorization(shared).await.unwrap());
                    tx.add_member(&records::member("Ann"), START).await.unwrap();
                    tx.commit().await.unwrap();
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    assert_eq!(version(&database.store, organization, shared).await, 1 + WRITERS * WRITES);
    let tx = database.store.read(organization).await.unwrap();
    assert_eq!(i64::try_from(tx.list_members().await.unwrap().len()), Ok(WRITERS * WRITES));
}

async fn a_dropped_transaction_leaves_nothing(database: TestDatabase) {
    let organization = database.organization("Contoso").await;
    let shared = authorization(&database.store, organization).await;
    for _ in 0..50 {
        let tx = database.store.write(organization).await.unwrap();
        tx.add_customer(&records::customer("Fabrikam"), None, START).await.unwrap();
        assert!(tx.touch_authorization(shared).await.unwrap());
        drop(tx);
    }
    assert_eq!(version(&database.store, organization, shared).await, 1);
    assert_eq!(database.store.read(organization).await.unwrap().count_customers().await.unwrap(), 0);
}

async fn a_writer_that_is_cancelled_midway_leaves_nothing_and_blocks_nobody(database: TestDatabase) {
    let organization = database.organization("Contoso").await;
    let shared = authorization(&database.store, organization).await;
    for _ in 0..20 {
        let (store, (written, wait)) = (database.store.clone(), oneshot::channel());
        let writer = tokio::spawn(async move {
            let tx = store.write(organization).await.unwrap();
            assert!(tx.touch_authorization(shared).await.unwrap());
            written.send(()).unwrap();
            std::future::pending::<()>().await;
            tx.commit().await.unwrap();
        });
        wait.await.unwrap();
        writer.abort();
        assert!(writer.await.unwrap_err().is_cancelled());
    }
    let tx = database.store.write(organization).await.unwrap();
    assert!(tx.touch_authorization(shared).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(version(&database.store, organization, shared).await, 2);
}

async fn a_failed_statement_leaves_nothing(database: TestDatabase) {
    let organization = database.organization("Contoso").await;
    let (first, second) = (records::customer("Fabrikam"), records::customer("Northwind"));
    let twin = server::store::customers::Customer { tenant: first.tenant, ..records::customer("Twin") };
    let tx = database.store.write(organization).await.unwrap();
    for customer in [&first, &second] {
        tx.add_customer(customer, None, START).await.unwrap();
    }
    assert!(tx.add_customer(&twin, None, START).await.unwrap_err().is_conflict());
    drop(tx);
    assert_eq!(database.store.read(organization).await.unwrap().count_customers().await.unwrap(), 0);
}

async fn a_reader_sees_one_moment(database: TestDatabase) {
    let organization = database.organization("Contoso").await;
    let reader = database.store.read(organization).await.unwrap();
    assert_eq!(reader.count_customers().await.unwrap(), 0);
    let tx = database.store.write(organization).await.unwrap();
    tx.add_customer(&records::customer("Fabrikam"), None, START).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(reader.count_customers().await.unwrap(), 0);
    assert_eq!(reader.list_customers("", None, 10).await.unwrap(), []);
    drop(reader);
    assert_eq!(database.store.read(organization).await.unwrap().count_customers().await.unwrap(), 1);
}

async fn a_reader_cannot_write(database: TestDatabase) {
    let organization = database.organization("Contoso").await;
    let reader = database.store.read(organization).await.unwrap();
    let refused = reader.add_customer(&records::customer("Fabrikam"), None, START).await.unwrap_err();
    assert!(!refused.is_conflict());
    drop(reader);
    let shared = authorization(&database.store, organization).await;
    let reader = database.store.read(organization).await.unwrap();
    reader.touch_authorization(shared).await.unwrap_err();
}

async fn readers_do_not_wait_for_a_writer(database: TestDatabase) {
    let organization = database.organization("Contoso").await;
    let shared = authorization(&database.store, organization).await;
    let writer = database.store.write(organization).await.unwrap();
    assert!(writer.touch_authorization(shared).await.unwrap());
    assert_eq!(version(&database.store, organization, shared).await, 1);
    writer.commit().await.unwrap();
    assert_eq!(version(&database.store, organization, shared).await, 2);
}

/// The pair is written by one transaction, so none can be seen without the other.
async fn l1_an_event_commits_with_its_change_or_not_at_all(database: TestDatabase) {
    let organization = database.organization("Contoso").await;
    let recorder = Recorder { clock: Arc::new(ManualClock::default()), random: Arc::new(SeededRandom::default()) };
    for commits in [false, true] {
        let tx = database.store.write(organization).await.unwrap();
        tx.add_customer(&records::customer("Fabrikam"), None, START).await.unwrap();
        recorder.record(&tx, "customer_added", &Actor::Operator, "x".to_owned(), String::new()).await.unwrap();
        if commits {
            tx.commit().await.unwrap();
        } else {
            drop(tx);
        }
        let tx = database.store.read(organization).await.unwrap();
        let expected = u64::from(commits);
        assert_eq!(tx.count_customers().await.unwrap(), expected);
        assert_eq!(tx.list_audit(None, 10).await.unwrap().len() as u64, expected);
    }
}
