//! Invitations: links to one sign-in of one authorization, for somebody without an account (H2, H3, O1-O8).
//!
//! The secret is random, in the fragment, stored hashed. Opening changes nothing; each click makes a new attempt and ends the
//! one before; Save uses the invitation up. Taken back, it opens nothing from that moment on, attempts included. A mail keeps
//! the secret sealed until it has gone. How many mails go is limited (`quota`).

pub mod quota;

use super::{
    ServiceError,
    authorizations::sign_in_view,
    backup_sets::customer_ref,
    cursor,
    letters::{self, Composed, Letter, moment},
    save,
};
use crate::{
    audit::Actor,
    outbound::mail::{self, Letter as Envelope, MailError},
    random::new_secret,
    seal::{SealContext, hash_secret},
    state::AppState,
    store::{
        Scope, Scoped,
        authorizations::Authorization,
        links::{Invitation, MAIL_SECRET},
        locator::{self, Located, LocatorKind, NewLocator},
        sign_ins::SignIn,
        work::{self, NewWork, Work, WorkKind},
    },
};
use qrcodegen::{QrCode as Code, QrCodeEcc};
use shared::{
    api::{
        authorizations::{AuthorizationState, SignInState},
        invitations::{CreateInvitation, InvitationCreated, InvitationMail, InvitationState, InvitationView, QrCode},
        page::Page,
    },
    id::{AuthorizationId, CustomerId, OrganizationId},
    language::Language,
    method::Method,
    secret::Secret,
    time::Timestamp,
};
use std::fmt::Write as _;
use uuid::Uuid;

/// How long an invitation can be used unless told, in hours.
const HOURS: u32 = 72;
/// The longest, in hours: seven days.
const MOST_HOURS: u32 = 168;
/// What is wanted of a new invitation.
#[derive(Debug, Clone, Default)]
struct Wanted {
    hours: u32,
    recipient: Option<String>,
    language: Language,
}

/// Makes an invitation; sends it when an address is given. The invitations to the same sign-in before it are taken back, so
/// that only the newest link works.
pub async fn create(
    app: &AppState,
    scope: &Scope,
    actor: &Actor,
    id: AuthorizationId,
    request: &CreateInvitation,
) -> Result<InvitationCreated, ServiceError> {
    let wanted = check(app, request)?;
    let tx = app.store.write(scope).await?;
    let authorization = tx.touch_and_find_authorization(id).await?.ok_or(ServiceError::NotFound)?;
    let mut queue = tx.list_sign_ins(&[id]).await?;
    queue.retain(|one| request.sign_in.is_none_or(|wanted| wanted == one.id));
    let sign_in = match (queue.len(), queue.pop()) {
        (1, Some(only)) => only,
        (0, _) => return Err(ServiceError::NotFound),
        _ => return Err(ServiceError::field("sign_in", "expected one of the authorization's sign-ins")),
    };
    check_open(&authorization, &sign_in)?;
    if let Some(recipient) = &wanted.recipient {
        quota::check(app, &tx, recipient).await?;
    }
    take_back_others(app, &tx, &sign_in).await?;
    let (invitation, secret) = add(app, &tx, actor, &authorization, &sign_in, &wanted).await?;
    let view = view(&tx, invitation).await?.ok_or(ServiceError::NotFound)?;
    tx.commit().await?;
    app.changes.work();
    app.changes.authorization(id);
    let url = url(app, secret.expose());
    Ok(InvitationCreated { invitation: view, code: qr_code(&url)?, url })
}

fn check(app: &AppState, request: &CreateInvitation) -> Result<Wanted, ServiceError> {
    let hours = request.hours.unwrap_or(HOURS);
    if !(1..=MOST_HOURS).contains(&hours) {
        return Err(ServiceError::field("hours", "expected 1 to 168 hours"));
    }
    let recipient = request.send_to.as_deref().map(str::trim).filter(|text| !text.is_empty());
    if let Some(address) = recipient {
        if !mail::is_address(address) {
            return Err(ServiceError::field("send_to", "expected one mail address, such as admin@contoso.com"));
        }
        check_mail(app)?;
    }
    Ok(Wanted { hours, recipient: recipient.map(str::to_owned), language: request.language })
}

/// Whether mail leaves at all.
pub(super) fn check_mail(app: &AppState) -> Result<(), ServiceError> {
    if app.outgoing.mail.is_some() {
        return Ok(());
    }
    Err(ServiceError::conflict(
        "mail_not_configured",
        "This installation sends no mail. Make the invitation without an address, and pass the link on yourself.",
    ))
}

