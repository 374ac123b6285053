//! Certificates: listed by their end, keys noted once, states that only move from where they were.

use rekey_tests::{
    clock::START,
    databases::{TestDatabase, next_id},
};
use server::{seal::Sealed, store::certificates::Certificate};
use shared::{
    api::apps::CertificateState,
    id::{CertificateId, ConnectionId},
};

rekey_tests::on_both![
    e13_those_in_use_are_listed_soonest_end_first_page_by_page,
    e10_a_state_moves_only_from_where_it_was,
    e11_a_key_id_is_noted_once,
    only_what_was_never_used_can_be_removed,
];

fn certificate(state: CertificateState, days: i64) -> Certificate {
    Certificate {
        id: CertificateId(next_id()),
        app: ConnectionId(next_id()),
        state,
        thumbprint: "thumbprint".to_owned(),
        der: vec![48, 0],
        private_key: Some(Sealed(vec![1])),
        key_id: None,
        not_before: START,
        not_after: START.plus(days * 86_400),
        shortened: None,
        created_at: START,
        proved_at: None,
        renew_at: None,
        remove_at: None,
        removed_at: None,
    }
}

async fn e13_those_in_use_are_listed_soonest_end_first_page_by_page(database: TestDatabase) {
    let (one, other) = (database.organization("One").await, database.organization("Other").await);
    let tx = database.store.write(one).await.unwrap();
    for days in [300, 100, 200, 100] {
        tx.add_certificate(&certificate(CertificateState::Current, days)).await.unwrap();
    }
    tx.add_certificate(&certificate(CertificateState::Previous, 1)).await.unwrap();
    tx.add_certificate(&certificate(CertificateState::Made, 1)).await.unwrap();
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = tx.list_current_certificates(after, 1).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some((last.not_after, last.id));
        seen.extend(page);
    }
    let days: Vec<_> = seen.iter().map(|found| found.not_after.since(START) / 86_400).collect();
    assert_eq!(days, [100, 100, 200, 300]);
    tx.commit().await.unwrap();
    let tx = database.store.read(other).await.unwrap();
    assert!(tx.list_current_certificates(None, 9).await.unwrap().is_empty());
}

async fn e10_a_state_moves_only_from_where_it_was(database: TestDatabase) {
    let organization = database.organization("One").await;
    let made = certificate(CertificateState::Made, 730);
    let tx = database.store.write(organization).await.unwrap();
    tx.add_certificate(&made).await.unwrap();
    let current = Certificate { state: CertificateState::Current, proved_at: Some(START), ..made.clone() };
    assert!(!tx.update_certificate(&current, CertificateState::Previous).await.unwrap());
    assert!(tx.update_certificate(&current, CertificateState::Made).await.unwrap());
    assert!(!tx.update_certificate(&current, CertificateState::Made).await.unwrap());
    assert_eq!(tx.find_current_certificate(made.app).await.unwrap(), Some(current));
}

async fn e11_a_key_id_is_noted_once(database: TestDatabase) {
    let (one, other) = (database.organization("One").await, database.organization("Other").await);
    let (made, gone) = (certificate(CertificateState::Made, 730), certificate(CertificateState::Removed, 730));
    let (key, second) = (next_id(), next_id());
    let tx = database.store.write(one).await.unwrap();
    tx.add_certificate(&made).await.unwrap();
    tx.add_certificate(&gone).await.unwrap();
    tx.commit().await.unwrap();
    let tx = database.store.write(other).await.unwrap();
    assert!(!tx.update_certificate_key(made.id, key).await.unwrap());
    drop(tx);
    let tx = database.store.write(one).await.unwrap();
    assert!(tx.update_certificate_key(made.id, key).await.unwrap());
    assert!(!tx.update_certificate_key(made.id, second).await.unwrap());
    assert!(!tx.update_certificate_key(gone.id, key).await.unwrap());
    assert_eq!(tx.find_certificate(made.id).await.unwrap().unwrap().key_id, Some(key));
}

async fn only_what_was_never_used_can_be_removed(database: TestDatabase) {
    let organization = database.organization("One").await;
    let (made, current) = (certificate(CertificateState::Made, 730), certificate(CertificateState::Current, 730));
    let tx = database.store.write(organization).await.unwrap();
    tx.add_certificate(&made).await.unwrap();
    tx.add_certificate(&current).await.unwrap();
    assert!(!tx.remove_made_certificate(current.id).await.unwrap());
    assert!(tx.remove_made_certificate(made.id).await.unwrap());
    assert_eq!(tx.find_certificate(made.id).await.unwrap(), None);
}
