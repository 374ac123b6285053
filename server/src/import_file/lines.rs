//! Cuts arriving bytes into lines, each with its number, and holds no line longer than is useful.

/// The longest line.
const LONGEST: usize = 16 * 1024;

/// One line, without its end.
#[derive(Debug, Clone, Copy)]
pub enum Line<'a> {
    /// The bytes.
    Text(&'a [u8]),
    /// Longer than [`LONGEST`]; its bytes are gone.
    TooLong,
}

/// The line that is still arriving.
#[derive(Debug, Default)]
pub struct Lines {
    partial: Vec<u8>,
    is_too_long: bool,
    number: u64,
}

impl Lines {
    /// Takes bytes, and hands on every line that ends in them. LF and CR LF end a line.
    pub fn push<E>(&mut self, bytes: &[u8], mut each: impl FnMut(u64, Line<'_>) -> Result<(), E>) -> Result<(), E> {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let (content, has_end) = piece.strip_suffix(b"\n").map_or((piece, false), |content| (content, true));
            if self.partial.len() + content.len() > LONGEST {
                self.partial.clear();
                self.is_too_long = true;
            } else if !self.is_too_long {
                self.partial.extend_from_slice(content);
            }
            if has_end {
                self.end(&mut each)?;
            }
        }
        Ok(())
    }

    /// Hands on a last line that has no end.
    pub fn finish<E>(&mut self, mut each: impl FnMut(u64, Line<'_>) -> Result<(), E>) -> Result<(), E> {
        if self.partial.is_empty() && !self.is_too_long { Ok(()) } else { self.end(&mut each) }
    }

    fn end<E>(&mut self, each: &mut impl FnMut(u64, Line<'_>) -> Result<(), E>) -> Result<(), E> {
        self.number += 1;
        let text = self.partial.strip_suffix(b"\r").unwrap_or(&self.partial);
        let outcome = each(self.number, if self.is_too_long { Line::TooLong } else { Line::Text(text) });
        self.partial.clear();
        self.is_too_long = false;
        outcome
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(pieces: &[&[u8]]) -> Vec<(u64, Option<Vec<u8>>)> {
        let mut found = Vec::new();
        let mut lines = Lines::default();
        let mut each = |number, line: Line<'_>| {
            found.push((number, if let Line::Text(text) = line { Some(text.to_vec()) } else { None }));
            Ok::<_, ()>(())
        };
        for piece in pieces {
            lines.push(piece, &mut each).unwrap();
        }
        lines.finish(each).unwrap();
        found
    }

    #[test]
    fn lines_are_the_same_however_the_bytes_arrive() {
        let text = b"one\r\ntwo\n\nfour";
        let expected: Vec<_> =
            (1..).zip(["one", "two", "", "four"].map(|text| Some(text.as_bytes().to_vec()))).collect();
        assert_eq!(cut(&[text]), expected);
        let bytes: Vec<_> = text.chunks(1).collect();
        assert_eq!(cut(&bytes), expected);
    }

    #[test]
    fn a_line_without_end_costs_only_itself() {
        let long = vec![b'x'; LONGEST];
        let found = cut(&[b"a\n", &long, b"y\nb\n"]);
        assert_eq!(found, [(1, Some(b"a".to_vec())), (2, None), (3, Some(b"b".to_vec()))]);
    }
}
