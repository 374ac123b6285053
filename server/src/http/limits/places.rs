//! So many at once: of each holder, and of all together. Whoever has a [`Place`] counts until it is dropped.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

/// Why there is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Full {
    /// The holder has all that one may have.
    Own,
    /// All together have.
    All,
}

/// Places by their holders.
#[derive(Debug)]
pub struct Places<K> {
    held: Mutex<Held<K>>,
    most: usize,
}

#[derive(Debug)]
struct Held<K> {
    by_holder: HashMap<K, usize>,
    all: usize,
}

/// One of them.
#[derive(Debug)]
pub struct Place<K: Eq + Hash> {
    places: Arc<Places<K>>,
    holder: K,
}

impl<K: Eq + Hash + Clone> Places<K> {
    /// All free.
    pub fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { held: Mutex::new(Held { by_holder: HashMap::new(), all: 0 }), most })
    }

    /// Takes one for a holder, who may have `each` at once.
    pub fn take(self: &Arc<Self>, holder: K, each: usize) -> Result<Place<K>, Full> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let own = held.by_holder.get(&holder).copied().unwrap_or(0);
        if own >= each {
            return Err(Full::Own);
        }
        if held.all >= self.most {
            return Err(Full::All);
        }
        held.by_holder.insert(holder.clone(), own + 1);
        held.all += 1;
        drop(held);
        Ok(Place { places: self.clone(), holder })
    }
}

impl<K: Eq + Hash> Drop for Place<K> {
    fn drop(&mut self) {
        let mut held = self.places.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.all = held.all.saturating_sub(1);
        match held.by_holder.get_mut(&self.holder) {
            Some(own @ 2..) => *own -= 1,
            _ => drop(held.by_holder.remove(&self.holder)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r2_a_place_is_free_again_when_it_is_dropped() {
        let places = Places::new(3);
        let first = places.take("a", 2).unwrap();
        let second = places.take("a", 2).unwrap();
        assert_eq!(places.take("a", 2).unwrap_err(), Full::Own);
        let third = places.take("b", 2).unwrap();
        assert_eq!(places.take("c", 2).unwrap_err(), Full::All);
        drop(first);
        let again = places.take("a", 2).unwrap();
        drop((second, third, again));
        assert!(places.held.lock().unwrap().by_holder.is_empty(), "nobody is remembered");
    }
}
