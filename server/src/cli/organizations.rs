//! `rekey organizations`: what strangers are shown of an organization is vetted by the operator, never edited by members.

use super::{CommandError, Configured, serve};
use crate::services::owner;
use shared::id::OrganizationId;

/// What to do with them.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Lists them: id, name, domain, and which are suspended.
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
    /// Stops one within fifteen seconds: its people, keys, links and jobs get nothing, nothing of it runs; nothing is deleted.
    Suspend {
        #[command(flatten)]
        configured: Configured,
        /// The organization's id.
        id: OrganizationId,
    },
    /// Lets one go on.
    Resume {
        #[command(flatten)]
        configured: Configured,
        /// The organization's id.
        id: OrganizationId,
    },
}

/// Does it. To make one: `rekey owner-link --name`.
pub async fn run(command: Command) -> Result<(), CommandError> {
    match command {
        Command::List(configured) => {
            let (_, app) = serve::open(&configured).await?;
            for one in owner::list_organizations(&app).await? {
                let suspended = one.suspended_at.map_or("", |_| "\tsuspended");
                println!("{}\t{}\t{}{suspended}", one.id, one.name, one.domain.unwrap_or_default());
            }
        }
        Command::Set { configured, id, name, domain } => {
            let (_, app) = serve::open(&configured).await?;
            owner::update_organization(&app, id, &name, domain.as_deref()).await?;
        }
        Command::Suspend { configured, id } => {
            let (_, app) = serve::open(&configured).await?;
            owner::suspend_organization(&app, id, true).await?;
            println!("Suspended {id}.");
        }
        Command::Resume { configured, id } => {
            let (_, app) = serve::open(&configured).await?;
            owner::suspend_organization(&app, id, false).await?;
            println!("{id} goes on.");
        }
    }
    Ok(())
}
