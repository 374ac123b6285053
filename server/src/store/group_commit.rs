//! Group commit for SQLite: many writes, one `fsync`.
//!
//! SQLite has one writer, and with `synchronous=FULL` each of its commits waits for the disk. So writers stand in line,
//! each works in a savepoint of a transaction that they share (the batch), and whoever finds nobody behind it commits for
//! all. A member's commit returns only when the batch is on the disk: what is acknowledged is never lost. A member that
//! gives up takes back its own savepoint only, and ends the batch, so that a member after it can never hide that SQLite
//! rolled back more than that. If the batch cannot be committed, every member hears so and the connection is thrown away.
//!
//! Callers may be cancelled at any await, and sea-orm's savepoints do not survive that (a cancelled `SAVEPOINT` or
//! `RELEASE` would be rolled back one level too high): both run in a task of their own.

use sea_orm::{
    ConnAcquireErr, DatabaseConnection, DatabaseTransaction, DbErr, RuntimeErr, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    runtime::Handle,
    sync::{Mutex, OwnedMutexGuard, oneshot},
    time::{Instant, timeout},
};

/// The most members of a batch.
const MOST: usize = 64;

/// A batch that is older than this takes nobody in any more.
pub(super) const OLDEST: Duration = Duration::from_millis(10);

/// How long a writer stands in line, as long as the pool would let it wait for a connection.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where writers stand in line.
#[derive(Clone)]
pub(super) struct Line(Arc<Inner>);

struct Inner {
    writer: DatabaseConnection,
    batch: Arc<Mutex<Batch>>,
    waiting: AtomicUsize,
    oldest: Duration,
}

/// The transaction that is open, and who waits for its end.
#[derive(Default)]
struct Batch {
    open: Option<(DatabaseTransaction, Instant)>,
    members: Vec<oneshot::Sender<Result<(), DbErr>>>,
}

/// A transaction, and on SQLite the writer's turn; in this order, so that dropping it takes the savepoint back before the
/// next turn begins.
pub(super) struct Begun {
    /// The transaction.
    pub(super) tx: DatabaseTransaction,
    /// `None`: it stands by itself.
    pub(super) turn: Option<Turn>,
}

impl Begun {
    /// Makes it lasting.
    pub(super) async fn commit(self) -> Result<(), DbErr> {
        match self.turn {
            Some(turn) => turn.commit(self.tx).await,
            None => self.tx.commit().await,
        }
    }
}

/// A writer's place at the head of the line. Dropped without [`Turn::commit`], it ends the batch.
pub(super) struct Turn {
    line: Line,
    batch: Option<OwnedMutexGuard<Batch>>,
    alone: bool,
}

/// Counts somebody in the line.
struct Waiting(Option<Line>);

impl Line {
    /// A line before this connection, which nobody else may use. A batch older than `oldest` takes nobody in any more.
    pub(super) fn new(writer: DatabaseConnection, oldest: Duration) -> Self {
        let batch = Arc::new(Mutex::new(Batch::default()));
        Self(Arc::new(Inner { writer, batch, waiting: AtomicUsize::new(0), oldest }))
    }

    /// Waits for a turn. `alone`: nobody shall wait for the end of this write, so it shares no batch.
    pub(super) async fn stand(&self, alone: bool) -> Result<Begun, DbErr> {
        let waiting = Waiting::new(self);
        let batch = timeout(PATIENCE, self.0.batch.clone().lock_owned()).await;
        let batch = batch.map_err(|_| DbErr::ConnectionAcquire(ConnAcquireErr::Timeout))?;
        waiting.end();
        let turn = Turn { line: self.clone(), batch: Some(batch), alone };
        spawned(turn.begin()).await
    }

    /// Commits what nobody else will.
    fn finish_later(self) {
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move { self.0.batch.lock().await.finish(&self).await });
        }
    }
}

