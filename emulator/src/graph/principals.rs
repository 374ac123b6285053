//! Service principals made and deleted through Graph.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use super::error::GraphError;
use super::write::{ADMINISTRATORS, CREATORS, Change, Done, Selector};
use crate::state::State;

const WRITE: [&str; 2] = ["Application.ReadWrite.All", "Directory.ReadWrite.All"];

/// `POST /servicePrincipals`.
pub(super) fn create(state: &mut State, change: &Change<'_>) -> Done {
    let app_id = change.need_id("appId")?;
    if state.service_principal(change.call.bearer.tid, app_id).is_some() {
        let message = "The service principal cannot be created, updated, or restored because the service principal \
                       name is already in use.";
        return Err(GraphError::new(StatusCode::CONFLICT, "Request_MultipleObjectsWithSameKeyValue", message));
    }
    make(state, change, app_id)
}

fn make(state: &mut State, change: &Change<'_>, app_id: Uuid) -> Done {
    let (tid, now) = (change.call.bearer.tid, change.call.now);
    change.check(state, &WRITE, &CREATORS).map_err(|_| {
        let message = "When using this permission, the backing application of the service principal being created \
                       must in the local tenant";
        GraphError::new(StatusCode::FORBIDDEN, "Authorization_RequestDenied", message)
    })?;
    let own = state.registrations.iter().find(|known| known.app_id == app_id);
    let young = own.is_some_and(|known| state.is_young(known.created_millis, now));
    let known = state.application(app_id);
    let usable = known.is_some_and(|application| application.multi_tenant || application.home_tenant == tid);
    if young || !usable {
        return Err(GraphError::bad_request(format!(
            "The appId '{app_id}' of the service principal does not reference a valid application object."
        )));
    }
    let name = known.map(|application| application.display_name.clone());
    let id = state.ensure_service_principal(tid, app_id, now);
    let bearer = change.call.bearer;
    let owner = !bearer.is_app && !bearer.person(state, None)?.1.holds(&ADMINISTRATORS);
    if let Some(made) = state.service_principals.iter_mut().find(|known| owner && known.id == id) {
        made.owners.push(bearer.oid);
    }
    let body = json!({ "id": id, "appId": app_id, "displayName": name, "accountEnabled": true });
    Ok((StatusCode::CREATED, body))
}

/// `PATCH` and `DELETE` of one service principal.
pub(super) fn change(state: &mut State, change: &Change<'_>, selector: &Selector) -> Done {
    let (tid, now) = (change.call.bearer.tid, change.call.now);
    let app_id = app_id(state, tid, selector);
    if change.method == Method::PATCH {
        if let Some((Selector::AppId(wanted), true)) = app_id.is_none().then_some((selector, change.create_if_missing))
        {
            return make(state, change, *wanted);
        }
        check_writer(state, change, app_id)?;
        let app_id = app_id.ok_or_else(|| missing(selector))?;
        for property in ["keyCredentials", "passwordCredentials", "tokenEncryptionKeyId"] {
            if change.body.contains_key(property) {
                check_lock(state, app_id, property)?;
                let message = format!("Updating '{property}' of a service principal by PATCH is not emulated.");
                return Err(GraphError::bad_request(message));
            }
        }
        if let Some(enabled) = change.body.get("accountEnabled").and_then(Value::as_bool) {
            state.ensure_service_principal(tid, app_id, now);
            for principal in state.service_principals.iter_mut().filter(|sp| sp.tid == tid && sp.app_id == app_id) {
                principal.enabled = enabled;
            }
            state.changed = true;
        }
        return Ok((StatusCode::NO_CONTENT, Value::Null));
    }
    if change.method != Method::DELETE {
        return Err(GraphError::no_method());
    }
    check_writer(state, change, app_id)?;
    let app_id = app_id.ok_or_else(|| missing(selector))?;
    state.delete_service_principal(tid, app_id, now);
    Ok((StatusCode::NO_CONTENT, Value::Null))
}

/// `POST /servicePrincipals/{id}/addPassword`.
pub(super) fn add_password(state: &mut State, change: &Change<'_>, selector: &Selector) -> Done {
    let tid = change.call.bearer.tid;
    let app_id = app_id(state, tid, selector);
    check_writer(state, change, app_id)?;
    let app_id = app_id.ok_or_else(|| missing(selector))?;
    check_lock(state, app_id, "passwordCredentials")?;
    let policy = state.tenant(tid).map(|tenant| tenant.policies.app_management).unwrap_or_default();
    let (key, secret) = super::key_credentials::new_password(policy)?;
    let id = state.ensure_service_principal(tid, app_id, change.call.now);
    for principal in state.service_principals.iter_mut().filter(|known| known.id == id) {
        principal.passwords.push((key, secret.clone()));
    }
    state.changed = true;
    Ok((StatusCode::OK, json!({ "keyId": key, "secretText": secret })))
}

/// The instance property lock of an application: its service principals take no credential of their own.
fn check_lock(state: &State, app_id: Uuid, property: &str) -> Result<(), GraphError> {
    let of_scenario = state.application(app_id).is_some_and(|application| application.instance_lock);
    let registered = state.registrations.iter().any(|known| known.app_id == app_id && known.instance_lock());
    if of_scenario || registered {
        let message = format!("Property {property} cannot be updated because it is locked on the service principal.");
        return Err(GraphError::new(StatusCode::BAD_REQUEST, "CannotUpdateLockedServicePrincipalProperty", message));
    }
    Ok(())
}

/// Owners may change what is theirs, administrators everything.
fn check_writer(state: &State, change: &Change<'_>, app_id: Option<Uuid>) -> Result<(), GraphError> {
    let bearer = change.call.bearer;
    let known = app_id.and_then(|app_id| state.service_principal(bearer.tid, app_id));
    let owned = known.is_some_and(|known| known.owners.contains(&bearer.oid));
    if owned && bearer.may(&WRITE, &WRITE) { Ok(()) } else { change.check(state, &WRITE, &ADMINISTRATORS) }
}

fn missing(selector: &Selector) -> GraphError {
    match selector {
        Selector::Id(id) | Selector::AppId(id) => GraphError::not_found(&id.to_string()),
        Selector::UniqueName(name) => GraphError::not_found(name),
    }
}

/// The application behind a live service principal.
pub(super) fn app_id(state: &State, tid: Uuid, selector: &Selector) -> Option<Uuid> {
    match selector {
        Selector::AppId(id) => state.service_principal(tid, *id).map(|found| found.app_id),
        Selector::Id(id) => {
            let all = state.applications.iter().filter_map(|known| state.service_principal(tid, known.client_id));
            all.into_iter().find(|principal| principal.id == *id).map(|principal| principal.app_id)
        }
        Selector::UniqueName(_) => None,
    }
}
