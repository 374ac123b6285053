//! Background work: rows claimed with a lease and an epoch (security.md §5.3).
//!
//! A claim moves `due` to the lease's end and `epoch` up by one, so that a dead worker's row comes back by itself and
//! its late writes find another epoch.

use super::{Outside, StoreError, entities::work as table, organizations::standing};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, LockBehavior, LockType, OnConflict},
};
use shared::id::OrganizationId;
use uuid::Uuid;

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkKind {
    /// Carry a Save to its end. Subject: the attempt.
    Save,
    /// Keep a delegated connection alive. Subject: the connection.
    Heartbeat,
    /// A set-up that its own node carries out; due only once that node is gone. Subject: the attempt.
    SetUp,
    /// Renew the certificate of an app. Subject: the app.
    Renew,
    /// Take a replaced certificate off its app. Subject: the certificate.
    RemoveKey,
    /// Remind of a certificate's end. Subject: the certificate.
    Remind,
    /// See whether an app is well. Subject: the app.
    Probe,
    /// Send an event through a channel. Subject: the delivery.
    Deliver,
    /// Send an invitation by mail. Subject: the link.
    Invite,
    /// Tell a customer's contact what was connected. Subject: the sign-in.
    Receipt,
    /// Do what a wave does by itself. Subject: the wave.
    Wave,
    /// See whether an administrator has granted an app its permissions at Microsoft. Subject: the attempt.
    Consent,
    /// Say that access for a set-up is left in a tenant, once nobody here can remove it. Subject: the customer.
    CleanUp,
}

const KINDS: [(WorkKind, &str); 13] = [
    (WorkKind::Save, "save"),
    (WorkKind::Heartbeat, "heartbeat"),
    (WorkKind::SetUp, "set_up"),
    (WorkKind::Renew, "renew"),
    (WorkKind::RemoveKey, "remove_key"),
    (WorkKind::Remind, "remind"),
    (WorkKind::Probe, "probe"),
    (WorkKind::Deliver, "deliver"),
    (WorkKind::Invite, "invite"),
    (WorkKind::Receipt, "receipt"),
    (WorkKind::Wave, "wave"),
    (WorkKind::Consent, "consent"),
    (WorkKind::CleanUp, "clean_up"),
];

impl WorkKind {
    fn as_str(self) -> &'static str {
        KINDS.iter().find(|(kind, _)| *kind == self).map_or("", |(_, text)| text)
    }

    fn parse(text: &str) -> Result<Self, StoreError> {
        KINDS.iter().find(|(_, known)| *known == text).map(|(kind, _)| *kind).ok_or(StoreError::Unreadable("work"))
    }
}

/// A claimed row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Work {
    /// Id.
    pub id: Uuid,
    /// What.
    pub kind: WorkKind,
    /// Whose.
    pub organization: OrganizationId,
    /// About what.
    pub subject: Uuid,
    /// Counts the claims; a write with an older epoch is refused.
    pub epoch: i64,
    /// Tries so far, this one apart.
    pub attempts: i64,
}

/// New work.
#[derive(Debug, Clone, Copy)]
pub struct NewWork {
    /// Id.
    pub id: Uuid,
    /// What.
    pub kind: WorkKind,
    /// Whose.
    pub organization: OrganizationId,
    /// About what; one row for each kind and subject.
    pub subject: Uuid,
    /// When, milliseconds since 1970-01-01T00:00:00Z.
    pub due: i64,
}

/// Adds work, or makes the row that is there due at the new time.
pub async fn add(at: &impl Outside, work: NewWork) -> Result<(), StoreError> {
    add_each(at, &[work]).await
}

/// The same for several, each of another kind or subject.
pub async fn add_each(at: &impl Outside, all: &[NewWork]) -> Result<(), StoreError> {
    let again = OnConflict::columns([table::Column::Kind, table::Column::Subject])
        .update_columns([table::Column::Due, table::Column::Attempts])
        .value(table::Column::Epoch, Expr::col((table::Entity, table::Column::Epoch)).add(1))
        .to_owned();
    for part in all.chunks(100) {
        let rows = part.iter().map(row);
        table::Entity::insert_many(rows).on_conflict(again.clone()).exec_without_returning(at.connection()).await?;
    }
    Ok(())
}

fn row(work: &NewWork) -> table::ActiveModel {
    table::ActiveModel {
        id: Set(work.id),
        kind: Set(work.kind.as_str().to_owned()),
        organization: Set(work.organization.0),
        subject: Set(work.subject),
        due: Set(work.due),
        epoch: Set(0),
        attempts: Set(0),
    }
}

