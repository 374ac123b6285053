//! The table: each figure with the floor it is measured against.

use super::load::Outcome;
use std::fmt;

/// One figure.
#[derive(Debug, Clone, Default)]
pub struct Line {
    /// What was measured.
    pub name: String,
    /// The figure, and in which unit.
    pub value: (f64, &'static str),
    /// What it is compared with: a name and a figure of the same unit.
    pub against: Option<(String, f64)>,
    /// Latencies or whatever else belongs beside it.
    pub note: String,
}

impl Line {
    /// Answers with this status in a second, and how long they took.
    pub fn rate(name: &str, status: u16, mut outcome: Outcome) -> Self {
        let note = format!(
            "p50 {:.2} ms, p99 {:.2} ms",
            outcome.latencies.percentile(0.5).as_secs_f64() * 1e3,
            outcome.latencies.percentile(0.99).as_secs_f64() * 1e3
        );
        Self { name: name.to_owned(), value: (outcome.rate(status), "/s"), against: None, note }
    }

    /// A figure alone.
    pub fn of(name: &str, value: f64, unit: &'static str) -> Self {
        Self { name: name.to_owned(), value: (value, unit), ..Self::default() }
    }

    /// Compares it with a figure of its unit.
    #[must_use]
    pub fn against(mut self, name: &str, floor: f64) -> Self {
        self.against = Some((name.to_owned(), floor));
        self
    }

    /// With this note.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    fn ratio(&self) -> Option<f64> {
        let (_, floor) = self.against.as_ref()?;
        (*floor > 0.0).then(|| self.value.0 / floor)
    }
}

/// All figures of a run.
#[derive(Debug, Default)]
pub struct Table(Vec<Line>);

impl Table {
    /// Adds a line; it is printed at once too, for who waits.
    pub fn add(&mut self, line: Line) {
        eprintln!("measured: {}", row(&line));
        self.0.push(line);
    }

    /// A figure that was measured before.
    pub fn value(&self, name: &str) -> Option<f64> {
        self.0.iter().find(|line| line.name == name).map(|line| line.value.0)
    }
}

fn row(line: &Line) -> String {
    let (value, unit) = line.value;
    let compared = match (&line.against, line.ratio()) {
        (Some((name, floor)), Some(ratio)) => format!("{ratio:>6.2} of {name} ({floor:.0})"),
        _ => String::new(),
    };
    format!("{:<54} {value:>12.1} {unit:<4} {compared:<60} {}", line.name, line.note)
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f)?;
        for line in &self.0 {
            writeln!(f, "{}", row(line).trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_stands_beside_its_floor() {
        let mut table = Table::default();
        table.add(Line::of("bare", 2000.0, "/s"));
        table.add(Line::of("product", 500.0, "/s").against("bare", 2000.0).note("p50 1 ms"));
        let text = table.to_string();
        assert!(text.contains("0.25 of bare (2000)"), "{text}");
        assert_eq!(table.value("bare"), Some(2000.0));
        assert_eq!(table.value("other"), None);
    }
}
