//! Notices, channels and deliveries: one notice of each kind, subject and stage; nothing of another organization.

use rekey_tests::{
    clock::START,
    databases::{TestDatabase, next_id},
};
use server::{
    seal::Sealed,
    store::{
        channels::Channel,
        events::{Delivery, Event},
        notices::Notice,
    },
};
use shared::{
    api::{
        channels::{ChannelKind, DeliveryState, EventType},
        notices::NoticeKind,
    },
    id::CustomerId,
};
use uuid::Uuid;

rekey_tests::on_both![
    e6_a_notice_is_there_once_for_each_subject_and_stage,
    notices_are_listed_newest_first_and_settled_once,
    m1_notices_and_channels_are_ones_own,
    a_removed_channel_has_no_secret,
    a_delivery_that_has_ended_changes_no_more,
    k2_secrets_follow_one_another_and_the_one_before_is_forgotten,
    one_sends_through_a_channel_at_a_time,
    k2_changes_of_method_are_told_once,
];

fn notice(kind: NoticeKind, subject: Uuid, stage: i64) -> Notice {
    Notice {
        id: next_id(),
        kind,
        customer: None,
        subject,
        stage,
        title: "The certificate ends".to_owned(),
        text: "Nothing is to be done.".to_owned(),
        created_at: START,
        resolved_at: None,
    }
}

fn channel() -> Channel {
    Channel {
        id: next_id(),
        kind: ChannelKind::Webhook,
        address: "https://hooks.example.com/".to_owned(),
        secret: Some(Sealed(vec![1, 2, 3])),
        secret_version: 2,
        previous: Some((Sealed(vec![4, 5, 6]), START.plus(9))),
        events: Some(vec![EventType::Authorized, EventType::Revoked]),
        customers: Some(vec![CustomerId(next_id())]),
        failing_since: None,
        created_at: START,
        created_by: "Maya".to_owned(),
        removed_at: None,
    }
}

fn event() -> Event {
    Event {
        id: next_id(),
        kind: EventType::Revoked,
        customer: None,
        notice: None,
        title: "The access has ended".to_owned(),
        text: "Authorize it again.".to_owned(),
        data: "{}".to_owned(),
        created_at: START,
    }
}

fn delivery(channel: Uuid, event: Uuid) -> Delivery {
    Delivery { created_at: START, ..Delivery::new(next_id(), channel, event, START.0 * 1000) }
}

async fn e6_a_notice_is_there_once_for_each_subject_and_stage(database: TestDatabase) {
    let organization = database.organization("One").await;
    let subject = next_id();
    let first = notice(NoticeKind::CertificateEnds, subject, 90);
    let tx = database.store.write(organization).await.unwrap();
    assert!(tx.add_notice(&first).await.unwrap());
    assert!(!tx.add_notice(&notice(NoticeKind::CertificateEnds, subject, 90)).await.unwrap());
    assert!(tx.add_notice(&notice(NoticeKind::CertificateEnds, subject, 60)).await.unwrap());
    assert!(tx.add_notice(&notice(NoticeKind::Drift, subject, 90)).await.unwrap());
    assert!(tx.add_notice(&notice(NoticeKind::CertificateEnds, next_id(), 90)).await.unwrap());
    tx.commit().await.unwrap();
    let tx = database.store.read(organization).await.unwrap();
    assert_eq!(tx.find_notice_of(NoticeKind::CertificateEnds, subject, 90).await.unwrap(), Some(first));
    assert_eq!(tx.list_notices(true, None, 10).await.unwrap().len(), 4);
}

async fn notices_are_listed_newest_first_and_settled_once(database: TestDatabase) {
    let organization = database.organization("One").await;
    let subject = next_id();
    let all: Vec<_> = [90, 60, 30].map(|stage| notice(NoticeKind::CertificateEnds, subject, stage)).into();
    let tx = database.store.write(organization).await.unwrap();
    for one in &all {
        assert!(tx.add_notice(one).await.unwrap());
    }
    let first = tx.list_notices(false, None, 2).await.unwrap();
    assert_eq!(first.iter().map(|one| one.stage).collect::<Vec<_>>(), [30, 60]);
    let rest = tx.list_notices(false, Some(first[1].id), 2).await.unwrap();
    assert_eq!(rest.iter().map(|one| one.stage).collect::<Vec<_>>(), [90]);
    assert!(tx.resolve_notice(all[0].id, START).await.unwrap());
    assert!(!tx.resolve_notice(all[0].id, START.plus(9)).await.unwrap());
    assert_eq!(tx.list_notices(false, None, 9).await.unwrap().len(), 2);
    assert_eq!(tx.resolve_notices_of(NoticeKind::CertificateEnds, subject, START).await.unwrap(), 2);
    assert_eq!(tx.list_notices(true, None, 9).await.unwrap().len(), 3);
    assert_eq!(tx.find_notice(all[0].id).await.unwrap().unwrap().resolved_at, Some(START));
}

