//! H8 as a property: whatever two organizations and the people of five tenants do, in any order, with any token on any attempt,
//! no access of one tenant is ever stored for another, and nothing of one organization for the other.
//!
//! `REKEY_SEQUENCES` says how many sequences are tried on each database; 2 unless told. A failure names its seed.

use emulator::{
    TenantGrant,
    scenario::{Person, Tenant},
};
use rekey_tests::{
    app::{Backend, Setup, TestApp, client::Client},
    person::Tokens,
};
use serde_json::{Value, json};
use server::store::{
    Store,
    backup_sets::{Filter, Sort},
};
use shared::{
    api::{authorizations::AuthorizationView, connect::AttemptStart},
    id::{OrganizationId, TenantId},
    method::Method,
};
use std::{collections::HashMap, env, fmt::Write as _};
use uuid::Uuid;

/// Who backs up which tenant.
const PEOPLE: [(&str, &str); 5] = [
    ("contoso.com", "backup@contoso.com"),
    ("fabrikam.com", "backup@fabrikam.com"),
    ("adatum.com", "kim.larsen@adatum.com"),
    ("northwind.example", "tessa.moreau@northwind.example"),
    ("litware.example", "lou.martin@litware.example"),
];
const LITWARE: Uuid = uuid::uuid!("5c0e7a11-8d4b-4f6a-9c32-7e1f0a9b8d55");
const GRAPH: Uuid = uuid::uuid!("00000003-0000-0000-c000-000000000000");
const STEPS: usize = 40;

/// Numbers that look random and are the same for the same seed (xorshift64*).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(number).unwrap_or(0) % end.max(1)
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        all.get(self.below(all.len()))
    }
}

/// What has come to be so far.
#[derive(Default)]
struct Seen {
    open: Vec<(usize, AuthorizationView)>,
    links: Vec<(AuthorizationView, String)>,
    invitations: Vec<(usize, String)>,
    attempts: Vec<AttemptStart>,
    tokens: Vec<(String, Tokens)>,
    saved: usize,
}

async fn start(backend: Backend) -> TestApp {
    let mut setup = Setup::new(backend);
    setup.scenario.tenants.push(Tenant {
        tid: LITWARE,
        display_name: "Litware".to_owned(),
        default_domain: "litware.example".to_owned(),
        people: vec![Person {
            username: PEOPLE[4].1.to_owned(),
            password: "practice-lou".to_owned(),
            display_name: "Lou Martin".to_owned(),
            oid: Some(uuid::uuid!("a11ce000-0000-4000-8000-000000000055")),
            ..Person::default()
        }],
        ..Tenant::default()
    });
    let app = TestApp::start_with(setup).await;
    let tenants: Vec<Uuid> = app.emulator.scenario().tenants.iter().map(|tenant| tenant.tid).collect();
    for tid in tenants {
        app.emulator.grant_tenant_wide(&TenantGrant {
            tid,
            client: app.state.microsoft.config.access.client_id.0,
            resource: GRAPH,
            scopes: ["User.Read", "offline_access", "Mail.Read", "MailboxSettings.Read"].map(str::to_owned).into(),
            ..TenantGrant::default()
        });
    }
    app
}

/// Each organization backs up three accounts of every tenant; both have all five as customers.
async fn fill(client: &Client) {
    let mut csv = "external_id,name,customer,tenant,account,workloads,client_version\n".to_owned();
    for (domain, account) in PEOPLE {
        for number in 0..4 {
            writeln!(csv, "{domain}-{number},Mail {number},{domain},{domain},{account},exchange,9.1.0.0").unwrap();
        }
    }
    let shown: Value = client.upload_csv("/api/v1/imports", csv).await.ok();
    assert_eq!(shown["bad_lines"], json!([]));
    let path = format!("/api/v1/imports/{}/confirm", shown["id"].as_str().unwrap());
    client.post(&path, &json!({})).await.ok::<Value>();
}

