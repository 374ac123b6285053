//! The script that consoles put into their pages, its self-test and its types: written by hand, served under fixed names.

use super::bundle::File;
use base64::{Engine, prelude::BASE64_STANDARD};
use sha2::{Digest, Sha384};
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
        let integrity = format!("sha384-{}", BASE64_STANDARD.encode(Sha384::digest(&bytes)));
        for address in addresses {
            let (name, integrity, bytes) = (name.to_owned(), integrity.clone(), bytes.clone());
            files.push(File { name, address, integrity, bytes });
        }
    }
    Ok(files)
}

/// A script without the lines that are comments, and without indentation.
fn without_comments(script: &str) -> String {
    let mut text = String::with_capacity(script.len());
    let mut in_comment = false;
    for line in script.lines().map(str::trim) {
        in_comment |= line.starts_with("/*");
        if !in_comment && !line.is_empty() && !line.starts_with("//") {
            text.push_str(line);
            text.push('\n');
        }
        in_comment &= !line.ends_with("*/");
    }
    text
}
