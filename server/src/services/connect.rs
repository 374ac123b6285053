//! The connect page's side: open by a secret, show, receive a Save, carry on after a consent, hear of failures.
//!
//! A secret is that of a link or of an attempt. Opening changes nothing (O4). Unknown, expired, revoked and used secrets
//! look alike.

mod page;
mod saves;

pub use page::view;
pub use saves::{Receiving, Saves, Stage, receive};

use super::{ServiceError, embed, events, help, save, sessions::nonce_of, set_up};
use crate::{
    audit::Actor,
    microsoft::verify::{
        AccessExpectation, ExpectedNonce, IdExpectation, MAX_AGE, Reason, Refused, Signed, VerifiedAccess,
        VerifiedIdentity,
    },
    seal::{SealContext, hash_secret},
    state::AppState,
    store::{
        Scope, Scoped,
        attempts::{Attempt, AttemptState, SavedToken},
        authorizations::Authorization,
        customers::Customer,
        links::Link,
        locator::{self, Located, LocatorKind},
        sign_ins::SignIn,
        work::{self, NewWork, WorkKind},
    },
};
use saves::Submission;
use shared::{
    api::{
        authorizations::{AuthorizationState, SignInState},
        connect::{ConnectView, Leg, ReportFailure, Save},
        problem::{Help, HelpAction, MicrosoftIds},
    },
    id::{AttemptId, AuthorizationId, ClientId, OrganizationId, SignInId},
    method::Method,
    secret::Secret,
};
use std::sync::Arc;

/// What a secret opened.
#[derive(Debug, Clone)]
pub struct Opened {
    /// Whose.
    pub organization: OrganizationId,
    /// What.
    pub authorization: AuthorizationId,
    /// By which link, directly or through an attempt.
    pub link: Link,
    /// The attempt, if the secret is one's.
    pub attempt: Option<AttemptId>,
}

/// Opens a secret.
pub async fn open(app: &AppState, secret: &str) -> Result<Opened, ServiceError> {
    let now = app.now();
    let system = app.store.read_system().await?;
    let kinds = [LocatorKind::ConnectLink, LocatorKind::Attempt];
    let found = locator::find_any(&system, &kinds, &hash_secret(secret), now).await?;
    let (kind, Located { organization, id }) = found.ok_or(ServiceError::NotFound)?;
    let tx = app.store.narrow(system, organization).await?;
    if kind == LocatorKind::ConnectLink {
        let link = tx.find_link(id, now).await?.ok_or(ServiceError::NotFound)?;
        check_embed(&tx, &link).await?;
        return Ok(Opened { organization, authorization: link.authorization, link, attempt: None });
    }
    // A link that expired while its attempt was at Microsoft may finish; one that was revoked may not.
    let found = tx.find_attempt_and_link(AttemptId(id)).await?;
    let (attempt, link) = found.ok_or(ServiceError::NotFound)?;
    check_embed(&tx, &link).await?;
    Ok(Opened { organization, authorization: attempt.authorization, link, attempt: Some(attempt.id) })
}

/// Asks once more, in the transaction that stores, once the authorization is touched: whoever takes a link back touches it too (O8).
pub async fn check_standing(tx: &Scoped, link: &Link) -> Result<(), ServiceError> {
    if !tx.list_standing_links(&[link.id]).await?.contains(&link.id) {
        return Err(ServiceError::NotFound);
    }
    check_embed(tx, link).await
}

/// Whether the link of an attempt was not taken back: what was saved by it may go on.
pub async fn stands(tx: &Scoped, attempt: AttemptId) -> Result<bool, ServiceError> {
    let Some((_, link)) = tx.find_attempt_and_link(attempt).await? else { return Ok(false) };
    embed_stands(tx, &link).await
}

/// Refuses a link whose console session was ended.
async fn check_embed(tx: &Scoped, link: &Link) -> Result<(), ServiceError> {
    if embed_stands(tx, link).await? { Ok(()) } else { Err(ServiceError::NotFound) }
}

/// A link that came by a console's frame is good as long as the console's session has not been ended, in whatever way.
async fn embed_stands(tx: &Scoped, link: &Link) -> Result<bool, ServiceError> {
    match link.embed_session {
        Some(session) => embed::stands(tx, session).await,
        None => Ok(true),
    }
}

