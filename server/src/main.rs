//! The `rekey` program.

fn main() -> std::process::ExitCode {
    rekey::cli::main()
}
