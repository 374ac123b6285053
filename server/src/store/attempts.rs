//! Sign-in attempts: one PKCE transaction in one browser tab. Their secrets are in `locator` only, hashed.

use super::{
    Scoped, StoreError,
    authorizations::Authorization,
    count_updated,
    customers::Customer,
    entities::{attempts as table, authorizations, connect_links as links, customers, sign_ins},
    links::Link,
    update_each,
};
use crate::seal::Sealed;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, JoinType, QueryFilter, QuerySelect, QueryTrait, SelectTwo,
    sea_query::{Expr, ExprTrait, OnConflict},
};
use shared::{
    api::connect::Leg,
    id::{AttemptId, AuthorizationId, ObjectId, SignInId, TenantId},
    time::Timestamp,
};
use std::collections::HashSet;
use uuid::Uuid;

/// Where an attempt stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttemptState {
    /// Made by a click; nothing received.
    Open,
    /// A Save was received and is being carried out or waits for a consent.
    Saved,
    /// It came to its end, good or bad.
    Ended,
    /// A later click made another.
    Superseded,
}

const STATES: [(AttemptState, &str); 4] = [
    (AttemptState::Open, "open"),
    (AttemptState::Saved, "saved"),
    (AttemptState::Ended, "ended"),
    (AttemptState::Superseded, "superseded"),
];

fn state_text(state: AttemptState) -> &'static str {
    STATES.iter().find(|(value, _)| *value == state).map_or("ended", |(_, text)| text)
}

/// An attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Id.
    pub id: AttemptId,
    /// Of which authorization.
    pub authorization: AuthorizationId,
    /// Of which sign-in.
    pub sign_in: SignInId,
    /// By which link it was made.
    pub link: Uuid,
    /// What kind of trip.
    pub leg: Leg,
    /// Where it stands.
    pub state: AttemptState,
    /// When it was made.
    pub created_at: Timestamp,
    /// After this nothing is accepted for it.
    pub expires_at: Timestamp,
    /// What Save brought.
    pub saved: Option<SavedToken>,
    /// Microsoft's claims challenge, sealed.
    pub challenge: Option<Sealed>,
}

/// What Save brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedToken {
    /// SHA-256 of the access token: the same token on the same attempt gets the same answer.
    pub hash: [u8; 32],
    /// Who signed in.
    pub tenant: TenantId,
    /// Who signed in.
    pub object: ObjectId,
    /// The access token, sealed; gone once it has served.
    pub token: Option<Sealed>,
    /// The token's own end.
    pub expires_at: Timestamp,
}

impl TryFrom<table::Model> for Attempt {
    type Error = StoreError;
    fn try_from(row: table::Model) -> Result<Self, StoreError> {
        let bad = || StoreError::Unreadable("attempt");
        let saved = match (row.token_hash, row.tenant, row.object, row.token_expires_at) {
            (Some(hash), Some(tenant), Some(object), Some(end)) => Some(SavedToken {
                hash: hash.try_into().map_err(|_| bad())?,
                tenant: TenantId(tenant),
                object: ObjectId(object),
                token: row.token.map(Sealed),
                expires_at: Timestamp(end),
            }),
            _ => None,
        };
        Ok(Self {
            id: AttemptId(row.id),
            authorization: AuthorizationId(row.authorization),
            sign_in: SignInId(row.sign_in),
            link: row.link,
            leg: if row.leg == "consent" { Leg::Consent } else { Leg::SignIn },
            state: STATES.iter().find(|(_, text)| *text == row.state).ok_or_else(bad)?.0,
            created_at: Timestamp(row.created_at),
            expires_at: Timestamp(row.expires_at),
            saved,
            challenge: row.challenge.map(Sealed),
        })
    }
}

fn row(organization: Uuid, attempt: &Attempt) -> table::ActiveModel {
    let saved = attempt.saved.as_ref();
    table::ActiveModel {
        id: Set(attempt.id.0),
        organization: Set(organization),
        authorization: Set(attempt.authorization.0),
        sign_in: Set(attempt.sign_in.0),
        link: Set(attempt.link),
        leg: Set(if attempt.leg == Leg::Consent { "consent" } else { "sign_in" }.to_owned()),
        state: Set(state_text(attempt.state).to_owned()),
        created_at: Set(attempt.created_at.0),
        expires_at: Set(attempt.expires_at.0),
        token_hash: Set(saved.map(|saved| saved.hash.to_vec())),
        tenant: Set(saved.map(|saved| saved.tenant.0)),
        object: Set(saved.map(|saved| saved.object.0)),
        token: Set(saved.and_then(|saved| saved.token.clone()).map(|sealed| sealed.0)),
        challenge: Set(attempt.challenge.clone().map(|sealed| sealed.0)),
        token_expires_at: Set(saved.map(|saved| saved.expires_at.0)),
    }
}

