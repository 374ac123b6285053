//! Whether a key gets a token of a set, and by which connection. Read at one moment; changes nothing.

use super::{
    base_url,
    cache::{Minted, TokenKey},
    pass::Question,
};
use crate::{
    microsoft::grants::app::{SharepointHost, TokenResource},
    services::ServiceError,
    state::AppState,
    store::{Reach, Scoped, api_keys::ApiKey, apps::App, backup_sets::BackupSet, connections::Connection},
};
use shared::{
    api::{apps::AppState as Health, customers::ConnectionState, problem::Help},
    id::{BackupSetId, ConnectionId, OrganizationId, TenantId},
    method::Method,
    rules::{
        manifest::{self, Resource},
        scopes::{self, Purpose},
    },
    time::Timestamp,
};

/// Where a token comes from.
#[derive(Debug, Clone)]
pub(super) enum Grounds {
    /// An app of the customer's own.
    App {
        /// The app.
        id: ConnectionId,
        /// As Microsoft names it.
        resource: TokenResource,
        /// The roles without which this set's jobs cannot do their work.
        needed: Vec<String>,
        /// Whether a job was handed a token of it before.
        is_used: bool,
    },
    /// One account's delegated access.
    Account {
        /// The connection.
        id: ConnectionId,
        /// The permissions asked for.
        scopes: Vec<String>,
    },
}

/// A yes.
#[derive(Debug, Clone)]
pub(super) struct Decision {
    pub(super) set: BackupSetId,
    pub(super) grounds: Grounds,
    pub(super) resource: Resource,
    pub(super) purpose: Purpose,
    pub(super) tenant: TenantId,
    pub(super) account: Option<String>,
    pub(super) base_url: String,
    /// Changes with the connection.
    pub(super) fence: i64,
    /// Until when the restore is open, for writing.
    pub(super) ends_at: Option<Timestamp>,
}

impl Decision {
    pub(super) const fn connection(&self) -> ConnectionId {
        match &self.grounds {
            Grounds::App { id, .. } | Grounds::Account { id, .. } => *id,
        }
    }

    /// What tokens are shared by.
    pub(super) fn token_key(&self, organization: OrganizationId) -> TokenKey {
        let scopes = match &self.grounds {
            Grounds::App { .. } => String::new(),
            Grounds::Account { scopes, .. } => scopes.join(" "),
        };
        TokenKey { organization, connection: self.connection(), resource: self.resource, purpose: self.purpose, scopes }
    }

    /// The permissions that this set needs and an app's token lacks, joined by commas.
    pub(super) fn missing(&self, minted: &Minted) -> Option<String> {
        let Grounds::App { needed, .. } = &self.grounds else { return None };
        let missing: Vec<&str> =
            needed.iter().filter(|role| !minted.permissions.contains(role)).map(String::as_str).collect();
        (!missing.is_empty()).then(|| missing.join(", "))
    }
}

/// How a connection stands now.
pub(super) async fn fence(
    app: &AppState,
    organization: OrganizationId,
    grounds: &Grounds,
) -> Result<i64, ServiceError> {
    let tx = app.store.read(organization).await?;
    Ok(match grounds {
        Grounds::App { id, .. } => tx.find_app(*id).await?.map_or(0, |one| one.version),
        Grounds::Account { id, .. } => tx.find_connection(*id).await?.map_or(0, |one| one.token_version),
    })
}

pub(super) async fn decide(
    app: &AppState,
    organization: OrganizationId,
    key: &ApiKey,
    question: &Question,
) -> Result<Decision, ServiceError> {
    let purpose = question.request.purpose;
    let tx = app.store.read(organization).await?;
    let set = tx.find_backup_set(question.set).await?;
    // A set out of the key's reach looks like one that is not there.
    let set = set.filter(|set| Reach::only(key.customers.clone()).has(set.customer)).ok_or(ServiceError::NotFound)?;
    if key.purposes.as_ref().is_some_and(|only| !only.contains(&purpose)) {
        let detail = format!("This API key gets no tokens for a {}.", purpose.as_str());
        return Err(ServiceError::Forbidden { code: "key_limited", detail });
    }
    let ends_at = open_restore(&tx, &set, purpose, app.now()).await?;
    let decision = match set.method {
        Method::Basic => {
            return Err(ServiceError::conflict(
                "method_basic",
                "This backup set still uses a stored password: authorize it first.",
            ));
        }
        Method::Hybrid => by_account(app, &tx, &set, question).await?,
        Method::Modern => by_app(app, &tx, &set, question).await?,
    };
    Ok(Decision { ends_at, ..decision })
}

/// Until when a restore of the set's customer is open; an error when none is and one is needed (C4).
async fn open_restore(
    tx: &Scoped,
    set: &BackupSet,
    purpose: Purpose,
    now: Timestamp,
) -> Result<Option<Timestamp>, ServiceError> {
    if purpose == Purpose::Backup || set.method == Method::Basic {
        return Ok(None);
    }
    match tx.find_open_restore(set.customer, now).await? {
        Some(restore) => Ok(Some(restore.ends_at)),
        None => Err(ServiceError::conflict(
            "restore_not_open",
            "No restore of this customer is open. An owner or admin approves one in the portal.",
        )),
    }
}