/// A Save that somebody pressed: its tokens, as far as they can be judged without anything stored.
pub struct Pressed {
    secret: Secret<String>,
    request: Save,
    access: Option<Signed>,
    identity: Option<Signed>,
}

/// Refuses tokens that Microsoft has not signed, before anything is read or asked (H13).
pub fn present(app: &AppState, secret: Secret<String>, request: Save) -> Result<Arc<Pressed>, ServiceError> {
    let verifier = &app.microsoft.verifier;
    let refused = |refused: Refused| {
        tracing::warn!(reason = ?refused.reason(), "a token was refused");
        refusal(app, refused)
    };
    let access = verifier.signed_access_token(&request.access_token).map_err(refused)?;
    let identity = verifier.signed_id_token(&request.id_token).map_err(refused)?;
    Ok(Arc::new(Pressed { secret, request, access, identity }))
}

/// A Save that was received.
pub struct Received {
    /// Of which sign-in.
    pub sign_in: SignInId,
    /// How the page stands now; `None` if this Save had been received before.
    pub view: Option<ConnectView>,
}

/// Receives a Save (§4.5): believed only if everything about it fits, then durable before the answer, then carried out.
/// This is the road of whatever [`receive`] leaves: it says what does not fit, asks for keys, and sets up apps.
pub async fn save(app: &AppState, receiving: Receiving, pressed: &Pressed) -> Result<Received, ServiceError> {
    let hash = hash_secret(&pressed.request.access_token);
    let Receiving { opened, attempt, authorization, customer, .. } = &receiving;
    if let Some(saved) = &attempt.saved {
        // The same token on the same attempt gets the same answer; another token is another matter.
        let again = Received { sign_in: attempt.sign_in, view: None };
        return if saved.hash == hash { Ok(again) } else { Err(used()) };
    }
    check_open(app, attempt, authorization)?;
    if authorization.method == Method::Modern {
        let pair = app.microsoft.config.setup.as_ref().map(|pair| (pair.page, pair.api.client_id));
        let (access, identity) = believe(app, customer, pair.ok_or(ServiceError::TokenRefused)?, pressed).await?;
        let Receiving { opened, attempt, authorization, customer, .. } = receiving;
        let sign_in = attempt.sign_in;
        let saving = set_up::Saving { attempt, authorization, customer, access, identity, hash };
        set_up::save(app, &opened, &pressed.request, saving).await?;
        return Ok(Received { sign_in, view: None });
    }
    let (access, identity) = believe(app, customer, hybrid_pair(app), pressed).await?;
    if access.guest || identity.guest {
        return Err(refuse_guest(app, opened, attempt).await?);
    }
    let submission = submission(app, receiving, pressed, &access, &identity)?;
    saves::commit(app, submission).await
}

/// The page's registration and the API's, for hybrid.
fn hybrid_pair(app: &AppState) -> (ClientId, ClientId) {
    (app.microsoft.config.sign_in, app.microsoft.config.access.client_id)
}

/// The plain case: hybrid, nothing received yet, both tokens fit and are signed with keys that are known, nobody is a guest.
/// `None`: something is otherwise; [`save`] says what.
fn plain(app: &AppState, receiving: &Receiving, pressed: &Pressed) -> Option<Submission> {
    let Receiving { attempt, authorization, customer, .. } = receiving;
    if attempt.saved.is_some() || authorization.method == Method::Modern {
        return None;
    }
    check_open(app, attempt, authorization).ok()?;
    let (access, identity) = pressed.access.as_ref().zip(pressed.identity.as_ref())?;
    let (nonce, verifier) = (nonce_of(pressed.secret.expose()), &app.microsoft.verifier);
    let (for_access, for_identity) = expectations(app, customer, hybrid_pair(app), &nonce);
    let access = verifier.check_access_token(access, &for_access).ok()?;
    let identity = verifier.check_id_token(identity, &for_identity).ok()?;
    if !are_of_one_account(&access, &identity) || access.guest || identity.guest {
        return None;
    }
    submission(app, receiving.clone(), pressed, &access, &identity).ok()
}

