//! What is done with access that is there, or is on its way: taken away, renewed, moved, held, asked for again.

use super::{
    steps::{Seen, settled, until},
    world::{Dice, PEOPLE, World, refill},
};
use rekey_tests::app::client::Answer;
use serde_json::{Value, json};
use shared::{
    api::{
        authorizations::{ConnectLink, SignInState},
        connect::ConnectView,
        customer_page::CustomerPageLink,
        customers::CustomerView,
        page::Page,
    },
    id::CustomerId,
};

/// One thing, by chance.
pub async fn step(world: &mut World, seen: &mut Seen, dice: &mut Dice) {
    match dice.below(20) {
        0 => disconnect(world, seen, dice).await,
        1 => kill_switch(world, seen, dice).await,
        2 => remove_customer(world, seen, dice).await,
        3..=5 => change_an_app(world, seen, dice).await,
        6..=7 => ask_on_the_customers_page(world, seen, dice).await,
        8..=10 => save_connected(world, seen, dice).await,
        11..=13 => hold_a_wave(world, seen, dice).await,
        14..=15 => restore(world, dice).await,
        16..=17 => carry_on(world, seen, dice).await,
        _ => take_over(world, dice).await,
    }
}

/// One that has access, if there is any: what takes away is rare, so that it leaves something to take.
async fn connected(world: &World, whose: usize, dice: &mut Dice) -> Option<CustomerView> {
    let all: Page<CustomerView> = world.clients[whose].get("/api/v1/customers?limit=100").await.ok();
    let with_access: Vec<_> = all.items.into_iter().filter(|one| one.connected > 0).collect();
    dice.of(&with_access).cloned()
}

async fn customer(world: &World, whose: usize, dice: &mut Dice) -> CustomerView {
    let all: Page<CustomerView> = world.clients[whose].get("/api/v1/customers?limit=100").await.ok();
    dice.of(&all.items).expect("a customer").clone()
}

/// An owner of an organization, who signed in just now.
async fn owner(world: &World, whose: usize) -> rekey_tests::app::client::Client {
    world.app.session(&world.app.sign_in(world.owners[whose]).await)
}

/// The other organization finds nothing; then the right one asks.
async fn post(world: &World, whose: usize, path: &str, body: &Value) -> Answer {
    let path = format!("/api/v1/{path}");
    world.clients[1 - whose].post(&path, body).await.refused(404, "not_found");
    let answer = world.clients[whose].post(&path, body).await;
    assert!(answer.status < 500, "{path}: {}", answer.text());
    answer
}

/// The same, for owners.
async fn post_as_owner(world: &World, whose: usize, path: &str, body: &Value) -> Answer {
    let path = format!("/api/v1/{path}");
    owner(world, 1 - whose).await.post(&path, body).await.refused(404, "not_found");
    let answer = owner(world, whose).await.post(&path, body).await;
    assert!(answer.status < 500, "{path}: {}", answer.text());
    answer
}

/// An authorization by which access that is there is changed: anybody may try to walk it.
fn opened(seen: &mut Seen, whose: usize, answer: &Answer) {
    if answer.status == 200 {
        seen.open.push((whose, answer.ok()));
    }
}

async fn disconnect(world: &mut World, seen: &mut Seen, dice: &mut Dice) {
    let whose = dice.below(2);
    let Some(customer) = connected(world, whose, dice).await else { return };
    let Some(one) = dice.of(&customer.connections) else { return };
    let done = post(world, whose, &format!("connections/{}/disconnect", one.id), &json!({})).await;
    seen.taken += usize::from(done.status == 200);
    world.taken.insert(customer.id);
}

async fn pull(world: &mut World, whose: usize, customer: &CustomerView) {
    let body = json!({ "confirm": customer.name });
    let pulled = post_as_owner(world, whose, &format!("customers/{}/kill-switch", customer.id), &body).await;
    assert_eq!(pulled.status, 200, "{}", pulled.text());
    world.taken.insert(customer.id);
}

