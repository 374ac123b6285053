//! Writes the files beside `assets.rs`, which includes them into the binary.

use super::{
    bundle::{File, Files, HtmlPage, hex},
    scripts,
};
use sha2::{Digest, Sha256};
use std::{error::Error, fmt::Write as _, fs, path::Path};

/// The entry points.
const ENTRIES: [&str; 5] = ["portal", "pages", "connect", "embed", "window"];

const LEFT_OUT: &str = "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Left out</title>\n\
<p>The web app was left out of this build (REKEY_SKIP_WEB).</p>\n</html>\n";

/// Builds without the web app: each page says so.
pub fn left_out(out: &Path, scripts: &[File]) -> Result<(), Box<dyn Error>> {
    let page = |name: &str| HtmlPage { name: name.to_owned(), language: "en", html: LEFT_OUT.as_bytes().to_vec() };
    write(out, &Files::default(), &ENTRIES.map(page), scripts, false)
}

/// Writes all files and `assets.rs`.
pub fn write(
    out: &Path,
    files: &Files,
    pages: &[HtmlPage],
    own_scripts: &[File],
    release: bool,
) -> Result<(), Box<dyn Error>> {
    let folder = out.join("web");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    let mut rust =
        String::from("// Made by build.rs.\n\n/// Everything under `/assets/`.\npub static ASSETS: &[Asset] = &[\n");
    for file in &files.all {
        let name = file.address.trim_start_matches("/assets/");
        let asset = asset(&folder, name, &file.address, &file.bytes, true, release)?;
        writeln!(rust, "    {asset},")?;
    }
    rust.push_str("];\n");
    for entry in ENTRIES {
        let name = entry.to_uppercase();
        writeln!(
            rust,
            "\n/// The page of the entry point `{entry}`, by language.\npub static {name}: &[(&str, Asset)] = &["
        )?;
        for HtmlPage { name, language, html } in pages.iter().filter(|page| page.name == entry) {
            let name = format!("{name}-{language}.html");
            let asset = asset(&folder, &name, &format!("/{name}"), html, false, release)?;
            writeln!(rust, "    (\"{language}\", {asset}),")?;
        }
        rust.push_str("];\n");
    }
    rust.push_str("\n/// What consoles put into their pages.\npub static SCRIPTS: &[Asset] = &[\n");
    for (at, file) in own_scripts.iter().enumerate() {
        let is_versioned = file.address.contains(scripts::VERSION);
        let asset = asset(&folder, &format!("{at}-{}", file.name), &file.address, &file.bytes, is_versioned, release)?;
        writeln!(rust, "    {asset},")?;
    }
    rust.push_str("];\n");
    let integrity = own_scripts.first().map(|file| file.integrity.as_str()).unwrap_or_default();
    let version = scripts::VERSION;
    writeln!(rust, "\n/// The version of `/embed.js`.\npub const EMBED_VERSION: &str = \"{version}\";")?;
    writeln!(
        rust,
        "\n/// What browsers check of it (Subresource Integrity).\npub const EMBED_INTEGRITY: &str = \"{integrity}\";"
    )?;
    fs::write(out.join("assets.rs"), rust)?;
    Ok(())
}

fn asset(
    folder: &Path,
    name: &str,
    path: &str,
    bytes: &[u8],
    immutable: bool,
    release: bool,
) -> Result<String, Box<dyn Error>> {
    fs::write(folder.join(name), bytes)?;
    let hash = hex(&Sha256::digest(bytes));
    let etag = hash.get(..32).unwrap_or(&hash);
    let br = if release {
        fs::write(folder.join(format!("{name}.br")), brotli(bytes)?)?;
        format!("Some(include_bytes!(concat!(env!(\"OUT_DIR\"), \"/web/{name}.br\")))")
    } else {
        "None".to_owned()
    };
    Ok(format!(
        "Asset {{ path: \"{path}\", content_type: \"{}\", etag: \"\\\"{etag}\\\"\", immutable: {immutable}, \
         raw: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/web/{name}\")), br: {br} }}",
        content_type(name)
    ))
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("txt" | "ts") => "text/plain; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

fn brotli(bytes: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut packed = Vec::new();
    let params =
        brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 24, size_hint: bytes.len(), ..Default::default() };
    brotli::BrotliCompress(&mut &bytes[..], &mut packed, &params)?;
    Ok(packed)
}
