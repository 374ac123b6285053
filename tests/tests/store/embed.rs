//! Origins, sessions of consoles and their windows: what is compared before it is stored, and what is forgotten.

use rekey_tests::{
    clock::START,
    databases::{TestDatabase, next_id},
    records,
};
use server::store::{
    Reach, Scope,
    backup_sets::BackupSet,
    embed::{EmbedOrigin, EmbedSession, Popup},
};
use shared::{
    api::embed::PopupState,
    id::{AuthorizationId, BackupSetId, CustomerId, OrganizationId},
    method::Method,
};

rekey_tests::on_both![
    an_origin_is_there_once_and_listed_oldest_first,
    a_session_is_found_by_whoever_reaches_its_customer,
    the_last_session_of_a_person_is_the_one_about_the_same,
    a_window_changes_only_as_it_was_read,
    windows_that_are_not_tied_end_together,
    an_origins_sessions_end_together,
    old_sessions_are_forgotten_with_their_windows,
];

struct Made {
    organization: OrganizationId,
    set: BackupSet,
    session: EmbedSession,
}

async fn made(database: &TestDatabase) -> Made {
    let organization = database.organization("Contoso").await;
    let tx = database.store.write(organization).await.unwrap();
    let customer = records::customer("Fabrikam");
    let set = records::backup_set(&customer, "Mail");
    let (key, origin) = (records::api_key("console"), records::embed_origin("https://console.example.com"));
    let session = records::embed_session(&set, &key, &origin);
    tx.add_customer(&customer, None, START).await.unwrap();
    assert!(tx.add_embed_origin(&origin).await.unwrap());
    tx.add_embed_session(&session).await.unwrap();
    tx.commit().await.unwrap();
    Made { organization, set, session }
}

async fn an_origin_is_there_once_and_listed_oldest_first(database: TestDatabase) {
    let tx = database.store.write(database.organization("Contoso").await).await.unwrap();
    let (first, second) = (records::embed_origin("https://b.example"), records::embed_origin("https://a.example"));
    assert!(tx.add_embed_origin(&first).await.unwrap());
    assert!(tx.add_embed_origin(&second).await.unwrap());
    let again = EmbedOrigin { id: next_id(), ..first.clone() };
    assert!(!tx.add_embed_origin(&again).await.unwrap());
    assert_eq!(tx.list_embed_origins().await.unwrap(), [first.clone(), second.clone()]);
    // Exact: a part, another case or a suffix is another origin.
    for other in ["https://b.exampl", "https://B.example", "https://b.example/", "https://%.example", ""] {
        assert_eq!(tx.find_embed_origin(other).await.unwrap(), None, "{other}");
    }
    assert_eq!(tx.remove_embed_origin(first.id).await.unwrap(), Some(first.clone()));
    assert_eq!(tx.remove_embed_origin(first.id).await.unwrap(), None);
    assert_eq!(tx.list_embed_origins().await.unwrap(), [second]);
    assert!(tx.add_embed_origin(&again).await.unwrap(), "it may come back");
}

async fn a_session_is_found_by_whoever_reaches_its_customer(database: TestDatabase) {
    let Made { organization, session, .. } = made(&database).await;
    let reach = |customer| Scope { organization, reach: Reach::only(Some(vec![customer])) };
    let (near, far) = (reach(session.customer), reach(CustomerId(next_id())));
    let tx = database.store.write(&far).await.unwrap();
    assert_eq!(tx.find_embed_session(session.id).await.unwrap(), None);
    assert_eq!(tx.find_last_embed_session(&session).await.unwrap(), None);
    assert!(!tx.touch_embed_session(session.id).await.unwrap());
    assert!(!tx.update_embed_authorization(session.id, AuthorizationId(next_id())).await.unwrap());
    assert!(!tx.end_embed_session(session.id, START).await.unwrap());
    tx.commit().await.unwrap();
    let tx = database.store.write(&near).await.unwrap();
    assert_eq!(tx.find_embed_session(session.id).await.unwrap().as_ref(), Some(&session));
    let authorization = AuthorizationId(next_id());
    assert!(tx.touch_embed_session(session.id).await.unwrap());
    assert!(tx.update_embed_authorization(session.id, authorization).await.unwrap());
    assert!(tx.end_embed_session(session.id, START.plus(7)).await.unwrap());
    assert!(!tx.end_embed_session(session.id, START.plus(8)).await.unwrap(), "it ends once");
    let found = tx.find_embed_session(session.id).await.unwrap().unwrap();
    assert_eq!((found.authorization, found.ended_at), (Some(authorization), Some(START.plus(7))));
    assert!(found.version > session.version);
}

