//! What a preview is asked for: read from its address and written back to it, so that it survives a reload.

use crate::features::address::Query;
use crate::features::backup_sets::choice::Choice;
use shared::api::apps::Way;
use shared::api::authorizations::CreateAuthorization;
use shared::id::{BackupSetId, ConnectionId};
use shared::method::Method;

const HERE: &str = "/authorizations/preview";

/// Which sets, by which method, in which way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// The sets.
    pub sets: Vec<BackupSetId>,
    /// In their place: all hybrid sets of the account of this connection.
    pub connection: Option<ConnectionId>,
    /// The address names them; otherwise they are those that this tab remembers.
    pub is_named: bool,
    /// The method.
    pub method: Method,
    /// For modern: how the app comes to be.
    pub way: Way,
    /// What restores need too: for modern an app of its own, for a connected account the rights to write.
    pub restores: bool,
}

impl Wish {
    /// Reads an address; what it leaves out comes from what was chosen.
    pub fn read(get: impl Fn(&str) -> Option<String>, chosen: &Choice) -> Self {
        let named: Vec<BackupSetId> =
            get("sets").unwrap_or_default().split(',').filter_map(|id| id.parse().ok()).collect();
        let connection: Option<ConnectionId> = get("connection").and_then(|id| id.parse().ok());
        let restores = get("restores").is_some_and(|word| word == "yes");
        if connection.is_some() {
            return Self { restores, ..Self::again(connection) };
        }
        let is_named = !named.is_empty();
        let usual = if is_named { Method::Hybrid } else { chosen.recommended() };
        let method = match get("method").as_deref() {
            Some("modern") => Method::Modern,
            Some("hybrid") => Method::Hybrid,
            _ => usual,
        };
        Self {
            sets: if is_named { named } else { chosen.ids() },
            connection,
            is_named,
            method,
            way: get("way").and_then(|word| Way::parse(&word)).unwrap_or_default(),
            restores,
        }
    }

    /// The address of these sets by a method, in the usual way.
    pub fn of(sets: Vec<BackupSetId>, method: Method) -> String {
        Self { sets, connection: None, is_named: true, method, way: Way::SetUp, restores: false }.address()
    }

    /// The address that authorizes the sets of an account again.
    pub fn repair(connection: ConnectionId) -> String {
        Self::again(Some(connection)).address()
    }

    /// The address that asks the holder of an account for what restores need (C4).
    pub fn restore(connection: ConnectionId) -> String {
        Self { restores: true, ..Self::again(Some(connection)) }.address()
    }

    fn again(connection: Option<ConnectionId>) -> Self {
        let (sets, method, way) = (Vec::new(), Method::Hybrid, Way::SetUp);
        Self { sets, connection, is_named: true, method, way, restores: false }
    }

    /// Whether there is anything to ask for.
    pub const fn is_empty(&self) -> bool {
        self.sets.is_empty() && self.connection.is_none()
    }

    /// Its address.
    pub fn address(&self) -> String {
        let named = self.sets.iter().filter(|_| self.is_named).map(ToString::to_string).collect::<Vec<_>>().join(",");
        let modern = |word: &'static str| if self.method == Method::Modern { word } else { "" };
        let way = if self.way == Way::SetUp { "" } else { modern(self.way.as_str()) };
        let account = self.connection.map(|id| id.to_string()).unwrap_or_default();
        let query =
            Query::new(HERE).add("sets", &named).add("connection", &account).add("method", self.method.as_str());
        let restores = if self.restores && self.connection.is_some() { "yes" } else { modern("yes") };
        query.add("way", way).add("restores", if self.restores { restores } else { "" }).done()
    }

    /// The request for these sets, those apart that cannot take part.
    pub fn request(&self, without: &[BackupSetId]) -> CreateAuthorization {
        let sets = self.sets.iter().copied().filter(|id| !without.contains(id)).collect();
        let modern = self.method == Method::Modern;
        let way = if modern { self.way } else { Way::SetUp };
        // Only what Rekey sets up by itself comes in two apps.
        let connection = self.connection;
        let restores = self.restores && (connection.is_some() || (modern && way == Way::SetUp));
        CreateAuthorization { connection, way, restores, ..CreateAuthorization::new(sets, self.method) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "0190a0b1-2c3d-7e4f-8a9b-000000000001";

    fn read(query: &[(&str, &str)]) -> Wish {
        let get = |name: &str| query.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        Wish::read(get, &Choice::default())
    }

    #[test]
    fn an_address_is_read_as_it_was_written() {
        let mut wish = read(&[("sets", ONE), ("method", "modern"), ("way", "own_app"), ("restores", "yes")]);
        assert_eq!((wish.method, wish.way, wish.restores), (Method::Modern, Way::OwnApp, true));
        let address = wish.address();
        assert!(address.ends_with("&method=modern&way=own_app&restores=yes"), "{address}");
        wish.method = Method::Hybrid;
        assert!(wish.address().ends_with(&format!("sets={ONE}&method=hybrid")), "{}", wish.address());
    }

    #[test]
    fn l5_the_sets_of_an_account_are_named_by_its_connection() {
        let address = Wish::repair(ONE.parse().unwrap());
        assert!(address.ends_with(&format!("?connection={ONE}&method=hybrid")), "{address}");
        let wish = read(&[("connection", ONE), ("sets", ONE), ("method", "modern")]);
        assert_eq!((wish.address(), wish.is_empty()), (address, false));
        let request = wish.request(&[]);
        assert_eq!((request.connection.map(|id| id.to_string()).as_deref(), request.backup_sets.len()), (Some(ONE), 0));
    }

    #[test]
    fn hybrid_asks_for_no_app() {
        let wish = read(&[("sets", ONE), ("way", "consent"), ("restores", "yes")]);
        let request = wish.request(&[]);
        assert_eq!((request.way, request.restores), (Way::SetUp, false));
        assert!(wish.request(&wish.sets).backup_sets.is_empty());
    }

    #[test]
    fn the_other_ways_make_no_app_for_restores() {
        for (way, restores) in [("set_up", true), ("consent", false), ("own_app", false)] {
            let wish = read(&[("sets", ONE), ("method", "modern"), ("way", way), ("restores", "yes")]);
            assert_eq!(wish.request(&[]).restores, restores, "{way}");
        }
    }

    #[test]
    fn nonsense_reads_as_nothing_chosen() {
        let wish = read(&[("sets", "x,,"), ("method", "basic"), ("way", "magic")]);
        assert!(wish.sets.is_empty());
        assert_eq!((wish.method, wish.way), (Method::Hybrid, Way::SetUp));
    }
}
