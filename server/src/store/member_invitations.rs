//! Invitations to become a member: made by a member, claimed by a sign-in, confirmed by who invited. Their secrets are in
//! `locator` only, hashed.

use super::{
    Scoped, StoreError,
    entities::member_invitations as table,
    members::{read_role, role_text},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use shared::{
    api::{members::MemberInvitationState, session::MemberRole},
    id::{CustomerId, ObjectId, TenantId},
    time::Timestamp,
};
use uuid::Uuid;

/// An invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberInvitation {
    /// Id.
    pub id: Uuid,
    /// What the person may do.
    pub role: MemberRole,
    /// For technicians: the customers they work with.
    pub customers: Vec<CustomerId>,
    /// For whom it is, in the inviter's words.
    pub note: String,
    /// Where it stands.
    pub state: MemberInvitationState,
    /// Who made it: for display.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// After this it cannot be claimed.
    pub expires_at: Timestamp,
    /// Who signed in with it.
    pub claim: Option<Claim>,
    /// When it was confirmed or revoked.
    pub ended_at: Option<Timestamp>,
}

/// Who signed in with an invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The tenant they sign in with.
    pub tenant: TenantId,
    /// Their account there.
    pub object: ObjectId,
    /// Name: for display.
    pub name: String,
    /// Sign-in name: for display.
    pub username: String,
    /// When.
    pub at: Timestamp,
}

impl TryFrom<table::Model> for MemberInvitation {
    type Error = StoreError;
    fn try_from(row: table::Model) -> Result<Self, StoreError> {
        let bad = || StoreError::Unreadable("member invitation");
        let customers = row.customers.split(',').filter(|text| !text.is_empty());
        let claim = match (row.tenant, row.object, row.claimed_at) {
            (Some(tenant), Some(object), Some(at)) => Some(Claim {
                tenant: TenantId(tenant),
                object: ObjectId(object),
                name: row.name.unwrap_or_default(),
                username: row.username.unwrap_or_default(),
                at: Timestamp(at),
            }),
            _ => None,
        };
        Ok(Self {
            id: row.id,
            role: read_role(&row.role)?,
            customers: customers.map(|text| text.parse().map_err(|_| bad())).collect::<Result<_, _>>()?,
            note: row.note,
            state: MemberInvitationState::parse(&row.state).ok_or_else(bad)?,
            created_by: row.created_by,
            created_at: Timestamp(row.created_at),
            expires_at: Timestamp(row.expires_at),
            claim,
            ended_at: row.ended_at.map(Timestamp),
        })
    }
}

fn row(organization: Uuid, one: &MemberInvitation) -> table::ActiveModel {
    let customers: Vec<String> = one.customers.iter().map(ToString::to_string).collect();
    let claim = one.claim.as_ref();
    table::ActiveModel {
        id: Set(one.id),
        organization: Set(organization),
        role: Set(role_text(one.role).to_owned()),
        customers: Set(customers.join(",")),
        note: Set(one.note.clone()),
        state: Set(one.state.as_str().to_owned()),
        created_by: Set(one.created_by.clone()),
        created_at: Set(one.created_at.0),
        expires_at: Set(one.expires_at.0),
        tenant: Set(claim.map(|claim| claim.tenant.0)),
        object: Set(claim.map(|claim| claim.object.0)),
        name: Set(claim.map(|claim| claim.name.clone())),
        username: Set(claim.map(|claim| claim.username.clone())),
        claimed_at: Set(claim.map(|claim| claim.at.0)),
        ended_at: Set(one.ended_at.map(|time| time.0)),
    }
}

impl Scoped {
    /// Adds an invitation.
    pub async fn add_member_invitation(&self, one: &MemberInvitation) -> Result<(), StoreError> {
        table::Entity::insert(row(self.own(), one)).exec_without_returning(&self.tx).await?;
        Ok(())
    }

    /// An invitation.
    pub async fn find_member_invitation(&self, id: Uuid) -> Result<Option<MemberInvitation>, StoreError> {
        let own = table::Entity::find_by_id(id).filter(table::Column::Organization.eq(self.own()));
        own.one(&self.tx).await?.map(MemberInvitation::try_from).transpose()
    }

    /// Invitations, newest first.
    pub async fn list_member_invitations(&self, limit: u64) -> Result<Vec<MemberInvitation>, StoreError> {
        let own = table::Entity::find().filter(table::Column::Organization.eq(self.own()));
        let rows = own.order_by_desc(table::Column::Id).limit(limit).all(&self.tx).await?;
        rows.into_iter().map(MemberInvitation::try_from).collect()
    }

    /// Writes an invitation, if it is still in the state `from`. `false`: it is not.
    pub async fn update_member_invitation(
        &self,
        one: &MemberInvitation,
        from: MemberInvitationState,
    ) -> Result<bool, StoreError> {
        let done = table::Entity::update_many()
            .set(row(self.own(), one))
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::Id.eq(one.id))
            .filter(table::Column::State.eq(from.as_str()))
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected == 1)
    }
}
