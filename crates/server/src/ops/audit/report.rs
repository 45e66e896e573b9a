//! What an audit found, and how much it looked at.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::time::Duration;

use mingjing_domain::matter::MatterId;
use serde::Serialize;
use uuid::Uuid;

/// One thing that does not hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Stable name, for example `event.unlawful`.
    pub code: &'static str,
    /// Matter, where one is concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matter: Option<MatterId>,
    /// Version of the matter's stream.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
    /// Command.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<Uuid>,
    /// The provision that forbids it, or that the check rests on.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub article: String,
    /// What does not hold, for a person.
    pub what: String,
}

impl Finding {
    /// A finding about the installation as a whole.
    pub fn new(code: &'static str, what: impl Into<String>) -> Self {
        Self { code, what: what.into(), ..Self::default() }
    }

    /// Names the place in a stream.
    #[must_use]
    pub fn at(mut self, matter: MatterId, version: u64) -> Self {
        self.matter = Some(matter);
        self.version = Some(version);
        self
    }

    /// Names the command.
    #[must_use]
    pub fn by(mut self, command: Uuid) -> Self {
        self.command = Some(command);
        self
    }

    /// Names the provision.
    #[must_use]
    pub fn under(mut self, article: impl Into<String>) -> Self {
        self.article = article.into();
        self
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}：", self.code)?;
        if let Some(matter) = self.matter {
            write!(f, "事项 {matter} ")?;
        }
        if let Some(version) = self.version {
            write!(f, "第 {version} 版 ")?;
        }
        if let Some(command) = self.command {
            write!(f, "命令 {command} ")?;
        }
        f.write_str(&self.what)?;
        if !self.article.is_empty() {
            write!(f, "（{}）", self.article)?;
        }
        Ok(())
    }
}

/// Most findings kept; the rest is counted, so that a ruined database cannot
/// exhaust the memory.
const KEPT: usize = 1_000;
/// Commits whose instants are kept as one span: small enough to see a clock that
/// went back, large enough to hold millions of events in little memory.
const RUN: u64 = 32;

/// What was looked at, and what does not hold.
#[derive(Clone, Debug, Default, Serialize)]
pub struct AuditReport {
    /// Families of matters.
    pub families: u64,
    /// Matters.
    pub matters: u64,
    /// Events recomputed and folded.
    pub events: u64,
    /// Commands decided again.
    pub commands: u64,
    /// Texts recomputed.
    pub texts: u64,
    /// Texts that are gone by an approved destruction.
    pub erased: u64,
    /// Documents whose files were read and compared.
    pub documents: u64,
    /// Documents of synthetic cases that were never rendered and have no file by design.
    pub without_file: u64,
    /// Stored public pages compared with what was published.
    pub copies: u64,
    /// Of these, pages of another version of the program: not served, and not compared
    /// byte for byte.
    pub copies_by_another: u64,
    /// Rows of projections recomputed and compared.
    pub rows: u64,
    /// Leaves of the log compared with their events.
    pub leaves: u64,
    /// Events that wait for their place in the log.
    pub waiting: u64,
    /// Numbers taken.
    pub numbers: u64,
    /// Wall time of the replay, in microseconds.
    pub replay_us: u64,
    /// Wall time of everything, in microseconds.
    pub total_us: u64,
    /// Rows of projections as stored, by table.
    #[serde(skip)]
    pub stored_rows: HashMap<&'static str, u64>,
    /// Earliest and latest recorded instant of each run of commits, in microseconds.
    #[serde(skip)]
    pub spans: BTreeMap<u64, (i64, i64)>,
    /// Findings beyond those listed.
    pub more_findings: u64,
    /// What does not hold.
    pub findings: Vec<Finding>,
}

impl AuditReport {
    /// Nothing was found.
    pub fn holds(&self) -> bool {
        self.findings.is_empty()
    }

    /// Adds a finding.
    pub fn add(&mut self, finding: Finding) {
        if self.findings.len() < KEPT {
            self.findings.push(finding);
        } else {
            self.more_findings += 1;
        }
    }

    /// Adds what another part of the audit saw.
    pub fn join(&mut self, other: Self) {
        self.families += other.families;
        self.matters += other.matters;
        self.events += other.events;
        self.commands += other.commands;
        self.texts += other.texts;
        self.erased += other.erased;
        self.documents += other.documents;
        self.without_file += other.without_file;
        self.copies += other.copies;
        self.copies_by_another += other.copies_by_another;
        self.rows += other.rows;
        self.leaves += other.leaves;
        self.waiting += other.waiting;
        self.numbers += other.numbers;
        self.more_findings += other.more_findings;
        for (table, rows) in other.stored_rows {
            *self.stored_rows.entry(table).or_default() += rows;
        }
        for (run, (first, last)) in other.spans {
            self.span(run, first, last);
        }
        for finding in other.findings {
            self.add(finding);
        }
    }

    /// Notes when an event was recorded, at its place in the order of commits.
    pub fn recorded(&mut self, seq: u64, micros: i64) {
        self.span(seq / RUN, micros, micros);
    }

    fn span(&mut self, run: u64, first: i64, last: i64) {
        let span = self.spans.entry(run).or_insert((first, last));
        *span = (span.0.min(first), span.1.max(last));
    }

    /// Events replayed in a second of wall time.
    pub fn events_per_second(&self) -> u64 {
        self.events.saturating_mul(1_000_000) / self.replay_us.max(1)
    }

    /// The last line of the printed report.
    pub fn summary(&self) -> String {
        let found = self.findings.len() as u64 + self.more_findings;
        format!(
            "事项族 {}，事项 {}，命令 {}，事件 {}，文字 {}（已依法销毁 {}），文书文件 {}（合成数据没有文书 {}），公示页 {}{}，查询表行 {}，文号 {}，入账 {}（待入账 {}）；\
             重放 {:.2} 秒，每秒 {} 个事件，共 {:.2} 秒：{}",
            self.families,
            self.matters,
            self.commands,
            self.events,
            self.texts,
            self.erased,
            self.documents,
            self.without_file,
            self.copies,
            match self.copies_by_another {
                0 => String::new(),
                n => format!("（其中 {n} 件由另一版本的程序制作，不再提供，只核对了文字和证明）"),
            },
            self.rows,
            self.numbers,
            self.leaves,
            self.waiting,
            Duration::from_micros(self.replay_us).as_secs_f64(),
            self.events_per_second(),
            Duration::from_micros(self.total_us).as_secs_f64(),
            if found == 0 { "全部相符".to_owned() } else { format!("{found} 处不符") }
        )
    }
}
