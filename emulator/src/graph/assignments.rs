//! Application permissions and delegated grants, given through Graph at once and without a page.

use std::collections::BTreeSet;

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use super::Call;
use super::error::GraphError;
use super::page::page;
use super::principals::app_id;
use super::write::{Change, Done, Selector};
use crate::clock::iso_timestamp;
use crate::people::{
    APPLICATION_ADMINISTRATOR, CLOUD_APPLICATION_ADMINISTRATOR, GLOBAL_ADMINISTRATOR, PRIVILEGED_ROLE_ADMINISTRATOR,
};
use crate::random;
use crate::resources::GRAPH;
use crate::state::{Grant, RoleAssignment, State};

const ASSIGN: [&str; 1] = ["AppRoleAssignment.ReadWrite.All"];
const READ: [&str; 4] =
    ["Application.Read.All", "Application.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"];
const GRANT: [&str; 2] = ["DelegatedPermissionGrant.ReadWrite.All", "Directory.ReadWrite.All"];
const ANY_ADMINISTRATOR: [Uuid; 4] =
    [GLOBAL_ADMINISTRATOR, PRIVILEGED_ROLE_ADMINISTRATOR, APPLICATION_ADMINISTRATOR, CLOUD_APPLICATION_ADMINISTRATOR];

fn may_assign(state: &State, change: &Change<'_>, resource: Uuid) -> Result<(), GraphError> {
    if !change.call.bearer.may(&READ, &READ) {
        return Err(GraphError::denied());
    }
    let roles: &[Uuid] =
        if resource == GRAPH { &[GLOBAL_ADMINISTRATOR, PRIVILEGED_ROLE_ADMINISTRATOR] } else { &ANY_ADMINISTRATOR };
    change.check(state, &ASSIGN, roles)
}

/// `POST …/appRoleAssignedTo` and its mirror `…/appRoleAssignments`.
pub(super) fn assign(state: &mut State, change: &Change<'_>, selector: &Selector) -> Done {
    let (tid, now) = (change.call.bearer.tid, change.call.now);
    let (principal, resource_id) = (change.need_id("principalId")?, change.need_id("resourceId")?);
    let role_id = change.need_id("appRoleId")?;
    let not_valid = || GraphError::bad_request("Not a valid reference update.");
    let named = app_id(state, tid, selector).ok_or_else(|| GraphError::not_found(&resource_id.to_string()))?;
    let resource = app_id(state, tid, &Selector::Id(resource_id)).ok_or_else(not_valid)?;
    let client = app_id(state, tid, &Selector::Id(principal)).ok_or_else(not_valid)?;
    may_assign(state, change, resource)?;
    if named != resource && named != client {
        return Err(not_valid());
    }
    let made = state.service_principal(tid, client).map_or(0, |found| found.created_millis);
    if state.is_young(made, now) {
        return Err(not_valid());
    }
    let api = state.application(resource).ok_or_else(not_valid)?;
    let role = api.app_roles.iter().find(|role| api.role_id(role) == role_id).map(|role| role.value.clone());
    let role = role.ok_or_else(|| {
        GraphError::bad_request(format!("Permission being assigned was not found on application '{resource}'"))
    })?;
    if state.roles_of(tid, client, resource).contains(&role) {
        return Err(GraphError::bad_request("Permission being assigned already exists on the object"));
    }
    state.assign_role(tid, client, resource, &role, now);
    let made = state.role_assignments.last().cloned().ok_or_else(not_valid)?;
    Ok((StatusCode::CREATED, describe(state, &made)))
}

fn describe(state: &State, assignment: &RoleAssignment) -> Value {
    let principal = |id| state.service_principal(assignment.tid, id).map(|found| found.id);
    let name = |id| state.application(id).map(|found| found.display_name.clone());
    let role_id = state
        .application(assignment.resource)
        .and_then(|api| api.app_roles.iter().find(|role| role.value == assignment.role).map(|role| api.role_id(role)));
    json!({
        "id": assignment.id,
        "appRoleId": role_id,
        "principalId": principal(assignment.client),
        "principalDisplayName": name(assignment.client),
        "principalType": "ServicePrincipal",
        "resourceId": principal(assignment.resource),
        "resourceDisplayName": name(assignment.resource),
        "createdDateTime": iso_timestamp(assignment.created_millis),
    })
}

