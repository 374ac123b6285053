//! Backup sets as people and programs see them: with what they could become, and why.

mod split;

pub use split::split;

use super::{ServiceError, cursor};
use crate::{
    state::AppState,
    store::{
        Scope, Scoped,
        backup_sets::{BackupSet, Filter, Position, Sort},
        customers::Customer,
    },
};
use serde::{Deserialize, Serialize};
use shared::{
    api::{
        backup_sets::{
            BackupSetCounts, BackupSetView, Changes, CustomerRef, MethodChange, Possibility, Recommendation,
        },
        page::Page,
    },
    id::{BackupSetId, CustomerId},
    method::Method,
    rules::{
        reason::Reason,
        suitability::{self, RuleSwitches, SetFacts, Verdict},
    },
    workload::{Workload, Workloads},
};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// What the rules need to know of a set.
pub fn facts(set: &BackupSet) -> SetFacts<'_> {
    SetFacts {
        method: set.method,
        workloads: &set.workloads,
        covers: set.covers,
        has_account: set.account.is_some(),
        account_role: set.account_role,
        region: set.region,
        client_version: set.client_version,
    }
}

fn recommendation(set: &BackupSet, rules: &RuleSwitches) -> Recommendation {
    let answer = suitability::suitability(&facts(set), rules);
    if set.method != Method::Basic && set.connection.is_none() {
        return Recommendation {
            method: None,
            code: "no_access".to_owned(),
            text: "Its access was taken away, so no job can read it. Authorize it again.".to_owned(),
            hybrid: possibility(&answer.hybrid),
            modern: possibility(&answer.modern),
            split: None,
        };
    }
    let why = answer.why_move.map(Reason::text);
    Recommendation {
        method: answer.recommended.or(answer.after_update),
        code: answer.reason.code().to_owned(),
        text: why.map_or_else(|| answer.reason.text().to_owned(), |why| format!("{why} {}", answer.reason.text())),
        hybrid: possibility(&answer.hybrid),
        modern: possibility(&answer.modern),
        split: answer.split,
    }
}

fn possibility(verdict: &Verdict) -> Possibility {
    let (said, more): (Option<Reason>, &[Reason]) = match verdict {
        Verdict::Possible { notes } => (notes.first().copied(), notes.get(1..).unwrap_or_default()),
        Verdict::NotSuitable { reason, also } => (Some(*reason), also),
        Verdict::UpdateFirst { notes } => (verdict.refusal(), notes),
        Verdict::AlreadyThere => (verdict.refusal(), &[]),
    };
    let mut more: Vec<String> = more.iter().map(|reason| reason.text().to_owned()).collect();
    more.retain(|text| said.is_none_or(|said| said.text() != text));
    more.dedup();
    Possibility {
        possible: verdict.is_possible(),
        code: said.map(|reason| reason.code().to_owned()),
        text: said.map(|reason| reason.text().to_owned()),
        more,
    }
}

/// A customer, as rows of other lists name it.
pub fn customer_ref(customer: &Customer) -> CustomerRef {
    CustomerRef {
        id: customer.id,
        name: customer.name.clone(),
        domain: customer.domain.clone(),
        tenant: customer.tenant,
    }
}

fn view(set: BackupSet, customer: &Customer, rules: &RuleSwitches) -> BackupSetView {
    BackupSetView {
        recommendation: recommendation(&set, rules),
        id: set.id,
        external_id: set.external_id,
        name: set.name,
        customer: customer_ref(customer),
        account: set.account,
        account_role: set.account_role,
        covers: set.covers,
        workloads: set.workloads,
        region: set.region,
        client_version: set.client_version.map(|version| version.to_string()),
        method: set.method,
        method_changed_at: set.method_changed_at,
        connection: set.connection,
        version: set.version,
    }
}

async fn views(app: &AppState, tx: &Scoped, sets: Vec<BackupSet>) -> Result<Vec<BackupSetView>, ServiceError> {
    let mut ids: Vec<CustomerId> = sets.iter().map(|set| set.customer).collect();
    ids.sort_unstable();
    ids.dedup();
    let customers: HashMap<_, _> =
        tx.find_customers(&ids).await?.into_iter().map(|customer| (customer.id, customer)).collect();
    Ok(sets
        .into_iter()
        .filter_map(|set| customers.get(&set.customer).map(|customer| view(set, customer, &app.settings.rules)))
        .collect())
}

