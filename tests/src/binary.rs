//! The built `rekey` program, for tests that need a process of its own.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

/// The program beside this test; built once when it is not there or older builds lie there.
///
/// # Panics
/// When it cannot be built.
pub fn rekey() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let test = env::current_exe().expect("this test has a path");
        let profile = test.parent().and_then(Path::parent).expect("target/<profile>/deps");
        let release = profile.ends_with("release");
        let mut build = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        build.args(["build", "--quiet", "--package", "rekey", "--bin", "rekey"]);
        if release {
            build.arg("--release");
        }
        let target = profile.parent().expect("a target folder");
        let built = build.arg("--target-dir").arg(target).current_dir(env!("CARGO_MANIFEST_DIR")).status();
        assert!(built.is_ok_and(|status| status.success()), "cargo build -p rekey");
        profile.join("rekey")
    })
}
