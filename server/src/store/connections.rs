//! Delegated connections: the sealed refresh token of one account.

use super::{Scoped, StoreError, customers::key_of, entities::connections as table};
use crate::seal::Sealed;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait},
};
use shared::{
    api::{customers::ConnectionState, problem::Help},
    id::{ConnectionId, CustomerId, ObjectId, TenantId},
    time::Timestamp,
};

/// A connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// Id.
    pub id: ConnectionId,
    /// Whose.
    pub customer: CustomerId,
    /// The account's tenant.
    pub tenant: TenantId,
    /// The account.
    pub object: ObjectId,
    /// The account as Microsoft showed it: for display.
    pub account: String,
    /// How it is.
    pub state: ConnectionState,
    /// The refresh token, sealed for this row at `token_version`.
    pub refresh_token: Sealed,
    /// Counts the refresh tokens of this row.
    pub token_version: i64,
    /// The scopes granted, separated by spaces.
    pub scopes: String,
    /// Since when.
    pub connected_at: Timestamp,
    /// When it was last seen working.
    pub checked_at: Timestamp,
    /// When it first failed since.
    pub failed_at: Option<Timestamp>,
    /// What to do, when it is not well.
    pub help: Option<Help>,
}

/// An account with access that works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkingAccount {
    /// The connection.
    pub id: ConnectionId,
    /// Whose.
    pub customer: CustomerId,
    /// The account.
    pub account: String,
    /// The scopes granted, separated by spaces.
    pub scopes: String,
}

const STATES: [(ConnectionState, &str); 5] = [
    (ConnectionState::Working, "working"),
    (ConnectionState::Doubtful, "doubtful"),
    (ConnectionState::NeedsHolder, "needs_holder"),
    (ConnectionState::Ended, "ended"),
    (ConnectionState::Disconnected, "disconnected"),
];

fn state_text(state: ConnectionState) -> &'static str {
    STATES.iter().find(|(value, _)| *value == state).map_or("ended", |(_, text)| text)
}

fn help_text(help: Option<&Help>) -> Result<Option<String>, StoreError> {
    help.map(|help| serde_json::to_string(help).map_err(|_| StoreError::Unreadable("connection"))).transpose()
}

impl TryFrom<table::Model> for Connection {
    type Error = StoreError;
    fn try_from(row: table::Model) -> Result<Self, StoreError> {
        let bad = || StoreError::Unreadable("connection");
        Ok(Self {
            id: ConnectionId(row.id),
            customer: CustomerId(row.customer),
            tenant: TenantId(row.tenant),
            object: ObjectId(row.object),
            account: row.account,
            state: STATES.iter().find(|(_, text)| *text == row.state).ok_or_else(bad)?.0,
            refresh_token: Sealed(row.refresh_token),
            token_version: row.token_version,
            scopes: row.scopes,
            connected_at: Timestamp(row.connected_at),
            checked_at: Timestamp(row.checked_at),
            failed_at: row.failed_at.map(Timestamp),
            help: row.help.as_deref().map(|text| serde_json::from_str(text).map_err(|_| bad())).transpose()?,
        })
    }
}

impl Scoped {
    /// A connection.
    pub async fn find_connection(&self, id: ConnectionId) -> Result<Option<Connection>, StoreError> {
        table::Entity::find_by_id(id.0)
            .filter(self.mine(table::Column::Organization, table::Column::Customer))
            .one(&self.tx)
            .await?
            .map(Connection::try_from)
            .transpose()
    }

    /// Connections by id; those that are not there are left out.
    pub async fn find_connections(&self, ids: &[ConnectionId]) -> Result<Vec<Connection>, StoreError> {
        let mut found = Vec::with_capacity(ids.len());
        for part in ids.chunks(500) {
            let rows = table::Entity::find()
                .filter(self.also_own(table::Column::Organization))
                .filter(table::Column::Id.is_in(part.iter().map(|id| id.0)))
                .all(&self.tx)
                .await?;
            for row in rows {
                found.push(Connection::try_from(row)?);
            }
        }
        Ok(found)
    }

    /// The connection of an account.
    pub async fn find_connection_of(
        &self,
        tenant: TenantId,
        object: ObjectId,
    ) -> Result<Option<Connection>, StoreError> {
        table::Entity::find()
            .filter(self.mine(table::Column::Organization, table::Column::Customer))
            .filter(table::Column::Tenant.eq(tenant.0))
            .filter(table::Column::Object.eq(object.0))
            .one(&self.tx)
            .await?
            .map(Connection::try_from)
            .transpose()
    }

    /// The connections of some customers, by account.
    pub async fn list_connections(&self, customers: &[CustomerId]) -> Result<Vec<Connection>, StoreError> {
        let mut found = Vec::new();
        for part in customers.chunks(500) {
            let rows = table::Entity::find()
                .filter(self.mine(table::Column::Organization, table::Column::Customer))
                .filter(table::Column::Customer.is_in(part.iter().map(|id| id.0)))
                .order_by_asc(table::Column::AccountKey)
                .all(&self.tx)
                .await?;
            for row in rows {
                found.push(Connection::try_from(row)?);
            }
        }
        Ok(found)
    }

