//! Drives a set-up from the administrator's token to its end, or to where a person is needed.

use super::{
    WANTED, WANTED_FOR_CONSENT, clean_up, finish, grant,
    left_over::LeftOver,
    make::{self, Making},
    prove_all, remove,
    run::{self, Patience, Run, Stop},
    steps, wanted_purposes,
};
use crate::{
    microsoft::{
        directory::Call,
        grants::{Account, error::GrantError},
    },
    services::{help, save},
};
use shared::{
    api::{
        apps::Way,
        authorizations::{AuthorizationKind, AuthorizationState, SignInState},
        problem::HelpAction,
    },
    oauth::{
        authority::{Authority as Address, RedirectUri},
        consent::{ConsentRequest, admin_consent_url},
        opaque::State,
    },
    secret::Secret,
};

/// Carries a set-up to its end, or to where a person is needed.
pub(super) async fn carry_out(mut run: Run, token: Secret<String>) {
    let ended = drive(&mut run, &token).await;
    let left = run.is_left_over.then(|| LeftOver::of(&run, token));
    run.end(ended).await;
    if let Some(left) = left {
        left.try_again().await;
    }
}

async fn drive(run: &mut Run, sign_in_token: &Secret<String>) -> Result<(), Stop> {
    let token = exchange(run, sign_in_token).await?;
    run.show("exchanged").await?;
    run.begin_journal().await?;
    if run.authorization.kind == AuthorizationKind::Remove {
        remove::remove(run, &token).await?;
        clean_up::clean_up(run, sign_in_token, &token).await?;
        return remove::end(run).await;
    }
    let mut made = make_all(run, &token).await?;
    if run.authorization.way == Way::Consent {
        drop_owner(run, &token, &made).await?;
        clean_up::clean_up(run, sign_in_token, &token).await?;
        return Err(made.first().map_or_else(run::continue_needed, |making| consent_at_microsoft(run, making)));
    }
    drop_owner(run, &token, &made).await?;
    prove_all(run, &mut made).await?;
    finish::flip(run, made).await?;
    clean_up::clean_up(run, sign_in_token, &token).await?;
    finish::end(run, AuthorizationState::Done).await
}

/// On behalf of the administrator, for minutes: no refresh token is asked for (L4).
async fn exchange(run: &mut Run, sign_in_token: &Secret<String>) -> Result<Secret<String>, Stop> {
    let account = Account { tenant: run.customer.tenant, object: run.administrator };
    let wanted: &[&str] = if run.authorization.way == Way::Consent { &WANTED_FOR_CONSENT } else { &WANTED };
    let mut patience = Patience::default();
    loop {
        let Some(grants) = run.app.microsoft.setup.clone() else { return Err(run::continue_needed()) };
        match grants.on_behalf_of(sign_in_token, account, wanted).await {
            Ok(granted) if !granted.missing(wanted).is_empty() => {
                let missing = GrantError::ConsentMissing { ids: Box::default() };
                run.forgive_grant(&mut patience, missing).await?;
            }
            // B4: Microsoft says how the administrator signed in; without a second factor the token is dropped unused.
            Ok(granted) if granted.authentication_methods().is_some_and(|all| !all.iter().any(|one| one == "mfa")) => {
                return Err(Stop::Person(SignInState::Failed, Box::new(super::accept::mfa_missing())));
            }
            Ok(granted) => return Ok(granted.access_token),
            Err(error) => run.forgive_grant(&mut patience, error).await?,
        }
    }
}

/// Makes or repairs every app, up to its permissions.
async fn make_all(run: &mut Run, token: &Secret<String>) -> Result<Vec<Making>, Stop> {
    let tx = run.app.store.read(run.work.organization).await?;
    let workloads = save::workloads(&tx, run.sign_in.id).await?;
    let purposes = wanted_purposes(&tx, &run.authorization, &run.customer, &workloads).await?;
    drop(tx);
    let mut made = Vec::new();
    for purpose in purposes {
        let app = make::record(run, purpose, &workloads).await?;
        let certificate = make::certificate(run, &app).await?;
        run.show(&steps::code("certificate", purpose)).await?;
        let permissions = make::permissions(&app);
        let (app, _) = make::application(run, token, app, &permissions).await?;
        let app = make::principal(run, token, app).await?;
        let mut making = Making { app, certificate, permissions, older_keys: Vec::new() };
        make::register(run, token, &mut making).await?;
        if run.authorization.way != Way::Consent {
            grant::permissions(run, token, &making).await?;
        }
        made.push(making);
    }
    Ok(made)
}

/// An administrator without a directory-wide role becomes the owner of what they make; owners can use it, so: no owners.
async fn drop_owner(run: &mut Run, token: &Secret<String>, made: &[Making]) -> Result<(), Stop> {
    for making in made {
        let Some(object) = making.app.object else { continue };
        let mut patience = Patience::default();
        let owners = loop {
            match run.app.microsoft.directory.ids(token, &Call::Owners(object)).await {
                Ok(owners) => break owners,
                Err(error) => run.forgive(&mut patience, error).await?,
            }
        };
        for owner in make::makers(run).await? {
            if owners.contains(&owner.0) {
                let step = run.intend("owner", Some(format!("owner:{owner}"))).await?;
                remove::delete(run, token, &Call::RemoveOwner(object, owner)).await?;
                run.done(&step, None).await?;
            }
        }
    }
    Ok(())
}

/// The app is there; its permissions are the administrator's to grant on Microsoft's own page (D2).
pub(super) fn consent_at_microsoft(run: &Run, making: &Making) -> Stop {
    let remedy = help::own(
        "consent_at_microsoft",
        "The app is made; its permissions are granted at Microsoft",
        "Open Microsoft's own consent page, look at the permissions, and accept. Then come back: whether they are there is seen without you. No backup set has changed so far.",
        HelpAction::AskAdministrator,
    );
    match consent_url(run, making) {
        Some(url) => Stop::Consent(Box::new(remedy), url),
        None => run::continue_needed(),
    }
}

fn consent_url(run: &Run, making: &Making) -> Option<String> {
    let config = &run.app.microsoft.config;
    let authority = Address::parse(config.authority.login_origin()).ok()?;
    let redirect_uri = RedirectUri::parse(&format!("{}/connect/approved", run.app.settings.origin)).ok()?;
    let mut random = [0; 32];
    run.app.random.fill(&mut random);
    let state = State::from_random(random);
    let scope = config.authority.graph_scope(".default");
    let request = ConsentRequest {
        authority: &authority,
        tenant: run.customer.tenant,
        client_id: making.app.client_id?,
        redirect_uri: &redirect_uri,
        scopes: &[&scope],
        state: &state,
    };
    admin_consent_url(&request).ok()
}
