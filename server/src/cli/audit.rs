//! `rekey audit verify`: recomputes the chain of every organization. `rekey audit verify-export`: verifies an export, with
//! nothing else at hand.

use super::{CommandError, Configured, serve};
use crate::audit::{
    self, Verdict,
    export::{self, Verified},
};
use clap::Subcommand;
use std::{fs::File, io::BufReader, path::PathBuf};

/// What to do with the audit log.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Recomputes every chain and compares it with the published heads. Fails when one is broken.
    Verify(Configured),
    /// Verifies an export (JSON Lines) without database, configuration or keys.
    VerifyExport {
        /// The file.
        file: PathBuf,
        /// Heads that were kept elsewhere (`audit_heads`), to compare with.
        #[arg(long)]
        heads: Option<PathBuf>,
    },
}

/// Runs it.
pub async fn run(command: Command) -> Result<(), CommandError> {
    match command {
        Command::Verify(configured) => verify(&configured).await,
        Command::VerifyExport { file, heads } => {
            let kept = heads.as_deref().map(std::fs::read_to_string).transpose()?;
            let verified = export::verify(BufReader::new(File::open(file)?), kept.as_deref().unwrap_or_default())?;
            println!("{}", report(&verified, kept.is_some()));
            Ok(())
        }
    }
}

/// What was verified, and what that does not say.
fn report(verified: &Verified, has_heads: bool) -> String {
    let Verified { organization, events, omitted, batches, head, compared } = verified;
    let range = batches.map_or_else(|| "no batch".to_owned(), |(first, last)| format!("batches {first} to {last}"));
    let left_out = if *omitted > 0 { format!(", {omitted} left out by the filter") } else { String::new() };
    let head = if head.is_empty() { String::new() } else { format!("\ndigest of the last batch: {head}") };
    let compared = match (has_heads, *compared) {
        (true, 0) => "None of its batches is in the file of heads: it could not be compared.".to_owned(),
        (true, count) => format!("{count} of its batches are those in the file of heads."),
        (false, _) => {
            "Nothing in it was changed since its digests were made. Whether they are the installation's own: \
                       compare them with digests kept elsewhere (--heads)."
                .to_owned()
        }
    };
    format!("{organization}: whole, {events} events in {range}{left_out}{head}\n{compared}")
}

async fn verify(configured: &Configured) -> Result<(), CommandError> {
    let (config, app) = serve::open(configured).await?;
    let read = match &config.audit_heads {
        Some(path) => tokio::fs::read_to_string(path).await.map_err(|error| (path, error)).map(Some),
        None => Ok(None),
    };
    let heads = read.as_ref().ok().cloned().flatten().unwrap_or_default();
    let (mut broken, mut sealed) = (0, 0);
    for organization in app.store.read_system().await?.list_organizations().await? {
        let published = audit::read_heads(&heads, organization.id);
        match audit::verify(&app.store, &app.keyring, organization.id, &published).await? {
            Verdict::Whole { rows, batches, head, digest } => {
                sealed += batches;
                let (head, digest) = (audit::hex(&head), audit::hex(&digest));
                println!(
                    "{}: whole, {rows} events in {batches} batches, head {head}, digest {digest}",
                    organization.id
                );
            }
            Verdict::Broken(at) => {
                broken += 1;
                println!("{}: broken: {at}", organization.id);
            }
        }
    }
    if broken > 0 {
        return Err(format!("{broken} chains are broken").into());
    }
    match read {
        // Without them an end that was cut off looks like one that never was.
        Err((path, error)) if sealed > 0 => {
            Err(format!("the published heads cannot be read, so nothing was compared: {}: {error}", path.display())
                .into())
        }
        Ok(None) => {
            println!("No heads are published (audit_heads): an end that was cut off would not be seen.");
            Ok(())
        }
        _ => Ok(()),
    }
}
