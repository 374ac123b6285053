//! Customers: one tenant each, listed by name in pages.

use rekey_tests::{clock::START, databases::TestDatabase, records};
use server::store::{
    Scoped,
    customers::{Customer, key_of},
};
use shared::id::{CustomerId, TenantId};

rekey_tests::on_both![
    customers_are_found_by_id_and_by_tenant,
    a_tenant_is_one_customer,
    pages_cover_every_customer_once_in_order,
    search_takes_its_text_literally,
    search_finds_names_and_domains_in_any_case,
    a_customer_is_confirmed_for_the_tenant_that_was_seen,
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
