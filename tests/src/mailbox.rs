//! A mail server on loopback that takes everything, and what came.

use crate::app::eventually;
use server::outbound::mail::{MailConfig, MailLimits};
use shared::secret::Secret;
use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

/// The server, and the letters that nobody has read.
#[derive(Clone)]
pub struct Mailbox {
    address: String,
    letters: Arc<Mutex<VecDeque<String>>>,
    users: Arc<AtomicUsize>,
}

impl Mailbox {
    /// Starts one.
    ///
    /// # Panics
    /// When no port is free.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = format!("smtp://{}", listener.local_addr().expect("an address"));
        let mailbox = Self { address, letters: Arc::default(), users: Arc::default() };
        let kept = mailbox.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(kept.clone().take(stream));
            }
        });
        mailbox
    }

    /// How the product sends through it.
    pub fn config(&self) -> MailConfig {
        let from = "Rekey <rekey@northwind.example>".to_owned();
        MailConfig { smtp: self.address.clone(), password: None, from, limits: MailLimits::default() }
    }

    /// The same for a user who signs in with a password.
    pub fn config_with(&self, user: &str, password: &str) -> MailConfig {
        let smtp = self.address.replace("smtp://", &format!("smtp://{user}@"));
        MailConfig { smtp, password: Some(Secret::new(password.to_owned())), ..self.config() }
    }

    /// How many users signed in.
    pub fn users(&self) -> usize {
        self.users.load(Ordering::SeqCst)
    }

    /// The oldest letter that nobody has read, as it came on the wire; waits for it.
    pub async fn next(&self) -> String {
        let mut found = None;
        eventually("a letter", async || {
            found = self.letters.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
            found.is_some()
        })
        .await;
        found.unwrap_or_default()
    }

    /// How many letters nobody has read.
    pub fn len(&self) -> usize {
        self.letters.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Whether every letter was read.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A letter without the line ends and the escapes of *quoted-printable*.
    pub fn flat(letter: &str) -> String {
        let joined = letter.replace("=\n", "").replace("=\r\n", "");
        let mut bytes = Vec::with_capacity(joined.len());
        let mut rest = joined.as_str();
        while let Some((before, after)) = rest.split_once('=') {
            bytes.extend_from_slice(before.as_bytes());
            if let Some(byte) = after.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            } else {
                bytes.push(b'=');
                rest = after;
            }
        }
        bytes.extend_from_slice(rest.as_bytes());
        String::from_utf8_lossy(&bytes).into_owned()
    }

    async fn take(self, stream: TcpStream) {
        let (read, mut write) = stream.into_split();
        let mut lines = BufReader::new(read).lines();
        if write.write_all(b"220 mailbox\r\n").await.is_err() {
            return;
        }
        let mut data = None;
        while let Ok(Some(line)) = lines.next_line().await {
            let answer: &[u8] = match &mut data {
                Some(text) if line == "." => {
                    let letter = std::mem::take(text);
                    self.letters.lock().unwrap_or_else(PoisonError::into_inner).push_back(letter);
                    data = None;
                    b"250 taken\r\n"
                }
                Some(text) => {
                    // A line that begins with a dot was sent with two (RFC 5321 §4.5.2).
                    text.push_str(line.strip_prefix('.').unwrap_or(&line));
                    text.push('\n');
                    continue;
                }
                None => match line.split(' ').next().unwrap_or_default().to_uppercase().as_str() {
                    "EHLO" => b"250-mailbox\r\n250-AUTH PLAIN\r\n250 8BITMIME\r\n",
                    "AUTH" => {
                        self.users.fetch_add(1, Ordering::SeqCst);
                        b"235 welcome\r\n"
                    }
                    "DATA" => {
                        data = Some(String::new());
                        b"354 go on\r\n"
                    }
                    "QUIT" => b"221 bye\r\n",
                    _ => b"250 fine\r\n",
                },
            };
            if write.write_all(answer).await.is_err() {
                return;
            }
        }
    }
}
