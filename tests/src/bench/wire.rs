//! The least HTTP/1.1 client that can drive a server: it costs less than the server it measures.
//!
//! Requests are made beforehand; answers need `content-length` or chunks. Loopback only.

use std::{fmt::Write as _, io, net::SocketAddr};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// A request, ready to send.
#[derive(Debug, Clone)]
pub struct Request(Vec<u8>);

impl Request {
    /// With these headers and this body.
    pub fn new(method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Self {
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n");
        for (name, value) in headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        if !body.is_empty() {
            let _ = write!(head, "content-length: {}\r\n", body.len());
        }
        head.push_str("\r\n");
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(body);
        Self(bytes)
    }
}

impl Request {
    /// As it is sent.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its header lines.
    pub head: String,
    /// Its body, without the framing of chunks.
    pub body: Vec<u8>,
}

/// One connection, kept open.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    /// Connects; only to this machine.
    pub async fn open(address: SocketAddr) -> io::Result<Self> {
        if !address.ip().is_loopback() {
            return Err(io::Error::other("load goes to loopback only"));
        }
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(64 * 1024) })
    }

    /// Sends one request and reads its answer.
    pub async fn send(&mut self, request: &Request) -> io::Result<Answer> {
        self.stream.write_all(&request.0).await?;
        let end = loop {
            if let Some(end) = find(&self.buffer, b"\r\n\r\n") {
                break end + 4;
            }
            self.read().await?;
        };
        let head = String::from_utf8_lossy(self.buffer.get(..end).unwrap_or_default()).into_owned();
        self.buffer.drain(..end);
        let status = head.get(9..12).and_then(|text| text.parse().ok()).ok_or_else(|| unreadable("no status"))?;
        let body = if status == 204 || status == 304 {
            Vec::new()
        } else if let Some(length) = header(&head, "content-length") {
            self.take(length.parse().map_err(|_| unreadable("content-length"))?).await?
        } else if header(&head, "transfer-encoding") == Some("chunked") {
            self.chunks().await?
        } else {
            return Err(unreadable("an answer without length"));
        };
        Ok(Answer { status, head, body })
    }

    async fn chunks(&mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let end = loop {
                if let Some(end) = find(&self.buffer, b"\r\n") {
                    break end;
                }
                self.read().await?;
            };
            let line = self.take(end + 2).await?;
            let size = std::str::from_utf8(&line).ok().and_then(|text| usize::from_str_radix(text.trim(), 16).ok());
            let size = size.ok_or_else(|| unreadable("a chunk's size"))?;
            let mut chunk = self.take(size + 2).await?;
            chunk.truncate(size);
            body.append(&mut chunk);
            if size == 0 {
                return Ok(body);
            }
        }
    }

    async fn take(&mut self, length: usize) -> io::Result<Vec<u8>> {
        while self.buffer.len() < length {
            self.read().await?;
        }
        Ok(self.buffer.drain(..length).collect())
    }

    async fn read(&mut self) -> io::Result<()> {
        match self.stream.read_buf(&mut self.buffer).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }
}

fn unreadable(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

/// The value of a header.
pub fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{Router, body::Body, routing::get};

    async fn serve(router: Router) -> SocketAddr {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        tokio::spawn(async move { axum::serve(listener, router).await });
        address
    }

    #[tokio::test]
    async fn answers_of_both_framings_are_read_on_one_connection() {
        let stream = || async {
            Body::from_stream(futures::stream::iter(["one ", "two"].map(Ok::<_, std::convert::Infallible>)))
        };
        let router = Router::new().route("/fixed", get(|| async { "fixed" })).route("/stream", get(stream));
        let mut connection = Connection::open(serve(router).await).await.expect("connected");
        for _ in 0..2 {
            let fixed = connection.send(&Request::new("GET", "/fixed", &[], b"")).await.expect("answered");
            assert_eq!((fixed.status, fixed.body.as_slice()), (200, b"fixed".as_slice()));
            let stream = connection.send(&Request::new("GET", "/stream", &[], b"")).await.expect("answered");
            assert_eq!((stream.status, stream.body.as_slice()), (200, b"one two".as_slice()));
        }
    }

    #[tokio::test]
    async fn nothing_leaves_this_machine() {
        let elsewhere = "192.0.2.1:80".parse().expect("an address");
        assert!(Connection::open(elsewhere).await.is_err());
    }
}
