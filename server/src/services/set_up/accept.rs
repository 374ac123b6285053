//! Receives an administrator's Save, or says why it cannot be this one (C5, M-6, M-12).

use super::{
    claim, drive,
    proof::Proving,
    run::{LONGEST, Run},
    steps, wanted_purposes,
};
use crate::{
    audit::Actor,
    microsoft::verify::{VerifiedAccess, VerifiedIdentity},
    services::{
        ServiceError,
        backup_sets::facts,
        connect::{self, Opened},
        help, save, sessions,
    },
    state::AppState,
    store::{
        Scoped, StoreError,
        attempts::{Attempt, AttemptState, SavedToken},
        authorizations::Authorization,
        backup_sets::BackupSet,
        customers::Customer,
        sign_ins::SignIn,
    },
};
use shared::{
    api::{
        apps::Way,
        authorizations::{AuthorizationKind, SignInState, StepView},
        connect::Save,
        problem::{Help, HelpAction},
    },
    method::Method,
    rules::{
        suitability::suitability,
        who::{self, RoleVerdict},
    },
    secret::Secret,
};

/// Receives an administrator's Save: believed only if everything fits, then carried out by this node alone.
pub async fn save(app: &AppState, opened: &Opened, request: &Save, saving: Saving) -> Result<(), ServiceError> {
    let Saving { attempt, authorization, customer, access, identity, hash } = saving;
    let role = role_word(&access, &identity);
    if let Some((code, problem)) = refused(app, opened, &authorization, &attempt, &access, &identity).await? {
        let detail = problem.text.clone();
        connect::note_problem(app, opened.organization, attempt.sign_in, problem).await?;
        return Err(ServiceError::Forbidden { code, detail });
    }
    let saved =
        SavedToken { hash, tenant: access.tenant, object: access.object, token: None, expires_at: access.expires_at };
    let attempt = Attempt { state: AttemptState::Saved, saved: Some(saved), ..attempt };
    let tx = app.store.write(opened.organization).await?;
    tx.touch_authorization(attempt.authorization).await?;
    connect::check_standing(&tx, &opened.link).await?;
    if !tx.update_attempt(&attempt, AttemptState::Open).await? {
        let now = tx.find_attempt(attempt.id).await?;
        let same = now.and_then(|now| now.saved).is_some_and(|saved| saved.hash == hash);
        tx.leave().await?;
        return if same { Ok(()) } else { Err(connect::used()) };
    }
    let sign_in = tx.find_sign_in(attempt.sign_in).await?.ok_or(ServiceError::NotFound)?;
    let from = sign_in.state;
    if !matches!(from, SignInState::Waiting | SignInState::ClaimsNeeded | SignInState::Failed) {
        return Err(connect::used());
    }
    let (name, username) = sessions::names_of(&identity);
    let shown = if username.is_empty() { name } else { username };
    let sign_in = SignIn {
        state: SignInState::Working,
        steps: first_steps(&tx, &authorization, &customer, &sign_in).await?,
        signed_in_as: Some(shown.clone()),
        problem: None,
        approval_url: None,
        ..sign_in
    };
    tx.update_sign_in(&sign_in, from).await?;
    connect::use_up(app, &tx, &opened.link).await?;
    let work = claim(app, &tx, attempt.id).await?;
    let actor = Actor::Holder(sign_in.id, shown);
    app.audit().record(&tx, "sign_in.saved", &actor, format!("sign_in:{}", sign_in.id), role.clone()).await?;
    tx.commit().await?;
    app.changes.authorization(sign_in.authorization);
    let until = app.now().plus(LONGEST).min(access.expires_at);
    let proving = Proving { attempt, sign_in, authorization, customer };
    let run = Run::new(app.clone(), work, proving, access.object, until).carried_by(role);
    let token = Secret::new(request.access_token.clone());
    tokio::spawn(drive::carry_out(run, token));
    Ok(())
}

