//! Where a person goes after signing in: a path of this portal and nothing else (security.md B5).
//!
//! The path never comes from an address: it is kept in this tab's storage, and still it is checked, so that a
//! tampered value cannot lead to another site.

/// Places that only make sense before or during a sign-in, or that belong to other pages.
const ELSEWHERE: [&str; 5] = ["/sign-in", "/owner", "/connect", "/api", "/assets"];

/// The longest path that is kept.
const LONGEST: usize = 2_000;

/// The path, when it is one of the portal's own; `None` sends the person to the overview.
pub fn validated(path: &str) -> Option<&str> {
    let mut bytes = path.bytes();
    let begins_well = bytes.next() == Some(b'/') && !matches!(bytes.next(), Some(b'/' | b'\\'));
    let plain = path.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'@' | b'<' | b'>' | b'"'));
    let route = path.split(['?', '#']).next().unwrap_or_default();
    let encoded_separator = route.contains('%') || route.contains("//") || route.contains("/.");
    let elsewhere = ELSEWHERE
        .iter()
        .any(|place| route.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')));
    (begins_well && plain && !encoded_separator && !elsewhere && path.len() <= LONGEST).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::validated;

    #[test]
    fn b5_paths_of_the_portal_are_kept() {
        for path in [
            "/",
            "/backup-sets",
            "/backup-sets?method=basic&q=a%20b",
            "/authorizations/0190a0b1-2c3d-7e4f-8a9b-0c1d2e3f4a5b",
            "/sign-in-log",
        ] {
            assert_eq!(validated(path), Some(path));
        }
    }

    #[test]
    fn b5_other_places_are_refused() {
        for path in [
            "",
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "/\t/evil.example",
            "/%2f/evil.example",
            "/%5cevil.example",
            "/.//evil.example",
            "/a//evil.example",
            "/@evil.example",
            "javascript:alert(1)",
            " /",
            "/ü",
            "/a\nb",
            "/sign-in",
            "/sign-in/callback?code=1",
            "/owner#x",
            "/connect#secret",
            "/api/v1/session",
            "/../x",
        ] {
            assert_eq!(validated(path), None, "{path}");
        }
        assert_eq!(validated(&format!("/{}", "a".repeat(3_000))), None);
    }
}
