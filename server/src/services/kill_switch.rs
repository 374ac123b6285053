//! The kill switch of a customer: every key of ours forgotten at once, and an honest word about what is left (L3).
//!
//! One transaction forgets, ends and cancels; from its commit on no node can get a token for this customer. Afterwards the
//! keys, which this call still holds in memory, take themselves off their apps as far as Microsoft lets them. What no key
//! can do, deleting the app with its permissions, is told to an administrator of the tenant.

use super::{
    ServiceError, connections,
    events::{self, Ended},
    help,
    own_keys::OwnKeys,
    save, set_up,
};
use crate::{
    audit::Actor,
    microsoft::certificate::SigningCertificate,
    state::AppState,
    store::{
        Scoped, apps::App, certificates::Certificate, connections::Connection, customers::Customer,
        journals::JournalState, sign_ins::SignIn,
    },
};
use shared::{
    api::{
        apps::{AppState as Health, CertificateState, Way},
        authorizations::{AuthorizationState, SignInState},
        customers::{ConnectionState, KillSwitch, KillSwitchReport, KilledApp},
        notices::NoticeKind,
        problem::HelpAction,
    },
    id::{AuthorizationId, ConnectionId, CustomerId, OrganizationId},
};
use std::time::Duration;
use tokio::time::timeout;

/// How long the keys of one app may take to come off; all apps are done at the same time.
const TAKE_OFF: Duration = Duration::from_secs(30);

/// The keys of an app, in memory only.
struct Keys {
    app: App,
    /// Certificates that have a key, with it; the one in use last.
    known: Vec<(Certificate, Option<SigningCertificate>)>,
}

/// Pulls the kill switch of a customer.
pub async fn pull(
    app: &AppState,
    organization: OrganizationId,
    actor: &Actor,
    id: CustomerId,
    request: &KillSwitch,
) -> Result<KillSwitchReport, ServiceError> {
    let tx = app.store.write(organization).await?;
    let customer = tx.find_customer(id).await?.ok_or(ServiceError::NotFound)?;
    if request.confirm.trim() != customer.name {
        return Err(ServiceError::field("confirm", "expected the name of the customer, exactly as it is shown"));
    }
    // First: afterwards nothing can finish that would make new access.
    let cancelled = cancel(app, &tx, actor, &customer).await?;
    let mut keys = Vec::new();
    for one in tx.list_apps(Some(id)).await? {
        if one.removed_at.is_none() && one.state != Health::Removed {
            keys.push(forget_app(app, &tx, one).await?);
        }
    }
    let mut connections = 0;
    for one in tx.list_connections(&[id]).await? {
        connections += u64::from(forget_connection(app, &tx, one).await?);
    }
    let detail = format!("apps={} connections={connections} authorizations={}", keys.len(), cancelled.len());
    app.audit().record(&tx, "customer.kill_switch", actor, format!("customer:{id}"), detail).await?;
    tx.commit().await?;
    for authorization in cancelled {
        app.changes.authorization(authorization);
    }
    let taking = keys.into_iter().map(|keys| take_off(app, organization, keys));
    let apps = futures::future::try_join_all(taking).await?;
    Ok(KillSwitchReport { apps, connections })
}

/// Forgets the keys of an app, whatever becomes of them at Microsoft; gives them once more.
async fn forget_app(app: &AppState, tx: &Scoped, connection: App) -> Result<Keys, ServiceError> {
    // A renewal that stores a key in this moment ends first, and what it stored is seen below. One that is off already stays so.
    tx.hold_app(connection.id).await?;
    let connection = tx.find_app(connection.id).await?.ok_or(ServiceError::NotFound)?;
    let mut known = Vec::new();
    for one in tx.list_certificates(&[connection.id]).await? {
        if one.state == CertificateState::Removed {
            continue;
        }
        let opened = super::certificates::open(app, tx.organization, &one).ok();
        let forgotten = Certificate {
            state: CertificateState::Previous,
            private_key: None,
            renew_at: None,
            remove_at: None,
            ..one.clone()
        };
        tx.update_certificate(&forgotten, one.state).await?;
        super::notices::resolve(app, tx, NoticeKind::CertificateEnds, one.id.0).await?;
        known.push((one, opened));
    }
    known.sort_by_key(|(one, _)| one.state == CertificateState::Current);
    for kind in [NoticeKind::ConnectionTrouble, NoticeKind::Drift] {
        super::notices::resolve(app, tx, kind, connection.id.0).await?;
    }
    let off = App {
        state: Health::Off,
        help: Some(help::own(
            "switched_off",
            "Switched off",
            "A member pulled the kill switch: no key of this app is kept any more. Delete the app in the tenant; a new set-up makes another one.",
            HelpAction::AskAdministrator,
        )),
        left: left(&connection, known.len()),
        ..connection.clone()
    };
    if !tx.update_app(&off, connection.version).await? {
        return Err(ServiceError::conflict("changed_meanwhile", "Something changed meanwhile. Pull it once more."));
    }
    events::app_revoked(app, tx, &off, Ended::KillSwitch).await?;
    Ok(Keys { app: App { version: connection.version + 1, ..off }, known })
}

