//! Proves that an app works: a token of its own whose roles are the manifest, and one real read per workload (C7, F9).

use super::{
    drive::consent_at_microsoft,
    make::Making,
    run::{Patience, Run, Stop, person, person_as_told},
    steps,
};
use crate::{
    microsoft::{
        grants::{
            app::{AppToken, SharepointHost, TokenResource},
            error::{GrantError, OurFault},
        },
        graph::Proof,
    },
    services::{certificates, help, save::proof_code},
};
use shared::{
    api::{apps::Way, authorizations::SignInState, problem::HelpAction},
    rules::{
        manifest::{AppPermission, Drift, Resource, drift},
        scopes::Purpose,
    },
    workload::Workloads,
};

/// Tries until a token's roles are the manifest's.
const TRIES: u32 = 24;
/// The same where somebody grants them on Microsoft's page: a quarter of a minute.
const TRIES_AT_MICROSOFT: u32 = 6;
/// Tries with an app of the customer's own that Microsoft does not know: a quarter of a minute.
const TRIES_OF_OWN: u32 = 6;

/// A token for each resource, with exactly the manifest's roles. Notes the roles and the SharePoint host on the app.
pub async fn token(run: &mut Run, making: &mut Making) -> Result<AppToken, Stop> {
    let code = steps::code("token", making.app.purpose);
    let graph = resource_token(run, making, Resource::Graph, &TokenResource::Graph).await?;
    let mut roles: Vec<String> = graph.roles.iter().map(|role| format!("graph:{role}")).collect();
    if making.permissions.iter().any(|permission| permission.resource == Resource::Sharepoint) {
        let host = sharepoint_host(run, making, &graph).await?;
        let at = TokenResource::Sharepoint(host.clone());
        let sharepoint = resource_token(run, making, Resource::Sharepoint, &at).await?;
        roles.extend(sharepoint.roles.iter().map(|role| format!("sharepoint:{role}")));
        making.app.sharepoint_host = Some(host.as_str().to_owned());
    }
    roles.sort_unstable();
    making.app.roles = roles;
    run.show(&code).await?;
    Ok(graph)
}

async fn resource_token(
    run: &mut Run,
    making: &Making,
    resource: Resource,
    at: &TokenResource,
) -> Result<AppToken, Stop> {
    let expected: Vec<&AppPermission> =
        making.permissions.iter().copied().filter(|permission| permission.resource == resource).collect();
    let mut patience = Patience::default();
    let (mut tries, mut refusals) = (0, 0);
    loop {
        let organization = run.work.organization;
        match certificates::token(&run.app, organization, &making.app, &making.certificate, at).await? {
            Ok(token) => {
                let differs = drift(&expected, &token.roles);
                if differs.is_none() {
                    return Ok(token);
                }
                tries += 1;
                if tries >= TRIES_AT_MICROSOFT && run.authorization.way == Way::Consent {
                    // Nobody has granted them yet, or not all: Microsoft's page is shown again.
                    return Err(consent_at_microsoft(run, making));
                }
                if tries >= TRIES {
                    return Err(roles_differ(&differs));
                }
                run.wait(&mut patience, None, "Slower than usual, but not failed: permissions are on their way")
                    .await?;
            }
            Err(error) if run.authorization.way == Way::OwnApp && refusals >= TRIES_OF_OWN && is_unknown(&error) => {
                return Err(own_app_unknown(&error));
            }
            Err(error) => {
                refusals += 1;
                run.forgive_grant(&mut patience, error).await?;
            }
        }
    }
}

/// The tenant does not know the app, or not with this certificate: what was pasted or uploaded is another one.
fn is_unknown(error: &GrantError) -> bool {
    matches!(error, GrantError::Revoked { .. } | GrantError::OurFault { what: OurFault::Credential, .. })
}

fn own_app_unknown(error: &GrantError) -> Stop {
    let remedy = help::own(
        "own_app_unknown",
        "Microsoft does not know this app with this certificate",
        "Compare the application (client) id with the one in Microsoft Entra, and look whether the certificate of this page is registered there. A change shows after a minute or two; then prove it again. No backup set has changed.",
        HelpAction::Retry,
    );
    person_as_told(SignInState::Waiting, help::for_grant(error), remedy)
}

fn roles_differ(differs: &Drift) -> Stop {
    let text = format!(
        "Missing: {}. Too many: {}. An administrator of the tenant may have changed them meanwhile, or has not granted them yet. No backup set has changed.",
        list(&differs.missing),
        list(&differs.extra)
    );
    person("roles_differ", "The app's permissions are not what they should be", &text, HelpAction::AskAdministrator)
}

fn list(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

async fn sharepoint_host(run: &mut Run, making: &Making, graph: &AppToken) -> Result<SharepointHost, Stop> {
    if let Some(known) = making.app.sharepoint_host.as_deref().and_then(SharepointHost::parse) {
        return Ok(known);
    }
    let mut patience = Patience::default();
    loop {
        match run.app.microsoft.directory.sharepoint_host(&graph.access_token).await {
            Ok(host) => {
                return host.as_deref().and_then(SharepointHost::parse).ok_or_else(|| {
                    person(
                        "sharepoint_absent",
                        "This tenant's SharePoint was not found",
                        "Microsoft named no SharePoint address for this tenant. Leave the SharePoint sets out, and start again. No backup set has changed.",
                        HelpAction::ContactSupport,
                    )
                });
            }
            Err(error) => run.forgive(&mut patience, error).await?,
        }
    }
}

/// One real read of each workload with the app's own token.
pub async fn reads(run: &mut Run, making: &Making, token: &AppToken, workloads: &Workloads) -> Result<(), Stop> {
    if making.app.purpose != Purpose::Backup {
        return Ok(());
    }
    for workload in workloads {
        let mut patience = Patience::default();
        let proof = loop {
            match run.app.microsoft.graph.prove_for_all(&token.access_token, *workload).await {
                Ok(proof) => break proof,
                Err(error) => run.forgive(&mut patience, error).await?,
            }
        };
        if proof == Proof::NotThere {
            steps::detail(&mut run.sign_in.steps, proof_code(*workload), "The tenant has none of it today".to_owned());
        }
        run.show(proof_code(*workload)).await?;
    }
    Ok(())
}
