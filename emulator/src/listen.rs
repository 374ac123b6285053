//! Listeners: plain HTTP and HTTPS, with connections that a fault can cut.

use std::future::{Ready, ready};
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::middleware::AddExtension;
use axum::{Extension, Router};
use axum_server::Handle;
use axum_server::accept::Accept;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::task::JoinHandle;
use tower::Layer as _;

/// The connection behind a request.
#[derive(Clone, Debug)]
pub(crate) struct Connection {
    pub(crate) secure: bool,
    is_cut: Arc<AtomicBool>,
}

impl Connection {
    /// Ends the connection without another byte.
    pub(crate) fn cut(&self) {
        self.is_cut.store(true, Ordering::SeqCst);
    }
}

/// Tells each request its connection.
#[derive(Clone, Copy, Debug)]
struct Tagging {
    secure: bool,
}

impl<I, S> Accept<I, S> for Tagging {
    type Stream = Cuttable<I>;
    type Service = AddExtension<S, Connection>;
    type Future = Ready<io::Result<(Self::Stream, Self::Service)>>;

    fn accept(&self, stream: I, service: S) -> Self::Future {
        let connection = Connection { secure: self.secure, is_cut: Arc::default() };
        let stream = Cuttable { inner: stream, is_cut: Arc::clone(&connection.is_cut) };
        ready(Ok((stream, Extension(connection).layer(service))))
    }
}

/// A stream that fails once it is cut.
pub(crate) struct Cuttable<I> {
    inner: I,
    is_cut: Arc<AtomicBool>,
}

impl<I> Cuttable<I> {
    fn check(&self) -> io::Result<()> {
        if self.is_cut.load(Ordering::SeqCst) { Err(io::ErrorKind::ConnectionReset.into()) } else { Ok(()) }
    }
}

impl<I: AsyncRead + Unpin> AsyncRead for Cuttable<I> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.inner).poll_read(cx, buf)
    }
}

impl<I: AsyncWrite + Unpin> AsyncWrite for Cuttable<I> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.inner).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

/// One running listener.
pub(crate) struct Listener {
    pub(crate) address: SocketAddr,
    handle: Handle<SocketAddr>,
    task: JoinHandle<io::Result<()>>,
}

impl Listener {
    /// Binds and serves; with a certificate, as HTTPS.
    pub(crate) fn start(address: SocketAddr, router: Router, tls: Option<RustlsConfig>) -> io::Result<Self> {
        let socket = TcpListener::bind(address)?;
        socket.set_nonblocking(true)?;
        let address = socket.local_addr()?;
        let handle = Handle::new();
        let server = axum_server::from_tcp(socket)?.handle(handle.clone());
        let service = router.into_make_service();
        let task = match tls {
            None => tokio::spawn(server.acceptor(Tagging { secure: false }).serve(service)),
            Some(config) => {
                let acceptor = RustlsAcceptor::new(config).acceptor(Tagging { secure: true });
                tokio::spawn(server.acceptor(acceptor).serve(service))
            }
        };
        Ok(Self { address, handle, task })
    }

    /// Stops and waits until the socket is free again.
    pub(crate) async fn stop(self) {
        self.handle.shutdown();
        let _ = self.task.await;
    }
}
