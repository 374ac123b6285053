//! Configuration: one TOML file, environment variables over it (`REKEY_…`), read once, in `main`.
//!
//! Secrets are files (`…_file`), never values in the file itself. To add a field: a doc line that names its key and
//! variable, a check in [`Config::read`] whose error names both.

use crate::{
    microsoft::config::{Authority, MicrosoftConfig, Registration, SetupPair},
    outbound::mail::{MailConfig, MailLimits},
    store::DatabaseConfig,
};
use serde::Deserialize;
use shared::{id::ClientId, rules::suitability::RuleSwitches, secret::Secret};
use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
};

/// Everything that is configured.
#[derive(Debug, Clone)]
pub struct Config {
    /// `listen`, `REKEY_LISTEN`: the address to listen on. TLS ends at a proxy before it.
    pub listen: SocketAddr,
    /// `origin`, `REKEY_ORIGIN`: the address that people see, such as `https://rekey.example.com`.
    pub origin: String,
    /// `brand`, `REKEY_BRAND`: the product's name on every screen.
    pub brand: String,
    /// `database`, `REKEY_DATABASE`: `sqlite:<file>` or `postgres://…`.
    pub database: DatabaseConfig,
    /// `keys`, `REKEY_KEYS`: the folder with the master keys, mode 0600 each.
    pub keys: PathBuf,
    /// `audit_heads`, `REKEY_AUDIT_HEADS`: the file to which the audit chain's heads are published; best on another disk.
    pub audit_heads: Option<PathBuf>,
    /// `trusted_proxies`, `REKEY_TRUSTED_PROXIES`: addresses, joined by commas, whose `X-Forwarded-For` counts.
    pub trusted_proxies: Vec<IpAddr>,
    /// `[rules]`: switches of the migration rules.
    pub rules: RuleSwitches,
    /// `[mail]`: how mail leaves; without it there are no mail channels.
    pub mail: Option<MailConfig>,
    /// `[microsoft]`: where Microsoft is and who we are there.
    pub microsoft: MicrosoftConfig,
}

