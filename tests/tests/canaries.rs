//! Secrets are nowhere but where they belong (L3, J7, S5, S6): every line of the log at its finest, every byte of the
//! database and every answer of a refusal is searched for every secret that a whole road has known.
//!
//! A binary of its own: the log of the whole process is caught.

mod canaries {
    pub mod modern;
}

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use emulator::{
    Effect, Fault,
    scenario::{ConditionalAccess, Policies, Requirement, Stage},
};
use rekey_tests::{
    app::{Backend, OWNER, TestApp, eventually},
    person::Tokens,
};
use serde_json::{Value, json};
use server::store::DatabaseConfig;
use shared::api::{authorizations::SignInState, connect::ConnectView, problem::Problem};
use std::{
    fmt::Write as _,
    io,
    sync::{Arc, Mutex},
};
use tracing_subscriber::fmt::MakeWriter;

/// Everything that was logged.
#[derive(Clone, Default)]
struct Caught(Arc<Mutex<Vec<u8>>>);

impl Caught {
    /// What was logged since it was last asked.
    fn take(&self) -> String {
        String::from_utf8(std::mem::take(&mut *self.0.lock().unwrap())).unwrap()
    }
}

impl io::Write for Caught {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Caught {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// A secret with a name for the message.
struct Canary {
    name: &'static str,
    text: String,
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    })
}

/// The forms in which a secret could lie about.
fn forms(text: &str) -> Vec<String> {
    let hex = hex(text.as_bytes());
    let numbers = format!("{:?}", text.as_bytes());
    vec![text.to_owned(), hex.clone(), hex.to_uppercase(), numbers]
}

fn search(place: &str, haystack: &[u8], canaries: &[Canary]) {
    // What is no text becomes another character: secrets and their forms are plain ones.
    let text = String::from_utf8_lossy(haystack);
    for canary in canaries {
        assert!(canary.text.len() >= 8, "{} is too short to be searched for", canary.name);
        for form in forms(&canary.text) {
            assert!(!text.contains(&form), "{place} holds {}", canary.name);
        }
    }
}

/// Text of both tokens, and the signature alone: a prefix of a token must not be there either.
fn tokens(canaries: &mut Vec<Canary>, tokens: &Tokens) {
    for (name, text) in [("an access token", &tokens.access), ("an ID token", &tokens.id)] {
        let parts: Vec<&str> = text.split('.').collect();
        canaries.push(Canary { name, text: parts[1].to_owned() });
        canaries.push(Canary { name, text: parts[2].to_owned() });
    }
}

/// Secrets that were there before: passwords, phones, keys.
fn standing(app: &TestApp, canaries: &mut Vec<Canary>) {
    for person in app.emulator.scenario().tenants.iter().flat_map(|tenant| &tenant.people) {
        canaries.push(Canary { name: "a password", text: person.password.clone() });
        canaries.extend(person.totp_secret.iter().map(|text| Canary { name: "a phone's secret", text: text.clone() }));
    }
    for entry in std::fs::read_dir(app.data().join("keys")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "key") {
            let text = std::fs::read_to_string(&path).unwrap().trim().to_owned();
            let bytes = URL_SAFE_NO_PAD.decode(&text).expect("a key file");
            canaries.push(Canary { name: "the master key", text });
            canaries.push(Canary { name: "the master key", text: hex(&bytes) });
        }
    }
    let private = std::fs::read_to_string(app.data().join("access.key.pem")).unwrap();
    canaries.push(Canary { name: "the certificate's key", text: private.lines().nth(3).unwrap().to_owned() });
}

