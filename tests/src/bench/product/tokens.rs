//! Job tokens from memory, beside bare axum that reads the same request and writes the same answer.

use crate::{
    app::{Backend, Setup, TestApp},
    bench::{
        BenchError,
        load::{Requests, send},
        options::Options,
        report::{Line, Table},
        wire::Request,
    },
};
use axum::{
    Json, Router,
    extract::{Path, State},
    routing::post,
};
use serde_json::{Value, json};
use server::http::limits::LimitsConfig;
use shared::{
    api::job_tokens::{CreateJobToken, JobToken},
    rules::{manifest::Resource, scopes::Purpose},
};
use std::{net::SocketAddr, sync::Arc};

/// What bare axum does with it.
const FLOOR: &str = "bare axum, a job token's JSON";
/// How many sets the jobs ask for in turn.
const SETS: usize = 256;

/// The floor and the product.
pub async fn measure(options: &Options, table: &mut Table) -> Result<(), BenchError> {
    for (name, backend) in [("SQLite", Backend::Sqlite), ("PostgreSQL", Backend::Postgres)] {
        let setup = Setup::new(backend);
        // What keeps one key from asking too much must not be what is measured.
        let limits = LimitsConfig { job_tokens: u32::MAX, ..setup.limits.clone() };
        let mut app = TestApp::start_with(Setup { limits, ..setup }).await;
        let paths = prepare(&app).await;
        let token: JobToken = app.key().post(paths.first().ok_or("a path")?, &BODY).await.ok();
        let floor = floor(token).await?;
        let key = format!("Bearer {}", app.api_key);
        let headers = [("authorization", key.as_str()), ("content-type", "application/json")];
        let body = serde_json::to_vec(&BODY)?;
        let requests: Vec<_> = paths.iter().map(|path| Request::new("POST", path, &headers, &body)).collect();
        let product: SocketAddr = app.origin.replace("http://localhost", "127.0.0.1").parse()?;
        let bare = send(floor, options.load, Requests::repeated(requests.clone())).await?.only(200)?;
        let rate = bare.rate(200);
        table.add(Line::rate(&format!("{FLOOR} ({name}'s run)"), 200, bare));
        let outcome = send(product, options.load, Requests::repeated(requests)).await?.only(200)?;
        table.add(Line::rate(&format!("job tokens from memory, {name}"), 200, outcome).against(FLOOR, rate));
        app.stop().await;
    }
    Ok(())
}

const BODY: CreateJobToken = CreateJobToken { resource: Resource::Graph, purpose: Purpose::Backup };

/// As many modern sets of one tenant; each asked for once, so that the token is in memory.
async fn prepare(app: &TestApp) -> Vec<String> {
    let names: Vec<String> = (0..SETS).map(|at| format!("BENCH-{at:04}")).collect();
    let set = |name: &String| {
        json!({
            "external_id": name, "name": name, "customer": "Contoso Ltd", "tenant": "contoso.com",
            "covers": "whole_tenant", "workloads": ["exchange"],
        })
    };
    let sets: Vec<Value> = names.iter().map(set).collect();
    app.key().put("/api/v1/backup-sets", &json!({ "sets": sets })).await.ok::<Value>();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    app.plant_app(&names).await;
    let ids = app.ids(&names).await;
    let paths: Vec<String> = ids.iter().map(|id| format!("/api/v1/backup-sets/{id}/job-token")).collect();
    for path in &paths {
        app.key().post(path, &BODY).await.ok::<JobToken>();
    }
    paths
}

async fn floor(token: JobToken) -> Result<SocketAddr, BenchError> {
    let answer = |State(token): State<Arc<JobToken>>, Path(_): Path<String>, Json(_): Json<CreateJobToken>| async move {
        Json(token.as_ref().clone())
    };
    let router = Router::new().route("/api/v1/backup-sets/{id}/job-token", post(answer)).with_state(Arc::new(token));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}
