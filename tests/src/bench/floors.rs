//! Floors: the least that any server could do for the same promise.
//!
//! `submit` follows security.md §5.1: bare axum that verifies RS256, seals, and makes two inserts durable in SQLite (WAL,
//! `synchronous=FULL`), many requests to a commit, and for comparison one commit for each.

mod database;

use super::{
    BenchError,
    load::{Requests, send},
    options::Options,
    report::{Line, Table},
    token::{self, Issuer},
    wire::Request,
};
use aws_lc_rs::aead::{AES_256_GCM, Aad, RandomizedNonceKey};
use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::{get, post},
};
use database::Database;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde_json::{Value, json};
use std::{net::SocketAddr, path::Path, sync::Arc};

/// A JSON answer and nothing else.
pub const JSON: &str = "bare axum, JSON answer";
/// One check of a signature.
pub const VERIFY: &str = "bare axum, RS256 checked";
/// One check that ends in a refusal.
pub const REFUSE: &str = "bare axum, RS256 refused";
/// Check, seal, two inserts; many requests to a commit.
pub const SUBMIT: &str = "bare axum, verify + seal + 2 inserts";
/// The same with a commit for each request.
pub const SUBMIT_EACH: &str = "bare axum, the same, a commit each";

#[derive(Clone)]
struct Floor {
    key: Arc<DecodingKey>,
    validation: Arc<Validation>,
    sealing: Arc<RandomizedNonceKey>,
    database: Database,
}

/// Measures every floor.
pub async fn measure(options: &Options, issuer: &Issuer, folder: &Path, table: &mut Table) -> Result<(), BenchError> {
    let tokens: Vec<String> = (0..64).map(|at| issuer.sign(&claims(at))).collect::<Result<_, _>>()?;
    let good: Vec<Request> = tokens.iter().map(|token| request("/verify", token)).collect();
    let bad: Vec<Request> = tokens.iter().map(|token| request("/verify", &token::forge(token))).collect();
    let submit: Vec<Request> = tokens.iter().map(|token| request("/submit", token)).collect();
    for (file, batch, name) in [("together.db", 256, SUBMIT), ("each.db", 1, SUBMIT_EACH)] {
        let database = Database::open(&folder.join(file), batch).await?;
        let address = serve(issuer, database.clone()).await?;
        let outcome = send(address, options.load, Requests::repeated(submit.clone())).await?.only(204)?;
        database.holds(outcome.latencies.count()).await?;
        table.add(Line::rate(name, 204, outcome));
        if name == SUBMIT {
            for (name, status, requests) in [
                (JSON, 200, vec![Request::new("GET", "/json", &[], b"")]),
                (VERIFY, 204, good.clone()),
                (REFUSE, 401, bad.clone()),
            ] {
                let outcome = send(address, options.load, Requests::repeated(requests)).await?.only(status)?;
                table.add(Line::rate(name, status, outcome));
            }
        }
    }
    Ok(())
}

fn claims(at: u32) -> Value {
    json!({
        "aud": "floor", "iss": "http://127.0.0.1/floor/v2.0", "exp": 9_999_999_999_u64, "iat": 1, "nbf": 1, "sub": "floor",
        "tid": "0190a0b1-2c3d-4e4f-8a9b-0c1d2e3f4a5b", "oid": "0290a0b1-2c3d-4e4f-8a9b-0c1d2e3f4a5b", "ver": "2.0",
        "azp": "0490a0b1-2c3d-4e4f-8a9b-0c1d2e3f4a5b", "scp": "access_as_user", "jti": at, "filler": "x".repeat(700),
    })
}

fn request(path: &str, token: &str) -> Request {
    Request::new("POST", path, &[("authorization", &format!("Bearer {token}"))], b"{}")
}

async fn serve(issuer: &Issuer, database: Database) -> Result<SocketAddr, BenchError> {
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_audience(&["floor"]);
    let sealing = RandomizedNonceKey::new(&AES_256_GCM, &[7; 32]).map_err(|_| "no sealing key")?;
    let floor = Floor {
        key: Arc::new(issuer.decoding_key()?),
        validation: Arc::new(validation),
        sealing: Arc::new(sealing),
        database,
    };
    let router = Router::new()
        .route("/json", get(|| async { Json(json!({ "state": "working", "steps": ["one", "two", "three"] })) }))
        .route("/verify", post(verify))
        .route("/submit", post(submit))
        .with_state(floor);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}

async fn verify(State(floor): State<Floor>, headers: HeaderMap, _body: Bytes) -> StatusCode {
    match floor.verify(&headers) {
        Some(_) => StatusCode::NO_CONTENT,
        None => StatusCode::UNAUTHORIZED,
    }
}

async fn submit(State(floor): State<Floor>, headers: HeaderMap, _body: Bytes) -> StatusCode {
    let Some(token) = floor.verify(&headers) else { return StatusCode::UNAUTHORIZED };
    let mut sealed = token.as_bytes().to_vec();
    if floor.sealing.seal_in_place_append_tag(Aad::from(b"floor"), &mut sealed).is_err() {
        return StatusCode::INTERNAL_SERVER_ERROR;
    }
    if floor.database.store(sealed).await { StatusCode::NO_CONTENT } else { StatusCode::INTERNAL_SERVER_ERROR }
}

impl Floor {
    fn verify<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        let token = headers.get("authorization")?.to_str().ok()?.strip_prefix("Bearer ")?;
        decode::<Value>(token, &self.key, &self.validation).ok()?;
        Some(token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::wire::Connection;

    #[tokio::test]
    async fn a_floor_refuses_what_is_forged_and_keeps_what_is_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let issuer = Issuer::new().expect("a key");
        let database = Database::open(&folder.path().join("floor.db"), 8).await.expect("a database");
        let address = serve(&issuer, database.clone()).await.expect("served");
        let mut connection = Connection::open(address).await.expect("connected");
        let token = issuer.sign(&claims(1)).expect("signed");
        assert_eq!(connection.send(&request("/submit", &token)).await.expect("answered").status, 204);
        assert_eq!(connection.send(&request("/submit", &token::forge(&token))).await.expect("answered").status, 401);
        assert_eq!(connection.send(&request("/verify", &token)).await.expect("answered").status, 204);
        assert!(database.holds(1).await.is_ok());
        assert!(database.holds(2).await.is_err(), "what was never stored is missed");
    }
}