impl Turn {
    async fn begin(mut self) -> Result<Begun, DbErr> {
        let line = self.line.clone();
        let Some(batch) = self.batch.as_deref_mut() else { return Err(lost()) };
        if self.alone || batch.is_full(&line) {
            batch.finish(&line).await;
        }
        let begun = match &batch.open {
            Some((open, _)) => open.begin().await,
            None => batch.begin(&line).await,
        };
        match begun {
            Ok(tx) => Ok(Begun { tx, turn: Some(self) }),
            Err(error) => {
                batch.fail(&line, &error).await;
                Err(error)
            }
        }
    }

    /// Ends the member's savepoint and waits until the whole batch is on the disk.
    async fn commit(self, tx: DatabaseTransaction) -> Result<(), DbErr> {
        spawned(self.release(tx)).await?.await.unwrap_or_else(|_| Err(lost()))
    }

    async fn release(mut self, tx: DatabaseTransaction) -> Result<oneshot::Receiver<Result<(), DbErr>>, DbErr> {
        let Some(mut batch) = self.batch.take() else { return Err(lost()) };
        if let Err(error) = tx.commit().await {
            batch.fail(&self.line, &error).await;
            return Err(error);
        }
        let (member, end) = oneshot::channel();
        batch.members.push(member);
        if self.alone || batch.is_full(&self.line) || self.line.0.waiting.load(Ordering::SeqCst) == 0 {
            batch.finish(&self.line).await;
        }
        Ok(end)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let Some(mut batch) = self.batch.take() else { return };
        let line = self.line.clone();
        // Without a runtime the process is ending; SQLite takes back what is open.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move { batch.finish(&line).await });
        }
    }
}

impl Batch {
    /// Opens the batch and its first savepoint.
    async fn begin(&mut self, line: &Line) -> Result<DatabaseTransaction, DbErr> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let open = line.0.writer.begin_with_options(options).await?;
        let first = open.begin().await;
        self.open = Some((open, Instant::now()));
        first
    }

    fn is_full(&self, line: &Line) -> bool {
        self.members.len() >= MOST || self.open.as_ref().is_some_and(|(_, since)| since.elapsed() > line.0.oldest)
    }

    /// Commits and tells every member.
    async fn finish(&mut self, line: &Line) {
        let members = std::mem::take(&mut self.members);
        let Some((open, _)) = self.open.take() else { return };
        let end = open.commit().await;
        if end.is_err() {
            line.throw_away().await;
        }
        for member in members {
            // A member that was cancelled does not listen.
            let _ = member.send(end.clone());
        }
    }

    /// Takes everything back and tells every member.
    async fn fail(&mut self, line: &Line, error: &DbErr) {
        drop(self.open.take());
        line.throw_away().await;
        for member in self.members.drain(..) {
            let _ = member.send(Err(error.clone()));
        }
    }
}

impl Line {
    /// After a failure nobody knows how many savepoints are open: the next batch gets a new connection.
    async fn throw_away(&self) {
        if let Ok(connection) = self.0.writer.get_sqlite_connection_pool().acquire().await {
            let _ = connection.close().await;
        }
    }
}

impl Waiting {
    fn new(line: &Line) -> Self {
        line.0.waiting.fetch_add(1, Ordering::SeqCst);
        Self(Some(line.clone()))
    }

    /// Its turn has come.
    fn end(mut self) {
        if let Some(line) = self.0.take() {
            line.0.waiting.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

impl Drop for Waiting {
    /// Whoever leaves the line may have been the one for whom the batch was left open.
    fn drop(&mut self) {
        if let Some(line) = self.0.take() {
            line.0.waiting.fetch_sub(1, Ordering::SeqCst);
            line.finish_later();
        }
    }
}

/// Runs to its end even if the caller is cancelled.
async fn spawned<T: Send + 'static>(work: impl Future<Output = Result<T, DbErr>> + Send + 'static) -> Result<T, DbErr> {
    tokio::spawn(work).await.unwrap_or_else(|_| Err(lost()))
}

fn lost() -> DbErr {
    DbErr::Exec(RuntimeErr::Internal("the transaction was lost".to_owned()))
}

#[cfg(test)]
mod tests;
