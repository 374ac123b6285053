//! Saves that come together: read in one moment and stored in one transaction, each judged by itself.
//!
//! A node that receives many Saves at once spends its time on statements, not on the disk; here they share them. One Save
//! alone goes the same way, in a group of one. A group that fails is carried out one by one, so that a Save never fails
//! for another's sake.

use super::{
    Opened, Received, check_embed, open_within, page::page_view, page::workloads_of, save, save_work, use_up, used,
};
use crate::{
    audit::Actor,
    seal::hash_secret,
    services::ServiceError,
    state::AppState,
    store::{
        Scoped, StoreError,
        attempts::{Attempt, AttemptState, SavedToken},
        authorizations::Authorization,
        backup_sets::BackupSet,
        customers::Customer,
        locator::{self, LocatorKind},
        organizations::Organization,
        sign_ins::{SignIn, SignInSet},
        work,
    },
    together::Together,
};
use shared::{
    api::authorizations::SignInState,
    id::{AttemptId, AuthorizationId, OrganizationId, SignInId},
    secret::Secret,
};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Groups of Saves that are read, or stored, beside each other: while one waits for the disk, the next is made ready.
const LANES: usize = 2;

type Covered = Vec<(SignInSet, Option<BackupSet>)>;
type Read = Result<Option<Receiving>, ServiceError>;
type Stored = Result<Received, ServiceError>;

/// The lines in which Saves wait for each other.
#[derive(Clone)]
pub struct Saves {
    reading: Together<Secret<String>, Read>,
    storing: Together<Submission, Stored>,
}

