//! Customers: one tenant each, listed by name in pages.

use rekey_tests::{clock::START, databases::TestDatabase, records};
use server::store::{
    Scoped,
    backup_sets::BackupSet,
    connections::Connection,
    customers::{Customer, FleetFilter, FleetOrder, FleetPosition, Listed, key_of},
};
use shared::{
    api::{
        authorizations::AuthorizationState,
        customers::{ConnectionState, Health, MethodCounts},
    },
    id::{ConnectionId, CustomerId, TenantId},
    method::Method,
    time::Timestamp,
};

rekey_tests::on_both![
    customers_are_found_by_id_and_by_tenant,
    a_tenant_is_one_customer,
    pages_cover_every_customer_once_in_order,
    search_takes_its_text_literally,
    search_finds_names_and_domains_in_any_case,
    a_customer_is_confirmed_for_the_tenant_that_was_seen,
    h1_the_numbers_of_a_customer_follow_whatever_happens,
    h1_the_worst_come_first_in_pages_of_any_size,
];

async fn add(tx: &Scoped, names: &[&str]) -> Vec<Customer> {
    let customers: Vec<_> = names.iter().map(|name| records::customer(name)).collect();
    for customer in &customers {
        tx.add_customer(customer, None, START).await.unwrap();
    }
    customers
}

async fn customers_are_found_by_id_and_by_tenant(database: TestDatabase) {
    let tx = database.store.write(database.organization("Contoso").await).await.unwrap();
    let many: Vec<String> = (0..1100).map(|number| format!("Customer {number:04}")).collect();
    let customers = add(&tx, &many.iter().map(String::as_str).collect::<Vec<_>>()).await;
    assert_eq!(tx.find_customer(customers[3].id).await.unwrap().as_ref(), Some(&customers[3]));
    assert_eq!(tx.find_customer(CustomerId(customers[3].tenant.0)).await.unwrap(), None);
    assert_eq!(tx.count_customers().await.unwrap(), 1100);

    let by_id = customers.iter().map(|customer| customer.id).collect::<Vec<_>>();
    let mut found = tx.find_customers(&by_id).await.unwrap();
    found.sort_by_key(|customer| customer.id);
    assert_eq!(found, customers);
    let by_tenant = customers.iter().map(|customer| customer.tenant).collect::<Vec<_>>();
    let mut found = tx.find_customers_by_tenant(&by_tenant).await.unwrap();
    found.sort_by_key(|customer| customer.id);
    assert_eq!(found, customers);
    assert_eq!(tx.find_customers(&[]).await.unwrap(), []);
    assert_eq!(tx.find_customers_by_tenant(&[TenantId(customers[0].id.0)]).await.unwrap(), []);
}

async fn a_tenant_is_one_customer(database: TestDatabase) {
    let (contoso, adatum) = (database.organization("Contoso").await, database.organization("Adatum").await);
    let tx = database.store.write(contoso).await.unwrap();
    let first = add(&tx, &["Fabrikam"]).await.remove(0);
    tx.commit().await.unwrap();

    let again = Customer { tenant: first.tenant, ..records::customer("Fabrikam again") };
    let tx = database.store.write(contoso).await.unwrap();
    assert!(tx.add_customer(&again, None, START).await.unwrap_err().is_conflict());
    drop(tx);
    let tx = database.store.write(adatum).await.unwrap();
    tx.add_customer(&again, None, START).await.unwrap();
}

async fn pages_cover_every_customer_once_in_order(database: TestDatabase) {
    let tx = database.store.write(database.organization("Contoso").await).await.unwrap();
    let names =
        ["beta", "Alpha", "alpha", "ALPHA", "Zürich", "zebra", "Äpfel", "_low", "100%", "alpha beta", "東京", "b"];
    let mut expected = add(&tx, &names).await;
    expected.sort_by_key(|customer| (key_of(&customer.name), customer.id));
    for size in [1, 2, 5, 12, 13] {
        let (mut listed, mut after) = (Vec::<Customer>::new(), None);
        loop {
            let page = tx.list_customers("", after, size).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some((key_of(&last.name), last.id));
            listed.extend(page);
        }
        assert_eq!(listed, expected, "pages of {size}");
    }
}

