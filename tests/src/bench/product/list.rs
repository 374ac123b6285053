//! The list of backup sets, when it is long, on both databases.

use super::{
    Product,
    api::{self, Api, text},
    submit::compared,
};
use crate::{
    bench::{
        BenchError, floors,
        load::{Load, Requests, send},
        options::Options,
        report::{Line, Table},
        token::Issuer,
    },
    databases::TestDatabase,
};
use serde_json::Value;

/// How many customers share the sets.
const CUSTOMERS: usize = 50;
/// Few, so that the times are those of the server and not of a queue.
const CONNECTIONS: usize = 2;

/// Pages of fifty: the first, in the middle, by another order, searched, of one method.
pub async fn measure(options: &Options, issuer: &Issuer, table: &mut Table) -> Result<(), BenchError> {
    for (name, database) in [("SQLite", TestDatabase::sqlite().await), ("PostgreSQL", TestDatabase::postgres().await)] {
        let product = Product::start(database, issuer).await?;
        let api = product.api();
        api.add_sets(options.sets, |at| api::set(at, at % CUSTOMERS)).await?;
        let deep = deep(&api, options.sets).await?;
        let pages = [
            ("first page", "/api/v1/backup-sets?limit=50".to_owned()),
            ("page in the middle", deep),
            ("first page, by customer", "/api/v1/backup-sets?limit=50&sort=-customer".to_owned()),
            ("searched", "/api/v1/backup-sets?limit=50&query=Legal".to_owned()),
            ("one method", "/api/v1/backup-sets?limit=50&method=basic".to_owned()),
            ("counts", "/api/v1/backup-sets/counts".to_owned()),
        ];
        for (page, path) in pages {
            let request = api.request("GET", &path, &Value::Null);
            let load = Load { connections: CONNECTIONS, duration: options.load.duration.div_f64(2.0) };
            let outcome = send(product.address, load, Requests::repeated(vec![request])).await?.only(200)?;
            let line = Line::rate(&format!("list of {} sets, {name}: {page}", options.sets), 200, outcome);
            table.add(compared(line, table, floors::JSON));
        }
        product.stop().await;
    }
    Ok(())
}

/// The address of a page in the middle, found as a person would: page by page.
async fn deep(api: &Api, sets: usize) -> Result<String, BenchError> {
    let mut path = "/api/v1/backup-sets?limit=200".to_owned();
    for _ in 0..(sets / 400).clamp(1, 250) {
        let page = api.call("GET", &path, &Value::Null).await?;
        let Ok(next) = text(&page, "/next") else { break };
        path = format!("/api/v1/backup-sets?limit=200&cursor={next}");
    }
    Ok(path.replace("limit=200", "limit=50"))
}
