//! One request to a token endpoint, and the one place where the crate's errors are taken apart.

use super::{
    answer::{Answer, Client, Failure},
    error::{GrantError, OurFault, WrongAnswer, classify},
};
use crate::microsoft::http::{Outbound, OutboundError, retry_after};
use http::{HeaderValue, StatusCode};
use oauth2::{AuthType, HttpRequest, HttpResponse, RefreshToken, RequestTokenError, Scope, TokenUrl};
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

/// A request on its way.
type Sending = Pin<Box<dyn Future<Output = Result<HttpResponse, OutboundError>> + Send>>;

/// What the crate does not hand through.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    status: Option<StatusCode>,
    retry_after: Option<Duration>,
}

impl Exchange {
    /// RFC 7523 §2.1 with Microsoft's `requested_token_use`. The crate knows no extension grant: this is its
    /// client-credentials request with another `grant_type`.
    pub async fn on_behalf_of(&self, assertion: &Secret<String>, scope: Vec<String>) -> Result<Answer, GrantError> {
        let seen = Arc::default();
        let client = self.client();
        let send = self.sender(&seen, Some(ON_BEHALF_OF));
        let result = client
            .exchange_client_credentials()
            .add_scopes(scope.into_iter().map(Scope::new))
            .add_extra_param("client_assertion_type", ASSERTION_TYPE)
            .add_extra_param("client_assertion", self.assertion.expose())
            .add_extra_param("assertion", assertion.expose())
            .add_extra_param("requested_token_use", "on_behalf_of")
            .request_async(&send)
            .await;
        result.map_err(|error| translate(error, &seen))
    }

    /// RFC 6749 §6.
    pub async fn refresh(&self, refresh_token: &Secret<String>, scope: Vec<String>) -> Result<Answer, GrantError> {
        let seen = Arc::default();
        let client = self.client();
        let send = self.sender(&seen, None);
        let token = RefreshToken::new(refresh_token.expose().clone());
        let result = client
            .exchange_refresh_token(&token)
            .add_scopes(scope.into_iter().map(Scope::new))
            .add_extra_param("client_assertion_type", ASSERTION_TYPE)
            .add_extra_param("client_assertion", self.assertion.expose())
            .request_async(&send)
            .await;
        result.map_err(|error| translate(error, &seen))
    }

    fn client(&self) -> Client {
        oauth2::Client::new(oauth2::ClientId::new(self.client.to_string()))
            .set_auth_type(AuthType::RequestBody)
            .set_token_uri(TokenUrl::from_url(self.endpoint.clone()))
    }

    /// What the crate sends its request with. It borrows nothing, so that the compiler sees that it may change threads.
    fn sender(
        &self,
        seen: &Arc<Mutex<Seen>>,
        grant_type: Option<&'static str>,
    ) -> impl Fn(HttpRequest) -> Sending + Send + Sync + 'static {
        let (outbound, seen, id) = (self.outbound.clone(), seen.clone(), self.request_id.to_string());
        move |request| {
            let mut request = match grant_type {
                Some(name) => with_grant_type(request, name),
                None => request,
            };
            if let Ok(id) = HeaderValue::from_str(&id) {
                request.headers_mut().insert("client-request-id", id);
            }
            let (outbound, seen) = (outbound.clone(), seen.clone());
            Box::pin(async move {
                let answer = outbound.send(request).await?;
                *seen.lock().unwrap_or_else(PoisonError::into_inner) =
                    Seen { status: Some(answer.status()), retry_after: retry_after(answer.headers()) };
                Ok(answer)
            })
        }
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
fn translate(error: RequestTokenError<OutboundError, Failure>, seen: &Mutex<Seen>) -> GrantError {
    let Seen { status, retry_after } = *seen.lock().unwrap_or_else(PoisonError::into_inner);
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
