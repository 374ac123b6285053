//! Sign-in attempts: made by a click, bound to one tab by a secret, and everything that its trip to Microsoft needs.

use super::{
    ServiceError,
    connect::{self, Opened},
    save,
    sessions::nonce_of,
    waves,
};
use crate::{
    audit::Actor,
    random::new_secret,
    seal::{SealContext, hash_secret},
    state::AppState,
    store::{
        Scoped,
        attempts::{Attempt, AttemptState},
        authorizations::Authorization,
        customers::Customer,
        locator::{self, Located, LocatorKind, NewLocator},
        sign_ins::SignIn,
    },
};
use shared::{
    api::{
        apps::Way,
        authorizations::{AuthorizationState, SignInState},
        connect::{AttemptStart, Leg, StartAttempt},
    },
    id::{AttemptId, AuthorizationId, ClientId, SignInId},
    method::Method,
};
use uuid::Uuid;

/// How long an attempt may take from the click to Save, in seconds: an hour to the callback and half an hour to read.
const LIFE: i64 = 90 * 60;

/// What kind of secret a challenge is, for its seal.
pub const CHALLENGE: &str = "claims_challenge";

/// An attempt that nobody signs in for: its Save is pressed already.
pub fn without_sign_in(app: &AppState, authorization: AuthorizationId, sign_in: SignInId, link: Uuid) -> Attempt {
    let now = app.now();
    Attempt {
        id: AttemptId(app.new_id()),
        authorization,
        sign_in,
        link,
        leg: Leg::SignIn,
        state: AttemptState::Saved,
        created_at: now,
        expires_at: now,
        saved: None,
        challenge: None,
    }
}

/// Begins an attempt; the one before it ends.
pub async fn start(app: &AppState, opened: &Opened, request: &StartAttempt) -> Result<AttemptStart, ServiceError> {
    let now = app.now();
    // Whoever is on the way when the link ends may begin again once more, such as for a second factor, and comes to an end
    // with it: attempts must not hand a link's life on to each other (O1).
    let end = opened.link.expires_at.plus(LIFE);
    if now >= end {
        return Err(ServiceError::NotFound);
    }
    let tx = app.store.write(opened.organization).await?;
    let authorization = tx.touch_and_find_authorization(opened.authorization).await?.ok_or(ServiceError::NotFound)?;
    connect::check_standing(&tx, &opened.link).await?;
    if authorization.state != AuthorizationState::Open {
        return Err(ServiceError::conflict(
            "not_open",
            "This authorization is finished or was called off. Nothing is left to do here.",
        ));
    }
    let sign_in = tx.find_sign_in(request.sign_in).await?.filter(|one| one.authorization == authorization.id);
    // An invitation is for one person's sign-in, whatever else waits in the authorization (O2).
    let sign_in = sign_in.filter(|one| opened.link.only.is_none_or(|only| only == one.id));
    let sign_in = sign_in.ok_or(ServiceError::NotFound)?;
    if matches!(sign_in.state, SignInState::Waiting | SignInState::Failed) {
        waves::check_begin(app, &tx, &authorization).await?;
    }
    let customer = tx.find_customer(authorization.customer).await?.ok_or(ServiceError::NotFound)?;
    let (leg, sign_in) = choose_leg(app, &tx, sign_in, request.start_over).await?;
    let claims = if leg == Leg::SignIn { last_challenge(app, &tx, &sign_in).await? } else { None };
    if claims.is_some() {
        // What was sealed is opened, for the browser that carries it to Microsoft (S9).
        let (subject, actor) = (format!("sign_in:{}", sign_in.id), Actor::Invited(opened.link.id));
        app.audit().record(&tx, "attempt.started", &actor, subject, "purpose=claims_challenge".to_owned()).await?;
    }
    // Of this person alone: of several who are invited, each goes on by themselves.
    tx.supersede_open_attempts_of(sign_in.id).await?;
    let secret = new_secret(&*app.random);
    let attempt = Attempt {
        id: AttemptId(app.new_id()),
        authorization: authorization.id,
        sign_in: sign_in.id,
        link: opened.link.id,
        leg,
        state: AttemptState::Open,
        created_at: now,
        expires_at: now.plus(LIFE).min(end),
        saved: None,
        challenge: None,
    };
    tx.add_attempt(&attempt).await?;
    let to = Located { organization: opened.organization, id: attempt.id.0 };
    let kind = LocatorKind::Attempt;
    // The secret outlives the attempt a little, so that a late Save hears "over" and not "unknown".
    let expires_at = Some(attempt.expires_at.plus(24 * 3600));
    locator::add(&tx, NewLocator { hash: hash_secret(secret.expose()), kind, to, expires_at }).await?;
    let pair = pair(app, &authorization)?;
    let scope = scope(app, &tx, &pair, &sign_in, leg).await?;
    tx.commit().await?;
    app.changes.authorization(authorization.id);
    Ok(answer(app, &customer, &pair, leg, secret.expose(), scope, claims))
}

