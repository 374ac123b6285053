//! What the list of backup sets shows: read from the address and written back to it, so that it survives a reload.

use crate::features::address::Query;
use shared::id::CustomerId;
use shared::method::Method;
use std::collections::BTreeSet;

/// Rows a page.
pub const PAGE: u32 = 50;

/// The columns that sort.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Column {
    /// By customer, then name: rows stand in groups.
    #[default]
    Customer,
    /// By name.
    Name,
    /// By method.
    Method,
}

impl Column {
    /// All, in the order in which the words for them are listed.
    pub const ALL: [Self; 3] = [Self::Customer, Self::Name, Self::Method];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Name => "name",
            Self::Method => "method",
        }
    }
}

/// A column and a direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sort {
    /// The column.
    pub column: Column,
    /// Last first.
    pub descending: bool,
}

impl Sort {
    fn parse(text: &str) -> Option<Self> {
        let (descending, word) = text.strip_prefix('-').map_or((false, text), |word| (true, word));
        let column = Column::ALL.into_iter().find(|column| column.as_str() == word)?;
        Some(Self { column, descending })
    }

    fn word(self) -> String {
        format!("{}{}", if self.descending { "-" } else { "" }, self.column.as_str())
    }

    /// What a click on this column's header asks for.
    #[must_use]
    pub fn clicked(self, column: Column) -> Self {
        Self { column, descending: self.column == column && !self.descending }
    }

    /// The value of `aria-sort` for a column's header.
    pub fn aria(self, column: Column) -> Option<&'static str> {
        (self.column == column).then_some(if self.descending { "descending" } else { "ascending" })
    }
}

/// Filters, order and page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// Only these methods; empty means all.
    pub methods: BTreeSet<Method>,
    /// Only this customer.
    pub customer: Option<CustomerId>,
    /// Words looked for.
    pub query: String,
    /// Order.
    pub sort: Sort,
    /// Where the page begins; the first page has none.
    pub cursor: Option<String>,
}

impl Filter {
    /// Reads the parameters of an address; what it does not know it leaves out.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Self {
        let methods = get("method").unwrap_or_default();
        Self {
            methods: methods.split(',').filter_map(Method::parse).collect(),
            customer: get("customer").and_then(|id| id.parse().ok()),
            query: get("query").unwrap_or_default(),
            sort: get("sort").as_deref().and_then(Sort::parse).unwrap_or_default(),
            cursor: get("cursor").filter(|cursor| !cursor.is_empty()),
        }
    }

    /// The portal's address for this list.
    pub fn address(&self) -> String {
        self.all(Query::new("/backup-sets")).done()
    }

    /// The request for this page of rows.
    pub fn request(&self) -> String {
        self.all(Query::new("/api/v1/backup-sets")).add("limit", &PAGE.to_string()).done()
    }

    /// The request for this page, as long as the server gives one.
    pub fn long_request(&self) -> String {
        self.all(Query::new("/api/v1/backup-sets")).add("limit", "200").done()
    }

    /// The request for the numbers on the chips: the method apart.
    pub fn counts_request(&self) -> String {
        self.narrow(Query::new("/api/v1/backup-sets/counts")).done()
    }

    /// Something hides rows.
    pub fn narrows(&self) -> bool {
        !self.methods.is_empty() || self.customer.is_some() || !self.query.is_empty()
    }

    /// With one method more or one less, from the first page.
    #[must_use]
    pub fn toggled(mut self, method: Method) -> Self {
        if !self.methods.remove(&method) {
            self.methods.insert(method);
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
        let customer = self.customer.map(|id| id.to_string()).unwrap_or_default();
        query.add("customer", &customer).add("query", self.query.trim())
    }

    fn all(&self, query: Query) -> Query {
        let methods: Vec<&str> = self.methods.iter().map(|method| method.as_str()).collect();
        let sort = if self.sort == Sort::default() { String::new() } else { self.sort.word() };
        let cursor = self.cursor.as_deref().unwrap_or_default();
        self.narrow(query.add("method", &methods.join(","))).add("sort", &sort).add("cursor", cursor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Filter {
        Filter::read(|name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn f1_address_and_filter_are_the_same_thing() {
        let filter = read(&[("method", "hybrid,basic"), ("query", "a & b"), ("sort", "-name"), ("cursor", "x=")]);
        assert_eq!(filter.address(), "/backup-sets?method=basic%2Chybrid&query=a%20%26%20b&sort=-name&cursor=x%3D");
        assert_eq!(read(&[]).address(), "/backup-sets");
        assert!(!read(&[("method", "oauth"), ("customer", "me"), ("sort", "size")]).narrows());
    }

    #[test]
    fn f1_counts_leave_the_method_out() {
        let filter = read(&[("method", "basic"), ("query", "x"), ("cursor", "c")]);
        assert_eq!(filter.counts_request(), "/api/v1/backup-sets/counts?query=x");
    }

    #[test]
    fn a_second_click_on_a_header_turns_the_order() {
        let sort = Sort::default().clicked(Column::Name);
        assert_eq!((sort.aria(Column::Name), sort.aria(Column::Method)), (Some("ascending"), None));
        assert_eq!(sort.clicked(Column::Name).aria(Column::Name), Some("descending"));
    }
}
