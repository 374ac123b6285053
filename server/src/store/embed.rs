//! The embed: origins that may show Rekey, sessions of consoles, and the windows that their frames opened.
//!
//! Secrets of sessions and windows are in `locator` only, hashed.

use super::{
    Scoped, StoreError,
    entities::{embed_origins as origins, embed_popups as popups, embed_sessions as sessions},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait},
};
use shared::{
    api::embed::PopupState,
    id::{ApiKeyId, AuthorizationId, BackupSetId, CustomerId},
    method::Method,
    time::Timestamp,
};
use uuid::Uuid;

/// An origin that may show Rekey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmbedOrigin {
    /// Id.
    pub id: Uuid,
    /// As browsers write it: scheme, host, port where it is not the scheme's own.
    pub origin: String,
    /// When it was added.
    pub created_at: Timestamp,
    /// Who added it: for display.
    pub created_by: String,
}

impl From<origins::Model> for EmbedOrigin {
    fn from(row: origins::Model) -> Self {
        Self { id: row.id, origin: row.origin, created_at: Timestamp(row.created_at), created_by: row.created_by }
    }
}

/// A console's permission to show some sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmbedSession {
    /// Id.
    pub id: Uuid,
    /// Whose sets.
    pub customer: CustomerId,
    /// The key that made it.
    pub api_key: ApiKeyId,
    /// The one origin that may show it.
    pub origin: String,
    /// The console's own id of whoever looks.
    pub host_user: String,
    /// The method that the sets are to have.
    pub method: Method,
    /// Which sets.
    pub sets: Vec<BackupSetId>,
    /// The authorization in hand.
    pub authorization: Option<AuthorizationId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// After this it is dead.
    pub expires_at: Timestamp,
    /// When the console ended it.
    pub ended_at: Option<Timestamp>,
    /// Counts its own changes.
    pub version: i64,
}

impl TryFrom<sessions::Model> for EmbedSession {
    type Error = StoreError;
    fn try_from(row: sessions::Model) -> Result<Self, StoreError> {
        let bad = || StoreError::Unreadable("embed session");
        Ok(Self {
            id: row.id,
            customer: CustomerId(row.customer),
            api_key: ApiKeyId(row.api_key),
            origin: row.origin,
            host_user: row.host_user,
            method: Method::parse(&row.method).ok_or_else(bad)?,
            sets: row.sets.split(',').map(|id| id.parse().map_err(|_| bad())).collect::<Result<_, _>>()?,
            authorization: row.authorization_id.map(AuthorizationId),
            created_at: Timestamp(row.created_at),
            expires_at: Timestamp(row.expires_at),
            ended_at: row.ended_at.map(Timestamp),
            version: row.version,
        })
    }
}

fn sets_text(sets: &[BackupSetId]) -> String {
    sets.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

/// A window that a frame opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Popup {
    /// Id.
    pub id: Uuid,
    /// Of which session.
    pub session: Uuid,
    /// How it stands.
    pub state: PopupState,
    /// SHA-256 of id and code.
    pub code: [u8; 32],
    /// Wrong codes so far.
    pub tries: i64,
    /// SHA-256 of the challenge that its frame confirmed.
    pub challenge: Option<[u8; 32]>,
    /// When it was announced.
    pub created_at: Timestamp,
}

const STATES: [(PopupState, &str); 4] = [
    (PopupState::Announced, "announced"),
    (PopupState::Here, "here"),
    (PopupState::Tied, "tied"),
    (PopupState::Dead, "dead"),
];

fn word(state: PopupState) -> &'static str {
    STATES.iter().find(|(known, _)| *known == state).map_or("", |(_, word)| word)
}

impl TryFrom<popups::Model> for Popup {
    type Error = StoreError;
    fn try_from(row: popups::Model) -> Result<Self, StoreError> {
        let bad = || StoreError::Unreadable("popup");
        let hash = |bytes: Vec<u8>| <[u8; 32]>::try_from(bytes).map_err(|_| bad());
        Ok(Self {
            id: row.id,
            session: row.embed_session,
            state: STATES.iter().find(|(_, word)| *word == row.state).map(|(state, _)| *state).ok_or_else(bad)?,
            code: hash(row.code)?,
            tries: row.tries,
            challenge: row.challenge.map(hash).transpose()?,
            created_at: Timestamp(row.created_at),
        })
    }
}

impl Scoped {
    /// Adds an origin. `false`: it is there already.
    pub async fn add_embed_origin(&self, one: &EmbedOrigin) -> Result<bool, StoreError> {
        if self.find_embed_origin(&one.origin).await?.is_some() {
            return Ok(false);
        }
        let row = origins::ActiveModel {
            id: Set(one.id),
            organization: Set(self.own()),
            origin: Set(one.origin.clone()),
            created_at: Set(one.created_at.0),
            created_by: Set(one.created_by.clone()),
        };
        origins::Entity::insert(row).exec_without_returning(&self.tx).await?;
        Ok(true)
    }

