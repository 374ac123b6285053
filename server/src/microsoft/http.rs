//! The one way out: requests to Microsoft's origins and nowhere else (H10).
//!
//! No redirects, no proxy from the environment, no cookies, no decompression; a cap on size and time. Errors say what
//! kind of failure it was and never hold a body. Certificate checks cannot be turned off.

use super::{
    breaker::Breaker,
    clock_check::ClockCheck,
    config::{Authority, is_loopback},
};
use crate::clock::SharedClock;
use http::{HeaderMap, Request, Response, header};
use reqwest::{Certificate, Client, redirect::Policy};
use std::{sync::Arc, time::Duration};
use url::{Origin, Url};

/// The longest body that is read.
pub const BODY_LIMIT: usize = 1024 * 1024;
const CONNECT_TIME: Duration = Duration::from_secs(5);
const TOTAL_TIME: Duration = Duration::from_secs(20);

/// Why there is no answer. Holds no text of the other side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OutboundError {
    /// The client could not be built from the configuration.
    #[error("expected certificate authorities in PEM and a usable system trust store")]
    SetUp,
    /// The address is not one of the authority's.
    #[error("the address is not on the list of allowed origins")]
    NotAllowed,
    /// No connection, or it broke.
    #[error("the connection failed")]
    Connection,
    /// It took too long.
    #[error("the answer took too long")]
    Timeout,
    /// It did not answer several times in a row, and is not asked again yet (R8).
    #[error("the address did not answer lately, and is tried again in a few seconds")]
    Resting,
    /// The body is larger than [`BODY_LIMIT`].
    #[error("the answer is larger than 1 MiB")]
    TooLarge,
}

/// The outbound client.
pub struct Outbound {
    client: Client,
    allowed: [(Origin, Breaker); 2],
    clock: SharedClock,
    check: Arc<ClockCheck>,
    total_time: Duration,
}

impl Outbound {
    /// A client for the authority's origins. For loopback origins the system's trust store is not even read.
    pub fn new(authority: &Authority, extra_ca_pem: Option<&str>, clock: SharedClock) -> Result<Self, OutboundError> {
        let extra = match extra_ca_pem {
            Some(pem) => Certificate::from_pem_bundle(pem.as_bytes()).map_err(|_| OutboundError::SetUp)?,
            None => Vec::new(),
        };
        let local = authority.origins().into_iter().all(is_loopback);
        let builder = Client::builder()
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .referer(false)
            .connect_timeout(CONNECT_TIME)
            .https_only(authority.origins().into_iter().all(|url| url.scheme() == "https"))
            .user_agent(concat!("rekey/", env!("CARGO_PKG_VERSION")));
        let builder = if local { builder.tls_certs_only(extra) } else { builder.tls_certs_merge(extra) };
        let client = builder.build().map_err(|_| OutboundError::SetUp)?;
        let allowed = authority.origins().map(|url| (url.origin(), Breaker::default()));
        Ok(Self { client, allowed, clock, check: Arc::default(), total_time: TOTAL_TIME })
    }

    /// Whether this machine's clock agrees with Microsoft's.
    pub fn clock_check(&self) -> Arc<ClockCheck> {
        self.check.clone()
    }

    /// Sends a request and reads the whole answer, whatever its status.
    pub async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, OutboundError> {
        let url = Url::parse(&request.uri().to_string()).map_err(|_| OutboundError::NotAllowed)?;
        let origin = url.origin();
        let (_, breaker) =
            self.allowed.iter().find(|(allowed, _)| *allowed == origin).ok_or(OutboundError::NotAllowed)?;
        let asked = self.clock.now_millis();
        if !breaker.may_try(asked) {
            return Err(OutboundError::Resting);
        }
        let (parts, body) = request.into_parts();
        let request = self.client.request(parts.method, url).headers(outgoing(parts.headers)).body(body);
        let answer = tokio::time::timeout(self.total_time, receive(request)).await;
        let answer = answer.map_err(|_| OutboundError::Timeout).flatten();
        if let Ok(answer) = &answer {
            self.check.note(answer.headers(), asked, self.clock.now_millis());
        }
        let answered = !matches!(answer, Err(OutboundError::Connection | OutboundError::Timeout));
        if breaker.note(answered, self.clock.now_millis()) {
            let host = origin.ascii_serialization();
            if answered {
                tracing::info!(host, "it answers again");
            } else {
                tracing::warn!(host, "it does not answer: one try every ten seconds from now on");
            }
        }
        answer
    }

