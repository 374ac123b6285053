//! Service principals: an application as present in a tenant, made, deleted for 30 days, brought back or gone for good.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::State;

/// Deleted, and no longer among the deleted items.
pub(crate) const FOR_GOOD: i64 = i64::MIN;
/// How long what was deleted can be brought back.
pub(crate) const DELETED_ITEMS_MILLIS: i64 = 30 * 86_400_000;

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
    /// Object ids of its owners.
    #[serde(default)]
    pub owners: Vec<Uuid>,
    /// Client secrets of its own, beside those of the application: key ids and values.
    #[serde(default)]
    pub passwords: Vec<(Uuid, String)>,
}

impl State {
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
}

/// The first principal of an application in a tenant has a predictable id, so that scenarios can name it.
fn new_principal(tid: Uuid, app_id: Uuid, now: i64) -> ServicePrincipal {
    let id = Uuid::new_v5(&tid, app_id.as_bytes());
    ServicePrincipal {
        tid,
        app_id,
        id,
        created_millis: now,
        deleted_millis: None,
        enabled: true,
        owners: Vec::new(),
        passwords: Vec::new(),
    }
}
