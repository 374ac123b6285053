//! Saves that come together are read, judged and stored in one transaction, each by itself.
//!
//! A node that receives many Saves at once spends its time on statements, not on the disk; here they share them. One Save
//! alone goes the same way, in a group of one. What is not plain, such as a Save that was received before or does not fit,
//! leaves the group and goes on alone; a group that fails is carried out one by one. So no Save waits or fails for
//! another's sake.

use super::{
    Opened, Pressed, Received, embed_stands, open, page::page_view, page::workloads_of, plain, save, save_work, use_up,
    used,
};
use crate::{
    audit::Actor,
    seal::hash_secret,
    services::ServiceError,
    state::AppState,
    store::{
        Scoped, StoreError, System,
        attempts::{Attempt, AttemptState, SavedToken},
        authorizations::Authorization,
        backup_sets::BackupSet,
        customers::Customer,
        locator::{self, Located, LocatorKind},
        organizations::Organization,
        sign_ins::{SignIn, SignInSet},
        work,
    },
    together::Together,
};
use futures::future::join_all;
use shared::{
    api::authorizations::{AuthorizationKind, SignInState},
    id::{AttemptId, AuthorizationId, OrganizationId, SignInId},
};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};
use uuid::Uuid;

/// Groups that are carried out beside each other: while one waits for the disk, the next is made ready.
const LANES: usize = 2;

type Covered = Vec<(SignInSet, Option<BackupSet>)>;
type Staged = Result<Stage, ServiceError>;
type Stored = Result<Received, ServiceError>;

/// The line in which Saves wait for each other.
#[derive(Clone)]
pub struct Saves(Together<Arc<Pressed>, Staged>);

impl Default for Saves {
    fn default() -> Self {
        Self(Together::new(LANES))
    }
}

/// How far a Save came in its group.
pub enum Stage {
    /// The secret is a link's.
    Link,
    /// It is received.
    Received(Box<(Opened, Received)>),
    /// It is not plain: [`super::save`] goes on.
    Further(Box<Receiving>),
}

/// What a Save is about, read in one moment.
#[derive(Debug, Clone)]
pub struct Receiving {
    /// What the secret opened.
    pub opened: Opened,
    pub(super) attempt: Attempt,
    pub(super) authorization: Authorization,
    pub(super) customer: Customer,
    organization: Organization,
    queue: Vec<SignIn>,
    covered: Covered,
}

/// A Save that is believed and waits to be stored.
#[derive(Debug, Clone)]
pub(super) struct Submission {
    /// What it is about.
    pub(super) receiving: Receiving,
    /// What it brought, sealed.
    pub(super) saved: SavedToken,
    /// Who signed in, for display.
    pub(super) shown: String,
}

/// Opens the secret of a Save, and receives it if it is plain; then it is durable once this returns.
pub async fn receive(app: &AppState, pressed: Arc<Pressed>) -> Staged {
    let (state, store) = (app.clone(), app.store.clone());
    let turn = move || {
        let store = store.clone();
        async move { store.write_system().await }
    };
    let staged = app.saves.0.carry_out(pressed, turn, move |turn, all| {
        let state = state.clone();
        async move { receive_all(&state, turn, all).await }
    });
    staged.await.unwrap_or_else(|| Err(lost()))
}

/// Stores a Save that went on alone; once this returns it is durable.
pub(super) async fn commit(app: &AppState, submission: Submission) -> Stored {
    let tx = app.store.write(submission.receiving.opened.organization).await?;
    let mut stored = store_all(app, tx, &[&submission], false).await?;
    stored.pop().unwrap_or_else(|| Err(lost()))
}

/// It came to no end, so nothing is known of it.
fn lost() -> ServiceError {
    ServiceError::Store(StoreError::Lost)
}

/// `turn`: the transaction that they are stored in.
async fn receive_all(app: &AppState, turn: Result<System, StoreError>, pressed: Vec<Arc<Pressed>>) -> Vec<Staged> {
    if let Ok(turn) = turn
        && let Ok(staged) = receive_group(app, turn, &pressed).await
    {
        return staged;
    }
    let mut all = Vec::with_capacity(pressed.len());
    for one in pressed {
        let staged = match app.store.write_system().await {
            Ok(turn) => receive_group(app, turn, &[one]).await,
            Err(error) => Err(error.into()),
        };
        all.push(staged.and_then(|mut staged| staged.pop().unwrap_or_else(|| Err(lost()))));
    }
    all
}