fn submission(
    app: &AppState,
    receiving: Receiving,
    pressed: &Pressed,
    access: &VerifiedAccess,
    identity: &VerifiedIdentity,
) -> Result<Submission, ServiceError> {
    let token = &pressed.request.access_token;
    let saved = seal_token(app, receiving.opened.organization, &receiving.attempt, access, hash_secret(token), token)?;
    let (name, username) = super::sessions::names_of(identity);
    let shown = if username.is_empty() { name } else { username };
    Ok(Submission { receiving, saved, shown })
}

/// The attempt is over.
pub fn used() -> ServiceError {
    ServiceError::conflict("attempt_used", "This sign-in was used already. Start over.")
}

fn check_open(app: &AppState, attempt: &Attempt, authorization: &Authorization) -> Result<(), ServiceError> {
    if authorization.state != AuthorizationState::Open {
        return Err(ServiceError::conflict("not_open", "This authorization is finished or was called off."));
    }
    if attempt.leg != Leg::SignIn {
        return Err(used());
    }
    match attempt.state {
        AttemptState::Open if app.now() < attempt.expires_at => Ok(()),
        AttemptState::Open => Err(ServiceError::conflict(
            "attempt_expired",
            "Too much time has passed since this sign-in began. Start over.",
        )),
        AttemptState::Superseded => Err(ServiceError::conflict(
            "attempt_superseded",
            "This sign-in was started again, here or in another window. Go on there, or start over.",
        )),
        AttemptState::Saved | AttemptState::Ended => Err(used()),
    }
}

/// Both tokens must be of this attempt, this tenant, one account, our page and our API. All refusals look the same (T17).
async fn believe(
    app: &AppState,
    customer: &Customer,
    pair: (ClientId, ClientId),
    pressed: &Pressed,
) -> Result<(VerifiedAccess, VerifiedIdentity), ServiceError> {
    let refused = |refused: Refused| {
        tracing::warn!(reason = ?refused.reason(), customer = %customer.id, "a token was refused");
        refusal(app, refused)
    };
    let nonce = nonce_of(pressed.secret.expose());
    let (for_access, for_identity) = expectations(app, customer, pair, &nonce);
    let verifier = &app.microsoft.verifier;
    let access = match &pressed.access {
        Some(signed) => verifier.check_access_token(signed, &for_access),
        None => verifier.verify_access_token(&pressed.request.access_token, &for_access).await,
    };
    let access = access.map_err(refused)?;
    let identity = match &pressed.identity {
        Some(signed) => verifier.check_id_token(signed, &for_identity),
        None => verifier.verify_id_token(&pressed.request.id_token, &for_identity).await,
    };
    let identity = identity.map_err(refused)?;
    if !are_of_one_account(&access, &identity) {
        tracing::warn!(customer = %customer.id, "the two tokens of a Save are of different accounts");
        return Err(ServiceError::TokenRefused);
    }
    Ok((access, identity))
}

/// What both tokens must be, for this page's registration and this API's.
fn expectations<'a>(
    app: &AppState,
    customer: &Customer,
    (page, api): (ClientId, ClientId),
    nonce: &'a str,
) -> (AccessExpectation, IdExpectation<'a>) {
    let now = app.now();
    (
        AccessExpectation { tenant: customer.tenant, api, page, now, max_age: MAX_AGE },
        IdExpectation { tenant: Some(customer.tenant), client: page, nonce: ExpectedNonce::Is(nonce), now },
    )
}

fn are_of_one_account(access: &VerifiedAccess, identity: &VerifiedIdentity) -> bool {
    access.object == identity.object && access.tenant == identity.tenant
}

/// All refusals look the same (T17); that Microsoft's keys could not be had, or that our clock is wrong, is our trouble, and says
/// nothing of the token.
pub fn refusal(app: &AppState, refused: Refused) -> ServiceError {
    match (refused.reason(), app.microsoft.clock_check.ahead()) {
        (Reason::NoKeys, _) => ServiceError::MicrosoftUnavailable,
        (_, Some(ahead)) => clock_off(ahead),
        _ => ServiceError::TokenRefused,
    }
}

