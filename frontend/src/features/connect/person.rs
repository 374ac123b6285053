//! Who signed in, as Microsoft's ID token shows it: for showing only, the server decides by its own reading.

use crate::text::split;
use shared::id::TenantId;
use shared::oauth::id_token::{AccountKind, IdClaims};

/// The longest name that is shown.
const LONGEST: usize = 120;

/// A person who has just signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Their name; the account where there is none.
    pub name: String,
    /// The account, such as `anna.berg@contoso.com`.
    pub account: String,
    /// Its tenant.
    pub tenant: TenantId,
    /// Invited from another tenant.
    pub is_guest: bool,
}

impl Person {
    /// The same account as far as a name can tell: letter case does not matter. Microsoft allows ASCII alone in it.
    pub fn has_account(&self, account: &str) -> bool {
        self.account.eq_ignore_ascii_case(account.trim_ascii())
    }

    /// Two letters for the round picture.
    pub fn initials(&self) -> String {
        let mut letters = split(&self.name, &[' ', '.', '@', '-']).filter_map(|word| word.chars().next());
        letters.by_ref().take(2).map(|letter| letter.to_ascii_uppercase()).collect()
    }
}

/// Text of somebody else's: short, and nothing in it that turns the direction of the line.
pub fn plain(text: &str) -> String {
    shared::text::plain(text, LONGEST)
}

impl From<&IdClaims> for Person {
    fn from(claims: &IdClaims) -> Self {
        let account = plain(claims.preferred_username.as_deref().unwrap_or_default());
        let name = claims.name.as_deref().map(plain).filter(|name| !name.chars().all(char::is_whitespace));
        Self {
            name: name.unwrap_or_else(|| account.clone()),
            account,
            tenant: claims.tid,
            is_guest: claims.kind == Some(AccountKind::Guest),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(name: &str, account: &str) -> Person {
        Person { name: name.into(), account: account.into(), tenant: shared::id::PERSONAL_ACCOUNTS, is_guest: false }
    }

    #[test]
    fn accounts_are_compared_without_regard_to_case() {
        assert!(person("", "Anna.Berg@Contoso.com").has_account("anna.berg@contoso.COM "));
        assert!(!person("", "anna@contoso.com").has_account("anna@contoso.org"));
    }

    #[test]
    fn initials_come_from_names_and_addresses() {
        assert_eq!(person("Anna Berg", "").initials(), "AB");
        assert_eq!(person("élodie b", "").initials(), "éB");
        assert_eq!(person("", "").initials(), "");
    }

    #[test]
    fn b11_names_cannot_turn_the_line_or_fill_the_page() {
        assert_eq!(plain("a\u{202e}b\u{7}c\n"), "abc");
        assert_eq!(plain(&"x".repeat(5000)).len(), LONGEST);
    }
}
