//! What the figures were measured on: without it they mean nothing elsewhere.

use super::{BenchError, latency::Latencies};
use std::{fmt::Write as _, fs, io::Write as _, path::Path};
use tokio::time::Instant;

/// Processor, memory, kernel, load, build, and the disk's own speed.
pub fn facts(folder: &Path) -> Result<String, BenchError> {
    let mut text = String::new();
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    writeln!(text, "processor  {} ({cores} cores)", field("/proc/cpuinfo", "model name").unwrap_or("unknown".into()))?;
    writeln!(text, "memory     {}", field("/proc/meminfo", "MemTotal").unwrap_or("unknown".into()))?;
    writeln!(text, "kernel     {}", first_line("/proc/sys/kernel/osrelease"))?;
    writeln!(text, "load       {} (before; the load generator shares the cores)", load())?;
    writeln!(
        text,
        "build      {}",
        if cfg!(debug_assertions) { "DEBUG: the figures mean nothing" } else { "release" }
    )?;
    let mut syncs = fsync(folder)?;
    writeln!(
        text,
        "fdatasync  of 4 KB: p50 {} µs, p99 {} µs ({} times)",
        syncs.percentile(0.5).as_micros(),
        syncs.percentile(0.99).as_micros(),
        syncs.count()
    )?;
    Ok(text)
}

/// The load average of the last 1, 5 and 15 minutes.
pub fn load() -> String {
    first_line("/proc/loadavg")
}

/// How long the disk takes to promise.
fn fsync(folder: &Path) -> Result<Latencies, BenchError> {
    let mut file = fs::File::create(folder.join("fsync"))?;
    let mut latencies = Latencies::default();
    for _ in 0..500 {
        file.write_all(&[7; 4096])?;
        let begun = Instant::now();
        file.sync_data()?;
        latencies.add(begun.elapsed());
    }
    Ok(latencies)
}

fn first_line(path: &str) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines().next().unwrap_or("unknown").to_owned()
}

/// The value of `name : value` in one of the kernel's files.
pub fn field(path: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    text.lines().find_map(|line| {
        let (found, value) = line.split_once(':')?;
        (found.trim() == name).then(|| value.trim().to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_facts_say_how_fast_the_disk_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let facts = facts(folder.path()).expect("facts");
        assert!(facts.contains("fdatasync") && facts.contains("500 times"), "{facts}");
        assert!(facts.contains("DEBUG"), "tests are no measurements: {facts}");
    }
}
