//! The product as a person starts it: `rekey demo` as a process of its own, and the stand-in's control beside it.

use crate::{app::eventually, binary, databases::next_id};
use serde::Deserialize;
use serde_json::{Value, json};
use server::store::{DatabaseConfig, Store, embed::EmbedOrigin};
use shared::time::Timestamp;
use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::{SystemTime, UNIX_EPOCH},
};
use tempfile::TempDir;
use totp_rs::{Algorithm, Builder, Secret};
use uuid::Uuid;

/// A demo that runs; it stops when this is dropped.
pub struct Demo {
    /// What it said when it was ready.
    pub ready: Ready,
    http: reqwest::Client,
    process: Child,
    folder: TempDir,
}

/// The line for scripts.
#[derive(Debug, Clone, Deserialize)]
pub struct Ready {
    /// The portal's origin.
    pub portal: String,
    /// The origin of the host console.
    pub console: String,
    /// The sign-in service's origin.
    pub login: String,
    /// Graph's origin.
    pub graph: String,
    /// The stand-in's control.
    pub control: String,
    /// The sign-in service under TLS, for Microsoft's own client libraries.
    pub https_login: String,
    /// Graph under TLS.
    pub https_graph: String,
    /// The certificate to trust for these.
    pub ca_file: PathBuf,
    /// The four applications.
    pub registrations: Registrations,
    /// Everybody who can sign in.
    pub accounts: Vec<Account>,
    /// Who owns the sample organization.
    pub owner_sign_in: String,
    /// A key for the API.
    pub api_key: String,
}

/// Client ids of our applications at the stand-in.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Registrations {
    /// Rekey Sign-in.
    pub sign_in: Uuid,
    /// Rekey Access.
    pub access: Uuid,
    /// Rekey Setup Sign-in.
    pub setup_sign_in: Uuid,
    /// Rekey Setup.
    pub setup: Uuid,
}

/// Somebody who can sign in.
#[derive(Debug, Clone, Deserialize)]
pub struct Account {
    /// User name.
    pub username: String,
    /// Password.
    pub password: String,
    /// The authenticator's secret.
    pub totp_secret: Option<String>,
    /// The tenant's name.
    pub tenant: String,
    /// The tenant's id.
    pub tid: String,
    /// Directory roles.
    pub roles: Vec<String>,
}

impl Account {
    /// What the authenticator shows now.
    ///
    /// # Panics
    /// When there is none.
    #[expect(clippy::disallowed_methods, reason = "an authenticator goes by the wall clock")]
    pub fn code(&self) -> String {
        let secret = self.totp_secret.as_deref().unwrap_or_else(|| panic!("{} has no authenticator", self.username));
        let secret = Secret::try_from_base32(secret).expect("base32");
        let totp = Builder::new().with_algorithm(Algorithm::SHA1).with_digits(6).with_step_duration(30);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
        totp.with_secret(secret).build_noncompliant().generate(now).to_string()
    }
}

