//! The program `mingjing`.

use std::process::ExitCode;

use clap::Parser;
use mingjing::cli::{Cli, run};

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env()
                .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn,mingjing=info")),
        )
        .with_writer(std::io::stderr)
        .init();
    run(Cli::parse()).await
}
