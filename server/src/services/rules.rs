//! The switches of the migration rules are the operator's: configured, and each change audited (A-07, "until resolved").

use super::ServiceError;
use crate::{audit::Actor, state::AppState};
use shared::rules::suitability::RuleSwitches;

/// Writes into every organization's audit log that its rules are other ones now than those the log last spoke of. A log that
/// spoke of none stands for the built-in switches.
pub async fn audit_switches(app: &AppState) -> Result<(), ServiceError> {
    let (now, built_in) = (app.settings.rules.to_string(), RuleSwitches::default().to_string());
    let noted = app.store.read_system().await?.list_noted_rules().await?;
    for (organization, before) in noted {
        let was = before.as_deref().unwrap_or(&built_in);
        if was == now {
            continue;
        }
        let tx = app.store.write(organization).await?;
        if !tx.update_noted_rules(before.as_deref(), &now).await? {
            continue;
        }
        let subject = format!("organization:{organization}");
        app.audit().record(&tx, "rules.changed", &Actor::Operator, subject, now.clone()).await?;
        tx.commit().await?;
    }
    Ok(())
}
