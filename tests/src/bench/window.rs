//! How long it takes from a click in a frame until the window that it opens is painted, beside an empty page of a console's.
//!
//! In real Chromium, with the demo as a process of its own: only for whoever has both.

use super::{
    BenchError,
    report::{Line, Table},
};
use crate::{
    browser::{Browser, Stage},
    host::Host,
};

/// How often; the middle counts.
const TIMES: usize = 7;
const ACCOUNT: &str = "backup@contoso.com";

/// When the window in front was painted first, in milliseconds since 1970.
const PAINTED: &str = "const done = arguments[arguments.length - 1]; const look = () => {\
    const paint = performance.getEntriesByName('first-contentful-paint')[0];\
    if (paint) done(performance.timeOrigin + paint.startTime); else setTimeout(look, 5); }; look();";
/// Notes when something is pressed, in milliseconds since 1970.
const NOTE: &str =
    "addEventListener('click', () => window.pressed = performance.timeOrigin + performance.now(), true); return true";
const PRESSED: &str = "const done = arguments[arguments.length - 1]; done(window.pressed)";

/// Clicks, and measures what comes.
pub async fn measure(table: &mut Table) -> Result<(), BenchError> {
    let stage = Stage::with_sample().await;
    let host = Host::start().await;
    let origin = host.origin("console");
    let organization = stage.demo.allow_origin(&origin).await;
    let session = stage.demo.embed_session(&origin, ACCOUNT, "hybrid").await;
    let portal = &stage.demo.ready.portal;
    let page = format!(
        "<!doctype html><html lang=en><title>Console</title><script type=module src='{portal}/embed.js'></script>\
         <rekey-connect organization='{organization}' session='{session}'></rekey-connect>\
         <button id=plain onclick=\"window.open('/empty', '_blank', 'popup,width=560,height=780')\">Empty</button>"
    );
    host.put("/", &[], &page);
    host.put("/empty", &[], "<!doctype html><html lang=en><title>Empty</title><p>Nothing</p>");
    let person = stage.browser().await;
    person.open(&origin).await;
    let mut empty = Vec::new();
    let mut own = Vec::new();
    for _ in 0..TIMES {
        person.script(NOTE, Vec::new()).await;
        empty.push(time(&person, "#plain", false).await);
        person.enter_frame().await;
        person.sees_frame("ready").await;
        person.script(NOTE, Vec::new()).await;
        own.push(time(&person, "[data-press=go]", true).await);
        person.presses("over").await;
        person.sees_frame("ready").await;
        person.leave_frame().await;
    }
    let (empty, own) = (middle(empty), middle(own));
    table.add(Line::of("empty window, click to paint", empty, "ms").note("the middle of 7"));
    table.add(
        Line::of("embed window, click to paint", own, "ms").against("an empty page", empty).note("the middle of 7"),
    );
    Ok(())
}

/// From a click to the first paint of the window that it opens; closes the window.
async fn time(person: &Browser, button: &str, is_in_frame: bool) -> f64 {
    person.click(button).await;
    let (page, _) = person.opened_window().await;
    let painted = person.waits_for_script(PAINTED).await;
    person.close_tab().await;
    person.turn_to(&page).await;
    if is_in_frame {
        person.enter_frame().await;
    }
    painted - person.waits_for_script(PRESSED).await
}

fn middle(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or_default()
}
