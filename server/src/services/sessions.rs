//! Portal sign-in and sessions (DESIGN §9): 12 hours at most, 30 minutes without a request, read again on every request.
//!
//! The nonce of a sign-in is made from its secret, so that nothing needs to be kept but the secret's hash.

use super::{ServiceError, owner};
use crate::{
    audit::Actor,
    microsoft::verify::{ExpectedNonce, IdExpectation, VerifiedIdentity},
    random::new_secret,
    seal::hash_secret,
    state::AppState,
    store::{
        Outside, Reach, Scope, Scoped,
        locator::{self, Located, LocatorKind, NewLocator},
        members::Member,
        sessions::Session,
    },
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use shared::{
    api::session::{CreateSession, MemberRole, MemberView, MenuCounts, OrganizationView, SessionView, SignInStart},
    id::{MemberId, ObjectId, OrganizationId, TenantId},
    secret::Secret,
    time::Timestamp,
};
use uuid::Uuid;

/// The longest a session lives, in seconds.
pub const LONGEST: i64 = 12 * 3600;
/// How long a session lives without a request, in seconds.
pub const IDLE: i64 = 30 * 60;
/// How long a sign-in may take, in seconds.
const SIGN_IN_TIME: i64 = 60 * 60;
/// How long a sign-in counts as fresh, in seconds.
const FRESH: i64 = 10 * 60;

/// Who is signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Their organization.
    pub organization: OrganizationId,
    /// The person.
    pub member: Member,
    /// The session.
    pub session: Session,
    /// The customers they work with.
    pub reach: Reach,
}

impl SignedIn {
    /// Their organization, and which customers of it they work with.
    pub fn scope(&self) -> Scope {
        Scope { organization: self.organization, reach: self.reach.clone() }
    }

    /// Whether the sign-in is fresh enough for keys, members and the like.
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        now.since(self.session.created_at) < FRESH
    }
}

/// The nonce that belongs to a secret: visible to Microsoft, and says nothing about the secret.
pub fn nonce_of(secret: &str) -> String {
    URL_SAFE_NO_PAD.encode(hash_secret(&format!("rekey nonce {secret}")))
}

/// Begins a sign-in.
pub async fn begin(app: &AppState) -> Result<SignInStart, ServiceError> {
    let secret = new_secret(&*app.random);
    let nowhere = Located { organization: OrganizationId(Uuid::nil()), id: app.new_id() };
    let tx = app.store.write_system().await?;
    let entry = NewLocator {
        hash: hash_secret(secret.expose()),
        kind: LocatorKind::PortalSignIn,
        to: nowhere,
        expires_at: Some(app.now().plus(SIGN_IN_TIME)),
    };
    locator::add(&tx, entry).await?;
    tx.commit().await?;
    Ok(SignInStart {
        nonce: nonce_of(secret.expose()),
        secret: secret.expose().clone(),
        authority: app.microsoft.config.authority.login_origin().to_owned(),
        client_id: app.microsoft.config.sign_in,
        redirect_uri: format!("{}/sign-in/callback", app.settings.origin),
        scope: "openid profile".to_owned(),
    })
}

fn unknown() -> ServiceError {
    ServiceError::conflict("sign_in_over", "This sign-in is unknown, used or over. Sign in again.")
}

/// Who signed in: the sign-in is under way, and Microsoft's ID token is for it.
pub async fn verify(app: &AppState, secret: &str, id_token: &str) -> Result<VerifiedIdentity, ServiceError> {
    let now = app.now();
    let hash = hash_secret(secret);
    let known = locator::find(&app.store.read_system().await?, LocatorKind::PortalSignIn, &hash, now).await?;
    known.ok_or_else(unknown)?;
    let nonce = nonce_of(secret);
    let expected =
        IdExpectation { tenant: None, client: app.microsoft.config.sign_in, nonce: ExpectedNonce::Is(&nonce), now };
    app.microsoft.verifier.verify_id_token(id_token, &expected).await.map_err(|refused| {
        tracing::warn!(reason = ?refused.reason(), "portal sign-in refused");
        super::connect::refusal(app, refused)
    })
}

/// A sign-in serves once.
pub async fn use_up(app: &AppState, tx: &Scoped, secret: &str) -> Result<(), ServiceError> {
    let taken = locator::take(tx, LocatorKind::PortalSignIn, &hash_secret(secret), app.now()).await?;
    taken.map(drop).ok_or_else(unknown)
}

/// Ends a sign-in: checks the ID token and gives the session with its cookie's secret.
pub async fn create(app: &AppState, request: &CreateSession) -> Result<(Secret<String>, SignedIn), ServiceError> {
    let now = app.now();
    let identity = verify(app, &request.secret, &request.id_token).await?;
    let organization = match &request.owner_link {
        Some(link) => Some(owner::find(app, link, now).await?),
        None => find_organization(app, &identity, now).await?,
    };
    let organization = organization.ok_or_else(|| {
        tracing::warn!(tenant = %identity.tenant, object = %identity.object, "portal sign-in of somebody who is no member");
        ServiceError::Forbidden {
            code: "not_a_member",
            detail: "You signed in correctly, but this account is not a member here. Whoever was invited waits until the inviter has confirmed the account; otherwise ask an owner of your organization for an invitation.".to_owned(),
        }
    })?;
    let tx = app.store.write(organization).await?;
    use_up(app, &tx, &request.secret).await?;
    let known = tx.find_member_by_identity(identity.tenant, identity.object).await?;
    let member = match (&request.owner_link, known) {
        (Some(link), known) => owner::claim(app, &tx, link, &identity, known, now).await?,
        (None, Some(member)) => refresh_names(&tx, member, &identity).await?,
        (None, None) => return Err(unknown()),
    };
    let secret = new_secret(&*app.random);
    let session =
        Session { id: app.new_id(), member: member.id, created_at: now, expires_at: now.plus(LONGEST), seen_at: now };
    tx.add_session(&session).await?;
    let entry = NewLocator {
        hash: hash_secret(secret.expose()),
        kind: LocatorKind::Session,
        to: Located { organization, id: session.id },
        expires_at: Some(session.expires_at),
    };
    locator::add(&tx, entry).await?;
    let actor = Actor::Member(member.id, member.name.clone());
    app.audit().record(&tx, "session.created", &actor, format!("member:{}", member.id), String::new()).await?;
    let reach = reach_of(&tx, &member).await?;
    tx.commit().await?;
    Ok((secret, SignedIn { organization, member, session, reach }))
}

