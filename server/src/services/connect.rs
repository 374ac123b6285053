//! The connect page's side: open by a secret, show, receive a Save, carry on after a consent, hear of failures.
//!
//! A secret is that of a link or of an attempt. Opening changes nothing (O4). Unknown, expired, revoked and used secrets
//! look alike.

use super::{
    ServiceError,
    authorizations::{app_permissions, permission_view, sign_in_views},
    help, save,
    sessions::nonce_of,
};
use crate::{
    audit::Actor,
    microsoft::verify::{
        AccessExpectation, ExpectedNonce, IdExpectation, MAX_AGE, Reason, Refused, VerifiedAccess, VerifiedIdentity,
    },
    seal::{SealContext, hash_secret},
    state::AppState,
    store::{
        Scoped,
        attempts::{Attempt, AttemptState, SavedToken},
        authorizations::Authorization,
        customers::Customer,
        links::Link,
        locator::{self, LocatorKind},
        sign_ins::SignIn,
        work::{self, NewWork, WorkKind},
    },
};
use shared::{
    api::{
        authorizations::{AuthorizationState, SignInState},
        connect::{ConnectApp, ConnectSignIn, ConnectView, QueueItem, ReportFailure, Save},
        problem::{Help, HelpAction, MicrosoftIds},
    },
    id::{AttemptId, AuthorizationId, OrganizationId, SignInId, TenantId},
    method::Method,
    rules::scopes,
    time::Timestamp,
};

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
    let hash = hash_secret(secret);
    let system = app.store.read_system().await?;
    let link = locator::find(&system, LocatorKind::ConnectLink, &hash, now).await?;
    let attempt = match link {
        Some(_) => None,
        None => locator::find(&system, LocatorKind::Attempt, &hash, now).await?,
    };
    // Holding one connection while waiting for another lets enough callers at once stop each other for good.
    drop(system);
    if let Some(located) = link {
        let tx = app.store.read(located.organization).await?;
        let link = tx.find_link(located.id, now).await?.ok_or(ServiceError::NotFound)?;
        let authorization = link.authorization;
        return Ok(Opened { organization: located.organization, authorization, link, attempt: None });
    }
    let located = attempt.ok_or(ServiceError::NotFound)?;
    let tx = app.store.read(located.organization).await?;
    let id = AttemptId(located.id);
    let attempt = tx.find_attempt(id).await?.ok_or(ServiceError::NotFound)?;
    // A link that expired while its attempt was at Microsoft may finish; one that was revoked may not.
    let link = tx.find_link(attempt.link, Timestamp(i64::MIN)).await?.ok_or(ServiceError::NotFound)?;
    let organization = located.organization;
    Ok(Opened { organization, authorization: attempt.authorization, link, attempt: Some(id) })
}

/// What the page shows.
pub async fn view(app: &AppState, opened: &Opened) -> Result<ConnectView, ServiceError> {
    let tx = app.store.read(opened.organization).await?;
    let authorization = tx.find_authorization(opened.authorization).await?.ok_or(ServiceError::NotFound)?;
    let customer = tx.find_customer(authorization.customer).await?.ok_or(ServiceError::NotFound)?;
    let organization = tx.find_organization().await?.ok_or(ServiceError::NotFound)?;
    let queue = tx.list_sign_ins(&[authorization.id]).await?;
    let attempt = match opened.attempt {
        Some(id) => tx.find_attempt(id).await?,
        None => None,
    };
    let in_hand = queue
        .iter()
        .find(|one| attempt.as_ref().is_some_and(|attempt| attempt.sign_in == one.id))
        .or_else(|| queue.iter().find(|one| !matches!(one.state, SignInState::Done | SignInState::Cancelled)))
        .or_else(|| queue.last())
        .cloned()
        .ok_or(ServiceError::NotFound)?;
    let items = queue.into_iter().map(|one| QueueItem { id: one.id, account: one.account, state: one.state }).collect();
    Ok(ConnectView {
        brand: app.settings.brand.clone(),
        authorization: authorization.id,
        organization: organization.name,
        asked_by: opened.link.created_by.clone(),
        asked_at: authorization.created_at,
        customer: customer.name,
        domain: customer.domain,
        tenant: customer.tenant,
        login_host: app.login_host(),
        method: authorization.method,
        kind: authorization.kind,
        way: authorization.way,
        sign_in: in_hand_view(&tx, &authorization, in_hand, customer.tenant).await?,
        queue: items,
        expires_at: opened.link.expires_at,
        version: authorization.version,
    })
}

