//! The project's own commands: `cargo xtask demo | test | check | bless | bench`.
//!
//! Only the standard library: it has to build in seconds on a machine that has
//! nothing yet, and what it starts it must also stop, however it ends itself.

mod bench;
mod demo;
mod guard;
mod options;
mod output;
mod packages;
mod rings;
mod services;
mod tidy;
mod workspace;

use options::Options;
use std::process::ExitCode;
use workspace::Workspace;

/// What went wrong, in words for the person who ran the command.
type Fail = String;

const USAGE: &str = "\
用法：cargo xtask <命令>

  demo  [--listen 地址:端口] [--data 目录] [--keep]
        检查并安装所需软件包，编译，在空的数据目录上启动演示（默认 127.0.0.1:8080、./demo-data）
        --keep  保留上次的演示数据继续运行
  test  [--ring 名称] [-- cargo test 的参数]
        安装测试所需软件包，依次运行各环：fmt tidy clippy build test
  check 只运行 fmt、tidy、clippy
  bless 重新生成 docs/generated（BLESS=1 运行测试）
  bench [--cases 件数] 以 release 编译，在预置 100000 件案件的数据上测量
";

fn main() -> ExitCode {
    match run(std::env::args().skip(1).collect()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(reason) => {
            eprintln!("xtask: {reason}");
            ExitCode::FAILURE
        }
    }
}

/// Runs one command; `false` means it ran and something did not hold.
fn run(arguments: Vec<String>) -> Result<bool, Fail> {
    let Some((command, rest)) = arguments.split_first() else {
        return Err(format!("没有给出命令。\n\n{USAGE}"));
    };
    let workspace = Workspace::find()?;
    match command.as_str() {
        "demo" => {
            let options = Options::parse(rest, &["--listen", "--data"], &["--keep"])?;
            demo::run(&workspace, &options).map(|()| true)
        }
        "test" => {
            let options = Options::parse(rest, &["--ring"], &[])?;
            rings::test(&workspace, options.value("--ring"), options.passed_on())
        }
        "check" => {
            Options::parse(rest, &[], &[])?.refuse_passed_on()?;
            rings::check(&workspace)
        }
        "bless" => {
            let options = Options::parse(rest, &[], &[])?;
            rings::bless(&workspace, options.passed_on())
        }
        "bench" => {
            let options = Options::parse(rest, &["--cases"], &[])?;
            bench::run(&workspace, &options)
        }
        "help" | "--help" | "-h" => {
            print!("{USAGE}");
            Ok(true)
        }
        other => Err(format!("没有“{other}”这个命令。\n\n{USAGE}")),
    }
}
