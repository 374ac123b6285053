//! Steps of the main road over the API, for tests that begin further along.

use super::{TestApp, client::Answer};
use crate::person::Tokens;
use server::{cli::demo::world, seal::SealContext, services::save, state::AppState};
use shared::{
    api::{
        authorizations::{AuthorizationView, ConnectLink, CreateAuthorization, SignInState},
        backup_sets::BackupSetView,
        connect::{AttemptStart, ConnectView, Save, StartAttempt},
        customers::CustomerView,
        imports::{ConfirmImport, ImportView},
        page::Page,
    },
    id::{AuthorizationId, BackupSetId, SignInId},
    method::Method,
};

impl TestApp {
    /// Uploads a list and confirms it.
    ///
    /// # Panics
    /// When a line is bad.
    pub async fn import(&self, csv: &str) -> ImportView {
        let preview: ImportView = self.key().upload_csv("/api/v1/imports", csv.to_owned()).await.ok();
        assert_eq!(preview.bad_lines, []);
        let path = format!("/api/v1/imports/{}/confirm", preview.id);
        self.key().post(&path, &ConfirmImport::default()).await.ok()
    }

    /// The demo's list.
    pub async fn import_sample(&self) -> ImportView {
        self.import(world::SAMPLE).await
    }

    /// All backup sets of the organization.
    ///
    /// # Panics
    /// When they cannot be listed.
    pub async fn sets(&self) -> Vec<BackupSetView> {
        let mut all = Vec::new();
        let mut path = "/api/v1/backup-sets?limit=100".to_owned();
        loop {
            let page: Page<BackupSetView> = self.key().get(&path).await.ok();
            all.extend(page.items);
            let Some(next) = page.next else { return all };
            path = format!("/api/v1/backup-sets?limit=100&cursor={next}");
        }
    }

    /// The set with this id of the backup product.
    ///
    /// # Panics
    /// When there is none.
    pub async fn set(&self, external_id: &str) -> BackupSetView {
        let found = self.sets().await.into_iter().find(|set| set.external_id == external_id);
        found.unwrap_or_else(|| panic!("no set {external_id}"))
    }

    /// Their ids, in this order.
    ///
    /// # Panics
    /// When one is missing.
    pub async fn ids(&self, external_ids: &[&str]) -> Vec<BackupSetId> {
        let all = self.sets().await;
        let id = |name: &&str| all.iter().find(|set| set.external_id == **name).expect("a set of the list").id;
        external_ids.iter().map(id).collect()
    }

    /// A request for hybrid.
    pub async fn hybrid(&self, external_ids: &[&str]) -> CreateAuthorization {
        CreateAuthorization::new(self.ids(external_ids).await, Method::Hybrid)
    }

