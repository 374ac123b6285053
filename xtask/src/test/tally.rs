//! Counts what cargo and the test programs print.

/// One test program, or the doc tests of one library.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Program {
    /// What it is called in the summary.
    pub name: String,
    /// Tests that passed.
    pub passed: u32,
    /// Tests that failed; one if it ended without saying how it went.
    pub failed: u32,
    /// Tests marked `#[ignore]`.
    pub ignored: u32,
    /// Tests left out by a filter.
    pub filtered: u32,
    reported: bool,
}

/// The whole run.
#[derive(Debug, Default)]
pub struct Tally {
    programs: Vec<Program>,
    failures: Vec<String>,
    ignored: Vec<String>,
    refused: bool,
}

impl Tally {
    /// Takes in one line, without colours.
    pub fn read(&mut self, line: &str) {
        let line = line.trim();
        if let Some(name) = program_name(line) {
            self.programs.push(Program { name, ..Program::default() });
        } else if let Some(result) = line.split_once("test result: ").and_then(|(_, rest)| counts(rest)) {
            self.report(result);
        } else if let Some((test, outcome)) = line.strip_prefix("test ").and_then(|rest| rest.rsplit_once(" ... ")) {
            let program = self.programs.last().map_or("", |program| &program.name);
            if outcome.starts_with("FAILED") {
                self.failures.push(format!("{program}: {test}"));
            } else if outcome.starts_with("ignored") {
                self.ignored.push(format!("{program}: {test}"));
            }
        }
    }

    fn report(&mut self, [passed, failed, ignored, filtered]: [u32; 4]) {
        if self.programs.last().is_none_or(|program| program.reported) {
            self.programs.push(Program { name: "?".into(), ..Program::default() });
        }
        if let Some(program) = self.programs.last_mut() {
            *program = Program { name: program.name.clone(), passed, failed, ignored, filtered, reported: true };
        }
    }

    /// Nothing more comes; `is_content` is what cargo said with its exit code.
    pub fn end(&mut self, is_content: bool) {
        for program in self.programs.iter_mut().filter(|program| !program.reported) {
            program.failed = 1;
            self.failures.push(format!("{}: ended without a result", program.name));
        }
        self.refused = !is_content && self.failed() == 0;
        if self.refused {
            self.failures.push("cargo stopped before the tests; its errors are above".into());
        }
    }

    /// What ran, in its order.
    pub fn programs(&self) -> &[Program] {
        &self.programs
    }

    /// The tests that failed, with their program.
    pub fn failures(&self) -> &[String] {
        &self.failures
    }

    /// The tests that were not run because they are marked so.
    pub fn ignored(&self) -> &[String] {
        &self.ignored
    }

    /// How many tests passed.
    pub fn passed(&self) -> u32 {
        self.programs.iter().map(|program| program.passed).sum()
    }

    /// How many failed or could not say.
    pub fn failed(&self) -> u32 {
        self.programs.iter().map(|program| program.failed).sum::<u32>() + u32::from(self.refused)
    }
}

/// `Running unittests src/lib.rs (target/debug/deps/rekey-0f…)`, `Running tests/api.rs (…)`, `Doc-tests rekey_shared`.
fn program_name(line: &str) -> Option<String> {
    if let Some(library) = line.strip_prefix("Doc-tests ") {
        return Some(format!("{library}, documentation"));
    }
    let (source, path) = line.strip_prefix("Running ")?.strip_suffix(')')?.split_once(" (")?;
    let file = path.rsplit(['/', '\\']).next()?;
    let name = file.strip_suffix(".exe").unwrap_or(file).rsplit_once('-').map_or(file, |(name, _)| name);
    let kind = match source.strip_prefix("unittests ") {
        Some("src/lib.rs") => ", unit",
        Some(_) => ", unit (program)",
        None => "",
    };
    Some(format!("{name}{kind}"))
}

/// `ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.03s`: passed, failed, ignored, filtered.
fn counts(rest: &str) -> Option<[u32; 4]> {
    let (_, numbers) = rest.split_once(". ")?;
    let of = |word: &str| {
        let part = numbers.split(';').map(str::trim).find(|part| part.ends_with(word))?;
        part.split(' ').next()?.parse().ok()
    };
    Some([of("passed")?, of("failed")?, of("ignored")?, of("filtered out").unwrap_or(0)])
}

/// The line without terminal colours.
pub fn plain(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut parts = line.split("\u{1b}[");
    text.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let end = part.find(|c: char| c.is_ascii_alphabetic()).map_or(part.len(), |at| at + 1);
        text.push_str(part.get(end..).unwrap_or_default());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &str) -> Tally {
        let mut tally = Tally::default();
        lines.lines().for_each(|line| tally.read(&plain(line)));
        tally
    }

    #[test]
    fn results_of_all_programs_are_added() {
        let mut tally = read(
            "     Running unittests src/lib.rs (target/debug/deps/rekey_shared-0f1e)
test a ... ok
test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s
     Running tests/api.rs (target/debug/deps/api-77)
test b::c ... FAILED
test d ... ignored, needs a moon
test result: FAILED. 4 passed; 1 failed; 1 ignored; 0 measured; 2 filtered out; finished in 1.20s
   Doc-tests rekey_shared
test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.10s",
        );
        tally.end(false);
        assert_eq!((tally.passed(), tally.failed()), (9, 1));
        assert_eq!(tally.failures(), ["api: b::c"]);
        assert_eq!(tally.ignored(), ["api: d"]);
        let names: Vec<_> = tally.programs().iter().map(|program| program.name.as_str()).collect();
        assert_eq!(names, ["rekey_shared, unit", "api", "rekey_shared, documentation"]);
        assert_eq!(tally.programs()[1].filtered, 2);
    }

    #[test]
    fn a_program_that_dies_is_a_failure() {
        let mut tally = read(
            "  Running tests/api.rs (t/api-1)\ntest a ... ok\nerror: test failed\n  Running tests/b.rs (t/b-1)\ntest result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out",
        );
        tally.end(false);
        assert_eq!((tally.passed(), tally.failed()), (1, 1));
        assert_eq!(tally.failures(), ["api: ended without a result"]);
    }

    #[test]
    fn a_discontent_cargo_is_never_a_success() {
        let mut tally = read("test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out");
        tally.end(false);
        assert_eq!((tally.passed(), tally.failed()), (1, 1));
    }

    #[test]
    fn other_output_before_a_result_does_not_hide_it() {
        let tally =
            read("DevTools listeningtest result: ok. 5 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out");
        assert_eq!(tally.passed(), 5);
    }

    #[test]
    fn words_of_a_test_about_results_are_no_result() {
        assert_eq!(counts("the test result: fine"), None);
        assert_eq!(read("test result: unknown").programs(), []);
    }

    #[test]
    fn colours_are_removed() {
        assert_eq!(plain("\u{1b}[1m\u{1b}[92m     Running\u{1b}[0m tests/a.rs"), "     Running tests/a.rs");
    }
}
