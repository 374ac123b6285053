//! Five tenants, and two organizations that both back all of them up.

use emulator::{
    TenantGrant,
    scenario::{Person, Tenant},
};
use rekey_tests::app::{Backend, OUTSIDER, OWNER, Setup, TestApp, client::Client, embed::CONSOLE};
use serde_json::{Value, json};
use shared::id::{CustomerId, OrganizationId, TenantId};
use std::{
    collections::{HashMap, HashSet},
    fmt::Write as _,
};
use uuid::Uuid;

/// Who backs up which tenant.
pub const PEOPLE: [(&str, &str); 5] = [
    ("contoso.com", "backup@contoso.com"),
    ("fabrikam.com", "backup@fabrikam.com"),
    ("adatum.com", "kim.larsen@adatum.com"),
    ("northwind.example", "tessa.moreau@northwind.example"),
    ("litware.example", "lou.martin@litware.example"),
];
pub const GRAPH: Uuid = uuid::uuid!("00000003-0000-0000-c000-000000000000");
const LITWARE: Uuid = uuid::uuid!("5c0e7a11-8d4b-4f6a-9c32-7e1f0a9b8d55");

/// Numbers that look random and are the same for the same seed (xorshift64*).
pub struct Dice(u64);

impl Dice {
    pub const fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(number).unwrap_or(0) % end.max(1)
    }

    /// One of them: as often of the last three as of all, so that roads come to their end.
    pub fn of<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        let newest = if self.below(2) == 0 { all.len().saturating_sub(3) } else { 0 };
        all.get(newest + self.below(all.len() - newest))
    }

    pub fn domain(&mut self) -> &'static str {
        PEOPLE[self.below(PEOPLE.len())].0
    }
}

/// The Global Administrator of a tenant.
pub fn administrator(domain: &str) -> String {
    format!("crossing@{domain}")
}

/// Everybody's administrator, and a fifth tenant.
pub fn setup(backend: Backend) -> Setup {
    let mut setup = Setup::new(backend);
    setup.scenario.tenants.push(Tenant {
        tid: LITWARE,
        display_name: "Litware".to_owned(),
        default_domain: "litware.example".to_owned(),
        domains: vec!["litware.onmicrosoft.com".to_owned()],
        people: vec![Person {
            oid: Some(uuid::uuid!("a11ce000-0000-4000-8000-000000000055")),
            ..Person::new(PEOPLE[4].1, "practice-lou", "Lou Martin")
        }],
        ..Tenant::default()
    });
    for (number, tenant) in setup.scenario.tenants.iter_mut().enumerate() {
        tenant.people.push(Person {
            oid: Some(Uuid::from_u128(0xa11c_e000_0000_4000_8000_0000_0000_0a00 + number as u128)),
            totp_secret: Some("KVKFKRCPNZQUYMLXOVYDSQKJKZDTSRLD".to_owned()),
            mfa_enforced: true,
            roles: vec!["Global Administrator".to_owned()],
            ..Person::new(administrator(&tenant.default_domain), "practice-crossing", "Crossing")
        });
    }
    setup
}

