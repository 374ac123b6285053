//! A second customer with access of every kind, for the same proofs; at their end it is removed.

use super::modern;
use rekey_tests::{clock::START, databases::next_id, records};
use server::store::{
    Scoped,
    api_keys::ApiKey,
    apps::App,
    attempts::Attempt,
    authorizations::Authorization,
    backup_sets::{BackupSet, Filter},
    certificates::Certificate,
    channels::Channel,
    connections::Connection,
    customers::{Customer, FleetFilter, FleetOrder},
    events::Delivery,
    imports::Import,
    notices::Notice,
    sign_ins::SignIn,
    token_counts::TokenCount,
};
use shared::{
    api::{
        apps::CertificateState,
        authorizations::SignInState,
        channels::DeliveryState,
        customers::{HealthCounts, MethodCounts},
    },
    id::CertificateId,
    method::Method,
    rules::{manifest::Resource, scopes::Purpose},
};

/// The customer and what is its own.
pub struct Second {
    customer: Customer,
    authorization: Authorization,
    /// Is done.
    sign_in: SignIn,
    attempts: [Attempt; 2],
    connection: Connection,
    /// Uses the connection.
    set: BackupSet,
    app: App,
    /// Was made and is not in use.
    made: Certificate,
    channel: Channel,
    given_up: [Delivery; 2],
    notices: [Notice; 2],
    import: Import,
}

/// Adds them.
pub async fn fill(tx: &Scoped, key: &ApiKey) -> Second {
    let customer = records::customer("Tailspin");
    let authorization = records::authorization(&customer);
    let connection = records::connection(&customer, "lou@tailspin.example");
    let sign_in = SignIn {
        state: SignInState::Done,
        signed_in_as: Some(connection.account.clone()),
        connection: Some(connection.id),
        done_at: Some(START),
        ..records::sign_in(&authorization, &connection.account)
    };
    let link = records::link(&authorization);
    let attempts = [(); 2].map(|()| records::attempt(&sign_in, &link));
    let set = records::backup_set(&customer, "Mail");
    // Has left its password and has no access.
    let without = BackupSet { method: Method::Hybrid, ..records::backup_set(&customer, "Calendar") };
    let basic = records::backup_set(&customer, "Files");
    let app = modern::app(&customer);
    let made = Certificate { id: CertificateId(next_id()), state: CertificateState::Made, ..modern::certificate(&app) };
    let notices = [modern::notice(&app), Notice { stage: 1, ..modern::notice(&app) }];
    let (channel, events) = (modern::channel(&customer), [modern::event(&notices[0]), modern::event(&notices[1])]);
    let given_up = [0, 1].map(|number: usize| Delivery {
        state: DeliveryState::Failed,
        created_at: START,
        ..Delivery::new(next_id(), channel.id, events[number].id, 0)
    });
    let import = records::import();
    tx.add_customer(&customer, None, START).await.unwrap();
    tx.add_authorization(&authorization).await.unwrap();
    tx.add_connection(&connection).await.unwrap();
    tx.add_backup_sets(&[set.clone(), without, basic], START).await.unwrap();
    assert!(tx.change_method(&set, Method::Hybrid, connection.id, START).await.unwrap());
    tx.add_link(&link, START).await.unwrap();
    tx.add_sign_in(&sign_in, &[records::sign_in_set(&sign_in, &set)]).await.unwrap();
    for attempt in &attempts {
        tx.add_attempt(attempt).await.unwrap();
    }
    tx.add_app(&app).await.unwrap();
    tx.add_certificate(&made).await.unwrap();
    for notice in &notices {
        assert!(tx.add_notice(notice).await.unwrap());
    }
    tx.add_channel(&channel).await.unwrap();
    tx.add_events(&events).await.unwrap();
    tx.add_deliveries(&given_up).await.unwrap();
    tx.add_import(&import, vec![1], START).await.unwrap();
    let (connection_id, api_key) = (connection.id, key.id);
    let (resource, purpose) = (Resource::Graph, Purpose::Backup);
    let count = TokenCount { minute: 1, connection: connection_id, api_key, resource, purpose, count: 1 };
    tx.add_token_counts(&[count]).await.unwrap();
    Second {
        customer,
        authorization,
        sign_in,
        attempts,
        connection,
        set,
        app,
        made,
        channel,
        given_up,
        notices,
        import,
    }
}

/// How many sets a pass shows.
async fn passed(tx: &Scoped, rows: &Second) -> [usize; 2] {
    let (mut all, mut one) = (0, 0);
    tx.pass_backup_sets(&Filter::default(), |_| all += 1).await.unwrap();
    tx.pass_backup_sets_by_id(&[rows.set.id], |_| one += 1).await.unwrap();
    [all, one]
}

