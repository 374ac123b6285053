//! Cargo.lock: from crates.io alone, and without the crates that are banned.
//!
//! `deny.toml` says the same and more to cargo-deny; this holds where cargo-deny is not installed.

const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// As in `deny.toml`: timing of private-key operations (RUSTSEC-2023-0071), and TLS by other means than rustls.
const BANNED: [&str; 4] = ["rsa", "openssl", "openssl-sys", "native-tls"];

/// What is wrong in it.
pub fn findings(lock: &str) -> Vec<String> {
    lock.split("[[package]]").skip(1).flat_map(package).collect()
}

fn package(entry: &str) -> Vec<String> {
    let name = value(entry, "name").unwrap_or("?");
    let mut findings = Vec::new();
    if BANNED.contains(&name) {
        findings.push(format!("Cargo.lock: {name} is banned"));
    }
    if let Some(source) = value(entry, "source").filter(|source| *source != CRATES_IO) {
        findings.push(format!("Cargo.lock: {name} comes from {source}, not from crates.io"));
    }
    findings
}

/// What a package's entry says of a key.
pub fn value<'a>(entry: &'a str, key: &str) -> Option<&'a str> {
    let line = entry.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = "))?;
    Some(line.trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn banned_crates_and_other_sources_are_found() {
        let lock = "version = 4\n[[package]]\nname = \"rsa\"\nversion = \"1\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n\n\
            [[package]]\nname = \"good\"\nversion = \"1\"\n\n\
            [[package]]\nname = \"forked\"\nversion = \"1\"\nsource = \"git+https://example.com/forked\"\n";
        assert_eq!(
            findings(lock),
            [
                "Cargo.lock: rsa is banned",
                "Cargo.lock: forked comes from git+https://example.com/forked, not from crates.io"
            ]
        );
    }

    /// S8: what this workspace is really built from, `rsa` and its timing not among it; private keys are used by aws-lc-rs.
    #[test]
    fn s8_no_banned_crate_is_in_the_lock_of_this_workspace() {
        let lock = include_str!("../../../Cargo.lock");
        let packages = lock.split("[[package]]").skip(1);
        let names: Vec<_> = packages.filter_map(|entry| value(entry, "name")).collect();
        assert!(names.len() > 100 && names.contains(&"aws-lc-rs") && !names.contains(&"rsa"), "{names:?}");
        assert_eq!(findings(lock), Vec::<String>::new());
    }

    #[test]
    fn deny_toml_bans_the_same() {
        let deny = include_str!("../../../deny.toml");
        for name in BANNED {
            assert!(deny.contains(&format!("crate = \"{name}\"")), "{name}");
        }
        assert!(deny.contains(CRATES_IO.trim_start_matches("registry+")));
    }
}
