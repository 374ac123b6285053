//! A service provider's day, from a list of 2,000 sets to sixty customers on modern: one technician, one screen, and a customer
//! that is not theirs (G1, H1, H2, H5, H6, H7, H8).

use emulator::{
    TenantGrant,
    scenario::{Person, Tenant},
};
use futures::{StreamExt, stream};
use rekey_tests::{
    app::{Backend, Setup, TestApp, client::Client},
    mailbox::Mailbox,
};
use serde_json::{Value, json};
use shared::{
    api::{
        authorizations::SignInState,
        connect::ConnectView,
        customers::{CustomerView, Health, HealthCounts},
        imports::ImportView,
        members::{ClaimMemberInvitation, ConfirmMember, InvitedView, MemberDetail, MemberInvitationCreated},
        page::Page,
        session::SignInStart,
        waves::{WaveInvitations, WaveItem, WaveItemState, WavePreview, WaveView},
    },
    id::CustomerId,
    method::Method,
};
use std::{
    collections::{BTreeSet, HashMap},
    fmt::Write as _,
};
use uuid::Uuid;

const TECHNICIAN: &str = "tessa.moreau@northwind.example";
const CUSTOMERS: usize = 60;
const SETS: usize = 2_000;
/// Sets of one account's own data: their holder signs in, not an administrator.
const OWN: usize = 5;
const GRAPH: Uuid = uuid::uuid!("00000003-0000-0000-c000-000000000000");
/// The one that is not hers, in name, domain and ids of sets.
const HIDDEN: &str = "harbour";
/// Onboardings at a time, as people come.
const AT_ONCE: usize = 6;
const HEAD: &str =
    "external_id,name,customer,tenant,account,account_role,covers,workloads,region,client_version,method\n";

fn domain(number: usize) -> String {
    if number == CUSTOMERS { format!("{HIDDEN}.example") } else { format!("customer{number:02}.example") }
}

fn name(number: usize) -> String {
    if number == CUSTOMERS { "Harbour Holding".to_owned() } else { format!("Customer {number:02}") }
}

fn administrator(number: usize) -> String {
    format!("admin@{}", domain(number))
}

/// The holder of an account of the first customer's.
fn holder() -> String {
    format!("holder@{}", domain(0))
}

fn tid(number: usize) -> Uuid {
    Uuid::from_u128(0x60c0_57a0_0000_4a00_8000_0000_0000_0000 + number as u128)
}

fn tenant(number: usize) -> Tenant {
    let administrator = Person {
        totp_secret: Some("KVKFKRCPNZQUYMLXOVYDSQKJKZDTSRLD".to_owned()),
        mfa_enforced: true,
        roles: vec!["Global Administrator".to_owned()],
        ..Person::new(administrator(number), "practice-admin", format!("Administrator {number}"))
    };
    let mut people = vec![administrator];
    if number == 0 {
        people.push(Person::new(holder(), "practice-holder", "Lou Martin"));
    }
    Tenant { tid: tid(number), display_name: name(number), default_domain: domain(number), people, ..Tenant::default() }
}

/// One line of a list.
fn line(csv: &mut String, id: &str, number: usize, account: &str, covers: &str) {
    let (name, domain) = (name(number), domain(number));
    let workload = if covers == "own_account" { "onenote" } else { "exchange" };
    writeln!(csv, "{id},Mail {id},{name},{domain},{account},ordinary,{covers},{workload},global,9.1.2.0,basic")
        .unwrap();
}

/// 2,000 sets of the sixty.
fn list() -> String {
    let mut csv = HEAD.to_owned();
    for number in 0..SETS {
        let (customer, id) = (number % CUSTOMERS, format!("SET-{number:04}"));
        if customer == 0 && number < OWN * CUSTOMERS {
            line(&mut csv, &id, customer, &holder(), "own_account");
        } else {
            line(&mut csv, &id, customer, &administrator(customer), "whole_tenant");
        }
    }
    csv
}

/// The sixty-one, added and confirmed by somebody who may.
async fn add_customers(app: &TestApp) -> Vec<CustomerId> {
    let add = async |number: usize| {
        let body = json!({ "name": name(number), "tenant": domain(number) });
        let made: CustomerView = app.key().post("/api/v1/customers", &body).await.ok();
        assert_eq!(made.tenant.0, tid(number));
        let path = format!("/api/v1/customers/{}/confirm-tenant", made.id);
        app.key().post(&path, &json!({ "tenant": made.tenant })).await.ok::<CustomerView>();
        made.id
    };
    let ids = stream::iter(0..=CUSTOMERS).map(add).buffered(AT_ONCE).collect().await;
    let mut csv = HEAD.to_owned();
    for number in 0..10 {
        line(&mut csv, &format!("{HIDDEN}-{number}"), CUSTOMERS, &administrator(CUSTOMERS), "whole_tenant");
    }
    app.import(&csv).await;
    ids
}

