//! Waves: many sets of many customers planned, moved, held, tried again and called off (F6, F10, F11, G1 to G3, N4, N10).

mod flips;
mod mail;

use rekey_tests::{
    app::{TestApp, dump::assert_same, eventually},
    app_on_both,
};
use serde_json::{Value, json};
use server::store::sign_ins::SignIn;
use shared::{
    api::{
        authorizations::{AuthorizationView, SignInState},
        page::Page,
        waves::{
            CreateWave, RetirementView, WaveFilter, WaveInvitations, WaveItem, WaveItemState, WavePreview, WaveRetried,
            WaveSelection, WaveState, WaveView,
        },
    },
    id::{AuthorizationId, WaveId},
    method::Method,
    rules::wave::Aim,
    time::Timestamp,
    workload::Workload,
};
use std::collections::BTreeSet;

app_on_both! {
    f6_g2_a_plan_groups_by_sign_in_and_stores_nothing,
    g1_a_selection_is_by_ids_by_filter_or_by_an_announced_end,
    g1_a_wave_is_authorizations_that_people_walk_as_always,
    f10_what_is_connected_flips_without_a_sign_in,
    g3_a_paused_wave_begins_nothing_and_goes_on,
    g3_a_wave_begins_on_its_day,
    g3_only_the_failed_are_tried_again,
    g3_a_wave_called_off_leaves_nothing_open,
    f11_d9_an_announced_end_is_a_campaign_with_a_deadline,
}

fn all(aim: Aim) -> WaveSelection {
    WaveSelection { filter: Some(WaveFilter::default()), aim, ..WaveSelection::default() }
}

async fn preview(app: &TestApp, selection: &WaveSelection) -> WavePreview {
    app.key().post("/api/v1/waves/preview", selection).await.ok()
}

fn wave_of(selection: WaveSelection) -> CreateWave {
    CreateWave { name: "December".to_owned(), note: String::new(), starts_at: None, deadline: None, selection }
}

async fn make(app: &TestApp, request: &CreateWave) -> WaveView {
    app.key().post("/api/v1/waves", request).await.ok()
}

async fn of(app: &TestApp, external_ids: &[&str]) -> WaveSelection {
    WaveSelection { backup_sets: app.ids(external_ids).await, ..WaveSelection::default() }
}

async fn items(app: &TestApp, id: WaveId, query: &str) -> Page<WaveItem> {
    app.key().get(&format!("/api/v1/waves/{id}/items{query}")).await.ok()
}

async fn find(app: &TestApp, id: WaveId) -> WaveView {
    app.key().get(&format!("/api/v1/waves/{id}")).await.ok()
}

async fn act(app: &TestApp, id: WaveId, verb: &str) -> WaveView {
    app.key().post(&format!("/api/v1/waves/{id}/{verb}"), &json!({})).await.ok()
}

/// Puts a sign-in of the wave into a state, as its work would.
async fn put(app: &TestApp, item: &WaveItem, state: SignInState) {
    let tx = app.state.store.write(app.organization).await.unwrap();
    let sign_in = tx.find_sign_in(item.id).await.unwrap().unwrap();
    let from = sign_in.state;
    assert!(tx.update_sign_in(&SignIn { state, ..sign_in }, from).await.unwrap());
    assert!(tx.touch_authorization(item.authorization).await.unwrap());
    tx.commit().await.unwrap();
}

