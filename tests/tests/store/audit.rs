//! The audit log: rows commit with the change (L1), are sealed in a chain, and every tampering is found (L2).

mod tampering;

use rekey_tests::{
    clock::{ManualClock, START},
    databases::TestDatabase,
    random::SeededRandom,
};
use server::{
    audit::{self, Actor, Broken, Recorder, Verdict, seal_pending, verify},
    random::SystemRandom,
    seal::{Keyring, add_key},
};
use shared::id::{MemberId, OrganizationId};
use std::{path::PathBuf, sync::Arc};
use uuid::Uuid;

rekey_tests::on_both![
    l1_what_is_recorded_is_listed_newest_first_with_names,
    l1_a_name_can_be_erased_and_the_chain_stays,
    rows_are_sealed_in_batches_that_verify_as_whole,
    more_than_a_thousand_rows_are_sealed_in_turns,
    sealers_at_once_make_one_chain,
    a_chain_that_grows_meanwhile_is_whole,
    a_chain_over_two_master_keys_is_whole_until_one_is_gone,
];

/// An organization with its chain.
struct Log {
    database: TestDatabase,
    organization: OrganizationId,
    keyring: Arc<Keyring>,
    keys: PathBuf,
    clock: ManualClock,
    recorder: Recorder,
    _directory: tempfile::TempDir,
}

impl Log {
    async fn new(database: TestDatabase) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let keys = directory.path().join("keys");
        let organization = database.organization("Contoso").await;
        let keyring = Arc::new(Keyring::create(&keys, Arc::new(SystemRandom)).unwrap());
        let clock = ManualClock::default();
        let recorder = Recorder { clock: Arc::new(clock.clone()), random: Arc::new(SeededRandom::default()) };
        Self { database, organization, keyring, keys, clock, recorder, _directory: directory }
    }

    async fn record(&self, organization: OrganizationId, actor: &Actor, count: usize) {
        let tx = self.database.store.write(organization).await.unwrap();
        for number in 0..count {
            self.clock.advance(1);
            let (subject, detail) = (format!("customer:{number}"), format!("count={number}"));
            self.recorder.record(&tx, "customer_added", actor, subject, detail).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    /// Seals what waits; gives the head.
    async fn seal(&self, organization: OrganizationId) -> Option<(i64, Vec<u8>)> {
        let sealed = seal_pending(&self.database.store, &self.keyring, &self.clock, organization).await.unwrap();
        sealed.map(|batch| (batch.batch, batch.hash))
    }

    async fn verify(&self, published: &[(i64, Vec<u8>)]) -> Verdict {
        verify(&self.database.store, &self.keyring, self.organization, published).await.unwrap()
    }
}

async fn l1_what_is_recorded_is_listed_newest_first_with_names(database: TestDatabase) {
    let log = Log::new(database).await;
    let ann = Actor::Member(MemberId(Uuid::from_u128(1)), "Ann".to_owned());
    log.record(log.organization, &ann, 3).await;
    log.record(log.organization, &Actor::Rekey, 2).await;
    let tx = log.database.store.read(log.organization).await.unwrap();
    let listed = tx.list_audit(None, 100).await.unwrap();
    let names: Vec<_> = listed.iter().map(|(_, name)| name.as_str()).collect();
    assert_eq!(names, ["rekey", "rekey", "Ann", "Ann", "Ann"]);
    let times: Vec<_> = listed.iter().map(|(row, _)| row.at).collect();
    assert_eq!(times, [5, 4, 3, 2, 1].map(|seconds| START.plus(seconds)));
    let (row, _) = &listed[2];
    assert_eq!(
        (row.event.as_str(), row.subject.as_str(), row.detail.as_str()),
        ("customer_added", "customer:2", "count=2")
    );
    assert_eq!((row.actor.clone(), row.sequence), (ann.reference(), None));

    let (mut paged, mut before) = (Vec::new(), None);
    loop {
        let page = tx.list_audit(before, 2).await.unwrap();
        let Some((last, _)) = page.last() else { break };
        before = Some(last.id);
        paged.extend(page);
    }
    assert_eq!(paged, listed);
}

async fn l1_a_name_can_be_erased_and_the_chain_stays(database: TestDatabase) {
    let log = Log::new(database).await;
    let ann = Actor::Member(MemberId(Uuid::from_u128(1)), "Ann Canary".to_owned());
    log.record(log.organization, &ann, 2).await;
    log.seal(log.organization).await.unwrap();
    assert_eq!(log.database.intruder().await.run("DELETE FROM audit_names").await, 1);
    assert!(matches!(log.verify(&[]).await, Verdict::Whole { rows: 2, .. }));
    let tx = log.database.store.read(log.organization).await.unwrap();
    for (row, name) in tx.list_audit(None, 10).await.unwrap() {
        assert_eq!(name, ann.reference());
        assert!(!format!("{row:?}").contains("Canary"));
    }
}

async fn rows_are_sealed_in_batches_that_verify_as_whole(database: TestDatabase) {
    let log = Log::new(database).await;
    assert_eq!(log.seal(log.organization).await, None);
    assert_eq!(log.verify(&[]).await, Verdict::Whole { rows: 0, batches: 0, head: Vec::new(), digest: Vec::new() });

    let mut heads = Vec::new();
    for count in [1, 4, 2] {
        log.record(log.organization, &Actor::Operator, count).await;
        heads.extend(log.seal(log.organization).await);
        assert_eq!(log.seal(log.organization).await, None);
    }
    log.record(log.organization, &Actor::Operator, 1).await;
    let head = heads[2].1.clone();
    assert_eq!(head.len(), 32);
    let verdict = log.verify(&heads).await;
    assert!(
        matches!(&verdict, Verdict::Whole { rows: 7, batches: 3, head: found, digest } if *found == head && digest.len() == 32)
    );

    let tx = log.database.store.read(log.organization).await.unwrap();
    let sealed = tx.list_sealed_audit(1, 100).await.unwrap();
    assert_eq!(sealed.iter().filter_map(|row| row.sequence).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6, 7]);
    assert!(sealed.is_sorted_by_key(|row| row.at));
    assert_eq!(tx.list_audit_batches(0, 10).await.unwrap()[1].sealed_at, START.plus(5));
}

