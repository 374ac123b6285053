//! Changes that tests make to the world, the same for the typed methods and the JSON endpoints.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

use crate::random;
use crate::scenario::{Application, ConditionalAccess, Policies, Requirement, Services, Stage};
use crate::state::{Grant, State};

/// A change that is impossible.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ControlError {
    /// Nobody has this user name.
    #[error("no account is called {0}")]
    NoPerson(String),
    /// There is no such tenant.
    #[error("no tenant {0}")]
    NoTenant(Uuid),
    /// There is no such application in that tenant.
    #[error("no application {0}")]
    NoApplication(Uuid),
    /// The text is not a certificate.
    #[error("not the base64 of a certificate's DER form")]
    NoCertificate,
    /// There is no such folder.
    #[error("no mail folder is called {0}")]
    NoFolder(String),
}

/// One thing that happens to a person.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonChange {
    /// Sign-in is switched off or on.
    SetDisabled(bool),
    /// An administrator sets a new password: revokes the refresh tokens of all clients.
    ResetPassword(String),
    /// The person changes their own password: confidential clients keep their refresh tokens.
    ChangePassword(String),
    /// The password expires, or no longer does.
    SetPasswordExpired(bool),
    /// All sessions and refresh tokens are revoked.
    RevokeSessions,
    /// Whether every sign-in asks for the second factor.
    SetMfaEnforced(bool),
    /// Registers an authenticator, or removes it.
    SetTotpSecret(Option<String>),
    /// Directory roles, all at once.
    SetRoles(Vec<String>),
    /// Licences, all at once.
    SetServices(Services),
    /// Removes the account.
    Delete,
}

/// An administrator's consent for everybody, given elsewhere.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TenantGrant {
    /// The tenant.
    pub tid: Uuid,
    /// The client application.
    pub client: Uuid,
    /// The API.
    pub resource: Uuid,
    /// Delegated permissions; replaces those granted for everybody before.
    pub scopes: BTreeSet<String>,
    /// Application permissions, added to those already there.
    pub roles: BTreeSet<String>,
}

/// Changes a person.
pub(crate) fn change_person(
    state: &mut State,
    username: &str,
    change: PersonChange,
    now: i64,
) -> Result<(), ControlError> {
    let missing = || ControlError::NoPerson(username.to_owned());
    if matches!(change, PersonChange::Delete) {
        let oid = state.account_called(username).map(|account| account.oid).ok_or_else(missing)?;
        state.accounts.retain(|account| account.oid != oid);
        state.changed = true;
        return Ok(());
    }
    state.changed = true;
    let account = state.account_mut(username).ok_or_else(missing)?;
    match change {
        PersonChange::SetDisabled(disabled) => account.person.disabled = disabled,
        PersonChange::ResetPassword(password) => {
            account.person.password = password;
            account.person.password_expired = false;
            account.revoke(now);
        }
        PersonChange::ChangePassword(password) => {
            account.person.password = password;
            account.person.password_expired = false;
            account.public_valid_from = now;
        }
        PersonChange::SetPasswordExpired(expired) => account.person.password_expired = expired,
        PersonChange::RevokeSessions => account.revoke(now),
        PersonChange::SetMfaEnforced(enforced) => account.person.mfa_enforced = enforced,
        PersonChange::SetTotpSecret(secret) => account.person.totp_secret = secret,
        PersonChange::SetRoles(roles) => {
            account.roles_before = std::mem::replace(&mut account.person.roles, roles);
            account.roles_changed = now;
        }
        PersonChange::SetServices(services) => account.person.services = services,
        PersonChange::Delete => {}
    }
    Ok(())
}

/// Deletes the grants of a client in a tenant.
pub(crate) fn delete_grants(state: &mut State, tid: Uuid, client: Uuid) -> usize {
    let before = state.grants.len();
    state.grants.retain(|grant| grant.tid != tid || grant.client != client);
    state.changed = true;
    before - state.grants.len()
}

/// Grants for everybody.
pub(crate) fn grant_tenant_wide(state: &mut State, wanted: &TenantGrant, now: i64) {
    state.ensure_service_principal(wanted.tid, wanted.client, now);
    state.ensure_service_principal(wanted.tid, wanted.resource, now);
    if !wanted.scopes.is_empty() {
        state.grant(Grant {
            id: random::guid(),
            tid: wanted.tid,
            client: wanted.client,
            resource: wanted.resource,
            principal: None,
            scopes: wanted.scopes.clone(),
            changed_millis: now,
        });
    }
    for role in &wanted.roles {
        state.assign_role(wanted.tid, wanted.client, wanted.resource, role, now);
    }
}

/// Registers or replaces an application.
pub(crate) fn put_application(state: &mut State, application: Application) {
    state.applications.retain(|known| known.client_id != application.client_id);
    state.applications.push(application);
    state.changed = true;
}

/// Conditional Access for workload identities: blocks one application, or all, from getting tokens for itself (53003).
pub(crate) fn block_workload(
    state: &mut State,
    tid: Uuid,
    client: Option<Uuid>,
    blocked: bool,
) -> Result<(), ControlError> {
    let tenant = state.tenants.iter_mut().find(|tenant| tenant.tid == tid).ok_or(ControlError::NoTenant(tid))?;
    let rules = &mut tenant.policies.conditional_access;
    let clients: Vec<Uuid> = client.into_iter().collect();
    let same = |rule: &ConditionalAccess| {
        rule.stages == [Stage::ClientCredentials] && rule.clients == clients && rule.people.is_empty()
    };
    rules.retain(|rule| !same(rule));
    if blocked {
        rules.push(ConditionalAccess {
            id: random::guid(),
            stages: vec![Stage::ClientCredentials],
            clients,
            require: Requirement::Block,
            ..ConditionalAccess::default()
        });
    }
    Ok(())
}

/// Puts a message into a person's mail folder; answers its id.
pub(crate) fn deliver_mail(
    state: &mut State,
    username: &str,
    folder: &str,
    (subject, body): (&str, &str),
    now: i64,
) -> Result<String, ControlError> {
    let missing = || ControlError::NoPerson(username.to_owned());
    let owner = state.account_called(username).map(|account| account.oid).ok_or_else(missing)?;
    state.post.deliver(owner, folder, subject, body, now).ok_or_else(|| ControlError::NoFolder(folder.to_owned()))
}

/// Removes a message of a person for good. Says whether it was there.
pub(crate) fn remove_mail(state: &mut State, username: &str, id: &str) -> Result<bool, ControlError> {
    let missing = || ControlError::NoPerson(username.to_owned());
    let account = state.account_called(username).ok_or_else(missing)?;
    let (owner, samples) = (account.oid, account.person.samples);
    Ok(state.post.remove(owner, (samples.mail_folders, samples.messages), id))
}

/// Replaces a tenant's policies.
pub(crate) fn set_policies(state: &mut State, tid: Uuid, policies: Policies) -> Result<(), ControlError> {
    let tenant = state.tenants.iter_mut().find(|tenant| tenant.tid == tid).ok_or(ControlError::NoTenant(tid))?;
    tenant.policies = policies;
    Ok(())
}
