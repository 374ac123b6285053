//! Names, integrity, styles and pages: what the browser asks for, as files.

use super::{split, wasm::App};
use base64::{Engine, prelude::BASE64_STANDARD};
use sha2::{Digest, Sha256, Sha384};
use std::{error::Error, fmt::Write as _, fs, path::Path};

/// The style files of each page, in their order.
const STYLES: [(&str, &[&str]); 3] = [
    ("portal", &["tokens", "base", "signs", "marks", "shell", "lists", "pictures", "connect", "pages", "portal"]),
    ("connect", &["tokens", "base", "signs", "connect"]),
    ("embed", &["tokens", "base", "signs", "embed"]),
];

/// One file that is served under a name with its hash.
pub struct File {
    /// The name without the hash, such as `portal.css`.
    pub name: String,
    /// The address.
    pub address: String,
    /// What the browser checks (Subresource Integrity).
    pub integrity: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// All files so far.
#[derive(Default)]
pub struct Files {
    /// In the order made.
    pub all: Vec<File>,
}

impl Files {
    /// Adds a file.
    pub fn add(&mut self, name: &str, bytes: Vec<u8>) {
        let hash = hex(&Sha256::digest(&bytes));
        let (stem, ending) = name.split_once('.').unwrap_or((name, "bin"));
        let address = format!("/assets/{stem}-{}.{ending}", hash.get(..16).unwrap_or(&hash));
        let integrity = integrity(&bytes);
        self.all.push(File { name: name.to_owned(), address, integrity, bytes });
    }

    /// The file of this name.
    pub fn find(&self, name: &str) -> Result<&File, String> {
        self.all.iter().find(|file| file.name == name).ok_or_else(|| format!("there is no file {name}"))
    }

