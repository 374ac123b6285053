//! Builds the web app and puts it into the binary: no trunk, node or other tool to install.
//!
//! Cargo for wasm32 into a target folder of its own, wasm-bindgen as a library, names by SHA-256, brotli in release.
//! `REKEY_SKIP_WEB=1` leaves the web app out, for a quick `cargo check`; the pages then say so.

mod build {
    pub mod bundle;
    pub mod embed;
    pub mod languages;
    pub mod names;
    pub mod scripts;
    pub mod split;
    pub mod wasm;
}

use build::{bundle, embed, languages, scripts, wasm};
use std::{env, error::Error, path::PathBuf};

/// The programs: a binary of this name each; and whether it is cut into chunks.
const PROGRAMS: [(&str, bool); 5] =
    [("portal", true), ("shell", false), ("connect", false), ("embed", false), ("window", false)];

fn main() -> Result<(), Box<dyn Error>> {
    let server = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let workspace = server.parent().ok_or("the server lies in a workspace")?;
    println!("cargo::rerun-if-env-changed=REKEY_SKIP_WEB");
    for path in ["server/build.rs", "server/build"] {
        println!("cargo::rerun-if-changed={}", workspace.join(path).display());
    }
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let frontend = workspace.join("frontend");
    let scripts = scripts::read(&frontend)?;
    if env::var("REKEY_SKIP_WEB").is_ok_and(|value| !value.is_empty() && value != "0") {
        return embed::left_out(&out, &scripts);
    }
    for path in ["Cargo.toml", "Cargo.lock", "shared/src", "shared/data", "shared/Cargo.toml"] {
        println!("cargo::rerun-if-changed={}", workspace.join(path).display());
    }
    for path in ["src", "styles", "public", "templates", "languages", "build.rs", "Cargo.toml"] {
        println!("cargo::rerun-if-changed={}", workspace.join("frontend").join(path).display());
    }
    let release = env::var("PROFILE")? == "release";
    let mut files = bundle::Files::default();
    bundle::public_files(&frontend, &mut files)?;
    bundle::styles(&frontend, &mut files)?;
    let icons = [files.address("icons.svg")?, files.address("signs.svg")?];
    let spoken = languages::add(&frontend, &mut files)?;
    let folder = wasm::compile(workspace, &out, release, &icons, &languages::table(&spoken))?;
    for (program, is_split) in PROGRAMS {
        let app = wasm::bindgen(&folder, program, is_split, &out, release)?;
        bundle::app(program, app, &mut files)?;
    }
    // Where the shell shows the page itself, and where it needs the pages program at once.
    let ahead = bundle::fetched_ahead("portal", &files)?;
    let mut pages = vec![
        bundle::page(&frontend, "portal", &files, &[("ahead", String::new())])?,
        bundle::HtmlPage {
            name: "pages".to_owned(),
            ..bundle::page(&frontend, "portal", &files, &[("ahead", ahead)])?
        },
    ];
    for language in &spoken {
        for (page, holes) in
            [("connect", language.holes()), ("embed", language.frame_holes()), ("window", language.holes())]
        {
            let page = bundle::page(&frontend, page, &files, &holes)?;
            pages.push(bundle::HtmlPage { language: language.code, ..page });
        }
    }
    embed::write(&out, &files, &pages, &scripts, release)
}
