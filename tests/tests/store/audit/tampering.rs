//! What somebody with the whole database in hand can try, and `verify` finds (L2, J2). After each try the tables are put
//! back and the chain is whole again, so that each finding is due to its own tampering.

use super::Log;
use rekey_tests::databases::{Raw, TestDatabase};
use sea_orm::DbBackend;
use server::audit::{Actor, Broken, Verdict};

rekey_tests::on_both![
    l2_every_changed_column_of_every_row_is_found,
    l2_every_changed_column_of_every_batch_is_found,
    l2_every_removed_row_is_found,
    l2_added_rows_are_found,
    l2_reordered_rows_are_found,
    l2_removed_batches_are_found,
    l2_an_end_cut_off_is_found_by_the_published_heads,
    l2_a_chain_given_to_another_organization_is_found,
];

const BATCHES: usize = 3;
const ROWS: i64 = 9;

struct Crime {
    log: Log,
    intruder: Raw,
    heads: Vec<(i64, Vec<u8>)>,
}

impl Crime {
    async fn new(database: TestDatabase) -> Self {
        let log = Log::new(database).await;
        let mut heads = Vec::new();
        for _ in 0..BATCHES {
            log.record(log.organization, &Actor::Operator, 3).await;
            heads.extend(log.seal(log.organization).await);
        }
        let intruder = log.database.intruder().await;
        for table in ["audit", "audit_batches"] {
            intruder.run(&format!("CREATE TABLE kept_{table} AS SELECT * FROM {table}")).await;
        }
        Self { log, intruder, heads }
    }

    /// Does it, asks for the verdict without published heads, undoes it.
    async fn verdict_after(&self, deed: &str) -> Verdict {
        self.verdict_with_heads(deed, &[]).await
    }

    async fn verdict_with_heads(&self, deed: &str, heads: &[(i64, Vec<u8>)]) -> Verdict {
        for sql in deed.split(';') {
            assert_ne!(self.intruder.run(sql).await, 0, "{sql}: changes nothing");
        }
        let verdict = self.log.verify(heads).await;
        for table in ["audit", "audit_batches"] {
            self.intruder.run(&format!("DELETE FROM {table}")).await;
            self.intruder.run(&format!("INSERT INTO {table} SELECT * FROM kept_{table}")).await;
        }
        assert!(matches!(self.log.verify(&self.heads).await, Verdict::Whole { rows: 9, batches: 3, .. }));
        verdict
    }

    async fn found(&self, deed: &str) -> Broken {
        match self.verdict_after(deed).await {
            Verdict::Broken(broken) => broken,
            Verdict::Whole { .. } => panic!("not found: {deed}"),
        }
    }

    /// One bit of bytes, as SQL.
    fn other_bytes(&self, column: &str) -> String {
        if self.intruder.backend() == DbBackend::Postgres {
            format!("set_byte({column}, 5, get_byte({column}, 5) # 1)")
        } else {
            format!("substr({column}, 1, 31) || CASE substr({column}, 32) WHEN x'00' THEN x'01' ELSE x'00' END")
        }
    }
}

/// The batch of a row.
const fn batch_of(sequence: i64) -> i64 {
    (sequence - 1) / 3 + 1
}

async fn l2_every_changed_column_of_every_row_is_found(database: TestDatabase) {
    let crime = Crime::new(database).await;
    let other = crime.intruder.id(crime.log.database.organization("Adatum").await.0);
    let new_id = crime.intruder.id(uuid::Uuid::from_u128(5));
    for sequence in 1..=ROWS {
        for change in [
            format!("id = {new_id}"),
            format!("organization = {other}"),
            "sequence = NULL".to_owned(),
            "sequence = sequence + 100".to_owned(),
            "sequence = -sequence".to_owned(),
            "at = at + 1".to_owned(),
            "event = 'customer_removed'".to_owned(),
            "actor = 'member:1'".to_owned(),
            "subject = subject || ' '".to_owned(),
            "detail = ''".to_owned(),
            // The same text over the border of two fields.
            "subject = subject || substr(detail, 1, 1), detail = substr(detail, 2)".to_owned(),
        ] {
            let deed = format!("UPDATE audit SET {change} WHERE sequence = {sequence}");
            assert_eq!(crime.found(&deed).await, Broken::Rows(batch_of(sequence)), "{deed}");
        }
    }
}

async fn l2_every_changed_column_of_every_batch_is_found(database: TestDatabase) {
    let crime = Crime::new(database).await;
    let other = crime.intruder.id(crime.log.database.organization("Adatum").await.0);
    for batch in 1..=3 {
        for change in [
            format!("organization = {other}"),
            "batch = batch + 100".to_owned(),
            "first_sequence = first_sequence + 1".to_owned(),
            "first_sequence = first_sequence - 1".to_owned(),
            "last_sequence = last_sequence + 1".to_owned(),
            "last_sequence = last_sequence - 1".to_owned(),
            format!("hash = {}", crime.other_bytes("hash")),
            "key = '0123456789abcdef'".to_owned(),
            "key = 'none'".to_owned(),
            "sealed_at = sealed_at + 1".to_owned(),
        ] {
            crime.found(&format!("UPDATE audit_batches SET {change} WHERE batch = {batch}")).await;
        }
    }
    for batch in 2..=3 {
        let change = crime.other_bytes("previous");
        let deed = format!("UPDATE audit_batches SET previous = {change} WHERE batch = {batch}");
        assert_eq!(crime.found(&deed).await, Broken::Batch(batch));
    }
    let deed = "UPDATE audit_batches SET previous = hash WHERE batch = 1";
    assert_eq!(crime.found(deed).await, Broken::Batch(1));
}

