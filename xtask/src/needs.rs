//! What the tests need beside Rust: a browser, its driver, a database, the wasm target, and axe, which looks at pages.
//!
//! On Debian and its kin, as root, what is missing is installed; elsewhere one line says what to install, and nothing runs
//! (a test that is left out looks like one that passed). To add a need: a row in [`NEEDS`], and who needs it in [`of`].

pub mod axe;

use crate::{Failure, shell};
use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// A program that the tests start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// A Chromium browser.
    Chromium,
    /// The driver of the same version.
    ChromeDriver,
    /// The PostgreSQL server's programs; the tests make a throw-away cluster of their own.
    Postgres,
    /// Python 3, for the sample agent.
    Python,
    /// Python's installer, which fetches axe.
    Pip,
}

struct Row {
    need: Need,
    called: &'static str,
    names: &'static [&'static str],
    debian: &'static str,
}

/// All of them.
pub const ALL: [Need; 5] = [Need::Chromium, Need::ChromeDriver, Need::Postgres, Need::Python, Need::Pip];

const NEEDS: [Row; 5] = [
    Row {
        need: Need::Chromium,
        called: "chromium",
        names: &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"],
        debian: "chromium",
    },
    Row { need: Need::ChromeDriver, called: "chromedriver", names: &["chromedriver"], debian: "chromium-driver" },
    Row { need: Need::Postgres, called: "initdb (PostgreSQL's server)", names: &["initdb"], debian: "postgresql" },
    Row { need: Need::Python, called: "python3", names: &["python3"], debian: "python3" },
    Row { need: Need::Pip, called: "pip3", names: &["pip3", "pip"], debian: "python3-pip" },
];

/// What a part of the tests needs; a part that is not known here needs everything.
pub fn of(part: &str) -> &'static [Need] {
    match part {
        "shared" | "server" | "frontend" | "emulator" | "xtask" => &[],
        "unit" | "store" | "tenancy" => &[Need::Postgres],
        "api" => &[Need::Postgres, Need::Python],
        _ => &ALL,
    }
}

/// Whether no test of this part starts the server's program; a part that is not known here may.
pub fn starts_no_server(part: &str) -> bool {
    matches!(part, "unit" | "shared" | "server" | "frontend" | "emulator" | "xtask" | "store" | "api" | "tenancy")
}

/// Installs those of these needs that are missing, where it may, and adds the wasm target.
pub fn meet(needs: &[Need], target: &Path) -> Result<(), Failure> {
    add_wasm_target()?;
    let missing = missing(needs, &look);
    if !missing.is_empty() {
        install(&missing)?;
    }
    if needs.contains(&Need::Pip) { axe::fetch(target) } else { Ok(()) }
}

fn missing(needs: &[Need], look: &dyn Fn(&Row) -> Option<PathBuf>) -> Vec<&'static Row> {
    NEEDS.iter().filter(|row| needs.contains(&row.need) && look(row).is_none()).collect()
}

/// A program that a need has brought.
fn program(need: Need) -> Result<PathBuf, Failure> {
    let row = NEEDS.iter().find(|row| row.need == need).ok_or("no such need")?;
    look(row).ok_or_else(|| format!("Not found: {}", row.called).into())
}

fn look(row: &Row) -> Option<PathBuf> {
    shell::find(row.names, &folders_beside_the_path())
}

/// Debian keeps PostgreSQL's server programs off the `PATH`, in a folder for each version. The tests look there too.
fn folders_beside_the_path() -> Vec<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    versions.map(|version| version.path().join("bin")).collect()
}

fn install(missing: &[&Row]) -> Result<(), Failure> {
    if !(is_debian() && is_root()) {
        return Err(advice(missing, is_debian()).into());
    }
    let packages: Vec<&str> = missing.iter().map(|row| row.debian).collect();
    println!("Installing {} ...", packages.join(", "));
    if !apt_install(&packages) {
        println!("Reading the package lists again ...");
        shell::succeeds(Command::new("apt-get").args(["-qq", "update"]));
        if !apt_install(&packages) {
            return Err(format!("apt-get could not install {}; its reasons are above", packages.join(" ")).into());
        }
    }
    let still: Vec<&Row> = missing.iter().copied().filter(|row| look(row).is_none()).collect();
    if still.is_empty() { Ok(()) } else { Err(advice(&still, true).into()) }
}

fn apt_install(packages: &[&str]) -> bool {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive");
    // A browser without a font draws boxes: screenshots and widths would mean nothing.
    command.args(["-qq", "-y", "--no-install-recommends", "install", "fonts-liberation"]).args(packages);
    shell::succeeds(&mut command)
}

/// The one line for a machine on which nothing is installed for anybody.
fn advice(missing: &[&Row], debian: bool) -> String {
    let called: Vec<&str> = missing.iter().map(|row| row.called).collect();
    let packages: Vec<&str> = missing.iter().map(|row| row.debian).collect();
    let mut line = format!("Not found: {}. ", called.join(", "));
    let _ = if debian {
        write!(line, "Install with: sudo apt-get install {}", packages.join(" "))
    } else {
        write!(line, "Install the packages that Debian calls {}, and run this again.", packages.join(", "))
    };
    line
}

fn is_debian() -> bool {
    Path::new("/etc/debian_version").exists() && shell::find(&["apt-get"], &[]).is_some()
}

fn is_root() -> bool {
    shell::answer(Command::new("id").arg("-u")).as_deref() == Some("0")
}

const WASM: &str = "wasm32-unknown-unknown";

fn add_wasm_target() -> Result<(), Failure> {
    let mut print = Command::new("rustc");
    print.args(["--print", "target-libdir", "--target", WASM]);
    if shell::answer(&mut print).is_some_and(|folder| Path::new(&folder).is_dir()) {
        return Ok(());
    }
    println!("Adding the Rust target {WASM} ...");
    if shell::succeeds(Command::new("rustup").args(["target", "add", WASM])) {
        return Ok(());
    }
    Err(format!("Not found: the Rust target {WASM}. Install with: rustup target add {WASM}").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_absent_is_missing() {
        let has_postgres_alone = |row: &Row| (row.need == Need::Postgres).then(PathBuf::new);
        let names: Vec<_> = missing(&ALL, &has_postgres_alone).iter().map(|row| row.debian).collect();
        assert_eq!(names, ["chromium", "chromium-driver", "python3", "python3-pip"]);
        assert!(missing(&[Need::Postgres], &has_postgres_alone).is_empty());
    }

    #[test]
    fn advice_is_one_line_with_every_package() {
        let all: Vec<&Row> = NEEDS.iter().collect();
        for debian in [true, false] {
            let line = advice(&all, debian);
            assert_eq!(line.lines().count(), 1);
            assert!(NEEDS.iter().all(|row| line.contains(row.debian)), "{line}");
        }
    }

    #[test]
    fn a_part_nobody_thought_of_needs_everything() {
        assert_eq!(of("browser"), ALL);
        assert_eq!(of("something-new"), ALL);
        assert!(of("shared").is_empty());
    }
}
