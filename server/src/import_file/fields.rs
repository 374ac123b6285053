//! Checks the values of a line, one function a kind of value, and says what is wrong with the first bad one.

use super::{
    Contact, ImportLine,
    columns::{Column, LIST, Raw},
};
use crate::outbound::mail;
use shared::{
    backup_set::{AccountRole, ClientVersion, Covers, Region},
    id::{PERSONAL_ACCOUNTS, TenantId},
    language::Language,
    method::Method,
    workload::{Workload, Workloads},
};

/// The most characters of a name or an id.
const LONGEST_NAME: usize = 200;
/// The most characters of an account's name (RFC 5321 §4.5.3.1, as Microsoft's limit is lower).
const LONGEST_ACCOUNT: usize = 254;
/// The most characters of any other value.
const LONGEST_VALUE: usize = 400;

/// A tenant, by its id or by one of its domains.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TenantRef {
    /// Its id.
    Id(TenantId),
    /// A domain, in lower case; its tenant is still to be found.
    Domain(String),
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// Other bytes.
    #[error("The line is not UTF-8. Save the file as “CSV UTF-8” and try again.")]
    NotUtf8,
    /// Too many bytes.
    #[error("The line is longer than 16 KiB.")]
    LineTooLong,
    /// Another number of fields than the header has.
    #[error("The line has {found} fields, the first line names {expected}.{}", if *.is_semicolon { " Where semicolons separate the fields, write workloads with | between them." } else { "" })]
    FieldCount {
        /// As many as the header names.
        expected: usize,
        /// As many as the line has.
        found: usize,
        /// Whether fields are separated by semicolons, as workloads may be.
        is_semicolon: bool,
    },
    /// A quote too many or too few.
    #[error("A quote is missing or stands inside a field. Quote the whole field and double the quotes inside it.")]
    Quotes,
    /// Not JSON.
    #[error("The line is not one JSON object.")]
    NotAnObject,
    /// A member that nobody knows.
    #[error("There is no such field. The fields are {LIST}.")]
    UnknownField,
    /// A member twice.
    #[error("The field stands twice in this line.")]
    RepeatedField,
    /// A number, a list, an object.
    #[error("The value is not text in quotes.")]
    NotText,
    /// Empty.
    #[error("The value is missing.")]
    Missing,
    /// Too many characters.
    #[error("The value is longer than {0} characters.")]
    TooLong(usize),
    /// Control characters, and those that turn the direction of text.
    #[error("The value contains control characters.")]
    ControlCharacter,
    /// Not a tenant.
    #[error("“{0}” is not a domain. Write it with its ending, such as contoso.com, or paste the tenant id.")]
    Tenant(String),
    /// The tenant of personal accounts.
    #[error("This is the tenant of Microsoft's personal accounts. Backup sets belong to a work or school tenant.")]
    PersonalTenant,
    /// Not an account.
    #[error("“{0}” is not an account. Write it as Microsoft does, such as anna@contoso.com, or leave it empty.")]
    Account(String),
    /// Not one of the words.
    #[error("“{value}” is not known here. Known are {known}.")]
    Word {
        /// What the file says.
        value: String,
        /// What it may say.
        known: String,
    },
    /// Not a mail address.
    #[error("“{0}” is not a mail address. Write one, such as it@contoso.com, or leave it empty.")]
    Contact(String),
    /// A language for nobody.
    #[error("The language stands without a contact. Name the contact, or leave the language empty.")]
    LanguageAlone,
    /// Not a version.
    #[error("“{0}” is not a version. Write one to four numbers with dots, such as 8.3.6.0.")]
    ClientVersion(String),
    /// An external id twice.
    #[error("Lines {first} and {second} have the same id “{}”. Each set stands once.", shown(.value))]
    Repeated {
        /// The id.
        value: String,
        /// Where it stood first.
        first: u64,
        /// This line.
        second: u64,
    },
}

/// A refused line: the field, if one is at fault, and what is wrong.
#[derive(Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The field.
    pub field: Option<String>,
    /// What is wrong.
    pub error: LineError,
}

impl From<LineError> for Refusal {
    fn from(error: LineError) -> Self {
        Self { field: None, error }
    }
}

impl LineError {
    /// The refusal of one field.
    pub fn at(self, column: Column) -> Refusal {
        Refusal { field: Some(column.name().to_owned()), error: self }
    }
}

/// A value as messages repeat it: short, and nothing but text.
pub fn shown(value: &str) -> String {
    let mut text: String = value.chars().filter(|c| !is_forbidden(*c)).take(60).collect();
    if value.chars().count() > 60 {
        text.push('…');
    }
    text
}

/// Control characters, line separators, and what turns or hides the direction of text.
fn is_forbidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fffd}')
}

