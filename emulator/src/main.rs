//! The emulator as a program: plays a scenario until it is told to stop.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use rekey_emulator::{Config, Emulator, Scenario};
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};

/// A stand-in for Microsoft's sign-in service and Graph.
#[derive(Parser)]
struct Arguments {
    /// Scenario file (TOML); a small built-in one when absent.
    #[arg(long)]
    scenario: Option<PathBuf>,
    /// Address of the sign-in service; Graph takes the next port.
    #[arg(long, default_value = "127.0.0.1:0")]
    http: SocketAddr,
    /// Address of Graph.
    #[arg(long)]
    graph_http: Option<SocketAddr>,
    /// Address of the sign-in service over HTTPS.
    #[arg(long)]
    https: Option<SocketAddr>,
    /// Address of Graph over HTTPS.
    #[arg(long)]
    graph_https: Option<SocketAddr>,
    /// File that keeps grants, keys and refresh tokens over a restart.
    #[arg(long)]
    state_file: Option<PathBuf>,
    /// File to write the certificate authority to (PEM).
    #[arg(long)]
    ca_file: Option<PathBuf>,
    /// Leaves the control API out.
    #[arg(long)]
    no_control: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let scenario = match &arguments.scenario {
        Some(path) => Scenario::from_toml(&tokio::fs::read_to_string(path).await?)?,
        None => Scenario::builtin(),
    };
    let config = Config {
        http: arguments.http,
        graph_http: arguments.graph_http,
        https: arguments.https,
        graph_https: arguments.graph_https,
        control: !arguments.no_control,
        state_file: arguments.state_file,
        ..Config::new(scenario)
    };
    // Before the line is printed: whoever reads it may stop us at once.
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let emulator = Emulator::start(config).await?;
    if let Some(path) = &arguments.ca_file {
        tokio::fs::write(path, emulator.ca_pem()).await?;
    }
    let ready = json!({
        "login": emulator.login().as_str(),
        "graph": emulator.graph().as_str(),
        "sharepoint": emulator.sharepoint().as_str(),
        "control": emulator.control().as_str(),
        "https_login": emulator.https_login().map(String::from),
        "https_graph": emulator.https_graph().map(String::from),
        "scenario": emulator.scenario().name,
    });
    println!("{ready}");
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    emulator.stop().await;
    Ok(())
}
