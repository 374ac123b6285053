//! Counts for support: how much of what there is in which state. Never a name, an address or a text of anybody's.

use super::{
    Outside, Scoped, StoreError, System,
    entities::{
        api_keys, apps, attempts, audit, authorizations, backup_sets, certificates, channels, connections, customers,
        deliveries, members, notices, restores, sign_ins, work,
    },
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, ExprTrait, FromQueryResult, QueryFilter, QuerySelect,
    Statement, sea_query::Expr,
};
use shared::time::Timestamp;
use std::collections::BTreeMap;

/// Counts by a word, such as a state.
pub type Counts = BTreeMap<String, i64>;

#[derive(FromQueryResult)]
struct Counted {
    word: Option<String>,
    total: i64,
}

/// The work of one kind.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct WorkCount {
    /// What.
    pub kind: String,
    /// Rows.
    pub total: i64,
    /// When the next is due, in milliseconds.
    pub next_due: Option<i64>,
    /// The most tries of one.
    pub most_attempts: Option<i64>,
}

/// How often something went wrong with the same detail.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct ProblemCount {
    /// Stable name of the event.
    pub event: String,
    /// Its detail: codes.
    pub detail: String,
    /// How often.
    pub total: i64,
    /// The last time.
    pub last_at: i64,
}

/// Events that say that something went wrong; each has a code in its detail.
const PROBLEMS: [&str; 8] = [
    "sign_in.stopped",
    "sign_in.failed",
    "connection.doubtful",
    "connection.needs_holder",
    "connection.ended",
    "app.doubtful",
    "app.needs_administrator",
    "certificate.not_renewed",
];

macro_rules! counts {
    ($self:ident, $all:ident, $($table:ident . $column:ident),+ $(,)?) => {$(
        let rows = $table::Entity::find()
            .select_only()
            .column_as(Expr::col($table::Column::$column).cast_as("TEXT"), "word")
            .column_as($table::Column::Id.count(), "total")
            .filter($table::Column::Organization.eq($self.own()))
            .group_by($table::Column::$column)
            .into_model::<Counted>()
            .all(&$self.tx)
            .await?;
        let name = concat!(stringify!($table), "_by_", stringify!($column)).to_lowercase();
        let counts = rows.into_iter().map(|row| (row.word.unwrap_or_else(|| "none".to_owned()), row.total)).collect();
        $all.insert(name, counts);
    )+};
}

impl Scoped {
    /// How many records of each table are in which state.
    pub async fn count_everything(&self) -> Result<BTreeMap<String, Counts>, StoreError> {
        let mut all = BTreeMap::new();
        counts!(
            self,
            all,
            backup_sets.Method,
            backup_sets.Region,
            authorizations.State,
            authorizations.Kind,
            sign_ins.State,
            attempts.State,
            connections.State,
            apps.State,
            certificates.State,
            members.Role,
            notices.Kind,
            channels.Kind,
            deliveries.State,
            deliveries.Status,
        );
        let mut numbers = Counts::new();
        macro_rules! number {
            ($name:literal, $table:ident $(, $condition:expr)?) => {
                let found: Option<i64> = $table::Entity::find()
                    .select_only()
                    .column_as($table::Column::Id.count(), "total")
                    .filter($table::Column::Organization.eq(self.own()))
                    $(.filter($condition))?
                    .into_tuple()
                    .one(&self.tx)
                    .await?;
                numbers.insert($name.to_owned(), found.unwrap_or(0));
            };
        }
        number!("customers", customers);
        number!("customers_unconfirmed", customers, customers::Column::ConfirmedAt.is_null());
        number!("members_removed", members, members::Column::RemovedAt.is_not_null());
        number!("api_keys", api_keys);
        number!("api_keys_revoked", api_keys, api_keys::Column::RevokedAt.is_not_null());
        number!("notices_open", notices, notices::Column::ResolvedAt.is_null());
        number!("channels_removed", channels, channels::Column::RemovedAt.is_not_null());
        number!("channels_failing", channels, channels::Column::FailingSince.is_not_null());
        number!("restores", restores);
        number!("audit_events", audit);
        number!("audit_events_unsealed", audit, audit::Column::Sequence.is_null());
        all.insert("numbers".to_owned(), numbers);
        Ok(all)
    }

    /// What went wrong since a time, by event and code, the most frequent first.
    pub async fn count_problems(&self, since: Timestamp) -> Result<Vec<ProblemCount>, StoreError> {
        let mut rows = audit::Entity::find()
            .select_only()
            .columns([audit::Column::Event, audit::Column::Detail])
            .column_as(audit::Column::Id.count(), "total")
            .column_as(audit::Column::At.max(), "last_at")
            .filter(audit::Column::Organization.eq(self.own()))
            .filter(audit::Column::At.gte(since.0))
            .filter(audit::Column::Event.is_in(PROBLEMS))
            .group_by(audit::Column::Event)
            .group_by(audit::Column::Detail)
            .into_model::<ProblemCount>()
            .all(&self.tx)
            .await?;
        rows.sort_by_key(|row| -row.total);
        Ok(rows)
    }

    /// This organization's work by kind.
    pub async fn count_work(&self) -> Result<Vec<WorkCount>, StoreError> {
        Ok(work::Entity::find()
            .select_only()
            .column(work::Column::Kind)
            .column_as(work::Column::Id.count(), "total")
            .column_as(work::Column::Due.min(), "next_due")
            .column_as(work::Column::Attempts.max(), "most_attempts")
            .filter(work::Column::Organization.eq(self.own()))
            .group_by(work::Column::Kind)
            .into_model::<WorkCount>()
            .all(self.connection())
            .await?)
    }
}

impl System {
    /// The database: which, its version, and the steps of its schema.
    pub async fn find_database(&self) -> Result<(&'static str, String, Vec<String>), StoreError> {
        let backend = self.connection().get_database_backend();
        let (name, version) = match backend {
            DbBackend::Postgres => ("postgres", "SELECT current_setting('server_version') AS word"),
            _ => ("sqlite", "SELECT sqlite_version() AS word"),
        };
        let row = self.connection().query_one_raw(Statement::from_string(backend, version)).await?;
        let version = row.map(|row| row.try_get("", "word")).transpose()?.unwrap_or_default();
        let steps = "SELECT version AS word FROM seaql_migrations ORDER BY version";
        let rows = self.connection().query_all_raw(Statement::from_string(backend, steps)).await?;
        let steps = rows.iter().map(|row| row.try_get("", "word")).collect::<Result<_, _>>()?;
        Ok((name, version, steps))
    }
}
