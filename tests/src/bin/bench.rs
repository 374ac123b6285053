//! `cargo xtask bench`.

use rekey_tests::bench::{self, BenchError, options};

#[tokio::main]
async fn main() -> Result<(), BenchError> {
    match options::Options::parse(std::env::args().skip(1))? {
        Some(options) => bench::run(&options).await,
        None => {
            print!("{}", options::USAGE);
            Ok(())
        }
    }
}