async fn kill_switch(world: &mut World, seen: &mut Seen, dice: &mut Dice) {
    let whose = dice.below(2);
    let Some(customer) = connected(world, whose, dice).await else { return };
    pull(world, whose, &customer).await;
    seen.taken += 1;
}

/// Undone, looked at, renewed or removed; the last two by a sign-in.
async fn change_an_app(world: &mut World, seen: &mut Seen, dice: &mut Dice) {
    let whose = dice.below(2);
    let all: Value = world.clients[whose].get("/api/v1/apps").await.ok();
    let Some(one) = dice.of(all["items"].as_array().expect("apps")).cloned() else { return };
    let path = |verb: &str| format!("apps/{}/{verb}", one["id"].as_str().expect("an id"));
    let of: CustomerId = serde_json::from_value(one["customer"]["id"].clone()).expect("a customer");
    match dice.below(4) {
        0 => {
            let done = post(world, whose, &path("undo"), &json!({})).await;
            seen.taken += usize::from(done.status == 200);
        }
        1 => drop(post(world, whose, &path("check"), &json!({})).await),
        2 => opened(seen, whose, &post(world, whose, &path("update-configuration"), &json!({})).await),
        _ => {
            world.taken.insert(of);
            opened(seen, whose, &post_as_owner(world, whose, &path("remove"), &json!({})).await);
        }
    }
}

/// A customer goes, with all that is on its way for it, and the next list brings the tenant back as another one.
async fn remove_customer(world: &mut World, seen: &mut Seen, dice: &mut Dice) {
    let whose = dice.below(2);
    let Some(customer) = connected(world, whose, dice).await else { return };
    pull(world, whose, &customer).await;
    let path = format!("/api/v1/customers/{}", customer.id);
    owner(world, 1 - whose).await.delete(&path).await.refused(404, "not_found");
    let gone = owner(world, whose).await.delete(&path).await;
    assert!(matches!(gone.status, 204 | 409), "{}", gone.text());
    if gone.status == 204 {
        seen.taken += 1;
        seen.open.retain(|(_, one)| one.customer.id != customer.id);
        seen.invitations.retain(|(_, _, of)| *of != customer.id);
        refill(world, whose).await;
    }
}

/// A page of one customer's, and a connection or app of whomever.
async fn ask_on_the_customers_page(world: &mut World, seen: &mut Seen, dice: &mut Dice) {
    let (whose, other) = (dice.below(2), dice.below(2));
    let mine = customer(world, whose, dice).await;
    let made = post(world, whose, &format!("customers/{}/page-link", mine.id), &json!({})).await;
    let link: CustomerPageLink = made.ok();
    let secret = link.url.split_once('#').expect("a secret").1.to_owned();
    let theirs = if dice.below(2) == 0 { mine.clone() } else { customer(world, other, dice).await };
    let apps: Value = world.clients[other].get("/api/v1/apps").await.ok();
    let mut all: Vec<_> = theirs.connections.iter().map(|one| (one.id.to_string(), theirs.id)).collect();
    all.extend(apps["items"].as_array().expect("apps").iter().map(|one| {
        let of = serde_json::from_value(one["customer"]["id"].clone()).expect("a customer");
        (one["id"].as_str().expect("an id").to_owned(), of)
    }));
    let Some((connection, of)) = dice.of(&all).cloned() else { return };
    let body = json!({ "connection": connection });
    let asked = world.app.connect(&secret).post("/api/v1/customer-page/removal", &body).await;
    if of != mine.id {
        asked.refused(404, "not_found");
        return;
    }
    world.taken.insert(of);
    if asked.status == 200 {
        let link: ConnectLink = asked.ok();
        let secret = link.url.split_once('#').expect("a secret").1.to_owned();
        let view: ConnectView = world.app.view(&secret).await;
        seen.links.push((view.sign_in.id, secret));
    }
}

