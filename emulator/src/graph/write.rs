//! Changes to the directory: which path and method goes where, and who may do it.

use axum::http::{Method, StatusCode};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::Call;
use super::error::GraphError;
use super::{applications, assignments, deleted, key_credentials, mailbox, principals};
use crate::people::{
    APPLICATION_ADMINISTRATOR, APPLICATION_DEVELOPER, CLOUD_APPLICATION_ADMINISTRATOR, GLOBAL_ADMINISTRATOR,
};
use crate::state::State;

/// Status and body of a successful change.
pub(super) type Done = Result<(StatusCode, Value), GraphError>;

/// Administrators of applications.
pub(super) const ADMINISTRATORS: [Uuid; 3] =
    [GLOBAL_ADMINISTRATOR, APPLICATION_ADMINISTRATOR, CLOUD_APPLICATION_ADMINISTRATOR];
/// Those who may add applications and service principals.
pub(super) const CREATORS: [Uuid; 4] =
    [GLOBAL_ADMINISTRATOR, APPLICATION_ADMINISTRATOR, CLOUD_APPLICATION_ADMINISTRATOR, APPLICATION_DEVELOPER];

/// A change as sent.
pub(super) struct Change<'a> {
    pub(super) call: &'a Call<'a>,
    pub(super) method: &'a Method,
    pub(super) body: Map<String, Value>,
    /// `Prefer: create-if-missing`.
    pub(super) create_if_missing: bool,
}

impl Change<'_> {
    /// A text member of the body that must be there.
    pub(super) fn need(&self, name: &str) -> Result<&str, GraphError> {
        self.body.get(name).and_then(Value::as_str).ok_or_else(|| {
            GraphError::bad_request(format!("A value is required for property '{name}' of the resource."))
        })
    }

    pub(super) fn need_id(&self, name: &str) -> Result<Uuid, GraphError> {
        let text = self.need(name)?;
        Uuid::parse_str(text).map_err(|_| GraphError::bad_request(format!("Invalid value for property '{name}'.")))
    }

    /// Whether the caller holds one of these permissions and, as a person, one of these roles.
    pub(super) fn check(&self, state: &State, permissions: &[&str], roles: &[Uuid]) -> Result<(), GraphError> {
        let bearer = self.call.bearer;
        if !bearer.may(permissions, permissions) {
            return Err(GraphError::denied());
        }
        if bearer.is_app {
            return Ok(());
        }
        let (_, identity) = bearer.person(state, None)?;
        if identity.holds(roles) { Ok(()) } else { Err(GraphError::denied()) }
    }
}

/// How a path names one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Selector {
    Id(Uuid),
    AppId(Uuid),
    UniqueName(String),
}

/// Splits `collection/{id}/rest` or `collection(appId='…')/rest`.
pub(super) fn select<'a>(path: &'a str, collection: &str) -> Option<(Selector, &'a str)> {
    let rest = path.strip_prefix(collection)?;
    let (selector, rest) = if let Some(rest) = rest.strip_prefix("(appId='") {
        let (id, rest) = rest.split_once("')")?;
        (Selector::AppId(Uuid::parse_str(id).ok()?), rest)
    } else if let Some(rest) = rest.strip_prefix("(uniqueName='") {
        let (name, rest) = rest.split_once("')")?;
        (Selector::UniqueName(name.to_owned()), rest)
    } else {
        let rest = rest.strip_prefix('/')?;
        let end = rest.find('/').unwrap_or(rest.len());
        let (id, rest) = rest.split_at(end);
        (Selector::Id(Uuid::parse_str(id).ok()?), rest)
    };
    Some((selector, rest.trim_start_matches('/')))
}

/// Any call that is not a read.
pub(super) fn change(state: &mut State, change: &Change<'_>) -> Done {
    let path = change.call.path;
    let post = change.method == Method::POST;
    if post && path == "applications" {
        return applications::create(state, change);
    }
    if post && path == "servicePrincipals" {
        return principals::create(state, change);
    }
    if post && path == "oauth2PermissionGrants" {
        return assignments::grant(state, change);
    }
    if let Some((selector, rest)) = select(path, "applications") {
        return match rest {
            "addKey" | "removeKey" | "addPassword" if post => key_credentials::call(state, change, &selector, rest),
            _ => applications::change(state, change, &selector, rest),
        };
    }
    if let Some((selector, rest)) = select(path, "servicePrincipals") {
        return match rest {
            "" => principals::change(state, change, &selector),
            "addPassword" if post => principals::add_password(state, change, &selector),
            "appRoleAssignedTo" | "appRoleAssignments" if post => assignments::assign(state, change, &selector),
            _ => assignments::remove_role(state, change, &selector, rest),
        };
    }
    if let Some((Selector::Id(id), "")) = select(path, "oauth2PermissionGrants") {
        return assignments::change_grant(state, change, id);
    }
    if let Some((Selector::Id(id), rest)) = select(path, "directory/deletedItems") {
        return deleted::change(state, change, id, rest);
    }
    if let Some(done) = mailbox::change(state, change) {
        return done;
    }
    Err(GraphError::no_method())
}
