//! Holds back cargo's closing lines, so that the summary can stand before them.

use std::io::{self, Write};

/// The lines since the last sign that a test program is at work.
#[derive(Debug, Default)]
pub struct Held {
    lines: Vec<u8>,
    holds: bool,
}

impl Held {
    /// Passes the line on at once, or keeps it if it may be one of the last.
    pub fn pass(&mut self, text: &str, raw: &[u8], out: &mut dyn Write) -> io::Result<()> {
        if text.contains("test result: ") || begins_doc_tests(text) {
            self.release(out)?;
            self.holds = true;
        } else if begins_program(text) || text.starts_with("test ") {
            self.release(out)?;
        }
        if self.holds {
            self.lines.extend_from_slice(raw);
            return Ok(());
        }
        out.write_all(raw)
    }

    /// Lets go of what is held.
    pub fn release(&mut self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(&self.lines)?;
        self.lines.clear();
        self.holds = false;
        out.flush()
    }
}

fn begins_program(text: &str) -> bool {
    text.trim_start().starts_with("Running ")
}

fn begins_doc_tests(text: &str) -> bool {
    text.trim_start().starts_with("Doc-tests ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passed(lines: &[&str]) -> (String, String) {
        let (mut held, mut out) = (Held::default(), Vec::new());
        for line in lines {
            held.pass(line, format!("{line}\n").as_bytes(), &mut out).expect("a vector takes all");
        }
        let mut rest = Vec::new();
        held.release(&mut rest).expect("a vector takes all");
        (String::from_utf8(out).expect("text"), String::from_utf8(rest).expect("text"))
    }

    #[test]
    fn the_last_result_waits_and_nothing_is_lost() {
        let lines =
            ["  Running a (x/a-1)", "test b ... ok", "", "test result: ok. 1 passed;", "", "error: 1 target failed:"];
        let (out, rest) = passed(&lines);
        assert_eq!(rest, "test result: ok. 1 passed;\n\nerror: 1 target failed:\n");
        assert_eq!(format!("{out}{rest}"), lines.join("\n") + "\n");
    }

    #[test]
    fn a_program_at_work_is_seen_at_once() {
        let (out, rest) = passed(&["test result: ok.", "  Running b (x/b-1)", "running 1 test", "test c ... ok"]);
        assert!(rest.is_empty());
        assert!(out.ends_with("test c ... ok\n"));
    }
}
