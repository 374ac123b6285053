//! Grants the app the manifest of its workloads, and takes everything else away (B-02, C3, C7).

use super::{
    make::Making,
    run::{Patience, Run, Stop, person},
    steps,
};
use crate::microsoft::{
    directory::{Assignment, Call},
    graph::GraphError,
};
use shared::{
    api::problem::HelpAction,
    id::{ClientId, ObjectId},
    rules::manifest::Resource,
    secret::Secret,
};
use std::collections::{BTreeMap, BTreeSet};

/// Looks for SharePoint in a tenant after it was asked for: a quarter of a minute. A tenant can lack it, and Microsoft's copies can be late.
const LOOKS_FOR_SHAREPOINT: u32 = 6;

/// Until the list of what is assigned equals the manifest.
pub async fn permissions(run: &mut Run, token: &Secret<String>, making: &Making) -> Result<(), Stop> {
    let Some(principal) = making.app.principal else { return Err(Stop::Lost) };
    let code = steps::code("permissions", making.app.purpose);
    let resources = resources(run, token, making).await?;
    let wanted: BTreeSet<(ObjectId, uuid::Uuid)> = making
        .permissions
        .iter()
        .filter_map(|permission| Some((*resources.get(&permission.resource)?, permission.id)))
        .collect();
    let step = run.intend(&code, Some(format!("assignments-of:{principal}"))).await?;
    let mut patience = Patience::default();
    loop {
        let held = assigned(run, token, principal, &mut patience).await?;
        let has: BTreeSet<_> = held.iter().map(|one| (one.resource, one.role)).collect();
        let extra: Vec<_> = held.iter().filter(|one| !wanted.contains(&(one.resource, one.role))).collect();
        let missing: Vec<_> = wanted.difference(&has).copied().collect();
        if missing.is_empty() && extra.is_empty() {
            break;
        }
        for one in extra {
            let call = Call::Unassign { principal, assignment: &one.id };
            change(run, token, &call, &mut patience).await?;
        }
        for (resource, role) in missing {
            change(run, token, &Call::Assign { resource, principal, role }, &mut patience).await?;
        }
        // Lists are late too, so a look right away may still show the old state; then the same change is refused as done.
        run.wait(&mut patience, None, "Slower than usual, but not failed: Microsoft is still copying").await?;
    }
    run.done(&step, None).await?;
    run.show(&code).await
}

async fn assigned(
    run: &mut Run,
    token: &Secret<String>,
    principal: ObjectId,
    patience: &mut Patience,
) -> Result<Vec<Assignment>, Stop> {
    loop {
        match run.app.microsoft.directory.assignments(token, principal).await {
            Ok(held) => return Ok(held),
            Err(error) => run.forgive(patience, error).await?,
        }
    }
}

/// One change. A refusal that means "done already" or "not copied yet" is settled by the next look at the list, and waits for
/// nothing by itself: one wait a round, however many changes it has.
async fn change(run: &mut Run, token: &Secret<String>, call: &Call<'_>, patience: &mut Patience) -> Result<(), Stop> {
    match run.app.microsoft.directory.call(token, call).await {
        Ok(_) => Ok(()),
        Err(GraphError::NotFound { .. } | GraphError::Refused { status: 400 | 409, .. }) if patience.goes_on() => {
            Ok(())
        }
        Err(error) => run.forgive(patience, error).await,
    }
}

/// The service principals of the resources; one that the tenant lacks is made.
async fn resources(
    run: &mut Run,
    token: &Secret<String>,
    making: &Making,
) -> Result<BTreeMap<Resource, ObjectId>, Stop> {
    let needed: BTreeSet<Resource> = making.permissions.iter().map(|permission| permission.resource).collect();
    let mut found = BTreeMap::new();
    for resource in needed {
        let client = ClientId(resource.app_id());
        let mut patience = Patience::default();
        let (mut asked, mut looks) = (false, 0);
        loop {
            match run.app.microsoft.directory.principal(token, client).await {
                Ok(Some(principal)) => {
                    found.insert(resource, principal.object);
                    break;
                }
                Ok(None) if !asked => {
                    asked = true;
                    change(run, token, &Call::UpsertPrincipal(client), &mut patience).await?;
                }
                Ok(None) if resource == Resource::Sharepoint && looks >= LOOKS_FOR_SHAREPOINT => {
                    return Err(no_sharepoint());
                }
                Ok(None) => {
                    looks += 1;
                    run.wait(&mut patience, None, "Slower than usual, but not failed: Microsoft is still copying")
                        .await?;
                }
                Err(error) => run.forgive(&mut patience, error).await?,
            }
        }
    }
    Ok(found)
}

fn no_sharepoint() -> Stop {
    person(
        "sharepoint_absent",
        "This tenant has no SharePoint",
        "The chosen sets hold SharePoint sites, but the tenant has no SharePoint service. Leave those sets out, and start again. No backup set has changed.",
        HelpAction::ContactSupport,
    )
}