/// 23 sets of three customers: hybrid for one account's own data, modern for everybody's, two that cannot.
async fn f6_g2_a_plan_groups_by_sign_in_and_stores_nothing(app: TestApp) {
    app.import_sample().await;
    let before = app.dump().await;
    let plan = preview(&app, &all(Aim::Recommended)).await;
    let numbers = plan.numbers;
    assert_eq!((numbers.sets, numbers.customers, numbers.sign_ins), (21, 3, 6));
    assert_eq!((numbers.approvals, numbers.without_sign_in, numbers.refused), (2, 0, 2));
    assert_eq!((plan.hybrid, plan.modern), (18, 3));
    let reasons: BTreeSet<_> = plan.refused.iter().map(|one| (one.code.as_str(), one.sets)).collect();
    assert_eq!(reasons, BTreeSet::from([("client_too_old", 1), ("split_reaches", 1)]));
    let contoso = &plan.customers[0];
    assert_eq!((contoso.customer.name.as_str(), contoso.sets, contoso.sign_ins), ("Contoso Ltd", 16, 3));
    assert!(contoso.approval);
    let people: Vec<_> = contoso.people.iter().map(|one| (one.account.as_str(), one.method, one.sets)).collect();
    assert_eq!(people[0], ("backup@contoso.com", Method::Hybrid, 8));
    assert_eq!(people[2], ("an administrator of contoso.com", Method::Modern, 2));
    assert!(contoso.people[0].administrator_for.contains(&"Mail.Read".to_owned()));
    assert!(!contoso.people[0].administrator_for.contains(&"Files.Read".to_owned()));
    let adatum = plan.customers.iter().find(|one| one.customer.name == "Adatum Corporation").unwrap();
    assert!(!adatum.approval, "own files and notebooks need nobody else");
    assert_same(&before, &app.dump().await);
}

async fn g1_a_selection_is_by_ids_by_filter_or_by_an_announced_end(app: TestApp) {
    app.import_sample().await;
    let fabrikam = app.customer("Fabrikam Inc.").await.id;
    let sets = async |filter: WaveFilter| {
        let selection = WaveSelection { filter: Some(filter), ..WaveSelection::default() };
        let numbers = preview(&app, &selection).await.numbers;
        numbers.sets + numbers.refused
    };
    assert_eq!(sets(WaveFilter { customers: vec![fabrikam], ..WaveFilter::default() }).await, 4);
    assert_eq!(sets(WaveFilter { query: "PRIYA".to_owned(), ..WaveFilter::default() }).await, 6);
    assert_eq!(sets(WaveFilter { methods: vec![Method::Modern], ..WaveFilter::default() }).await, 0);
    let mail = [Workload::Exchange, Workload::Groups].into();
    assert_eq!(sets(WaveFilter { workloads: mail, ..WaveFilter::default() }).await, 7);
    assert_eq!(sets(WaveFilter { could_become: Some(Method::Modern), ..WaveFilter::default() }).await, 3);
    let listed: Page<Value> = app.key().get("/api/v1/backup-sets?workload=exchange,groups").await.ok();
    assert_eq!(listed.items.len(), 7, "the list filters alike");
    // Neither, both, strangers, twice.
    let refused = async |body: Value, field: &str| {
        let problem = app.key().post("/api/v1/waves/preview", &body).await.refused(422, "field_invalid");
        assert_eq!(problem.field.as_deref(), Some(field), "{body}");
    };
    refused(json!({}), "backup_sets").await;
    let id = app.ids(&["CON-001"]).await[0];
    refused(json!({ "backup_sets": [id], "filter": {} }), "backup_sets").await;
    refused(json!({ "backup_sets": [uuid::Uuid::from_u128(1)] }), "backup_sets").await;
    refused(json!({ "retirement": "ewz" }), "retirement").await;
    app.key().get("/api/v1/backup-sets?workload=mail").await.refused(422, "field_invalid");
    let twice = WaveSelection { backup_sets: vec![id, id], ..WaveSelection::default() };
    assert_eq!(preview(&app, &twice).await.numbers.sets, 1);
}

