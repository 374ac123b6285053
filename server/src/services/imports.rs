//! Imports: a list is read, compared and shown; nothing is stored until it is confirmed, then everything or nothing.

mod compare;
mod contacts;
mod reach;
mod store;

use super::{ServiceError, customers};
use crate::{
    audit::Actor,
    import_file::{FileError, Format, ImportFile, ImportLine, Parser, TenantRef},
    state::AppState,
    store::{Scope, Scoped, imports::Import},
};
use compare::Row;
use shared::{
    api::{
        backup_sets::{BackupSetInput, UpsertAnswer, UpsertBackupSets},
        imports::{BadLine, ConfirmImport, ImportState, ImportView},
    },
    id::{ImportId, PERSONAL_ACCOUNTS, TenantId},
    method::Method,
};
use std::collections::{HashMap, HashSet};

/// How long a preview waits for its confirmation, in seconds.
const PREVIEW_LIFE: i64 = 60 * 60;
/// How many previews wait at once; the oldest make room for the next.
const MOST_PREVIEWS: u64 = 10;
/// The most sets of one upsert.
const MOST_UPSERT: usize = 5_000;
/// The most domains of one list that are looked up at Microsoft.
const MOST_DOMAINS: usize = 2_000;

/// Shows what a list would do.
pub async fn preview(
    app: &AppState,
    scope: &Scope,
    actor: &Actor,
    file: ImportFile,
) -> Result<ImportView, ServiceError> {
    let now = app.now();
    let id = ImportId(app.new_id());
    let (rows, unknown) = resolve(app, scope, file.sets).await?;
    let mut bad_lines = file.bad_lines;
    let bad = file.bad + unknown.len() as u64;
    bad_lines.extend(unknown);
    bad_lines.sort_by_key(|line| line.line);
    bad_lines.truncate(1000);
    let tx = app.store.read(scope).await?;
    let prepared = compare::compare(&tx, &rows).await?;
    drop(tx);
    let view = ImportView {
        id,
        state: ImportState::Preview,
        lines: file.lines,
        new: prepared.new.len() as u64,
        changed: prepared.changed.len() as u64,
        unchanged: prepared.unchanged,
        disconnected: prepared.disconnected(),
        contacts: prepared.contacts,
        bad,
        bad_lines,
        customers: prepared.customers,
        expires_at: now.plus(PREVIEW_LIFE),
        confirmed_at: None,
    };
    let summary = serde_json::to_string(&view).map_err(|_| crate::store::StoreError::Unreadable("import"))?;
    let lines = serde_json::to_vec(&rows).map_err(|_| crate::store::StoreError::Unreadable("import"))?;
    let import = Import {
        id,
        state: ImportState::Preview,
        summary,
        expires_at: view.expires_at,
        confirmed_at: None,
        created_by: actor.reference(),
    };
    let tx = app.store.write_many(scope).await?;
    tx.add_import(&import, lines, now).await?;
    tx.remove_previews_beyond(MOST_PREVIEWS).await?;
    let detail = format!("lines={} bad={bad}", view.lines);
    app.audit().record(&tx, "import.previewed", actor, format!("import:{id}"), detail).await?;
    tx.commit().await?;
    Ok(view)
}

/// One import.
pub async fn find(app: &AppState, scope: &Scope, actor: &Actor, id: ImportId) -> Result<ImportView, ServiceError> {
    let import = own_import(&app.store.read(scope).await?, actor, id).await?;
    view(&import)
}

/// Whoever works with chosen customers sees their own lists only: others name customers that they must not see.
async fn own_import(tx: &Scoped, actor: &Actor, id: ImportId) -> Result<Import, ServiceError> {
    let import = tx.find_import(id).await?;
    let import = import.filter(|one| tx.reach.is_all() || one.created_by == actor.reference());
    import.ok_or(ServiceError::NotFound)
}

fn view(import: &Import) -> Result<ImportView, ServiceError> {
    let view: ImportView =
        serde_json::from_str(&import.summary).map_err(|_| crate::store::StoreError::Unreadable("import"))?;
    Ok(ImportView { state: import.state, confirmed_at: import.confirmed_at, ..view })
}

