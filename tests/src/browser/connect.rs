//! The connect page. Each of its pages has a name, which stands in `data-page`.

use super::{Browser, LOOK};
use crate::demo::Account;
use std::time::Duration;
use tokio::time::Instant;

/// How long nobody does anything.
const A_WHILE: Duration = Duration::from_secs(90);

impl Browser {
    /// Waits for a page of the connect page; gives its words.
    pub async fn sees_page(&self, name: &str) -> String {
        self.read(&format!(".connect[data-page={name}]"), "").await;
        self.read(&format!(".connect[data-page={name}] main"), "").await
    }

    /// Presses a button by what it does.
    pub async fn presses(&self, press: &str) {
        self.click(&format!("[data-press={press}]:not([aria-disabled])")).await;
    }

    /// Asks for pages in this language, as a browser of that country does.
    pub async fn speaks(&self, language: &str) {
        self.execute("Network.enable", serde_json::json!({})).await;
        let headers = serde_json::json!({ "headers": { "Accept-Language": language } });
        self.execute("Network.setExtraHTTPHeaders", headers).await;
    }

    /// Opens a link and goes on to Microsoft.
    pub async fn follow(&self, link: &str) {
        self.open(link).await;
        self.sees_page("asked").await;
        self.presses("go").await;
        self.at_microsoft().await;
    }

    /// Opens a link and signs in, up to the page that asks to check and save.
    pub async fn connect_as(&self, link: &str, account: &Account) {
        self.follow(link).await;
        self.sign_in_as(account).await;
        self.sees_page("review").await;
    }

    /// The page comes without anybody's doing, within a minute or so.
    ///
    /// # Panics
    /// When it does not.
    pub async fn moves_on_by_itself(&self, name: &str) {
        let css = format!(".connect[data-page={name}]");
        let begun = Instant::now();
        while begun.elapsed() < A_WHILE {
            if self.count(&css).await > 0 {
                return;
            }
            tokio::time::sleep(LOOK).await;
        }
        panic!("the page {name} did not come by itself");
    }
}
