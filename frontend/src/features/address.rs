//! Addresses with parameters.

/// Builds a path with a query; empty values are left out.
pub struct Query {
    text: String,
    started: bool,
}

impl Query {
    /// Begins with a path.
    pub fn new(path: &str) -> Self {
        Self { text: path.to_owned(), started: false }
    }

    /// Adds a parameter unless its value is empty.
    #[must_use]
    pub fn add(mut self, name: &str, value: &str) -> Self {
        if !value.is_empty() {
            self.text.push(if self.started { '&' } else { '?' });
            self.started = true;
            self.text.push_str(name);
            self.text.push('=');
            encode(value, &mut self.text);
        }
        self
    }

    /// The whole.
    pub fn done(self) -> String {
        self.text
    }
}

/// Percent-encodes everything but unreserved characters (RFC 3986 §2.3).
fn encode(value: &str, into: &mut String) {
    const HEX: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            into.push(char::from(byte));
        } else {
            into.push('%');
            into.extend([byte >> 4, byte & 15].iter().filter_map(|half| HEX.get(usize::from(*half))));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Query;

    #[test]
    fn values_cannot_end_a_parameter() {
        let address = Query::new("/x").add("q", "a&b=c/ü").add("none", "").add("z", "1").done();
        assert_eq!(address, "/x?q=a%26b%3Dc%2F%C3%BC&z=1");
    }
}
