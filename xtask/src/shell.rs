//! Other programs: finding them, and running cargo as if nobody had run us under cargo.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// Cargo, in the workspace, without what `cargo run` set for this program.
pub fn cargo(root: &Path) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    for (name, _) in env::vars_os().filter(|(name, _)| name.to_str().is_some_and(is_not_for_cargo)) {
        command.env_remove(name);
    }
    command
}

/// Left in place, they would make build scripts that watch them run again; and a server built without its pages, as
/// somebody's shell may ask for, is not the one to test or to measure.
fn is_not_for_cargo(name: &str) -> bool {
    name.starts_with("CARGO_PKG_")
        || name.starts_with("CARGO_MANIFEST_")
        || name == "CARGO_PRIMARY_PACKAGE"
        || name == "REKEY_SKIP_WEB"
}

/// The first of these programs that is on the `PATH` or in one of the folders.
pub fn find(names: &[&str], folders: &[PathBuf]) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = env::split_paths(&path).chain(folders.iter().cloned()).collect();
    let candidates = names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    candidates.into_iter().find(|candidate| candidate.is_file())
}

/// Runs it; whether it ran and was content.
pub fn succeeds(command: &mut Command) -> bool {
    command.stdin(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// What it prints, if it ran and was content.
pub fn answer(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_found_by_its_first_name_that_exists() {
        let found = find(&["surely-not-there", "sh"], &[]).expect("every Unix has sh");
        assert_eq!(found.file_name().and_then(|name| name.to_str()), Some("sh"));
        assert_eq!(find(&["surely-not-there"], &[PathBuf::from("/bin")]), None);
    }

    #[test]
    fn only_what_would_bend_the_build_is_taken_away() {
        assert!(is_not_for_cargo("CARGO_PKG_NAME") && is_not_for_cargo("REKEY_SKIP_WEB"));
        assert!(!is_not_for_cargo("CARGO_HOME") && !is_not_for_cargo("CARGO_TARGET_DIR"));
    }
}
