//! Randomness that is the same in every run: a test that fails once fails again.

use aws_lc_rs::digest::{SHA256, digest};
use server::random::Random;
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// SHA-256 of a seed and a counter. Clones draw from the same sequence, so that no two draws are equal.
#[derive(Debug, Clone)]
pub struct SeededRandom {
    seed: u64,
    drawn: Arc<AtomicU64>,
}

impl SeededRandom {
    /// The sequence of a seed, from its beginning.
    pub fn new(seed: u64) -> Self {
        Self { seed, drawn: Arc::new(AtomicU64::new(0)) }
    }
}

impl Default for SeededRandom {
    fn default() -> Self {
        Self::new(0)
    }
}

impl Random for SeededRandom {
    fn fill(&self, buffer: &mut [u8]) {
        for part in buffer.chunks_mut(32) {
            let block = self.drawn.fetch_add(1, Ordering::SeqCst);
            let input = [self.seed.to_be_bytes(), block.to_be_bytes()].concat();
            for (byte, random) in part.iter_mut().zip(digest(&SHA256, &input).as_ref()) {
                *byte = *random;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(random: &SeededRandom) -> [u8; 40] {
        let mut bytes = [0; 40];
        random.fill(&mut bytes);
        bytes
    }

    #[test]
    fn a_seed_gives_one_sequence_without_repeats() {
        let (random, again) = (SeededRandom::new(7), SeededRandom::new(7));
        let first = draw(&random);
        assert_eq!(first, draw(&again));
        assert_ne!(first, draw(&random));
        assert_ne!(first, draw(&SeededRandom::new(8)));
        assert_ne!(first[..8], first[32..]);
    }
}
