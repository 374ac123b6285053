//! Wakes whoever watches: live views and the worker. Only a hint: everybody reads the database again afterwards, and looks
//! by themselves now and then, so a lost wake-up costs seconds and nothing else.

use shared::id::AuthorizationId;
use std::sync::Arc;
use tokio::sync::{Notify, broadcast, watch};

/// Hints that something changed, within this process.
#[derive(Clone)]
pub struct Changes {
    authorizations: broadcast::Sender<AuthorizationId>,
    work: Arc<Notify>,
    stopped: watch::Sender<bool>,
}

impl Default for Changes {
    fn default() -> Self {
        Self { authorizations: broadcast::channel(1024).0, work: Arc::default(), stopped: watch::channel(false).0 }
    }
}

impl Changes {
    /// Tells that an authorization changed; call after the commit.
    pub fn authorization(&self, id: AuthorizationId) {
        // Nobody watching is no error.
        let _ = self.authorizations.send(id);
    }

    /// Tells that there is work; call after the commit.
    pub fn work(&self) {
        self.work.notify_one();
    }

    /// Waits for work.
    pub async fn until_work(&self) {
        self.work.notified().await;
    }

    /// Tells that the node stops: live views end, and their readers open them again elsewhere.
    pub fn stop(&self) {
        self.stopped.send_replace(true);
    }

    /// Waits until the node stops.
    pub async fn until_stopped(&self) {
        // The sender lives as long as `self`.
        let _ = self.stopped.subscribe().wait_for(|stopped| *stopped).await;
    }

    /// Starts to listen for one authorization. Make it before reading, or a change in between is missed.
    pub fn watch(&self, id: AuthorizationId) -> Watch {
        Watch { id, receiver: self.authorizations.subscribe() }
    }
}

/// Listens for one authorization.
pub struct Watch {
    id: AuthorizationId,
    receiver: broadcast::Receiver<AuthorizationId>,
}

impl Watch {
    /// Waits until it may have changed.
    pub async fn changed(&mut self) {
        loop {
            match self.receiver.recv().await {
                Ok(id) if id == self.id => return,
                Ok(_) => {}
                Err(broadcast::error::RecvError::Lagged(_)) => return,
                Err(broadcast::error::RecvError::Closed) => std::future::pending::<()>().await,
            }
        }
    }
}
