//! Cuts the portal's program into what every first load needs, and *chunks* that are fetched when a page asks for them.
//!
//! `#[wasm_split]` marks the cuts (frontend/src/routes/chunk.rs). What only one page group needs lies in its chunk, what
//! several need in further ones. Each chunk is an asset like any other: named by its hash, checked by the browser.

use super::names::{number, push_number, text};
use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
};
use wasm_split_cli_support::{Options, transform};

/// The module that the program asks for its chunks; the glue holds it.
pub const LOADER: &str = "./__wasm_split.js";
/// How the loader gets at the main program's memory and table.
const EXPORTS: &str = "initSync(undefined, undefined)";

/// One chunk.
pub struct Chunk {
    /// Its name in the loader, such as `split_sets`.
    pub name: String,
    /// The module.
    pub wasm: Vec<u8>,
}

/// A program that was cut.
pub struct Split {
    /// Where the main program lies, for wasm-bindgen.
    pub main: PathBuf,
    /// The rest.
    pub chunks: Vec<Chunk>,
    /// The JavaScript that fetches them: to be part of the glue, with [`address`] filled in.
    pub loader: String,
}

/// Cuts a program that was linked with its relocations.
pub fn split(program: &Path, folder: &Path, release: bool) -> Result<Split, Box<dyn Error>> {
    let input = without_streams(&fs::read(program)?).ok_or("the program is no WebAssembly")?;
    let main = folder.join("main.wasm");
    let mut options = Options::new(&input);
    options.output_dir = folder;
    options.main_out_path = &main;
    options.link_name = LOADER;
    let made = transform(options).map_err(|error| format!("the program could not be cut: {error:#}"))?;
    let chunks = made.split_modules.iter().map(|path| {
        let name = path.file_stem().and_then(|name| name.to_str()).ok_or("a chunk has no name")?.to_owned();
        let wasm = fs::read(path)?;
        let wasm = if release { without_custom(&wasm).ok_or("a chunk is no WebAssembly")? } else { wasm };
        Ok(Chunk { name, wasm })
    });
    let chunks = chunks.collect::<Result<Vec<_>, Box<dyn Error>>>()?;
    let loader = loader(&fs::read_to_string(folder.join(LOADER))?)?;
    Ok(Split { main, chunks, loader })
}

/// The loader as a part of the glue: it takes the exports from there, and gives its functions as one object.
fn loader(script: &str) -> Result<String, Box<dyn Error>> {
    const EXPORT: &str = "export const ";
    let (import, rest) = script.split_once('\n').ok_or("the loader is empty")?;
    if !import.starts_with("import { initSync }") || rest.matches(EXPORTS).count() != 1 {
        return Err("the loader is not as expected".into());
    }
    let names = rest.lines().filter_map(|line| line.strip_prefix(EXPORT)?.split_once(' ')).map(|(name, _)| name);
    let all = format!("const __wasm_split = {{ {} }};\n", names.collect::<Vec<_>>().join(", "));
    Ok(rest.replace(EXPORTS, "wasm").replace(EXPORT, "const ") + &all)
}

/// Says in the loader where a chunk lies, and what it must be.
pub fn address(loader: &str, chunk: &str, address: &str, integrity: &str) -> Result<String, String> {
    let from = format!("fetch(new URL(\"./{chunk}.wasm\", import.meta.url))");
    if loader.matches(&from).count() != 1 {
        return Err(format!("the loader does not fetch {chunk} once"));
    }
    let to = format!("fetch('{address}', {{integrity: '{integrity}', credentials: 'same-origin'}})");
    Ok(loader.replace(&from, &to))
}

/// The glue with the loader in the place of its imports.
pub fn join(glue: &str, loader: &str) -> Result<String, String> {
    let import = format!(" from \"{LOADER}\"");
    let (imports, mut rest): (Vec<&str>, Vec<&str>) =
        glue.lines().partition(|line| line.starts_with("import * as ") && line.contains(&import));
    let names = imports.iter().filter_map(|line| line.split(' ').nth(3));
    let names: Vec<String> = names.map(|name| format!("const {name} = __wasm_split;")).collect();
    if names.is_empty() {
        return Err("the glue does not ask for chunks".into());
    }
    rest.push(loader);
    rest.extend(names.iter().map(String::as_str));
    Ok(rest.join("\n") + "\n")
}

/// A module without its custom sections: names and notes for tools, which no browser reads.
pub fn without_custom(wasm: &[u8]) -> Option<Vec<u8>> {
    const CUSTOM: u8 = 0;
    sections(wasm, |id, section| if id == CUSTOM { None } else { Some(section.to_vec()) })
}

/// A program without the streams that Leptos' server functions export to JavaScript: nothing here makes one, and what is
/// exported stays.
fn without_streams(wasm: &[u8]) -> Option<Vec<u8>> {
    const EXPORTS: u8 = 7;
    sections(wasm, |id, section| Some(if id == EXPORTS { kept_exports(section)? } else { section.to_vec() }))
}

fn kept_exports(mut section: &[u8]) -> Option<Vec<u8>> {
    const UNUSED: &str = "intounderlying";
    let count = number(&mut section)?;
    let (mut kept, mut out) = (0, Vec::<u8>::new());
    for _ in 0..count {
        let before = section;
        let unused = text(&mut section)?.contains(UNUSED);
        section = section.split_first()?.1;
        number(&mut section)?;
        if !unused {
            kept += 1;
            out.extend(before.get(..before.len() - section.len())?);
        }
    }
    let mut all = Vec::new();
    push_number(&mut all, kept);
    all.extend(out);
    Some(all)
}

/// A module with each section as `change` gives it; those of which it gives nothing are left out.
fn sections(wasm: &[u8], change: impl Fn(u8, &[u8]) -> Option<Vec<u8>>) -> Option<Vec<u8>> {
    let (head, mut rest) = wasm.split_at_checked(8)?;
    let mut out = head.to_vec();
    while let Some((id, after)) = rest.split_first() {
        rest = after;
        let length = number(&mut rest)?;
        let (section, after) = rest.split_at_checked(length)?;
        rest = after;
        if let Some(section) = change(*id, section) {
            out.push(*id);
            push_number(&mut out, section.len());
            out.extend(section);
        }
    }
    Some(out)
}
