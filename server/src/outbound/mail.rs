//! Mail by SMTP to one person: plain text, and HTML beside it where there is a link to press. TLS always, except to this very machine.

use super::address::is_loopback_name;
use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Mailbox, MultiPart, header::ContentType},
    transport::smtp::authentication::Credentials,
};
use shared::{secret::Secret, time::Timestamp};
use std::time::{Duration, SystemTime};
use url::Url;

const TOTAL_TIME: Duration = Duration::from_secs(20);

/// How mail leaves, `[mail]` of the configuration.
#[derive(Debug, Clone)]
pub struct MailConfig {
    /// `smtps://user@host:465` (TLS from the first byte), `smtp://user@host:587` (STARTTLS, insisted on); without TLS to
    /// loopback only.
    pub smtp: String,
    /// The user's password.
    pub password: Option<Secret<String>>,
    /// Who it is from, `Rekey <rekey@example.com>`.
    pub from: String,
    /// How many invitations may go.
    pub limits: MailLimits,
}

/// How many invitations an organization may send by mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MailLimits {
    /// Within an hour.
    pub per_hour: u32,
    /// Within a day.
    pub per_day: u32,
    /// To one address within a day.
    pub per_recipient: u32,
}

impl Default for MailLimits {
    fn default() -> Self {
        Self { per_hour: 200, per_day: 1_000, per_recipient: 10 }
    }
}

/// Why mail did not leave. Holds no text of the other side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// The configuration cannot be used.
    #[error("expected an address such as smtps://user@host:465")]
    Server,
    /// The sender is no mail address.
    #[error("expected a sender such as Rekey <rekey@example.com>")]
    From,
    /// The receiver is no mail address.
    #[error("the address is no mail address")]
    To,
    /// The server refused it for good.
    #[error("the mail server refused it")]
    Refused,
    /// The server could not be reached, or asks to try later.
    #[error("the mail server could not take it")]
    Later,
}

impl MailError {
    /// Whether another try makes no sense.
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Later)
    }
}

/// One mail.
#[derive(Debug)]
pub struct Letter<'a> {
    /// To whom.
    pub to: &'a str,
    /// Its subject.
    pub subject: &'a str,
    /// Its text.
    pub text: String,
    /// The same as HTML.
    pub html: Option<String>,
    /// What its `Message-ID` begins with: the same for every try.
    pub id: String,
    /// When.
    pub now: Timestamp,
}

/// Sends mail.
pub struct Mail {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    /// How many invitations may go.
    pub limits: MailLimits,
}

/// Whether a text is one plain mail address.
pub fn is_address(text: &str) -> bool {
    text.len() <= 254 && text.parse::<Address>().is_ok_and(|address| address.domain().contains('.'))
}

impl Mail {
    /// Sets the transport up; opens no connection.
    pub fn new(config: &MailConfig) -> Result<Self, MailError> {
        let from: Mailbox = config.from.parse().map_err(|_| MailError::From)?;
        let url = Url::parse(&config.smtp).map_err(|_| MailError::Server)?;
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(MailError::Server)?;
        let builder = match url.scheme() {
            "smtps" => AsyncSmtpTransport::<Tokio1Executor>::relay(host).map_err(|_| MailError::Server)?,
            "smtp" if is_loopback_text(host) => AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host),
            "smtp" => AsyncSmtpTransport::<Tokio1Executor>::starttls_relay(host).map_err(|_| MailError::Server)?,
            _ => return Err(MailError::Server),
        };
        let builder = match url.port() {
            Some(port) => builder.port(port),
            None => builder,
        };
        let user = url.username();
        let builder = match &config.password {
            Some(password) if !user.is_empty() => {
                // Only `@` is likely to be escaped in a user's name.
                let user = user.replace("%40", "@");
                builder.credentials(Credentials::new(user, password.expose().trim_end().to_owned()))
            }
            _ => builder,
        };
        Ok(Self { transport: builder.timeout(Some(TOTAL_TIME)).build(), from, limits: config.limits })
    }

    /// Sends a mail once.
    pub async fn send(&self, letter: Letter<'_>) -> Result<(), MailError> {
        let to: Address = letter.to.parse().map_err(|_| MailError::To)?;
        let date = u64::try_from(letter.now.0).unwrap_or(0);
        let id = format!("<{}@{}>", letter.id, self.from.email.domain());
        let builder = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(letter.subject)
            .date(SystemTime::UNIX_EPOCH + Duration::from_secs(date))
            .message_id(Some(id));
        let message = match letter.html {
            Some(html) => builder.multipart(MultiPart::alternative_plain_html(letter.text, html)),
            None => builder.header(ContentType::TEXT_PLAIN).body(letter.text),
        };
        let message = message.map_err(|_| MailError::To)?;
        let sent = tokio::time::timeout(TOTAL_TIME * 2, self.transport.send(message)).await;
        match sent {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) if error.is_permanent() => Err(MailError::Refused),
            Ok(Err(error)) => {
                // Not the other side's words: they may repeat what was sent, an address or more.
                let status = error.status().map(|status| status.to_string());
                tracing::warn!(status, timeout = error.is_timeout(), tls = error.is_tls(), "mail could not be sent");
                Err(MailError::Later)
            }
            Err(_) => Err(MailError::Later),
        }
    }
}

fn is_loopback_text(host: &str) -> bool {
    Url::parse(&format!("http://{host}/")).is_ok_and(|url| is_loopback_name(&url))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(smtp: &str, from: &str) -> Result<(), MailError> {
        let config =
            MailConfig { smtp: smtp.to_owned(), password: None, from: from.to_owned(), limits: MailLimits::default() };
        Mail::new(&config).map(|_| ())
    }

    #[test]
    fn the_configuration_is_checked_when_it_is_read() {
        rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
        let from = "Rekey <rekey@example.com>";
        for good in ["smtps://user@mail.example.com:465", "smtp://mail.example.com:587", "smtp://127.0.0.1:2525"] {
            assert_eq!(config(good, from), Ok(()), "{good}");
        }
        for bad in ["", "mail.example.com", "https://mail.example.com", "smtps://"] {
            assert_eq!(config(bad, from), Err(MailError::Server), "{bad}");
        }
        assert_eq!(config("smtp://127.0.0.1:25", "nobody"), Err(MailError::From));
    }

    #[test]
    fn addresses_are_addresses() {
        assert!(is_address("backup.desk@northwind.example"));
        for bad in ["", "a", "a@b", "a@b.c\r\nBcc: d@e.f", "A <a@b.c>", "a@b.c,d@e.f", "a b@c.d"] {
            assert!(!is_address(bad), "{bad}");
        }
    }
}
