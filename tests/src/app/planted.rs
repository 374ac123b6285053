//! A tenant's own app that Graph knows, without its set-up: it can add keys to itself and take them off.

use super::TestApp;
use base64::{Engine, engine::general_purpose::STANDARD};
use emulator::{DirectoryApplication, Plant, Taint};
use server::{
    services::{
        certificates::{self, Validity},
        renewal,
    },
    store::{apps::App, certificates::Certificate},
};
use shared::{
    api::apps::CertificateState,
    id::{ClientId, CustomerId, ObjectId, TenantId},
    rules::scopes::Purpose,
    workload::{Workload, Workloads},
};

impl TestApp {
    /// Gives the tenant of a customer an app for backups that has renewal, reminders and probe planned, as after a set-up.
    ///
    /// # Panics
    /// When something is refused.
    pub async fn plant_renewing_app(&self, customer: &str, validity: Validity) -> App {
        let customer = self.customer(customer).await;
        self.plant_renewing(customer.id, customer.tenant, validity).await
    }

    async fn plant_renewing(&self, customer: CustomerId, tenant: TenantId, validity: Validity) -> App {
        let state = &self.state;
        let now = state.now();
        let workloads: Workloads = [Workload::Exchange].into();
        let mut app = self.app_row(customer, tenant, Purpose::Backup, workloads);
        let made = certificates::make(state, self.organization, app.id, validity, None).await.expect("a key");
        let planted = self.emulator.plant_application(&Plant {
            tid: tenant.0,
            display_name: app.display_name.clone(),
            unique_name: Some(app.unique_name.clone()),
            service_principal: true,
            taint: Taint { certificates: vec![STANDARD.encode(&made.der)], ..Taint::default() },
        });
        let planted = planted.expect("an application");
        app.client_id = Some(ClientId(planted.app_id));
        app.object = Some(ObjectId(planted.id));
        let principals = self.emulator.service_principals();
        let principal = principals.iter().find(|one| one.tid == tenant.0 && one.app_id == planted.app_id);
        app.principal = principal.map(|one| ObjectId(one.id));
        let key_id = planted.keys.first().map(|key| key.key_id);
        self.grant_manifest(&app);
        let current = Certificate { state: CertificateState::Current, key_id, proved_at: Some(now), ..made };
        let tx = state.store.write(self.organization).await.expect("a transaction");
        tx.add_app(&app).await.expect("an app");
        tx.add_certificate(&current).await.expect("a certificate");
        renewal::plan(state, &tx, &app, &current).await.expect("a plan");
        tx.commit().await.expect("a commit");
        app
    }

    /// What the directory knows of an app.
    ///
    /// # Panics
    /// When it is not there.
    pub fn directory_app(&self, app: &App) -> DirectoryApplication {
        let client = app.client_id.expect("a client id").0;
        let found = self.emulator.directory_applications(app.tenant.0).into_iter().find(|one| one.app_id == client);
        found.expect("the application")
    }

    /// The certificates of an app, newest first.
    ///
    /// # Panics
    /// When the store fails.
    pub async fn certificates_of(&self, app: &App) -> Vec<Certificate> {
        let tx = self.state.store.read(self.organization).await.expect("a transaction");
        tx.list_certificates(&[app.id]).await.expect("certificates")
    }

    /// The app's record as it is now.
    ///
    /// # Panics
    /// When it is not there.
    pub async fn app_record(&self, app: &App) -> App {
        let tx = self.state.store.read(self.organization).await.expect("a transaction");
        tx.find_app(app.id).await.expect("an answer").expect("the app")
    }
}
