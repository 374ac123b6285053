//! The sets that a person has chosen, across pages and reloads, and what they add up to (G2).

use serde::{Deserialize, Serialize};
use shared::api::backup_sets::BackupSetView;
use shared::id::{BackupSetId, CustomerId};
use shared::method::Method;
use std::collections::{BTreeMap, BTreeSet};

/// The most sets one authorization takes.
pub const MOST: usize = 5_000;

/// As much of a set as the bar needs to speak about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChosenSet {
    /// Whose.
    pub customer: CustomerId,
    /// Their name.
    pub customer_name: String,
    /// Who must sign in.
    pub account: Option<String>,
    /// Its method today.
    pub method: Method,
    /// Modern is what suits it best.
    pub modern_suits: bool,
    /// Split in two, each part could use the method that fits it.
    #[serde(default)]
    pub split: bool,
}

impl From<&BackupSetView> for ChosenSet {
    fn from(set: &BackupSetView) -> Self {
        Self {
            customer: set.customer.id,
            customer_name: set.customer.name.clone(),
            account: set.account.clone(),
            method: set.method,
            modern_suits: set.recommendation.method == Some(Method::Modern),
            split: set.recommendation.split.is_some(),
        }
    }
}

/// One customer among the chosen sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerShare {
    /// Whose.
    pub id: CustomerId,
    /// Their name.
    pub name: String,
    /// Chosen sets of theirs.
    pub sets: usize,
}

/// The chosen sets.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Choice(BTreeMap<BackupSetId, ChosenSet>);

impl Choice {
    /// How many.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// None.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// This one is among them.
    pub fn has(&self, id: BackupSetId) -> bool {
        self.0.contains_key(&id)
    }

    /// Takes a set in or out.
    pub fn set(&mut self, set: &BackupSetView, chosen: bool) {
        if chosen {
            self.0.insert(set.id, set.into());
        } else {
            self.0.remove(&set.id);
        }
    }

    /// Forgets all but one customer's.
    pub fn keep(&mut self, customer: CustomerId) {
        self.0.retain(|_, set| set.customer == customer);
    }

    /// The ids.
    pub fn ids(&self) -> Vec<BackupSetId> {
        self.0.keys().copied().collect()
    }

    /// The customers, by name.
    pub fn customers(&self) -> Vec<CustomerShare> {
        let mut shares: BTreeMap<(&str, CustomerId), usize> = BTreeMap::new();
        for set in self.0.values() {
            *shares.entry((set.customer_name.as_str(), set.customer)).or_default() += 1;
        }
        shares.into_iter().map(|((name, id), sets)| CustomerShare { id, name: name.to_owned(), sets }).collect()
    }

    /// The accounts whose holders sign in: one sign-in covers all chosen sets of an account (G2).
    pub fn accounts(&self) -> BTreeSet<String> {
        self.0.values().filter_map(|set| set.account.as_deref()).map(str::to_lowercase).collect()
    }

    /// The method that suits most of them; the narrower one when as many want either.
    pub fn recommended(&self) -> Method {
        let modern = self.0.values().filter(|set| set.modern_suits || set.method == Method::Modern).count();
        if modern * 2 > self.len() { Method::Modern } else { Method::Hybrid }
    }

    /// Splitting this one would help.
    pub fn is_split(&self, id: BackupSetId) -> bool {
        self.0.get(&id).is_some_and(|set| set.split)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(rows: &[(&str, &str, &str, Option<&str>)]) -> Choice {
        let set = |customer: &str, name: &str, account: Option<&str>| ChosenSet {
            customer: customer.parse().unwrap(),
            customer_name: name.to_owned(),
            account: account.map(str::to_owned),
            method: Method::Basic,
            modern_suits: account.is_none(),
            split: false,
        };
        Choice(
            rows.iter()
                .map(|(id, customer, name, account)| (id.parse().unwrap(), set(customer, name, *account)))
                .collect(),
        )
    }

    const ONE: &str = "0190a0b1-2c3d-7e4f-8a9b-000000000001";
    const TWO: &str = "0190a0b1-2c3d-7e4f-8a9b-000000000002";
    const THREE: &str = "0190a0b1-2c3d-7e4f-8a9b-000000000003";

    #[test]
    fn g2_one_sign_in_covers_all_sets_of_an_account() {
        let choice = choice(&[
            (ONE, ONE, "Contoso", Some("a@contoso.com")),
            (TWO, ONE, "Contoso", Some("A@Contoso.com")),
            (THREE, ONE, "Contoso", Some("b@contoso.com")),
        ]);
        assert_eq!((choice.len(), choice.accounts().len(), choice.customers().len()), (3, 2, 1));
    }

    #[test]
    fn the_method_of_most_sets_is_preselected() {
        let rows = [(ONE, ONE, "Contoso", None), (TWO, ONE, "Contoso", Some("a")), (THREE, ONE, "Contoso", None)];
        assert_eq!(choice(&rows).recommended(), Method::Modern);
        assert_eq!(choice(&rows[..2]).recommended(), Method::Hybrid);
        assert_eq!(Choice::default().recommended(), Method::Hybrid);
    }

    #[test]
    fn one_customer_at_a_time() {
        let mut choice =
            choice(&[(ONE, ONE, "Contoso", None), (TWO, TWO, "Fabrikam", None), (THREE, TWO, "Fabrikam", None)]);
        let shares: Vec<_> = choice.customers().into_iter().map(|share| (share.name, share.sets)).collect();
        assert_eq!(shares, [("Contoso".to_owned(), 1), ("Fabrikam".to_owned(), 2)]);
        choice.keep(TWO.parse().unwrap());
        assert_eq!(choice.len(), 2);
    }
}
