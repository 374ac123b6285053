//! A store on each database. [`on_both!`](crate::on_both) makes two tests of one contract, so that neither is skipped.

use crate::postgres;
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbBackend, QueryResult, Statement};
use server::store::{DatabaseConfig, Store, organizations::Organization};
use shared::{id::OrganizationId, time::Timestamp};
use uuid::Uuid;

/// A fresh store with the database beneath it.
pub struct TestDatabase {
    /// The store under test.
    pub store: Store,
    /// How to open it once more.
    pub config: DatabaseConfig,
    url: String,
    /// Of a role that row-level security does not bind; the same as `url` on SQLite.
    pub superuser_url: String,
    /// Removed with this value.
    _directory: Option<tempfile::TempDir>,
}

impl TestDatabase {
    /// A file of SQLite.
    ///
    /// # Panics
    /// When it cannot be made.
    pub async fn sqlite() -> Self {
        let directory = tempfile::tempdir().expect("a directory for SQLite");
        let path = directory.path().join("rekey.sqlite");
        let url = format!("sqlite:{}", path.display());
        Self::open(DatabaseConfig::Sqlite { path }, url.clone(), url, Some(directory)).await
    }

    /// A database of the test cluster.
    ///
    /// # Panics
    /// When PostgreSQL is not installed or does not start.
    pub async fn postgres() -> Self {
        let postgres::PostgresDatabase { url, superuser_url } = postgres::database().await;
        Self::open(DatabaseConfig::Postgres { url: url.clone(), max_connections: 16 }, url, superuser_url, None).await
    }

    async fn open(
        config: DatabaseConfig,
        url: String,
        superuser_url: String,
        directory: Option<tempfile::TempDir>,
    ) -> Self {
        let store = Store::open(&config).await.expect("a fresh database opens");
        Self { store, config, url, superuser_url, _directory: directory }
    }

    /// A backup: the same rows in another database. Nobody may write to this one meanwhile.
    ///
    /// # Panics
    /// When it cannot be made.
    pub async fn backup(&self) -> Self {
        if self.is_postgres() {
            let postgres::PostgresDatabase { url, superuser_url } = postgres::copy_of(&self.url).await;
            let config = DatabaseConfig::Postgres { url: url.clone(), max_connections: 16 };
            return Self::open(config, url, superuser_url, None).await;
        }
        let directory = tempfile::tempdir().expect("a directory for SQLite");
        let path = directory.path().join("backup.sqlite");
        self.raw().await.run(&format!("VACUUM INTO '{}'", path.display())).await;
        let url = format!("sqlite:{}", path.display());
        Self::open(DatabaseConfig::Sqlite { path }, url.clone(), url, Some(directory)).await
    }

    /// Whether this is PostgreSQL.
    pub const fn is_postgres(&self) -> bool {
        matches!(self.config, DatabaseConfig::Postgres { .. })
    }

    /// Adds an organization.
    ///
    /// # Panics
    /// When the store fails.
    pub async fn organization(&self, name: &str) -> OrganizationId {
        let organization =
            Organization { id: OrganizationId(next_id()), name: name.to_owned(), domain: None, suspended_at: None };
        let tx = self.store.write_system().await.expect("a transaction");
        tx.add_organization(&organization, Timestamp(0)).await.expect("an organization is added");
        tx.commit().await.expect("a commit");
        organization.id
    }

    /// SQL past the store, with the store's own rights.
    pub async fn raw(&self) -> Raw {
        Raw::connect(&self.url).await
    }

    /// SQL past the store and past row-level security: what somebody with the disk or the superuser can do.
    pub async fn intruder(&self) -> Raw {
        Raw::connect(&self.superuser_url).await
    }
}

/// A connection past the store.
pub struct Raw(DatabaseConnection);

impl Raw {
    async fn connect(url: &str) -> Self {
        let mut options = sea_orm::ConnectOptions::new(url);
        options.max_connections(1).sqlx_logging(false);
        Self(Database::connect(options).await.expect("a second connection to the database"))
    }

    /// Which SQL it speaks.
    pub fn backend(&self) -> DbBackend {
        self.0.get_database_backend()
    }

    /// Runs statements; gives how many rows changed.
    ///
    /// # Panics
    /// When the database refuses.
    pub async fn run(&self, sql: &str) -> u64 {
        self.0.execute_unprepared(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}")).rows_affected()
    }

    /// Runs statements that the database must refuse; gives its words.
    ///
    /// # Panics
    /// When the database does not refuse.
    pub async fn refused(&self, sql: &str) -> String {
        self.0.execute_unprepared(sql).await.expect_err(sql).to_string()
    }

    /// Runs a query.
    ///
    /// # Panics
    /// When the database refuses.
    pub async fn query(&self, sql: &str) -> Vec<QueryResult> {
        let statement = Statement::from_string(self.backend(), sql);
        self.0.query_all_raw(statement).await.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// The one number that a query gives.
    ///
    /// # Panics
    /// When it gives something else.
    pub async fn number(&self, sql: &str) -> i64 {
        let rows = self.query(sql).await;
        rows.first().unwrap_or_else(|| panic!("{sql}: no row")).try_get_by_index(0).expect("a number")
    }

    /// An id as a literal of this database.
    pub fn id(&self, id: Uuid) -> String {
        if self.backend() == DbBackend::Postgres { format!("'{id}'") } else { format!("x'{}'", id.simple()) }
    }
}

/// Ids that sort in the order in which they were made, like the server's.
pub fn next_id() -> Uuid {
    use std::sync::atomic::{AtomicU64, Ordering};
    static MADE: AtomicU64 = AtomicU64::new(1);
    let millis = 1_795_262_400_000 + MADE.fetch_add(1, Ordering::SeqCst);
    let mut bytes = [0; 10];
    server::random::Random::fill(&server::random::SystemRandom, &mut bytes);
    uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
}

/// Two tests for each contract, `on_sqlite::name` and `on_postgres::name`. A contract is an
/// `async fn name(database: TestDatabase)` beside the call; one that is not named here is an unused function.
#[macro_export]
macro_rules! on_both {
    ($($(#[$attribute:meta])* $name:ident),+ $(,)?) => {
        mod on_sqlite {
            $($(#[$attribute])* #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name($crate::databases::TestDatabase::sqlite().await).await;
            })+
        }
        mod on_postgres {
            $($(#[$attribute])* #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name($crate::databases::TestDatabase::postgres().await).await;
            })+
        }
    };
}