async fn by_account(
    app: &AppState,
    tx: &Scoped,
    set: &BackupSet,
    question: &Question,
) -> Result<Decision, ServiceError> {
    let (resource, purpose) = (question.request.resource, question.request.purpose);
    if resource != Resource::Graph {
        return Err(ServiceError::conflict(
            "resource_not_available",
            "A hybrid set has access to Microsoft Graph only. Its SharePoint data is read through Graph, too.",
        ));
    }
    let connection = match set.connection {
        Some(id) => tx.find_connection(id).await?,
        None => None,
    };
    // Never another customer's, whatever a record says (H8).
    let connection = connection.filter(|one| one.customer == set.customer).ok_or_else(no_connection)?;
    check_account(&connection)?;
    let held: Vec<&str> = connection.scopes.split_whitespace().collect();
    let has = |value: &str| held.iter().any(|scope| scope.eq_ignore_ascii_case(value));
    let wanted = scopes::delegated_scopes(&set.workloads, purpose);
    let (granted, missing): (Vec<_>, Vec<_>) = wanted.into_iter().partition(|one| has(&one.value));
    if purpose == Purpose::Restore && (!missing.is_empty() || granted.is_empty()) {
        let missing: Vec<&str> = missing.iter().map(|one| one.value.as_str()).collect();
        let what = if missing.is_empty() { "a way to write back".to_owned() } else { missing.join(", ") };
        return Err(ServiceError::conflict(
            "restore_not_consented",
            format!("The account holder has not consented to {what}. Ask for restore rights on the customer's page."),
        ));
    }
    if granted.is_empty() {
        return Err(ServiceError::conflict(
            "permissions_missing",
            "The account's access holds none of the permissions that this set needs. Authorize the set again.",
        ));
    }
    Ok(Decision {
        set: set.id,
        grounds: Grounds::Account {
            id: connection.id,
            scopes: granted.into_iter().map(|one| one.value.clone()).collect(),
        },
        resource,
        purpose,
        tenant: connection.tenant,
        account: Some(connection.account),
        base_url: base_url(app, resource, None),
        fence: connection.token_version,
        ends_at: None,
    })
}

fn no_connection() -> ServiceError {
    ServiceError::conflict("connection_ended", "This backup set has no connection any more. Authorize it again.")
}

/// A connection that is not well gives no token, not even one from memory (M4).
fn check_account(connection: &Connection) -> Result<(), ServiceError> {
    let (code, else_said) = match connection.state {
        ConnectionState::Working | ConnectionState::Doubtful => return Ok(()),
        ConnectionState::NeedsHolder => ("needs_holder", "The account holder must sign in."),
        ConnectionState::Ended | ConnectionState::Disconnected => {
            ("connection_ended", "The access has ended. Authorize the set again.")
        }
    };
    Err(ServiceError::conflict(code, said(connection.help.as_ref(), else_said)))
}

/// What is wrong in words, from a stored remedy if there is one.
pub(super) fn said(help: Option<&Help>, otherwise: &str) -> String {
    help.map_or_else(|| otherwise.to_owned(), |help| format!("{}. {}", help.title.trim_end_matches('.'), help.text))
}

async fn by_app(app: &AppState, tx: &Scoped, set: &BackupSet, question: &Question) -> Result<Decision, ServiceError> {
    let (resource, purpose) = (question.request.resource, question.request.purpose);
    let backup = match set.connection {
        Some(id) => tx.find_app(id).await?,
        None => None,
    };
    // Never another customer's, whatever a record says (H8).
    let backup = backup.filter(|one| one.customer == set.customer).ok_or_else(no_connection)?;
    let one = match purpose {
        Purpose::Backup => backup,
        Purpose::Restore => tx.find_app_of(backup.tenant, Purpose::Restore).await?.ok_or_else(|| {
            let detail = "This tenant has no app for restores. Set it up: authorize its sets with restores.";
            ServiceError::conflict("restore_not_consented", detail)
        })?,
    };
    check_app(&one)?;
    let needed: Vec<String> = manifest::manifest(&set.workloads, purpose)
        .into_iter()
        .filter(|permission| permission.resource == resource)
        .map(|permission| permission.value.clone())
        .collect();
    let host = one.sharepoint_host.as_deref().and_then(SharepointHost::parse);
    let token_resource = match (resource, host) {
        (Resource::Graph, _) => Some(TokenResource::Graph),
        (Resource::Sharepoint, host) => host.map(TokenResource::Sharepoint),
    };
    let (Some(token_resource), false) = (token_resource, needed.is_empty()) else {
        let detail = format!("This backup set needs nothing of {}, or its address is not known.", resource.name());
        return Err(ServiceError::conflict("resource_not_available", detail));
    };
    Ok(Decision {
        set: set.id,
        grounds: Grounds::App { id: one.id, resource: token_resource, needed, is_used: one.first_token_at.is_some() },
        resource,
        purpose,
        tenant: one.tenant,
        account: None,
        base_url: base_url(app, resource, one.sharepoint_host.as_deref()),
        fence: one.version,
        ends_at: None,
    })
}

/// An app that is not well gives no token, not even one from memory (M4).
fn check_app(one: &App) -> Result<(), ServiceError> {
    let (code, otherwise) = match one.state {
        state if state.is_alive() => return Ok(()),
        Health::NeedsAdministrator => {
            ("needs_administrator", "An administrator of the tenant must sign in: Update configuration.")
        }
        Health::SettingUp => ("not_set_up", "The app is still being set up."),
        _ => ("connection_ended", "The app was switched off or removed. Authorize the set again."),
    };
    Err(ServiceError::conflict(code, said(one.help.as_ref(), otherwise)))
}