impl Scoped {
    /// Adds an attempt.
    pub async fn add_attempt(&self, attempt: &Attempt) -> Result<(), StoreError> {
        table::Entity::insert(row(self.own(), attempt)).exec_without_returning(&self.tx).await?;
        Ok(())
    }

    /// Moves attempts that are there on, those that are open: writes what Save brought. Gives the ids of those that were.
    pub async fn save_open_attempts(&self, attempts: &[Attempt]) -> Result<HashSet<AttemptId>, StoreError> {
        let moved = self.saved_from_open();
        let mut saved = HashSet::new();
        for part in attempts.chunks(100) {
            let rows = part.iter().map(|attempt| row(self.own(), attempt)).collect();
            saved.extend(update_each(&self.tx, rows, &moved).await?.into_iter().map(AttemptId));
        }
        Ok(saved)
    }

    /// The same, for attempts that were found open in this transaction: gives how many still were.
    pub async fn count_saved_attempts(&self, attempts: &[Attempt]) -> Result<u64, StoreError> {
        let moved = self.saved_from_open();
        let mut count = 0;
        for part in attempts.chunks(100) {
            let rows = part.iter().map(|attempt| row(self.own(), attempt)).collect();
            count += count_updated(&self.tx, rows, &moved).await?;
        }
        Ok(count)
    }

    /// What a Save writes, if the attempt is open.
    fn saved_from_open(&self) -> OnConflict {
        OnConflict::column(table::Column::Id)
            .update_columns([
                table::Column::State,
                table::Column::TokenHash,
                table::Column::Tenant,
                table::Column::Object,
                table::Column::Token,
                table::Column::TokenExpiresAt,
                table::Column::Challenge,
            ])
            .action_and_where(Expr::col((table::Entity, table::Column::State)).eq("open"))
            .action_and_where(Expr::col((table::Entity, table::Column::Organization)).eq(self.own()))
            .to_owned()
    }

    /// An attempt.
    pub async fn find_attempt(&self, id: AttemptId) -> Result<Option<Attempt>, StoreError> {
        table::Entity::find_by_id(id.0)
            .filter(table::Column::Organization.eq(self.own()))
            .one(&self.tx)
            .await?
            .map(Attempt::try_from)
            .transpose()
    }

    /// An attempt with the link that it was made by, unless that was revoked.
    pub async fn find_attempt_and_link(&self, id: AttemptId) -> Result<Option<(Attempt, Link)>, StoreError> {
        let found = self.with_links(&[id]).one(&self.tx).await?;
        let both = found.and_then(|(attempt, link)| Some((attempt, link?)));
        both.map(|(attempt, link)| Ok((attempt.try_into()?, link.into()))).transpose()
    }

    /// Attempts with the links that they were made by; those whose link was revoked are left out.
    fn with_links(&self, ids: &[AttemptId]) -> SelectTwo<table::Entity, links::Entity> {
        table::Entity::find()
            .filter(table::Column::Id.is_in(ids.iter().map(|id| id.0)))
            .filter(self.also_own(table::Column::Organization))
            .select_also(links::Entity)
            .join(
                JoinType::InnerJoin,
                table::Entity::belongs_to(links::Entity).from(table::Column::Link).to(links::Column::Id).into(),
            )
            .filter(self.also_own(links::Column::Organization))
            .filter(links::Column::RevokedAt.is_null())
    }

    /// Attempts with their links, what they are for and whose that is, in one go: what a Save is about. Those whose link was
    /// revoked are left out.
    pub async fn find_attempts_in_full(
        &self,
        ids: &[AttemptId],
    ) -> Result<Vec<(Attempt, Link, Authorization, Customer)>, StoreError> {
        let rows = self
            .with_links(ids)
            .find_also(table::Entity, authorizations::Entity)
            .find_also(authorizations::Entity, customers::Entity)
            .filter(self.also_mine(authorizations::Column::Organization, authorizations::Column::Customer))
            .filter(self.also_own(customers::Column::Organization))
            .all(&self.tx)
            .await?;
        let found = rows
            .into_iter()
            .filter_map(|(attempt, link, authorization, customer)| Some((attempt, link?, authorization?, customer?)));
        let read = |(attempt, link, authorization, customer): (table::Model, links::Model, _, customers::Model)| {
            Ok((attempt.try_into()?, link.into(), Authorization::try_from(authorization)?, customer.into()))
        };
        found.map(read).collect()
    }

