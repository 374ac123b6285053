//! Who may depend on whom (docs/architecture.md), and how long a file may be.
//!
//! A rule names a word, the folder it is about, and the only places in it where the word may stand. Tests are free.

use super::tree::File;
use std::path::Path;

struct Rule {
    word: &'static str,
    within: &'static str,
    only: &'static [&'static str],
}

const RULES: [Rule; 10] = [
    Rule {
        word: "axum::",
        within: "server/src/",
        only: &["http", "assets.rs", "cli/demo/console.rs", "server.rs", "lib.rs", "main.rs"],
    },
    Rule { word: "sea_orm", within: "server/src/", only: &["store"] },
    Rule { word: "env::var", within: "server/src/", only: &["cli", "config", "main.rs"] },
    Rule { word: "web_sys::", within: "frontend/src/", only: &["browser", "api"] },
    Rule { word: "browser::js", within: "frontend/src/", only: &["browser", "api"] },
    Rule { word: "shared::", within: "emulator/src/", only: &[] },
    Rule { word: "server::", within: "emulator/src/", only: &[] },
    Rule { word: "server::", within: "frontend/src/", only: &[] },
    Rule { word: "emulator::", within: "frontend/src/", only: &[] },
    Rule { word: "SystemTime", within: "shared/src/", only: &[] },
];

/// Files are split at 400 lines; here at the latest.
const LONGEST: usize = 600;

/// What is wrong, a line each.
pub fn findings(files: &[File]) -> Vec<String> {
    files
        .iter()
        .filter(|file| Path::new(&file.path).extension().is_some_and(|extension| extension == "rs"))
        .flat_map(file_findings)
        .collect()
}

fn file_findings(file: &File) -> Vec<String> {
    let mut findings = Vec::new();
    let length = file.text.lines().count();
    if length > LONGEST {
        findings.push(format!("{}: {length} lines; split it at 400", file.path));
    }
    for rule in RULES.iter().filter(|rule| rule.is_about(&file.path)) {
        let product = file.text.lines().take_while(|line| !line.ends_with("mod tests {")).enumerate();
        let found = product.filter(|(_, line)| uses(line, rule.word));
        findings.extend(found.map(|(at, _)| format!("{}:{}: `{}` has no place here", file.path, at + 1, rule.word)));
    }
    findings
}

impl Rule {
    fn is_about(&self, path: &str) -> bool {
        let Some(inside) = path.strip_prefix(self.within) else { return false };
        let is_allowed = |place: &&str| {
            inside.strip_prefix(*place).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '.']))
        };
        !self.only.iter().any(is_allowed) && !inside.contains("tests") && !inside.contains("testing")
    }
}

/// As a path, not as the end of another word or in a comment.
fn uses(line: &str, word: &str) -> bool {
    let code = line.split("//").next().unwrap_or_default();
    code.match_indices(word).any(|(at, _)| {
        let before = code.get(..at).and_then(|text| text.chars().next_back());
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File { path: path.into(), text: text.into() }
    }

    #[test]
    fn a_layer_that_is_skipped_is_found() {
        let found = findings(&[file("server/src/services/save.rs", "use sea_orm::Database;\n")]);
        assert_eq!(found, ["server/src/services/save.rs:1: `sea_orm` has no place here"]);
    }

    #[test]
    fn the_layer_itself_its_tests_and_comments_are_free() {
        for (path, text) in [
            ("server/src/store/links.rs", "use sea_orm::Database;"),
            ("server/src/store.rs", "use sea_orm::Database;"),
            ("server/src/seal.rs", "// not for sea_orm"),
            ("server/src/seal.rs", "#[cfg(test)]\nmod tests {\n    use axum::Router;\n}"),
            ("tests/tests/api.rs", "use axum::Router; use sea_orm::X;"),
        ] {
            assert_eq!(findings(&[file(path, text)]), Vec::<String>::new(), "{path}");
        }
    }

    #[test]
    fn a_file_may_not_grow_without_end() {
        assert_eq!(findings(&[file("shared/src/long.rs", &"\n".repeat(LONGEST + 1))]).len(), 1);
    }
}
