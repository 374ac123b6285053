//! `cargo xtask test`, `lint`, `sbom` and `bench`: everything a checkout needs, with nothing to install beforehand.
//!
//! Depends on the standard library alone, so that it starts within seconds on a fresh machine. To add a command: a variant of
//! [`arguments::Task`], a module, a line in [`run`] and one in [`arguments::USAGE`].

mod arguments;
mod bench;
mod lint;
mod needs;
mod sbom;
mod shell;
mod test;
mod workspace;

use arguments::Task;
use std::{
    env,
    error::Error,
    process::{ExitCode, ExitStatus},
};
use workspace::Workspace;

/// Whatever ends a command early; its text is for the person at the terminal.
type Failure = Box<dyn Error>;

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    match run(&words) {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::from(2)
        }
    }
}

fn run(words: &[String]) -> Result<ExitCode, Failure> {
    let task = arguments::parse(words)?;
    let workspace = Workspace::find()?;
    match task {
        Task::Help => {
            print!("{}", arguments::USAGE);
            Ok(ExitCode::SUCCESS)
        }
        Task::Test { only, filter } => test::run(&workspace, &only, &filter),
        Task::Lint => lint::run(&workspace),
        Task::Sbom => sbom::run(&workspace),
        Task::Bench { words } => bench::run(&workspace, &words),
    }
}

/// The exit code of a program that ran, as our own.
fn code_of(status: ExitStatus) -> ExitCode {
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    code.map_or(ExitCode::FAILURE, ExitCode::from)
}
