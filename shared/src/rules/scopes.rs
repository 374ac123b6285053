//! Which delegated Microsoft Graph permissions a set needs for hybrid, why, and who may grant them (DESIGN §5, C2 to C4).
//!
//! The facts are in `data/permissions.json`. Backup and restore are asked apart: a restore's permissions are requested
//! when a restore starts, never before. To add a permission: an entry there, its value in a workload, and a row in the
//! test's table.

use crate::workload::{Workload, Workloads};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::LazyLock};
use uuid::Uuid;

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Reading, for a backup.
    Backup,
    /// Writing, for a restore.
    Restore,
}

impl Purpose {
    /// Both purposes.
    pub const ALL: [Self; 2] = [Self::Backup, Self::Restore];

    /// The word on the wire and in storage.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Backup => "backup",
            Self::Restore => "restore",
        }
    }

    /// Reads the wire word; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.as_str() == text)
    }
}

/// Who may consent in a tenant that has left Microsoft's default policy alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Consent {
    /// The account itself.
    User,
    /// An administrator of the tenant.
    Administrator,
}

/// One delegated permission of Microsoft Graph.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Permission {
    /// Microsoft's name for it, such as `Mail.Read`.
    pub value: String,
    /// Its id at Microsoft Graph, where we know it.
    #[serde(default)]
    pub guid: Option<Uuid>,
    /// What it allows, in plain words.
    pub title: String,
    /// Why it is asked.
    pub reason: String,
    /// What does not work without it.
    pub without: String,
    /// Who may consent by Microsoft's default policy of 2026.
    pub consent: Consent,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    #[cfg_attr(not(test), expect(dead_code, reason = "the date is for people who read the file"))]
    as_of: String,
    base: Vec<String>,
    workloads: BTreeMap<Workload, Needs>,
    permissions: Vec<Permission>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Needs {
    backup: Vec<String>,
    restore: Vec<String>,
}

/// `None` only if the embedded file is broken, which the tests below rule out.
static MANIFEST: LazyLock<Option<Manifest>> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../data/permissions.json")).ok());

fn pick(is_wanted: impl Fn(&Manifest, &str) -> bool) -> Vec<&'static Permission> {
    let Some(manifest) = MANIFEST.as_ref() else { return Vec::new() };
    manifest.permissions.iter().filter(|permission| is_wanted(manifest, &permission.value)).collect()
}

/// The delegated permissions of these workloads for one purpose: each once, in the order of the data file.
pub fn delegated_scopes(workloads: &Workloads, purpose: Purpose) -> Vec<&'static Permission> {
    pick(|manifest, value| {
        let needs = workloads.iter().filter_map(|workload| manifest.workloads.get(workload));
        needs
            .flat_map(|needs| if purpose == Purpose::Backup { &needs.backup } else { &needs.restore })
            .any(|v| v == value)
    })
}

/// What is asked for at a sign-in: the rights to read, and with `restores` those to write back (C4).
pub fn asked_scopes(workloads: &Workloads, restores: bool) -> Vec<&'static Permission> {
    let mut asked = delegated_scopes(workloads, Purpose::Backup);
    if restores {
        let more = delegated_scopes(workloads, Purpose::Restore);
        asked.extend(
            more.into_iter().filter(|one| asked.iter().all(|known| known.value != one.value)).collect::<Vec<_>>(),
        );
    }
    asked
}

/// Whether delegated permissions hold one that only restores need.
pub fn can_restore<'a>(held: impl IntoIterator<Item = &'a str>) -> bool {
    let Some(manifest) = MANIFEST.as_ref() else { return false };
    held.into_iter().any(|scope| {
        let is_scope = |value: &String| value.eq_ignore_ascii_case(scope);
        manifest.workloads.values().any(|needs| needs.restore.iter().any(is_scope))
            && manifest.workloads.values().all(|needs| !needs.backup.iter().any(is_scope))
    })
}

/// What every hybrid sign-in asks for besides: the static list of the registration that acts for the account.
pub fn base_scopes() -> Vec<&'static Permission> {
    pick(|manifest, value| manifest.base.iter().any(|base| base == value))
}

/// The permission with this name, if the data file has it.
pub fn permission(value: &str) -> Option<&'static Permission> {
    MANIFEST.as_ref()?.permissions.iter().find(|permission| permission.value == value)
}