/// The connect page knows nothing of waves.
async fn g1_a_wave_is_authorizations_that_people_walk_as_always(app: TestApp) {
    app.import_sample().await;
    let made = make(&app, &wave_of(of(&app, &["CON-001", "CON-002", "CON-009", "FAB-001", "FAB-004"]).await)).await;
    assert_eq!((made.state, made.counts.items, made.counts.sets, made.counts.customers), (WaveState::Open, 4, 5, 2));
    assert_eq!((made.counts.waiting_for_link, made.counts.left()), (4, 4));
    let authorizations: Page<AuthorizationView> = app.key().get("/api/v1/authorizations").await.ok();
    let shapes: BTreeSet<_> = authorizations.items.iter().map(|one| (one.customer.name.as_str(), one.method)).collect();
    assert_eq!(
        shapes,
        BTreeSet::from([
            ("Contoso Ltd", Method::Hybrid),
            ("Fabrikam Inc.", Method::Hybrid),
            ("Fabrikam Inc.", Method::Modern)
        ])
    );
    assert!(authorizations.items.iter().all(|one| one.wave == Some(made.id)));
    // Asking again makes nothing again: a set is in one open wave at most.
    let again = wave_of(of(&app, &["CON-001", "CON-002"]).await);
    app.key().post("/api/v1/waves", &again).await.refused(409, "nothing_to_authorize");
    let plan = preview(&app, &again.selection).await;
    assert_eq!((plan.numbers.sets, plan.refused[0].code.as_str(), plan.refused[0].sets), (0, "in_another_wave", 2));
    // Invitations for everybody who waits, once.
    let path = format!("/api/v1/waves/{}/invitations", made.id);
    let made_now: WaveInvitations = app.key().post(&path, &json!({})).await.ok();
    assert_eq!((made_now.invitations.len(), made_now.more), (4, false));
    let none: WaveInvitations = app.key().post(&path, &json!({})).await.ok();
    assert_eq!(none.invitations.len(), 0);
    assert_eq!(find(&app, made.id).await.counts.link_sent, 4);
    let link = made_now.invitations.iter().find(|one| one.account == "backup@contoso.com").unwrap();
    let secret = link.url.split_once('#').unwrap().1;
    let view = app.view(secret).await;
    assert_eq!(view.sign_in.account, "backup@contoso.com");
    let attempt = app.attempt(secret, view.sign_in.id).await;
    let tokens = app.person("backup@contoso.com").sign_in(&attempt).await;
    let mut live = app.key().live(&format!("/api/v1/waves/{}/live", made.id)).await;
    let first: WaveView = live.next().await.unwrap();
    app.save(&attempt.secret, &tokens).await.ok::<Value>();
    let moved: WaveView = live.until(|wave: &WaveView| wave.counts.done == 1).await;
    assert!(moved.version > first.version);
    assert_eq!((moved.counts.sets_done, moved.state), (2, WaveState::Open));
    assert_eq!(app.set("CON-001").await.method, Method::Hybrid);
    let over = items(&app, made.id, "?show=over").await.items;
    assert_eq!((over.len(), over[0].state, over[0].sets), (1, WaveItemState::Done, 2));
}

async fn f10_what_is_connected_flips_without_a_sign_in(app: TestApp) {
    app.import_sample().await;
    app.connect_account(&["CON-001", "CON-003", "CON-004", "CON-005"], "backup@contoso.com").await;
    let selection = of(&app, &["CON-002", "CON-006", "FAB-001"]).await;
    let plan = preview(&app, &selection).await;
    assert_eq!((plan.numbers.sets, plan.numbers.without_sign_in, plan.numbers.sign_ins), (3, 2, 1));
    let made = make(&app, &wave_of(selection)).await;
    let mut live = app.key().live(&format!("/api/v1/waves/{}/live", made.id)).await;
    let moved: WaveView = live.until(|wave: &WaveView| wave.counts.queued + wave.counts.in_progress == 0).await;
    assert_eq!((moved.counts.done, moved.counts.sets_done, moved.counts.waiting_for_link), (1, 2, 1));
    assert_eq!(app.set("CON-002").await.method, Method::Hybrid);
    assert_eq!(app.set("FAB-001").await.method, Method::Basic);
}