async fn in_hand_view(
    tx: &Scoped,
    authorization: &Authorization,
    sign_in: SignIn,
    tenant: TenantId,
) -> Result<ConnectSignIn, ServiceError> {
    let id = sign_in.id;
    let workloads = save::workloads(tx, id).await?;
    let modern = authorization.method == Method::Modern;
    let (permissions, needs_administrator) = if modern {
        (app_permissions(&workloads, authorization.restores), true)
    } else {
        let scopes = scopes::delegated_scopes(&workloads, scopes::Purpose::Backup);
        let needs_administrator = scopes::needs_administrator(&scopes);
        (scopes.into_iter().map(permission_view).collect(), needs_administrator)
    };
    let modern: &[AuthorizationId] = if modern { &[authorization.id] } else { &[] };
    let (_, view) = sign_in_views(tx, modern, vec![sign_in]).await?.pop().ok_or(ServiceError::NotFound)?;
    let is_over = !modern.is_empty() && view.state == SignInState::Done;
    let apps = if is_over { apps_of(tx, tenant).await? } else { Vec::new() };
    Ok(ConnectSignIn {
        id,
        account: view.account,
        signer: view.signer,
        state: view.state,
        sets: view.sets,
        permissions,
        needs_administrator,
        already_connected: view.already_connected,
        signed_in_as: view.signed_in_as,
        steps: view.steps,
        problem: view.problem,
        approval_url: view.approval_url,
        done_at: view.done_at,
        apps,
    })
}

/// The tenant's apps for the receipt.
async fn apps_of(tx: &Scoped, tenant: TenantId) -> Result<Vec<ConnectApp>, ServiceError> {
    let mut apps = Vec::new();
    for purpose in scopes::Purpose::ALL {
        let Some(app) = tx.find_app_of(tenant, purpose).await? else { continue };
        let certificate = tx.find_current_certificate(app.id).await?;
        let not_after = certificate.map(|certificate| certificate.not_after);
        apps.push(ConnectApp { name: app.display_name, client_id: app.client_id, not_after, left: app.left });
    }
    Ok(apps)
}

/// Receives a Save (§4.5): believed only if everything about it fits, then durable before the answer, then carried out.
pub async fn save(app: &AppState, opened: &Opened, secret: &str, request: &Save) -> Result<(), ServiceError> {
    let id = opened.attempt.ok_or(ServiceError::NotFound)?;
    let hash = hash_secret(&request.access_token);
    let (attempt, authorization, customer) = load(app, opened, id).await?;
    if let Some(saved) = &attempt.saved {
        // The same token on the same attempt gets the same answer; another token is another matter.
        return if saved.hash == hash { Ok(()) } else { Err(used()) };
    }
    check_open(app, &attempt, &authorization)?;
    let (access, identity) = believe(app, &customer, secret, request).await?;
    if access.guest || identity.guest {
        return Err(refuse_guest(app, opened, &attempt).await?);
    }
    let saved = seal_token(app, opened.organization, &attempt, &access, hash, &request.access_token)?;
    commit_save(app, opened.organization, attempt, saved, &identity).await
}

async fn load(
    app: &AppState,
    opened: &Opened,
    id: AttemptId,
) -> Result<(Attempt, Authorization, Customer), ServiceError> {
    let tx = app.store.read(opened.organization).await?;
    let attempt = tx.find_attempt(id).await?.ok_or(ServiceError::NotFound)?;
    let authorization = tx.find_authorization(attempt.authorization).await?.ok_or(ServiceError::NotFound)?;
    let customer = tx.find_customer(authorization.customer).await?.ok_or(ServiceError::NotFound)?;
    Ok((attempt, authorization, customer))
}

