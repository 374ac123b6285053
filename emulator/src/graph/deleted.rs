//! The deleted items: 30 days in which an application or a service principal can be brought back or removed for good.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use super::Call;
use super::applications::READ;
use super::error::GraphError;
use super::page::{page, single};
use super::write::{ADMINISTRATORS, Change, Done};
use crate::clock::iso_timestamp;
use crate::registrations::Registration;
use crate::state::{FOR_GOOD, ServicePrincipal, State};

const WRITE: [&str; 2] = ["Application.ReadWrite.All", "Directory.ReadWrite.All"];
const FOLDER: &str = "directory/deletedItems";

fn applications(state: &State, tid: Uuid) -> impl Iterator<Item = &Registration> {
    state.registrations.iter().filter(move |known| known.tid == tid && known.deleted_millis.is_some())
}

fn principals(state: &State, tid: Uuid) -> impl Iterator<Item = &ServicePrincipal> {
    let lies_there = |at: Option<i64>| at.is_some_and(|at| at != FOR_GOOD);
    state.service_principals.iter().filter(move |known| known.tid == tid && lies_there(known.deleted_millis))
}

fn describe_application(known: &Registration) -> Value {
    json!({
        "@odata.type": "#microsoft.graph.application",
        "id": known.id,
        "appId": known.app_id,
        "uniqueName": known.unique_name,
        "displayName": known.at("displayName"),
        "deletedDateTime": known.deleted_millis.map(iso_timestamp),
    })
}

fn describe_principal(known: &ServicePrincipal) -> Value {
    json!({
        "@odata.type": "#microsoft.graph.servicePrincipal",
        "id": known.id,
        "appId": known.app_id,
        "deletedDateTime": known.deleted_millis.map(iso_timestamp),
    })
}

/// `GET /directory/deletedItems/microsoft.graph.application`, `…servicePrincipal` and `…/{id}`; `None` for other paths.
pub(super) fn read(state: &mut State, call: &Call<'_>) -> Option<Result<Value, GraphError>> {
    let wanted = call.path.strip_prefix(FOLDER)?.strip_prefix('/')?;
    if !call.bearer.may(&READ, &READ) {
        return Some(Err(GraphError::denied()));
    }
    let tid = call.bearer.tid;
    let apps = || applications(state, tid).map(describe_application);
    let sps = || principals(state, tid).map(describe_principal);
    let all: Vec<Value> = match wanted {
        "microsoft.graph.application" => apps().collect(),
        "microsoft.graph.servicePrincipal" => sps().collect(),
        id => {
            let found = apps().chain(sps()).find(|known| known.get("id").and_then(Value::as_str) == Some(id));
            return Some(found.map(|found| single(call, found)).ok_or_else(|| GraphError::not_found(id)));
        }
    };
    Some(Ok(page(state, call, all.len(), |index| all.get(index).cloned().unwrap_or_default())))
}

/// `DELETE /directory/deletedItems/{id}`: for good; `POST …/{id}/restore`.
pub(super) fn change(state: &mut State, change: &Change<'_>, id: Uuid, rest: &str) -> Done {
    change.check(state, &WRITE, &ADMINISTRATORS)?;
    let tid = change.call.bearer.tid;
    let application = applications(state, tid).any(|known| known.id == id);
    let principal = principals(state, tid).any(|known| known.id == id);
    if !application && !principal {
        return Err(GraphError::not_found(&id.to_string()));
    }
    match (change.method, rest) {
        (&Method::DELETE, "") => {
            state.registrations.retain(|known| !application || known.id != id);
            if principal {
                state.purge_service_principal(id);
            }
            state.changed = true;
            Ok((StatusCode::NO_CONTENT, Value::Null))
        }
        (&Method::POST, "restore") => {
            if application {
                super::applications::edit(state, id, |known| known.deleted_millis = None);
                let found = state.registrations.iter().find(|known| known.id == id).map(describe_application);
                return Ok((StatusCode::OK, found.unwrap_or_default()));
            }
            let found = state.service_principals.iter_mut().find(|known| known.id == id);
            let shown = found.map(|known| {
                known.deleted_millis = None;
                describe_principal(known)
            });
            state.changed = true;
            Ok((StatusCode::OK, shown.unwrap_or_default()))
        }
        _ => Err(GraphError::no_method()),
    }
}