/// Stores a previewed list. Confirming again gives the same answer.
pub async fn confirm(
    app: &AppState,
    scope: &Scope,
    actor: &Actor,
    id: ImportId,
    request: &ConfirmImport,
) -> Result<ImportView, ServiceError> {
    let now = app.now();
    let tx = app.store.write_many(scope).await?;
    tx.lock().await?;
    let import = own_import(&tx, actor, id).await?;
    let shown = view(&import)?;
    if import.state == ImportState::Confirmed {
        return Ok(shown);
    }
    if now >= import.expires_at {
        return Err(ServiceError::conflict(
            "import_expired",
            "This preview is more than an hour old. Upload the list again.",
        ));
    }
    if shown.bad > 0 && !request.leave_out_bad_lines {
        return Err(ServiceError::conflict(
            "import_has_bad_lines",
            "Some lines cannot be used. Correct them and upload again, or confirm without them (`leave_out_bad_lines`).",
        ));
    }
    let rows = tx.find_import_rows(id).await?.ok_or(ServiceError::NotFound)?;
    let rows: Vec<Row> = serde_json::from_slice(&rows).map_err(|_| crate::store::StoreError::Unreadable("import"))?;
    reach::check(&tx, &rows).await?;
    let done = store::store(app, &tx, actor, rows, store::Tenants::Seen).await?;
    tx.confirm_import(id, now).await?;
    let detail = counts(&done);
    app.audit().record(&tx, "import.confirmed", actor, format!("import:{id}"), detail).await?;
    tx.commit().await?;
    Ok(ImportView { state: ImportState::Confirmed, confirmed_at: Some(now), ..shown })
}

/// Adds or changes sets by their external ids, at once: the way for programs.
pub async fn upsert(
    app: &AppState,
    scope: &Scope,
    actor: &Actor,
    request: UpsertBackupSets,
) -> Result<UpsertAnswer, ServiceError> {
    if request.sets.is_empty() || request.sets.len() > MOST_UPSERT {
        return Err(ServiceError::field("sets", "expected 1 to 5,000 sets"));
    }
    let lines = check_sets(&request.sets)?;
    let (rows, unknown) = resolve(app, scope, lines).await?;
    if let Some(first) = unknown.first() {
        let field = format!("sets[{}].{}", first.line - 1, first.field.as_deref().unwrap_or("tenant"));
        return Err(ServiceError::field(field, first.reason.clone()));
    }
    let tx = app.store.write_many(scope).await?;
    tx.lock().await?;
    reach::check(&tx, &rows).await?;
    let done = store::store(app, &tx, actor, rows, store::Tenants::Unseen).await?;
    let detail = counts(&done);
    app.audit()
        .record(&tx, "backup_sets.upserted", actor, format!("organization:{}", scope.organization), detail)
        .await?;
    tx.commit().await?;
    Ok(done)
}

/// What the audit log keeps of a stored list.
fn counts(done: &UpsertAnswer) -> String {
    let UpsertAnswer { added, changed, unchanged, disconnected } = done;
    let left = if *disconnected > 0 { format!(" disconnected={disconnected}") } else { String::new() };
    format!("added={added} changed={changed} unchanged={unchanged}{left}")
}

/// The same checks as for the lines of a file: each set is read as one.
fn check_sets(sets: &[BackupSetInput]) -> Result<Vec<ImportLine>, ServiceError> {
    let mut parser = Parser::new(Format::JsonLines);
    let wrong = |error: &FileError| ServiceError::field("sets", error.to_string());
    for set in sets {
        let workloads: Vec<&str> = set.workloads.iter().map(|workload| workload.as_str()).collect();
        let mut line = serde_json::json!({
            "external_id": set.external_id,
            "name": set.name,
            "customer": set.customer,
            "tenant": set.tenant,
            "account": set.account.as_deref().unwrap_or_default(),
            "account_role": set.account_role.as_str(),
            "covers": set.covers.as_str(),
            "workloads": workloads.join("|"),
            "region": set.region.as_str(),
            "client_version": set.client_version.as_deref().unwrap_or_default(),
            "method": set.method.map_or("basic", Method::as_str),
        })
        .to_string();
        line.push('\n');
        parser.push(line.as_bytes()).map_err(|error| wrong(&error))?;
    }
    let file = parser.finish().map_err(|error| wrong(&error))?;
    match file.bad_lines.into_iter().next() {
        None => Ok(file.sets),
        Some(bad) => {
            let field = bad.field.map_or_else(String::new, |field| format!(".{field}"));
            Err(ServiceError::field(format!("sets[{}]{field}", bad.line - 1), bad.reason))
        }
    }
}