async fn names_found(tx: &Scoped, query: &str) -> Vec<String> {
    let found = tx.list_customers(query, None, 100).await.unwrap();
    found.into_iter().map(|customer| customer.name).collect()
}

async fn search_takes_its_text_literally(database: TestDatabase) {
    let tx = database.store.write(database.organization("Contoso").await).await.unwrap();
    add(&tx, &["100% wool", "100 sheep", "a_b", "axb", r"back\slash", "backslash", "bang!", "it's"]).await;
    assert_eq!(names_found(&tx, "%").await, ["100% wool"]);
    assert_eq!(names_found(&tx, "0% w").await, ["100% wool"]);
    assert_eq!(names_found(&tx, "_").await, ["a_b"]);
    assert_eq!(names_found(&tx, r"\").await, [r"back\slash"]);
    assert_eq!(names_found(&tx, "!").await, ["bang!"]);
    assert_eq!(names_found(&tx, "'").await, ["it's"]);
    assert_eq!(names_found(&tx, "!%").await, [""; 0]);
}

async fn search_finds_names_and_domains_in_any_case(database: TestDatabase) {
    let tx = database.store.write(database.organization("Contoso").await).await.unwrap();
    add(&tx, &["Fabrikam GmbH", "Ärzte Süd", "Adatum"]).await;
    let domain = Some("Portal.Northwind.example".to_owned());
    let northwind = Customer { domain, ..records::customer("N. Traders") };
    tx.add_customer(&northwind, None, START).await.unwrap();
    assert_eq!(tx.find_customer(northwind.id).await.unwrap(), Some(northwind));

    assert_eq!(names_found(&tx, "FABRI").await, ["Fabrikam GmbH"]);
    assert_eq!(names_found(&tx, "ÄRZTE sü").await, ["Ärzte Süd"]);
    assert_eq!(names_found(&tx, "portal.NORTH").await, ["N. Traders"]);
    assert_eq!(names_found(&tx, "ada").await, ["Adatum"]);
}

async fn a_customer_is_confirmed_for_the_tenant_that_was_seen(database: TestDatabase) {
    let tx = database.store.write(database.organization("Contoso").await).await.unwrap();
    let customer = add(&tx, &["Fabrikam"]).await.remove(0);
    let other = TenantId(customer.id.0);
    assert!(!tx.confirm_customer(customer.id, other, "Ann", START).await.unwrap());
    assert_eq!(tx.find_customer(customer.id).await.unwrap().unwrap().confirmed_at, None);
    assert!(tx.confirm_customer(customer.id, customer.tenant, "Ann", START).await.unwrap());
    assert_eq!(tx.find_customer(customer.id).await.unwrap().unwrap().confirmed_at, Some(START));
}

async fn listed(tx: &Scoped, id: CustomerId) -> Listed {
    let filter = FleetFilter { within: Some(vec![id]), ..FleetFilter::default() };
    tx.list_fleet(&filter, FleetOrder::Name, START, None, 10).await.unwrap().remove(0)
}

/// Every way in which a number can change changes it: triggers keep them.
async fn h1_the_numbers_of_a_customer_follow_whatever_happens(database: TestDatabase) {
    let organization = database.organization("Contoso").await;
    let tx = database.store.write(organization).await.unwrap();
    let [one, other] = <[Customer; 2]>::try_from(add(&tx, &["One", "Other"]).await).unwrap();
    let empty = listed(&tx, one.id).await;
    assert_eq!((empty.health, empty.sets.total(), empty.customer), (Health::NotConnected, 0, one.clone()));

    let sets: Vec<_> = (0..5).map(|number| records::backup_set(&one, &format!("set {number}"))).collect();
    tx.add_backup_sets(&sets, START).await.unwrap();
    tx.add_backup_sets(&[records::backup_set(&other, "another")], START).await.unwrap();
    assert_eq!(listed(&tx, one.id).await.sets, MethodCounts { basic: 5, hybrid: 0, modern: 0 });
    assert!(tx.change_method(&sets[0], Method::Hybrid, ConnectionId(one.tenant.0), START).await.unwrap());
    assert!(tx.change_method(&sets[1], Method::Modern, ConnectionId(one.tenant.0), START).await.unwrap());
    // An import moves a set to another customer, and renames one.
    let moved = BackupSet { customer: other.id, customer_name: "other".to_owned(), ..sets[2].clone() };
    assert!(tx.update_backup_set(&moved).await.unwrap());
    assert!(tx.update_backup_set(&BackupSet { name: "renamed".to_owned(), ..sets[3].clone() }).await.unwrap());
    assert_eq!(listed(&tx, one.id).await.sets, MethodCounts { basic: 2, hybrid: 1, modern: 1 });
    assert_eq!(listed(&tx, other.id).await.sets, MethodCounts { basic: 2, hybrid: 0, modern: 0 });
    assert_eq!(tx.sum_methods(None).await.unwrap(), MethodCounts { basic: 4, hybrid: 1, modern: 1 });

    let connection = records::connection(&one, "ann@one.example");
    tx.add_connection(&connection).await.unwrap();
    assert_eq!((listed(&tx, one.id).await.connected, listed(&tx, one.id).await.health), (1, Health::Ok));
    let ended = Connection { state: ConnectionState::NeedsHolder, ..connection.clone() };
    assert!(tx.update_connection(&ended, connection.token_version).await.unwrap());
    let now = listed(&tx, one.id).await;
    assert_eq!((now.connected, now.unwell, now.health), (0, 1, Health::NeedsSomebody));
    assert!(tx.update_connection(&connection, connection.token_version).await.unwrap());

    let authorization = records::authorization(&one);
    tx.add_authorization(&authorization).await.unwrap();
    assert_eq!(
        (listed(&tx, one.id).await.open_authorizations, listed(&tx, one.id).await.health),
        (1, Health::SetUpOpen)
    );
    tx.end_authorization(authorization.id, AuthorizationState::Done).await.unwrap();
    assert_eq!((listed(&tx, one.id).await.open_authorizations, listed(&tx, one.id).await.health), (0, Health::Ok));
    assert_eq!(listed(&tx, other.id).await.connected, 0, "nothing of it is another customer's");
    tx.commit().await.unwrap();
}

async fn h1_the_worst_come_first_in_pages_of_any_size(database: TestDatabase) {
    let tx = database.store.write(database.organization("Contoso").await).await.unwrap();
    let customers = add(&tx, &["delta", "Alpha", "echo", "bravo", "charlie", "Foxtrot"]).await;
    for (customer, state) in
        [(0, ConnectionState::Ended), (1, ConnectionState::Working), (2, ConnectionState::Doubtful)]
    {
        let connection = Connection { state, ..records::connection(&customers[customer], "ann@one.example") };
        tx.add_connection(&connection).await.unwrap();
    }
    tx.add_authorization(&records::authorization(&customers[3])).await.unwrap();
    let expected = ["delta", "charlie", "Foxtrot", "bravo", "Alpha", "echo"];
    for size in [1, 2, 10] {
        let (mut names, mut after) = (Vec::new(), None);
        loop {
            let filter = FleetFilter::default();
            let page = tx.list_fleet(&filter, FleetOrder::Attention, START, after.as_ref(), size).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some(FleetPosition { health: last.health, name: last.customer.name.clone(), id: last.customer.id });
            names.extend(page.into_iter().map(|one| one.customer.name));
        }
        assert_eq!(names, expected, "pages of {size}");
    }
    let counts = tx.count_fleet(&FleetFilter::default(), START).await.unwrap();
    assert_eq!((counts.needs_somebody, counts.not_connected, counts.set_up_open, counts.ok), (1, 2, 1, 2));
    let filter = FleetFilter { health: vec![Health::NeedsSomebody, Health::SetUpOpen], ..FleetFilter::default() };
    let found = tx.list_fleet(&filter, FleetOrder::Name, Timestamp(0), None, 10).await.unwrap();
    assert_eq!(found.iter().map(|one| one.customer.name.as_str()).collect::<Vec<_>>(), ["bravo", "delta"]);
    let filter = FleetFilter { query: "RAV".to_owned(), ..FleetFilter::default() };
    assert_eq!(tx.count_fleet(&filter, START).await.unwrap().total(), 1);
}
