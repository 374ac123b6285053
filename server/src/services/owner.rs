//! The first owner, and recovery: `rekey owner-link` makes a link that makes whoever signs in with it the owner.
//! Fifteen minutes, one use, printed only by the command that made it.

use super::{ServiceError, sessions};
use crate::{
    audit::Actor,
    microsoft::verify::VerifiedIdentity,
    random::new_secret,
    seal::hash_secret,
    state::AppState,
    store::{
        Scoped,
        locator::{self, Located, LocatorKind, NewLocator},
        members::Member,
        organizations::Organization,
    },
};
use shared::{
    api::session::MemberRole,
    id::{MemberId, OrganizationId},
    secret::Secret,
    time::Timestamp,
};

/// How long a link lives, in seconds.
const LIFE: i64 = 15 * 60;

/// Makes a link for an organization; adds the organization when `id` is `None`.
pub async fn create_link(
    app: &AppState,
    id: Option<OrganizationId>,
    name: &str,
) -> Result<(OrganizationId, Secret<String>), ServiceError> {
    let now = app.now();
    let id = match id {
        Some(id) => id,
        None => add_organization(app, name).await?,
    };
    let secret = new_secret(&*app.random);
    let tx = app.store.write(id).await?;
    tx.find_organization().await?.ok_or(ServiceError::NotFound)?;
    let entry = NewLocator {
        hash: hash_secret(secret.expose()),
        kind: LocatorKind::OwnerLink,
        to: Located { organization: id, id: id.0 },
        expires_at: Some(now.plus(LIFE)),
    };
    locator::add(&tx, entry).await?;
    app.audit()
        .record(&tx, "owner_link.created", &Actor::Operator, format!("organization:{id}"), String::new())
        .await?;
    tx.commit().await?;
    let url = format!("{}/owner#{}", app.settings.origin, secret.expose());
    Ok((id, Secret::new(url)))
}

/// Adds an organization with a name that the operator has vetted.
pub async fn add_organization(app: &AppState, name: &str) -> Result<OrganizationId, ServiceError> {
    let name = super::text::name("name", name, 120)?;
    let id = OrganizationId(app.new_id());
    let tx = app.store.write_system().await?;
    tx.add_organization(&Organization { id, name }, app.now()).await?;
    tx.commit().await?;
    Ok(id)
}

/// Where an owner link leads.
pub async fn find(app: &AppState, link: &str, now: Timestamp) -> Result<OrganizationId, ServiceError> {
    let tx = app.store.read_system().await?;
    let located = locator::find(&tx, LocatorKind::OwnerLink, &hash_secret(link), now).await?;
    located.map(|located| located.organization).ok_or_else(over)
}

fn over() -> ServiceError {
    ServiceError::conflict(
        "link_over",
        "This link is unknown, used or over. Ask whoever runs this installation for a new one.",
    )
}

/// Uses a link up and makes the person an owner.
pub async fn claim(
    app: &AppState,
    tx: &Scoped,
    link: &str,
    identity: &VerifiedIdentity,
    known: Option<Member>,
    now: Timestamp,
) -> Result<Member, ServiceError> {
    locator::take(tx, LocatorKind::OwnerLink, &hash_secret(link), now).await?.ok_or_else(over)?;
    let (name, username) = sessions::names_of(identity);
    let member = if let Some(known) = known {
        let member = Member { name, username, role: MemberRole::Owner, ..known };
        tx.update_member(&member).await?;
        member
    } else {
        let hash = sessions::member_hash(identity.tenant, identity.object);
        if locator::find(tx, LocatorKind::Member, &hash, now).await?.is_some() {
            return Err(ServiceError::conflict(
                "member_elsewhere",
                "This account is a member of another organization here. Sign in with another account.",
            ));
        }
        let id = MemberId(app.new_id());
        let member =
            Member { id, tenant: identity.tenant, object: identity.object, name, username, role: MemberRole::Owner };
        tx.add_member(&member, now).await?;
        sessions::locate_member(tx, tx.organization, id, identity.tenant, identity.object).await?;
        member
    };
    let actor = Actor::Member(member.id, member.name.clone());
    app.audit().record(tx, "owner_link.used", &actor, format!("member:{}", member.id), String::new()).await?;
    Ok(member)
}
