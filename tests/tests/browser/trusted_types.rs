//! Hostile texts in our pages: none becomes a script, whichever door it takes (security.md H2).

use rekey_tests::{
    browser::{Browser, Stage},
    host::Host,
};
use std::collections::BTreeSet;

const BACKUP: &str = "backup@contoso.com";

/// Every text is stopped, and is seen to be: the door throws, or the browser reports what it blocked.
async fn lets_nothing_run(page: &str, window: &Browser, doors: &BTreeSet<String>) {
    let outcomes = window.tries_hostile_texts().await;
    assert_eq!(outcomes["canary"], "unset", "{page}: {outcomes:?}");
    let stopped = |outcome: &str| outcome.starts_with("threw ") || outcome.starts_with("blocked ");
    let open: Vec<_> = outcomes.iter().filter(|(name, how)| *name != "canary" && !stopped(how)).collect();
    assert!(open.is_empty(), "{page}: {open:?}");
    assert_eq!(&outcomes.into_keys().collect::<BTreeSet<_>>(), doors, "{page}");
}

/// H2: in the portal's both programs, on the connect page, in the window before it and in the frame of another console. On a page
/// without our policies the same texts run, every one of them.
#[tokio::test]
async fn h2_no_hostile_text_becomes_a_script() {
    let stage = Stage::with_sample().await;
    let host = Host::start().await;
    let window = stage.browser().await;
    host.put("/open", &[], "<!doctype html><html lang=en><title>Open</title><h1>Open</h1>");
    window.open(&format!("{}/open", host.origin("plain"))).await;
    let mut outcomes = window.tries_hostile_texts().await;
    let doors: BTreeSet<String> = outcomes.keys().cloned().collect();
    assert!(doors.len() > 25, "{doors:?}");
    assert!(outcomes.remove("canary").is_some_and(|canary| canary.starts_with("set")));
    let idle: Vec<_> = outcomes.iter().filter(|(_, how)| *how != "ran").collect();
    assert!(idle.is_empty(), "these texts are harmless anyway: {idle:?}");

    window.enter_portal(&stage.demo.account(&stage.demo.ready.owner_sign_in)).await;
    for path in ["/", "/customers"] {
        window.open(path).await;
        window.see("main h1").await;
        lets_nothing_run(path, &window, &doors).await;
    }
    let link = stage.demo.link_for(&[BACKUP]).await;
    window.open(&link.url).await;
    window.sees_page("asked").await;
    lets_nothing_run("/connect", &window, &doors).await;
    window.open("/connect/embed").await;
    window.see("h1").await;
    lets_nothing_run("/connect/embed", &window, &doors).await;

    let origin = host.origin("framing");
    let organization = stage.demo.allow_origin(&origin).await;
    let portal = &stage.demo.ready.portal;
    let frame = format!(
        "<!doctype html><html lang=en><title>Console</title><iframe src='{portal}/embed/{organization}'></iframe>"
    );
    host.put("/", &[], &frame);
    window.open(&origin).await;
    window.enter_frame().await;
    window.see("h1, h2, .frame").await;
    lets_nothing_run("/embed", &window, &doors).await;
}
