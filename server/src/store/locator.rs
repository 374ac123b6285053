//! Where a looked-up secret leads: its SHA-256, never the secret itself. Life is checked at use (O1).

use super::{Outside, StoreError, entities::locator as table, organizations::standing};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use shared::{id::OrganizationId, time::Timestamp};
use uuid::Uuid;

/// What a secret opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LocatorKind {
    /// A portal session.
    Session,
    /// A portal sign-in that is under way.
    PortalSignIn,
    /// A link that makes somebody the owner.
    OwnerLink,
    /// A link to the connect page.
    ConnectLink,
    /// A sign-in attempt.
    Attempt,
    /// An API key.
    ApiKey,
    /// A member, by tenant and object.
    Member,
    /// An invitation to become a member.
    MemberInvitation,
    /// A customer's own page.
    CustomerPage,
    /// An embed session of a console.
    EmbedSession,
    /// A window that a frame opened.
    Popup,
}

impl LocatorKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::PortalSignIn => "portal_sign_in",
            Self::OwnerLink => "owner_link",
            Self::ConnectLink => "connect_link",
            Self::Attempt => "attempt",
            Self::ApiKey => "api_key",
            Self::Member => "member",
            Self::MemberInvitation => "member_invitation",
            Self::CustomerPage => "customer_page",
            Self::EmbedSession => "embed_session",
            Self::Popup => "popup",
        }
    }
}

/// A place that a secret leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Located {
    /// Whose.
    pub organization: OrganizationId,
    /// The record.
    pub id: Uuid,
}

/// A new entry.
#[derive(Debug, Clone, Copy)]
pub struct NewLocator {
    /// SHA-256 of the secret.
    pub hash: [u8; 32],
    /// What it opens.
    pub kind: LocatorKind,
    /// Where it leads.
    pub to: Located,
    /// After this it is dead; `None`: as long as the record says.
    pub expires_at: Option<Timestamp>,
}

/// Adds an entry.
pub async fn add(at: &impl Outside, entry: NewLocator) -> Result<(), StoreError> {
    let row = table::ActiveModel {
        hash: Set(entry.hash.to_vec()),
        organization: Set(entry.to.organization.0),
        kind: Set(entry.kind.as_str().to_owned()),
        id: Set(entry.to.id),
        expires_at: Set(entry.expires_at.map(|time| time.0)),
    };
    table::Entity::insert(row).exec_without_returning(at.connection()).await?;
    Ok(())
}

/// Where a secret of this kind leads, unless it is unknown, of another kind or expired.
pub async fn find(
    at: &impl Outside,
    kind: LocatorKind,
    hash: &[u8; 32],
    now: Timestamp,
) -> Result<Option<Located>, StoreError> {
    Ok(find_any(at, &[kind], hash, now).await?.map(|(_, located)| located))
}

/// Where a secret of one of these kinds leads, and its kind.
pub async fn find_any(
    at: &impl Outside,
    kinds: &[LocatorKind],
    hash: &[u8; 32],
    now: Timestamp,
) -> Result<Option<(LocatorKind, Located)>, StoreError> {
    let row = table::Entity::find_by_id(hash.to_vec())
        .filter(standing(table::Column::Organization))
        .one(at.connection())
        .await?;
    Ok(row.and_then(|row| leads(&row, kinds, now)))
}

/// Where each of these secrets leads, if it is of one of these kinds, and its kind.
pub async fn find_each(
    at: &impl Outside,
    kinds: &[LocatorKind],
    hashes: &[[u8; 32]],
    now: Timestamp,
) -> Result<Vec<Option<(LocatorKind, Located)>>, StoreError> {
    let rows = table::Entity::find()
        .filter(table::Column::Hash.is_in(hashes.iter().map(|hash| hash.to_vec())))
        .filter(standing(table::Column::Organization))
        .all(at.connection())
        .await?;
    let found = |hash: &[u8; 32]| {
        let row = rows.iter().find(|row| row.hash == hash)?;
        leads(row, kinds, now)
    };
    Ok(hashes.iter().map(found).collect())
}

/// Where a row leads, unless it is of another kind or expired.
fn leads(row: &table::Model, kinds: &[LocatorKind], now: Timestamp) -> Option<(LocatorKind, Located)> {
    if row.expires_at.is_some_and(|end| now.0 >= end) {
        return None;
    }
    let kind = kinds.iter().find(|kind| row.kind == kind.as_str())?;
    Some((*kind, Located { organization: OrganizationId(row.organization), id: row.id }))
}

/// Whether this is the hash of some secret, of whatever kind and age.
pub async fn is_known(at: &impl Outside, hash: &[u8; 32]) -> Result<bool, StoreError> {
    Ok(table::Entity::find_by_id(hash.to_vec()).one(at.connection()).await?.is_some())
}

/// Uses an entry up: of two callers at once, one gets it.
pub async fn take(
    at: &impl Outside,
    kind: LocatorKind,
    hash: &[u8; 32],
    now: Timestamp,
) -> Result<Option<Located>, StoreError> {
    let Some(located) = find(at, kind, hash, now).await? else { return Ok(None) };
    let gone = table::Entity::delete_by_id(hash.to_vec()).exec(at.connection()).await?;
    Ok((gone.rows_affected == 1).then_some(located))
}

/// Forgets entries that expired before `now`.
pub async fn remove_expired(at: &impl Outside, now: Timestamp) -> Result<u64, StoreError> {
    let gone = table::Entity::delete_many().filter(table::Column::ExpiresAt.lt(now.0)).exec(at.connection()).await?;
    Ok(gone.rows_affected)
}
