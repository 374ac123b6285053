//! Notices, channels and deliveries: one notice of each kind, subject and stage; nothing of another organization.

use rekey_tests::{
    clock::START,
    databases::{TestDatabase, next_id},
};
use server::{
    seal::Sealed,
    store::{
        channels::{Channel, Delivery, DeliveryState},
        notices::Notice,
    },
};
use shared::api::notices::{ChannelKind, NoticeKind};
use uuid::Uuid;

rekey_tests::on_both![
    e6_a_notice_is_there_once_for_each_subject_and_stage,
    notices_are_listed_newest_first_and_settled_once,
    m1_notices_and_channels_are_ones_own,
    a_removed_channel_has_no_secret,
    a_delivery_that_has_ended_changes_no_more,
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
        created_at: START,
        created_by: "Maya".to_owned(),
        removed_at: None,
    }
}

fn delivery(channel: Uuid, notice: Uuid) -> Delivery {
    Delivery {
        id: next_id(),
        channel,
        notice,
        state: DeliveryState::Waiting,
        attempts: 0,
        last_answer: None,
        created_at: START,
        ended_at: None,
    }
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
    let sent = delivery(hook.id, mine.id);
    let tx = database.store.write(one).await.unwrap();
    assert!(tx.add_notice(&mine).await.unwrap());
    tx.add_channel(&hook).await.unwrap();
    tx.add_delivery(&sent).await.unwrap();
    tx.commit().await.unwrap();
    let tx = database.store.write(other).await.unwrap();
    assert_eq!(tx.find_notice(mine.id).await.unwrap(), None);
    assert_eq!(tx.find_channel(hook.id).await.unwrap(), None);
    assert_eq!(tx.find_delivery(sent.id).await.unwrap(), None);
    assert_eq!(tx.find_last_delivery(hook.id).await.unwrap(), None);
    assert!(tx.list_channels().await.unwrap().is_empty() && tx.list_notices(true, None, 9).await.unwrap().is_empty());
    assert!(!tx.resolve_notice(mine.id, START).await.unwrap());
    assert!(!tx.remove_notice(mine.id).await.unwrap());
    assert!(!tx.remove_channel(hook.id, START).await.unwrap());
    assert!(!tx.update_delivery(&Delivery { state: DeliveryState::Sent, ..sent.clone() }).await.unwrap());
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
    let kept = database.intruder().await.number("SELECT COUNT(*) FROM channels WHERE secret IS NOT NULL").await;
    assert_eq!(kept, 0);
}

async fn a_delivery_that_has_ended_changes_no_more(database: TestDatabase) {
    let organization = database.organization("One").await;
    let (hook, told) = (channel(), notice(NoticeKind::Drift, next_id(), 0));
    let sent = delivery(hook.id, told.id);
    let tx = database.store.write(organization).await.unwrap();
    tx.add_channel(&hook).await.unwrap();
    assert!(tx.add_notice(&told).await.unwrap());
    tx.add_delivery(&sent).await.unwrap();
    let waiting = Delivery { attempts: 1, last_answer: Some("it answered 500".to_owned()), ..sent.clone() };
    assert!(tx.update_delivery(&waiting).await.unwrap());
    let done = Delivery { state: DeliveryState::Sent, ended_at: Some(START), ..waiting.clone() };
    assert!(tx.update_delivery(&done).await.unwrap());
    assert!(!tx.update_delivery(&waiting).await.unwrap());
    assert_eq!(tx.find_last_delivery(hook.id).await.unwrap(), Some(done));
    assert!(tx.remove_notice(told.id).await.unwrap());
    assert_eq!(tx.find_delivery(sent.id).await.unwrap(), None, "its deliveries go with it");
}
