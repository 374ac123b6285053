//! Addresses as text: path, query, patterns. Nothing here touches the browser.

use crate::browser;

/// Which pattern fits an address, and what it found in there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matched {
    /// The place of the pattern, when one fits.
    pub route: Option<usize>,
    /// What stands for `:name` in the pattern.
    pub params: Pairs,
}

/// A path and its query.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// Begins with `/`.
    pub path: String,
    /// Without its `?`.
    pub query: String,
}

impl From<browser::Address> for Place {
    fn from(browser::Address { path, query, .. }: browser::Address) -> Self {
        Self { path, query }
    }
}

impl Place {
    /// Takes an address of this app apart; a fragment is left out.
    pub fn parse(address: &str) -> Self {
        let address = address.split('#').next().unwrap_or_default();
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        Self { path: path.to_owned(), query: query.to_owned() }
    }

    /// The first pattern that fits the path: segments, of which `:name` stands for any one.
    pub fn matched<'a>(&self, mut patterns: impl Iterator<Item = &'a str>) -> Matched {
        let mut params = None;
        let route = patterns.position(|pattern| {
            params = fit(pattern, &self.path);
            params.is_some()
        });
        Matched { route, params: params.unwrap_or_default() }
    }
}

fn fit(pattern: &str, path: &str) -> Option<Pairs> {
    let mut found = Pairs::default();
    let mut segments = path.split('/').filter(|segment| !segment.is_empty());
    for wanted in pattern.split('/').filter(|segment| !segment.is_empty()) {
        let segment = segments.next()?;
        match wanted.strip_prefix(':') {
            Some(name) => found.0.push((name.to_owned(), decode(segment))),
            None if wanted == segment => {}
            None => return None,
        }
    }
    segments.next().is_none().then_some(found)
}

/// Names and values of an address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pairs(Vec<(String, String)>);

impl Pairs {
    /// Reads a query (application/x-www-form-urlencoded).
    pub fn parse(query: &str) -> Self {
        let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(&name.replace('+', " ")), decode(&value.replace('+', " ")))
        });
        Self(pairs.collect())
    }

    /// The first value of this name.
    pub fn get(&self, name: &str) -> Option<String> {
        self.0.iter().find(|(found, _)| found == name).map(|(_, value)| value.clone())
    }
}

/// Undoes percent-encoding (RFC 3986 §2.1); what is none stays as it is.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let mut ahead = rest.clone();
        let pair = (byte == b'%').then(|| Some(hex(ahead.next()?)? << 4 | hex(ahead.next()?)?)).flatten();
        if pair.is_some() {
            rest = ahead;
        }
        bytes.push(pair.unwrap_or(byte));
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::address::Query;

    const MAP: [&str; 5] = ["/", "/sets", "/sets/import", "/sets/:id", "/sign-in/callback"];

    fn route(path: &str) -> (Option<usize>, Option<String>) {
        let Matched { route, params } = Place::parse(path).matched(MAP.into_iter());
        (route, params.get("id"))
    }

    #[test]
    fn the_first_pattern_that_fits_is_taken() {
        assert_eq!(route("/"), (Some(0), None));
        assert_eq!(route("/sets?method=basic"), (Some(1), None));
        assert_eq!(route("/sets/"), (Some(1), None));
        assert_eq!(route("/sets/import"), (Some(2), None));
        assert_eq!(route("/sets/a%20b#x"), (Some(3), Some("a b".to_owned())));
        assert_eq!(route("/sign-in/callback"), (Some(4), None));
        for nowhere in ["/set", "/sets/a/b", "/sign-in", "/SETS"] {
            assert_eq!(route(nowhere), (None, None), "{nowhere}");
        }
    }

    #[test]
    fn what_query_writes_is_read_again() {
        for value in ["a&b=c/ü?#%41 +x", "100 %", "名"] {
            let address = Query::new("/x").add("q", value).add("z", "1").done();
            let pairs = Pairs::parse(&Place::parse(&address).query);
            assert_eq!(pairs.get("q").as_deref(), Some(value));
            assert_eq!(pairs.get("z").as_deref(), Some("1"));
            assert_eq!(pairs.get("none"), None);
        }
    }

    #[test]
    fn what_is_no_encoding_stays_as_it_is() {
        for text in ["%", "%4", "%zz", "a%"] {
            assert_eq!(decode(text), text);
        }
        assert_eq!(Pairs::parse("q=a+b&&empty=&flag").get("q").as_deref(), Some("a b"));
        assert_eq!(Pairs::parse("q=1&flag").get("flag").as_deref(), Some(""));
    }
}
