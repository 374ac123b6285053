//! Authorizations: get access for chosen backup sets of one customer by one method.

use super::{
    Scoped, StoreError,
    customers::Customer,
    entities::{authorizations as table, customers},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, UpdateMany,
    sea_query::{Expr, ExprTrait},
};
use shared::{
    api::{
        apps::Way,
        authorizations::{AuthorizationKind, AuthorizationState},
    },
    id::{AuthorizationId, CustomerId, WaveId},
    method::Method,
    time::Timestamp,
};

/// An authorization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorization {
    /// Id.
    pub id: AuthorizationId,
    /// Whose sets.
    pub customer: CustomerId,
    /// The method the sets get.
    pub method: Method,
    /// What it does.
    pub kind: AuthorizationKind,
    /// How the app comes to be, for modern.
    pub way: Way,
    /// What restoring needs is asked for too: for modern the app for restores, for hybrid the rights to write.
    pub restores: bool,
    /// Where it stands.
    pub state: AuthorizationState,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who made it: for display.
    pub created_by: String,
    /// Grows with every change.
    pub version: i64,
    /// The wave that it belongs to.
    pub wave: Option<WaveId>,
}

impl Authorization {
    /// One that begins now, in the usual way: Rekey sets up what is needed, nothing for restores, and it belongs to no wave.
    pub const fn begin(
        id: AuthorizationId,
        customer: CustomerId,
        method: Method,
        kind: AuthorizationKind,
        created_at: Timestamp,
        created_by: String,
    ) -> Self {
        let (way, restores, state, version, wave) = (Way::SetUp, false, AuthorizationState::Open, 1, None);
        Self { id, customer, method, kind, way, restores, state, created_at, created_by, version, wave }
    }
}

const STATES: [(AuthorizationState, &str); 3] = [
    (AuthorizationState::Open, "open"),
    (AuthorizationState::Done, "done"),
    (AuthorizationState::Cancelled, "cancelled"),
];

fn state_text(state: AuthorizationState) -> &'static str {
    STATES.iter().find(|(value, _)| *value == state).map_or("open", |(_, text)| text)
}

impl TryFrom<table::Model> for Authorization {
    type Error = StoreError;
    fn try_from(row: table::Model) -> Result<Self, StoreError> {
        let bad = || StoreError::Unreadable("authorization");
        Ok(Self {
            id: AuthorizationId(row.id),
            customer: CustomerId(row.customer),
            method: Method::parse(&row.method).ok_or_else(bad)?,
            kind: AuthorizationKind::parse(&row.kind).ok_or_else(bad)?,
            way: Way::parse(&row.way).ok_or_else(bad)?,
            restores: row.restores != 0,
            state: STATES.iter().find(|(_, text)| *text == row.state).ok_or_else(bad)?.0,
            created_at: Timestamp(row.created_at),
            created_by: row.created_by,
            version: row.version,
            wave: row.wave.map(WaveId),
        })
    }
}

fn row(organization: uuid::Uuid, one: &Authorization) -> table::ActiveModel {
    table::ActiveModel {
        id: Set(one.id.0),
        organization: Set(organization),
        customer: Set(one.customer.0),
        method: Set(one.method.as_str().to_owned()),
        state: Set(state_text(one.state).to_owned()),
        created_at: Set(one.created_at.0),
        created_by: Set(one.created_by.clone()),
        version: Set(one.version),
        kind: Set(one.kind.as_str().to_owned()),
        way: Set(one.way.as_str().to_owned()),
        restores: Set(one.restores.into()),
        wave: Set(one.wave.map(|wave| wave.0)),
    }
}

impl Scoped {
    /// Adds an authorization.
    pub async fn add_authorization(&self, authorization: &Authorization) -> Result<(), StoreError> {
        self.add_authorizations(std::slice::from_ref(authorization)).await
    }

    /// Adds authorizations.
    pub async fn add_authorizations(&self, authorizations: &[Authorization]) -> Result<(), StoreError> {
        for part in authorizations.chunks(1000) {
            let rows = part.iter().map(|one| row(self.own(), one));
            table::Entity::insert_many(rows).exec_without_returning(&self.tx).await?;
        }
        Ok(())
    }

    /// An authorization.
    pub async fn find_authorization(&self, id: AuthorizationId) -> Result<Option<Authorization>, StoreError> {
        table::Entity::find_by_id(id.0)
            .filter(self.mine(table::Column::Organization, table::Column::Customer))
            .one(&self.tx)
            .await?
            .map(Authorization::try_from)
            .transpose()
    }

    /// Authorizations by id.
    pub async fn find_authorizations(&self, ids: &[AuthorizationId]) -> Result<Vec<Authorization>, StoreError> {
        let mut found = Vec::with_capacity(ids.len());
        for part in ids.chunks(500) {
            let rows = table::Entity::find()
                .filter(self.mine(table::Column::Organization, table::Column::Customer))
                .filter(table::Column::Id.is_in(part.iter().map(|id| id.0)))
                .all(&self.tx)
                .await?;
            for row in rows {
                found.push(Authorization::try_from(row)?);
            }
        }
        Ok(found)
    }

