//! Attempts: each moves only from the state that its mover saw.

use rekey_tests::{
    clock::START,
    databases::{TestDatabase, next_id},
    records,
};
use server::{
    seal::Sealed,
    store::{
        attempts::{Attempt, AttemptState, SavedToken},
        sign_ins::SignIn,
    },
};
use shared::{
    api::{authorizations::SignInState, connect::Leg},
    id::{AttemptId, ObjectId, TenantId},
};

rekey_tests::on_both![
    an_attempt_is_stored_as_it_was_made,
    an_attempt_moves_only_from_the_state_that_was_seen,
    a_later_click_ends_open_attempts_only,
    the_last_challenge_of_a_sign_in_is_found,
    old_attempts_are_forgotten_and_what_somebody_waits_for_is_not,
];

fn sign_in() -> SignIn {
    records::sign_in(&records::authorization(&records::customer("Fabrikam")), "ann@fabrikam.example")
}

fn attempt(sign_in: &SignIn) -> Attempt {
    records::attempt(sign_in, &records::link(&records::authorization(&records::customer("Fabrikam"))))
}

fn saved() -> SavedToken {
    SavedToken {
        hash: [7; 32],
        tenant: TenantId(next_id()),
        object: ObjectId(next_id()),
        token: Some(Sealed(vec![1, 2, 3])),
        expires_at: START.plus(3600),
    }
}

async fn an_attempt_is_stored_as_it_was_made(database: TestDatabase) {
    let tx = database.store.write(database.organization("Contoso").await).await.unwrap();
    let sign_in = sign_in();
    let plain = attempt(&sign_in);
    let full = Attempt {
        leg: Leg::Consent,
        state: AttemptState::Saved,
        saved: Some(saved()),
        challenge: Some(Sealed(vec![4, 5])),
        ..attempt(&sign_in)
    };
    for attempt in [&plain, &full] {
        tx.add_attempt(attempt).await.unwrap();
        assert_eq!(tx.find_attempt(attempt.id).await.unwrap().as_ref(), Some(attempt));
    }
    assert_eq!(tx.find_saved_attempt(sign_in.id).await.unwrap(), Some(full));
    assert_eq!(tx.find_attempt(AttemptId(next_id())).await.unwrap(), None);
}

async fn an_attempt_moves_only_from_the_state_that_was_seen(database: TestDatabase) {
    let tx = database.store.write(database.organization("Contoso").await).await.unwrap();
    let mut attempt = attempt(&sign_in());
    tx.add_attempt(&attempt).await.unwrap();
    (attempt.state, attempt.saved) = (AttemptState::Saved, Some(saved()));
    for wrong in [AttemptState::Saved, AttemptState::Ended, AttemptState::Superseded] {
        assert!(!tx.update_attempt(&attempt, wrong).await.unwrap());
    }
    assert!(tx.update_attempt(&attempt, AttemptState::Open).await.unwrap());
    assert!(!tx.update_attempt(&attempt, AttemptState::Open).await.unwrap());
    assert_eq!(tx.find_attempt(attempt.id).await.unwrap(), Some(attempt.clone()));

    // The token goes once it has served; who signed in stays.
    attempt.state = AttemptState::Ended;
    attempt.saved = attempt.saved.map(|saved| SavedToken { token: None, ..saved });
    assert!(tx.update_attempt(&attempt, AttemptState::Saved).await.unwrap());
    assert_eq!(tx.find_attempt(attempt.id).await.unwrap(), Some(attempt));
}

async fn a_later_click_ends_open_attempts_only(database: TestDatabase) {
    let tx = database.store.write(database.organization("Contoso").await).await.unwrap();
    let (here, elsewhere) = (sign_in(), sign_in());
    let (open, other) = (attempt(&here), attempt(&elsewhere));
    let running = Attempt { state: AttemptState::Saved, saved: Some(saved()), ..attempt(&here) };
    let colleague = attempt(&SignIn { authorization: here.authorization, ..sign_in() });
    for attempt in [&open, &running, &other, &colleague] {
        tx.add_attempt(attempt).await.unwrap();
    }
    assert_eq!(tx.supersede_open_attempts_of(here.id).await.unwrap(), 1);
    let state = async |id| tx.find_attempt(id).await.unwrap().unwrap().state;
    assert_eq!(state(open.id).await, AttemptState::Superseded);
    assert_eq!(state(running.id).await, AttemptState::Saved);
    assert_eq!(state(other.id).await, AttemptState::Open);
    assert_eq!(state(colleague.id).await, AttemptState::Open, "of another person");
    assert_eq!(tx.supersede_open_attempts(here.authorization).await.unwrap(), 1, "the whole authorization");
}

async fn the_last_challenge_of_a_sign_in_is_found(database: TestDatabase) {
    let tx = database.store.write(database.organization("Contoso").await).await.unwrap();
    let (here, elsewhere) = (sign_in(), sign_in());
    assert_eq!(tx.find_last_challenge(here.id).await.unwrap(), None);
    let challenged = |sign_in: &SignIn, byte| Attempt { challenge: Some(Sealed(vec![byte])), ..attempt(sign_in) };
    let (first, last) = (challenged(&here, 1), challenged(&here, 2));
    for attempt in [&first, &last, &attempt(&here), &challenged(&elsewhere, 3)] {
        tx.add_attempt(attempt).await.unwrap();
    }
    assert_eq!(tx.find_last_challenge(here.id).await.unwrap(), Some((last.id, Sealed(vec![2]))));
}

async fn old_attempts_are_forgotten_and_what_somebody_waits_for_is_not(database: TestDatabase) {
    let (own, other) = (database.organization("Contoso").await, database.organization("Adatum").await);
    let foreign = attempt(&sign_in());
    let elsewhere = database.store.write(other).await.unwrap();
    elsewhere.add_attempt(&foreign).await.unwrap();
    elsewhere.commit().await.unwrap();
    let tx = database.store.write(own).await.unwrap();
    let (challenged, over) = (SignIn { state: SignInState::ClaimsNeeded, ..sign_in() }, sign_in());
    for one in [&challenged, &over] {
        tx.add_sign_in(one, &[]).await.unwrap();
    }
    let open = attempt(&over);
    let ended = Attempt { state: AttemptState::Ended, saved: Some(saved()), ..attempt(&over) };
    let replaced = Attempt { state: AttemptState::Superseded, ..attempt(&challenged) };
    let answered = Attempt { state: AttemptState::Ended, challenge: Some(Sealed(vec![1])), ..attempt(&over) };
    let young = Attempt { expires_at: START.plus(901), ..attempt(&over) };
    let waiting = Attempt { state: AttemptState::Saved, saved: Some(saved()), ..attempt(&over) };
    let asked = Attempt { state: AttemptState::Ended, challenge: Some(Sealed(vec![2])), ..attempt(&challenged) };
    let (gone, kept) = ([open, ended, replaced, answered], [young, waiting, asked]);
    for one in gone.iter().chain(&kept) {
        tx.add_attempt(one).await.unwrap();
    }
    assert_eq!(tx.remove_old_attempts(START.plus(901)).await.unwrap(), 4);
    for one in &gone {
        assert_eq!(tx.find_attempt(one.id).await.unwrap(), None);
    }
    for one in &kept {
        assert_eq!(tx.find_attempt(one.id).await.unwrap().as_ref(), Some(one));
    }
    tx.commit().await.unwrap();
    let elsewhere = database.store.read(other).await.unwrap();
    assert_eq!(elsewhere.find_attempt(foreign.id).await.unwrap(), Some(foreign));
}