async fn g3_a_paused_wave_begins_nothing_and_goes_on(app: TestApp) {
    app.import_sample().await;
    app.connect_account(&["CON-001"], "backup@contoso.com").await;
    let later = app.state.now().plus(3600);
    let request = CreateWave { starts_at: Some(later), ..wave_of(of(&app, &["CON-002", "FAB-003"]).await) };
    let made = make(&app, &request).await;
    let paused = act(&app, made.id, "pause").await;
    assert_eq!(paused.state, WaveState::Paused);
    app.key().post(&format!("/api/v1/waves/{}/pause", made.id), &json!({})).await.refused(409, "not_open");
    app.advance(7200);
    // Its day has come, and still nothing begins.
    let shown = items(&app, made.id, "").await.items;
    assert!(shown.iter().all(|item| item.state == WaveItemState::Paused), "{shown:?}");
    let open = shown.iter().find(|item| item.customer.name == "Fabrikam Inc.").unwrap();
    let secret = app.link(open.authorization).await;
    // Whoever opens the link is told at once, before they press anything.
    let told = async || app.view(&secret).await.sign_in.problem.map(|problem| problem.code);
    assert_eq!(told().await.as_deref(), Some("wave_paused"));
    let body = json!({ "sign_in": open.id });
    app.connect(&secret).post("/api/v1/connect/attempts", &body).await.refused(409, "wave_paused");
    let connected = shown.iter().find(|item| item.customer.name == "Contoso Ltd").unwrap();
    let path = format!("/api/v1/authorizations/{}/sign-ins/{}/save", connected.authorization, connected.id);
    app.key().post(&path, &json!({})).await.refused(409, "wave_paused");
    assert_eq!(app.set("CON-002").await.method, Method::Basic);
    assert_eq!(act(&app, made.id, "resume").await.state, WaveState::Open);
    app.key().post(&format!("/api/v1/waves/{}/resume", made.id), &json!({})).await.refused(409, "not_paused");
    assert_eq!(told().await, None);
    app.attempt(&secret, open.id).await;
    eventually("the connected set flips", async || app.set("CON-002").await.method == Method::Hybrid).await;
}

async fn g3_a_wave_begins_on_its_day(app: TestApp) {
    app.import_sample().await;
    app.connect_account(&["CON-001"], "backup@contoso.com").await;
    let day = app.state.now().plus(24 * 3600);
    let request = CreateWave { starts_at: Some(day), ..wave_of(of(&app, &["CON-002", "FAB-001"]).await) };
    let early = CreateWave { deadline: Some(day), ..request.clone() };
    let problem = app.key().post("/api/v1/waves", &early).await.refused(422, "field_invalid");
    assert_eq!(problem.field.as_deref(), Some("deadline"));
    let made = make(&app, &request).await;
    assert_eq!(made.state, WaveState::Planned);
    app.key().post(&format!("/api/v1/waves/{}/invitations", made.id), &json!({})).await.refused(409, "wave_not_begun");
    assert_eq!(app.set("CON-002").await.method, Method::Basic);
    let waits = items(&app, made.id, "").await.items.into_iter().find(|item| item.customer.name == "Fabrikam Inc.");
    let secret = app.link(waits.unwrap().authorization).await;
    let told = app.view(&secret).await.sign_in.problem.map(|problem| problem.code);
    assert_eq!(told.as_deref(), Some("wave_not_begun"));
    app.advance(24 * 3600);
    eventually("the day has come", async || app.set("CON-002").await.method == Method::Hybrid).await;
    assert_eq!(find(&app, made.id).await.state, WaveState::Open);
}