/// Names of the functions that found something.
pub async fn seen(tx: &Scoped, rows: &Second) -> Vec<&'static str> {
    let (customer, connection) = (rows.customer.id, rows.connection.id);
    let (fleet, order) = (FleetFilter::default(), FleetOrder::Name);
    let [all, one] = passed(tx, rows).await;
    let found = [
        ("list_working_apps", !tx.list_working_apps(&[customer]).await.unwrap().is_empty()),
        ("list_current_certificates", !tx.list_current_certificates(None, 10).await.unwrap().is_empty()),
        ("count_sets_of_connection", tx.count_sets_of_connection(connection).await.unwrap() != 0),
        ("list_sets_of_connection", !tx.list_sets_of_connection(connection, 10).await.unwrap().is_empty()),
        ("count_sets_of_account", tx.count_sets_of_account(&rows.connection).await.unwrap() != 0),
        ("list_sets_of_account", !tx.list_sets_of_account(&rows.connection, 10).await.unwrap().is_empty()),
        ("find_connections", !tx.find_connections(&[connection]).await.unwrap().is_empty()),
        ("list_working_accounts", !tx.list_working_accounts(&[customer]).await.unwrap().is_empty()),
        ("find_who_connected", tx.find_who_connected(connection).await.unwrap().is_some()),
        ("find_last_handed_out", tx.find_last_handed_out(connection).await.unwrap().is_some()),
        ("sum_token_counts", !tx.sum_token_counts(None, None, 0).await.unwrap().is_empty()),
        ("find_attempts_in_full", !tx.find_attempts_in_full(&[rows.attempts[0].id]).await.unwrap().is_empty()),
        ("list_authorizations_of", !tx.list_authorizations_of(customer, None, 10).await.unwrap().is_empty()),
        ("list_open_authorizations_of", !tx.list_open_authorizations_of(customer).await.unwrap().is_empty()),
        ("list_covered_by", !tx.list_covered_by(&[rows.sign_in.id]).await.unwrap().is_empty()),
        ("list_without_access", !tx.list_without_access(10).await.unwrap().is_empty()),
        ("pass_backup_sets", all != 0),
        ("pass_backup_sets_by_id", one != 0),
        ("list_fleet", !tx.list_fleet(&fleet, order, START, None, 10).await.unwrap().is_empty()),
        ("count_fleet", tx.count_fleet(&fleet, START).await.unwrap() != HealthCounts::default()),
        ("sum_methods", tx.sum_methods(None).await.unwrap() != MethodCounts::default()),
        ("customers_by_basic_sets", !tx.customers_by_basic_sets(10).await.unwrap().is_empty()),
        ("find_notice_of", {
            let notice = &rows.notices[0];
            tx.find_notice_of(notice.kind, notice.subject, notice.stage).await.unwrap().is_some()
        }),
        ("list_failed_deliveries", !tx.list_failed_deliveries(rows.channel.id, START, 10).await.unwrap().is_empty()),
    ];
    found.into_iter().filter(|(_, found)| *found).map(|(name, _)| name).collect()
}

/// Names of the functions that changed something.
pub async fn changed(tx: &Scoped, rows: &Second) -> Vec<&'static str> {
    let (customer, authorization, notice) = (rows.customer.id, rows.authorization.id, &rows.notices[0]);
    let later = START.plus(1_000_000);
    let lease = tx.lease_connection(rows.connection.id, 0, 1).await.unwrap();
    tx.lease_channel(rows.channel.id, 0, 1).await.unwrap();
    let done = [
        ("lease_connection", lease.is_some()),
        ("release_connection", tx.release_connection(rows.connection.id, 1).await.unwrap()),
        ("release_channel", tx.release_channel(rows.channel.id, 1).await.unwrap()),
        ("hold_app", tx.hold_app(rows.app.id).await.unwrap()),
        ("disconnect_sets", tx.disconnect_sets(rows.connection.id).await.unwrap() != 0),
        ("supersede_open_attempts_of", tx.supersede_open_attempts_of(rows.sign_in.id).await.unwrap() != 0),
        ("touch_authorizations", tx.touch_authorizations(&[authorization]).await.unwrap() != 0),
        (
            "touch_and_find_authorizations",
            !tx.touch_and_find_authorizations(&[authorization]).await.unwrap().is_empty(),
        ),
        ("update_certificate_key", tx.update_certificate_key(rows.made.id, next_id()).await.unwrap()),
        ("remove_made_certificate", tx.remove_made_certificate(rows.made.id).await.unwrap()),
        ("reopen_delivery", tx.reopen_delivery(rows.given_up[0].id, 0).await.unwrap()),
        ("remove_old_deliveries", tx.remove_old_deliveries(later).await.unwrap() != 0),
        ("confirm_import", tx.confirm_import(rows.import.id, START).await.unwrap()),
        ("resolve_notices_of", tx.resolve_notices_of(notice.kind, notice.subject, START).await.unwrap() != 0),
        ("remove_notice", tx.remove_notice(notice.id).await.unwrap()),
        ("rename_customer", tx.rename_customer(customer, "Eve's").await.unwrap()),
        ("update_customer_contact", tx.update_customer_contact(customer, Some("eve@example.com"), None).await.unwrap()),
        ("hold_customers", tx.hold_customers(&[customer]).await.unwrap()),
        ("hold_customer_alone", tx.hold_customer_alone(customer).await.unwrap()),
        ("remove_customer", tx.remove_customer(customer).await.unwrap() != 0),
    ];
    done.into_iter().filter(|(_, done)| *done).map(|(name, _)| name).collect()
}

/// What writes by an insert that becomes an update: how much each changed, or that the database refused. One of them by number.
pub async fn written(tx: &Scoped, rows: &Second, number: usize) -> Option<u64> {
    let [first, second] = &rows.attempts;
    match number {
        0 => tx.save_open_attempts(std::slice::from_ref(first)).await.ok().map(|saved| saved.len() as u64),
        1 => tx.count_saved_attempts(std::slice::from_ref(second)).await.ok(),
        _ => tx.update_sign_ins(std::slice::from_ref(&rows.sign_in), &[SignInState::Done]).await.ok(),
    }
}

/// Their names.
pub const WRITTEN: [&str; 3] = ["save_open_attempts", "count_saved_attempts", "update_sign_ins"];
