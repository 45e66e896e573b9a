//! What no single family shows: counts, numbers, the log as a whole, erasures,
//! the clock over all streams.

use mingjing_domain::erasure::{NOT_AT_WILL, kept_until};
use mingjing_domain::matter::{MatterId, MatterKind, civil_day};
use mingjing_ledger::note::VerifierKey;
use serde_json::Value;

use super::report::{AuditReport, Finding};
use super::stream::Audited;
use crate::case::store as cases;
use crate::kit::db::{DbError, Sql, Tx};
use crate::ledger::{LedgerError, fsck};
use crate::ops::OpsError;

const RECORD: &str = "《行政处罚法》第四十七条";
const NUMBERS: &str = "《党政机关公文处理工作条例》第九条";
/// How far recorded instants may run back where writers on several connections
/// overlap, in microseconds: the tolerance of the write path.
const OVERLAP_US: i64 = 2_000_000;

/// Checks what no single family shows.
///
/// # Errors
/// When the database fails; what does not hold is in the report.
pub async fn check(
    tx: &Tx,
    keys: &[VerifierKey],
    excused: &[MatterId],
    kinds: &[Audited],
    report: &mut AuditReport,
) -> Result<(), OpsError> {
    clock(report);
    counts(tx, kinds, report).await?;
    numbers(tx, report).await?;
    let mut log = fsck::Report::default();
    let walked = fsck::log(tx, keys, &mut log).await;
    broken(walked, report)?;
    broken(fsck::erasures(tx, excused, &mut log).await, report)?;
    take(log, report);
    destroyed(tx, excused, report).await
}

/// Each destruction was of a matter that its approval names, and of a case whose
/// retention was over on the day of the approval. Computed from the stored events
/// of both, not from what the proposal noted.
async fn destroyed(tx: &Tx, excused: &[MatterId], report: &mut AuditReport) -> Result<(), OpsError> {
    let sql = "SELECT x.matter_id, m.kind, a.body AS approval, a.recorded_at AS approved_at, \
               c.body AS archived, c.recorded_at AS archived_at \
               FROM erasure x JOIN matter m ON m.id = x.matter_id \
               LEFT JOIN event a ON a.matter_id = x.event_matter AND a.version = x.event_version \
               LEFT JOIN event c ON c.matter_id = x.matter_id AND c.kind = 'case' AND c.type = 'archived'";
    for row in tx.all("erasure", sql, vec![]).await? {
        let matter = MatterId(row.uuid("matter_id")?);
        if excused.contains(&matter) {
            continue;
        }
        let mut add = |code, what: String| {
            report.add(Finding::new(code, what).under(NOT_AT_WILL.to_string()));
        };
        let approval = json(row.opt_bytes("approval")?);
        let named = approval["matters"]
            .as_array()
            .is_some_and(|all| all.iter().any(|it| it.as_str().is_some_and(|it| it.parse() == Ok(matter.0))));
        if !named {
            add("erasure.not_named", format!("事项 {matter} 不在所引的销毁批准之内"));
        }
        if row.text("kind")? != MatterKind::Case.name() {
            continue;
        }
        let archived = json(row.opt_bytes("archived")?);
        let years = archived["retention_years"].as_u64().and_then(|it| u16::try_from(it).ok());
        let (Some(years), Some(archived_at)) = (years, row.opt_instant("archived_at")?) else {
            add("erasure.not_archived", format!("案件 {matter} 未归档而已销毁"));
            continue;
        };
        let approved = row.opt_instant("approved_at")?.map(civil_day);
        let over = kept_until(civil_day(archived_at), years)
            .is_some_and(|until| approved.is_some_and(|approved| approved > until));
        if !over {
            add("erasure.retained", format!("案卷 {matter} 保管期限未满而已销毁"));
        }
    }
    Ok(())
}

/// A stored body; null for none and for what is not JSON.
fn json(body: Option<Vec<u8>>) -> Value {
    body.and_then(|it| serde_json::from_slice(&it).ok()).unwrap_or(Value::Null)
}

/// A record that cannot be walked is a finding, a failing database is not.
fn broken(done: Result<(), LedgerError>, report: &mut AuditReport) -> Result<(), OpsError> {
    match done {
        Ok(()) => Ok(()),
        Err(LedgerError::Db(error @ (DbError::Engine(_) | DbError::Lite(_)))) => Err(error.into()),
        Err(error) => {
            report.add(Finding::new("ledger.broken", error.to_string()).under(RECORD));
            Ok(())
        }
    }
}

fn take(log: fsck::Report, report: &mut AuditReport) {
    for it in log.findings {
        report.add(Finding::new(it.code, it.what).under(RECORD));
    }
}

/// Recorded instants follow the order of commits over all streams.
fn clock(report: &mut AuditReport) {
    let mut last = i64::MIN;
    let mut back = Vec::new();
    for span in report.spans.values() {
        if span.0 < last.saturating_sub(OVERLAP_US) {
            back.push((last - span.0) / 1_000_000);
        }
        last = last.max(span.1);
    }
    for seconds in back {
        let what = format!("服务器时钟曾倒退 {seconds} 秒：后提交的事件记录时间更早");
        report.add(Finding::new("clock.back", what).under(RECORD));
    }
}

