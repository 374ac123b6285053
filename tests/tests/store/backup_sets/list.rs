//! The list of sets: every order, both ways, in pages of any size, gives each row once.

use rekey_tests::{clock::START, databases::TestDatabase, records};
use server::store::{
    Scoped,
    backup_sets::{BackupSet, Filter, Position, Sort},
    customers::Customer,
};
use shared::{api::customers::MethodCounts, method::Method};
use std::collections::HashMap;

rekey_tests::on_both![
    pages_cover_a_thousand_sets_once_in_every_order,
    filters_narrow_the_list_and_its_pages,
    search_takes_its_text_literally,
    a_null_character_finds_nothing_and_fails_nothing,
    search_finds_name_account_and_customer_in_any_case,
    counts_split_by_method_whatever_methods_are_filtered,
    customers_with_most_stored_passwords_come_first,
];

const ORDERS: [(Sort, bool); 6] = [
    (Sort::Customer, false),
    (Sort::Customer, true),
    (Sort::Name, false),
    (Sort::Name, true),
    (Sort::Method, false),
    (Sort::Method, true),
];

/// Names with much that sorts differently elsewhere: case, umlauts, punctuation, equal names.
const NAMES: [&str; 11] =
    ["alpha", "Alpha", "ÄLPHA", "zebra", "_alpha", "100% wool", "a-b", "a b", "東京", "Straße", "\u{1f4be} disk"];

async fn thousand(tx: &Scoped) -> (Vec<Customer>, Vec<BackupSet>) {
    let customers = ["beta", "Alpha", "äther", "Zeta", "alpha"].map(records::customer).to_vec();
    for customer in &customers {
        tx.add_customer(customer, None, START).await.unwrap();
    }
    let sets: Vec<_> = (0..1000)
        .map(|number| BackupSet {
            method: Method::ALL[number % 7 % 3],
            ..records::backup_set(&customers[number % 5], NAMES[number * 7 % NAMES.len()])
        })
        .collect();
    tx.add_backup_sets(&sets, START).await.unwrap();
    (customers, sets)
}

async fn pages(tx: &Scoped, filter: &Filter, (sort, descending): (Sort, bool), size: u64) -> Vec<BackupSet> {
    let (mut listed, mut after) = (Vec::new(), None);
    loop {
        let page = tx.list_backup_sets(filter, sort, descending, after.as_ref(), size).await.unwrap();
        assert!(page.len() as u64 <= size);
        let Some(last) = page.last() else { return listed };
        after = Some(sort.position(last));
        listed.extend(page);
        assert!(listed.len() <= 1000, "a page was given twice");
    }
}

fn sorted(mut sets: Vec<BackupSet>, (sort, descending): (Sort, bool)) -> Vec<BackupSet> {
    sets.sort_by_key(|set| {
        let position = sort.position(set);
        (position.keys, position.id)
    });
    if descending {
        sets.reverse();
    }
    sets
}

async fn pages_cover_a_thousand_sets_once_in_every_order(database: TestDatabase) {
    let tx = database.store.write(database.organization("Contoso").await).await.unwrap();
    let (_, sets) = thousand(&tx).await;
    for order in ORDERS {
        let expected = sorted(sets.clone(), order);
        for size in [37, 100, 1001] {
            assert!(pages(&tx, &Filter::default(), order, size).await == expected, "{order:?}, pages of {size}");
        }
    }
}

async fn filters_narrow_the_list_and_its_pages(database: TestDatabase) {
    let tx = database.store.write(database.organization("Contoso").await).await.unwrap();
    let (customers, sets) = thousand(&tx).await;
    let filters = [
        Filter { methods: vec![Method::Hybrid], ..Filter::default() },
        Filter { methods: vec![Method::Basic, Method::Modern], ..Filter::default() },
        Filter { customer: Some(customers[1].id), ..Filter::default() },
        Filter {
            customer: Some(customers[4].id),
            methods: vec![Method::Basic],
            query: " ALPHA ".to_owned(),
            ..Filter::default()
        },
    ];
    for filter in filters {
        let query = filter.query.trim().to_lowercase();
        let matching = sets.iter().filter(|set| {
            (filter.methods.is_empty() || filter.methods.contains(&set.method))
                && filter.customer.is_none_or(|customer| customer == set.customer)
                && [&set.name, &set.customer_name]
                    .into_iter()
                    .chain(&set.account)
                    .any(|text| text.to_lowercase().contains(&query))
        });
        let matching: Vec<_> = matching.cloned().collect();
        assert!(!matching.is_empty() && matching.len() < sets.len());
        for order in ORDERS {
            assert!(pages(&tx, &filter, order, 23).await == sorted(matching.clone(), order), "{filter:?}, {order:?}");
        }
    }
}

async fn found(tx: &Scoped, query: &str) -> Vec<String> {
    let filter = Filter { query: query.to_owned(), ..Filter::default() };
    let sets = tx.list_backup_sets(&filter, Sort::Name, false, None, 100).await.unwrap();
    let counted = tx.count_backup_sets(&filter).await.unwrap().total();
    assert_eq!(counted, sets.len() as u64, "the count must see what the list sees");
    sets.into_iter().map(|set| set.name).collect()
}

