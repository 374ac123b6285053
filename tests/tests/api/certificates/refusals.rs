//! What the tenant's rules and policies do to a renewal (E3, P6).

use super::{DAY, audited, current, eventually_later, move_to, notices, planted, until_renewed, works};
use rekey_tests::{
    app::{TestApp, eventually},
    app_on_both,
};
use shared::api::{
    apps::{AppState, CertificateState},
    notices::NoticeKind,
};

app_on_both! {
    e3_a_policy_shortens_the_certificate_and_the_reason_is_kept,
    e8_a_policy_that_refuses_everything_leaves_the_app_working_and_asks_for_an_administrator,
    p6_an_app_that_gets_no_token_needs_an_administrator_and_recovers,
    e8_a_certificate_that_has_ended_needs_an_administrator,
}

async fn e3_a_policy_shortens_the_certificate_and_the_reason_is_kept(app: TestApp) {
    let owner = planted(&app).await;
    let old = current(&app, &owner).await;
    app.emulator
        .edit_policies(owner.tenant.0, |policies| policies.app_management.most_certificate_days = Some(200))
        .unwrap();
    move_to(&app, old.renew_at.unwrap());
    let new = until_renewed(&app, &owner, &old).await;
    assert_eq!(new.not_after.since(new.not_before), 180 * DAY, "730 and 365 days are refused, 180 are not");
    assert!(new.shortened.as_deref().unwrap().contains("CredentialInvalidLifetimeAsPerAppPolicy"));
    assert_eq!(app.certificates_of(&owner).await.len(), 2, "what was refused is gone");
    assert_eq!(new.renew_at, Some(new.not_after.plus(-60 * DAY)));
}

async fn e8_a_policy_that_refuses_everything_leaves_the_app_working_and_asks_for_an_administrator(app: TestApp) {
    let owner = planted(&app).await;
    let old = current(&app, &owner).await;
    let forbid = |forbidden: bool| {
        app.emulator
            .edit_policies(owner.tenant.0, |policies| policies.app_management.no_certificates = forbidden)
            .unwrap();
    };
    forbid(true);
    move_to(&app, old.renew_at.unwrap());
    eventually("a notice", async || !notices(&app, false).await.is_empty()).await;
    let notice = notices(&app, false).await.remove(0);
    assert_eq!((notice.kind, notice.subject, notice.stage), (NoticeKind::CertificateEnds, old.id.0, 0));
    assert!(notice.text.contains("Update configuration"), "{}", notice.text);
    let now = app.app_record(&owner).await;
    assert_eq!(now.state, AppState::Working, "backups go on until the certificate ends");
    assert_eq!(now.help.unwrap().code, "certificate_not_renewed");
    let kept = current(&app, &owner).await;
    assert_eq!((kept.id, kept.renew_at), (old.id, None), "the desk says that it cannot");
    assert!(works(&app, &owner, &kept).await);
    assert_eq!(app.directory_app(&owner).keys.len(), 1);

    // Reminders go on, and say who must come.
    move_to(&app, old.not_after.plus(-30 * DAY));
    let told = async || notices(&app, false).await.iter().any(|one| one.stage == 30);
    eventually_later(&app, "a reminder", told).await;
    let reminder = notices(&app, false).await.into_iter().find(|one| one.stage == 30).unwrap();
    assert!(reminder.text.contains("administrator of Contoso Ltd"), "{}", reminder.text);
    // The rule goes: the app renews itself after all.
    forbid(false);
    app.advance(8 * DAY);
    until_renewed(&app, &owner, &old).await;
    eventually("settled notices", async || notices(&app, false).await.is_empty()).await;
    assert_eq!(app.app_record(&owner).await.help, None);
}

async fn p6_an_app_that_gets_no_token_needs_an_administrator_and_recovers(app: TestApp) {
    let owner = planted(&app).await;
    let old = current(&app, &owner).await;
    let client = owner.client_id.unwrap().0;
    app.emulator.block_workload(owner.tenant.0, Some(client), true).unwrap();
    move_to(&app, old.renew_at.unwrap());
    eventually("a doubtful app", async || app.app_record(&owner).await.state == AppState::Doubtful).await;
    // The reminder that the certificate ends may have come: that is another matter.
    let trouble = notices(&app, false).await.into_iter().any(|one| one.kind == NoticeKind::ConnectionTrouble);
    assert!(!trouble, "one failure is no alarm");
    app.advance(3700);
    eventually("an app in need", async || app.app_record(&owner).await.state == AppState::NeedsAdministrator).await;
    let found = notices(&app, false).await;
    assert_eq!(found.iter().filter(|one| one.kind == NoticeKind::ConnectionTrouble).count(), 1, "{found:?}");
    assert_eq!(app.app_record(&owner).await.help.unwrap().code, "aadsts_53003");
    assert_eq!(audited(&app, "app.needs_administrator").await, 1);
    app.advance(DAY);
    assert_eq!(current(&app, &owner).await.state, CertificateState::Current);

    app.emulator.block_workload(owner.tenant.0, Some(client), false).unwrap();
    app.advance(DAY + 3600);
    eventually("a working app", async || app.app_record(&owner).await.state == AppState::Working).await;
    until_renewed(&app, &owner, &old).await;
    eventually("settled notices", async || {
        notices(&app, false).await.iter().all(|one| one.kind != NoticeKind::ConnectionTrouble)
    })
    .await;
}

async fn e8_a_certificate_that_has_ended_needs_an_administrator(app: TestApp) {
    let owner = planted(&app).await;
    let old = current(&app, &owner).await;
    move_to(&app, old.not_after.plus(DAY));
    eventually("an app in need", async || app.app_record(&owner).await.state == AppState::NeedsAdministrator).await;
    let help = app.app_record(&owner).await.help.unwrap();
    assert!(help.text.contains("Update configuration"), "{help:?}");
    assert_eq!(app.directory_app(&owner).keys.len(), 1);
    assert!(notices(&app, true).await.iter().all(|one| one.kind != NoticeKind::CertificateEnds), "too late to remind");
}
