//! That no function of the store is forgotten: which there are is read from its sources, not kept by hand.

use std::{collections::BTreeSet, fs, path::Path};

/// Functions without a proof of their own, and why they need none. What begins with `add_` writes the transaction's organization
/// into each row: that PostgreSQL takes no other is proved for every table.
const EXPLAINED: [(&str, &str); 12] = [
    ("commit", "ends the transaction"),
    ("commit_counts", "ends the transaction"),
    ("leave", "ends the transaction"),
    ("count_new_tables", "PostgreSQL's own statistics"),
    ("external_ids_out_of_reach", "answers within a reach alone: `h6_out_of_reach_…`"),
    ("is_beyond_reach", "answers within a reach alone: the same"),
    ("lock", "the organization's own row: `m3_what_an_organization_says_of_itself_is_its_own`"),
    ("suspend_organization", "the organization's own row: the same"),
    ("take_audit_sequences", "the organization's own row: the same"),
    ("update_noted_rules", "the organization's own row: the same"),
    ("update_organization", "the organization's own row: the same"),
    ("update_told", "the organization's own row: the same"),
];

/// What finds something although no customer of it is in reach.
pub const OF_THE_WHOLE: [&str; 72] = [
    "count_everything",
    "count_popups",
    "count_problems",
    "count_sealed_audit",
    "count_work",
    "find_api_key",
    "find_attempt",
    "find_attempt_and_link",
    "find_audit_batches_of",
    "find_audit_names",
    "find_authorizations_of_subjects",
    "find_certificate",
    "find_channel",
    "find_connections",
    "find_current_certificate",
    "find_customers_of_subjects",
    "find_delivery",
    "find_due_delivery",
    "find_embed_origin",
    "find_events",
    "find_import",
    "find_import_rows",
    "find_invitation",
    "find_journal",
    "find_key_breadth",
    "find_last_audit_batch",
    "find_last_challenge",
    "find_last_handed_out",
    "find_last_invitation",
    "find_last_popup",
    "find_link",
    "find_mailed",
    "find_member",
    "find_member_by_identity",
    "find_member_invitation",
    "find_organization",
    "find_popup",
    "find_removed_member",
    "find_running_journal",
    "find_saved_attempt",
    "find_session",
    "find_sign_in",
    "find_who_connected",
    "list_acts",
    "list_api_keys",
    "list_audit",
    "list_audit_batches",
    "list_audit_keys",
    "list_audit_subjects",
    "list_certificates",
    "list_channels",
    "list_covered",
    "list_covered_by",
    "list_customers_of_member",
    "list_deliveries",
    "list_embed_origins",
    "list_failed_deliveries",
    "list_issued_tokens",
    "list_journal_steps",
    "list_journals",
    "list_member_invitations",
    "list_members",
    "list_method_changes",
    "list_sealed",
    "list_sealed_audit",
    "list_sets_in_open_waves",
    "list_sign_in_sets",
    "list_sign_ins",
    "list_standing_links",
    "list_token_counts",
    "list_unsealed_audit",
    "sum_token_counts",
];

/// Fails for a function that is neither proved nor explained, or both, and for a name that no function has.
///
/// # Panics
/// With their names.
pub fn check(proved: &[&str]) {
    let functions = functions();
    assert!(functions.len() > 200, "the sources are read: {functions:?}");
    let proved: BTreeSet<_> = proved.iter().filter_map(|name| name.split(',').next()).map(str::to_owned).collect();
    let explained: BTreeSet<_> = EXPLAINED.iter().map(|(name, _)| (*name).to_owned()).collect();
    let left: Vec<_> = functions.iter().filter(|name| !name.starts_with("add_")).collect();
    let left: Vec<_> = left.into_iter().filter(|name| !proved.contains(*name) && !explained.contains(*name)).collect();
    assert!(left.is_empty(), "neither proved nor explained, or the proof reaches nothing of its own: {left:?}");
    let both: Vec<_> = proved.intersection(&explained).collect();
    assert!(both.is_empty(), "proved and explained: {both:?}");
    let gone: Vec<_> = proved.union(&explained).filter(|name| !functions.contains(*name)).collect();
    assert!(gone.is_empty(), "no function of the store: {gone:?}");
}

/// The public functions of `Scoped` that ask the database. Only modules of the store can have one: its transaction is private.
fn functions() -> BTreeSet<String> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../server/src");
    let mut files = vec![sources.join("store.rs")];
    let mut folders = vec![sources.join("store")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.retain(|file| file.extension().is_some_and(|extension| extension == "rs"));
    files.iter().flat_map(|file| functions_of(&fs::read_to_string(file).unwrap())).collect()
}

fn functions_of(source: &str) -> Vec<String> {
    let (mut found, mut within) = (Vec::new(), false);
    for line in source.lines() {
        if line.starts_with("impl") && line.contains("Scoped") {
            // Written in one way, so that none is passed over.
            assert!(matches!(line, "impl Scoped {" | "impl Outside for Scoped {"), "{line}");
            within = line == "impl Scoped {";
        } else if line == "}" {
            within = false;
        }
        let name = line.strip_prefix("    pub async fn ").filter(|_| within);
        found.extend(name.and_then(|rest| rest.split(['(', '<']).next()).map(str::to_owned));
    }
    found
}
