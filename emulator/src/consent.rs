//! Consent: what a sign-in needs, what the page shows, and what accepting it records.
//!
//! Microsoft's "combined consent" is a union: with `.default`, the client's whole static list together with the list of
//! every API that is in it and names the client as known.

pub(crate) mod policy;

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::errors::AadError;
use crate::people::Identity;
use crate::random;
use crate::resources::{GRAPH, ResourceAsk, ScopeRequest};
use crate::scenario::{Application, Tenant};
use crate::state::{Grant, State};

/// One line of a prompt: what `client` shall be given on `resource`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ask {
    pub(crate) client: Uuid,
    pub(crate) resource: Uuid,
    pub(crate) scopes: BTreeSet<String>,
    pub(crate) roles: BTreeSet<String>,
}

/// A consent page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Prompt {
    pub(crate) asks: Vec<Ask>,
}

impl Prompt {
    fn add(&mut self, client: Uuid, resource: Uuid, scopes: impl IntoIterator<Item = String>) {
        let known = self.asks.iter_mut().find(|ask| ask.client == client && ask.resource == resource);
        match known {
            Some(ask) => ask.scopes.extend(scopes),
            None => {
                self.asks.push(Ask { client, resource, scopes: scopes.into_iter().collect(), roles: BTreeSet::new() });
            }
        }
    }

    fn add_roles(&mut self, client: Uuid, resource: Uuid, roles: impl IntoIterator<Item = String>) {
        self.add(client, resource, []);
        if let Some(ask) = self.asks.iter_mut().find(|ask| ask.client == client && ask.resource == resource) {
            ask.roles.extend(roles);
        }
    }
}

impl State {
    /// The prompt that a sign-in needs, if any. `force` is `prompt=consent`.
    pub(crate) fn needed_consent(
        &self,
        identity: &Identity,
        client: &Application,
        request: &ScopeRequest,
        force: bool,
    ) -> Result<Option<Prompt>, AadError> {
        let tenant = self.tenant(identity.tid).ok_or_else(|| AadError::unknown_tenant(&identity.tid.to_string()))?;
        let mut prompt = Prompt::default();
        let mut needed = force;
        for ask in &request.resources {
            let resource = self.asked_resource(ask, tenant, client)?;
            let granted = self.granted(tenant.tid, client.client_id, resource, identity.oid);
            if ask.default {
                if granted.is_empty() || force {
                    needed = true;
                    self.add_static_list(&mut prompt, client, tenant)?;
                }
                continue;
            }
            self.check_exposed(ask, resource, client)?;
            if !ask.scopes.is_subset(&granted) || force {
                needed = true;
                prompt.add(client.client_id, resource, ask.scopes.iter().cloned());
            }
        }
        if !self.has_any_grant(tenant.tid, client.client_id, identity.oid) {
            needed = true;
        }
        if needed && !request.oidc.is_empty() {
            prompt.add(client.client_id, GRAPH, request.oidc.iter().cloned());
        }
        Ok((needed && !prompt.asks.is_empty()).then_some(prompt))
    }

    /// The prompt of the admin consent page: static lists for `.default`, the named scopes otherwise.
    pub(crate) fn admin_prompt(
        &self,
        client: &Application,
        tenant: &Tenant,
        request: &ScopeRequest,
    ) -> Result<Prompt, AadError> {
        let mut prompt = Prompt::default();
        for ask in &request.resources {
            let resource = self.asked_resource(ask, tenant, client)?;
            if ask.default {
                self.add_static_list(&mut prompt, client, tenant)?;
                self.add_static_roles(&mut prompt, client);
            } else {
                self.check_exposed(ask, resource, client)?;
                prompt.add(client.client_id, resource, ask.scopes.iter().cloned());
            }
        }
        if !request.oidc.is_empty() {
            prompt.add(client.client_id, GRAPH, request.oidc.iter().cloned());
        }
        Ok(prompt)
    }