    /// Sends a GET that asks for JSON.
    pub(super) async fn get_json(&self, url: &Url) -> Result<Response<Vec<u8>>, OutboundError> {
        let request = Request::get(url.as_str()).header(header::ACCEPT, "application/json").body(Vec::new());
        self.send(request.map_err(|_| OutboundError::NotAllowed)?).await
    }
}

/// What a browser sent us never goes on to Microsoft: an `Origin` beside client credentials is refused there.
fn outgoing(mut headers: HeaderMap) -> HeaderMap {
    for name in [header::ORIGIN, header::COOKIE, header::REFERER, header::FORWARDED, header::HOST] {
        headers.remove(name);
    }
    if let Some(value) = headers.get_mut(header::AUTHORIZATION) {
        value.set_sensitive(true);
    }
    headers
}

async fn receive(request: reqwest::RequestBuilder) -> Result<Response<Vec<u8>>, OutboundError> {
    let mut incoming = request.send().await.map_err(|error| kind(&error))?;
    let mut response = Response::new(Vec::new());
    *response.status_mut() = incoming.status();
    *response.headers_mut() = std::mem::take(incoming.headers_mut());
    while let Some(chunk) = incoming.chunk().await.map_err(|error| kind(&error))? {
        if response.body().len().saturating_add(chunk.len()) > BODY_LIMIT {
            return Err(OutboundError::TooLarge);
        }
        response.body_mut().extend_from_slice(&chunk);
    }
    Ok(response)
}

fn kind(error: &reqwest::Error) -> OutboundError {
    if error.is_timeout() { OutboundError::Timeout } else { OutboundError::Connection }
}

/// Whether the body says that it is JSON.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) else { return false };
    let media_type = value.split(';').next().unwrap_or_default().trim();
    media_type.eq_ignore_ascii_case("application/json")
}