/// The hybrid road, well and badly, and what a member does.
async fn hybrid(backend: Backend, caught: &Caught) {
    let mut app = TestApp::start(backend).await;
    let mut canaries = vec![Canary { name: "the API key", text: app.api_key.clone() }];
    let mut keep = |name: &'static str, text: &str| canaries.push(Canary { name, text: text.to_owned() });
    app.import_sample().await;
    let cookie = app.sign_in(OWNER).await;
    keep("a session's secret", cookie.split_once('=').unwrap().1);
    let made: Value = app.session(&cookie).post("/api/v1/api-keys", &json!({ "name": "jobs" })).await.ok();
    keep("another API key", made["secret"].as_str().unwrap());

    // A road that goes well, with a challenge before it.
    let tid = app.identity("backup@contoso.com").0.0;
    let rule = ConditionalAccess {
        stages: vec![Stage::OnBehalfOf],
        require: Requirement::Claims,
        ..ConditionalAccess::default()
    };
    keep("a claims challenge", &rule.id.to_string());
    let policies = Policies { conditional_access: vec![rule], ..Policies::default() };
    app.emulator.set_policies(tid, policies).unwrap();
    let road = app.before_save(&["CON-001"], "backup@contoso.com").await;
    keep("a link's secret", &road.link);
    keep("an attempt's secret", &road.attempt.secret);
    assert_eq!(app.save(&road.attempt.secret, &road.tokens).await.status, 401);
    let next = app.attempt(&road.attempt.secret, road.authorization.sign_ins[0].id).await;
    keep("an attempt's secret", &next.secret);
    let stepped = app.person("backup@contoso.com").sign_in(&next).await;
    let done: ConnectView = app.save(&next.secret, &stepped).await.ok();
    assert_eq!(done.sign_in.state, SignInState::Done);
    for token in app.refresh_tokens().await {
        keep("a refresh token", &token);
    }

    // A Save that waits for an approval keeps its token, sealed.
    let waiting = app.before_save(&["FAB-001"], "backup@fabrikam.com").await;
    keep("an attempt's secret", &waiting.attempt.secret);
    app.save(&waiting.attempt.secret, &waiting.tokens).await;

    // Refusals: by us, by Microsoft, with an answer that cannot be read, and a server that is replaced meanwhile.
    let mut bodies = Vec::new();
    let mixed = Tokens { access: waiting.tokens.access.clone(), id: stepped.id.clone() };
    let refused = app.before_save(&["CON-009"], "priya.shah@contoso.com").await;
    let mut told = Vec::new();
    for tokens in [&mixed, &stepped] {
        let answer = app.save(&refused.attempt.secret, tokens).await;
        told.push(answer.json::<Problem>().request_id);
        bodies.extend(answer.body);
    }
    let broken = json!({ "access_token": "canary-of-a-broken-answer", "token_type": 7, "refresh_token": "canary-of-a-broken-answer" });
    keep("a broken answer", "canary-of-a-broken-answer");
    let effect = Effect { body: Some(broken), ..Effect::default() };
    app.emulator.set_policies(tid, Policies::default()).unwrap();
    app.emulator.set_fault(Fault { endpoint: Some("token".to_owned()), effect, times: Some(1), ..Fault::default() });
    bodies.extend(app.save(&refused.attempt.secret, &refused.tokens).await.body);
    app.emulator.clear_faults();
    let guess = "a-guess-of-a-secret-0123456789";
    keep("a guessed secret", guess);
    bodies.extend(app.connect(guess).get("/api/v1/connect").await.body);
    bodies.extend(app.with_key(&format!("rekey_{guess}")).get("/api/v1/overview").await.body);
    bodies.extend(app.anonymous().get(&format!("/connect?secret={guess}")).await.body);
    let odd = json!({ "access_token": guess, "id_token": guess });
    bodies.extend(app.connect(&refused.attempt.secret).post("/api/v1/connect/save", &odd).await.body);
    app.restart().await;
    app.advance(4 * 24 * 3600);
    let first = app.refresh_tokens().await;
    eventually("a beat", async || app.refresh_tokens().await != first).await;
    for token in app.refresh_tokens().await {
        keep("a refresh token", &token);
    }
    app.emulator.revoke_user("backup@contoso.com").unwrap();
    app.advance(4 * 24 * 3600);
    eventually("a failed beat", async || app.dump().await["connections"].iter().any(|row| row.contains("doubtful")))
        .await;

    tokens(&mut canaries, &road.tokens);
    tokens(&mut canaries, &stepped);
    tokens(&mut canaries, &waiting.tokens);
    tokens(&mut canaries, &refused.tokens);
    standing(&app, &mut canaries);
    let log = nowhere(app, &canaries, &bodies, caught).await;
    assert!(log.contains("/api/v1/connect/save"));
    assert_eq!(told.len(), 2);
    for request in told {
        refused_with(&log, &request);
    }
}

/// L3: whoever was shown an id finds with it why a token was refused, in whose organization, and by which link it came.
fn refused_with(log: &str, request: &str) {
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let about: Vec<Value> = lines.filter(|line| line["request_id"] == request && line["level"] == "WARN").collect();
    assert_eq!(about.len(), 1, "{about:?}");
    let line = &about[0];
    assert!(line["organization"].is_string(), "{line}");
    assert!(line["actor"].as_str().is_some_and(|actor| actor.starts_with("link:")), "{line}");
    assert!(line["fields"]["reason"].is_string() || line["fields"]["message"].is_string(), "{line}");
}

/// Searches everything that is left behind. The server stops; gives the log.
async fn nowhere(mut app: TestApp, canaries: &[Canary], bodies: &[u8], caught: &Caught) -> String {
    let dump = app.dump().await;
    app.stop().await;
    let rows = dump.values().flatten().cloned().collect::<Vec<_>>().join("\n");
    // The search finds what is there: the fleet's names in the rows.
    assert!(rows.contains("CON-001"));
    search("a row", rows.as_bytes(), canaries);
    search("an answer", bodies, canaries);
    if let DatabaseConfig::Sqlite { path } = &app.database.config {
        for suffix in ["", "-wal", "-shm"] {
            let file = format!("{}{suffix}", path.display());
            search(&file, &std::fs::read(&file).unwrap(), canaries);
        }
    }
    let heads = std::fs::read(app.audit_heads()).unwrap();
    assert!(!heads.is_empty());
    search("the published heads", &heads, canaries);
    let log = caught.take();
    search("the log", log.as_bytes(), canaries);
    // Nor any other token that Microsoft signed, nor an assertion of ours: of a JWT the second part begins like this.
    let bodies = String::from_utf8_lossy(bodies);
    for (place, text) in [("the log", log.as_str()), ("a row", &rows), ("an answer", &bodies)] {
        assert!(!text.contains(".eyJ"), "{place} holds a signed token");
    }
    log
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn l3_j7_s5_s6_secrets_are_in_no_log_row_file_or_answer() {
    let caught = Caught::default();
    // What the server logs, and everything beneath it; the emulator is Microsoft's side.
    let filter = tracing_subscriber::EnvFilter::new("trace,emulator=off,rekey_emulator=off");
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(caught.clone()).json();
    let subscriber = lines.with_span_list(false).map_event_format(server::cli::log::Lines).finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    for backend in [Backend::Sqlite, Backend::Postgres] {
        hybrid(backend, &caught).await;
        canaries::modern::modern(backend, &caught).await;
    }
}

#[test]
fn the_search_finds_a_secret_in_each_of_its_forms() {
    let canaries = [Canary { name: "x", text: "canary-123".to_owned() }];
    for form in forms("canary-123") {
        let text = [b"before \xff".as_slice(), form.as_bytes(), b" after"].concat();
        let found = std::panic::catch_unwind(|| search("here", &text, &canaries));
        assert!(found.is_err());
    }
    search("here", b"canary-12 3", &canaries);
}