async fn step(app: &TestApp, clients: &[Client; 2], seen: &mut Seen, dice: &mut Dice) {
    match dice.below(10) {
        0 | 1 => {
            let whose = dice.below(2);
            let (domain, _) = PEOPLE[dice.below(5)];
            let path = format!("/api/v1/backup-sets?external_id={domain}-{}", dice.below(4));
            let sets: Value = clients[whose].get(&path).await.ok();
            let body = json!({ "backup_sets": [sets["items"][0]["id"]], "method": "hybrid" });
            let answer = clients[whose].post("/api/v1/authorizations", &body).await;
            if answer.status == 200 {
                seen.open.push((whose, answer.ok()));
            }
        }
        2 => {
            let Some((whose, one)) = dice.of(&seen.open).cloned() else { return };
            let path = format!("/api/v1/authorizations/{}/invitations", one.id);
            let answer = clients[whose].post(&path, &json!({})).await;
            if answer.status == 200 {
                let made: Value = answer.ok();
                let secret = made["url"].as_str().unwrap().split_once('#').unwrap().1.to_owned();
                seen.invitations.push((whose, made["invitation"]["id"].as_str().unwrap().to_owned()));
                seen.links.push((one, secret));
            }
        }
        3 | 4 => {
            let Some((one, link)) = dice.of(&seen.links).cloned() else { return };
            let body = json!({ "sign_in": one.sign_ins[0].id, "start_over": dice.below(2) == 0 });
            let answer = app.connect(&link).post("/api/v1/connect/attempts", &body).await;
            if answer.status == 200 {
                seen.attempts.push(answer.ok());
            }
        }
        5 | 6 => {
            // Anybody signs in for any attempt; whoever does not belong to its tenant is stopped by Microsoft.
            let Some(attempt) = dice.of(&seen.attempts).cloned() else { return };
            let own =
                PEOPLE.iter().map(|(_, account)| *account).find(|account| app.identity(account).0 == attempt.tenant);
            let account = if dice.below(4) == 0 { Some(PEOPLE[dice.below(5)].1) } else { own };
            let Some(account) = account else { return };
            if let Ok(tokens) = app.person(account).try_sign_in(&attempt).await {
                seen.tokens.push((attempt.secret.clone(), tokens));
            }
        }
        7 | 8 => {
            // Any token on any attempt.
            let Some((of, tokens)) = dice.of(&seen.tokens).cloned() else { return };
            let other = dice.of(&seen.attempts).map(|attempt| attempt.secret.clone());
            let secret = if dice.below(2) == 0 { of.clone() } else { other.unwrap_or_else(|| of.clone()) };
            let answer = app.save(&secret, &tokens).await;
            assert!(answer.status < 500, "{}", answer.text());
            if answer.status == 200 {
                assert_eq!(secret, of, "the tokens of one attempt were taken for another");
                seen.saved += 1;
            }
        }
        _ => {
            if dice.below(2) == 0 {
                let Some((whose, one)) = dice.of(&seen.open).cloned() else { return };
                // Either organization tries; the other finds nothing.
                let who = dice.below(2);
                let path = format!("/api/v1/authorizations/{}/cancel", one.id);
                let status = clients[who].post(&path, &json!({})).await.status;
                assert!(if who == whose { matches!(status, 200 | 409) } else { status == 404 }, "{status}");
            } else {
                let Some((whose, id)) = dice.of(&seen.invitations).cloned() else { return };
                let who = dice.below(2);
                let status = clients[who].post(&format!("/api/v1/invitations/{id}/revoke"), &json!({})).await.status;
                assert!(if who == whose { matches!(status, 200 | 409) } else { status == 404 }, "{status}");
            }
        }
    }
}

/// What is stored: every connection is of its customer's tenant and of a person who lives there, and every set of the connection's
/// own customer.
async fn check(store: &Store, organization: OrganizationId, homes: &HashMap<Uuid, TenantId>) {
    let tx = store.read(organization).await.unwrap();
    let customers = tx.list_customers("", None, 100).await.unwrap();
    for customer in &customers {
        for one in tx.list_connections(&[customer.id]).await.unwrap() {
            assert_eq!(one.tenant, customer.tenant, "access of one tenant stored for another");
            assert_eq!(homes.get(&one.object.0), Some(&one.tenant), "the account lives elsewhere");
        }
    }
    let (filter, sort) = (Filter::default(), Sort::default());
    for set in tx.list_backup_sets(&filter, sort, false, None, 500).await.unwrap() {
        match (set.method, set.connection) {
            (Method::Basic, None) => {}
            (_, Some(id)) => {
                let connection = tx.find_connection(id).await.unwrap().expect("a connection of this organization");
                assert_eq!(connection.customer, set.customer, "a set uses another customer's access");
            }
            other => panic!("half: {other:?}"),
        }
    }
}

async fn h8_never_crossed(backend: Backend) {
    let sequences = env::var("REKEY_SEQUENCES").ok().and_then(|text| text.parse().ok()).unwrap_or(2_u64);
    for seed in 1..=sequences {
        let app = start(backend).await;
        let neighbour = app.neighbour().await;
        let clients = [app.key(), app.with_key(&neighbour.key.secret)];
        for client in &clients {
            fill(client).await;
        }
        let homes = PEOPLE
            .iter()
            .map(|(_, account)| {
                let (tenant, object) = app.identity(account);
                (object.0, tenant)
            })
            .collect();
        let (mut seen, mut dice) = (Seen::default(), Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1));
        println!("sequence {seed}");
        for _ in 0..STEPS {
            step(&app, &clients, &mut seen, &mut dice).await;
            for organization in [app.organization, neighbour.id] {
                check(&app.state.store, organization, &homes).await;
            }
        }
        // A sequence in which nothing was ever saved proves nothing.
        while seen.saved == 0 {
            step(&app, &clients, &mut seen, &mut dice).await;
        }
        for organization in [app.organization, neighbour.id] {
            check(&app.state.store, organization, &homes).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h8_a_token_of_one_tenant_is_never_saved_for_another_on_sqlite() {
    h8_never_crossed(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h8_a_token_of_one_tenant_is_never_saved_for_another_on_postgres() {
    h8_never_crossed(Backend::Postgres).await;
}
