//! Commands of operation on the evidence store.

use std::io::Write as _;
use std::path::Path;

use clap::Args;
use mingjing_domain::matter::MatterId;
use mingjing_vault::parse_root;

use super::config::{self, EvidenceConfig};
use super::hooks::Hooks;
use super::scrub::{Scrub, Summary, line};
use crate::kit::config::Config;
use crate::ops::doctor::Line;
use crate::ops::{self, OpsError};
use crate::recording::jobs::read_again;
use crate::recording::view as recordings;

/// Bytes between two lines of progress.
const STEP: u64 = 256 << 20;
/// Pieces looked at together.
const PAGE: u32 = 500;

/// How to check.
#[derive(Clone, Debug, Default, Args)]
pub struct ScrubArgs {
    /// 不接着上一次，从头核对
    #[arg(long)]
    pub restart: bool,
    /// 以 JSON 输出结果
    #[arg(long)]
    pub json: bool,
}

/// Checks everything in the store, going on where the last check stopped; true when nothing is
/// wrong. Progress goes to the error output. It may run beside the serving program.
///
/// # Errors
/// When there is no store, or it cannot be read.
pub async fn scrub(config: &Config, own: &EvidenceConfig, args: &ScrubArgs) -> Result<bool, OpsError> {
    let app = ops::open_to_read(config).await?;
    let vault = config::open_beside(config, own)?;
    let vault = vault.ok_or_else(|| OpsError::Refused("还没有证据库".to_owned()))?;
    let mut scrub = Scrub::open(config)?;
    if args.restart {
        scrub.restart();
    }
    let hooks = Hooks::of_recordings();
    while !scrub.next(&vault, &hooks, &app, STEP).await? {
        let now = &scrub.state.now;
        eprintln!("已核对 {} 份，{} MiB，损坏 {} 处", now.evidence, now.bytes >> 20, now.found.len());
    }
    let last = scrub.state.last.clone().unwrap_or_default();
    print(&last, args.json)?;
    Ok(last.found.is_empty())
}

/// What of the small pictures is made anew.
#[derive(Clone, Debug, Default, Args)]
pub struct PreviewArgs {
    /// 全部重做，不只是缺少的
    #[arg(long)]
    pub all: bool,
}

/// Queues the making of small pictures that are missing (they are in no backup), and with them
/// the reading of what could not be read before; the serving program carries it out. Pieces of
/// which no small picture can be made are asked again each time, which is harmless.
///
/// # Errors
/// When there is no store, or the database fails.
pub async fn previews(config: &Config, own: &EvidenceConfig, args: &PreviewArgs) -> Result<bool, OpsError> {
    let app = ops::open_to_write(config).await?;
    let vault = config::open_beside(config, own)?;
    let vault = vault.ok_or_else(|| OpsError::Refused("还没有证据库".to_owned()))?;
    let (mut after, mut queued) = ((MatterId(uuid::Uuid::nil()), 0), 0);
    loop {
        let page = recordings::stored_behind(app.db(), after, PAGE).await?;
        let Some((recording, no, _)) = page.last() else { break };
        after = (*recording, *no);
        let mut wanted = Vec::new();
        for (recording, no, root) in page {
            let refused = |e: mingjing_vault::Error| OpsError::Refused(format!("证据库：{e}"));
            let root = parse_root(&root).map_err(refused)?;
            // One that cannot be opened any more is as good as none.
            if args.all || vault.preview(&root).await.map_err(refused)?.is_none() {
                wanted.push((recording, no));
            }
        }
        queued += wanted.len();
        read_again(&app, &wanted).await?;
    }
    let stdout = Path::new("stdout");
    writeln!(std::io::stdout(), "已登记 {queued} 段，由运行中的服务读取文件、生成缩略图和封面")
        .map_err(|e| OpsError::io(stdout, e))?;
    Ok(true)
}

fn print(it: &Summary, json: bool) -> Result<(), OpsError> {
    let stdout = Path::new("stdout");
    let text = if json {
        serde_json::to_string_pretty(it).map_err(|e| OpsError::malformed(stdout, e))?
    } else {
        let found: String = it.found.iter().map(|one| format!("{}：{}\n", one.name, one.words)).collect();
        let rows =
            it.rows.map_or_else(String::new, |rows| format!("，登记 {rows} 份，未登记 {} 份", it.unnamed));
        let verdict = if it.found.is_empty() { "全部相符" } else { "不符" };
        format!("{found}证据 {} 份，{} 字节{rows}：{verdict}", it.evidence, it.bytes)
    };
    writeln!(std::io::stdout(), "{text}").map_err(|e| OpsError::io(stdout, e))
}

/// What an operator should know of the store; nothing while there is none.
///
/// # Errors
/// When the state of the checks cannot be read.
pub fn examine(config: &Config, own: &EvidenceConfig) -> Result<Vec<Line>, OpsError> {
    if !own.folder(config).is_dir() {
        return Ok(Vec::new());
    }
    let mut lines = Vec::new();
    let keys = own.keys(config);
    let inside = own.keys_inside(config);
    let words = if inside { "：在数据文件夹之内，会进入备份" } else { "" };
    lines.push(Line { good: !inside, text: format!("证据库主密钥 {}{words}", keys.display()) });
    match config::open_beside(config, own) {
        Ok(_) => lines.push(Line { good: true, text: format!("证据库 {}", own.folder(config).display()) }),
        Err(error) => lines.push(Line { good: false, text: error.to_string() }),
    }
    let (good, text) = line(&Scrub::open(config)?.state);
    lines.push(Line { good, text });
    Ok(lines)
}
