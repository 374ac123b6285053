//! `cargo xtask bench`: builds server and bench program in release mode and starts the latter.

use crate::{Failure, code_of, needs, shell, workspace::Workspace};
use std::{env, path::PathBuf, process::ExitCode};

/// Measures; the words are for the bench program.
pub fn run(workspace: &Workspace, words: &[String]) -> Result<ExitCode, Failure> {
    let wants_help = words.iter().any(|word| word == "--help" || word == "-h");
    if !wants_help {
        needs::meet(&[needs::Need::Postgres], &workspace.target()?)?;
        let mut build = shell::cargo(workspace.root());
        build.args(["build", "--locked", "--release", "--package", "rekey", "--bin", "rekey"]);
        if !shell::succeeds(&mut build) {
            return Err("the server did not compile; the errors are above".into());
        }
    }
    let mut bench = shell::cargo(workspace.root());
    bench.args(["run", "--locked", "--release", "--quiet", "--package", "rekey-tests", "--bin", "bench", "--"]);
    // The window is measured in a browser, with the demo: of this build, not of the tests'.
    bench.args(words).env("REKEY_BENCH_SERVER", server(workspace)).env("REKEY_BINARY", server(workspace));
    Ok(code_of(bench.status()?))
}

/// The server's program, where cargo has put it.
fn server(workspace: &Workspace) -> PathBuf {
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from);
    workspace.root().join(target).join("release").join(format!("rekey{}", env::consts::EXE_SUFFIX))
}