/// One set.
pub async fn find(app: &AppState, scope: &Scope, id: BackupSetId) -> Result<BackupSetView, ServiceError> {
    let tx = app.store.read(scope).await?;
    let set = tx.find_backup_set(id).await?.ok_or(ServiceError::NotFound)?;
    views(app, &tx, vec![set]).await?.pop().ok_or(ServiceError::NotFound)
}

/// Which page of the list.
#[derive(Debug, Clone, Default)]
pub struct List {
    /// Which sets.
    pub filter: Filter,
    /// In which order.
    pub sort: Sort,
    /// The other way round.
    pub descending: bool,
    /// The `next` of the page before.
    pub cursor: Option<String>,
    /// How many.
    pub limit: u64,
}

#[derive(Serialize, Deserialize)]
struct Cursor {
    keys: Vec<String>,
    id: Uuid,
}

/// One page of sets.
pub async fn list(app: &AppState, scope: &Scope, list: &List) -> Result<Page<BackupSetView>, ServiceError> {
    let after: Option<Cursor> = cursor::read(list.cursor.as_deref())?;
    let after = after.map(|cursor| Position { keys: cursor.keys, id: cursor.id });
    let tx = app.store.read(scope).await?;
    let mut sets =
        tx.list_backup_sets(&list.filter, list.sort, list.descending, after.as_ref(), list.limit + 1).await?;
    let more = sets.len() as u64 > list.limit;
    sets.truncate(usize::try_from(list.limit).unwrap_or(usize::MAX));
    let next = sets.last().filter(|_| more).and_then(|last| {
        let position = list.sort.position(last);
        cursor::write(&Cursor { keys: position.keys, id: position.id })
    });
    Ok(Page { items: views(app, &tx, sets).await?, next })
}

/// How a filter's sets split by method.
pub async fn counts(app: &AppState, scope: &Scope, filter: &Filter) -> Result<BackupSetCounts, ServiceError> {
    let methods = app.store.read(scope).await?.count_backup_sets(filter).await?;
    Ok(BackupSetCounts { total: methods.total(), methods })
}

/// Changes of method after a position.
pub async fn changes(app: &AppState, scope: &Scope, after: i64, limit: u64) -> Result<Changes, ServiceError> {
    let tx = app.store.read(scope).await?;
    let mut found = tx.list_method_changes(after, limit + 1).await?;
    let more = found.len() as u64 > limit;
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = found.last().map_or(after, |last| last.sequence);
    if !scope.reach.is_all() {
        let ids: Vec<BackupSetId> = found.iter().map(|change| change.backup_set).collect();
        let sets = tx.find_backup_sets(&ids).await?;
        let own: HashSet<_> = sets.iter().map(|set| set.id).collect();
        found.retain(|change| own.contains(&change.backup_set));
    }
    let changes = found
        .into_iter()
        .map(|change| MethodChange {
            sequence: change.sequence,
            backup_set: change.backup_set,
            external_id: change.external_id,
            method: change.method,
            changed_at: change.changed_at,
        })
        .collect();
    Ok(Changes { changes, next, more })
}

/// Reads a sort word such as `name` or `-name`.
pub fn parse_sort(text: Option<&str>) -> Result<(Sort, bool), ServiceError> {
    let text = text.unwrap_or("customer");
    let (descending, word) = text.strip_prefix('-').map_or((false, text), |word| (true, word));
    let sort = match word {
        "customer" => Sort::Customer,
        "name" => Sort::Name,
        "method" => Sort::Method,
        _ => {
            return Err(ServiceError::field(
                "sort",
                "expected customer, name or method, with a minus before it for the other way round",
            ));
        }
    };
    Ok((sort, descending))
}

/// Reads workloads joined by commas.
pub fn parse_workloads(text: Option<&str>) -> Result<Workloads, ServiceError> {
    let expected = || ServiceError::field("workload", "expected workloads such as exchange or teams, joined by commas");
    let words = text.unwrap_or_default().split(',').filter(|word| !word.is_empty());
    words.map(Workload::parse).collect::<Option<_>>().ok_or_else(expected)
}

/// Reads methods joined by commas.
pub fn parse_methods(text: Option<&str>) -> Result<Vec<Method>, ServiceError> {
    text.unwrap_or_default()
        .split(',')
        .filter(|word| !word.is_empty())
        .map(|word| {
            Method::parse(word)
                .ok_or_else(|| ServiceError::field("method", "expected basic, hybrid or modern, joined by commas"))
        })
        .collect()
}
