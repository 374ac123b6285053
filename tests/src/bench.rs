//! The measurements behind `cargo xtask bench`.
//!
//! Each line of the table is a ratio to a floor that the same run built on the same machine: a figure without its floor
//! says more about the disk than about the product. Load goes to loopback only and for a bounded time. To add a
//! measurement: a function that gives [`report::Line`]s, and its name in [`options::MEASUREMENTS`] and [`run`].

pub mod floors;
pub mod latency;
pub mod load;
pub mod machine;
pub mod options;
pub mod product;
pub mod report;
pub mod scale;
pub mod token;
pub mod window;
pub mod wire;

use options::Options;
use report::Table;

/// Whatever stops the measurements; for the person at the terminal.
pub type BenchError = Box<dyn std::error::Error + Send + Sync>;

/// Measures what was asked for and prints the table.
pub async fn run(options: &Options) -> Result<(), BenchError> {
    let folder = tempfile::tempdir()?;
    print!("{}", machine::facts(folder.path())?);
    let issuer = token::Issuer::new()?;
    let mut table = Table::default();
    if options.wants("floors") {
        floors::measure(options, &issuer, folder.path(), &mut table).await?;
    }
    if options.wants("submit") || options.wants("refuse") {
        product::submit::measure(options, &issuer, &mut table).await?;
    }
    if options.wants("list") {
        product::list::measure(options, &issuer, &mut table).await?;
    }
    if options.wants("pages") {
        product::pages::measure(&issuer, &mut table).await?;
    }
    if options.wants("window") {
        window::measure(&mut table).await?;
    }
    if options.wants("tokens") {
        product::tokens::measure(options, &mut table).await?;
    }
    if options.wants("setup") {
        product::set_up::measure(&mut table).await?;
    }
    if options.wants("process") {
        product::process::measure(options, &issuer, &mut table).await?;
    }
    // A quarter of an hour: only for whoever asks.
    if options.only.iter().any(|only| only == "scale") {
        scale::measure(options, &issuer, &mut table).await?;
    }
    print!("{table}");
    println!("load       {} (after)", machine::load());
    Ok(())
}
