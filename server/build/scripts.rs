//! The script that consoles put into their pages, its self-test and its types: written by hand, served under fixed names.

use super::bundle::{File, integrity, without_comments};
use std::{error::Error, fs, path::Path};

/// The version of `embed.js`. Its content never changes: a change is a new version (`frontend/embed/versions.txt`).
pub const VERSION: &str = "1.0.0";

/// The files, `embed.js` first and under its version once more.
pub fn read(frontend: &Path) -> Result<Vec<File>, Box<dyn Error>> {
    let folder = frontend.join("embed");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files = Vec::new();
    for (name, addresses) in [
        ("embed.js", vec!["/embed.js".to_owned(), format!("/embed/{VERSION}.js")]),
        ("embed-test.js", vec!["/embed-test.js".to_owned()]),
        ("embed.d.ts", vec!["/embed.d.ts".to_owned()]),
    ] {
        let text = fs::read_to_string(folder.join(name))?;
        let bytes = if name == "embed.js" { without_comments(&text) } else { text }.into_bytes();
        let integrity = integrity(&bytes);
        for address in addresses {
            let (name, integrity, bytes) = (name.to_owned(), integrity.clone(), bytes.clone());
            files.push(File { name, address, integrity, bytes });
        }
    }
    Ok(files)
}
