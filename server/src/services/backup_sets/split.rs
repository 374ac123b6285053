//! *Split the set*: one part of a set becomes a set of its own, so that each can use the method that reaches it (A-07, §5).
//!
//! The backup product splits its own set; here the record follows, under the id that the product gave to the new one.

use super::{facts, views};
use crate::{
    audit::Actor,
    services::{ServiceError, text},
    state::AppState,
    store::{Scope, backup_sets::BackupSet},
};
use shared::{
    api::backup_sets::{SplitAnswer, SplitBackupSet},
    backup_set::Covers,
    id::BackupSetId,
    rules::suitability::suitability,
    workload::Workloads,
};

/// The most characters of a name or of a product's id, as in an import.
const LONGEST: usize = 200;

/// Takes a part of a set's data into a set of its own. Both are authorized afterwards as any set is.
pub async fn split(
    app: &AppState,
    scope: &Scope,
    actor: &Actor,
    id: BackupSetId,
    request: &SplitBackupSet,
) -> Result<SplitAnswer, ServiceError> {
    let external_id = text::name("external_id", &request.external_id, LONGEST)?;
    let name = text::name("name", &request.name, LONGEST)?;
    let tx = app.store.write_many(scope).await?;
    tx.lock().await?;
    let set = tx.find_backup_set(id).await?.ok_or(ServiceError::NotFound)?;
    if !tx.hold_customers(&[set.customer]).await? {
        return Err(ServiceError::NotFound);
    }
    let offer = suitability(&facts(&set), &app.settings.rules).split.ok_or_else(|| {
        let detail =
            "One method reaches everything in this set, or none reaches any part of it: there is nothing to split.";
        ServiceError::conflict("nothing_to_split", detail)
    })?;
    let Some(part) = offer.parts().find(|part| **part == request.workloads) else {
        let parts: Vec<String> = offer.parts().map(words).collect();
        let expected = format!("expected one part of this set: {}", parts.join(", or "));
        return Err(ServiceError::field("workloads", expected));
    };
    let named = [external_id.as_str()];
    let taken = tx.find_backup_sets_by_external_id(&named).await?;
    if !taken.is_empty() || !tx.external_ids_out_of_reach(&named).await?.is_empty() {
        let expected = "expected an id that no other set has: the one that your backup product gave to the new set";
        return Err(ServiceError::field("external_id", expected));
    }
    // What hybrid reaches is the data of the account itself.
    let covers = if *part == offer.hybrid_part { Covers::OwnAccount } else { set.covers };
    let made = BackupSet {
        id: BackupSetId(app.new_id()),
        external_id,
        name,
        covers,
        workloads: part.clone(),
        version: 1,
        ..set.clone()
    };
    let kept = BackupSet { workloads: set.workloads.difference(part).copied().collect(), ..set };
    tx.add_backup_sets(std::slice::from_ref(&made), app.now()).await?;
    if !tx.update_backup_set(&kept).await? {
        return Err(ServiceError::conflict("changed_meanwhile", "The set changed in this moment. Try again."));
    }
    let detail = format!("new={} workloads={}", made.id, words(part));
    app.audit().record(&tx, "backup_set.split", actor, format!("backup_set:{id}"), detail).await?;
    let both = tx.find_backup_sets(&[id, made.id]).await?;
    let mut shown = views(app, &tx, both).await?;
    let made = shown.iter().position(|one| one.id == made.id).map(|at| shown.swap_remove(at));
    let (Some(made), Some(kept)) = (made, shown.pop()) else { return Err(ServiceError::NotFound) };
    tx.commit().await?;
    Ok(SplitAnswer { kept, made })
}

fn words(part: &Workloads) -> String {
    part.iter().map(|workload| workload.as_str()).collect::<Vec<_>>().join("|")
}