fn check_open(authorization: &Authorization, sign_in: &SignIn) -> Result<(), ServiceError> {
    if authorization.state != AuthorizationState::Open {
        return Err(ServiceError::conflict("not_open", "This authorization is not open any more."));
    }
    match sign_in.state {
        SignInState::Done | SignInState::Cancelled => {
            Err(ServiceError::conflict("sign_in_over", "This sign-in is finished. Nobody needs to be invited to it."))
        }
        SignInState::Working => Err(ServiceError::conflict(
            "save_running",
            "Somebody has saved, and it is being carried out. Watch its steps.",
        )),
        _ => Ok(()),
    }
}

async fn take_back_others(app: &AppState, tx: &Scoped, sign_in: &SignIn) -> Result<(), ServiceError> {
    // With its link, an attempt that was made by it opens nothing any more.
    if let Some(before) = tx.find_last_invitation(sign_in.id).await? {
        tx.revoke_invitation(before.id, app.now()).await?;
    }
    Ok(())
}

async fn add(
    app: &AppState,
    tx: &Scoped,
    actor: &Actor,
    authorization: &Authorization,
    sign_in: &SignIn,
    wanted: &Wanted,
) -> Result<(Invitation, Secret<String>), ServiceError> {
    let now = app.now();
    let secret = new_secret(&*app.random);
    let id = app.new_id();
    let sealed = match &wanted.recipient {
        Some(_) => Some(app.keyring.seal(&context(tx.organization, id), secret.expose().as_bytes())?),
        None => None,
    };
    let invitation = Invitation {
        id,
        authorization: authorization.id,
        sign_in: sign_in.id,
        created_by: actor.name().to_owned(),
        created_at: now,
        expires_at: now.plus(i64::from(wanted.hours) * 3600),
        revoked_at: None,
        used_at: None,
        recipient: wanted.recipient.clone(),
        language: wanted.language,
        mail: sealed.is_some().then_some(InvitationMail::Waiting),
        mail_secret: sealed,
    };
    tx.add_invitation(&invitation).await?;
    let to = Located { organization: tx.organization, id };
    let (hash, kind) = (hash_secret(secret.expose()), LocatorKind::ConnectLink);
    locator::add(tx, NewLocator { hash, kind, to, expires_at: Some(invitation.expires_at) }).await?;
    if invitation.mail.is_some() {
        let due = app.clock.now_millis();
        let (organization, kind) = (tx.organization, WorkKind::Invite);
        work::add(tx, NewWork { id: app.new_id(), kind, organization, subject: id, due }).await?;
    }
    let detail = format!("sign_in={} hours={} mailed={}", sign_in.id, wanted.hours, invitation.mail.is_some());
    app.audit().record(tx, "invitation.created", actor, format!("authorization:{}", authorization.id), detail).await?;
    Ok((invitation, secret))
}

const fn context(organization: OrganizationId, id: Uuid) -> SealContext {
    SealContext { organization, kind: MAIL_SECRET, row: id, version: 1 }
}

fn url(app: &AppState, secret: &str) -> String {
    format!("{}/connect#{secret}", app.settings.origin)
}

/// The address as a code, error correction *medium*: readable from a screen and from paper.
fn qr_code(url: &str) -> Result<QrCode, ServiceError> {
    let code = Code::encode_text(url, QrCodeEcc::Medium).map_err(|_| {
        ServiceError::conflict("address_too_long", "The installation's address is too long for a code.")
    })?;
    let mut path = String::new();
    for y in 0..code.size() {
        for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
            let _ = write!(path, "M{} {}h1v1h-1z", x + 4, y + 4);
        }
    }
    Ok(QrCode { size: u32::try_from(code.size() + 8).unwrap_or_default(), path })
}

/// Where an invitation stands.
fn state(one: &Invitation, now: Timestamp) -> InvitationState {
    match one {
        Invitation { used_at: Some(_), .. } => InvitationState::Used,
        Invitation { revoked_at: Some(_), .. } => InvitationState::Revoked,
        Invitation { expires_at, .. } if now >= *expires_at => InvitationState::Expired,
        _ => InvitationState::Open,
    }
}

async fn view(tx: &Scoped, one: Invitation) -> Result<Option<InvitationView>, ServiceError> {
    let now = one.created_at;
    Ok(views(tx, vec![one], now).await?.pop())
}

