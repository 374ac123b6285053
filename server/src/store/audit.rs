//! The audit log: rows that commit with the change, sealed afterwards in batches that chain (L1, L2).

use super::{
    Scoped, StoreError,
    entities::{audit as table, audit_batches as batches, audit_names as names},
    organizations::Counter,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{CaseStatement, Expr, OnConflict},
};
use shared::time::Timestamp;
use std::collections::HashMap;
use uuid::Uuid;

/// An event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Id, sorts by time.
    pub id: Uuid,
    /// Place in the chain; `None` until sealed.
    pub sequence: Option<i64>,
    /// When.
    pub at: Timestamp,
    /// Stable name of the event.
    pub event: String,
    /// Reference of who did it: its name is in the side table.
    pub actor: String,
    /// Kind and id of what it was about.
    pub subject: String,
    /// A word more: codes and numbers, never names.
    pub detail: String,
}

/// A sealed batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditBatch {
    /// Number, from 1.
    pub batch: i64,
    /// Its first row.
    pub first_sequence: i64,
    /// Its last row.
    pub last_sequence: i64,
    /// The hash before.
    pub previous: Vec<u8>,
    /// Covers the rows and the hash before.
    pub hash: Vec<u8>,
    /// Id of the master key from which the chain's key was made.
    pub key: String,
    /// When.
    pub sealed_at: Timestamp,
    /// The same without a key, for whoever has none; `None` in batches of older versions until the next sealing.
    pub digest: Option<Vec<u8>>,
}

impl From<table::Model> for AuditRow {
    fn from(row: table::Model) -> Self {
        Self {
            id: row.id,
            sequence: row.sequence,
            at: Timestamp(row.at),
            event: row.event,
            actor: row.actor,
            subject: row.subject,
            detail: row.detail,
        }
    }
}

impl From<batches::Model> for AuditBatch {
    fn from(row: batches::Model) -> Self {
        Self {
            batch: row.batch,
            first_sequence: row.first_sequence,
            last_sequence: row.last_sequence,
            previous: row.previous,
            hash: row.hash,
            key: row.key,
            sealed_at: Timestamp(row.sealed_at),
            digest: row.digest,
        }
    }
}

impl Scoped {
    /// Adds an event to this transaction. `name` is kept beside, for display, and can be erased.
    pub async fn add_audit(&self, row: &AuditRow, name: &str) -> Result<(), StoreError> {
        self.add_audit_each(&[(row, name)]).await
    }

    /// The same for several, each of another actor.
    pub async fn add_audit_each(&self, all: &[(&AuditRow, &str)]) -> Result<(), StoreError> {
        let again = OnConflict::columns([names::Column::Organization, names::Column::Reference])
            .update_column(names::Column::Name)
            .to_owned();
        for part in all.chunks(100) {
            let events = part.iter().map(|(row, _)| table::ActiveModel {
                id: Set(row.id),
                organization: Set(self.own()),
                sequence: Set(None),
                at: Set(row.at.0),
                event: Set(row.event.clone()),
                actor: Set(row.actor.clone()),
                subject: Set(row.subject.clone()),
                detail: Set(row.detail.clone()),
            });
            table::Entity::insert_many(events).exec_without_returning(&self.tx).await?;
            let named = part.iter().filter(|(_, name)| !name.is_empty()).map(|(row, name)| names::ActiveModel {
                organization: Set(self.own()),
                reference: Set(row.actor.clone()),
                name: Set((*name).to_owned()),
            });
            let named: Vec<_> = named.collect();
            if !named.is_empty() {
                names::Entity::insert_many(named).on_conflict(again.clone()).exec_without_returning(&self.tx).await?;
            }
        }
        Ok(())
    }

    /// Events, newest first, before a position, each with its actor's name.
    pub async fn list_audit(&self, before: Option<Uuid>, limit: u64) -> Result<Vec<(AuditRow, String)>, StoreError> {
        let mut select = table::Entity::find().filter(table::Column::Organization.eq(self.own()));
        if let Some(before) = before {
            select = select.filter(table::Column::Id.lt(before));
        }
        let rows = select.order_by_desc(table::Column::Id).limit(limit).all(&self.tx).await?;
        let known = names::Entity::find()
            .filter(names::Column::Organization.eq(self.own()))
            .filter(names::Column::Reference.is_in(rows.iter().map(|row| row.actor.clone())))
            .all(&self.tx)
            .await?;
        let name_of = |reference: &str| {
            known
                .iter()
                .find(|row| row.reference == reference)
                .map_or_else(|| reference.to_owned(), |row| row.name.clone())
        };
        Ok(rows.into_iter().map(|row| (name_of(&row.actor), row)).map(|(name, row)| (row.into(), name)).collect())
    }

