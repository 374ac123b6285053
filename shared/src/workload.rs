//! Workloads: the kinds of data a backup set holds.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// One kind of data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Workload {
    /// Mail.
    Exchange,
    /// Calendars.
    Calendar,
    /// Contacts.
    Contacts,
    /// To Do tasks.
    Tasks,
    /// OneDrive files.
    Onedrive,
    /// SharePoint sites.
    Sharepoint,
    /// Personal sites.
    PersonalSites,
    /// OneNote notebooks.
    Onenote,
    /// Teams chats and channels.
    Teams,
    /// Microsoft 365 groups.
    Groups,
    /// Exchange public folders.
    PublicFolders,
}

impl Workload {
    /// All workloads, in the order shown.
    pub const ALL: [Self; 11] = [
        Self::Exchange,
        Self::Calendar,
        Self::Contacts,
        Self::Tasks,
        Self::Onedrive,
        Self::Sharepoint,
        Self::PersonalSites,
        Self::Onenote,
        Self::Teams,
        Self::Groups,
        Self::PublicFolders,
    ];

    /// The word on the wire, in storage and in import files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Exchange => "exchange",
            Self::Calendar => "calendar",
            Self::Contacts => "contacts",
            Self::Tasks => "tasks",
            Self::Onedrive => "onedrive",
            Self::Sharepoint => "sharepoint",
            Self::PersonalSites => "personal_sites",
            Self::Onenote => "onenote",
            Self::Teams => "teams",
            Self::Groups => "groups",
            Self::PublicFolders => "public_folders",
        }
    }

    /// Reads the wire word; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|workload| workload.as_str() == text)
    }
}

/// The workloads of a set, without repetition, in the order shown.
pub type Workloads = BTreeSet<Workload>;