async fn count(tx: &Tx, sql: &str) -> Result<u64, DbError> {
    match tx.one("count", sql, vec![]).await? {
        Some(row) => row.uint("n"),
        None => Ok(0),
    }
}

/// Everything that is stored was reached from its matter; what was not is named.
async fn counts(tx: &Tx, kinds: &[Audited], report: &mut AuditReport) -> Result<(), OpsError> {
    let events = count(tx, "SELECT COUNT(*) AS n FROM event").await?;
    let leaves = count(tx, "SELECT COUNT(*) AS n FROM ledger_leaf WHERE matter_id IS NOT NULL").await?;
    if events != report.events || leaves != report.leaves {
        let mut log = fsck::Report::default();
        broken(fsck::streams(tx, &mut log).await, report)?;
        take(log, report);
        let sql = "SELECT l.idx, l.matter_id, l.version FROM ledger_leaf l LEFT JOIN event e \
                   ON e.matter_id = l.matter_id AND e.version = l.version \
                   WHERE l.matter_id IS NOT NULL AND e.version IS NULL ORDER BY l.idx LIMIT 1000";
        for row in tx.all("ledger_leaf", sql, vec![]).await? {
            let what = format!("第 {} 号叶子所记事件不存在", row.uint("idx")?);
            let finding = Finding::new("event.missing", what).under(RECORD);
            report.add(finding.at(MatterId(row.uuid("matter_id")?), row.uint("version")?));
        }
    }
    let commands = count(tx, "SELECT COUNT(*) AS n FROM command").await?;
    if commands != report.commands {
        let sql = "SELECT id FROM command c WHERE NOT EXISTS \
                   (SELECT 1 FROM event e WHERE e.command_id = c.id) LIMIT 1000";
        for row in tx.all("command", sql, vec![]).await? {
            let finding = Finding::new("command.without_event", "命令没有留下事件").under(RECORD);
            report.add(finding.by(row.uuid("id")?));
        }
    }
    strangers(tx, kinds, report).await
}

/// Rows of matters that do not exist.
async fn strangers(tx: &Tx, kinds: &[Audited], report: &mut AuditReport) -> Result<(), OpsError> {
    for audited in kinds {
        for table in audited.tables {
            let name = table.name;
            let stored = count(tx, &format!("SELECT COUNT(*) AS n FROM {name}")).await?;
            if report.stored_rows.get(name).copied().unwrap_or(0) == stored {
                continue;
            }
            let sql = format!(
                "SELECT DISTINCT matter_id FROM {name} t WHERE NOT EXISTS \
                 (SELECT 1 FROM matter m WHERE m.id = t.matter_id AND m.kind = $1) LIMIT 1000"
            );
            for row in tx.all(name, sql, crate::params![audited.kind.name()]).await? {
                let what = format!("表 {name} 有不存在的事项 {}", row.uuid("matter_id")?);
                report.add(Finding::new("projection.extra", what).under(RECORD));
            }
        }
    }
    Ok(())
}

/// Numbers run from 1 without a gap, each on record once, each with its counter.
async fn numbers(tx: &Tx, report: &mut AuditReport) -> Result<(), OpsError> {
    let sql = "SELECT i.organ_id, i.character, i.year, COUNT(*) AS held, MIN(i.n) AS least, \
               MAX(i.n) AS most, MAX(c.n) AS counter FROM issued_number i LEFT JOIN number_counter c \
               ON c.organ_id = i.organ_id AND c.character = i.character AND c.year = i.year \
               GROUP BY i.organ_id, i.character, i.year";
    for row in tx.all("issued_number", sql, vec![]).await? {
        let (held, most) = (row.int("held")?, row.int("most")?);
        let place =
            format!("机关 {} “{}”字 {} 年", row.uuid("organ_id")?, row.text("character")?, row.int("year")?);
        if row.int("least")? != 1 || held != most {
            let what = format!("{place}：最大号 {most}，登记 {held} 个，有号无迹");
            report.add(Finding::new("number.gap", what).under(NUMBERS));
        }
        if row.opt_int("counter")? != Some(most) {
            let what = format!("{place}：计数器与已取最大号 {most} 不符");
            report.add(Finding::new("number.counter", what).under(NUMBERS));
        }
    }
    let sql = "SELECT c.organ_id, c.character, c.year FROM number_counter c WHERE c.n > 0 AND NOT EXISTS \
               (SELECT 1 FROM issued_number i WHERE i.organ_id = c.organ_id \
               AND i.character = c.character AND i.year = c.year)";
    for row in tx.all("number_counter", sql, vec![]).await? {
        let what = format!("机关 {} “{}”字有计数而没有登记", row.uuid("organ_id")?, row.text("character")?);
        report.add(Finding::new("number.gap", what).under(NUMBERS));
    }
    for (organ, number) in cases::repeated_numbers(tx).await? {
        let what = format!("机关 {organ} 的文号 {number} 用于两份文书");
        report.add(Finding::new("number.reused", what).under(NUMBERS));
    }
    for receipt in cases::repeated_receipts(tx).await? {
        let what = format!("票据 {receipt} 登记了两次");
        report.add(Finding::new("receipt.reused", what).under("《行政处罚法》第六十七条"));
    }
    Ok(())
}
