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
    fs::write(Path::new(&env::var("OUT_DIR")?).join("keys.rs"), rust)?;
    Ok(())
}
