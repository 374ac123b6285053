//! Two durable inserts into SQLite: one writer, as many requests to a commit as wait for it.

use crate::bench::BenchError;
use sea_orm::sqlx::{
    self, Connection as _, Row as _, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use std::path::{Path, PathBuf};
use tokio::sync::{mpsc, oneshot};

/// Sends to the writer.
#[derive(Clone)]
pub struct Database {
    writer: mpsc::Sender<(Vec<u8>, oneshot::Sender<bool>)>,
    path: PathBuf,
}

impl Database {
    /// A fresh file; `batch` requests at most share a commit.
    pub async fn open(path: &Path, batch: usize) -> Result<Self, BenchError> {
        let mut connection = connect(path).await?;
        for table in ["credential", "event"] {
            let sql = format!("CREATE TABLE {table} (id INTEGER PRIMARY KEY, sealed BLOB NOT NULL) STRICT");
            sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await?;
        }
        let (writer, waiting) = mpsc::channel(1024);
        tokio::spawn(write(connection, waiting, batch));
        Ok(Self { writer, path: path.to_owned() })
    }

    /// Whether it is on the disk.
    pub async fn store(&self, sealed: Vec<u8>) -> bool {
        let (done, answer) = oneshot::channel();
        self.writer.send((sealed, done)).await.is_ok() && answer.await.unwrap_or(false)
    }

    /// An error unless both tables have at least this many rows.
    pub async fn holds(&self, answered: usize) -> Result<(), BenchError> {
        let mut connection = connect(&self.path).await?;
        let sql = "SELECT min((SELECT count(*) FROM credential), (SELECT count(*) FROM event))";
        let stored: i64 = sqlx::query(sql).fetch_one(&mut connection).await?.try_get(0)?;
        if usize::try_from(stored)? < answered {
            return Err(format!("{answered} requests were answered but only {stored} are stored").into());
        }
        Ok(())
    }
}

async fn connect(path: &Path) -> Result<SqliteConnection, BenchError> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    Ok(SqliteConnection::connect_with(&options).await?)
}

type Waiting = mpsc::Receiver<(Vec<u8>, oneshot::Sender<bool>)>;

async fn write(mut connection: SqliteConnection, mut waiting: Waiting, batch: usize) {
    let mut taken = Vec::new();
    while waiting.recv_many(&mut taken, batch).await > 0 {
        let (rows, answers): (Vec<_>, Vec<_>) = taken.drain(..).unzip();
        let stored = commit(&mut connection, &rows).await.is_ok();
        for answer in answers {
            let _ = answer.send(stored);
        }
    }
}

async fn commit(connection: &mut SqliteConnection, rows: &[Vec<u8>]) -> Result<(), sqlx::Error> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    for row in rows {
        for sql in ["INSERT INTO credential (sealed) VALUES (?)", "INSERT INTO event (sealed) VALUES (?)"] {
            sqlx::query(sql).bind(row.as_slice()).execute(&mut *transaction).await?;
        }
    }
    transaction.commit().await
}
