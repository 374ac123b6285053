//! One node: the HTTP face and the worker, started and stopped together.

use crate::{
    http::{
        self,
        limits::{Limits, LimitsConfig},
    },
    services::job_tokens::ledger,
    state::AppState,
    worker,
};
use std::{io, net::SocketAddr, path::PathBuf};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

/// What a node needs besides its state.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Limits per address.
    pub limits: LimitsConfig,
    /// Where the audit chain's heads are published.
    pub audit_heads: Option<PathBuf>,
}

/// A running node.
pub struct Node {
    /// Where it listens.
    pub address: SocketAddr,
    stop: watch::Sender<bool>,
    app: AppState,
    face: JoinHandle<io::Result<()>>,
    worker: JoinHandle<()>,
}

impl Node {
    /// Starts to serve and to work.
    pub fn start(app: AppState, listener: TcpListener, options: Options) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let (stop, stopped) = watch::channel(false);
        let worker = tokio::spawn(worker::run(app.clone(), options.audit_heads, stopped.clone()));
        let service =
            http::router(app.clone(), Limits::new(options.limits)).into_make_service_with_connect_info::<SocketAddr>();
        let mut until = stopped;
        let face = tokio::spawn(async move {
            axum::serve(listener, service)
                .with_graceful_shutdown(async move {
                    let _ = until.wait_for(|stop| *stop).await;
                })
                .await
        });
        Ok(Self { address, stop, app, face, worker })
    }

    /// Stops taking requests, finishes the work in hand, and gives open live views two seconds.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        self.app.changes.stop();
        if self.worker.await.is_err() {
            tracing::error!("the worker did not end by itself");
        }
        let abort = self.face.abort_handle();
        if tokio::time::timeout(std::time::Duration::from_secs(2), self.face).await.is_err() {
            abort.abort();
        }
        // After the last request, so that a clean stop loses no count.
        if let Err(error) = ledger::flush(&self.app).await {
            tracing::error!(?error, "the counts of job tokens could not be written");
        }
    }
}