async fn more_than_a_thousand_rows_are_sealed_in_turns(database: TestDatabase) {
    let log = Log::new(database).await;
    log.record(log.organization, &Actor::Operator, 1003).await;
    assert_eq!(log.seal(log.organization).await.unwrap().0, 1);
    assert_eq!(log.seal(log.organization).await.unwrap().0, 2);
    assert_eq!(log.seal(log.organization).await, None);
    assert!(matches!(log.verify(&[]).await, Verdict::Whole { rows: 1003, batches: 2, .. }));
}

async fn sealers_at_once_make_one_chain(database: TestDatabase) {
    let log = Arc::new(Log::new(database).await);
    for _ in 0..4 {
        log.record(log.organization, &Actor::Operator, 5).await;
        let sealers: Vec<_> = (0..8)
            .map(|_| {
                let log = log.clone();
                tokio::spawn(async move { log.seal(log.organization).await.is_some() })
            })
            .collect();
        let mut sealed = 0;
        for sealer in sealers {
            sealed += usize::from(sealer.await.unwrap());
        }
        assert_eq!(sealed, 1);
    }
    assert!(matches!(log.verify(&[]).await, Verdict::Whole { rows: 20, batches: 4, .. }));
}

async fn a_chain_that_grows_meanwhile_is_whole(database: TestDatabase) {
    let log = Arc::new(Log::new(database).await);
    let growing = log.clone();
    let writer = tokio::spawn(async move {
        for _ in 0..30 {
            growing.record(growing.organization, &Actor::Operator, 2).await;
            growing.seal(growing.organization).await.unwrap();
        }
    });
    let mut looked = 0;
    while looked < 5 || !writer.is_finished() {
        let verdict = log.verify(&[]).await;
        assert!(matches!(verdict, Verdict::Whole { .. }), "{verdict:?}");
        looked += 1;
        tokio::task::yield_now().await;
    }
    writer.await.unwrap();
    assert!(matches!(log.verify(&[]).await, Verdict::Whole { rows: 60, batches: 30, .. }));
}

async fn a_chain_over_two_master_keys_is_whole_until_one_is_gone(database: TestDatabase) {
    let mut log = Log::new(database).await;
    log.record(log.organization, &Actor::Operator, 2).await;
    log.seal(log.organization).await.unwrap();
    let old = log.keyring.active();
    add_key(&log.keys, &SystemRandom).unwrap();
    log.keyring = Arc::new(Keyring::load(&log.keys, Arc::new(SystemRandom)).unwrap());
    log.record(log.organization, &Actor::Operator, 2).await;
    log.seal(log.organization).await.unwrap();
    assert!(matches!(log.verify(&[]).await, Verdict::Whole { rows: 4, batches: 2, .. }));

    std::fs::remove_file(log.keys.join(format!("{old}.key"))).unwrap();
    log.keyring = Arc::new(Keyring::load(&log.keys, Arc::new(SystemRandom)).unwrap());
    assert_eq!(log.verify(&[]).await, Verdict::Broken(Broken::Key(1)));
}

#[tokio::test]
async fn l2_published_heads_are_read_back_for_their_organization() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("heads");
    let (one, two) = (OrganizationId(Uuid::from_u128(1)), OrganizationId(Uuid::from_u128(2)));
    audit::publish(&path, one, 1, "00ff", "01").await;
    audit::publish(&path, two, 1, "aa", "02").await;
    audit::publish(&path, one, 2, "0102", "03").await;
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(audit::read_heads(&text, one), [(1, vec![0, 255]), (2, vec![1, 2])]);
    assert_eq!(audit::read_heads(&text, two), [(1, vec![0xaa])]);
    let broken = format!("{one} x 00\n{one} 3 zz\n\n{one} 4\n{one} 5 0g\n{text}");
    assert_eq!(audit::read_heads(&broken, one), audit::read_heads(&text, one));
}