/// What is connected needs no sign-in; and a link for a colleague at the same desk.
async fn save_connected(world: &World, seen: &mut Seen, dice: &mut Dice) {
    let Some((whose, one)) = dice.of(&seen.open).cloned() else { return };
    let Some(sign_in) = one.sign_ins.first().map(|one| one.id) else { return };
    let path = format!("authorizations/{}/sign-ins/{sign_in}/save", one.id);
    if post(world, whose, &path, &json!({})).await.status == 200 {
        settled(world, whose, &one).await;
    }
    let made = post(world, whose, &format!("authorizations/{}/connect-link", one.id), &json!({})).await;
    if made.status == 200 {
        let link: ConnectLink = made.ok();
        seen.links.push((sign_in, link.url.split_once('#').expect("a secret").1.to_owned()));
    }
}

async fn hold_a_wave(world: &World, seen: &mut Seen, dice: &mut Dice) {
    let Some((whose, id)) = dice.of(&seen.waves).cloned() else { return };
    let verb = ["pause", "resume", "resume", "retry-failed", "invitations"][dice.below(5)];
    let answer = post(world, whose, &format!("waves/{id}/{verb}"), &json!({})).await;
    if verb == "invitations" && answer.status == 200 {
        for one in answer.value()["invitations"].as_array().expect("invitations") {
            let secret = one["url"].as_str().and_then(|url| url.split_once('#')).expect("a secret").1.to_owned();
            let view = world.app.view(&secret).await;
            seen.links.push((view.sign_in.id, secret));
        }
    }
}

/// A restore is open for one customer, and tokens for writing back are asked for any set.
async fn restore(world: &World, dice: &mut Dice) {
    let whose = dice.below(2);
    let body = json!({ "reason": "By chance", "hours": 1, "customer": customer(world, whose, dice).await.id });
    let foreign = owner(world, 1 - whose).await.post("/api/v1/restores", &body).await;
    assert!(matches!(foreign.status, 404 | 422), "{}", foreign.text());
    let made = owner(world, whose).await.post("/api/v1/restores", &body).await;
    assert!(made.status < 500, "{}", made.text());
    let sets: Value = world.clients[whose].get("/api/v1/backup-sets?limit=100").await.ok();
    let Some(set) = dice.of(sets["items"].as_array().expect("sets")) else { return };
    let path = format!("backup-sets/{}/job-token", set["id"].as_str().expect("an id"));
    let token = post(world, whose, &path, &json!({ "resource": "graph", "purpose": "restore" })).await;
    assert!(token.status != 200 || set["customer"]["id"] == body["customer"], "a token of another customer's restore");
    if let Some(id) = made.value()["id"].as_str() {
        post(world, whose, &format!("restores/{id}/close"), &json!({})).await;
    }
}

/// An administrator approves what people of the last tenant may not decide, and somebody goes on where it was missing.
async fn carry_on(world: &World, seen: &mut Seen, dice: &mut Dice) {
    world.approve(PEOPLE[4].0);
    let Some((start, _)) = dice.of(&seen.attempts).cloned() else { return };
    let answer = world.app.carry_on(&start.secret).await;
    assert!(answer.status < 500, "{}", answer.text());
    if matches!(answer.status, 200 | 202) {
        let mut live = world.app.connect(&start.secret).live("/api/v1/connect/live").await;
        until(world, &mut live, |view: &ConnectView| view.sign_in.state != SignInState::Working).await;
    }
}

/// Somebody says that a tenant is another customer's.
async fn take_over(world: &World, dice: &mut Dice) {
    let whose = dice.below(2);
    let mine = customer(world, whose, dice).await;
    let tenant = world.tenants[dice.domain()];
    let path = format!("customers/{}/confirm-tenant", mine.id);
    let confirmed = post(world, whose, &path, &json!({ "tenant": tenant })).await;
    assert!(confirmed.status != 200 || tenant == mine.tenant, "{}", confirmed.text());
    let body = json!({ "name": "By chance", "tenant": dice.domain() });
    let made = world.clients[whose].post("/api/v1/customers", &body).await;
    assert_eq!(made.status, 409, "the tenant has a customer: {}", made.text());
}
