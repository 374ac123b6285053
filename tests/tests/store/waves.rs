//! Waves in storage: their items, what is left, and that nobody else sees or changes them.

use rekey_tests::{clock::START, databases::TestDatabase, records};
use server::store::{
    Scoped,
    authorizations::Authorization,
    sign_ins::SignIn,
    waves::{HeldState, Wave},
};
use shared::{
    api::authorizations::SignInState,
    id::{OrganizationId, SignInId},
};

rekey_tests::on_both![
    m3_a_wave_is_its_organizations_alone,
    g3_items_are_counted_and_paged_by_state,
    f10_flips_are_few_at_a_time_for_each_customer,
];

struct Made {
    wave: Wave,
    authorization: Authorization,
    sign_ins: Vec<SignIn>,
}

/// A wave of one customer whose sign-ins are in these states; the last of them is connected.
async fn make(tx: &Scoped, states: &[SignInState]) -> Made {
    let customer = records::customer("Fabrikam");
    tx.add_customer(&customer, None, START).await.unwrap();
    let wave = records::wave();
    let authorization = Authorization { wave: Some(wave.id), ..records::authorization(&customer) };
    let mut ids: Vec<_> = states.iter().map(|_| rekey_tests::databases::next_id()).collect();
    ids.sort_unstable();
    let sign_ins: Vec<_> = states
        .iter()
        .zip(ids)
        .map(|(state, id)| SignIn {
            id: SignInId(id),
            state: *state,
            connection: None,
            ..records::sign_in(&authorization, "ann@fabrikam.example")
        })
        .collect();
    tx.add_wave(&wave).await.unwrap();
    tx.add_authorizations(std::slice::from_ref(&authorization)).await.unwrap();
    let counted: Vec<_> = sign_ins.iter().map(|sign_in| (sign_in.clone(), 3)).collect();
    tx.add_wave_sign_ins(wave.id, &counted).await.unwrap();
    let set = records::backup_set(&customer, "Mail");
    tx.add_backup_sets(std::slice::from_ref(&set), START).await.unwrap();
    tx.add_sign_in_sets(&[records::sign_in_set(&sign_ins[0], &set)]).await.unwrap();
    Made { wave, authorization, sign_ins }
}

/// What a transaction sees and changes of a wave.
async fn reached(tx: &Scoped, made: &Made) -> Vec<&'static str> {
    let id = made.wave.id;
    let found = [
        ("find_wave", tx.find_wave(id).await.unwrap().is_some()),
        ("list_waves", !tx.list_waves(None, 10).await.unwrap().is_empty()),
        ("find_wave_version", tx.find_wave_version(id).await.unwrap().is_some()),
        ("count_wave_items", !tx.count_wave_items(id, START).await.unwrap().is_empty()),
        ("count_wave_customers", tx.count_wave_customers(id).await.unwrap() != 0),
        ("list_wave_items", !tx.list_wave_items(id, SignInState::Waiting, None, 9).await.unwrap().is_empty()),
        ("list_sets_in_open_waves", !tx.list_sets_in_open_waves().await.unwrap().is_empty()),
        ("list_unlinked", !tx.list_unlinked(id, START, 10).await.unwrap().is_empty()),
        ("find_authorizations", !tx.find_authorizations(&[made.authorization.id]).await.unwrap().is_empty()),
        ("count_basic_by_workloads", !tx.count_basic_by_workloads().await.unwrap().is_empty()),
        ("retry_failed", tx.retry_failed(id).await.unwrap() != 0),
        ("update_wave_state", tx.update_wave_state(id, HeldState::Open, HeldState::Paused).await.unwrap()),
        ("cancel_authorizations", tx.cancel_authorizations(id, START).await.unwrap() != 0),
    ];
    found.into_iter().filter(|(_, found)| *found).map(|(name, _)| name).collect()
}

