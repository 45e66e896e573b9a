//! `mingjing calendar`: import and list, at the console of the installation.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use mingjing_domain::calendar::import::{Brings, CalendarCommand, Import, MAX_BYTES};
use mingjing_domain::calendar::{Calendar, CalendarBook};

use super::service::{import, imported};
use crate::kit::app::App;
use crate::kit::entropy::Draw;
use crate::kit::ui::show;
use crate::ops::OpsError;

/// What to do with calendars.
#[derive(Debug, Subcommand)]
pub enum Act {
    /// 导入一个年份的放假安排，或者地方假日
    Import {
        /// 文件：日期,off|work,名称；地方假日：区划,日期,off|work,名称,依据
        file: PathBuf,
        /// 依据：通知的文号和日期
        #[arg(long)]
        source: String,
        /// 文件是地方假日
        #[arg(long)]
        local: bool,
    },
    /// 列出自带和导入的安排
    List,
}

/// Carries it out; gives the lines to print.
///
/// # Errors
/// What cannot be read, or is refused.
pub async fn act(app: &App, act: Act) -> Result<Vec<String>, OpsError> {
    match act {
        Act::Import { file, source, local } => {
            let brings = if local { Brings::Local } else { Brings::Year };
            let command = CalendarCommand::Import { import: Import { brings, source, data: read(&file)? } };
            let id = Draw::new(app.entropy().as_ref()).uuid_v7(app.now().as_millisecond());
            let done = import(app, command, id).await?;
            let mut lines = vec![format!("已导入，第 {} 次", done.value)];
            lines.extend(list(app).await?);
            Ok(lines)
        }
        Act::List => list(app).await,
    }
}

/// The national calendar as it stands in these data: shipped years and imported ones.
///
/// # Errors
/// When what was imported cannot be read, or no longer fits the shipped data.
pub async fn national(app: &App) -> Result<Calendar, OpsError> {
    let shipped = CalendarBook::built_in();
    match imported(app).await? {
        Some(it) => {
            let book = it.book(shipped).map_err(|e| OpsError::Refused(e.to_string()))?;
            Ok(book.view(None))
        }
        None => Ok(Calendar::national().clone()),
    }
}

fn read(file: &Path) -> Result<String, OpsError> {
    let size = std::fs::metadata(file).map_err(|e| OpsError::io(file, e))?.len();
    if size > MAX_BYTES as u64 {
        return Err(OpsError::Refused(format!("{} 过大", file.display())));
    }
    let bytes = std::fs::read(file).map_err(|e| OpsError::io(file, e))?;
    String::from_utf8(bytes).map_err(|_| OpsError::Refused(format!("{} 不是 UTF-8 文本", file.display())))
}

async fn list(app: &App) -> Result<Vec<String>, OpsError> {
    let shipped = CalendarBook::built_in();
    let mut lines = vec![format!("程序自带：至 {} 年", shipped.last_year())];
    let Some(it) = imported(app).await? else { return Ok(lines) };
    for (import, _, at) in &it.imports {
        let what = match import.brings {
            Brings::Year => "年度安排",
            Brings::Local => "地方假日",
        };
        lines.push(format!("{} {what}，依据 {}", show::moment(*at), import.source));
    }
    let book = it.book(shipped).map_err(|e| OpsError::Refused(e.to_string()))?;
    lines.push(format!("现行：至 {} 年，版本 {}", book.last_year(), book.view(None).version()));
    Ok(lines)
}