/// The seconds of `Retry-After` (RFC 9110 §10.2.3), whole or decimal as Graph writes them, an hour at most.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    let seconds = text.parse::<f64>().ok().filter(|seconds| seconds.is_finite() && *seconds >= 0.0)?;
    Some(Duration::from_secs_f64(seconds.min(3600.0).ceil()))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::microsoft::testing::ManualClock;
    use axum::{Router, body::Body, response::IntoResponse, routing::get};
    use http::StatusCode;
    use std::sync::Arc;

    /// Serves a router on loopback; the address is its origin.
    pub(in super::super) async fn serve(router: Router) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        origin
    }

    /// An authority whose sign-in service and Graph are both at `origin`.
    pub(in super::super) fn authority(origin: &str) -> Authority {
        Authority::new(origin, origin).unwrap()
    }

    /// A client for that authority.
    pub(in super::super) fn outbound(origin: &str) -> Arc<Outbound> {
        Arc::new(Outbound::new(&authority(origin), None, ManualClock::new()).unwrap())
    }

    fn get_request(url: &str) -> Request<Vec<u8>> {
        Request::get(url).body(Vec::new()).unwrap()
    }

    #[tokio::test]
    async fn h10_redirects_are_answers_not_followed() {
        let router = Router::new()
            .route("/", get(|| async { (StatusCode::FOUND, [(header::LOCATION, "/secret")], "") }))
            .route("/secret", get(|| async { "reached" }));
        let origin = serve(router).await;
        let answer = outbound(&origin).send(get_request(&format!("{origin}/"))).await.unwrap();
        assert_eq!(answer.status(), StatusCode::FOUND);
    }

    #[tokio::test]
    async fn h10_other_hosts_ports_and_schemes_are_refused() {
        let origin = serve(Router::new()).await;
        let client = outbound(&origin);
        let port: u16 = origin.rsplit(':').next().unwrap().parse().unwrap();
        for url in [
            format!("https://127.0.0.1:{port}/"),
            format!("http://localhost:{port}/"),
            format!("http://127.0.0.1:{}/", port.wrapping_add(1)),
            format!("http://127.0.0.1:{port}@example.com/"),
            "http://169.254.169.254/latest/meta-data".to_owned(),
        ] {
            assert_eq!(client.send(get_request(&url)).await.unwrap_err(), OutboundError::NotAllowed, "{url}");
        }
    }

    #[tokio::test]
    async fn h10_huge_bodies_are_cut_off_whether_announced_or_not() {
        let endless = || async {
            let chunks = futures::stream::repeat_with(|| Ok::<_, std::io::Error>(vec![b'x'; 64 * 1024]));
            Body::from_stream(chunks).into_response()
        };
        let router =
            Router::new().route("/endless", get(endless)).route("/big", get(|| async { vec![b'x'; BODY_LIMIT + 1] }));
        let origin = serve(router).await;
        for path in ["endless", "big"] {
            let answer = outbound(&origin).send(get_request(&format!("{origin}/{path}"))).await;
            assert_eq!(answer.unwrap_err(), OutboundError::TooLarge);
        }
    }

    #[tokio::test]
    async fn h10_a_slow_answer_is_given_up() {
        let origin = serve(Router::new().route("/", get(|| async { std::future::pending::<String>().await }))).await;
        let mut client = Outbound::new(&authority(&origin), None, ManualClock::new()).unwrap();
        client.total_time = Duration::from_millis(30);
        assert_eq!(client.send(get_request(&format!("{origin}/"))).await.unwrap_err(), OutboundError::Timeout);
    }

    #[tokio::test]
    async fn r8_a_host_that_is_gone_is_left_alone_until_it_may_be_back() {
        let origin = serve(Router::new()).await;
        let clock = ManualClock::new();
        let nobody = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let gone = format!("http://{}", nobody.local_addr().unwrap());
        drop(nobody);
        let client = Outbound::new(&Authority::new(&gone, &origin).unwrap(), None, clock.clone()).unwrap();
        let mut said = Vec::new();
        for _ in 0..7 {
            said.push(client.send(get_request(&format!("{gone}/"))).await.unwrap_err());
        }
        assert_eq!(said[..5], [OutboundError::Connection; 5]);
        assert_eq!(said[5..], [OutboundError::Resting; 2]);
        let other = client.send(get_request(&format!("{origin}/"))).await;
        assert_eq!(other.unwrap().status(), StatusCode::NOT_FOUND, "the other host is asked all the same");
        clock.advance(10);
        assert_eq!(client.send(get_request(&format!("{gone}/"))).await.unwrap_err(), OutboundError::Connection);
        assert_eq!(client.send(get_request(&format!("{gone}/"))).await.unwrap_err(), OutboundError::Resting);
    }

    #[tokio::test]
    async fn h10_a_certificate_that_nobody_vouches_for_is_refused() {
        rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        let config = rustls::ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        std::thread::spawn(move || {
            let config = Arc::new(config);
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut tls = rustls::ServerConnection::new(config.clone()).unwrap();
                while tls.is_handshaking() && tls.complete_io(&mut stream).is_ok() {}
                let mut tls = rustls::Stream::new(&mut tls, &mut stream);
                let _ = std::io::Read::read(&mut tls, &mut [0; 1024]);
                let _ = std::io::Write::write_all(&mut tls, b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
            }
        });
        let url = format!("{origin}/");
        assert_eq!(outbound(&origin).send(get_request(&url)).await.unwrap_err(), OutboundError::Connection);
        let trusting = Outbound::new(&authority(&origin), Some(&made.cert.pem()), ManualClock::new()).unwrap();
        assert_eq!(trusting.send(get_request(&url)).await.unwrap().status(), StatusCode::OK);
    }

    #[tokio::test]
    async fn origin_and_cookies_never_go_out() {
        let echo = |headers: HeaderMap| async move {
            let names: Vec<_> = headers.keys().map(|name| name.as_str().to_owned()).collect();
            names.join(",")
        };
        let origin = serve(Router::new().route("/", get(echo))).await;
        let request = Request::get(format!("{origin}/"))
            .header("origin", "https://portal.example")
            .header("cookie", "a=b")
            .header("client-request-id", "x");
        let answer = outbound(&origin).send(request.body(Vec::new()).unwrap()).await.unwrap();
        let names = String::from_utf8(answer.into_body()).unwrap();
        assert!(names.contains("client-request-id"));
        assert!(!names.contains("origin") && !names.contains("cookie"), "{names}");
    }

    #[test]
    fn retry_after_is_read_in_every_spelling() {
        let read = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::RETRY_AFTER, text.parse().unwrap());
            retry_after(&headers).map(|wait| wait.as_secs())
        };
        assert_eq!(read("12"), Some(12));
        assert_eq!(read("0.4"), Some(1));
        assert_eq!(read("99999999"), Some(3600));
        for bad in ["-1", "NaN", "inf", "soon", ""] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