    /// The address of a file.
    pub fn address(&self, name: &str) -> Result<String, String> {
        self.find(name).map(|file| file.address.clone())
    }
}

/// What the browser checks of a file (Subresource Integrity).
pub fn integrity(bytes: &[u8]) -> String {
    format!("sha384-{}", BASE64_STANDARD.encode(Sha384::digest(bytes)))
}

/// Hexadecimal, lower case.
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Where the part of the sprite ends that the small pages show.
const PORTAL_ALONE: &str = "  <!-- The portal alone";

/// Everything in `public/`, under its own name; and the small pages' part of the sprite, as `signs.svg`.
pub fn public_files(frontend: &Path, files: &mut Files) -> Result<(), Box<dyn Error>> {
    let mut paths = fs::read_dir(frontend.join("public"))?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>, Box<dyn Error>>>()?;
    paths.sort();
    for path in paths {
        let name = path.file_name().and_then(|name| name.to_str()).ok_or("a file name in public/ is not UTF-8")?;
        files.add(name, fs::read(&path)?);
    }
    let sprite = fs::read_to_string(frontend.join("public/icons.svg"))?;
    let (small, _) = sprite.split_once(PORTAL_ALONE).ok_or("the sprite does not say what the portal alone shows")?;
    let small: String = small.lines().map(str::trim).filter(|line| !line.starts_with("<!--")).collect();
    files.add("signs.svg", format!("{small}</svg>\n").into_bytes());
    Ok(())
}

/// A script without the lines that are comments, and without indentation.
pub fn without_comments(script: &str) -> String {
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

/// One style file a page.
pub fn styles(frontend: &Path, files: &mut Files) -> Result<(), Box<dyn Error>> {
    for (page, parts) in STYLES {
        let mut css = String::new();
        for part in parts {
            css.push_str(&compact(&fs::read_to_string(frontend.join("styles").join(format!("{part}.css")))?));
        }
        files.add(&format!("{page}.css"), without_unread(&css).into_bytes());
    }
    Ok(())
}

/// A style sheet without the custom properties that none of its rules reads: each page has but some of the tokens.
fn without_unread(css: &str) -> String {
    let mut kept = String::with_capacity(css.len());
    for piece in css.split_inclusive(['{', ';', '}']) {
        let is_unread = piece.starts_with("--")
            && piece.split_once(':').is_some_and(|(name, _)| {
                !css.contains(&format!("var({name})")) && !css.contains(&format!("var({name},"))
            });
        if !is_unread {
            kept.push_str(piece);
        } else if piece.ends_with('}') {
            kept.push('}');
        }
    }
    // What only an unread one read is unread now.
    if kept.len() < css.len() { without_unread(&kept) } else { kept }
}

/// A style sheet without comments and indentation.
fn compact(css: &str) -> String {
    let mut text = String::with_capacity(css.len());
    let mut rest = css;
    while let Some((before, comment)) = rest.split_once("/*") {
        text.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    let mut compact = String::with_capacity(text.len());
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        compact.push_str(&tight(line));
        if !line.ends_with(['{', '}', ';', ',']) {
            compact.push(' ');
        }
    }
    compact
}

/// Without the spaces that only people need. Those around `+` and `-` are the sign's own, those around `:` may not be.
fn tight(line: &str) -> String {
    let mut tight = line.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
    for (wide, narrow) in [(": ", ":"), (" {", "{"), ("{ ", "{"), (" }", "}"), ("; ", ";"), (";}", "}"), (", ", ",")] {
        tight = tight.replace(wide, narrow);
    }
    tight
}

/// A page's program: the module, and the glue that fetches exactly this module.
pub fn app(page: &str, app: App, files: &mut Files) -> Result<(), Box<dyn Error>> {
    let name = format!("{page}.wasm");
    files.add(&name, app.wasm);
    let wasm = files.find(&name)?;
    let (address, integrity) = (wasm.address.clone(), wasm.integrity.clone());
    let mut loader = app.loader;
    for chunk in app.chunks {
        let name = format!("{page}-{}.wasm", chunk.name);
        files.add(&name, chunk.wasm);
        let file = files.find(&name)?;
        loader = split::address(&loader, &chunk.name, &file.address, &file.integrity)?;
    }
    let glue = if loader.is_empty() { app.glue } else { split::join(&app.glue, &loader)? };
    // The shell says it where the portal's pages should be; who else does not come has nobody to say so.
    let failed = if page == "portal" { "rekey-pages-missing" } else { "rekey-boot-failed" };
    let start = format!(
        "\n__wbg_init({{module_or_path: fetch(new URL('{address}', import.meta.url), {{integrity: '{integrity}', \
         credentials: 'same-origin'}})}}).catch((error) => {{ console.error(error); \
         dispatchEvent(new Event('{failed}')); }});\n"
    );
    files.add(&format!("{page}.js"), format!("{glue}{start}").into_bytes());
    Ok(())
}

/// What makes the browser fetch a program beside the page's own, for the head of its HTML.
pub fn fetched_ahead(program: &str, files: &Files) -> Result<String, Box<dyn Error>> {
    let (glue, wasm) = (files.find(&format!("{program}.js"))?, files.find(&format!("{program}.wasm"))?);
    Ok(format!(
        "\n  <link rel=\"modulepreload\" href=\"{}\" integrity=\"{}\">\n  \
         <link rel=\"preload\" as=\"fetch\" type=\"application/wasm\" crossorigin href=\"{}\">",
        glue.address, glue.integrity, wasm.address
    ))
}

/// A page's HTML in one language.
pub struct HtmlPage {
    /// The entry point.
    pub name: String,
    /// The language of its words.
    pub language: &'static str,
    /// The HTML.
    pub html: Vec<u8>,
}

/// A page's HTML: the template with `{{name}}` and `{{name integrity}}` filled in.
///
/// `holes` are filled in first: texts of the language.
pub fn page(frontend: &Path, page: &str, files: &Files, holes: &[(&str, String)]) -> Result<HtmlPage, Box<dyn Error>> {
    let template = fs::read_to_string(frontend.join("templates").join(format!("{page}.html")))?;
    let mut html = String::with_capacity(template.len() + 512);
    let mut rest = template.as_str();
    while let Some((before, after)) = rest.split_once("{{") {
        let (hole, after) = after.split_once("}}").ok_or("a hole in a template has no end")?;
        html.push_str(before);
        match (holes.iter().find(|(name, _)| *name == hole), hole.strip_suffix(" integrity")) {
            (Some((_, text)), _) => html.push_str(text),
            (_, Some(name)) => html.push_str(&files.find(name)?.integrity),
            _ => html.push_str(&files.find(hole)?.address),
        }
        rest = after;
    }
    html.push_str(rest);
    Ok(HtmlPage { name: page.to_owned(), language: "en", html: html.into_bytes() })
}
