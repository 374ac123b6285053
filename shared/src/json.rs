//! JSON (RFC 8259) read and written by hand, for what must load quickly: derived serde code was a quarter of the connect
//! page's program.
//!
//! Reads as strictly as the derived code does: a known field at most once, missing and `null` alike for an option, fields
//! nobody knows passed over, no number that is not whole where a whole one belongs. What was read and not taken is wiped,
//! since it may be a token. To read one more type: a line in [`connect`], in [`embed`], or in [`portal`] for the portal's first load.

mod connect;
mod embed;
mod portal;
mod write;

pub use write::{Write, Writer};

use crate::{secret::Secret, time::Timestamp};
use std::{mem, slice};
use zeroize::Zeroize;

/// As deep as values may lie in each other.
const DEEPEST: u8 = 64;

/// A value.
#[derive(Debug, PartialEq, Eq)]
pub enum Value {
    /// No such field.
    Missing,
    /// `null`.
    Null,
    /// `true` or `false`.
    Flag(bool),
    /// A whole number that fits.
    Whole(i64),
    /// Any other number.
    Number,
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Self>),
    /// An object.
    Object(Fields),
}

impl Drop for Value {
    fn drop(&mut self) {
        if let Self::Text(text) = self {
            text.zeroize();
        }
    }
}

/// The fields of an object, in their order.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Fields {
    list: Vec<(String, Value)>,
    is_broken: bool,
}

impl Fields {
    /// Reads an object with what `fill` makes of its fields; `None` when one of them was not what it should be.
    pub fn read<T>(mut value: Value, fill: fn(&mut Self) -> T) -> Option<T> {
        let Value::Object(fields) = &mut value else { return None };
        let made = fill(fields);
        if fields.is_broken { None } else { Some(made) }
    }

    /// Reads a field. When it is not what it should be, or there twice, the whole object is refused at the end; until
    /// then something empty stands in for it, which keeps the code of each field to a single call.
    #[inline(never)]
    pub fn get<T: Read>(&mut self, name: &str) -> T {
        let value = self.take(name);
        let read = T::read(value);
        self.is_broken |= read.is_none();
        read.unwrap_or_else(T::empty)
    }

    #[inline(never)]
    fn take(&mut self, name: &str) -> Value {
        let mut found = self.list.iter_mut().filter(|(found, _)| found == name);
        let value = found.next().map_or(Value::Missing, |(_, value)| mem::replace(value, Value::Missing));
        self.is_broken |= found.next().is_some();
        value
    }
}

/// What can be read from JSON.
pub trait Read: Sized {
    /// Reads it; `None` when it is something else.
    fn read(value: Value) -> Option<Self>;

    /// Stands in for it in an object that is about to be refused.
    fn empty() -> Self;
}

/// Types that are read from an object with fields of their names.
macro_rules! objects {
    ($($name:ident { $($field:ident)* })*) => {$(
        impl $crate::json::Read for $name {
            #[inline(never)]
            fn read(value: $crate::json::Value) -> Option<Self> {
                fn fill(fields: &mut $crate::json::Fields) -> $name {
                    $name { $($field: fields.get(stringify!($field))),* }
                }
                $crate::json::Fields::read(value, fill)
            }

            fn empty() -> Self {
                Self { $($field: $crate::json::Read::empty()),* }
            }
        }
    )*};
}
pub(crate) use objects;

/// Types that are read from a text that is their id.
macro_rules! ids {
    ($($name:ident)*) => {$(
        impl $crate::json::Read for $name {
            #[inline(never)]
            fn read(value: $crate::json::Value) -> Option<Self> {
                <String as $crate::json::Read>::read(value)?.parse().ok()
            }

            fn empty() -> Self {
                Self(uuid::Uuid::nil())
            }
        }
    )*};
}
pub(crate) use ids;