async fn m1_notices_and_channels_are_ones_own(database: TestDatabase) {
    let (one, other) = (database.organization("One").await, database.organization("Other").await);
    let (mine, hook) = (notice(NoticeKind::Drift, next_id(), 0), channel());
    let told = event();
    let sent = delivery(hook.id, told.id);
    let tx = database.store.write(one).await.unwrap();
    assert!(tx.add_notice(&mine).await.unwrap());
    tx.add_channel(&hook).await.unwrap();
    tx.add_events(std::slice::from_ref(&told)).await.unwrap();
    tx.add_deliveries(std::slice::from_ref(&sent)).await.unwrap();
    tx.commit().await.unwrap();
    let tx = database.store.write(other).await.unwrap();
    assert_eq!(tx.find_notice(mine.id).await.unwrap(), None);
    assert_eq!(tx.find_channel(hook.id).await.unwrap(), None);
    assert_eq!(tx.find_delivery(sent.id).await.unwrap(), None);
    assert!(tx.list_deliveries(hook.id, None, None, 9).await.unwrap().is_empty());
    assert!(tx.find_events(&[told.id]).await.unwrap().is_empty());
    assert!(!tx.reopen_delivery(sent.id, 0).await.unwrap());
    assert_eq!(tx.remove_old_deliveries(START.plus(9)).await.unwrap(), 0);
    assert_eq!(tx.forget_previous_secrets(START.plus(99)).await.unwrap(), 0);
    assert!(tx.list_channels().await.unwrap().is_empty() && tx.list_notices(true, None, 9).await.unwrap().is_empty());
    assert!(!tx.resolve_notice(mine.id, START).await.unwrap());
    assert!(!tx.remove_notice(mine.id).await.unwrap());
    assert!(!tx.remove_channel(hook.id, START).await.unwrap());
    assert!(!tx.update_delivery(&Delivery { state: DeliveryState::Delivered, ..sent.clone() }, 0).await.unwrap());
    // The same subject is another notice there.
    assert!(tx.add_notice(&Notice { id: next_id(), ..mine.clone() }).await.unwrap());
    tx.commit().await.unwrap();
    let tx = database.store.read(one).await.unwrap();
    assert_eq!(tx.find_delivery(sent.id).await.unwrap(), Some(sent));
}

async fn a_removed_channel_has_no_secret(database: TestDatabase) {
    let organization = database.organization("One").await;
    let hook = channel();
    let tx = database.store.write(organization).await.unwrap();
    tx.add_channel(&hook).await.unwrap();
    assert_eq!(tx.list_channels().await.unwrap(), std::slice::from_ref(&hook));
    assert!(tx.remove_channel(hook.id, START).await.unwrap());
    assert!(!tx.remove_channel(hook.id, START).await.unwrap());
    assert_eq!(tx.find_channel(hook.id).await.unwrap(), None);
    tx.commit().await.unwrap();
    let kept = database
        .intruder()
        .await
        .number("SELECT COUNT(*) FROM channels WHERE secret IS NOT NULL OR previous_secret IS NOT NULL")
        .await;
    assert_eq!(kept, 0);
}

async fn k2_secrets_follow_one_another_and_the_one_before_is_forgotten(database: TestDatabase) {
    let organization = database.organization("One").await;
    let hook = Channel { secret_version: 1, previous: None, ..channel() };
    let tx = database.store.write(organization).await.unwrap();
    tx.add_channel(&hook).await.unwrap();
    let next = Channel {
        secret: Some(Sealed(vec![7])),
        secret_version: 2,
        previous: Some((Sealed(vec![1, 2, 3]), START.plus(10))),
        ..hook.clone()
    };
    assert!(tx.update_channel_secret(&next, 1).await.unwrap());
    assert!(!tx.update_channel_secret(&next, 1).await.unwrap(), "somebody else was first");
    assert_eq!(tx.forget_previous_secrets(START.plus(9)).await.unwrap(), 0);
    assert_eq!(tx.find_channel(hook.id).await.unwrap(), Some(next.clone()));
    assert_eq!(tx.forget_previous_secrets(START.plus(10)).await.unwrap(), 1);
    assert_eq!(tx.find_channel(hook.id).await.unwrap(), Some(Channel { previous: None, ..next }));
}