/// What an administrator must still delete, in plain words with ids.
fn left(connection: &App, keys: usize) -> Vec<String> {
    let name = &connection.display_name;
    let mut left = Vec::new();
    if let Some(object) = connection.object {
        let client = connection.client_id.map(|id| format!(", client id {id}")).unwrap_or_default();
        let keys = match keys {
            0 => String::new(),
            1 => ", with a certificate whose key is forgotten".to_owned(),
            _ => format!(", with {keys} certificates whose keys are forgotten"),
        };
        left.push(format!("The app registration “{name}” (object id {object}{client}){keys}"));
    }
    if let Some(principal) = connection.principal {
        left.push(format!("The enterprise application “{name}” (object id {principal}), with its permissions"));
    }
    if let (None, None) = (connection.object, connection.principal) {
        match connection.client_id {
            Some(client) => left.push(format!("The app “{name}” (client id {client})")),
            // A set-up was stopped before Microsoft's answer to making it was written down.
            None if connection.way != Way::OwnApp => {
                left.push(format!("The app registration “{name}”, if the set-up that was stopped has made it"));
            }
            None => {}
        }
    }
    left
}

/// Ends a delegated connection and forgets its refresh token. `false`: it had ended before.
async fn forget_connection(app: &AppState, tx: &Scoped, one: Connection) -> Result<bool, ServiceError> {
    if one.state.is_over() && one.refresh_token.0.is_empty() {
        return Ok(false);
    }
    let was = one.state;
    let help = help::own(
        "switched_off",
        "Switched off",
        "A member pulled the kill switch: the access to this account is forgotten. Its holder can also end it at myapps.microsoft.com. To go on later, authorize the sets once more.",
        HelpAction::SignInAgain,
    );
    connections::end(app, tx, one, ConnectionState::Ended, help, Ended::KillSwitch).await?;
    Ok(!was.is_over())
}

/// Calls off everything that could make new access: open authorizations with links, saves and journals.
async fn cancel(
    app: &AppState,
    tx: &Scoped,
    actor: &Actor,
    customer: &Customer,
) -> Result<Vec<AuthorizationId>, ServiceError> {
    let now = app.now();
    let open = tx.list_open_authorizations_of(customer.id).await?;
    for id in &open {
        tx.end_authorization(*id, AuthorizationState::Cancelled).await?;
        tx.revoke_links(*id, now).await?;
        tx.supersede_open_attempts(*id).await?;
        for sign_in in tx.list_sign_ins(&[*id]).await? {
            let from = sign_in.state;
            if from == SignInState::Done {
                continue;
            }
            let cancelled = SignIn { state: SignInState::Cancelled, problem: None, approval_url: None, ..sign_in };
            tx.update_sign_in(&cancelled, from).await?;
            save::forget_saved(tx, cancelled.id).await?;
        }
        if let Some(authorization) = tx.find_authorization(*id).await? {
            events::cancelled(app, tx, &authorization, actor.name()).await?;
        }
    }
    if let Some(journal) = tx.find_running_journal(customer.tenant).await? {
        tx.end_journal(journal.id, JournalState::Failed, now).await?;
        // The administrator's token is not used any more, so Rekey's own access for the set-up stays in the tenant (D8).
        set_up::say_left_over(app, tx, customer.id).await?;
    }
    Ok(open)
}

/// The keys take themselves off their app, the one in use last: it signs the proofs.
async fn take_off(app: &AppState, organization: OrganizationId, keys: Keys) -> Result<KilledApp, ServiceError> {
    let Keys { app: connection, mut known } = keys;
    let mut gone = Vec::new();
    let signing = known.last_mut().and_then(|(_, signing)| signing.take());
    if let Some(signing) = signing {
        let removing = async {
            let opened = OwnKeys::by(app, &connection, signing).await;
            let Ok(Ok(own)) = opened else { return };
            for (certificate, _) in &known {
                let Some(key) = certificate.key_id else { continue };
                match own.remove(key).await {
                    Ok(Ok(())) => gone.push(certificate.clone()),
                    Ok(Err(error)) => tracing::warn!(app = %connection.id, %error, "a key stays on its app"),
                    Err(error) => tracing::warn!(app = %connection.id, %error, "a key stays on its app"),
                }
            }
        };
        if timeout(TAKE_OFF, removing).await.is_err() {
            tracing::warn!(app = %connection.id, "taking keys off took too long");
        }
    }
    let stay = known.len() - gone.len();
    let left = left(&connection, stay);
    note(app, organization, connection.id, &gone, &left).await?;
    Ok(KilledApp {
        id: connection.id,
        display_name: connection.display_name,
        client_id: connection.client_id,
        object: connection.object,
        principal: connection.principal,
        keys_removed: gone.len() as u64,
        keys_left: stay as u64,
        left,
    })
}

async fn note(
    app: &AppState,
    organization: OrganizationId,
    id: ConnectionId,
    gone: &[Certificate],
    left: &[String],
) -> Result<(), ServiceError> {
    let tx = app.store.write(organization).await?;
    for one in gone {
        tx.update_certificate(&one.clone().removed(app.now()), CertificateState::Previous).await?;
    }
    if let Some(found) = tx.find_app(id).await?.filter(|one| one.state == Health::Off) {
        let changed = App { left: left.to_vec(), ..found.clone() };
        tx.update_app(&changed, found.version).await?;
    }
    Ok(tx.commit().await?)
}
