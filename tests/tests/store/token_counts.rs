//! Counts of tokens add up; how broad a key was is the most that was seen; leases of connections are fenced (R7).

use rekey_tests::{
    clock::START,
    databases::{TestDatabase, next_id},
    records,
};
use server::store::token_counts::{KeyBreadth, TokenCount};
use shared::{
    id::{ApiKeyId, ConnectionId},
    rules::{manifest::Resource, scopes::Purpose},
};

rekey_tests::on_both![
    counts_of_the_same_minute_add_up,
    a_key_is_as_broad_as_its_broadest_hour_before,
    m2_another_organizations_counts_are_not_there,
    r7_a_lease_is_one_callers_until_it_ends_and_an_older_epoch_stores_nothing,
    of_callers_at_once_one_gets_the_lease,
];

fn count(minute: i64, count: i64) -> TokenCount {
    let (connection, api_key) = (ConnectionId(next_id()), ApiKeyId(next_id()));
    TokenCount { minute, connection, api_key, resource: Resource::Graph, purpose: Purpose::Backup, count }
}

async fn counts_of_the_same_minute_add_up(database: TestDatabase) {
    let tx = database.store.write(database.organization("Contoso").await).await.unwrap();
    let one = count(10, 3);
    let restore = TokenCount { purpose: Purpose::Restore, ..one };
    let later = TokenCount { minute: 11, ..one };
    tx.add_token_counts(&[one, later]).await.unwrap();
    tx.add_token_counts(&[TokenCount { count: 4, ..one }, restore]).await.unwrap();
    tx.add_token_counts(&[]).await.unwrap();
    let mut found = tx.list_token_counts(10, 10).await.unwrap();
    found.sort_by_key(|row| (row.minute, row.purpose, row.count));
    assert_eq!(found, [TokenCount { count: 7, ..one }, restore, later]);
    assert_eq!(tx.list_token_counts(11, 10).await.unwrap(), [later]);
}

async fn a_key_is_as_broad_as_its_broadest_hour_before(database: TestDatabase) {
    let tx = database.store.write(database.organization("Contoso").await).await.unwrap();
    let api_key = ApiKeyId(next_id());
    let breadth = |hour, sets| KeyBreadth { api_key, hour, sets };
    assert_eq!(tx.find_key_breadth(api_key, 100).await.unwrap(), 0);
    tx.add_key_breadth(&[breadth(97, 9), breadth(98, 5), breadth(100, 50)]).await.unwrap();
    tx.add_key_breadth(&[breadth(98, 12)]).await.unwrap();
    tx.add_key_breadth(&[breadth(98, 2)]).await.unwrap();
    assert_eq!(tx.find_key_breadth(api_key, 100).await.unwrap(), 12);
    assert_eq!(tx.find_key_breadth(api_key, 98).await.unwrap(), 9);
    assert_eq!(tx.find_key_breadth(api_key, 101).await.unwrap(), 50);
    assert_eq!(tx.find_key_breadth(ApiKeyId(next_id()), 101).await.unwrap(), 0);
}

async fn m2_another_organizations_counts_are_not_there(database: TestDatabase) {
    let (own, other) = (database.organization("Contoso").await, database.organization("Fabrikam").await);
    let one = count(10, 3);
    let tx = database.store.write(own).await.unwrap();
    tx.add_token_counts(&[one]).await.unwrap();
    tx.add_key_breadth(&[KeyBreadth { api_key: one.api_key, hour: 1, sets: 9 }]).await.unwrap();
    tx.commit().await.unwrap();
    let tx = database.store.read(other).await.unwrap();
    assert!(tx.list_token_counts(0, 10).await.unwrap().is_empty());
    assert_eq!(tx.find_key_breadth(one.api_key, 2).await.unwrap(), 0);
}

async fn r7_a_lease_is_one_callers_until_it_ends_and_an_older_epoch_stores_nothing(database: TestDatabase) {
    let organization = database.organization("Contoso").await;
    let tx = database.store.write(organization).await.unwrap();
    let one = records::connection(&records::customer("Fabrikam"), "ann@fabrikam.example");
    tx.add_connection(&one).await.unwrap();
    let first = tx.lease_connection(one.id, 1_000, 61_000).await.unwrap().expect("a lease");
    assert_eq!(tx.lease_connection(one.id, 60_999, 120_000).await.unwrap(), None);
    // The holder was paused past its lease: the next one has the connection, and the late result finds another epoch.
    let second = tx.lease_connection(one.id, 61_000, 121_000).await.unwrap().expect("the lease ended");
    assert!(second > first);
    assert!(!tx.release_connection(one.id, first).await.unwrap());
    assert!(tx.release_connection(one.id, second).await.unwrap());
    assert!(tx.lease_connection(one.id, 61_001, 121_000).await.unwrap().is_some(), "given back early");
    assert_eq!(tx.lease_connection(ConnectionId(next_id()), 0, 1).await.unwrap(), None);
    tx.commit().await.unwrap();
    let other = database.organization("Fabrikam").await;
    let tx = database.store.write(other).await.unwrap();
    assert_eq!(tx.lease_connection(one.id, 900_000, 960_000).await.unwrap(), None);
    assert!(!tx.release_connection(one.id, second + 1).await.unwrap());
}

async fn of_callers_at_once_one_gets_the_lease(database: TestDatabase) {
    let organization = database.organization("Contoso").await;
    let one = records::connection(&records::customer("Fabrikam"), "ann@fabrikam.example");
    let tx = database.store.write(organization).await.unwrap();
    tx.add_connection(&one).await.unwrap();
    tx.commit().await.unwrap();
    let now = START.0 * 1000;
    let callers = (0..24).map(|_| {
        let (store, id) = (database.store.clone(), one.id);
        tokio::spawn(async move {
            let tx = store.write(organization).await.unwrap();
            let epoch = tx.lease_connection(id, now, now + 60_000).await.unwrap();
            tx.commit().await.unwrap();
            epoch
        })
    });
    let epochs = futures::future::join_all(callers).await;
    assert_eq!(epochs.into_iter().filter(|epoch| epoch.as_ref().unwrap().is_some()).count(), 1);
}
