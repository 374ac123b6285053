//! Text from people: names and the like, checked once at the edge.

use super::ServiceError;

/// A name: 1 to `most` characters, no control characters, no space at its ends.
pub fn name(field: &str, text: &str, most: usize) -> Result<String, ServiceError> {
    let name = text.trim();
    let length = name.chars().count();
    if length == 0 || length > most || name.chars().any(char::is_control) {
        return Err(ServiceError::field(
            field,
            format!("expected 1 to {most} characters, none of them a control character"),
        ));
    }
    Ok(name.to_owned())
}
