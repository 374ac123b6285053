//! Percent encoding (RFC 3986 §2.1) and the reading of `application/x-www-form-urlencoded` text, strict in both ways.

use crate::{
    secret::Secret,
    text::{cut, split},
};
use zeroize::Zeroize;

/// What follows the last `/`; everything where there is none.
pub fn after_last_slash(text: &str) -> &str {
    let start = text.bytes().rposition(|byte| byte == b'/').map_or(0, |at| at + 1);
    text.get(start..).unwrap_or_default()
}

/// Adds `text`, everything but RFC 3986's unreserved characters written as `%XX`.
pub fn push_encoded(out: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push('%');
            for nibble in [byte >> 4, byte & 15] {
                out.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0').to_ascii_uppercase());
            }
        }
    }
}

/// Adds `name=value`, with `&` before it unless `out` is empty or ends with `?`.
pub fn push_pair(out: &mut String, name: &str, value: &str) {
    if !(out.is_empty() || out.ends_with('?')) {
        out.push('&');
    }
    out.push_str(name);
    out.push('=');
    push_encoded(out, value);
}

/// The text before encoding: `+` is a space; `None` for a broken `%XX` or bytes that are not UTF-8.
pub fn decode(text: &str) -> Option<Secret<String>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut nibble = || char::from(rest.next()?).to_digit(16);
                let (Some(high), Some(low)) = (nibble(), nibble()) else {
                    bytes.zeroize();
                    return None;
                };
                u8::try_from(high * 16 + low).ok()?
            }
            plain => plain,
        });
    }
    match String::from_utf8(bytes) {
        Ok(text) => Some(Secret::new(text)),
        Err(error) => {
            error.into_bytes().zeroize();
            None
        }
    }
}

/// The pairs of a query or form; `None` if one of them cannot be read. An absent `=` is an empty value.
pub fn read_pairs(text: &str) -> Option<Vec<(Secret<String>, Secret<String>)>> {
    let mut pairs = Vec::new();
    for pair in split(text, &['&']).filter(|pair| !pair.is_empty()) {
        let (name, value) = cut(pair, '=').unwrap_or((pair, ""));
        pairs.push((decode(name)?, decode(value)?));
    }
    Some(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn encoded(text: &str) -> String {
        let mut out = String::new();
        push_encoded(&mut out, text);
        out
    }

    #[test]
    fn only_unreserved_characters_stay() {
        assert_eq!(encoded("aZ09-._~"), "aZ09-._~");
        assert_eq!(encoded("a b&c=d+é/?#%"), "a%20b%26c%3Dd%2B%C3%A9%2F%3F%23%25");
    }

    #[test]
    fn broken_escapes_are_refused() {
        for broken in ["%", "%4", "%zz", "a%2", "%C3", "%FF", "%+1", "% 1"] {
            assert!(decode(broken).is_none(), "{broken}");
        }
        assert_eq!(decode("a+b%2Bc").unwrap().expose(), "a b+c");
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_read_back(text in any::<String>()) {
            let read = decode(&encoded(&text));
            prop_assert_eq!(read.as_ref().map(Secret::expose), Some(&text));
        }

        #[test]
        fn any_text_is_read_without_panic(text in any::<String>()) {
            let _ = read_pairs(&text);
        }
    }
}
