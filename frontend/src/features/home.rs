//! The first screen: the fleet as one key, what waits for somebody, and the three steps of the first run.

mod first_run;
mod fleet;
mod tasks;

pub use first_run::FirstRun;
pub use fleet::Fleet;
pub use tasks::Tasks;
