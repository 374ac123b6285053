//! The files of the checkout, as they would be committed.

use crate::{Failure, shell};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// A text file.
#[derive(Debug)]
pub struct File {
    /// Its path from the top, with `/`.
    pub path: String,
    /// What it says.
    pub text: String,
}

/// Every text file that git knows or would add; in a tree without git, every file but what builds and demos leave behind.
pub fn files(root: &Path) -> Result<Vec<File>, Failure> {
    let mut git = Command::new("git");
    git.current_dir(root).args(["ls-files", "--cached", "--others", "--exclude-standard"]);
    let paths = match shell::answer(&mut git) {
        Some(list) => list.lines().map(str::to_owned).collect(),
        None => walk(root)?,
    };
    Ok(paths.iter().filter_map(|path| read(root, path)).collect())
}

fn walk(root: &Path) -> Result<Vec<String>, Failure> {
    const LEFT_OUT: [&str; 3] = [".git", ".rekey", "target"];
    let mut folders = vec![PathBuf::new()];
    let mut paths = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root.join(&folder))?.flatten() {
            let path = folder.join(entry.file_name());
            let is_folder = entry.file_type()?.is_dir();
            if is_folder && !LEFT_OUT.iter().any(|name| entry.file_name() == *name) {
                folders.push(path);
            } else if !is_folder {
                paths.push(path.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    Ok(paths)
}

/// Nothing for pictures and other bytes, and for files deleted since.
fn read(root: &Path, path: &str) -> Option<File> {
    let text = fs::read_to_string(root.join(path)).ok()?;
    Some(File { path: path.to_owned(), text })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        lint::{lock, scan},
        workspace::Workspace,
    };

    #[test]
    fn nothing_forbidden_is_in_this_tree() {
        let workspace = Workspace::find().expect("cargo runs tests inside the checkout");
        let files = files(workspace.root()).expect("the tree can be read");
        assert!(files.iter().any(|file| file.path == "xtask/src/lint/tree.rs"), "nothing was looked at");
        let lock = files.iter().find(|file| file.path == "Cargo.lock").expect("the lock file is committed");
        let found = [scan::findings(&files), lock::findings(&lock.text)].concat();
        assert_eq!(found, Vec::<String>::new());
    }

    #[test]
    fn without_git_the_sources_are_found_all_the_same() {
        let workspace = Workspace::find().expect("cargo runs tests inside the checkout");
        let paths = walk(workspace.root()).expect("the tree can be read");
        assert!(paths.iter().any(|path| path == "xtask/src/lint/tree.rs"));
        assert!(!paths.iter().any(|path| path.starts_with("target/") || path.starts_with(".git/")));
    }
}
