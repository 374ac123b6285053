//! The windows that frames open, and how each is tied to its frame (§8).
//!
//! The frame makes a secret, puts it into the window's fragment, and announces its hash within the click. The window says a
//! challenge to its opener, exactly our own origin; a frame that hears it confirms it here, and window and frame are tied.
//! A window without an opener asks for the six digits that its frame shows: three tries, two minutes. So an address that is
//! mailed to somebody opens nothing (finding 6): the stranger's window has neither the opener nor the digits.

use super::{Embedded, alive, host_of, sets};
use crate::{
    audit::Actor,
    seal::hash_secret,
    services::{ServiceError, authorizations},
    state::AppState,
    store::{
        Scoped,
        embed::{EmbedSession, Popup},
        links::Link,
        locator::{self, Located, LocatorKind, NewLocator},
    },
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use shared::{
    api::{
        authorizations::{AuthorizationState, CreateAuthorization},
        embed::{ConfirmPopup, OpenPopup, PopupOpened, PopupState, PopupTied, PopupView, TiePopup},
    },
    id::{AuthorizationId, PopupId},
    time::Timestamp,
};
use uuid::Uuid;

/// How long a code is good, in seconds.
const CODE_LIFE: i64 = 120;
/// How many codes may be tried.
const TRIES: i64 = 3;
/// How long a window's address opens anything, in seconds.
const TICKET_LIFE: i64 = 600;
/// The most windows of one session.
const MOST: u64 = 60;
/// How long the link lives that a tied window gets, in seconds.
const LINK_LIFE: i64 = 60 * 60;

fn code_hash(id: Uuid, code: &str) -> [u8; 32] {
    hash_secret(&format!("{id} {code}"))
}

/// Six digits, each value as likely as any other.
fn new_code(app: &AppState) -> String {
    loop {
        let mut bytes = [0; 4];
        app.random.fill(&mut bytes);
        let number = u32::from_be_bytes(bytes);
        // The last part of the range that is not whole would favour the small ones.
        if number < 4_294_000_000 {
            return format!("{:06}", number % 1_000_000);
        }
    }
}

fn is_open(app: &AppState, popup: &Popup) -> bool {
    matches!(popup.state, PopupState::Announced | PopupState::Here) && app.now() < popup.created_at.plus(TICKET_LIFE)
}

fn code_until(popup: &Popup) -> Timestamp {
    popup.created_at.plus(CODE_LIFE)
}

/// How a window stands now.
pub(super) fn state(app: &AppState, popup: &Popup) -> PopupState {
    if popup.state == PopupState::Tied || is_open(app, popup) { popup.state } else { PopupState::Dead }
}

/// Announces a window: the session's authorization is made, if it has none that is open, and the windows before it end.
pub async fn announce(app: &AppState, embedded: &Embedded, request: &OpenPopup) -> Result<PopupOpened, ServiceError> {
    let ticket = URL_SAFE_NO_PAD.decode(&request.ticket).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    let hash = ticket.ok_or_else(|| {
        ServiceError::field("ticket", "expected the SHA-256 of the window's secret, base64url without padding")
    })?;
    let actor = embedded.actor();
    let tx = app.store.write(&embedded.scope).await?;
    if !tx.touch_embed_session(embedded.session.id).await? {
        return Err(ServiceError::NotFound);
    }
    // Read again under the lock: of two clicks, the second finds what the first made.
    let session = alive(app, &tx, embedded.session.id).await?.ok_or(ServiceError::NotFound)?;
    if tx.count_popups(session.id).await? >= MOST {
        let detail = "This page has opened too many windows. Load it again.";
        return Err(ServiceError::conflict("too_many_windows", detail));
    }
    if locator::is_known(&tx, &hash).await? {
        return Err(ServiceError::field("ticket", "expected the hash of a new secret"));
    }
    let authorization = in_hand(app, &tx, &actor, &session).await?;
    tx.end_open_popups(session.id).await?;
    let (id, code) = (app.new_id(), new_code(app));
    let popup = Popup {
        id,
        session: session.id,
        state: PopupState::Announced,
        code: code_hash(id, &code),
        tries: 0,
        challenge: None,
        created_at: app.now(),
    };
    tx.add_popup(&popup).await?;
    let to = Located { organization: tx.organization, id };
    let expires_at = Some(popup.created_at.plus(TICKET_LIFE));
    locator::add(&tx, NewLocator { hash, kind: LocatorKind::Popup, to, expires_at }).await?;
    let detail = format!("authorization={authorization}");
    app.audit().record(&tx, "embed_popup.announced", &actor, format!("embed_popup:{id}"), detail).await?;
    tx.commit().await?;
    app.changes.authorization(authorization);
    Ok(PopupOpened { id: PopupId(id), code, code_until: code_until(&popup) })
}

/// The session's authorization that is open, or a new one for the sets that wait.
async fn in_hand(
    app: &AppState,
    tx: &Scoped,
    actor: &Actor,
    session: &EmbedSession,
) -> Result<AuthorizationId, ServiceError> {
    if let Some(id) = session.authorization {
        let found = tx.find_authorization(id).await?;
        if found.is_some_and(|one| one.state == AuthorizationState::Open) {
            return Ok(id);
        }
    }
    let (_, waiting) = sets(tx, session).await?;
    if waiting.is_empty() {
        return Err(ServiceError::conflict("nothing_to_authorize", "All of these sets have this method already."));
    }
    let id = authorizations::add(app, tx, actor, &CreateAuthorization::new(waiting, session.method)).await?;
    tx.update_embed_authorization(session.id, id).await?;
    Ok(id)
}

/// The frame heard this challenge from the window that it opened.
pub async fn confirm(
    app: &AppState,
    embedded: &Embedded,
    PopupId(id): PopupId,
    request: &ConfirmPopup,
) -> Result<(), ServiceError> {
    if !(20..=100).contains(&request.challenge.len()) {
        return Err(ServiceError::field("challenge", "expected what the window said, 20 to 100 characters"));
    }
    let hash = hash_secret(&request.challenge);
    let tx = app.store.write(&embedded.scope).await?;
    let popup = tx.find_popup(id).await?.filter(|one| one.session == embedded.session.id);
    let popup = popup.ok_or(ServiceError::NotFound)?;
    if popup.challenge == Some(hash) {
        return Ok(tx.leave().await?);
    }
    // One window, one challenge: another window's comes too late.
    if popup.challenge.is_some() || !is_open(app, &popup) {
        return Err(ServiceError::conflict(
            "popup_over",
            "This window is tied already, or its time is over. Start over.",
        ));
    }
    let confirmed = Popup { challenge: Some(hash), ..popup.clone() };
    if !tx.update_popup(&confirmed, &popup).await? {
        return Err(ServiceError::conflict("changed_meanwhile", "The window changed meanwhile. Start over."));
    }
    tx.touch_embed_session(popup.session).await?;
    Ok(tx.commit().await?)
}

/// A window by its secret, with the session that it belongs to.
async fn open(app: &AppState, secret: &str) -> Result<(Popup, Embedded), ServiceError> {
    let system = app.store.read_system().await?;
    let found = locator::find(&system, LocatorKind::Popup, &hash_secret(secret), app.now()).await?;
    let Located { organization, id } = found.ok_or(ServiceError::NotFound)?;
    let tx = app.store.narrow(system, organization).await?;
    let popup = tx.find_popup(id).await?.filter(|popup| is_open(app, popup)).ok_or(ServiceError::NotFound)?;
    let session = alive(app, &tx, popup.session).await?.ok_or(ServiceError::NotFound)?;
    Ok((popup, Embedded::new(organization, session)))
}

/// The window is here and does not know its frame: who asks, for the person who types the code.
pub async fn arrive(app: &AppState, secret: &str) -> Result<PopupView, ServiceError> {
    let (popup, embedded) = open(app, secret).await?;
    if popup.state == PopupState::Announced {
        let tx = app.store.write(&embedded.scope).await?;
        tx.update_popup(&Popup { state: PopupState::Here, ..popup.clone() }, &popup).await?;
        tx.touch_embed_session(popup.session).await?;
        tx.commit().await?;
    }
    let tx = app.store.read(&embedded.scope).await?;
    let asks = tx.find_organization().await?.ok_or(ServiceError::NotFound)?;
    Ok(PopupView {
        brand: app.settings.brand.clone(),
        organization: asks.name,
        domain: asks.domain,
        console: host_of(&embedded.session.origin).to_owned(),
        code_until: code_until(&popup),
        tries: u8::try_from(TRIES - popup.tries).unwrap_or_default(),
    })
}

/// Ties a window to its frame, once: the answer opens the connect page in it, and its address opens nothing any more.
pub async fn tie(app: &AppState, secret: &str, request: &TiePopup) -> Result<PopupTied, ServiceError> {
    let (popup, embedded) = open(app, secret).await?;
    let (tx, popup, by) = match (&request.challenge, &request.code) {
        (Some(challenge), None) if popup.challenge == Some(hash_secret(challenge)) => {
            (app.store.write(&embedded.scope).await?, popup, "opener")
        }
        (Some(_), None) => {
            let detail = "The console has not confirmed this window yet. Type the code that it shows.";
            return Err(ServiceError::conflict("popup_not_confirmed", detail));
        }
        (None, Some(code)) => {
            let digits = typed(app, &popup, code)?;
            let tx = app.store.write(&embedded.scope).await?;
            let popup = count_try(&tx, &popup).await?;
            if code_hash(popup.id, &digits) != popup.code {
                return Err(refuse_code(app, tx, &popup).await?);
            }
            (tx, popup, "code")
        }
        _ => return Err(ServiceError::field("code", "expected either a challenge or a code")),
    };
    if locator::take(&tx, LocatorKind::Popup, &hash_secret(secret), app.now()).await?.is_none()
        || !tx.update_popup(&Popup { state: PopupState::Tied, ..popup.clone() }, &popup).await?
    {
        return Err(ServiceError::NotFound);
    }
    tx.touch_embed_session(popup.session).await?;
    let session = alive(app, &tx, popup.session).await?.ok_or(ServiceError::NotFound)?;
    let authorization = session.authorization.ok_or(ServiceError::NotFound)?;
    let now = app.now();
    let link = Link {
        id: app.new_id(),
        authorization,
        created_by: host_of(&session.origin).to_owned(),
        // No longer than the session, and not at all once that is ended.
        expires_at: now.plus(LINK_LIFE).min(session.expires_at),
        only: None,
        embed_session: Some(session.id),
    };
    let link_secret = authorizations::add_link(app, &tx, &link, now).await?;
    let subject = format!("embed_popup:{}", popup.id);
    app.audit().record(&tx, "embed_popup.tied", &embedded.actor(), subject, format!("by={by}")).await?;
    tx.commit().await?;
    app.changes.authorization(authorization);
    Ok(PopupTied { secret: link_secret.expose().clone() })
}

/// The six digits that were typed, while a code is good.
fn typed(app: &AppState, popup: &Popup, code: &str) -> Result<String, ServiceError> {
    if app.now() >= code_until(popup) {
        let detail = "This code is too old. Go back to the console and press the button there again.";
        return Err(ServiceError::conflict("code_expired", detail));
    }
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(ServiceError::field("code", "expected the six digits that the console shows"));
    }
    Ok(digits)
}

