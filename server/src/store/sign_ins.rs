//! The queue of sign-ins of an authorization, and the sets that each covers.

use super::{
    Scoped, StoreError,
    backup_sets::BackupSet,
    count_updated,
    customers::key_of,
    entities::{backup_sets, sign_in_sets as sets, sign_ins as table},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, OnConflict},
};
use shared::{
    api::{
        authorizations::{SignInState, StepView},
        problem::Help,
    },
    id::{AuthorizationId, BackupSetId, ConnectionId, SignInId, WaveId},
    method::Method,
    time::Timestamp,
};

/// One person's part of an authorization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// Id.
    pub id: SignInId,
    /// Of which authorization.
    pub authorization: AuthorizationId,
    /// Place in the queue, from 0.
    pub position: i64,
    /// The account whose holder signs in.
    pub account: String,
    /// Where it stands.
    pub state: SignInState,
    /// Who signed in: for display.
    pub signed_in_as: Option<String>,
    /// The work as steps.
    pub steps: Vec<StepView>,
    /// What went wrong last.
    pub problem: Option<Help>,
    /// The administrator's link, while an approval is awaited.
    pub approval_url: Option<String>,
    /// A connection that is there already.
    pub connection: Option<ConnectionId>,
    /// When the sets changed.
    pub done_at: Option<Timestamp>,
}

/// A set as it was when the sign-in was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInSet {
    /// Of which sign-in.
    pub sign_in: SignInId,
    /// The set.
    pub backup_set: BackupSetId,
    /// Its name.
    pub name: String,
    /// Its method.
    pub method: Method,
    /// Its version.
    pub version: i64,
}

impl SignIn {
    /// One that waits for its signer, who may have a connection already.
    pub const fn waiting(
        id: SignInId,
        authorization: AuthorizationId,
        position: i64,
        account: String,
        connection: Option<ConnectionId>,
    ) -> Self {
        Self {
            id,
            authorization,
            position,
            account,
            state: SignInState::Waiting,
            signed_in_as: None,
            steps: Vec::new(),
            problem: None,
            approval_url: None,
            connection,
            done_at: None,
        }
    }
}

impl SignInSet {
    /// A set as it is now.
    pub fn of(sign_in: SignInId, set: &BackupSet) -> Self {
        Self { sign_in, backup_set: set.id, name: set.name.clone(), method: set.method, version: set.version }
    }
}

impl TryFrom<sets::Model> for SignInSet {
    type Error = StoreError;
    fn try_from(row: sets::Model) -> Result<Self, StoreError> {
        Ok(Self {
            sign_in: SignInId(row.sign_in),
            backup_set: BackupSetId(row.backup_set),
            name: row.name,
            method: Method::parse(&row.method).ok_or(StoreError::Unreadable("method"))?,
            version: row.version,
        })
    }
}

const STATES: [(SignInState, &str); 8] = [
    (SignInState::Waiting, "waiting"),
    (SignInState::Working, "working"),
    (SignInState::ConsentNeeded, "consent_needed"),
    (SignInState::ApprovalNeeded, "approval_needed"),
    (SignInState::ClaimsNeeded, "claims_needed"),
    (SignInState::Failed, "failed"),
    (SignInState::Done, "done"),
    (SignInState::Cancelled, "cancelled"),
];

pub(super) fn state_text(state: SignInState) -> &'static str {
    STATES.iter().find(|(value, _)| *value == state).map_or("waiting", |(_, text)| text)
}

fn json<T: serde::Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|_| StoreError::Unreadable("sign-in"))
}

impl TryFrom<table::Model> for SignIn {
    type Error = StoreError;
    fn try_from(row: table::Model) -> Result<Self, StoreError> {
        let bad = || StoreError::Unreadable("sign-in");
        Ok(Self {
            id: SignInId(row.id),
            authorization: AuthorizationId(row.authorization),
            position: row.position,
            account: row.account,
            state: STATES.iter().find(|(_, text)| *text == row.state).ok_or_else(bad)?.0,
            signed_in_as: row.signed_in_as,
            steps: serde_json::from_str(&row.steps).map_err(|_| bad())?,
            problem: row.problem.as_deref().map(|text| serde_json::from_str(text).map_err(|_| bad())).transpose()?,
            approval_url: row.approval_url,
            connection: row.connection.map(ConnectionId),
            done_at: row.done_at.map(Timestamp),
        })
    }
}

