//! `rekey owner-link`: the first owner of an organization, and recovery.

use super::{CommandError, Configured, serve};
use crate::services::owner;
use shared::id::OrganizationId;

/// For whom.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    configured: Configured,
    /// The name of a new organization, vetted by you: strangers are shown it.
    #[arg(long, required_unless_present = "organization")]
    name: Option<String>,
    /// The new organization's domain, vetted by you: shown beside its name.
    #[arg(long, requires = "name")]
    domain: Option<String>,
    /// The id of an organization that is there already.
    #[arg(long, conflicts_with = "name")]
    organization: Option<OrganizationId>,
}

/// Makes the link and prints it, here only.
pub async fn run(arguments: &Arguments) -> Result<(), CommandError> {
    let (_, app) = serve::open(&arguments.configured).await?;
    let name = arguments.name.as_deref().unwrap_or_default();
    let (id, link) = owner::create_link(&app, arguments.organization, name, arguments.domain.as_deref()).await?;
    println!("Organization {id}\nOpen within 15 minutes, once:\n{}", link.expose());
    Ok(())
}
