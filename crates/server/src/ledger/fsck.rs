//! Comparing everything that is stored with everything else that is stored.
//!
//! Each thing found has a name, so that tampering is not only seen but told:
//! which table, which matter, which version, what does not fit.

use std::collections::HashMap;
use std::fmt;

use mingjing_domain::erasure::APPROVED;
use mingjing_domain::matter::MatterId;
use mingjing_ledger::bundle::verify_head;
use mingjing_ledger::commit::{entry, event_root};
use mingjing_ledger::note::VerifierKey;
use mingjing_ledger::tlog::{Frontier, Hash, leaf_hash};

use super::LedgerError;
use super::service::read_content;
use super::store::{self, Leaf};
use crate::kit::db::{DbError, Engine, Row, Sql};
use crate::kit::event::{Content, Envelope, KEY_SLOT, content_leaf, guard_leaves, split_leaves};
use crate::params;

/// One thing that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Stable name, for example `event.altered`.
    pub code: &'static str,
    /// Where, and what does not fit.
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}：{}", self.code, self.what)
    }
}

/// What was compared, and what does not fit.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Leaves hashed.
    pub leaves: u64,
    /// Events recomputed.
    pub events: u64,
    /// Texts recomputed.
    pub texts: u64,
    /// Texts that are gone by an approved destruction.
    pub erased: u64,
    /// Documents whose files were read and compared.
    pub documents: u64,
    /// Documents of synthetic cases that were never rendered.
    pub without_file: u64,
    /// Checkpoints compared.
    pub checkpoints: u64,
    /// Events that wait for their place in the log.
    pub waiting: u64,
    /// What does not fit.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Nothing was found.
    pub fn holds(&self) -> bool {
        self.findings.is_empty()
    }

    /// Adds a finding.
    pub fn add(&mut self, code: &'static str, what: impl Into<String>) {
        self.findings.push(Finding { code, what: what.into() });
    }
}

/// Rows read at a time.
const PAGE: u64 = 1_000;

/// Recomputes the whole log from its entries and compares leaves, nodes, head and
/// every checkpoint with it.
///
/// # Errors
/// When the database fails; what does not fit is in the report.
pub async fn log<S: Sql>(sql: &S, keys: &[VerifierKey], report: &mut Report) -> Result<(), LedgerError> {
    let head = store::head(sql).await?;
    let checkpoints = store::checkpoints(sql).await?;
    let mut expected: HashMap<u64, Hash> = HashMap::new();
    for it in &checkpoints {
        match verify_head(&it.note, keys) {
            Err(error) => report.add("checkpoint.signature", format!("大小 {}：{error}", it.size)),
            Ok(ok) if ok.checkpoint.size != it.size || ok.checkpoint.origin != head.origin => {
                report.add("checkpoint.altered", format!("大小 {} 的检查点写的是别的内容", it.size));
            }
            Ok(ok) => {
                expected.insert(it.size, ok.checkpoint.root);
            }
        }
        if it.size > head.size {
            report.add("ledger.rolled_back", format!("检查点大小 {} 超过账本大小 {}", it.size, head.size));
        }
    }
    report.checkpoints += u64::try_from(checkpoints.len()).unwrap_or(u64::MAX);
    let mut frontier = Frontier::default();
    compare_root(&frontier, &expected, report);
    let mut nodes = Vec::new();
    loop {
        let page = store::leaves(sql, frontier.size(), PAGE).await?;
        if page.is_empty() {
            break;
        }
        for leaf in page {
            if leaf.index != frontier.size() {
                report.add("leaf.missing", format!("第 {} 号叶子缺失", frontier.size()));
                return Ok(());
            }
            let hash = leaf_hash(&leaf.entry);
            if hash != leaf.hash {
                report.add("leaf.altered", format!("第 {} 号叶子的散列与条目不符", leaf.index));
            }
            let appended = frontier.append(hash).map_err(|error| LedgerError::Broken(error.to_string()))?;
            nodes.extend(appended.completed);
            compare_root(&frontier, &expected, report);
        }
    }
    report.leaves += frontier.size();
    if head.size != frontier.size() {
        report.add(
            if frontier.size() < head.size { "leaf.truncated" } else { "head.altered" },
            format!("账本头写大小 {}，实有叶子 {}", head.size, frontier.size()),
        );
    } else if head.frontier != frontier {
        report.add("head.altered", "账本头的右缘与叶子不符");
    }
    compare_nodes(sql, &nodes, report).await
}

fn compare_root(frontier: &Frontier, expected: &HashMap<u64, Hash>, report: &mut Report) {
    if let Some(root) = expected.get(&frontier.size())
        && *root != frontier.root()
    {
        let size = frontier.size();
        report.add("checkpoint.fork", format!("大小 {size} 处的根与已签名检查点不符"));
    }
}

