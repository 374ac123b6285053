//! Every row of the database as text, for "nothing changed" and "this is nowhere".

use super::TestApp;
use crate::databases::{Raw, TestDatabase};
use shared::id::OrganizationId;
use std::collections::BTreeMap;

/// Rows by table, sorted.
pub type Dump = BTreeMap<String, Vec<String>>;

impl TestApp {
    /// Seals every audit event written so far, instead of waiting for the worker.
    ///
    /// # Panics
    /// When the database cannot be used.
    pub async fn seal_audit(&self) {
        let state = &self.state;
        let organizations = state.store.read_system().await.expect("a transaction").list_organizations().await;
        for organization in organizations.expect("organizations") {
            let (store, keyring, id) = (&state.store, &state.keyring, organization.id);
            server::audit::seal_pending(store, keyring, &*state.clock, id).await.expect("the audit log is sealed");
        }
    }

    /// Tells every change of method so far, instead of waiting for the worker.
    ///
    /// # Panics
    /// When the database cannot be used.
    pub async fn tell_changes(&self) {
        let state = &self.state;
        loop {
            let untold = state.store.read_system().await.expect("a transaction").list_untold().await;
            let Some(next) = untold.expect("organizations").into_iter().next() else { return };
            // `false`: the worker was quicker.
            server::services::events::tell_changes(state, next).await.expect("changes are told");
        }
    }

    /// Every row of every table, with nothing left that the worker does by itself every second: two dumps with nothing
    /// between them are the same.
    ///
    /// # Panics
    /// When the database cannot be read.
    pub async fn dump(&self) -> Dump {
        self.tell_changes().await;
        self.seal_audit().await;
        self.database.dump().await
    }
}

impl TestDatabase {
    /// Every row of every table, as it is.
    ///
    /// # Panics
    /// When the database cannot be read.
    pub async fn dump(&self) -> Dump {
        let raw = self.intruder().await;
        let mut dump = Dump::new();
        for table in tables(&raw, self.is_postgres()).await {
            let rows = rows(&raw, self.is_postgres(), &table).await;
            dump.insert(table, rows);
        }
        dump
    }
}

/// The rows that are not this organization's; without how often the installation's master keys were used.
pub fn without(dump: Dump, organization: OrganizationId) -> Dump {
    let ids = [organization.to_string(), organization.0.simple().to_string().to_uppercase()];
    let others = |rows: Vec<String>| rows.into_iter().filter(|row| !ids.iter().any(|id| row.contains(id))).collect();
    let tables = dump.into_iter().filter(|(table, _)| table != "key_uses");
    tables.map(|(table, rows)| (table, others(rows))).collect()
}

/// What differs between two dumps, one line a row, for a message.
pub fn differences(before: &Dump, after: &Dump) -> Vec<String> {
    let empty = Vec::new();
    let mut found = Vec::new();
    for table in before.keys().chain(after.keys()).collect::<std::collections::BTreeSet<_>>() {
        let (old, new) = (before.get(table).unwrap_or(&empty), after.get(table).unwrap_or(&empty));
        found.extend(old.iter().filter(|row| !new.contains(row)).map(|row| format!("- {table}: {row}")));
        found.extend(new.iter().filter(|row| !old.contains(row)).map(|row| format!("+ {table}: {row}")));
    }
    found
}

/// Asserts that two dumps are the same.
///
/// # Panics
/// When they are not.
#[track_caller]
pub fn assert_same(before: &Dump, after: &Dump) {
    let found = differences(before, after);
    assert!(found.is_empty(), "{}", found.join("\n"));
}

async fn tables(raw: &Raw, postgres: bool) -> Vec<String> {
    let sql = if postgres {
        "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1"
    } else {
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1"
    };
    text(raw, sql).await
}

async fn rows(raw: &Raw, postgres: bool, table: &str) -> Vec<String> {
    if postgres {
        return text(raw, &format!("SELECT to_jsonb(t)::text FROM \"{table}\" t ORDER BY 1")).await;
    }
    let columns = text(raw, &format!("SELECT name FROM pragma_table_info('{table}') ORDER BY cid")).await;
    let quoted: Vec<String> = columns.iter().map(|name| format!("'{name}=' || quote(\"{name}\")")).collect();
    text(raw, &format!("SELECT {} FROM \"{table}\" ORDER BY 1", quoted.join(" || ' ' || "))).await
}

async fn text(raw: &Raw, sql: &str) -> Vec<String> {
    let rows = raw.query(sql).await;
    rows.iter().map(|row| row.try_get_by_index(0).expect("a text")).collect()
}
