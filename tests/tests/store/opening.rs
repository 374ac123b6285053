//! Opening: the schema is made once, by whoever comes first, and stays.

use rekey_tests::databases::TestDatabase;
use server::store::{DatabaseConfig, Store, StoreError};

rekey_tests::on_both![opening_again_keeps_the_data, nodes_that_open_at_once_all_succeed];

async fn opening_again_keeps_the_data(database: TestDatabase) {
    let organization = database.organization("Contoso").await;
    let again = Store::open(&database.config).await.unwrap();
    again.ping().await.unwrap();
    let tx = again.read(organization).await.unwrap();
    assert_eq!(tx.find_organization().await.unwrap().unwrap().name, "Contoso");
}

async fn nodes_that_open_at_once_all_succeed(database: TestDatabase) {
    let config = match &database.config {
        DatabaseConfig::Sqlite { path } => DatabaseConfig::Sqlite { path: path.with_extension("fresh") },
        postgres @ DatabaseConfig::Postgres { .. } => {
            database.raw().await.run("DROP OWNED BY CURRENT_USER").await;
            postgres.clone()
        }
    };
    let nodes: Vec<_> = (0..6)
        .map(|_| {
            let config = config.clone();
            tokio::spawn(async move { Store::open(&config).await })
        })
        .collect();
    for node in nodes {
        let store = node.await.unwrap().unwrap();
        assert_eq!(store.read_system().await.unwrap().list_organizations().await.unwrap(), []);
    }
}

#[tokio::test]
async fn m3_a_role_above_row_level_security_is_refused() {
    let database = TestDatabase::postgres().await;
    let url = database.superuser_url.clone();
    let refused = Store::open(&DatabaseConfig::Postgres { url, max_connections: 2 }).await;
    assert!(matches!(refused, Err(StoreError::AboveRowSecurity)));
}
