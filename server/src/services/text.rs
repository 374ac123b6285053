//! Text from people: names and the like, checked once at the edge.

use super::ServiceError;

/// Characters that turn the direction of what is read, so that a name could look like another.
fn turns(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A name: 1 to `most` characters, no control characters, no space at its ends.
pub fn name(field: &str, text: &str, most: usize) -> Result<String, ServiceError> {
    let name = text.trim();
    let length = name.chars().count();
    if length == 0 || length > most || name.chars().any(|c| c.is_control() || turns(c)) {
        return Err(ServiceError::field(
            field,
            format!("expected 1 to {most} characters, none of them a control character"),
        ));
    }
    Ok(name.to_owned())
}
