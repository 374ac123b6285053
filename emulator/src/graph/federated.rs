//! Owners and federated identity credentials of an application: two of the ways in which somebody who is not an
//! administrator can keep a hand on it.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use super::Call;
use super::applications::edit;
use super::error::GraphError;
use super::page::page;
use super::write::{Change, Done};
use crate::random;
use crate::registrations::Registration;
use crate::state::State;

const LIST: &str = "federatedIdentityCredentials";

/// `GET …/owners` and `GET …/federatedIdentityCredentials`; `None` for other paths below an application.
pub(super) fn read(state: &mut State, call: &Call<'_>, registration: &Registration, rest: &str) -> Option<Value> {
    let all: Vec<Value> = match rest {
        "owners" => {
            let owner = |id: &Uuid| {
                let identity = state.identity(registration.tid, *id).map(|(_, identity)| identity);
                json!({
                    "@odata.type": "#microsoft.graph.user",
                    "id": id,
                    "displayName": identity.as_ref().map(|identity| &identity.display_name),
                    "userPrincipalName": identity.as_ref().map(|identity| &identity.username),
                })
            };
            registration.owners.iter().map(owner).collect()
        }
        LIST => registration.federated.clone(),
        _ => return None,
    };
    Some(page(state, call, all.len(), |index| all.get(index).cloned().unwrap_or_default()))
}

/// Adds or removes one; `None` for other paths.
pub(super) fn change(state: &mut State, change: &Change<'_>, registration: &Registration, rest: &str) -> Option<Done> {
    let done = (StatusCode::NO_CONTENT, Value::Null);
    match (change.method, rest) {
        (&Method::POST, "owners/$ref") => Some(add_owner(state, change, registration).map(|()| done)),
        (&Method::POST, LIST) => Some(add(state, change, registration)),
        (&Method::DELETE, path) => {
            if let Some(owner) = path.strip_prefix("owners/").and_then(|path| path.strip_suffix("/$ref")) {
                let id = Uuid::parse_str(owner).ok().filter(|id| registration.owners.contains(id));
                return Some(id.ok_or_else(|| GraphError::not_found(owner)).map(|id| {
                    edit(state, registration.id, |known| known.owners.retain(|owner| *owner != id));
                    done
                }));
            }
            let id = path.strip_prefix(LIST)?.strip_prefix('/')?;
            let is_it = |known: &Value| ["id", "name"].iter().any(|name| known.get(name) == Some(&json!(id)));
            if !registration.federated.iter().any(is_it) {
                return Some(Err(GraphError::not_found(id)));
            }
            edit(state, registration.id, |known| known.federated.retain(|known| !is_it(known)));
            Some(Ok(done))
        }
        _ => None,
    }
}

fn add_owner(state: &mut State, change: &Change<'_>, registration: &Registration) -> Result<(), GraphError> {
    let address = change.need("@odata.id")?;
    let id = address.rsplit('/').next().and_then(|id| Uuid::parse_str(id).ok());
    let id = id.ok_or_else(|| GraphError::bad_request("Invalid value for property '@odata.id'."))?;
    state.identity(registration.tid, id).ok_or_else(|| GraphError::not_found(&id.to_string()))?;
    if registration.owners.contains(&id) {
        let message =
            "One or more added object references already exist for the following modified properties: 'owners'.";
        return Err(GraphError::bad_request(message));
    }
    edit(state, registration.id, |known| known.owners.push(id));
    Ok(())
}

fn add(state: &mut State, change: &Change<'_>, registration: &Registration) -> Done {
    for name in ["name", "issuer", "subject"] {
        change.need(name)?;
    }
    let mut body = change.body.clone();
    body.insert("id".to_owned(), json!(random::guid()));
    let body = Value::Object(body);
    edit(state, registration.id, |known| known.federated.push(body.clone()));
    Ok((StatusCode::CREATED, body))
}
