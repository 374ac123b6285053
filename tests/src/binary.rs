//! The built `rekey` program, for tests that need a process of its own.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

/// The program: as `REKEY_BINARY` says, or built beside this test, because an old one would prove nothing about today's
/// sources.
///
/// # Panics
/// When it cannot be built.
pub fn rekey() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        if let Some(told) = env::var_os("REKEY_BINARY") {
            return told.into();
        }
        let test = env::current_exe().expect("this test has a path");
        // A test lies in target/<profile>/deps, a program such as the bench beside it.
        let folder = test.parent().expect("a folder");
        let profile = if folder.ends_with("deps") { folder.parent().expect("target/<profile>") } else { folder };
        let release = profile.ends_with("release");
        let mut build = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        // Of the whole workspace: the same features of the same crates as for the tests, so that little is outcome again.
        build.args(["build", "--quiet", "--locked", "--workspace", "--bin", "rekey"]);
        build.env_remove("REKEY_SKIP_WEB");
        if release {
            build.arg("--release");
        }
        let target = profile.parent().expect("a target folder");
        let outcome = build.arg("--target-dir").arg(target).current_dir(env!("CARGO_MANIFEST_DIR")).status();
        assert!(outcome.is_ok_and(|status| status.success()), "cargo build -p rekey");
        profile.join("rekey")
    })
}
