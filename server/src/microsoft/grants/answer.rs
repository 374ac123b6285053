//! The shapes of the token endpoint's answers (RFC 6749 §5), for the `oauth2` crate.

use oauth2::{
    EmptyExtraTokenFields, EndpointNotSet, EndpointSet, ErrorResponse, ExtraTokenFields, StandardRevocableToken,
    StandardTokenIntrospectionResponse, StandardTokenResponse,
    basic::{BasicRevocationErrorResponse, BasicTokenType},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use shared::secret::Secret;
use std::fmt;

/// A success.
pub(super) type Answer = StandardTokenResponse<Extra, BasicTokenType>;

/// What Microsoft adds to a success. Serialised by nobody; the crate merely asks that it could be.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Extra {
    #[serde(default, skip_serializing)]
    pub id_token: Option<Secret<String>>,
}

impl ExtraTokenFields for Extra {}

/// An error: every member, unchecked. Neither printed nor kept; [`super::error`] takes out what is well formed.
#[derive(Deserialize, Serialize)]
#[serde(transparent)]
pub(super) struct Failure(pub Map<String, Value>);

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Failure(…)")
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the token endpoint refused")
    }
}

impl ErrorResponse for Failure {}

/// The crate's client with our answers.
pub(super) type Client = oauth2::Client<
    Failure,
    Answer,
    StandardTokenIntrospectionResponse<EmptyExtraTokenFields, BasicTokenType>,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;
