//! axe-core, which finds what keeps people out of a page (contrast, names, roles). It is a script that browser tests run in the
//! page; it comes as the one file of a Python wheel, checked by its hash, and stays in the target folder.

use super::{Need, program};
use crate::{Failure, shell};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The wheel that carries axe-core 4.12.1 (MPL-2.0), as pip pins it.
const WHEEL: &str = "axe-playwright-python==0.1.8 \
                     --hash=sha256:fdd263c998388f1a8e67cad02677e612d946248bd44d163be5e8650ea31f95f8\n";
/// Where the script lies within it.
const WITHIN: &str = "axe_playwright_python/axe.min.js";

/// Where the script is kept; the tests look there too.
pub fn script(target: &Path) -> PathBuf {
    target.join("needs").join("axe-4.12.1.min.js")
}

/// Fetches it, once.
pub fn fetch(target: &Path) -> Result<(), Failure> {
    let script = script(target);
    if script.is_file() {
        return Ok(());
    }
    println!("Fetching axe-core ...");
    let folder = target.join("needs").join("axe");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    let pinned = folder.join("requirements.txt");
    fs::write(&pinned, WHEEL)?;
    let mut download = Command::new(program(Need::Pip)?);
    download.args(["download", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes"]);
    download.args(["--only-binary", ":all:", "--dest"]).arg(&folder).arg("--requirement").arg(&pinned);
    if !shell::succeeds(&mut download) {
        return Err("pip could not fetch axe-core; its reasons are above".into());
    }
    let wheel = fs::read_dir(&folder)?.flatten().map(|entry| entry.path());
    let wheel = wheel.filter(|path| path.extension().is_some_and(|extension| extension == "whl")).last();
    let mut unpack = Command::new(program(Need::Python)?);
    unpack.args(["-m", "zipfile", "-e"]).arg(wheel.ok_or("pip fetched no wheel")?).arg(&folder);
    if !shell::succeeds(&mut unpack) {
        return Err("python3 could not unpack axe-core's wheel".into());
    }
    fs::rename(folder.join(WITHIN), &script)?;
    Ok(fs::remove_dir_all(folder)?)
}