/// Whether an administrator has to approve one of these in a tenant with Microsoft's default policy.
pub fn needs_administrator(permissions: &[&Permission]) -> bool {
    permissions.iter().any(|permission| permission.consent == Consent::Administrator)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Row = (Workload, &'static [(&'static str, char)], &'static [(&'static str, char)]);

    /// DESIGN §5, the table, with who may consent: `u` the account, `a` an administrator.
    const TABLE: [Row; 11] = [
        (
            Workload::Exchange,
            &[("Mail.Read", 'a'), ("MailboxSettings.Read", 'a')],
            &[("Mail.ReadWrite", 'a'), ("MailboxSettings.ReadWrite", 'a')],
        ),
        (Workload::Calendar, &[("Calendars.Read", 'a')], &[("Calendars.ReadWrite", 'a')]),
        (Workload::Tasks, &[("Tasks.Read", 'a')], &[("Tasks.ReadWrite", 'a')]),
        (Workload::Contacts, &[("Contacts.Read", 'u')], &[("Contacts.ReadWrite", 'a')]),
        (Workload::Onedrive, &[("Files.Read", 'u')], &[("Files.ReadWrite", 'u')]),
        (Workload::PersonalSites, &[("Files.Read", 'u')], &[("Files.ReadWrite", 'u')]),
        (Workload::Sharepoint, &[("Sites.Read.All", 'a')], &[("Sites.ReadWrite.All", 'a')]),
        (Workload::Onenote, &[("Notes.Read", 'u')], &[("Notes.ReadWrite", 'u')]),
        (Workload::Teams, &[("Chat.Read", 'a'), ("ChannelMessage.Read.All", 'a')], &[]),
        (Workload::Groups, &[], &[]),
        (Workload::PublicFolders, &[], &[]),
    ];

    fn named(permissions: &[&Permission]) -> Vec<(String, char)> {
        let who = |consent| if consent == Consent::User { 'u' } else { 'a' };
        permissions.iter().map(|permission| (permission.value.clone(), who(permission.consent))).collect()
    }

    #[test]
    fn c3_the_data_file_is_the_designs_table() {
        for (workload, backup, restore) in TABLE {
            for (purpose, expected) in [(Purpose::Backup, backup), (Purpose::Restore, restore)] {
                let found = delegated_scopes(&Workloads::from([workload]), purpose);
                let expected: Vec<_> = expected.iter().map(|(value, who)| ((*value).to_owned(), *who)).collect();
                assert_eq!(named(&found), expected, "{workload:?} {purpose:?}");
                assert_eq!(needs_administrator(&found), expected.iter().any(|(_, who)| *who == 'a'));
            }
        }
        assert_eq!(TABLE.len(), Workload::ALL.len());
    }

    #[test]
    fn scopes_of_several_workloads_come_once_and_in_one_order() {
        let workloads = Workloads::from([Workload::PersonalSites, Workload::Onedrive, Workload::Exchange]);
        let found = delegated_scopes(&workloads, Purpose::Backup);
        let values: Vec<_> = found.iter().map(|permission| permission.value.as_str()).collect();
        assert_eq!(values, ["Mail.Read", "MailboxSettings.Read", "Files.Read"]);
    }

    #[test]
    fn c4_a_backup_never_asks_to_write() {
        let all = Workloads::from(Workload::ALL);
        for permission in delegated_scopes(&all, Purpose::Backup).into_iter().chain(base_scopes()) {
            assert!(!permission.value.contains("Write"), "{}", permission.value);
        }
    }

    #[test]
    fn c2_the_file_is_whole_and_every_permission_says_why() {
        let manifest = MANIFEST.as_ref().expect("data/permissions.json is read");
        assert_eq!(manifest.as_of.len(), "2026-11-21".len());
        assert_eq!(manifest.workloads.len(), Workload::ALL.len());
        let needs = manifest.workloads.values().flat_map(|needs| needs.backup.iter().chain(&needs.restore));
        for value in needs.chain(&manifest.base) {
            assert!(permission(value).is_some(), "{value} has no entry");
        }
        for entry in &manifest.permissions {
            let same = manifest.permissions.iter().filter(|other| other.value == entry.value).count();
            assert_eq!(same, 1, "{} stands once", entry.value);
            assert!(entry.reason.ends_with('.') && entry.without.starts_with("Without it"), "{}", entry.value);
            assert!(!entry.title.is_empty() && !entry.title.ends_with('.'), "{}", entry.value);
        }
        assert_eq!(named(&base_scopes()), [("User.Read".to_owned(), 'u'), ("offline_access".to_owned(), 'u')]);
    }
}
