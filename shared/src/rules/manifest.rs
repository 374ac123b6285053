//! Which application permissions a tenant's own app needs for *modern*, and why (DESIGN §6, C2 to C4, D9).
//!
//! The facts are in `data/manifest.json`: for each workload what a backup needs and what a restore needs, apart, since
//! *Rekey Backup* and *Rekey Restore* are two apps. A permission is known by its resource **and** its id: ids are unique
//! only within a resource. Exchange Web Services are never asked for; when they and their like end is told by
//! [`retirements`]. What hybrid asks for is in [`super::scopes`].
//!
//! To add a permission: an entry in the data file, its value in a workload, and a row in the test's table.

use super::scopes::Purpose;
use crate::method::Method;
use crate::workload::{Workload, Workloads};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::LazyLock};
use uuid::Uuid;

/// An API of Microsoft's whose application permissions a backup needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Resource {
    /// Microsoft Graph.
    Graph,
    /// SharePoint Online's own API.
    Sharepoint,
}

impl Resource {
    /// All resources.
    pub const ALL: [Self; 2] = [Self::Graph, Self::Sharepoint];

    /// Its application id, the same in every tenant.
    pub const fn app_id(self) -> Uuid {
        match self {
            Self::Graph => Uuid::from_u128(0x0000_0003_0000_0000_c000_0000_0000_0000),
            Self::Sharepoint => Uuid::from_u128(0x0000_0003_0000_0ff1_ce00_0000_0000_0000),
        }
    }

    /// Its name as Microsoft shows it to administrators.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Graph => "Microsoft Graph",
            Self::Sharepoint => "Office 365 SharePoint Online",
        }
    }

    /// The word on the wire and in storage.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Graph => "graph",
            Self::Sharepoint => "sharepoint",
        }
    }

    /// Reads the wire word; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|resource| resource.as_str() == text)
    }
}

/// One application permission: an app role of its resource.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppPermission {
    /// The API it belongs to.
    pub resource: Resource,
    /// Microsoft's name for it, such as `Mail.Read`; what the `roles` of a token carry.
    pub value: String,
    /// Its id at the resource.
    pub id: Uuid,
    /// What it allows, in plain words.
    pub title: String,
    /// Why it is asked.
    pub reason: String,
    /// What does not work without it.
    pub without: String,
    /// When Microsoft takes it away, if announced.
    #[serde(default)]
    pub retirement: Option<Retirement>,
}

/// The announced end of a permission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Retirement {
    /// The first day without it, as `2027-04-01`.
    pub ends_on: String,
    /// What to do about it.
    pub note: String,
}

/// The announced end of a way into Microsoft 365, whether or not Rekey used it (D9).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RetirementNotice {
    /// Stable code.
    pub code: String,
    /// What ends.
    pub what: String,
    /// The day, as `2027-04-01`.
    pub ends_on: String,
    /// What it means for a tenant.
    pub note: String,
    /// Where Microsoft says so.
    pub source: String,
    /// Sets on a stored password that hold any of these data depend on it; empty: no backup set does.
    #[serde(default)]
    pub affects: Workloads,
}

impl RetirementNotice {
    /// Whether a set that uses this method and holds these data stops when the day has come.
    pub fn stops(&self, method: Method, workloads: &Workloads) -> bool {
        method == Method::Basic && !self.affects.is_disjoint(workloads)
    }
}

/// How the roles of a fresh token differ from the manifest (C7, C8).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Drift {
    /// Needed and not granted, in the manifest's order.
    pub missing: Vec<String>,
    /// Granted and not needed, each once, sorted.
    pub extra: Vec<String>,
}

impl Drift {
    /// Whether the roles are exactly the manifest.
    pub const fn is_none(&self) -> bool {
        self.missing.is_empty() && self.extra.is_empty()
    }
}

type Values = BTreeMap<Resource, Vec<String>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Needs {
    backup: Values,
    restore: Values,
}

impl Needs {
    fn has(&self, purpose: Purpose, permission: &AppPermission) -> bool {
        let values = if purpose == Purpose::Backup { &self.backup } else { &self.restore };
        values.get(&permission.resource).is_some_and(|values| values.contains(&permission.value))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[cfg_attr(not(test), expect(dead_code, reason = "the date is for people who read the file"))]
    as_of: String,
    /// Only workloads that have an app-only way.
    workloads: BTreeMap<Workload, Needs>,
    permissions: Vec<AppPermission>,
    retirements: Vec<RetirementNotice>,
}

/// `None` only if the embedded file is broken, which the tests rule out.
static FILE: LazyLock<Option<File>> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../data/manifest.json")).ok());

fn permissions() -> &'static [AppPermission] {
    FILE.as_ref().map_or(&[], |file| &file.permissions)
}

/// The application permissions of these workloads for one purpose and nothing more: each once, in the order of the data
/// file. Workloads without an app-only way add nothing; [`supported`] tells them.
pub fn manifest(workloads: &Workloads, purpose: Purpose) -> Vec<&'static AppPermission> {
    let Some(file) = FILE.as_ref() else { return Vec::new() };
    let needs: Vec<_> = workloads.iter().filter_map(|workload| file.workloads.get(workload)).collect();
    file.permissions.iter().filter(|permission| needs.iter().any(|needs| needs.has(purpose, permission))).collect()
}

/// The permission with this id at this resource, if the data file has it.
pub fn find(resource: Resource, id: Uuid) -> Option<&'static AppPermission> {
    permissions().iter().find(|permission| permission.resource == resource && permission.id == id)
}

/// The permission with this name at this resource, if the data file has it.
pub fn find_by_value(resource: Resource, value: &str) -> Option<&'static AppPermission> {
    permissions().iter().find(|permission| permission.resource == resource && permission.value == value)
}

/// Compares the `roles` of a token for one resource with what the manifest expects of that resource.
pub fn drift(expected: &[&AppPermission], roles: &[String]) -> Drift {
    let missing = expected.iter().filter(|permission| !roles.contains(&permission.value));
    let mut extra: Vec<_> =
        roles.iter().filter(|role| expected.iter().all(|permission| permission.value != **role)).cloned().collect();
    extra.sort_unstable();
    extra.dedup();
    Drift { missing: missing.map(|permission| permission.value.clone()).collect(), extra }
}

/// Whether Microsoft has an app-only way to this workload at all.
///
/// Whether an installation lets a set go that way is another question, which [`super::suitability`] answers: by its
/// switches Personal Sites stay away from modern although there is a way.
pub fn supported(workload: Workload) -> bool {
    FILE.as_ref().is_some_and(|file| file.workloads.contains_key(&workload))
}

/// Which ways into Microsoft 365 end, and when: shown with each tenant's readiness (D9).
pub fn retirements() -> &'static [RetirementNotice] {
    FILE.as_ref().map_or(&[], |file| &file.retirements)
}

#[cfg(test)]
mod tests;