async fn search_takes_its_text_literally(database: TestDatabase) {
    let tx = database.store.write(database.organization("Contoso").await).await.unwrap();
    let customer = records::customer("Fabrikam");
    let names = ["100% wool", "100 sheep", "a_b", "axb", r"back\slash", "backslash", "bang!", "it's", "a%b"];
    let sets = names.map(|name| BackupSet { account: None, ..records::backup_set(&customer, name) });
    tx.add_backup_sets(&sets, START).await.unwrap();
    assert_eq!(found(&tx, "%").await, ["100% wool", "a%b"]);
    assert_eq!(found(&tx, "0%w").await, [""; 0]);
    assert_eq!(found(&tx, "a_b").await, ["a_b"]);
    assert_eq!(found(&tx, "a%b").await, ["a%b"]);
    assert_eq!(found(&tx, r"k\s").await, [r"back\slash"]);
    assert_eq!(found(&tx, "!").await, ["bang!"]);
    assert_eq!(found(&tx, "'").await, ["it's"]);
    assert_eq!(found(&tx, "' OR 1=1 --").await, [""; 0]);
}

/// Addresses can carry it (`%00`); PostgreSQL's text cannot hold it.
async fn a_null_character_finds_nothing_and_fails_nothing(database: TestDatabase) {
    let tx = database.store.write(database.organization("Contoso").await).await.unwrap();
    let customer = records::customer("Fabrikam");
    tx.add_customer(&customer, None, START).await.unwrap();
    tx.add_backup_sets(&[records::backup_set(&customer, "Mail")], START).await.unwrap();
    for query in ["\0", "Mail\0", "M\0ail"] {
        assert_eq!(found(&tx, query).await, [""; 0]);
        assert_eq!(tx.list_customers(query, None, 10).await.unwrap(), []);
    }
    let forged = Position { keys: vec!["\0".to_owned()], id: customer.id.0 };
    let page = tx.list_backup_sets(&Filter::default(), Sort::Name, false, Some(&forged), 10).await.unwrap();
    assert_eq!(page.len(), 1);
    assert_eq!(tx.list_customers("", Some(("\0".to_owned(), customer.id)), 10).await.unwrap().len(), 1);
    assert_eq!(tx.find_backup_sets_by_external_id(&["set\0"]).await.unwrap(), []);
}

async fn search_finds_name_account_and_customer_in_any_case(database: TestDatabase) {
    let tx = database.store.write(database.organization("Contoso").await).await.unwrap();
    let (fabrikam, sued) = (records::customer("Fabrikam GmbH"), records::customer("Ärzte Süd"));
    let account = |text: &str| Some(text.to_owned());
    let sets = [
        BackupSet { account: account("Ann.Lee@Fabrikam.example"), ..records::backup_set(&fabrikam, "one") },
        BackupSet { account: account("Ölaf@sued.example"), ..records::backup_set(&sued, "TWO") },
        BackupSet { account: None, ..records::backup_set(&sued, "Übersicht") },
    ];
    tx.add_backup_sets(&sets, START).await.unwrap();
    assert_eq!(found(&tx, "ann.LEE@").await, ["one"]);
    assert_eq!(found(&tx, "fabrikam gm").await, ["one"]);
    assert_eq!(found(&tx, "ÖLAF").await, ["TWO"]);
    assert_eq!(found(&tx, "ÜBER").await, ["Übersicht"]);
    assert_eq!(found(&tx, "ärzte SÜD").await, ["TWO", "Übersicht"]);
    assert_eq!(found(&tx, "two").await, ["TWO"]);
}

async fn counts_split_by_method_whatever_methods_are_filtered(database: TestDatabase) {
    let tx = database.store.write(database.organization("Contoso").await).await.unwrap();
    let (customers, sets) = thousand(&tx).await;
    let count = |of: &dyn Fn(&BackupSet) -> bool| {
        let mut counts = MethodCounts::default();
        for set in sets.iter().filter(|set| of(set)) {
            *match set.method {
                Method::Basic => &mut counts.basic,
                Method::Hybrid => &mut counts.hybrid,
                Method::Modern => &mut counts.modern,
            } += 1;
        }
        counts
    };
    let all = tx.count_backup_sets(&Filter { methods: vec![Method::Modern], ..Filter::default() }).await.unwrap();
    assert_eq!(all, count(&|_| true));
    assert_eq!(all.total(), 1000);
    let one = Filter { customer: Some(customers[2].id), ..Filter::default() };
    assert_eq!(tx.count_backup_sets(&one).await.unwrap(), count(&|set| set.customer == customers[2].id));

    let nobody = records::customer("Nobody");
    let ids: Vec<_> = customers.iter().chain([&nobody]).map(|customer| customer.id).collect();
    let expected: HashMap<_, _> = customers.iter().map(|one| (one.id, count(&|set| set.customer == one.id))).collect();
    assert_eq!(tx.count_backup_sets_by_customer(&ids).await.unwrap(), expected);
    assert_eq!(tx.count_backup_sets_by_customer(&[]).await.unwrap(), HashMap::new());
}

async fn customers_with_most_stored_passwords_come_first(database: TestDatabase) {
    let tx = database.store.write(database.organization("Contoso").await).await.unwrap();
    let customers = ["none", "one", "three", "two"].map(records::customer);
    for (customer, count) in customers.iter().zip([0, 1, 3, 2]) {
        tx.add_customer(customer, None, START).await.unwrap();
        let basic = (0..count).map(|number| records::backup_set(customer, &format!("basic {number}")));
        let modern = (0..5).map(|number| BackupSet {
            method: Method::Modern,
            ..records::backup_set(customer, &format!("modern {number}"))
        });
        tx.add_backup_sets(&basic.chain(modern).collect::<Vec<_>>(), START).await.unwrap();
    }
    let first = tx.customers_by_basic_sets(2).await.unwrap();
    assert_eq!(first, [customers[2].id, customers[3].id]);
    assert_eq!(tx.customers_by_basic_sets(10).await.unwrap().len(), 3);
}
