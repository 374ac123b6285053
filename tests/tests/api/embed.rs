//! The embed's server side: who may make a session and how it dies, what the frame is told, how a window finds its frame, and
//! which headers and scripts another origin gets (I2, I11, E1, E2, E7, E10, T12, finding 6).

mod codes;
mod ends;
mod grants;
mod headers;
mod journey;
mod origins;
mod reload;
mod scripts;
mod sessions;
mod view;
mod windows;

use rekey_tests::app::TestApp;
use shared::api::{audit::AuditEntryView, page::Page};

/// Everything of the embed in the audit log, newest first.
async fn log(app: &TestApp) -> Vec<AuditEntryView> {
    app.dump().await;
    let log: Page<AuditEntryView> = app.key().get("/api/v1/audit?limit=200").await.ok();
    log.items.into_iter().filter(|entry| entry.event.starts_with("embed_")).collect()
}

/// How often each of these events stands in the log.
fn counts<const N: usize>(log: &[AuditEntryView], events: [&str; N]) -> [usize; N] {
    events.map(|event| log.iter().filter(|entry| entry.event == event).count())
}
