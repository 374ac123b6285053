//! Ten thousand customers and a million backup sets, on both databases: lists, searches, plans, a wave; thousands who
//! watch steps live.

use super::{
    BenchError,
    latency::Latencies,
    load::{Load, Requests, send},
    machine,
    options::Options,
    product::{Product, api},
    report::{Line, Table},
    token::Issuer,
};
use crate::databases::TestDatabase;
use serde_json::{Value, json};
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
    time::{Instant, sleep, timeout},
};

/// Few, so that the times are those of the server and not of a queue.
const CONNECTIONS: usize = 2;
/// How many sets are planned together.
const PLANNED: usize = 100_000;
/// How often they are planned.
const PLANS: usize = 5;
/// How many watch.
const WATCHERS: usize = 5_000;
/// How long one waits that was refused.
const TRY_AGAIN: Duration = Duration::from_millis(200);
/// The longest wait for all who watch.
const PATIENCE: Duration = Duration::from_mins(1);

/// Measures both databases.
pub async fn measure(options: &Options, issuer: &Issuer, table: &mut Table) -> Result<(), BenchError> {
    for (name, database) in [("SQLite", TestDatabase::sqlite().await), ("PostgreSQL", TestDatabase::postgres().await)] {
        one(options, issuer, table, name, database).await?;
    }
    Ok(())
}

async fn one(
    options: &Options,
    issuer: &Issuer,
    table: &mut Table,
    name: &str,
    database: TestDatabase,
) -> Result<(), BenchError> {
    let intruder = database.intruder().await;
    let product = Product::start(database, issuer).await?;
    let api = product.api();
    let (sets, customers) = (options.scale_sets, options.customers);
    let begun = Instant::now();
    api.add_sets(sets, |at| api::set(at, at % customers)).await?;
    let took = begun.elapsed().as_secs_f64();
    table.add(Line::of(
        &format!("{name}: adding {sets} sets of {customers} customers"),
        f64::from(u32::try_from(sets)?) / took,
        "/s",
    ));
    intruder.run("UPDATE customers SET confirmed_at = 1").await;
    lists(options, &product, table, name).await?;
    plans(&product, table, name, customers).await?;
    watchers(&product, table, name).await?;
    product.stop().await;
    Ok(())
}

async fn lists(options: &Options, product: &Product, table: &mut Table, name: &str) -> Result<(), BenchError> {
    let api = product.api();
    let first: Value = api.call("GET", "/api/v1/customers?limit=1", &Value::Null).await?;
    let customer = api::text(&first, "/items/0/id")?;
    let pages = [
        ("customers, worst first", "/api/v1/customers?limit=50&sort=attention".to_owned()),
        ("customers, filtered", "/api/v1/customers?limit=50&sort=attention&health=needs_somebody,ok".to_owned()),
        ("customers, searched", "/api/v1/customers?limit=50&query=0999".to_owned()),
        ("customers, counts", "/api/v1/customers/counts".to_owned()),
        ("sets, first page", "/api/v1/backup-sets?limit=50".to_owned()),
        ("sets of one customer", format!("/api/v1/backup-sets?limit=50&customer={customer}")),
        ("sets, one method", "/api/v1/backup-sets?limit=50&method=basic&sort=-name".to_owned()),
        ("sets, searched, many match", "/api/v1/backup-sets?limit=50&query=Legal".to_owned()),
        ("sets, searched, few match", "/api/v1/backup-sets?limit=50&query=backup0999999".to_owned()),
        ("sets, counts", "/api/v1/backup-sets/counts".to_owned()),
        ("overview", "/api/v1/overview".to_owned()),
        ("retirements", "/api/v1/retirements".to_owned()),
    ];
    for (page, path) in pages {
        let request = api.request("GET", &path, &Value::Null);
        let load = Load { connections: CONNECTIONS, duration: options.load.duration.div_f64(2.0) };
        let outcome = send(product.address, load, Requests::repeated(vec![request])).await?.only(200)?;
        table.add(Line::rate(&format!("{name}: {page}"), 200, outcome));
    }
    Ok(())
}