    /// The accounts of some customers with access that works, and its scopes; without what is sealed.
    pub async fn list_working_accounts(&self, customers: &[CustomerId]) -> Result<Vec<WorkingAccount>, StoreError> {
        let mut found = Vec::new();
        for part in customers.chunks(1000) {
            let rows: Vec<(uuid::Uuid, uuid::Uuid, String, String)> = table::Entity::find()
                .select_only()
                .columns([table::Column::Id, table::Column::Customer, table::Column::Account, table::Column::Scopes])
                .filter(self.mine(table::Column::Organization, table::Column::Customer))
                .filter(table::Column::Customer.is_in(part.iter().map(|id| id.0)))
                .filter(table::Column::State.is_in(["working", "doubtful"]))
                .into_tuple()
                .all(&self.tx)
                .await?;
            found.extend(rows.into_iter().map(|(id, customer, account, scopes)| WorkingAccount {
                id: ConnectionId(id),
                customer: CustomerId(customer),
                account,
                scopes,
            }));
        }
        Ok(found)
    }

    /// Customers with a connection that is not well.
    pub async fn customers_needing_attention(&self, limit: u64) -> Result<Vec<CustomerId>, StoreError> {
        let rows: Vec<uuid::Uuid> = table::Entity::find()
            .select_only()
            .column(table::Column::Customer)
            .distinct()
            .filter(self.mine(table::Column::Organization, table::Column::Customer))
            .filter(table::Column::State.is_in(["doubtful", "needs_holder", "ended"]))
            .limit(limit)
            .into_tuple()
            .all(&self.tx)
            .await?;
        Ok(rows.into_iter().map(CustomerId).collect())
    }

    /// Adds a connection.
    pub async fn add_connection(&self, connection: &Connection) -> Result<(), StoreError> {
        let row = table::ActiveModel {
            id: Set(connection.id.0),
            organization: Set(self.own()),
            customer: Set(connection.customer.0),
            tenant: Set(connection.tenant.0),
            object: Set(connection.object.0),
            account: Set(connection.account.clone()),
            account_key: Set(key_of(&connection.account)),
            state: Set(state_text(connection.state).to_owned()),
            refresh_token: Set(connection.refresh_token.0.clone()),
            token_version: Set(connection.token_version),
            scopes: Set(connection.scopes.clone()),
            connected_at: Set(connection.connected_at.0),
            checked_at: Set(connection.checked_at.0),
            failed_at: Set(connection.failed_at.map(|time| time.0)),
            help: Set(help_text(connection.help.as_ref())?),
            leased_until: Set(0),
            epoch: Set(0),
        };
        table::Entity::insert(row).exec_without_returning(&self.tx).await?;
        Ok(())
    }

    /// Writes a connection, if its refresh token is still the one of `token_version`. `false`: another was stored.
    pub async fn update_connection(&self, connection: &Connection, token_version: i64) -> Result<bool, StoreError> {
        let done = table::Entity::update_many()
            .col_expr(table::Column::Customer, Expr::value(connection.customer.0))
            .col_expr(table::Column::Account, Expr::value(connection.account.clone()))
            .col_expr(table::Column::AccountKey, Expr::value(key_of(&connection.account)))
            .col_expr(table::Column::State, Expr::value(state_text(connection.state)))
            .col_expr(table::Column::RefreshToken, Expr::value(connection.refresh_token.0.clone()))
            .col_expr(table::Column::TokenVersion, Expr::value(connection.token_version))
            .col_expr(table::Column::Scopes, Expr::value(connection.scopes.clone()))
            .col_expr(table::Column::ConnectedAt, Expr::value(connection.connected_at.0))
            .col_expr(table::Column::CheckedAt, Expr::value(connection.checked_at.0))
            .col_expr(table::Column::FailedAt, Expr::value(connection.failed_at.map(|time| time.0)))
            .col_expr(table::Column::Help, Expr::value(help_text(connection.help.as_ref())?))
            .filter(self.mine(table::Column::Organization, table::Column::Customer))
            .filter(table::Column::Id.eq(connection.id.0))
            .filter(table::Column::TokenVersion.eq(token_version))
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected == 1)
    }

    /// Takes a connection for one refresh until `until` (milliseconds); gives the epoch that its result must carry.
    /// `None`: somebody else has it, or it is not there.
    pub async fn lease_connection(&self, id: ConnectionId, now: i64, until: i64) -> Result<Option<i64>, StoreError> {
        let done = table::Entity::update_many()
            .col_expr(table::Column::LeasedUntil, until.into())
            .col_expr(table::Column::Epoch, Expr::col(table::Column::Epoch).add(1))
            .filter(self.mine(table::Column::Organization, table::Column::Customer))
            .filter(table::Column::Id.eq(id.0))
            .filter(table::Column::LeasedUntil.lte(now))
            .exec(&self.tx)
            .await?;
        if done.rows_affected != 1 {
            return Ok(None);
        }
        let row = table::Entity::find_by_id(id.0)
            .filter(self.mine(table::Column::Organization, table::Column::Customer))
            .one(&self.tx);
        Ok(row.await?.map(|row| row.epoch))
    }

    /// Gives a leased connection back. `false`: the lease was lost, and the transaction must be dropped.
    pub async fn release_connection(&self, id: ConnectionId, epoch: i64) -> Result<bool, StoreError> {
        let done = table::Entity::update_many()
            .col_expr(table::Column::LeasedUntil, 0.into())
            .filter(self.mine(table::Column::Organization, table::Column::Customer))
            .filter(table::Column::Id.eq(id.0))
            .filter(table::Column::Epoch.eq(epoch))
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected == 1)
    }
}
