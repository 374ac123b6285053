//! One line of CSV (RFC 4180), comma or semicolon as the header shows.

use super::{
    FileError,
    columns::{Column, Raw},
    fields::{LineError, Refusal},
};

/// What the header says.
#[derive(Debug)]
pub struct CsvReader {
    delimiter: u8,
    columns: Vec<Column>,
}

impl CsvReader {
    /// Reads the header: every column known, none twice, none missing that every set needs.
    pub fn from_header(line: &str) -> Result<Self, FileError> {
        let count = |delimiter| line.matches(delimiter).count();
        let delimiter = if count(';') > count(',') { b';' } else { b',' };
        let mut columns = Vec::new();
        for name in &split(line, delimiter).map_err(FileError::Header)? {
            let name = name.trim().to_ascii_lowercase();
            let column = Column::parse(&name).ok_or_else(|| FileError::UnknownColumn(super::fields::shown(&name)))?;
            if columns.contains(&column) {
                return Err(FileError::RepeatedColumn(column.name()));
            }
            columns.push(column);
        }
        let missing = Column::ALL.iter().find(|column| column.is_required() && !columns.contains(column));
        missing.map_or(Ok(Self { delimiter, columns }), |column| Err(FileError::MissingColumn(column.name())))
    }

    /// Reads the values of a line.
    pub fn read(&self, line: &str) -> Result<Raw, Refusal> {
        let record = split(line, self.delimiter)?;
        if record.len() != self.columns.len() {
            let (expected, found) = (self.columns.len(), record.len());
            return Err(LineError::FieldCount { expected, found, is_semicolon: self.delimiter == b';' }.into());
        }
        let mut raw = Raw::default();
        for (column, value) in self.columns.iter().zip(&record) {
            raw.set(*column, value);
        }
        Ok(raw)
    }
}

/// The fields of a line. Stricter than RFC 4180's readers usually are: a quote in an odd place means that somebody forgot
/// one, and is not guessed away.
fn split(line: &str, delimiter: u8) -> Result<Vec<String>, LineError> {
    #[derive(PartialEq)]
    enum At {
        Start,
        Plain,
        Quoted,
        Closed,
    }
    let delimiter = char::from(delimiter);
    let mut fields = Vec::new();
    let mut field = String::new();
    let mut at = At::Start;
    for c in line.chars() {
        at = match (at, c) {
            (At::Start, '"') => At::Quoted,
            (At::Quoted, '"') => At::Closed,
            (At::Plain, '"') => return Err(LineError::Quotes),
            (At::Closed, '"') => {
                field.push('"');
                At::Quoted
            }
            (At::Quoted, c) => {
                field.push(c);
                At::Quoted
            }
            (_, c) if c == delimiter => {
                fields.push(std::mem::take(&mut field));
                At::Start
            }
            (At::Closed, _) => return Err(LineError::Quotes),
            (At::Start | At::Plain, c) => {
                field.push(c);
                At::Plain
            }
        };
    }
    if at == At::Quoted {
        return Err(LineError::Quotes);
    }
    fields.push(field);
    Ok(fields)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What a widely used reader makes of the same line.
    fn as_others_read(line: &str, delimiter: u8) -> Vec<String> {
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .from_reader(line.as_bytes());
        let mut record = csv::StringRecord::new();
        reader.read_record(&mut record).unwrap();
        record.iter().map(str::to_owned).collect()
    }

    #[test]
    fn quotes_are_taken_off_and_doubled_ones_halved() {
        for (line, fields) in [
            ("a,b", &["a", "b"][..]),
            ("\"a,b\",", &["a,b", ""]),
            ("\"\",\"\"\"\"", &["", "\""]),
            ("\"a \"\"b\"\"\",c", &["a \"b\"", "c"]),
            ("", &[""]),
        ] {
            assert_eq!(split(line, b','), Ok(fields.iter().map(|field| (*field).to_owned()).collect()), "{line}");
        }
        for odd in ["a\"", "\"a", "\"a\"b", "a,\"", "\"a\" ,b", "\"\"\""] {
            assert_eq!(split(odd, b','), Err(LineError::Quotes), "{odd}");
        }
    }

    proptest! {
        #[test]
        fn what_is_accepted_reads_as_other_readers_read_it(line in "[a-z,;\" é]{1,40}", semicolon in any::<bool>()) {
            let delimiter = if semicolon { b';' } else { b',' };
            if let Ok(fields) = split(&line, delimiter) {
                prop_assert_eq!(fields, as_others_read(&line, delimiter));
            }
        }
    }
}