    /// The origins that may show Rekey, oldest first.
    pub async fn list_embed_origins(&self) -> Result<Vec<EmbedOrigin>, StoreError> {
        let rows = origins::Entity::find()
            .filter(origins::Column::Organization.eq(self.own()))
            .order_by_asc(origins::Column::Id)
            .all(&self.tx)
            .await?;
        Ok(rows.into_iter().map(EmbedOrigin::from).collect())
    }

    /// An origin, by what it is.
    pub async fn find_embed_origin(&self, origin: &str) -> Result<Option<EmbedOrigin>, StoreError> {
        let row = origins::Entity::find()
            .filter(origins::Column::Organization.eq(self.own()))
            .filter(origins::Column::Origin.eq(origin))
            .one(&self.tx)
            .await?;
        Ok(row.map(EmbedOrigin::from))
    }

    /// Removes an origin and gives what it was.
    pub async fn remove_embed_origin(&self, id: Uuid) -> Result<Option<EmbedOrigin>, StoreError> {
        let own = origins::Column::Organization.eq(self.own());
        let found = origins::Entity::find_by_id(id).filter(own.clone()).one(&self.tx).await?;
        let gone = origins::Entity::delete_many().filter(own).filter(origins::Column::Id.eq(id)).exec(&self.tx).await?;
        Ok(found.filter(|_| gone.rows_affected == 1).map(EmbedOrigin::from))
    }

    /// Adds a session.
    pub async fn add_embed_session(&self, one: &EmbedSession) -> Result<(), StoreError> {
        let row = sessions::ActiveModel {
            id: Set(one.id),
            organization: Set(self.own()),
            customer: Set(one.customer.0),
            api_key: Set(one.api_key.0),
            origin: Set(one.origin.clone()),
            host_user: Set(one.host_user.clone()),
            method: Set(one.method.as_str().to_owned()),
            sets: Set(sets_text(&one.sets)),
            authorization_id: Set(one.authorization.map(|id| id.0)),
            created_at: Set(one.created_at.0),
            expires_at: Set(one.expires_at.0),
            ended_at: Set(one.ended_at.map(|time| time.0)),
            version: Set(one.version),
        };
        sessions::Entity::insert(row).exec_without_returning(&self.tx).await?;
        Ok(())
    }

    /// A session, whatever became of it.
    pub async fn find_embed_session(&self, id: Uuid) -> Result<Option<EmbedSession>, StoreError> {
        sessions::Entity::find_by_id(id)
            .filter(self.mine(sessions::Column::Organization, sessions::Column::Customer))
            .one(&self.tx)
            .await?
            .map(EmbedSession::try_from)
            .transpose()
    }

    /// The newest session of the same person of the same console, about the same sets.
    pub async fn find_last_embed_session(&self, like: &EmbedSession) -> Result<Option<EmbedSession>, StoreError> {
        sessions::Entity::find()
            .filter(self.mine(sessions::Column::Organization, sessions::Column::Customer))
            .filter(sessions::Column::Customer.eq(like.customer.0))
            .filter(sessions::Column::Origin.eq(like.origin.as_str()))
            .filter(sessions::Column::HostUser.eq(like.host_user.as_str()))
            .filter(sessions::Column::Method.eq(like.method.as_str()))
            .filter(sessions::Column::Sets.eq(sets_text(&like.sets)))
            .order_by_desc(sessions::Column::Id)
            .one(&self.tx)
            .await?
            .map(EmbedSession::try_from)
            .transpose()
    }

