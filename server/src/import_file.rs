//! Reads a list of backup sets: CSV (comma or semicolon) or JSON Lines, one set a line, UTF-8.
//!
//! A pure parser that is fed bytes as they arrive and keeps no more than one line of them. A bad line is named with its
//! field and a reason and does not stop the others; a file that is wrong as a whole (unknown columns, wrong encoding,
//! too large) is refused. A line break always ends a set, inside quotes too: no field may contain one, and so a forgotten
//! quote costs one line and not the rest of the file. To add a column: [`columns::Column`], then [`fields`].

mod columns;
mod csv_line;
mod fields;
mod json_line;
mod lines;

use columns::{Column, Raw};
use csv_line::CsvReader;
pub use fields::TenantRef;
use fields::{LineError, Refusal};
use lines::{Line, Lines};
use serde::{Deserialize, Serialize};
use shared::{
    api::imports::BadLine,
    backup_set::{AccountRole, ClientVersion, Covers, Region},
    language::Language,
    method::Method,
    workload::Workloads,
};
use std::collections::HashMap;

/// The most bytes of a file.
pub const MOST_BYTES: u64 = 64 * 1024 * 1024;
/// The most sets of a file.
pub const MOST_LINES: u64 = 200_000;
/// The most bad lines that are kept; further ones are counted.
pub const MOST_BAD_LINES: usize = 1_000;

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// RFC 4180 with a header, comma or semicolon.
    Csv,
    /// One JSON object a line.
    JsonLines,
}

impl Format {
    /// The format of a content type: `text/csv` or `application/x-ndjson`, in UTF-8.
    pub fn from_content_type(text: &str) -> Option<Self> {
        let mut parts = text.split(';').map(|part| part.trim().to_ascii_lowercase());
        let format = match parts.next()?.as_str() {
            "text/csv" => Self::Csv,
            "application/x-ndjson" => Self::JsonLines,
            _ => return None,
        };
        let is_other_charset =
            |part: String| part.strip_prefix("charset=").is_some_and(|set| set.trim_matches('"') != "utf-8");
        if parts.any(is_other_charset) { None } else { Some(format) }
    }
}

/// A file that is refused as a whole.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// More than [`MOST_BYTES`].
    #[error("The file is larger than 64 MiB. Split it and import the parts one after the other.")]
    TooLarge,
    /// More than [`MOST_LINES`].
    #[error("The file has more than 200,000 sets. Split it and import the parts one after the other.")]
    TooManyLines,
    /// UTF-16, as some spreadsheets write it.
    #[error("The file is not UTF-8 but UTF-16. Save it as “CSV UTF-8” and try again.")]
    Utf16,
    /// A header that cannot be read.
    #[error("The first line does not name the columns: {0}")]
    Header(LineError),
    /// A column that nobody knows.
    #[error("There is no column “{0}”. The columns are {list}.", list = columns::LIST)]
    UnknownColumn(String),
    /// A column twice.
    #[error("The column “{0}” stands twice in the first line.")]
    RepeatedColumn(&'static str),
    /// A column without which no set can be read.
    #[error("The column “{0}” is missing from the first line.")]
    MissingColumn(&'static str),
    /// No sets.
    #[error("The file has no backup sets.")]
    Empty,
}

/// One set, as the file has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportLine {
    /// Its line in the file, the first is 1.
    pub line: u64,
    /// Its id in the backup product; unique within the file.
    pub external_id: String,
    /// Its name.
    pub name: String,
    /// Its customer's name.
    pub customer: String,
    /// Its customer's tenant.
    pub tenant: TenantRef,
    /// Its account, if it has one.
    pub account: Option<String>,
    /// The role its account is said to have.
    pub account_role: AccountRole,
    /// Whose data it holds.
    pub covers: Covers,
    /// Which data it holds; at least one.
    pub workloads: Workloads,
    /// The cloud of its tenant.
    pub region: Region,
    /// The version of its backup client.
    pub client_version: Option<ClientVersion>,
    /// Its method.
    pub method: Method,
    /// Who is told at its customer.
    pub contact: Option<Contact>,
}

/// Who is told at a customer, as a file has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// A mail address.
    pub address: String,
    /// The language of what is sent there; absent: as it is stored, else English.
    pub language: Option<Language>,
}

/// The end of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportFile {
    /// The sets that were not drained before.
    pub sets: Vec<ImportLine>,
    /// The first bad lines.
    pub bad_lines: Vec<BadLine>,
    /// Bad lines in all.
    pub bad: u64,
    /// Lines with a set, good and bad; header and blank lines apart.
    pub lines: u64,
}

