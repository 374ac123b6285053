//! Requests to the server, one caller each, and their answers.

use reqwest::{
    Body, Method,
    header::{HeaderMap, HeaderName, HeaderValue},
    redirect::Policy,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use shared::api::problem::Problem;

/// Sends the same headers with every request. Keeps no cookies and follows no redirect.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    origin: String,
    headers: HeaderMap,
}

impl Client {
    /// A caller without any headers.
    ///
    /// # Panics
    /// When no client can be made.
    pub fn new(origin: &str) -> Self {
        let http = reqwest::Client::builder().redirect(Policy::none()).build().expect("a client");
        Self { http, origin: origin.to_owned(), headers: HeaderMap::new() }
    }

    /// Sends this header, too; in place of the one of this name.
    ///
    /// # Panics
    /// When it is no header.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::try_from(name).expect("a header's name");
        self.headers.insert(name, HeaderValue::try_from(value).expect("a header's value"));
        self
    }

    /// Does not send this header.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.headers.remove(name);
        self
    }

    /// A GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None, "").await
    }

    /// A DELETE.
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None, "").await
    }

    /// A POST of JSON.
    pub async fn post<T: Serialize + ?Sized>(&self, path: &str, body: &T) -> Answer {
        self.send(Method::POST, path, Some("application/json"), json(body)).await
    }

    /// A PUT of JSON.
    pub async fn put<T: Serialize + ?Sized>(&self, path: &str, body: &T) -> Answer {
        self.send(Method::PUT, path, Some("application/json"), json(body)).await
    }

    /// A POST of a CSV file.
    pub async fn upload_csv(&self, path: &str, text: impl Into<Body>) -> Answer {
        self.send(Method::POST, path, Some("text/csv"), text).await
    }

    /// Any request.
    ///
    /// # Panics
    /// When no answer comes.
    pub async fn send(&self, method: Method, path: &str, kind: Option<&str>, body: impl Into<Body>) -> Answer {
        self.try_send(method, path, kind, body).await.unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Any request; a server that refuses a long body early may close before the answer is read.
    pub async fn try_send(
        &self,
        method: Method,
        path: &str,
        kind: Option<&str>,
        body: impl Into<Body>,
    ) -> Result<Answer, reqwest::Error> {
        let response = self.request(method, path, kind, body).await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Answer { status, headers, body: response.bytes().await?.to_vec() })
    }

    /// Opens a live view.
    ///
    /// # Panics
    /// When no answer comes.
    pub async fn live(&self, path: &str) -> Live {
        self.try_live(path).await.unwrap_or_else(|status| panic!("{path}: {status}"))
    }

    /// Opens a live view, or gives the status of the refusal.
    ///
    /// # Panics
    /// When no answer comes.
    pub async fn try_live(&self, path: &str) -> Result<Live, u16> {
        let response = self.request(Method::GET, path, None, "").await.expect("an answer");
        match response.status().as_u16() {
            200 => Ok(Live { response, buffer: Vec::new() }),
            status => Err(status),
        }
    }

    async fn request(
        &self,
        method: Method,
        path: &str,
        kind: Option<&str>,
        body: impl Into<Body>,
    ) -> Result<reqwest::Response, reqwest::Error> {
        let mut request = self.http.request(method, format!("{}{path}", self.origin)).headers(self.headers.clone());
        if let Some(kind) = kind {
            request = request.header("content-type", kind);
        }
        request.body(body).send().await
    }
}

fn json<T: Serialize + ?Sized>(body: &T) -> String {
    serde_json::to_string(body).expect("a body of JSON")
}

/// An answer, whatever it is.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Vec<u8>,
}

impl Answer {
    /// A header that stands once.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as any JSON; null when it is none.
    pub fn value(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The body, whatever the status.
    ///
    /// # Panics
    /// When it is something else.
    #[track_caller]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{}: {error}: {}", self.status, self.text()))
    }

    /// The body of a success.
    ///
    /// # Panics
    /// When it is none.
    #[track_caller]
    pub fn ok<T: DeserializeOwned>(&self) -> T {
        assert!((200..300).contains(&self.status), "{}: {}", self.status, self.text());
        self.json()
    }

    /// The problem of a refusal, which must look like one.
    ///
    /// # Panics
    /// When it is none.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) -> Problem {
        assert_eq!(self.status, status, "{}", self.text());
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{}", self.text());
        let problem: Problem = self.json();
        assert_eq!((problem.status, problem.code.as_str()), (status, code), "{problem:?}");
        assert_eq!(Some(problem.request_id.as_str()), self.header("request-id"));
        problem
    }
}

/// A live view, line by line.
pub struct Live {
    response: reqwest::Response,
    buffer: Vec<u8>,
}

impl Live {
    /// The next snapshot; `None` when the stream has ended. Empty lines are passed over.
    ///
    /// # Panics
    /// When a line is something else.
    pub async fn next<T: DeserializeOwned>(&mut self) -> Option<T> {
        loop {
            while let Some(end) = self.buffer.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.buffer.drain(..=end).collect();
                if line.len() > 1 {
                    return Some(serde_json::from_slice(&line).expect("a snapshot"));
                }
            }
            self.buffer.extend(self.response.chunk().await.ok()??);
        }
    }

    /// Reads snapshots until one is as wanted.
    ///
    /// # Panics
    /// When the stream ends before.
    pub async fn until<T: DeserializeOwned>(&mut self, wanted: impl Fn(&T) -> bool) -> T {
        loop {
            let snapshot = self.next().await.expect("the stream goes on");
            if wanted(&snapshot) {
                return snapshot;
            }
        }
    }
}
