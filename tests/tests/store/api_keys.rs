//! API keys: revoked once, listed newest first.

use rekey_tests::{
    clock::START,
    databases::{TestDatabase, next_id},
    records,
};
use server::store::api_keys::ApiKey;
use shared::id::{ApiKeyId, CustomerId};

rekey_tests::on_both![keys_keep_their_customers, a_key_is_used_and_revoked_once];

async fn keys_keep_their_customers(database: TestDatabase) {
    let tx = database.store.write(database.organization("Contoso").await).await.unwrap();
    let keys = [
        records::api_key("all"),
        ApiKey { customers: Some(Vec::new()), ..records::api_key("none") },
        ApiKey { customers: Some(vec![CustomerId(next_id()), CustomerId(next_id())]), ..records::api_key("two") },
    ];
    for key in &keys {
        tx.add_api_key(key).await.unwrap();
        assert_eq!(tx.find_api_key(key.id).await.unwrap().as_ref(), Some(key));
    }
    let listed = tx.list_api_keys().await.unwrap();
    assert_eq!(listed.iter().rev().collect::<Vec<_>>(), keys.iter().collect::<Vec<_>>());
    assert_eq!(tx.find_api_key(ApiKeyId(next_id())).await.unwrap(), None);
}

async fn a_key_is_used_and_revoked_once(database: TestDatabase) {
    let tx = database.store.write(database.organization("Contoso").await).await.unwrap();
    let (key, other) = (records::api_key("one"), records::api_key("other"));
    for key in [&key, &other] {
        tx.add_api_key(key).await.unwrap();
    }
    tx.update_api_key_used(key.id, START.plus(60)).await.unwrap();
    assert!(tx.revoke_api_key(key.id, START.plus(61)).await.unwrap());
    assert!(!tx.revoke_api_key(key.id, START.plus(62)).await.unwrap());
    let expected = ApiKey { last_used_at: Some(START.plus(60)), revoked_at: Some(START.plus(61)), ..key };
    assert_eq!(tx.find_api_key(expected.id).await.unwrap(), Some(expected));
    assert_eq!(tx.find_api_key(other.id).await.unwrap(), Some(other));
}
