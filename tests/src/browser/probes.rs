//! Hostile texts at every door through which a text could become a script (security.md H2).

use super::Browser;
use serde_json::Value;
use std::collections::BTreeMap;

/// Tries each door, one after the other, from a task of the page's own: while a driver's script itself runs, `eval` is allowed.
/// What a door's text does is to say its name; `ran`, or what stopped it.
const PROBES: &str = r#"
const done = arguments[arguments.length - 1];
const make = name => document.body.appendChild(document.createElement(name));
const image = js => `<img src="x:" onerror="${js}">`;
const data = js => 'data:text/javascript,' + encodeURIComponent(js);
const pressed = (element) => { document.body.append(element); element.click(); };
const doors = {
    inner_html: js => { make('div').innerHTML = image(js); },
    inner_html_quoted: js => { make('div').innerHTML = `<img src='x:'oNeRrOr="${js}">`; },
    outer_html: js => { make('div').outerHTML = image(js); },
    adjacent: js => { make('div').insertAdjacentHTML('beforeend', image(js)); },
    html_unsafe: js => { make('div').setHTMLUnsafe(image(js)); },
    shadow: js => { make('div').attachShadow({ mode: 'open' }).innerHTML = image(js); },
    template: js => { const made = document.createElement('template'); made.innerHTML = image(js); document.body.append(made.content); },
    fragment: js => { document.body.append(document.createRange().createContextualFragment(`<script>${js}</script>`)); },
    parser: js => { const read = new DOMParser().parseFromString(image(js), 'text/html'); document.body.append(document.importNode(read.body.firstChild, true)); },
    srcdoc: js => { make('iframe').srcdoc = `<script>parent.${js}</script>`; },
    script_src: js => { const made = document.createElement('script'); made.src = data(js); document.head.append(made); },
    script_attribute: js => { const made = document.createElement('script'); made.setAttribute('src', data(js)); document.head.append(made); },
    script_text: js => { const made = document.createElement('script'); made.text = js; document.head.append(made); },
    script_node: js => { const made = document.createElement('script'); made.append(document.createTextNode(js)); document.head.append(made); },
    worker: js => { new Worker(data('postMessage(1)')).onmessage = () => { window.canary = 'worker'; }; },
    evaluated: js => { (0, eval)(js); },
    made_function: js => { new Function(js)(); },
    timer: js => { setTimeout(js); },
    attribute: js => { const made = document.createElement('button'); made.setAttribute('onclick', js); pressed(made); },
    attribute_node: js => { const made = document.createElement('button'), held = document.createAttribute('onclick'); held.value = js; made.setAttributeNode(held); pressed(made); },
    link: js => { const made = document.createElement('a'); made.href = `javascript:void (${js})`; pressed(made); },
    link_in_disguise: js => { const made = make('div'); made.innerHTML = `<a href="java&#115;cript:void (${js})">x</a>`; made.firstChild.click(); },
    address: js => { location.assign(`javascript:void (${js})`); },
    frame_address: js => { const made = document.createElement('iframe'); made.src = `javascript:void (parent.${js})`; document.body.append(made); },
    written: js => { document.write(`<script>${js}</script>`); },
};
let blocked = null;
window.addEventListener('securitypolicyviolation', event => { blocked = event.effectiveDirective; });
const task = () => new Promise(next => setTimeout(next));
const within = async (look) => { const end = Date.now() + 5000; while (!look() && Date.now() < end) await task(); };
const outcomes = {};
const probe = async (name) => {
    blocked = null;
    try { doors[name](`window.canary='${name}'`); } catch (error) { outcomes[name] = 'threw ' + error.name; return; }
    await within(() => window.canary === name || blocked);
    outcomes[name] = window.canary === name ? 'ran' : blocked ? 'blocked ' + blocked : 'nothing';
    // What this one still brings is not taken for the next one's.
    await task(); await task();
};
setTimeout(async () => {
    for (const name of Object.keys(doors)) await probe(name);
    for (const name of ['default', 'another']) {
        try { trustedTypes.createPolicy(name, { createHTML: text => text }); outcomes['policy_' + name] = 'ran'; }
        catch (error) { outcomes['policy_' + name] = 'threw ' + error.name; }
    }
    await task(); await task();
    outcomes.canary = window.canary === undefined ? 'unset' : 'set by ' + window.canary;
    done(outcomes);
});
"#;

impl Browser {
    /// What became of a hostile text at each door of the page or frame in front; `canary`: whether any of them did anything.
    ///
    /// # Panics
    /// When the page does not tell.
    pub async fn tries_hostile_texts(&self) -> BTreeMap<String, String> {
        let told: Value = self.driver.execute_async(PROBES, Vec::new()).await.expect("outcomes").json().clone();
        serde_json::from_value(told).expect("an outcome for each door")
    }
}
