//! Members: people of an organization, known by tenant and object, never by name (T10).

use super::{
    Scoped, StoreError,
    entities::{member_customers, members as table},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, sea_query::Expr};
use shared::{
    api::session::MemberRole,
    id::{CustomerId, MemberId, ObjectId, TenantId},
    time::Timestamp,
};

/// A member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Id.
    pub id: MemberId,
    /// The tenant they sign in with.
    pub tenant: TenantId,
    /// Their account there.
    pub object: ObjectId,
    /// Name: for display.
    pub name: String,
    /// Sign-in name: for display.
    pub username: String,
    /// What they may do.
    pub role: MemberRole,
}

const ROLES: [(MemberRole, &str); 4] = [
    (MemberRole::Owner, "owner"),
    (MemberRole::Admin, "admin"),
    (MemberRole::Technician, "technician"),
    (MemberRole::Auditor, "auditor"),
];

pub(super) fn role_text(role: MemberRole) -> &'static str {
    ROLES.iter().find(|(value, _)| *value == role).map_or("auditor", |(_, text)| text)
}

pub(super) fn read_role(text: &str) -> Result<MemberRole, StoreError> {
    Ok(ROLES.iter().find(|(_, word)| *word == text).ok_or(StoreError::Unreadable("role"))?.0)
}

impl TryFrom<table::Model> for Member {
    type Error = StoreError;
    fn try_from(row: table::Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: MemberId(row.id),
            tenant: TenantId(row.tenant),
            object: ObjectId(row.object),
            name: row.name,
            username: row.username,
            role: read_role(&row.role)?,
        })
    }
}

impl Scoped {
    /// A member who has not been removed.
    pub async fn find_member(&self, id: MemberId) -> Result<Option<Member>, StoreError> {
        table::Entity::find_by_id(id.0)
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::RemovedAt.is_null())
            .one(&self.tx)
            .await?
            .map(Member::try_from)
            .transpose()
    }

    /// A member by who they are at Microsoft.
    pub async fn find_member_by_identity(
        &self,
        tenant: TenantId,
        object: ObjectId,
    ) -> Result<Option<Member>, StoreError> {
        table::Entity::find()
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::Tenant.eq(tenant.0))
            .filter(table::Column::Object.eq(object.0))
            .filter(table::Column::RemovedAt.is_null())
            .one(&self.tx)
            .await?
            .map(Member::try_from)
            .transpose()
    }

    /// Whether somebody with this identity was a member once and was removed.
    pub async fn find_removed_member(
        &self,
        tenant: TenantId,
        object: ObjectId,
    ) -> Result<Option<MemberId>, StoreError> {
        let row = table::Entity::find()
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::Tenant.eq(tenant.0))
            .filter(table::Column::Object.eq(object.0))
            .filter(table::Column::RemovedAt.is_not_null())
            .one(&self.tx)
            .await?;
        Ok(row.map(|row| MemberId(row.id)))
    }

    /// Makes somebody who was removed a member again, as `member` says.
    pub async fn restore_member(&self, member: &Member) -> Result<bool, StoreError> {
        let done = table::Entity::update_many()
            .col_expr(table::Column::RemovedAt, Expr::value(Option::<i64>::None))
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::Id.eq(member.id.0))
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected == 1 && self.update_member(member).await?)
    }

    /// Removes a member; who they were stays for the audit log. `false`: there is no such member.
    pub async fn remove_member(&self, id: MemberId, now: Timestamp) -> Result<bool, StoreError> {
        self.choose_customers(id, &[]).await?;
        let done = table::Entity::update_many()
            .col_expr(table::Column::RemovedAt, Expr::value(now.0))
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::Id.eq(id.0))
            .filter(table::Column::RemovedAt.is_null())
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected == 1)
    }

    /// The customers that a technician works with.
    pub async fn list_customers_of_member(&self, id: MemberId) -> Result<Vec<CustomerId>, StoreError> {
        let rows = member_customers::Entity::find()
            .filter(member_customers::Column::Organization.eq(self.own()))
            .filter(member_customers::Column::Member.eq(id.0))
            .all(&self.tx)
            .await?;
        Ok(rows.into_iter().map(|row| CustomerId(row.customer)).collect())
    }

    /// Chooses the customers that a technician works with, in place of those before.
    pub async fn choose_customers(&self, id: MemberId, customers: &[CustomerId]) -> Result<(), StoreError> {
        member_customers::Entity::delete_many()
            .filter(member_customers::Column::Organization.eq(self.own()))
            .filter(member_customers::Column::Member.eq(id.0))
            .exec(&self.tx)
            .await?;
        for part in customers.chunks(400) {
            let rows = part.iter().map(|customer| member_customers::ActiveModel {
                organization: Set(self.own()),
                member: Set(id.0),
                customer: Set(customer.0),
            });
            member_customers::Entity::insert_many(rows).exec_without_returning(&self.tx).await?;
        }
        Ok(())
    }

    /// All members, oldest first.
    pub async fn list_members(&self) -> Result<Vec<Member>, StoreError> {
        let rows = table::Entity::find()
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::RemovedAt.is_null())
            .order_by_asc(table::Column::Id)
            .all(&self.tx)
            .await?;
        rows.into_iter().map(Member::try_from).collect()
    }

    /// Adds a member.
    pub async fn add_member(&self, member: &Member, now: Timestamp) -> Result<(), StoreError> {
        let row = table::ActiveModel {
            id: Set(member.id.0),
            organization: Set(self.own()),
            tenant: Set(member.tenant.0),
            object: Set(member.object.0),
            name: Set(member.name.clone()),
            username: Set(member.username.clone()),
            role: Set(role_text(member.role).to_owned()),
            created_at: Set(now.0),
            removed_at: Set(None),
        };
        table::Entity::insert(row).exec_without_returning(&self.tx).await?;
        Ok(())
    }

    /// Writes the names that Microsoft shows today, and nothing else: a role may change in the same moment.
    pub async fn update_member_names(&self, id: MemberId, name: &str, username: &str) -> Result<bool, StoreError> {
        let done = table::Entity::update_many()
            .col_expr(table::Column::Name, Expr::value(name))
            .col_expr(table::Column::Username, Expr::value(username))
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::Id.eq(id.0))
            .filter(table::Column::RemovedAt.is_null())
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected == 1)
    }

    /// Writes a member's role and the names that Microsoft shows today.
    pub async fn update_member(&self, member: &Member) -> Result<bool, StoreError> {
        let done = table::Entity::update_many()
            .col_expr(table::Column::Role, Expr::value(role_text(member.role)))
            .col_expr(table::Column::Name, Expr::value(member.name.clone()))
            .col_expr(table::Column::Username, Expr::value(member.username.clone()))
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::Id.eq(member.id.0))
            .filter(table::Column::RemovedAt.is_null())
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected == 1)
    }
}