async fn l2_every_removed_row_is_found(database: TestDatabase) {
    let crime = Crime::new(database).await;
    for sequence in 1..=ROWS {
        let deed = format!("DELETE FROM audit WHERE sequence = {sequence}");
        assert_eq!(crime.found(&deed).await, Broken::Rows(batch_of(sequence)));
        // With the gap closed: the numbers after it move up, and so do the borders of the batches.
        let batch = batch_of(sequence);
        let mut deeds = vec![deed];
        if sequence < ROWS {
            deeds.push(format!("UPDATE audit SET sequence = sequence - 1 WHERE sequence > {sequence}"));
        }
        deeds.push(format!("UPDATE audit_batches SET last_sequence = last_sequence - 1 WHERE batch >= {batch}"));
        if batch < 3 {
            deeds.push(format!("UPDATE audit_batches SET first_sequence = first_sequence - 1 WHERE batch > {batch}"));
        }
        assert_eq!(crime.found(&deeds.join(";")).await, Broken::Rows(batch));
    }
    assert_eq!(crime.found("DELETE FROM audit").await, Broken::Rows(1));
}

async fn l2_added_rows_are_found(database: TestDatabase) {
    let crime = Crime::new(database).await;
    let new_id = crime.intruder.id(uuid::Uuid::from_u128(5));
    let columns = "organization, at, event, actor, subject, detail";
    for sequence in 1..=ROWS {
        let deed = format!(
            "INSERT INTO audit (id, sequence, {columns}) SELECT {new_id}, sequence, {columns} FROM audit WHERE sequence = {sequence}"
        );
        assert_eq!(crime.found(&deed).await, Broken::Rows(batch_of(sequence)));
    }
    for outside in [-1, 0, ROWS + 1, ROWS + 1000] {
        let deed = format!(
            "INSERT INTO audit (id, sequence, {columns}) SELECT {new_id}, {outside}, {columns} FROM audit WHERE sequence = 1"
        );
        assert_eq!(crime.found(&deed).await, Broken::Outside);
    }
    let deed = format!(
        "INSERT INTO audit (id, sequence, {columns}) SELECT {new_id}, {next}, {columns} FROM audit WHERE sequence = 1; \
         UPDATE audit_batches SET last_sequence = {next} WHERE batch = 3",
        next = ROWS + 1
    );
    assert_eq!(crime.found(&deed).await, Broken::Rows(3));
}

async fn l2_reordered_rows_are_found(database: TestDatabase) {
    let crime = Crime::new(database).await;
    for first in 1..ROWS {
        for second in first + 1..=ROWS {
            let deed = format!(
                "UPDATE audit SET sequence = {first} + {second} - sequence WHERE sequence IN ({first}, {second})"
            );
            assert_eq!(crime.found(&deed).await, Broken::Rows(batch_of(first)), "{deed}");
        }
    }
}

async fn l2_removed_batches_are_found(database: TestDatabase) {
    let crime = Crime::new(database).await;
    for batch in 1..=3 {
        let deed = format!("DELETE FROM audit_batches WHERE batch = {batch}");
        let expected = if batch == 3 { Broken::Outside } else { Broken::Batch(batch) };
        assert_eq!(crime.found(&deed).await, expected);
    }
    for batch in 1..=2 {
        let rows = format!("sequence BETWEEN {} AND {}", batch * 3 - 2, batch * 3);
        let deed = format!("DELETE FROM audit_batches WHERE batch = {batch}; DELETE FROM audit WHERE {rows}");
        assert_eq!(crime.found(&deed).await, Broken::Batch(batch));
        let renumbered = format!(
            "{deed}; UPDATE audit_batches SET batch = batch - 1, first_sequence = first_sequence - 3, \
             last_sequence = last_sequence - 3 WHERE batch > {batch}; \
             UPDATE audit SET sequence = sequence - 3 WHERE sequence > {}",
            batch * 3
        );
        assert_eq!(crime.found(&renumbered).await, Broken::Batch(batch));
    }
}

async fn l2_an_end_cut_off_is_found_by_the_published_heads(database: TestDatabase) {
    let crime = Crime::new(database).await;
    for left in 0..3 {
        let deed =
            format!("DELETE FROM audit_batches WHERE batch > {left}; DELETE FROM audit WHERE sequence > {}", left * 3);
        let verdict = crime.verdict_with_heads(&deed, &crime.heads).await;
        assert_eq!(verdict, Verdict::Broken(Broken::CutOff(3)));
        let verdict = crime.verdict_with_heads(&deed, &crime.heads[2..]).await;
        assert_eq!(verdict, Verdict::Broken(Broken::CutOff(3)), "the last head alone suffices");
        // Why heads are published: what is left is a whole chain.
        assert!(matches!(crime.verdict_after(&deed).await, Verdict::Whole { batches, .. } if batches == left));
    }
    let mut forged = crime.heads.clone();
    forged[1].1[0] ^= 1;
    assert_eq!(crime.log.verify(&forged).await, Verdict::Broken(Broken::Batch(2)));
}

async fn l2_a_chain_given_to_another_organization_is_found(database: TestDatabase) {
    let crime = Crime::new(database).await;
    let adatum = crime.log.database.organization("Adatum").await;
    let other = crime.intruder.id(adatum.0);
    let stolen = format!("UPDATE audit SET organization = {other}; UPDATE audit_batches SET organization = {other}");
    for sql in stolen.split(';') {
        assert_eq!(crime.intruder.run(sql).await % 3, 0);
    }
    let store = &crime.log.database.store;
    let verdict = server::audit::verify(store, &crime.log.keyring, adatum, &[]).await.unwrap();
    assert_eq!(verdict, Verdict::Broken(Broken::Rows(1)));
    let verdict = crime.log.verify(&crime.heads).await;
    assert_eq!(verdict, Verdict::Broken(Broken::CutOff(3)));
}