/// A technician for these customers, by invitation.
async fn technician(app: &TestApp, customers: &[CustomerId]) -> Client {
    let body = json!({ "role": "technician", "note": "Tessa", "customers": customers });
    let owner = app.member().await;
    let made: MemberInvitationCreated = owner.post("/api/v1/member-invitations", &body).await.ok();
    let invitation = made.url.split_once('#').unwrap().1.to_owned();
    let start: SignInStart = app.page().post("/api/v1/sign-ins", &json!({})).await.ok();
    let id_token = app.person(TECHNICIAN).identify(&start).await;
    let claim = ClaimMemberInvitation { invitation, secret: start.secret, id_token };
    app.page().post("/api/v1/member-invitations/claim", &claim).await.ok::<InvitedView>();
    let (tenant, object) = app.identity(TECHNICIAN);
    let path = format!("/api/v1/member-invitations/{}/confirm", made.invitation.id);
    owner.post(&path, &ConfirmMember { tenant, object }).await.ok::<MemberDetail>();
    app.session(&app.sign_in(TECHNICIAN).await)
}

/// Imports the list, with one line that is about somebody else's customer.
async fn import(tessa: &Client) {
    let mut csv = list();
    line(&mut csv, "SET-9999", CUSTOMERS, &administrator(CUSTOMERS), "whole_tenant");
    let shown: ImportView = tessa.upload_csv("/api/v1/imports", csv).await.ok();
    assert_eq!((shown.new, shown.bad_lines.len()), (SETS as u64, 1), "{:?}", shown.bad_lines);
    let path = format!("/api/v1/imports/{}/confirm", shown.id);
    tessa.post(&path, &json!({ "leave_out_bad_lines": true })).await.ok::<ImportView>();
}

/// Which sets need whom, before anybody is asked.
async fn plan(tessa: &Client) {
    let plan: WavePreview = tessa.post("/api/v1/waves/preview", &json!({ "filter": {} })).await.ok();
    let numbers = plan.numbers;
    assert_eq!((numbers.sets, numbers.customers, numbers.sign_ins), (SETS as u64, 60, 61));
    assert_eq!((plan.hybrid, plan.modern, numbers.refused), (OWN as u64, (SETS - OWN) as u64, 0));
    assert_eq!((plan.customers.len(), plan.more_customers), (CUSTOMERS, 0));
    for (number, one) in plan.customers.iter().enumerate() {
        let mut people: Vec<_> = one.people.iter().map(|one| (one.account.as_str(), one.method)).collect();
        people.sort_unstable_by_key(|(_, method)| *method == Method::Modern);
        let of = one.customer.name.trim_start_matches("Customer ").parse().unwrap();
        let (holder, administrator) = (holder(), format!("an administrator of {}", domain(of)));
        let both = [(holder.as_str(), Method::Hybrid), (administrator.as_str(), Method::Modern)];
        assert_eq!(people, if number == 0 { &both[..] } else { &both[1..] }, "most sign-ins first");
    }
}

/// Whom a letter is to, and the secret in it.
fn read(app: &TestApp, letter: &str) -> (String, String) {
    let letter = Mailbox::flat(letter);
    let to = letter.lines().find_map(|line| line.strip_prefix("To: ")).expect("somebody").trim().to_owned();
    let link = format!("{}/connect#", app.origin);
    let rest = letter.split_once(&link).unwrap_or_else(|| panic!("no link: {letter}")).1;
    (to, rest.chars().take_while(|one| one.is_ascii_alphanumeric() || "-_".contains(*one)).collect())
}

/// What a person does with a letter: opens the link, signs in at Microsoft, presses Save, and sees it end.
async fn onboard(app: &TestApp, to: &str, secret: &str) {
    let view = app.view(secret).await;
    assert_eq!(view.organization, "Northwind Managed IT");
    let attempt = app.attempt(secret, view.sign_in.id).await;
    let tokens = app.person(to).sign_in(&attempt).await;
    let answer = app.save(&attempt.secret, &tokens).await;
    assert!(matches!(answer.status, 200 | 202), "{to}: {}", answer.text());
    let mut live = app.connect(&attempt.secret).live("/api/v1/connect/live").await;
    let ended = live.until(|view: &ConnectView| view.sign_in.state != SignInState::Working).await;
    assert_eq!(ended.sign_in.state, SignInState::Done, "{to}: {:?}", ended.sign_in.problem);
}

async fn fleet(tessa: &Client) -> Vec<CustomerView> {
    let page: Page<CustomerView> = tessa.get("/api/v1/customers?sort=attention&limit=200").await.ok();
    assert!(page.next.is_none());
    page.items
}

