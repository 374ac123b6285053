//! Everything that changes while the emulator runs, behind one lock.
//!
//! What a restart must keep is in the serializable parts; browser sessions, codes and half-done sign-ins are not.

mod approvals;
mod principals;

use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::authorize::flow::{Browser, Flow};
use crate::faults::Fault;
use crate::keys::KeyRing;
use crate::misbehaviour::Misbehaviours;
use crate::people::{Account, Identity, SignIn};
use crate::redirect::Platform;
use crate::registrations::Registration;
use crate::request_log::RequestLog;
use crate::scenario::{Application, Scenario, Switches, Tenant};

pub use approvals::{ConsentAsk, ConsentRequest, ConsentStatus};
pub(crate) use principals::FOR_GOOD;
pub use principals::ServicePrincipal;

/// The mutable world.
pub(crate) struct State {
    pub(crate) tenants: Vec<Tenant>,
    pub(crate) applications: Vec<Application>,
    pub(crate) accounts: Vec<Account>,
    pub(crate) service_principals: Vec<ServicePrincipal>,
    pub(crate) grants: Vec<Grant>,
    pub(crate) role_assignments: Vec<RoleAssignment>,
    pub(crate) consent_requests: Vec<ConsentRequest>,
    /// Applications that were registered through Graph.
    pub(crate) registrations: Vec<Registration>,
    pub(crate) codes: HashMap<String, Code>,
    pub(crate) refresh_tokens: HashMap<String, RefreshToken>,
    pub(crate) browsers: HashMap<String, Browser>,
    pub(crate) flows: HashMap<String, Flow>,
    pub(crate) keys: KeyRing,
    pub(crate) switches: Switches,
    pub(crate) show_passwords: bool,
    pub(crate) faults: Vec<Fault>,
    pub(crate) misbehaviours: Misbehaviours,
    /// What happened to mailboxes.
    pub(crate) post: crate::graph::mailbox::Post,
    pub(crate) log: RequestLog,
    /// Set by every change that a restart must keep.
    pub(crate) changed: bool,
}

/// A delegated permission grant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// Grant id.
    pub id: Uuid,
    /// The tenant.
    pub tid: Uuid,
    /// The client application.
    pub client: Uuid,
    /// The API.
    pub resource: Uuid,
    /// The person's object id in that tenant; `None` grants for everybody.
    pub principal: Option<Uuid>,
    /// Granted permissions.
    pub scopes: BTreeSet<String>,
    /// When it last grew; on-behalf-of may see it later.
    pub changed_millis: i64,
}

/// An application permission given to a client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleAssignment {
    /// Assignment id.
    pub id: Uuid,
    /// The tenant.
    pub tid: Uuid,
    /// The client application.
    pub client: Uuid,
    /// The API.
    pub resource: Uuid,
    /// Permission name.
    pub role: String,
    /// When it was made.
    pub created_millis: i64,
}

/// An authorization code.
#[derive(Clone, Debug)]
pub(crate) struct Code {
    pub(crate) client: Uuid,
    pub(crate) redirect_uri: String,
    pub(crate) platform: Platform,
    /// The `{tenant}` of the path, as written.
    pub(crate) tenant_path: String,
    pub(crate) challenge: Option<(String, ChallengeMethod)>,
    pub(crate) scope: String,
    pub(crate) identity: Identity,
    pub(crate) sign_in: SignIn,
    pub(crate) nonce: Option<String>,
    pub(crate) issued_millis: i64,
    pub(crate) used: bool,
}

/// `code_challenge_method`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChallengeMethod {
    Plain,
    S256,
}

/// A refresh token; stored by the hash of its text.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct RefreshToken {
    pub(crate) client: Uuid,
    /// Home tenant and object id of the account: the token is bound to the person, not to a tenant or API.
    pub(crate) home_tid: Uuid,
    pub(crate) home_oid: Uuid,
    /// Where it was first redeemed for.
    pub(crate) tid: Uuid,
    pub(crate) platform: Platform,
    pub(crate) scope: String,
    pub(crate) sign_in: SignIn,
    pub(crate) family: Uuid,
    /// When the family began: a single-page token never outlives it by more than a day.
    pub(crate) first_millis: i64,
    pub(crate) issued_millis: i64,
    pub(crate) used: bool,
    pub(crate) revoked: bool,
}