async fn compare_nodes<S: Sql>(
    sql: &S,
    computed: &[mingjing_ledger::tlog::TileHash],
    report: &mut Report,
) -> Result<(), LedgerError> {
    let rows = sql.all("ledger_node", "SELECT level, n, hash FROM ledger_node", vec![]).await?;
    let mut stored = HashMap::new();
    for row in &rows {
        stored.insert((row.uint("level")?, row.uint("n")?), row.bytes("hash")?);
    }
    for it in computed {
        match stored.remove(&(u64::from(it.level), it.index)) {
            Some(hash) if hash == it.hash => {}
            Some(_) => report.add("node.altered", format!("第 {} 层第 {} 号节点", it.level, it.index)),
            None => report.add("node.missing", format!("第 {} 层第 {} 号节点", it.level, it.index)),
        }
    }
    for (level, n) in stored.into_keys() {
        report.add("node.extra", format!("第 {level} 层第 {n} 号节点"));
    }
    Ok(())
}

/// Compares leaves `from..` with their events, both ways where `from` is 0.
///
/// # Errors
/// When the database fails; what does not fit is in the report.
pub async fn leaves_with_events<S: Sql>(sql: &S, from: u64, report: &mut Report) -> Result<(), LedgerError> {
    let mut at = from;
    loop {
        let page = store::leaves(sql, at, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        let events = events_of(sql, at, last.index + 1).await?;
        let texts = texts_of(sql, at, last.index + 1).await?;
        for leaf in &page {
            let Some(key) = leaf.event else { continue };
            match events.get(&key) {
                Some(event) => {
                    report.events += 1;
                    let texts = texts.get(&key).map_or(&[][..], Vec::as_slice);
                    compare_event(leaf, event, texts, report)?;
                }
                None => report.add(
                    "event.missing",
                    format!("第 {} 号叶子所记事件 {} 第 {} 版不存在", leaf.index, key.0, key.1),
                ),
            }
        }
        at = last.index + 1;
    }
}

type Key = (MatterId, u64);

struct StoredRow {
    envelope: Vec<u8>,
    body: Vec<u8>,
    salt: [u8; 32],
    content_leaves: Vec<u8>,
    root_sha256: Vec<u8>,
    root_sm3: Vec<u8>,
    prev: Option<Vec<u8>>,
    erased: bool,
    /// What a machine made of content that was destroyed: it goes with the bytes, by the same job.
    gone: bool,
    columns: Columns,
}

/// What stands beside the envelope for queries.
#[derive(PartialEq, Eq)]
struct Columns {
    kind: String,
    organ: uuid::Uuid,
    family: uuid::Uuid,
    type_name: String,
    type_version: i64,
    command: uuid::Uuid,
    recorded_at: i64,
    happened_at: i64,
}

const EVENT: &str = "SELECT e.matter_id, e.version, e.kind, e.organ_id, e.family, e.type, \
    e.type_version, e.envelope, e.body, e.salt, e.content_leaves, e.root_sha256, e.root_sm3, \
    e.prev, e.command_id, e.recorded_at, e.happened_at, x.erased_at, \
    CAST(CASE WHEN e.type = 'recording.machine_text_made' AND EXISTS (SELECT 1 FROM event d \
    WHERE d.matter_id = e.matter_id AND d.type = 'recording.content_destroyed') THEN 1 ELSE 0 END AS BIGINT) AS gone \
    FROM ledger_leaf l \
    JOIN event e ON e.matter_id = l.matter_id AND e.version = l.version \
    LEFT JOIN erasure x ON x.matter_id = e.matter_id WHERE l.idx >= $1 AND l.idx < $2";

async fn events_of<S: Sql>(sql: &S, from: u64, to: u64) -> Result<HashMap<Key, StoredRow>, DbError> {
    let rows = sql.all("event", EVENT, params![from, to]).await?;
    let mut events = HashMap::with_capacity(rows.len());
    for row in &rows {
        let key = (MatterId(row.uuid("matter_id")?), row.uint("version")?);
        events.insert(key, stored_row(row)?);
    }
    Ok(events)
}

fn stored_row(row: &Row) -> Result<StoredRow, DbError> {
    Ok(StoredRow {
        envelope: row.bytes("envelope")?,
        body: row.bytes("body")?,
        salt: row.bytes32("salt")?,
        content_leaves: row.bytes("content_leaves")?,
        root_sha256: row.bytes("root_sha256")?,
        root_sm3: row.bytes("root_sm3")?,
        prev: row.opt_bytes("prev")?,
        erased: row.opt_int("erased_at")?.is_some(),
        gone: row.int("gone")? == 1,
        columns: Columns {
            kind: row.text("kind")?,
            organ: row.uuid("organ_id")?,
            family: row.uuid("family")?,
            type_name: row.text("type")?,
            type_version: row.int("type_version")?,
            command: row.uuid("command_id")?,
            recorded_at: row.int("recorded_at")?,
            happened_at: row.int("happened_at")?,
        },
    })
}

async fn texts_of<S: Sql>(sql: &S, from: u64, to: u64) -> Result<HashMap<Key, Vec<Content>>, DbError> {
    let rows = sql
        .all(
            "event_content",
            "SELECT c.matter_id, c.version, c.slot, c.name, c.class, c.salt, c.text \
             FROM ledger_leaf l JOIN event_content c \
             ON c.matter_id = l.matter_id AND c.version = l.version \
             WHERE l.idx >= $1 AND l.idx < $2 AND c.slot > $3 ORDER BY c.slot",
            params![from, to, KEY_SLOT],
        )
        .await?;
    let mut texts: HashMap<Key, Vec<Content>> = HashMap::new();
    for row in &rows {
        let key = (MatterId(row.uuid("matter_id")?), row.uint("version")?);
        texts.entry(key).or_default().push(read_content(row)?);
    }
    Ok(texts)
}

fn compare_event(
    leaf: &Leaf,
    event: &StoredRow,
    texts: &[Content],
    report: &mut Report,
) -> Result<(), LedgerError> {
    let Some((matter, version)) = leaf.event else { return Ok(()) };
    let place = format!("事项 {matter} 第 {version} 版（第 {} 号叶子）", leaf.index);
    let leaves = guard_leaves(&event.body, &event.salt).and_then(|mut leaves| {
        leaves.extend(split_leaves(&event.content_leaves)?);
        Ok(leaves)
    });
    let root = match leaves {
        Ok(leaves) => event_root(&event.envelope, &leaves),
        Err(error) => {
            report.add("event.altered", format!("{place}：{error}"));
            return Ok(());
        }
    };
    let roots_fit = event.root_sha256 == root.sha256 && event.root_sm3 == root.sm3;
    if !roots_fit || entry(&root) != leaf.entry {
        report.add("event.altered", format!("{place}：内容与账本承诺不符"));
        return Ok(());
    }
    compare_columns(event, &place, matter, version, report);
    compare_texts(event, texts, &place, report)
}

/// The committed envelope is the truth; the columns beside it must repeat it.
fn compare_columns(event: &StoredRow, place: &str, matter: MatterId, version: u64, report: &mut Report) {
    let envelope: Envelope = match serde_json::from_slice(&event.envelope) {
        Ok(envelope) => envelope,
        Err(error) => {
            report.add("event.altered", format!("{place}：封套不能读出（{error}）"));
            return;
        }
    };
    let columns = Columns {
        kind: envelope.kind.name().to_owned(),
        organ: envelope.organ.0,
        family: envelope.family.0,
        type_name: envelope.type_name,
        type_version: i64::from(envelope.type_version),
        command: envelope.command,
        recorded_at: envelope.recorded_at.as_microsecond(),
        happened_at: envelope.happened_at.as_microsecond(),
    };
    let prev = event.prev.as_ref().map(hex::encode);
    if columns != event.columns
        || (envelope.matter, envelope.version, envelope.prev) != (matter, version, prev)
    {
        report.add("event.columns", format!("{place}：查询列与封套不符"));
    }
}

fn compare_texts(
    event: &StoredRow,
    texts: &[Content],
    place: &str,
    report: &mut Report,
) -> Result<(), LedgerError> {
    let leaves = split_leaves(&event.content_leaves)?;
    for (slot, leaf) in (0_i64..).zip(leaves) {
        match texts.iter().find(|it| it.slot == slot) {
            Some(text) if content_leaf(text) == leaf => report.texts += 1,
            Some(_) => report.add("content.altered", format!("{place} 第 {slot} 处文字")),
            None if event.erased || event.gone => report.erased += 1,
            None => report.add("content.missing", format!("{place} 第 {slot} 处文字未经销毁批准而缺失")),
        }
    }
    let slots = i64::try_from(event.content_leaves.len() / 64).unwrap_or(i64::MAX);
    for text in texts.iter().filter(|it| it.slot >= slots) {
        report.add("content.extra", format!("{place} 第 {} 处文字不在承诺之内", text.slot));
    }
    if event.erased && !texts.is_empty() {
        report.add("content.not_erased", format!("{place}：已批准销毁而内容仍在"));
    }
    Ok(())
}

/// Compares streams with themselves: heads, gaps, chains, events without a leaf.
///
/// # Errors
/// When the database fails; what does not fit is in the report.
pub async fn streams<S: Sql>(sql: &S, report: &mut Report) -> Result<(), LedgerError> {
    let checks: [(&'static str, &str, &str); 5] = [
        (
            "event.gap",
            "事件版本不连续",
            "SELECT matter_id, MAX(version) AS version FROM event GROUP BY matter_id \
             HAVING MAX(version) <> COUNT(*) OR MIN(version) <> 1",
        ),
        (
            "event.chain",
            "前一事件的承诺不符",
            "SELECT e.matter_id, e.version FROM event e LEFT JOIN event p \
             ON p.matter_id = e.matter_id AND p.version = e.version - 1 \
             LEFT JOIN ledger_leaf l ON l.matter_id = p.matter_id AND l.version = p.version \
             WHERE (e.version = 1 AND e.prev IS NOT NULL) \
             OR (e.version > 1 AND (e.prev IS NULL OR (l.entry IS NOT NULL AND l.entry <> e.prev)))",
        ),
        (
            "matter.head",
            "事项头与最后一个事件不符",
            "SELECT m.id AS matter_id, m.version FROM matter m LEFT JOIN event e \
             ON e.matter_id = m.id AND e.version = m.version LEFT JOIN ledger_leaf l \
             ON l.matter_id = m.id AND l.version = m.version \
             WHERE e.version IS NULL OR (l.entry IS NOT NULL AND l.entry <> m.head) \
             OR EXISTS (SELECT 1 FROM event n WHERE n.matter_id = m.id AND n.version > m.version)",
        ),
        (
            "event.unlogged",
            "事件没有入账",
            "SELECT e.matter_id, e.version FROM event e LEFT JOIN ledger_leaf l \
             ON l.matter_id = e.matter_id AND l.version = e.version LEFT JOIN outbox o \
             ON o.matter_id = e.matter_id AND o.version = e.version \
             WHERE l.idx IS NULL AND o.id IS NULL",
        ),
        (
            "command.missing",
            "事件没有所属命令",
            "SELECT e.matter_id, e.version FROM event e LEFT JOIN command c \
             ON c.id = e.command_id WHERE c.id IS NULL",
        ),
    ];
    for (code, what, text) in checks {
        for row in sql.all("event", text, vec![]).await? {
            let (matter, version) = (row.uuid("matter_id")?, row.int("version")?);
            report.add(code, format!("事项 {matter} 第 {version} 版：{what}"));
        }
    }
    let row = sql.one("outbox", "SELECT COUNT(*) AS n FROM outbox", vec![]).await?;
    report.waiting = row.map_or(Ok(0), |row| row.uint("n"))?;
    if sql.engine() == Engine::Sqlite && report.waiting > 0 {
        report.add("outbox.extra", "SQLite 上不应有待入账的事件");
    }
    Ok(())
}

/// Looks whether each erasure cites an approved destruction that is in the record.
/// `excused` are matters whose destruction was recorded after the state that a
/// backup brought back, and stands on the list kept outside.
///
/// # Errors
/// When the database fails; what does not fit is in the report.
pub async fn erasures<S: Sql>(sql: &S, excused: &[MatterId], report: &mut Report) -> Result<(), LedgerError> {
    let text = "SELECT x.matter_id FROM erasure x LEFT JOIN event e \
                ON e.matter_id = x.event_matter AND e.version = x.event_version \
                WHERE e.type IS NULL OR e.type <> $1";
    for row in sql.all("erasure", text, params![APPROVED]).await? {
        let matter = MatterId(row.uuid("matter_id")?);
        if !excused.contains(&matter) {
            report.add("erasure.uncited", format!("事项 {matter} 的销毁没有批准事件"));
        }
    }
    let text = "SELECT m.id FROM matter m LEFT JOIN erasure x ON x.matter_id = m.id \
                WHERE (m.erased_at IS NULL) <> (x.erased_at IS NULL)";
    for row in sql.all("matter", text, vec![]).await? {
        report.add("erasure.unmarked", format!("事项 {} 的销毁标记不符", row.uuid("id")?));
    }
    Ok(())
}

/// Everything: the log, the events behind it, the streams.
///
/// # Errors
/// When the database fails; what does not fit is in the report.
pub async fn all<S: Sql>(sql: &S, keys: &[VerifierKey]) -> Result<Report, LedgerError> {
    let mut report = Report::default();
    log(sql, keys, &mut report).await?;
    leaves_with_events(sql, 0, &mut report).await?;
    streams(sql, &mut report).await?;
    Ok(report)
}
