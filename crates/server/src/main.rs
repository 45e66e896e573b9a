//! The program `mingjing`.

use std::process::ExitCode;

use clap::Parser;
use mimalloc::MiMalloc;
use mingjing::cli::{Cli, run};

/// Deciding, folding and sealing make many small things and drop them at once; the
/// system's allocator takes a quarter of the time of a command.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Started with the argument `press` or `media`, the program is the child that sets
/// documents, or that reads a file of a stranger; it needs neither settings nor a runtime.
fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    match arguments.next() {
        Some(it) if it == mingjing_press::child::ARGUMENT => {
            mingjing_press::child::run(std::io::stdin().lock(), std::io::stdout().lock())
        }
        Some(it) if it == mingjing_media::child::ARGUMENT => {
            let rest: Vec<_> = arguments.collect();
            mingjing_media::child::run(&rest, std::io::stdout().lock())
        }
        _ => program(),
    }
}

/// Threads of the runtime beyond the number of cores.
const SPARE_THREADS: usize = 2;
/// How long threads with work that is no longer wanted are waited for at the end.
const LEFT: std::time::Duration = std::time::Duration::from_millis(200);

fn program() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env()
                .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn,mingjing=info")),
        )
        .with_writer(std::io::stderr)
        .init();
    let cli = Cli::parse();
    // Statements of SQLite run where they are asked for. Threads beyond the cores let
    // others go on while one waits for the disk.
    let threads = std::thread::available_parallelism().map_or(1, usize::from) + SPARE_THREADS;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("错误：{error}");
            return ExitCode::from(2);
        }
    };
    let code = runtime.block_on(run(cli));
    // A document being set, or a password being hashed, is wanted by nobody now.
    runtime.shutdown_timeout(LEFT);
    code
}
