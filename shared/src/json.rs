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

use crate::{id, secret::Secret, time::Timestamp};
use std::{cell::Cell, mem, slice};
use uuid::Uuid;
use zeroize::Zeroize;

/// As deep as values may lie in each other.
const DEEPEST: u8 = 64;

/// A value.
#[derive(Debug, PartialEq, Eq)]
pub enum Value {
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
    /// An object: its fields, in their order.
    Object(Vec<(String, Self)>),
}

impl Drop for Value {
    fn drop(&mut self) {
        if let Self::Text(text) = self {
            text.zeroize();
        }
    }
}

/// Where a value is taken from: a field of an object, an item of a list, or the whole text.
///
/// When a value is not what it should be, the whole text is refused at the end; until then something empty stands in for
/// it. So each field is a single call, without a branch for its failure.
pub struct Place<'a> {
    /// None where the object has no such field.
    value: Option<&'a mut Value>,
    is_broken: &'a Cell<bool>,
}

impl<'a> Place<'a> {
    /// Refuses the whole text.
    #[inline(never)]
    fn refuse(&self) {
        self.is_broken.set(true);
    }

    /// Nothing here, or `null`.
    fn is_empty(&self) -> bool {
        matches!(self.value, None | Some(Value::Null))
    }

    #[inline(never)]
    fn text(self) -> String {
        match self.value {
            Some(Value::Text(text)) => return mem::take(text),
            _ => self.refuse(),
        }
        String::new()
    }

    #[inline(never)]
    fn whole(self) -> i64 {
        match self.value {
            Some(Value::Whole(number)) => return *number,
            _ => self.refuse(),
        }
        0
    }

    #[inline(never)]
    fn id(self) -> Uuid {
        let is_broken = self.is_broken;
        id::parse(&self.text()).unwrap_or_else(|| {
            is_broken.set(true);
            Uuid::nil()
        })
    }

    /// The place of the text among some words; 0 when it is none of them.
    #[inline(never)]
    fn word(self, words: &[&str]) -> usize {
        let is_broken = self.is_broken;
        let text = self.text();
        words.iter().position(|word| *word == text).unwrap_or_else(|| {
            is_broken.set(true);
            0
        })
    }

    /// The fields of an object.
    #[inline(never)]
    pub fn fields(self) -> Fields<'a> {
        let list: &mut [_] = if let Some(Value::Object(fields)) = self.value {
            fields
        } else {
            self.is_broken.set(true);
            &mut []
        };
        Fields { list, is_broken: self.is_broken }
    }
}

/// The fields of an object.
pub struct Fields<'a> {
    list: &'a mut [(String, Value)],
    is_broken: &'a Cell<bool>,
}

impl Fields<'_> {
    /// Reads a field. A field that is there twice is refused.
    #[inline(never)]
    pub fn get<T: Read>(&mut self, name: &str) -> T {
        T::read(self.find(name))
    }

    #[inline(never)]
    fn find(&mut self, name: &str) -> Place<'_> {
        let mut found = self.list.iter_mut().filter(|(found, _)| found == name);
        let value = found.next().map(|(_, value)| value);
        if found.next().is_some() {
            self.is_broken.set(true);
        }
        Place { value, is_broken: self.is_broken }
    }
}

/// What can be read from JSON.
pub trait Read: Sized {
    /// Reads it, or refuses the whole text and gives something empty.
    fn read(place: Place<'_>) -> Self;
}

/// Types that are read from an object with fields of their names.
macro_rules! objects {
    ($($name:ident { $($field:ident)* })*) => {$(
        impl $crate::json::Read for $name {
            #[inline(never)]
            fn read(place: $crate::json::Place<'_>) -> Self {
                let mut fields = place.fields();
                Self { $($field: fields.get(stringify!($field))),* }
            }
        }
    )*};
}
pub(crate) use objects;

/// Types that are read from a text that is their id.
macro_rules! ids {
    ($($name:ident)*) => {$(
        impl $crate::json::Read for $name {
            fn read(place: $crate::json::Place<'_>) -> Self {
                Self(place.id())
            }
        }
    )*};
}
pub(crate) use ids;

/// Types that are read from one of some words. A word that is missing here does not compile.
macro_rules! words {
    ($($name:ident { $first:literal $empty:ident $($word:literal $variant:ident)* })*) => {$(
        impl $crate::json::Read for $name {
            fn read(place: $crate::json::Place<'_>) -> Self {
                const ALL: &[$name] = &[$name::$empty, $($name::$variant),*];
                ALL.get(place.word(&[$first, $($word),*])).copied().unwrap_or($name::$empty)
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
    take(parse(text)?)
}

/// Reads a value.
pub fn take<T: Read>(mut value: Value) -> Option<T> {
    let is_broken = Cell::new(false);
    let read = T::read(Place { value: Some(&mut value), is_broken: &is_broken });
    if is_broken.get() { None } else { Some(read) }
}

/// The one value of a text.
pub fn parse(text: &str) -> Option<Value> {
    let mut reader = Reader { rest: text.as_bytes().iter() };
    let value = reader.value(0)?;
    if reader.after_space().is_none() { Some(value) } else { None }
}

impl Read for String {
    fn read(place: Place<'_>) -> Self {
        place.text()
    }
}

impl Read for Secret<String> {
    fn read(place: Place<'_>) -> Self {
        Self::new(place.text())
    }
}

impl Read for bool {
    fn read(place: Place<'_>) -> Self {
        match place.value {
            Some(Value::Flag(flag)) => return *flag,
            _ => place.refuse(),
        }
        false
    }
}

impl Read for Timestamp {
    fn read(place: Place<'_>) -> Self {
        Self(place.whole())
    }
}

impl Read for Uuid {
    fn read(place: Place<'_>) -> Self {
        place.id()
    }
}

impl Read for i64 {
    fn read(place: Place<'_>) -> Self {
        place.whole()
    }
}

macro_rules! small {
    ($($number:ident)*) => {$(
        impl Read for $number {
            fn read(place: Place<'_>) -> Self {
                let is_broken = place.is_broken;
                place.whole().try_into().unwrap_or_else(|_| {
                    is_broken.set(true);
                    0
                })
            }
        }
    )*};
}

small! { u8 u16 u32 u64 }

impl<T: Read> Read for Option<T> {
    fn read(place: Place<'_>) -> Self {
        if place.is_empty() { None } else { Some(T::read(place)) }
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(place: Place<'_>) -> Self {
        let mut read = Self::new();
        match place.value {
            Some(Value::List(items)) => {
                for item in items {
                    read.push(T::read(Place { value: Some(item), is_broken: place.is_broken }));
                }
            }
            _ => place.refuse(),
        }
        read
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
                Some(Value::Object(fields))
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
