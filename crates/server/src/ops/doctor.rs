//! What an operator should know: each line a check, good or bad.

use mingjing_media::sandbox::Sandbox;

use super::OpsError;
use crate::kit::blob::Blobs;
use crate::kit::config::Config;
use crate::kit::db::Sql;
use crate::kit::jobs;
use crate::ledger::service::Ledger;
use crate::ledger::{check, keys, sequencer, store};
use crate::params;
use crate::record::files;

/// Newest documents whose files are read; an audit reads all.
const SAMPLED: u64 = 32;

/// One checked thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Nothing to do.
    pub good: bool,
    /// What was found.
    pub text: String,
}

/// Looks at everything.
///
/// # Errors
/// When the database fails.
pub async fn examine(ledger: &Ledger, config: &Config) -> Result<Vec<Line>, OpsError> {
    let mut lines = Vec::new();
    let mut add = |good: bool, text: String| lines.push(Line { good, text });
    let db = ledger.app().db();
    let head = store::head(db).await?;
    add(true, format!("账本 {}：{} 条", head.origin, head.size));
    let anchor = super::anchor(config);
    if config.anchor_init
        && let Some(anchor) = &anchor
    {
        check::begin_anchor(db, &ledger.verifiers(), anchor).await?;
    }
    match check::before_ready(db, &ledger.verifiers(), anchor.as_ref()).await {
        Ok(()) => add(true, "启动检查通过".to_owned()),
        Err(error) => add(false, error.to_string()),
    }
    let visible = check::rollback_is_visible(db, anchor.as_ref()).await?;
    add(
        visible,
        if visible {
            "有外部锚定或者见证，数据被整体回退可以发现".to_owned()
        } else {
            "没有外部锚定（--anchor）也没有见证：数据文件夹被整体回退时，系统自身无法发现".to_owned()
        },
    );
    let key = keys::key_file(&config.key_folder());
    let inside = key.starts_with(&config.data);
    add(
        !inside,
        format!("签名密钥 {}{}", key.display(), if inside { "：在数据文件夹之内，会进入备份" } else { "" }),
    );
    let newest = files::newest(db, &Blobs::new(config.blobs()), SAMPLED).await?;
    match newest.faults.first() {
        None => add(
            true,
            format!("最近制成的文书文件 {} 份相符（合成数据没有文书 {}）", newest.read, newest.without_file),
        ),
        Some(it) => add(false, format!("{}：事项 {} {}", it.code, it.matter, it.what)),
    }
    let (good, text) = isolation();
    add(good, text);
    let waited = sequencer::waiting(ledger.app()).await?;
    add(waited <= sequencer::ALARM, format!("待入账事件最长等待 {} 秒", waited.as_secs()));
    let row = db
        .one(
            "job",
            "SELECT COUNT(*) AS n FROM job WHERE state = 'dead' OR attempts >= $1",
            params![jobs::MAX_ATTEMPTS],
        )
        .await?;
    let dead = row.map_or(Ok(0), |row| row.uint("n"))?;
    add(dead == 0, format!("搁置或者多次未成功的后台任务 {dead} 项"));
    Ok(lines)
}

/// What programs that read films and photographs are kept from on this machine.
fn isolation() -> (bool, String) {
    let found = Sandbox::detect();
    let found = found.map(|it| match std::env::current_exe() {
        Ok(program) => it.confined(program).isolation(),
        // Without its own path nothing takes the files away; it says so.
        Err(_) => it.isolation(),
    });
    match found {
        Err(error) => (false, format!("读取音像文件的子进程不能隔离，不读取：{error}")),
        Ok(it) => {
            let lacks: Vec<&str> = [
                (it.namespaces, "网络和进程空间"),
                (it.no_new_privileges, "提升权限"),
                (it.files, "其他文件（Landlock）"),
            ]
            .into_iter()
            .filter_map(|(kept, what)| (!kept).then_some(what))
            .collect();
            if lacks.is_empty() {
                (true, "读取音像文件的子进程已隔离：网络、进程、权限、文件".to_owned())
            } else {
                (true, format!("读取音像文件的子进程有限额，但本机没有隔离：{}", lacks.join("、")))
            }
        }
    }
}
