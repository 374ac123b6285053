//! Waves: many authorizations made together. Their items are the sign-ins of these authorizations.

use super::{
    Scoped, StoreError,
    entities::{attempts, authorizations, connect_links as links, sign_in_sets as sets, sign_ins, waves as table},
    sign_ins::{SignIn, state_text},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, EntityTrait, JoinType, Order, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
    sea_query::{Asterisk, Expr, ExprTrait, SelectStatement},
};
use shared::{
    api::authorizations::SignInState,
    id::{AuthorizationId, BackupSetId, CustomerId, SignInId, WaveId},
    rules::wave::Aim,
    time::Timestamp,
};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// A wave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wave {
    /// Id.
    pub id: WaveId,
    /// Name.
    pub name: String,
    /// A word to colleagues.
    pub note: String,
    /// The method aimed at.
    pub aim: Aim,
    /// The code of the announced end that it answers.
    pub retirement: Option<String>,
    /// Whether it is held.
    pub state: HeldState,
    /// Nothing of it begins before.
    pub starts_at: Option<Timestamp>,
    /// By when it should be done.
    pub deadline: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who made it: for display.
    pub created_by: String,
    /// Grows with every change of this record; those of its authorizations have versions of their own.
    pub version: i64,
}

/// What a person decided about a wave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeldState {
    /// It goes on.
    Open,
    /// Nothing new begins.
    Paused,
    /// Called off.
    Cancelled,
}

const STATES: [(HeldState, &str); 3] =
    [(HeldState::Open, "open"), (HeldState::Paused, "paused"), (HeldState::Cancelled, "cancelled")];

impl HeldState {
    fn as_str(self) -> &'static str {
        STATES.iter().find(|(state, _)| *state == self).map_or("open", |(_, text)| text)
    }
}

impl Wave {
    /// Whether something of it may begin now.
    pub fn may_begin(&self, now: Timestamp) -> bool {
        self.state == HeldState::Open && self.starts_at.is_none_or(|start| start <= now)
    }
}

impl TryFrom<table::Model> for Wave {
    type Error = StoreError;
    fn try_from(row: table::Model) -> Result<Self, StoreError> {
        let bad = || StoreError::Unreadable("wave");
        Ok(Self {
            id: WaveId(row.id),
            name: row.name,
            note: row.note,
            aim: Aim::parse(&row.aim).ok_or_else(bad)?,
            retirement: row.retirement,
            state: STATES.iter().find(|(_, text)| *text == row.state).ok_or_else(bad)?.0,
            starts_at: row.starts_at.map(Timestamp),
            deadline: row.deadline.map(Timestamp),
            created_at: Timestamp(row.created_at),
            created_by: row.created_by,
            version: row.version,
        })
    }
}

/// The sign-ins of a wave in one state: how many, and how many sets they cover.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StateCount {
    /// The state.
    pub state: SignInState,
    /// The account or tenant is connected already.
    pub connected: bool,
    /// Somebody has a link that works.
    pub linked: bool,
    /// Sign-ins.
    pub items: u64,
    /// Their sets.
    pub sets: u64,
}

/// A sign-in of a wave with what its row shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The sign-in.
    pub sign_in: SignIn,
    /// How many sets it covers.
    pub sets: u64,
}

/// Something that a wave does by itself: a sign-in whose account or tenant is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flip {
    /// The sign-in.
    pub sign_in: SignInId,
    /// Of which authorization.
    pub authorization: AuthorizationId,
    /// Whose sets.
    pub customer: CustomerId,
}

const ALL: [SignInState; 8] = [
    SignInState::Failed,
    SignInState::ApprovalNeeded,
    SignInState::ConsentNeeded,
    SignInState::ClaimsNeeded,
    SignInState::Working,
    SignInState::Waiting,
    SignInState::Done,
    SignInState::Cancelled,
];

fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

