//! Who calls: a session cookie, an API key, or a connect secret. Exact names only, never a path or a user agent (H8).

use super::{Http, guard, problem::ApiError};
use crate::{
    access::{Caller, Editor, Manager, Reader, WholeEditor, WholeReader},
    services::{
        ServiceError, api_keys,
        connect::{self, Opened},
        embed::{self, Embedded},
        sessions::{self, SignedIn},
    },
};
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};
use shared::{
    api::{CONNECT_HEADER, EMBED_HEADER},
    secret::Secret,
};
use std::net::IpAddr;

/// The session's cookie.
pub const COOKIE: &str = "__Host-rekey";

/// The longest secret that is looked up.
const LONGEST_SECRET: usize = 200;

impl FromRequestParts<Http> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, http: &Http) -> Result<Self, ApiError> {
        if parts.headers.contains_key(header::AUTHORIZATION) {
            let secret = bearer(&parts.headers).ok_or(ApiError::Unauthenticated)?;
            let found = api_keys::find(&http.app, secret.expose()).await?;
            let (organization, key) = found.ok_or(ApiError::Unauthenticated)?;
            guard::name_caller(Some(organization), "key", key.id.0);
            return Ok(Self::Key(organization, key));
        }
        let secret = cookie(&parts.headers).ok_or(ApiError::Unauthenticated)?;
        let signed_in = sessions::find(&http.app, secret.expose()).await?.ok_or(ApiError::Unauthenticated)?;
        guard::name_caller(Some(signed_in.organization), "member", signed_in.member.id.0);
        http.limits.take_member(signed_in.member.id.0, http.app.now())?;
        Ok(Self::Member(signed_in))
    }
}

impl FromRequestParts<Http> for Reader {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, http: &Http) -> Result<Self, ApiError> {
        Ok(Caller::from_request_parts(parts, http).await?.into())
    }
}

impl FromRequestParts<Http> for WholeReader {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, http: &Http) -> Result<Self, ApiError> {
        Ok(Self::try_from(Caller::from_request_parts(parts, http).await?)?)
    }
}

/// The API key that a job sends, not looked up yet. A member is told that a key is needed.
pub struct JobKey(pub Secret<String>);

impl FromRequestParts<Http> for JobKey {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, http: &Http) -> Result<Self, ApiError> {
        if !parts.headers.contains_key(header::AUTHORIZATION) {
            Caller::from_request_parts(parts, http).await?;
            let detail = "Job tokens are for programs: send an API key.".to_owned();
            return Err(ServiceError::Forbidden { code: "key_needed", detail }.into());
        }
        bearer(&parts.headers).map(Self).ok_or(ApiError::Unauthenticated)
    }
}

impl FromRequestParts<Http> for Editor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, http: &Http) -> Result<Self, ApiError> {
        Ok(Self::try_from(Caller::from_request_parts(parts, http).await?)?)
    }
}

impl FromRequestParts<Http> for WholeEditor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, http: &Http) -> Result<Self, ApiError> {
        Ok(Self::try_from(Caller::from_request_parts(parts, http).await?)?)
    }
}

impl FromRequestParts<Http> for Manager {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, http: &Http) -> Result<Self, ApiError> {
        Ok(Self::new(&Caller::from_request_parts(parts, http).await?, http.app.now())?)
    }
}

impl FromRequestParts<Http> for SignedIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, http: &Http) -> Result<Self, ApiError> {
        match Caller::from_request_parts(parts, http).await? {
            Caller::Member(signed_in) => Ok(signed_in),
            Caller::Key(..) => Err(ApiError::Unauthenticated),
        }
    }
}

/// Whoever presents a secret without an account, from an address that may still guess.
pub struct Guesser(IpAddr);

impl Guesser {
    /// What the secret opened. Unknown secrets look like expired ones, and guessing is slow (O8).
    pub fn count<T>(&self, http: &Http, opened: Result<T, ServiceError>) -> Result<T, ApiError> {
        if matches!(opened, Err(ServiceError::NotFound)) {
            http.limits.count_guess(self.0, http.app.now());
            tracing::warn!("a secret of a link was not known");
        }
        Ok(opened?)
    }
}

impl FromRequestParts<Http> for Guesser {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, http: &Http) -> Result<Self, ApiError> {
        let address = http.limits.address(parts);
        http.limits.check_guesses(address, http.app.now())?;
        Ok(Self(address))
    }
}

/// A connect secret that nobody has looked up yet.
pub struct ConnectSecret {
    /// The secret: the nonce is made from it.
    pub secret: Secret<String>,
    guesser: Guesser,
}

impl ConnectSecret {
    /// What the secret opened.
    pub fn open<T>(&self, http: &Http, opened: Result<T, ServiceError>) -> Result<T, ApiError> {
        self.guesser.count(http, opened)
    }
}

impl FromRequestParts<Http> for ConnectSecret {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, http: &Http) -> Result<Self, ApiError> {
        let guesser = Guesser::from_request_parts(parts, http).await?;
        let text = single(&parts.headers, CONNECT_HEADER).filter(|text| text.len() <= LONGEST_SECRET);
        Ok(Self { secret: Secret::new(text.unwrap_or_default().to_owned()), guesser })
    }
}

/// A connect secret and what it opened.
pub struct Connect {
    /// What it opened.
    pub opened: Opened,
    /// The secret: the nonce is made from it.
    pub secret: Secret<String>,
}

impl FromRequestParts<Http> for Connect {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, http: &Http) -> Result<Self, ApiError> {
        let caller = ConnectSecret::from_request_parts(parts, http).await?;
        let opened = caller.open(http, connect::open(&http.app, caller.secret.expose()).await)?;
        guard::name_caller(Some(opened.organization), "link", opened.link.id);
        Ok(Self { opened, secret: caller.secret })
    }
}

/// An embed session by its secret.
pub struct Embed {
    /// What it opened.
    pub embedded: Embedded,
    /// The secret: live views look whether it still opens.
    pub secret: Secret<String>,
}

impl FromRequestParts<Http> for Embed {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, http: &Http) -> Result<Self, ApiError> {
        let guesser = Guesser::from_request_parts(parts, http).await?;
        let text = single(&parts.headers, EMBED_HEADER).filter(|text| text.len() <= LONGEST_SECRET);
        let secret = Secret::new(text.unwrap_or_default().to_owned());
        let embedded = guesser.count(http, embed::open(&http.app, secret.expose()).await)?;
        guard::name_caller(Some(embedded.scope.organization), "embed_session", embedded.session.id);
        Ok(Self { embedded, secret })
    }
}

fn bearer(headers: &HeaderMap) -> Option<Secret<String>> {
    let secret = single(headers, header::AUTHORIZATION.as_str())?.strip_prefix("Bearer ")?;
    (secret.len() <= LONGEST_SECRET && secret.starts_with(api_keys::PREFIX)).then(|| Secret::new(secret.to_owned()))
}

fn cookie(headers: &HeaderMap) -> Option<Secret<String>> {
    let mut found = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(';'))
        .filter_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='));
    let first = found.next().filter(|secret| secret.len() <= LONGEST_SECRET)?;
    found.next().is_none().then(|| Secret::new(first.to_owned()))
}

/// The value of a header that stands exactly once.
fn single<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(first)
}