fn row(
    organization: uuid::Uuid,
    sign_in: &SignIn,
    wave: Option<WaveId>,
    sets: u64,
) -> Result<table::ActiveModel, StoreError> {
    Ok(table::ActiveModel {
        id: Set(sign_in.id.0),
        organization: Set(organization),
        authorization: Set(sign_in.authorization.0),
        position: Set(sign_in.position),
        account: Set(sign_in.account.clone()),
        account_key: Set(key_of(&sign_in.account)),
        state: Set(state_text(sign_in.state).to_owned()),
        signed_in_as: Set(sign_in.signed_in_as.clone()),
        steps: Set(json(&sign_in.steps)?),
        problem: Set(sign_in.problem.as_ref().map(json).transpose()?),
        approval_url: Set(sign_in.approval_url.clone()),
        connection: Set(sign_in.connection.map(|id| id.0)),
        done_at: Set(sign_in.done_at.map(|time| time.0)),
        wave: Set(wave.map(|wave| wave.0)),
        sets: Set(i64::try_from(sets).unwrap_or(i64::MAX)),
    })
}

impl Scoped {
    /// Adds a sign-in with its sets.
    pub async fn add_sign_in(&self, sign_in: &SignIn, covered: &[SignInSet]) -> Result<(), StoreError> {
        table::Entity::insert(row(self.own(), sign_in, None, 0)?).exec_without_returning(&self.tx).await?;
        self.add_sign_in_sets(covered).await
    }

    /// Adds the sign-ins of a wave, each with the number of its sets; the sets are added by themselves.
    pub async fn add_wave_sign_ins(&self, wave: WaveId, sign_ins: &[(SignIn, u64)]) -> Result<(), StoreError> {
        for part in sign_ins.chunks(1000) {
            let rows = part.iter().map(|(sign_in, sets)| row(self.own(), sign_in, Some(wave), *sets));
            let rows = rows.collect::<Result<Vec<_>, _>>()?;
            table::Entity::insert_many(rows).exec_without_returning(&self.tx).await?;
        }
        Ok(())
    }

    /// Adds the sets that sign-ins cover.
    pub async fn add_sign_in_sets(&self, covered: &[SignInSet]) -> Result<(), StoreError> {
        for part in covered.chunks(1000) {
            let rows = part.iter().map(|set| sets::ActiveModel {
                organization: Set(self.own()),
                sign_in: Set(set.sign_in.0),
                backup_set: Set(set.backup_set.0),
                name: Set(set.name.clone()),
                method: Set(set.method.as_str().to_owned()),
                version: Set(set.version),
            });
            sets::Entity::insert_many(rows).exec_without_returning(&self.tx).await?;
        }
        Ok(())
    }

    /// A sign-in.
    pub async fn find_sign_in(&self, id: SignInId) -> Result<Option<SignIn>, StoreError> {
        table::Entity::find_by_id(id.0)
            .filter(table::Column::Organization.eq(self.own()))
            .one(&self.tx)
            .await?
            .map(SignIn::try_from)
            .transpose()
    }