async fn views(tx: &Scoped, found: Vec<Invitation>, now: Timestamp) -> Result<Vec<InvitationView>, ServiceError> {
    let mut views = Vec::with_capacity(found.len());
    for one in found {
        let Some((authorization, customer)) = tx.find_authorization_and_customer(one.authorization).await? else {
            continue;
        };
        let Some(sign_in) = tx.find_sign_in(one.sign_in).await? else { continue };
        let shown = sign_in_view(authorization.method == Method::Modern, sign_in, Vec::new());
        views.push(InvitationView {
            id: one.id,
            authorization: one.authorization,
            customer: customer_ref(&customer),
            sign_in: one.sign_in,
            account: shown.account,
            state: state(&one, now),
            recipient: one.recipient,
            language: one.language,
            mail: one.mail,
            created_by: one.created_by,
            created_at: one.created_at,
            expires_at: one.expires_at,
            used_at: one.used_at,
        });
    }
    Ok(views)
}

/// Which invitations.
#[derive(Debug, Clone, Default)]
pub struct List {
    /// Of this authorization only.
    pub authorization: Option<AuthorizationId>,
    /// Of this customer only.
    pub customer: Option<CustomerId>,
    /// The `next` of the page before.
    pub cursor: Option<String>,
    /// How many.
    pub limit: u64,
}

/// One page, newest first.
pub async fn list(app: &AppState, scope: &Scope, list: &List) -> Result<Page<InvitationView>, ServiceError> {
    let before: Option<Uuid> = cursor::read(list.cursor.as_deref())?;
    let tx = app.store.read(scope).await?;
    let mut found = tx.list_invitations(list.authorization, list.customer, before, list.limit + 1).await?;
    let more = found.len() as u64 > list.limit;
    found.truncate(usize::try_from(list.limit).unwrap_or(usize::MAX));
    let next = found.last().filter(|_| more).and_then(|last| cursor::write(&last.id));
    Ok(Page { items: views(&tx, found, app.now()).await?, next })
}

/// Takes an invitation back: whoever is on the way with it is stopped at their next step (O8).
pub async fn revoke(app: &AppState, scope: &Scope, actor: &Actor, id: Uuid) -> Result<InvitationView, ServiceError> {
    let now = app.now();
    let tx = app.store.write(scope).await?;
    let found = tx.find_invitation(id).await?.ok_or(ServiceError::NotFound)?;
    let authorization = found.authorization;
    tx.find_authorization(authorization).await?.ok_or(ServiceError::NotFound)?;
    tx.touch_authorization(authorization).await?;
    if tx.revoke_invitation(id, now).await? {
        let subject = format!("authorization:{authorization}");
        app.audit().record(&tx, "invitation.revoked", actor, subject, format!("invitation={id}")).await?;
    } else if found.used_at.is_some() {
        let detail = "This invitation was used. To undo what it did, call the authorization off or remove the access.";
        return Err(ServiceError::conflict("link_over", detail));
    }
    let found = tx.find_invitation(id).await?.ok_or(ServiceError::NotFound)?;
    let shown = views(&tx, vec![found], now).await?.pop().ok_or(ServiceError::NotFound)?;
    tx.commit().await?;
    app.changes.authorization(authorization);
    Ok(shown)
}

/// What was saved stopped where somebody must sign in once more, and nobody is there: whoever was invited by mail is invited
/// to continue. Does nothing for links that were passed on by hand.
pub async fn invite_to_continue(
    app: &AppState,
    tx: &Scoped,
    authorization: &Authorization,
    sign_in: &SignIn,
) -> Result<(), ServiceError> {
    let Some(before) = tx.find_last_invitation(sign_in.id).await? else { return Ok(()) };
    let was = state(&before, app.now());
    let (Some(recipient), None) = (before.recipient, before.revoked_at) else { return Ok(()) };
    match quota::check(app, tx, &recipient).await {
        Ok(()) => {}
        Err(ServiceError::TooMany { code, .. }) => {
            tracing::warn!(code, sign_in = %sign_in.id, "nobody is invited to continue");
            return Ok(());
        }
        Err(error) => return Err(error),
    }
    if was == InvitationState::Open {
        tx.revoke_invitation(before.id, app.now()).await?;
    }
    let wanted = Wanted { hours: HOURS, recipient: Some(recipient), language: before.language };
    add(app, tx, &Actor::Rekey, authorization, sign_in, &wanted).await.map(drop)
}

