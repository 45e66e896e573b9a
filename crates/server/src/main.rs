//! The program `mingjing`.

use std::process::ExitCode;

use clap::Parser;
use mimalloc::MiMalloc;
use mingjing::cli::{Cli, run};

/// Deciding, folding and sealing make many small things and drop them at once; the
/// system's allocator takes a quarter of the time of a command.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Started with the argument `press`, the program is the child that sets
/// documents; it needs neither settings nor a runtime.
fn main() -> ExitCode {
    if std::env::args_os().nth(1).is_some_and(|it| it == mingjing_press::child::ARGUMENT) {
        return mingjing_press::child::run(std::io::stdin().lock(), std::io::stdout().lock());
    }
    // Statements of SQLite run where they are asked for. Threads beyond the cores let
    // others go on while one waits for the disk.
    let threads = std::thread::available_parallelism().map_or(1, usize::from) + SPARE_THREADS;
    match tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build() {
        Ok(runtime) => runtime.block_on(program()),
        Err(error) => {
            eprintln!("程序不能启动：{error}");
            ExitCode::FAILURE
        }
    }
}

/// Threads of the runtime beyond the number of cores.
const SPARE_THREADS: usize = 2;

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
