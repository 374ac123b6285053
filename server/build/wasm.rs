//! From Rust to wasm and its glue.

use super::{
    bundle::without_comments,
    names,
    split::{self, Chunk},
};
use std::{
    env,
    error::Error,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
};
use wasm_bindgen_cli_support::Bindgen;

const TARGET: &str = "wasm32-unknown-unknown";

/// What a page's program is made of.
pub struct App {
    /// The module.
    pub wasm: Vec<u8>,
    /// The JavaScript that starts and serves it.
    pub glue: String,
    /// What the program fetches later.
    pub chunks: Vec<Chunk>,
    /// The JavaScript that does so; empty when there are no chunks.
    pub loader: String,
}

/// Compiles all entry points; gives the folder with their `.wasm` files. `icons` are the sprites of the portal and of the
/// small pages.
pub fn compile(
    workspace: &Path,
    out: &Path,
    release: bool,
    icons: &[String; 2],
    languages: &str,
) -> Result<PathBuf, Box<dyn Error>> {
    install_target()?;
    let profile = if release { "wasm-release" } else { "wasm-dev" };
    // A folder of its own: the outer cargo holds the lock of the other one.
    let target = target_folder(out).join("web");
    let cargo = env::var_os("CARGO").ok_or("CARGO is set by cargo")?;
    // The portal's pages are cut into chunks, which takes their relocations. What is loaded first is built apart from
    // them, without their framework: the portal's shell, the connect page, the frame and its window.
    let [icons, signs] = icons;
    let first = ["shell", "connect", "embed", "window"].map(|program| ["--bin", program]).concat();
    let first = [&["build", "--no-default-features"], first.as_slice()].concat();
    for (what, link) in
        [(&["rustc", "--bin", "portal"][..], &["--", "-Clink-args=--emit-relocs"][..]), (first.as_slice(), &[])]
    {
        let mut command = Command::new(&cargo);
        command.current_dir(workspace);
        command.args(what).args(["--locked", "--package", "rekey-frontend", "--target", TARGET]);
        command.args(["--profile", profile, "--target-dir"]).arg(&target).args(link);
        for (name, _) in env::vars_os().filter(|(name, _)| is_of_the_outer_build(name)) {
            command.env_remove(name);
        }
        command.env("CARGO_ENCODED_RUSTFLAGS", flags(workspace));
        command.env("REKEY_WEB_ICONS", icons).env("REKEY_WEB_SIGNS", signs).env("REKEY_WEB_LANGUAGES", languages);
        if !command.status()?.success() {
            return Err("the web app did not compile; its errors are above".into());
        }
    }
    Ok(target.join(TARGET).join(profile))
}

/// Variables that describe the outer build and would bend the inner one.
fn is_of_the_outer_build(name: &OsStr) -> bool {
    const KEPT: [&str; 8] = [
        "CARGO_HOME",
        "CARGO_NET",
        "CARGO_HTTP",
        "CARGO_REGISTR",
        "CARGO_SOURCE",
        "CARGO_TERM",
        "CARGO_BUILD_JOBS",
        "CARGO_INCREMENTAL",
    ];
    const REMOVED: [&str; 16] = [
        "RUSTFLAGS",
        "RUSTC",
        "RUSTDOC",
        "RUSTC_WRAPPER",
        "RUSTC_WORKSPACE_WRAPPER",
        "RUSTC_LINKER",
        "TARGET",
        "HOST",
        "PROFILE",
        "OPT_LEVEL",
        "DEBUG",
        "NUM_JOBS",
        "OUT_DIR",
        "CLIPPY_ARGS",
        "MAKEFLAGS",
        "MFLAGS",
    ];
    let Some(name) = name.to_str() else { return false };
    REMOVED.contains(&name) || (name.starts_with("CARGO") && !KEPT.iter().any(|kept| name.starts_with(kept)))
}

