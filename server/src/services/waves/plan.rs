//! From a selection to sign-ins: one pass over the sets, then what is known of their customers, each asked once.

use crate::{
    services::{
        ServiceError,
        authorizations::{administrator_of, app_permissions},
        backup_sets::customer_ref,
    },
    state::AppState,
    store::{
        Scope, Scoped,
        backup_sets::{Filter, SetRow},
        customers::Customer,
    },
};
use shared::{
    api::waves::{MOST_SETS, RefusedCount, WaveCustomer, WaveFilter, WavePerson, WavePreview, WaveSelection},
    id::{BackupSetId, ConnectionId, CustomerId},
    method::Method,
    rules::{
        manifest::RetirementNotice,
        plan::{AccountKey, ChosenSet},
        reason::Reason,
        scopes::Consent,
        suitability::{SetFacts, suitability},
        wave::{Known, Planner, WavePlan, WaveSignIn, retirement},
    },
};
use std::collections::{BTreeMap, HashMap, HashSet};

/// The most customers of a preview.
const MOST_CUSTOMERS: usize = 200;
/// The most people of a customer in a preview.
const MOST_PEOPLE: usize = 20;

/// A plan with what it rests on.
pub struct Planned<T> {
    /// The plan.
    pub plan: WavePlan<T>,
    /// Its customers.
    pub customers: HashMap<CustomerId, Customer>,
    accounts: HashMap<(CustomerId, AccountKey), ConnectionId>,
    apps: HashMap<CustomerId, ConnectionId>,
}

impl<T> Planned<T> {
    /// The connection by which a sign-in is not needed.
    pub fn connection(&self, part: &WaveSignIn<T>) -> Option<ConnectionId> {
        let connected = || match &part.account {
            Some(account) => self.accounts.get(&(part.customer, AccountKey::of(account))),
            None => self.apps.get(&part.customer),
        };
        part.already_connected.then(connected).flatten().copied()
    }
}

/// What a wave would do. Stores nothing.
pub async fn preview(app: &AppState, scope: &Scope, selection: &WaveSelection) -> Result<WavePreview, ServiceError> {
    let tx = app.store.read(scope).await?;
    let planned = plan(app, &tx, selection, |_| ()).await?;
    Ok(shown(&planned))
}

/// What a selection says, parsed.
struct Chosen<'a> {
    filter: Filter,
    could_become: Option<Method>,
    retirement: Option<&'a RetirementNotice>,
}

fn chosen(selection: &WaveSelection) -> Result<Option<Chosen<'_>>, ServiceError> {
    let by_ids = !selection.backup_sets.is_empty();
    if by_ids == (selection.filter.is_some() || selection.retirement.is_some()) {
        return Err(ServiceError::field("backup_sets", "expected either ids, or a filter or an announced end"));
    }
    if by_ids {
        let many = selection.backup_sets.len() > MOST_SETS;
        return if many { Err(ServiceError::field("backup_sets", "expected 1 to 100,000 sets")) } else { Ok(None) };
    }
    let unknown = || ServiceError::field("retirement", "expected the code of an announced end, such as ews");
    let retirement = selection.retirement.as_deref().map(|code| retirement(code).ok_or_else(unknown)).transpose()?;
    let WaveFilter { customers, methods, query, workloads, could_become } =
        selection.filter.clone().unwrap_or_default();
    if query.chars().count() > 200 {
        return Err(ServiceError::field("filter.query", "expected at most 200 characters"));
    }
    let filter = Filter { methods, customers, workloads, query, ..Filter::default() };
    Ok(Some(Chosen { filter, could_become, retirement }))
}

impl Chosen<'_> {
    /// What storage cannot say of a set by itself.
    fn has(&self, app: &AppState, facts: &SetFacts<'_>) -> bool {
        self.retirement.is_none_or(|end| end.stops(facts.method, facts.workloads))
            && self.could_become.is_none_or(|to| suitability(facts, &app.settings.rules).recommended == Some(to))
    }
}

/// Plans a selection; `keep` says what is kept of each set that moves.
pub async fn plan<T: Send>(
    app: &AppState,
    tx: &Scoped,
    selection: &WaveSelection,
    keep: impl Fn(&SetRow<'_>) -> T + Send + Sync,
) -> Result<Planned<T>, ServiceError> {
    let chosen = chosen(selection)?;
    let busy: HashSet<BackupSetId> = tx.list_sets_in_open_waves().await?;
    let mut planner = Planner::new(selection.aim, &app.settings.rules);
    let mut seen = 0_usize;
    let each = |set: SetRow<'_>| {
        let facts = facts(&set);
        if chosen.as_ref().is_some_and(|chosen| !chosen.has(app, &facts)) {
            return;
        }
        seen += 1;
        if busy.contains(&set.id) {
            return planner.refuse(Reason::InAnotherWave, 1);
        }
        let one = ChosenSet { id: set.id, customer: set.customer, account: set.account.as_deref(), facts };
        planner.add(&one, keep(&set));
    };
    if let Some(chosen) = &chosen {
        tx.pass_backup_sets(&chosen.filter, each).await?;
        if seen > MOST_SETS {
            return Err(ServiceError::field("filter", "expected at most 100,000 sets; narrow the filter"));
        }
    } else {
        let mut ids = selection.backup_sets.clone();
        ids.sort_unstable();
        ids.dedup();
        tx.pass_backup_sets_by_id(&ids, each).await?;
        if seen != ids.len() {
            return Err(ServiceError::field("backup_sets", "expected sets that exist; at least one does not"));
        }
    }
    finish(app, tx, planner).await
}

