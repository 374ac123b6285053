//! The state file: what must survive a restart, as JSON, replaced whole and at once.

use std::collections::HashMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

use crate::keys::StoredKey;
use crate::people::Account;
use crate::registrations::Registration;
use crate::scenario::Application;
use crate::state::{ConsentRequest, Grant, RefreshToken, RoleAssignment, ServicePrincipal, State};
use crate::tls::Authority;

/// The state file cannot be used.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The system refused.
    #[error("state file: {0}")]
    Io(#[from] std::io::Error),
    /// The content is not ours.
    #[error("state file: {0}")]
    Json(#[from] serde_json::Error),
}

/// What is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Persisted {
    pub(crate) keys: Vec<StoredKey>,
    pub(crate) authority: Authority,
    pub(crate) clock_offset_millis: i64,
    service_principals: Vec<ServicePrincipal>,
    grants: Vec<Grant>,
    role_assignments: Vec<RoleAssignment>,
    consent_requests: Vec<ConsentRequest>,
    registrations: Vec<Registration>,
    refresh_tokens: HashMap<String, RefreshToken>,
    people: Vec<ChangedPerson>,
    applications: Vec<Application>,
}

/// What happened to a person since the scenario was written.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct ChangedPerson {
    home_tid: Uuid,
    oid: Uuid,
    password: String,
    totp_secret: Option<String>,
    mfa_enforced: bool,
    disabled: bool,
    password_expired: bool,
    public_valid_from: i64,
    confidential_valid_from: i64,
}

impl Persisted {
    pub(crate) fn of(state: &State, authority: &Authority, clock_offset_millis: i64) -> Self {
        Self {
            keys: state.keys.stored(),
            authority: authority.clone(),
            clock_offset_millis,
            service_principals: state.service_principals.clone(),
            grants: state.grants.clone(),
            role_assignments: state.role_assignments.clone(),
            consent_requests: state.consent_requests.clone(),
            registrations: state.registrations.clone(),
            refresh_tokens: state.refresh_tokens.clone(),
            people: state.accounts.iter().map(ChangedPerson::of).collect(),
            applications: state.applications.iter().filter(|known| !known.first_party).cloned().collect(),
        }
    }

    /// Brings everything back. The scenario wins over what it names itself.
    pub(crate) fn put_into(self, state: &mut State) {
        state.service_principals = self.service_principals;
        state.grants = self.grants;
        state.role_assignments = self.role_assignments;
        state.consent_requests = self.consent_requests;
        state.registrations = self.registrations;
        state.refresh_tokens = self.refresh_tokens;
        for application in self.applications {
            if state.application(application.client_id).is_none() {
                state.applications.push(application);
            }
        }
        for kept in self.people {
            let is_it = |account: &&mut Account| account.home_tid == kept.home_tid && account.oid == kept.oid;
            if let Some(account) = state.accounts.iter_mut().find(is_it) {
                kept.put_into(account);
            }
        }
    }
}

impl ChangedPerson {
    fn of(account: &Account) -> Self {
        let person = &account.person;
        Self {
            home_tid: account.home_tid,
            oid: account.oid,
            password: person.password.clone(),
            totp_secret: person.totp_secret.clone(),
            mfa_enforced: person.mfa_enforced,
            disabled: person.disabled,
            password_expired: person.password_expired,
            public_valid_from: account.public_valid_from,
            confidential_valid_from: account.confidential_valid_from,
        }
    }

    fn put_into(self, account: &mut Account) {
        account.person.password = self.password;
        account.person.totp_secret = self.totp_secret;
        account.person.mfa_enforced = self.mfa_enforced;
        account.person.disabled = self.disabled;
        account.person.password_expired = self.password_expired;
        account.public_valid_from = self.public_valid_from;
        account.confidential_valid_from = self.confidential_valid_from;
    }
}

/// Reads the file, if there is one.
pub(crate) async fn read(path: Option<&Path>) -> Result<Option<Persisted>, StoreError> {
    let Some(path) = path else { return Ok(None) };
    match tokio::fs::read(path).await {
        Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Writes the file beside its place and moves it there.
pub(crate) async fn write(path: &Path, kept: &Persisted) -> Result<(), StoreError> {
    let bytes = serde_json::to_vec_pretty(kept)?;
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    tokio::fs::write(&beside, bytes).await?;
    tokio::fs::rename(&beside, path).await?;
    Ok(())
}
