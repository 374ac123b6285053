//! Everything that a page keeps or shows, searched for what must not be there (security.md B8).

use super::Browser;
use serde_json::{Value, json};

const STORES: &str = r"
const done = arguments[arguments.length - 1];
const all = store => Object.fromEntries(Object.keys(store).map(key => [key, store.getItem(key)]));
Promise.all([indexedDB.databases(), caches.keys(), navigator.serviceWorker.getRegistrations()]).then(([databases, caches, workers]) => done({
    local: all(localStorage), session: all(sessionStorage), databases: databases.map(found => found.name), caches,
    workers: workers.length, cookies: document.cookie, address: location.href, referrer: document.referrer,
    window: window.name, history: JSON.stringify(history.state), document: document.documentElement.outerHTML,
    text: document.body.innerText, fields: [...document.querySelectorAll('input,textarea')].map(field => field.value),
}));
";

/// What this tab may remember, and only until it is back from Microsoft or the attempt ends.
const KEPT: [&str; 8] = [
    "rekey.connect.attempt",
    "rekey.connect.trip",
    "rekey.language",
    "rekey.sign_in",
    "rekey.return",
    "rekey.ended",
    "rekey.was_here",
    "rekey.chosen",
];

impl Browser {
    /// Looks everywhere: no token, no code, no verifier. To be called on a page of ours.
    ///
    /// # Panics
    /// When something is found, with where.
    pub async fn holds_no_secret(&self, step: &str) -> Value {
        let address = self.address().await;
        assert!(address.starts_with(&self.demo.portal), "{step}: at {address}, not on a page of ours");
        let dump = self.driver.execute_async(STORES, Vec::new()).await.expect("a dump").json().clone();
        let secrets = self.secrets().await;
        let history = self.execute("Page.getNavigationHistory", json!({})).await;
        let ours = |entry: &&Value| entry["url"].as_str().is_some_and(|url| url.starts_with(&self.demo.portal));
        let visited: Vec<&Value> = history["entries"].as_array().expect("entries").iter().filter(ours).collect();
        let said: Vec<String> = self.console().await.into_iter().map(|entry| entry.message).collect();
        let everywhere = [
            ("stores and page", dump.to_string()),
            ("history", json!(visited).to_string()),
            ("console", json!(said).to_string()),
        ];
        for (place, text) in &everywhere {
            for secret in &secrets {
                assert!(!text.contains(secret.as_str()), "{step}: a secret lies in {place}: {secret:.12}…");
            }
            assert_eq!(jwt(text), None, "{step}: a token lies in {place}");
        }
        for entry in &visited {
            let url = entry["url"].as_str().unwrap_or_default();
            let is_clean = !url.contains("code=") && !url.contains("state=") && !url.contains("id_token");
            assert!(is_clean, "{step}: the history holds {url}");
        }
        assert_eq!(dump["local"], json!({}), "{step}: localStorage");
        assert_eq!(dump["databases"], json!([]), "{step}: IndexedDB");
        assert_eq!(dump["caches"], json!([]), "{step}: caches");
        assert_eq!(dump["workers"], 0, "{step}: service workers");
        assert_eq!(dump["cookies"], "", "{step}: cookies that scripts can read");
        let kept = dump["session"].as_object().expect("sessionStorage");
        for name in kept.keys() {
            assert!(KEPT.contains(&name.as_str()), "{step}: sessionStorage keeps {name}");
        }
        let has_trip = kept.contains_key("rekey.connect.trip") || kept.contains_key("rekey.sign_in");
        assert_eq!(dump.to_string().contains("verifier\\\":\\\""), has_trip, "{step}: a verifier outside of a trip");
        dump
    }

    /// The name of whatever the page's tab remembers.
    pub async fn remembers(&self, name: &str) -> bool {
        let script = "return sessionStorage.getItem(arguments[0]) !== null";
        self.script(script, vec![json!(name)]).await.convert().unwrap_or_default()
    }
}

/// Something shaped like a token.
fn jwt(text: &str) -> Option<&str> {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    text.match_indices("eyJ").find_map(|(at, _)| {
        let rest = &text[at..];
        let end = rest.bytes().position(|byte| !is_part(byte) && byte != b'.').unwrap_or(rest.len());
        let token = &rest[..end];
        (token.matches('.').count() == 2 && token.len() > 40).then_some(token)
    })
}
