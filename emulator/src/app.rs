//! The two services behind the listeners: sign-in and Graph, on one shared state.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRequestParts};
use axum::http::header;
use axum::http::request::Parts;
use axum::routing::{any, get, post};
use tokio::sync::Notify;

use crate::authorize::{self, admin, forms, logout, phone};
use crate::clock::Clock;
use crate::errors::Trace;
use crate::params::Params;
use crate::state::State;
use crate::{control, cors, graph, html, listen, metadata, sharepoint, token};

/// Everything that a handler needs; cheap to clone.
#[derive(Clone)]
pub(crate) struct App(Arc<Inner>);

struct Inner {
    clock: Clock,
    state: Mutex<State>,
    /// Rung when something changed that a restart must keep.
    dirty: Notify,
}

impl App {
    pub(crate) fn new(state: State, clock: Clock) -> Self {
        Self(Arc::new(Inner { clock, state: Mutex::new(state), dirty: Notify::new() }))
    }

    /// The world. Never held across an await.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.0.clock
    }

    pub(crate) fn now_millis(&self) -> i64 {
        self.0.clock.now_millis()
    }

    /// Rings the writer of the state file if there is something to write.
    pub(crate) fn report_changes(&self) {
        if self.state().changed {
            self.0.dirty.notify_one();
        }
    }

    /// Waits for the next change.
    pub(crate) async fn changed(&self) {
        self.0.dirty.notified().await;
    }
}

/// How the client called.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// Scheme, host and port: what issuers and addresses are made of.
    pub(crate) base: String,
    pub(crate) secure: bool,
    client_request_id: Option<String>,
}

impl Caller {
    /// The ids under an error; `client-request-id` comes as a header or parameter.
    pub(crate) fn trace(&self, now: i64, params: &Params) -> Trace {
        let id = params.get("client-request-id").or(self.client_request_id.as_deref());
        Trace::new(now, id)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let secure = parts.extensions.get::<listen::Connection>().is_some_and(|connection| connection.secure);
        let text = |name: header::HeaderName| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let host = text(header::HOST).or_else(|| parts.uri.authority().map(axum::http::uri::Authority::as_str));
        let scheme = if secure { "https" } else { "http" };
        let query = Params::parse(parts.uri.query().unwrap_or_default());
        let named = text(header::HeaderName::from_static("client-request-id"));
        Ok(Self {
            base: format!("{scheme}://{}", host.unwrap_or("localhost")),
            secure,
            client_request_id: named.or_else(|| query.get("client-request-id")).map(str::to_owned),
        })
    }
}

/// The sign-in service.
pub(crate) fn login(app: &App, with_control: bool) -> Router {
    let public = |handler| get(handler).options(cors::metadata_preflight);
    let router = Router::new()
        .route("/{tenant}/oauth2/v2.0/authorize", get(authorize::get).post(authorize::post))
        .route(
            "/{tenant}/oauth2/v2.0/token",
            post(token::post).options(cors::token_preflight).fallback(token::other_method),
        )
        .route("/{tenant}/oauth2/v2.0/logout", get(logout::get))
        .route("/{tenant}/v2.0/adminconsent", get(admin::v2))
        .route("/{tenant}/adminconsent", get(admin::v1))
        .route("/common/login", post(forms::login))
        .route("/common/mfa", post(forms::mfa))
        .route("/common/consent", post(forms::consent))
        .route("/{tenant}/v2.0/.well-known/openid-configuration", public(metadata::configuration))
        .route("/{tenant}/discovery/v2.0/keys", get(metadata::keys).options(cors::metadata_preflight))
        .route("/{tenant}/discovery/instance", get(metadata::instance).options(cors::metadata_preflight))
        .route("/_phone", get(phone::get))
        .route("/_assets/emulator.css", get(async || html::asset("text/css; charset=utf-8", html::CSS)))
        .route(
            "/_assets/form-post.js",
            get(async || html::asset("text/javascript; charset=utf-8", html::FORM_POST_SCRIPT)),
        );
    finish(router, app, with_control, crate::request_log::Service::Login)
}

/// Graph, and beside it SharePoint: `/sharepoint/{host of the tenant}/_api/web`.
pub(crate) fn graph(app: &App, with_control: bool) -> Router {
    let router = Router::new()
        .route("/v1.0/{*path}", any(graph::answer))
        .route("/sharepoint/{host}/{*path}", any(sharepoint::answer));
    finish(router, app, with_control, crate::request_log::Service::Graph)
}

fn finish(router: Router<App>, app: &App, with_control: bool, service: crate::request_log::Service) -> Router {
    let watched = crate::watch::Watched { app: app.clone(), service };
    let mut router = router.layer(axum::middleware::from_fn_with_state(watched, crate::watch::around));
    if with_control {
        router = router.nest("/_control", control::router());
    }
    router.layer(DefaultBodyLimit::max(1 << 20)).with_state(app.clone())
}