async fn one_sends_through_a_channel_at_a_time(database: TestDatabase) {
    let organization = database.organization("One").await;
    let hook = channel();
    let tx = database.store.write(organization).await.unwrap();
    tx.add_channel(&hook).await.unwrap();
    let first = tx.lease_channel(hook.id, 100, 200).await.unwrap().unwrap();
    assert_eq!(tx.lease_channel(hook.id, 199, 300).await.unwrap(), None);
    let second = tx.lease_channel(hook.id, 200, 300).await.unwrap().unwrap();
    assert!(second > first);
    assert!(!tx.release_channel(hook.id, first).await.unwrap(), "its lease had run out");
    assert!(tx.release_channel(hook.id, second).await.unwrap());
    assert!(tx.lease_channel(hook.id, 201, 300).await.unwrap().is_some());
}

async fn a_delivery_that_has_ended_changes_no_more(database: TestDatabase) {
    let organization = database.organization("One").await;
    let (hook, told) = (channel(), event());
    let sent = delivery(hook.id, told.id);
    let tx = database.store.write(organization).await.unwrap();
    tx.add_channel(&hook).await.unwrap();
    tx.add_events(std::slice::from_ref(&told)).await.unwrap();
    tx.add_deliveries(std::slice::from_ref(&sent)).await.unwrap();
    let waiting = Delivery { attempts: 1, last_answer: Some("it answered 500".to_owned()), ..sent.clone() };
    assert!(tx.update_delivery(&waiting, 0).await.unwrap());
    assert!(!tx.update_delivery(&waiting, 0).await.unwrap(), "somebody else tried it");
    let done = Delivery { state: DeliveryState::Delivered, attempts: 2, ended_at: Some(START), ..waiting.clone() };
    assert!(tx.update_delivery(&done, 1).await.unwrap());
    assert!(!tx.update_delivery(&waiting, 2).await.unwrap());
    assert_eq!(tx.list_deliveries(hook.id, None, None, 9).await.unwrap(), std::slice::from_ref(&done));
    assert_eq!(tx.find_events(&[told.id]).await.unwrap().remove(&told.id), Some(told.clone()));
    // Sent again, it waits; what waits is not forgotten, however old.
    assert!(tx.reopen_delivery(sent.id, 5).await.unwrap());
    assert!(!tx.reopen_delivery(sent.id, 5).await.unwrap());
    assert_eq!(tx.find_due_delivery(hook.id, 5).await.unwrap().map(|one| one.attempts), Some(0));
    assert_eq!(tx.remove_old_deliveries(START.plus(1)).await.unwrap(), 0);
    assert!(tx.update_delivery(&Delivery { attempts: 1, ..done }, 0).await.unwrap());
    assert_eq!(tx.remove_old_deliveries(START).await.unwrap(), 0);
    assert_eq!(tx.remove_old_deliveries(START.plus(1)).await.unwrap(), 1);
    assert!(tx.find_events(&[told.id]).await.unwrap().is_empty(), "nobody needs it any more");
}

async fn k2_changes_of_method_are_told_once(database: TestDatabase) {
    let organization = database.organization("One").await;
    assert!(database.store.read_system().await.unwrap().list_untold().await.unwrap().is_empty());
    let raw = database.intruder().await;
    raw.run("UPDATE organizations SET change_sequence = 7").await;
    let untold = database.store.read_system().await.unwrap().list_untold().await.unwrap();
    assert_eq!(untold.iter().map(|one| (one.id, one.told)).collect::<Vec<_>>(), [(organization, 0)]);
    let tx = database.store.write(organization).await.unwrap();
    assert!(tx.update_told(0, 7).await.unwrap());
    assert!(!tx.update_told(0, 7).await.unwrap(), "another node told them");
    tx.commit().await.unwrap();
    assert!(database.store.read_system().await.unwrap().list_untold().await.unwrap().is_empty());
}
