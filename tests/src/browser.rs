//! A person at a real browser: Chromium, driven over WebDriver. Verbs that wait for what they need; nothing sleeps.

mod cdp;
mod chromedriver;
pub mod connect;
pub mod console;
pub mod dump;
pub mod keyboard;
pub mod microsoft;
pub mod network;
pub mod portal;
pub mod probes;

use crate::demo::Demo;
use base64::{Engine, prelude::BASE64_STANDARD};
use cdp::Execute;
use chromedriver::Chromedriver;
use serde_json::{Value, json};
use std::{fs, future::Future, mem::ManuallyDrop, path::PathBuf, time::Duration};
use thirtyfour::{prelude::*, session::scriptret::ScriptRet};
use tokio::time::Instant;

/// The longest that anything may take to appear.
const PATIENCE: Duration = Duration::from_secs(30);
/// How high a window is.
const HEIGHT: u32 = 900;
/// How long between two looks.
const LOOK: Duration = Duration::from_millis(40);

const INTO_VIEW: &str = "document.querySelector(arguments[0])?.scrollIntoView({ block: 'center' })";

/// A demo, and as many browsers as a test needs.
pub struct Stage {
    // First, so that the browsers are gone before what they look at.
    chromedriver: Chromedriver,
    /// The product.
    pub demo: Demo,
}

impl Stage {
    /// Starts a demo with an empty organization.
    pub fn empty() -> Self {
        Self { chromedriver: Chromedriver::start(), demo: Demo::start() }
    }

    /// Starts a demo that has the sample list.
    pub async fn with_sample() -> Self {
        let stage = Self::empty();
        stage.demo.import_sample().await;
        stage
    }

    /// Somebody else's browser: nothing in it is known to the others.
    ///
    /// # Panics
    /// When Chromium does not start.
    pub async fn browser(&self) -> Browser {
        let driver = WebDriver::new(self.chromedriver.url(), chromedriver::capabilities()).await;
        let driver = driver.expect("Chromium starts (apt-get install chromium chromium-driver)");
        Browser { driver: ManuallyDrop::new(driver), demo: self.demo.ready.clone(), log: network::Log::default() }
    }
}

/// A browser with one person before it.
pub struct Browser {
    // Its own end waits for an answer that a stopped runtime cannot bring; chromedriver ends it.
    driver: ManuallyDrop<WebDriver>,
    demo: crate::demo::Ready,
    log: network::Log,
}

impl Browser {
    /// Opens an address; one that begins with `/` is the portal's.
    ///
    /// # Panics
    /// When that fails.
    pub async fn open(&self, address: &str) {
        let url = if address.starts_with('/') { format!("{}{address}", self.demo.portal) } else { address.to_owned() };
        self.driver.goto(url).await.expect("the page opens");
    }

    /// Waits until an element is there and can be seen.
    pub async fn see(&self, css: &str) -> WebElement {
        let found = self.within(css, || async {
            for element in self.driver.find_all(By::Css(css)).await.ok()? {
                if element.is_displayed().await.ok()? {
                    return Some(element);
                }
            }
            None
        });
        found.await
    }

    /// Waits until an element's text contains `text`; gives all of it.
    pub async fn read(&self, css: &str, text: &str) -> String {
        let what = format!("{text:?} in {css}");
        self.within(&what, || async {
            let shown = self.driver.find(By::Css(css)).await.ok()?.text().await.ok()?;
            shown.contains(text).then_some(shown)
        })
        .await
    }

    /// Waits until the page shows `text`.
    pub async fn hears(&self, text: &str) -> String {
        self.read("body", text).await
    }

    /// Clicks; again when what was there has just been drawn anew.
    pub async fn click(&self, css: &str) {
        let what = format!("a click on {css}");
        self.within(&what, || async {
            let element = self.driver.find(By::Css(css)).await.ok()?;
            if element.click().await.is_ok() {
                return Some(());
            }
            // Behind a bar that stays in place: a person scrolls on.
            let _ = self.driver.execute(INTO_VIEW, vec![json!(css)]).await;
            None
        })
        .await;
    }

