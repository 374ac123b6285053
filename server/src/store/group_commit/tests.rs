use super::*;
use sea_orm::{ConnectionTrait, SqlxSqliteConnector, Statement};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};
use std::task::Poll;
use tokio::task::JoinHandle;

const TABLES: &str = "CREATE TABLE rows (id INTEGER PRIMARY KEY);
    CREATE TABLE children (parent INTEGER REFERENCES rows (id) DEFERRABLE INITIALLY DEFERRED);";

struct Database {
    line: Line,
    reader: DatabaseConnection,
    _folder: tempfile::TempDir,
}

impl Database {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("line.sqlite");
        let options = SqliteConnectOptions::new().filename(path).create_if_missing(true);
        let options = options.journal_mode(SqliteJournalMode::Wal);
        let one = || SqlitePoolOptions::new().max_connections(1);
        let writer = SqlxSqliteConnector::from_sqlx_sqlite_pool(one().connect_with(options.clone()).await.unwrap());
        let reader = SqlxSqliteConnector::from_sqlx_sqlite_pool(one().connect_with(options).await.unwrap());
        writer.execute_unprepared(TABLES).await.unwrap();
        Self { line: Line::new(writer, Duration::from_mins(10)), reader, _folder: folder }
    }

    /// Somebody's whole write.
    fn write(&self, sql: &'static str) -> JoinHandle<Result<(), DbErr>> {
        let line = self.line.clone();
        tokio::spawn(async move {
            let member = line.stand(false).await?;
            member.tx.execute_unprepared(sql).await?;
            member.commit().await
        })
    }

    /// Somebody with its turn.
    async fn first(&self, sql: &str) -> Begun {
        let member = self.line.stand(false).await.unwrap();
        member.tx.execute_unprepared(sql).await.unwrap();
        member
    }

    async fn until_waiting(&self, count: usize) {
        while self.line.0.waiting.load(Ordering::SeqCst) != count {
            tokio::task::yield_now().await;
        }
    }

    async fn ids(&self) -> Vec<i64> {
        let rows = Statement::from_string(sea_orm::DbBackend::Sqlite, "SELECT id FROM rows ORDER BY id");
        let rows = self.reader.query_all_raw(rows).await.unwrap();
        rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
    }

    /// What came before has left nothing behind.
    async fn still_works(&self) {
        let before = self.ids().await.len();
        self.write("INSERT INTO rows SELECT 1000 + count(*) FROM rows").await.unwrap().unwrap();
        assert_eq!(self.ids().await.len(), before + 1);
        assert_eq!(self.line.0.waiting.load(Ordering::SeqCst), 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_share_a_commit_and_none_returns_before_it() {
    let database = Database::open().await;
    let first = database.first("INSERT INTO rows VALUES (1)").await;
    let (entered, inside) = oneshot::channel();
    let (leave, left) = oneshot::channel::<()>();
    let line = database.line.clone();
    let second = tokio::spawn(async move {
        let member = line.stand(false).await?;
        member.tx.execute_unprepared("INSERT INTO rows VALUES (2)").await?;
        entered.send(()).unwrap();
        left.await.unwrap();
        member.commit().await
    });
    database.until_waiting(1).await;
    let mut first = Box::pin(first.commit());
    assert!(futures::poll!(&mut first).is_pending());
    inside.await.unwrap();
    assert!(futures::poll!(&mut first).is_pending(), "nothing is on the disk yet");
    assert!(database.ids().await.is_empty());
    leave.send(()).unwrap();
    first.await.unwrap();
    assert_eq!(database.ids().await, [1, 2], "the first returned because both are there");
    second.await.unwrap().unwrap();
    database.still_works().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_alone_shares_no_commit() {
    let database = Database::open().await;
    let first = database.first("INSERT INTO rows VALUES (1)").await;
    let line = database.line.clone();
    let alone = tokio::spawn(async move { line.stand(true).await });
    database.until_waiting(1).await;
    first.commit().await.unwrap();
    let alone = alone.await.unwrap().unwrap();
    assert_eq!(database.ids().await, [1]);
    alone.tx.execute_unprepared("INSERT INTO rows VALUES (2)").await.unwrap();
    let third = database.write("INSERT INTO rows VALUES (3)");
    database.until_waiting(1).await;
    alone.commit().await.unwrap();
    third.await.unwrap().unwrap();
    assert_eq!(database.ids().await, [1, 2, 3]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_error_takes_back_its_own_member_only() {
    let database = Database::open().await;
    let first = database.first("INSERT INTO rows VALUES (1)").await;
    let failing = database.write("INSERT INTO rows VALUES (2); INSERT INTO rows VALUES (1)");
    database.until_waiting(1).await;
    let third = database.write("INSERT INTO rows VALUES (3)");
    database.until_waiting(2).await;
    first.commit().await.unwrap();
    failing.await.unwrap().unwrap_err();
    third.await.unwrap().unwrap();
    assert_eq!(database.ids().await, [1, 3]);
    database.still_works().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dropped_and_a_panicking_member_leave_nothing_and_block_nobody() {
    let database = Database::open().await;
    for (at, panics) in [(1, false), (2, true)] {
        let first = database.first("INSERT INTO rows SELECT count(*) + 1 FROM rows").await;
        let line = database.line.clone();
        let second = tokio::spawn(async move {
            let member = line.stand(false).await.unwrap();
            member.tx.execute_unprepared("INSERT INTO rows VALUES (99)").await.unwrap();
            assert!(!panics, "as planned");
            drop(member);
        });
        database.until_waiting(1).await;
        first.commit().await.unwrap();
        assert_eq!(second.await.is_err(), panics);
        assert_eq!(database.ids().await.len(), at);
    }
    assert_eq!(database.ids().await, [1, 2]);
    database.still_works().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_waits_for_someone_who_left_the_line() {
    let database = Database::open().await;
    let first = database.first("INSERT INTO rows VALUES (1)").await;
    let mut waiting = Box::pin(database.line.stand(false));
    assert!(futures::poll!(&mut waiting).is_pending());
    database.until_waiting(1).await;
    let mut commit = Box::pin(first.commit());
    assert!(futures::poll!(&mut commit).is_pending());
    drop(waiting);
    commit.await.unwrap();
    assert_eq!(database.ids().await, [1]);
    database.still_works().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_was_cancelled_harms_nobody() {
    let database = Database::open().await;
    let first = database.first("INSERT INTO rows VALUES (1)").await;
    let second = database.write("INSERT INTO rows VALUES (2)");
    database.until_waiting(1).await;
    let mut commit = Box::pin(first.commit());
    assert!(matches!(futures::poll!(&mut commit), Poll::Pending));
    drop(commit);
    second.await.unwrap().unwrap();
    assert_eq!(database.ids().await, [1, 2]);
    database.still_works().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_fails_fails_every_member_and_the_next_batch_works() {
    let database = Database::open().await;
    let first = database.first("INSERT INTO rows VALUES (1)").await;
    let orphan = database.write("INSERT INTO children VALUES (77)");
    database.until_waiting(1).await;
    let (first, orphan) = tokio::join!(first.commit(), orphan);
    first.unwrap_err();
    orphan.unwrap().unwrap_err();
    assert!(database.ids().await.is_empty());
    database.still_works().await;
}

/// As SQLite does by itself when the disk is full.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rollback_of_everything_is_not_hidden_from_those_before() {
    for commits in [false, true] {
        let database = Database::open().await;
        database.write("INSERT INTO rows VALUES (1)").await.unwrap().unwrap();
        let first = database.first("INSERT INTO rows VALUES (2)").await;
        let line = database.line.clone();
        let second = tokio::spawn(async move {
            let member = line.stand(false).await?;
            member.tx.execute_unprepared("INSERT OR ROLLBACK INTO rows VALUES (1)").await.unwrap_err();
            if commits { member.commit().await } else { Ok(()) }
        });
        database.until_waiting(1).await;
        let third = database.write("INSERT INTO rows VALUES (3)");
        database.until_waiting(2).await;
        first.commit().await.unwrap_err();
        assert_eq!(second.await.unwrap().is_err(), commits);
        third.await.unwrap().unwrap();
        assert_eq!(database.ids().await, [1, 3]);
        database.still_works().await;
    }
}

/// Writers that are cancelled anywhere: what was acknowledged is there, and the line moves on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cancelled_writers_lose_nothing_that_was_acknowledged() {
    let database = Database::open().await;
    let mut writers = Vec::new();
    for at in 1..=600_u32 {
        let line = database.line.clone();
        let write = async move {
            let member = line.stand(at % 97 == 0).await?;
            member.tx.execute_unprepared(&format!("INSERT INTO rows VALUES ({at})")).await?;
            if at % 11 == 0 {
                return Err(lost());
            }
            member.commit().await
        };
        let patience = if at % 3 == 0 { u64::from(at % 50) * 300 } else { 60_000_000 };
        writers.push((at, tokio::spawn(async move { timeout(Duration::from_micros(patience), write).await })));
    }
    let (mut acknowledged, mut given_up) = (Vec::new(), Vec::new());
    for (at, writer) in writers {
        match writer.await.unwrap() {
            Ok(Ok(())) => acknowledged.push(i64::from(at)),
            Ok(Err(_)) => given_up.push(i64::from(at)),
            Err(_) => {}
        }
    }
    database.still_works().await;
    let stored = database.ids().await;
    assert!(acknowledged.len() >= 360, "{}", acknowledged.len());
    assert!(acknowledged.iter().all(|id| stored.contains(id)));
    assert!(given_up.iter().all(|id| !stored.contains(id)));
}
