//! Waves and their items as they are shown: attention first.

use super::ServiceError;
use crate::{
    services::{backup_sets::customer_ref, cursor},
    state::AppState,
    store::{
        Scope, Scoped,
        authorizations::Authorization,
        customers::Customer,
        waves::{HeldState, Item, StateCount, Wave},
    },
};
use shared::{
    api::{
        authorizations::{SignInState, StepState},
        page::Page,
        waves::{RetirementRef, WaveCounts, WaveItem, WaveItemState, WaveState, WaveView},
    },
    id::{AuthorizationId, CustomerId, SignInId, WaveId},
    rules::wave::retirement,
    time::Timestamp,
};
use std::collections::{HashMap, HashSet};

/// Which items.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Show {
    /// All.
    #[default]
    All,
    /// Failed, or waiting for an approval, a consent or more proof.
    Attention,
    /// Being carried out.
    Moving,
    /// Nobody has signed in.
    Waiting,
    /// Done, or called off.
    Over,
}

impl Show {
    /// Reads the word of a query.
    pub fn parse(text: Option<&str>) -> Result<Self, ServiceError> {
        Ok(match text {
            None => Self::All,
            Some("attention") => Self::Attention,
            Some("moving") => Self::Moving,
            Some("waiting") => Self::Waiting,
            Some("over") => Self::Over,
            Some(_) => {
                return Err(ServiceError::field("show", "expected attention, moving, waiting or over"));
            }
        })
    }

    /// The states, in the order in which they are shown.
    const fn states(self) -> &'static [SignInState] {
        use SignInState::{ApprovalNeeded, Cancelled, ClaimsNeeded, ConsentNeeded, Done, Failed, Waiting, Working};
        match self {
            Self::All => &[Failed, ApprovalNeeded, ConsentNeeded, ClaimsNeeded, Working, Waiting, Done, Cancelled],
            Self::Attention => &[Failed, ApprovalNeeded, ConsentNeeded, ClaimsNeeded],
            Self::Moving => &[Working],
            Self::Waiting => &[Waiting],
            Self::Over => &[Done, Cancelled],
        }
    }
}

/// One wave.
pub async fn find(app: &AppState, scope: &Scope, id: WaveId) -> Result<WaveView, ServiceError> {
    let tx = app.store.read(scope).await?;
    let wave = tx.find_wave(id).await?.ok_or(ServiceError::NotFound)?;
    view(app, &tx, wave).await
}

/// One page of waves, newest first.
pub async fn list(
    app: &AppState,
    scope: &Scope,
    before: Option<&str>,
    limit: u64,
) -> Result<Page<WaveView>, ServiceError> {
    let before: Option<WaveId> = cursor::read(before)?;
    let tx = app.store.read(scope).await?;
    let mut found = tx.list_waves(before, limit + 1).await?;
    let more = found.len() as u64 > limit;
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = found.last().filter(|_| more).and_then(|last| cursor::write(&last.id));
    let mut items = Vec::with_capacity(found.len());
    for wave in found {
        items.push(view(app, &tx, wave).await?);
    }
    Ok(Page { items, next })
}

async fn view(app: &AppState, tx: &Scoped, wave: Wave) -> Result<WaveView, ServiceError> {
    let mut counts = counts(&tx.count_wave_items(wave.id, app.now()).await?);
    counts.customers = tx.count_wave_customers(wave.id).await?;
    let version = tx.find_wave_version(wave.id).await?.unwrap_or(wave.version);
    let named = wave.retirement.as_deref().and_then(retirement);
    let reference = |end: &shared::rules::manifest::RetirementNotice| RetirementRef {
        code: end.code.clone(),
        what: end.what.clone(),
        ends_on: end.ends_on.clone(),
    };
    Ok(WaveView {
        id: wave.id,
        state: state(&wave, counts, app.now()),
        name: wave.name,
        note: wave.note,
        aim: wave.aim,
        retirement: named.map(reference),
        starts_at: wave.starts_at,
        deadline: wave.deadline,
        created_at: wave.created_at,
        created_by: wave.created_by,
        counts,
        version,
    })
}

fn state(wave: &Wave, counts: WaveCounts, now: Timestamp) -> WaveState {
    match wave.state {
        HeldState::Cancelled => WaveState::Cancelled,
        _ if counts.left() == 0 => WaveState::Done,
        HeldState::Paused => WaveState::Paused,
        HeldState::Open if wave.may_begin(now) => WaveState::Open,
        HeldState::Open => WaveState::Planned,
    }
}

