//! `rekey support-bundle`: what somebody who helps needs to know, without secrets, names or addresses.

use super::{CommandError, Configured, serve};
use crate::{
    clock::{Clock, SystemClock},
    config::Config,
    services::support,
    store::DatabaseConfig,
};
use serde_json::{Value, json};
use std::{fs::OpenOptions, io::Write, os::unix::fs::OpenOptionsExt, path::PathBuf};

/// Where to.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    configured: Configured,
    /// A new file, or a folder that is there.
    #[arg(long)]
    out: PathBuf,
}

/// Writes the bundle.
pub async fn run(arguments: &Arguments) -> Result<(), CommandError> {
    let (config, app) = serve::open(&arguments.configured).await?;
    let bundle = support::of_installation(&app, configuration(&config)).await?;
    let path = if arguments.out.is_dir() {
        arguments.out.join(format!("rekey-support-{}.json", SystemClock.now().0))
    } else {
        arguments.out.clone()
    };
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
    writeln!(file, "{bundle:#}")?;
    println!("Wrote {}. It holds no secret, name or address; read it before you pass it on.", path.display());
    Ok(())
}

/// The configuration, field by field, so that a new one is left out until somebody has thought about it.
pub fn configuration(config: &Config) -> Value {
    let database = match &config.database {
        DatabaseConfig::Sqlite { .. } => json!({ "kind": "sqlite" }),
        DatabaseConfig::Postgres { url, max_connections } => {
            json!({ "kind": "postgres", "server": server_of(url), "max_connections": max_connections })
        }
    };
    let setup = config.microsoft.setup.as_ref();
    json!({
        "listen": config.listen.to_string(),
        "origin": config.origin,
        "database": database,
        "audit_heads": config.audit_heads.is_some(),
        "trusted_proxies": config.trusted_proxies.len(),
        "mail": config.mail.as_ref().map(|mail| json!({ "server": server_of(&mail.smtp), "password": mail.password.is_some() })),
        "microsoft": {
            "login": config.microsoft.authority.login_origin(),
            "graph": config.microsoft.authority.graph_origin(),
            "sign_in_client_id": config.microsoft.sign_in,
            "access_client_id": config.microsoft.access.client_id,
            "setup_sign_in_client_id": setup.map(|setup| setup.page),
            "setup_client_id": setup.map(|setup| setup.api.client_id),
            "extra_ca": config.microsoft.extra_ca_pem.is_some(),
        },
    })
}

/// Scheme, host and port: no user, no password, no path, no query.
fn server_of(text: &str) -> Option<String> {
    let url = url::Url::parse(text).ok()?;
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    Some(format!("{}://{}{port}", url.scheme(), url.host_str()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn l3_an_address_loses_its_secrets() {
        let server = server_of("postgres://rekey:canary@db.example.com:5433/rekey?password=canary#canary");
        assert_eq!(server.as_deref(), Some("postgres://db.example.com:5433"));
        assert_eq!(server_of("canary"), None);
    }
}