impl State {
    pub(crate) fn new(scenario: &Scenario, keys: KeyRing) -> Self {
        let mut applications = crate::resources::first_party();
        applications.retain(|known| scenario.applications.iter().all(|own| own.client_id != known.client_id));
        applications.extend(scenario.applications.iter().cloned());
        Self {
            tenants: scenario.tenants.clone(),
            applications,
            accounts: Account::all(scenario),
            service_principals: Vec::new(),
            grants: Vec::new(),
            role_assignments: Vec::new(),
            consent_requests: Vec::new(),
            registrations: Vec::new(),
            codes: HashMap::new(),
            refresh_tokens: HashMap::new(),
            browsers: HashMap::new(),
            flows: HashMap::new(),
            keys,
            switches: scenario.switches.clone(),
            show_passwords: scenario.show_passwords,
            faults: Vec::new(),
            misbehaviours: Misbehaviours::default(),
            post: crate::graph::mailbox::Post::default(),
            log: RequestLog::default(),
            changed: false,
        }
    }

    pub(crate) fn tenant(&self, tid: Uuid) -> Option<&Tenant> {
        self.tenants.iter().find(|tenant| tenant.tid == tid)
    }

    pub(crate) fn tenant_called(&self, name: &str) -> Option<&Tenant> {
        self.tenants.iter().find(|tenant| tenant.is_called(name))
    }

    pub(crate) fn application(&self, client_id: Uuid) -> Option<&Application> {
        self.applications.iter().find(|application| application.client_id == client_id)
    }

    /// All delegated permissions of a client on an API for a person.
    pub(crate) fn granted(&self, tid: Uuid, client: Uuid, resource: Uuid, oid: Uuid) -> BTreeSet<String> {
        self.granted_before(tid, client, resource, oid, i64::MAX)
    }

    /// Like `granted`, but only what was there at a moment.
    pub(crate) fn granted_before(
        &self,
        tid: Uuid,
        client: Uuid,
        resource: Uuid,
        oid: Uuid,
        latest: i64,
    ) -> BTreeSet<String> {
        let concerns = |grant: &&Grant| {
            grant.tid == tid
                && grant.client == client
                && grant.resource == resource
                && grant.principal.is_none_or(|principal| principal == oid)
                && grant.changed_millis <= latest
        };
        self.grants.iter().filter(concerns).flat_map(|grant| grant.scopes.iter().cloned()).collect()
    }

    /// Whether the client was ever granted anything for this person.
    pub(crate) fn has_any_grant(&self, tid: Uuid, client: Uuid, oid: Uuid) -> bool {
        let concerns = |grant: &Grant| {
            grant.tid == tid && grant.client == client && grant.principal.is_none_or(|principal| principal == oid)
        };
        self.grants.iter().any(concerns)
    }

    /// Records consent: a person's grows, the tenant-wide one is replaced.
    pub(crate) fn grant(&mut self, grant: Grant) {
        let same = |known: &&mut Grant| {
            known.tid == grant.tid
                && known.client == grant.client
                && known.resource == grant.resource
                && known.principal == grant.principal
        };
        self.changed = true;
        match self.grants.iter_mut().find(same) {
            Some(known) => {
                if !grant.scopes.is_subset(&known.scopes) {
                    known.changed_millis = grant.changed_millis;
                }
                if grant.principal.is_none() {
                    known.scopes = grant.scopes;
                } else {
                    known.scopes.extend(grant.scopes);
                }
            }
            None => self.grants.push(grant),
        }
    }

    /// Application permissions of a client on an API.
    pub(crate) fn roles_of(&self, tid: Uuid, client: Uuid, resource: Uuid) -> BTreeSet<String> {
        let concerns = |role: &&RoleAssignment| role.tid == tid && role.client == client && role.resource == resource;
        self.role_assignments.iter().filter(concerns).map(|role| role.role.clone()).collect()
    }

    /// Like `roles_of`, but only those that the token endpoint has heard of.
    pub(crate) fn roles_in_token(&self, tid: Uuid, client: Uuid, resource: Uuid, now: i64) -> BTreeSet<String> {
        let concerns = |role: &&RoleAssignment| {
            let known = role.tid == tid && role.client == client && role.resource == resource;
            known && !self.is_new_to_tokens(role.created_millis, now)
        };
        self.role_assignments.iter().filter(concerns).map(|role| role.role.clone()).collect()
    }

    /// Gives an application permission; a second time changes nothing.
    pub(crate) fn assign_role(&mut self, tid: Uuid, client: Uuid, resource: Uuid, role: &str, now: i64) {
        if self.roles_of(tid, client, resource).contains(role) {
            return;
        }
        let id = crate::random::guid();
        self.role_assignments.push(RoleAssignment {
            id,
            tid,
            client,
            resource,
            role: role.to_owned(),
            created_millis: now,
        });
        self.changed = true;
    }
}
