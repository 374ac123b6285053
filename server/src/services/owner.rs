//! The first owner, and recovery: `rekey owner-link` makes a link that makes whoever signs in with it the owner.
//! Fifteen minutes, one use, printed only by the command that made it.

use super::{ServiceError, members, sessions};
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
    domain: Option<&str>,
) -> Result<(OrganizationId, Secret<String>), ServiceError> {
    let now = app.now();
    let id = match id {
        Some(id) => id,
        None => add_organization(app, name, domain).await?,
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
pub async fn add_organization(
    app: &AppState,
    name: &str,
    domain: Option<&str>,
) -> Result<OrganizationId, ServiceError> {
    let (name, domain) = vetted(name, domain)?;
    let id = OrganizationId(app.new_id());
    let tx = app.store.write_system().await?;
    tx.add_organization(&Organization { id, name, domain, suspended_at: None }, app.now()).await?;
    tx.commit().await?;
    Ok(id)
}

/// What the operator vetted: the name and the domain that strangers are shown. Members cannot change them.
fn vetted(name: &str, domain: Option<&str>) -> Result<(String, Option<String>), ServiceError> {
    let name = super::text::name("name", name, 120)?;
    let domain = domain.map(str::trim).filter(|text| !text.is_empty()).map(str::to_lowercase);
    let is_domain = |text: &String| {
        text.len() <= 253
            && text.contains('.')
            && text
                .split('.')
                .all(|part| !part.is_empty() && part.chars().all(|one| one.is_ascii_alphanumeric() || one == '-'))
    };
    if domain.as_ref().is_some_and(|text| !is_domain(text)) {
        return Err(ServiceError::field("domain", "expected a domain such as northwind.example"));
    }
    Ok((name, domain))
}

/// All organizations, for the operator.
pub async fn list_organizations(app: &AppState) -> Result<Vec<Organization>, ServiceError> {
    Ok(app.store.read_system().await?.list_organizations().await?)
}

/// Gives an organization another vetted name and domain.
pub async fn update_organization(
    app: &AppState,
    id: OrganizationId,
    name: &str,
    domain: Option<&str>,
) -> Result<(), ServiceError> {
    let (name, domain) = vetted(name, domain)?;
    let tx = app.store.write(id).await?;
    if !tx.update_organization(&Organization { id, name, domain, suspended_at: None }).await? {
        return Err(ServiceError::NotFound);
    }
    let subject = format!("organization:{id}");
    app.audit().record(&tx, "organization.changed", &Actor::Operator, subject, String::new()).await?;
    Ok(tx.commit().await?)
}

/// Stops an organization: its sessions, keys, links and frames open nothing, nothing of it runs, no job gets a token. What it has
/// stays as it is, until it may go on (M4).
pub async fn suspend_organization(app: &AppState, id: OrganizationId, stop: bool) -> Result<(), ServiceError> {
    let tx = app.store.write(id).await?;
    tx.find_organization().await?.ok_or(ServiceError::NotFound)?;
    if !tx.suspend_organization(stop.then(|| app.now())).await? {
        let detail = if stop { "It is suspended already." } else { "It is not suspended." };
        return Err(ServiceError::conflict("changed_meanwhile", detail));
    }
    let event = if stop { "organization.suspended" } else { "organization.resumed" };
    app.audit().record(&tx, event, &Actor::Operator, format!("organization:{id}"), String::new()).await?;
    Ok(tx.commit().await?)
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
        let id = MemberId(app.new_id());
        let member =
            Member { id, tenant: identity.tenant, object: identity.object, name, username, role: MemberRole::Owner };
        members::admit(app, tx, member, &[]).await?
    };
    let actor = members::actor(&member);
    app.audit().record(tx, "owner_link.used", &actor, format!("member:{}", member.id), String::new()).await?;
    Ok(member)
}
