//! Storage: one implementation with SeaORM for SQLite and PostgreSQL.
//!
//! - Every write goes through [`Store::write`] (or [`Store::write_system`]): one transaction. On SQLite writers queue
//!   instead of failing, and those that come together share one wait for the disk (`group_commit`).
//! - Queries on an organization's data exist only on [`Scoped`], which is made for that organization; on PostgreSQL
//!   row-level security is forced behind it. Only `locator`, `work` and `organizations` are outside.
//! - Missing is `None`; updates report whether a row was there. Entities never leave this module.
//!
//! To add a table: a migration, an entity, a module with the verbs `find`, `list`, `add`, `update`, `remove`.

pub mod api_keys;
pub mod apps;
pub mod attempts;
pub mod audit;
mod audit_subjects;
pub mod authorizations;
pub mod backup_sets;
pub mod certificates;
pub mod channels;
pub mod connections;
pub mod customer_links;
pub mod customers;
pub mod embed;
mod entities;
pub mod events;
pub mod exposure;
mod generations;
mod group_commit;
pub mod imports;
pub mod journals;
pub mod key_uses;
pub mod links;
pub mod locator;
pub mod member_invitations;
pub mod members;
pub mod migrations;
pub mod notices;
pub mod organizations;
pub mod restores;
mod scope;
pub mod sealed;
pub mod sessions;
pub mod sign_ins;
pub mod support;
pub mod token_counts;
pub mod waves;
pub mod work;

