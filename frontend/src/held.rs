//! A value that pieces of code work with one after the other.
//!
//! As a `RefCell`, without its panic, whose message brings a kilobyte of formatting code to the connect page: who comes
//! while somebody else works with the value finds nothing.

use std::cell::Cell;

/// The value, or nothing while somebody works with it.
pub struct Held<T>(Cell<Option<T>>);

impl<T> Held<T> {
    /// Holds a value.
    pub const fn new(value: T) -> Self {
        Self(Cell::new(Some(value)))
    }

    /// Puts another value in its place.
    pub fn set(&self, value: T) {
        self.0.set(Some(value));
    }

    /// Takes the value out; it must be put back.
    pub fn take(&self) -> Option<T> {
        self.0.take()
    }

    /// Works with the value; `None` while somebody else does.
    pub fn with<R>(&self, work: impl FnOnce(&mut T) -> R) -> Option<R> {
        let mut value = self.0.take()?;
        let made = work(&mut value);
        self.0.set(Some(value));
        Some(made)
    }
}

impl<T: Clone> Held<T> {
    /// A copy of the value.
    pub fn copy(&self) -> Option<T> {
        self.with(|value| value.clone())
    }
}

impl<T> Default for Held<T> {
    /// Holds nothing yet.
    fn default() -> Self {
        Self(Cell::new(None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_there_for_one_at_a_time() {
        let held = Held::new(1);
        let inside = held.with(|value| {
            *value += 1;
            held.copy()
        });
        assert_eq!((inside, held.copy()), (Some(None), Some(2)));
    }
}
