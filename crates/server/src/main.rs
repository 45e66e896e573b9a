//! The program `mingjing`.

use std::process::ExitCode;

use clap::Parser;
use mingjing::cli::{Cli, run};

/// Started with the argument `press`, the program is the child that sets
/// documents; it needs neither settings nor a runtime.
fn main() -> ExitCode {
    if std::env::args_os().nth(1).is_some_and(|it| it == mingjing_press::child::ARGUMENT) {
        return mingjing_press::child::run(std::io::stdin().lock(), std::io::stdout().lock());
    }
    program()
}

#[tokio::main]
async fn program() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env()
                .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn,mingjing=info")),
        )
        .with_writer(std::io::stderr)
        .init();
    run(Cli::parse()).await
}