impl Scoped {
    /// Waves with a customer in reach.
    fn my_waves(&self) -> Condition {
        let own = Condition::all().add(table::Column::Organization.eq(self.own()));
        if self.reach.is_all() {
            return own;
        }
        let reached = authorizations::Entity::find()
            .select_only()
            .column(authorizations::Column::Wave)
            .filter(self.mine(authorizations::Column::Organization, authorizations::Column::Customer))
            .filter(authorizations::Column::Wave.is_not_null())
            .into_query();
        own.add(table::Column::Id.in_subquery(reached))
    }

    /// The sign-ins of a wave whose customer is in reach.
    fn items_of(&self, id: WaveId) -> Condition {
        let own = Condition::all().add(sign_ins::Column::Wave.eq(id.0));
        if self.reach.is_all() { own } else { own.add(sign_ins::Column::Authorization.in_subquery(self.of_wave(id))) }
    }

    /// Adds a wave.
    pub async fn add_wave(&self, wave: &Wave) -> Result<(), StoreError> {
        let row = table::ActiveModel {
            id: Set(wave.id.0),
            organization: Set(self.own()),
            name: Set(wave.name.clone()),
            note: Set(wave.note.clone()),
            aim: Set(wave.aim.as_str().to_owned()),
            retirement: Set(wave.retirement.clone()),
            state: Set(wave.state.as_str().to_owned()),
            starts_at: Set(wave.starts_at.map(|time| time.0)),
            deadline: Set(wave.deadline.map(|time| time.0)),
            created_at: Set(wave.created_at.0),
            created_by: Set(wave.created_by.clone()),
            version: Set(wave.version),
        };
        table::Entity::insert(row).exec_without_returning(&self.tx).await?;
        Ok(())
    }

    /// A wave.
    pub async fn find_wave(&self, id: WaveId) -> Result<Option<Wave>, StoreError> {
        let own = table::Entity::find_by_id(id.0).filter(self.my_waves());
        own.one(&self.tx).await?.map(Wave::try_from).transpose()
    }

    /// Waves, newest first, before a position.
    pub async fn list_waves(&self, before: Option<WaveId>, limit: u64) -> Result<Vec<Wave>, StoreError> {
        let mut select = table::Entity::find().filter(self.my_waves());
        if let Some(before) = before {
            select = select.filter(table::Column::Id.lt(before.0));
        }
        let rows = select.order_by_desc(table::Column::Id).limit(limit).all(&self.tx).await?;
        rows.into_iter().map(Wave::try_from).collect()
    }