async fn m3_a_wave_is_its_organizations_alone(database: TestDatabase) {
    let contoso: OrganizationId = database.organization("Contoso").await;
    let adatum = database.organization("Adatum").await;
    let tx = database.store.write(contoso).await.unwrap();
    let made = make(&tx, &[SignInState::Waiting, SignInState::Failed]).await;
    tx.commit().await.unwrap();
    let foreign = database.store.write(adatum).await.unwrap();
    assert_eq!(reached(&foreign, &made).await, [""; 0]);
    foreign.commit().await.unwrap();
    let own = database.store.write(contoso).await.unwrap();
    let all = reached(&own, &made).await;
    assert_eq!(all.len(), 13, "a function that reaches nothing of its own proves nothing: {all:?}");
}

async fn g3_items_are_counted_and_paged_by_state(database: TestDatabase) {
    use SignInState::{Done, Failed, Waiting};
    let tx = database.store.write(database.organization("Contoso").await).await.unwrap();
    let made = make(&tx, &[Waiting, Failed, Waiting, Done, Waiting]).await;
    let id = made.wave.id;
    let count = async |state: SignInState, linked: bool| {
        let rows = tx.count_wave_items(id, START).await.unwrap();
        rows.iter()
            .filter(|row| row.state == state && row.linked == linked)
            .map(|row| (row.items, row.sets))
            .collect::<Vec<_>>()
    };
    assert_eq!((count(Waiting, false).await, count(Done, false).await), (vec![(3, 9)], vec![(1, 3)]));
    tx.add_link(&records::link(&made.authorization), START).await.unwrap();
    assert_eq!((count(Waiting, true).await, count(Waiting, false).await), (vec![(3, 9)], vec![]));
    // A link that is over is none.
    let over = tx.count_wave_items(id, START.plus(10_000_000)).await.unwrap();
    assert!(over.iter().all(|row| !row.linked), "{over:?}");
    let first = tx.list_wave_items(id, Waiting, None, 2).await.unwrap();
    let rest = tx.list_wave_items(id, Waiting, first.last().map(|item| item.sign_in.id), 2).await.unwrap();
    let ids: Vec<_> = first.iter().chain(&rest).map(|item| item.sign_in.id).collect();
    assert_eq!(ids, [made.sign_ins[0].id, made.sign_ins[2].id, made.sign_ins[4].id]);
    let before = tx.find_wave_version(id).await.unwrap();
    assert_eq!(tx.retry_failed(id).await.unwrap(), 1);
    assert!(tx.find_wave_version(id).await.unwrap() > before);
    assert_eq!(count(Failed, false).await, []);
}

async fn f10_flips_are_few_at_a_time_for_each_customer(database: TestDatabase) {
    use SignInState::{Waiting, Working};
    let tx = database.store.write(database.organization("Contoso").await).await.unwrap();
    let made = make(&tx, &[Waiting, Waiting, Waiting, Waiting, Waiting]).await;
    let id = made.wave.id;
    assert!(!tx.has_flips(id).await.unwrap(), "nothing is connected");
    for sign_in in &made.sign_ins[1..] {
        let connected = SignIn { connection: Some(shared::id::ConnectionId(sign_in.id.0)), ..sign_in.clone() };
        assert!(tx.update_sign_in(&connected, Waiting).await.unwrap());
    }
    let flips = async || -> Vec<SignInId> {
        tx.list_flips(id, 2, 10).await.unwrap().into_iter().map(|flip| flip.sign_in).collect()
    };
    assert_eq!(flips().await, [made.sign_ins[1].id, made.sign_ins[2].id], "in order");
    let begin = SignIn { state: Working, connection: None, ..made.sign_ins[1].clone() };
    assert!(tx.update_sign_in(&begin, Waiting).await.unwrap());
    assert_eq!(flips().await, [made.sign_ins[2].id], "one place is left");
    let begin = SignIn { state: Working, connection: None, ..made.sign_ins[2].clone() };
    assert!(tx.update_sign_in(&begin, Waiting).await.unwrap());
    assert_eq!(flips().await, []);
    assert!(tx.has_flips(id).await.unwrap(), "they only wait for their turn");
}
