//! Graph's refusals: the envelope `{"error":{"code","message","innerError":{"request-id","date"}}}`.
//! The message is never read, only the code, of a checked shape.

use crate::microsoft::{
    error_ids::{MicrosoftIds, id, is_timestamp},
    http::{OutboundError, retry_after},
    json::parse_object,
};
use http::{Response, StatusCode};
use serde_json::{Map, Value};
use std::time::Duration;
use uuid::Uuid;

/// Why a read failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GraphError {
    /// Too many requests.
    #[error("Graph asks to wait")]
    Throttled {
        /// How long, if Graph said.
        retry_after: Option<Duration>,
        /// For the person.
        ids: Box<MicrosoftIds>,
    },
    /// No answer, or trouble on Graph's side.
    #[error("Graph cannot be reached or is in trouble")]
    Unavailable {
        /// How long, if Graph said.
        retry_after: Option<Duration>,
        /// For the person.
        ids: Box<MicrosoftIds>,
    },
    /// The token is not accepted (any more).
    #[error("Graph does not accept the token")]
    Unauthorized {
        /// Graph's code.
        code: Option<String>,
        /// For the person.
        ids: Box<MicrosoftIds>,
    },
    /// The token lacks the permission, or the account the right or the licence.
    #[error("Graph denies it")]
    Denied {
        /// Graph's code.
        code: Option<String>,
        /// For the person.
        ids: Box<MicrosoftIds>,
    },
    /// There is no such thing.
    #[error("Graph does not find it")]
    NotFound {
        /// Graph's code.
        code: Option<String>,
        /// For the person.
        ids: Box<MicrosoftIds>,
    },
    /// Any other refusal.
    #[error("Graph refuses with status {status}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// Graph's code.
        code: Option<String>,
        /// For the person.
        ids: Box<MicrosoftIds>,
    },
    /// The answer is not what was asked for.
    #[error("Graph's answer was not understood")]
    WrongAnswer,
    /// The token cannot stand in a header.
    #[error("the token is not one")]
    Token,
}

impl GraphError {
    /// Whether the same request may succeed later without anybody doing anything.
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Throttled { .. } | Self::Unavailable { .. })
    }

    /// Graph's own word for it, where it said one.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Unauthorized { code, .. }
            | Self::Denied { code, .. }
            | Self::NotFound { code, .. }
            | Self::Refused { code, .. } => code.as_deref(),
            _ => None,
        }
    }

    /// What to show, where Graph said something.
    pub fn ids(&self) -> Option<&MicrosoftIds> {
        match self {
            Self::Throttled { ids, .. }
            | Self::Unavailable { ids, .. }
            | Self::Unauthorized { ids, .. }
            | Self::Denied { ids, .. }
            | Self::NotFound { ids, .. }
            | Self::Refused { ids, .. } => Some(ids),
            Self::WrongAnswer | Self::Token => None,
        }
    }
}

impl From<OutboundError> for GraphError {
    fn from(error: OutboundError) -> Self {
        match error {
            OutboundError::Connection | OutboundError::Timeout | OutboundError::Resting => {
                Self::Unavailable { retry_after: None, ids: Box::default() }
            }
            OutboundError::TooLarge | OutboundError::NotAllowed | OutboundError::SetUp => Self::WrongAnswer,
        }
    }
}

/// Sorts a refusal.
pub(in crate::microsoft) fn refusal(answer: &Response<Vec<u8>>, request_id: Uuid) -> GraphError {
    let body = parse_object(answer.body()).unwrap_or_default();
    let nothing = Map::new();
    let error = body.get("error").and_then(Value::as_object).unwrap_or(&nothing);
    let code = error.get("code").and_then(Value::as_str).filter(|code| is_code(code)).map(str::to_owned);
    let ids = Box::new(ids(error, request_id));
    let retry_after = retry_after(answer.headers());
    match answer.status() {
        StatusCode::TOO_MANY_REQUESTS => GraphError::Throttled { retry_after, ids },
        status if status.is_server_error() => GraphError::Unavailable { retry_after, ids },
        StatusCode::UNAUTHORIZED => GraphError::Unauthorized { code, ids },
        StatusCode::FORBIDDEN => GraphError::Denied { code, ids },
        StatusCode::NOT_FOUND => GraphError::NotFound { code, ids },
        status => GraphError::Refused { status: status.as_u16(), code, ids },
    }
}

fn is_code(code: &str) -> bool {
    (1..=100).contains(&code.len())
        && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
}

fn ids(error: &Map<String, Value>, request_id: Uuid) -> MicrosoftIds {
    let inner = error.get("innerError").and_then(Value::as_object);
    let date = inner.and_then(|inner| inner.get("date")).and_then(Value::as_str);
    MicrosoftIds {
        aadsts: None,
        trace_id: inner.and_then(|inner| id(inner, "request-id")),
        correlation_id: Some(request_id),
        timestamp: date.filter(|text| is_timestamp(text)).map(str::to_owned),
    }
}
