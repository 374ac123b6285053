//! Webhooks, signed as Standard Webhooks says: `webhook-id`, `webhook-timestamp`, `webhook-signature`.
//!
//! https to public addresses only; names are resolved here, and what they resolve to is checked before a connection is
//! opened, so that a name cannot change its mind in between.

use super::address::{is_loopback_name, is_public};
use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::STANDARD};
use reqwest::{
    Client, StatusCode,
    dns::{Addrs, Name, Resolve, Resolving},
    redirect::Policy,
};
use shared::{secret::Secret, time::Timestamp};
use std::{io, net::SocketAddr, time::Duration};
use url::{Host, Url};

const CONNECT_TIME: Duration = Duration::from_secs(5);
const TOTAL_TIME: Duration = Duration::from_secs(15);
const LONGEST_ADDRESS: usize = 2000;
/// What every signing secret begins with.
pub const SECRET_PREFIX: &str = "whsec_";

/// Why a webhook was not taken. Holds no text of the other side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// The client could not be built.
    #[error("the client could not be built")]
    SetUp,
    /// The address may not be called.
    #[error("the address is not a public https address")]
    Address,
    /// No connection, or it broke; a name that leads to a private address is among these.
    #[error("the connection failed")]
    Connection,
    /// It took too long.
    #[error("the answer took too long")]
    Timeout,
    /// Any status but 2xx.
    #[error("it answered {0}")]
    Status(u16),
}

impl WebhookError {
    /// The status code, where there was an answer.
    pub const fn status(self) -> Option<u16> {
        match self {
            Self::Status(status) => Some(status),
            _ => None,
        }
    }

    /// Whether another try makes sense: 410 says that it never will.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Address | Self::Status(410))
    }
}

/// One message.
#[derive(Debug)]
pub struct Message<'a> {
    /// The same for every try.
    pub id: String,
    /// The time of this try.
    pub now: Timestamp,
    /// JSON.
    pub body: &'a str,
}

impl Message<'_> {
    /// The signature: `v1,` and base64 of HMAC-SHA256 over id, time and body.
    pub fn signature(&self, secret: &Secret<Vec<u8>>) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose());
        let signed = format!("{}.{}.{}", self.id, self.now.0, self.body);
        format!("v1,{}", STANDARD.encode(hmac::sign(&key, signed.as_bytes())))
    }

    /// The signatures by each secret, the newest first: while a secret is being changed, two.
    fn signatures(&self, secrets: &[Secret<Vec<u8>>]) -> String {
        secrets.iter().map(|secret| self.signature(secret)).collect::<Vec<_>>().join(" ")
    }
}

/// Calls webhooks.
pub struct Webhooks {
    client: Client,
    loopback: bool,
}

impl Webhooks {
    /// A client; `loopback` lets it call this machine, over http too.
    pub fn new(loopback: bool) -> Result<Self, WebhookError> {
        let client = Client::builder()
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .referer(false)
            .connect_timeout(CONNECT_TIME)
            .timeout(TOTAL_TIME)
            .https_only(!loopback)
            .dns_resolver(Checked { loopback })
            .user_agent(concat!("rekey/", env!("CARGO_PKG_VERSION")))
            .build();
        Ok(Self { client: client.map_err(|_| WebhookError::SetUp)?, loopback })
    }

    /// Reads an address that may be called: https, no user, no fragment, no private number.
    pub fn address(&self, text: &str) -> Option<Url> {
        let url = Url::parse(text.trim()).ok().filter(|_| text.len() <= LONGEST_ADDRESS)?;
        let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
        let local = self.loopback && is_loopback_name(&url);
        let scheme = url.scheme() == "https" || (url.scheme() == "http" && local);
        let host = match url.host()? {
            Host::Ipv4(address) => is_public(address.into()),
            Host::Ipv6(address) => is_public(address.into()),
            Host::Domain(name) => name.contains('.') && !is_loopback_name(&url),
        };
        (plain && scheme && (host || local)).then_some(url)
    }

    /// Sends a message once, signed by each of the secrets.
    pub async fn send(
        &self,
        address: &str,
        secrets: &[Secret<Vec<u8>>],
        message: &Message<'_>,
    ) -> Result<StatusCode, WebhookError> {
        let url = self.address(address).ok_or(WebhookError::Address)?;
        let request = self
            .client
            .post(url)
            .header("content-type", "application/json")
            .header("webhook-id", &message.id)
            .header("webhook-timestamp", message.now.0)
            .header("webhook-signature", message.signatures(secrets))
            .body(message.body.to_owned());
        let answer = request
            .send()
            .await
            .map_err(|error| if error.is_timeout() { WebhookError::Timeout } else { WebhookError::Connection })?;
        // The body is never read.
        let status = answer.status();
        if status.is_success() { Ok(status) } else { Err(WebhookError::Status(status.as_u16())) }
    }
}

/// Resolves names, and hides what may not be called.
#[derive(Debug, Clone, Copy)]
struct Checked {
    loopback: bool,
}

impl Resolve for Checked {
    fn resolve(&self, name: Name) -> Resolving {
        let loopback = self.loopback;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> =
                found.filter(|address| is_public(address.ip()) || (loopback && address.ip().is_loopback())).collect();
            if allowed.is_empty() {
                let error = io::Error::new(io::ErrorKind::PermissionDenied, "no public address");
                return Err(error.into());
            }
            let addresses: Addrs = Box::new(allowed.into_iter());
            Ok(addresses)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_https_addresses_are_taken() {
        let (far, near) = (Webhooks::new(false).unwrap(), Webhooks::new(true).unwrap());
        for good in ["https://hooks.example.com/rekey?x=1", "https://20.1.2.3:8443/"] {
            assert!(far.address(good).is_some(), "{good}");
        }
        for bad in [
            "http://hooks.example.com/",
            "https://user@hooks.example.com/",
            "https://hooks.example.com/#x",
            "https://localhost/",
            "https://intranet/",
            "https://10.0.0.1/",
            "https://[::1]/",
            "https://169.254.169.254/latest",
            "https://0x7f000001/",
            "https://2130706433/",
            "ftp://hooks.example.com/",
            "hooks.example.com",
        ] {
            assert!(far.address(bad).is_none(), "{bad}");
        }
        assert!(near.address("http://127.0.0.1:9/x").is_some() && near.address("http://localhost:9/x").is_some());
        assert!(near.address("http://10.0.0.1/").is_none() && near.address("http://example.com/").is_none());
    }

    #[tokio::test]
    async fn a_name_that_leads_to_this_machine_is_not_resolved() {
        let name: Name = "localhost".parse().unwrap();
        assert!(Checked { loopback: false }.resolve(name).await.is_err());
    }

    /// The example of the specification's own libraries.
    #[test]
    fn the_signature_is_the_one_of_standard_webhooks() {
        let secret = Secret::new(STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap());
        let message = Message {
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek".to_owned(),
            now: Timestamp(1_614_265_330),
            body: r#"{"test": 2432232314}"#,
        };
        assert_eq!(message.signature(&secret), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