    /// Counts a change of a session; until the end of the transaction nobody else counts one. `false`: it is not there.
    pub async fn touch_embed_session(&self, id: Uuid) -> Result<bool, StoreError> {
        let done = sessions::Entity::update_many()
            .col_expr(sessions::Column::Version, Expr::col(sessions::Column::Version).add(1))
            .filter(self.mine(sessions::Column::Organization, sessions::Column::Customer))
            .filter(sessions::Column::Id.eq(id))
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected == 1)
    }

    /// Notes the authorization that a session has in hand.
    pub async fn update_embed_authorization(
        &self,
        id: Uuid,
        authorization: AuthorizationId,
    ) -> Result<bool, StoreError> {
        let done = sessions::Entity::update_many()
            .col_expr(sessions::Column::AuthorizationId, Expr::value(authorization.0))
            .filter(self.mine(sessions::Column::Organization, sessions::Column::Customer))
            .filter(sessions::Column::Id.eq(id))
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected == 1)
    }

    /// Ends a session; whoever looks at it live is told. `false`: it had ended.
    pub async fn end_embed_session(&self, id: Uuid, now: Timestamp) -> Result<bool, StoreError> {
        let done = sessions::Entity::update_many()
            .col_expr(sessions::Column::EndedAt, Expr::value(now.0))
            .col_expr(sessions::Column::Version, Expr::col(sessions::Column::Version).add(1))
            .filter(self.mine(sessions::Column::Organization, sessions::Column::Customer))
            .filter(sessions::Column::Id.eq(id))
            .filter(sessions::Column::EndedAt.is_null())
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected == 1)
    }

    /// As [`Self::end_embed_session`], all sessions of an origin; gives how many.
    pub async fn end_embed_sessions_of(&self, origin: &str, now: Timestamp) -> Result<u64, StoreError> {
        let done = sessions::Entity::update_many()
            .col_expr(sessions::Column::EndedAt, Expr::value(now.0))
            .col_expr(sessions::Column::Version, Expr::col(sessions::Column::Version).add(1))
            .filter(self.mine(sessions::Column::Organization, sessions::Column::Customer))
            .filter(sessions::Column::Origin.eq(origin))
            .filter(sessions::Column::EndedAt.is_null())
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected)
    }

    /// How many windows the frames of a session have opened.
    pub async fn count_popups(&self, session: Uuid) -> Result<u64, StoreError> {
        Ok(popups::Entity::find()
            .filter(popups::Column::Organization.eq(self.own()))
            .filter(popups::Column::EmbedSession.eq(session))
            .count(&self.tx)
            .await?)
    }

    /// Forgets sessions that were over before a time, with their windows; gives how many.
    pub async fn remove_old_embed_sessions(&self, before: Timestamp) -> Result<u64, StoreError> {
        let old = sessions::Column::Organization.eq(self.own()).and(sessions::Column::ExpiresAt.lt(before.0));
        let ids = sessions::Entity::find().select_only().column(sessions::Column::Id).filter(old.clone()).into_query();
        popups::Entity::delete_many()
            .filter(popups::Column::Organization.eq(self.own()))
            .filter(popups::Column::EmbedSession.in_subquery(ids))
            .exec(&self.tx)
            .await?;
        Ok(sessions::Entity::delete_many().filter(old).exec(&self.tx).await?.rows_affected)
    }

    /// Adds a window.
    pub async fn add_popup(&self, one: &Popup) -> Result<(), StoreError> {
        let row = popups::ActiveModel {
            id: Set(one.id),
            organization: Set(self.own()),
            embed_session: Set(one.session),
            state: Set(word(one.state).to_owned()),
            code: Set(one.code.to_vec()),
            tries: Set(one.tries),
            challenge: Set(one.challenge.map(|hash| hash.to_vec())),
            created_at: Set(one.created_at.0),
        };
        popups::Entity::insert(row).exec_without_returning(&self.tx).await?;
        Ok(())
    }

    /// A window.
    pub async fn find_popup(&self, id: Uuid) -> Result<Option<Popup>, StoreError> {
        popups::Entity::find_by_id(id)
            .filter(popups::Column::Organization.eq(self.own()))
            .one(&self.tx)
            .await?
            .map(Popup::try_from)
            .transpose()
    }

    /// The window that a session's frame opened last.
    pub async fn find_last_popup(&self, session: Uuid) -> Result<Option<Popup>, StoreError> {
        popups::Entity::find()
            .filter(popups::Column::Organization.eq(self.own()))
            .filter(popups::Column::EmbedSession.eq(session))
            .order_by_desc(popups::Column::Id)
            .one(&self.tx)
            .await?
            .map(Popup::try_from)
            .transpose()
    }

    /// Stores state, tries and challenge of a window, if it is as it was read. `false`: somebody else was quicker.
    pub async fn update_popup(&self, popup: &Popup, from: &Popup) -> Result<bool, StoreError> {
        let challenge = match &from.challenge {
            Some(hash) => popups::Column::Challenge.eq(hash.to_vec()),
            None => popups::Column::Challenge.is_null(),
        };
        let done = popups::Entity::update_many()
            .col_expr(popups::Column::State, Expr::value(word(popup.state)))
            .col_expr(popups::Column::Tries, Expr::value(popup.tries))
            .col_expr(popups::Column::Challenge, Expr::value(popup.challenge.map(|hash| hash.to_vec())))
            .filter(popups::Column::Organization.eq(self.own()))
            .filter(popups::Column::Id.eq(popup.id))
            .filter(popups::Column::State.eq(word(from.state)))
            .filter(popups::Column::Tries.eq(from.tries))
            .filter(challenge)
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected == 1)
    }

    /// Ends the windows of a session that were not tied to their frame.
    pub async fn end_open_popups(&self, session: Uuid) -> Result<u64, StoreError> {
        let done = popups::Entity::update_many()
            .col_expr(popups::Column::State, Expr::value(word(PopupState::Dead)))
            .filter(popups::Column::Organization.eq(self.own()))
            .filter(popups::Column::EmbedSession.eq(session))
            .filter(popups::Column::State.is_in([word(PopupState::Announced), word(PopupState::Here)]))
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected)
    }
}
