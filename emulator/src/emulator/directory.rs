//! What tests look at and change in a tenant's directory: applications, service principals, assignments, approvals, mail.

use uuid::Uuid;

use super::Emulator;
use crate::control::changes::{self, ControlError};
use crate::control::directory::{self, DirectoryApplication, Plant, Taint};
use crate::scenario::Policies;
use crate::state::{ConsentRequest, RoleAssignment};

impl Emulator {
    /// The applications of a tenant that were made through Graph or planted, the deleted ones included.
    pub fn directory_applications(&self, tid: Uuid) -> Vec<DirectoryApplication> {
        directory::applications(&self.app.state(), tid)
    }

    /// The application permissions given in a tenant.
    pub fn role_assignments(&self, tid: Uuid) -> Vec<RoleAssignment> {
        let state = self.app.state();
        state.role_assignments.iter().filter(|known| known.tid == tid).cloned().collect()
    }

    /// Plants an application, as an ordinary person could.
    pub fn plant_application(&self, plant: &Plant) -> Result<DirectoryApplication, ControlError> {
        let made = directory::plant(&mut self.app.state(), plant);
        self.app.report_changes();
        made
    }

    /// Puts foreign owners and credentials on an application.
    pub fn taint_application(
        &self,
        tid: Uuid,
        app_id: Uuid,
        taint: &Taint,
    ) -> Result<DirectoryApplication, ControlError> {
        let changed = directory::taint(&mut self.app.state(), tid, app_id, taint);
        self.app.report_changes();
        changed
    }

    /// Puts an application among the deleted items, as an administrator does. Says whether it was there.
    pub fn delete_application(&self, tid: Uuid, app_id: Uuid) -> bool {
        let now = self.app.now_millis();
        let done = directory::delete_application(&mut self.app.state(), tid, app_id, now);
        self.app.report_changes();
        done
    }

    /// Switches a service principal off (7000112) or on. Says whether it was there.
    pub fn enable_service_principal(&self, tid: Uuid, app_id: Uuid, enabled: bool) -> bool {
        let now = self.app.now_millis();
        let done = directory::enable_service_principal(&mut self.app.state(), tid, app_id, enabled, now);
        self.app.report_changes();
        done
    }

    /// Takes an application permission away, as an administrator does. Says whether it was there.
    pub fn remove_role(&self, tid: Uuid, app_id: Uuid, resource: Uuid, role: &str) -> bool {
        let done = directory::remove_role(&mut self.app.state(), tid, app_id, Some(resource), role);
        self.app.report_changes();
        done
    }

    /// Blocks one application of a tenant, or all of them, from getting tokens for itself (53003), or ends that.
    pub fn block_workload(&self, tid: Uuid, app_id: Option<Uuid>, blocked: bool) -> Result<(), ControlError> {
        changes::block_workload(&mut self.app.state(), tid, app_id, blocked)
    }

    /// A tenant's policies.
    pub fn policies(&self, tid: Uuid) -> Result<Policies, ControlError> {
        let state = self.app.state();
        state.tenant(tid).map(|tenant| tenant.policies.clone()).ok_or(ControlError::NoTenant(tid))
    }

    /// Changes a tenant's policies and leaves the rest of them as it is.
    pub fn edit_policies(&self, tid: Uuid, change: impl FnOnce(&mut Policies)) -> Result<(), ControlError> {
        let mut state = self.app.state();
        let tenant = state.tenants.iter_mut().find(|tenant| tenant.tid == tid).ok_or(ControlError::NoTenant(tid))?;
        change(&mut tenant.policies);
        Ok(())
    }

    /// What people asked their administrators for.
    pub fn consent_requests(&self) -> Vec<ConsentRequest> {
        self.app.state().consent_requests.clone()
    }

    /// An administrator approves or denies an open request. Says whether there was one.
    pub fn decide_consent_request(&self, id: Uuid, approve: bool) -> bool {
        let now = self.app.now_millis();
        let done = directory::decide(&mut self.app.state(), id, approve, now);
        self.app.report_changes();
        done
    }

    /// Puts a message into a person's mail folder (its name, or a well-known one such as `inbox`); answers its id.
    pub fn deliver_mail(
        &self,
        username: &str,
        folder: &str,
        subject: &str,
        body: &str,
    ) -> Result<String, ControlError> {
        let now = self.app.now_millis();
        changes::deliver_mail(&mut self.app.state(), username, folder, (subject, body), now)
    }

    /// Removes a message of a person for good. Says whether it was there.
    pub fn remove_mail(&self, username: &str, id: &str) -> Result<bool, ControlError> {
        changes::remove_mail(&mut self.app.state(), username, id)
    }

    /// The host of a tenant's SharePoint, such as `contoso.sharepoint.com`.
    pub fn sharepoint_host(&self, tid: Uuid) -> Option<String> {
        self.app.state().tenant(tid).map(crate::scenario::Tenant::sharepoint_host)
    }
}
