use super::*;
use crate::{
    backup_set::{AccountRole, Covers, Region},
    method::Method,
    rules::suitability::{RuleSwitches, SetFacts, suitability},
};
use std::collections::BTreeSet;

type Row = (Workload, &'static [(char, &'static str, &'static str)], &'static [(char, &'static str, &'static str)]);

/// Who is there: for workloads that hold people's own data.
const USERS: (char, &str, &str) = ('g', "User.Read.All", "df021288-bdef-4463-88db-98f22de89214");
const SITES: (char, &str, &str) = ('g', "Sites.Read.All", "332a536c-c7ef-4017-ab91-336970924f0d");
const CLASSIC: (char, &str, &str) = ('s', "Sites.Read.All", "d13f72ca-a275-4b96-b789-48ebcc4da984");
const WRITE_SITES: (char, &str, &str) = ('g', "Sites.ReadWrite.All", "9492366f-7969-46a4-8d15-ed1a20078fff");
const WRITE_CLASSIC: (char, &str, &str) = ('s', "Sites.ReadWrite.All", "fbcd29d2-fcca-4405-aded-518d457caae4");

/// Microsoft's permission reference, by workload: `g` Graph, `s` SharePoint; backup, then restore.
const TABLE: [Row; 11] = [
    (
        Workload::Exchange,
        &[
            USERS,
            ('g', "Mail.Read", "810c84a8-4a9e-49e6-bf7d-12d183f40d01"),
            ('g', "MailboxSettings.Read", "40f97065-369a-49f4-947c-6a255697ae91"),
        ],
        &[
            ('g', "Mail.ReadWrite", "e2a3a72e-5f79-4c64-b1b1-878b674786c9"),
            ('g', "MailboxSettings.ReadWrite", "6931bccd-447a-43d1-b442-00a195474933"),
        ],
    ),
    (
        Workload::Calendar,
        &[USERS, ('g', "Calendars.Read", "798ee544-9d2d-430c-a058-570e29e34338")],
        &[('g', "Calendars.ReadWrite", "ef54d2bf-783f-4e0f-bca1-3210c0444d99")],
    ),
    (
        Workload::Contacts,
        &[USERS, ('g', "Contacts.Read", "089fe4d0-434a-44c5-8827-41ba8a0b17f5")],
        &[('g', "Contacts.ReadWrite", "6918b873-d17a-4dc1-b314-35f528134491")],
    ),
    (
        Workload::Tasks,
        &[USERS, ('g', "Tasks.Read.All", "f10e1f91-74ed-437f-a6fd-d6ae88e26c1f")],
        &[('g', "Tasks.ReadWrite.All", "44e666d1-d276-445b-a5fc-8815eeb81d55")],
    ),
    (
        Workload::Onedrive,
        &[USERS, ('g', "Files.Read.All", "01d4889c-1287-42c6-ac1f-5d1e02578ef6")],
        &[('g', "Files.ReadWrite.All", "75359482-378d-4052-8f01-80520e7db3cd")],
    ),
    (Workload::Sharepoint, &[SITES, CLASSIC], &[WRITE_SITES, WRITE_CLASSIC]),
    (Workload::PersonalSites, &[USERS, SITES, CLASSIC], &[WRITE_SITES, WRITE_CLASSIC]),
    (Workload::Onenote, &[], &[]),
    (
        Workload::Teams,
        &[
            USERS,
            ('g', "Team.ReadBasic.All", "2280dda6-0bfd-44ee-a2f4-cb867cfc4c1e"),
            ('g', "TeamMember.Read.All", "660b7406-55f1-41ca-a0ed-0b035e182f3e"),
            ('g', "Channel.ReadBasic.All", "59a6b24b-4225-4393-8165-ebaec5f55d7a"),
            ('g', "ChannelMember.Read.All", "3b55498e-47ec-484f-8136-9013221c06a9"),
            ('g', "ChannelMessage.Read.All", "7b2449af-6ccd-4f4d-9f78-e550c193f0d1"),
            ('g', "Chat.Read.All", "6b7d71aa-70aa-4810-a8d9-5d9fb2830017"),
        ],
        &[
            ('g', "TeamMember.ReadWrite.All", "0121dc95-1b9f-4aed-8bac-58c5ac466691"),
            ('g', "ChannelMember.ReadWrite.All", "35930dcf-aceb-4bd1-b99a-8ffed403c974"),
            ('g', "Teamwork.Migrate.All", "dfb0dd15-61de-45b2-be36-d6a69fba3c79"),
        ],
    ),
    (
        Workload::Groups,
        &[
            ('g', "Group.Read.All", "5b567255-7703-4780-807c-7be8301ae99b"),
            ('g', "Member.Read.Hidden", "658aa5d8-239f-45c4-aa12-864f4fc7e490"),
        ],
        &[('g', "Group.ReadWrite.All", "62a82d76-70ea-41e2-9197-370581804d09")],
    ),
    (Workload::PublicFolders, &[], &[]),
];

