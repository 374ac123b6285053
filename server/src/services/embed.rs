//! The embed's sessions: a console's server makes one with an API key, for sets of one customer, one origin and half an hour
//! at most. The frame shows with it how things stand; it grants nothing (E10).
//!
//! A session dies with its time, its key, its origin, or when the console ends it. Unknown, ended and dead ones look alike.

pub mod origins;
pub mod popups;
mod view;

pub use view::{version, view};

use super::{ServiceError, text};
use crate::{
    audit::Actor,
    random::new_secret,
    seal::hash_secret,
    state::AppState,
    store::{
        Reach, Scope, Scoped,
        backup_sets::{BackupSet, Filter, Sort},
        embed::EmbedSession,
        locator::{self, Located, LocatorKind, NewLocator},
    },
};
use shared::{
    api::{
        customers::ConnectionState,
        embed::{CreateEmbedSession, EmbedSessionCreated},
    },
    id::{BackupSetId, CustomerId, OrganizationId},
    method::Method,
};
use std::collections::HashSet;
use uuid::Uuid;

/// The longest life of a session, in minutes (I2).
const LONGEST: u8 = 30;
/// The most sets of one session.
const MOST_SETS: usize = 500;

/// A session that lives, and what it reaches.
#[derive(Debug, Clone)]
pub struct Embedded {
    /// Whose data, and the one customer.
    pub scope: Scope,
    /// The session.
    pub session: EmbedSession,
}

impl Embedded {
    fn new(organization: OrganizationId, session: EmbedSession) -> Self {
        let scope = Scope { organization, reach: Reach::only(Some(vec![session.customer])) };
        Self { scope, session }
    }

    /// For the audit log: whoever looks at the console.
    fn actor(&self) -> Actor {
        Actor::Console(self.session.id, format!("{}: {}", host_of(&self.session.origin), self.session.host_user))
    }
}

/// The host of an origin, with its port where it has one.
fn host_of(origin: &str) -> &str {
    origin.split_once("://").map_or(origin, |(_, host)| host)
}

/// Makes a session.
pub async fn create(
    app: &AppState,
    scope: &Scope,
    actor: &Actor,
    request: &CreateEmbedSession,
) -> Result<EmbedSessionCreated, ServiceError> {
    let Actor::Key(api_key, _) = actor else {
        let detail = "An embed session is made by a console's server: send an API key.".to_owned();
        return Err(ServiceError::Forbidden { code: "key_needed", detail });
    };
    if request.method == Method::Basic {
        return Err(ServiceError::field("method", "expected hybrid or modern: no set goes back to a stored password"));
    }
    let minutes = request.minutes.unwrap_or(LONGEST);
    if !(1..=LONGEST).contains(&minutes) {
        return Err(ServiceError::field("minutes", "expected a number from 1 to 30"));
    }
    let host_user = text::name("host_user", &request.host_user, 200)?;
    let now = app.now();
    let tx = app.store.write(scope).await?;
    if tx.find_embed_origin(&request.origin).await?.is_none() {
        let expected = "expected an origin that is registered for this organization, written exactly as there";
        return Err(ServiceError::field("origin", expected));
    }
    let (customer, sets) = chosen(&tx, request).await?;
    let secret = new_secret(&*app.random);
    let mut session = EmbedSession {
        id: app.new_id(),
        customer,
        api_key: *api_key,
        origin: request.origin.clone(),
        host_user,
        method: request.method,
        sets,
        authorization: None,
        created_at: now,
        expires_at: now.plus(i64::from(minutes) * 60),
        ended_at: None,
        version: 1,
    };
    // A page that is loaded again goes on where it was.
    session.authorization = tx.find_last_embed_session(&session).await?.and_then(|before| before.authorization);
    tx.add_embed_session(&session).await?;
    let to = Located { organization: scope.organization, id: session.id };
    let (hash, kind) = (hash_secret(secret.expose()), LocatorKind::EmbedSession);
    locator::add(&tx, NewLocator { hash, kind, to, expires_at: Some(session.expires_at) }).await?;
    let detail = format!("customer={customer} sets={} minutes={minutes} origin={}", session.sets.len(), session.origin);
    app.audit().record(&tx, "embed_session.created", actor, format!("embed_session:{}", session.id), detail).await?;
    tx.commit().await?;
    Ok(EmbedSessionCreated {
        id: session.id,
        secret: secret.expose().clone(),
        frame: format!("{}/embed/{}", app.settings.origin, scope.organization),
        expires_at: session.expires_at,
    })
}

