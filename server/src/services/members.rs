//! Members: what they may do, and their removal. Known by tenant and object, never by a name (T10).
//!
//! Owners alone decide about owners, and the last one stays. A technician works with chosen customers (H6).

use super::{ServiceError, sessions::member_hash};
use crate::{
    access::Manager,
    audit::Actor,
    state::AppState,
    store::{
        Scoped,
        locator::{self, LocatorKind},
        members::Member,
    },
};
use shared::{
    api::{
        members::{MemberDetail, UpdateMember},
        session::MemberRole,
    },
    id::{CustomerId, MemberId, OrganizationId},
};

/// The most customers of one technician.
const MOST_CUSTOMERS: usize = 1_000;

/// All members, oldest first.
pub async fn list(app: &AppState, organization: OrganizationId) -> Result<Vec<MemberDetail>, ServiceError> {
    let tx = app.store.read(organization).await?;
    let mut all = Vec::new();
    for member in tx.list_members().await? {
        all.push(detail(&tx, member).await?);
    }
    Ok(all)
}

async fn detail(tx: &Scoped, member: Member) -> Result<MemberDetail, ServiceError> {
    let customers = match member.role {
        MemberRole::Technician => tx.list_customers_of_member(member.id).await?,
        _ => Vec::new(),
    };
    Ok(MemberDetail {
        id: member.id,
        name: member.name,
        username: member.username,
        tenant: member.tenant,
        object: member.object,
        role: member.role,
        customers,
    })
}

/// The customers of a role: some of ours for a technician, none for everybody else.
pub(super) async fn check_customers(
    tx: &Scoped,
    role: MemberRole,
    customers: &[CustomerId],
) -> Result<Vec<CustomerId>, ServiceError> {
    if role != MemberRole::Technician {
        return match customers {
            [] => Ok(Vec::new()),
            _ => Err(ServiceError::field("customers", "expected none: only technicians work with chosen customers")),
        };
    }
    let mut customers = customers.to_vec();
    customers.sort_unstable();
    customers.dedup();
    if customers.len() > MOST_CUSTOMERS {
        return Err(ServiceError::field("customers", "expected at most 1,000 customers"));
    }
    if tx.find_customers(&customers).await?.len() != customers.len() {
        return Err(ServiceError::field("customers", "expected ids of your customers"));
    }
    Ok(customers)
}

/// Owners alone make and change owners.
pub(super) fn check_owner(manager: &Manager, roles: &[MemberRole]) -> Result<(), ServiceError> {
    if roles.contains(&MemberRole::Owner) && manager.role != MemberRole::Owner {
        return Err(ServiceError::Forbidden {
            code: "role_insufficient",
            detail: "Only an owner decides about owners.".to_owned(),
        });
    }
    Ok(())
}

/// Somebody must be left who can let others in.
async fn check_last_owner(tx: &Scoped, leaving: &Member) -> Result<(), ServiceError> {
    let others = tx.list_members().await?.into_iter().filter(|one| one.id != leaving.id);
    if leaving.role == MemberRole::Owner && !others.into_iter().any(|one| one.role == MemberRole::Owner) {
        let detail = "This is the last owner. Make somebody else an owner first.";
        return Err(ServiceError::conflict("last_owner", detail));
    }
    Ok(())
}

/// Changes what a member may do, from their next request on.
pub async fn update(
    app: &AppState,
    manager: &Manager,
    id: MemberId,
    request: &UpdateMember,
) -> Result<MemberDetail, ServiceError> {
    let tx = app.store.write(manager.organization).await?;
    // Two owners who demote each other in one moment come one after the other.
    tx.lock().await?;
    let member = tx.find_member(id).await?.ok_or(ServiceError::NotFound)?;
    check_owner(manager, &[member.role, request.role])?;
    if request.role != MemberRole::Owner {
        check_last_owner(&tx, &member).await?;
    }
    let customers = check_customers(&tx, request.role, &request.customers).await?;
    let changed = Member { role: request.role, ..member };
    tx.update_member(&changed).await?;
    tx.choose_customers(id, &customers).await?;
    let text = format!("role={} customers={}", changed.role.as_str(), customers.len());
    app.audit().record(&tx, "member.changed", &manager.actor, format!("member:{id}"), text).await?;
    let view = detail(&tx, changed).await?;
    tx.commit().await?;
    Ok(view)
}

/// Removes a member: their sessions end at once (M4).
pub async fn remove(app: &AppState, manager: &Manager, id: MemberId) -> Result<(), ServiceError> {
    let now = app.now();
    let tx = app.store.write(manager.organization).await?;
    tx.lock().await?;
    let member = tx.find_member(id).await?.ok_or(ServiceError::NotFound)?;
    check_owner(manager, &[member.role])?;
    check_last_owner(&tx, &member).await?;
    tx.remove_member(id, now).await?;
    tx.end_sessions_of(id, now).await?;
    locator::take(&tx, LocatorKind::Member, &member_hash(member.tenant, member.object), now).await?;
    app.audit().record(&tx, "member.removed", &manager.actor, format!("member:{id}"), String::new()).await?;
    Ok(tx.commit().await?)
}

/// Makes somebody a member whose identity was verified. `member_elsewhere`: they are one in another organization.
pub(super) async fn admit(
    app: &AppState,
    tx: &Scoped,
    member: Member,
    customers: &[CustomerId],
) -> Result<Member, ServiceError> {
    let now = app.now();
    let hash = member_hash(member.tenant, member.object);
    if locator::find(tx, LocatorKind::Member, &hash, now).await?.is_some() {
        return Err(ServiceError::conflict(
            "member_elsewhere",
            "This account is a member of an organization here already. Another account is needed.",
        ));
    }
    let member = if let Some(before) = tx.find_removed_member(member.tenant, member.object).await? {
        let again = Member { id: before, ..member };
        tx.restore_member(&again).await?;
        again
    } else {
        tx.add_member(&member, now).await?;
        member
    };
    tx.choose_customers(member.id, customers).await?;
    super::sessions::locate_member(tx, tx.organization, member.id, member.tenant, member.object).await?;
    Ok(member)
}

/// How the audit log names a member.
pub(super) fn actor(member: &Member) -> Actor {
    Actor::Member(member.id, member.name.clone())
}