/// The configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file cannot be read.
    #[error("{key}: {path} cannot be read: {cause}")]
    File {
        /// The key that names the file.
        key: &'static str,
        /// The file.
        path: String,
        /// Why.
        cause: std::io::Error,
    },
    /// The TOML is not well formed, or has a key that does not exist.
    #[error("the configuration file is wrong: {0}")]
    Toml(#[from] toml::de::Error),
    /// A value is missing or wrong.
    #[error("{key} (environment: {variable}): expected {expected}")]
    Value {
        /// The key.
        key: &'static str,
        /// Its environment variable.
        variable: &'static str,
        /// What would be right.
        expected: &'static str,
    },
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    listen: Option<String>,
    origin: Option<String>,
    brand: Option<String>,
    database: Option<String>,
    keys: Option<String>,
    audit_heads: Option<String>,
    trusted_proxies: Option<String>,
    rules: Rules,
    mail: Mail,
    microsoft: Microsoft,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Rules {
    personal_sites_block_modern: Option<bool>,
    sharepoint_sites_block_modern: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Mail {
    smtp: Option<String>,
    password_file: Option<String>,
    from: Option<String>,
    most_per_hour: Option<u32>,
    most_per_day: Option<u32>,
    most_per_recipient: Option<u32>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Microsoft {
    login: Option<String>,
    graph: Option<String>,
    sign_in_client_id: Option<String>,
    access_client_id: Option<String>,
    access_certificate_file: Option<String>,
    access_key_file: Option<String>,
    setup_sign_in_client_id: Option<String>,
    setup_client_id: Option<String>,
    setup_certificate_file: Option<String>,
    setup_key_file: Option<String>,
    extra_ca_file: Option<String>,
}

impl Config {
    /// Reads the file, if there is one, with the environment over it.
    pub fn read(file: Option<&Path>, environment: &HashMap<String, String>) -> Result<Self, ConfigError> {
        let file = match file {
            Some(path) => toml::from_str(&read_text("--config", path)?)?,
            None => File::default(),
        };
        let source = Source { environment };
        let listen = source.or(file.listen, "REKEY_LISTEN", "127.0.0.1:8400");
        let origin = source.or(file.origin, "REKEY_ORIGIN", "");
        let rules = RuleSwitches::default();
        Ok(Self {
            listen: listen.parse().map_err(|_| wrong("listen", "REKEY_LISTEN", "an address such as 127.0.0.1:8400"))?,
            origin: check_origin(&origin)?,
            brand: source.or(file.brand, "REKEY_BRAND", "Rekey"),
            database: database(&source.or(file.database, "REKEY_DATABASE", ""))?,
            keys: PathBuf::from(source.must(file.keys, "keys", "REKEY_KEYS", "a folder with master keys")?),
            audit_heads: source.maybe(file.audit_heads, "REKEY_AUDIT_HEADS").map(PathBuf::from),
            trusted_proxies: proxies(&source.or(file.trusted_proxies, "REKEY_TRUSTED_PROXIES", ""))?,
            rules: RuleSwitches {
                personal_sites_block_modern: file
                    .rules
                    .personal_sites_block_modern
                    .unwrap_or(rules.personal_sites_block_modern),
                sharepoint_sites_block_modern: file
                    .rules
                    .sharepoint_sites_block_modern
                    .unwrap_or(rules.sharepoint_sites_block_modern),
                ..rules
            },
            mail: mail(&source, file.mail)?,
            microsoft: microsoft(&source, file.microsoft)?,
        })
    }
}

struct Source<'a> {
    environment: &'a HashMap<String, String>,
}

impl Source<'_> {
    fn maybe(&self, value: Option<String>, variable: &str) -> Option<String> {
        self.environment.get(variable).cloned().or(value)
    }

    fn or(&self, value: Option<String>, variable: &str, default: &str) -> String {
        self.maybe(value, variable).unwrap_or_else(|| default.to_owned())
    }

    fn count(
        &self,
        value: Option<u32>,
        key: &'static str,
        variable: &'static str,
        default: u32,
    ) -> Result<u32, ConfigError> {
        match self.environment.get(variable) {
            Some(text) => text.trim().parse().map_err(|_| wrong(key, variable, "a number such as 200")),
            None => Ok(value.unwrap_or(default)),
        }
    }

    fn must(
        &self,
        value: Option<String>,
        key: &'static str,
        variable: &'static str,
        expected: &'static str,
    ) -> Result<String, ConfigError> {
        self.maybe(value, variable).ok_or_else(|| wrong(key, variable, expected))
    }
}

const fn wrong(key: &'static str, variable: &'static str, expected: &'static str) -> ConfigError {
    ConfigError::Value { key, variable, expected }
}

fn read_text(key: &'static str, path: &Path) -> Result<String, ConfigError> {
    std::fs::read_to_string(path).map_err(|cause| ConfigError::File { key, path: path.display().to_string(), cause })
}

fn check_origin(text: &str) -> Result<String, ConfigError> {
    let expected = "an origin such as https://rekey.example.com (http for loopback only)";
    parse_origin(text).ok_or_else(|| wrong("origin", "REKEY_ORIGIN", expected))
}

/// An origin as browsers write it (RFC 6454 §6.1): https anywhere, http for loopback names only, a name or an address and
/// never a pattern.
pub fn parse_origin(text: &str) -> Option<String> {
    let url = url::Url::parse(text).ok()?;
    let host = url.host_str()?;
    let loopback = matches!(host, "127.0.0.1" | "localhost" | "[::1]") || host.ends_with(".localhost");
    let is_safe = url.scheme() == "https" || (url.scheme() == "http" && loopback);
    let is_plain = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._[]:".contains(&byte));
    let origin = url.origin().ascii_serialization();
    (is_safe && is_plain && text.strip_suffix('/').unwrap_or(text).eq_ignore_ascii_case(&origin)).then_some(origin)
}

fn proxies(text: &str) -> Result<Vec<IpAddr>, ConfigError> {
    let wrong = |_| wrong("trusted_proxies", "REKEY_TRUSTED_PROXIES", "addresses joined by commas");
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(|part| part.parse().map_err(wrong)).collect()
}

fn database(text: &str) -> Result<DatabaseConfig, ConfigError> {
    if let Some(path) = text.strip_prefix("sqlite:").filter(|path| !path.is_empty()) {
        return Ok(DatabaseConfig::Sqlite { path: PathBuf::from(path) });
    }
    if text.starts_with("postgres://") || text.starts_with("postgresql://") {
        return Ok(DatabaseConfig::Postgres { url: text.to_owned(), max_connections: 16 });
    }
    Err(wrong("database", "REKEY_DATABASE", "sqlite:<file> or postgres://user:password@host/database"))
}

fn mail(source: &Source<'_>, file: Mail) -> Result<Option<MailConfig>, ConfigError> {
    let Some(smtp) = source.maybe(file.smtp, "REKEY_MAIL_SMTP") else { return Ok(None) };
    let from = source.must(file.from, "mail.from", "REKEY_MAIL_FROM", "a sender such as Rekey <rekey@example.com>")?;
    let password = source
        .maybe(file.password_file, "REKEY_MAIL_PASSWORD_FILE")
        .map(|path| read_text("mail.password_file", Path::new(&path)).map(Secret::new))
        .transpose()?;
    let usual = MailLimits::default();
    let limits = MailLimits {
        per_hour: source.count(file.most_per_hour, "mail.most_per_hour", "REKEY_MAIL_MOST_PER_HOUR", usual.per_hour)?,
        per_day: source.count(file.most_per_day, "mail.most_per_day", "REKEY_MAIL_MOST_PER_DAY", usual.per_day)?,
        per_recipient: source.count(
            file.most_per_recipient,
            "mail.most_per_recipient",
            "REKEY_MAIL_MOST_PER_RECIPIENT",
            usual.per_recipient,
        )?,
    };
    Ok(Some(MailConfig { smtp, password, from, limits }))
}

fn microsoft(source: &Source<'_>, file: Microsoft) -> Result<MicrosoftConfig, ConfigError> {
    let login = source.or(file.login, "REKEY_MICROSOFT_LOGIN", "https://login.microsoftonline.com");
    let graph = source.or(file.graph, "REKEY_MICROSOFT_GRAPH", "https://graph.microsoft.com");
    let authority = Authority::new(&login, &graph).map_err(|_| {
        wrong(
            "microsoft.login, microsoft.graph",
            "REKEY_MICROSOFT_LOGIN, REKEY_MICROSOFT_GRAPH",
            "https origins (http for loopback only)",
        )
    })?;
    let id = |value: Option<String>, key: &'static str, variable: &'static str| -> Result<ClientId, ConfigError> {
        let expected = "an application (client) id";
        source.must(value, key, variable, expected)?.parse().map_err(|_| wrong(key, variable, expected))
    };
    let file_of = |value: Option<String>, key: &'static str, variable: &'static str| -> Result<String, ConfigError> {
        read_text(key, Path::new(&source.must(value, key, variable, "a PEM file")?))
    };
    let page = source.maybe(file.setup_sign_in_client_id, "REKEY_MICROSOFT_SETUP_SIGN_IN_CLIENT_ID");
    let setup = match page {
        None => None,
        Some(page) => Some(SetupPair {
            page: id(Some(page), "microsoft.setup_sign_in_client_id", "REKEY_MICROSOFT_SETUP_SIGN_IN_CLIENT_ID")?,
            api: Registration {
                client_id: id(file.setup_client_id, "microsoft.setup_client_id", "REKEY_MICROSOFT_SETUP_CLIENT_ID")?,
                certificate_pem: file_of(
                    file.setup_certificate_file,
                    "microsoft.setup_certificate_file",
                    "REKEY_MICROSOFT_SETUP_CERTIFICATE_FILE",
                )?,
                private_key_pem: Secret::new(file_of(
                    file.setup_key_file,
                    "microsoft.setup_key_file",
                    "REKEY_MICROSOFT_SETUP_KEY_FILE",
                )?),
            },
        }),
    };
    Ok(MicrosoftConfig {
        setup,
        authority,
        sign_in: id(file.sign_in_client_id, "microsoft.sign_in_client_id", "REKEY_MICROSOFT_SIGN_IN_CLIENT_ID")?,
        access: Registration {
            client_id: id(file.access_client_id, "microsoft.access_client_id", "REKEY_MICROSOFT_ACCESS_CLIENT_ID")?,
            certificate_pem: file_of(
                file.access_certificate_file,
                "microsoft.access_certificate_file",
                "REKEY_MICROSOFT_ACCESS_CERTIFICATE_FILE",
            )?,
            private_key_pem: Secret::new(file_of(
                file.access_key_file,
                "microsoft.access_key_file",
                "REKEY_MICROSOFT_ACCESS_KEY_FILE",
            )?),
        },
        extra_ca_pem: source
            .maybe(file.extra_ca_file, "REKEY_MICROSOFT_EXTRA_CA_FILE")
            .map(|path| read_text("microsoft.extra_ca_file", Path::new(&path)))
            .transpose()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_value_is_named_with_its_key_and_variable() {
        let environment = HashMap::from([("REKEY_ORIGIN".to_owned(), "http://rekey.example.com".to_owned())]);
        let error = Config::read(None, &environment).unwrap_err().to_string();
        assert!(error.contains("origin") && error.contains("REKEY_ORIGIN") && error.contains("https://"), "{error}");
    }

    #[test]
    fn h12_how_much_mail_may_go_is_a_number() {
        let read = |pairs: &[(&str, &str)]| {
            let text = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
            let environment = pairs.iter().map(text).collect();
            let file = Mail { most_per_hour: Some(5), most_per_day: Some(50), ..Mail::default() };
            mail(&Source { environment: &environment }, file)
        };
        let base = [("REKEY_MAIL_SMTP", "smtp://127.0.0.1:25"), ("REKEY_MAIL_FROM", "a@b.example")];
        let limits = read(&[base[0], base[1], ("REKEY_MAIL_MOST_PER_DAY", "70")]).unwrap().unwrap().limits;
        assert_eq!(limits, MailLimits { per_hour: 5, per_day: 70, ..MailLimits::default() });
        let error = read(&[base[0], base[1], ("REKEY_MAIL_MOST_PER_HOUR", "many")]).unwrap_err().to_string();
        assert!(error.contains("mail.most_per_hour") && error.contains("REKEY_MAIL_MOST_PER_HOUR"), "{error}");
    }

    #[test]
    fn origins_are_origins_only() {
        for good in
            ["https://rekey.example.com", "http://127.0.0.1:8400", "http://localhost", "https://rekey.example.com/"]
        {
            assert!(check_origin(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "http://example.com",
            "https://a/b",
            "https://u@a",
            "https://a?x",
            "ftp://localhost",
            "https://*.example.com",
            "null",
            "*",
        ] {
            assert!(check_origin(bad).is_err(), "{bad}");
        }
    }
}
