//! One account's connection: what hangs on it, and its end here (D8, O10).
//!
//! Disconnecting forgets the sealed refresh token and takes the connection from its sets; their method stays. What Rekey cannot do,
//! taking the consent back at Microsoft, is said: a refresh token of ours cannot be revoked for one app only.

use super::{
    ServiceError, authorizations,
    backup_sets::customer_ref,
    customers::connection_view,
    events::{self, Ended},
    help, notices,
};
use crate::{
    audit::Actor,
    seal::Sealed,
    state::AppState,
    store::{
        Scope, Scoped,
        authorizations::Authorization,
        backup_sets::BackupSet,
        connections::Connection,
        sign_ins::{SignIn, SignInSet},
    },
};
use shared::{
    api::{
        authorizations::{AuthorizationKind, SetRef},
        customers::{ConnectionDetail, ConnectionState},
        notices::NoticeKind,
        problem::{Help, HelpAction},
    },
    id::{AuthorizationId, ConnectionId, SignInId},
    method::Method,
};

/// The most sets that are named.
const MOST_SETS: u64 = 200;

/// A connection with the sets of its account.
pub async fn find(app: &AppState, scope: &Scope, id: ConnectionId) -> Result<ConnectionDetail, ServiceError> {
    let tx = app.store.read(scope).await?;
    let found = tx.find_connection(id).await?.ok_or(ServiceError::NotFound)?;
    let sets = tx.list_sets_of_account(&found, MOST_SETS).await?;
    let count = tx.count_sets_of_account(&found).await?;
    detail(app, &tx, found, sets, count).await
}

/// Disconnects an account: its token is forgotten, its sets stand without access until somebody authorizes them again.
pub async fn disconnect(
    app: &AppState,
    scope: &Scope,
    actor: &Actor,
    id: ConnectionId,
) -> Result<ConnectionDetail, ServiceError> {
    let tx = app.store.write(scope).await?;
    let found = tx.find_connection(id).await?.ok_or(ServiceError::NotFound)?;
    let sets = tx.list_sets_of_account(&found, MOST_SETS).await?;
    let count = tx.count_sets_of_account(&found).await?;
    let ended = disconnect_within(app, &tx, actor, found).await?;
    let told = detail(app, &tx, ended, sets, count).await?;
    tx.commit().await?;
    Ok(told)
}

/// The same within a transaction; gives the connection as it is then.
pub(super) async fn disconnect_within(
    app: &AppState,
    tx: &Scoped,
    actor: &Actor,
    found: Connection,
) -> Result<Connection, ServiceError> {
    if found.state == ConnectionState::Disconnected {
        return Err(ServiceError::conflict("already_disconnected", "This account was disconnected already."));
    }
    let id = found.id;
    let help = help::own(
        "disconnected",
        "Disconnected",
        "The access to this account is forgotten here. To go on later, authorize its sets once more.",
        HelpAction::SignInAgain,
    );
    // What was granted is not known any more: the next sign-in says it anew.
    let ended = Connection { failed_at: None, scopes: String::new(), ..found };
    let ended = end(app, tx, ended, ConnectionState::Disconnected, help, Ended::Disconnected).await?;
    let sets = tx.disconnect_sets(id).await?;
    app.audit()
        .record(tx, "connection.disconnected", actor, format!("connection:{id}"), format!("sets={sets}"))
        .await?;
    Ok(ended)
}

/// Begins a removal for which the holder of the account signs in. Nothing is removed before they have saved.
pub(super) async fn ask_removal(
    app: &AppState,
    scope: &Scope,
    actor: &Actor,
    id: ConnectionId,
) -> Result<AuthorizationId, ServiceError> {
    let tx = app.store.write(scope).await?;
    let found = tx.find_connection(id).await?.ok_or(ServiceError::NotFound)?;
    if found.state == ConnectionState::Disconnected {
        return Err(ServiceError::conflict("already_disconnected", "This account was disconnected already."));
    }
    authorizations::hold(&tx, found.customer).await?;
    let made = AuthorizationId(app.new_id());
    let (method, kind) = (Method::Hybrid, AuthorizationKind::Remove);
    let authorization = Authorization::begin(made, found.customer, method, kind, app.now(), actor.name().to_owned());
    tx.add_authorization(&authorization).await?;
    // The connection is no way in: its holder signs in.
    let sign_in = SignIn::waiting(SignInId(app.new_id()), authorization.id, 0, found.account.clone(), None);
    let sets = tx.list_sets_of_connection(id, authorizations::MOST_SETS).await?;
    let covered: Vec<_> = sets.iter().map(|set| SignInSet::of(sign_in.id, set)).collect();
    tx.add_sign_in(&sign_in, &covered).await?;
    let (subject, detail) = (format!("authorization:{}", authorization.id), "kind=remove method=hybrid".to_owned());
    app.audit().record(&tx, "authorization.created", actor, subject, detail).await?;
    tx.commit().await?;
    Ok(authorization.id)
}

/// Ends a connection here: the refresh token is forgotten, whatever a refresh that is on its way brings. Who listens hears of
/// it, unless it had ended before.
pub(super) async fn end(
    app: &AppState,
    tx: &Scoped,
    one: Connection,
    state: ConnectionState,
    help: Help,
    why: Ended,
) -> Result<Connection, ServiceError> {
    let (version, was) = (one.token_version, one.state);
    let ended = Connection {
        state,
        refresh_token: Sealed(Vec::new()),
        token_version: version + 1,
        failed_at: one.failed_at.or(Some(app.now())),
        help: Some(help),
        ..one
    };
    if !tx.update_connection(&ended, version).await? {
        return Err(ServiceError::conflict("changed_meanwhile", "Something changed meanwhile. Do it once more."));
    }
    notices::resolve(app, tx, NoticeKind::ConnectionTrouble, ended.id.0).await?;
    if !was.is_over() {
        events::connection_revoked(app, tx, &ended, why).await?;
    }
    Ok(ended)
}

async fn detail(
    app: &AppState,
    tx: &Scoped,
    found: Connection,
    sets: Vec<BackupSet>,
    set_count: u64,
) -> Result<ConnectionDetail, ServiceError> {
    let customer = tx.find_customer(found.customer).await?.ok_or(ServiceError::NotFound)?;
    let others = tx.list_connections(&[customer.id]).await?;
    let others = others.iter().filter(|one| one.id != found.id && !one.state.is_over()).count();
    let sets = sets.into_iter().map(|set| SetRef { id: set.id, name: set.name, method: set.method }).collect();
    Ok(ConnectionDetail {
        left: left(app, &found.account, others),
        customer: customer_ref(&customer),
        connection: connection_view(found),
        sets,
        set_count,
    })
}

/// What stays at Microsoft, in plain words with ids: only people there end it.
fn left(app: &AppState, account: &str, others: usize) -> Vec<String> {
    let (access, page) = (app.microsoft.config.access.client_id, app.microsoft.config.sign_in);
    let them = match others {
        0 => "No other account of this tenant is connected, so an administrator can delete both".to_owned(),
        1 => "Another account of this tenant is connected by them and would end, too".to_owned(),
        count => format!("{count} other accounts of this tenant are connected by them and would end, too"),
    };
    vec![
        format!(
            "The consent of {account} to the application with client id {access}. Its holder takes it back at myapps.microsoft.com; \
             an administrator ends it by revoking the sessions of the account in Microsoft Entra"
        ),
        format!(
            "The enterprise applications with client ids {access} and {page} (Microsoft Entra, Enterprise applications). {them}"
        ),
    ]
}
