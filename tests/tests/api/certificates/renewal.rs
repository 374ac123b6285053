//! The app renews itself: nobody signs in, nothing is interrupted (E8, E9, E10).

use super::{CUSTOMER, DAY, audited, current, move_to, notices, planted, until_renewed, works};
use crate::api::jobs::{BACKUP, grants};
use rekey_tests::{
    app::{Backend, TestApp, eventually},
    app_on_both,
};
use server::{
    http::limits::LimitsConfig,
    live::Changes,
    server::{Node, Options},
    services::certificates::Validity,
    state::AppState,
    store::{Store, apps::App},
};
use shared::{
    api::{apps::CertificateState, job_tokens::JobToken, notices::ExpiryView, page::Page},
    method::Method,
};
use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};
use tokio::sync::RwLock;

app_on_both! {
    e8_e9_e10_the_app_renews_itself_and_the_old_key_goes_a_day_later,
    e8_a_short_certificate_is_renewed_at_a_third_of_its_life,
    e10_a_new_key_that_microsoft_does_not_know_yet_waits,
    e8_no_token_fails_while_a_certificate_changes,
    e13_the_desk_lists_the_ends_of_the_fleet_soonest_first,
    r11_a_clock_that_jumps_an_hour_renews_nothing,
}

async fn e8_e9_e10_the_app_renews_itself_and_the_old_key_goes_a_day_later(app: TestApp) {
    let owner = planted(&app).await;
    let old = current(&app, &owner).await;
    let due = old.renew_at.expect("a plan");
    assert_eq!(due, old.not_after.plus(-60 * DAY));
    move_to(&app, due.plus(-3600));
    eventually("the probe of a day before", async || app.app_record(&owner).await.checked_at > owner.checked_at).await;
    assert_eq!(app.directory_app(&owner).keys.len(), 1, "not before it is due");

    move_to(&app, due);
    let new = until_renewed(&app, &owner, &old).await;
    assert!(new.not_after.since(app.state.now()) > 729 * DAY && new.shortened.is_none());
    let keys = app.directory_app(&owner).keys;
    assert_eq!(keys.len(), 2, "both keys overlap");
    assert!(keys.iter().any(|key| Some(key.key_id) == new.key_id));
    let previous = app.certificates_of(&owner).await.into_iter().find(|one| one.id == old.id).unwrap();
    assert_eq!(previous.state, CertificateState::Previous);
    assert!(works(&app, &owner, &previous).await && works(&app, &owner, &new).await);
    assert!(previous.remove_at.unwrap().since(app.state.now()) > 23 * 3600);
    assert_eq!(audited(&app, "certificate.renewed").await, 1);

    app.advance(23 * 3600);
    assert_eq!(app.directory_app(&owner).keys.len(), 2, "not before a day is over");
    app.advance(2 * 3600);
    eventually("one key", async || app.directory_app(&owner).keys.len() == 1).await;
    assert_eq!(Some(app.directory_app(&owner).keys[0].key_id), new.key_id, "the old key goes, the new one stays");
    eventually("a forgotten key", async || {
        let all = app.certificates_of(&owner).await;
        all.iter().any(|one| one.id == old.id && one.state == CertificateState::Removed && one.private_key.is_none())
    })
    .await;
    assert!(works(&app, &owner, &new).await);
    assert_eq!(current(&app, &owner).await.renew_at, Some(new.not_after.plus(-60 * DAY)), "and so on");
    assert!(notices(&app, false).await.is_empty(), "nobody is reminded of what is done");
}

async fn e8_a_short_certificate_is_renewed_at_a_third_of_its_life(app: TestApp) {
    app.import_sample().await;
    let owner = app.plant_renewing_app(CUSTOMER, Validity::Days(90)).await;
    let old = current(&app, &owner).await;
    assert_eq!(old.renew_at, Some(old.not_after.plus(-30 * DAY)));
    move_to(&app, old.not_after.plus(-30 * DAY));
    until_renewed(&app, &owner, &old).await;
}

async fn e10_a_new_key_that_microsoft_does_not_know_yet_waits(app: TestApp) {
    let owner = planted(&app).await;
    let old = current(&app, &owner).await;
    app.emulator.set_switches(|switches| switches.token_delay_seconds = 300);
    move_to(&app, old.renew_at.unwrap());
    eventually("a key on the app", async || app.directory_app(&owner).keys.len() == 2).await;
    eventually("a refused try", async || {
        let made = app.certificates_of(&owner).await.into_iter().find(|one| one.state == CertificateState::Made);
        made.is_some_and(|one| one.key_id.is_some())
    })
    .await;
    assert_eq!(current(&app, &owner).await.id, old.id, "the old one is in use until the new one has yielded a token");
    app.advance(301);
    until_renewed(&app, &owner, &old).await;
    assert_eq!(app.directory_app(&owner).keys.len(), 2, "and no second key was made meanwhile");
}