async fn the_last_session_of_a_person_is_the_one_about_the_same(database: TestDatabase) {
    let Made { organization, set, session } = made(&database).await;
    let tx = database.store.write(organization).await.unwrap();
    let newer = EmbedSession { id: next_id(), ..session.clone() };
    tx.add_embed_session(&newer).await.unwrap();
    assert_eq!(tx.find_last_embed_session(&session).await.unwrap().map(|found| found.id), Some(newer.id));
    for (what, other) in [
        ("customer", EmbedSession { customer: CustomerId(next_id()), ..session.clone() }),
        ("origin", EmbedSession { origin: "https://other.example".to_owned(), ..session.clone() }),
        ("person", EmbedSession { host_user: "user-18".to_owned(), ..session.clone() }),
        ("person, as a pattern", EmbedSession { host_user: "user-%".to_owned(), ..session.clone() }),
        ("method", EmbedSession { method: Method::Modern, ..session.clone() }),
        ("sets", EmbedSession { sets: vec![set.id, BackupSetId(next_id())], ..session.clone() }),
    ] {
        assert_eq!(tx.find_last_embed_session(&other).await.unwrap(), None, "{what}");
    }
}

async fn a_window_changes_only_as_it_was_read(database: TestDatabase) {
    let Made { organization, session, .. } = made(&database).await;
    let tx = database.store.write(organization).await.unwrap();
    let read = records::popup(&session);
    tx.add_popup(&read).await.unwrap();
    let confirmed = Popup { challenge: Some([5; 32]), ..read.clone() };
    assert!(tx.update_popup(&confirmed, &read).await.unwrap());
    // Each of what a decision rested on: challenge, tries, state.
    let other = Popup { challenge: Some([6; 32]), ..read.clone() };
    assert!(!tx.update_popup(&other, &read).await.unwrap(), "another window's challenge comes too late");
    assert!(!tx.update_popup(&other, &other).await.unwrap());
    let counted = Popup { tries: 1, ..confirmed.clone() };
    assert!(tx.update_popup(&counted, &confirmed).await.unwrap());
    assert!(!tx.update_popup(&counted, &confirmed).await.unwrap(), "a try counts once");
    let tied = Popup { state: PopupState::Tied, ..counted.clone() };
    assert!(tx.update_popup(&tied, &counted).await.unwrap());
    assert!(!tx.update_popup(&tied, &counted).await.unwrap(), "it is tied once");
    assert_eq!(tx.find_popup(read.id).await.unwrap(), Some(tied));
}

async fn windows_that_are_not_tied_end_together(database: TestDatabase) {
    let Made { organization, session, .. } = made(&database).await;
    let tx = database.store.write(organization).await.unwrap();
    let other = EmbedSession { id: next_id(), ..session.clone() };
    tx.add_embed_session(&other).await.unwrap();
    let states = [PopupState::Announced, PopupState::Here, PopupState::Tied, PopupState::Dead];
    let windows = states.map(|state| Popup { state, ..records::popup(&session) });
    let foreign = records::popup(&other);
    for window in windows.iter().chain([&foreign]) {
        tx.add_popup(window).await.unwrap();
    }
    assert_eq!(tx.find_last_popup(session.id).await.unwrap().map(|found| found.id), Some(windows[3].id));
    assert_eq!(tx.count_popups(session.id).await.unwrap(), 4, "of this session, however they ended");
    assert_eq!(tx.end_open_popups(session.id).await.unwrap(), 2);
    let mut found = Vec::new();
    for window in windows.iter().chain([&foreign]) {
        found.push(tx.find_popup(window.id).await.unwrap().unwrap().state);
    }
    let (dead, tied) = (PopupState::Dead, PopupState::Tied);
    assert_eq!(found, [dead, dead, tied, dead, PopupState::Announced]);
}

async fn an_origins_sessions_end_together(database: TestDatabase) {
    let Made { organization, session, .. } = made(&database).await;
    let tx = database.store.write(organization).await.unwrap();
    let other = EmbedSession { id: next_id(), origin: "https://other.example.com".to_owned(), ..session.clone() };
    let over = EmbedSession { id: next_id(), ended_at: Some(START), ..session.clone() };
    for one in [&other, &over] {
        tx.add_embed_session(one).await.unwrap();
    }
    assert_eq!(tx.end_embed_sessions_of(&session.origin, START.plus(5)).await.unwrap(), 1);
    let mut ends = Vec::new();
    for one in [&session, &other, &over] {
        ends.push(tx.find_embed_session(one.id).await.unwrap().unwrap().ended_at);
    }
    assert_eq!(ends, [Some(START.plus(5)), None, Some(START)]);
}

async fn old_sessions_are_forgotten_with_their_windows(database: TestDatabase) {
    let Made { organization, session, .. } = made(&database).await;
    let tx = database.store.write(organization).await.unwrap();
    let young = EmbedSession { id: next_id(), expires_at: session.expires_at.plus(1), ..session.clone() };
    tx.add_embed_session(&young).await.unwrap();
    let windows = [records::popup(&session), records::popup(&young)];
    for window in &windows {
        tx.add_popup(window).await.unwrap();
    }
    assert_eq!(tx.remove_old_embed_sessions(session.expires_at).await.unwrap(), 0);
    assert_eq!(tx.remove_old_embed_sessions(session.expires_at.plus(1)).await.unwrap(), 1);
    assert_eq!(tx.find_embed_session(session.id).await.unwrap(), None);
    assert_eq!(tx.find_popup(windows[0].id).await.unwrap(), None);
    assert_eq!(tx.find_embed_session(young.id).await.unwrap(), Some(young));
    assert!(tx.find_popup(windows[1].id).await.unwrap().is_some());
}
