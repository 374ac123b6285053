//! The files of the checkout, as they would be committed.

use crate::{Failure, shell};
use std::{fs, path::Path, process::Command};

/// A text file.
#[derive(Debug)]
pub struct File {
    /// Its path from the top, with `/`.
    pub path: String,
    /// What it says.
    pub text: String,
}

/// Every text file that git knows or would add.
pub fn files(root: &Path) -> Result<Vec<File>, Failure> {
    let mut git = Command::new("git");
    git.current_dir(root).args(["ls-files", "--cached", "--others", "--exclude-standard"]);
    let list = shell::answer(&mut git).ok_or("`git ls-files` does not work here; lint looks at what git knows")?;
    Ok(list.lines().filter_map(|path| read(root, path)).collect())
}

/// Nothing for pictures and other bytes, and for files deleted since.
fn read(root: &Path, path: &str) -> Option<File> {
    let text = fs::read_to_string(root.join(path)).ok()?;
    Some(File { path: path.to_owned(), text })
}