/// Sends an invitation's mail: one try.
pub async fn send(app: &AppState, work: Work) -> Result<(), ServiceError> {
    let Ok(_place) = app.outgoing.places.try_acquire() else { return letters::wait_for_place(app, work).await };
    let tx = app.store.read(work.organization).await?;
    let found = tx.find_invitation(work.subject).await?;
    let ready = match found {
        Some(one) if state(&one, app.now()) == InvitationState::Open => {
            letter(app, &tx, &one).await?.map(|made| (one, made))
        }
        _ => None,
    };
    drop(tx);
    let sent = match (&ready, &app.outgoing.mail) {
        (Some((one, composed)), Some(mail)) => {
            let envelope = Envelope {
                to: one.recipient.as_deref().unwrap_or_default(),
                subject: &composed.subject,
                text: composed.text.clone(),
                html: Some(composed.html.clone()),
                id: one.id.to_string(),
                now: app.now(),
            };
            mail.send(envelope).await.map_err(MailError::is_final)
        }
        _ => Err(true),
    };
    let tries = work.attempts + 1;
    let wait = letters::wait_after(work.attempts);
    let tx = app.store.write(work.organization).await?;
    let (held, outcome) = match (sent, wait) {
        (Err(false), Some(seconds)) => {
            (work::postpone(&tx, &work, app.clock.now_millis() + seconds * 1000, tries).await?, None)
        }
        (Ok(()), _) => (work::finish(&tx, &work).await?, Some(InvitationMail::Sent)),
        (Err(_), _) => (work::finish(&tx, &work).await?, Some(InvitationMail::Failed)),
    };
    if let Some(outcome) = outcome {
        tx.update_invitation_mail(work.subject, outcome).await?;
        if let Some((one, _)) = &ready {
            // Its secret was opened, for the letter (S9).
            let event = if outcome == InvitationMail::Sent { "invitation.mailed" } else { "invitation.mail_failed" };
            let (subject, detail) = (format!("authorization:{}", one.authorization), format!("invitation={}", one.id));
            app.audit().record(&tx, event, &Actor::Rekey, subject, detail).await?;
        }
    }
    if held {
        tx.commit().await?;
        if let Some((one, _)) = ready {
            app.changes.authorization(one.authorization);
        }
    }
    Ok(())
}

async fn letter(app: &AppState, tx: &Scoped, one: &Invitation) -> Result<Option<Composed>, ServiceError> {
    let Some(sealed) = &one.mail_secret else { return Ok(None) };
    let secret = app.keyring.open(&context(tx.organization, one.id), sealed)?;
    let Ok(secret) = std::str::from_utf8(secret.expose()) else { return Ok(None) };
    let Some((authorization, customer)) = tx.find_authorization_and_customer(one.authorization).await? else {
        return Ok(None);
    };
    let Some(sign_in) = tx.find_sign_in(one.sign_in).await? else { return Ok(None) };
    let organization = tx.find_organization().await?.ok_or(ServiceError::NotFound)?;
    let (until, host) = (moment(one.expires_at), app.login_host());
    let values = vec![
        ("organization", organization.name.as_str()),
        ("domain", organization.domain.as_deref().unwrap_or(organization.name.as_str())),
        ("member", if one.created_by.is_empty() { organization.name.as_str() } else { one.created_by.as_str() }),
        ("customer", customer.name.as_str()),
        ("account", sign_in.account.as_str()),
        ("login_host", host.as_str()),
        ("brand", app.settings.brand.as_str()),
        ("until", until.as_str()),
    ];
    let again = !sign_in.steps.is_empty();
    let modern = authorization.method == Method::Modern;
    let who = if modern { "invitation_who_administrator" } else { "invitation_who_holder" };
    let subject = if again { "continue_subject" } else { "invitation_subject" };
    let waited = sign_in.problem.is_some_and(|problem| problem.code == save::APPROVAL_OVER);
    let lede = match (waited, again) {
        (true, _) => "continue_lede_approval",
        (false, true) => "continue_lede",
        (false, false) => "invitation_lede",
    };
    let made = Letter::new(one.language, values)
        .paragraph(lede)
        .paragraph(who)
        .paragraph("invitation_how")
        .paragraph("invitation_until");
    Ok(Some(made.compose(subject, "invitation_button", &url(app, secret), "invitation_wrong")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_square_and_has_a_quiet_zone() {
        let code =
            qr_code("https://rekey.example.com/connect#dGhpcyBpcyBubyBzZWNyZXQgYXQgYWxsLCBqdXN0IHRleHQ").unwrap();
        assert!(code.size >= 29, "{}", code.size);
        assert!(code.path.starts_with("M4 4h1v1h-1z"), "the finder's corner, after four units of quiet");
        assert!(qr_code(&"x".repeat(5000)).is_err());
    }
}
