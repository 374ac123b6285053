//! Application objects: created, found by three kinds of key, changed, deleted; late to appear everywhere.

use axum::http::{Method, StatusCode};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::Call;
use super::error::GraphError;
use super::page::{page, single};
use super::write::{ADMINISTRATORS, CREATORS, Change, Done, Selector};
use super::{federated, key_credentials};
use crate::clock::iso_timestamp;
use crate::random;
use crate::registrations::Registration;
use crate::state::State;

/// What reading applications needs.
pub(super) const READ: [&str; 4] =
    ["Application.Read.All", "Application.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"];
const WRITE: [&str; 2] = ["Application.ReadWrite.All", "Directory.ReadWrite.All"];
const CREATE: [&str; 3] = ["Application.ReadWrite.All", "Directory.ReadWrite.All", "AppRegistration.Create"];
/// What a client cannot write.
const READ_ONLY: [&str; 4] = ["id", "appId", "createdDateTime", "publisherDomain"];

fn is_it(selector: &Selector) -> impl Fn(&Registration) -> bool + '_ {
    move |known| match selector {
        Selector::Id(id) => known.id == *id,
        Selector::AppId(id) => known.app_id == *id,
        Selector::UniqueName(name) => known.unique_name.as_deref() == Some(name),
    }
}

fn name_of(selector: &Selector) -> String {
    match selector {
        Selector::Id(id) | Selector::AppId(id) => id.to_string(),
        Selector::UniqueName(name) => name.clone(),
    }
}

/// The registration, once it is everywhere.
pub(super) fn find(state: &State, call: &Call<'_>, selector: &Selector) -> Result<Registration, GraphError> {
    let found = state.registration(call.bearer.tid, is_it(selector));
    let ready = found.filter(|known| !state.is_young(known.created_millis, call.now));
    ready.cloned().ok_or_else(|| GraphError::not_found(&name_of(selector)))
}

/// `POST /applications`.
pub(super) fn create(state: &mut State, change: &Change<'_>) -> Done {
    let registration = make(state, change, None)?;
    let body = describe(&registration, &[]);
    Ok((StatusCode::CREATED, body))
}

fn make(state: &mut State, change: &Change<'_>, unique_name: Option<String>) -> Result<Registration, GraphError> {
    let bearer = change.call.bearer;
    if !bearer.may(&CREATE, &CREATE) {
        return Err(GraphError::denied());
    }
    let mut owners = Vec::new();
    if !bearer.is_app {
        let (_, identity) = bearer.person(state, None)?;
        let open = state.tenant(bearer.tid).is_some_and(|tenant| tenant.policies.allowed_to_create_apps);
        if !open && !identity.holds(&CREATORS) {
            return Err(GraphError::denied());
        }
        // Everybody but an administrator of applications becomes the owner, an Application Developer, too.
        if !identity.holds(&ADMINISTRATORS) {
            owners.push(identity.oid);
        }
    }
    change.need("displayName")?;
    if change.body.contains_key("passwordCredentials") {
        return Err(GraphError::bad_request("Property 'passwordCredentials' is read-only and cannot be set."));
    }
    let mut properties = change.body.clone();
    properties.entry("signInAudience").or_insert_with(|| json!("AzureADandPersonalMicrosoftAccount"));
    let mut registration = Registration {
        id: random::guid(),
        app_id: random::guid(),
        tid: bearer.tid,
        unique_name: unique_name.or_else(|| text(&mut properties, "uniqueName")),
        owners,
        keys: Vec::new(),
        passwords: Vec::new(),
        federated: Vec::new(),
        coop: None,
        created_millis: change.call.now,
        deleted_millis: None,
        properties: Map::new(),
    };
    if let Some(name) = &registration.unique_name
        && state.registration(bearer.tid, |known| known.unique_name.as_ref() == Some(name)).is_some()
    {
        let message = "Another object with the same value for property uniqueName already exists.";
        return Err(GraphError::new(StatusCode::BAD_REQUEST, "Request_MultipleObjectsWithSameKeyValue", message));
    }
    apply(state, &mut registration, properties, change.call.now)?;
    state.registrations.push(registration.clone());
    state.publish(registration.id);
    Ok(registration)
}

fn text(properties: &mut Map<String, Value>, name: &str) -> Option<String> {
    properties.remove(name)?.as_str().map(str::to_owned)
}

fn apply(
    state: &State,
    registration: &mut Registration,
    mut properties: Map<String, Value>,
    now: i64,
) -> Result<(), GraphError> {
    if let Some(keys) = properties.remove("keyCredentials") {
        let policy = state.tenant(registration.tid).map(|tenant| tenant.policies.app_management).unwrap_or_default();
        registration.keys = key_credentials::replace(&registration.keys, &keys, policy, now)?;
    }
    for (name, value) in properties {
        if !READ_ONLY.contains(&name.as_str()) {
            registration.properties.insert(name, value);
        }
    }
    Ok(())
}

