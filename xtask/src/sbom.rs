//! `cargo xtask sbom`: what a release is made of, as CycloneDX 1.5 in JSON (security.md C1).
//!
//! The server as it is released, and the pages that lie in it; versions, licences and checksums from the lock file. Nothing in it
//! depends on when or where it is made: two runs on one checkout print the same bytes.

use crate::{Failure, lint::value, shell, workspace::Workspace};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    process::ExitCode,
};

/// What `cargo tree` is asked about: the server, and the pages.
const PARTS: [&[&str]; 2] = [
    &["--package", "rekey", "--no-default-features", "--target", "x86_64-unknown-linux-gnu"],
    &["--package", "rekey-frontend", "--target", "wasm32-unknown-unknown"],
];

/// One crate.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Component {
    name: String,
    version: String,
    /// An SPDX expression; empty: the crate does not say.
    licence: String,
}

/// Prints it.
pub fn run(workspace: &Workspace) -> Result<ExitCode, Failure> {
    let mut all = BTreeSet::new();
    for part in PARTS {
        let mut tree = shell::cargo(workspace.root());
        tree.args(["tree", "--locked", "--edges", "normal", "--prefix", "none", "--format", "{p}|{l}"]).args(part);
        let answer =
            shell::answer(&mut tree).ok_or("`cargo tree` did not answer; `cargo fetch` fetches what it reads")?;
        all.extend(answer.lines().filter_map(component));
    }
    let lock = fs::read_to_string(workspace.root().join("Cargo.lock"))?;
    print!("{}", document(&all, &checksums(&lock)));
    Ok(ExitCode::SUCCESS)
}

/// Reads `name v1.2.3 (proc-macro)|MIT OR Apache-2.0 (*)`; nothing for a member of the workspace, whose folder follows its version.
fn component(line: &str) -> Option<Component> {
    let (package, licence) = line.split_once('|')?;
    let mut words = package.split_whitespace();
    let (name, version) = (words.next()?, words.next()?.strip_prefix('v')?);
    if words.next().is_some_and(|word| word.starts_with("(/") || word.contains(":\\")) {
        return None;
    }
    let licence = licence.trim_end_matches("(*)").trim().replace('/', " OR ");
    Some(Component { name: name.to_owned(), version: version.to_owned(), licence })
}

/// SHA-256 of the crates' archives, by name and version.
fn checksums(lock: &str) -> BTreeMap<(&str, &str), &str> {
    let packages = lock.split("[[package]]").skip(1);
    let known = packages
        .filter_map(|entry| Some(((value(entry, "name")?, value(entry, "version")?), value(entry, "checksum")?)));
    known.collect()
}

fn document(components: &BTreeSet<Component>, checksums: &BTreeMap<(&str, &str), &str>) -> String {
    let entry = |one: &Component| {
        let Component { name, version, licence } = one;
        let mut members = vec![
            "\"type\": \"library\"".to_owned(),
            format!("\"name\": {}, \"version\": {}", text(name), text(version)),
            format!("\"purl\": {}", text(&format!("pkg:cargo/{name}@{}", version.replace('+', "%2B")))),
        ];
        if !licence.is_empty() {
            members.push(format!("\"licenses\": [{{ \"expression\": {} }}]", text(licence)));
        }
        if let Some(sum) = checksums.get(&(name.as_str(), version.as_str())) {
            members.push(format!("\"hashes\": [{{ \"alg\": \"SHA-256\", \"content\": {} }}]", text(sum)));
        }
        format!("    {{ {} }}", members.join(", "))
    };
    let entries: Vec<_> = components.iter().map(entry).collect();
    let version = text(env!("CARGO_PKG_VERSION"));
    format!(
        "{{\n  \"bomFormat\": \"CycloneDX\",\n  \"specVersion\": \"1.5\",\n  \"version\": 1,\n  \
         \"metadata\": {{ \"component\": {{ \"type\": \"application\", \"name\": \"rekey\", \"version\": {version} }} }},\n  \
         \"components\": [\n{}\n  ]\n}}\n",
        entries.join(",\n")
    )
}

/// A JSON string. Names, versions and licences hold no control characters.
fn text(plain: &str) -> String {
    format!("\"{}\"", plain.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c1_lines_of_the_tree_become_components() {
        let one = component("sha2 v0.10.9|MIT OR Apache-2.0 (*)").unwrap();
        assert_eq!(
            (one.name.as_str(), one.version.as_str(), one.licence.as_str()),
            ("sha2", "0.10.9", "MIT OR Apache-2.0")
        );
        assert_eq!(component("serde_derive v1.0.1 (proc-macro)|MIT/Apache-2.0").unwrap().licence, "MIT OR Apache-2.0");
        assert_eq!(component("rekey-shared v0.1.0 (/somewhere/shared)|MIT OR Apache-2.0"), None);
        assert_eq!(component(""), None);
    }

    #[test]
    fn c1_every_component_names_its_archive() {
        let lock = "[[package]]\nname = \"a\"\nversion = \"1.0.0+x\"\nchecksum = \"00ff\"\n\n[[package]]\nname = \"own\"\nversion = \"1\"\n";
        let all = ["a v1.0.0+x|MIT", "b v2.0.0|"].iter().filter_map(|line| component(line)).collect();
        let document = document(&all, &checksums(lock));
        assert!(document.contains("\"purl\": \"pkg:cargo/a@1.0.0%2Bx\""), "{document}");
        assert!(document.contains("\"content\": \"00ff\"") && document.contains("\"expression\": \"MIT\""));
        assert_eq!(document.matches("\"type\": \"library\"").count(), 2);
        assert_eq!(document.matches("licenses").count(), 1, "what a crate does not say is not made up");
    }
}