    /// An authorization with its customer.
    pub async fn find_authorization_and_customer(
        &self,
        id: AuthorizationId,
    ) -> Result<Option<(Authorization, Customer)>, StoreError> {
        let found = table::Entity::find_by_id(id.0)
            .filter(self.mine(table::Column::Organization, table::Column::Customer))
            .find_also_related(customers::Entity)
            .filter(customers::Column::Organization.eq(self.own()))
            .one(&self.tx)
            .await?;
        let both = found.and_then(|(authorization, customer)| Some((authorization, customer?)));
        both.map(|(authorization, customer)| Ok((authorization.try_into()?, customer.into()))).transpose()
    }

    /// The version alone: what a live view asks.
    pub async fn find_authorization_version(&self, id: AuthorizationId) -> Result<Option<i64>, StoreError> {
        Ok(table::Entity::find_by_id(id.0)
            .select_only()
            .column(table::Column::Version)
            .filter(self.mine(table::Column::Organization, table::Column::Customer))
            .into_tuple()
            .one(&self.tx)
            .await?)
    }

    /// Authorizations, newest first, before a position.
    pub async fn list_authorizations(
        &self,
        state: Option<AuthorizationState>,
        before: Option<AuthorizationId>,
        limit: u64,
    ) -> Result<Vec<Authorization>, StoreError> {
        let mut select = table::Entity::find().filter(self.mine(table::Column::Organization, table::Column::Customer));
        if let Some(state) = state {
            select = select.filter(table::Column::State.eq(state_text(state)));
        }
        if let Some(before) = before {
            select = select.filter(table::Column::Id.lt(before.0));
        }
        let rows = select.order_by_desc(table::Column::Id).limit(limit).all(&self.tx).await?;
        rows.into_iter().map(Authorization::try_from).collect()
    }

    /// The authorizations of a customer, newest first, before a position.
    pub async fn list_authorizations_of(
        &self,
        customer: CustomerId,
        before: Option<AuthorizationId>,
        limit: u64,
    ) -> Result<Vec<Authorization>, StoreError> {
        let mut select = table::Entity::find()
            .filter(self.mine(table::Column::Organization, table::Column::Customer))
            .filter(table::Column::Customer.eq(customer.0));
        if let Some(before) = before {
            select = select.filter(table::Column::Id.lt(before.0));
        }
        let rows = select.order_by_desc(table::Column::Id).limit(limit).all(&self.tx).await?;
        rows.into_iter().map(Authorization::try_from).collect()
    }

    /// The open authorizations of a customer.
    pub async fn list_open_authorizations_of(&self, customer: CustomerId) -> Result<Vec<AuthorizationId>, StoreError> {
        let rows: Vec<uuid::Uuid> = table::Entity::find()
            .select_only()
            .column(table::Column::Id)
            .filter(self.mine(table::Column::Organization, table::Column::Customer))
            .filter(table::Column::Customer.eq(customer.0))
            .filter(table::Column::State.eq("open"))
            .into_tuple()
            .all(&self.tx)
            .await?;
        Ok(rows.into_iter().map(AuthorizationId).collect())
    }

    /// How many authorizations are open.
    pub async fn count_open_authorizations(&self) -> Result<u64, StoreError> {
        Ok(table::Entity::find()
            .filter(self.mine(table::Column::Organization, table::Column::Customer))
            .filter(table::Column::State.eq("open"))
            .count(&self.tx)
            .await?)
    }

    /// Notes that something of the authorization changed, so that live views look again; takes the row's lock.
    pub async fn touch_authorization(&self, id: AuthorizationId) -> Result<bool, StoreError> {
        let done = table::Entity::update_many()
            .col_expr(table::Column::Version, Expr::col(table::Column::Version).add(1))
            .filter(self.mine(table::Column::Organization, table::Column::Customer))
            .filter(table::Column::Id.eq(id.0))
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected == 1)
    }

    /// The same, and gives the authorization as it is then.
    pub async fn touch_and_find_authorization(&self, id: AuthorizationId) -> Result<Option<Authorization>, StoreError> {
        Ok(self.touch_and_find_authorizations(&[id]).await?.pop())
    }

    /// The same for several.
    pub async fn touch_and_find_authorizations(
        &self,
        ids: &[AuthorizationId],
    ) -> Result<Vec<Authorization>, StoreError> {
        let rows = self.touching(ids).exec_with_returning(&self.tx).await?;
        rows.into_iter().map(Authorization::try_from).collect()
    }

    /// The same for those that were read in this transaction and that nobody else can write: gives how many there were.
    pub async fn touch_authorizations(&self, ids: &[AuthorizationId]) -> Result<u64, StoreError> {
        Ok(self.touching(ids).exec(&self.tx).await?.rows_affected)
    }

    fn touching(&self, ids: &[AuthorizationId]) -> UpdateMany<table::Entity> {
        table::Entity::update_many()
            .col_expr(table::Column::Version, Expr::col(table::Column::Version).add(1))
            .filter(self.mine(table::Column::Organization, table::Column::Customer))
            .filter(table::Column::Id.is_in(ids.iter().map(|id| id.0)))
    }

    /// Moves an open authorization to its end. `false`: it was not open.
    pub async fn end_authorization(&self, id: AuthorizationId, state: AuthorizationState) -> Result<bool, StoreError> {
        let done = table::Entity::update_many()
            .col_expr(table::Column::State, Expr::value(state_text(state)))
            .col_expr(table::Column::Version, Expr::col(table::Column::Version).add(1))
            .filter(self.mine(table::Column::Organization, table::Column::Customer))
            .filter(table::Column::Id.eq(id.0))
            .filter(table::Column::State.eq("open"))
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected == 1)
    }
}