/// A Save that was believed.
pub struct Saving {
    /// The attempt.
    pub attempt: Attempt,
    /// Its authorization.
    pub authorization: Authorization,
    /// Whose tenant.
    pub customer: Customer,
    /// What the access token says.
    pub access: VerifiedAccess,
    /// What the ID token says.
    pub identity: VerifiedIdentity,
    /// The hash of the access token.
    pub hash: [u8; 32],
}

/// Which roles carried it, for the audit log (J1): `role=global_administrator`.
fn role_word(access: &VerifiedAccess, identity: &VerifiedIdentity) -> String {
    let roles = who::carried_by(access.wids.as_deref().or(identity.wids.as_deref()));
    let words: Vec<_> = roles.into_iter().map(who::Role::as_str).collect();
    format!("role={}", if words.is_empty() { "unknown".to_owned() } else { words.join(",") })
}

/// Why this sign-in cannot do it, told before anything happens (C5, M-6, M-12).
async fn refused(
    app: &AppState,
    opened: &Opened,
    authorization: &Authorization,
    attempt: &Attempt,
    access: &VerifiedAccess,
    identity: &VerifiedIdentity,
) -> Result<Option<(&'static str, Help)>, ServiceError> {
    let wids = access.wids.as_deref().or(identity.wids.as_deref());
    if let RoleVerdict::Missing { has, needs_one_of } = who::weigh(Method::Modern, wids) {
        return Ok(Some(("role_missing", role_missing(&has, &needs_one_of))));
    }
    if authorization.kind != AuthorizationKind::MigrateToModern {
        return Ok(None);
    }
    let tx = app.store.read(opened.organization).await?;
    let ids: Vec<_> = tx.list_sign_in_sets(&[attempt.sign_in]).await?.into_iter().map(|set| set.backup_set).collect();
    let sets = tx.find_backup_sets(&ids).await?;
    let suits = |set: &BackupSet| {
        set.method == Method::Modern || suitability(&facts(set), &app.settings.rules).modern.is_possible()
    };
    if sets.iter().any(suits) {
        return Ok(None);
    }
    Ok(Some((
        "not_suitable",
        help::own(
            "not_suitable",
            "These sets cannot become modern",
            "They changed since they were chosen: none of them suits modern now, for example because it holds Personal Sites, which Microsoft does not open to app-only access. Nothing was stored. Hybrid keeps them running, or the set is split.",
            HelpAction::ContactSupport,
        ),
    )))
}

fn role_missing(has: &[who::Role], needs: &[who::Role]) -> Help {
    let names =
        |roles: &[who::Role], between: &str| roles.iter().map(|role| role.name()).collect::<Vec<_>>().join(between);
    let has = if has.is_empty() { "no role that is enough for it".to_owned() } else { names(has, " and ") };
    help::own(
        "role_missing",
        "This needs an administrator of the tenant",
        &format!(
            "You signed in correctly, but your account has {has}. It needs one of: {}. Roles that must be switched on first (PIM) count only when they are on before the sign-in. Nothing was stored. Pass the link on to the right person.",
            names(needs, ", ")
        ),
        HelpAction::AskAdministrator,
    )
}

pub(super) fn mfa_missing() -> Help {
    help::own(
        "mfa_missing",
        "Sign in with a second factor",
        "This gives an app access to a whole tenant, so only a sign-in with a second factor is taken. Nothing was stored. Sign in again and confirm with your second factor.",
        HelpAction::SignInAgain,
    )
}

async fn first_steps(
    tx: &Scoped,
    authorization: &Authorization,
    customer: &Customer,
    sign_in: &SignIn,
) -> Result<Vec<StepView>, StoreError> {
    if authorization.kind == AuthorizationKind::Remove {
        let apps = tx.list_apps(Some(customer.id)).await?;
        let there: Vec<_> = apps.iter().filter(|app| app.removed_at.is_none()).map(|app| app.purpose).collect();
        return Ok(steps::remove(&there));
    }
    let workloads = save::workloads(tx, sign_in.id).await?;
    let purposes = wanted_purposes(tx, authorization, customer, &workloads).await?;
    Ok(steps::set_up(&purposes, &workloads, authorization.way == Way::Consent))
}
