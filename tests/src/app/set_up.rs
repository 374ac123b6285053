//! Steps of setting up modern over the API.

use super::{TestApp, road::Before};
use shared::{
    api::{
        apps::AppView,
        authorizations::{AuthorizationView, CreateAuthorization, SignInState},
        connect::ConnectView,
        page::Page,
    },
    id::AuthorizationId,
    method::Method,
    rules::scopes::Purpose,
};

/// The Global Administrator of Contoso in the demo's world.
pub const ADMINISTRATOR: &str = "anna.berg@contoso.com";

impl TestApp {
    /// Creates an authorization for modern.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn authorize_modern(&self, external_ids: &[&str]) -> AuthorizationView {
        let request = CreateAuthorization::new(self.ids(external_ids).await, Method::Modern);
        self.create_authorization(&request).await
    }

    /// Creates an authorization.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn create_authorization(&self, request: &CreateAuthorization) -> AuthorizationView {
        self.key().post("/api/v1/authorizations", request).await.ok()
    }

    /// Goes to Microsoft and back for an authorization, up to the moment before Save.
    ///
    /// # Panics
    /// When something is refused.
    pub async fn administrator_before_save(&self, authorization: AuthorizationView, username: &str) -> Before {
        let link = self.link(authorization.id).await;
        let sign_in = authorization.sign_ins.first().expect("a sign-in").id;
        let attempt = self.attempt(&link, sign_in).await;
        let tokens = self.person(username).sign_in(&attempt).await;
        Before { authorization, link, attempt, tokens }
    }

    /// Presses Save and waits until the set-up stops or ends.
    ///
    /// # Panics
    /// When Save is refused.
    pub async fn save_and_settle(&self, before: &Before) -> ConnectView {
        let answer = self.save(&before.attempt.secret, &before.tokens).await;
        assert!(matches!(answer.status, 200 | 202), "{}", answer.text());
        let mut live = self.connect(&before.attempt.secret).live("/api/v1/connect/live").await;
        live.until(|view: &ConnectView| view.sign_in.state != SignInState::Working).await
    }

    /// The whole road to modern for sets of Contoso: they are modern afterwards.
    ///
    /// # Panics
    /// When something is refused.
    pub async fn set_up(&self, external_ids: &[&str]) -> Before {
        let before = self.administrator_before_save(self.authorize_modern(external_ids).await, ADMINISTRATOR).await;
        let view = self.save_and_settle(&before).await;
        assert_eq!(view.sign_in.state, SignInState::Done, "{:?} {:?}", view.sign_in.problem, view.sign_in.steps);
        before
    }

    /// The apps of the organization.
    ///
    /// # Panics
    /// When they cannot be listed.
    pub async fn apps(&self) -> Vec<AppView> {
        let page: Page<AppView> = self.key().get("/api/v1/apps").await.ok();
        page.items
    }

    /// The app of a purpose.
    ///
    /// # Panics
    /// When there is none.
    pub async fn app(&self, purpose: Purpose) -> AppView {
        self.apps().await.into_iter().find(|app| app.purpose == purpose).expect("an app")
    }

    /// Presses Save for an account or tenant that is connected already, and waits.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn save_connected(&self, authorization: &AuthorizationView) -> AuthorizationView {
        let sign_in = authorization.sign_ins.first().expect("a sign-in").id;
        let path = format!("/api/v1/authorizations/{}/sign-ins/{sign_in}/save", authorization.id);
        let _: AuthorizationView = self.key().post(&path, &serde_json::json!({})).await.ok();
        self.settled(authorization.id).await
    }

    /// Waits until nobody works on an authorization.
    ///
    /// # Panics
    /// When the live view ends.
    pub async fn settled(&self, id: AuthorizationId) -> AuthorizationView {
        let mut live = self.key().live(&format!("/api/v1/authorizations/{id}/live")).await;
        live.until(|view: &AuthorizationView| view.sign_ins.iter().all(|one| one.state != SignInState::Working)).await
    }
}
