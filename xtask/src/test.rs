//! `cargo xtask test`: every test of the workspace, in one run of `cargo test`.
//!
//! Cargo's own output passes through as it comes. At the end stand a summary, cargo's closing lines, and one line
//! `N passed, M failed`. What could not report (a program that crashed, code that did not compile) counts as one failure each.

mod held;
mod report;
mod tally;

use crate::{Failure, needs, shell, workspace::Workspace};
use held::Held;
use std::{
    io::{self, BufRead, BufReader, IsTerminal, PipeReader, Write},
    mem,
    process::{Command, ExitCode},
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};
use tally::Tally;

/// Runs them all, or only the parts named.
pub fn run(workspace: &Workspace, only: &[String], filter: &[String]) -> Result<ExitCode, Failure> {
    let plan = plan(workspace, only)?;
    let wanted: Vec<_> = if only.is_empty() {
        needs::ALL.to_vec()
    } else {
        only.iter().flat_map(|part| needs::of(part)).copied().collect()
    };
    let target = workspace.target()?;
    needs::meet(&wanted, &target)?;
    #[expect(clippy::disallowed_methods, reason = "how long the run took, for the person who waited")]
    let begun = Instant::now();
    let mut tally = Tally::default();
    let mut held = Held::default();
    let program = workspace.program("rekey")?;
    let mut is_content = true;
    for words in &plan {
        let mut cargo = shell::cargo(workspace.root());
        cargo.args(words);
        if words.first().is_some_and(|word| word == "test") {
            // Else each test program that needs the server would build it on its own, with other features.
            cargo.arg("--").args(filter);
            cargo.env("REKEY_BINARY", &program).env("REKEY_AXE", needs::axe::script(&target));
        }
        if io::stdout().is_terminal() {
            cargo.env("CARGO_TERM_COLOR", "always");
        }
        is_content &= follow(cargo, &mut tally, &mut held, &mut io::stdout())?;
        if !is_content && words.first().is_some_and(|word| word == "build") {
            break;
        }
    }
    tally.end(is_content);
    print!("{}", report::summary(&tally, begun.elapsed()));
    held.release(&mut io::stdout())?;
    println!("\n{}", report::last_line(&tally));
    let passed = is_content && tally.failed() == 0;
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The runs of cargo that cover the parts: the server that some tests start, then the tests.
fn plan(workspace: &Workspace, only: &[String]) -> Result<Vec<Vec<String>>, Failure> {
    let mut runs = vec![owned(&["build", "--locked", "--workspace", "--bin", "rekey"])];
    if only.is_empty() {
        runs.push(words(&["--workspace"]));
    }
    for part in only {
        runs.push(plan_one(workspace, part)?);
    }
    if !only.is_empty() && only.iter().all(|part| needs::starts_no_server(part)) {
        runs.remove(0);
    }
    Ok(runs)
}

fn plan_one(workspace: &Workspace, part: &str) -> Result<Vec<String>, Failure> {
    if part == "unit" {
        return Ok(words(&["--workspace", "--lib", "--bins"]));
    }
    if workspace.test_programs().iter().any(|program| program == part) {
        // Of the whole workspace, so that crates have the features that they have in a full run.
        return Ok(words(&["--workspace", "--test", part]));
    }
    match workspace.package(part) {
        Some(package) => Ok(words(&["--package", &package])),
        None => Err(format!("there is no part `{part}`; there are: {}", workspace.parts().join(", ")).into()),
    }
}

fn words(chosen: &[&str]) -> Vec<String> {
    owned(&[&["test", "--locked", "--no-fail-fast"], chosen].concat())
}

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// Passes on what it prints, counting; whether it was content at its end.
fn follow(mut cargo: Command, tally: &mut Tally, held: &mut Held, out: &mut dyn Write) -> Result<bool, Failure> {
    // Both streams through one pipe, so that their order is kept.
    let (reader, writer) = io::pipe()?;
    cargo.stdout(writer.try_clone()?).stderr(writer);
    let mut child = cargo.spawn()?;
    drop(cargo);
    let lines = lines_of(reader);
    let mut status = None;
    loop {
        match lines.recv_timeout(QUIET) {
            Ok(line) => {
                let text = tally::plain(&String::from_utf8_lossy(&line));
                tally.read(&text);
                held.pass(&text, &line, out)?;
                out.flush()?;
            }
            // A browser that outlives its test may hold the pipe open: once cargo is gone and all is quiet, that is the end.
            Err(RecvTimeoutError::Timeout) if status.is_none() => status = child.try_wait()?,
            Err(_) => break,
        }
    }
    Ok(child.wait()?.success())
}

const QUIET: Duration = Duration::from_millis(500);

fn lines_of(reader: PipeReader) -> Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut reader = BufReader::new(reader);
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
            if sender.send(mem::take(&mut line)).is_err() {
                break;
            }
        }
    });
    receiver
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checkout() -> Workspace {
        Workspace::find().expect("cargo runs tests inside the checkout")
    }

    #[test]
    fn everything_is_one_run_of_cargo_that_does_not_stop_at_a_failure() {
        let runs = plan(&checkout(), &[]).expect("all");
        assert_eq!(runs.len(), 2, "the server that tests start, and the tests");
        assert_eq!(runs[1], ["test", "--locked", "--no-fail-fast", "--workspace"]);
    }

    #[test]
    fn parts_that_start_no_server_do_not_wait_for_one() {
        assert_eq!(plan(&checkout(), &["shared".into()]).expect("a part").len(), 1);
        let both = plan(&checkout(), &["shared".into(), "tests".into()]).expect("parts");
        assert_eq!(both[0][0], "build");
    }

    #[test]
    fn parts_are_packages_or_test_programs() {
        let server = plan_one(&checkout(), "server").expect("server");
        assert!(server.ends_with(&["--package".into(), "rekey".into()]), "{server:?}");
        let refused = plan_one(&checkout(), "nothing").expect_err("there is no such part").to_string();
        assert!(refused.contains("frontend"), "{refused}");
    }

    #[test]
    fn a_child_left_behind_does_not_keep_the_run_from_ending() {
        let mut cargo = Command::new("sh");
        cargo.args(["-c", "sleep 60 & echo $!; echo 'test result: ok. 1 passed; 0 failed; 0 ignored'"]);
        let (mut tally, mut shown) = (Tally::default(), Vec::new());
        assert!(follow(cargo, &mut tally, &mut Held::default(), &mut shown).expect("sh runs"));
        assert_eq!(tally.passed(), 1);
        let left = String::from_utf8(shown).expect("text").lines().next().map(str::to_owned).expect("its id");
        assert!(shell::succeeds(Command::new("kill").arg(left)), "the child was there until now");
    }

    #[test]
    fn a_run_that_fails_to_compile_is_a_failure() {
        let mut cargo = Command::new("sh");
        cargo.args(["-c", "echo 'error: could not compile `x`' >&2; exit 101"]);
        let (mut tally, mut held) = (Tally::default(), Held::default());
        let mut shown = Vec::new();
        let is_content = follow(cargo, &mut tally, &mut held, &mut shown).expect("sh runs");
        tally.end(is_content);
        assert!(!is_content);
        assert_eq!(shown, b"error: could not compile `x`\n");
        assert_eq!(report::last_line(&tally), "0 passed, 1 failed");
    }
}