/// Types that are read from one of some words. A word that is missing here does not compile.
macro_rules! words {
    ($($name:ident { $first:literal $empty:ident $($word:literal $variant:ident)* })*) => {$(
        impl $crate::json::Read for $name {
            #[inline(never)]
            fn read(value: $crate::json::Value) -> Option<Self> {
                const WORDS: &[(&str, $name)] = &[($first, $name::$empty), $(($word, $name::$variant)),*];
                let text = <String as $crate::json::Read>::read(value)?;
                WORDS.iter().find(|(word, _)| *word == text).map(|(_, found)| *found)
            }

            fn empty() -> Self {
                Self::$empty
            }
        }

        const _: fn($name) = |all| match all {
            $name::$empty $(| $name::$variant)* => {}
        };
    )*};
}
pub(crate) use words;

/// Reads a text that is one value and nothing else.
pub fn read<T: Read>(text: &str) -> Option<T> {
    T::read(parse(text)?)
}

/// The one value of a text.
pub fn parse(text: &str) -> Option<Value> {
    let mut reader = Reader { rest: text.as_bytes().iter() };
    let value = reader.value(0)?;
    if reader.after_space().is_none() { Some(value) } else { None }
}

impl Read for String {
    #[inline(never)]
    fn read(mut value: Value) -> Option<Self> {
        if let Value::Text(text) = &mut value { Some(mem::take(text)) } else { None }
    }

    fn empty() -> Self {
        Self::new()
    }
}

impl Read for Secret<String> {
    fn read(value: Value) -> Option<Self> {
        String::read(value).map(Self::new)
    }

    fn empty() -> Self {
        Self::new(String::new())
    }
}

impl Read for bool {
    fn read(value: Value) -> Option<Self> {
        if let Value::Flag(flag) = value { Some(flag) } else { None }
    }

    fn empty() -> Self {
        false
    }
}

impl Read for Timestamp {
    fn read(value: Value) -> Option<Self> {
        i64::read(value).map(Self)
    }

    fn empty() -> Self {
        Self(0)
    }
}

impl Read for i64 {
    #[inline(never)]
    fn read(value: Value) -> Option<Self> {
        if let Value::Whole(number) = value { Some(number) } else { None }
    }

    fn empty() -> Self {
        0
    }
}

macro_rules! small {
    ($($number:ident)*) => {$(
        impl Read for $number {
            fn read(value: Value) -> Option<Self> {
                i64::read(value)?.try_into().ok()
            }

            fn empty() -> Self {
                0
            }
        }
    )*};
}

small! { u8 u16 u32 u64 }

impl<T: Read> Read for Option<T> {
    fn read(value: Value) -> Option<Self> {
        if matches!(value, Value::Missing | Value::Null) { Some(None) } else { T::read(value).map(Some) }
    }

