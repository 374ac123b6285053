//! Rekey's own access for a set-up that could not be removed from the tenant (D8): tried again while the administrator's token
//! is good, on the node that holds it; afterwards members are told, since only an administrator can finish it.

use super::{WANTED_FOR_CONSENT, clean_up::NOT_IN_TENANT, run::Run, run::is_account_trouble};
use crate::{
    audit::Actor,
    microsoft::{
        directory::Call,
        grants::{Account, error::GrantError},
        graph::GraphError,
    },
    services::{
        ServiceError,
        notices::{self, NewNotice},
    },
    state::AppState,
    store::{
        Scoped,
        work::{self, NewWork, Work, WorkKind},
    },
};
use shared::{
    api::{authorizations::StepState, notices::NoticeKind},
    id::{AuthorizationId, CustomerId, OrganizationId, SignInId},
    secret::Secret,
    time::Timestamp,
};
use std::time::Duration;

/// The longest wait between two tries.
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// Has members told at the end of the administrator's token, unless it is settled before. The row outlives this node.
pub async fn plan(app: &AppState, tx: &Scoped, customer: CustomerId, until: Timestamp) -> Result<(), ServiceError> {
    let (kind, organization, subject) = (WorkKind::CleanUp, tx.organization, customer.0);
    let due = until.0.saturating_mul(1000);
    Ok(work::add(tx, NewWork { id: app.new_id(), kind, organization, subject, due }).await?)
}

/// It is proved that nothing is left in this customer's tenant.
pub async fn settle(app: &AppState, tx: &Scoped, customer: CustomerId) -> Result<(), ServiceError> {
    work::remove(tx, WorkKind::CleanUp, customer.0).await?;
    notices::resolve(app, tx, NoticeKind::CleanUpPending, customer.0).await?;
    Ok(())
}

/// The time is over, and it is not settled.
pub async fn run(app: &AppState, work: Work) -> Result<(), ServiceError> {
    let tx = app.store.write(work.organization).await?;
    if work::finish(&tx, &work).await? {
        say(app, &tx, CustomerId(work.subject)).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Tells the members what is left, where, and how an administrator finishes it.
pub async fn say(app: &AppState, tx: &Scoped, customer: CustomerId) -> Result<(), ServiceError> {
    let (Some(pair), Some(of)) = (&app.microsoft.config.setup, tx.find_customer(customer).await?) else {
        return Ok(());
    };
    let title = format!("Access for the set-up is still in the tenant of {}", of.name);
    let text = format!(
        "Microsoft did not confirm that it is gone from tenant {}. Nobody here can use it without an administrator who signs in. \
         An administrator of the tenant deletes the enterprise applications Rekey Setup Sign-in ({}) and Rekey Setup ({}) \
         in Microsoft Entra, or signs in once more for Update configuration, which removes them at its end.",
        of.tenant, pair.page, pair.api.client_id
    );
    let (kind, subject) = (NoticeKind::CleanUpPending, customer.0);
    notices::raise(app, tx, NewNotice { kind, customer: Some(customer), subject, stage: 0, title, text }).await?;
    Ok(())
}

/// What is left, and the token that can still remove it: in the memory of this node, and for minutes.
pub struct LeftOver {
    app: AppState,
    organization: OrganizationId,
    customer: CustomerId,
    authorization: AuthorizationId,
    sign_in: SignInId,
    account: Account,
    until: Timestamp,
    token: Secret<String>,
}

/// How one try ended.
enum Try {
    /// Microsoft says that the access is not in the tenant any more.
    Gone,
    /// Not yet.
    Again(Option<Duration>),
    /// This account cannot remove or prove it.
    Never,
}

impl LeftOver {
    /// What a set-up has left.
    pub fn of(run: &Run, token: Secret<String>) -> Self {
        Self {
            app: run.app.clone(),
            organization: run.work.organization,
            customer: run.customer.id,
            authorization: run.authorization.id,
            sign_in: run.sign_in.id,
            account: Account { tenant: run.customer.tenant, object: run.administrator },
            until: run.until,
            token,
        }
    }

    /// Tries again, at growing intervals, as long as the token is good.
    pub async fn try_again(self) {
        let mut wait = Duration::from_secs(1);
        loop {
            tokio::time::sleep(wait).await;
            if self.app.now() >= self.until {
                return;
            }
            match self.once().await {
                Try::Gone => break,
                Try::Never => return,
                Try::Again(asked) => wait = (wait * 2).min(LONGEST_WAIT).max(asked.unwrap_or_default()),
            }
        }
        if let Err(error) = self.settled().await {
            tracing::error!(authorization = %self.authorization, ?error, "a clean-up could not be noted");
        }
    }

    async fn once(&self) -> Try {
        let (Some(pair), Some(grants)) = (&self.app.microsoft.config.setup, &self.app.microsoft.setup) else {
            return Try::Never;
        };
        let granted = match grants.on_behalf_of(&self.token, self.account, &WANTED_FOR_CONSENT).await {
            Err(error) if error.aadsts() == Some(NOT_IN_TENANT) => return Try::Gone,
            Err(error) if is_account_trouble(&error) => return Try::Never,
            Err(GrantError::Throttled { retry_after, .. } | GrantError::Unavailable { retry_after, .. }) => {
                return Try::Again(retry_after);
            }
            Err(error) => {
                tracing::info!(authorization = %self.authorization, %error, "a clean-up got no token");
                return Try::Again(None);
            }
            Ok(granted) => granted,
        };
        // The page first: while the API is there, this token can still delete.
        for client in [pair.page, pair.api.client_id] {
            let directory = &self.app.microsoft.directory;
            let found = directory.principal(&granted.access_token, client).await;
            let deleted = match found {
                Ok(None) => continue,
                Ok(Some(principal)) => {
                    let delete = Call::DeletePrincipal(principal.object);
                    directory.call(&granted.access_token, &delete).await.map(drop)
                }
                Err(error) => Err(error),
            };
            match deleted {
                Ok(()) | Err(GraphError::NotFound { .. }) => {}
                Err(GraphError::Throttled { retry_after, .. } | GraphError::Unavailable { retry_after, .. }) => {
                    return Try::Again(retry_after);
                }
                Err(error) => {
                    tracing::info!(authorization = %self.authorization, %error, "a clean-up was refused");
                    return Try::Again(None);
                }
            }
        }
        // The next try proves it.
        Try::Again(None)
    }

    async fn settled(&self) -> Result<(), ServiceError> {
        let app = &self.app;
        let tx = app.store.write(self.organization).await?;
        tx.touch_authorization(self.authorization).await?;
        if let Some(mut sign_in) = tx.find_sign_in(self.sign_in).await? {
            let from = sign_in.state;
            let step = sign_in.steps.iter_mut().find(|step| step.code == "cleaned");
            if let Some(step) = step.filter(|step| step.state == StepState::Failed) {
                step.state = StepState::Done;
                step.detail = None;
                tx.update_sign_in(&sign_in, from).await?;
            }
        }
        settle(app, &tx, self.customer).await?;
        let subject = format!("sign_in:{}", self.sign_in);
        app.audit().record(&tx, "set_up.cleaned_up", &Actor::Rekey, subject, "proved=700016".to_owned()).await?;
        tx.commit().await?;
        app.changes.authorization(self.authorization);
        Ok(())
    }
}