/// What can be checked only by the right time cannot be checked (B-17).
fn clock_off(ahead: i64) -> ServiceError {
    let (by, side) = (ahead.abs(), if ahead > 0 { "ahead of" } else { "behind" });
    let detail = format!(
        "This server's clock is {by} seconds {side} Microsoft's, so no sign-in can be checked. Whoever runs this installation sets it right; then sign in again. Nothing was stored."
    );
    ServiceError::conflict("clock_off", detail)
}

async fn refuse_guest(app: &AppState, opened: &Opened, attempt: &Attempt) -> Result<ServiceError, ServiceError> {
    let problem = help::own(
        "guest_account",
        "This account is a guest here",
        "A guest's mail and files live in another organization, so they cannot be backed up from this one. Nothing was stored. Sign in with the account that the sets belong to.",
        HelpAction::OtherAccount,
    );
    note_problem(app, opened.organization, attempt.sign_in, problem).await?;
    Ok(ServiceError::Forbidden {
        code: "guest_account",
        detail: "You signed in as a guest of this organization. Sign in with the account that the sets belong to. Nothing was stored.".to_owned(),
    })
}

fn seal_token(
    app: &AppState,
    organization: OrganizationId,
    attempt: &Attempt,
    access: &VerifiedAccess,
    hash: [u8; 32],
    token: &str,
) -> Result<SavedToken, ServiceError> {
    let context = SealContext { organization, kind: save::TOKEN, row: attempt.id.0, version: 1 };
    Ok(SavedToken {
        hash,
        tenant: access.tenant,
        object: access.object,
        token: Some(app.keyring.seal(&context, token.as_bytes())?),
        expires_at: access.expires_at,
    })
}

/// Save uses an invitation up. The tab that pressed it goes on with its attempt; the link opens nothing any more (H3).
pub async fn use_up(app: &AppState, tx: &Scoped, link: &Link) -> Result<(), ServiceError> {
    if link.only.is_some() {
        tx.use_invitation(link.id, app.now()).await?;
    }
    Ok(())
}

/// Has a Save carried out, now.
pub async fn add_work(app: &AppState, tx: &Scoped, attempt: AttemptId) -> Result<(), ServiceError> {
    Ok(work::add(tx, save_work(app, tx.organization, attempt)).await?)
}

fn save_work(app: &AppState, organization: OrganizationId, attempt: AttemptId) -> NewWork {
    let due = app.clock.now_millis();
    NewWork { id: app.new_id(), kind: WorkKind::Save, organization, subject: attempt.0, due }
}

/// Carries on the Save that was pressed, after a consent or an approval. Does nothing when nothing waits.
pub async fn carry_on(app: &AppState, opened: &Opened) -> Result<(), ServiceError> {
    let tx = app.store.write(opened.organization).await?;
    let authorization = tx.touch_and_find_authorization(opened.authorization).await?.ok_or(ServiceError::NotFound)?;
    // Nobody here knows whether an administrator approved; whoever comes from a consent of their own does.
    let consented = match opened.attempt {
        Some(id) => tx.find_attempt(id).await?.is_some_and(|attempt| attempt.leg == Leg::Consent),
        None => false,
    };
    let mut proofs = Vec::new();
    let mut carried = false;
    for sign_in in tx.list_sign_ins(&[opened.authorization]).await? {
        let from = sign_in.state;
        if !matches!(from, SignInState::ConsentNeeded | SignInState::ApprovalNeeded) {
            continue;
        }
        let Some(attempt) = tx.find_saved_attempt(sign_in.id).await? else { continue };
        if authorization.method == Method::Modern {
            proofs.push(set_up::prepare_proof(app, &tx, &authorization, sign_in, attempt).await?);
            carried = true;
            continue;
        }
        let workloads = save::workloads(&tx, sign_in.id).await?;
        let consented = consented || from == SignInState::ConsentNeeded;
        let steps = if consented { save::steps_after_consent(&workloads) } else { save::first_steps(&workloads) };
        let working = SignIn { state: SignInState::Working, steps, problem: None, ..sign_in };
        if tx.update_sign_in(&working, from).await? {
            add_work(app, &tx, attempt.id).await?;
            carried = true;
        }
    }
    if !carried {
        return Ok(tx.leave().await?);
    }
    tx.commit().await?;
    app.changes.work();
    app.changes.authorization(opened.authorization);
    for (work, proving) in proofs {
        set_up::spawn_proof(app, work, proving);
    }
    Ok(())
}

