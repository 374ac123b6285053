//! H8 as a property: whatever two organizations and the people of five tenants do, in any order, with any token on any attempt,
//! no access of one tenant is ever stored for another, and nothing of one organization for the other.
//!
//! `REKEY_SEQUENCES` says how many sequences are tried on each database; 2 unless told. A failure names its seed.

mod checks;
mod later;
mod steps;
mod world;

use checks::check;
use rekey_tests::app::{Backend, TestApp};
use std::env;
use steps::{Seen, step};
use world::{Dice, World};

const STEPS: usize = 60;
/// A sequence that is still not enough then never will be.
const MOST_STEPS: usize = 1_000;

async fn h8_never_crossed(backend: Backend) {
    let sequences = env::var("REKEY_SEQUENCES").ok().and_then(|text| text.parse().ok()).unwrap_or(2_u64);
    for seed in 1..=sequences {
        let app = TestApp::start_with(world::setup(backend)).await;
        let mut world = World::fill(app).await;
        let (mut seen, mut dice) = (Seen::default(), Dice::new(seed));
        println!("sequence {seed}");
        let mut steps = 0;
        while steps < STEPS || !seen.is_enough() {
            step(&mut world, &mut seen, &mut dice).await;
            check(&world).await;
            steps += 1;
            assert!(steps < MOST_STEPS, "some road never came to its end: sequence {seed}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h8_a_token_of_one_tenant_is_never_saved_for_another_on_sqlite() {
    h8_never_crossed(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h8_a_token_of_one_tenant_is_never_saved_for_another_on_postgres() {
    h8_never_crossed(Backend::Postgres).await;
}
