//! Connections: written only at the token version that the writer saw; their sealed tokens stay in their place (S2).

use rekey_tests::{
    clock::START,
    databases::{TestDatabase, next_id},
    random::SeededRandom,
    records,
};
use server::{
    seal::{Keyring, SealContext, SealError, Sealed},
    store::connections::Connection,
};
use shared::{
    api::customers::ConnectionState,
    id::{ConnectionId, CustomerId, ObjectId, OrganizationId},
};
use std::sync::Arc;

rekey_tests::on_both![
    a_connection_is_found_by_id_and_by_account,
    an_account_has_one_connection,
    a_connection_is_written_only_at_the_token_version_that_was_seen,
    of_writers_at_once_one_stores_its_token,
    connections_are_listed_by_account_and_sick_ones_are_known,
    s2_a_sealed_token_moved_to_another_row_or_organization_does_not_open,
];

async fn a_connection_is_found_by_id_and_by_account(database: TestDatabase) {
    let tx = database.store.write(database.organization("Contoso").await).await.unwrap();
    let connection = Connection {
        state: ConnectionState::NeedsHolder,
        failed_at: Some(START.plus(9)),
        help: Some(records::help()),
        ..records::connection(&records::customer("Fabrikam"), "Ann@fabrikam.example")
    };
    tx.add_connection(&connection).await.unwrap();
    assert_eq!(tx.find_connection(connection.id).await.unwrap().as_ref(), Some(&connection));
    let (tenant, object) = (connection.tenant, connection.object);
    assert_eq!(tx.find_connection_of(tenant, object).await.unwrap(), Some(connection));
    assert_eq!(tx.find_connection_of(tenant, ObjectId(next_id())).await.unwrap(), None);
    assert_eq!(tx.find_connection(ConnectionId(next_id())).await.unwrap(), None);
}

async fn an_account_has_one_connection(database: TestDatabase) {
    let tx = database.store.write(database.organization("Contoso").await).await.unwrap();
    let first = records::connection(&records::customer("Fabrikam"), "ann@fabrikam.example");
    tx.add_connection(&first).await.unwrap();
    let twin = Connection { id: ConnectionId(next_id()), ..first };
    assert!(tx.add_connection(&twin).await.unwrap_err().is_conflict());
}

async fn a_connection_is_written_only_at_the_token_version_that_was_seen(database: TestDatabase) {
    let tx = database.store.write(database.organization("Contoso").await).await.unwrap();
    let first = records::connection(&records::customer("Fabrikam"), "ann@fabrikam.example");
    tx.add_connection(&first).await.unwrap();
    let changed = Connection {
        customer: CustomerId(next_id()),
        account: "Anna@fabrikam.example".to_owned(),
        state: ConnectionState::Doubtful,
        refresh_token: Sealed(vec![9]),
        token_version: 2,
        scopes: "Files.Read.All".to_owned(),
        connected_at: START.plus(1),
        checked_at: START.plus(2),
        failed_at: Some(START.plus(3)),
        help: Some(records::help()),
        ..first.clone()
    };
    assert!(!tx.update_connection(&changed, 2).await.unwrap());
    assert_eq!(tx.find_connection(first.id).await.unwrap().as_ref(), Some(&first));
    assert!(tx.update_connection(&changed, 1).await.unwrap());
    assert!(!tx.update_connection(&changed, 1).await.unwrap());
    assert_eq!(tx.find_connection(first.id).await.unwrap(), Some(changed));
}

async fn of_writers_at_once_one_stores_its_token(database: TestDatabase) {
    let organization = database.organization("Contoso").await;
    let first = records::connection(&records::customer("Fabrikam"), "ann@fabrikam.example");
    let tx = database.store.write(organization).await.unwrap();
    tx.add_connection(&first).await.unwrap();
    tx.commit().await.unwrap();
    let writers: Vec<_> = (0..20_u8)
        .map(|number| {
            let store = database.store.clone();
            let next = Connection { refresh_token: Sealed(vec![number]), token_version: 2, ..first.clone() };
            tokio::spawn(async move {
                let tx = store.write(organization).await.unwrap();
                let stored = tx.update_connection(&next, 1).await.unwrap();
                tx.commit().await.unwrap();
                stored.then_some(next)
            })
        })
        .collect();
    let mut stored = Vec::new();
    for writer in writers {
        stored.extend(writer.await.unwrap());
    }
    assert_eq!(stored.len(), 1);
    let tx = database.store.read(organization).await.unwrap();
    assert_eq!(tx.find_connection(first.id).await.unwrap(), stored.pop());
}

