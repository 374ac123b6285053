//! Journals: the steps of setting up or cleaning up a tenant, each written down before it is done (§6).
//!
//! At most one journal of an organization runs in a tenant at a time: a unique index sees to it.

use super::{
    Scoped, StoreError,
    entities::{journal_steps as steps, journals as table},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};
use shared::{
    id::{AuthorizationId, CustomerId, JournalId, ObjectId, SignInId, TenantId},
    time::Timestamp,
};

/// What a journal is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JournalKind {
    /// Make or repair the apps of a tenant.
    SetUp,
    /// Take them away.
    Remove,
}

/// Where a journal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JournalState {
    /// Its node works on it.
    Running,
    /// Its node is gone and the administrator's token with it: any administrator of the tenant continues.
    NeedsSignIn,
    /// At its end.
    Done,
    /// It stopped; the sign-in says why.
    Failed,
}

const KINDS: [(JournalKind, &str); 2] = [(JournalKind::SetUp, "set_up"), (JournalKind::Remove, "remove")];
const STATES: [(JournalState, &str); 4] = [
    (JournalState::Running, "running"),
    (JournalState::NeedsSignIn, "needs_sign_in"),
    (JournalState::Done, "done"),
    (JournalState::Failed, "failed"),
];
const BAD: StoreError = StoreError::Unreadable("journal");

fn text_of<T: PartialEq + Copy>(table: &[(T, &'static str)], value: T) -> &'static str {
    table.iter().find(|(one, _)| *one == value).map_or("", |(_, text)| text)
}

/// A journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Journal {
    /// Id.
    pub id: JournalId,
    /// Whose tenant.
    pub customer: CustomerId,
    /// The tenant.
    pub tenant: TenantId,
    /// For which authorization.
    pub authorization: AuthorizationId,
    /// By which sign-in.
    pub sign_in: SignInId,
    /// What it is about.
    pub kind: JournalKind,
    /// Where it stands.
    pub state: JournalState,
    /// The administrator who signed in.
    pub administrator: ObjectId,
    /// When it began.
    pub created_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

/// A step of a journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalStep {
    /// Place in the journal, from 0.
    pub position: i64,
    /// What is done, such as `application`.
    pub code: String,
    /// `intended`, `done` or `failed`.
    pub state: String,
    /// The Entra object that it is about: a kind and an id or name, such as `application:<id>`.
    pub object: Option<String>,
    /// When it was written down.
    pub intended_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

impl TryFrom<table::Model> for Journal {
    type Error = StoreError;
    fn try_from(row: table::Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: JournalId(row.id),
            customer: CustomerId(row.customer),
            tenant: TenantId(row.tenant),
            authorization: AuthorizationId(row.authorization),
            sign_in: SignInId(row.sign_in),
            kind: KINDS.iter().find(|(_, text)| *text == row.kind).ok_or(BAD)?.0,
            state: STATES.iter().find(|(_, text)| *text == row.state).ok_or(BAD)?.0,
            administrator: ObjectId(row.administrator),
            created_at: Timestamp(row.created_at),
            ended_at: row.ended_at.map(Timestamp),
        })
    }
}

impl Scoped {
    /// Adds a running journal. A conflict: another one runs in this tenant.
    pub async fn add_journal(&self, journal: &Journal) -> Result<(), StoreError> {
        let row = table::ActiveModel {
            id: Set(journal.id.0),
            organization: Set(self.own()),
            customer: Set(journal.customer.0),
            tenant: Set(journal.tenant.0),
            authorization: Set(journal.authorization.0),
            sign_in: Set(journal.sign_in.0),
            kind: Set(text_of(&KINDS, journal.kind).to_owned()),
            state: Set(text_of(&STATES, journal.state).to_owned()),
            administrator: Set(journal.administrator.0),
            created_at: Set(journal.created_at.0),
            ended_at: Set(journal.ended_at.map(|time| time.0)),
        };
        table::Entity::insert(row).exec_without_returning(&self.tx).await?;
        Ok(())
    }

    /// A journal.
    pub async fn find_journal(&self, id: JournalId) -> Result<Option<Journal>, StoreError> {
        let own = table::Entity::find_by_id(id.0).filter(table::Column::Organization.eq(self.own()));
        own.one(&self.tx).await?.map(Journal::try_from).transpose()
    }

    /// The journal that runs in a tenant, if one does.
    pub async fn find_running_journal(&self, tenant: TenantId) -> Result<Option<Journal>, StoreError> {
        table::Entity::find()
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::Tenant.eq(tenant.0))
            .filter(table::Column::State.eq("running"))
            .one(&self.tx)
            .await?
            .map(Journal::try_from)
            .transpose()
    }

    /// The journals of a tenant, newest first.
    pub async fn list_journals(&self, tenant: TenantId, limit: u64) -> Result<Vec<Journal>, StoreError> {
        let rows = table::Entity::find()
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::Tenant.eq(tenant.0))
            .order_by_desc(table::Column::Id)
            .limit(limit)
            .all(&self.tx)
            .await?;
        rows.into_iter().map(Journal::try_from).collect()
    }

    /// Ends a running journal. `false`: it was not running any more.
    pub async fn end_journal(&self, id: JournalId, state: JournalState, now: Timestamp) -> Result<bool, StoreError> {
        let done = table::Entity::update_many()
            .col_expr(table::Column::State, Expr::value(text_of(&STATES, state)))
            .col_expr(table::Column::EndedAt, Expr::value(now.0))
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::Id.eq(id.0))
            .filter(table::Column::State.eq("running"))
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected == 1)
    }

    /// Writes a step down before it is done.
    pub async fn add_journal_step(&self, journal: JournalId, step: &JournalStep) -> Result<(), StoreError> {
        let row = steps::ActiveModel {
            organization: Set(self.own()),
            journal: Set(journal.0),
            position: Set(step.position),
            code: Set(step.code.clone()),
            state: Set(step.state.clone()),
            object: Set(step.object.clone()),
            intended_at: Set(step.intended_at.0),
            ended_at: Set(step.ended_at.map(|time| time.0)),
        };
        steps::Entity::insert(row).exec_without_returning(&self.tx).await?;
        Ok(())
    }

    /// Notes how a step ended, and the object that it was about.
    pub async fn end_journal_step(&self, journal: JournalId, step: &JournalStep) -> Result<bool, StoreError> {
        let done = steps::Entity::update_many()
            .col_expr(steps::Column::State, Expr::value(step.state.clone()))
            .col_expr(steps::Column::Object, Expr::value(step.object.clone()))
            .col_expr(steps::Column::EndedAt, Expr::value(step.ended_at.map(|time| time.0)))
            .filter(steps::Column::Organization.eq(self.own()))
            .filter(steps::Column::Journal.eq(journal.0))
            .filter(steps::Column::Position.eq(step.position))
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected == 1)
    }

    /// The steps of a journal, in order.
    pub async fn list_journal_steps(&self, journal: JournalId) -> Result<Vec<JournalStep>, StoreError> {
        let rows = steps::Entity::find()
            .filter(steps::Column::Organization.eq(self.own()))
            .filter(steps::Column::Journal.eq(journal.0))
            .order_by_asc(steps::Column::Position)
            .all(&self.tx)
            .await?;
        Ok(rows
            .into_iter()
            .map(|row| JournalStep {
                position: row.position,
                code: row.code,
                state: row.state,
                object: row.object,
                intended_at: Timestamp(row.intended_at),
                ended_at: row.ended_at.map(Timestamp),
            })
            .collect())
    }
}
