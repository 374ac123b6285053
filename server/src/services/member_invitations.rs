//! Invitations to become a member. Whoever opens the link signs in with Microsoft and waits; the inviter sees who it was
//! and confirms. Until then the account may do nothing, so that a link in wrong hands admits nobody (O6).

use super::{ServiceError, members, sessions, text};
use crate::{
    access::Manager,
    random::new_secret,
    seal::hash_secret,
    state::AppState,
    store::{
        Scoped,
        locator::{self, Located, LocatorKind, NewLocator},
        member_invitations::{Claim, MemberInvitation},
        members::Member,
    },
};
use shared::{
    api::members::{
        ClaimMemberInvitation, ClaimView, ConfirmMember, CreateMemberInvitation, InvitedView, MemberDetail,
        MemberInvitationCreated, MemberInvitationState, MemberInvitationView,
    },
    api::session::MemberRole,
    id::{MemberId, OrganizationId},
};
use uuid::Uuid;

/// How long an invitation can be used, in seconds.
const LIFE: i64 = 7 * 24 * 3600;
/// The most that are listed.
const MOST: u64 = 200;

/// Makes an invitation. Its address is shown this once.
pub async fn create(
    app: &AppState,
    manager: &Manager,
    request: &CreateMemberInvitation,
) -> Result<MemberInvitationCreated, ServiceError> {
    let now = app.now();
    let note = text::name("note", &request.note, 120)?;
    members::check_owner(manager, &[request.role])?;
    let tx = app.store.write(manager.organization).await?;
    let customers = members::check_customers(&tx, request.role, &request.customers).await?;
    let invitation = MemberInvitation {
        id: app.new_id(),
        role: request.role,
        customers,
        note,
        state: MemberInvitationState::Open,
        created_by: manager.actor.name().to_owned(),
        created_at: now,
        expires_at: now.plus(LIFE),
        claim: None,
        ended_at: None,
    };
    tx.add_member_invitation(&invitation).await?;
    let secret = new_secret(&*app.random);
    let to = Located { organization: manager.organization, id: invitation.id };
    let (kind, expires_at) = (LocatorKind::MemberInvitation, Some(invitation.expires_at));
    locator::add(&tx, NewLocator { hash: hash_secret(secret.expose()), kind, to, expires_at }).await?;
    let subject = format!("member_invitation:{}", invitation.id);
    let detail = format!("role={}", invitation.role.as_str());
    app.audit().record(&tx, "member_invitation.created", &manager.actor, subject, detail).await?;
    tx.commit().await?;
    let url = format!("{}/join#{}", app.settings.origin, secret.expose());
    Ok(MemberInvitationCreated { invitation: view(invitation), url })
}

fn view(one: MemberInvitation) -> MemberInvitationView {
    MemberInvitationView {
        id: one.id,
        role: one.role,
        customers: one.customers,
        note: one.note,
        state: one.state,
        created_by: one.created_by,
        created_at: one.created_at,
        expires_at: one.expires_at,
        claimed_by: one.claim.map(|claim| ClaimView {
            name: claim.name,
            username: claim.username,
            tenant: claim.tenant,
            object: claim.object,
            at: claim.at,
        }),
    }
}

/// The last invitations, newest first.
pub async fn list(app: &AppState, organization: OrganizationId) -> Result<Vec<MemberInvitationView>, ServiceError> {
    let found = app.store.read(organization).await?.list_member_invitations(MOST).await?;
    Ok(found.into_iter().map(view).collect())
}

/// Takes an invitation back, also one that somebody signed in with and that is not confirmed.
pub async fn revoke(app: &AppState, manager: &Manager, id: Uuid) -> Result<MemberInvitationView, ServiceError> {
    let tx = app.store.write(manager.organization).await?;
    let found = tx.find_member_invitation(id).await?.ok_or(ServiceError::NotFound)?;
    let from = found.state;
    if !matches!(from, MemberInvitationState::Open | MemberInvitationState::Claimed) {
        return Err(over());
    }
    let ended = MemberInvitation { state: MemberInvitationState::Revoked, ended_at: Some(app.now()), ..found };
    if !tx.update_member_invitation(&ended, from).await? {
        return Err(over());
    }
    let subject = format!("member_invitation:{id}");
    app.audit().record(&tx, "member_invitation.revoked", &manager.actor, subject, String::new()).await?;
    tx.commit().await?;
    Ok(view(ended))
}