    /// The API of an ask, if a token for it can exist in this tenant.
    fn asked_resource(&self, ask: &ResourceAsk, tenant: &Tenant, client: &Application) -> Result<Uuid, AadError> {
        let unknown = || AadError::unknown_resource(&ask.name, &tenant.display_name);
        let resource = ask.resource.ok_or_else(unknown)?;
        if resource == client.client_id || self.service_principal(tenant.tid, resource).is_some() {
            return Ok(resource);
        }
        let api = self.application(resource).ok_or_else(unknown)?;
        // The combined prompt creates the API's service principal; nothing else does.
        if ask.default && is_combined(client, api) {
            return Ok(resource);
        }
        Err(AadError::no_subscription(&api.display_name))
    }

    fn check_exposed(&self, ask: &ResourceAsk, resource: Uuid, client: &Application) -> Result<(), AadError> {
        let Some(api) = self.application(resource) else { return Ok(()) };
        let missing = ask.scopes.iter().find(|scope| api.exposed_scopes.iter().all(|known| known.value != **scope));
        missing.map_or(Ok(()), |scope| {
            Err(AadError::new(
                650_053,
                "invalid_client",
                format!(
                    "The application '{}' asked for scope '{scope}' that doesn't exist on the resource '{resource}'. \
                     Contact the app vendor.",
                    client.display_name
                ),
            ))
        })
    }

    fn add_static_list(&self, prompt: &mut Prompt, client: &Application, tenant: &Tenant) -> Result<(), AadError> {
        self.add_list_of(prompt, client, tenant, Some(client))?;
        for required in &client.required_resource_access {
            match self.application(required.resource) {
                Some(api) if is_combined(client, api) => self.add_list_of(prompt, api, tenant, None)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn add_list_of(
        &self,
        prompt: &mut Prompt,
        application: &Application,
        tenant: &Tenant,
        combining: Option<&Application>,
    ) -> Result<(), AadError> {
        for required in &application.required_resource_access {
            if required.scopes.is_empty() {
                continue;
            }
            let api = self
                .application(required.resource)
                .ok_or_else(|| AadError::unknown_resource(&required.resource.to_string(), &tenant.display_name))?;
            let combined = combining.is_some_and(|client| is_combined(client, api));
            if !combined && self.service_principal(tenant.tid, api.client_id).is_none() {
                return Err(AadError::no_subscription(&api.display_name));
            }
            prompt.add(application.client_id, api.client_id, required.scopes.iter().cloned());
        }
        Ok(())
    }

    fn add_static_roles(&self, prompt: &mut Prompt, client: &Application) {
        let mut owners = vec![client];
        let listed = client.required_resource_access.iter().filter_map(|entry| self.application(entry.resource));
        owners.extend(listed.filter(|api| is_combined(client, api)));
        for owner in owners {
            for required in owner.required_resource_access.iter().filter(|entry| !entry.roles.is_empty()) {
                prompt.add_roles(owner.client_id, required.resource, required.roles.iter().cloned());
            }
        }
    }

    /// Records an accepted prompt. `tenant_wide` is an administrator's consent for everybody.
    pub(crate) fn accept(&mut self, prompt: &Prompt, identity: &Identity, client: Uuid, tenant_wide: bool, now: i64) {
        let tid = identity.tid;
        self.ensure_service_principal(tid, client, now);
        for ask in &prompt.asks {
            self.ensure_service_principal(tid, ask.client, now);
            self.ensure_service_principal(tid, ask.resource, now);
            if !ask.scopes.is_empty() {
                self.grant(Grant {
                    id: random::guid(),
                    tid,
                    client: ask.client,
                    resource: ask.resource,
                    principal: (!tenant_wide).then_some(identity.oid),
                    scopes: ask.scopes.clone(),
                    changed_millis: now,
                });
            }
            for role in ask.roles.iter().filter(|_| tenant_wide) {
                self.assign_role(tid, ask.client, ask.resource, role, now);
            }
        }
    }
}

/// Whether a prompt of `client` includes `api`: it is listed there and names the client as known.
fn is_combined(client: &Application, api: &Application) -> bool {
    let listed = client.required_resource_access.iter().any(|entry| entry.resource == api.client_id);
    let known = api.known_client_applications.contains(&client.client_id);
    listed && known
}