/// Jobs ask without a pause while the certificate changes and the old key goes. The node remembers nothing: each of them is a
/// token of Microsoft's, by the certificate that is in use then.
async fn e8_no_token_fails_while_a_certificate_changes(app: TestApp) {
    let owner = planted(&app).await;
    connect(&app, "CON-015", &owner).await;
    let path = format!("/api/v1/backup-sets/{}/job-token", app.set("CON-015").await.id);
    let old = current(&app, &owner).await;
    let app = Arc::new(app);
    let (stop, asked) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let still = Arc::new(RwLock::new(()));
    let askers: Vec<_> = (0..4)
        .map(|_| {
            let (app, path, stop, asked, still) =
                (app.clone(), path.clone(), stop.clone(), asked.clone(), still.clone());
            tokio::spawn(async move {
                while !stop.load(Ordering::SeqCst) {
                    // A proof is good for ten minutes: one that is under way while a test turns months is not.
                    let _still = still.read().await;
                    app.state.job_tokens.clear();
                    let token: JobToken = app.key().post(&path, &BACKUP).await.ok();
                    let mail = format!("{}/v1.0/users/priya.shah@contoso.com/messages", token.base_url);
                    let read = reqwest::Client::new().get(mail).bearer_auth(&token.access_token).send().await;
                    assert_eq!(read.expect("an answer").status().as_u16(), 200);
                    asked.fetch_add(1, Ordering::SeqCst);
                }
            })
        })
        .collect();
    let more = async |count: usize| {
        let (before, minted) = (asked.load(Ordering::SeqCst), grants(&app, "client_credentials"));
        eventually("more tokens", async || {
            assert!(askers.iter().all(|asker| !asker.is_finished()), "a token failed");
            asked.load(Ordering::SeqCst) >= before + count && grants(&app, "client_credentials") >= minted + count
        })
        .await;
    };
    more(20).await;
    let moving = still.write().await;
    app.emulator.set_switches(|switches| switches.token_delay_seconds = 300);
    move_to(&app, old.renew_at.unwrap());
    drop(moving);
    eventually("a key that Microsoft does not take yet", async || app.directory_app(&owner).keys.len() == 2).await;
    more(20).await;
    assert_eq!(current(&app, &owner).await.id, old.id);
    let moving = still.write().await;
    app.advance(301);
    drop(moving);
    until_renewed(&app, &owner, &old).await;
    more(20).await;
    let moving = still.write().await;
    app.advance(25 * 3600);
    drop(moving);
    eventually("one key", async || app.directory_app(&owner).keys.len() == 1).await;
    more(20).await;
    stop.store(true, Ordering::SeqCst);
    for asker in askers {
        asker.await.expect("no token failed");
    }
}

/// A set becomes modern, by this app.
async fn connect(app: &TestApp, external_id: &str, owner: &App) {
    let ids = app.ids(&[external_id]).await;
    let tx = app.state.store.write(app.organization).await.unwrap();
    let set = tx.find_backup_sets(&ids).await.unwrap().remove(0);
    assert!(tx.change_method(&set, Method::Modern, owner.id, app.state.now()).await.unwrap());
    tx.commit().await.unwrap();
}

async fn e13_the_desk_lists_the_ends_of_the_fleet_soonest_first(app: TestApp) {
    planted(&app).await;
    app.plant_renewing_app("Fabrikam Inc.", Validity::Days(90)).await;
    app.plant_renewing_app("Adatum Corporation", Validity::Days(365)).await;
    let mut seen = Vec::new();
    let mut path = "/api/v1/certificates?limit=2".to_owned();
    loop {
        let page: Page<ExpiryView> = app.key().get(&path).await.ok();
        assert!(page.items.len() <= 2);
        seen.extend(page.items);
        let Some(next) = page.next else { break };
        path = format!("/api/v1/certificates?limit=2&cursor={next}");
    }
    let names: Vec<_> = seen.iter().map(|one| one.customer.name.as_str()).collect();
    assert_eq!(names, ["Fabrikam Inc.", "Adatum Corporation", "Contoso Ltd"]);
    assert!(seen.is_sorted_by_key(|one| one.not_after));
    assert!(seen.iter().all(|one| one.renew_at.is_some_and(|at| at < one.not_after)));
}

async fn r11_a_clock_that_jumps_an_hour_renews_nothing(app: TestApp) {
    let owner = planted(&app).await;
    app.advance(3600);
    app.advance(-3600);
    app.advance(3600);
    let check = app.key().post(&format!("/api/v1/apps/{}/check", owner.id), &serde_json::json!({})).await;
    assert_eq!(check.status, 200, "{}", check.text());
    assert_eq!((app.directory_app(&owner).keys.len(), notices(&app, true).await.len()), (1, 0));
}

/// A second process on the same data, with the same clock and keys.
async fn second_node(app: &TestApp) -> Node {
    let store = Store::open(&app.database.config).await.expect("the database opens again");
    let state = AppState { store, changes: Changes::default(), ..app.state.clone() };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    Node::start(state, listener, Options { limits: LimitsConfig::default(), audit_heads: None }).expect("a node")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn e8_two_nodes_at_once_make_one_new_certificate() {
    let app = TestApp::start(Backend::Postgres).await;
    let owner = planted(&app).await;
    let other = second_node(&app).await;
    let mut old = current(&app, &owner).await;
    for round in 1..=5 {
        move_to(&app, old.renew_at.unwrap());
        old = until_renewed(&app, &owner, &old).await;
        app.advance(25 * 3600);
        eventually("one key", async || app.directory_app(&owner).keys.len() == 1).await;
        assert_eq!(app.certificates_of(&owner).await.len(), round + 1, "one new certificate each time");
        assert_eq!(audited(&app, "certificate.renewed").await, round);
    }
    other.stop().await;
}