fn counts(rows: &[StateCount]) -> WaveCounts {
    let mut counts = WaveCounts::default();
    for row in rows {
        counts.items += row.items;
        counts.sets += row.sets;
        let place = match row.state {
            SignInState::Failed => &mut counts.failed,
            SignInState::ApprovalNeeded | SignInState::ConsentNeeded | SignInState::ClaimsNeeded => {
                &mut counts.needs_somebody
            }
            SignInState::Working => &mut counts.in_progress,
            SignInState::Waiting if row.connected => &mut counts.queued,
            SignInState::Waiting if row.linked => &mut counts.link_sent,
            SignInState::Waiting => &mut counts.waiting_for_link,
            SignInState::Done => {
                counts.sets_done += row.sets;
                &mut counts.done
            }
            SignInState::Cancelled => &mut counts.cancelled,
        };
        *place += row.items;
    }
    counts
}

/// One page of a wave's items, attention first.
pub async fn items(
    app: &AppState,
    scope: &Scope,
    id: WaveId,
    show: Show,
    after: Option<&str>,
    limit: u64,
) -> Result<Page<WaveItem>, ServiceError> {
    let after: Option<(usize, SignInId)> = cursor::read(after)?;
    let tx = app.store.read(scope).await?;
    let wave = tx.find_wave(id).await?.ok_or(ServiceError::NotFound)?;
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut found: Vec<(usize, Item)> = Vec::new();
    for (place, state) in show.states().iter().enumerate() {
        let from = match after {
            Some((at, _)) if place < at => continue,
            Some((at, last)) if place == at => Some(last),
            _ => None,
        };
        let wanted = limit + 1 - found.len() as u64;
        let rows = tx.list_wave_items(id, *state, from, wanted).await?;
        found.extend(rows.into_iter().map(|item| (place, item)));
        if found.len() > most {
            break;
        }
    }
    let more = found.len() > most;
    found.truncate(most);
    let next = found.last().filter(|_| more).and_then(|(place, last)| cursor::write(&(*place, last.sign_in.id)));
    let items = found.into_iter().map(|(_, item)| item).collect();
    Ok(Page { items: item_views(app, &tx, &wave, items).await?, next })
}

async fn item_views(app: &AppState, tx: &Scoped, wave: &Wave, items: Vec<Item>) -> Result<Vec<WaveItem>, ServiceError> {
    let mut ids: Vec<AuthorizationId> = items.iter().map(|item| item.sign_in.authorization).collect();
    ids.dedup();
    let found = tx.find_authorizations(&ids).await?;
    let customers: Vec<CustomerId> = found.iter().map(|one| one.customer).collect();
    let customers: HashMap<_, _> = tx.find_customers(&customers).await?.into_iter().map(|one| (one.id, one)).collect();
    let found: HashMap<_, _> = found.into_iter().map(|one| (one.id, one)).collect();
    let sign_ins: Vec<SignInId> = items.iter().map(|item| item.sign_in.id).collect();
    let linked = tx.find_linked(wave.id, &sign_ins, app.now()).await?;
    let held = !wave.may_begin(app.now());
    Ok(items
        .into_iter()
        .filter_map(|item| {
            let authorization = found.get(&item.sign_in.authorization)?;
            Some(item_view(item, authorization, customers.get(&authorization.customer)?, &linked, held))
        })
        .collect())
}

fn item_view(
    item: Item,
    authorization: &Authorization,
    customer: &Customer,
    linked: &HashSet<SignInId>,
    held: bool,
) -> WaveItem {
    let Item { sign_in, sets } = item;
    let state = match sign_in.state {
        SignInState::Failed => WaveItemState::Failed,
        SignInState::ApprovalNeeded | SignInState::ConsentNeeded | SignInState::ClaimsNeeded => {
            WaveItemState::NeedsSomebody
        }
        SignInState::Working => WaveItemState::InProgress,
        SignInState::Waiting if held => WaveItemState::Paused,
        SignInState::Waiting if sign_in.connection.is_some() => WaveItemState::Queued,
        SignInState::Waiting if linked.contains(&sign_in.id) => WaveItemState::LinkSent,
        SignInState::Waiting => WaveItemState::WaitingForLink,
        SignInState::Done => WaveItemState::Done,
        SignInState::Cancelled => WaveItemState::Cancelled,
    };
    let steps = &sign_in.steps;
    let in_hand = steps.iter().find(|step| matches!(step.state, StepState::Active | StepState::Slow));
    WaveItem {
        id: sign_in.id,
        authorization: authorization.id,
        customer: customer_ref(customer),
        method: authorization.method,
        sets,
        state,
        step: in_hand.map(|step| step.title.clone()),
        steps_done: steps.iter().filter(|step| step.state == StepState::Done).count() as u64,
        steps: steps.len() as u64,
        account: sign_in.account,
        problem: sign_in.problem,
        done_at: sign_in.done_at,
    }
}
