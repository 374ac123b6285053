//! Consoles of other companies: pages on other sites of this machine, with whatever headers and scripts a test needs.

use axum::{
    Router,
    extract::State,
    http::{HeaderName, HeaderValue, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use std::{
    collections::HashMap,
    net::Ipv4Addr,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::{net::TcpListener, task::JoinHandle};

/// A server of pages. In Chromium, every name that ends in `.localhost` leads to it.
pub struct Host {
    port: u16,
    pages: Pages,
    task: JoinHandle<()>,
}

type Page = (Vec<(String, String)>, String);
type Pages = Arc<Mutex<HashMap<String, Page>>>;

impl Host {
    /// Starts one without pages.
    ///
    /// # Panics
    /// When there is no free port.
    pub async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let port = listener.local_addr().expect("its address").port();
        let pages = Pages::default();
        let router = Router::new().fallback(answer).with_state(pages.clone());
        let task = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Self { port, pages, task }
    }

    /// The origin of a site, such as `http://console.localhost:40001`.
    pub fn origin(&self, name: &str) -> String {
        format!("http://{name}.localhost:{}", self.port)
    }

    /// Its origin without a name: `http://127.0.0.1:40001`.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Puts a page under a path, for every name.
    pub fn put(&self, path: &str, headers: &[(&str, &str)], html: &str) {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        pages.insert(path.to_owned(), (headers, html.to_owned()));
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(State(pages): State<Pages>, uri: Uri) -> Response {
    let found = pages.lock().unwrap_or_else(PoisonError::into_inner).get(uri.path()).cloned();
    let Some((headers, html)) = found else { return StatusCode::NOT_FOUND.into_response() };
    let mut response = axum::response::Html(html).into_response();
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
