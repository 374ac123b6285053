//! One request to a token endpoint, and the one place where the crate's errors are taken apart.

use super::{
    answer::{Answer, Client, Failure},
    error::{GrantError, OurFault, WrongAnswer, classify},
};
use crate::microsoft::http::{Outbound, OutboundError, retry_after};
use http::{HeaderValue, StatusCode};
use oauth2::{AsyncHttpClient, AuthType, HttpRequest, HttpResponse, RefreshToken, RequestTokenError, Scope, TokenUrl};
use shared::{id::ClientId, secret::Secret};
use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use url::{Url, form_urlencoded};
use uuid::Uuid;

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const ON_BEHALF_OF: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// One request, ready to be sent.
pub(super) struct Exchange {
    pub outbound: Arc<Outbound>,
    pub client: ClientId,
    pub endpoint: Url,
    pub assertion: Secret<String>,
    pub request_id: Uuid,
}

impl Exchange {
    /// RFC 7523 §2.1 with Microsoft's `requested_token_use`. The crate knows no extension grant: this is its
    /// client-credentials request with another `grant_type`.
    pub async fn on_behalf_of(self, assertion: &Secret<String>, scope: Vec<Scope>) -> Result<Answer, GrantError> {
        let transport = self.transport(Some(ON_BEHALF_OF));
        let result = self
            .client()
            .exchange_client_credentials()
            .add_scopes(scope)
            .add_extra_param("client_assertion_type", ASSERTION_TYPE)
            .add_extra_param("client_assertion", self.assertion.expose())
            .add_extra_param("assertion", assertion.expose())
            .add_extra_param("requested_token_use", "on_behalf_of")
            .request_async(&transport)
            .await;
        result.map_err(|error| translate(error, transport.seen()))
    }

    /// RFC 6749 §4.4.
    pub async fn client_credentials(self, scope: Scope) -> Result<Answer, GrantError> {
        let transport = self.transport(None);
        let result = self
            .client()
            .exchange_client_credentials()
            .add_scope(scope)
            .add_extra_param("client_assertion_type", ASSERTION_TYPE)
            .add_extra_param("client_assertion", self.assertion.expose())
            .request_async(&transport)
            .await;
        result.map_err(|error| translate(error, transport.seen()))
    }

    /// RFC 6749 §6.
    pub async fn refresh(self, refresh_token: &Secret<String>, scope: Vec<Scope>) -> Result<Answer, GrantError> {
        let transport = self.transport(None);
        let token = RefreshToken::new(refresh_token.expose().clone());
        let result = self
            .client()
            .exchange_refresh_token(&token)
            .add_scopes(scope)
            .add_extra_param("client_assertion_type", ASSERTION_TYPE)
            .add_extra_param("client_assertion", self.assertion.expose())
            .request_async(&transport)
            .await;
        result.map_err(|error| translate(error, transport.seen()))
    }

    fn client(&self) -> Client {
        oauth2::Client::new(oauth2::ClientId::new(self.client.to_string()))
            .set_auth_type(AuthType::RequestBody)
            .set_token_uri(TokenUrl::from_url(self.endpoint.clone()))
    }

    fn transport(&self, grant_type: Option<&'static str>) -> Transport {
        let request_id = HeaderValue::from_str(&self.request_id.to_string()).ok();
        Transport { outbound: self.outbound.clone(), grant_type, request_id, seen: Mutex::default() }
    }
}

/// What the crate does not hand through.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    status: Option<StatusCode>,
    retry_after: Option<Duration>,
}

/// What the crate sends its request with. A type of its own, not a closure: its future is `Send` for every lifetime.
struct Transport {
    outbound: Arc<Outbound>,
    grant_type: Option<&'static str>,
    request_id: Option<HeaderValue>,
    seen: Mutex<Seen>,
}

impl Transport {
    fn seen(&self) -> Seen {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn send(&self, mut request: HttpRequest) -> Result<HttpResponse, OutboundError> {
        if let Some(grant_type) = self.grant_type {
            request = with_grant_type(request, grant_type);
        }
        if let Some(id) = &self.request_id {
            request.headers_mut().insert("client-request-id", id.clone());
        }
        let answer = self.outbound.send(request).await?;
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) =
            Seen { status: Some(answer.status()), retry_after: retry_after(answer.headers()) };
        Ok(answer)
    }
}

impl<'c> AsyncHttpClient<'c> for Transport {
    type Error = OutboundError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, OutboundError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

fn with_grant_type(mut request: HttpRequest, grant_type: &str) -> HttpRequest {
    let others = form_urlencoded::parse(request.body()).filter(|(name, _)| name != "grant_type");
    let body = form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", grant_type)
        .extend_pairs(others)
        .finish();
    *request.body_mut() = body.into_bytes();
    request
}

/// The one place: whatever the crate kept of the raw answer ends here.
fn translate(error: RequestTokenError<OutboundError, Failure>, seen: Seen) -> GrantError {
    let Seen { status, retry_after } = seen;
    let trouble = status.is_some_and(|status| status.is_server_error());
    match error {
        RequestTokenError::ServerResponse(Failure(body)) => classify(&body, status, retry_after),
        RequestTokenError::Request(OutboundError::NotAllowed | OutboundError::SetUp) => {
            GrantError::our_fault(OurFault::Address)
        }
        RequestTokenError::Request(OutboundError::TooLarge) => GrantError::WrongAnswer(WrongAnswer::Shape),
        RequestTokenError::Request(_) => GrantError::unavailable(None),
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) if status == Some(StatusCode::TOO_MANY_REQUESTS) => {
            GrantError::Throttled { retry_after, ids: Box::default() }
        }
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) if trouble => GrantError::unavailable(retry_after),
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) => GrantError::WrongAnswer(WrongAnswer::Shape),
    }
}