/// Both organizations, and where everybody and every app lives.
pub struct World {
    pub app: TestApp,
    pub clients: [Client; 2],
    pub organizations: [OrganizationId; 2],
    /// Who owns them.
    pub owners: [&'static str; 2],
    /// Customers from which access was taken, or may be: their sets stand without.
    pub taken: HashSet<CustomerId>,
    /// Sets that a list moved to another customer: their access stayed behind.
    pub moved: HashSet<(OrganizationId, String)>,
    /// Tenants by domain.
    pub tenants: HashMap<&'static str, TenantId>,
    /// Tenants of accounts.
    pub homes: HashMap<Uuid, TenantId>,
    /// Tenants of apps that customers made by themselves.
    pub own_apps: HashMap<Uuid, TenantId>,
}

impl World {
    /// The tenants' administrators have approved the backup of mail, but for the last; each organization has sets for both methods.
    pub async fn fill(app: TestApp) -> Self {
        let neighbour = app.neighbour().await;
        let clients = [app.key(), app.with_key(&neighbour.key.secret)];
        for client in &clients {
            import(client, &sets()).await;
        }
        app.register_origin(CONSOLE).await;
        let outsider = app.session(&app.sign_in(OUTSIDER).await);
        outsider.post("/api/v1/embed-origins", &json!({ "origin": CONSOLE })).await.ok::<Value>();
        let (mut tenants, mut homes) = (HashMap::new(), HashMap::new());
        for (domain, account) in PEOPLE {
            for username in [account.to_owned(), administrator(domain)] {
                let (tenant, object) = app.identity(&username);
                tenants.insert(domain, tenant);
                homes.insert(object.0, tenant);
            }
        }
        let (organizations, owners) = ([app.organization, neighbour.id], [OWNER, OUTSIDER]);
        let (taken, moved, own_apps) = (HashSet::new(), HashSet::new(), HashMap::new());
        let world = Self { app, clients, organizations, owners, taken, moved, tenants, homes, own_apps };
        for (domain, _) in &PEOPLE[..PEOPLE.len() - 1] {
            world.approve(domain);
        }
        world
    }

    /// An administrator of the tenant approves the backup of mail for everybody there.
    pub fn approve(&self, domain: &str) {
        self.app.emulator.grant_tenant_wide(&TenantGrant {
            tid: self.tenants[domain].0,
            client: self.app.state.microsoft.config.access.client_id.0,
            resource: GRAPH,
            scopes: ["User.Read", "offline_access", "Mail.Read", "MailboxSettings.Read"].map(str::to_owned).into(),
            ..TenantGrant::default()
        });
    }

    /// The domain of a tenant.
    pub fn domain_of(&self, tenant: TenantId) -> &'static str {
        self.tenants.iter().find(|(_, id)| **id == tenant).expect("a tenant of this world").0
    }
}

/// What a set is called once a list has moved it.
const MOVED: &str = "Moved";
const HEAD: &str = "external_id,name,customer,tenant,account,covers,workloads,client_version\n";

/// Four sets of an account for hybrid, and two of everybody's for modern, of each tenant.
fn sets() -> String {
    let mut csv = HEAD.to_owned();
    for (domain, account) in PEOPLE {
        for (number, covers) in [(4, "own_account"), (2, "whole_tenant")]
            .iter()
            .flat_map(|(count, covers)| (0..*count).map(move |number| (number, *covers)))
        {
            let id = external_id(domain, covers == "whole_tenant", number);
            writeln!(csv, "{id},Mail {number},{domain},{domain},{account},{covers},exchange,9.1.0.0").unwrap();
        }
    }
    csv
}

/// The id of a set in the list.
pub fn external_id(domain: &str, modern: bool, number: usize) -> String {
    format!("{domain}-{}{number}", if modern { "m" } else { "h" })
}

/// Brings the list of all sets once more: what went with a customer is there again.
pub async fn refill(world: &World, whose: usize) {
    import(&world.clients[whose], &sets()).await;
}

/// Uploads a list and confirms it, whatever the server thinks of its lines.
pub async fn import(client: &Client, csv: &str) {
    let shown: Value = client.upload_csv("/api/v1/imports", csv.to_owned()).await.ok();
    let path = format!("/api/v1/imports/{}/confirm", shown["id"].as_str().unwrap());
    let status = client.post(&path, &json!({})).await.status;
    assert!(matches!(status, 200 | 409 | 422), "{status}");
}

/// One line that says that a set is another tenant's now.
pub fn moved(id: &str, domain: &str) -> String {
    let account = PEOPLE.iter().find(|(of, _)| *of == domain).expect("a tenant of this world").1;
    format!("{HEAD}{id},{MOVED},{domain},{domain},{account},own_account,exchange,9.1.0.0\n")
}
