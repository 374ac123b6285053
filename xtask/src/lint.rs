//! `cargo xtask lint`: everything that can be said about the tree without running it.
//!
//! Every step runs even if an earlier one failed; the end names each with how it went. A step that cannot run says so and why:
//! nothing is left out in silence. To add one: a function that gives a [`Verdict`], and a row in [`run`].

mod layers;
mod lock;
mod scan;
mod tree;

pub use lock::value;

use crate::{Failure, shell, workspace::Workspace};
use std::process::{Command, ExitCode};

/// How a step went.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    /// Nothing to say.
    Clean,
    /// It printed what is wrong.
    Wrong,
    /// It could not run, for this reason.
    NotRun(String),
}

impl Verdict {
    fn of(clean: bool) -> Self {
        if clean { Self::Clean } else { Self::Wrong }
    }

    fn of_findings(findings: &[String]) -> Self {
        for finding in findings {
            println!("{finding}");
        }
        Self::of(findings.is_empty())
    }
}

/// Runs every step.
pub fn run(workspace: &Workspace) -> Result<ExitCode, Failure> {
    let files = tree::files(workspace.root())?;
    let lock = std::fs::read_to_string(workspace.root().join("Cargo.lock"))?;
    let steps: [(&str, &dyn Fn() -> Verdict); 9] = [
        ("rustfmt", &|| cargo(workspace, "fmt --all --check")),
        ("clippy", &|| cargo(workspace, "clippy --locked --workspace --all-targets -- -D warnings")),
        ("clippy for wasm32", &|| cargo(workspace, WASM)),
        ("clippy for wasm32, the connect page alone", &|| cargo(workspace, CONNECT)),
        ("cargo-deny: licences, sources, what is not wanted", &|| deny(workspace, "bans licenses sources")),
        ("cargo-deny: advisories", &|| advisories(workspace)),
        ("Cargo.lock", &|| Verdict::of_findings(&lock::findings(&lock))),
        ("who may use what", &|| Verdict::of_findings(&layers::findings(&files))),
        ("what must not be in the tree", &|| Verdict::of_findings(&scan::findings(&files))),
    ];
    let verdicts = steps.map(|(name, step)| {
        println!("== {name}");
        (name, step())
    });
    println!();
    for (name, verdict) in &verdicts {
        println!("{}", line(name, verdict));
    }
    let is_clean = !verdicts.iter().any(|(_, verdict)| *verdict == Verdict::Wrong);
    Ok(if is_clean { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

const WASM: &str = "clippy --locked --package rekey-frontend --package rekey-shared --target wasm32-unknown-unknown \
                    -- -D warnings";

/// As it is built: without the portal's framework.
const CONNECT: &str = "clippy --locked --package rekey-frontend --bin connect --no-default-features \
                       --target wasm32-unknown-unknown -- -D warnings";

/// Without the web app in the server: clippy looks at its code in a step of its own.
fn cargo(workspace: &Workspace, words: &str) -> Verdict {
    let mut command = shell::cargo(workspace.root());
    command.args(words.split(' ')).env("REKEY_SKIP_WEB", "1");
    Verdict::of(shell::succeeds(&mut command))
}

fn deny(workspace: &Workspace, checks: &str) -> Verdict {
    match cargo_deny() {
        Err(reason) => reason,
        Ok(()) => cargo(workspace, &format!("deny check {checks}")),
    }
}

/// Apart from the others, because it compares with a list that is fetched anew: without it nothing was compared.
fn advisories(workspace: &Workspace) -> Verdict {
    if let Err(reason) = cargo_deny() {
        return reason;
    }
    if !shell::succeeds(shell::cargo(workspace.root()).args(["deny", "fetch", "db"])) {
        return Verdict::NotRun("the list of advisories could not be fetched, so nothing was compared".into());
    }
    cargo(workspace, "deny check --disable-fetch advisories")
}

fn cargo_deny() -> Result<(), Verdict> {
    let version = shell::answer(Command::new("cargo-deny").arg("--version"));
    version.map(|_| ()).ok_or_else(|| Verdict::NotRun("not installed; `cargo install --locked cargo-deny`".into()))
}

fn line(name: &str, verdict: &Verdict) -> String {
    match verdict {
        Verdict::Clean => format!("clean: {name}"),
        Verdict::Wrong => format!("WRONG: {name}"),
        Verdict::NotRun(reason) => format!("not run: {name} ({reason})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_that_did_not_run_says_why() {
        let text = line("cargo-deny", &Verdict::NotRun("not installed".into()));
        assert_eq!(text, "not run: cargo-deny (not installed)");
    }

    #[test]
    fn one_finding_is_enough() {
        assert_eq!(Verdict::of_findings(&["x".into()]), Verdict::Wrong);
        assert_eq!(Verdict::of_findings(&[]), Verdict::Clean);
    }
}
