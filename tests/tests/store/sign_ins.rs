//! Sign-ins: a queue in order; each moves only from the state that its mover saw.

use rekey_tests::{
    clock::START,
    databases::{TestDatabase, next_id},
    records,
};
use server::store::sign_ins::SignIn;
use shared::{
    api::authorizations::{SignInState, StepState},
    id::{ConnectionId, SignInId},
};

rekey_tests::on_both![
    a_sign_in_is_stored_with_its_sets,
    the_queue_is_listed_in_order,
    every_state_and_field_survives,
    a_sign_in_moves_only_from_the_state_that_was_seen,
];

async fn a_sign_in_is_stored_with_its_sets(database: TestDatabase) {
    let tx = database.store.write(database.organization("Contoso").await).await.unwrap();
    let customer = records::customer("Fabrikam");
    let sign_in = records::sign_in(&records::authorization(&customer), "Ann@fabrikam.example");
    let sets: Vec<_> = (0..2100).map(|number| records::backup_set(&customer, &format!("Set {number:04}"))).collect();
    let covered: Vec<_> = sets.iter().map(|set| records::sign_in_set(&sign_in, set)).collect();
    tx.add_sign_in(&sign_in, &covered).await.unwrap();
    assert_eq!(tx.find_sign_in(sign_in.id).await.unwrap(), Some(sign_in.clone()));
    assert_eq!(tx.find_sign_in(SignInId(next_id())).await.unwrap(), None);
    assert_eq!(tx.list_sign_in_sets(&[sign_in.id]).await.unwrap(), covered);
    assert_eq!(tx.list_sign_in_sets(&[]).await.unwrap(), []);
}

async fn the_queue_is_listed_in_order(database: TestDatabase) {
    let tx = database.store.write(database.organization("Contoso").await).await.unwrap();
    let customer = records::customer("Fabrikam");
    let (one, two) = (records::authorization(&customer), records::authorization(&customer));
    let mut expected = Vec::new();
    for authorization in [&one, &two] {
        for position in [2, 0, 1] {
            let account = format!("{position}@fabrikam.example");
            let sign_in = SignIn { position, ..records::sign_in(authorization, &account) };
            tx.add_sign_in(&sign_in, &[]).await.unwrap();
            expected.push(sign_in);
        }
    }
    expected.sort_by_key(|sign_in| (sign_in.authorization, sign_in.position));
    assert_eq!(tx.list_sign_ins(&[two.id, one.id]).await.unwrap(), expected);
    assert_eq!(tx.list_sign_ins(&[two.id]).await.unwrap(), expected[3..]);
    assert_eq!(tx.list_sign_ins(&[]).await.unwrap(), []);
}

async fn every_state_and_field_survives(database: TestDatabase) {
    let tx = database.store.write(database.organization("Contoso").await).await.unwrap();
    let mut sign_in = records::sign_in(&records::authorization(&records::customer("Fabrikam")), "ann@fabrikam.example");
    tx.add_sign_in(&sign_in, &[]).await.unwrap();
    for state in [
        SignInState::Working,
        SignInState::ConsentNeeded,
        SignInState::ApprovalNeeded,
        SignInState::ClaimsNeeded,
        SignInState::Failed,
        SignInState::Done,
        SignInState::Cancelled,
        SignInState::Waiting,
    ] {
        let from = sign_in.state;
        sign_in.state = state;
        sign_in.signed_in_as = Some("Ann Bö".to_owned());
        sign_in.steps[0].state = StepState::Failed;
        sign_in.problem = Some(records::help());
        sign_in.approval_url = Some("https://login.example/adminconsent".to_owned());
        sign_in.connection = Some(ConnectionId(next_id()));
        sign_in.done_at = Some(START);
        assert!(tx.update_sign_in(&sign_in, from).await.unwrap());
        assert_eq!(tx.find_sign_in(sign_in.id).await.unwrap(), Some(sign_in.clone()));
    }
    (sign_in.problem, sign_in.approval_url, sign_in.connection, sign_in.done_at) = (None, None, None, None);
    assert!(tx.update_sign_in(&sign_in, SignInState::Waiting).await.unwrap());
    assert_eq!(tx.find_sign_in(sign_in.id).await.unwrap(), Some(sign_in));
}

async fn a_sign_in_moves_only_from_the_state_that_was_seen(database: TestDatabase) {
    let organization = database.organization("Contoso").await;
    let sign_in = records::sign_in(&records::authorization(&records::customer("Fabrikam")), "ann@fabrikam.example");
    let tx = database.store.write(organization).await.unwrap();
    tx.add_sign_in(&sign_in, &[]).await.unwrap();
    tx.commit().await.unwrap();

    let movers: Vec<_> = (0..12)
        .map(|_| {
            let (store, moved) = (database.store.clone(), SignIn { state: SignInState::Working, ..sign_in.clone() });
            tokio::spawn(async move {
                let tx = store.write(organization).await.unwrap();
                let done = tx.update_sign_in(&moved, SignInState::Waiting).await.unwrap();
                tx.commit().await.unwrap();
                done
            })
        })
        .collect();
    let mut winners = 0;
    for mover in movers {
        winners += usize::from(mover.await.unwrap());
    }
    assert_eq!(winners, 1);
    let tx = database.store.read(organization).await.unwrap();
    assert_eq!(tx.find_sign_in(sign_in.id).await.unwrap().unwrap().state, SignInState::Working);
}