/// Adds new work, many rows at once: their subjects are new too.
pub async fn add_new(at: &impl Outside, all: &[NewWork]) -> Result<(), StoreError> {
    for part in all.chunks(100) {
        table::Entity::insert_many(part.iter().map(row)).exec_without_returning(at.connection()).await?;
    }
    Ok(())
}

/// Work that this program can carry out. While nodes are brought up to date one after the other, a newer one may add kinds that
/// this one leaves to it.
fn known() -> sea_orm::Condition {
    let known = table::Column::Kind.is_in(KINDS.map(|(_, text)| text));
    sea_orm::Condition::all().add(known).add(standing(table::Column::Organization))
}

/// Claims up to `count` due rows until `now + lease` (milliseconds).
pub async fn claim(at: &impl Outside, now: i64, lease: i64, count: u64) -> Result<Vec<Work>, StoreError> {
    let rows = table::Entity::find()
        .filter(table::Column::Due.lte(now))
        .filter(known())
        .order_by_asc(table::Column::Due)
        .limit(count)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .all(at.connection())
        .await?;
    let mut claimed = Vec::with_capacity(rows.len());
    for row in rows {
        let taken = table::Entity::update_many()
            .col_expr(table::Column::Due, (now + lease).into())
            .col_expr(table::Column::Epoch, (row.epoch + 1).into())
            .filter(table::Column::Id.eq(row.id))
            .filter(table::Column::Epoch.eq(row.epoch))
            .exec(at.connection())
            .await?;
        if taken.rows_affected == 1 {
            claimed.push(Work {
                id: row.id,
                kind: WorkKind::parse(&row.kind)?,
                organization: OrganizationId(row.organization),
                subject: row.subject,
                epoch: row.epoch + 1,
                attempts: row.attempts,
            });
        }
    }
    Ok(claimed)
}

/// The row of a kind and subject, as if claimed: for the node that added it in this transaction.
pub async fn find_held(at: &impl Outside, kind: WorkKind, subject: Uuid) -> Result<Option<Work>, StoreError> {
    let row = table::Entity::find()
        .filter(table::Column::Kind.eq(kind.as_str()))
        .filter(table::Column::Subject.eq(subject))
        .one(at.connection())
        .await?;
    Ok(row.map(|row| Work {
        id: row.id,
        kind,
        organization: OrganizationId(row.organization),
        subject: row.subject,
        epoch: row.epoch,
        attempts: row.attempts,
    }))
}

/// When the next row is due (milliseconds), if there is one.
pub async fn next_due(at: &impl Outside) -> Result<Option<i64>, StoreError> {
    let row = table::Entity::find().filter(known()).order_by_asc(table::Column::Due).one(at.connection()).await?;
    Ok(row.map(|row| row.due))
}

/// The row of a kind and subject: when it is due (milliseconds) and how many tries there were.
pub async fn find(at: &impl Outside, kind: WorkKind, subject: Uuid) -> Result<Option<(i64, i64)>, StoreError> {
    let row = table::Entity::find()
        .filter(table::Column::Kind.eq(kind.as_str()))
        .filter(table::Column::Subject.eq(subject))
        .one(at.connection())
        .await?;
    Ok(row.map(|row| (row.due, row.attempts)))
}

/// Takes work away that is not needed any more, whoever holds it. `false`: there was none.
pub async fn remove(at: &impl Outside, kind: WorkKind, subject: Uuid) -> Result<bool, StoreError> {
    let gone = table::Entity::delete_many()
        .filter(table::Column::Kind.eq(kind.as_str()))
        .filter(table::Column::Subject.eq(subject))
        .exec(at.connection())
        .await?;
    Ok(gone.rows_affected == 1)
}

/// Ends claimed work. `false`: the claim was lost, and the transaction must be dropped.
pub async fn finish(at: &impl Outside, work: &Work) -> Result<bool, StoreError> {
    let gone = table::Entity::delete_many()
        .filter(table::Column::Id.eq(work.id))
        .filter(table::Column::Epoch.eq(work.epoch))
        .exec(at.connection())
        .await?;
    Ok(gone.rows_affected == 1)
}

/// Puts claimed work off to `due` (milliseconds). `false`: the claim was lost, and the transaction must be dropped.
pub async fn postpone(at: &impl Outside, work: &Work, due: i64, attempts: i64) -> Result<bool, StoreError> {
    let moved = table::Entity::update_many()
        .col_expr(table::Column::Due, due.into())
        .col_expr(table::Column::Attempts, attempts.into())
        .filter(table::Column::Id.eq(work.id))
        .filter(table::Column::Epoch.eq(work.epoch))
        .exec(at.connection())
        .await?;
    Ok(moved.rows_affected == 1)
}