/// `PATCH`, `DELETE` and the smaller paths below one application.
pub(super) fn change(state: &mut State, change: &Change<'_>, selector: &Selector, rest: &str) -> Done {
    let by_name = matches!(selector, Selector::UniqueName(_)) && rest.is_empty() && change.method == Method::PATCH;
    if by_name && change.create_if_missing {
        return upsert(state, change, selector);
    }
    check_writer(state, change, selector)?;
    let registration = find(state, change.call, selector)?;
    match (change.method, rest) {
        (&Method::PATCH, "") => {
            patch(state, change, registration.id)?;
            Ok((StatusCode::NO_CONTENT, Value::Null))
        }
        (&Method::PATCH, "authenticationBehaviors") => {
            let wanted = change.body.get("coopEnforcement").and_then(Value::as_bool);
            edit(state, registration.id, |known| known.coop = wanted);
            Ok((StatusCode::NO_CONTENT, Value::Null))
        }
        (&Method::DELETE, "") => {
            let now = change.call.now;
            state.delete_registration(registration.id, now);
            Ok((StatusCode::NO_CONTENT, Value::Null))
        }
        _ => federated::change(state, change, &registration, rest).unwrap_or_else(|| Err(GraphError::no_method())),
    }
}

fn check_writer(state: &State, change: &Change<'_>, selector: &Selector) -> Result<(), GraphError> {
    let owned = state
        .registration(change.call.bearer.tid, is_it(selector))
        .is_some_and(|known| known.owners.contains(&change.call.bearer.oid));
    if owned && change.call.bearer.may(&WRITE, &WRITE) { Ok(()) } else { change.check(state, &WRITE, &ADMINISTRATORS) }
}

/// `PATCH /applications(uniqueName='…')` with `Prefer: create-if-missing`.
fn upsert(state: &mut State, change: &Change<'_>, selector: &Selector) -> Done {
    // The key itself is decided at once, however late the object shows up elsewhere.
    let found = state.registration(change.call.bearer.tid, is_it(selector)).map(|known| known.id);
    if let Some(id) = found {
        check_writer(state, change, selector)?;
        patch(state, change, id)?;
        return Ok((StatusCode::NO_CONTENT, Value::Null));
    }
    let registration = make(state, change, Some(name_of(selector)))?;
    Ok((StatusCode::CREATED, describe(&registration, &[])))
}

fn patch(state: &mut State, change: &Change<'_>, id: Uuid) -> Result<(), GraphError> {
    let known = state.registrations.iter().find(|known| known.id == id).cloned();
    let mut registration = known.ok_or_else(|| GraphError::not_found(&id.to_string()))?;
    apply(state, &mut registration, change.body.clone(), change.call.now)?;
    edit(state, id, |known| *known = registration);
    Ok(())
}

/// Changes a registration and lets sign-in see it.
pub(super) fn edit(state: &mut State, id: Uuid, with: impl FnOnce(&mut Registration)) {
    if let Some(registration) = state.registrations.iter_mut().find(|known| known.id == id) {
        with(registration);
    }
    state.publish(id);
}

/// Reads below `/applications`; `None` when the path is somebody else's.
pub(super) fn read(state: &mut State, call: &Call<'_>) -> Option<Result<Value, GraphError>> {
    if call.path == "applications" {
        return Some(list(state, call));
    }
    let (selector, rest) = super::write::select(call.path, "applications")?;
    Some(read_one(state, call, &selector, rest))
}

fn read_one(state: &mut State, call: &Call<'_>, selector: &Selector, rest: &str) -> Result<Value, GraphError> {
    if !call.bearer.may(&READ, &READ) {
        return Err(GraphError::denied());
    }
    let registration = find(state, call, selector)?;
    match rest {
        "" => {
            let asked: Vec<&str> = call.query.get("$select").unwrap_or_default().split(',').collect();
            Ok(single(call, describe(&registration, &asked)))
        }
        rest => federated::read(state, call, &registration, rest).ok_or_else(|| GraphError::no_segment(call.path)),
    }
}

fn list(state: &mut State, call: &Call<'_>) -> Result<Value, GraphError> {
    if !call.bearer.may(&READ, &READ) {
        return Err(GraphError::denied());
    }
    let filter = super::directory::filter(call, &["displayName", "appId", "uniqueName"])?;
    let ready = |known: &&Registration| {
        known.tid == call.bearer.tid
            && known.deleted_millis.is_none()
            && !state.is_young(known.created_millis, call.now)
    };
    let described = state.registrations.iter().filter(ready).map(|known| describe(known, &[]));
    let wanted = |value: &Value| {
        filter.as_ref().is_none_or(|(name, text)| value.get(name).and_then(Value::as_str) == Some(text))
    };
    let all: Vec<Value> = described.filter(wanted).collect();
    Ok(page(state, call, all.len(), |index| all.get(index).cloned().unwrap_or_default()))
}

/// The object. Keys come without their bytes unless `$select` names them; `authenticationBehaviors` only then at all.
fn describe(registration: &Registration, selected: &[&str]) -> Value {
    let with_bytes = selected.contains(&"keyCredentials");
    let mut value = json!({
        "id": registration.id,
        "appId": registration.app_id,
        "uniqueName": registration.unique_name,
        "createdDateTime": iso_timestamp(registration.created_millis),
        "keyCredentials": registration.keys.iter().map(|key| key_credentials::describe(key, with_bytes)).collect::<Vec<_>>(),
        "passwordCredentials": key_credentials::describe_passwords(&registration.passwords),
    });
    if let Some(members) = value.as_object_mut() {
        members.extend(registration.properties.clone());
        if selected.contains(&"authenticationBehaviors") {
            members.insert(
                "authenticationBehaviors".to_owned(),
                json!({ "coopEnforcement": registration.coop, "requireClientServicePrincipal": null }),
            );
        }
    }
    value
}
