//! B-02, C3: what is assigned in the tenant equals the manifest of the chosen workloads, whatever was chosen.

use super::{CONTOSO, called, granted, prepare};
use rekey_tests::{
    app::{Backend, TestApp, set_up::ADMINISTRATOR},
    app_on_both,
};
use shared::{
    api::authorizations::{AuthorizationPreview, CreateAuthorization, SignInState},
    method::Method,
    rules::{manifest::manifest, scopes::Purpose},
    workload::{Workload, Workloads},
};
use std::{collections::BTreeSet, fmt::Write as _};
use uuid::Uuid;

app_on_both! {
    b02_c3_an_extra_permission_is_taken_away_again,
}

/// Whether a set of this workload can become modern, as the preview says.
async fn suits(app: &TestApp, one: Workload) -> bool {
    let ids = app.ids(&[&format!("W-{}", one.as_str())]).await;
    let request = CreateAuthorization::new(ids, Method::Modern);
    let answer = app.key().post("/api/v1/authorizations/preview", &request).await;
    answer.status == 200 && answer.json::<AuthorizationPreview>().sets == 1
}

/// A set of the whole tenant for each workload.
fn list() -> String {
    let mut csv = String::from("external_id,name,customer,tenant,account,account_role,covers,workloads,method\n");
    for one in Workload::ALL {
        let name = one.as_str();
        let _ = writeln!(
            csv,
            "W-{name},All {name},Contoso Ltd,contoso.com,backup@contoso.com,ordinary,whole_tenant,{name},basic"
        );
    }
    csv
}

/// Every single workload, all, all but one of each, and every workload with its next but two: n + 1 + n + n. With
/// `REKEY_COMBINATIONS=all` every combination there is.
fn combinations(all: &[Workload]) -> Vec<Workloads> {
    if std::env::var("REKEY_COMBINATIONS").is_ok_and(|text| text == "all") {
        let chosen = |bits: usize| all.iter().enumerate().filter(move |(at, _)| bits >> at & 1 == 1);
        return (1..1_usize << all.len()).map(|bits| chosen(bits).map(|(_, one)| *one).collect()).collect();
    }
    let mut found: Vec<Workloads> = all.iter().map(|one| [*one].into()).collect();
    found.push(all.iter().copied().collect());
    found.extend(all.iter().map(|one| all.iter().copied().filter(|other| other != one).collect::<Workloads>()));
    let far = all.iter().cycle().skip(3);
    found.extend(all.iter().zip(far).map(|(one, other)| Workloads::from([*one, *other])));
    found.retain(|one| !one.is_empty());
    found
}

/// What the manifest says of these workloads.
fn wanted(workloads: &Workloads, purpose: Purpose) -> BTreeSet<(Uuid, String)> {
    manifest(workloads, purpose).into_iter().map(|one| (one.resource.app_id(), one.value.clone())).collect()
}

/// Sets these workloads up, looks, and takes the switch back, so that the next ones begin from basic.
async fn set_up_and_compare(app: &TestApp, workloads: &Workloads, restores: bool) {
    let names: Vec<String> = workloads.iter().map(|one| format!("W-{}", one.as_str())).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut request = CreateAuthorization::new(app.ids(&names).await, Method::Modern);
    request.restores = restores;
    let authorization = app.create_authorization(&request).await;
    let before = app.administrator_before_save(authorization, ADMINISTRATOR).await;
    let view = app.save_and_settle(&before).await;
    assert_eq!(view.sign_in.state, SignInState::Done, "{names:?}: {:?} {:?}", view.sign_in.problem, view.sign_in.steps);
    let purposes: &[Purpose] = if restores { &Purpose::ALL } else { &[Purpose::Backup] };
    for purpose in purposes {
        let client = app.app(*purpose).await.client_id.expect("a client id").0;
        assert_eq!(granted(app, client), wanted(workloads, *purpose), "{purpose:?} of {names:?}");
    }
    let path = format!("/api/v1/apps/{}/undo", app.app(Purpose::Backup).await.id);
    let undone = app.key().post(&path, &serde_json::json!({})).await;
    assert_eq!(undone.status, 200, "{}", undone.text());
}

/// With eight workloads 25 combinations (255 with `REKEY_COMBINATIONS=all`), every seventh with the app for restores, too;
/// each one after another one in the same tenant, so that permissions must go as well as come.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn b02_c3_the_tenant_holds_exactly_the_manifest_for_every_choice() {
    let app = TestApp::start(Backend::Sqlite).await;
    prepare(&app).await;
    app.import(&list()).await;
    let mut all = Vec::new();
    for one in Workload::ALL {
        if suits(&app, one).await {
            assert!(!manifest(&[one].into(), Purpose::Backup).is_empty(), "{one:?} asks for something");
            all.push(one);
        }
    }
    assert!(!all.contains(&Workload::PersonalSites), "M-12");
    let combinations = combinations(&all);
    assert!(all.len() >= 8 && combinations.len() > 3 * all.len(), "{} of {}", combinations.len(), all.len());
    for (round, workloads) in combinations.iter().enumerate() {
        set_up_and_compare(&app, workloads, round % 7 == 3).await;
    }
    assert_eq!(called(&app, "Rekey Backup").len(), 1, "one application all the time");
    assert_eq!(called(&app, "Rekey Restore").len(), 1);
}

/// Somebody gave the app more than it needs: the next authorization takes it away.
async fn b02_c3_an_extra_permission_is_taken_away_again(app: TestApp) {
    prepare(&app).await;
    app.set_up(&["CON-015"]).await;
    let made = app.app(Purpose::Backup).await;
    let client = made.client_id.expect("a client id").0;
    let extra = "Directory.ReadWrite.All";
    app.emulator.grant_tenant_wide(&emulator::TenantGrant {
        tid: CONTOSO,
        client,
        resource: super::GRAPH,
        roles: [extra.to_owned()].into(),
        ..emulator::TenantGrant::default()
    });
    let held = granted(&app, client);
    assert!(held.contains(&(super::GRAPH, extra.to_owned())));
    assert_ne!(
        held,
        wanted(&[Workload::Exchange].into(), Purpose::Backup),
        "a superset does not pass for the manifest"
    );
    let path = format!("/api/v1/apps/{}/update-configuration", made.id);
    let update = app.key().post(&path, &serde_json::json!({})).await.ok();
    let before = app.administrator_before_save(update, ADMINISTRATOR).await;
    let view = app.save_and_settle(&before).await;
    assert_eq!(view.sign_in.state, SignInState::Done, "{:?}", view.sign_in.problem);
    assert_eq!(granted(&app, client), wanted(&[Workload::Exchange].into(), Purpose::Backup));
}
