//! Mail to people without an account: wording from one file per language (`server/letters`), as text and as HTML.
//!
//! What is filled in comes from records; only what the operator vetted names the organization. It is put in as text: the HTML
//! is made by maud, which escapes. To add a language: a variant of `shared::language`, a file, a line in [`words`].

use super::ServiceError;
use crate::{
    state::AppState,
    store::work::{self, Work},
};
use maud::{DOCTYPE, html};
use shared::{language::Language, time::Timestamp};
use std::{
    collections::{BTreeMap, HashMap},
    sync::LazyLock,
};
use time::OffsetDateTime;

/// The waits after the first try, the second and so on, in seconds: six hours in all.
const WAITS: [i64; 5] = [5, 300, 1800, 7200, 12_600];

/// How long a letter that was not taken waits after so many tries before the one just made, in seconds; `None`: it is given up.
pub fn wait_after(tries: i64) -> Option<i64> {
    usize::try_from(tries).ok().and_then(|index| WAITS.get(index).copied())
}

/// How long a letter waits for a place among those that send, in milliseconds, and by how much its own wait is longer at most:
/// so that those that wait do not come all at once.
const TURN: i64 = 1000;
const SPREAD: u128 = 4000;

/// Puts a letter off because all who send are busy, with a mail server that does not answer perhaps. It is no try.
pub async fn wait_for_place(app: &AppState, work: Work) -> Result<(), ServiceError> {
    let spread = i64::try_from(work.subject.as_u128() % SPREAD).unwrap_or(0);
    let tx = app.store.write(work.organization).await?;
    work::postpone(&tx, &work, app.clock.now_millis() + TURN + spread, work.attempts).await?;
    Ok(tx.commit_counts().await?)
}

/// The words of a language, by their keys.
type Words = BTreeMap<String, String>;

static WORDS: LazyLock<HashMap<Language, Words>> = LazyLock::new(|| {
    let read = |language| (language, toml::from_str(words(language)).unwrap_or_default());
    Language::ALL.into_iter().map(read).collect()
});

const fn words(language: Language) -> &'static str {
    match language {
        Language::En => include_str!("../../letters/en.toml"),
        Language::De => include_str!("../../letters/de.toml"),
        Language::Fr => include_str!("../../letters/fr.toml"),
        Language::Es => include_str!("../../letters/es.toml"),
        Language::Ja => include_str!("../../letters/ja.toml"),
    }
}

/// One mail, before it has an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Composed {
    /// Its subject: one line.
    pub subject: String,
    /// As plain text.
    pub text: String,
    /// As HTML without style sheets, pictures or scripts.
    pub html: String,
}

/// Puts mails together in one language.
pub struct Letter<'a> {
    language: Language,
    values: Vec<(&'static str, &'a str)>,
    paragraphs: Vec<String>,
}

impl<'a> Letter<'a> {
    /// An empty one. `values`: what stands for `{name}` in the words.
    pub fn new(language: Language, values: Vec<(&'static str, &'a str)>) -> Self {
        Self { language, values, paragraphs: Vec::new() }
    }

    /// A sentence of the language's file, filled in.
    fn say(&self, key: &str) -> String {
        let word = |language| WORDS.get(&language).and_then(|words| words.get(key));
        let text = word(self.language).or_else(|| word(Language::En)).map_or("", String::as_str);
        let mut said = String::with_capacity(text.len());
        let mut rest = text;
        // In one pass, so that a name that looks like a hole stays a name.
        while let Some((before, after)) = rest.split_once('{') {
            said.push_str(before);
            let Some((hole, after)) = after.split_once('}') else { break };
            said.push_str(self.values.iter().find(|(name, _)| *name == hole).map_or("", |(_, value)| value));
            rest = after;
        }
        said.push_str(rest);
        // One line: a name with a line break in it must not become a header or a paragraph of its own.
        said.split(char::is_control).collect::<Vec<_>>().join(" ")
    }

    /// Adds a paragraph.
    #[must_use]
    pub fn paragraph(mut self, key: &str) -> Self {
        let said = self.say(key);
        self.paragraphs.push(said);
        self
    }

    /// The mail: what was said, then the address, then a last word and who sent it.
    pub fn compose(self, subject: &str, button: &str, url: &str, last: &str) -> Composed {
        let (subject, button) = (self.say(subject), self.say(button));
        let (last, footer) = (self.say(last), self.say("footer"));
        let text = format!("{}\n\n{button}:\n{url}\n\n{last}\n\n{footer}\n", self.paragraphs.join("\n\n"));
        let html = html! {
            (DOCTYPE)
            html lang=(self.language.as_str()) {
                head { meta charset="utf-8"; title { (subject) } }
                body {
                    @for one in &self.paragraphs { p { (one) } }
                    p { a href=(url) { (button) } }
                    p { (last) }
                    hr;
                    p { small { (footer) } }
                }
            }
        };
        Composed { subject, text, html: html.into_string() }
    }
}

/// A moment as people of any language read it: `2026-12-01 14:30 UTC`.
pub fn moment(at: Timestamp) -> String {
    let Ok(moment) = OffsetDateTime::from_unix_timestamp(at.0) else { return String::new() };
    let (date, hour, minute) = (moment.date(), moment.hour(), moment.minute());
    format!("{date} {hour:02}:{minute:02} UTC")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn holes(text: &str) -> BTreeSet<&str> {
        text.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(hole, _)| hole).collect()
    }

    #[test]
    fn i7_every_language_says_everything_with_the_same_values() {
        let english = &WORDS[&Language::En];
        assert!(english.len() > 15, "the file was read");
        for language in Language::ALL {
            let words = &WORDS[&language];
            assert_eq!(words.keys().collect::<Vec<_>>(), english.keys().collect::<Vec<_>>(), "{language:?}");
            for (key, text) in words {
                assert_eq!(holes(text), holes(&english[key]), "{language:?} {key}");
                assert!(!text.trim().is_empty(), "{language:?} {key}");
            }
        }
    }

    #[test]
    fn a_name_is_text_in_every_part() {
        let values = vec![("organization", "<b>{brand}</b>\r\nBcc: x@y.z"), ("brand", "Rekey"), ("customer", "C")];
        let letter = Letter::new(Language::En, values).paragraph("footer");
        let made = letter.compose("invitation_subject", "receipt_button", "https://a.example/#s", "footer");
        assert!(!made.subject.contains(['\r', '\n']) && made.subject.starts_with("<b>{brand}</b>"), "{}", made.subject);
        assert!(made.html.contains("&lt;b&gt;{brand}&lt;/b&gt;") && !made.html.contains("<b>"), "{}", made.html);
        assert!(!made.text.contains('\r'), "{}", made.text);
    }

    #[test]
    fn moments_say_their_zone() {
        assert_eq!(moment(Timestamp(1_795_271_400)), "2026-11-21 14:30 UTC");
    }
}
