//! What a backup set says about itself, apart from its workloads and method.

use serde::{Deserialize, Serialize};

/// Whose data a set holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Covers {
    /// The data of the set's own account.
    #[default]
    OwnAccount,
    /// The data of several accounts that the set lists.
    ListedAccounts,
    /// The data of the whole tenant.
    WholeTenant,
}

impl Covers {
    /// All values.
    pub const ALL: [Self; 3] = [Self::OwnAccount, Self::ListedAccounts, Self::WholeTenant];

    /// The word on the wire, in storage and in import files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OwnAccount => "own_account",
            Self::ListedAccounts => "listed_accounts",
            Self::WholeTenant => "whole_tenant",
        }
    }

    /// Reads the wire word; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|covers| covers.as_str() == text)
    }
}

/// The directory role that the set's account is said to have. Advice only; Microsoft decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AccountRole {
    /// No administrator role, or not known.
    #[default]
    Ordinary,
    /// Global Administrator.
    GlobalAdministrator,
}

impl AccountRole {
    /// The word on the wire, in storage and in import files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ordinary => "ordinary",
            Self::GlobalAdministrator => "global_administrator",
        }
    }

    /// Reads the wire word; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Ordinary, Self::GlobalAdministrator].into_iter().find(|role| role.as_str() == text)
    }
}

/// Which Microsoft cloud the tenant lives in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Region {
    /// The worldwide cloud, US GCC included.
    #[default]
    Global,
    /// US Government (L4, GCC High).
    UsGov,
    /// US Department of Defense (L5).
    UsDod,
    /// China, operated by 21Vianet.
    China,
}

impl Region {
    /// All regions.
    pub const ALL: [Self; 4] = [Self::Global, Self::UsGov, Self::UsDod, Self::China];

    /// The word on the wire, in storage and in import files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::UsGov => "us_gov",
            Self::UsDod => "us_dod",
            Self::China => "china",
        }
    }

    /// Reads the wire word; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|region| region.as_str() == text)
    }
}

/// The version of the backup client that runs a set, such as 8.3.6.0. Missing parts count as 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientVersion(pub [u32; 4]);

impl ClientVersion {
    /// Reads one to four numbers joined by dots; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = [0; 4];
        for (index, piece) in text.split('.').enumerate() {
            let digits = !piece.is_empty() && piece.bytes().all(|byte| byte.is_ascii_digit());
            *parts.get_mut(index)? = if digits { piece.parse().ok()? } else { return None };
        }
        Some(Self(parts))
    }
}

impl std::fmt::Display for ClientVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [major, minor, patch, build] = self.0;
        write!(f, "{major}.{minor}.{patch}.{build}")
    }
}
