//! The summary that a person reads at the end.

use super::tally::Tally;
use std::{fmt::Write as _, time::Duration};

/// What ran, what failed, what was not run.
pub fn summary(tally: &Tally, took: Duration) -> String {
    let mut text = format!("\nSummary, after {}:\n", minutes(took));
    let shown = tally.programs().iter().filter(|program| program.passed + program.failed + program.ignored > 0);
    for program in shown {
        let _ = write!(text, "  {:<36} {:>5} passed", program.name, program.passed);
        for (count, word) in
            [(program.failed, "failed"), (program.ignored, "ignored"), (program.filtered, "filtered out")]
        {
            if count > 0 {
                let _ = write!(text, ", {count} {word}");
            }
        }
        text.push('\n');
    }
    list(&mut text, "Not run, because they are marked `ignore`", tally.ignored());
    list(&mut text, "Failed", tally.failures());
    text.push('\n');
    text
}

fn list(text: &mut String, title: &str, lines: &[String]) {
    if !lines.is_empty() {
        let _ = writeln!(text, "{title}:\n  {}", lines.join("\n  "));
    }
}

/// The very last line.
pub fn last_line(tally: &Tally) -> String {
    format!("{} passed, {} failed", tally.passed(), tally.failed())
}

fn minutes(took: Duration) -> String {
    let seconds = took.as_secs();
    format!("{} min {} s", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_names_what_failed_and_what_did_not_run() {
        let mut tally = Tally::default();
        tally.read("Running tests/api.rs (t/api-1)");
        tally.read("test a ... FAILED");
        tally.read("test b ... ignored");
        tally.read("test result: FAILED. 7 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; finished in 1s");
        tally.end(false);
        let text = summary(&tally, Duration::from_secs(61));
        for part in ["after 1 min 1 s", "7 passed, 1 failed, 1 ignored", "Failed:\n  api: a", "`ignore`:\n  api: b"] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert_eq!(last_line(&tally), "7 passed, 1 failed");
    }
}
