//! Applications registered through Graph: directory objects with owners and key credentials, kept beside the simpler
//! `Application` that sign-in and tokens look at.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::jose::base64;
use crate::scenario::{Application, RequiredResource};
use crate::state::State;

/// An application object.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Registration {
    /// Object id.
    pub(crate) id: Uuid,
    pub(crate) app_id: Uuid,
    pub(crate) tid: Uuid,
    pub(crate) unique_name: Option<String>,
    pub(crate) owners: Vec<Uuid>,
    pub(crate) keys: Vec<KeyCredential>,
    /// Names of client secrets; the values are in the application.
    pub(crate) passwords: Vec<(Uuid, String)>,
    /// Federated identity credentials, as they were sent, each with its id.
    #[serde(default)]
    pub(crate) federated: Vec<Value>,
    /// `authenticationBehaviors.coopEnforcement`.
    pub(crate) coop: Option<bool>,
    pub(crate) created_millis: i64,
    pub(crate) deleted_millis: Option<i64>,
    /// Everything else, as it was sent.
    pub(crate) properties: Map<String, Value>,
}

/// A certificate of an application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeyCredential {
    pub(crate) key_id: Uuid,
    pub(crate) der: Vec<u8>,
    pub(crate) display_name: Option<String>,
    pub(crate) start_millis: i64,
    pub(crate) end_millis: i64,
    /// When it was registered; the token endpoint may learn of it later.
    #[serde(default)]
    pub(crate) added_millis: i64,
}

impl State {
    /// The live registration of an application, in its own tenant.
    pub(crate) fn registration(&self, tid: Uuid, is_it: impl Fn(&Registration) -> bool) -> Option<&Registration> {
        self.registrations.iter().find(|known| known.tid == tid && known.deleted_millis.is_none() && is_it(known))
    }

    /// Whether an object made at that moment is not everywhere yet.
    pub(crate) fn is_young(&self, created_millis: i64, now: i64) -> bool {
        now.saturating_sub(created_millis) < self.switches.replication_seconds.saturating_mul(1000)
    }

    /// Whether the token endpoint has not heard yet of what was made at that moment.
    pub(crate) fn is_new_to_tokens(&self, created_millis: i64, now: i64) -> bool {
        now.saturating_sub(created_millis) < self.switches.token_delay_seconds.saturating_mul(1000)
    }

    /// Puts an application and its service principal among the deleted items.
    pub(crate) fn delete_registration(&mut self, id: Uuid, now: i64) {
        let known = self.registrations.iter_mut().find(|known| known.id == id && known.deleted_millis.is_none());
        let Some(known) = known else { return };
        known.deleted_millis = Some(now);
        let (tid, app_id) = (known.tid, known.app_id);
        // While sign-in still knows the application: its service principal may never have been written down.
        self.delete_service_principal(tid, app_id, now);
        self.publish(id);
    }

    /// Makes sign-in and tokens see what a registration says now.
    pub(crate) fn publish(&mut self, id: Uuid) {
        let Some(registration) = self.registrations.iter().find(|known| known.id == id).cloned() else { return };
        self.applications.retain(|known| known.client_id != registration.app_id);
        if registration.deleted_millis.is_none() {
            let application = self.application_of(&registration);
            self.applications.push(application);
        }
        self.changed = true;
    }

    fn application_of(&self, registration: &Registration) -> Application {
        let text = |pointer: &str| registration.at(pointer).and_then(Value::as_str).map(str::to_owned);
        let list = |pointer: &str| -> Vec<String> {
            let values = registration.at(pointer).and_then(Value::as_array).cloned().unwrap_or_default();
            values.iter().filter_map(Value::as_str).map(str::to_owned).collect()
        };
        Application {
            client_id: registration.app_id,
            display_name: text("displayName").unwrap_or_default(),
            home_tenant: registration.tid,
            multi_tenant: text("signInAudience").is_some_and(|audience| audience != "AzureADMyOrg"),
            spa_redirect_uris: list("spa/redirectUris"),
            web_redirect_uris: list("web/redirectUris"),
            public_redirect_uris: list("publicClient/redirectUris"),
            certificates: registration.keys.iter().map(|key| base64(&key.der)).collect(),
            secrets: registration.passwords.iter().map(|(_, secret)| secret.clone()).collect(),
            identifier_uris: list("identifierUris"),
            required_resource_access: self.required_of(registration),
            group_membership_claims: text("groupMembershipClaims"),
            coop_enforcement: match registration.coop {
                Some(true) => crate::scenario::CoopMode::Enforce,
                _ => crate::scenario::CoopMode::Off,
            },
            ..Application::default()
        }
    }

    /// `requiredResourceAccess` names permissions by id; here they go by name.
    fn required_of(&self, registration: &Registration) -> Vec<RequiredResource> {
        let entries = registration.at("requiredResourceAccess").and_then(Value::as_array).cloned().unwrap_or_default();
        let read = |entry: &Value| {
            let resource = Uuid::parse_str(entry.get("resourceAppId")?.as_str()?).ok()?;
            let api = self.application(resource)?;
            let mut required = RequiredResource { resource, ..RequiredResource::default() };
            for access in entry.get("resourceAccess")?.as_array()? {
                let id = Uuid::parse_str(access.get("id")?.as_str()?).ok()?;
                let scope = api.exposed_scopes.iter().find(|scope| api.scope_id(scope) == id);
                let role = api.app_roles.iter().find(|role| api.role_id(role) == id);
                match access.get("type")?.as_str()? {
                    "Scope" => required.scopes.extend(scope.map(|scope| scope.value.clone())),
                    _ => required.roles.extend(role.map(|role| role.value.clone())),
                }
            }
            Some(required)
        };
        entries.iter().filter_map(read).collect()
    }
}

impl Registration {
    /// A property by path, such as `web/redirectUris`.
    pub(crate) fn at(&self, path: &str) -> Option<&Value> {
        let (first, rest) = path.split_once('/').map_or((path, None), |(first, rest)| (first, Some(rest)));
        let value = self.properties.get(first)?;
        rest.map_or(Some(value), |rest| value.get(rest))
    }

    /// Whether service principals of this application are locked against credentials that sign in.
    pub(crate) fn instance_lock(&self) -> bool {
        let is_on = |name: &str| {
            let value = self.at(&format!("servicePrincipalLockConfiguration/{name}"));
            value.and_then(Value::as_bool).unwrap_or(false)
        };
        is_on("isEnabled") && (is_on("allProperties") || is_on("credentialsWithUsageVerify"))
    }
}
