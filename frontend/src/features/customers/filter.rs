//! What the list of customers shows: read from the address and written back to it, so that it survives a reload (H1).

use crate::features::address::Query;
use shared::api::customers::Health;
use shared::id::WaveId;
use shared::method::Method;
use std::collections::BTreeSet;

/// Filters and page. The worst come first, always.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// Only these states; empty means all.
    pub health: BTreeSet<Health>,
    /// Only customers with sets of this method.
    pub method: Option<Method>,
    /// Only customers of this wave.
    pub wave: Option<WaveId>,
    /// Words looked for.
    pub query: String,
    /// Where the page begins.
    pub cursor: Option<String>,
}

impl Filter {
    /// Reads the parameters of an address; what it does not know it leaves out.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Self {
        Self {
            health: get("health").unwrap_or_default().split(',').filter_map(Health::parse).collect(),
            method: get("method").as_deref().and_then(Method::parse),
            wave: get("wave").and_then(|id| id.parse().ok()),
            query: get("query").unwrap_or_default(),
            cursor: get("cursor").filter(|cursor| !cursor.is_empty()),
        }
    }

    /// The portal's address for this list.
    pub fn address(&self) -> String {
        self.all(Query::new("/customers")).done()
    }

    /// The request for this page.
    pub fn request(&self) -> String {
        self.all(Query::new("/api/v1/customers")).add("sort", "attention").add("limit", "50").done()
    }

    /// The request for the numbers on the chips: the states apart.
    pub fn counts_request(&self) -> String {
        self.narrow(Query::new("/api/v1/customers/counts")).done()
    }

    /// Something hides rows.
    pub fn narrows(&self) -> bool {
        *self != Self { cursor: self.cursor.clone(), ..Self::default() }
    }

    /// With one state more or one less, from the first page.
    #[must_use]
    pub fn toggled(mut self, health: Health) -> Self {
        if !self.health.remove(&health) {
            self.health.insert(health);
        }
        self.first_page()
    }

    /// From the first page.
    #[must_use]
    pub fn first_page(mut self) -> Self {
        self.cursor = None;
        self
    }

    fn narrow(&self, query: Query) -> Query {
        let wave = self.wave.map(|id| id.to_string()).unwrap_or_default();
        let method = self.method.map(Method::as_str).unwrap_or_default();
        query.add("method", method).add("wave", &wave).add("query", self.query.trim())
    }

    fn all(&self, query: Query) -> Query {
        let health: Vec<&str> = self.health.iter().map(|health| health.as_str()).collect();
        self.narrow(query.add("health", &health.join(","))).add("cursor", self.cursor.as_deref().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Filter {
        Filter::read(|name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn h1_address_and_filter_are_the_same_thing() {
        let filter =
            read(&[("health", "ok,needs_somebody,well"), ("method", "basic"), ("query", "a b"), ("cursor", "x")]);
        assert_eq!(filter.address(), "/customers?health=needs_somebody%2Cok&method=basic&query=a%20b&cursor=x");
        assert_eq!(filter.counts_request(), "/api/v1/customers/counts?method=basic&query=a%20b");
        assert!(filter.narrows() && !read(&[("cursor", "x")]).narrows());
        assert_eq!(filter.toggled(Health::Ok).toggled(Health::NeedsSomebody).health, BTreeSet::new());
    }
}
