//! Which read proves access to a workload.

use serde_json::{Map, Value};
use shared::workload::Workload;

/// What one real read showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// It answered: access works.
    Read,
    /// The permission works, but the account has none of this: no mailbox, no drive.
    NotThere,
    /// Graph has no delegated read for this workload.
    NoWay,
}

/// What a good answer looks like.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    List,
    Item,
}

impl Shape {
    pub(super) fn fits(self, body: &Map<String, Value>) -> bool {
        match self {
            Self::List => body.get("value").is_some_and(Value::is_array),
            Self::Item => body.get("id").is_some_and(Value::is_string),
        }
    }
}

/// The cheapest read of each workload that needs its permission.
pub(super) const fn read_of(workload: Workload) -> Option<(&'static str, Shape)> {
    match workload {
        Workload::Exchange => Some(("v1.0/me/mailFolders?$top=1", Shape::List)),
        Workload::Calendar => Some(("v1.0/me/calendars?$top=1", Shape::List)),
        Workload::Contacts => Some(("v1.0/me/contacts?$top=1&$select=id", Shape::List)),
        Workload::Tasks => Some(("v1.0/me/todo/lists?$top=1", Shape::List)),
        Workload::Onedrive | Workload::PersonalSites => Some(("v1.0/me/drive?$select=id", Shape::Item)),
        Workload::Sharepoint => Some(("v1.0/sites?search=*&$top=1", Shape::List)),
        Workload::Onenote => Some(("v1.0/me/onenote/notebooks?$top=1", Shape::List)),
        Workload::Teams => Some(("v1.0/me/chats?$top=1", Shape::List)),
        Workload::Groups => Some(("v1.0/groups?$top=1&$select=id", Shape::List)),
        Workload::PublicFolders => None,
    }
}

/// A read with an app's own token.
#[derive(Debug, Clone, Copy)]
pub(super) enum AppRead {
    /// Of the tenant as a whole.
    Tenant(&'static str, Shape),
    /// Of one account, below `users/{id}/`.
    Account(&'static str, Shape),
}

/// The cheapest read of each workload that needs its application permission.
pub(super) const fn app_read_of(workload: Workload) -> Option<AppRead> {
    match workload {
        Workload::Exchange => Some(AppRead::Account("mailFolders?$top=1", Shape::List)),
        Workload::Calendar => Some(AppRead::Account("calendars?$top=1", Shape::List)),
        Workload::Contacts => Some(AppRead::Account("contacts?$top=1&$select=id", Shape::List)),
        Workload::Tasks => Some(AppRead::Account("todo/lists?$top=1", Shape::List)),
        Workload::Onedrive => Some(AppRead::Account("drive?$select=id", Shape::Item)),
        Workload::Sharepoint | Workload::PersonalSites => {
            Some(AppRead::Tenant("v1.0/sites?search=*&$top=1", Shape::List))
        }
        Workload::Teams => Some(AppRead::Account("chats?$top=1", Shape::List)),
        Workload::Groups => Some(AppRead::Tenant("v1.0/groups?$top=1&$select=id", Shape::List)),
        Workload::Onenote | Workload::PublicFolders => None,
    }
}

/// Whether a 404 says that the account has none of it, rather than that the address is wrong.
pub(super) fn is_absence(code: Option<&str>) -> bool {
    matches!(
        code,
        Some(
            "MailboxNotEnabledForRESTAPI"
                | "MailboxNotSupportedForRESTAPI"
                | "itemNotFound"
                | "ResourceNotFound"
                | "30108"
        )
    )
}
