//! `rekey audit verify`: recomputes the chain of every organization.

use super::{CommandError, Configured, serve};
use crate::audit::{self, Verdict};
use clap::Subcommand;

/// What to do with the audit log.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Recomputes every chain and compares it with the published heads. Fails when one is broken.
    Verify(Configured),
}

/// Runs it.
pub async fn run(command: Command) -> Result<(), CommandError> {
    let Command::Verify(configured) = command;
    let (config, app) = serve::open(&configured).await?;
    let heads = match &config.audit_heads {
        Some(path) => tokio::fs::read_to_string(path).await.unwrap_or_default(),
        None => String::new(),
    };
    let mut broken = 0;
    for organization in app.store.read_system().await?.list_organizations().await? {
        let published = audit::read_heads(&heads, organization.id);
        match audit::verify(&app.store, &app.keyring, organization.id, &published).await? {
            Verdict::Whole { rows, batches, head } => {
                let head = audit::hex(&head);
                println!("{}: whole, {rows} events in {batches} batches, head {head}", organization.id);
            }
            Verdict::Broken(at) => {
                broken += 1;
                println!("{}: broken: {at}", organization.id);
            }
        }
    }
    if broken > 0 { Err(format!("{broken} chains are broken").into()) } else { Ok(()) }
}
