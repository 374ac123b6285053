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
