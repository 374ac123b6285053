//! Directory objects as tests look at them and spoil them: applications of a tenant with everything that counts, an
//! application that somebody planted, a foreign credential on one of ours.

use serde::{Deserialize, Serialize};
use serde_json::{Map, json};
use uuid::Uuid;

use super::changes::ControlError;
use crate::jose::from_base64;
use crate::random;
use crate::registrations::{KeyCredential, Registration};
use crate::state::{ConsentStatus, Grant, State};

/// An application of a tenant, made through Graph or planted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectoryApplication {
    /// The tenant.
    pub tid: Uuid,
    /// Object id.
    pub id: Uuid,
    /// Application (client) id.
    pub app_id: Uuid,
    /// Its name.
    pub display_name: String,
    /// Its upsert key.
    pub unique_name: Option<String>,
    /// Object ids of its owners.
    pub owners: Vec<Uuid>,
    /// Its certificates.
    pub keys: Vec<DirectoryKey>,
    /// How many client secrets it has.
    pub passwords: usize,
    /// How many federated identity credentials it has.
    pub federated: usize,
    /// The instance property lock: its service principals take no credential of their own.
    pub instance_lock: bool,
    /// When it was put among the deleted items.
    pub deleted_millis: Option<i64>,
}

/// A certificate of such an application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectoryKey {
    /// Key id.
    pub key_id: Uuid,
    /// When it begins to count.
    pub start_millis: i64,
    /// When it ends.
    pub end_millis: i64,
}

/// What somebody else has put on an application.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Taint {
    /// User names that become owners.
    pub owners: Vec<String>,
    /// So many client secrets.
    pub passwords: u32,
    /// So many federated identity credentials.
    pub federated: u32,
    /// Certificates, as the base64 of their DER form.
    pub certificates: Vec<String>,
    /// The name that whoever adds these gives them; otherwise `elsewhere`.
    pub certificate_name: Option<String>,
    /// So many client secrets on its service principal, from before a lock.
    pub principal_passwords: u32,
}

/// An application that an ordinary person planted.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Plant {
    /// The tenant.
    pub tid: Uuid,
    /// Its name.
    pub display_name: String,
    /// Its upsert key.
    pub unique_name: Option<String>,
    /// Whether it has a service principal, too.
    pub service_principal: bool,
    /// What is on it.
    #[serde(flatten)]
    pub taint: Taint,
}

/// The applications of a tenant that Graph knows, the deleted ones included.
pub(crate) fn applications(state: &State, tid: Uuid) -> Vec<DirectoryApplication> {
    state.registrations.iter().filter(|known| known.tid == tid).map(describe).collect()
}

fn describe(known: &Registration) -> DirectoryApplication {
    let key = |key: &KeyCredential| DirectoryKey {
        key_id: key.key_id,
        start_millis: key.start_millis,
        end_millis: key.end_millis,
    };
    DirectoryApplication {
        tid: known.tid,
        id: known.id,
        app_id: known.app_id,
        display_name: known.at("displayName").and_then(|name| name.as_str()).unwrap_or_default().to_owned(),
        unique_name: known.unique_name.clone(),
        owners: known.owners.clone(),
        keys: known.keys.iter().map(key).collect(),
        passwords: known.passwords.len(),
        federated: known.federated.len(),
        instance_lock: known.instance_lock(),
        deleted_millis: known.deleted_millis,
    }
}

/// Plants an application, old enough to be everywhere.
pub(crate) fn plant(state: &mut State, plant: &Plant) -> Result<DirectoryApplication, ControlError> {
    state.tenant(plant.tid).ok_or(ControlError::NoTenant(plant.tid))?;
    let (id, app_id) = (random::guid(), random::guid());
    let mut properties = Map::new();
    properties.insert("displayName".to_owned(), json!(plant.display_name));
    properties.insert("signInAudience".to_owned(), json!("AzureADMyOrg"));
    state.registrations.push(Registration {
        id,
        app_id,
        tid: plant.tid,
        unique_name: plant.unique_name.clone(),
        owners: Vec::new(),
        keys: Vec::new(),
        passwords: Vec::new(),
        federated: Vec::new(),
        coop: None,
        created_millis: 0,
        deleted_millis: None,
        properties,
    });
    state.publish(id);
    if plant.service_principal {
        state.ensure_service_principal(plant.tid, app_id, 0);
    }
    taint(state, plant.tid, app_id, &plant.taint)
}

