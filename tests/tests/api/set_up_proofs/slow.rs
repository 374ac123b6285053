//! C9: Microsoft is slow, asks to wait, or fails for a moment; slow is not failed.

use super::{CONTOSO, begin, is_whole, prepare};
use emulator::{Effect, Fault};
use rekey_tests::{
    app::{Backend, Setup, TestApp, set_up::ADMINISTRATOR},
    app_on_both,
};
use shared::{
    api::{
        authorizations::{SignInState, StepState},
        connect::ConnectView,
    },
    method::Method,
    rules::manifest::Resource,
};

app_on_both! {
    c9_slow_replication_shows_slow_and_not_failed,
    c9_retry_after_is_waited_for,
    c9_a_storm_of_429_and_5xx_over_every_call_is_survived,
}

/// The demo's world where Contoso's directory does not know SharePoint.
async fn without_sharepoint(backend: Backend) -> TestApp {
    let mut setup = Setup::new(backend);
    let contoso = setup.scenario.tenants.iter_mut().find(|tenant| tenant.tid == CONTOSO).expect("Contoso");
    contoso.absent_resources.push(Resource::Sharepoint.app_id());
    let app = TestApp::start_with(setup).await;
    prepare(&app).await;
    app
}

/// SharePoint's service principal is made for the set-up, and Microsoft's copies do not know it for some seconds: that is no tenant
/// without SharePoint.
async fn sharepoint_that_appears_late_is_waited_for(backend: Backend) {
    let app = without_sharepoint(backend).await;
    let before = app.administrator_before_save(app.authorize_modern(&["CON-007"]).await, ADMINISTRATOR).await;
    app.emulator.set_switches(|switches| switches.replication_seconds = 3);
    app.emulator.clear_requests();
    let view = app.save_and_settle(&before).await;
    assert_eq!(view.sign_in.state, SignInState::Done, "{:?} {:?}", view.sign_in.problem, view.sign_in.steps);
    let asked = format!("/servicePrincipals(appId='{}')", Resource::Sharepoint.app_id());
    let log = app.emulator.requests();
    let made = log.iter().position(|one| one.is_graph("PATCH", &asked)).expect("it was asked for");
    let late = log[made..].iter().filter(|one| one.is_graph("GET", &asked) && one.status == 404).count();
    assert!(late >= 2, "it was there at once: {late}");
    is_whole(&app).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c9_sharepoint_that_appears_late_is_waited_for_on_sqlite() {
    sharepoint_that_appears_late_is_waited_for(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c9_sharepoint_that_appears_late_is_waited_for_on_postgres() {
    sharepoint_that_appears_late_is_waited_for(Backend::Postgres).await;
}

/// A tenant that has none is told so after a quarter of a minute, and not looked at for twenty.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c9_a_tenant_without_sharepoint_is_told_so() {
    let app = without_sharepoint(Backend::Sqlite).await;
    let before = app.administrator_before_save(app.authorize_modern(&["CON-007"]).await, ADMINISTRATOR).await;
    let asked = format!("/v1.0/servicePrincipals(appId='{}')", Resource::Sharepoint.app_id());
    let effect = Effect { status: Some(404), ..Effect::default() };
    app.emulator.set_fault(Fault { path: Some(asked.clone()), effect, ..Fault::default() });
    app.emulator.clear_requests();
    let view = app.save_and_settle(&before).await;
    let problem = view.sign_in.problem.expect("a remedy");
    assert_eq!((view.sign_in.state, problem.code.as_str()), (SignInState::Failed, "sharepoint_absent"));
    let looks = app.emulator.requests().into_iter().filter(|one| one.method == "GET" && one.path == asked).count();
    assert!((5..=10).contains(&looks), "{looks}");
    assert_eq!(app.set("CON-007").await.method, Method::Basic);
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
