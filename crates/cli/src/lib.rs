//! The `opener` command, as a library: programs that start servers of ours and speak with them use the same code.

mod args;
mod ask;
mod backup;
pub mod child;
pub mod client;
mod files;
mod key;
pub mod market;
mod output;
pub mod ready;
mod replay;
mod server;
mod stop;
mod verify;

use std::process::ExitCode;

use anyhow::Result;
use args::{Arguments, Command};
use clap::Parser;
use tracing_subscriber::EnvFilter;

/// The variable that says what is logged.
const LOG: &str = "OPENER_LOG";

/// Does what the command line says.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let filter = EnvFilter::builder()
        .with_env_var(LOG)
        .try_from_env()
        .unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    match perform(arguments.command) {
        Ok(code) => code,
        // Whoever read our output has heard enough.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("opener: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn perform(command: Command) -> Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        match command {
            Command::Directory(arguments) => Box::pin(server::directory(arguments))
                .await
                .map(|()| ExitCode::SUCCESS),
            Command::Peer(arguments) => Box::pin(server::peer(arguments))
                .await
                .map(|()| ExitCode::SUCCESS),
            Command::Api(arguments) => ask::run(arguments).await,
            Command::Attach(arguments) => files::attach(arguments).await,
            Command::Save(arguments) => files::save(arguments).await,
            Command::Backup(arguments) => backup::save(arguments).await,
            Command::Restore(arguments) => backup::restore(arguments).await,
            Command::Market(arguments) => Box::pin(market::run(arguments))
                .await
                .map(|()| ExitCode::SUCCESS),
            Command::Replay(arguments) => Box::pin(replay::run(arguments)).await,
            Command::Verify(arguments) => verify::run(&arguments),
        }
    })
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let kind = error
        .downcast_ref::<std::io::Error>()
        .map(std::io::Error::kind);
    kind == Some(std::io::ErrorKind::BrokenPipe)
}
