//! The keyboard, and what a screen reader needs.

use super::Browser;
use serde_json::{Value, json};
use thirtyfour::Key;

const FAULTS: &str = r"
const shown = element => element.checkVisibility({ visibilityProperty: true });
const name = element => (element.getAttribute('aria-label') || '').trim() || element.textContent.trim()
    || [...(element.labels || [])].map(label => label.textContent.trim()).join(' ')
    || (element.getAttribute('aria-labelledby') || '').split(' ').map(id => document.getElementById(id)?.textContent || '').join('').trim();
const faults = [];
const headings = [...document.querySelectorAll('h1')].filter(shown);
if (headings.length !== 1) faults.push(`${headings.length} h1`);
if (!document.documentElement.lang) faults.push('no language');
if (!document.title.trim()) faults.push('no title');
for (const element of document.querySelectorAll('input:not([type=hidden]),select,textarea,button,a[href],progress'))
    if (shown(element) && !name(element)) faults.push('no name: ' + element.outerHTML.slice(0, 200));
for (const element of document.querySelectorAll('[tabindex]'))
    if (element.tabIndex > 0) faults.push('tabindex: ' + element.outerHTML.slice(0, 200));
for (const image of document.querySelectorAll('img:not([alt])')) faults.push('no alt: ' + image.src);
for (const [, ids] of Object.entries(Object.groupBy([...document.querySelectorAll('[id]')], element => element.id)))
    if (ids.length > 1) faults.push('id twice: ' + ids[0].id);
return faults;
";

impl Browser {
    /// Nothing is without a name, there is one heading of the first rank, the order of the keyboard is that of the page.
    ///
    /// # Panics
    /// When there are faults.
    pub async fn is_accessible(&self, page: &str) {
        let faults: Vec<String> = self.script(FAULTS, Vec::new()).await.convert().expect("a list");
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
