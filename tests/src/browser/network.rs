//! What the browser sent, from its own log, and what it complained about.

use super::Browser;
use serde_json::Value;
use std::{collections::BTreeSet, sync::Mutex};
use thirtyfour::BrowserLogEntry;

/// What was read from the logs so far: each entry can be read once only.
#[derive(Default)]
pub struct Log {
    sent: Mutex<Vec<Sent>>,
    said: Mutex<Vec<BrowserLogEntry>>,
}

/// One request of the browser.
#[derive(Debug, Clone)]
pub struct Sent {
    /// `GET` and so on.
    pub method: String,
    /// With its query and fragment.
    pub url: String,
    /// The body, if any.
    pub body: String,
    /// The headers that the page set.
    pub headers: Value,
}

impl Browser {
    /// Everything that was sent so far.
    ///
    /// # Panics
    /// When the browser keeps no log.
    pub async fn sent(&self) -> Vec<Sent> {
        let entries = self.driver.get_log("performance").await.expect("the log");
        let mut sent = self.log.sent.lock().expect("not poisoned");
        sent.extend(entries.iter().filter_map(|entry| read(&entry.message)));
        sent.clone()
    }

    /// The requests with this method to this path.
    pub async fn sent_to(&self, method: &str, path: &str) -> Vec<Sent> {
        let is_it = |sent: &Sent| {
            sent.method == method && url::Url::parse(&sent.url).is_ok_and(|url| url.path().ends_with(path))
        };
        self.sent().await.into_iter().filter(is_it).collect()
    }

    /// All that must not be kept anywhere: codes, verifiers and tokens that this browser has sent or received.
    pub async fn secrets(&self) -> BTreeSet<String> {
        const NAMES: [&str; 5] = ["code", "code_verifier", "access_token", "id_token", "password"];
        let mut secrets = BTreeSet::new();
        for sent in self.sent().await {
            let Ok(url) = url::Url::parse(&sent.url) else { continue };
            let parts = [url.query().unwrap_or_default(), url.fragment().unwrap_or_default(), &sent.body];
            let pairs = parts.iter().flat_map(|part| url::form_urlencoded::parse(part.as_bytes()).into_owned());
            let json: Value = serde_json::from_str(&sent.body).unwrap_or_default();
            let members = NAMES.iter().filter_map(|name| Some(((*name).to_owned(), json[name].as_str()?.to_owned())));
            let named = pairs.chain(members).filter(|(name, value)| NAMES.contains(&name.as_str()) && value.len() > 8);
            secrets.extend(named.map(|(_, value)| value));
        }
        secrets
    }

    /// What the browser wrote into its console so far.
    ///
    /// # Panics
    /// When it keeps no log.
    pub async fn console(&self) -> Vec<BrowserLogEntry> {
        let entries = self.driver.get_log("browser").await.expect("the log");
        let mut said = self.log.said.lock().expect("not poisoned");
        said.extend(entries);
        said.clone()
    }

    /// From now on addresses like these (`*` stands for anything) do not answer, and all others do.
    pub async fn refuse(&self, addresses: &[&str]) {
        self.execute("Network.setBlockedURLs", serde_json::json!({ "urls": addresses })).await;
    }

    /// Nothing of ours was complained about: no violation of the policy, no error (H1, H2). The stand-in's own pages and
    /// answers that a test provokes (`expected` in the message) do not count.
    ///
    /// # Panics
    /// When there are complaints.
    pub async fn is_quiet(&self, expected: &[&str]) {
        let complaints: Vec<String> = self
            .console()
            .await
            .into_iter()
            .filter(|entry| matches!(entry.level.as_str(), "SEVERE" | "WARNING"))
            .map(|entry| entry.message)
            .filter(|message| !message.contains(&self.demo.login) && !message.contains("favicon.ico"))
            .filter(|message| !expected.iter().any(|known| message.contains(known)))
            .collect();
        assert_eq!(complaints, Vec::<String>::new(), "the browser complained");
    }
}

fn read(message: &str) -> Option<Sent> {
    let message: Value = serde_json::from_str(message).ok()?;
    let event = &message["message"];
    if event["method"] != "Network.requestWillBeSent" {
        return None;
    }
    let request = &event["params"]["request"];
    let url = format!("{}{}", request["url"].as_str()?, request["urlFragment"].as_str().unwrap_or_default());
    Some(Sent {
        method: request["method"].as_str()?.to_owned(),
        url,
        body: request["postData"].as_str().unwrap_or_default().to_owned(),
        headers: request["headers"].clone(),
    })
}