/// The registrations of a trip: the page that signs in, and the API that its token is for.
struct Pair {
    page: ClientId,
    api: ClientId,
}

/// One pair for hybrid, another for modern: neither asks for what the other needs (§3).
fn pair(app: &AppState, authorization: &Authorization) -> Result<Pair, ServiceError> {
    let config = &app.microsoft.config;
    if authorization.method != Method::Modern {
        return Ok(Pair { page: config.sign_in, api: config.access.client_id });
    }
    let none = || ServiceError::conflict("method_not_available", "This installation does not set up modern.");
    let setup = config.setup.as_ref().filter(|_| authorization.way != Way::OwnApp).ok_or_else(none)?;
    Ok(Pair { page: setup.page, api: setup.api.client_id })
}

/// The registrations of an authorization's trips, for people who look them up: the page's and the server's.
pub fn registrations(app: &AppState, authorization: &Authorization) -> (ClientId, ClientId) {
    let config = &app.microsoft.config;
    let setup = config.setup.as_ref().filter(|_| authorization.method == Method::Modern);
    setup.map_or((config.sign_in, config.access.client_id), |setup| (setup.page, setup.api.client_id))
}

fn answer(
    app: &AppState,
    customer: &Customer,
    pair: &Pair,
    leg: Leg,
    secret: &str,
    scope: String,
    claims: Option<String>,
) -> AttemptStart {
    let config = &app.microsoft.config;
    AttemptStart {
        secret: secret.to_owned(),
        leg,
        authority: config.authority.login_origin().to_owned(),
        tenant: customer.tenant,
        issuer: config.authority.issuer(customer.tenant),
        client_id: if leg == Leg::Consent { pair.api } else { pair.page },
        redirect_uri: format!("{}/connect/callback", app.settings.origin),
        scope,
        nonce: nonce_of(secret),
        claims,
    }
}

/// A Save that waits for a consent is carried on by a consent leg; anything else is a sign-in.
async fn choose_leg(
    app: &AppState,
    tx: &Scoped,
    sign_in: SignIn,
    start_over: bool,
) -> Result<(Leg, SignIn), ServiceError> {
    match sign_in.state {
        SignInState::Working => {
            Err(ServiceError::conflict("save_running", "A Save of this sign-in is being carried out. Watch its steps."))
        }
        SignInState::Done | SignInState::Cancelled => {
            Err(ServiceError::conflict("sign_in_over", "This sign-in is finished. Nothing is left to do for it."))
        }
        SignInState::ConsentNeeded | SignInState::ApprovalNeeded if !start_over => {
            let waiting = tx.find_saved_attempt(sign_in.id).await?;
            let alive = waiting.and_then(|attempt| attempt.saved).is_some_and(|saved| app.now() < saved.expires_at);
            if alive { Ok((Leg::Consent, sign_in)) } else { anew(tx, sign_in).await }
        }
        SignInState::ConsentNeeded | SignInState::ApprovalNeeded => anew(tx, sign_in).await,
        SignInState::ClaimsNeeded | SignInState::Failed if start_over => anew(tx, sign_in).await,
        SignInState::Waiting | SignInState::ClaimsNeeded | SignInState::Failed => Ok((Leg::SignIn, sign_in)),
    }
}

/// A sign-in as if nobody had saved: what Save brought is forgotten.
pub async fn anew(tx: &Scoped, sign_in: SignIn) -> Result<(Leg, SignIn), ServiceError> {
    save::forget_saved(tx, sign_in.id).await?;
    let from = sign_in.state;
    let fresh = SignIn {
        state: SignInState::Waiting,
        steps: Vec::new(),
        problem: None,
        approval_url: None,
        signed_in_as: None,
        ..sign_in
    };
    tx.update_sign_in(&fresh, from).await?;
    Ok((Leg::SignIn, fresh))
}

async fn last_challenge(app: &AppState, tx: &Scoped, sign_in: &SignIn) -> Result<Option<String>, ServiceError> {
    if sign_in.state != SignInState::ClaimsNeeded {
        return Ok(None);
    }
    let Some((attempt, sealed)) = tx.find_last_challenge(sign_in.id).await? else { return Ok(None) };
    let context = SealContext { organization: tx.organization, kind: CHALLENGE, row: attempt.0, version: 1 };
    let opened = app.keyring.open(&context, &sealed)?;
    Ok(String::from_utf8(opened.expose().clone()).ok())
}

/// The page asks for our own API by its id, so that both service principals come to be; the consent leg asks for exactly
/// what the chosen workloads need, with what this tenant uses already.
async fn scope(app: &AppState, tx: &Scoped, pair: &Pair, sign_in: &SignIn, leg: Leg) -> Result<String, ServiceError> {
    let config = &app.microsoft.config;
    if leg == Leg::SignIn {
        return Ok(format!("openid profile {}/.default", pair.api));
    }
    let wanted = save::wanted_permissions(tx, sign_in).await?;
    Ok(wanted.iter().map(|name| config.authority.graph_scope(name)).collect::<Vec<_>>().join(" "))
}