/// A hundred thousand sets of the first customers: planned some times, then made into a wave.
async fn plans(product: &Product, table: &mut Table, name: &str, customers: usize) -> Result<(), BenchError> {
    let api = product.api();
    let mut ids = Vec::new();
    let mut path = "/api/v1/customers?limit=200".to_owned();
    let mut sets = 0;
    while sets < PLANNED && ids.len() < customers {
        let page = api.call("GET", &path, &Value::Null).await?;
        for item in page["items"].as_array().into_iter().flatten() {
            let of_this = item["sets"]["basic"].as_u64().unwrap_or(0);
            if sets + usize::try_from(of_this)? <= PLANNED {
                sets += usize::try_from(of_this)?;
                ids.push(item["id"].clone());
            }
        }
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/api/v1/customers?limit=200&cursor={next}");
        if sets + 1_000 > PLANNED {
            break;
        }
    }
    let selection = json!({ "filter": { "customers": ids }, "aim": "recommended" });
    let mut latencies = Latencies::default();
    let before = memory()?;
    for _ in 0..PLANS {
        let begun = Instant::now();
        api.call("POST", "/api/v1/waves/preview", &selection).await?;
        latencies.add(begun.elapsed());
    }
    let worst = latencies.percentile(0.99).as_secs_f64() * 1e3;
    let median = latencies.percentile(0.5).as_secs_f64() * 1e3;
    let line = Line::of(&format!("{name}: planning {sets} sets, p99"), worst, "ms");
    table.add(line.note(format!("p50 {median:.0} ms, memory grows by {} kB", memory()? - before)));
    let begun = Instant::now();
    let made = api.call("POST", "/api/v1/waves", &json!({ "name": "Measured", "selection": selection })).await?;
    table.add(Line::of(&format!("{name}: making that wave"), begun.elapsed().as_secs_f64() * 1e3, "ms"));
    let wave = api::text(&made, "/id")?;
    for (what, path) in [("view", format!("/api/v1/waves/{wave}")), ("items", format!("/api/v1/waves/{wave}/items"))] {
        let request = api.request("GET", &path, &Value::Null);
        let load = Load { connections: CONNECTIONS, duration: Duration::from_secs(2) };
        let outcome = send(product.address, load, Requests::repeated(vec![request])).await?.only(200)?;
        table.add(Line::rate(&format!("{name}: its {what}"), 200, outcome));
    }
    let begun = Instant::now();
    api.call("POST", &format!("/api/v1/waves/{wave}/cancel"), &json!({})).await?;
    table.add(Line::of(&format!("{name}: calling it off"), begun.elapsed().as_secs_f64() * 1e3, "ms"));
    Ok(())
}

/// Thousands watch one authorization each of a few; one of these changes, and all of its watchers hear of it.
async fn watchers(product: &Product, table: &mut Table, name: &str) -> Result<(), BenchError> {
    let api = product.api();
    let page = api.call("GET", "/api/v1/backup-sets?limit=1", &Value::Null).await?;
    let set = api::text(&page, "/items/0/id")?;
    let body = json!({ "backup_sets": [set], "method": "hybrid" });
    let made = api.call("POST", "/api/v1/authorizations", &body).await?;
    let id = api::text(&made, "/id")?;
    let before = memory()?;
    let (first, second) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let request = api.request("GET", &format!("/api/v1/authorizations/{id}/live"), &Value::Null);
    let mut watching = JoinSet::new();
    let begun = Instant::now();
    for _ in 0..WATCHERS {
        let (request, first, second) = (request.bytes().to_vec(), first.clone(), second.clone());
        watching.spawn(watch(product.address, request, first, second));
    }
    let opened = until(&first, begun).await?;
    let each = (memory()? - before) / i64::try_from(WATCHERS)?;
    let line = Line::of(&format!("{name}: {WATCHERS} watchers, all have a snapshot"), opened.as_secs_f64() * 1e3, "ms");
    table.add(line.note(format!("{each} kB of memory each, this client's share included")));
    let begun = Instant::now();
    api.call("POST", &format!("/api/v1/authorizations/{id}/cancel"), &json!({})).await?;
    let told = until(&second, begun).await?;
    table.add(Line::of(&format!("{name}: {WATCHERS} watchers, all hear of a change"), told.as_secs_f64() * 1e3, "ms"));
    watching.abort_all();
    Ok(())
}

/// Waits until all have counted.
async fn until(count: &AtomicUsize, begun: Instant) -> Result<Duration, BenchError> {
    let all = timeout(PATIENCE, async {
        while count.load(Ordering::Relaxed) < WATCHERS {
            sleep(Duration::from_millis(2)).await;
        }
    });
    let heard = || count.load(Ordering::Relaxed);
    all.await.map_err(|_| format!("only {} of {WATCHERS} watchers heard within a minute", heard()))?;
    Ok(begun.elapsed())
}

/// As the portal does: whoever comes while the node has its hands full waits a moment and tries again.
async fn watch(address: SocketAddr, request: Vec<u8>, first: Arc<AtomicUsize>, second: Arc<AtomicUsize>) {
    while watch_once(address, &request, &first, &second).await == Some(Watched::Busy) {
        sleep(TRY_AGAIN).await;
    }
}

/// How a view ended.
#[derive(PartialEq, Eq)]
enum Watched {
    /// Both snapshots came.
    Heard,
    /// The node refused it for now.
    Busy,
}

async fn watch_once(address: SocketAddr, request: &[u8], first: &AtomicUsize, second: &AtomicUsize) -> Option<Watched> {
    let mut stream = TcpStream::connect(address).await.ok()?;
    stream.write_all(request).await.ok()?;
    let (mut seen, mut buffer) = (0, vec![0; 4096]);
    while let Ok(count @ 1..) = stream.read(&mut buffer).await {
        let part = buffer.get(..count).unwrap_or_default();
        if part.starts_with(b"HTTP/1.1 503") {
            return Some(Watched::Busy);
        }
        // A snapshot ends with its version and wave; its lines are shorter than the buffer.
        seen += part.windows(11).filter(|window| *window == b"\"created_by".as_slice()).count();
        match seen {
            0 | 2 => {}
            1 => {
                first.fetch_add(1, Ordering::Relaxed);
                seen = 2;
            }
            _ => {
                second.fetch_add(1, Ordering::Relaxed);
                return Some(Watched::Heard);
            }
        }
    }
    None
}

/// What this process holds, in kB.
fn memory() -> Result<i64, BenchError> {
    let text = machine::field("/proc/self/status", "VmRSS").ok_or("the kernel does not say how much memory is held")?;
    Ok(text.trim_end_matches(" kB").trim().parse()?)
}