impl Default for Saves {
    fn default() -> Self {
        Self { reading: Together::new(LANES), storing: Together::new(LANES) }
    }
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

/// Opens an attempt's secret for its Save. `None`: the secret is a link's.
pub async fn receive(app: &AppState, secret: &str) -> Read {
    let state = app.clone();
    let read = app.saves.reading.carry_out(Secret::new(secret.to_owned()), move |secrets| {
        let state = state.clone();
        async move { receive_all(&state, secrets).await }
    });
    read.await.unwrap_or_else(|| Err(lost()))
}

/// Stores a Save; once this returns it is durable.
pub(super) async fn commit(app: &AppState, submission: Submission) -> Stored {
    let state = app.clone();
    let stored = app.saves.storing.carry_out(submission, move |submissions| {
        let state = state.clone();
        async move { commit_all(&state, submissions).await }
    });
    stored.await.unwrap_or_else(|| Err(lost()))
}

/// It came to no end, so nothing is known of it.
fn lost() -> ServiceError {
    ServiceError::Store(StoreError::Lost)
}

async fn receive_all(app: &AppState, secrets: Vec<Secret<String>>) -> Vec<Read> {
    match read_group(app, &secrets).await {
        Ok(read) => read,
        Err(error) if secrets.len() == 1 => vec![Err(error)],
        Err(_) => {
            let mut all = Vec::with_capacity(secrets.len());
            for secret in secrets {
                let read = read_group(app, &[secret]).await;
                all.push(read.and_then(|mut one| one.pop().unwrap_or(Err(ServiceError::NotFound))));
            }
            all
        }
    }
}

async fn read_group(app: &AppState, secrets: &[Secret<String>]) -> Result<Vec<Read>, ServiceError> {
    let now = app.now();
    let system = app.store.read_system().await?;
    let hashes: Vec<[u8; 32]> = secrets.iter().map(|secret| hash_secret(secret.expose())).collect();
    let kinds = [LocatorKind::ConnectLink, LocatorKind::Attempt];
    let found = locator::find_each(&system, &kinds, &hashes, now).await?;
    let mut of: BTreeMap<OrganizationId, Vec<AttemptId>> = BTreeMap::new();
    for (kind, located) in found.iter().flatten() {
        if *kind == LocatorKind::Attempt {
            of.entry(located.organization).or_default().push(AttemptId(located.id));
        }
    }
    let mut read = HashMap::new();
    if of.len() == 1
        && let Some((organization, attempts)) = of.first_key_value()
    {
        // As nearly always: all of one organization, and of one moment with the secrets.
        let tx = app.store.narrow(system, *organization).await?;
        read_attempts(&tx, attempts, &mut read).await?;
    } else {
        drop(system);
        for (organization, attempts) in &of {
            let tx = app.store.read(*organization).await?;
            read_attempts(&tx, attempts, &mut read).await?;
        }
    }
    let mut all = Vec::with_capacity(secrets.len());
    for (secret, found) in secrets.iter().zip(found) {
        all.push(match found {
            None => Err(ServiceError::NotFound),
            Some((LocatorKind::Attempt, located)) => {
                read.get(&AttemptId(located.id)).cloned().map(Some).ok_or(ServiceError::NotFound)
            }
            Some(_) => open_within(app, secret.expose()).await.map(|_| None),
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
    for (attempt, link) in tx.find_attempts_and_links(attempts).await? {
        match check_embed(tx, &link).await {
            Ok(()) => found.push((attempt, link)),
            Err(ServiceError::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    let ids: HashSet<AuthorizationId> = found.iter().map(|(attempt, _)| attempt.authorization).collect();
    let ids: Vec<AuthorizationId> = ids.into_iter().collect();
    let sign_ins: HashSet<SignInId> = found.iter().map(|(attempt, _)| attempt.sign_in).collect();
    let sign_ins: Vec<SignInId> = sign_ins.into_iter().collect();
    let authorizations = tx.find_authorizations_and_customers(&ids).await?;
    let authorizations: HashMap<_, _> = authorizations.into_iter().map(|both| (both.0.id, both)).collect();
    let organization = tx.find_organization().await?.ok_or(ServiceError::NotFound)?;
    let mut queues: HashMap<AuthorizationId, Vec<SignIn>> = HashMap::new();
    for sign_in in tx.list_sign_ins(&ids).await? {
        queues.entry(sign_in.authorization).or_default().push(sign_in);
    }
    let mut covered: HashMap<SignInId, Covered> = HashMap::new();
    for set in tx.list_covered_by(&sign_ins).await? {
        covered.entry(set.0.sign_in).or_default().push(set);
    }
    for (attempt, link) in found {
        let Some((authorization, customer)) = authorizations.get(&attempt.authorization).cloned() else { continue };
        let queue = queues.get(&authorization.id).cloned().unwrap_or_default();
        let covered = covered.get(&attempt.sign_in).cloned().unwrap_or_default();
        let opened =
            Opened { organization: tx.organization, authorization: authorization.id, link, attempt: Some(attempt.id) };
        let organization = organization.clone();
        read.insert(attempt.id, Receiving { opened, attempt, authorization, customer, organization, queue, covered });
    }
    Ok(())
}

async fn commit_all(app: &AppState, submissions: Vec<Submission>) -> Vec<Stored> {
    let mut all: Vec<Option<Stored>> = submissions.iter().map(|_| None).collect();
    for group in groups(&submissions) {
        let members: Vec<&Submission> = group.iter().filter_map(|at| submissions.get(*at)).collect();
        let stored = match commit_group(app, &members).await {
            Ok(stored) => stored,
            Err(error) if members.len() == 1 => vec![Err(error)],
            Err(_) => {
                let mut stored = Vec::with_capacity(members.len());
                for member in members {
                    let one = commit_group(app, &[member]).await;
                    stored.push(one.and_then(|mut one| one.pop().unwrap_or_else(|| Err(lost()))));
                }
                stored
            }
        };
        for (at, stored) in group.into_iter().zip(stored) {
            if let Some(place) = all.get_mut(at) {
                *place = Some(stored);
            }
        }
    }
    all.into_iter().map(|stored| stored.unwrap_or_else(|| Err(lost()))).collect()
}

/// Places of Saves that share a transaction: of one organization, and no two of one authorization, since the second must
/// see what the first did.
fn groups(submissions: &[Submission]) -> Vec<Vec<usize>> {
    let mut groups: Vec<(OrganizationId, HashSet<AuthorizationId>, Vec<usize>)> = Vec::new();
    for (at, Submission { receiving, .. }) in submissions.iter().enumerate() {
        let (organization, authorization) = (receiving.opened.organization, receiving.authorization.id);
        let fits = groups.iter_mut().find(|(of, taken, _)| *of == organization && !taken.contains(&authorization));
        match fits {
            Some((_, taken, places)) => {
                taken.insert(authorization);
                places.push(at);
            }
            None => groups.push((organization, HashSet::from([authorization]), vec![at])),
        }
    }
    groups.into_iter().map(|(_, _, places)| places).collect()
}

/// Stores Saves of one organization, each of another authorization. A refusal of one is its own; an error takes all back.
async fn commit_group(app: &AppState, members: &[&Submission]) -> Result<Vec<Stored>, ServiceError> {
    let Some(first) = members.first() else { return Ok(Vec::new()) };
    let tx = app.store.write(first.receiving.opened.organization).await?;
    let ids: Vec<AuthorizationId> = members.iter().map(|member| member.receiving.authorization.id).collect();
    let touched = tx.touch_and_find_authorizations(&ids).await?;
    let touched: HashMap<AuthorizationId, Authorization> = touched.into_iter().map(|one| (one.id, one)).collect();
    let mut stored = Vec::with_capacity(members.len());
    for member in members {
        stored.push(match touched.get(&member.receiving.authorization.id) {
            Some(authorization) => store_one(app, &tx, member, authorization).await?,
            None => Err(ServiceError::NotFound),
        });
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

/// Moves one attempt and its sign-in on. The inner result is this Save's own; with an error nothing of the transaction may
/// stay, because the attempt may have been moved already.
async fn store_one(
    app: &AppState,
    tx: &Scoped,
    member: &Submission,
    authorization: &Authorization,
) -> Result<Result<Outcome, ServiceError>, ServiceError> {
    let Submission { receiving, saved, shown } = member;
    let Receiving { opened, attempt, authorization: before, queue, covered, .. } = receiving;
    let attempt = Attempt { state: AttemptState::Saved, saved: Some(saved.clone()), ..attempt.clone() };
    if !tx.update_attempt(&attempt, AttemptState::Open).await? {
        // Another request of the same tab was quicker, or the attempt was superseded in this moment.
        let now = tx.find_attempt(attempt.id).await?;
        let same = now.and_then(|now| now.saved).is_some_and(|now| now.hash == saved.hash);
        return Ok(if same { Ok(Outcome::Again(attempt.sign_in)) } else { Err(used()) });
    }
    let (mut queue, covered) = if authorization.version == before.version + 1 {
        (queue.clone(), covered.clone())
    } else {
        // Something changed since it was read. Each change counts, so otherwise the one writer need not read again.
        (tx.list_sign_ins(&[authorization.id]).await?, tx.list_covered(attempt.sign_in).await?)
    };
    let place = queue.iter_mut().find(|one| one.id == attempt.sign_in).ok_or(ServiceError::NotFound)?;
    let from = place.state;
    if !matches!(from, SignInState::Waiting | SignInState::ClaimsNeeded | SignInState::Failed) {
        return Err(used());
    }
    let sign_in = SignIn {
        state: SignInState::Working,
        steps: save::first_steps(&workloads_of(&covered)),
        signed_in_as: Some(shown.clone()),
        problem: None,
        approval_url: None,
        ..place.clone()
    };
    if !tx.update_sign_in(&sign_in, from).await? {
        return Err(used());
    }
    use_up(app, tx, &opened.link).await?;
    place.state = sign_in.state;
    let (attempt, authorization, shown) = (attempt.id, authorization.clone(), shown.clone());
    Ok(Ok(Outcome::Fresh(Box::new(Fresh { attempt, authorization, sign_in, shown, queue, covered }))))
}
