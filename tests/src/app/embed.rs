//! Steps of the embed over the API: what a console's server, its frame and the windows of the frame do.

use super::{
    OWNER, TestApp,
    client::{Answer, Client},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use server::{random::new_secret, seal::hash_secret};
use shared::api::{
    EMBED_HEADER,
    embed::{EmbedOriginView, EmbedSessionCreated, EmbedView, PopupOpened, PopupTied},
};

/// The origin of the console.
pub const CONSOLE: &str = "https://console.example.com";
/// Whoever looks at it, by the console's own id.
pub const HOST_USER: &str = "lena@console";

/// A window that a frame opened.
pub struct Window {
    /// What stands in its fragment.
    pub secret: String,
    /// What its frame knows of it.
    pub opened: PopupOpened,
}

/// The hash of a window's secret, as a frame announces it.
pub fn ticket_of(secret: &str) -> String {
    URL_SAFE_NO_PAD.encode(hash_secret(secret))
}

/// Another code than this one; `n` tells several apart.
///
/// # Panics
/// When the code is none.
pub fn wrong_code(code: &str, n: u32) -> String {
    let code: u32 = code.parse().expect("six digits");
    format!("{:06}", (code + 1 + n) % 1_000_000)
}

impl TestApp {
    /// The owner registers an origin.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn register_origin(&self, origin: &str) -> EmbedOriginView {
        let owner = self.session(&self.sign_in(OWNER).await);
        owner.post("/api/v1/embed-origins", &json!({ "origin": origin })).await.ok()
    }

    /// A body for a session: for hybrid, at [`CONSOLE`], of [`HOST_USER`], but for what is given.
    ///
    /// # Panics
    /// When what is given is no object.
    pub fn embed_body(&self, given: &Value) -> Value {
        let mut body = json!({ "method": "hybrid", "origin": CONSOLE, "host_user": HOST_USER });
        for (name, value) in given.as_object().expect("fields") {
            body[name] = value.clone();
        }
        body
    }

    /// The console's server makes a session.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn embed_session(&self, given: &Value) -> EmbedSessionCreated {
        self.key().post("/api/v1/embed-sessions", &self.embed_body(given)).await.ok()
    }

    /// A session for these sets.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn embed_sets(&self, external_ids: &[&str]) -> EmbedSessionCreated {
        let sets = self.ids(external_ids).await;
        self.embed_session(&json!({ "backup_sets": sets })).await
    }

    /// Sends an embed session's secret, as the frame does.
    pub fn frame(&self, secret: &str) -> Client {
        self.page().with(EMBED_HEADER, secret)
    }

    /// What the frame shows.
    ///
    /// # Panics
    /// When the secret opens nothing.
    pub async fn embed_view(&self, secret: &str) -> EmbedView {
        self.frame(secret).get("/api/v1/embed").await.ok()
    }

    /// The secret of a window to come.
    pub fn window_secret(&self) -> String {
        new_secret(&*self.state.random).expose().clone()
    }

    /// The frame announces a window.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn announce(&self, session: &str) -> Window {
        let secret = self.window_secret();
        let body = json!({ "ticket": ticket_of(&secret) });
        let opened = self.frame(session).post("/api/v1/embed/popups", &body).await.ok();
        Window { secret, opened }
    }

    /// The frame confirms what a window said.
    pub async fn confirm(&self, session: &str, window: &Window, challenge: &str) -> Answer {
        let path = format!("/api/v1/embed/popups/{}/confirm", window.opened.id);
        self.frame(session).post(&path, &json!({ "challenge": challenge })).await
    }

    /// A window shows that it is here.
    pub async fn arrive(&self, secret: &str) -> Answer {
        self.connect(secret).post("/api/v1/connect/popup", &json!({})).await
    }

    /// A window ties itself, by `challenge` or `code`.
    pub async fn tie(&self, secret: &str, by: &str, value: &str) -> Answer {
        self.connect(secret).post("/api/v1/connect/popup/tie", &json!({ by: value })).await
    }

    /// A window and its frame find each other through the opener; gives the secret for the connect page.
    ///
    /// # Panics
    /// When something is refused.
    pub async fn tied(&self, session: &str) -> String {
        let window = self.announce(session).await;
        let challenge = self.window_secret();
        let confirmed = self.confirm(session, &window, &challenge).await;
        assert_eq!(confirmed.status, 204, "{}", confirmed.text());
        let tied: PopupTied = self.tie(&window.secret, "challenge", &challenge).await.ok();
        tied.secret
    }
}
