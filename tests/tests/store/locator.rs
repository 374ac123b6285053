//! Where secrets lead: life is checked at use (O1), and an entry is used up once.

use rekey_tests::{
    clock::START,
    databases::{TestDatabase, next_id},
};
use server::store::locator::{self, Located, LocatorKind, NewLocator};
use shared::{id::OrganizationId, time::Timestamp};

rekey_tests::on_both![
    a_secret_leads_to_its_record_and_opens_its_kind_only,
    o1_life_is_checked_at_use_with_the_cleaner_stopped,
    of_fifty_takers_at_once_one_gets_it,
    the_cleaner_removes_what_is_dead_only,
];

const KINDS: [LocatorKind; 11] = [
    LocatorKind::Session,
    LocatorKind::PortalSignIn,
    LocatorKind::OwnerLink,
    LocatorKind::ConnectLink,
    LocatorKind::Attempt,
    LocatorKind::ApiKey,
    LocatorKind::Member,
    LocatorKind::MemberInvitation,
    LocatorKind::CustomerPage,
    LocatorKind::EmbedSession,
    LocatorKind::Popup,
];

fn entry(byte: u8, kind: LocatorKind, expires_at: Option<Timestamp>) -> NewLocator {
    NewLocator {
        hash: [byte; 32],
        kind,
        to: Located { organization: OrganizationId(next_id()), id: next_id() },
        expires_at,
    }
}

async fn a_secret_leads_to_its_record_and_opens_its_kind_only(database: TestDatabase) {
    let tx = database.store.write_system().await.unwrap();
    for (byte, kind) in (1..).zip(KINDS) {
        let entry = entry(byte, kind, None);
        locator::add(&tx, entry).await.unwrap();
        for asked in KINDS {
            let found = locator::find(&tx, asked, &entry.hash, START).await.unwrap();
            assert_eq!(found, (asked == kind).then_some(entry.to), "{kind:?} as {asked:?}");
            let taken = locator::take(&tx, asked, &[0; 32], START).await.unwrap();
            assert_eq!(taken, None);
        }
    }
    let used = entry(1, LocatorKind::Session, None);
    assert!(locator::add(&tx, used).await.unwrap_err().is_conflict());
}

async fn o1_life_is_checked_at_use_with_the_cleaner_stopped(database: TestDatabase) {
    let tx = database.store.write_system().await.unwrap();
    let entry = entry(1, LocatorKind::ConnectLink, Some(START.plus(60)));
    locator::add(&tx, entry).await.unwrap();
    let (hash, kind) = (&entry.hash, entry.kind);
    assert_eq!(locator::find(&tx, kind, hash, START.plus(59)).await.unwrap(), Some(entry.to));
    for late in [60, 61, 1_000_000] {
        assert_eq!(locator::find(&tx, kind, hash, START.plus(late)).await.unwrap(), None);
        assert_eq!(locator::take(&tx, kind, hash, START.plus(late)).await.unwrap(), None);
    }
    assert_eq!(locator::take(&tx, LocatorKind::OwnerLink, hash, START).await.unwrap(), None);
    assert_eq!(locator::take(&tx, kind, hash, START.plus(59)).await.unwrap(), Some(entry.to));
    assert_eq!(locator::take(&tx, kind, hash, START.plus(59)).await.unwrap(), None);
}

async fn of_fifty_takers_at_once_one_gets_it(database: TestDatabase) {
    let entry = entry(1, LocatorKind::PortalSignIn, Some(START.plus(60)));
    let tx = database.store.write_system().await.unwrap();
    locator::add(&tx, entry).await.unwrap();
    tx.commit().await.unwrap();

    let takers: Vec<_> = (0..50)
        .map(|_| {
            let store = database.store.clone();
            tokio::spawn(async move {
                let tx = store.write_system().await.unwrap();
                let taken = locator::take(&tx, entry.kind, &entry.hash, START).await.unwrap();
                tx.commit().await.unwrap();
                taken
            })
        })
        .collect();
    let mut taken = Vec::new();
    for taker in takers {
        taken.extend(taker.await.unwrap());
    }
    assert_eq!(taken, [entry.to]);
}

async fn the_cleaner_removes_what_is_dead_only(database: TestDatabase) {
    let tx = database.store.write_system().await.unwrap();
    for (byte, end) in [(1, Some(START.plus(9))), (2, Some(START.plus(10))), (3, Some(START.plus(20))), (4, None)] {
        locator::add(&tx, entry(byte, LocatorKind::Session, end)).await.unwrap();
    }
    let now = START.plus(15);
    assert_eq!(locator::remove_expired(&tx, now).await.unwrap(), 2);
    assert_eq!(locator::remove_expired(&tx, now).await.unwrap(), 0);
    for byte in [3, 4] {
        assert!(locator::find(&tx, LocatorKind::Session, &[byte; 32], now).await.unwrap().is_some());
    }
}
