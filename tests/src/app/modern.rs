//! A tenant's own app without its set-up: rows written through the store, the application planted at the emulator. For
//! tests that are about what comes after.

use super::TestApp;
use base64::{Engine, engine::general_purpose::STANDARD};
use emulator::{TenantGrant, scenario::Application};
use server::{
    services::{
        certificates::{self, Validity},
        set_up,
    },
    store::{apps::App, backup_sets::BackupSet},
};
use shared::{
    api::apps::{AppState, CertificateState, Way},
    id::{BackupSetId, ClientId, ConnectionId, TenantId},
    method::Method,
    rules::{
        manifest::{AppPermission, Resource, manifest},
        scopes::Purpose,
    },
    workload::Workloads,
};

impl TestApp {
    /// Gives the tenant of these sets an app for backups, with a certificate and exactly the manifest's permissions; the
    /// sets are modern afterwards.
    ///
    /// # Panics
    /// When something is refused.
    pub async fn plant_app(&self, external_ids: &[&str]) -> App {
        let sets = self.records(external_ids).await;
        let app = self.plant(&sets, Purpose::Backup).await;
        let tx = self.state.store.write(self.organization).await.expect("a transaction");
        for set in &sets {
            let done = tx.change_method(set, Method::Modern, app.id, self.state.now()).await.expect("a change");
            assert!(done, "{} changed meanwhile", set.external_id);
        }
        tx.commit().await.expect("a commit");
        app
    }

    /// The same tenant's app for restores.
    ///
    /// # Panics
    /// When something is refused.
    pub async fn plant_restore_app(&self, external_ids: &[&str]) -> App {
        let sets = self.records(external_ids).await;
        self.plant(&sets, Purpose::Restore).await
    }

    async fn records(&self, external_ids: &[&str]) -> Vec<BackupSet> {
        let ids: Vec<BackupSetId> = self.ids(external_ids).await;
        let tx = self.state.store.read(self.organization).await.expect("a transaction");
        tx.find_backup_sets(&ids).await.expect("sets")
    }

    async fn plant(&self, sets: &[BackupSet], purpose: Purpose) -> App {
        let customer = sets.first().expect("a set").customer;
        let tenant = {
            let tx = self.state.store.read(self.organization).await.expect("a transaction");
            tx.find_customer(customer).await.expect("an answer").expect("the customer").tenant
        };
        let workloads: Workloads = sets.iter().flat_map(|set| set.workloads.iter().copied()).collect();
        let app = self.app_row(customer, tenant, purpose, workloads);
        let mut certificate =
            certificates::make(&self.state, self.organization, app.id, Validity::TwoYears, None).await.expect("a key");
        certificate.state = CertificateState::Current;
        self.register(&app, &certificate.der);
        let tx = self.state.store.write(self.organization).await.expect("a transaction");
        tx.add_app(&app).await.expect("an app");
        tx.add_certificate(&certificate).await.expect("a certificate");
        tx.commit().await.expect("a commit");
        app
    }

    /// A working app that nobody has made at Microsoft.
    pub(super) fn app_row(
        &self,
        customer: shared::id::CustomerId,
        tenant: TenantId,
        purpose: Purpose,
        workloads: Workloads,
    ) -> App {
        let now = self.state.now();
        let role = |one: &AppPermission| format!("{}:{}", one.resource.as_str(), one.value);
        let roles = manifest(&workloads, purpose).into_iter().map(role).collect();
        App {
            id: ConnectionId(self.state.new_id()),
            customer,
            tenant,
            purpose,
            way: Way::SetUp,
            state: AppState::Working,
            display_name: set_up::steps::app_name(purpose).to_owned(),
            unique_name: self.state.new_id().to_string(),
            client_id: Some(ClientId(self.state.new_id())),
            object: None,
            principal: None,
            workloads,
            sharepoint_host: self.emulator.sharepoint_host(tenant.0),
            roles,
            set_up_at: Some(now),
            checked_at: Some(now),
            failed_at: None,
            first_token_at: None,
            removed_at: None,
            help: None,
            left: Vec::new(),
            created_at: now,
            version: 1,
        }
    }

    /// Registers it at the emulator, with this certificate and the permissions of its workloads.
    fn register(&self, app: &App, der: &[u8]) {
        let client = app.client_id.expect("a client id").0;
        self.emulator.put_application(Application {
            client_id: client,
            display_name: app.display_name.clone(),
            home_tenant: app.tenant.0,
            certificates: vec![STANDARD.encode(der)],
            ..Application::default()
        });
        self.grant_manifest(app);
    }

    /// Grants an app exactly the permissions of its workloads.
    pub(super) fn grant_manifest(&self, app: &App) {
        let client = app.client_id.expect("a client id").0;
        for resource in Resource::ALL {
            let wanted = manifest(&app.workloads, app.purpose).into_iter();
            self.emulator.grant_tenant_wide(&TenantGrant {
                tid: app.tenant.0,
                client,
                resource: resource.app_id(),
                scopes: std::collections::BTreeSet::new(),
                roles: wanted.filter(|one| one.resource == resource).map(|one| one.value.clone()).collect(),
            });
        }
    }
}
