//! `cargo xtask bench`.

use rekey_tests::bench::{self, BenchError, options};

#[tokio::main]
async fn main() -> Result<(), BenchError> {
    let Some(options) = options::Options::parse(std::env::args().skip(1))? else {
        print!("{}", options::USAGE);
        return Ok(());
    };
    bench::run(&options).await
}