/// Looks up the tenants of all domains, each once.
async fn resolve(
    app: &AppState,
    scope: &Scope,
    lines: Vec<ImportLine>,
) -> Result<(Vec<Row>, Vec<BadLine>), ServiceError> {
    let mut domains: Vec<String> = lines
        .iter()
        .filter_map(|line| match &line.tenant {
            TenantRef::Domain(domain) => Some(domain.clone()),
            TenantRef::Id(_) => None,
        })
        .collect();
    domains.sort_unstable();
    domains.dedup();
    if domains.len() > MOST_DOMAINS {
        return Err(ServiceError::field("tenant", "expected at most 2,000 different domains in one list"));
    }
    let known = known_domains(app, scope).await?;
    let mut found: HashMap<String, Result<TenantId, String>> = HashMap::new();
    let missing: Vec<String> = domains.into_iter().filter(|domain| !known.contains_key(domain)).collect();
    for part in missing.chunks(16) {
        let asked =
            part.iter().map(|domain| async { (domain.clone(), customers::find_tenant(app, "tenant", domain).await) });
        for (domain, answer) in futures::future::join_all(asked).await {
            let answer = match answer {
                Ok((tenant, _)) => Ok(tenant),
                Err(ServiceError::Field { expected, .. }) => Err(expected),
                Err(error) => return Err(error),
            };
            found.insert(domain, answer);
        }
    }
    found.extend(known.into_iter().map(|(domain, tenant)| (domain, Ok(tenant))));
    let mut good = Vec::with_capacity(lines.len());
    let mut bad = Vec::new();
    for line in lines {
        match tenant_of(&line.tenant, &found) {
            Ok((tenant, domain)) => good.push((line, tenant, domain)),
            Err(reason) => bad.push(BadLine { line: line.line, field: Some("tenant".to_owned()), reason }),
        }
    }
    let tenants: HashSet<TenantId> = good.iter().map(|(_, tenant, _)| *tenant).collect();
    let tenants: Vec<_> = tenants.into_iter().collect();
    let ids: Vec<&str> = good.iter().map(|(line, ..)| line.external_id.as_str()).collect();
    let within = reach::Within::read(&app.store.read(scope).await?, &tenants, &ids).await?;
    let mut rows = Vec::with_capacity(good.len());
    let mut contacts = contacts::Named::default();
    for (line, tenant, domain) in good {
        let refused = within.as_ref().and_then(|within| within.bad_line(&line, tenant));
        match refused.or_else(|| contacts.bad_line(&line, tenant)) {
            Some(refused) => bad.push(refused),
            None => rows.push(Row::new(line, tenant, domain)),
        }
    }
    Ok((rows, bad))
}

fn tenant_of(
    tenant: &TenantRef,
    found: &HashMap<String, Result<TenantId, String>>,
) -> Result<(TenantId, Option<String>), String> {
    match tenant {
        TenantRef::Id(id) if *id == PERSONAL_ACCOUNTS => {
            Err("expected an organization's tenant; this is the one of personal Microsoft accounts".to_owned())
        }
        TenantRef::Id(id) => Ok((*id, None)),
        TenantRef::Domain(domain) => match found.get(domain) {
            Some(Ok(id)) => Ok((*id, Some(domain.clone()))),
            Some(Err(reason)) => Err(reason.clone()),
            None => Err("expected a domain that Microsoft knows".to_owned()),
        },
    }
}

/// Domains of customers that are here already need no look-up.
async fn known_domains(app: &AppState, scope: &Scope) -> Result<HashMap<String, TenantId>, ServiceError> {
    let mut known = HashMap::new();
    let tx = app.store.read(scope).await?;
    let mut after = None;
    loop {
        let page = tx.list_customers("", after.take(), 500).await?;
        let Some(last) = page.last() else { break };
        after = Some((crate::store::customers::key_of(&last.name), last.id));
        known.extend(
            page.into_iter().filter(|one| one.confirmed_at.is_some()).filter_map(|one| Some((one.domain?, one.tenant))),
        );
    }
    Ok(known)
}