async fn g3_only_the_failed_are_tried_again(app: TestApp) {
    app.import_sample().await;
    let made = make(&app, &wave_of(of(&app, &["CON-001", "CON-009", "FAB-001", "ADA-001"]).await)).await;
    let all = items(&app, made.id, "").await.items;
    put(&app, &all[0], SignInState::Failed).await;
    put(&app, &all[1], SignInState::ApprovalNeeded).await;
    let shown = items(&app, made.id, "?limit=2").await;
    let states: Vec<_> = shown.items.iter().map(|item| item.state).collect();
    assert_eq!(states, [WaveItemState::Failed, WaveItemState::NeedsSomebody], "attention first");
    let rest = items(&app, made.id, &format!("?limit=2&cursor={}", shown.next.unwrap())).await;
    assert_eq!((rest.items.len(), rest.next), (2, None));
    let pages: BTreeSet<_> = shown.items.iter().chain(&rest.items).map(|item| item.id).collect();
    assert_eq!(pages.len(), 4, "no item twice, none left out");
    let attention = items(&app, made.id, "?show=attention").await;
    assert_eq!(attention.items.len(), 2);
    let before = find(&app, made.id).await;
    let path = format!("/api/v1/waves/{}/retry-failed", made.id);
    let answer: WaveRetried = app.key().post(&path, &json!({})).await.ok();
    assert_eq!((answer.items, answer.wave.counts.failed, answer.wave.counts.needs_somebody), (1, 0, 1));
    assert!(answer.wave.version > before.version, "live views hear of it");
    let none: WaveRetried = app.key().post(&path, &json!({})).await.ok();
    assert_eq!(none.items, 0);
}

async fn g3_a_wave_called_off_leaves_nothing_open(app: TestApp) {
    app.import_sample().await;
    let made = make(&app, &wave_of(of(&app, &["CON-001", "CON-009", "FAB-001"]).await)).await;
    let all = items(&app, made.id, "").await.items;
    put(&app, &all[0], SignInState::Done).await;
    let fabrikam = all.iter().find(|item| item.customer.name == "Fabrikam Inc.").unwrap();
    let secret = app.link(fabrikam.authorization).await;
    let attempt = app.attempt(&secret, fabrikam.id).await;
    let over = act(&app, made.id, "cancel").await;
    assert_eq!((over.state, over.counts.done, over.counts.cancelled), (WaveState::Cancelled, 1, 2));
    app.key().post(&format!("/api/v1/waves/{}/cancel", made.id), &json!({})).await.refused(409, "not_open");
    app.key().post(&format!("/api/v1/waves/{}/resume", made.id), &json!({})).await.refused(409, "not_paused");
    app.connect(&secret).get("/api/v1/connect").await.refused(404, "not_found");
    app.connect(&attempt.secret).get("/api/v1/connect").await.refused(404, "not_found");
    let authorization: AuthorizationId = fabrikam.authorization;
    let view = app.authorization(authorization).await;
    assert_eq!(view.sign_ins[0].state, SignInState::Cancelled);
    // Its sets are free for another one.
    assert_eq!(preview(&app, &of(&app, &["CON-009", "FAB-001"]).await).await.numbers.sets, 2);
}

async fn f11_d9_an_announced_end_is_a_campaign_with_a_deadline(app: TestApp) {
    app.import_sample().await;
    let ends: Vec<RetirementView> = app.key().get("/api/v1/retirements").await.ok();
    let ews = ends.iter().find(|end| end.code == "ews").unwrap();
    assert_eq!((ews.sets, ews.customers, ews.ends_on.as_str()), (10, 2, "2027-04-01"));
    assert_eq!(ews.ends_at, Timestamp(1_806_537_600));
    let selection = WaveSelection { retirement: Some("ews".to_owned()), ..WaveSelection::default() };
    let plan = preview(&app, &selection).await;
    assert_eq!(plan.numbers.sets + plan.numbers.refused, ews.sets);
    let made = make(&app, &wave_of(selection)).await;
    assert_eq!(made.deadline, Some(ews.ends_at));
    assert_eq!(made.retirement.unwrap().what, ews.what);
    app.connect_account(&["CON-011"], "priya.shah@contoso.com").await;
    let item =
        items(&app, made.id, "").await.items.into_iter().find(|item| item.account == "backup@contoso.com").unwrap();
    let secret = app.link(item.authorization).await;
    let attempt = app.attempt(&secret, item.id).await;
    let tokens = app.person("backup@contoso.com").sign_in(&attempt).await;
    app.save(&attempt.secret, &tokens).await.ok::<Value>();
    eventually("what is left goes down", async || {
        let ends: Vec<RetirementView> = app.key().get("/api/v1/retirements").await.ok();
        ends.iter().find(|end| end.code == "ews").unwrap().sets == ews.sets - item.sets
    })
    .await;
}