    /// Writes into a field, in place of what was there.
    pub async fn fill(&self, css: &str, text: &str) {
        let what = format!("{css} to be filled");
        self.within(&what, || async {
            let field = self.driver.find(By::Css(css)).await.ok()?;
            field.clear().await.ok()?;
            field.send_keys(text).await.ok()
        })
        .await;
    }

    /// Gives a file to a file field.
    pub async fn choose_file(&self, css: &str, file: &std::path::Path) {
        let path = file.to_string_lossy().into_owned();
        self.within(css, || async { self.driver.find(By::Css(css)).await.ok()?.send_keys(path.as_str()).await.ok() })
            .await;
    }

    /// Presses keys where the focus is.
    ///
    /// # Panics
    /// When there is no focus.
    pub async fn press(&self, keys: impl Into<thirtyfour::TypingData>) {
        let focused = self.driver.active_element().await.expect("something has the focus");
        focused.send_keys(keys).await.expect("keys arrive");
    }

    /// How many elements there are.
    pub async fn count(&self, css: &str) -> usize {
        self.driver.find_all(By::Css(css)).await.map_or(0, |found| found.len())
    }

    /// The texts of all elements.
    pub async fn texts(&self, css: &str) -> Vec<String> {
        let script = "return [...document.querySelectorAll(arguments[0])].map(element => element.textContent.trim())";
        self.script(script, vec![json!(css)]).await.convert().unwrap_or_default()
    }

    /// Waits until there are exactly so many.
    pub async fn see_exactly(&self, css: &str, count: usize) {
        let what = format!("exactly {count} of {css}");
        self.within(&what, || async { (self.count(css).await == count).then_some(()) }).await;
    }

    /// Where the browser is.
    ///
    /// # Panics
    /// When it is nowhere.
    pub async fn address(&self) -> String {
        self.driver.current_url().await.expect("an address").to_string()
    }

    /// Waits until the address begins so.
    pub async fn arrive(&self, beginning: &str) {
        let url =
            if beginning.starts_with('/') { format!("{}{beginning}", self.demo.portal) } else { beginning.to_owned() };
        let what = format!("to be at {url}");
        self.within(&what, || async { self.address().await.starts_with(&url).then_some(()) }).await;
    }

    /// Runs a script in the page.
    ///
    /// # Panics
    /// When it fails.
    pub async fn script(&self, script: &str, arguments: Vec<Value>) -> ScriptRet {
        self.driver.execute(script, arguments).await.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Loads the page again.
    ///
    /// # Panics
    /// When that fails.
    pub async fn reload(&self) {
        self.driver.refresh().await.expect("a reload");
    }

    /// The back button.
    ///
    /// # Panics
    /// When that fails.
    pub async fn back(&self) {
        self.driver.back().await.expect("the way back");
    }

    /// Opens another tab, which is in front from now on; gives this one and that.
    ///
    /// # Panics
    /// When that fails.
    pub async fn second_tab(&self) -> (WindowHandle, WindowHandle) {
        let first = self.driver.window().await.expect("this tab");
        let second = self.driver.new_tab().await.expect("a tab");
        self.turn_to(&second).await;
        (first, second)
    }

    /// Turns to the tab that a link has opened beside this one.
    ///
    /// # Panics
    /// When none comes.
    pub async fn opened_tab(&self, this: &WindowHandle) {
        let other = self
            .within("another tab", || async { self.driver.windows().await.ok()?.into_iter().find(|one| one != this) })
            .await;
        self.turn_to(&other).await;
    }

    /// The tab in front.
    ///
    /// # Panics
    /// When there is none.
    pub async fn tab(&self) -> WindowHandle {
        self.driver.window().await.expect("this tab")
    }

    /// Brings a tab to the front.
    ///
    /// # Panics
    /// When it is gone.
    pub async fn turn_to(&self, tab: &WindowHandle) {
        self.driver.switch_to_window(tab.clone()).await.expect("the tab");
    }

    /// Closes the tab in front.
    ///
    /// # Panics
    /// When that fails.
    pub async fn close_tab(&self) {
        self.driver.close_window().await.expect("the tab closes");
    }

    /// Asks the browser itself.
    ///
    /// # Panics
    /// When it refuses.
    pub async fn execute(&self, command: &'static str, parameters: Value) -> Value {
        let answer = self.driver.cmd(Execute { command, parameters }).await.expect("the browser obeys");
        answer.value().expect("an answer")
    }

    /// Sets the window's inner size, and light or dark.
    pub async fn look(&self, width: u32, height: u32, scheme: &str) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.execute("Emulation.setDeviceMetricsOverride", size).await;
        self.prefer(scheme).await;
    }

