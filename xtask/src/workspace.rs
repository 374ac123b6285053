//! The checkout: where it is, what its members and test programs are called.

use crate::Failure;
use std::{
    env, fs,
    path::{Path, PathBuf},
};

/// The members' folders, in the order in which the tests are listed.
const MEMBERS: [&str; 6] = ["shared", "server", "frontend", "emulator", "tests", "xtask"];

/// The checkout.
#[derive(Debug)]
pub struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// The workspace that this program was built from, or else the current folder.
    pub fn find() -> Result<Self, Failure> {
        let manifest = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let root = match manifest.as_deref().and_then(Path::parent) {
            Some(root) => root.to_path_buf(),
            None => env::current_dir()?,
        };
        if MEMBERS.iter().all(|member| root.join(member).join("Cargo.toml").is_file()) {
            return Ok(Self { root });
        }
        Err("run `cargo xtask` from inside the checkout".into())
    }

    /// Its top folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Cargo's folder: where this program lies.
    pub fn target(&self) -> Result<PathBuf, Failure> {
        let here = env::current_exe()?;
        let target = here.ancestors().find(|folder| folder.join("CACHEDIR.TAG").is_file());
        Ok(target.map_or_else(|| self.root.join("target"), Path::to_path_buf))
    }

    /// Where cargo puts a program of the development build: beside this one.
    pub fn program(&self, name: &str) -> Result<PathBuf, Failure> {
        Ok(self.target()?.join("debug").join(format!("{name}{}", env::consts::EXE_SUFFIX)))
    }

    /// The package in a member's folder, or nothing if there is no such member.
    pub fn package(&self, member: &str) -> Option<String> {
        let member = MEMBERS.iter().find(|known| **known == member)?;
        let manifest = fs::read_to_string(self.root.join(member).join("Cargo.toml")).ok()?;
        let name = manifest.lines().find_map(|line| line.strip_prefix("name = "))?;
        Some(name.trim().trim_matches('"').to_owned())
    }

    /// The test programs of the `tests` member, sorted.
    pub fn test_programs(&self) -> Vec<String> {
        let Ok(folder) = fs::read_dir(self.root.join("tests/tests")) else { return Vec::new() };
        let mut names: Vec<String> = folder.flatten().filter_map(|entry| program(&entry.path())).collect();
        names.sort();
        names
    }

    /// The names that `--only` takes.
    pub fn parts(&self) -> Vec<String> {
        let fixed = ["unit"].into_iter().chain(MEMBERS).map(str::to_owned);
        fixed.chain(self.test_programs()).collect()
    }
}

/// Cargo's rule: a file `name.rs`, or a folder with a `main.rs`.
fn program(path: &Path) -> Option<String> {
    let is_file = path.extension().is_some_and(|extension| extension == "rs");
    let name = if is_file || path.join("main.rs").is_file() { path.file_stem()? } else { return None };
    Some(name.to_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_member_has_a_package() {
        let workspace = Workspace::find().expect("cargo runs tests inside the checkout");
        for member in MEMBERS {
            assert!(workspace.package(member).is_some(), "{member}");
        }
        assert_eq!(workspace.package("server").as_deref(), Some("rekey"));
        assert_eq!(workspace.package("nothing"), None);
    }

    #[test]
    fn programs_lie_beside_this_one() {
        let workspace = Workspace::find().expect("cargo runs tests inside the checkout");
        let program = workspace.program("rekey").expect("a path");
        let here = env::current_exe().expect("this program");
        assert_eq!(program.parent(), here.parent().and_then(Path::parent), "unless in release mode");
    }

    #[test]
    fn files_and_folders_with_a_main_are_test_programs() {
        assert_eq!(program(Path::new("tests/tests/api.rs")).as_deref(), Some("api"));
        assert_eq!(program(Path::new("tests/tests/notes.md")), None);
        assert_eq!(program(Path::new("no/such/folder")), None);
    }
}