pub use generations::Generations;
use group_commit::{Begun, Turn};
pub use scope::{Reach, Scope};
use sea_orm::{
    AccessMode, ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DatabaseConnection, DatabaseTransaction,
    DbBackend, DbErr, EntityTrait, IntoActiveModel, IsolationLevel, PrimaryKeyTrait, SqliteTransactionMode,
    SqlxPostgresConnector, SqlxSqliteConnector, Statement, TransactionOptions, TransactionTrait,
    sea_query::{Expr, ExprTrait, Func, LikeExpr, OnConflict},
};
use sea_orm_migration::MigratorTrait;
use shared::id::OrganizationId;
use sqlx::{
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{path::PathBuf, str::FromStr, time::Duration};

/// Something went wrong in storage. Nothing of the transaction has happened, unless it is [`StoreError::Lost`].
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused or was out of reach.
    #[error("the database failed")]
    Database(#[from] DbErr),
    /// The database could not be opened.
    #[error("the database could not be opened")]
    Open(#[from] sqlx::Error),
    /// The role of the PostgreSQL address stands above row-level security.
    #[error("the PostgreSQL role must be neither superuser nor BYPASSRLS, so that row-level security binds it")]
    AboveRowSecurity,
    /// The change came to no end that was heard of: whether anything happened is not known.
    #[error("the change came to no end")]
    Lost,
    /// A row holds something that this version does not know.
    #[error("a stored {0} cannot be read")]
    Unreadable(&'static str),
    /// A sealed value could not be opened or made.
    #[error("a stored secret cannot be opened")]
    Seal(#[from] crate::seal::SealError),
}

impl StoreError {
    /// What a failed commit means: told by the database, nothing has happened; otherwise the connection broke at its end, or the
    /// database was shut down (classes 08 and 57 of SQLSTATE), and nobody knows.
    fn of_commit(error: DbErr) -> Self {
        use sea_orm::RuntimeErr::SqlxError;
        let (DbErr::Exec(SqlxError(cause)) | DbErr::Query(SqlxError(cause)) | DbErr::Conn(SqlxError(cause))) = &error
        else {
            return Self::Lost;
        };
        let told = cause.as_database_error();
        let shut = told.and_then(sqlx::error::DatabaseError::code);
        let shut = shut.is_some_and(|code| code.len() == 5 && (code.starts_with("08") || code.starts_with("57")));
        if told.is_some() && !shut { Self::Database(error) } else { Self::Lost }
    }

    /// The change collided with a row that is there already.
    pub fn is_conflict(&self) -> bool {
        matches!(self, Self::Database(error) if matches!(error.sql_err(), Some(sea_orm::SqlErr::UniqueConstraintViolation(_))))
    }
}

/// Where the data lives.
#[derive(Debug, Clone)]
pub enum DatabaseConfig {
    /// A file of SQLite, WAL, `synchronous=FULL`.
    Sqlite {
        /// The file; made when absent.
        path: PathBuf,
    },
    /// PostgreSQL.
    Postgres {
        /// `postgres://user:password@host/database`. The user must not be a superuser, or row-level security sleeps.
        url: String,
        /// Most connections at a time.
        max_connections: u32,
    },
}

/// The open database: a handle to clone.
#[derive(Clone)]
pub struct Store {
    reader: DatabaseConnection,
    writer: DatabaseConnection,
    /// Before SQLite's one writer.
    line: Option<group_commit::Line>,
    backend: DbBackend,
    generations: Generations,
}

/// A transaction made for one organization.
pub struct Scoped {
    tx: DatabaseTransaction,
    /// After `tx`, so that a savepoint is taken back before the next writer's turn.
    turn: Option<Turn>,
    generations: Generations,
    /// Whose data it reaches.
    pub organization: OrganizationId,
    /// Which customers' data of it.
    pub reach: Reach,
}

/// A transaction on what lies outside organizations.
pub struct System {
    tx: DatabaseTransaction,
    /// After `tx`, so that a savepoint is taken back before the next writer's turn.
    turn: Option<Turn>,
}

impl Store {
    /// Opens the database and brings its schema up to date.
    pub async fn open(config: &DatabaseConfig) -> Result<Self, StoreError> {
        let store = match config {
            DatabaseConfig::Sqlite { path } => Self::open_sqlite(path).await?,
            DatabaseConfig::Postgres { url, max_connections } => Self::open_postgres(url, *max_connections).await?,
        };
        store.migrate().await?;
        Ok(store)
    }

    /// In one transaction behind one lock, so that nodes may start at the same moment.
    async fn migrate(&self) -> Result<(), StoreError> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let tx = self.writer.begin_with_options(options).await?;
        if self.backend == DbBackend::Postgres {
            tx.execute_unprepared("SELECT pg_advisory_xact_lock(7235404210)").await?;
        }
        migrations::Migrator::up(&tx, None).await?;
        Ok(tx.commit().await?)
    }

    async fn open_sqlite(path: &std::path::Path) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(10))
            .pragma("secure_delete", "on")
            .pragma("cache_size", "-8000")
            .statement_cache_capacity(200)
            // A page of a list in one go: a full buffer costs a change of threads for each row.
            .row_buffer_size(256);
        // A file does not hang up: asking each time whether it is there costs more than a query.
        let pool = || SqlitePoolOptions::new().test_before_acquire(false);
        let writer = pool().max_connections(1).connect_with(options.clone()).await?;
        let reader = pool().max_connections(4).connect_with(options.pragma("query_only", "on")).await?;
        let writer = SqlxSqliteConnector::from_sqlx_sqlite_pool(writer);
        Ok(Self {
            reader: SqlxSqliteConnector::from_sqlx_sqlite_pool(reader),
            line: Some(group_commit::Line::new(writer.clone(), group_commit::OLDEST)),
            writer,
            backend: DbBackend::Sqlite,
            generations: Generations::default(),
        })
    }

    async fn open_postgres(url: &str, max_connections: u32) -> Result<Self, StoreError> {
        let options = PgConnectOptions::from_str(url)?.statement_cache_capacity(200);
        let pool = PgPoolOptions::new()
            .max_connections(max_connections)
            .acquire_timeout(Duration::from_secs(10))
            .connect_with(options)
            .await?;
        let bound = "SELECT NOT (rolsuper OR rolbypassrls) FROM pg_roles WHERE rolname = current_user";
        if !sqlx::query_scalar::<_, bool>(bound).fetch_one(&pool).await? {
            return Err(StoreError::AboveRowSecurity);
        }
        let connection = SqlxPostgresConnector::from_sqlx_postgres_pool(pool);
        Ok(Self {
            reader: connection.clone(),
            writer: connection,
            line: None,
            backend: DbBackend::Postgres,
            generations: Generations::default(),
        })
    }

    /// The one way to change an organization's data. Dropped without [`Scoped::commit`], nothing has happened.
    pub async fn write(&self, scope: impl Into<Scope>) -> Result<Scoped, StoreError> {
        let begun = self.begin_write(false).await?;
        self.scope(begun, scope.into()).await
    }

    /// The same for a change of many rows: on SQLite nobody else's commit waits for its end.
    pub async fn write_many(&self, scope: impl Into<Scope>) -> Result<Scoped, StoreError> {
        let begun = self.begin_write(true).await?;
        self.scope(begun, scope.into()).await
    }

    /// A consistent view of an organization's data.
    pub async fn read(&self, scope: impl Into<Scope>) -> Result<Scoped, StoreError> {
        let begun = self.begin_read().await?;
        self.scope(begun, scope.into()).await
    }

    /// The one way to change what lies outside organizations.
    pub async fn write_system(&self) -> Result<System, StoreError> {
        let begun = self.begin_write(false).await?;
        Ok(System { tx: begun.tx, turn: begun.turn })
    }

    /// A consistent view of what lies outside organizations.
    pub async fn read_system(&self) -> Result<System, StoreError> {
        let begun = self.begin_read().await?;
        Ok(System { tx: begun.tx, turn: begun.turn })
    }

    /// Grows with every change of an organization's data through this handle and its clones: what was decided at one
    /// generation, read before deciding, still stands at the same one. Changes of other nodes do not show here.
    pub fn generation(&self, organization: OrganizationId) -> u64 {
        self.generations.of(organization)
    }

    /// Goes on in the same moment with the data of the organization that a secret led to.
    pub async fn narrow(&self, system: System, organization: OrganizationId) -> Result<Scoped, StoreError> {
        self.scope(Begun { tx: system.tx, turn: system.turn }, organization.into()).await
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        Ok(self.reader.ping().await?)
    }

    /// One snapshot for all its queries; SQLite's readers have that from the first query on.
    async fn begin_read(&self) -> Result<Begun, StoreError> {
        let postgres = self.backend == DbBackend::Postgres;
        let isolation_level = postgres.then_some(IsolationLevel::RepeatableRead);
        let access_mode = postgres.then_some(AccessMode::ReadOnly);
        let options = TransactionOptions { isolation_level, access_mode, ..TransactionOptions::default() };
        Ok(Begun { tx: self.reader.begin_with_options(options).await?, turn: None })
    }

    async fn begin_write(&self, alone: bool) -> Result<Begun, StoreError> {
        if let Some(line) = &self.line {
            return Ok(line.stand(alone).await?);
        }
        Ok(Begun { tx: self.writer.begin().await?, turn: None })
    }

    async fn scope(&self, begun: Begun, scope: Scope) -> Result<Scoped, StoreError> {
        let Scope { organization, reach } = scope;
        if self.backend == DbBackend::Postgres {
            let sql = "SELECT set_config('rekey.organization', $1, true)";
            let values = [organization.to_string().into()];
            begun.tx.query_one_raw(Statement::from_sql_and_values(DbBackend::Postgres, sql, values)).await?;
        }
        Ok(Scoped { tx: begun.tx, turn: begun.turn, generations: self.generations.clone(), organization, reach })
    }
}

impl Scoped {
    /// Makes everything done so far lasting, all at once.
    pub async fn commit(self) -> Result<(), StoreError> {
        let (generations, organization) = (self.generations.clone(), self.organization);
        self.commit_counts().await?;
        generations.advance(organization);
        Ok(())
    }

    /// The same for counters that no decision rests on: what was decided before still stands.
    pub async fn commit_counts(self) -> Result<(), StoreError> {
        Begun { tx: self.tx, turn: self.turn }.commit().await.map_err(StoreError::of_commit)
    }

    /// Ends without a change, once what was read here is lasting: on SQLite it may be the work of another member of the batch,
    /// which readers do not see and a crash would take back. For answers that say "that was done already".
    pub async fn leave(self) -> Result<(), StoreError> {
        self.commit_counts().await
    }

    /// Has PostgreSQL look at tables that it has never looked at. It does so by itself a minute after a first import or wave; until
    /// then it takes an organization for a two-hundredth of a table, and reads all of it where an index leads to a few rows.
    /// The last thing of a transaction: nobody else can have a table looked at until its end.
    pub async fn count_new_tables(&self, tables: &[&str]) -> Result<(), StoreError> {
        let backend = self.tx.get_database_backend();
        if backend != DbBackend::Postgres {
            return Ok(());
        }
        for table in tables {
            let sql = "SELECT reltuples < 1 AS new FROM pg_class WHERE oid = to_regclass($1)";
            let found = self.tx.query_one_raw(Statement::from_sql_and_values(backend, sql, [(*table).into()])).await?;
            if found.is_some_and(|row| row.try_get("", "new").unwrap_or(false)) {
                self.tx.execute_unprepared(&format!("ANALYZE {table}")).await?;
            }
        }
        Ok(())
    }

    /// Whether nobody else writes until the end of this transaction.
    pub fn writes_alone(&self) -> bool {
        self.tx.get_database_backend() == DbBackend::Sqlite
    }

    /// The organization as storage knows it.
    const fn own(&self) -> uuid::Uuid {
        self.organization.0
    }

    /// Rows of the organization whose customer is in reach: in every query of a table that names customers.
    fn mine(&self, organization: impl ColumnTrait, customer: impl ColumnTrait) -> Condition {
        self.reach.condition(customer).add(organization.eq(self.own()))
    }
}

impl Scoped {
    /// Rows of the organization, for queries that name rows by id: without statistics SQLite takes a list of ids for larger
    /// than an organization, and would read all of the organization's rows.
    fn also_own(&self, organization: impl ColumnTrait) -> Expr {
        unindexed(organization).eq(self.own())
    }

    /// As [`Scoped::mine`], for queries that name rows by id.
    fn also_mine(&self, organization: impl ColumnTrait, customer: impl ColumnTrait) -> Condition {
        self.reach.condition(customer).add(self.also_own(organization))
    }
}

impl System {
    /// Makes everything done so far lasting, all at once.
    pub async fn commit(self) -> Result<(), StoreError> {
        Begun { tx: self.tx, turn: self.turn }.commit().await.map_err(StoreError::of_commit)
    }
}

/// A column's value, in a form that no index fits: where SQLite, which knows no numbers of rows, would take the wrong one.
fn unindexed(column: impl ColumnTrait) -> Expr {
    let column = || Expr::col(column.as_column_ref());
    Expr::expr(Func::coalesce([column(), column()]))
}

/// Writes rows that are there already, each with values of its own, as `moved` says, and gives the keys of those that it let
/// through. An insert that always collides: the one way to do that in one statement on both databases.
async fn update_each<A>(
    tx: &DatabaseTransaction,
    rows: Vec<A>,
    moved: &OnConflict,
) -> Result<Vec<<<A::Entity as EntityTrait>::PrimaryKey as PrimaryKeyTrait>::ValueType>, DbErr>
where
    A: ActiveModelTrait + Send,
    <A::Entity as EntityTrait>::Model: IntoActiveModel<A>,
{
    match A::Entity::insert_many(rows).on_conflict(moved.clone()).exec_with_returning_keys(tx).await {
        Err(DbErr::RecordNotInserted) => Ok(Vec::new()),
        keys => keys,
    }
}

/// The same where the number that were let through is all that is asked: no row comes back.
async fn count_updated<A>(tx: &DatabaseTransaction, rows: Vec<A>, moved: &OnConflict) -> Result<u64, DbErr>
where
    A: ActiveModelTrait + Send,
    <A::Entity as EntityTrait>::Model: IntoActiveModel<A>,
{
    match A::Entity::insert_many(rows).on_conflict(moved.clone()).exec_without_returning(tx).await {
        Err(DbErr::RecordNotInserted) => Ok(0),
        count => count,
    }
}

/// A text that both databases can compare with: PostgreSQL's cannot hold U+0000; U+0001 sorts alike and is in no name.
fn comparable(text: &str) -> String {
    text.replace('\0', "\u{1}")
}

/// A `LIKE` pattern for a text anywhere; `%` and `_` in it stand for themselves.
fn containing(text: &str) -> LikeExpr {
    let text = comparable(text).replace('!', "!!").replace('%', "!%").replace('_', "!_");
    LikeExpr::new(format!("%{text}%")).escape('!')
}

/// Access to `locator` and `work`, which every kind of transaction may use.
pub trait Outside: Send + Sync {
    /// The transaction.
    #[doc(hidden)]
    fn connection(&self) -> &DatabaseTransaction;
}

impl Outside for Scoped {
    fn connection(&self) -> &DatabaseTransaction {
        &self.tx
    }
}

impl Outside for System {
    fn connection(&self) -> &DatabaseTransaction {
        &self.tx
    }
}

#[cfg(test)]
mod tests {
    use super::{entities::backup_sets as sets, *};
    use sea_orm::{QueryFilter, QueryTrait};

    /// Rows named by id are found by id, however many the organization has.
    #[tokio::test]
    async fn sqlite_does_not_read_an_organization_for_some_ids() {
        let folder = tempfile::tempdir().unwrap();
        let config = DatabaseConfig::Sqlite { path: folder.path().join("plan.sqlite") };
        let store = Store::open(&config).await.unwrap();
        let tx = store.read(OrganizationId(uuid::Uuid::from_u128(1))).await.unwrap();
        let plan = async |condition: Condition| {
            let ids = (0..200).map(uuid::Uuid::from_u128);
            let select = sets::Entity::find().filter(condition).filter(sets::Column::Id.is_in(ids));
            let Statement { sql, values, .. } = select.build(DbBackend::Sqlite);
            let sql = format!("EXPLAIN QUERY PLAN {sql}");
            let explain = Statement { sql, values, db_backend: DbBackend::Sqlite };
            let rows = tx.tx.query_all_raw(explain).await.unwrap();
            rows.iter().map(|row| row.try_get::<String>("", "detail").unwrap()).collect::<String>()
        };
        let found = plan(tx.also_mine(sets::Column::Organization, sets::Column::Customer)).await;
        assert!(found.contains("(id=?)"), "{found}");
        // What it is for: should SQLite choose well by itself one day, this is not needed any more.
        let left_to_sqlite = plan(tx.mine(sets::Column::Organization, sets::Column::Customer)).await;
        assert!(left_to_sqlite.contains("(organization=?)"), "{left_to_sqlite}");
    }
}