/// Checks the rest of a line.
pub fn read(line: u64, external_id: String, mut raw: Raw) -> Result<ImportLine, Refusal> {
    let raw = &mut raw;
    Ok(ImportLine {
        line,
        external_id,
        name: name(raw, Column::Name)?,
        customer: name(raw, Column::Customer)?,
        tenant: required(raw, Column::Tenant, LONGEST_VALUE).and_then(|text| tenant(&text))?,
        account: plain(raw, Column::Account, LONGEST_ACCOUNT)?.map(account).transpose()?,
        account_role: word(raw, Column::AccountRole, AccountRole::parse, &["ordinary", "global_administrator"])?,
        covers: word(raw, Column::Covers, Covers::parse, &Covers::ALL.map(Covers::as_str))?,
        workloads: required(raw, Column::Workloads, LONGEST_VALUE).and_then(|text| workloads(&text))?,
        region: word(raw, Column::Region, Region::parse, &Region::ALL.map(Region::as_str))?,
        client_version: plain(raw, Column::ClientVersion, LONGEST_VALUE)?.map(|text| version(&text)).transpose()?,
        method: optional_word(raw, Column::Method, Method::parse, &Method::ALL.map(Method::as_str))?
            .unwrap_or(Method::Basic),
        contact: contact(raw)?,
    })
}

/// A name or an id: any text that can be read.
pub fn name(raw: &mut Raw, column: Column) -> Result<String, Refusal> {
    required(raw, column, LONGEST_NAME)
}

fn plain(raw: &mut Raw, column: Column, longest: usize) -> Result<Option<String>, Refusal> {
    let value = raw.take(column);
    match &value {
        Some(text) if text.chars().any(is_forbidden) => Err(LineError::ControlCharacter.at(column)),
        Some(text) if text.chars().count() > longest => Err(LineError::TooLong(longest).at(column)),
        _ => Ok(value),
    }
}

fn required(raw: &mut Raw, column: Column, longest: usize) -> Result<String, Refusal> {
    plain(raw, column, longest)?.ok_or_else(|| LineError::Missing.at(column))
}

fn unknown(value: &str, known: &[&str]) -> LineError {
    LineError::Word { value: shown(value), known: known.join(", ") }
}

fn optional_word<T>(
    raw: &mut Raw,
    column: Column,
    parse: impl FnOnce(&str) -> Option<T>,
    known: &[&str],
) -> Result<Option<T>, Refusal> {
    let value = plain(raw, column, LONGEST_VALUE)?;
    value.map(|text| parse(&text).ok_or_else(|| unknown(&text, known).at(column))).transpose()
}

/// A word that may be absent and then means its default.
fn word<T: Default>(
    raw: &mut Raw,
    column: Column,
    parse: impl FnOnce(&str) -> Option<T>,
    known: &[&str],
) -> Result<T, Refusal> {
    optional_word(raw, column, parse, known).map(Option::unwrap_or_default)
}

fn workloads(text: &str) -> Result<Workloads, Refusal> {
    let words = text.split([';', '|']).map(str::trim).filter(|word| !word.is_empty());
    let known = Workload::ALL.map(Workload::as_str);
    let read = |word| Workload::parse(word).ok_or_else(|| unknown(word, &known).at(Column::Workloads));
    let workloads = words.map(read).collect::<Result<Workloads, _>>()?;
    if workloads.is_empty() { Err(LineError::Missing.at(Column::Workloads)) } else { Ok(workloads) }
}

fn tenant(text: &str) -> Result<TenantRef, Refusal> {
    if let Ok(id) = text.parse::<TenantId>() {
        return match id {
            PERSONAL_ACCOUNTS => Err(LineError::PersonalTenant.at(Column::Tenant)),
            TenantId(uuid) if uuid.is_nil() => Err(LineError::Tenant(shown(text)).at(Column::Tenant)),
            id => Ok(TenantRef::Id(id)),
        };
    }
    let domain = text.to_ascii_lowercase();
    if is_domain(&domain) {
        Ok(TenantRef::Domain(domain))
    } else {
        Err(LineError::Tenant(shown(text)).at(Column::Tenant))
    }
}

/// A host name of at least two labels (RFC 1123 §2.1) whose last one is no number, in lower case.
fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let ending = text.rsplit('.').next().unwrap_or_default();
    text.len() <= 253
        && text.contains('.')
        && text.split('.').all(is_label)
        && ending.len() >= 2
        && ending.starts_with(|c: char| c.is_ascii_lowercase())
}

/// An account as Microsoft names it: a local part of its characters, and a domain.
fn account(text: String) -> Result<String, Refusal> {
    let is_local = |local: &str| {
        (1..=64).contains(&local.len())
            && local.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_!#^~'+&".contains(&byte))
    };
    let is_account =
        text.split_once('@').is_some_and(|(local, domain)| is_local(local) && is_domain(&domain.to_ascii_lowercase()));
    if is_account { Ok(text) } else { Err(LineError::Account(shown(&text)).at(Column::Account)) }
}

/// Who is told at the customer, and in which language.
fn contact(raw: &mut Raw) -> Result<Option<Contact>, Refusal> {
    let address = plain(raw, Column::Contact, LONGEST_ACCOUNT)?;
    let known = Language::ALL.map(Language::as_str);
    let language = optional_word(raw, Column::ContactLanguage, Language::parse, &known)?;
    match address {
        Some(text) if !mail::is_address(&text) => Err(LineError::Contact(shown(&text)).at(Column::Contact)),
        Some(address) => Ok(Some(Contact { address, language })),
        None if language.is_some() => Err(LineError::LanguageAlone.at(Column::ContactLanguage)),
        None => Ok(None),
    }
}

fn version(text: &str) -> Result<ClientVersion, Refusal> {
    ClientVersion::parse(text).ok_or_else(|| LineError::ClientVersion(shown(text)).at(Column::ClientVersion))
}
