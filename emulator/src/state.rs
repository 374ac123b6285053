//! Everything that changes while the emulator runs, behind one lock.
//!
//! What a restart must keep is in the serializable parts; browser sessions, codes and half-done sign-ins are not.

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

/// An application as present in one tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServicePrincipal {
    /// The tenant.
    pub tid: Uuid,
    /// The application.
    pub app_id: Uuid,
    /// Object id in that tenant.
    pub id: Uuid,
    /// When it was made.
    pub created_millis: i64,
    /// When it was deleted; it lies 30 days among the deleted items.
    pub deleted_millis: Option<i64>,
    /// Whether sign-in is allowed.
    pub enabled: bool,
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

/// A request for an administrator's approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentRequest {
    /// Request id.
    #[serde(default)]
    pub id: Uuid,
    /// What an approval grants for everybody.
    #[serde(default)]
    pub asks: Vec<ConsentAsk>,
    /// What became of it.
    #[serde(default)]
    pub status: ConsentStatus,
    /// The tenant.
    pub tid: Uuid,
    /// The application that asked.
    pub client: Uuid,
    /// Who asks.
    pub username: String,
    /// What they wrote.
    pub justification: String,
    /// When.
    pub created_millis: i64,
}

/// One API of a request for approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentAsk {
    /// The client application.
    pub client: Uuid,
    /// The API.
    pub resource: Uuid,
    /// Delegated permissions.
    pub scopes: BTreeSet<String>,
}

/// What became of a request for approval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentStatus {
    /// Nobody decided yet.
    #[default]
    Pending,
    /// An administrator consented.
    Approved,
    /// An administrator refused.
    Denied,
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

/// Deleted, and no longer among the deleted items.
pub(crate) const FOR_GOOD: i64 = i64::MIN;
/// How long what was deleted can be brought back.
pub(crate) const DELETED_ITEMS_MILLIS: i64 = 30 * 86_400_000;

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

    /// The live service principal of an application in a tenant. Microsoft's own are there unless the tenant lacks the
    /// subscription; a home tenant always has its own application's.
    pub(crate) fn service_principal(&self, tid: Uuid, app_id: Uuid) -> Option<ServicePrincipal> {
        let recorded = self.service_principals.iter().find(|sp| sp.tid == tid && sp.app_id == app_id);
        if let Some(sp) = recorded {
            return sp.deleted_millis.is_none().then(|| sp.clone());
        }
        let application = self.application(app_id)?;
        let built_in = application.first_party && !self.tenant(tid)?.absent_resources.contains(&app_id);
        // Registering through Graph makes no service principal by itself; the portal, and so a scenario, does.
        let by_graph = self.registrations.iter().any(|known| known.app_id == app_id);
        (built_in || (application.home_tenant == tid && !by_graph)).then(|| new_principal(tid, app_id, 0))
    }

    /// Makes the service principal when it is absent; revives nothing that was deleted, as consent makes a new object.
    pub(crate) fn ensure_service_principal(&mut self, tid: Uuid, app_id: Uuid, now: i64) -> Uuid {
        if let Some(sp) = self.service_principal(tid, app_id) {
            if !self.service_principals.iter().any(|known| known.tid == tid && known.app_id == app_id) {
                self.service_principals.push(sp.clone());
            }
            return sp.id;
        }
        let mut sp = new_principal(tid, app_id, now);
        if self.service_principals.iter().any(|known| known.id == sp.id) {
            sp.id = crate::random::guid();
        }
        self.service_principals.retain(|known| known.tid != tid || known.app_id != app_id);
        let id = sp.id;
        self.service_principals.push(sp);
        self.changed = true;
        id
    }

    /// Deletes a service principal, and with it its grants and assignments. Says whether it was there.
    pub(crate) fn delete_service_principal(&mut self, tid: Uuid, app_id: Uuid, now: i64) -> bool {
        let Some(mut sp) = self.service_principal(tid, app_id) else { return false };
        sp.deleted_millis = Some(now);
        self.service_principals.retain(|known| known.tid != tid || known.app_id != app_id);
        self.service_principals.push(sp);
        self.grants.retain(|grant| grant.tid != tid || (grant.client != app_id && grant.resource != app_id));
        self.role_assignments.retain(|role| role.tid != tid || (role.client != app_id && role.resource != app_id));
        self.changed = true;
        true
    }

    /// Takes a service principal out of the deleted items.
    pub(crate) fn restore_service_principal(&mut self, tid: Uuid, app_id: Uuid, now: i64) -> bool {
        let deleted = self.service_principals.iter_mut().find(|sp| {
            let age = sp.deleted_millis.map(|at| now.saturating_sub(at));
            sp.tid == tid && sp.app_id == app_id && age.is_some_and(|age| age < DELETED_ITEMS_MILLIS)
        });
        let found = deleted.map(|sp| sp.deleted_millis = None).is_some();
        self.changed |= found;
        found
    }

    /// What lies among the deleted items for 30 days is gone.
    pub(crate) fn forget_deleted(&mut self, now: i64) {
        let gone = |at: Option<i64>| at.is_some_and(|at| now.saturating_sub(at) >= DELETED_ITEMS_MILLIS);
        let registrations = self.registrations.len();
        self.registrations.retain(|known| !gone(known.deleted_millis));
        let due: Vec<Uuid> = self
            .service_principals
            .iter()
            .filter(|sp| sp.deleted_millis != Some(FOR_GOOD) && gone(sp.deleted_millis))
            .map(|sp| sp.id)
            .collect();
        self.changed |= registrations != self.registrations.len();
        for id in due {
            self.purge_service_principal(id);
        }
    }

    /// Deletes a service principal for good.
    pub(crate) fn purge_service_principal(&mut self, id: Uuid) {
        let Some(at) = self.service_principals.iter().position(|sp| sp.id == id) else { return };
        let known = self.service_principals.remove(at);
        // An application of the scenario would come back by itself in its own tenant; the mark keeps it away.
        if self.service_principal(known.tid, known.app_id).is_some() {
            self.service_principals.push(ServicePrincipal { deleted_millis: Some(FOR_GOOD), ..known });
        }
        self.changed = true;
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

/// The first principal of an application in a tenant has a predictable id, so that scenarios can name it.
fn new_principal(tid: Uuid, app_id: Uuid, now: i64) -> ServicePrincipal {
    let id = Uuid::new_v5(&tid, app_id.as_bytes());
    ServicePrincipal { tid, app_id, id, created_millis: now, deleted_millis: None, enabled: true }
}