async fn counts(tessa: &Client) -> HealthCounts {
    tessa.get("/api/v1/customers/counts").await.ok()
}

async fn wave(client: &Client, id: impl std::fmt::Display) -> WaveView {
    client.get(&format!("/api/v1/waves/{id}")).await.ok()
}

/// The customer that is not hers is in no list, count, search, wave, live view, export or single record.
async fn never_there(app: &TestApp, tessa: &Client, hidden: CustomerId, total: usize, waves: &[&WaveView]) {
    let mut paths: Vec<String> = [
        "session",
        "overview",
        "customers?limit=200",
        "customers?query=harbour",
        "backup-sets?query=harbour&limit=200",
        "backup-sets?sort=-customer&limit=200",
        "backup-sets/changes",
        "backup-sets/counts",
        "customers/counts",
        "apps",
        "certificates",
        "notices",
        "notices?all=true",
        "channels",
        "authorizations?limit=100",
        "invitations",
        "restores",
        "waves",
        "retirements",
    ]
    .map(|path| format!("/api/v1/{path}"))
    .into();
    for one in waves {
        paths.extend([format!("/api/v1/waves/{}", one.id), format!("/api/v1/waves/{}/items?limit=200", one.id)]);
        paths.push(format!("/api/v1/customers?wave={}", one.id));
    }
    let sets: Page<Value> = app.key().get("/api/v1/backup-sets?query=harbour").await.ok();
    let sets: Vec<_> = sets.items.iter().map(|set| set["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(sets.len(), 10, "there is something to hide");
    let mut words = vec![hidden.to_string(), tid(CUSTOMERS).to_string()];
    words.extend(sets.iter().cloned());
    for path in paths {
        let answer = tessa.get(&path).await;
        let text = answer.text();
        assert!(matches!(answer.status, 200 | 403), "{path}: {text}");
        assert!(!text.to_lowercase().contains(HIDDEN), "{path}: {text}");
        assert!(!words.iter().any(|word| text.contains(word.as_str())), "{path}: {text}");
    }
    for path in ["audit", "audit/export", "members", "api-keys", "embed-origins"] {
        tessa.get(&format!("/api/v1/{path}")).await.refused(403, "role_insufficient");
    }
    tessa.get(&format!("/api/v1/customers/{hidden}")).await.refused(404, "not_found");
    tessa.get(&format!("/api/v1/backup-sets/{}", sets[0])).await.refused(404, "not_found");
    let sums: Value = tessa.get("/api/v1/backup-sets/counts").await.ok();
    assert_eq!((counts(tessa).await.total(), &sums["total"]), (60, &json!(total)));
    let session: Value = tessa.get("/api/v1/session").await.ok();
    let numbers = [&session["counts"]["customers"], &session["counts"]["backup_sets"]];
    assert_eq!(numbers, [&json!(CUSTOMERS), &json!(total)]);
    let body = json!({ "filter": { "customers": [hidden] } });
    let plan = tessa.post("/api/v1/waves/preview", &body).await;
    assert!(plan.status == 422 || plan.ok::<WavePreview>().numbers.customers == 0, "{}", plan.text());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g1_h1_h6_a_technician_moves_sixty_customers_on_one_screen_and_never_sees_another() {
    let (app, mailbox) = start().await;
    let customers = add_customers(&app).await;
    let (mine, hidden) = (&customers[..CUSTOMERS], customers[CUSTOMERS]);
    let tessa = technician(&app, mine).await;
    import(&tessa).await;
    plan(&tessa).await;
    never_there(&app, &tessa, hidden, SETS, &[]).await;
    assert_eq!(counts(&tessa).await, HealthCounts { not_connected: 60, ..HealthCounts::default() });
    let made: WaveView =
        tessa.post("/api/v1/waves", &json!({ "name": "All", "selection": { "filter": {} } })).await.ok();
    let numbers = made.counts;
    assert_eq!((numbers.sets, numbers.customers, numbers.items, numbers.waiting_for_link), (SETS as u64, 60, 61, 61));
    assert_eq!(counts(&tessa).await, HealthCounts { set_up_open: 60, ..HealthCounts::default() });
    for (number, id) in mine.iter().enumerate() {
        let body = json!({ "contact": administrator(number) });
        tessa.post(&format!("/api/v1/customers/{id}/contact"), &body).await.ok::<CustomerView>();
    }
    let path = format!("/api/v1/waves/{}/invitations", made.id);
    let sent: WaveInvitations = tessa.post(&path, &json!({ "send": true })).await.ok();
    assert_eq!((sent.invitations.len(), sent.more), (61, false));
    let mut letters = HashMap::new();
    for _ in 0..61 {
        let (to, secret) = read(&app, &mailbox.next().await);
        assert_eq!(letters.insert(to.clone(), secret), None, "{to} is written to once");
    }
    let people: BTreeSet<_> = (0..CUSTOMERS).map(administrator).chain([holder()]).collect();
    assert_eq!(letters.keys().cloned().collect::<BTreeSet<_>>(), people);
    assert_eq!(wave(&tessa, made.id).await.counts.link_sent, 61);

    // Everybody but one signs in; she watches.
    let mut screen = tessa.live(&format!("/api/v1/waves/{}/live", made.id)).await;
    let late = administrator(41);
    let last = letters.remove(&late).expect("a letter");
    let watched = screen.until(|wave: &WaveView| wave.counts.done == 60);
    let walked = stream::iter(&letters).for_each_concurrent(AT_ONCE, |(to, secret)| onboard(&app, to, secret));
    let (moved, ()) = tokio::join!(watched, walked);
    assert_eq!((moved.counts.left(), moved.counts.link_sent, moved.counts.failed), (1, 1, 0));
    let now = fleet(&tessa).await;
    assert_eq!((now.len(), now[0].name.as_str(), now[0].health), (CUSTOMERS, "Customer 41", Health::SetUpOpen));
    assert!(now[1..].iter().all(|one| one.health == Health::Ok && one.sets.basic == 0), "{now:?}");
    let open: Page<WaveItem> = tessa.get(&format!("/api/v1/waves/{}/items?limit=5", made.id)).await.ok();
    assert_eq!((open.items[0].state, open.items[0].customer.name.as_str()), (WaveItemState::LinkSent, "Customer 41"));

    let shared = shared_wave(&app, &tessa).await;
    never_there(&app, &tessa, hidden, SETS + 1, &[&made, &shared]).await;

    onboard(&app, &late, &last).await;
    let end = screen.until(|wave: &WaveView| wave.counts.left() == 0).await;
    assert_eq!((end.counts.done, end.counts.sets_done, end.counts.customers), (61, SETS as u64, 60));
    assert_eq!(counts(&tessa).await, HealthCounts { ok: 60, ..HealthCounts::default() });
    never_there(&app, &tessa, hidden, SETS + 1, &[&made, &shared]).await;
    stays_as_it_was(&app, hidden).await;
}

/// A wave of somebody who sees everything, of both customers: hers are the items of her customer, and the numbers.
async fn shared_wave(app: &TestApp, tessa: &Client) -> WaveView {
    let mut csv = HEAD.to_owned();
    line(&mut csv, "LATE-1", 7, &administrator(7), "whole_tenant");
    app.import(&csv).await;
    let body = json!({ "name": "Rest", "selection": { "filter": { "methods": ["basic"] } } });
    let all: WaveView = app.key().post("/api/v1/waves", &body).await.ok();
    assert_eq!((all.counts.items, all.counts.customers, all.counts.sets), (2, 2, 11));
    // What is connected moves by itself, and on her screen alone what is hers.
    let mut screen = tessa.live(&format!("/api/v1/waves/{}/live", all.id)).await;
    let seen = screen.until(|wave: &WaveView| wave.counts.done == 1).await;
    assert_eq!((seen.counts.items, seen.counts.customers, seen.counts.sets, seen.counts.left()), (1, 1, 1, 0));
    let items: Page<WaveItem> = tessa.get(&format!("/api/v1/waves/{}/items", all.id)).await.ok();
    assert_eq!(items.items.iter().map(|item| item.customer.name.as_str()).collect::<Vec<_>>(), ["Customer 07"]);
    tessa.post(&format!("/api/v1/waves/{}/pause", all.id), &json!({})).await.refused(403, "wave_out_of_reach");
    seen
}

async fn start() -> (TestApp, Mailbox) {
    let mailbox = Mailbox::start().await;
    let mut setup = Setup { mail: Some(mailbox.config()), ..Setup::new(Backend::Sqlite) };
    setup.scenario.tenants.extend((0..=CUSTOMERS).map(tenant));
    let app = TestApp::start_with(setup).await;
    app.emulator.grant_tenant_wide(&TenantGrant {
        tid: tid(0),
        client: app.state.microsoft.config.access.client_id.0,
        resource: GRAPH,
        scopes: ["User.Read", "offline_access", "Notes.Read"].map(str::to_owned).into(),
        ..TenantGrant::default()
    });
    (app, mailbox)
}

/// Nobody has signed in for the other customer, and nothing of it has changed.
async fn stays_as_it_was(app: &TestApp, hidden: CustomerId) {
    let view: CustomerView = app.key().get(&format!("/api/v1/customers/{hidden}")).await.ok();
    assert_eq!((view.sets.basic, view.connected, view.connections.len()), (10, 0, 0));
    assert!(app.emulator.directory_applications(tid(CUSTOMERS)).is_empty(), "no app was made in its tenant");
    assert_eq!(app.emulator.directory_applications(tid(7)).len(), 1, "as in the others'");
}