/// Hears that a trip to Microsoft failed, and gives the remedy.
pub async fn failure(app: &AppState, opened: &Opened, report: &ReportFailure) -> Result<Help, ServiceError> {
    let problem = remedy(report);
    let tx = app.store.read(opened.organization).await?;
    let attempt = match opened.attempt {
        Some(id) => tx.find_attempt(id).await?,
        None => None,
    };
    drop(tx);
    if let Some(attempt) = attempt.filter(|attempt| attempt.state == AttemptState::Open) {
        note_problem(app, opened.organization, attempt.sign_in, problem.clone()).await?;
    }
    Ok(problem)
}

fn remedy(report: &ReportFailure) -> Help {
    let ids = clean(&report.ids);
    let known =
        |code: &str, title: &str, text: &str, action| Help { ids: ids.clone(), ..help::own(code, title, text, action) };
    match (report.error.as_str(), report.subcode.as_deref()) {
        ("access_denied", Some("cancel")) => known(
            "consent_declined",
            "You did not agree, so nothing changed",
            "Microsoft was told no. The sets stay as they are. If that was not meant, start again.",
            HelpAction::SignInAgain,
        ),
        _ if ids.aadsts.is_some() => help::for_code(ids),
        ("state_mismatch" | "nonce_mismatch" | "callback", _) => known(
            "answer_foreign",
            "This answer does not belong to this window",
            "It may be from an older try or another tab. Nothing was sent or stored. Start over in this window.",
            HelpAction::SignInAgain,
        ),
        ("network", _) => known(
            "microsoft_unreachable",
            "Microsoft could not be reached from this browser",
            "Check the connection. If this happens every time, the registration of this installation may lack this page's address.",
            HelpAction::Retry,
        ),
        _ => help::for_code(ids),
    }
}

/// Ids come from a browser: only well-formed ones are kept.
fn clean(ids: &MicrosoftIds) -> MicrosoftIds {
    let id = |text: &Option<String>| {
        text.as_deref().and_then(|text| uuid::Uuid::try_parse(text).ok()).map(|id| id.to_string())
    };
    let plain =
        |text: &String| text.len() <= 30 && text.bytes().all(|byte| byte.is_ascii_digit() || b"-: TZ".contains(&byte));
    MicrosoftIds {
        aadsts: ids.aadsts,
        trace_id: id(&ids.trace_id),
        correlation_id: id(&ids.correlation_id),
        timestamp: ids.timestamp.clone().filter(plain),
    }
}

/// Shows a problem on a sign-in that nobody works on.
pub async fn note_problem(
    app: &AppState,
    organization: OrganizationId,
    id: SignInId,
    problem: Help,
) -> Result<(), ServiceError> {
    let tx = app.store.write(organization).await?;
    let Some(sign_in) = tx.find_sign_in(id).await? else { return Ok(()) };
    tx.touch_authorization(sign_in.authorization).await?;
    let from = sign_in.state;
    if !matches!(from, SignInState::Waiting | SignInState::Failed | SignInState::ClaimsNeeded) {
        return Ok(());
    }
    let detail = format!("code={}", problem.code);
    // Whoever has the link may fail as often as they like; it is told once.
    let is_new = sign_in.problem.as_ref().is_none_or(|known| known.code != problem.code);
    let sign_in = SignIn { problem: Some(problem.clone()), ..sign_in };
    tx.update_sign_in(&sign_in, from).await?;
    if is_new && let Some(authorization) = tx.find_authorization(sign_in.authorization).await? {
        events::failed(app, &tx, &authorization, &sign_in, &problem).await?;
    }
    let actor = Actor::Holder(id, String::new());
    app.audit().record(&tx, "sign_in.failed", &actor, format!("sign_in:{id}"), detail).await?;
    tx.commit().await?;
    app.changes.authorization(sign_in.authorization);
    Ok(())
}