fn facts<'a>(set: &'a SetRow<'a>) -> SetFacts<'a> {
    SetFacts {
        method: set.method,
        workloads: set.workloads,
        covers: set.covers,
        has_account: set.account.is_some(),
        account_role: set.account_role,
        region: set.region,
        client_version: set.client_version,
    }
}

async fn finish<T>(app: &AppState, tx: &Scoped, planner: Planner<'_, T>) -> Result<Planned<T>, ServiceError> {
    let ids: Vec<CustomerId> = planner.customers().into_iter().collect();
    let customers: HashMap<_, _> = tx.find_customers(&ids).await?.into_iter().map(|one| (one.id, one)).collect();
    let mut known = Known { no_modern: app.microsoft.setup.is_none(), ..Known::default() };
    known.unconfirmed = customers.values().filter(|one| one.confirmed_at.is_none()).map(|one| one.id).collect();
    let mut accounts = HashMap::new();
    for one in tx.list_working_accounts(&ids).await? {
        let key = (one.customer, AccountKey::of(&one.account));
        known.accounts.insert(key.clone(), one.scopes.split(' ').map(str::to_owned).collect());
        accounts.insert(key, one.id);
    }
    let mut apps = HashMap::new();
    for one in tx.list_working_apps(&ids).await? {
        apps.insert(one.customer, one.id);
        known.apps.insert(one.customer, one.workloads);
    }
    let mut plan = planner.finish(&known);
    let name = |id: &CustomerId| customers.get(id).map(|one| one.name.to_lowercase());
    plan.sign_ins.sort_by_cached_key(|one| (name(&one.customer), one.customer, one.method, one.account.clone()));
    Ok(Planned { plan, customers, accounts, apps })
}

fn shown(planned: &Planned<()>) -> WavePreview {
    let plan = &planned.plan;
    let sets = |method| plan.sign_ins.iter().filter(|one| one.method == method).map(|one| one.sets.len() as u64).sum();
    let mut refused: Vec<_> = plan.refused.iter().map(|(reason, sets)| refused_count(*reason, *sets)).collect();
    refused.sort_by_key(|one| std::cmp::Reverse(one.sets));
    let mut parts: BTreeMap<CustomerId, Vec<&WaveSignIn<()>>> = BTreeMap::new();
    for one in &plan.sign_ins {
        parts.entry(one.customer).or_default().push(one);
    }
    let mut customers: Vec<_> =
        parts.iter().filter_map(|(id, parts)| Some(customer(planned.customers.get(id)?, parts))).collect();
    customers.sort_by(|a, b| (b.sign_ins, b.sets, &a.customer.name).cmp(&(a.sign_ins, a.sets, &b.customer.name)));
    let more_customers = customers.len().saturating_sub(MOST_CUSTOMERS) as u64;
    customers.truncate(MOST_CUSTOMERS);
    WavePreview {
        numbers: plan.numbers(),
        hybrid: sets(Method::Hybrid),
        modern: sets(Method::Modern),
        refused,
        customers,
        more_customers,
    }
}

fn refused_count(reason: Reason, sets: u64) -> RefusedCount {
    RefusedCount {
        code: reason.code().to_owned(),
        text: reason.text().to_owned(),
        instead: Some(reason.instead().to_owned()).filter(|text| !text.is_empty()),
        sets,
    }
}

fn customer(customer: &Customer, parts: &[&WaveSignIn<()>]) -> WaveCustomer {
    let connected = |one: &&&WaveSignIn<()>| one.already_connected;
    let sets = |parts: &mut dyn Iterator<Item = &&WaveSignIn<()>>| parts.map(|one| one.sets.len() as u64).sum();
    let mut people: Vec<_> = parts.iter().map(|one| person(customer, one)).collect();
    people.sort_by(|a, b| (b.sets, &a.account).cmp(&(a.sets, &b.account)));
    people.truncate(MOST_PEOPLE);
    WaveCustomer {
        customer: customer_ref(customer),
        sets: sets(&mut parts.iter()),
        without_sign_in: sets(&mut parts.iter().filter(connected)),
        sign_ins: parts.iter().filter(|one| !one.already_connected).count() as u64,
        approval: parts.iter().any(|one| one.method == Method::Hybrid && one.needs_administrator),
        people,
    }
}

fn person(customer: &Customer, one: &WaveSignIn<()>) -> WavePerson {
    let administrator_for = match one.method {
        _ if one.already_connected && one.method != Method::Hybrid => Vec::new(),
        Method::Hybrid => {
            let missing = one.missing_scopes.iter().filter(|permission| permission.consent == Consent::Administrator);
            missing.map(|permission| permission.value.clone()).collect()
        }
        _ => app_permissions(&one.workloads, false).into_iter().map(|permission| permission.value).collect(),
    };
    WavePerson {
        account: one.account.clone().unwrap_or_else(|| administrator_of(customer)),
        signer: one.signer,
        method: one.method,
        sets: one.sets.len() as u64,
        already_connected: one.already_connected,
        administrator_for,
    }
}