/// Keeps this machine's folders out of what is shipped (security.md B14), and SHA-256 small.
fn flags(workspace: &Path) -> String {
    let home = env::var("CARGO_HOME").ok().or_else(|| env::var("HOME").ok().map(|home| format!("{home}/.cargo")));
    let mut flags = vec![format!("--remap-path-prefix={}=", workspace.display())];
    // Eight kilobytes less of unrolled SHA-256, which here hashes a few dozen bytes.
    flags.extend(["--cfg", "sha2_backend=\"soft\"", "--cfg", "sha2_backend_soft=\"compact\""].map(str::to_owned));
    // Leptos builds views of one type instead of a type for each page: 17 % fewer bytes for the portal, and quicker to build.
    flags.extend(["--cfg", "erase_components"].map(str::to_owned));
    flags.extend(home.map(|home| format!("--remap-path-prefix={home}=cargo")));
    flags.join("\u{1f}")
}

/// Adds the wasm target where the toolchain lacks it.
fn install_target() -> Result<(), Box<dyn Error>> {
    let rustc = env::var_os("RUSTC").ok_or("RUSTC is set by cargo")?;
    let answer = Command::new(rustc).args(["--print", "target-libdir", "--target", TARGET]).output()?;
    if Path::new(String::from_utf8(answer.stdout)?.trim()).is_dir() {
        return Ok(());
    }
    let added = Command::new("rustup").args(["target", "add", TARGET]).status();
    if added.is_ok_and(|status| status.success()) {
        return Ok(());
    }
    Err(format!("the web app needs the Rust target {TARGET}: run `rustup target add {TARGET}`").into())
}

/// The outer target folder: the first one above `OUT_DIR` that cargo has marked as such.
fn target_folder(out: &Path) -> PathBuf {
    let marked = out.ancestors().find(|folder| folder.join("CACHEDIR.TAG").is_file());
    marked.or_else(|| out.ancestors().nth(4)).unwrap_or(out).to_path_buf()
}

/// Makes the glue of one entry point.
pub fn bindgen(folder: &Path, page: &str, is_split: bool, out: &Path, release: bool) -> Result<App, Box<dyn Error>> {
    let made = out.join("bindgen").join(page);
    let _ = fs::remove_dir_all(&made);
    let whole = folder.join(format!("{page}.wasm"));
    let (program, chunks, loader) = if is_split {
        let cut = out.join("split").join(page);
        let _ = fs::remove_dir_all(&cut);
        let split = split::split(&whole, &cut, release)?;
        (split.main, split.chunks, split.loader)
    } else {
        (whole, Vec::new(), String::new())
    };
    let mut bindgen = Bindgen::new();
    bindgen.input_path(program).out_name(page).web(true)?.keep_lld_exports(is_split).demangle(!is_split);
    bindgen.typescript(false).omit_default_module_path(true).keep_debug(!release);
    bindgen.remove_name_section(release).remove_producers_section(release);
    bindgen.generate(&made)?;
    if made.join("snippets").exists() {
        return Err("a crate brings JavaScript files of its own, which nothing here would ship".into());
    }
    let wasm = fs::read(made.join(format!("{page}_bg.wasm")))?;
    let glue = fs::read_to_string(made.join(format!("{page}.js")))?;
    if !release {
        return Ok(App { wasm, glue, chunks, loader });
    }
    let wasm = split::without_custom(&wasm).unwrap_or(wasm);
    let (wasm, glue) = names::shorten(wasm, without_comments(&glue));
    let glue = without_loader(&glue).unwrap_or(glue);
    Ok(App { wasm, glue, chunks, loader: without_comments(&loader) })
}

/// The glue with a loader of two lines in the place of its own, which is made for all ways to load a module: ours is
/// always fetched, and our server gives its type.
fn without_loader(glue: &str) -> Option<String> {
    let (kept, loader) = glue.split_once("\nasync function __wbg_load(")?;
    let is_known = kept.contains("\nfunction __wbg_finalize_init(instance, module)")
        && loader.contains("\nasync function __wbg_init(")
        && loader.ends_with("\nexport { initSync, __wbg_init as default };\n");
    is_known.then(|| {
        format!(
            "{kept}\nasync function __wbg_init({{module_or_path}}) {{\nconst {{ instance, module }} = await \
             WebAssembly.instantiateStreaming(module_or_path, __wbg_get_imports());\n\
             return __wbg_finalize_init(instance, module);\n}}\n"
        )
    })
}
