//! Backup sets: changed by version, listed in pages; and the stream of their changed methods.

mod list;

use rekey_tests::{
    clock::START,
    databases::{TestDatabase, next_id},
    records,
};
use server::store::{Store, backup_sets::BackupSet};
use shared::{
    backup_set::{AccountRole, Covers, Region},
    id::{BackupSetId, ConnectionId, CustomerId, OrganizationId},
    method::Method,
    workload::Workload,
};

rekey_tests::on_both![
    a_set_is_stored_as_it_was_made,
    an_external_id_is_one_set,
    an_update_writes_everything_but_method_and_connection,
    of_two_updates_from_one_version_the_second_is_refused,
    a_changed_method_is_noted_in_the_stream,
    the_stream_has_no_gaps_for_a_reader_beside_many_writers,
];

async fn a_set_is_stored_as_it_was_made(database: TestDatabase) {
    let tx = database.store.write(database.organization("Contoso").await).await.unwrap();
    let customer = records::customer("Fabrikam");
    let full = records::backup_set(&customer, "Mail of Ann");
    let plain = BackupSet {
        account: None,
        account_role: AccountRole::Ordinary,
        covers: Covers::OwnAccount,
        workloads: Workload::ALL.into(),
        region: Region::Global,
        client_version: None,
        method: Method::Modern,
        ..records::backup_set(&customer, "Everything")
    };
    tx.add_backup_sets(&[full.clone(), plain.clone()], START).await.unwrap();
    for set in [&full, &plain] {
        assert_eq!(tx.find_backup_set(set.id).await.unwrap().as_ref(), Some(set));
        let found = tx.find_backup_sets_by_external_id(&[&set.external_id, "unknown"]).await.unwrap();
        assert_eq!(found.iter().collect::<Vec<_>>(), [set]);
    }
    assert_eq!(tx.find_backup_set(BackupSetId(next_id())).await.unwrap(), None);
    assert_eq!(tx.find_backup_sets(&[plain.id, BackupSetId(next_id())]).await.unwrap(), [plain]);
    assert_eq!(tx.find_backup_sets(&[]).await.unwrap(), []);
}

async fn an_external_id_is_one_set(database: TestDatabase) {
    let (contoso, adatum) = (database.organization("Contoso").await, database.organization("Adatum").await);
    let set = add(&database.store, contoso, 1).await.remove(0);
    let twin = BackupSet { id: BackupSetId(next_id()), ..set };
    let tx = database.store.write(contoso).await.unwrap();
    assert!(tx.add_backup_sets(std::slice::from_ref(&twin), START).await.unwrap_err().is_conflict());
    drop(tx);
    let tx = database.store.write(adatum).await.unwrap();
    tx.add_backup_sets(&[twin], START).await.unwrap();
}

async fn an_update_writes_everything_but_method_and_connection(database: TestDatabase) {
    let organization = database.organization("Contoso").await;
    let set = add(&database.store, organization, 1).await.remove(0);
    let tx = database.store.write(organization).await.unwrap();
    let changed = BackupSet {
        id: set.id,
        external_id: set.external_id.clone(),
        customer: CustomerId(next_id()),
        customer_name: "northwind".to_owned(),
        account: None,
        account_role: AccountRole::Ordinary,
        covers: Covers::WholeTenant,
        workloads: [Workload::Teams].into(),
        region: Region::China,
        client_version: None,
        method: Method::Modern,
        connection: Some(ConnectionId(next_id())),
        ..records::backup_set(&records::customer("Northwind"), "Renamed")
    };
    assert!(tx.update_backup_set(&changed).await.unwrap());
    let expected = BackupSet { method: Method::Basic, connection: None, version: 2, ..changed };
    assert_eq!(tx.find_backup_set(set.id).await.unwrap(), Some(expected));
}

async fn of_two_updates_from_one_version_the_second_is_refused(database: TestDatabase) {
    let organization = database.organization("Contoso").await;
    let set = add(&database.store, organization, 1).await.remove(0);
    let tx = database.store.write(organization).await.unwrap();
    assert!(tx.update_backup_set(&set).await.unwrap());
    assert!(!tx.update_backup_set(&set).await.unwrap());
    assert!(!tx.change_method(&set, Method::Hybrid, ConnectionId(next_id()), START).await.unwrap());
    assert_eq!(tx.list_method_changes(0, 10).await.unwrap(), []);
    let current = BackupSet { version: 2, ..set };
    assert!(tx.change_method(&current, Method::Hybrid, ConnectionId(next_id()), START).await.unwrap());
    assert!(!tx.update_backup_set(&current).await.unwrap());
}

async fn a_changed_method_is_noted_in_the_stream(database: TestDatabase) {
    let organization = database.organization("Contoso").await;
    let sets = add(&database.store, organization, 5).await;
    let tx = database.store.write(organization).await.unwrap();
    let connection = ConnectionId(next_id());
    for set in &sets {
        assert!(tx.change_method(set, Method::Hybrid, connection, START.plus(3)).await.unwrap());
    }
    let expected = BackupSet {
        method: Method::Hybrid,
        connection: Some(connection),
        method_changed_at: Some(START.plus(3)),
        version: 2,
        ..sets[2].clone()
    };
    assert_eq!(tx.find_backup_set(sets[2].id).await.unwrap(), Some(expected));

    let stream = tx.list_method_changes(0, 100).await.unwrap();
    assert_eq!(stream.iter().map(|change| change.sequence).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    assert_eq!(
        stream.iter().map(|change| change.backup_set).collect::<Vec<_>>(),
        sets.iter().map(|set| set.id).collect::<Vec<_>>()
    );
    let third = &stream[2];
    assert_eq!(
        (&third.external_id, third.method, third.changed_at),
        (&sets[2].external_id, Method::Hybrid, START.plus(3))
    );
    assert_eq!(tx.list_method_changes(2, 2).await.unwrap(), stream[2..4]);
    assert_eq!(tx.list_method_changes(5, 2).await.unwrap(), []);
}

async fn the_stream_has_no_gaps_for_a_reader_beside_many_writers(database: TestDatabase) {
    let organization = database.organization("Contoso").await;
    let sets = add(&database.store, organization, 60).await;
    let writers: Vec<_> = sets
        .into_iter()
        .zip(0..)
        .map(|(set, number)| {
            let store = database.store.clone();
            tokio::spawn(async move {
                let tx = store.write(organization).await.unwrap();
                assert!(tx.change_method(&set, Method::Modern, ConnectionId(next_id()), START).await.unwrap());
                // One in six fails after it has drawn a number.
                if number % 6 != 0 {
                    tx.commit().await.unwrap();
                }
            })
        })
        .collect();
    let mut last = 0;
    while last < 50 {
        let tx = database.store.read(organization).await.unwrap();
        for change in tx.list_method_changes(last, 7).await.unwrap() {
            assert_eq!(change.sequence, last + 1, "a number appeared before its predecessor");
            last = change.sequence;
        }
        tokio::task::yield_now().await;
    }
    for writer in writers {
        writer.await.unwrap();
    }
    let tx = database.store.read(organization).await.unwrap();
    assert_eq!(tx.list_method_changes(0, 100).await.unwrap().len(), 50);
}

async fn add(store: &Store, organization: OrganizationId, count: usize) -> Vec<BackupSet> {
    let customer = records::customer("Fabrikam");
    let sets: Vec<_> = (0..count).map(|number| records::backup_set(&customer, &format!("Set {number}"))).collect();
    let tx = store.write(organization).await.unwrap();
    tx.add_backup_sets(&sets, START).await.unwrap();
    tx.commit().await.unwrap();
    sets
}