type Named = (Resource, String, Uuid);

fn named<'a>(permissions: impl IntoIterator<Item = &'a AppPermission>) -> Vec<Named> {
    permissions.into_iter().map(|one| (one.resource, one.value.clone(), one.id)).collect()
}

fn expected(rows: &[(char, &str, &str)]) -> Vec<Named> {
    let resource = |letter| if letter == 's' { Resource::Sharepoint } else { Resource::Graph };
    let id = |text| Uuid::parse_str(text).expect("an id");
    rows.iter().map(|(letter, value, text)| (resource(*letter), (*value).to_owned(), id(text))).collect()
}

#[test]
fn c3_each_workload_needs_what_microsofts_reference_says() {
    for (workload, backup, restore) in TABLE {
        for (purpose, rows) in [(Purpose::Backup, backup), (Purpose::Restore, restore)] {
            let found = named(manifest(&Workloads::from([workload]), purpose));
            assert_eq!(found, expected(rows), "{workload:?} {purpose:?}");
        }
        assert_eq!(supported(workload), !backup.is_empty(), "{workload:?}");
    }
    assert_eq!(TABLE.len(), Workload::ALL.len());
}

#[test]
fn c3_every_combination_of_workloads_needs_the_union_and_nothing_more() {
    for bits in 0..1_u32 << Workload::ALL.len() {
        let chosen: Workloads = (0..).zip(Workload::ALL).filter(|(n, _)| bits >> n & 1 == 1).map(|(_, w)| w).collect();
        for purpose in Purpose::ALL {
            let rows = TABLE.iter().filter(|(workload, ..)| chosen.contains(workload));
            let rows = rows.map(|(_, backup, restore)| if purpose == Purpose::Backup { backup } else { restore });
            let union: BTreeSet<_> = rows.flat_map(|rows| expected(rows)).collect();
            let found = manifest(&chosen, purpose);
            let in_order: Vec<_> = permissions().iter().filter(|one| found.contains(one)).collect();
            assert_eq!(found, in_order, "{chosen:?}: each once, in the file's order");
            assert_eq!(named(found).into_iter().collect::<BTreeSet<_>>(), union, "{chosen:?} {purpose:?}");
        }
    }
}

#[test]
fn c4_a_backup_never_writes_and_a_restore_never_asks_to_read_besides() {
    let all = Workloads::from(Workload::ALL);
    let writes = |value: &str| value.contains("Write") || value.contains("Migrate");
    assert!(manifest(&all, Purpose::Backup).iter().all(|one| !writes(&one.value)));
    assert!(manifest(&all, Purpose::Restore).iter().all(|one| writes(&one.value)));
}

#[test]
fn d9_nothing_that_rules_a_directory_and_nothing_of_exchange_web_services() {
    let never = [
        "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9",
        "06b708a9-e830-4db3-a914-8e69da51d44f",
        "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8",
        "19dbc75e-c2e2-444c-a770-ec69d8559fc7",
        "7ab1d382-f21e-4acd-a863-ba3e13f7da61",
        "a82116e5-55eb-4c41-a434-62fe8a61c773",
        "678536fe-1083-478a-9c59-b99265e6b0d3",
        "dc890d15-9560-4a4c-9b7f-a736ec74ec40",
        "dc50a0fb-09a3-484d-be87-e023b12c6440",
    ]
    .map(|text| Uuid::parse_str(text).expect("an id"));
    let names = ["Application.", "AppRoleAssignment.", "RoleManagement.", "Directory.", "full_access_as_app", "EWS."];
    for one in permissions() {
        assert!(!never.contains(&one.id), "{}", one.value);
        assert!(names.iter().all(|name| !one.value.starts_with(name)), "{}", one.value);
    }
    let ews = retirements().iter().find(|notice| notice.what.contains("Exchange Web Services"));
    assert_eq!(ews.map(|notice| notice.ends_on.as_str()), Some("2027-04-01"));
}