    /// Events that are not sealed yet, oldest first.
    pub async fn list_unsealed_audit(&self, limit: u64) -> Result<Vec<AuditRow>, StoreError> {
        let rows = table::Entity::find()
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::Sequence.is_null())
            .order_by_asc(table::Column::Id)
            .limit(limit)
            .all(&self.tx)
            .await?;
        Ok(rows.into_iter().map(AuditRow::from).collect())
    }

    /// Takes the next places in the chain; holds the organization's row until the end, so that one sealer works at a time.
    pub async fn take_audit_sequences(&self, count: i64) -> Result<i64, StoreError> {
        self.take_numbers(Counter::Audit, count).await
    }

    /// Gives rows their places one after the other, from `first` on; gives how many had none before.
    pub async fn update_audit_sequences(&self, ids: &[Uuid], first: i64) -> Result<u64, StoreError> {
        let mut places = ids.iter().zip(first..);
        let mut updated = 0;
        loop {
            let part: Vec<_> = places.by_ref().take(100).collect();
            if part.is_empty() {
                return Ok(updated);
            }
            let place = part.iter().fold(CaseStatement::new(), |case, (id, place)| {
                case.case(table::Column::Id.eq(**id), Expr::val(*place))
            });
            let done = table::Entity::update_many()
                .col_expr(table::Column::Sequence, place.into())
                .filter(table::Column::Organization.eq(self.own()))
                .filter(table::Column::Id.is_in(part.iter().map(|(id, _)| **id)))
                .filter(table::Column::Sequence.is_null())
                .exec(&self.tx)
                .await?;
            updated += done.rows_affected;
        }
    }

    /// The last batch.
    pub async fn find_last_audit_batch(&self) -> Result<Option<AuditBatch>, StoreError> {
        let row = batches::Entity::find()
            .filter(batches::Column::Organization.eq(self.own()))
            .order_by_desc(batches::Column::Batch)
            .one(&self.tx)
            .await?;
        Ok(row.map(AuditBatch::from))
    }

    /// Adds a batch.
    pub async fn add_audit_batch(&self, batch: &AuditBatch) -> Result<(), StoreError> {
        let row = batches::ActiveModel {
            organization: Set(self.own()),
            batch: Set(batch.batch),
            first_sequence: Set(batch.first_sequence),
            last_sequence: Set(batch.last_sequence),
            previous: Set(batch.previous.clone()),
            hash: Set(batch.hash.clone()),
            key: Set(batch.key.clone()),
            sealed_at: Set(batch.sealed_at.0),
            digest: Set(batch.digest.clone()),
        };
        batches::Entity::insert(row).exec_without_returning(&self.tx).await?;
        Ok(())
    }

    /// Gives a batch of an older version its digest. `false`: it has one.
    pub async fn update_audit_digest(&self, batch: i64, digest: &[u8]) -> Result<bool, StoreError> {
        let done = batches::Entity::update_many()
            .col_expr(batches::Column::Digest, Expr::value(digest.to_vec()))
            .filter(batches::Column::Organization.eq(self.own()))
            .filter(batches::Column::Batch.eq(batch))
            .filter(batches::Column::Digest.is_null())
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected == 1)
    }

    /// The first and the last batch with events of a time, `until` not included; `None`: there are none.
    pub async fn find_audit_batches_of(
        &self,
        since: Option<Timestamp>,
        until: Option<Timestamp>,
    ) -> Result<Option<(i64, i64)>, StoreError> {
        let mut select = table::Entity::find()
            .select_only()
            .column_as(table::Column::Sequence.min(), "first")
            .column_as(table::Column::Sequence.max(), "last")
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::Sequence.is_not_null());
        if let Some(since) = since {
            select = select.filter(table::Column::At.gte(since.0));
        }
        if let Some(until) = until {
            select = select.filter(table::Column::At.lt(until.0));
        }
        let found: Option<(Option<i64>, Option<i64>)> = select.into_tuple().one(&self.tx).await?;
        let Some((Some(first), Some(last))) = found else { return Ok(None) };
        let rows: Vec<i64> = batches::Entity::find()
            .select_only()
            .column(batches::Column::Batch)
            .filter(batches::Column::Organization.eq(self.own()))
            .filter(batches::Column::LastSequence.gte(first))
            .filter(batches::Column::FirstSequence.lte(last))
            .order_by_asc(batches::Column::Batch)
            .into_tuple()
            .all(&self.tx)
            .await?;
        Ok(rows.first().copied().zip(rows.last().copied()))
    }

    /// The names of actors, by reference: what was not erased.
    pub async fn find_audit_names(&self, references: &[String]) -> Result<HashMap<String, String>, StoreError> {
        let mut found = HashMap::new();
        for part in references.chunks(200) {
            let rows = names::Entity::find()
                .filter(names::Column::Organization.eq(self.own()))
                .filter(names::Column::Reference.is_in(part.iter().cloned()))
                .all(&self.tx)
                .await?;
            found.extend(rows.into_iter().map(|row| (row.reference, row.name)));
        }
        Ok(found)
    }

    /// Batches after a number, in order.
    pub async fn list_audit_batches(&self, after: i64, limit: u64) -> Result<Vec<AuditBatch>, StoreError> {
        let rows = batches::Entity::find()
            .filter(batches::Column::Organization.eq(self.own()))
            .filter(batches::Column::Batch.gt(after))
            .order_by_asc(batches::Column::Batch)
            .limit(limit)
            .all(&self.tx)
            .await?;
        Ok(rows.into_iter().map(AuditBatch::from).collect())
    }

    /// Sealed rows from one place to another, both included, in order.
    pub async fn list_sealed_audit(&self, first: i64, last: i64) -> Result<Vec<AuditRow>, StoreError> {
        let rows = table::Entity::find()
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::Sequence.between(first, last))
            .order_by_asc(table::Column::Sequence)
            .all(&self.tx)
            .await?;
        Ok(rows.into_iter().map(AuditRow::from).collect())
    }

    /// How many rows have a place in the chain.
    pub async fn count_sealed_audit(&self) -> Result<u64, StoreError> {
        use sea_orm::PaginatorTrait;
        Ok(table::Entity::find()
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::Sequence.is_not_null())
            .count(&self.tx)
            .await?)
    }
}
