//! What is to be planned: read from the address, so that it survives a reload.

use crate::features::address::Query;
use crate::features::backup_sets::choice::Choice;
use crate::features::backup_sets::filter::Filter;
use shared::api::waves::{WaveFilter, WaveSelection};
use shared::rules::wave::Aim;

/// Which sets, and the method.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wish {
    /// The sets that this tab has chosen, and not all that match.
    pub chosen: bool,
    /// All that match.
    pub filter: Filter,
    /// All that an announced end stops.
    pub retirement: Option<String>,
    /// The method.
    pub aim: Aim,
}

impl Wish {
    /// Reads the parameters of an address; what it does not know it leaves out.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Self {
        Self {
            chosen: get("chosen").is_some(),
            retirement: get("retirement").filter(|code| !code.is_empty()),
            aim: get("aim").as_deref().and_then(Aim::parse).unwrap_or_default(),
            filter: Filter { cursor: None, ..Filter::read(get) },
        }
    }

    /// The portal's address for this plan.
    pub fn address(&self) -> String {
        let methods: Vec<&str> = self.filter.methods.iter().map(|method| method.as_str()).collect();
        let customer = self.filter.customer.map(|id| id.to_string()).unwrap_or_default();
        Query::new("/waves/new")
            .add("chosen", if self.chosen { "1" } else { "" })
            .add("method", &methods.join(","))
            .add("customer", &customer)
            .add("query", self.filter.query.trim())
            .add("retirement", self.retirement.as_deref().unwrap_or_default())
            .add("aim", if self.aim == Aim::default() { "" } else { self.aim.as_str() })
            .done()
    }

    /// What the server is asked.
    pub fn selection(&self, choice: &Choice) -> WaveSelection {
        if self.chosen {
            return WaveSelection { backup_sets: choice.ids(), aim: self.aim, ..WaveSelection::default() };
        }
        let filter = WaveFilter {
            customers: self.filter.customer.into_iter().collect(),
            methods: self.filter.methods.iter().copied().collect(),
            query: self.filter.query.trim().to_owned(),
            ..WaveFilter::default()
        };
        let retirement = self.retirement.clone();
        WaveSelection { filter: Some(filter), retirement, aim: self.aim, ..WaveSelection::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::method::Method;

    fn read(pairs: &[(&str, &str)]) -> Wish {
        Wish::read(|name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn g1_address_and_plan_are_the_same_thing() {
        let wish = read(&[("method", "basic"), ("query", " a & b"), ("retirement", "ews"), ("aim", "modern")]);
        assert_eq!(wish.address(), "/waves/new?method=basic&query=a%20%26%20b&retirement=ews&aim=modern");
        let asked = wish.selection(&Choice::default());
        assert_eq!((asked.aim, asked.retirement.as_deref()), (Aim::Modern, Some("ews")));
        let filter = asked.filter.unwrap();
        assert_eq!((filter.methods, filter.query.as_str()), (vec![Method::Basic], "a & b"));
    }

    #[test]
    fn g1_chosen_sets_go_by_their_ids_alone() {
        let asked = read(&[("chosen", "1"), ("method", "basic")]).selection(&Choice::default());
        assert_eq!((asked.filter, asked.retirement), (None, None));
        assert_eq!(read(&[("chosen", "1")]).address(), "/waves/new?chosen=1");
    }
}
