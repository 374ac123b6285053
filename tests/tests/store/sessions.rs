//! Sessions: they end once; life is the caller's check.

use rekey_tests::{
    clock::START,
    databases::{TestDatabase, next_id},
    records,
};

rekey_tests::on_both![a_session_is_used_and_ended_once];

async fn a_session_is_used_and_ended_once(database: TestDatabase) {
    let tx = database.store.write(database.organization("Contoso").await).await.unwrap();
    let mut session = records::session(&records::member("Ann"));
    let other = records::session(&records::member("Ben"));
    tx.add_session(&session).await.unwrap();
    tx.add_session(&other).await.unwrap();
    assert_eq!(tx.find_session(session.id).await.unwrap(), Some(session));

    session.seen_at = START.plus(60);
    tx.update_session_seen(session.id, session.seen_at).await.unwrap();
    assert_eq!(tx.find_session(session.id).await.unwrap(), Some(session));

    assert!(tx.end_session(session.id, START.plus(61)).await.unwrap());
    assert!(!tx.end_session(session.id, START.plus(62)).await.unwrap());
    assert_eq!(tx.find_session(session.id).await.unwrap(), None);
    assert_eq!(tx.find_session(other.id).await.unwrap(), Some(other));
    assert_eq!(tx.find_session(next_id()).await.unwrap(), None);
    assert!(!tx.end_session(next_id(), START).await.unwrap());
}