/// The inviter confirms the account that was shown: it is a member from now on.
pub async fn confirm(
    app: &AppState,
    manager: &Manager,
    id: Uuid,
    request: &ConfirmMember,
) -> Result<MemberDetail, ServiceError> {
    let tx = app.store.write(manager.organization).await?;
    let found = tx.find_member_invitation(id).await?.ok_or(ServiceError::NotFound)?;
    members::check_owner(manager, &[found.role])?;
    if app.now() >= found.expires_at {
        let detail = "This invitation has expired. Take it back and make another one.";
        return Err(ServiceError::conflict("link_over", detail));
    }
    let claim = match (found.state, &found.claim) {
        (MemberInvitationState::Claimed, Some(claim)) => claim.clone(),
        (MemberInvitationState::Open, _) => {
            return Err(ServiceError::conflict("not_claimed", "Nobody has signed in with this invitation yet."));
        }
        _ => return Err(over()),
    };
    if (claim.tenant, claim.object) != (request.tenant, request.object) {
        let detail = "Another account signed in than the one that you looked at. Look again.";
        return Err(ServiceError::conflict("changed_meanwhile", detail));
    }
    // Customers may have gone since the invitation was made.
    let left: Vec<_> = tx.find_customers(&found.customers).await?.into_iter().map(|customer| customer.id).collect();
    let member = Member {
        id: MemberId(app.new_id()),
        tenant: claim.tenant,
        object: claim.object,
        name: claim.name,
        username: claim.username,
        role: found.role,
    };
    let member = members::admit(app, &tx, member, &left).await?;
    let from = found.state;
    let ended = MemberInvitation { state: MemberInvitationState::Confirmed, ended_at: Some(app.now()), ..found };
    if !tx.update_member_invitation(&ended, from).await? {
        return Err(over());
    }
    let (subject, detail) = (format!("member:{}", member.id), format!("role={}", member.role.as_str()));
    app.audit().record(&tx, "member.confirmed", &manager.actor, subject, detail).await?;
    tx.commit().await?;
    Ok(MemberDetail {
        id: member.id,
        name: member.name,
        username: member.username,
        tenant: member.tenant,
        object: member.object,
        role: member.role,
        customers: if member.role == MemberRole::Technician { left } else { Vec::new() },
    })
}

fn over() -> ServiceError {
    ServiceError::conflict("link_over", "This invitation was used or taken back.")
}

/// Unknown, used, revoked and expired ones look alike (O8).
async fn find(app: &AppState, secret: &str) -> Result<(Scoped, MemberInvitation), ServiceError> {
    let system = app.store.read_system().await?;
    let found = locator::find(&system, LocatorKind::MemberInvitation, &hash_secret(secret), app.now()).await?;
    let Located { organization, id } = found.ok_or(ServiceError::NotFound)?;
    let tx = app.store.narrow(system, organization).await?;
    let invitation = tx.find_member_invitation(id).await?.ok_or(ServiceError::NotFound)?;
    match invitation.state {
        MemberInvitationState::Open | MemberInvitationState::Claimed => Ok((tx, invitation)),
        _ => Err(ServiceError::NotFound),
    }
}

/// What an invited person sees before signing in. Changes nothing (O4).
pub async fn open(app: &AppState, secret: &str) -> Result<InvitedView, ServiceError> {
    let (tx, invitation) = find(app, secret).await?;
    invited(&tx, &invitation).await
}

async fn invited(tx: &Scoped, invitation: &MemberInvitation) -> Result<InvitedView, ServiceError> {
    let organization = tx.find_organization().await?.ok_or(ServiceError::NotFound)?;
    Ok(InvitedView {
        organization: organization.name,
        domain: organization.domain,
        invited_by: invitation.created_by.clone(),
        role: invitation.role,
        expires_at: invitation.expires_at,
        claimed: invitation.state == MemberInvitationState::Claimed,
    })
}

/// Notes who signed in. The first account has it: a second one finds the invitation used.
pub async fn claim(app: &AppState, request: &ClaimMemberInvitation) -> Result<InvitedView, ServiceError> {
    let (tx, invitation) = find(app, &request.invitation).await?;
    let organization = tx.organization;
    drop(tx);
    let identity = sessions::verify(app, &request.secret, &request.id_token).await?;
    let tx = app.store.write(organization).await?;
    sessions::use_up(app, &tx, &request.secret).await?;
    if let Some(claim) = &invitation.claim {
        // The same person once more: after a reload, say.
        if (claim.tenant, claim.object) != (identity.tenant, identity.object) {
            return Err(ServiceError::NotFound);
        }
        let view = invited(&tx, &invitation).await?;
        tx.commit().await?;
        return Ok(view);
    }
    let (name, username) = sessions::names_of(&identity);
    let claim = Claim { tenant: identity.tenant, object: identity.object, name, username, at: app.now() };
    let claimed = MemberInvitation { state: MemberInvitationState::Claimed, claim: Some(claim), ..invitation };
    if !tx.update_member_invitation(&claimed, MemberInvitationState::Open).await? {
        return Err(ServiceError::NotFound);
    }
    let actor = crate::audit::Actor::Invited(claimed.id);
    let subject = format!("member_invitation:{}", claimed.id);
    let detail = format!("tenant={} object={}", identity.tenant, identity.object);
    app.audit().record(&tx, "member_invitation.claimed", &actor, subject, detail).await?;
    let view = invited(&tx, &claimed).await?;
    tx.commit().await?;
    Ok(view)
}
