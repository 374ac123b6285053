//! Secrets in memory: nothing prints them, nothing serialises them by accident, dropping wipes them (security.md S7).

use serde::{Deserialize, Deserializer};
use std::fmt;
use zeroize::Zeroize;

/// A value that must never be shown. `Debug` is redacted; there is no `Display` and no `Serialize`.
pub struct Secret<T: Zeroize>(T);

impl<T: Zeroize> Secret<T> {
    /// Takes a value into custody.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value. Every call is a place to review: where does it go from here?
    pub const fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize + Clone> Clone for Secret<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl<T: Zeroize> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<T: Zeroize> From<T> for Secret<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<'de, T: Zeroize + Deserialize<'de>> Deserialize<'de> for Secret<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// S7: this does not compile once a secret can be shown or written out, as there are two ways to read it then.
    const _: fn() = || {
        trait Silent<Way> {
            fn is() {}
        }
        struct Shown;
        struct Written;
        impl<T> Silent<()> for T {}
        impl<T: fmt::Display> Silent<Shown> for T {}
        impl<T: serde::Serialize> Silent<Written> for T {}
        let _ = <Secret<String> as Silent<_>>::is;
        let _ = <Secret<Vec<u8>> as Silent<_>>::is;
    };

    #[test]
    fn s7_debug_shows_nothing() {
        let secret = Secret::new(String::from("canary-5d1f"));
        assert!(!format!("{secret:?}").contains("canary"));
    }
}
