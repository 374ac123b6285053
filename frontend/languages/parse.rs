//! Reads a language file: `[section]`, `key = text`, comments. Both `build.rs` use it, so it stands on its own.

/// One text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The section in which it stands.
    pub section: String,
    /// Its key.
    pub key: String,
    /// What it says.
    pub text: String,
}

/// All texts, in the order of the file; a line that is neither is an error.
pub fn parse(file: &str) -> Result<Vec<Entry>, String> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut section = String::new();
    for line in file.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            name.clone_into(&mut section);
            continue;
        }
        let (key, text) = line.split_once('=').ok_or_else(|| format!("neither a section nor a text: {line}"))?;
        let (key, text) = (key.trim().to_owned(), text.trim().to_owned());
        if entries.iter().any(|known| known.section == section && known.key == key) {
            return Err(format!("{key} stands twice"));
        }
        entries.push(Entry { section: section.clone(), key, text });
    }
    Ok(entries)
}

/// The texts of one section.
pub fn section<'a>(entries: &'a [Entry], name: &str) -> Vec<&'a Entry> {
    entries.iter().filter(|entry| entry.section == name).collect()
}