async fn connections_are_listed_by_account_and_sick_ones_are_known(database: TestDatabase) {
    let tx = database.store.write(database.organization("Contoso").await).await.unwrap();
    let (fabrikam, northwind) = (records::customer("Fabrikam"), records::customer("Northwind"));
    let connections = [
        records::connection(&fabrikam, "Zoe@fabrikam.example"),
        Connection { state: ConnectionState::Ended, ..records::connection(&fabrikam, "_x@fabrikam.example") },
        Connection { state: ConnectionState::NeedsHolder, ..records::connection(&fabrikam, "ann@fabrikam.example") },
        records::connection(&northwind, "ben@northwind.example"),
    ];
    for connection in &connections {
        tx.add_connection(connection).await.unwrap();
    }
    let listed = tx.list_connections(&[fabrikam.id]).await.unwrap();
    let accounts: Vec<_> = listed.iter().map(|connection| connection.account.as_str()).collect();
    assert_eq!(accounts, ["_x@fabrikam.example", "ann@fabrikam.example", "Zoe@fabrikam.example"]);
    assert_eq!(tx.list_connections(&[fabrikam.id, northwind.id]).await.unwrap().len(), 4);
    assert_eq!(tx.list_connections(&[]).await.unwrap(), []);
    assert_eq!(tx.customers_needing_attention(10).await.unwrap(), [fabrikam.id]);
}

const KIND: &str = "refresh_token";

fn open(keyring: &Keyring, organization: OrganizationId, connection: &Connection) -> Result<Vec<u8>, SealError> {
    let context = SealContext { organization, kind: KIND, row: connection.id.0, version: connection.token_version };
    keyring.open(&context, &connection.refresh_token).map(|secret| secret.expose().clone())
}

async fn s2_a_sealed_token_moved_to_another_row_or_organization_does_not_open(database: TestDatabase) {
    let keys = tempfile::tempdir().unwrap();
    let keyring = Keyring::create(&keys.path().join("keys"), Arc::new(SeededRandom::default())).unwrap();
    let organizations = [database.organization("Contoso").await, database.organization("Adatum").await];
    let mut places = Vec::new();
    for organization in organizations {
        let tx = database.store.write(organization).await.unwrap();
        for account in ["ann@fabrikam.example", "ben@fabrikam.example"] {
            let mut connection = records::connection(&records::customer("Fabrikam"), account);
            let context = SealContext { organization, kind: KIND, row: connection.id.0, version: 1 };
            let token = format!("refresh token of {account} in {organization}");
            connection.refresh_token = keyring.seal(&context, token.as_bytes()).unwrap();
            tx.add_connection(&connection).await.unwrap();
            places.push((organization, connection.id, token));
        }
        tx.commit().await.unwrap();
    }
    let intruder = database.intruder().await;
    intruder.run("CREATE TABLE kept AS SELECT id, refresh_token FROM connections").await;
    for (_, from, _) in &places {
        for (organization, to, token) in &places {
            let copy = format!(
                "UPDATE connections SET refresh_token = (SELECT refresh_token FROM kept WHERE id = {}) WHERE id = {}",
                intruder.id(from.0),
                intruder.id(to.0)
            );
            assert_eq!(intruder.run(&copy).await, 1);
            let tx = database.store.read(*organization).await.unwrap();
            let connection = tx.find_connection(*to).await.unwrap().unwrap();
            if from == to {
                assert_eq!(open(&keyring, *organization, &connection), Ok(token.clone().into_bytes()));
            } else {
                assert_eq!(open(&keyring, *organization, &connection), Err(SealError::NotThisRecord));
            }
        }
    }

    // The whole row in another organization, and a token of an earlier version put back.
    let (owner, id, _) = &places[0];
    let restore =
        "UPDATE connections SET refresh_token = (SELECT refresh_token FROM kept WHERE kept.id = connections.id)";
    intruder.run(restore).await;
    intruder.run(&format!("UPDATE connections SET token_version = 2 WHERE id = {}", intruder.id(id.0))).await;
    let read = async |organization| {
        let tx = database.store.read(organization).await.unwrap();
        tx.find_connection(*id).await.unwrap().unwrap()
    };
    assert_eq!(open(&keyring, *owner, &read(*owner).await), Err(SealError::NotThisRecord));
    let moved = format!(
        "UPDATE connections SET token_version = 1, organization = {} WHERE id = {}",
        intruder.id(organizations[1].0),
        intruder.id(id.0)
    );
    assert_eq!(intruder.run(&moved).await, 1);
    assert_eq!(open(&keyring, organizations[1], &read(organizations[1]).await), Err(SealError::NotThisRecord));
}
