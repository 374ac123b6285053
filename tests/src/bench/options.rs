//! What to measure and for how long.

use super::{BenchError, load::Load};
use std::time::Duration;

/// What `--only` takes.
pub const MEASUREMENTS: [&str; 10] =
    ["floors", "submit", "refuse", "list", "pages", "window", "process", "tokens", "setup", "scale"];

/// Printed by `--help`.
pub const USAGE: &str = "\
cargo xtask bench [--only NAME]... [--seconds N] [--connections N] [--submissions N] [--sets N]
                  [--customers N] [--scale-sets N]
    NAME: floors, submit, refuse, list, pages, window, process, tokens, setup; without --only: all of them; and scale
    --seconds      how long each load lasts (10; at most 120)
    --connections  how many connections send it (64; at most 512)
    --submissions  Saves to prepare, each with an authorization of its own (10000); half are sent by twice the connections
    --sets         backup sets in the list (100000)
    --customers    customers for the memory figures, each then connected, and for scale (10000)
    --scale-sets   backup sets for scale (1000000)
";

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The measurements; none means all.
    pub only: Vec<String>,
    /// How each load is made.
    pub load: Load,
    /// How many Saves are prepared.
    pub submissions: usize,
    /// How many backup sets the list has.
    pub sets: usize,
    /// How many customers there are when the memory is read.
    pub customers: usize,
    /// How many backup sets there are at scale.
    pub scale_sets: usize,
}

impl Options {
    /// Reads the command line; nothing means that help was asked for.
    pub fn parse(words: impl IntoIterator<Item = String>) -> Result<Option<Self>, BenchError> {
        let load = Load { connections: 64, duration: Duration::from_secs(10) };
        let mut options = Self {
            only: Vec::new(),
            load,
            submissions: 10_000,
            sets: 100_000,
            customers: 10_000,
            scale_sets: 1_000_000,
        };
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            if word == "--help" || word == "-h" {
                return Ok(None);
            }
            let value = words.next().ok_or_else(|| format!("{word} needs a value\n\n{USAGE}"))?;
            match word.as_str() {
                "--only" if MEASUREMENTS.contains(&value.as_str()) => options.only.push(value),
                "--seconds" => options.load.duration = Duration::from_secs(number(&word, &value, 120)? as u64),
                "--connections" => options.load.connections = number(&word, &value, 512)?,
                "--submissions" => options.submissions = number(&word, &value, 100_000)?,
                "--sets" => options.sets = number(&word, &value, 1_000_000)?,
                "--scale-sets" => options.scale_sets = number(&word, &value, 5_000_000)?,
                "--customers" => options.customers = number(&word, &value, 100_000)?,
                _ => return Err(format!("`{word} {value}` is not understood\n\n{USAGE}").into()),
            }
        }
        Ok(Some(options))
    }

    /// Whether this measurement is to be made.
    pub fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == name)
    }
}

fn number(word: &str, value: &str, most: usize) -> Result<usize, BenchError> {
    let number = value.parse().ok().filter(|number| (1..=most).contains(number));
    number.ok_or_else(|| format!("{word}: expected a number from 1 to {most}, got {value}").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Option<Options>, BenchError> {
        Options::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn load_is_bounded() {
        for line in ["--seconds 0", "--seconds 121", "--connections 513", "--seconds x", "--seconds", "--only all"] {
            assert!(parsed(line).is_err(), "{line}");
        }
    }

    #[test]
    fn without_only_everything_is_wanted() {
        let all = parsed("--seconds 3").expect("understood").expect("no help");
        assert!(MEASUREMENTS.iter().all(|name| all.wants(name)));
        assert_eq!(all.load.duration, Duration::from_secs(3));
        let one = parsed("--only list").expect("understood").expect("no help");
        assert!(one.wants("list") && !one.wants("floors"));
        assert_eq!(parsed("-h").expect("understood"), None);
    }
}
