//! The demo's own data: one organization with its owner, and a key for scripts.

use super::{CommandError, world};
use crate::{
    audit::Actor,
    services::{api_keys, embed::origins, owner, sessions},
    state::AppState,
    store::members::Member,
};
use shared::{
    api::{api_keys::CreateApiKey, embed::AddEmbedOrigin, session::MemberRole},
    id::{MemberId, ObjectId, OrganizationId, TenantId},
};

const ORGANIZATION: &str = "Northwind Managed IT";
/// The key of scripts.
pub const SCRIPT: &str = "demo script";
/// The key of the demo's host console.
pub const CONSOLE: &str = "Halden Backup Console";

/// Makes the organization and its owner, once.
pub async fn organization(app: &AppState) -> Result<OrganizationId, CommandError> {
    if let Some(found) = app.store.read_system().await?.list_organizations().await?.first() {
        return Ok(found.id);
    }
    let organization = owner::add_organization(app, ORGANIZATION, Some("northwind.example")).await?;
    let (tenant, object) = owner_identity()?;
    let member = Member {
        id: MemberId(app.new_id()),
        tenant,
        object,
        name: "Maya Lindqvist".to_owned(),
        username: world::OWNER.to_owned(),
        role: MemberRole::Owner,
    };
    let tx = app.store.write(organization).await?;
    tx.add_member(&member, app.now()).await?;
    sessions::locate_member(&tx, organization, member.id, tenant, object).await?;
    let subject = format!("member:{}", member.id);
    app.audit().record(&tx, "member.created", &Actor::Operator, subject, String::new()).await?;
    tx.commit().await?;
    Ok(organization)
}

/// Who the owner is at the emulator.
fn owner_identity() -> Result<(TenantId, ObjectId), CommandError> {
    let scenario = world::scenario()?;
    let found = scenario.tenants.iter().find_map(|tenant| {
        let person = tenant.people.iter().find(|person| person.username == world::OWNER)?;
        Some((TenantId(tenant.tid), ObjectId(person.oid?)))
    });
    found.ok_or_else(|| "the scenario has no owner with an object id".into())
}

/// A fresh key of this name for this run; those of earlier runs end.
pub async fn api_key(app: &AppState, name: &str) -> Result<String, CommandError> {
    let organization = organization(app).await?;
    for key in api_keys::list(app, organization).await? {
        if key.name == name && key.revoked_at.is_none() {
            api_keys::revoke(app, organization, &Actor::Operator, key.id).await?;
        }
    }
    let made = api_keys::create(app, organization, &Actor::Operator, &CreateApiKey::new(name.to_owned())).await?;
    Ok(made.secret)
}

/// Lets the demo's host console show Rekey; those of earlier runs, on other ports, end.
pub async fn console(app: &AppState, origin: &str) -> Result<(), CommandError> {
    let organization = organization(app).await?;
    let known = origins::set_up(app, organization).await?.origins;
    for old in known.iter().filter(|old| old.origin != origin && old.origin.starts_with("http://console.localhost:")) {
        origins::remove(app, organization, &Actor::Operator, old.id).await?;
    }
    if !known.iter().any(|one| one.origin == origin) {
        let request = AddEmbedOrigin { origin: origin.to_owned() };
        origins::add(app, organization, &Actor::Operator, &request).await?;
    }
    Ok(())
}
