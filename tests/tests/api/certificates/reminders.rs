//! Reminders: 90, 60, 30, 14, 7 and 1 days before, each once, none after renewal (B-14, E5, E6).

use super::{CUSTOMER, DAY, current, eventually_later, move_to, notices, planted, until_renewed};
use rekey_tests::{
    app::{TestApp, eventually},
    app_on_both,
};
use server::{services::certificates::Validity, store::apps::App};
use shared::api::notices::NoticeKind;

app_on_both! {
    b14_e6_each_stage_is_said_once,
    b14_a_jump_over_stages_sends_the_last_one_only,
    b14_nothing_is_said_after_the_renewal,
    e6_a_short_certificate_is_not_reminded_of_what_was_before_it,
}

/// The stages said so far, oldest first.
async fn stages(app: &TestApp) -> Vec<i64> {
    let mut all = notices(app, true).await;
    all.retain(|one| one.kind == NoticeKind::CertificateEnds && one.stage > 0);
    all.reverse();
    all.iter().map(|one| one.stage).collect()
}

/// An app that cannot renew itself: its certificate must be renewed by an administrator.
async fn helpless(app: &TestApp) -> App {
    let owner = planted(app).await;
    app.emulator.edit_policies(owner.tenant.0, |policies| policies.app_management.no_certificates = true).unwrap();
    owner
}

async fn b14_e6_each_stage_is_said_once(app: TestApp) {
    let owner = helpless(&app).await;
    let end = current(&app, &owner).await.not_after;
    move_to(&app, end.plus(-90 * DAY - 60));
    app.key().post(&format!("/api/v1/apps/{}/check", owner.id), &serde_json::json!({})).await;
    assert_eq!(stages(&app).await, [0_i64; 0], "not before its day");
    let mut said = Vec::new();
    for stage in [90, 60, 30, 14, 7, 1] {
        // A little later than to the second: at 60 days the renewal has the first word.
        move_to(&app, end.plus(-stage * DAY + 700));
        eventually_later(&app, "a reminder", async || stages(&app).await.last() == Some(&stage)).await;
        said.push(stage);
        assert_eq!(stages(&app).await, said, "each once");
        let open = notices(&app, false).await;
        let reminders: Vec<_> = open.iter().filter(|one| one.stage > 0).collect();
        assert_eq!(reminders.len(), 1, "the one before is settled: {open:?}");
        assert!(reminders[0].title.contains(CUSTOMER), "{}", reminders[0].title);
    }
    move_to(&app, end.plus(DAY));
    eventually("an app in need", async || app.app_record(&owner).await.help.is_some()).await;
    assert_eq!(stages(&app).await, said, "nothing after the end");
}

async fn b14_a_jump_over_stages_sends_the_last_one_only(app: TestApp) {
    let owner = helpless(&app).await;
    let end = current(&app, &owner).await.not_after;
    move_to(&app, end.plus(-10 * DAY));
    eventually_later(&app, "a reminder", async || !stages(&app).await.is_empty()).await;
    assert_eq!(stages(&app).await, [14], "90, 60 and 30 are not sent late");
    move_to(&app, end.plus(-7 * DAY + 60));
    eventually("the next one", async || stages(&app).await == [14, 7]).await;
    // A clock that goes back sends nothing twice.
    app.advance(-2 * DAY);
    app.advance(2 * DAY);
    app.advance(DAY);
    assert_eq!(stages(&app).await, [14, 7]);
}

async fn b14_nothing_is_said_after_the_renewal(app: TestApp) {
    let owner = planted(&app).await;
    let old = current(&app, &owner).await;
    move_to(&app, old.not_after.plus(-89 * DAY));
    eventually("the first reminder", async || stages(&app).await == [90]).await;
    let said = notices(&app, false).await.remove(0);
    assert!(said.text.contains("by itself"), "{}", said.text);
    move_to(&app, old.renew_at.unwrap());
    until_renewed(&app, &owner, &old).await;
    assert!(notices(&app, false).await.is_empty(), "what was said is settled");
    for stage in [60, 30, 14, 7, 1] {
        move_to(&app, old.not_after.plus(-stage * DAY + 700));
        app.key().post(&format!("/api/v1/apps/{}/check", owner.id), &serde_json::json!({})).await;
    }
    eventually("no reminder of the old one is planned", async || {
        let id = if app.database.is_postgres() { old.id.to_string() } else { old.id.0.simple().to_string() };
        !app.dump().await["work"].iter().any(|row| row.contains("remind") && row.to_lowercase().contains(&id))
    })
    .await;
    assert_eq!(stages(&app).await, [90]);
}

async fn e6_a_short_certificate_is_not_reminded_of_what_was_before_it(app: TestApp) {
    app.import_sample().await;
    let owner = app.plant_renewing_app(CUSTOMER, Validity::Days(90)).await;
    let end = current(&app, &owner).await.not_after;
    app.emulator.edit_policies(owner.tenant.0, |policies| policies.app_management.no_certificates = true).unwrap();
    app.advance(DAY);
    move_to(&app, end.plus(-60 * DAY + 60));
    eventually("a reminder", async || !stages(&app).await.is_empty()).await;
    assert_eq!(stages(&app).await, [60]);
}
