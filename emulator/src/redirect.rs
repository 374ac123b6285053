//! Redirect URIs: what may be registered, and how a given one is compared with it.
//!
//! Follows Microsoft's "Redirect URI restrictions": exact and case-sensitive, the port of `localhost` ignored, a slash
//! added to a registered URI without a path.

use url::Url;

use crate::scenario::Application;

/// Platform under which a redirect URI is registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) enum Platform {
    /// Server-side web application.
    Web,
    /// Single-page application.
    Spa,
    /// Mobile and desktop.
    Public,
}

/// Whether Microsoft would take this URI into a registration.
pub(crate) fn may_be_registered(uri: &str) -> bool {
    if uri.len() > 256 || uri.contains('*') {
        return false;
    }
    let Ok(url) = Url::parse(uri) else { return false };
    match url.scheme() {
        "http" => matches!(url.host_str(), Some("localhost" | "127.0.0.1")),
        _ => url.fragment().is_none(),
    }
}

/// Finds the platform of a given redirect URI.
///
/// A `web` entry wins over a `spa` entry that differs only by the port of `localhost`: Microsoft picks one at will, and
/// this is the choice that breaks a browser.
pub(crate) fn platform_of(application: &Application, given: &str) -> Option<Platform> {
    let lists = [
        (Platform::Web, &application.web_redirect_uris),
        (Platform::Spa, &application.spa_redirect_uris),
        (Platform::Public, &application.public_redirect_uris),
    ];
    lists.into_iter().find(|(_, uris)| uris.iter().any(|uri| matches(uri, given))).map(|(platform, _)| platform)
}

/// Whether the given URI is the registered one.
fn matches(registered: &str, given: &str) -> bool {
    let (registered, given) = (with_path(registered), with_path(given));
    registered == given || (is_localhost(&registered) && without_port(&registered) == without_port(&given))
}

/// Adds the slash that the service adds when a URI has no path.
pub(crate) fn with_path(uri: &str) -> String {
    let Some((_, rest)) = uri.split_once("://") else { return uri.to_owned() };
    if rest.contains(['/', '?', '#']) { uri.to_owned() } else { format!("{uri}/") }
}

fn is_localhost(uri: &str) -> bool {
    Url::parse(uri).is_ok_and(|url| url.host_str() == Some("localhost") && matches!(url.scheme(), "http" | "https"))
}

fn without_port(uri: &str) -> String {
    let Some((scheme, rest)) = uri.split_once("://") else { return uri.to_owned() };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    format!("{scheme}://{}{path}", authority.split(':').next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn item3_comparison_is_exact_but_for_the_localhost_port_and_an_absent_path() {
        assert!(matches("https://a.example/cb", "https://a.example/cb"));
        assert!(!matches("https://a.example/cb", "https://a.example/CB"));
        assert!(!matches("https://a.example/cb", "https://a.example/cb/"));
        assert!(!matches("https://a.example/cb", "https://a.example:8443/cb"));
        assert!(matches("http://localhost:1/cb", "http://localhost:2/cb"));
        assert!(!matches("http://127.0.0.1:1/cb", "http://127.0.0.1:2/cb"));
        assert!(matches("https://a.example", "https://a.example/"));
    }

    #[test]
    fn item3_only_loopback_may_use_plain_http() {
        assert!(may_be_registered("http://localhost/cb") && may_be_registered("http://127.0.0.1:9/cb"));
        assert!(!may_be_registered("http://a.example/cb"));
        assert!(!may_be_registered(&format!("https://a.example/{}", "x".repeat(256))));
    }
}