/// Saves a sign-in whose account is connected already: nobody signs in.
pub async fn save_connected(
    app: &AppState,
    scope: &Scope,
    actor: &Actor,
    authorization: AuthorizationId,
    id: SignInId,
) -> Result<(), ServiceError> {
    let now = app.now();
    let tx = app.store.write(scope).await?;
    let found = tx.touch_and_find_authorization(authorization).await?.ok_or(ServiceError::NotFound)?;
    let sign_in =
        tx.find_sign_in(id).await?.filter(|one| one.authorization == found.id).ok_or(ServiceError::NotFound)?;
    if found.state != AuthorizationState::Open || sign_in.state == SignInState::Working {
        return Err(ServiceError::conflict("not_open", "This sign-in is being carried out, finished or called off."));
    }
    super::waves::check_begin(app, &tx, &found).await?;
    let from = sign_in.state;
    if sign_in.connection.is_none() || !matches!(from, SignInState::Waiting | SignInState::Failed) {
        return Err(ServiceError::conflict(
            "sign_in_needed",
            "This account is not connected. Its holder signs in once.",
        ));
    }
    let link = Link {
        id: app.new_id(),
        authorization,
        created_by: actor.name().to_owned(),
        expires_at: now,
        only: None,
        embed_session: None,
    };
    tx.add_link(&link, now).await?;
    let attempt = super::attempts::without_sign_in(app, authorization, id, link.id);
    tx.supersede_open_attempts_of(id).await?;
    tx.add_attempt(&attempt).await?;
    if found.method == Method::Modern {
        let subject = format!("sign_in:{id}");
        app.audit().record(&tx, "sign_in.saved", actor, subject, "connected already".to_owned()).await?;
        let (work, proving) = set_up::prepare_proof(app, &tx, &found, sign_in, attempt).await?;
        tx.commit().await?;
        app.changes.authorization(authorization);
        set_up::spawn_proof(app, work, proving);
        return Ok(());
    }
    let steps = save::first_steps(&save::workloads(&tx, id).await?);
    let sign_in = SignIn { state: SignInState::Working, steps, problem: None, approval_url: None, ..sign_in };
    tx.update_sign_in(&sign_in, from).await?;
    add_work(app, &tx, attempt.id).await?;
    app.audit().record(&tx, "sign_in.saved", actor, format!("sign_in:{id}"), "connected already".to_owned()).await?;
    tx.commit().await?;
    app.changes.work();
    app.changes.authorization(authorization);
    Ok(())
}

/// Waits until a sign-in's Save has come to a stop, at most `patience`.
pub async fn settle(
    app: &AppState,
    scope: &Scope,
    authorization: AuthorizationId,
    id: SignInId,
    patience: std::time::Duration,
) -> Result<SignInState, ServiceError> {
    let mut watch = app.changes.watch(authorization);
    let end = tokio::time::sleep(patience);
    tokio::pin!(end);
    loop {
        let sign_in = app.store.read(scope).await?.find_sign_in(id).await?.ok_or(ServiceError::NotFound)?;
        if sign_in.state != SignInState::Working {
            return Ok(sign_in.state);
        }
        tokio::select! {
            () = watch.changed() => {}
            () = tokio::time::sleep(std::time::Duration::from_millis(500)) => {}
            () = &mut end => return Ok(sign_in.state),
        }
    }
}

/// Microsoft's claims challenge to a sign-in, for the browser that must answer it (P7).
pub async fn challenge(app: &AppState, opened: &Opened, id: SignInId) -> Result<Option<ServiceError>, ServiceError> {
    let tx = app.store.read(opened.organization).await?;
    let Some((attempt, sealed)) = tx.find_last_challenge(id).await? else { return Ok(None) };
    let context =
        SealContext { organization: opened.organization, kind: super::attempts::CHALLENGE, row: attempt.0, version: 1 };
    let claims = app.keyring.open(&context, &sealed)?;
    let ids = tx.find_sign_in(id).await?.and_then(|one| one.problem).map(|problem| problem.ids).unwrap_or_default();
    let text = String::from_utf8(claims.expose().clone()).ok();
    Ok(text.map(|text| ServiceError::ClaimsNeeded { claims: text.into(), ids }))
}
