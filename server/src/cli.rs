//! The command line. Without a command: `demo`.

mod audit;
#[cfg(feature = "demo")]
pub mod demo;
mod keys;
pub mod log;
mod organizations;
mod owner;
mod serve;
pub mod support;
pub mod token;

use clap::{Parser, Subcommand};
use std::{path::PathBuf, process::ExitCode};

/// Moves Microsoft 365 backup sets off stored passwords.
#[derive(Debug, Parser)]
#[command(name = "rekey", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs everything on this machine: a stand-in for Microsoft, SQLite, a sample organization.
    #[cfg(feature = "demo")]
    Demo(demo::Arguments),
    /// Serves with a configuration file, with environment variables over it.
    Serve(Configured),
    /// Makes a link that makes whoever signs in with it an owner: fifteen minutes, one use.
    OwnerLink(owner::Arguments),
    /// The organizations of this installation: what strangers are shown of them is vetted here.
    #[command(subcommand)]
    Organizations(organizations::Command),
    /// Makes the folder with the first master key.
    CreateKeys {
        /// The folder.
        folder: PathBuf,
    },
    /// The master keys, and their rotation.
    #[command(subcommand)]
    Keys(keys::Command),
    /// Prints a short-lived Microsoft access token for a job of a backup set.
    Token(token::Arguments),
    /// The audit log.
    #[command(subcommand)]
    Audit(audit::Command),
    /// Writes what somebody who helps needs to know: versions, counts, states and codes; no secret, no name, no address.
    SupportBundle(support::Arguments),
}

/// Where the configuration is.
#[derive(Debug, Clone, clap::Args)]
pub struct Configured {
    /// The configuration file, TOML.
    #[arg(long)]
    config: Option<PathBuf>,
}

/// A command failed; the text is for the person at the terminal.
pub type CommandError = Box<dyn std::error::Error + Send + Sync>;

/// Runs the program.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // A core file would hold keys and tokens (S7).
    let none = rustix::process::Rlimit { current: Some(0), maximum: Some(0) };
    if let Err(error) = rustix::process::setrlimit(rustix::process::Resource::Core, none) {
        eprintln!("rekey: core files cannot be switched off: {error}");
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("rekey: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run(arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("rekey: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), CommandError> {
    match arguments.command {
        #[cfg(feature = "demo")]
        None => demo::run(demo::Arguments::default()).await,
        #[cfg(not(feature = "demo"))]
        None => Err("say what to do: `rekey serve --config FILE`, or `rekey --help`".into()),
        #[cfg(feature = "demo")]
        Some(Command::Demo(arguments)) => demo::run(arguments).await,
        Some(Command::Serve(configured)) => serve::run(&configured).await,
        Some(Command::OwnerLink(arguments)) => owner::run(&arguments).await,
        Some(Command::Organizations(command)) => organizations::run(command).await,
        Some(Command::CreateKeys { folder }) => serve::create_keys(&folder),
        Some(Command::Keys(command)) => keys::run(command).await,
        Some(Command::Token(arguments)) => token::run(&arguments).await,
        Some(Command::Audit(command)) => audit::run(command).await,
        Some(Command::SupportBundle(arguments)) => support::run(&arguments).await,
    }
}

/// Logs to standard error; `REKEY_LOG` chooses what, such as `info` or `rekey=debug`.
fn log(default: &str) {
    let chosen = std::env::var("REKEY_LOG").unwrap_or_else(|_| default.to_owned());
    let filter = tracing_subscriber::EnvFilter::try_new(&chosen).unwrap_or_else(|_| default.into());
    // Only the first call counts; a second one in the same process changes nothing.
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).json();
    let _ = lines.with_span_list(false).map_event_format(log::Lines).try_init();
}

/// Waits for SIGTERM or Ctrl-C.
async fn until_stopped() -> Result<(), CommandError> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