/// One transaction for all. An error takes everything back; a refusal is one Save's own.
async fn receive_group(app: &AppState, system: System, pressed: &[Arc<Pressed>]) -> Result<Vec<Staged>, ServiceError> {
    let hashes: Vec<[u8; 32]> = pressed.iter().map(|one| hash_secret(one.secret.expose())).collect();
    let kinds = [LocatorKind::ConnectLink, LocatorKind::Attempt];
    let found = locator::find_each(&system, &kinds, &hashes, app.now()).await?;
    let attempts: Vec<Located> = found.iter().flatten().filter_map(attempt_of).collect();
    let Some(organization) = attempts.first().map(|located| located.organization) else {
        drop(system);
        return stages(app, pressed, found, &HashMap::new(), HashMap::new()).await;
    };
    if attempts.iter().any(|located| located.organization != organization) {
        drop(system);
        return Ok(receive_apart(app, pressed, &found).await);
    }
    let tx = app.store.narrow(system, organization).await?;
    let ids: Vec<AttemptId> = attempts.iter().map(|located| AttemptId(located.id)).collect();
    let mut read = HashMap::new();
    read_attempts(&tx, &ids, &mut read).await?;
    let (mut places, mut members, mut taken) = (Vec::new(), Vec::new(), HashSet::new());
    for (at, (one, found)) in pressed.iter().zip(&found).enumerate() {
        let receiving = found.as_ref().and_then(attempt_of).and_then(|located| read.get(&AttemptId(located.id)));
        // Of two Saves of one authorization, the second must see what the first did: it goes on alone.
        let receiving = receiving.filter(|receiving| !taken.contains(&receiving.authorization.id));
        if let Some(submission) = receiving.and_then(|receiving| plain(app, receiving, one)) {
            taken.insert(submission.receiving.authorization.id);
            places.push(at);
            members.push(submission);
        }
    }
    let stored = if members.is_empty() {
        // What was read may be the work of a group that is not lasting yet.
        tx.leave().await?;
        Vec::new()
    } else {
        store_all(app, tx, &members.iter().collect::<Vec<_>>(), true).await?
    };
    let stored = places.into_iter().zip(stored.into_iter().zip(members));
    let stored = stored.map(|(at, (stored, member))| {
        (at, stored.map(|received| Stage::Received(Box::new((member.receiving.opened, received)))))
    });
    stages(app, pressed, found, &read, stored.collect()).await
}

/// Saves of several organizations: those of each by themselves, so that no transaction is of two.
async fn receive_apart(
    app: &AppState,
    pressed: &[Arc<Pressed>],
    found: &[Option<(LocatorKind, Located)>],
) -> Vec<Staged> {
    let mut parts: HashMap<Option<OrganizationId>, Vec<usize>> = HashMap::new();
    for (at, found) in found.iter().enumerate() {
        parts.entry(found.map(|(_, located)| located.organization)).or_default().push(at);
    }
    let parts = parts.into_values().map(|places| async move {
        let part = places.iter().filter_map(|at| pressed.get(*at)).cloned().collect();
        let staged = Box::pin(receive_all(app, app.store.write_system().await, part)).await;
        places.into_iter().zip(staged).collect::<Vec<_>>()
    });
    let mut all: Vec<(usize, Staged)> = join_all(parts).await.into_iter().flatten().collect();
    all.sort_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, staged)| staged).collect()
}

fn attempt_of((kind, located): &(LocatorKind, Located)) -> Option<Located> {
    (*kind == LocatorKind::Attempt).then_some(*located)
}

/// How far each came: as `stored` says, by its place, or as far as what was read.
async fn stages(
    app: &AppState,
    pressed: &[Arc<Pressed>],
    found: Vec<Option<(LocatorKind, Located)>>,
    read: &HashMap<AttemptId, Receiving>,
    mut stored: HashMap<usize, Staged>,
) -> Result<Vec<Staged>, ServiceError> {
    let mut all = Vec::with_capacity(pressed.len());
    for (at, (one, found)) in pressed.iter().zip(found).enumerate() {
        all.push(match (stored.remove(&at), found) {
            (Some(stored), _) => stored,
            (None, None) => Err(ServiceError::NotFound),
            (None, Some((LocatorKind::Attempt, located))) => {
                let receiving = read.get(&AttemptId(located.id)).cloned().map(Box::new);
                receiving.map(Stage::Further).ok_or(ServiceError::NotFound)
            }
            (None, Some(_)) => open(app, one.secret.expose()).await.map(|_| Stage::Link),
        });
    }
    Ok(all)
}

