//! Makes a wave: one transaction, so that it is there with everything or not at all.

use super::{
    find,
    plan::{Planned, plan},
    plan_work,
    retirements::first_moment,
};
use crate::{
    audit::Actor,
    services::{ServiceError, authorizations::administrator_of, text},
    state::AppState,
    store::{
        Scope, Scoped,
        authorizations::Authorization,
        sign_ins::{SignIn, SignInSet},
        waves::{HeldState, Wave},
    },
};
use shared::{
    api::{
        authorizations::AuthorizationKind,
        waves::{CreateWave, WaveView},
    },
    id::{AuthorizationId, BackupSetId, SignInId, WaveId},
    method::Method,
    rules::wave::{WaveSignIn, retirement},
};
use uuid::Uuid;

/// The most sign-ins of one authorization: its page shows them all.
const MOST_SIGN_INS: usize = 500;

/// What is kept of a set.
struct Kept {
    id: BackupSetId,
    name: String,
    version: i64,
}

/// Makes a wave with its authorizations. No set changes by it.
pub async fn create(
    app: &AppState,
    scope: &Scope,
    actor: &Actor,
    request: &CreateWave,
) -> Result<WaveView, ServiceError> {
    let wave = wave(app, actor, request)?;
    let tx = app.store.write_many(scope).await?;
    // Of two that want the same sets the second one sees the first.
    tx.lock().await?;
    let keep =
        |set: &crate::store::backup_sets::SetRow<'_>| Kept { id: set.id, name: set.name.clone(), version: set.version };
    let planned = plan(app, &tx, &request.selection, keep).await?;
    if planned.plan.sign_ins.is_empty() {
        return Err(ServiceError::conflict(
            "nothing_to_authorize",
            "None of these sets can take part. The preview says why.",
        ));
    }
    tx.add_wave(&wave).await?;
    add_items(app, &tx, &wave, &planned).await?;
    if planned.plan.sign_ins.iter().any(|one| one.already_connected) {
        plan_work(app, &tx, &wave).await?;
    }
    let numbers = planned.plan.numbers();
    let detail = format!("sets={} sign_ins={} customers={}", numbers.sets, numbers.sign_ins, numbers.customers);
    app.audit().record(&tx, "wave.created", actor, format!("wave:{}", wave.id), detail).await?;
    tx.commit().await?;
    app.changes.work();
    find(app, scope, wave.id).await
}

fn wave(app: &AppState, actor: &Actor, request: &CreateWave) -> Result<Wave, ServiceError> {
    let name = text::name("name", &request.name, 120)?;
    if request.note.chars().count() > 2_000 {
        return Err(ServiceError::field("note", "expected at most 2,000 characters"));
    }
    let end = request.selection.retirement.as_deref().and_then(retirement);
    let deadline = request.deadline.or_else(|| first_moment(&end?.ends_on));
    if request.deadline.is_some_and(|end| end <= app.now()) {
        return Err(ServiceError::field("deadline", "expected a day that is still to come"));
    }
    if request.starts_at.zip(request.deadline).is_some_and(|(start, end)| end <= start) {
        return Err(ServiceError::field("deadline", "expected a day after the start"));
    }
    Ok(Wave {
        id: WaveId(app.new_id()),
        name,
        note: request.note.trim().to_owned(),
        aim: request.selection.aim,
        retirement: end.map(|end| end.code.clone()),
        state: HeldState::Open,
        starts_at: request.starts_at,
        deadline,
        created_at: app.now(),
        created_by: actor.name().to_owned(),
        version: 1,
    })
}

/// New ids in the order of time, whatever the clock says: items are shown and carried out in that order.
fn ids(app: &AppState, count: usize) -> impl Iterator<Item = Uuid> {
    let mut ids: Vec<_> = (0..count).map(|_| app.new_id()).collect();
    ids.sort_unstable();
    ids.into_iter()
}

async fn add_items(app: &AppState, tx: &Scoped, wave: &Wave, planned: &Planned<Kept>) -> Result<(), ServiceError> {
    let parts = &planned.plan.sign_ins;
    let together: Vec<&[WaveSignIn<Kept>]> = parts
        .chunk_by(|a, b| (a.customer, a.method) == (b.customer, b.method))
        .flat_map(|of_customer| of_customer.chunks(MOST_SIGN_INS))
        .collect();
    let mut authorizations = Vec::with_capacity(together.len());
    let mut sign_ins = Vec::with_capacity(parts.len());
    let mut covered = Vec::with_capacity(parts.iter().map(|one| one.sets.len()).sum());
    let mut sign_in_ids = ids(app, parts.len());
    for (id, together) in ids(app, together.len()).zip(together) {
        let Some(first) = together.first() else { continue };
        let authorization = authorization(AuthorizationId(id), wave, first);
        for (position, (part, id)) in (0..).zip(together.iter().zip(sign_in_ids.by_ref())) {
            let sign_in = sign_in(SignInId(id), authorization.id, position, planned, part);
            covered.extend(part.sets.iter().map(|set| SignInSet {
                sign_in: sign_in.id,
                backup_set: set.id,
                name: set.name.clone(),
                method: Method::Basic,
                version: set.version,
            }));
            sign_ins.push((sign_in, part.sets.len() as u64));
        }
        authorizations.push(authorization);
    }
    tx.add_authorizations(&authorizations).await?;
    tx.add_wave_sign_ins(wave.id, &sign_ins).await?;
    tx.add_sign_in_sets(&covered).await?;
    Ok(tx.count_new_tables(&["authorizations", "sign_ins", "sign_in_sets"]).await?)
}

fn authorization(id: AuthorizationId, wave: &Wave, part: &WaveSignIn<Kept>) -> Authorization {
    let modern = part.method == Method::Modern;
    let kind = if modern { AuthorizationKind::MigrateToModern } else { AuthorizationKind::MigrateToHybrid };
    let (made_at, made_by) = (wave.created_at, wave.created_by.clone());
    Authorization {
        wave: Some(wave.id),
        ..Authorization::begin(id, part.customer, part.method, kind, made_at, made_by)
    }
}

fn sign_in(
    id: SignInId,
    authorization: AuthorizationId,
    position: i64,
    planned: &Planned<Kept>,
    part: &WaveSignIn<Kept>,
) -> SignIn {
    let administrator = || planned.customers.get(&part.customer).map(administrator_of).unwrap_or_default();
    let account = part.account.clone().unwrap_or_else(administrator);
    SignIn::waiting(id, authorization, position, account, planned.connection(part))
}
