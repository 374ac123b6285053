//! Modern: sets up, repairs and takes away a tenant's own apps, by a journal (§6).
//!
//! Save hands the administrator's token to a task of this node and to nothing else: it is never stored. The task holds a
//! lease; when its node dies, the lease runs out, and the sign-in says that somebody must sign in to continue. What was
//! made until then is in the journal and is used again.

mod accept;
mod clean_up;
mod drive;
mod finish;
mod grant;
mod granted;
mod left_over;
mod make;
mod orphaned;
mod proof;
mod prove;
mod remove;
mod run;
pub mod steps;

pub use accept::{Saving, save};
pub use granted::look as look_for_grant;
pub use left_over::{run as left_over, say as say_left_over};
pub use orphaned::orphaned;
pub use proof::{Proving, own_app, prepare_proof, spawn_proof};

use super::{ServiceError, renewal, save as saves};
use crate::{
    state::AppState,
    store::{
        Scoped, StoreError,
        apps::App,
        authorizations::Authorization,
        certificates::Certificate,
        customers::Customer,
        work::{self, NewWork, Work, WorkKind},
    },
};
use make::Making;
use run::{LEASE, Run, Stop};
use shared::{
    api::authorizations::AuthorizationKind,
    id::AttemptId,
    rules::{manifest::manifest, scopes::Purpose},
    workload::Workloads,
};

/// What Rekey Setup does for an administrator; nothing else, and never lasting.
pub const WANTED: [&str; 2] = ["Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All"];

/// The same where the administrator grants the permissions at Microsoft.
const WANTED_FOR_CONSENT: [&str; 1] = ["Application.ReadWrite.All"];

/// The work row belongs to this node from the start: nobody else has the token.
async fn claim(app: &AppState, tx: &Scoped, attempt: AttemptId) -> Result<Work, StoreError> {
    let id = app.new_id();
    let due = app.clock.now_millis() + LEASE;
    let (kind, organization, subject) = (WorkKind::SetUp, tx.organization, attempt.0);
    work::add(tx, NewWork { id, kind, organization, subject, due }).await?;
    work::find_held(tx, kind, subject).await?.ok_or(StoreError::Unreadable("work"))
}

/// The purposes of an authorization's apps.
fn purposes(authorization: &Authorization) -> &'static [Purpose] {
    if authorization.restores { &Purpose::ALL } else { &[Purpose::Backup] }
}

/// The apps to make or repair: one for restores only if something can be restored at all, and always if there is one.
async fn wanted_purposes(
    tx: &Scoped,
    authorization: &Authorization,
    customer: &Customer,
    workloads: &Workloads,
) -> Result<Vec<Purpose>, StoreError> {
    let mut found = Vec::new();
    for purpose in Purpose::ALL {
        let wanted = purposes(authorization).contains(&purpose)
            || (authorization.kind == AuthorizationKind::UpdateConfiguration
                && tx.find_app_of(customer.tenant, purpose).await?.is_some());
        if wanted && !manifest(workloads, purpose).is_empty() {
            found.push(purpose);
        }
    }
    Ok(found)
}

async fn prove_all(run: &mut Run, made: &mut [Making]) -> Result<(), Stop> {
    let tx = run.app.store.read(run.work.organization).await?;
    let workloads = saves::workloads(&tx, run.sign_in.id).await?;
    drop(tx);
    for making in made {
        let token = prove::token(run, making).await?;
        prove::reads(run, making, &token, &workloads).await?;
    }
    Ok(())
}

/// Plans what follows from a certificate that is in use now: renewal and reminders.
async fn after_certificate(
    app: &AppState,
    tx: &Scoped,
    connection: &App,
    certificate: &Certificate,
) -> Result<(), ServiceError> {
    renewal::plan(app, tx, connection, certificate).await
}