    /// Prefers light or dark, and no motion.
    pub async fn prefer(&self, scheme: &str) {
        let scheme = json!({ "name": "prefers-color-scheme", "value": scheme });
        // What is looked at in a change between two looks would be of neither.
        let still = json!({ "name": "prefers-reduced-motion", "value": "reduce" });
        self.execute("Emulation.setEmulatedMedia", json!({ "features": [scheme, still] })).await;
    }

    /// Keeps a picture of the whole page as `target/screenshots/NAME.png`.
    ///
    /// # Panics
    /// When it cannot be written.
    pub async fn picture(&self, name: &str, width: u32, scheme: &str) -> PathBuf {
        self.look(width, HEIGHT, scheme).await;
        let tall = "scrollTo(0, 0); return Math.max(document.documentElement.scrollHeight, arguments[0])";
        let height: u32 = self.script(tall, vec![json!(HEIGHT)]).await.convert().expect("a height");
        self.look(width, height, scheme).await;
        self.snapshot(name).await
    }

    /// Pictures of a page: wide and light, wide and dark, narrow. On none of them does it scroll sideways.
    ///
    /// # Panics
    /// When it does, or a picture cannot be written.
    pub async fn portraits(&self, name: &str, narrow: u32) {
        let third = narrow.to_string();
        for (look, width, scheme) in [("light", 1280, "light"), ("dark", 1280, "dark"), (&third, narrow, "light")] {
            self.picture(&format!("{name}-{look}"), width, scheme).await;
            let script = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
            let over: i64 = self.script(script, Vec::new()).await.convert().expect("a number");
            assert!(over <= 0, "{name} is {over} px too wide at {width}");
        }
        self.look(1280, HEIGHT, "light").await;
    }

    /// Keeps a picture of what the window shows.
    ///
    /// # Panics
    /// When it cannot be written.
    pub async fn snapshot(&self, name: &str) -> PathBuf {
        let answer = self.execute("Page.captureScreenshot", json!({ "format": "png" })).await;
        let bytes = BASE64_STANDARD.decode(answer["data"].as_str().unwrap_or_default()).expect("a picture");
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots");
        fs::create_dir_all(&folder).expect("a folder");
        let path = folder.join(format!("{name}.png"));
        fs::write(&path, bytes).expect("the picture is kept");
        path
    }

    /// Waits until `look` finds something.
    ///
    /// # Panics
    /// When it finds nothing in time; with what the page shows instead.
    pub async fn within<T, F: Future<Output = Option<T>>>(&self, what: &str, look: impl Fn() -> F) -> T {
        let begun = Instant::now();
        loop {
            if let Some(found) = look().await {
                return found;
            }
            if begun.elapsed() > PATIENCE {
                let shown = self.driver.find(By::Css("body")).await;
                let shown = match shown {
                    Ok(body) => body.text().await.unwrap_or_default(),
                    Err(error) => error.to_string(),
                };
                let at = self.driver.current_url().await.map(|url| url.to_string()).unwrap_or_default();
                panic!("waited in vain for {what} at {at}, which shows:\n{shown}");
            }
            tokio::time::sleep(LOOK).await;
        }
    }
}
