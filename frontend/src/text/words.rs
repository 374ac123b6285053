//! The connect page's words, in the language of whoever reads them: loaded once, not compiled in.
//!
//! `languages/` has a file for each language. [`keys`] names its texts; `{names}` in them are filled in by [`fill`]. What
//! the server says has a code, under which a language may have words of its own; where it has none, the server's stand.
//! A language with more than two forms for numbers needs a rule in [`count`].

use super::{cut, split};
use crate::markup::{Tag, Value};
use shared::api::connect::ConnectView;
use std::cell::Cell;

/// A text's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key(u16);

/// The texts' names; each says what it is in English.
#[allow(rustdoc::invalid_html_tags, rustdoc::bare_urls, clippy::doc_markdown, reason = "texts as they are")]
pub mod keys {
    use super::Key;

    include!(concat!(env!("OUT_DIR"), "/keys.rs"));
}

type Lines = &'static [&'static str];

thread_local! {
    static LANGUAGE: Cell<&'static str> = const { Cell::new("en") };
    /// The texts of every visit.
    static PAGE: Cell<Lines> = const { Cell::new(&[]) };
    /// The texts of the few: remedies, and what security teams ask.
    static MORE: Cell<Lines> = const { Cell::new(&[]) };
    /// The texts of the frame, and of a window that it opens.
    static FRAME: Cell<Lines> = const { Cell::new(&[]) };
}

/// The languages: in each line code, name, address and integrity; the build writes them.
const LANGUAGES: &str = match option_env!("REKEY_WEB_LANGUAGES") {
    Some(lines) => lines,
    None => "",
};

/// A language that the page can speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Language {
    /// As in `lang` (BCP 47).
    pub code: &'static str,
    /// What it calls itself.
    pub name: &'static str,
    /// Where its texts are, and what the browser checks.
    pub file: File,
}

/// A file of texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct File {
    /// Its address.
    pub address: &'static str,
    /// Its hash (Subresource Integrity).
    pub integrity: &'static str,
}

/// All languages.
pub fn languages() -> impl Iterator<Item = Language> {
    split(LANGUAGES, &[';']).filter_map(language_of)
}

fn language_of(line: &'static str) -> Option<Language> {
    let mut words = split(line, &[' ']);
    let (code, name) = (words.next()?, words.next()?);
    Some(Language { code, name, file: File { address: words.next()?, integrity: words.next()? } })
}

/// The language in use.
pub fn language() -> &'static str {
    LANGUAGE.get()
}

/// The language of times and numbers, where the texts are not read from here.
#[cfg(feature = "portal")]
pub fn read_in(code: &'static str) {
    LANGUAGE.set(code);
}

/// Puts a language's texts in the place of what was there. They stay for as long as the page does.
pub fn speak(code: &'static str, text: String) {
    LANGUAGE.set(code);
    PAGE.set(lines(text));
    MORE.set(&[]);
    FRAME.set(&[]);
}

/// Adds the texts of the second file.
pub fn add(text: String) {
    MORE.set(lines(text));
}

/// The second file, as the first one names it; none when it is there already.
pub fn second() -> Option<File> {
    let mut words = split(PAGE.get().last()?, &[' ']);
    let file = File { address: words.next()?, integrity: words.next()? };
    if MORE.get().is_empty() { Some(file) } else { None }
}

/// Adds the texts of the third file.
pub fn add_frame(text: String) {
    FRAME.set(lines(text));
}

/// The third file, as the first one names it; none when it is there already.
pub fn third() -> Option<File> {
    let mut words = split(PAGE.get().last()?, &[' ']).skip(2);
    let file = File { address: words.next()?, integrity: words.next()? };
    if FRAME.get().is_empty() { Some(file) } else { None }
}

fn lines(text: String) -> Lines {
    let text: &'static str = text.leak();
    split(text, &['\n']).collect::<Vec<_>>().leak()
}

/// What a text says.
#[inline(never)]
pub fn say(key: Key) -> &'static str {
    #[cfg(test)]
    tests::speak_english();
    let number = usize::from(key.0);
    let found = match (number.checked_sub(keys::PAGE), number.checked_sub(keys::BOTH)) {
        (None, _) => PAGE.get().get(number),
        (Some(number), None) => MORE.get().get(number),
        (_, Some(number)) => FRAME.get().get(number),
    };
    found.copied().unwrap_or_default()
}

