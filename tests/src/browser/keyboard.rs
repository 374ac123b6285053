//! The keyboard, and what a screen reader needs.

use super::Browser;
use serde_json::{Value, json};
use std::{env, fs, path::PathBuf, sync::OnceLock};
use thirtyfour::Key;

/// What axe does not look at: one heading of the first rank that can be seen, a title, nothing that jumps the order of the page.
const FAULTS: &str = r"
const shown = element => element.checkVisibility({ visibilityProperty: true });
const faults = [];
const headings = [...document.querySelectorAll('h1')].filter(shown);
if (headings.length !== 1) faults.push(`${headings.length} h1`);
if (!document.title.trim()) faults.push('no title');
for (const element of document.querySelectorAll('[tabindex]'))
    if (element.tabIndex > 0) faults.push('tabindex: ' + element.outerHTML.slice(0, 200));
for (const [, ids] of Object.entries(Object.groupBy([...document.querySelectorAll('[id]')], element => element.id)))
    if (ids.length > 1) faults.push('id twice: ' + ids[0].id);
return faults;
";

/// Runs axe, once colours have changed, by the rules of WCAG 2.2 A and AA and its own good practice, or by some rules alone.
const AXE: &str = r"
const only = arguments[0] || { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] };
const frame = () => new Promise(next => requestAnimationFrame(next));
const changes = () => document.getAnimations().filter(one => one instanceof CSSTransition).map(one => one.finished.catch(() => {}));
return frame().then(frame).then(() => Promise.all(changes())).then(() => axe.run(document, { resultTypes: ['violations'], runOnly: only, iframes: false })).then(found =>
    found.violations.flatMap(rule => rule.nodes.map(node =>
        `${rule.id}: ${node.html.slice(0, 200)} (${node.failureSummary.replace(/\s+/g, ' ').slice(0, 300)})`)));
";

/// axe-core's script, where `cargo xtask test` has put it.
fn axe() -> &'static str {
    static SCRIPT: OnceLock<String> = OnceLock::new();
    SCRIPT.get_or_init(|| {
        let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/needs/axe-4.12.1.min.js");
        let path = env::var_os("REKEY_AXE").map_or_else(beside, PathBuf::from);
        fs::read_to_string(&path).unwrap_or_else(|error| {
            panic!("{}: {error}; `cargo xtask test --only browser` fetches axe", path.display())
        })
    })
}

impl Browser {
    /// axe finds nothing, light or dark; there is one heading of the first rank, the order of the keyboard is that of the page.
    ///
    /// # Panics
    /// When there are faults.
    pub async fn is_accessible(&self, page: &str) {
        let mut faults: Vec<String> = self.script(FAULTS, Vec::new()).await.convert().expect("a list");
        if self.script("return typeof axe", Vec::new()).await.json() != "object" {
            self.script(axe(), Vec::new()).await;
        }
        for (scheme, only) in [("light", Value::Null), ("dark", json!(["color-contrast", "link-in-text-block"]))] {
            self.prefer(scheme).await;
            let found: Vec<String> = self.script(AXE, vec![only]).await.convert().expect("a list");
            faults.extend(found.into_iter().map(|fault| format!("{scheme}: {fault}")));
        }
        self.prefer("light").await;
        assert_eq!(faults, Vec::<String>::new(), "on {page}");
    }

    /// Presses Tab until the focus is there.
    ///
    /// # Panics
    /// When it never gets there.
    pub async fn tab_to(&self, css: &str) {
        self.see(css).await;
        for _ in 0..120 {
            if self.focused(css).await {
                return;
            }
            self.press(Key::Tab).await;
        }
        panic!("Tab does not reach {css}");
    }

    /// Waits until the focus is there.
    pub async fn has_focus(&self, css: &str) {
        self.within(&format!("the focus on {css}"), || async { self.focused(css).await.then_some(()) }).await;
    }

    async fn focused(&self, css: &str) -> bool {
        let script = "return document.activeElement?.matches(arguments[0]) === true";
        let answer: Value = self.script(script, vec![json!(css)]).await.json().clone();
        answer == json!(true)
    }
}