/// The hash under which a member is found: of tenant and object, never of a name (T10).
pub fn member_hash(tenant: TenantId, object: ObjectId) -> [u8; 32] {
    hash_secret(&format!("member {tenant} {object}"))
}

async fn find_organization(
    app: &AppState,
    identity: &VerifiedIdentity,
    now: Timestamp,
) -> Result<Option<OrganizationId>, ServiceError> {
    let hash = member_hash(identity.tenant, identity.object);
    let found = locator::find(&app.store.read_system().await?, LocatorKind::Member, &hash, now).await?;
    Ok(found.map(|located| located.organization))
}

async fn refresh_names(tx: &Scoped, mut member: Member, identity: &VerifiedIdentity) -> Result<Member, ServiceError> {
    let (name, username) = names_of(identity);
    if member.name != name || member.username != username {
        tx.update_member_names(member.id, &name, &username).await?;
        (member.name, member.username) = (name, username);
    }
    Ok(member)
}

/// Name and sign-in name, for display.
pub fn names_of(identity: &VerifiedIdentity) -> (String, String) {
    let username = identity.username.as_ref().map_or_else(String::new, |text| text.as_str().to_owned());
    let name = identity.name.as_ref().map_or_else(|| username.clone(), |text| text.as_str().to_owned());
    (name, username)
}

/// Who holds this cookie, if anybody still does.
pub async fn find(app: &AppState, secret: &str) -> Result<Option<SignedIn>, ServiceError> {
    let now = app.now();
    let located =
        locator::find(&app.store.read_system().await?, LocatorKind::Session, &hash_secret(secret), now).await?;
    let Some(located) = located else { return Ok(None) };
    let found = reload(app, located.organization, located.id).await?;
    if let Some(signed_in) = &found
        && now.since(signed_in.session.seen_at) >= 60
    {
        let tx = app.store.write(located.organization).await?;
        tx.update_session_seen(located.id, now).await?;
        tx.commit().await?;
    }
    Ok(found)
}

/// Reads a session again: the member may have been removed, the session ended.
pub async fn reload(app: &AppState, organization: OrganizationId, id: Uuid) -> Result<Option<SignedIn>, ServiceError> {
    let now = app.now();
    let tx = app.store.read(organization).await?;
    let Some(session) = tx.find_session(id).await? else { return Ok(None) };
    if now >= session.expires_at || now.since(session.seen_at) >= IDLE {
        return Ok(None);
    }
    let Some(member) = tx.find_member(session.member).await? else { return Ok(None) };
    let reach = reach_of(&tx, &member).await?;
    Ok(Some(SignedIn { organization, member, session, reach }))
}

/// A technician reaches the customers chosen for them; everybody else reaches all (H6).
async fn reach_of(tx: &Scoped, member: &Member) -> Result<Reach, ServiceError> {
    if member.role != MemberRole::Technician {
        return Ok(Reach::ALL);
    }
    Ok(Reach::only(Some(tx.list_customers_of_member(member.id).await?)))
}

/// Signs out.
pub async fn end(app: &AppState, signed_in: &SignedIn) -> Result<(), ServiceError> {
    let tx = app.store.write(signed_in.organization).await?;
    tx.end_session(signed_in.session.id, app.now()).await?;
    let actor = Actor::Member(signed_in.member.id, signed_in.member.name.clone());
    app.audit().record(&tx, "session.ended", &actor, format!("member:{}", signed_in.member.id), String::new()).await?;
    Ok(tx.commit().await?)
}

/// What the portal shows of who is signed in.
pub async fn view(app: &AppState, signed_in: &SignedIn) -> Result<SessionView, ServiceError> {
    let tx = app.store.read(signed_in.scope()).await?;
    let organization = tx.find_organization().await?.ok_or(ServiceError::NotFound)?;
    let sets = tx.count_backup_sets(&crate::store::backup_sets::Filter::default()).await?;
    Ok(SessionView {
        member: member_view(&signed_in.member),
        organization: OrganizationView { id: organization.id, name: organization.name, domain: organization.domain },
        expires_at: signed_in.session.expires_at,
        counts: MenuCounts {
            backup_sets: sets.total(),
            customers: tx.count_customers().await?,
            open_authorizations: tx.count_open_authorizations().await?,
        },
    })
}

fn member_view(member: &Member) -> MemberView {
    MemberView { id: member.id, name: member.name.clone(), username: member.username.clone(), role: member.role }
}

/// Makes a member findable by their identity.
pub async fn locate_member(
    tx: &impl Outside,
    organization: OrganizationId,
    id: MemberId,
    tenant: TenantId,
    object: ObjectId,
) -> Result<(), ServiceError> {
    let to = Located { organization, id: id.0 };
    let entry = NewLocator { hash: member_hash(tenant, object), kind: LocatorKind::Member, to, expires_at: None };
    Ok(locator::add(tx, entry).await?)
}
