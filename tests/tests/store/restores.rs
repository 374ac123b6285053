//! Restores: open until they end or are closed, whichever comes first (C4).

use rekey_tests::{
    clock::START,
    databases::{TestDatabase, next_id},
    records,
};
use server::store::{Reach, Scope, restores::Restore};
use shared::id::{CustomerId, RestoreId};

rekey_tests::on_both![
    a_restore_is_found_while_it_is_open,
    a_restore_is_closed_once,
    restores_are_listed_newest_first_and_by_customer,
    m2_another_organizations_restores_are_not_there,
];

fn restore(customer: CustomerId) -> Restore {
    Restore {
        id: RestoreId(next_id()),
        customer,
        reason: "A lost mailbox".to_owned(),
        approved_by: "Ann".to_owned(),
        opened_at: START,
        ends_at: START.plus(3600),
        closed_at: None,
    }
}

async fn a_restore_is_found_while_it_is_open(database: TestDatabase) {
    let tx = database.store.write(database.organization("Contoso").await).await.unwrap();
    let customer = records::customer("Fabrikam").id;
    let short = restore(customer);
    let long = Restore { ends_at: START.plus(7200), ..restore(customer) };
    for one in [&short, &long] {
        tx.add_restore(one).await.unwrap();
    }
    assert_eq!(tx.find_restore(short.id).await.unwrap().as_ref(), Some(&short));
    assert_eq!(tx.find_open_restore(customer, START).await.unwrap().as_ref(), Some(&long));
    assert_eq!(tx.find_open_restore(customer, START.plus(7199)).await.unwrap().as_ref(), Some(&long));
    assert_eq!(tx.find_open_restore(customer, START.plus(7200)).await.unwrap(), None);
    assert_eq!(tx.find_open_restore(CustomerId(next_id()), START).await.unwrap(), None);
    assert!(short.is_open(START.plus(3599)) && !short.is_open(START.plus(3600)));
}

async fn a_restore_is_closed_once(database: TestDatabase) {
    let tx = database.store.write(database.organization("Contoso").await).await.unwrap();
    let one = restore(records::customer("Fabrikam").id);
    tx.add_restore(&one).await.unwrap();
    assert!(tx.close_restore(one.id, "Bob", START.plus(60)).await.unwrap());
    assert!(!tx.close_restore(one.id, "Eve", START.plus(90)).await.unwrap());
    assert!(!tx.close_restore(RestoreId(next_id()), "Eve", START).await.unwrap());
    let closed = tx.find_restore(one.id).await.unwrap().unwrap();
    assert_eq!(closed.closed_at, Some(START.plus(60)));
    assert!(!closed.is_open(START.plus(61)));
    assert_eq!(tx.find_open_restore(one.customer, START.plus(61)).await.unwrap(), None);
}

async fn restores_are_listed_newest_first_and_by_customer(database: TestDatabase) {
    let tx = database.store.write(database.organization("Contoso").await).await.unwrap();
    let (first, second) = (restore(CustomerId(next_id())), restore(CustomerId(next_id())));
    for one in [&first, &second] {
        tx.add_restore(one).await.unwrap();
    }
    let ids = |found: Vec<Restore>| found.into_iter().map(|one| one.id).collect::<Vec<_>>();
    assert_eq!(ids(tx.list_restores(10).await.unwrap()), [second.id, first.id]);
    assert_eq!(ids(tx.list_restores(1).await.unwrap()), [second.id]);
    let organization = tx.organization;
    tx.commit().await.unwrap();
    for (reach, wanted) in [(vec![first.customer], vec![first.id]), (Vec::new(), Vec::new())] {
        let scope = Scope { organization, reach: Reach::only(Some(reach)) };
        let limited = database.store.read(scope).await.unwrap();
        assert_eq!(ids(limited.list_restores(10).await.unwrap()), wanted);
    }
}

async fn m2_another_organizations_restores_are_not_there(database: TestDatabase) {
    let (own, other) = (database.organization("Contoso").await, database.organization("Fabrikam").await);
    let one = restore(CustomerId(next_id()));
    let tx = database.store.write(own).await.unwrap();
    tx.add_restore(&one).await.unwrap();
    tx.commit().await.unwrap();
    let tx = database.store.write(other).await.unwrap();
    assert_eq!(tx.find_restore(one.id).await.unwrap(), None);
    assert_eq!(tx.find_open_restore(one.customer, START).await.unwrap(), None);
    assert!(tx.list_restores(10).await.unwrap().is_empty());
    assert!(!tx.close_restore(one.id, "Eve", START).await.unwrap());
}