impl From<Key> for Tag {
    #[inline(never)]
    fn from(key: Key) -> Self {
        say(key).into()
    }
}

impl Value for Key {
    #[inline(never)]
    fn set(self, tag: Tag, name: &'static str) -> Tag {
        tag.attr(name, say(self))
    }
}

/// The two parts of a text: a title and what it means.
#[inline(never)]
pub fn pair(key: Key) -> (&'static str, &'static str) {
    parts(say(key))
}

/// As [`pair`], with names filled in.
pub fn pair_of(key: Key, view: Option<&ConnectView>, names: Names<'_>) -> (String, String) {
    let (title, text) = pair(key);
    (fill(title, view, names), fill(text, view, names))
}

/// Where a text is parted.
fn parts(text: &'static str) -> (&'static str, &'static str) {
    let mut parts = split(text, &['|']);
    let (first, second) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    (first.trim_ascii(), second.trim_ascii())
}

/// What the server calls `code`, in this language: none in the server's own, or where it is new. `of` is the section.
pub fn coded(of: &str, code: &str) -> Option<&'static str> {
    let find = |lines: Lines| {
        lines.iter().find_map(|line| {
            let rest = line.strip_prefix(of)?.strip_prefix('.')?;
            let (codes, text) = cut(rest, '=')?;
            split(codes, &[' ']).any(|known| known == code).then_some(text)
        })
    };
    find(PAGE.get()).or_else(|| find(MORE.get()))
}

/// As [`coded`], for a title and a text.
pub fn coded_pair(of: &str, code: &str) -> Option<(&'static str, &'static str)> {
    coded(of, code).map(parts)
}

/// Values for names, besides those of a view.
pub type Names<'a> = &'a [(&'static str, &'a str)];

/// A text with the view's names filled in.
pub fn of(key: Key, view: &ConnectView) -> String {
    fill(say(key), Some(view), &[])
}

/// As [`of`], as a text of a page.
#[inline(never)]
pub fn said(key: Key, view: &ConnectView) -> Tag {
    of(key, view).into()
}

/// A text with these names filled in.
pub fn with(key: Key, names: Names<'_>) -> String {
    fill(say(key), None, names)
}

/// The form of a text for a number, filled in; `{n}` is the number.
#[inline(never)]
pub fn count(key: Key, n: usize, view: Option<&ConnectView>) -> String {
    let (one, many) = pair(key);
    let is_one = say(keys::ONE).bytes().any(|digit| n == usize::from(digit.wrapping_sub(b'0')));
    let text = if is_one || many.is_empty() { one } else { many };
    fill(text, view, &[("n", &number(n))])
}

/// A number with its thousands apart.
pub fn number(n: usize) -> String {
    let digits = super::digits(n);
    // A file's texts are trimmed: where none stands, a narrow space is meant.
    let mark = say(keys::THOUSANDS);
    let mut text = String::new();
    for (place, digit) in digits.bytes().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push_str(if mark.is_empty() { "\u{202f}" } else { mark });
        }
        text.push(char::from(digit));
    }
    text
}

/// Puts values in the place of `{names}`: what a value says is never read again, whatever is in it.
#[inline(never)]
pub fn fill(text: &str, view: Option<&ConnectView>, names: Names<'_>) -> String {
    let mut out = String::new();
    for (place, part) in split(text, &['{']).enumerate() {
        match cut(part, '}') {
            Some((name, rest)) if place > 0 => {
                match names.iter().find(|(known, _)| *known == name) {
                    Some((_, value)) => out.push_str(value),
                    None => push_name(&mut out, view, name),
                }
                out.push_str(rest);
            }
            _ => out.push_str(part),
        }
    }
    out
}

fn push_name(out: &mut String, view: Option<&ConnectView>, name: &str) {
    let Some(view) = view else {
        return out.push_str(match name {
            "customer" => say(keys::THE_CUSTOMER),
            "asked_by" => say(keys::WHOEVER_SENT),
            _ => "",
        });
    };
    out.push_str(match name {
        "organization" => &view.organization,
        "customer" => &view.customer,
        "account" => &view.sign_in.account,
        "brand" => &view.brand,
        "login_host" => &view.login_host,
        "asked_by" => &view.asked_by,
        "domain" => match &view.domain {
            Some(domain) => domain,
            None => return out.push_str(&view.tenant.text()),
        },
        _ => "",
    });
}

/// What tests of wording share.
#[cfg(test)]
#[path = "words/tests.rs"]
pub mod tests;