/// Reads a file piece by piece.
#[derive(Debug)]
pub struct Parser {
    bytes: u64,
    lines: Lines,
    reading: Reading,
    failed: Option<FileError>,
}

impl Parser {
    /// A parser at the start of a file.
    pub fn new(format: Format) -> Self {
        let syntax = match format {
            Format::Csv => Syntax::Header,
            Format::JsonLines => Syntax::JsonLines,
        };
        let reading =
            Reading { syntax, seen: HashMap::new(), sets: Vec::new(), bad_lines: Vec::new(), bad: 0, lines: 0 };
        Self { bytes: 0, lines: Lines::default(), reading, failed: None }
    }

    /// Takes the next bytes, cut anywhere. After an error the parser gives only that error.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        self.bytes = self.bytes.saturating_add(bytes.len() as u64);
        let reading = &mut self.reading;
        let outcome = if self.bytes > MOST_BYTES {
            Err(FileError::TooLarge)
        } else {
            self.lines.push(bytes, |number, line| reading.take(number, line))
        };
        if let Err(error) = &outcome {
            self.failed = Some(error.clone());
        }
        outcome
    }

    /// The sets read since the last call, so that a large file needs no memory for all of them.
    pub fn drain(&mut self) -> Vec<ImportLine> {
        std::mem::take(&mut self.reading.sets)
    }

    /// Bytes and lines with a set so far, for showing progress.
    pub const fn progress(&self) -> (u64, u64) {
        (self.bytes, self.reading.lines)
    }

    /// Ends the file.
    pub fn finish(mut self) -> Result<ImportFile, FileError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let mut reading = self.reading;
        self.lines.finish(|number, line| reading.take(number, line))?;
        if reading.lines == 0 {
            return Err(FileError::Empty);
        }
        Ok(ImportFile { sets: reading.sets, bad_lines: reading.bad_lines, bad: reading.bad, lines: reading.lines })
    }
}

#[derive(Debug)]
enum Syntax {
    Header,
    Csv(CsvReader),
    JsonLines,
}

#[derive(Debug)]
struct Reading {
    syntax: Syntax,
    /// Where each external id stood first.
    seen: HashMap<String, u64>,
    sets: Vec<ImportLine>,
    bad_lines: Vec<BadLine>,
    bad: u64,
    lines: u64,
}

impl Reading {
    fn take(&mut self, number: u64, line: Line<'_>) -> Result<(), FileError> {
        let text = match decode(number, line)? {
            Ok(text) if text.trim().is_empty() => return Ok(()),
            Ok(text) => Ok(text),
            Err(error) => Err(error),
        };
        let raw = match &self.syntax {
            Syntax::Header => {
                self.syntax = Syntax::Csv(CsvReader::from_header(text.map_err(FileError::Header)?)?);
                return Ok(());
            }
            Syntax::Csv(reader) => text.map_err(Refusal::from).and_then(|text| reader.read(text)),
            Syntax::JsonLines => text.map_err(Refusal::from).and_then(json_line::read),
        };
        self.lines += 1;
        if self.lines > MOST_LINES {
            return Err(FileError::TooManyLines);
        }
        match raw.and_then(|raw| self.check(number, raw)) {
            Ok(set) => self.sets.push(set),
            Err(refusal) => self.refuse(number, refusal),
        }
        Ok(())
    }

    /// Ids count as seen even if the rest of the line is bad: the line will be mended, not removed.
    fn check(&mut self, number: u64, mut raw: Raw) -> Result<ImportLine, Refusal> {
        let external_id = fields::name(&mut raw, Column::ExternalId)?;
        let first = *self.seen.entry(external_id.clone()).or_insert(number);
        if first != number {
            let error = LineError::Repeated { value: external_id, first, second: number };
            return Err(error.at(Column::ExternalId));
        }
        fields::read(number, external_id, raw)
    }

    fn refuse(&mut self, line: u64, refusal: Refusal) {
        self.bad += 1;
        if self.bad_lines.len() < MOST_BAD_LINES {
            self.bad_lines.push(BadLine { line, field: refusal.field, reason: refusal.error.to_string() });
        }
    }
}

/// The text of a line; a file in UTF-16 is recognised by its first two bytes.
fn decode(number: u64, line: Line<'_>) -> Result<Result<&str, LineError>, FileError> {
    let Line::Text(mut bytes) = line else { return Ok(Err(LineError::LineTooLong)) };
    if number == 1 {
        if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
            return Err(FileError::Utf16);
        }
        bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    }
    Ok(std::str::from_utf8(bytes).map_err(|_| LineError::NotUtf8))
}

#[cfg(test)]
mod tests;
