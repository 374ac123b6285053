//! What was asked for on the command line.

use crate::Failure;

/// Printed by `cargo xtask help`.
pub const USAGE: &str = "\
cargo xtask test [--only NAME]... [-- FILTER...]
    Installs what is missing where it can, then runs every test of the workspace.
    --only NAME   one part: unit, a folder (shared, server, frontend, emulator, xtask, tests)
                  or a test program of tests/tests (store, api, tenancy, browser, ...)
    FILTER        handed to the test programs, as after `cargo test --`
cargo xtask lint
    rustfmt, clippy (native and wasm32), cargo-deny, and what must not be in the tree.
cargo xtask sbom
    What a release is made of, as CycloneDX JSON, on the standard output.
cargo xtask bench [ARGUMENT...]
    The measurements, in release mode; `cargo xtask bench --help` lists them.
";

/// One command.
#[derive(Debug, PartialEq, Eq)]
pub enum Task {
    /// Explain.
    Help,
    /// Run the tests: all of them, or only these.
    Test {
        /// The parts asked for; none means all.
        only: Vec<String>,
        /// Words for the test programs themselves.
        filter: Vec<String>,
    },
    /// Look at the code without running it.
    Lint,
    /// List what a release is made of.
    Sbom,
    /// Measure.
    Bench {
        /// Words for the bench program.
        words: Vec<String>,
    },
}

/// Reads the words after `cargo xtask`.
pub fn parse(words: &[String]) -> Result<Task, Failure> {
    let Some((first, rest)) = words.split_first() else { return Ok(Task::Help) };
    match first.as_str() {
        "test" => test(rest),
        "lint" if rest.is_empty() => Ok(Task::Lint),
        "sbom" if rest.is_empty() => Ok(Task::Sbom),
        "bench" => Ok(Task::Bench { words: rest.to_vec() }),
        "help" | "--help" | "-h" => Ok(Task::Help),
        other => Err(format!("`{other}` is not understood\n\n{USAGE}").into()),
    }
}

fn test(words: &[String]) -> Result<Task, Failure> {
    let mut only = Vec::new();
    let mut filter = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--only" => only.push(words.next().ok_or("--only needs a name")?.clone()),
            "--" => filter.extend(words.by_ref().cloned()),
            other => match other.strip_prefix("--only=") {
                Some(name) => only.push(name.to_owned()),
                None => return Err(format!("`{other}` is not understood\n\n{USAGE}").into()),
            },
        }
    }
    Ok(Task::Test { only, filter })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Task, String> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        parse(&words).map_err(|failure| failure.to_string())
    }

    #[test]
    fn test_without_more_means_everything() {
        assert_eq!(parsed("test"), Ok(Task::Test { only: vec![], filter: vec![] }));
    }

    #[test]
    fn parts_may_be_named_in_both_ways_and_repeated() {
        let task = Task::Test { only: vec!["store".into(), "api".into()], filter: vec!["kill".into()] };
        assert_eq!(parsed("test --only store --only=api -- kill"), Ok(task));
    }

    #[test]
    fn words_that_mean_nothing_are_refused() {
        for line in ["tests", "test store", "test --only", "lint now"] {
            assert!(parsed(line).is_err(), "{line}");
        }
    }

    #[test]
    fn bench_hands_its_words_on() {
        assert_eq!(parsed("bench --seconds 3"), Ok(Task::Bench { words: vec!["--seconds".into(), "3".into()] }));
    }
}
