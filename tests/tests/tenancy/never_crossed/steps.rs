//! What anybody may try, with anything that has come to be so far.

use super::{
    later,
    world::{Dice, GRAPH, PEOPLE, World, administrator, external_id, import, moved},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use emulator::{TenantGrant, scenario::Application};
use rekey_tests::{
    app::{client::Live, embed::CONSOLE},
    person::Tokens,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use shared::{
    api::{
        apps::{AppView, Way},
        authorizations::{AuthorizationState, AuthorizationView, SignInState},
        connect::{AttemptStart, ConnectView},
        embed::{EmbedSessionCreated, PopupOpened},
        job_tokens::JobToken,
    },
    id::{BackupSetId, CustomerId, SignInId, TenantId},
    method::Method,
};
use std::time::Duration;
use tokio::time::timeout;
use uuid::Uuid;

/// What has come to be so far, and how often each road came to its end.
#[derive(Default)]
pub struct Seen {
    pub open: Vec<(usize, AuthorizationView)>,
    pub links: Vec<(SignInId, String)>,
    pub invitations: Vec<(usize, String, CustomerId)>,
    pub waves: Vec<(usize, String)>,
    pub attempts: Vec<(AttemptStart, Method)>,
    tokens: Vec<(String, Tokens)>,
    pub hybrid: usize,
    pub modern: usize,
    pub own: usize,
    pub job_tokens: usize,
    /// Access that was there and was taken away.
    pub taken: usize,
}

impl Seen {
    /// Whether every road came to its end: a sequence in which nothing was ever saved by one of them proves nothing of it.
    pub const fn is_enough(&self) -> bool {
        let made = self.hybrid > 0 && self.modern > 0 && self.own > 0 && self.job_tokens > 0 && !self.waves.is_empty();
        made && self.taken > 0
    }
}

/// One thing, by chance.
pub async fn step(world: &mut World, seen: &mut Seen, dice: &mut Dice) {
    match dice.below(30) {
        0..=3 => authorize(world, seen, dice).await,
        4..=5 => invite(world, seen, dice).await,
        6..=8 => attempt(world, seen, dice).await,
        9..=11 => sign_in(world, seen, dice).await,
        12..=14 => save(world, seen, dice).await,
        15 => take_back(world, seen, dice).await,
        16..=17 => bring_an_app(world, seen, dice).await,
        18 => plan_a_wave(world, seen, dice).await,
        19..=20 => job_token(world, seen, dice).await,
        21 => import_elsewhere(world, dice).await,
        22..=23 => embed(world, seen, dice).await,
        _ => later::step(world, seen, dice).await,
    }
}

/// A set of an organization, of either kind.
async fn set_of(world: &World, whose: usize, dice: &mut Dice) -> (BackupSetId, bool) {
    let modern = dice.below(2) == 0;
    let id = external_id(dice.domain(), modern, dice.below(if modern { 2 } else { 4 }));
    let sets: Value = world.clients[whose].get(&format!("/api/v1/backup-sets?external_id={id}")).await.ok();
    (sets["items"][0]["id"].as_str().expect("a set").parse().expect("an id"), modern)
}

async fn authorize(world: &World, seen: &mut Seen, dice: &mut Dice) {
    let (whose, who) = (dice.below(2), dice.below(8) == 0);
    let (set, modern) = set_of(world, whose, dice).await;
    let mut body = json!({ "backup_sets": [set], "method": if modern { "modern" } else { "hybrid" } });
    if modern && dice.below(3) == 0 {
        body["way"] = json!("own_app");
    }
    // Now and then the other organization tries.
    let by = if who { 1 - whose } else { whose };
    let answer = world.clients[by].post("/api/v1/authorizations", &body).await;
    assert!(by == whose || matches!(answer.status, 404 | 409 | 422), "{}", answer.text());
    if answer.status == 200 {
        seen.open.push((whose, answer.ok()));
    }
}

async fn invite(world: &World, seen: &mut Seen, dice: &mut Dice) {
    let Some((whose, one)) = dice.of(&seen.open).cloned() else { return };
    let path = format!("/api/v1/authorizations/{}/invitations", one.id);
    let answer = world.clients[whose].post(&path, &json!({})).await;
    if answer.status == 200 {
        let made: Value = answer.ok();
        let secret = made["url"].as_str().unwrap().split_once('#').unwrap().1.to_owned();
        seen.invitations.push((whose, made["invitation"]["id"].as_str().unwrap().to_owned(), one.customer.id));
        seen.links.push((one.sign_ins[0].id, secret));
    }
}

async fn attempt(world: &World, seen: &mut Seen, dice: &mut Dice) {
    let Some((sign_in, link)) = dice.of(&seen.links).cloned() else { return };
    let body = json!({ "sign_in": sign_in, "start_over": dice.below(2) == 0 });
    let answer = world.app.connect(&link).post("/api/v1/connect/attempts", &body).await;
    if answer.status == 200 {
        let start: AttemptStart = answer.ok();
        let page = world.app.state.microsoft.config.sign_in;
        let method = if start.client_id == page { Method::Hybrid } else { Method::Modern };
        seen.attempts.push((start, method));
    }
}

/// Anybody signs in for any attempt; whoever does not belong to its tenant is stopped by Microsoft.
async fn sign_in(world: &World, seen: &mut Seen, dice: &mut Dice) {
    let Some((start, method)) = dice.of(&seen.attempts).cloned() else { return };
    let domain = if dice.below(4) == 0 { dice.domain() } else { world.domain_of(start.tenant) };
    let holder = PEOPLE.iter().find(|(of, _)| *of == domain).expect("a tenant").1.to_owned();
    let right = if method == Method::Modern { administrator(domain) } else { holder.clone() };
    let account = if dice.below(6) == 0 { holder } else { right };
    if let Ok(tokens) = world.app.person(&account).try_sign_in(&start).await {
        seen.tokens.push((start.secret, tokens));
    }
}

/// Any token on any attempt.
async fn save(world: &World, seen: &mut Seen, dice: &mut Dice) {
    let Some((of, tokens)) = dice.of(&seen.tokens).cloned() else { return };
    let other = dice.of(&seen.attempts).map(|(start, _)| start.secret.clone());
    let secret = if dice.below(3) > 0 { of.clone() } else { other.unwrap_or_else(|| of.clone()) };
    let answer = world.app.save(&secret, &tokens).await;
    assert!(answer.status < 500, "{}", answer.text());
    if !matches!(answer.status, 200 | 202) {
        return;
    }
    assert_eq!(secret, of, "the tokens of one attempt were taken for another");
    let mut live = world.app.connect(&secret).live("/api/v1/connect/live").await;
    let still = |view: &ConnectView| view.sign_in.state != SignInState::Working;
    let view = until(world, &mut live, still).await;
    if view.sign_in.state == SignInState::Done {
        let roads = if view.method == Method::Modern { &mut seen.modern } else { &mut seen.hybrid };
        *roads += 1;
    }
}

/// Either organization calls off what one of them began; the other finds nothing.
async fn take_back(world: &World, seen: &Seen, dice: &mut Dice) {
    let found = match dice.below(3) {
        0 => dice.of(&seen.open).map(|(whose, one)| (*whose, format!("authorizations/{}/cancel", one.id))),
        1 => dice.of(&seen.invitations).map(|(whose, id, _)| (*whose, format!("invitations/{id}/revoke"))),
        _ => dice.of(&seen.waves).map(|(whose, id)| (*whose, format!("waves/{id}/cancel"))),
    };
    let Some((whose, path)) = found else { return };
    let who = dice.below(2);
    let status = world.clients[who].post(&format!("/api/v1/{path}"), &json!({})).await.status;
    assert!(if who == whose { matches!(status, 200 | 409) } else { status == 404 }, "{path}: {status}");
}

/// Somebody makes an app in some tenant, with the certificate of an authorization, and pastes its id there.
async fn bring_an_app(world: &mut World, seen: &mut Seen, dice: &mut Dice) {
    let open: Vec<_> = seen.open.iter().filter(|(_, one)| one.way == Way::OwnApp).collect();
    let Some((whose, one)) = dice.of(&open).copied().cloned() else { return };
    let client = &world.clients[whose];
    let path = format!("/api/v1/authorizations/{}/own-app", one.id);
    let prepared = client.post(&path, &json!({})).await;
    if prepared.status != 200 {
        return;
    }
    let prepared: AppView = prepared.ok();
    let certificate = client.get(&format!("/api/v1/apps/{}/certificate.pem", prepared.id)).await;
    let home = if dice.below(2) == 0 { world.tenants[dice.domain()] } else { one.customer.tenant };
    let id = Uuid::from_u128(0x0b0b_0b0b_0000_4a00_8000_0000_0000_0000 + world.own_apps.len() as u128);
    make_app(world, id, home, certificate.text());
    world.own_apps.insert(id, home);
    let pasted = world.clients[whose].post(&path, &json!({ "client_id": id })).await;
    assert!(pasted.status < 500, "{}", pasted.text());
    let now = settled(world, whose, &one).await;
    // That no app of another tenant works is looked for after every step.
    seen.own += usize::from(home == one.customer.tenant && now.state == AuthorizationState::Done);
}

fn make_app(world: &World, client: Uuid, home: TenantId, certificate: String) {
    world.app.emulator.put_application(Application {
        client_id: client,
        display_name: "Brought along".to_owned(),
        home_tenant: home.0,
        certificates: vec![certificate],
        ..Application::default()
    });
    let roles = ["User.Read.All", "Mail.Read", "MailboxSettings.Read"].map(str::to_owned).into();
    let grant = TenantGrant { tid: home.0, client, resource: GRAPH, roles, ..TenantGrant::default() };
    world.app.emulator.grant_tenant_wide(&grant);
}

/// Waits until nobody works on an authorization.
pub async fn settled(world: &World, whose: usize, one: &AuthorizationView) -> AuthorizationView {
    let mut live = world.clients[whose].live(&format!("/api/v1/authorizations/{}/live", one.id)).await;
    let still = |view: &AuthorizationView| view.sign_ins.iter().all(|one| one.state != SignInState::Working);
    until(world, &mut live, still).await
}

/// Waits for a snapshot. What Microsoft does not know might be on its way there, so that the server waits, too: then the clock goes on.
pub async fn until<T: DeserializeOwned>(world: &World, live: &mut Live, wanted: impl Fn(&T) -> bool) -> T {
    for _ in 0..30 {
        match timeout(Duration::from_secs(2), live.until(&wanted)).await {
            Ok(view) => return view,
            Err(_) => world.app.advance(5 * 60),
        }
    }
    panic!("it never ends");
}

/// A wave of both methods, that moves by itself what is connected.
async fn plan_a_wave(world: &World, seen: &mut Seen, dice: &mut Dice) {
    let (whose, who) = (dice.below(2), dice.below(2));
    let mut sets = Vec::new();
    for _ in 0..3 {
        sets.push(set_of(world, whose, dice).await.0);
    }
    let body = json!({ "name": "By chance", "selection": { "backup_sets": sets } });
    let answer = world.clients[who].post("/api/v1/waves", &body).await;
    assert!(who == whose || answer.status == 422, "{}", answer.text());
    if answer.status == 200 {
        let id = answer.value()["id"].as_str().expect("an id").to_owned();
        for one in world.clients[whose].get("/api/v1/authorizations?limit=3").await.value()["items"].as_array().unwrap()
        {
            let one: AuthorizationView = serde_json::from_value(one.clone()).expect("an authorization");
            if one.wave.is_some_and(|wave| wave.to_string() == id) {
                seen.open.push((whose, one));
            }
        }
        seen.waves.push((whose, id));
    }
}

/// Both organizations' keys ask for a set: a token is for its own organization, and of the tenant whose set it is.
async fn job_token(world: &World, seen: &mut Seen, dice: &mut Dice) {
    let whose = dice.below(2);
    let mut set = set_of(world, whose, dice).await.0;
    let all: Value = world.clients[whose].get("/api/v1/backup-sets?limit=100").await.ok();
    let connected = all["items"].as_array().expect("sets").iter().filter(|set| !set["connection"].is_null());
    if let Some(one) = dice.of(&connected.collect::<Vec<_>>()) {
        set = one["id"].as_str().expect("an id").parse().expect("an id");
    }
    let path = format!("/api/v1/backup-sets/{set}/job-token");
    let body = json!({ "resource": "graph", "purpose": "backup" });
    let answer = world.clients[whose].post(&path, &body).await;
    // What is remembered for one is nothing for the other.
    world.clients[1 - whose].post(&path, &body).await.refused(404, "not_found");
    if answer.status == 200 {
        let token: JobToken = answer.ok();
        let claims = URL_SAFE_NO_PAD.decode(token.access_token.split('.').nth(1).expect("claims")).expect("base64url");
        let claims: Value = serde_json::from_slice(&claims).expect("JSON");
        let tx = world.app.state.store.read(world.organizations[whose]).await.unwrap();
        let set = tx.find_backup_sets(&[set]).await.unwrap().remove(0);
        let customer = tx.find_customer(set.customer).await.unwrap().expect("a customer");
        assert_eq!(
            (&claims["tid"], token.tenant),
            (&json!(customer.tenant), customer.tenant),
            "another tenant's token"
        );
        seen.job_tokens += 1;
    }
}

/// A list says that a set is another tenant's now.
async fn import_elsewhere(world: &mut World, dice: &mut Dice) {
    let (id, whose) = (external_id(dice.domain(), dice.below(2) == 0, dice.below(2)), dice.below(2));
    world.moved.insert((world.organizations[whose], id.clone()));
    import(&world.clients[whose], &moved(&id, dice.domain())).await;
}

/// A console shows any set; its window opens the same connect page.
async fn embed(world: &World, seen: &mut Seen, dice: &mut Dice) {
    let (whose, who) = (dice.below(2), dice.below(4) == 0);
    let (set, modern) = set_of(world, whose, dice).await;
    let method = if modern { "modern" } else { "hybrid" };
    let body = json!({ "backup_sets": [set], "method": method, "origin": CONSOLE, "host_user": "lena" });
    let by = if who { 1 - whose } else { whose };
    let answer = world.clients[by].post("/api/v1/embed-sessions", &body).await;
    assert!(by == whose || matches!(answer.status, 404 | 422), "{}", answer.text());
    if answer.status != 200 {
        return;
    }
    let session: EmbedSessionCreated = answer.ok();
    let window = world.app.window_secret();
    let ticket = rekey_tests::app::embed::ticket_of(&window);
    let opened = world.app.frame(&session.secret).post("/api/v1/embed/popups", &json!({ "ticket": ticket })).await;
    if opened.status != 200 {
        return;
    }
    let opened: PopupOpened = opened.ok();
    let tied = world.app.tie(&window, "code", &opened.code).await;
    if tied.status == 200 {
        let secret = tied.value()["secret"].as_str().expect("a secret").to_owned();
        let view: ConnectView = world.app.view(&secret).await;
        seen.links.push((view.sign_in.id, secret));
    }
}