fn used() -> ServiceError {
    ServiceError::conflict("attempt_used", "This sign-in was used already. Start over.")
}

fn check_open(app: &AppState, attempt: &Attempt, authorization: &Authorization) -> Result<(), ServiceError> {
    if authorization.state != AuthorizationState::Open {
        return Err(ServiceError::conflict("not_open", "This authorization is finished or was called off."));
    }
    if attempt.leg != shared::api::connect::Leg::SignIn {
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
    secret: &str,
    request: &Save,
) -> Result<(VerifiedAccess, VerifiedIdentity), ServiceError> {
    let config = &app.microsoft.config;
    let now = app.now();
    let refused = |refused: Refused| {
        tracing::warn!(reason = ?refused.reason(), customer = %customer.id, "a token was refused");
        refusal(refused)
    };
    let expected = AccessExpectation {
        tenant: customer.tenant,
        api: config.access.client_id,
        page: config.sign_in,
        now,
        max_age: MAX_AGE,
    };
    let access = app.microsoft.verifier.verify_access_token(&request.access_token, &expected).await.map_err(refused)?;
    let nonce = nonce_of(secret);
    let expected =
        IdExpectation { tenant: Some(customer.tenant), client: config.sign_in, nonce: ExpectedNonce::Is(&nonce), now };
    let identity = app.microsoft.verifier.verify_id_token(&request.id_token, &expected).await.map_err(refused)?;
    if access.object != identity.object || access.tenant != identity.tenant {
        tracing::warn!(customer = %customer.id, "the two tokens of a Save are of different accounts");
        return Err(ServiceError::TokenRefused);
    }
    Ok((access, identity))
}

/// All refusals look the same (T17); that Microsoft's keys could not be had is our trouble, and says nothing of the token.
pub fn refusal(refused: Refused) -> ServiceError {
    match refused.reason() {
        Reason::NoKeys => ServiceError::MicrosoftUnavailable,
        _ => ServiceError::TokenRefused,
    }
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

async fn commit_save(
    app: &AppState,
    organization: OrganizationId,
    attempt: Attempt,
    saved: SavedToken,
    identity: &VerifiedIdentity,
) -> Result<(), ServiceError> {
    let tx = app.store.write(organization).await?;
    let hash = saved.hash;
    let attempt = Attempt { state: AttemptState::Saved, saved: Some(saved), ..attempt };
    tx.touch_authorization(attempt.authorization).await?;
    if !tx.update_attempt(&attempt, AttemptState::Open).await? {
        // Another request of the same tab was quicker, or the attempt was superseded in this moment.
        let now = tx.find_attempt(attempt.id).await?;
        let same = now.and_then(|now| now.saved).is_some_and(|saved| saved.hash == hash);
        return if same { Ok(()) } else { Err(used()) };
    }
    let sign_in = tx.find_sign_in(attempt.sign_in).await?.ok_or(ServiceError::NotFound)?;
    let from = sign_in.state;
    if !matches!(from, SignInState::Waiting | SignInState::ClaimsNeeded | SignInState::Failed) {
        return Err(used());
    }
    let (name, username) = super::sessions::names_of(identity);
    let shown = if username.is_empty() { name } else { username };
    let sign_in = SignIn {
        state: SignInState::Working,
        steps: save::first_steps(&save::workloads(&tx, sign_in.id).await?),
        signed_in_as: Some(shown.clone()),
        problem: None,
        approval_url: None,
        ..sign_in
    };
    tx.update_sign_in(&sign_in, from).await?;
    add_work(app, &tx, attempt.id).await?;
    let actor = Actor::Holder(sign_in.id, shown);
    app.audit().record(&tx, "sign_in.saved", &actor, format!("sign_in:{}", sign_in.id), String::new()).await?;
    tx.commit().await?;
    app.changes.work();
    app.changes.authorization(sign_in.authorization);
    Ok(())
}

/// Has a Save carried out, now.
pub async fn add_work(app: &AppState, tx: &Scoped, attempt: AttemptId) -> Result<(), ServiceError> {
    let due = app.clock.now_millis();
    let work =
        NewWork { id: app.new_id(), kind: WorkKind::Save, organization: tx.organization, subject: attempt.0, due };
    Ok(work::add(tx, work).await?)
}

/// Carries on the Save that was pressed, after a consent or an approval. Does nothing when nothing waits.
pub async fn carry_on(app: &AppState, opened: &Opened) -> Result<(), ServiceError> {
    let tx = app.store.write(opened.organization).await?;
    tx.touch_authorization(opened.authorization).await?;
    let mut carried = false;
    for sign_in in tx.list_sign_ins(&[opened.authorization]).await? {
        let from = sign_in.state;
        if !matches!(from, SignInState::ConsentNeeded | SignInState::ApprovalNeeded) {
            continue;
        }
        let Some(attempt) = tx.find_saved_attempt(sign_in.id).await? else { continue };
        let steps = save::steps_after_consent(&save::workloads(&tx, sign_in.id).await?);
        let working = SignIn { state: SignInState::Working, steps, problem: None, ..sign_in };
        if tx.update_sign_in(&working, from).await? {
            add_work(app, &tx, attempt.id).await?;
            carried = true;
        }
    }
    if carried {
        tx.commit().await?;
        app.changes.work();
        app.changes.authorization(opened.authorization);
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

async fn note_problem(
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
    let sign_in = SignIn { problem: Some(problem), ..sign_in };
    tx.update_sign_in(&sign_in, from).await?;
    let actor = Actor::Holder(id, String::new());
    app.audit().record(&tx, "sign_in.failed", &actor, format!("sign_in:{id}"), detail).await?;
    tx.commit().await?;
    app.changes.authorization(sign_in.authorization);
    Ok(())
}

/// Saves a sign-in whose account is connected already: nobody signs in.
pub async fn save_connected(
    app: &AppState,
    organization: OrganizationId,
    actor: &Actor,
    authorization: AuthorizationId,
    id: SignInId,
) -> Result<(), ServiceError> {
    let now = app.now();
    let tx = app.store.write(organization).await?;
    tx.touch_authorization(authorization).await?;
    let found = tx.find_authorization(authorization).await?.ok_or(ServiceError::NotFound)?;
    let sign_in =
        tx.find_sign_in(id).await?.filter(|one| one.authorization == found.id).ok_or(ServiceError::NotFound)?;
    if found.state != AuthorizationState::Open || sign_in.state == SignInState::Working {
        return Err(ServiceError::conflict("not_open", "This sign-in is being carried out, finished or called off."));
    }
    let from = sign_in.state;
    if sign_in.connection.is_none() || !matches!(from, SignInState::Waiting | SignInState::Failed) {
        return Err(ServiceError::conflict(
            "sign_in_needed",
            "This account is not connected. Its holder signs in once.",
        ));
    }
    let link = Link { id: app.new_id(), authorization, created_by: actor.name().to_owned(), expires_at: now };
    tx.add_link(&link, now).await?;
    let attempt = Attempt {
        id: AttemptId(app.new_id()),
        authorization,
        sign_in: id,
        link: link.id,
        leg: shared::api::connect::Leg::SignIn,
        state: AttemptState::Saved,
        created_at: now,
        expires_at: now,
        saved: None,
        challenge: None,
    };
    tx.supersede_open_attempts(authorization).await?;
    tx.add_attempt(&attempt).await?;
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
    organization: OrganizationId,
    authorization: AuthorizationId,
    id: SignInId,
    patience: std::time::Duration,
) -> Result<SignInState, ServiceError> {
    let mut watch = app.changes.watch(authorization);
    let end = tokio::time::sleep(patience);
    tokio::pin!(end);
    loop {
        let sign_in = app.store.read(organization).await?.find_sign_in(id).await?.ok_or(ServiceError::NotFound)?;
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
