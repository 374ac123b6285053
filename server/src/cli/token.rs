//! `rekey token`: a job token for scripts. The key comes from `REKEY_API_KEY` or a file, never as an argument, which other
//! users of the machine could read. Only the token goes to standard output.

use super::CommandError;
use clap::ValueEnum;
use serde::de::DeserializeOwned;
use shared::{
    api::{
        backup_sets::BackupSetView,
        job_tokens::{CreateJobToken, JobToken},
        page::Page,
        problem::Problem,
    },
    id::BackupSetId,
    rules::{manifest::Resource, scopes::Purpose},
    secret::Secret,
};
use std::{fmt::Write as _, path::PathBuf, time::Duration};
use url::Url;

/// Where `rekey demo` listens.
const DEMO: &str = "http://localhost:8400";
/// Longer than the server waits for Microsoft.
const PATIENCE: Duration = Duration::from_secs(45);

/// Which token.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The backup set: its id, or the backup product's own.
    #[arg(long)]
    pub backup_set: String,
    /// For which of Microsoft's services: graph or sharepoint.
    #[arg(long, value_parser = resource)]
    pub resource: Resource,
    /// For reading or for writing back: backup or restore; writing needs an open restore.
    #[arg(long, value_parser = purpose, default_value = "backup")]
    pub purpose: Purpose,
    /// The token alone, the whole answer, or lines for `eval`.
    #[arg(long, value_enum, default_value_t = Format::Plain)]
    pub format: Format,
    /// The server's address; https unless it is on this machine.
    #[arg(long, env = "REKEY_SERVER", default_value = DEMO)]
    pub server: Url,
    /// A file with the API key, instead of the variable REKEY_API_KEY.
    #[arg(long)]
    pub api_key_file: Option<PathBuf>,
}

/// How the token is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// The token alone.
    Plain,
    /// The whole answer.
    Json,
    /// Lines for `eval` in a shell.
    Env,
}

fn resource(word: &str) -> Result<Resource, &'static str> {
    Resource::parse(word).ok_or("expected graph or sharepoint")
}

fn purpose(word: &str) -> Result<Purpose, &'static str> {
    Purpose::parse(word).ok_or("expected backup or restore")
}

/// Asks the server and prints the token.
pub async fn run(arguments: &Arguments) -> Result<(), CommandError> {
    let key = match &arguments.api_key_file {
        Some(file) => std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?,
        None => std::env::var("REKEY_API_KEY")
            .map_err(|_| "expected an API key in REKEY_API_KEY, or a file by --api-key-file")?,
    };
    print!("{}", fetch(arguments, Secret::new(key.trim().to_owned())).await?);
    Ok(())
}

/// Asks the server; gives what is to be printed.
pub async fn fetch(arguments: &Arguments, key: Secret<String>) -> Result<String, CommandError> {
    let server = Server::new(&arguments.server, key)?;
    let id = server.find(&arguments.backup_set).await?;
    let path = format!("api/v1/backup-sets/{id}/job-token");
    let body = CreateJobToken { resource: arguments.resource, purpose: arguments.purpose };
    let body = serde_json::to_string(&body)?;
    let request = server.http.post(server.address(&path, &[])?).header("content-type", "application/json").body(body);
    written(&server.send(request).await?, arguments.format)
}

fn written(token: &JobToken, format: Format) -> Result<String, CommandError> {
    Ok(match format {
        Format::Plain => format!("{}\n", token.access_token),
        Format::Json => format!("{}\n", serde_json::to_string(token)?),
        Format::Env => {
            let lines = [
                ("REKEY_ACCESS_TOKEN", token.access_token.clone()),
                ("REKEY_BASE_URL", token.base_url.clone()),
                ("REKEY_EXPIRES_AT", token.expires_at.0.to_string()),
                ("REKEY_TENANT", token.tenant.to_string()),
            ];
            lines.iter().fold(String::new(), |mut text, (name, value)| {
                // Writing into a String does not fail.
                let _ = writeln!(text, "export {name}='{}'", value.replace('\'', r"'\''"));
                text
            })
        }
    })
}

struct Server {
    http: reqwest::Client,
    origin: Url,
    key: Secret<String>,
}

impl Server {
    fn new(origin: &Url, key: Secret<String>) -> Result<Self, CommandError> {
        let local = matches!(origin.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        if origin.scheme() != "https" && !(local && origin.scheme() == "http") {
            return Err("--server: expected an https address; the API key must not travel in the open".into());
        }
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(PATIENCE).build()?;
        Ok(Self { http, origin: origin.clone(), key })
    }

    fn address(&self, path: &str, query: &[(&str, &str)]) -> Result<Url, CommandError> {
        let mut url = self.origin.join("/")?.join(path)?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Ok(url)
    }

    /// By its id, or by the backup product's.
    async fn find(&self, set: &str) -> Result<BackupSetId, CommandError> {
        if let Ok(id) = set.parse() {
            return Ok(id);
        }
        let request = self.http.get(self.address("api/v1/backup-sets", &[("external_id", set)])?);
        let page: Page<BackupSetView> = self.send(request).await?;
        let found = page.items.first().map(|set| set.id);
        found.ok_or_else(|| format!("there is no backup set {set} for this key").into())
    }

    async fn send<T: DeserializeOwned>(&self, request: reqwest::RequestBuilder) -> Result<T, CommandError> {
        let answer = request.bearer_auth(self.key.expose()).send().await.map_err(reqwest::Error::without_url)?;
        let status = answer.status();
        let wait = answer.headers().get("retry-after").and_then(|value| value.to_str().ok()).map(str::to_owned);
        let body = answer.bytes().await?;
        if status.is_success() {
            return Ok(serde_json::from_slice(&body)?);
        }
        let problem: Problem =
            serde_json::from_slice(&body).map_err(|_| format!("{} answered {status}", self.origin))?;
        let wait = wait.map_or_else(String::new, |seconds| format!(" (wait {seconds} s)"));
        Err(format!("{}: {}{wait}", problem.code, problem.detail).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_never_travels_in_the_open() {
        let key = || Secret::new("rekey_x".to_owned());
        for (address, good) in [
            ("https://rekey.example.com", true),
            ("http://localhost:8400", true),
            ("http://127.0.0.1:8400", true),
            ("http://rekey.example.com", false),
            ("http://localhost.example.com", false),
            ("ftp://localhost", false),
        ] {
            assert_eq!(Server::new(&address.parse().unwrap(), key()).is_ok(), good, "{address}");
        }
    }

    #[test]
    fn the_lines_for_a_shell_are_quoted() {
        let token = JobToken {
            access_token: "a'b".to_owned(),
            expires_at: shared::time::Timestamp(7),
            base_url: "https://graph.microsoft.com".to_owned(),
            tenant: shared::id::TenantId(uuid::Uuid::nil()),
            account: None,
            permissions: Vec::new(),
        };
        let lines = written(&token, Format::Env).unwrap();
        assert!(lines.starts_with("export REKEY_ACCESS_TOKEN='a'\\''b'\n"), "{lines}");
        assert_eq!(lines.lines().count(), 4);
        assert_eq!(written(&token, Format::Plain).unwrap(), "a'b\n");
    }
}