    fn empty() -> Self {
        None
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(mut value: Value) -> Option<Self> {
        let Value::List(items) = &mut value else { return None };
        let mut read = Self::with_capacity(items.len());
        for item in mem::take(items) {
            read.push(T::read(item)?);
        }
        Some(read)
    }

    fn empty() -> Self {
        Self::new()
    }
}

struct Reader<'a> {
    rest: slice::Iter<'a, u8>,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<u8> {
        self.rest.next().copied()
    }

    fn peek(&self) -> Option<u8> {
        self.rest.as_slice().first().copied()
    }

    /// The next byte that is no white space, still to be read.
    #[inline(never)]
    fn after_space(&mut self) -> Option<u8> {
        while matches!(self.peek()?, b' ' | b'\t' | b'\n' | b'\r') {
            self.next();
        }
        self.peek()
    }

    fn word(&mut self, word: &str, value: Value) -> Option<Value> {
        self.rest = self.rest.as_slice().strip_prefix(word.as_bytes())?.iter();
        Some(value)
    }

    fn value(&mut self, depth: u8) -> Option<Value> {
        if depth > DEEPEST {
            return None;
        }
        match self.after_space()? {
            b'n' => self.word("null", Value::Null),
            b't' => self.word("true", Value::Flag(true)),
            b'f' => self.word("false", Value::Flag(false)),
            b'"' => self.text().map(Value::Text),
            b'[' => {
                let mut items = Vec::new();
                self.inside(b']', &mut |reader| {
                    items.push(reader.value(depth + 1)?);
                    Some(())
                })?;
                Some(Value::List(items))
            }
            b'{' => {
                let mut fields = Vec::new();
                self.inside(b'}', &mut |reader| {
                    let name = reader.text()?;
                    if reader.after_space()? != b':' {
                        return None;
                    }
                    reader.next();
                    fields.push((name, reader.value(depth + 1)?));
                    Some(())
                })?;
                Some(Value::Object(Fields { list: fields, is_broken: false }))
            }
            _ => self.number(),
        }
    }

    /// What is between brackets, with its commas.
    fn inside(&mut self, end: u8, item: &mut dyn FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.next();
        if self.after_space()? == end {
            self.next();
            return Some(());
        }
        loop {
            self.after_space()?;
            item(self)?;
            let byte = self.after_space()?;
            self.next();
            if byte == end {
                return Some(());
            }
            if byte != b',' {
                return None;
            }
        }
    }

    fn text(&mut self) -> Option<String> {
        if self.next()? != b'"' {
            return None;
        }
        // Large enough that a token never moves: its old bytes would stay behind unwiped.
        let room = self.rest.as_slice().iter().position(|byte| *byte == b'"')?;
        let mut bytes = Vec::with_capacity(room);
        loop {
            match self.next()? {
                b'"' => return String::from_utf8(bytes).ok(),
                b'\\' => bytes.extend_from_slice(self.escape()?.encode_utf8(&mut [0; 4]).as_bytes()),
                0..=0x1f => return None,
                byte => bytes.push(byte),
            }
        }
    }

    fn escape(&mut self) -> Option<char> {
        Some(match self.next()? {
            plain @ (b'"' | b'\\' | b'/') => char::from(plain),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let mut code = self.hex()?;
                if (0xd800..0xdc00).contains(&code) {
                    self.word("\\u", Value::Null)?;
                    let low = self.hex()?.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
                    code = 0x1_0000 + ((code - 0xd800) << 10) + low;
                }
                char::from_u32(code)?
            }
            _ => return None,
        })
    }

    fn hex(&mut self) -> Option<u32> {
        let mut code = 0;
        for _ in 0..4 {
            code = code << 4 | char::from(self.next()?).to_digit(16)?;
        }
        Some(code)
    }

    /// Digits, at least one, as a number; 0 when they do not fit, and then the flag is off.
    fn digits(&mut self) -> Option<(i64, bool)> {
        let mut sum = Some(0_i64);
        let mut count = 0_usize;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            self.next();
            count += 1;
            sum = sum.and_then(|sum| sum.checked_mul(10)?.checked_add(i64::from(digit - b'0')));
        }
        if count == 0 { None } else { Some((sum.unwrap_or_default(), sum.is_some())) }
    }

    fn number(&mut self) -> Option<Value> {
        let is_negative = self.peek() == Some(b'-');
        if is_negative {
            self.next();
        }
        let starts_with_zero = self.peek() == Some(b'0');
        let before = self.rest.as_slice().len();
        let (whole, mut is_whole) = self.digits()?;
        if starts_with_zero && before - self.rest.as_slice().len() > 1 {
            return None;
        }
        if self.peek() == Some(b'.') {
            self.next();
            self.digits()?;
            is_whole = false;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.next();
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.next();
            }
            self.digits()?;
            is_whole = false;
        }
        Some(if is_whole { Value::Whole(if is_negative { -whole } else { whole }) } else { Value::Number })
    }
}

#[cfg(test)]
mod tests;
