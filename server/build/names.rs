//! Short names for what a module imports from its glue. Each of the long ones ends in a hash, which no compression takes
//! away, and stands in both files.

use super::split::LOADER;
use std::collections::HashSet;

/// A module and its glue with short import names; as they were, if anything in them is not as expected.
pub fn shorten(wasm: Vec<u8>, glue: String) -> (Vec<u8>, String) {
    try_shorten(&wasm, &glue).unwrap_or((wasm, glue))
}

fn try_shorten(wasm: &[u8], glue: &str) -> Option<(Vec<u8>, String)> {
    const IMPORTS: u8 = 2;
    const EXPORTS: u8 = 7;
    let (head, mut rest) = wasm.split_at_checked(8)?;
    let mut out = head.to_vec();
    let mut new_glue = glue.to_owned();
    let is_cut = wasm.windows(LOADER.len()).any(|bytes| bytes == LOADER.as_bytes());
    while let Some((id, after)) = rest.split_first() {
        rest = after;
        let length = number(&mut rest)?;
        let (section, after) = rest.split_at_checked(length)?;
        rest = after;
        let section = match *id {
            IMPORTS => imports(section, &mut new_glue)?,
            // Chunks know the exports of their main program by name.
            EXPORTS if !is_cut => exports(section, &mut new_glue)?,
            _ => section.to_vec(),
        };
        out.push(*id);
        push_number(&mut out, section.len());
        out.extend(section);
    }
    Some((out, new_glue))
}

/// The import section with short names, which the glue gets too.
fn imports(mut section: &[u8], glue: &mut String) -> Option<Vec<u8>> {
    const FUNCTION: u8 = 0;
    let count = number(&mut section)?;
    let mut out = Vec::new();
    push_number(&mut out, count);
    let mut seen = HashSet::new();
    for at in 0..count {
        let (module, name) = (text(&mut section)?, text(&mut section)?);
        let (kind, after) = section.split_first()?;
        section = after;
        let index = number(&mut section)?;
        if module == LOADER {
            push(&mut out, [module, name], *kind, index);
            continue;
        }
        let (property, short) = (format!("\n{name}: "), format!("i{at}"));
        if *kind != FUNCTION || !seen.insert(name) || glue.matches(&property).count() != 1 {
            return None;
        }
        *glue = glue.replace(&property, &format!("\n{short}: "));
        push(&mut out, [module, &short], *kind, index);
    }
    section.is_empty().then_some(out)
}

fn push(out: &mut Vec<u8>, words: [&str; 2], kind: u8, index: usize) {
    for word in words {
        push_number(out, word.len());
        out.extend(word.as_bytes());
    }
    out.push(kind);
    push_number(out, index);
}

/// The export section with short names for closures, whose own end in hashes.
fn exports(mut section: &[u8], glue: &mut String) -> Option<Vec<u8>> {
    let count = number(&mut section)?;
    let mut found = Vec::new();
    for at in 0..count {
        let name = text(&mut section)?;
        let (kind, after) = section.split_first()?;
        section = after;
        let index = number(&mut section)?;
        let is_long = name.contains("__convert__closures") || name.contains("7convert8closures");
        found.push((name, *kind, index, if is_long { format!("e{at}") } else { name.to_owned() }));
    }
    let mut out = Vec::new();
    push_number(&mut out, count);
    for (_, kind, index, short) in &found {
        push_number(&mut out, short.len());
        out.extend(short.as_bytes());
        out.push(*kind);
        push_number(&mut out, *index);
    }
    // The longest first: one name may begin another.
    found.sort_by_key(|(name, ..)| std::cmp::Reverse(name.len()));
    for (name, _, _, short) in found {
        *glue = glue.replace(name, &short);
    }
    section.is_empty().then_some(out)
}

/// Reads unsigned LEB128.
pub fn number(bytes: &mut &[u8]) -> Option<usize> {
    let (mut value, mut shift) = (0_usize, 0);
    loop {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= usize::from(byte & 127).checked_shl(shift)?;
        if byte & 128 == 0 {
            return Some(value);
        }
        shift += 7;
    }
}

/// Writes one.
pub fn push_number(out: &mut Vec<u8>, mut value: usize) {
    loop {
        let low = u8::try_from(value & 127).unwrap_or_default();
        value >>= 7;
        if value == 0 {
            out.push(low);
            return;
        }
        out.push(low | 128);
    }
}

/// A length and as much UTF-8.
pub fn text<'a>(bytes: &mut &'a [u8]) -> Option<&'a str> {
    let length = number(bytes)?;
    let (text, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    std::str::from_utf8(text).ok()
}
