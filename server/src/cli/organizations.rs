//! `rekey organizations`: what strangers are shown of an organization is vetted by the operator, never edited by members.

use super::{CommandError, Configured, serve};
use crate::services::owner;
use shared::id::OrganizationId;

/// What to do with them.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Lists them: id, name, domain.
    List(Configured),
    /// Gives one another name and domain.
    Set {
        #[command(flatten)]
        configured: Configured,
        /// The organization's id.
        id: OrganizationId,
        /// Its name, vetted by you.
        #[arg(long)]
        name: String,
        /// Its domain, vetted by you.
        #[arg(long)]
        domain: Option<String>,
    },
}

/// Does it. To make one: `rekey owner-link --name`.
pub async fn run(command: Command) -> Result<(), CommandError> {
    match command {
        Command::List(configured) => {
            let (_, app) = serve::open(&configured).await?;
            for one in owner::list_organizations(&app).await? {
                println!("{}\t{}\t{}", one.id, one.name, one.domain.unwrap_or_default());
            }
        }
        Command::Set { configured, id, name, domain } => {
            let (_, app) = serve::open(&configured).await?;
            owner::update_organization(&app, id, &name, domain.as_deref()).await?;
        }
    }
    Ok(())
}
