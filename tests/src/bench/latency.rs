//! How long requests took: every one is kept, so percentiles are exact.

use std::time::Duration;

/// Times of requests, in microseconds.
#[derive(Debug, Default, Clone)]
pub struct Latencies {
    micros: Vec<u32>,
    sorted: bool,
}

impl Latencies {
    /// Adds one.
    pub fn add(&mut self, took: Duration) {
        self.micros.push(u32::try_from(took.as_micros()).unwrap_or(u32::MAX));
        self.sorted = false;
    }

    /// Adds all of another.
    pub fn merge(&mut self, other: Self) {
        self.micros.extend(other.micros);
        self.sorted = false;
    }

    /// The time within which this share (0 to 1) of the requests ended; zero if there were none.
    pub fn percentile(&mut self, share: f64) -> Duration {
        if !self.sorted {
            self.micros.sort_unstable();
            self.sorted = true;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a rank among at most some millions"
        )]
        let rank = ((self.micros.len() as f64 * share).ceil() as usize).clamp(1, self.micros.len().max(1));
        let micros = self.micros.get(rank - 1).copied().unwrap_or(0);
        Duration::from_micros(u64::from(micros))
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.micros.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_exact() {
        let mut latencies = Latencies::default();
        (1..=1000).rev().for_each(|micros| latencies.add(Duration::from_micros(micros)));
        assert_eq!(latencies.percentile(0.5), Duration::from_micros(500));
        assert_eq!(latencies.percentile(0.99), Duration::from_micros(990));
        assert_eq!(latencies.percentile(1.0), Duration::from_millis(1));
        latencies.add(Duration::from_secs(1));
        assert_eq!(latencies.percentile(1.0), Duration::from_secs(1));
    }

    #[test]
    fn nothing_took_no_time() {
        assert_eq!(Latencies::default().percentile(0.99), Duration::ZERO);
    }
}