/// The sets of a new session, all of one customer.
async fn chosen(tx: &Scoped, request: &CreateEmbedSession) -> Result<(CustomerId, Vec<BackupSetId>), ServiceError> {
    match (request.customer, &request.backup_sets) {
        (Some(customer), None) => {
            if tx.find_customer(customer).await?.is_none() {
                return Err(ServiceError::field("customer", "expected a customer that exists"));
            }
            let sets = all_of(tx, customer, request.method).await?;
            if sets.is_empty() {
                return Err(ServiceError::conflict("no_backup_sets", "This customer has no backup sets yet."));
            }
            Ok((customer, sets))
        }
        (None, Some(ids)) => {
            let mut ids = ids.clone();
            ids.sort_unstable();
            ids.dedup();
            if ids.is_empty() || ids.len() > MOST_SETS {
                return Err(ServiceError::field("backup_sets", "expected 1 to 500 sets"));
            }
            let found = tx.find_backup_sets(&ids).await?;
            if found.len() != ids.len() {
                return Err(ServiceError::field("backup_sets", "expected sets that exist; at least one does not"));
            }
            let customers: HashSet<_> = found.iter().map(|set| set.customer).collect();
            match (customers.len(), customers.into_iter().next()) {
                (1, Some(customer)) => Ok((customer, ids)),
                _ => Err(ServiceError::field("backup_sets", "expected sets of one customer")),
            }
        }
        _ => Err(ServiceError::field("customer", "expected either a customer or backup_sets")),
    }
}

/// A customer's sets, those first that are of another method.
async fn all_of(tx: &Scoped, customer: CustomerId, method: Method) -> Result<Vec<BackupSetId>, ServiceError> {
    let others = Method::ALL.into_iter().filter(|one| *one != method).collect();
    let mut ids = Vec::new();
    for methods in [others, vec![method]] {
        let filter = Filter { customer: Some(customer), methods, ..Filter::default() };
        let room = (MOST_SETS - ids.len()) as u64;
        if room > 0 {
            let found = tx.list_backup_sets(&filter, Sort::Name, false, None, room).await?;
            ids.extend(found.into_iter().map(|set| set.id));
        }
    }
    ids.sort_unstable();
    Ok(ids)
}

/// Ends a session. Ending it again changes nothing.
pub async fn end(app: &AppState, scope: &Scope, actor: &Actor, id: Uuid) -> Result<(), ServiceError> {
    let tx = app.store.write(scope).await?;
    tx.find_embed_session(id).await?.ok_or(ServiceError::NotFound)?;
    if tx.end_embed_session(id, app.now()).await? {
        tx.end_open_popups(id).await?;
        app.audit().record(&tx, "embed_session.ended", actor, format!("embed_session:{id}"), String::new()).await?;
    }
    Ok(tx.commit().await?)
}

/// Opens a session by its secret.
pub async fn open(app: &AppState, secret: &str) -> Result<Embedded, ServiceError> {
    let now = app.now();
    let system = app.store.read_system().await?;
    let found = locator::find(&system, LocatorKind::EmbedSession, &hash_secret(secret), now).await?;
    let Located { organization, id } = found.ok_or(ServiceError::NotFound)?;
    let tx = app.store.narrow(system, organization).await?;
    let session = alive(app, &tx, id).await?.ok_or(ServiceError::NotFound)?;
    Ok(Embedded::new(organization, session))
}

/// A session that is not over: neither its time, nor its key, nor its origin.
async fn alive(app: &AppState, tx: &Scoped, id: Uuid) -> Result<Option<EmbedSession>, ServiceError> {
    let found = tx.find_embed_session(id).await?.filter(|one| app.now() < one.expires_at);
    match found {
        Some(session) if is_standing(tx, &session).await? => Ok(Some(session)),
        _ => Ok(None),
    }
}

/// Whether a session was not ended, whatever its time: what it began may be finished.
pub(super) async fn stands(tx: &Scoped, id: Uuid) -> Result<bool, ServiceError> {
    match tx.find_embed_session(id).await? {
        Some(session) => is_standing(tx, &session).await,
        None => Ok(false),
    }
}

async fn is_standing(tx: &Scoped, session: &EmbedSession) -> Result<bool, ServiceError> {
    let key = tx.find_api_key(session.api_key).await?.filter(|key| key.revoked_at.is_none());
    Ok(session.ended_at.is_none() && key.is_some() && tx.find_embed_origin(&session.origin).await?.is_some())
}

/// The session's sets as they are now, and of those the ones that wait for somebody.
async fn sets(tx: &Scoped, session: &EmbedSession) -> Result<(Vec<BackupSet>, Vec<BackupSetId>), ServiceError> {
    let mut all = tx.find_backup_sets(&session.sets).await?;
    all.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
    // Access that has ended is given anew in place: the set stays the same record (I11).
    let broken: HashSet<_> = match session.method {
        Method::Hybrid => tx
            .list_connections(&[session.customer])
            .await?
            .into_iter()
            .filter(|one| matches!(one.state, ConnectionState::NeedsHolder | ConnectionState::Ended))
            .map(|one| one.id)
            .collect(),
        _ => HashSet::new(),
    };
    // Access that was taken away, too.
    let waits = |set: &&BackupSet| set.method != session.method || set.connection.is_none_or(|id| broken.contains(&id));
    let waiting = all.iter().filter(waits).map(|set| set.id).collect();
    Ok((all, waiting))
}
