//! Authorizations and the links that open them.

use rekey_tests::{
    clock::START,
    databases::{TestDatabase, next_id},
    records,
};
use server::store::{Scoped, authorizations::Authorization};
use shared::{api::authorizations::AuthorizationState, id::AuthorizationId};

rekey_tests::on_both![
    an_authorization_is_stored_as_it_was_made,
    a_touch_moves_the_version_and_nothing_else,
    an_authorization_ends_once,
    authorizations_are_listed_newest_first_in_pages,
    a_link_dies_by_time_and_by_revocation,
];

async fn add(tx: &Scoped, count: usize) -> Vec<Authorization> {
    let customer = records::customer("Fabrikam");
    let made: Vec<_> = (0..count).map(|_| records::authorization(&customer)).collect();
    for authorization in &made {
        tx.add_authorization(authorization).await.unwrap();
    }
    made
}

async fn an_authorization_is_stored_as_it_was_made(database: TestDatabase) {
    let tx = database.store.write(database.organization("Contoso").await).await.unwrap();
    let made = add(&tx, 2).await;
    assert_eq!(tx.find_authorization(made[1].id).await.unwrap().as_ref(), Some(&made[1]));
    assert_eq!(tx.find_authorization(AuthorizationId(next_id())).await.unwrap(), None);
    assert_eq!(tx.find_authorization_version(AuthorizationId(next_id())).await.unwrap(), None);
}

async fn a_touch_moves_the_version_and_nothing_else(database: TestDatabase) {
    let tx = database.store.write(database.organization("Contoso").await).await.unwrap();
    let made = add(&tx, 2).await;
    for version in 2..5 {
        assert!(tx.touch_authorization(made[0].id).await.unwrap());
        assert_eq!(tx.find_authorization_version(made[0].id).await.unwrap(), Some(version));
    }
    let expected = Authorization { version: 4, ..made[0].clone() };
    assert_eq!(tx.find_authorization(made[0].id).await.unwrap(), Some(expected));
    assert_eq!(tx.find_authorization(made[1].id).await.unwrap().as_ref(), Some(&made[1]));
    assert!(!tx.touch_authorization(AuthorizationId(next_id())).await.unwrap());
}

async fn an_authorization_ends_once(database: TestDatabase) {
    let tx = database.store.write(database.organization("Contoso").await).await.unwrap();
    let made = add(&tx, 3).await;
    assert_eq!(tx.count_open_authorizations().await.unwrap(), 3);
    assert!(tx.end_authorization(made[0].id, AuthorizationState::Done).await.unwrap());
    assert!(!tx.end_authorization(made[0].id, AuthorizationState::Cancelled).await.unwrap());
    let ended = tx.find_authorization(made[0].id).await.unwrap().unwrap();
    assert_eq!((ended.state, ended.version), (AuthorizationState::Done, 2));
    assert!(tx.end_authorization(made[1].id, AuthorizationState::Cancelled).await.unwrap());
    assert_eq!(tx.count_open_authorizations().await.unwrap(), 1);
}

async fn authorizations_are_listed_newest_first_in_pages(database: TestDatabase) {
    let tx = database.store.write(database.organization("Contoso").await).await.unwrap();
    let mut made = add(&tx, 10).await;
    made.reverse();
    let (mut listed, mut before) = (Vec::<Authorization>::new(), None);
    loop {
        let page = tx.list_authorizations(None, before, 3).await.unwrap();
        let Some(last) = page.last() else { break };
        before = Some(last.id);
        listed.extend(page);
    }
    assert_eq!(listed, made);
    assert!(tx.end_authorization(made[4].id, AuthorizationState::Done).await.unwrap());
    let open = tx.list_authorizations(Some(AuthorizationState::Open), None, 100).await.unwrap();
    assert_eq!(open.len(), 9);
    assert!(open.iter().all(|authorization| authorization.id != made[4].id));
    let done = tx.list_authorizations(Some(AuthorizationState::Done), None, 100).await.unwrap();
    assert_eq!(done.iter().map(|authorization| authorization.id).collect::<Vec<_>>(), [made[4].id]);
}

async fn a_link_dies_by_time_and_by_revocation(database: TestDatabase) {
    let tx = database.store.write(database.organization("Contoso").await).await.unwrap();
    let made = add(&tx, 2).await;
    let links = [records::link(&made[0]), records::link(&made[0]), records::link(&made[1])];
    for link in &links {
        tx.add_link(link, START).await.unwrap();
    }
    let end = links[0].expires_at;
    assert_eq!(tx.find_link(links[0].id, end.plus(-1)).await.unwrap().as_ref(), Some(&links[0]));
    assert_eq!(tx.find_link(links[0].id, end).await.unwrap(), None);

    assert_eq!(tx.revoke_links(made[0].id, START).await.unwrap(), 2);
    assert_eq!(tx.revoke_links(made[0].id, START).await.unwrap(), 0);
    assert_eq!(tx.find_link(links[0].id, START).await.unwrap(), None);
    assert_eq!(tx.find_link(links[1].id, START).await.unwrap(), None);
    assert_eq!(tx.find_link(links[2].id, START).await.unwrap().as_ref(), Some(&links[2]));
}
