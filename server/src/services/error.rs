//! Why a service did not do what was asked. Nothing is half done.

use crate::{microsoft::certificate::CertificateError, store::StoreError};
use shared::{api::problem::MicrosoftIds, secret::Secret};

/// A refusal or a failure.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// There is no such record, for this caller.
    #[error("not found")]
    NotFound,
    /// A field is missing or wrong.
    #[error("{field}: {expected}")]
    Field {
        /// The field, as a path such as `sets[3].tenant`.
        field: String,
        /// What was expected, as a sentence.
        expected: String,
    },
    /// The state of things does not allow it.
    #[error("{code}: {detail}")]
    Conflict {
        /// Stable code.
        code: &'static str,
        /// What is so, and what to do.
        detail: String,
    },
    /// The caller may not.
    #[error("{code}: {detail}")]
    Forbidden {
        /// Stable code.
        code: &'static str,
        /// What is needed.
        detail: String,
    },
    /// A token is refused; the reason is in the log only (T17).
    #[error("the sign-in was not accepted")]
    TokenRefused,
    /// Microsoft wants the account holder to sign in with these claims.
    #[error("Microsoft asks for more")]
    ClaimsNeeded {
        /// For the browser, unchanged and unlogged (P7).
        claims: Secret<String>,
        /// For the person.
        ids: MicrosoftIds,
    },
    /// Not now; the same request may succeed later.
    #[error("not before {retry_after} seconds")]
    Wait {
        /// Seconds to wait.
        retry_after: i64,
    },
    /// A limit is reached; what is asked for is possible later.
    #[error("{code}: {detail}")]
    TooMany {
        /// Stable code.
        code: &'static str,
        /// What is limited, and what to do.
        detail: String,
        /// Seconds to wait.
        retry_after: i64,
    },
    /// Microsoft could not be asked.
    #[error("Microsoft cannot be reached")]
    MicrosoftUnavailable,
    /// A certificate could not be made or used.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ServiceError {
    /// A wrong field.
    pub fn field(field: impl Into<String>, expected: impl Into<String>) -> Self {
        Self::Field { field: field.into(), expected: expected.into() }
    }

    /// A state that does not allow it.
    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::Conflict { code, detail: detail.into() }
    }
}

impl From<crate::seal::SealError> for ServiceError {
    fn from(error: crate::seal::SealError) -> Self {
        Self::Store(error.into())
    }
}