    /// Moves a wave on, if it is in the state `from`. `false`: it is not.
    pub async fn update_wave_state(&self, id: WaveId, from: HeldState, to: HeldState) -> Result<bool, StoreError> {
        let done = table::Entity::update_many()
            .col_expr(table::Column::State, Expr::value(to.as_str()))
            .col_expr(table::Column::Version, Expr::col(table::Column::Version).add(1))
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::Id.eq(id.0))
            .filter(table::Column::State.eq(from.as_str()))
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected == 1)
    }

    /// Grows with every change of a wave and of its authorizations: what a live view asks.
    pub async fn find_wave_version(&self, id: WaveId) -> Result<Option<i64>, StoreError> {
        let Some(wave) = self.find_wave(id).await? else { return Ok(None) };
        let sum = Expr::col(authorizations::Column::Version).sum().cast_as("BIGINT");
        let parts: Option<Option<i64>> = authorizations::Entity::find()
            .select_only()
            .column_as(sum, "sum")
            .filter(self.mine(authorizations::Column::Organization, authorizations::Column::Customer))
            .filter(authorizations::Column::Wave.eq(id.0))
            .into_tuple()
            .one(&self.tx)
            .await?;
        Ok(Some(wave.version + parts.flatten().unwrap_or(0)))
    }

    /// How the sign-ins of a wave stand at a time. Waiting ones are told apart by what they wait for.
    pub async fn count_wave_items(&self, id: WaveId, now: Timestamp) -> Result<Vec<StateCount>, StoreError> {
        let connected =
            Expr::col(sign_ins::Column::Connection).is_not_null().and(Expr::col(sign_ins::Column::State).eq("waiting"));
        let flag = |condition: Expr| Expr::case(condition, 1).finally(0).cast_as("BIGINT");
        let linked = Condition::all().add(sign_ins::Column::State.eq("waiting")).add(self.linked(id, now));
        let linked = Expr::from(linked);
        let rows: Vec<(String, i64, i64, i64, Option<i64>)> = sign_ins::Entity::find()
            .select_only()
            .column(sign_ins::Column::State)
            .column_as(flag(connected), "connected")
            .column_as(flag(linked), "linked")
            .column_as(Expr::col(Asterisk).count(), "items")
            .column_as(Expr::col(sign_ins::Column::Sets).sum().cast_as("BIGINT"), "sets")
            .filter(sign_ins::Column::Organization.eq(self.own()))
            .filter(self.items_of(id))
            .group_by(sign_ins::Column::State)
            .group_by(Expr::col("connected"))
            .group_by(Expr::col("linked"))
            .into_tuple()
            .all(&self.tx)
            .await?;
        let known = |text: &str| ALL.into_iter().find(|state| state_text(*state) == text);
        rows.into_iter()
            .map(|(state, connected, linked, items, sets)| {
                Ok(StateCount {
                    state: known(&state).ok_or(StoreError::Unreadable("sign-in"))?,
                    connected: connected == 1,
                    linked: linked == 1,
                    items: count(items),
                    sets: count(sets.unwrap_or(0)),
                })
            })
            .collect()
    }

    /// How many customers a wave has.
    pub async fn count_wave_customers(&self, id: WaveId) -> Result<u64, StoreError> {
        let number: Option<i64> = authorizations::Entity::find()
            .select_only()
            .column_as(Expr::col(authorizations::Column::Customer).count_distinct(), "count")
            .filter(self.mine(authorizations::Column::Organization, authorizations::Column::Customer))
            .filter(authorizations::Column::Wave.eq(id.0))
            .into_tuple()
            .one(&self.tx)
            .await?;
        Ok(count(number.unwrap_or(0)))
    }

    /// Links of a wave's authorizations that work: invitations are for one sign-in, direct links for all of an
    /// authorization.
    fn working_links(&self, now: Timestamp, column: links::Column) -> Select<links::Entity> {
        links::Entity::find()
            .select_only()
            .column(column)
            .filter(links::Column::Organization.eq(self.own()))
            .filter(column.is_not_null())
            .filter(links::Column::RevokedAt.is_null())
            .filter(links::Column::UsedAt.is_null())
            .filter(links::Column::ExpiresAt.gt(now.0))
    }

    /// Sign-ins to which somebody has a link that works.
    fn linked(&self, id: WaveId, now: Timestamp) -> Condition {
        let of_wave = || links::Column::Authorization.in_subquery(self.of_wave(id));
        let direct = self.working_links(now, links::Column::Authorization).filter(links::Column::SignIn.is_null());
        let invited = self.working_links(now, links::Column::SignIn);
        Condition::any()
            .add(sign_ins::Column::Id.in_subquery(invited.filter(of_wave()).into_query()))
            .add(sign_ins::Column::Authorization.in_subquery(direct.filter(of_wave()).into_query()))
    }

    fn of_wave(&self, id: WaveId) -> SelectStatement {
        authorizations::Entity::find()
            .select_only()
            .column(authorizations::Column::Id)
            .filter(self.mine(authorizations::Column::Organization, authorizations::Column::Customer))
            .filter(authorizations::Column::Wave.eq(id.0))
            .into_query()
    }

    /// The sign-ins of a wave in one state, after a position.
    pub async fn list_wave_items(
        &self,
        id: WaveId,
        state: SignInState,
        after: Option<SignInId>,
        limit: u64,
    ) -> Result<Vec<Item>, StoreError> {
        let mut select = sign_ins::Entity::find()
            .filter(sign_ins::Column::Organization.eq(self.own()))
            .filter(self.items_of(id))
            .filter(sign_ins::Column::State.eq(state_text(state)));
        if let Some(after) = after {
            select = select.filter(sign_ins::Column::Id.gt(after.0));
        }
        let rows = select.order_by_asc(sign_ins::Column::Id).limit(limit).all(&self.tx).await?;
        rows.into_iter().map(|row| Ok(Item { sets: count(row.sets), sign_in: SignIn::try_from(row)? })).collect()
    }

    /// Which of these sign-ins of a wave somebody has a link to that works.
    pub async fn find_linked(
        &self,
        id: WaveId,
        sign_ins: &[SignInId],
        now: Timestamp,
    ) -> Result<HashSet<SignInId>, StoreError> {
        let rows: Vec<Uuid> = sign_ins::Entity::find()
            .select_only()
            .column(sign_ins::Column::Id)
            .filter(self.also_own(sign_ins::Column::Organization))
            .filter(sign_ins::Column::Id.is_in(sign_ins.iter().map(|id| id.0)))
            .filter(self.linked(id, now))
            .into_tuple()
            .all(&self.tx)
            .await?;
        Ok(rows.into_iter().map(SignInId).collect())
    }

    /// The sets of open waves: a set is in one at most.
    pub async fn list_sets_in_open_waves(&self) -> Result<HashSet<BackupSetId>, StoreError> {
        let rows: Vec<Uuid> = sets::Entity::find()
            .select_only()
            .column(sets::Column::BackupSet)
            .join(
                JoinType::InnerJoin,
                sets::Entity::belongs_to(sign_ins::Entity)
                    .from((sets::Column::Organization, sets::Column::SignIn))
                    .to((sign_ins::Column::Organization, sign_ins::Column::Id))
                    .into(),
            )
            .filter(sign_ins::Column::Organization.eq(self.own()))
            .filter(sign_ins::Column::Wave.is_not_null())
            .filter(sign_ins::Column::State.is_not_in(["done", "cancelled"]))
            .into_tuple()
            .all(&self.tx)
            .await?;
        Ok(rows.into_iter().map(BackupSetId).collect())
    }

    /// What a wave can do by itself now, in order: sign-ins that are connected, of customers that have fewer than
    /// `at_a_time` being carried out.
    pub async fn list_flips(&self, id: WaveId, at_a_time: u64, limit: u64) -> Result<Vec<Flip>, StoreError> {
        let busy = self.count_working(id).await?;
        let full: Vec<_> = busy.iter().filter(|(_, working)| **working >= at_a_time).map(|(id, _)| id.0).collect();
        let rows: Vec<(Uuid, Uuid, Uuid)> = sign_ins::Entity::find()
            .select_only()
            .column(sign_ins::Column::Id)
            .column(sign_ins::Column::Authorization)
            .column_as(authorizations::Column::Customer, "customer")
            .join(JoinType::InnerJoin, of_authorization())
            .filter(sign_ins::Column::Organization.eq(self.own()))
            .filter(self.items_of(id))
            .filter(sign_ins::Column::State.eq(state_text(SignInState::Waiting)))
            .filter(sign_ins::Column::Connection.is_not_null())
            .filter(authorizations::Column::Customer.is_not_in(full))
            .order_by(sign_ins::Column::Id, Order::Asc)
            .limit(limit)
            .into_tuple()
            .all(&self.tx)
            .await?;
        let mut places = busy;
        let mut found = Vec::new();
        for (sign_in, authorization, customer) in rows {
            let customer = CustomerId(customer);
            let taken = places.entry(customer).or_default();
            if *taken < at_a_time {
                *taken += 1;
                found.push(Flip {
                    sign_in: SignInId(sign_in),
                    authorization: AuthorizationId(authorization),
                    customer,
                });
            }
        }
        Ok(found)
    }

    async fn count_working(&self, id: WaveId) -> Result<HashMap<CustomerId, u64>, StoreError> {
        let rows: Vec<(Uuid, i64)> = sign_ins::Entity::find()
            .select_only()
            .column_as(authorizations::Column::Customer, "customer")
            .column_as(Expr::col(Asterisk).count(), "count")
            .join(JoinType::InnerJoin, of_authorization())
            .filter(sign_ins::Column::Organization.eq(self.own()))
            .filter(self.items_of(id))
            .filter(sign_ins::Column::State.eq(state_text(SignInState::Working)))
            .group_by(authorizations::Column::Customer)
            .into_tuple()
            .all(&self.tx)
            .await?;
        Ok(rows.into_iter().map(|(customer, number)| (CustomerId(customer), count(number))).collect())
    }

    /// Whether something is left that a wave does by itself.
    pub async fn has_flips(&self, id: WaveId) -> Result<bool, StoreError> {
        let row: Option<Uuid> = sign_ins::Entity::find()
            .select_only()
            .column(sign_ins::Column::Id)
            .filter(sign_ins::Column::Organization.eq(self.own()))
            .filter(self.items_of(id))
            .filter(sign_ins::Column::State.eq(state_text(SignInState::Waiting)))
            .filter(sign_ins::Column::Connection.is_not_null())
            .limit(1)
            .into_tuple()
            .one(&self.tx)
            .await?;
        Ok(row.is_some())
    }

    /// The sign-ins of a wave that wait for somebody, and to which nobody has a link that works.
    pub async fn list_unlinked(&self, id: WaveId, now: Timestamp, limit: u64) -> Result<Vec<SignIn>, StoreError> {
        let rows = sign_ins::Entity::find()
            .filter(sign_ins::Column::Organization.eq(self.own()))
            .filter(self.items_of(id))
            .filter(sign_ins::Column::State.eq(state_text(SignInState::Waiting)))
            .filter(sign_ins::Column::Connection.is_null())
            .filter(Condition::not(self.linked(id, now)))
            .order_by_asc(sign_ins::Column::Id)
            .limit(limit)
            .all(&self.tx)
            .await?;
        rows.into_iter().map(SignIn::try_from).collect()
    }

    /// Whether the wave has customers out of reach.
    pub async fn is_beyond_reach(&self, id: WaveId) -> Result<bool, StoreError> {
        if self.reach.is_all() {
            return Ok(false);
        }
        let all: Vec<Uuid> = authorizations::Entity::find()
            .select_only()
            .column(authorizations::Column::Customer)
            .distinct()
            .filter(authorizations::Column::Organization.eq(self.own()))
            .filter(authorizations::Column::Wave.eq(id.0))
            .into_tuple()
            .all(&self.tx)
            .await?;
        Ok(all.into_iter().any(|customer| !self.reach.has(CustomerId(customer))))
    }

    /// Has the failed sign-ins of a wave tried again from the beginning; gives how many.
    pub async fn retry_failed(&self, id: WaveId) -> Result<u64, StoreError> {
        let failed = sign_ins::Entity::find()
            .select_only()
            .column(sign_ins::Column::Authorization)
            .filter(sign_ins::Column::Organization.eq(self.own()))
            .filter(self.items_of(id))
            .filter(sign_ins::Column::State.eq(state_text(SignInState::Failed)))
            .into_query();
        authorizations::Entity::update_many()
            .col_expr(authorizations::Column::Version, Expr::col(authorizations::Column::Version).add(1))
            .filter(self.mine(authorizations::Column::Organization, authorizations::Column::Customer))
            .filter(authorizations::Column::Wave.eq(id.0))
            .filter(authorizations::Column::Id.in_subquery(failed))
            .exec(&self.tx)
            .await?;
        let open = authorizations::Entity::find()
            .select_only()
            .column(authorizations::Column::Id)
            .filter(self.mine(authorizations::Column::Organization, authorizations::Column::Customer))
            .filter(authorizations::Column::Wave.eq(id.0))
            .filter(authorizations::Column::State.eq("open"))
            .into_query();
        let done = sign_ins::Entity::update_many()
            .col_expr(sign_ins::Column::State, Expr::value(state_text(SignInState::Waiting)))
            .col_expr(sign_ins::Column::Steps, Expr::value("[]"))
            .col_expr(sign_ins::Column::Problem, Expr::value(Option::<String>::None))
            .filter(sign_ins::Column::Organization.eq(self.own()))
            .filter(self.items_of(id))
            .filter(sign_ins::Column::State.eq(state_text(SignInState::Failed)))
            .filter(sign_ins::Column::Authorization.in_subquery(open))
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected)
    }

    /// Calls the open authorizations of a wave off, with their links, attempts and sign-ins; the tokens that these hold
    /// go. Gives how many.
    pub async fn cancel_authorizations(&self, id: WaveId, now: Timestamp) -> Result<u64, StoreError> {
        let own = self.own();
        let open = authorizations::Entity::find()
            .select_only()
            .column(authorizations::Column::Id)
            .filter(self.mine(authorizations::Column::Organization, authorizations::Column::Customer))
            .filter(authorizations::Column::Wave.eq(id.0))
            .filter(authorizations::Column::State.eq("open"))
            .into_query();
        links::Entity::update_many()
            .col_expr(links::Column::RevokedAt, Expr::value(now.0))
            .filter(links::Column::Organization.eq(own))
            .filter(links::Column::Authorization.in_subquery(open.clone()))
            .filter(links::Column::RevokedAt.is_null())
            .exec(&self.tx)
            .await?;
        attempts::Entity::update_many()
            .col_expr(
                attempts::Column::State,
                Expr::case(Expr::col(attempts::Column::State).eq("open"), "superseded").finally("ended").into(),
            )
            .col_expr(attempts::Column::Token, Expr::value(Option::<Vec<u8>>::None))
            .col_expr(attempts::Column::Challenge, Expr::value(Option::<Vec<u8>>::None))
            .filter(attempts::Column::Organization.eq(own))
            .filter(attempts::Column::Authorization.in_subquery(open.clone()))
            .filter(attempts::Column::State.is_in(["open", "saved"]))
            .exec(&self.tx)
            .await?;
        sign_ins::Entity::update_many()
            .col_expr(sign_ins::Column::State, Expr::value(state_text(SignInState::Cancelled)))
            .col_expr(sign_ins::Column::Problem, Expr::value(Option::<String>::None))
            .col_expr(sign_ins::Column::ApprovalUrl, Expr::value(Option::<String>::None))
            .filter(sign_ins::Column::Organization.eq(own))
            .filter(self.items_of(id))
            .filter(Condition::any().add(sign_ins::Column::State.ne(state_text(SignInState::Done))))
            .filter(sign_ins::Column::Authorization.in_subquery(open))
            .exec(&self.tx)
            .await?;
        let done = authorizations::Entity::update_many()
            .col_expr(authorizations::Column::State, Expr::value("cancelled"))
            .col_expr(authorizations::Column::Version, Expr::col(authorizations::Column::Version).add(1))
            .filter(self.mine(authorizations::Column::Organization, authorizations::Column::Customer))
            .filter(authorizations::Column::Wave.eq(id.0))
            .filter(authorizations::Column::State.eq("open"))
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected)
    }

    /// Sets on a stored password by the data they hold and their customer.
    pub async fn count_basic_by_workloads(
        &self,
    ) -> Result<Vec<(shared::workload::Workloads, CustomerId, u64)>, StoreError> {
        use super::entities::backup_sets;
        let rows: Vec<(String, Uuid, i64)> = backup_sets::Entity::find()
            .select_only()
            .column(backup_sets::Column::Workloads)
            .column(backup_sets::Column::Customer)
            .column_as(Expr::col(Asterisk).count(), "count")
            .filter(self.own_sets())
            .filter(backup_sets::Column::Method.eq("basic"))
            .group_by(backup_sets::Column::Workloads)
            .group_by(backup_sets::Column::Customer)
            .into_tuple()
            .all(&self.tx)
            .await?;
        rows.into_iter()
            .map(|(text, customer, number)| {
                Ok((super::backup_sets::read_workloads(&text)?, CustomerId(customer), count(number)))
            })
            .collect()
    }
}

fn of_authorization() -> sea_orm::RelationDef {
    sign_ins::Entity::belongs_to(authorizations::Entity)
        .from((sign_ins::Column::Organization, sign_ins::Column::Authorization))
        .to((authorizations::Column::Organization, authorizations::Column::Id))
        .into()
}
