//! Numbers the texts of the connect page: a text is known by its place in `languages/en.txt`, so that neither the program
//! nor the files that it loads carry names.

#[path = "languages/parse.rs"]
mod parse;

use std::{env, error::Error, fmt::Write, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=languages");
    let entries = parse::parse(&fs::read_to_string("languages/en.txt")?)?;
    let page = parse::section(&entries, "page");
    let more = parse::section(&entries, "more");
    let frame = parse::section(&entries, "frame");
    let mut rust = format!("/// How many texts the first file has.\npub const PAGE: usize = {};\n", page.len());
    let both = page.len() + more.len();
    writeln!(rust, "/// How many the first and the second have.\npub const BOTH: usize = {both};")?;
    for (number, entry) in page.into_iter().chain(more).chain(frame).enumerate() {
        writeln!(rust, "/// {}\npub const {}: Key = Key({number});", entry.text, entry.key.to_uppercase())?;
    }
    let out = env::var("OUT_DIR")?;
    fs::write(Path::new(&out).join("keys.rs"), rust)?;
    fs::write(Path::new(&out).join("connected.rs"), connected()?)?;
    Ok(())
}

/// The customer's own page is small and of the portal: its texts are compiled in, for each language in the order of `Language`.
fn connected() -> Result<String, Box<dyn Error>> {
    let mut rust = String::new();
    let mut texts = String::new();
    for code in ["en", "de", "fr", "es", "ja"] {
        let entries = parse::parse(&fs::read_to_string(format!("languages/{code}.txt"))?)?;
        let own = parse::section(&entries, "connected");
        if code == "en" {
            for (number, entry) in own.iter().enumerate() {
                writeln!(rust, "/// {}\npub const {}: Key = Key({number});", entry.text, entry.key.to_uppercase())?;
            }
            writeln!(texts, "static TEXTS: [[&str; {}]; 5] = [", own.len())?;
        }
        writeln!(texts, "{:?},", own.iter().map(|entry| entry.text.as_str()).collect::<Vec<_>>())?;
    }
    writeln!(texts, "];")?;
    Ok(rust + &texts)
}
