//! Organizations, outside all others.

use rekey_tests::databases::TestDatabase;
use shared::id::OrganizationId;

rekey_tests::on_both![organizations_are_listed_oldest_first, a_transaction_finds_its_own_organization];

async fn organizations_are_listed_oldest_first(database: TestDatabase) {
    for name in ["Contoso", "Adatum"] {
        database.organization(name).await;
    }
    let listed = database.store.read_system().await.unwrap().list_organizations().await.unwrap();
    assert_eq!(listed.iter().map(|organization| organization.name.as_str()).collect::<Vec<_>>(), ["Contoso", "Adatum"]);
}

async fn a_transaction_finds_its_own_organization(database: TestDatabase) {
    let contoso = database.organization("Contoso").await;
    database.organization("Adatum").await;
    let tx = database.store.read(contoso).await.unwrap();
    assert_eq!(tx.find_organization().await.unwrap().unwrap().id, contoso);
    let nobody = database.store.read(OrganizationId(rekey_tests::databases::next_id())).await.unwrap();
    assert_eq!(nobody.find_organization().await.unwrap(), None);
}
