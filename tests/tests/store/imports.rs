//! Imports: a preview is stored once or forgotten.

use rekey_tests::{
    clock::START,
    databases::{TestDatabase, next_id},
    records,
};
use server::store::imports::Import;
use shared::{api::imports::ImportState, id::ImportId};

rekey_tests::on_both![a_preview_is_confirmed_once_and_drops_its_lines, expired_previews_are_forgotten];

async fn a_preview_is_confirmed_once_and_drops_its_lines(database: TestDatabase) {
    let tx = database.store.write(database.organization("Contoso").await).await.unwrap();
    let import = records::import();
    let lines: Vec<u8> = (0..=255).collect();
    tx.add_import(&import, lines.clone(), START).await.unwrap();
    assert_eq!(tx.find_import(import.id).await.unwrap(), Some(import.clone()));
    assert_eq!(tx.find_import_rows(import.id).await.unwrap(), Some(lines));
    assert_eq!(tx.find_import(ImportId(next_id())).await.unwrap(), None);

    assert!(tx.confirm_import(import.id, START.plus(5)).await.unwrap());
    assert!(!tx.confirm_import(import.id, START.plus(6)).await.unwrap());
    let confirmed = Import { state: ImportState::Confirmed, confirmed_at: Some(START.plus(5)), ..import };
    assert_eq!(tx.find_import(confirmed.id).await.unwrap(), Some(confirmed.clone()));
    assert_eq!(tx.find_import_rows(confirmed.id).await.unwrap(), Some(Vec::new()));
}

async fn expired_previews_are_forgotten(database: TestDatabase) {
    let tx = database.store.write(database.organization("Contoso").await).await.unwrap();
    let (dead, alive, confirmed) = (records::import(), records::import(), records::import());
    let alive = Import { expires_at: START.plus(7200), ..alive };
    for import in [&dead, &alive, &confirmed] {
        tx.add_import(import, vec![1], START).await.unwrap();
    }
    assert!(tx.confirm_import(confirmed.id, START).await.unwrap());
    assert_eq!(tx.remove_expired_imports(dead.expires_at).await.unwrap(), 0);
    assert_eq!(tx.remove_expired_imports(dead.expires_at.plus(1)).await.unwrap(), 1);
    assert_eq!(tx.find_import(dead.id).await.unwrap(), None);
    assert!(tx.find_import(alive.id).await.unwrap().is_some());
    assert!(tx.find_import(confirmed.id).await.unwrap().is_some());
}
