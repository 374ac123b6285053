//! Certificates through their lives: renewed by the app itself, reminded of, probed, listed, and forgotten at once.

mod channels;
mod crashes;
mod kill_switch;
mod probe;
mod refusals;
mod reminders;
mod renewal;

use rekey_tests::app::{TestApp, eventually};
use server::{
    services::certificates::{self, Validity},
    store::{apps::App, certificates::Certificate},
};
use shared::{
    api::{apps::CertificateState, audit::AuditEntryView, notices::NoticeView, page::Page},
    time::Timestamp,
};

const DAY: i64 = 24 * 3600;
const CUSTOMER: &str = "Contoso Ltd";

/// The demo's customers, and an app of Contoso's with a certificate of two years.
async fn planted(app: &TestApp) -> App {
    app.import_sample().await;
    app.plant_renewing_app(CUSTOMER, Validity::TwoYears).await
}

/// The certificate in use.
async fn current(app: &TestApp, owner: &App) -> Certificate {
    let all = app.certificates_of(owner).await;
    all.into_iter().find(|one| one.state == CertificateState::Current).expect("a certificate in use")
}

/// Moves the clock to a time.
fn move_to(app: &TestApp, time: Timestamp) {
    app.advance(time.since(app.state.now()));
}

/// Waits while the clock goes on, half a minute a second: slow enough that no lease runs out under whoever works.
async fn eventually_later<F: AsyncFnMut() -> bool>(app: &TestApp, what: &str, mut check: F) {
    let mut polls = 0;
    eventually(what, async || {
        polls += 1;
        if polls % 30 == 0 {
            app.advance(30);
        }
        check().await
    })
    .await;
}

/// Waits until another certificate than this one is in use.
async fn until_renewed(app: &TestApp, owner: &App, before: &Certificate) -> Certificate {
    eventually("another certificate", async || current(app, owner).await.id != before.id).await;
    current(app, owner).await
}

/// Waits until work of a kind was tried at least so often. Time goes on by itself in these tests, so a retry that is due in
/// seconds may have happened by the time somebody looks.
async fn until_tried(app: &TestApp, kind: &str, attempts: u32) {
    let raw = app.database.intruder().await;
    let tried = format!("SELECT count(*) AS number FROM work WHERE kind = '{kind}' AND attempts >= {attempts}");
    eventually("another try", async || raw.number(&tried).await > 0).await;
}

async fn notices(app: &TestApp, all: bool) -> Vec<NoticeView> {
    let page: Page<NoticeView> = app.key().get(&format!("/api/v1/notices?all={all}&limit=200")).await.ok();
    page.items
}

async fn audited(app: &TestApp, event: &str) -> usize {
    let page: Page<AuditEntryView> = app.key().get("/api/v1/audit?limit=200").await.ok();
    page.items.iter().filter(|entry| entry.event == event).count()
}

/// Whether a certificate yields a token.
async fn works(app: &TestApp, owner: &App, certificate: &Certificate) -> bool {
    let resource = server::microsoft::grants::app::TokenResource::Graph;
    let token = certificates::token(&app.state, app.organization, owner, certificate, &resource).await;
    token.expect("a key that opens").is_ok()
}
