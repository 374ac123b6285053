//! Calls that prepare a measurement.

use crate::bench::{
    BenchError,
    wire::{Answer, Connection, Request},
};
use serde_json::{Value, json};
use std::net::SocketAddr;
use uuid::Uuid;

/// A caller with its headers.
#[derive(Debug, Clone)]
pub struct Api {
    address: SocketAddr,
    headers: Vec<(String, String)>,
}

impl Api {
    /// Without anything that says who calls; as our own pages do.
    pub fn new(address: SocketAddr) -> Self {
        let headers = [("content-type", "application/json"), (shared::api::REQUEST_HEADER, "1")];
        Self { address, headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec() }
    }

    /// With this header, too.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Without what says that compressed answers are understood.
    #[must_use]
    pub fn plain(&self) -> Self {
        let headers = self.headers.iter().filter(|(name, _)| name != "accept-encoding").cloned().collect();
        Self { address: self.address, headers }
    }

    /// A request with these headers.
    pub fn request(&self, method: &str, path: &str, body: &Value) -> Request {
        let headers: Vec<_> = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let body = if body.is_null() { String::new() } else { body.to_string() };
        Request::new(method, path, &headers, body.as_bytes())
    }

    /// Sends over a connection of its own.
    pub async fn send(&self, method: &str, path: &str, body: &Value) -> Result<Answer, BenchError> {
        Ok(Connection::open(self.address).await?.send(&self.request(method, path, body)).await?)
    }

    /// Sends, and wants a success with JSON.
    pub async fn call(&self, method: &str, path: &str, body: &Value) -> Result<Value, BenchError> {
        let answer = self.send(method, path, body).await?;
        if !(200..300).contains(&answer.status) {
            let text = String::from_utf8_lossy(&answer.body).into_owned();
            return Err(format!("{method} {path}: {} {text}", answer.status).into());
        }
        Ok(serde_json::from_slice(&answer.body)?)
    }

    /// Adds backup sets, 5,000 a request; which tenant each belongs to and how it is named is the caller's.
    pub async fn add_sets(&self, count: usize, set: impl Fn(usize) -> Value) -> Result<(), BenchError> {
        for begin in (0..count).step_by(5_000) {
            let sets: Vec<Value> = (begin..count.min(begin + 5_000)).map(&set).collect();
            self.call("PUT", "/api/v1/backup-sets", &json!({ "sets": sets })).await?;
        }
        Ok(())
    }
}

/// A set of an account of its own; `customer` counts from zero.
pub fn set(at: usize, customer: usize) -> Value {
    json!({
        "external_id": format!("BENCH-{at:07}"),
        "name": format!("Mailbox {} of {at:07}", ["Sales", "Support", "Board", "Legal", "Office"][at % 5]),
        "customer": format!("Customer {customer:05}"),
        "tenant": tenant(customer).to_string(),
        "account": format!("backup{at:07}@customer{customer:05}.example"),
        "account_role": "ordinary", "covers": "own_account", "workloads": ["exchange"], "region": "global",
        "client_version": "8.3.6.4", "method": "basic",
    })
}

/// The tenant of a customer.
pub fn tenant(customer: usize) -> Uuid {
    Uuid::from_u128(0x7d4f_0c62_9a1e_4b58_8c3d_0000_0000_0000 + customer as u128)
}

/// The text at a path of a JSON answer.
pub fn text(value: &Value, pointer: &str) -> Result<String, BenchError> {
    let found = value.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    found.ok_or_else(|| format!("the answer has no {pointer}: {value}").into())
}