impl Demo {
    /// Starts a demo with a fresh world on free ports.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start() -> Self {
        let data = tempfile::tempdir().expect("a folder");
        let mut process = Command::new(binary::rekey())
            .args(["demo", "--json", "--port", "0", "--data"])
            .arg(data.path())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the demo starts");
        let mut line = String::new();
        let output = process.stdout.take().expect("its output");
        BufReader::new(output).read_line(&mut line).expect("its first line");
        let ready = serde_json::from_str(&line).unwrap_or_else(|error| panic!("the demo said {line:?}: {error}"));
        Self { ready, http: reqwest::Client::new(), process, folder: data }
    }

    /// Asks it to end, as whoever started it does, and waits until it has.
    ///
    /// # Panics
    /// When it does not end within a minute.
    pub async fn stop(mut self) -> ExitStatus {
        let told = Command::new("kill").arg(self.process.id().to_string()).status();
        assert!(told.is_ok_and(|status| status.success()), "it is told");
        let mut ended = None;
        eventually("the demo ends", async || {
            ended = self.process.try_wait().expect("its end");
            ended.is_some()
        })
        .await;
        ended.expect("it has ended")
    }

    /// The folder with its data.
    pub fn data(&self) -> &Path {
        self.folder.path()
    }

    /// Somebody of the scenario.
    ///
    /// # Panics
    /// When there is nobody of this name.
    pub fn account(&self, username: &str) -> Account {
        let found = self.ready.accounts.iter().find(|account| account.username == username);
        found.unwrap_or_else(|| panic!("nobody is called {username}")).clone()
    }

    /// Tells the stand-in something.
    ///
    /// # Panics
    /// When it refuses.
    pub async fn control(&self, path: &str, body: Value) {
        let answer = self.http.post(self.control_url(path)).json(&body).send().await.expect("the control answers");
        assert!(
            answer.status().is_success(),
            "{path}: {} {}",
            answer.status(),
            answer.text().await.unwrap_or_default()
        );
    }

    /// Forgets what the stand-in was told at `path`.
    ///
    /// # Panics
    /// When it refuses.
    pub async fn clear(&self, path: &str) {
        let answer = self.http.delete(self.control_url(path)).send().await.expect("the control answers");
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
    }

    /// What the stand-in was asked.
    ///
    /// # Panics
    /// When it does not tell.
    pub async fn requests(&self) -> Vec<Value> {
        let answer = self.http.get(self.control_url("requests")).send().await.expect("the control answers");
        answer.json().await.expect("a list of requests")
    }

    /// The applications of a tenant.
    ///
    /// # Panics
    /// When the stand-in does not tell.
    pub async fn directory_applications(&self, tid: &str) -> Vec<Value> {
        let path = self.control_url(&format!("directory-applications/{tid}"));
        let answer = self.http.get(path).send().await.expect("the control answers");
        answer.json().await.expect("a list of applications")
    }

    /// The requests for tokens among them.
    pub async fn token_requests(&self) -> Vec<Value> {
        let all = self.requests().await;
        let is_token =
            |request: &Value| request["path"].as_str().is_some_and(|path| path.ends_with("/oauth2/v2.0/token"));
        all.into_iter().filter(|request| is_token(request) && request["method"] == "POST").collect()
    }

    /// Sets a tenant's policies.
    pub async fn policies(&self, tid: &str, policies: Value) {
        self.control(&format!("tenants/{tid}/policies"), policies).await;
    }

    /// Asks the API, as a script with a key does.
    ///
    /// # Panics
    /// When it does not answer with JSON.
    pub async fn api(&self, path: &str) -> Value {
        let request = self.http.get(format!("{}{path}", self.ready.portal)).bearer_auth(&self.ready.api_key);
        request.send().await.expect("the API answers").json().await.expect("JSON")
    }

    /// A file of the web app.
    ///
    /// # Panics
    /// When it is not there.
    pub async fn file(&self, url: &str) -> Vec<u8> {
        let answer = self.http.get(url).send().await.expect("the server answers");
        answer.error_for_status().expect("a file").bytes().await.expect("its bytes").to_vec()
    }

    /// Puts the sample list in, without a browser.
    ///
    /// # Panics
    /// When the API refuses it.
    pub async fn import_sample(&self) {
        let list = std::fs::read_to_string(self.sample()).expect("the sample");
        let post =
            |path: String| self.http.post(format!("{}{path}", self.ready.portal)).bearer_auth(&self.ready.api_key);
        let answer = post("/api/v1/imports".to_owned()).header("content-type", "text/csv").body(list).send().await;
        let import: Value = answer.expect("the API answers").json().await.expect("an import");
        let id = import["id"].as_str().unwrap_or_else(|| panic!("no import: {import}"));
        let confirm = post(format!("/api/v1/imports/{id}/confirm")).json(&json!({ "leave_out_bad_lines": false }));
        let answer = confirm.send().await.expect("the API answers");
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap_or_default());
    }

    /// The sample list as a file.
    pub fn sample(&self) -> PathBuf {
        self.data().join("sample-backup-sets.csv")
    }

    /// Makes an authorization of all sets of these accounts, and gives the link for their holders.
    ///
    /// # Panics
    /// When the API refuses it.
    pub async fn link_for(&self, accounts: &[&str]) -> Link {
        let sets = self.api("/api/v1/backup-sets?limit=100").await;
        let all = sets["items"].as_array().expect("backup sets");
        let is_meant =
            |set: &&Value| set["covers"] == "own_account" && accounts.iter().any(|account| set["account"] == *account);
        let ids: Vec<&Value> = all.iter().filter(is_meant).map(|set| &set["id"]).collect();
        assert!(!ids.is_empty(), "no sets of {accounts:?}");
        let body = json!({ "backup_sets": ids, "method": "hybrid" });
        let made = self.post("/api/v1/authorizations", body).await;
        let authorization = made["id"].as_str().unwrap_or_else(|| panic!("not made: {made}")).to_owned();
        self.new_link(&authorization).await
    }

    /// Another link to an authorization.
    ///
    /// # Panics
    /// When the API refuses it.
    pub async fn new_link(&self, authorization: &str) -> Link {
        let link = self.post(&format!("/api/v1/authorizations/{authorization}/connect-link"), json!({})).await;
        let url = link["url"].as_str().unwrap_or_else(|| panic!("no link: {link}")).to_owned();
        Link { authorization: authorization.to_owned(), url }
    }

    /// Tells the API something, as a script with a key does.
    ///
    /// # Panics
    /// When it does not answer with JSON.
    pub async fn post(&self, path: &str, body: Value) -> Value {
        let request = self.http.post(format!("{}{path}", self.ready.portal)).bearer_auth(&self.ready.api_key);
        request.json(&body).send().await.expect("the API answers").json().await.expect("JSON")
    }

    /// Lets an origin show Rekey, as the portal's page does; gives the organization.
    ///
    /// # Panics
    /// When the database refuses.
    pub async fn allow_origin(&self, origin: &str) -> String {
        let path = self.data().join("rekey.db");
        let store = Store::open(&DatabaseConfig::Sqlite { path }).await.expect("the demo's database");
        let all = store.read_system().await.expect("a transaction").list_organizations().await.expect("organizations");
        let organization = all.first().expect("an organization").id;
        let tx = store.write(organization).await.expect("a transaction");
        let one = EmbedOrigin {
            id: next_id(),
            origin: origin.to_owned(),
            created_at: Timestamp(0),
            created_by: "Maya".to_owned(),
        };
        assert!(tx.add_embed_origin(&one).await.expect("an origin"), "{origin} is there already");
        tx.commit().await.expect("stored");
        organization.to_string()
    }

    /// Makes an embed session for the own sets of an account; gives its secret.
    ///
    /// # Panics
    /// When the API refuses it.
    pub async fn embed_session(&self, origin: &str, account: &str, method: &str) -> String {
        let sets = self.api("/api/v1/backup-sets?limit=100").await;
        let all = sets["items"].as_array().expect("backup sets");
        let is_meant = |set: &&Value| set["covers"] == "own_account" && set["account"] == *account;
        let ids: Vec<&Value> = all.iter().filter(is_meant).map(|set| &set["id"]).collect();
        let body = json!({ "backup_sets": ids, "method": method, "origin": origin, "host_user": "ann" });
        let made = self.post("/api/v1/embed-sessions", body).await;
        made["secret"].as_str().unwrap_or_else(|| panic!("no session: {made}")).to_owned()
    }

    /// Lets the stand-in's sign-in pages send `Cross-Origin-Opener-Policy: same-origin`, as Microsoft's may.
    ///
    /// # Panics
    /// When it refuses.
    pub async fn sever_openers(&self) {
        let answer = self.http.get(self.control_url("applications")).send().await.expect("the control answers");
        let all: Vec<Value> = answer.json().await.expect("applications");
        for mut one in all {
            one["coop_enforcement"] = json!("enforce");
            self.control("applications", one).await;
        }
    }

    /// The events of this kind in the audit trail.
    ///
    /// # Panics
    /// When there is no trail.
    pub async fn audited(&self, event: &str) -> usize {
        let page = self.api("/api/v1/audit?limit=200").await;
        let entries = page["items"].as_array().expect("entries");
        entries.iter().filter(|entry| entry["event"] == event).count()
    }

    fn control_url(&self, path: &str) -> String {
        format!("{}/{path}", self.ready.control)
    }
}

/// A link to the connect page.
#[derive(Debug, Clone)]
pub struct Link {
    /// Which authorization.
    pub authorization: String,
    /// Where it leads.
    pub url: String,
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.process.id().to_string()).status();
        let _ = self.process.wait();
    }
}
