//! Notices: what the portal warns of. One of each kind, subject and stage: a unique index sees to it.

use super::{Scoped, StoreError, entities::notices as table};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, OnConflict},
};
use shared::{api::notices::NoticeKind, id::CustomerId, time::Timestamp};
use uuid::Uuid;

/// A notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Id.
    pub id: Uuid,
    /// What it is about.
    pub kind: NoticeKind,
    /// Whose, where it is a customer's.
    pub customer: Option<CustomerId>,
    /// The certificate, connection, key or channel.
    pub subject: Uuid,
    /// For certificates: how many days before the end. Otherwise 0.
    pub stage: i64,
    /// What happened.
    pub title: String,
    /// Why, and what to do.
    pub text: String,
    /// When.
    pub created_at: Timestamp,
    /// When it was settled.
    pub resolved_at: Option<Timestamp>,
}

impl TryFrom<table::Model> for Notice {
    type Error = StoreError;
    fn try_from(row: table::Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            kind: NoticeKind::parse(&row.kind).ok_or(StoreError::Unreadable("notice"))?,
            customer: row.customer.map(CustomerId),
            subject: row.subject,
            stage: row.stage,
            title: row.title,
            text: row.text,
            created_at: Timestamp(row.created_at),
            resolved_at: row.resolved_at.map(Timestamp),
        })
    }
}

impl Scoped {
    /// Adds a notice. `false`: there is one of this kind, subject and stage.
    pub async fn add_notice(&self, notice: &Notice) -> Result<bool, StoreError> {
        let row = table::ActiveModel {
            id: Set(notice.id),
            organization: Set(self.own()),
            customer: Set(notice.customer.map(|id| id.0)),
            kind: Set(notice.kind.as_str().to_owned()),
            subject: Set(notice.subject),
            stage: Set(notice.stage),
            title: Set(notice.title.clone()),
            text: Set(notice.text.clone()),
            created_at: Set(notice.created_at.0),
            resolved_at: Set(notice.resolved_at.map(|time| time.0)),
        };
        let once = [table::Column::Organization, table::Column::Kind, table::Column::Subject, table::Column::Stage];
        let added = table::Entity::insert(row)
            .on_conflict(OnConflict::columns(once).do_nothing().to_owned())
            .exec_without_returning(&self.tx)
            .await?;
        Ok(added == 1)
    }

    /// A notice.
    pub async fn find_notice(&self, id: Uuid) -> Result<Option<Notice>, StoreError> {
        let own = table::Entity::find_by_id(id).filter(self.mine(table::Column::Organization, table::Column::Customer));
        own.one(&self.tx).await?.map(Notice::try_from).transpose()
    }

    /// The notice of a kind, subject and stage.
    pub async fn find_notice_of(
        &self,
        kind: NoticeKind,
        subject: Uuid,
        stage: i64,
    ) -> Result<Option<Notice>, StoreError> {
        table::Entity::find()
            .filter(self.mine(table::Column::Organization, table::Column::Customer))
            .filter(table::Column::Kind.eq(kind.as_str()))
            .filter(table::Column::Subject.eq(subject))
            .filter(table::Column::Stage.eq(stage))
            .one(&self.tx)
            .await?
            .map(Notice::try_from)
            .transpose()
    }

    /// Notices, newest first, before a position; the open ones only, or all.
    pub async fn list_notices(&self, all: bool, before: Option<Uuid>, limit: u64) -> Result<Vec<Notice>, StoreError> {
        let mut select = table::Entity::find().filter(self.mine(table::Column::Organization, table::Column::Customer));
        if !all {
            select = select.filter(table::Column::ResolvedAt.is_null());
        }
        if let Some(before) = before {
            select = select.filter(table::Column::Id.lt(before));
        }
        let rows = select.order_by_desc(table::Column::Id).limit(limit).all(&self.tx).await?;
        rows.into_iter().map(Notice::try_from).collect()
    }

    /// Settles an open notice. `false`: it was not open.
    pub async fn resolve_notice(&self, id: Uuid, now: Timestamp) -> Result<bool, StoreError> {
        let done = table::Entity::update_many()
            .col_expr(table::Column::ResolvedAt, Expr::value(now.0))
            .filter(self.mine(table::Column::Organization, table::Column::Customer))
            .filter(table::Column::Id.eq(id))
            .filter(table::Column::ResolvedAt.is_null())
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected == 1)
    }

    /// Settles every open notice of a kind and subject; gives how many.
    pub async fn resolve_notices_of(&self, kind: NoticeKind, subject: Uuid, now: Timestamp) -> Result<u64, StoreError> {
        let done = table::Entity::update_many()
            .col_expr(table::Column::ResolvedAt, Expr::value(now.0))
            .filter(self.mine(table::Column::Organization, table::Column::Customer))
            .filter(table::Column::Kind.eq(kind.as_str()))
            .filter(table::Column::Subject.eq(subject))
            .filter(table::Column::ResolvedAt.is_null())
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected)
    }

    /// Removes a notice: the same trouble came again and is a new notice. What was on its way about it is not sent.
    pub async fn remove_notice(&self, id: Uuid) -> Result<bool, StoreError> {
        let gone = table::Entity::delete_many()
            .filter(self.mine(table::Column::Organization, table::Column::Customer))
            .filter(table::Column::Id.eq(id))
            .exec(&self.tx)
            .await?;
        Ok(gone.rows_affected == 1)
    }
}