/// Puts foreign owners and credentials on an application of a tenant.
pub(crate) fn taint(
    state: &mut State,
    tid: Uuid,
    app_id: Uuid,
    taint: &Taint,
) -> Result<DirectoryApplication, ControlError> {
    let tenant = state.tenant(tid).ok_or(ControlError::NoTenant(tid))?.clone();
    let mut owners = Vec::new();
    for name in &taint.owners {
        let missing = || ControlError::NoPerson(name.clone());
        let identity = state.account_called(name).and_then(|account| account.seen_from(&tenant));
        owners.push(identity.ok_or_else(missing)?.oid);
    }
    let live = |known: &&mut Registration| known.tid == tid && known.app_id == app_id && known.deleted_millis.is_none();
    let known = state.registrations.iter_mut().find(live).ok_or(ControlError::NoApplication(app_id))?;
    known.owners.extend(owners);
    known.passwords.extend((0..taint.passwords).map(|_| (random::guid(), random::token())));
    for number in 0..taint.federated {
        known.federated.push(json!({
            "id": random::guid(),
            "name": format!("pipeline-{number}"),
            "issuer": "https://token.elsewhere.example",
            "subject": "repo:somebody/something:ref:refs/heads/main",
            "audiences": ["api://AzureADTokenExchange"],
        }));
    }
    for text in &taint.certificates {
        let der = from_base64(text).ok_or(ControlError::NoCertificate)?;
        let (_, parsed) = x509_parser::parse_x509_certificate(&der).map_err(|_| ControlError::NoCertificate)?;
        let validity = parsed.validity();
        known.keys.push(KeyCredential {
            key_id: random::guid(),
            display_name: Some(taint.certificate_name.clone().unwrap_or_else(|| "elsewhere".to_owned())),
            start_millis: validity.not_before.timestamp() * 1000,
            end_millis: validity.not_after.timestamp() * 1000,
            added_millis: 0,
            der: der.clone(),
        });
    }
    let (id, shown) = (known.id, describe(known));
    state.publish(id);
    if taint.principal_passwords > 0 {
        let principal = state.ensure_service_principal(tid, app_id, 0);
        for known in state.service_principals.iter_mut().filter(|known| known.id == principal) {
            known.passwords.extend((0..taint.principal_passwords).map(|_| (random::guid(), random::token())));
        }
    }
    Ok(shown)
}

/// Puts an application among the deleted items; one of the scenario is simply gone. Says whether it was there.
pub(crate) fn delete_application(state: &mut State, tid: Uuid, app_id: Uuid, now: i64) -> bool {
    let known = state.registration(tid, |known| known.app_id == app_id).map(|known| known.id);
    if let Some(id) = known {
        state.delete_registration(id, now);
        return true;
    }
    let is_it = |client: Uuid, home: Uuid| client == app_id && home == tid;
    let before = state.applications.len();
    state.delete_service_principal(tid, app_id, now);
    state.applications.retain(|known| !is_it(known.client_id, known.home_tenant) || known.first_party);
    state.changed = true;
    before != state.applications.len()
}

/// Takes an application permission away, of one resource or of whichever has it. Says whether it was there.
pub(crate) fn remove_role(state: &mut State, tid: Uuid, client: Uuid, resource: Option<Uuid>, role: &str) -> bool {
    let before = state.role_assignments.len();
    state.role_assignments.retain(|known| {
        (known.tid, known.client) != (tid, client)
            || resource.is_some_and(|resource| known.resource != resource)
            || known.role != role
    });
    state.changed = true;
    before != state.role_assignments.len()
}

/// Switches a service principal off or on. Says whether it was there.
pub(crate) fn enable_service_principal(state: &mut State, tid: Uuid, app_id: Uuid, enabled: bool, now: i64) -> bool {
    if state.service_principal(tid, app_id).is_none() {
        return false;
    }
    state.ensure_service_principal(tid, app_id, now);
    for principal in state.service_principals.iter_mut().filter(|sp| sp.tid == tid && sp.app_id == app_id) {
        principal.enabled = enabled;
    }
    state.changed = true;
    true
}

/// An administrator approves or denies a request; an approval replaces what was granted for everybody before, as consent
/// does. Says whether there was such a request, still open.
pub(crate) fn decide(state: &mut State, id: Uuid, approve: bool, now: i64) -> bool {
    let open = |known: &&mut crate::state::ConsentRequest| known.id == id && known.status == ConsentStatus::Pending;
    let Some(known) = state.consent_requests.iter_mut().find(open) else { return false };
    known.status = if approve { ConsentStatus::Approved } else { ConsentStatus::Denied };
    let request = known.clone();
    state.changed = true;
    if !approve {
        return true;
    }
    state.ensure_service_principal(request.tid, request.client, now);
    for ask in request.asks {
        state.ensure_service_principal(request.tid, ask.client, now);
        state.ensure_service_principal(request.tid, ask.resource, now);
        state.grant(Grant {
            id: random::guid(),
            tid: request.tid,
            client: ask.client,
            resource: ask.resource,
            principal: None,
            scopes: ask.scopes,
            changed_millis: now,
        });
    }
    true
}
