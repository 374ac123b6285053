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

/// The element with the focus: whether it was met before on this page, and what is wrong with how the focus shows (WCAG 2.4.7,
/// 2.4.11). A field that is drawn by its label shows it there.
const STOP: &str = r"
const at = document.activeElement;
if (!at || at === document.body || at === document.documentElement) return null;
window.stops ??= [];
const place = stops.indexOf(at);
if (place < 0) stops.push(at);
const outlined = element => {
    const style = getComputedStyle(element);
    return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 && !/, 0\)$|transparent/.test(style.outlineColor);
};
let shows = at;
while (shows && !outlined(shows)) shows = shows.parentElement;
const fault = () => {
    if (!at.matches(':focus-visible')) return 'is not :focus-visible';
    if (!shows) return 'shows no focus';
    const box = shows.getBoundingClientRect();
    const near = (from, length) => [from + 3, from + length / 2, from + length - 3];
    const points = near(box.left, box.width).flatMap(x => near(box.top, box.height).map(y => [x, y]));
    const isSeen = ([x, y]) => { const top = document.elementFromPoint(x, y); return top && (shows.contains(top) || top.contains(at)) && top !== document.documentElement && top !== document.body; };
    return points.some(isSeen) ? null : 'is out of sight';
};
return { place, name: at.outerHTML.slice(0, 160), fault: fault() };
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
        // As it stands before anybody scrolls: a head that stays in sight covers a part of whatever passes below it.
        self.script("window.scrollTo(0, 0)", Vec::new()).await;
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
        self.within(css, || async { (self.count(css).await > 0).then_some(()) }).await;
        for _ in 0..120 {
            if self.focused(css).await {
                return;
            }
            self.press(Key::Tab).await;
        }
        panic!("Tab does not reach {css}");
    }

    /// Presses Tab until the focus is back where it began: it is seen at every stop, it is caught nowhere, and it goes back, too.
    ///
    /// # Panics
    /// When it is not.
    pub async fn walks_by_tab(&self, page: &str) {
        self.script("window.stops = []", Vec::new()).await;
        let mut stops = 0;
        for _ in 0..250 {
            self.press(Key::Tab).await;
            let stop = self.stop().await;
            if stop.is_null() {
                // The end of the page; the next one is its beginning.
                continue;
            }
            assert_eq!(stop["fault"], Value::Null, "on {page}, {stop}");
            if stop["place"] == 0 {
                assert!(stops > 1, "on {page} there are {stops} stops");
                self.press(Key::Tab).await;
                assert_eq!(self.stop().await["place"], 1, "on {page}, the same way again");
                self.press("\u{e008}\u{e004}").await;
                assert_eq!(self.stop().await["place"], 0, "on {page}, the way back");
                return;
            }
            assert_eq!(stop["place"], -1, "on {page} the focus goes round and round: {stop}");
            stops += 1;
        }
        panic!("on {page} the focus does not come back");
    }

    async fn stop(&self) -> Value {
        self.script(STOP, Vec::new()).await.json().clone()
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
