//! Words of the customer's own page, in the language of whoever reads them. They stand in `languages/`, under `[connected]`.

use crate::text::words;
use shared::language::Language;

/// A text's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key(usize);

/// The texts' names; each says what it is in English.
#[allow(rustdoc::invalid_html_tags, clippy::doc_markdown, reason = "texts as they are")]
mod keys {
    use super::Key;

    include!(concat!(env!("OUT_DIR"), "/connected.rs"));

    pub(super) fn texts() -> &'static [[&'static str; TEXTS[0].len()]; 5] {
        &TEXTS
    }
}

pub use keys::*;

/// What a text says.
pub fn say(language: Language, key: Key) -> &'static str {
    let place = Language::ALL.iter().position(|one| *one == language).unwrap_or_default();
    keys::texts()[place].get(key.0).copied().unwrap_or_default()
}

/// A text with these names filled in.
pub fn with(language: Language, key: Key, names: words::Names<'_>) -> String {
    words::fill(say(language, key), None, names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i7_the_customers_page_speaks_every_language() {
        let [en, rest @ ..] = Language::ALL.map(|language| say(language, REMOVE_WHY));
        assert!(
            en.starts_with("An administrator") && rest.iter().all(|text| *text != en && text.len() > 60),
            "{rest:?}"
        );
        let said = with(Language::De, HEADING, &[("customer", "Contoso {place}")]);
        assert_eq!(said, "Was bei Contoso {place} verbunden ist", "a value is never read as a name");
    }
}
