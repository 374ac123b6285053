//! Somebody at another company's console, which shows Rekey in a frame.

use super::Browser;
use thirtyfour::{WindowHandle, prelude::*};

/// Where the element of the script has its frame, and where a page has one of its own.
const ELEMENT: &str = "rekey-connect:not([self-test])";

impl Browser {
    /// Turns to the frame inside the console's page.
    pub async fn enter_frame(&self) {
        let found = self.within("the frame", || async {
            self.driver.enter_default_frame().await.ok()?;
            let frame = match self.driver.find(By::Css(ELEMENT)).await {
                Ok(element) => element.get_shadow_root().await.ok()?.find(By::Css("iframe")).await.ok()?,
                Err(_) => self.driver.find(By::Css("iframe")).await.ok()?,
            };
            frame.enter_frame().await.ok()
        });
        found.await;
    }

    /// Waits until the browser shows an error of its own in the frame's place, because the page around may not have it.
    pub async fn sees_no_frame(&self) {
        self.within("a frame that is refused", || async {
            self.enter_frame().await;
            let at: String = self.script("return document.URL", Vec::new()).await.convert().ok()?;
            at.starts_with("chrome-error:").then_some(())
        })
        .await;
    }

    /// Turns to the console's page itself.
    ///
    /// # Panics
    /// When there is none.
    pub async fn leave_frame(&self) {
        self.driver.enter_default_frame().await.expect("the page around");
    }

    /// Waits until the frame stands so; gives its words.
    pub async fn sees_frame(&self, state: &str) -> String {
        self.read(&format!(".frame[data-state={state}]"), "").await
    }

    /// Waits for a window that was not there before, and turns to it; gives the one before and the new one.
    ///
    /// # Panics
    /// When the browser loses its windows.
    pub async fn opened_window(&self) -> (WindowHandle, WindowHandle) {
        let here = self.driver.window().await.expect("this window");
        let new = self
            .within("another window", || async {
                let all = self.driver.windows().await.ok()?;
                all.into_iter().find(|one| *one != here)
            })
            .await;
        self.turn_to(&new).await;
        (here, new)
    }

    /// The paths of the API that the page or frame in front has asked so far, as the browser counts them: its log for drivers leaves
    /// out frames of other sites.
    ///
    /// # Panics
    /// When the browser does not count.
    pub async fn asked_of_the_server(&self) -> Vec<String> {
        let script = "return performance.getEntriesByType('resource').map(entry => new URL(entry.name).pathname)\
            .filter(path => path.startsWith('/api/'))";
        self.script(script, Vec::new()).await.convert().expect("a list")
    }

    /// Runs a script that calls back with a number.
    ///
    /// # Panics
    /// When it fails.
    pub async fn waits_for_script(&self, script: &str) -> f64 {
        let answer = self.driver.execute_async(script, Vec::new()).await;
        answer.unwrap_or_else(|error| panic!("{script}: {error}")).convert().expect("a number")
    }

    /// How many windows there are.
    pub async fn windows(&self) -> usize {
        self.driver.windows().await.map_or(0, |all| all.len())
    }

    /// Waits until the console has heard an event; gives all that it heard, as the page wrote it down.
    pub async fn console_hears(&self, event: &str) -> Vec<String> {
        let script = "return window.heard ?? []";
        self.within(&format!("the console to hear {event}"), || async {
            let heard: Vec<String> = self.script(script, Vec::new()).await.convert().ok()?;
            heard.iter().any(|one| one.starts_with(event)).then_some(heard)
        })
        .await
    }
}
