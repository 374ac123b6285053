//! The way out to what members name themselves: webhooks and mail. Microsoft has a way of its own, `microsoft::http`.
//!
//! No redirect is followed, no answer's text is kept, and no private address is reached. Nothing here carries a token of
//! Microsoft's.

mod address;
pub mod mail;
pub mod webhook;

use mail::{Mail, MailConfig, MailError};
use tokio::sync::Semaphore;
use webhook::{WebhookError, Webhooks};

/// Why the ways out cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum OutgoingError {
    /// The client for webhooks.
    #[error("webhooks: {0}")]
    Webhooks(#[from] WebhookError),
    /// Mail.
    #[error("mail: {0}")]
    Mail(#[from] MailError),
}

/// The ways out, ready for use.
pub struct Outgoing {
    /// Webhooks.
    pub webhooks: Webhooks,
    /// Mail, where it is configured.
    pub mail: Option<Mail>,
    /// How many send at a time: whoever does not answer must not take every place of the worker.
    pub places: Semaphore,
}

/// A part of the worker's places.
const AT_A_TIME: usize = 8;

impl Outgoing {
    /// Sets everything up; opens no connection. An installation that is itself at a loopback address (a developer's, a
    /// test's) may call webhooks there.
    pub fn new(origin: &str, mail: Option<&MailConfig>) -> Result<Self, OutgoingError> {
        let local = url::Url::parse(origin).is_ok_and(|url| address::is_loopback_name(&url));
        let mail = mail.map(Mail::new).transpose()?;
        Ok(Self { webhooks: Webhooks::new(local)?, mail, places: Semaphore::new(AT_A_TIME) })
    }
}
