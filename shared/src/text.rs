//! Texts put together without the formatting code of the standard library, which would be some kilobytes of the connect page.

/// Texts one after the other. One function for all, where each `concat` would be code of its own.
#[inline(never)]
pub fn join(parts: &[&str]) -> String {
    let mut text = String::new();
    for part in parts {
        text.push_str(part);
    }
    text
}

/// A whole number in digits.
#[inline(never)]
pub fn digits(mut n: usize) -> String {
    let mut text = String::new();
    loop {
        text.insert(0, char::from_digit(u32::try_from(n % 10).unwrap_or_default(), 10).unwrap_or('0'));
        n /= 10;
        if n == 0 {
            return text;
        }
    }
}

/// Adds to a list in words: `between` stands before all but the first.
#[inline(never)]
pub fn add(list: &mut String, between: &str, one: &str) {
    if !list.is_empty() {
        list.push_str(between);
    }
    list.push_str(one);
}

/// What stands between signs. Signs in a list, as here, are searched without the code of a panic that cannot come.
pub fn split<'a>(text: &'a str, signs: &'a [char]) -> std::str::Split<'a, &'a [char]> {
    text.split(signs)
}

/// What stands before and after the first such sign.
#[inline(never)]
pub fn cut(text: &str, sign: char) -> Option<(&str, &str)> {
    text.split_once(&[sign][..])
}

/// Text of somebody else's: short, and nothing in it that steers a terminal or turns the direction of the line.
#[inline(never)]
pub fn plain(text: &str, longest: usize) -> String {
    let steers = |c: &char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    text.chars().filter(|c| !steers(c)).take(longest).collect()
}
