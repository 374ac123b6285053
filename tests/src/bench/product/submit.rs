//! Save: durable submissions and refused tokens.

use super::{
    Product,
    api::{self, Api, tenant, text},
};
use crate::{
    bench::{
        BenchError, floors,
        load::{Load, Requests, send},
        options::Options,
        report::{Line, Table},
        token::{Issuer, forge},
        wire::Request,
    },
    databases::TestDatabase,
};
use serde_json::{Value, json};
use shared::{api::CONNECT_HEADER, id::TenantId};
use std::sync::Arc;
use tokio::{sync::Semaphore, task::JoinSet};
use uuid::Uuid;

/// One attempt that is ready for its Save.
struct Ready {
    secret: String,
    nonce: String,
}

/// Both figures, on SQLite in WAL mode with `synchronous=FULL`.
pub async fn measure(options: &Options, issuer: &Issuer, table: &mut Table) -> Result<(), BenchError> {
    let product = Product::start(TestDatabase::sqlite().await, issuer).await?;
    let count = if options.wants("submit") { options.submissions } else { 64 };
    let ready = prepare(&product, count).await?;
    let saves: Vec<[String; 3]> =
        ready.iter().enumerate().map(|(at, ready)| tokens(&product, issuer, at, ready)).collect::<Result<_, _>>()?;
    if options.wants("refuse") {
        let forged: Vec<Request> = saves
            .iter()
            .take(64)
            .map(|[secret, access, identity]| save(&product, secret, &forge(access), identity))
            .collect();
        let outcome = send(product.address, options.load, Requests::repeated(forged)).await?.only(403)?;
        let line = Line::rate("refused tokens", 403, outcome);
        table.add(compared(line, table, floors::REFUSE));
    }
    if options.wants("submit") {
        // Half of them at twice the connections: Saves that come together share their statements.
        let (once, twice) = saves.split_at(saves.len() / 2);
        for (saves, connections) in [(once, options.load.connections), (twice, options.load.connections * 2)] {
            let before = saved(&product).await;
            let requests =
                saves.iter().map(|[secret, access, identity]| save(&product, secret, access, identity)).collect();
            let load = Load { connections, ..options.load };
            let outcome = send(product.address, load, Requests::once(requests)).await?.only(202)?;
            let answered = outcome.latencies.count();
            let line = Line::rate(&format!("durable submissions (Save), {connections} at once"), 202, outcome);
            table.add(compared(line, table, floors::SUBMIT));
            let stored = usize::try_from(saved(&product).await - before)?;
            if stored < answered {
                return Err(format!("{answered} Saves were answered but only {stored} are stored").into());
            }
        }
    }
    product.stop().await;
    Ok(())
}

/// The line beside this floor, if it was measured.
pub fn compared(line: Line, table: &Table, floor: &str) -> Line {
    match table.value(floor) {
        Some(value) => line.against(floor, value),
        None => line,
    }
}

async fn saved(product: &Product) -> i64 {
    product.database.intruder().await.number("SELECT count(*) FROM attempts WHERE token_hash IS NOT NULL").await
}

/// As many accounts, each with one set, one authorization, one link and one open attempt.
async fn prepare(product: &Product, count: usize) -> Result<Vec<Ready>, BenchError> {
    let api = product.api();
    api.add_sets(count, |at| api::set(at, 0)).await?;
    let customers = api.call("GET", "/api/v1/customers", &Value::Null).await?;
    let customer = text(&customers, "/items/0/id")?;
    let path = format!("/api/v1/customers/{customer}/confirm-tenant");
    api.call("POST", &path, &json!({ "tenant": tenant(0).to_string() })).await?;
    let places = Arc::new(Semaphore::new(16));
    let mut attempts = JoinSet::new();
    for set in set_ids(&api).await? {
        let (api, page, places) = (api.clone(), Api::new(product.address), places.clone());
        attempts.spawn(async move {
            let _place = places.acquire().await?;
            attempt(&api, &page, &set).await
        });
    }
    let mut ready = Vec::with_capacity(count);
    while let Some(attempt) = attempts.join_next().await {
        ready.push(attempt??);
    }
    Ok(ready)
}

