//! The languages of the connect page and the frame: three files of texts for each. A visit of the connect page loads the first
//! and seldom the others; the frame loads the first and the third.

use super::bundle::Files;
use std::{error::Error, fs, path::Path};

#[path = "../../frontend/languages/parse.rs"]
mod parse;

use parse::{Entry, parse, section};

/// The languages, in the order in which the page offers them. The first is the server's own.
const LANGUAGES: [&str; 5] = ["en", "de", "fr", "es", "ja"];
/// What the server says by code: on every visit, and where something went wrong.
const CODED: [&[&str]; 2] = [&["steps", "scopes", "roles"], &["remedies", "refusals"]];

/// A language with its first file.
pub struct Spoken {
    /// As in `lang`.
    pub code: &'static str,
    name: String,
    address: String,
    integrity: String,
    html: Vec<(&'static str, String)>,
    frame: String,
}

impl Spoken {
    /// What is filled into the page's template.
    pub fn holes(&self) -> Vec<(&'static str, String)> {
        let own = [("language", self.code.to_owned()), ("words", self.address.clone())];
        own.into_iter().chain(self.html.clone()).collect()
    }

    /// The same for the frame, which loads a file of its own too.
    pub fn frame_holes(&self) -> Vec<(&'static str, String)> {
        let mut holes = self.holes();
        holes.push(("frame_words", self.frame.clone()));
        holes
    }
}

/// Adds the files of every language.
pub fn add(frontend: &Path, files: &mut Files) -> Result<Vec<Spoken>, Box<dyn Error>> {
    LANGUAGES.into_iter().map(|code| add_one(frontend, code, files)).collect()
}

fn add_one(frontend: &Path, code: &'static str, files: &mut Files) -> Result<Spoken, Box<dyn Error>> {
    let entries = parse(&fs::read_to_string(frontend.join("languages").join(format!("{code}.txt")))?)?;
    let second = format!("{code}-more.txt");
    files.add(&second, lines(&entries, "more", CODED[1]).join("\n").into_bytes());
    let more = files.find(&second)?;
    let more = format!("{} {}", more.address, more.integrity);
    let third = format!("{code}-frame.txt");
    files.add(&third, lines(&entries, "frame", &[]).join("\n").into_bytes());
    let frame = files.find(&third)?;
    let (frame, frame_integrity) = (frame.address.clone(), frame.integrity.clone());
    let mut first = lines(&entries, "page", CODED[0]);
    first.push(format!("{more} {frame} {frame_integrity}"));
    let name = format!("{code}.txt");
    files.add(&name, first.join("\n").into_bytes());
    let file = files.find(&name)?;
    let text = |of: &str, key: &str| {
        let found = entries.iter().find(|entry| entry.section == of && entry.key == key);
        found.map(|entry| entry.text.clone()).ok_or_else(|| format!("{code} has no {of}.{key}"))
    };
    let html = ["tab_connect", "boot_failed", "no_script", "frame_stuck"].map(|key| Ok((key, text("html", key)?)));
    Ok(Spoken {
        code,
        name: text("page", "language")?,
        address: file.address.clone(),
        integrity: file.integrity.clone(),
        html: html.into_iter().collect::<Result<Vec<_>, String>>()?,
        frame,
    })
}

/// The texts without their keys, in the order of the keys, then what the server says, each with its code.
fn lines(entries: &[Entry], plain: &str, coded: &[&str]) -> Vec<String> {
    let plain = section(entries, plain).into_iter().map(|entry| entry.text.clone());
    let coded = coded.iter().flat_map(|of| section(entries, of));
    plain.chain(coded.map(|entry| format!("{}.{}={}", entry.section, entry.key, entry.text))).collect()
}

/// The table of languages that the program is compiled with.
pub fn table(spoken: &[Spoken]) -> String {
    let line = |one: &Spoken| [one.code, &one.name, &one.address, &one.integrity].join(" ");
    spoken.iter().map(line).collect::<Vec<_>>().join(";")
}