/// Counts a try. Whoever looks at a code has counted before, in the same transaction: of many at once each counts, or learns
/// nothing.
async fn count_try(tx: &Scoped, popup: &Popup) -> Result<Popup, ServiceError> {
    let tried = Popup { tries: popup.tries + 1, ..popup.clone() };
    if !tx.update_popup(&tried, popup).await? {
        return Err(ServiceError::conflict("changed_meanwhile", "Another try came first. Type the code once more."));
    }
    Ok(tried)
}

/// Stores that a counted try was wrong, and gives the refusal. The third ends the window.
async fn refuse_code(app: &AppState, tx: Scoped, popup: &Popup) -> Result<ServiceError, ServiceError> {
    let left = TRIES - popup.tries;
    if left <= 0 {
        tx.update_popup(&Popup { state: PopupState::Dead, ..popup.clone() }, popup).await?;
    }
    tx.touch_embed_session(popup.session).await?;
    let (subject, detail) = (format!("embed_popup:{}", popup.id), format!("tries={}", popup.tries));
    app.audit().record(&tx, "embed_popup.wrong_code", &Actor::Rekey, subject, detail).await?;
    tx.commit().await?;
    if left <= 0 {
        return Ok(ServiceError::NotFound);
    }
    let detail = format!("This is not the code that the console shows. Tries left: {left}.");
    Ok(ServiceError::Forbidden { code: "code_wrong", detail })
}
