//! Authentication methods of a backup set.

use serde::{Deserialize, Serialize};

/// How backup jobs of a set get into Microsoft 365.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// A stored account password: dead at Microsoft.
    Basic,
    /// Delegated access of one account.
    Hybrid,
    /// App-only access by an app of the customer's own, with a certificate.
    Modern,
}

impl Method {
    /// All methods, weakest first.
    pub const ALL: [Self; 3] = [Self::Basic, Self::Hybrid, Self::Modern];

    /// The word on the wire and in storage.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Basic => "basic",
            Self::Hybrid => "hybrid",
            Self::Modern => "modern",
        }
    }

    /// Reads the wire word; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.as_str() == text)
    }
}
