//! Taking a customer away, with everything that is only its own.
//!
//! A new table that names a customer is cleared here, too. What stays: audit events, the stream of changed methods, and what
//! channels were told; ids in keys, channels and invitations reach nothing any more.

use super::table;
use crate::store::{
    Scoped, StoreError,
    entities::{
        apps, attempts, authorizations, backup_sets, certificates, connect_links, connections, customer_links,
        embed_popups, embed_sessions, journal_steps, journals, member_customers, notices, restores, sign_in_sets,
        sign_ins, token_counts,
    },
};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{LockType, SelectStatement},
};
use shared::id::CustomerId;

/// Rows of a table whose `$column` is one of `$of`.
macro_rules! clear {
    ($self:ident, $table:ident, $column:ident, $of:expr) => {
        $table::Entity::delete_many()
            .filter($table::Column::Organization.eq($self.own()))
            .filter($table::Column::$column.in_subquery($of))
            .exec(&$self.tx)
            .await?
    };
}

/// The ids of a table's rows of a customer.
macro_rules! ids {
    ($self:ident, $table:ident, $customer:ident) => {
        $table::Entity::find()
            .select_only()
            .column($table::Column::Id)
            .filter($table::Column::Organization.eq($self.own()))
            .filter($table::Column::Customer.eq($customer.0))
            .into_query()
    };
}

/// Rows of a table that name the customer.
macro_rules! clear_own {
    ($self:ident, $table:ident, $customer:ident) => {
        $table::Entity::delete_many()
            .filter($table::Column::Organization.eq($self.own()))
            .filter($table::Column::Customer.eq($customer.0))
            .exec(&$self.tx)
            .await?
            .rows_affected
    };
}

impl Scoped {
    /// Holds customers until the end of the transaction, so that none is taken away before. `false`: one is gone already.
    pub async fn hold_customers(&self, ids: &[CustomerId]) -> Result<bool, StoreError> {
        self.lock_customers(ids, LockType::KeyShare).await
    }

    /// Holds a customer until the end of the transaction, so that nothing is made for it meanwhile. `false`: it is gone.
    pub async fn hold_customer_alone(&self, id: CustomerId) -> Result<bool, StoreError> {
        self.lock_customers(&[id], LockType::Update).await
    }

    async fn lock_customers(&self, ids: &[CustomerId], lock: LockType) -> Result<bool, StoreError> {
        for part in ids.chunks(1000) {
            let found: Vec<uuid::Uuid> = table::Entity::find()
                .select_only()
                .column(table::Column::Id)
                .filter(self.mine(table::Column::Organization, table::Column::Id))
                .filter(table::Column::Id.is_in(part.iter().map(|id| id.0)))
                .lock(lock)
                .into_tuple()
                .all(&self.tx)
                .await?;
            if found.len() != part.len() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Takes a customer away with everything that is only its own; gives how many backup sets went.
    pub async fn remove_customer(&self, id: CustomerId) -> Result<u64, StoreError> {
        let of_authorizations = || ids!(self, authorizations, id);
        let sign_ins_of: SelectStatement = sign_ins::Entity::find()
            .select_only()
            .column(sign_ins::Column::Id)
            .filter(sign_ins::Column::Organization.eq(self.own()))
            .filter(sign_ins::Column::Authorization.in_subquery(of_authorizations()))
            .into_query();
        clear!(self, sign_in_sets, SignIn, sign_ins_of);
        clear!(self, attempts, Authorization, of_authorizations());
        clear!(self, connect_links, Authorization, of_authorizations());
        clear!(self, sign_ins, Authorization, of_authorizations());
        clear!(self, journal_steps, Journal, ids!(self, journals, id));
        clear_own!(self, journals, id);
        clear_own!(self, authorizations, id);
        clear!(self, token_counts, Connection, ids!(self, apps, id));
        clear!(self, token_counts, Connection, ids!(self, connections, id));
        clear!(self, certificates, App, ids!(self, apps, id));
        clear_own!(self, apps, id);
        clear_own!(self, connections, id);
        clear_own!(self, restores, id);
        clear_own!(self, notices, id);
        clear!(self, embed_popups, EmbedSession, ids!(self, embed_sessions, id));
        clear_own!(self, embed_sessions, id);
        clear_own!(self, customer_links, id);
        clear_own!(self, member_customers, id);
        let sets = clear_own!(self, backup_sets, id);
        table::Entity::delete_many()
            .filter(self.mine(table::Column::Organization, table::Column::Id))
            .filter(table::Column::Id.eq(id.0))
            .exec(&self.tx)
            .await?;
        Ok(sets)
    }
}