/// Reads the assignments to or of one service principal; the list lags behind.
pub(super) fn read(state: &mut State, call: &Call<'_>) -> Option<Result<Value, GraphError>> {
    let (selector, rest) = super::write::select(call.path, "servicePrincipals")?;
    let to_api = match rest {
        "appRoleAssignedTo" => true,
        "appRoleAssignments" => false,
        _ => return None,
    };
    Some(list(state, call, &selector, to_api))
}

fn list(state: &mut State, call: &Call<'_>, selector: &Selector, to_api: bool) -> Result<Value, GraphError> {
    if !call.bearer.may(&READ, &READ) {
        return Err(GraphError::denied());
    }
    let tid = call.bearer.tid;
    let id = app_id(state, tid, selector).ok_or_else(|| GraphError::not_found(call.path))?;
    let concerns = |known: &&RoleAssignment| {
        let one = if to_api { known.resource } else { known.client };
        known.tid == tid && one == id && !state.is_young(known.created_millis, call.now)
    };
    let all: Vec<Value> = state.role_assignments.iter().filter(concerns).map(|known| describe(state, known)).collect();
    Ok(page(state, call, all.len(), |index| all.get(index).cloned().unwrap_or_default()))
}

/// `DELETE …/appRoleAssignedTo/{id}`.
pub(super) fn remove_role(state: &mut State, change: &Change<'_>, selector: &Selector, rest: &str) -> Done {
    let id = rest.split_once('/').and_then(|(_, id)| Uuid::parse_str(id).ok());
    let id = id.filter(|_| change.method == Method::DELETE).ok_or_else(GraphError::no_method)?;
    let tid = change.call.bearer.tid;
    app_id(state, tid, selector).ok_or_else(|| GraphError::not_found(change.call.path))?;
    let known = state.role_assignments.iter().find(|known| known.id == id && known.tid == tid);
    let resource = known.map(|known| known.resource).ok_or_else(|| GraphError::not_found(&id.to_string()))?;
    may_assign(state, change, resource)?;
    state.role_assignments.retain(|known| known.id != id);
    state.changed = true;
    Ok((StatusCode::NO_CONTENT, Value::Null))
}

fn words(text: &str) -> BTreeSet<String> {
    text.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// `POST /oauth2PermissionGrants`.
pub(super) fn grant(state: &mut State, change: &Change<'_>) -> Done {
    change.check(state, &GRANT, &ANY_ADMINISTRATOR)?;
    let tid = change.call.bearer.tid;
    let find = |name: &str| {
        let id = change.need_id(name)?;
        app_id(state, tid, &Selector::Id(id)).ok_or_else(|| GraphError::not_found(&id.to_string()))
    };
    let (client, resource) = (find("clientId")?, find("resourceId")?);
    let principal = match change.need("consentType")? {
        "AllPrincipals" => None,
        "Principal" => Some(change.need_id("principalId")?),
        _ => return Err(GraphError::bad_request("Invalid value for property 'consentType'.")),
    };
    let same = |known: &Grant| {
        known.tid == tid && known.client == client && known.resource == resource && known.principal == principal
    };
    if state.grants.iter().any(same) {
        let message = "Permission entry already exists.";
        return Err(GraphError::new(StatusCode::CONFLICT, "Request_MultipleObjectsWithSameKeyValue", message));
    }
    let scopes = words(change.need("scope")?);
    let id = random::guid();
    state.grant(Grant { id, tid, client, resource, principal, scopes, changed_millis: change.call.now });
    let mut body = change.body.clone();
    body.insert("id".to_owned(), json!(id));
    Ok((StatusCode::CREATED, Value::Object(body)))
}

/// `PATCH` and `DELETE /oauth2PermissionGrants/{id}`.
pub(super) fn change_grant(state: &mut State, change: &Change<'_>, id: Uuid) -> Done {
    change.check(state, &GRANT, &ANY_ADMINISTRATOR)?;
    let tid = change.call.bearer.tid;
    let missing = || GraphError::not_found(&id.to_string());
    let known = state.grants.iter_mut().find(|known| known.id == id && known.tid == tid).ok_or_else(missing)?;
    match *change.method {
        Method::PATCH => {
            known.scopes = words(change.need("scope")?);
            known.changed_millis = change.call.now;
        }
        Method::DELETE => state.grants.retain(|known| known.id != id),
        _ => return Err(GraphError::no_method()),
    }
    state.changed = true;
    Ok((StatusCode::NO_CONTENT, Value::Null))
}
