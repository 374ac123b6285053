//! Load: some connections that send as fast as they are answered, for a bounded time.

use super::{
    BenchError,
    latency::Latencies,
    wire::{Connection, Request},
};
use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};
use tokio::{task::JoinSet, time::Instant};

/// How load is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    /// How many connections send.
    pub connections: usize,
    /// For how long at most.
    pub duration: Duration,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Answers by status; 0 counts connections that broke.
    pub statuses: BTreeMap<u16, usize>,
    /// How long each took.
    pub latencies: Latencies,
    /// From the first request to the last answer.
    pub elapsed: Duration,
}

impl Outcome {
    /// Answers with this status in a second.
    pub fn rate(&self, status: u16) -> f64 {
        let count = u32::try_from(self.statuses.get(&status).copied().unwrap_or(0)).unwrap_or(u32::MAX);
        if self.elapsed.is_zero() { 0.0 } else { f64::from(count) / self.elapsed.as_secs_f64() }
    }

    /// An error unless every answer had this status.
    pub fn only(self, status: u16) -> Result<Self, BenchError> {
        if self.statuses.keys().all(|found| *found == status) && !self.statuses.is_empty() {
            return Ok(self);
        }
        Err(format!("expected status {status} alone, got {:?}", self.statuses).into())
    }
}

/// Gives the requests out, each at most once or over and over.
pub struct Requests {
    all: Vec<Request>,
    next: AtomicUsize,
    again: bool,
}

impl Requests {
    /// Sends them in turn, over and over.
    pub fn repeated(requests: Vec<Request>) -> Arc<Self> {
        Arc::new(Self { all: requests, next: AtomicUsize::new(0), again: true })
    }

    /// Sends each once; the load ends when they run out.
    pub fn once(requests: Vec<Request>) -> Arc<Self> {
        Arc::new(Self { all: requests, next: AtomicUsize::new(0), again: false })
    }

    fn next(&self) -> Option<&Request> {
        let at = self.next.fetch_add(1, Ordering::Relaxed);
        let at = if self.again { at.checked_rem(self.all.len())? } else { at };
        self.all.get(at)
    }
}

/// Sends from a thread of its own, so that the server's threads do the server's work.
pub async fn send(address: SocketAddr, load: Load, requests: Arc<Requests>) -> Result<Outcome, BenchError> {
    let (answer, outcome) = tokio::sync::oneshot::channel();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let _ = answer.send(runtime.map(|runtime| runtime.block_on(all(address, load, requests))));
    });
    Ok(outcome.await??)
}

async fn all(address: SocketAddr, load: Load, requests: Arc<Requests>) -> Outcome {
    let begun = Instant::now();
    let mut senders = JoinSet::new();
    for _ in 0..load.connections {
        senders.spawn(one(address, begun + load.duration, requests.clone()));
    }
    let mut outcome = Outcome::default();
    while let Some(done) = senders.join_next().await {
        let Ok((statuses, latencies)) = done else { continue };
        outcome.latencies.merge(latencies);
        for (status, count) in statuses {
            *outcome.statuses.entry(status).or_default() += count;
        }
    }
    outcome.elapsed = begun.elapsed();
    outcome
}

async fn one(address: SocketAddr, end: Instant, requests: Arc<Requests>) -> (BTreeMap<u16, usize>, Latencies) {
    let (mut statuses, mut latencies) = (BTreeMap::new(), Latencies::default());
    let Ok(mut connection) = Connection::open(address).await else {
        return (BTreeMap::from([(0, 1)]), latencies);
    };
    let mut now = Instant::now();
    while now < end {
        let Some(request) = requests.next() else { break };
        let answer = connection.send(request).await;
        let then = std::mem::replace(&mut now, Instant::now());
        *statuses.entry(answer.as_ref().map_or(0, |answer| answer.status)).or_default() += 1;
        if answer.is_err() {
            break;
        }
        latencies.add(now - then);
    }
    (statuses, latencies)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{Router, http::StatusCode, routing::get};

    #[tokio::test]
    async fn each_request_is_sent_once_and_every_answer_counted() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let router = Router::new().route("/", get(|| async { StatusCode::NO_CONTENT }));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let load = Load { connections: 3, duration: Duration::from_secs(20) };
        let requests: Vec<_> = ["/", "/missing", "/"].iter().map(|path| Request::new("GET", path, &[], b"")).collect();
        let outcome = send(address, load, Requests::once(requests)).await.expect("sent");
        assert_eq!(outcome.statuses, BTreeMap::from([(204, 2), (404, 1)]));
        assert_eq!(outcome.latencies.count(), 3);
        assert!(outcome.only(204).is_err());
    }
}
