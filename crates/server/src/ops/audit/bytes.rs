//! Whether stored bytes are what was committed.

use mingjing_domain::matter::MatterId;
use mingjing_ledger::Pair;
use mingjing_ledger::commit::{ENTRY_LEN, Events, entry};

use super::load::{EventRow, HeadRow};
use super::report::{AuditReport, Finding};
use crate::kit::event::{Content, Envelope, add_guards, split_leaves};

/// The source of a claimed time in an envelope, as the letters it stands in.
pub type Source = Box<serde_json::value::RawValue>;

/// What binds an event into the record.
const RECORD: &str = "《行政处罚法》第四十七条";

/// Type of the events that hold what a machine wrote down.
const MACHINE_TEXT: &str = "recording.machine_text_made";

/// What stands beside an event.
pub struct Beside<'a> {
    /// Texts that are still held.
    pub texts: &'a [Content],
    /// Their leaves, recomputed, in the same order.
    pub leaves: &'a [Pair],
    /// Entry of the outbox, when it waits for the log.
    pub waiting: Option<&'a Vec<u8>>,
    /// Entry of the stream's previous event; none for the first.
    pub prev: Option<&'a [u8]>,
    /// Head of the matter.
    pub head: &'a HeadRow,
}

/// What an event's stored bytes commit to.
pub struct Commitment {
    /// Roots over everything.
    pub root: Pair,
    /// Leaves of its texts, as stored beside it.
    pub of_texts: Vec<Pair>,
}

/// Recomputes the commitments of many events at once, in their order; an error says
/// why the bytes commit to nothing.
pub fn commitments(events: &[EventRow]) -> Vec<Result<Commitment, String>> {
    let bytes = events.iter().map(|it| it.envelope().len() + it.body().len()).sum();
    let mut together = Events::with_room(bytes);
    let mut read = Vec::with_capacity(events.len());
    for event in events {
        together.begin(event.envelope());
        let leaves = add_guards(event.body(), &event.salt, &mut together)
            .and_then(|()| split_leaves(event.content_leaves()));
        for leaf in leaves.iter().flatten() {
            together.leaf(*leaf);
        }
        read.push(leaves.map_err(|e| e.to_string()));
    }
    let roots = together.roots();
    read.into_iter().zip(roots).map(|(it, root)| it.map(|of_texts| Commitment { root, of_texts })).collect()
}

/// Compares the commitment of an event with the log, the columns and the texts.
/// Gives the log entry for the event that follows.
pub fn check(
    event: &EventRow,
    envelope: &Envelope<Source>,
    commitment: Result<Commitment, String>,
    beside: &Beside<'_>,
    report: &mut AuditReport,
) -> Option<Vec<u8>> {
    let found = |code, what: String| Finding::new(code, what).at(event.matter, event.version).under(RECORD);
    let Commitment { root, of_texts } = match commitment {
        Ok(it) => it,
        Err(error) => {
            report.add(found("event.altered", error));
            return None;
        }
    };
    let bytes = entry(&root);
    match (event.leaf(), beside.waiting) {
        (Some(leaf), _) if leaf == bytes => report.leaves += 1,
        (None, Some(waiting)) if *waiting == bytes => report.waiting += 1,
        (Some(_), _) | (None, Some(_)) => {
            report.add(found("event.altered", "内容与账本中的承诺不符".to_owned()));
        }
        (None, None) => report.add(found("event.unlogged", "事件没有入账".to_owned())),
    }
    if event.roots() != (&root.sha256[..], &root.sm3[..]) {
        report.add(found("event.altered", "内容与所记摘要不符".to_owned()));
    }
    if event.prev() != beside.prev {
        report.add(found("event.chain", "前一事件的承诺不符".to_owned()));
    }
    if !columns_fit(event, envelope) {
        report.add(found("event.columns", "查询列与封套不符".to_owned()));
    }
    texts(event, beside, &of_texts, report);
    Some(bytes)
}

/// Whether these are the bytes that the digits stand for.
fn stands_for(digits: &str, bytes: &[u8]) -> bool {
    let mut lower = [0; ENTRY_LEN * 2];
    // Writing digits is faster than reading them; other spellings are read.
    let written = bytes.len() == ENTRY_LEN && hex::encode_to_slice(bytes, &mut lower).is_ok();
    (written && digits.as_bytes() == lower) || hex::decode(digits).is_ok_and(|it| it == bytes)
}

fn columns_fit(event: &EventRow, envelope: &Envelope<Source>) -> bool {
    let prev_fits = match (&envelope.prev, event.prev()) {
        (Some(hex), Some(bytes)) => stands_for(hex, bytes),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    };
    prev_fits
        && envelope.matter == event.matter
        && envelope.version == event.version
        && envelope.kind.name().as_bytes() == event.kind()
        && envelope.organ == event.organ
        && envelope.family == event.family
        && envelope.type_name.as_bytes() == event.type_name()
        && i64::from(envelope.type_version) == event.type_version
        && envelope.command == event.command
        && envelope.recorded_at.as_microsecond() == event.recorded_at
        && envelope.happened_at.as_microsecond() == event.happened_at
}

fn texts(event: &EventRow, beside: &Beside<'_>, leaves: &[Pair], report: &mut AuditReport) {
    const ARCHIVES: &str = "《档案法》第二十一条";
    let found = |code, what: String| Finding::new(code, what).at(event.matter, event.version).under(ARCHIVES);
    let erased = beside.head.erased;
    // What a machine made of the content of a recording goes with the bytes, by the same job;
    // until that is done both are there, and the pages and the doctor say so.
    let gone = beside.head.destroyed && event.type_name() == MACHINE_TEXT.as_bytes();
    for (slot, leaf) in (0_i64..).zip(leaves) {
        let held = beside.texts.iter().zip(beside.leaves).find(|(it, _)| it.slot == slot);
        match held {
            Some((_, made)) if made == leaf => report.texts += 1,
            Some(_) => report.add(found("content.altered", format!("第 {slot} 处文字与承诺不符"))),
            None if erased || gone => report.erased += 1,
            None => report.add(found("content.missing", format!("第 {slot} 处文字未经批准销毁而缺失"))),
        }
    }
    let slots = i64::try_from(leaves.len()).unwrap_or(i64::MAX);
    for text in beside.texts.iter().filter(|it| it.slot < 0 || it.slot >= slots) {
        report.add(found("content.extra", format!("第 {} 处文字不在承诺之内", text.slot)));
    }
    if erased && !beside.texts.is_empty() {
        report.add(found("content.not_erased", "已批准销毁而内容仍在".to_owned()));
    }
}

/// The head of a matter against its last event.
pub fn head(id: MatterId, head: &HeadRow, version: u64, entry: Option<&[u8]>, report: &mut AuditReport) {
    if head.version != version || entry.is_some_and(|it| it != head.entry) {
        let what = format!("事项头写第 {} 版，实有事件到第 {version} 版", head.version);
        report.add(Finding::new("matter.head", what).at(id, version).under(RECORD));
    }
}