async fn set_ids(api: &Api) -> Result<Vec<String>, BenchError> {
    let (mut ids, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = api.call("GET", &format!("/api/v1/backup-sets?limit=200{cursor}"), &Value::Null).await?;
        let items = page.pointer("/items").and_then(Value::as_array).ok_or("a page has items")?;
        for item in items {
            ids.push(text(item, "/id")?);
        }
        match page.pointer("/next").and_then(Value::as_str) {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return Ok(ids),
        }
    }
}

async fn attempt(api: &Api, page: &Api, set: &str) -> Result<Ready, BenchError> {
    let body = json!({ "backup_sets": [set], "method": "hybrid" });
    let authorization = api.call("POST", "/api/v1/authorizations", &body).await?;
    let path = format!("/api/v1/authorizations/{}/connect-link", text(&authorization, "/id")?);
    let link = text(&api.call("POST", &path, &json!({})).await?, "/url")?;
    let secret = link.rsplit('#').next().unwrap_or_default();
    let body = json!({ "sign_in": text(&authorization, "/sign_ins/0/id")? });
    let start = page.clone().with(CONNECT_HEADER, secret).call("POST", "/api/v1/connect/attempts", &body).await?;
    Ok(Ready { secret: text(&start, "/secret")?, nonce: text(&start, "/nonce")? })
}

/// The attempt's secret, an access token, an ID token.
fn tokens(product: &Product, issuer: &Issuer, at: usize, ready: &Ready) -> Result<[String; 3], BenchError> {
    let object = Uuid::from_u128(0x0290_a0b1_2c3d_4e4f_8a9b_0000_0000_0000 + at as u128);
    let [access, identity] = product.microsoft.claims(TenantId(tenant(0)), object, &ready.nonce, product.state.now());
    Ok([ready.secret.clone(), issuer.sign(&access)?, issuer.sign(&identity)?])
}

fn save(product: &Product, secret: &str, access: &str, identity: &str) -> Request {
    let page = Api::new(product.address).with(CONNECT_HEADER, secret).with("prefer", "respond-async");
    page.request("POST", "/api/v1/connect/save", &json!({ "access_token": access, "id_token": identity }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{collections::BTreeMap, time::Duration};

    const AT_ONCE: usize = 24;

    /// More callers than the pools have connections: whoever held one while waiting for another would stop them all.
    async fn callers_do_not_stop_each_other(database: TestDatabase) {
        let issuer = Issuer::new().expect("a key");
        let product = Product::start(database, &issuer).await.expect("a node");
        let ready = prepare(&product, AT_ONCE).await.expect("attempts");
        let mut requests = Vec::new();
        for (at, ready) in ready.iter().enumerate() {
            let [secret, access, identity] = tokens(&product, &issuer, at, ready).expect("tokens");
            requests.push(save(&product, &secret, &access, &identity));
        }
        let load = Load { connections: AT_ONCE, duration: Duration::from_mins(1) };
        let mut outcome = send(product.address, load, Requests::once(requests)).await.expect("sent");
        assert_eq!(outcome.statuses, BTreeMap::from([(202, AT_ONCE)]));
        assert!(outcome.latencies.percentile(1.0) < Duration::from_secs(25), "the pool's patience is no answer");
        assert_eq!(saved(&product).await, i64::try_from(AT_ONCE).expect("a few"));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn many_saves_at_once_are_all_stored_on_sqlite() {
        callers_do_not_stop_each_other(TestDatabase::sqlite().await).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn many_saves_at_once_are_all_stored_on_postgres() {
        callers_do_not_stop_each_other(TestDatabase::postgres().await).await;
    }
}