#[test]
fn supported_is_what_suitability_says_without_its_switches() {
    let open = RuleSwitches {
        personal_sites_block_modern: false,
        sharepoint_sites_block_modern: false,
        ..RuleSwitches::default()
    };
    for workload in Workload::ALL {
        let workloads = Workloads::from([workload]);
        let facts = SetFacts {
            method: Method::Basic,
            workloads: &workloads,
            covers: Covers::WholeTenant,
            has_account: true,
            account_role: AccountRole::GlobalAdministrator,
            region: Region::Global,
            client_version: None,
        };
        assert_eq!(suitability(&facts, &open).modern.is_possible(), supported(workload), "{workload:?}");
    }
}

#[test]
fn c2_the_file_is_whole_and_every_permission_says_why() {
    let file = FILE.as_ref().expect("data/manifest.json is read");
    let is_day = |text: &str| {
        let bytes = text.as_bytes();
        bytes.len() == 10
            && bytes.iter().enumerate().all(|(n, b)| if n == 4 || n == 7 { *b == b'-' } else { b.is_ascii_digit() })
    };
    assert!(is_day(&file.as_of));
    let all: Workloads = file.workloads.keys().copied().collect();
    let used = |one: &&AppPermission| Purpose::ALL.iter().any(|purpose| manifest(&all, *purpose).contains(one));
    assert!(file.permissions.iter().all(|one| used(&one)), "no entry without a workload");
    for needs in file.workloads.values() {
        for (resource, values) in needs.backup.iter().chain(&needs.restore) {
            for value in values {
                assert!(find_by_value(*resource, value).is_some(), "{resource:?} {value} has no entry");
            }
        }
    }
    for one in &file.permissions {
        let same = |other: &&AppPermission| other.resource == one.resource;
        let others = || file.permissions.iter().filter(same);
        assert_eq!(others().filter(|other| other.id == one.id).count(), 1, "{}", one.value);
        assert_eq!(others().filter(|other| other.value == one.value).count(), 1, "{}", one.value);
        assert!(one.reason.ends_with('.') && one.without.starts_with("Without it"), "{}", one.value);
        assert!(!one.title.is_empty() && !one.title.ends_with('.'), "{}", one.value);
        assert!(one.retirement.as_ref().is_none_or(|end| is_day(&end.ends_on) && end.note.ends_with('.')));
        assert_eq!(find(one.resource, one.id), Some(one));
    }
    for notice in retirements() {
        assert!(is_day(&notice.ends_on) && notice.note.ends_with('.') && !notice.source.is_empty(), "{}", notice.what);
    }
}

#[test]
fn ids_count_only_within_their_resource() {
    let mail = find_by_value(Resource::Graph, "Mail.Read").expect("known");
    assert_eq!(find(Resource::Sharepoint, mail.id), None);
    assert_ne!(find_by_value(Resource::Graph, "Sites.Read.All"), find_by_value(Resource::Sharepoint, "Sites.Read.All"));
    for resource in Resource::ALL {
        assert_eq!(Resource::parse(resource.as_str()), Some(resource));
    }
    assert_eq!(Resource::Graph.app_id().to_string(), "00000003-0000-0000-c000-000000000000");
    assert_eq!(Resource::Sharepoint.app_id().to_string(), "00000003-0000-0ff1-ce00-000000000000");
}

#[test]
fn c7_drift_names_what_is_missing_and_what_is_too_much() {
    let needed = manifest(&Workloads::from([Workload::Exchange]), Purpose::Backup);
    let roles = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>();
    let exact = drift(&needed, &roles(&["MailboxSettings.Read", "Mail.Read", "User.Read.All"]));
    assert!(exact.is_none(), "{exact:?}");
    let other = drift(&needed, &roles(&["Mail.Read", "Mail.ReadWrite", "Calendars.Read", "Mail.ReadWrite"]));
    assert_eq!(other.missing, ["User.Read.All", "MailboxSettings.Read"]);
    assert_eq!(other.extra, ["Calendars.Read", "Mail.ReadWrite"]);
    assert!(!other.is_none());
    assert!(drift(&[], &[]).is_none());
}