/// Reads what these attempts are about. Those that are not there, or whose link was revoked or ended, are left out.
async fn read_attempts(
    tx: &Scoped,
    attempts: &[AttemptId],
    read: &mut HashMap<AttemptId, Receiving>,
) -> Result<(), ServiceError> {
    let mut found = Vec::new();
    for one in tx.find_attempts_in_full(attempts).await? {
        if embed_stands(tx, &one.1).await? {
            found.push(one);
        }
    }
    let ids: HashSet<AuthorizationId> = found.iter().map(|(attempt, ..)| attempt.authorization).collect();
    let ids: Vec<AuthorizationId> = ids.into_iter().collect();
    let sign_ins: HashSet<SignInId> = found.iter().map(|(attempt, ..)| attempt.sign_in).collect();
    let sign_ins: Vec<SignInId> = sign_ins.into_iter().collect();
    let organization = tx.find_organization().await?.ok_or(ServiceError::NotFound)?;
    let mut queues: HashMap<AuthorizationId, Vec<SignIn>> = HashMap::new();
    for sign_in in tx.list_sign_ins(&ids).await? {
        queues.entry(sign_in.authorization).or_default().push(sign_in);
    }
    let mut covered: HashMap<SignInId, Covered> = HashMap::new();
    for set in tx.list_covered_by(&sign_ins).await? {
        covered.entry(set.0.sign_in).or_default().push(set);
    }
    for (attempt, link, authorization, customer) in found {
        let queue = queues.get(&authorization.id).cloned().unwrap_or_default();
        let covered = covered.get(&attempt.sign_in).cloned().unwrap_or_default();
        let opened =
            Opened { organization: tx.organization, authorization: authorization.id, link, attempt: Some(attempt.id) };
        let organization = organization.clone();
        read.insert(attempt.id, Receiving { opened, attempt, authorization, customer, organization, queue, covered });
    }
    Ok(())
}

/// Stores Saves of one organization, each of another authorization. A refusal of one is its own; an error takes all back.
/// `read_here`: what they are about was read in the same transaction.
async fn store_all(
    app: &AppState,
    tx: Scoped,
    members: &[&Submission],
    read_here: bool,
) -> Result<Vec<Stored>, ServiceError> {
    // Read in this transaction, and nobody else writes: what was read is so still.
    let known = read_here && tx.writes_alone();
    let touched = touch_all(&tx, members, known).await?;
    // Whoever takes a link back touches the authorization too: what is read now is so until the end.
    let links: Vec<Uuid> = members.iter().map(|member| member.receiving.opened.link.id).collect();
    let standing = if known { None } else { Some(tx.list_standing_links(&links).await?) };
    let stands =
        |member: &Submission| standing.as_ref().is_none_or(|all| all.contains(&member.receiving.opened.link.id));
    if !members.iter().any(|member| stands(member)) {
        return Ok(members.iter().map(|_| Err(ServiceError::NotFound)).collect());
    }
    let mut stored = Vec::with_capacity(members.len());
    let attempts: Vec<Attempt> =
        members.iter().filter(|member| stands(member)).map(|member| member.attempt()).collect();
    let saved = save_all(&tx, &attempts, known).await?;
    for member in members {
        let Receiving { attempt, authorization, .. } = &member.receiving;
        stored.push(match touched.get(&authorization.id) {
            _ if !stands(member) => Err(ServiceError::NotFound),
            Some(authorization) if saved.contains(&attempt.id) => Ok(move_on(&tx, member, authorization).await?),
            Some(_) => overtaken(&tx, member).await?,
            None if saved.contains(&attempt.id) => return Err(ServiceError::NotFound),
            None => Err(ServiceError::NotFound),
        });
    }
    let working: Vec<SignIn> =
        stored.iter().flatten().filter_map(Outcome::fresh).map(|one| one.sign_in.clone()).collect();
    if tx.update_sign_ins(&working, &FROM).await? != working.len() as u64 {
        return Err(used());
    }
    for member in members.iter().filter(|member| saved.contains(&member.receiving.attempt.id)) {
        use_up(app, &tx, &member.receiving.opened.link).await?;
    }
    let fresh: Vec<&Fresh> = stored.iter().flatten().filter_map(Outcome::fresh).collect();
    if fresh.is_empty() {
        // What was saved before is told only once it is lasting.
        tx.leave().await?;
    } else {
        let work: Vec<_> = fresh.iter().map(|one| save_work(app, tx.organization, one.attempt)).collect();
        work::add_each(&tx, &work).await?;
        let events: Vec<_> = fresh
            .iter()
            .map(|one| (Actor::Holder(one.sign_in.id, one.shown.clone()), format!("sign_in:{}", one.sign_in.id)))
            .collect();
        app.audit().record_each(&tx, "sign_in.saved", &events).await?;
        tx.commit().await?;
        app.changes.work();
        for one in fresh {
            app.changes.authorization(one.authorization.id);
        }
    }
    let answers = stored.into_iter().zip(members).map(|(outcome, member)| Ok(outcome?.answer(app, member)));
    Ok(answers.collect())
}