    /// The sign-ins of some authorizations, in the order of their queues.
    pub async fn list_sign_ins(&self, authorizations: &[AuthorizationId]) -> Result<Vec<SignIn>, StoreError> {
        let rows = table::Entity::find()
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::Authorization.is_in(authorizations.iter().map(|id| id.0)))
            .order_by_asc(table::Column::Authorization)
            .order_by_asc(table::Column::Position)
            .all(&self.tx)
            .await?;
        rows.into_iter().map(SignIn::try_from).collect()
    }

    /// The sets of some sign-ins, by name.
    pub async fn list_sign_in_sets(&self, sign_ins: &[SignInId]) -> Result<Vec<SignInSet>, StoreError> {
        let rows = sets::Entity::find()
            .filter(sets::Column::Organization.eq(self.own()))
            .filter(sets::Column::SignIn.is_in(sign_ins.iter().map(|id| id.0)))
            .order_by_asc(sets::Column::SignIn)
            .order_by_asc(sets::Column::Name)
            .order_by_asc(sets::Column::BackupSet)
            .all(&self.tx)
            .await?;
        rows.into_iter().map(SignInSet::try_from).collect()
    }

    /// The sets of a sign-in with the records as they are now, by name; a set that is gone has none.
    pub async fn list_covered(&self, sign_in: SignInId) -> Result<Vec<(SignInSet, Option<BackupSet>)>, StoreError> {
        self.list_covered_by(&[sign_in]).await
    }

    /// The same for several sign-ins.
    pub async fn list_covered_by(
        &self,
        sign_ins: &[SignInId],
    ) -> Result<Vec<(SignInSet, Option<BackupSet>)>, StoreError> {
        let rows = sets::Entity::find()
            .filter(sets::Column::Organization.eq(self.own()))
            .filter(sets::Column::SignIn.is_in(sign_ins.iter().map(|id| id.0)))
            .select_also(backup_sets::Entity)
            .join(
                JoinType::LeftJoin,
                sets::Entity::belongs_to(backup_sets::Entity)
                    .from((sets::Column::Organization, sets::Column::BackupSet))
                    .to((backup_sets::Column::Organization, backup_sets::Column::Id))
                    .into(),
            )
            .order_by_asc(sets::Column::SignIn)
            .order_by_asc(sets::Column::Name)
            .order_by_asc(sets::Column::BackupSet)
            .all(&self.tx)
            .await?;
        rows.into_iter()
            .map(|(covered, set)| Ok((SignInSet::try_from(covered)?, set.map(BackupSet::try_from).transpose()?)))
            .collect()
    }

    /// Writes the state of sign-ins that are there and what belongs to it, of those that are in one of the states `from`.
    /// Gives how many were.
    pub async fn update_sign_ins(&self, sign_ins: &[SignIn], from: &[SignInState]) -> Result<u64, StoreError> {
        let moved = OnConflict::column(table::Column::Id)
            .update_columns([
                table::Column::State,
                table::Column::SignedInAs,
                table::Column::Steps,
                table::Column::Problem,
                table::Column::ApprovalUrl,
                table::Column::Connection,
                table::Column::DoneAt,
            ])
            .action_and_where(
                Expr::col((table::Entity, table::Column::State)).is_in(from.iter().map(|state| state_text(*state))),
            )
            .action_and_where(Expr::col((table::Entity, table::Column::Organization)).eq(self.own()))
            .to_owned();
        let mut count = 0;
        for part in sign_ins.chunks(100) {
            let rows = part.iter().map(|sign_in| row(self.own(), sign_in, None, 0)).collect::<Result<Vec<_>, _>>()?;
            count += count_updated(&self.tx, rows, &moved).await?;
        }
        Ok(count)
    }

    /// Writes a sign-in's state and what belongs to it, if it is in the state `from`. `false`: it is not.
    pub async fn update_sign_in(&self, sign_in: &SignIn, from: SignInState) -> Result<bool, StoreError> {
        let problem = sign_in.problem.as_ref().map(json).transpose()?;
        let done = table::Entity::update_many()
            .col_expr(table::Column::State, Expr::value(state_text(sign_in.state)))
            .col_expr(table::Column::SignedInAs, Expr::value(sign_in.signed_in_as.clone()))
            .col_expr(table::Column::Steps, Expr::value(json(&sign_in.steps)?))
            .col_expr(table::Column::Problem, Expr::value(problem))
            .col_expr(table::Column::ApprovalUrl, Expr::value(sign_in.approval_url.clone()))
            .col_expr(table::Column::Connection, Expr::value(sign_in.connection.map(|id| id.0)))
            .col_expr(table::Column::DoneAt, Expr::value(sign_in.done_at.map(|time| time.0)))
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::Id.eq(sign_in.id.0))
            .filter(table::Column::State.eq(state_text(from)))
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected == 1)
    }
}