    /// The attempt of a sign-in whose Save is under way or waits for a consent.
    pub async fn find_saved_attempt(&self, sign_in: SignInId) -> Result<Option<Attempt>, StoreError> {
        table::Entity::find()
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::SignIn.eq(sign_in.0))
            .filter(table::Column::State.eq("saved"))
            .one(&self.tx)
            .await?
            .map(Attempt::try_from)
            .transpose()
    }

    /// Ends the open attempts of an authorization.
    pub async fn supersede_open_attempts(&self, authorization: AuthorizationId) -> Result<u64, StoreError> {
        let done = table::Entity::update_many()
            .col_expr(table::Column::State, Expr::value("superseded"))
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::Authorization.eq(authorization.0))
            .filter(table::Column::State.eq("open"))
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected)
    }

    /// Ends the open attempts of one sign-in: a later click has made another. Those of other people go on.
    pub async fn supersede_open_attempts_of(&self, sign_in: SignInId) -> Result<u64, StoreError> {
        let done = table::Entity::update_many()
            .col_expr(table::Column::State, Expr::value("superseded"))
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::SignIn.eq(sign_in.0))
            .filter(table::Column::State.eq("open"))
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected)
    }

    /// Moves an attempt on, if it is in the state `from`; writes what Save brought and the challenge. `false`: it is not.
    pub async fn update_attempt(&self, attempt: &Attempt, from: AttemptState) -> Result<bool, StoreError> {
        let saved = attempt.saved.as_ref();
        let token = saved.and_then(|saved| saved.token.clone()).map(|sealed| sealed.0);
        let done = table::Entity::update_many()
            .col_expr(table::Column::State, Expr::value(state_text(attempt.state)))
            .col_expr(table::Column::TokenHash, Expr::value(saved.map(|saved| saved.hash.to_vec())))
            .col_expr(table::Column::Tenant, Expr::value(saved.map(|saved| saved.tenant.0)))
            .col_expr(table::Column::Object, Expr::value(saved.map(|saved| saved.object.0)))
            .col_expr(table::Column::Token, Expr::value(token))
            .col_expr(table::Column::TokenExpiresAt, Expr::value(saved.map(|saved| saved.expires_at.0)))
            .col_expr(table::Column::Challenge, Expr::value(attempt.challenge.clone().map(|sealed| sealed.0)))
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::Id.eq(attempt.id.0))
            .filter(table::Column::State.eq(state_text(from)))
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected == 1)
    }
}

impl Scoped {
    /// Microsoft's last claims challenge to a sign-in, sealed for the attempt whose id is given.
    pub async fn find_last_challenge(&self, sign_in: SignInId) -> Result<Option<(AttemptId, Sealed)>, StoreError> {
        use sea_orm::QueryOrder;
        let row = table::Entity::find()
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::SignIn.eq(sign_in.0))
            .filter(table::Column::Challenge.is_not_null())
            .order_by_desc(table::Column::Id)
            .one(&self.tx)
            .await?;
        Ok(row.and_then(|row| row.challenge.map(|sealed| (AttemptId(row.id), Sealed(sealed)))))
    }

    /// Forgets attempts that were over before a time, come to an end or not; gives how many. Whoever waits for a consent, and
    /// whoever has a challenge of Microsoft's to answer, keeps theirs.
    pub async fn remove_old_attempts(&self, before: Timestamp) -> Result<u64, StoreError> {
        let challenged = sign_ins::Entity::find()
            .select_only()
            .column(sign_ins::Column::Id)
            .filter(sign_ins::Column::Organization.eq(self.own()))
            .filter(sign_ins::Column::State.eq("claims_needed"))
            .into_query();
        let needed = table::Column::Challenge.is_not_null().and(table::Column::SignIn.in_subquery(challenged));
        let gone = table::Entity::delete_many()
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::State.ne("saved"))
            .filter(table::Column::ExpiresAt.lt(before.0))
            .filter(needed.not())
            .exec(&self.tx)
            .await?;
        Ok(gone.rows_affected)
    }
}
