//! C9: Microsoft is slow, asks to wait, or fails for a moment; slow is not failed.

use super::{begin, is_whole, prepare};
use emulator::{Effect, Fault};
use rekey_tests::{
    app::{TestApp, set_up::ADMINISTRATOR},
    app_on_both,
};
use shared::api::{
    authorizations::{SignInState, StepState},
    connect::ConnectView,
};

app_on_both! {
    c9_slow_replication_shows_slow_and_not_failed,
    c9_retry_after_is_waited_for,
    c9_a_storm_of_429_and_5xx_over_every_call_is_survived,
}

/// New objects appear late, and at the token endpoint later still.
async fn c9_slow_replication_shows_slow_and_not_failed(app: TestApp) {
    prepare(&app).await;
    app.emulator.set_switches(|switches| (switches.replication_seconds, switches.token_delay_seconds) = (2, 2));
    let before =
        app.administrator_before_save(app.authorize_modern(&["CON-015", "CON-007"]).await, ADMINISTRATOR).await;
    let mut live = app.connect(&before.attempt.secret).live("/api/v1/connect/live").await;
    begin(&app, &before).await;
    let mut slow = 0;
    let done = loop {
        let view: ConnectView = live.next().await.expect("the view goes on");
        let states: Vec<StepState> = view.sign_in.steps.iter().map(|step| step.state).collect();
        assert!(!states.contains(&StepState::Failed), "{:?}", view.sign_in.steps);
        if let Some(step) = view.sign_in.steps.iter().find(|step| step.state == StepState::Slow) {
            assert!(step.detail.as_deref().is_some_and(|text| text.contains("not failed")), "{step:?}");
            slow += 1;
        }
        if !matches!(view.sign_in.state, SignInState::Waiting | SignInState::Working) {
            break view;
        }
    };
    assert_eq!(done.sign_in.state, SignInState::Done, "{:?}", done.sign_in.problem);
    assert!(slow > 0, "nothing was slow");
    is_whole(&app).await;
}

/// No call before the time that Microsoft named; the same call is made again after it.
async fn c9_retry_after_is_waited_for(app: TestApp) {
    prepare(&app).await;
    let before = app.administrator_before_save(app.authorize_modern(&["CON-015"]).await, ADMINISTRATOR).await;
    app.emulator.clear_requests();
    app.emulator.set_fault(Fault::throttled("/v1.0/applications(uniqueName=", 1, 3));
    app.emulator.set_fault(Fault { skip: 1, ..Fault::throttled("/v1.0/servicePrincipals/", 1, 2) });
    let view = app.save_and_settle(&before).await;
    assert_eq!(view.sign_in.state, SignInState::Done, "{:?}", view.sign_in.problem);
    let all = app.emulator.requests();
    for seconds in [3, 2] {
        let at = all.iter().position(|one| one.status == 429 && is_for(one, seconds)).expect("it was throttled");
        let next = all[at + 1..].iter().find(|one| one.path.starts_with("/v1.0/"));
        let waited = next.expect("it went on").at_millis - all[at].at_millis;
        assert!(waited >= seconds * 1000, "{waited} ms after {seconds} s were asked for");
    }
    is_whole(&app).await;
}

fn is_for(one: &emulator::RequestRecord, seconds: i64) -> bool {
    one.path.starts_with("/v1.0/applications(") == (seconds == 3)
}

/// Every call of a set-up with its method, and the beginning and end of its path.
const CALLS: [(&str, &str, &str); 14] = [
    ("PATCH", "/v1.0/applications(uniqueName=", ""),
    ("GET", "/v1.0/applications(uniqueName=", ""),
    ("GET", "/v1.0/applications/", "/owners"),
    ("GET", "/v1.0/applications/", "/federatedIdentityCredentials"),
    ("PATCH", "/v1.0/servicePrincipals(appId=", ""),
    ("GET", "/v1.0/servicePrincipals(appId=", ""),
    ("GET", "/v1.0/applications/", ""),
    ("PATCH", "/v1.0/applications/", ""),
    ("GET", "/v1.0/servicePrincipals/", "/appRoleAssignments"),
    ("POST", "/v1.0/servicePrincipals/", "/appRoleAssignedTo"),
    ("GET", "/v1.0/sites/root", ""),
    ("GET", "/v1.0/users", ""),
    ("GET", "/v1.0/sites", ""),
    ("DELETE", "/v1.0/servicePrincipals/", ""),
];

fn refusals(endpoint: &str, how: impl Fn(&mut Fault)) -> [Fault; 2] {
    [503, 429].map(|status| {
        let headers = vec![("Retry-After".to_owned(), "0".to_owned())];
        let effect = Effect { status: Some(status), headers, ..Effect::default() };
        let mut fault = Fault { endpoint: Some(endpoint.to_owned()), times: Some(1), effect, ..Fault::default() };
        how(&mut fault);
        fault
    })
}

/// Every call of the set-up and both grants are refused with 503 and with 429 before they are carried out.
async fn c9_a_storm_of_429_and_5xx_over_every_call_is_survived(app: TestApp) {
    prepare(&app).await;
    let before =
        app.administrator_before_save(app.authorize_modern(&["CON-015", "CON-007"]).await, ADMINISTRATOR).await;
    app.emulator.clear_requests();
    for (method, path, end) in CALLS {
        for fault in refusals("graph", |fault| {
            fault.method = Some(method.to_owned());
            fault.path = Some(path.to_owned());
            fault.path_end = Some(end.to_owned());
        }) {
            app.emulator.set_fault(fault);
        }
    }
    for grant in ["urn:ietf:params:oauth:grant-type:jwt-bearer", "client_credentials"] {
        for fault in refusals("token", |fault| fault.grant_type = Some(grant.to_owned())) {
            app.emulator.set_fault(fault);
        }
    }
    let view = app.save_and_settle(&before).await;
    assert_eq!(view.sign_in.state, SignInState::Done, "{:?} {:?}", view.sign_in.problem, view.sign_in.steps);
    assert!(view.sign_in.steps.iter().all(|step| step.state == StepState::Done), "{:?}", view.sign_in.steps);
    let refused = app.emulator.requests().into_iter().filter(|one| matches!(one.status, 429 | 503));
    let refused: Vec<_> = refused.map(|one| (one.method, one.path, one.status)).collect();
    assert_eq!(refused.len(), 2 * (CALLS.len() + 2), "{refused:?}");
    is_whole(&app).await;
}
