//! Writing objects of texts and little else.

use crate::{id::push_hex, text::digits};
use zeroize::Zeroize;

/// What can be written as JSON.
pub trait Write {
    /// As a text. It may hold a secret: whoever asks for it wipes it.
    fn write(&self) -> String;
}

/// An object being written.
pub struct Writer(String);

impl Default for Writer {
    fn default() -> Self {
        // Large enough for what the page sends apart from tokens, so that it seldom moves.
        Self(String::with_capacity(2_048))
    }
}

impl Writer {
    /// As [`Writer::default`], with room for so many bytes more.
    pub fn with_room(room: usize) -> Self {
        Self(String::with_capacity(2_048 + 2 * room))
    }

    /// A field with a value that is JSON already.
    #[must_use]
    pub fn raw(mut self, name: &str, value: &str) -> Self {
        self.0.push(if self.0.is_empty() { '{' } else { ',' });
        push_text(&mut self.0, name);
        self.0.push(':');
        self.0.push_str(value);
        self
    }

    /// A field with a text.
    #[must_use]
    pub fn text(self, name: &str, value: &str) -> Self {
        let mut writer = self.raw(name, "");
        push_text(&mut writer.0, value);
        writer
    }

    /// A field with a text, if there is one.
    #[must_use]
    pub fn some(self, name: &str, value: Option<&str>) -> Self {
        if let Some(value) = value { self.text(name, value) } else { self }
    }

    /// A field with a whole number, if there is one.
    #[must_use]
    pub fn whole(self, name: &str, value: Option<u32>) -> Self {
        if let Some(value) = value { self.raw(name, &digits(value as usize)) } else { self }
    }

    /// A field with an object, whose text is wiped afterwards.
    #[must_use]
    pub fn object(self, name: &str, value: &dyn Write) -> Self {
        let mut text = value.write();
        let writer = self.raw(name, &text);
        text.zeroize();
        writer
    }

    /// The object.
    pub fn end(mut self) -> String {
        self.0.push_str(if self.0.is_empty() { "{}" } else { "}" });
        self.0
    }
}

fn push_text(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '\0'..='\u{1f}' => {
                out.push_str("\\u00");
                push_hex(out, u8::try_from(c).unwrap_or_default());
            }
            _ => out.push(c),
        }
    }
    out.push('"');
}
