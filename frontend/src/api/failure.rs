//! Why a request did not do what it should.

use crate::text;
use shared::api::problem::{MicrosoftIds, Problem};

/// Why a request failed, with words for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApiFailure {
    /// The server said why.
    #[error("{}", .0.code)]
    Problem(Box<Problem>),
    /// The session has ended.
    #[error("signed_out")]
    SignedOut,
    /// No answer, or one that is none of our server's.
    #[error("network")]
    Network,
}

impl ApiFailure {
    /// What happened.
    pub fn title(&self) -> String {
        match self {
            Self::Problem(problem) => problem.title.clone(),
            Self::SignedOut => text::SIGNED_OUT_TITLE.into(),
            Self::Network => text::OFFLINE_TITLE.into(),
        }
    }

    /// Why, and what to do.
    pub fn detail(&self) -> String {
        match self {
            Self::Problem(problem) => problem.detail.clone(),
            Self::SignedOut => text::SIGNED_OUT_DETAIL.into(),
            Self::Network => text::OFFLINE_DETAIL.into(),
        }
    }

    /// The stable code: the problem's, `signed_out` or `network`.
    pub fn code(&self) -> &str {
        match self {
            Self::Problem(problem) => &problem.code,
            Self::SignedOut => "signed_out",
            Self::Network => "network",
        }
    }

    /// The HTTP status, when the server gave one.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Problem(problem) => Some(problem.status),
            Self::SignedOut => Some(401),
            Self::Network => None,
        }
    }

    /// The field at fault, when one is.
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::Problem(problem) => problem.field.as_deref(),
            _ => None,
        }
    }

    /// Names this request in the server's log: to copy.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Problem(problem) => Some(&problem.request_id),
            _ => None,
        }
    }

    /// Microsoft's ids, to copy.
    pub fn microsoft(&self) -> Option<&MicrosoftIds> {
        match self {
            Self::Problem(problem) => problem.microsoft.as_ref(),
            _ => None,
        }
    }
}
