//! The `opener` command.

fn main() -> std::process::ExitCode {
    opener_cli::main()
}
