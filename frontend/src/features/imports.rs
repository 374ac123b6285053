//! Importing a list: choose a file, look at what would change, confirm.

mod drop;
mod preview;
mod result;

pub use drop::DropZone;
pub use preview::ImportPreview;
pub use result::Imported;

/// The content type of a list, by the file's name; `None` for what is not taken.
pub fn content_type(name: &str) -> Option<&'static str> {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase())?;
    match ending.as_str() {
        "csv" | "txt" | "tsv" => Some("text/csv"),
        "jsonl" | "ndjson" | "json" => Some("application/x-ndjson"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::content_type;

    #[test]
    fn the_ending_decides_what_a_list_is() {
        assert_eq!(content_type("sets.CSV"), Some("text/csv"));
        assert_eq!(content_type("a.b.jsonl"), Some("application/x-ndjson"));
        assert_eq!(content_type("sets.xlsx"), None);
        assert_eq!(content_type("csv"), None);
    }
}