/// Counts a change of each authorization and gives them as they are now.
async fn touch_all(
    tx: &Scoped,
    members: &[&Submission],
    known: bool,
) -> Result<HashMap<AuthorizationId, Authorization>, ServiceError> {
    let all: Vec<&Authorization> = members.iter().map(|member| &member.receiving.authorization).collect();
    let ids: Vec<AuthorizationId> = all.iter().map(|one| one.id).collect();
    let touched = if known {
        if tx.touch_authorizations(&ids).await? != ids.len() as u64 {
            return Err(ServiceError::NotFound);
        }
        all.into_iter().map(|one| Authorization { version: one.version + 1, ..one.clone() }).collect()
    } else {
        tx.touch_and_find_authorizations(&ids).await?
    };
    Ok(touched.into_iter().map(|one| (one.id, one)).collect())
}

/// Saves the attempts that are open and gives their ids.
async fn save_all(tx: &Scoped, attempts: &[Attempt], known: bool) -> Result<HashSet<AttemptId>, ServiceError> {
    if !known {
        return Ok(tx.save_open_attempts(attempts).await?);
    }
    if tx.count_saved_attempts(attempts).await? != attempts.len() as u64 {
        return Err(used());
    }
    Ok(attempts.iter().map(|attempt| attempt.id).collect())
}

/// What became of one Save in the transaction.
enum Outcome {
    /// It had been received before, by another request of the same tab.
    Again(SignInId),
    /// It is received now.
    Fresh(Box<Fresh>),
}

/// A Save that is received now.
struct Fresh {
    attempt: AttemptId,
    authorization: Authorization,
    sign_in: SignIn,
    shown: String,
    queue: Vec<SignIn>,
    covered: Covered,
}

impl Outcome {
    fn fresh(&self) -> Option<&Fresh> {
        match self {
            Self::Again(_) => None,
            Self::Fresh(fresh) => Some(fresh),
        }
    }

    fn answer(self, app: &AppState, member: &Submission) -> Received {
        match self {
            Self::Again(sign_in) => Received { sign_in, view: None },
            Self::Fresh(fresh) => {
                let Fresh { authorization, sign_in, queue, covered, .. } = *fresh;
                let Receiving { opened, customer, organization, .. } = &member.receiving;
                let (customer, organization) = (customer.clone(), organization.clone());
                let id = sign_in.id;
                let view =
                    page_view(app, opened, &authorization, customer, organization, queue, sign_in, covered, Vec::new());
                Received { sign_in: id, view: Some(view) }
            }
        }
    }
}

/// The states of a sign-in that a Save moves on.
const FROM: [SignInState; 3] = [SignInState::Waiting, SignInState::ClaimsNeeded, SignInState::Failed];

impl Submission {
    /// The attempt as this Save leaves it.
    fn attempt(&self) -> Attempt {
        let (state, saved) = (AttemptState::Saved, Some(self.saved.clone()));
        Attempt { state, saved, ..self.receiving.attempt.clone() }
    }
}

/// Another request of the same tab was quicker, or the attempt was superseded in this moment.
async fn overtaken(tx: &Scoped, member: &Submission) -> Result<Result<Outcome, ServiceError>, ServiceError> {
    let attempt = &member.receiving.attempt;
    let now = tx.find_attempt(attempt.id).await?;
    let same = now.and_then(|now| now.saved).is_some_and(|now| now.hash == member.saved.hash);
    Ok(if same { Ok(Outcome::Again(attempt.sign_in)) } else { Err(used()) })
}

/// What becomes of the sign-in, now that its attempt is saved. With an error nothing of the transaction may stay.
async fn move_on(tx: &Scoped, member: &Submission, authorization: &Authorization) -> Result<Outcome, ServiceError> {
    let Submission { receiving, shown, .. } = member;
    let Receiving { attempt, authorization: before, queue, covered, .. } = receiving;
    let (mut queue, covered) = if authorization.version == before.version + 1 {
        (queue.clone(), covered.clone())
    } else {
        // Something changed since it was read. Each change counts, so otherwise the one writer need not read again.
        (tx.list_sign_ins(&[authorization.id]).await?, tx.list_covered(attempt.sign_in).await?)
    };
    let place = queue.iter_mut().find(|one| one.id == attempt.sign_in).ok_or(ServiceError::NotFound)?;
    if !FROM.contains(&place.state) {
        return Err(used());
    }
    let sign_in = SignIn {
        state: SignInState::Working,
        steps: match authorization.kind {
            AuthorizationKind::Remove => save::removal_steps(),
            _ => save::first_steps(&workloads_of(&covered)),
        },
        signed_in_as: Some(shown.clone()),
        problem: None,
        approval_url: None,
        ..place.clone()
    };
    place.state = sign_in.state;
    let (attempt, authorization, shown) = (attempt.id, authorization.clone(), shown.clone());
    Ok(Outcome::Fresh(Box::new(Fresh { attempt, authorization, sign_in, shown, queue, covered })))
}
