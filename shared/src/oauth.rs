//! The browser's OAuth steps: authorization code with PKCE (RFC 6749, RFC 7636, RFC 9207), against Microsoft Entra.
//!
//! Each step is a pair: build the request, check the answer. The order is enforced by types: an
//! [`callback::AuthorizationCode`] comes only out of the callback check, a [`pkce::Verifier`] is used up by the token
//! request. This module makes no request itself, keeps nothing and reads no clock; randomness is an argument. It never
//! asks for a refresh token, never builds a URL with a secret in it, and never passes on a server's text other than as
//! short plain text. To add a step: a request type with its own tests for what it refuses to build, and a check that
//! names each refusal.

pub mod authority;
pub mod authorize;
mod base64url;
pub mod callback;
pub mod consent;
mod encoding;
pub mod id_token;
pub mod opaque;
pub mod pkce;
pub mod provider_error;
pub mod token;

/// A request that must not be built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// The page never asks for a refresh token (security.md B6).
    #[error("expected no offline_access in a request of the page")]
    OfflineAccess,
    /// Nothing to ask for, or not a scope (RFC 6749 §3.3).
    #[error("expected scopes of printable ASCII, each without a space")]
    Scope,
    /// An ID token cannot be checked if none is asked for.
    #[error("expected the scope openid")]
    NoOpenId,
    /// A hint that is no account name.
    #[error("expected an account name of at most 320 characters")]
    LoginHint,
    /// Not the claims of a challenge.
    #[error("expected the claims of a challenge, as a JSON object of at most 8 KiB")]
    Claims,
}