    /// Creates an authorization.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn authorize(&self, external_ids: &[&str]) -> AuthorizationView {
        let request = self.hybrid(external_ids).await;
        self.key().post("/api/v1/authorizations", &request).await.ok()
    }

    /// An authorization as it is now.
    ///
    /// # Panics
    /// When there is none.
    pub async fn authorization(&self, id: AuthorizationId) -> AuthorizationView {
        self.key().get(&format!("/api/v1/authorizations/{id}")).await.ok()
    }

    /// Makes a link; gives its secret.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn link(&self, id: AuthorizationId) -> String {
        let path = format!("/api/v1/authorizations/{id}/connect-link");
        let link: ConnectLink = self.key().post(&path, &serde_json::json!({})).await.ok();
        let (page, secret) = link.url.split_once('#').expect("a secret in the fragment");
        assert_eq!(page, format!("{}/connect", self.origin));
        secret.to_owned()
    }

    /// The connect page's view.
    ///
    /// # Panics
    /// When the secret opens nothing.
    pub async fn view(&self, secret: &str) -> ConnectView {
        self.connect(secret).get("/api/v1/connect").await.ok()
    }

    /// Begins an attempt.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn attempt(&self, secret: &str, sign_in: SignInId) -> AttemptStart {
        let body = StartAttempt { sign_in, start_over: false };
        self.connect(secret).post("/api/v1/connect/attempts", &body).await.ok()
    }

    /// Presses Save.
    pub async fn save(&self, secret: &str, tokens: &Tokens) -> Answer {
        self.connect(secret).post("/api/v1/connect/save", &tokens.save()).await
    }

    /// Carries on after a consent or an approval.
    pub async fn carry_on(&self, secret: &str) -> Answer {
        self.connect(secret).post("/api/v1/connect/continue", &serde_json::json!({})).await
    }

    /// Authorizes sets of one account and goes to Microsoft and back, up to the moment before Save.
    ///
    /// # Panics
    /// When something is refused.
    pub async fn before_save(&self, external_ids: &[&str], username: &str) -> Before {
        let authorization = self.authorize(external_ids).await;
        let link = self.link(authorization.id).await;
        let sign_in = authorization.sign_ins.first().expect("a sign-in").id;
        let attempt = self.attempt(&link, sign_in).await;
        let tokens = self.person(username).sign_in(&attempt).await;
        Before { authorization, link, attempt, tokens }
    }

    /// The whole road for sets of one account whose tenant has approved: they are hybrid afterwards.
    ///
    /// # Panics
    /// When something is refused.
    pub async fn connect_account(&self, external_ids: &[&str], username: &str) -> Before {
        let before = self.before_save(external_ids, username).await;
        let view: ConnectView = self.save(&before.attempt.secret, &before.tokens).await.ok();
        assert_eq!(view.sign_in.state, SignInState::Done, "{:?}", view.sign_in.problem);
        before
    }

    /// Waits, on the connect page's live view, until the sign-in in hand is in this state.
    pub async fn until(&self, secret: &str, state: SignInState) -> ConnectView {
        let mut live = self.connect(secret).live("/api/v1/connect/live").await;
        live.until(|view: &ConnectView| view.sign_in.state == state).await
    }

    /// The stored refresh tokens, opened: what must be nowhere else.
    ///
    /// # Panics
    /// When one does not open.
    pub async fn refresh_tokens(&self) -> Vec<String> {
        self.refresh_tokens_by(&self.state).await
    }

    /// The same with other handles, such as another keyring.
    ///
    /// # Panics
    /// When one does not open.
    pub async fn refresh_tokens_by(&self, state: &AppState) -> Vec<String> {
        let tx = state.store.read(self.organization).await.expect("a transaction");
        let mut found = Vec::new();
        for customer in tx.list_customers("", None, 500).await.expect("customers") {
            for one in tx.list_connections(&[customer.id]).await.expect("connections") {
                let (organization, kind, row) = (self.organization, save::REFRESH, one.id.0);
                let context = SealContext { organization, kind, row, version: one.token_version };
                let opened = state.keyring.open(&context, &one.refresh_token).expect("the seal opens");
                found.push(String::from_utf8(opened.expose().clone()).expect("text"));
            }
        }
        found
    }

    /// The customer of this name.
    ///
    /// # Panics
    /// When there is none.
    pub async fn customer(&self, name: &str) -> CustomerView {
        let page: Page<CustomerView> = self.key().get("/api/v1/customers?limit=100").await.ok();
        page.items.into_iter().find(|customer| customer.name == name).expect("the customer")
    }
}

/// Everything about a sign-in that came back from Microsoft and was not saved.
pub struct Before {
    /// What was authorized.
    pub authorization: AuthorizationView,
    /// The link's secret.
    pub link: String,
    /// The attempt.
    pub attempt: AttemptStart,
    /// Microsoft's tokens.
    pub tokens: Tokens,
}

impl Tokens {
    /// The body of a Save.
    pub fn save(&self) -> Save {
        Save { access_token: self.access.clone(), id_token: self.id.clone() }
    }
}
