//! Replays one family: every command in the order of commits, decided again on
//! the states it had read, its events compared with the stored ones and folded.

use std::collections::HashMap;

use mingjing_domain::matter::{MatterId, Meta, Moment, StaffId, TimeSource};
use mingjing_domain::text;
use mingjing_ledger::Pair;
use serde_json::Value;
use uuid::Uuid;

use super::bytes::{self, Beside, Commitment, Source};
use super::command::{Asked, Command, same};
use super::load::{EventRow, Family, HeadRow, Page};
use super::reference::Reference;
use super::report::{AuditReport, Finding};
use super::stream::{Audited, Stream};
use crate::case::facts::Rules;
use crate::kit::event::{Content, Envelope, leaves_of};
use crate::kit::projection::{Row, difference};

/// What a replay needs besides the page.
pub struct Ground {
    /// Kinds of matters.
    pub kinds: Vec<Audited>,
    /// Organs and people.
    pub reference: Reference,
    /// Rules.
    pub rules: Rules,
}

impl Ground {
    fn kind(&self, head: &HeadRow) -> Option<&Audited> {
        self.kinds.iter().find(|it| Some(it.kind) == head.kind)
    }
}

/// Replays all families of a page.
pub fn page(ground: &Ground, mut page: Page) -> AuditReport {
    let mut report = AuditReport::default();
    for fault in std::mem::take(&mut page.faults) {
        report.add(fault);
    }
    let families = std::mem::take(&mut page.families);
    for family in families {
        Replay::new(ground, &page, family).run(&mut report);
    }
    report
}

/// An event whose bytes were read.
struct Read {
    row: EventRow,
    envelope: Envelope<Source>,
    /// What its bytes commit to.
    commitment: Result<Commitment, String>,
}

impl Read {
    /// The body, sealed, as stored. It was looked at when the event was read.
    fn body(&self) -> &str {
        std::str::from_utf8(self.row.body()).unwrap_or_default()
    }
}

struct Replay<'a> {
    ground: &'a Ground,
    page: &'a Page,
    family: Family,
    heads: HashMap<MatterId, HeadRow>,
    streams: HashMap<MatterId, Box<dyn Stream>>,
    /// Log entry of the last event of each stream.
    entries: HashMap<MatterId, Vec<u8>>,
    /// Leaves of the texts of each event, recomputed.
    leaves: HashMap<(MatterId, u64), Vec<Pair>>,
    /// Streams that cannot be folded any further.
    broken: Vec<MatterId>,
}

impl<'a> Replay<'a> {
    fn new(ground: &'a Ground, page: &'a Page, mut family: Family) -> Self {
        let heads = std::mem::take(&mut family.matters).into_iter().collect();
        Self {
            ground,
            page,
            family,
            heads,
            streams: HashMap::new(),
            entries: HashMap::new(),
            leaves: HashMap::new(),
            broken: Vec::new(),
        }
    }

    fn run(mut self, report: &mut AuditReport) {
        report.families += 1;
        report.matters += self.heads.len() as u64;
        let ids: Vec<MatterId> = self.heads.keys().copied().collect();
        for id in ids {
            if let Some(audited) = self.ground.kind(&self.heads[&id]) {
                self.streams.insert(id, (audited.stream)());
            }
        }
        let mut commands = self.read(report);
        commands.sort_unstable_by_key(|(_, events)| events.first().map_or(0, |it| it.row.seq));
        self.order(&commands, report);
        for (id, events) in commands {
            self.command(id, events, report);
        }
        self.finish(report);
    }

    /// Reads the envelopes and groups the events by command, in the order of commits.
    fn read(&mut self, report: &mut AuditReport) -> Vec<(Uuid, Vec<Read>)> {
        let mut events = std::mem::take(&mut self.family.events);
        events.sort_unstable_by_key(|it| it.seq);
        self.leaves = text_leaves(&self.family.contents);
        let commitments = bytes::commitments(&events);
        let mut commands: Vec<(Uuid, Vec<Read>)> = Vec::new();
        for (row, commitment) in events.into_iter().zip(commitments) {
            let envelope = envelope_of(&row).and_then(|it| readable(&row, &commitment).map(|()| it));
            let envelope = match envelope {
                Ok(envelope) => envelope,
                Err(error) => {
                    let what = format!("事件不能读出：{error}");
                    report.add(Finding::new("event.altered", what).at(row.matter, row.version));
                    self.broken.push(row.matter);
                    continue;
                }
            };
            let id = row.command;
            let read = Read { row, envelope, commitment };
            match commands.iter_mut().rfind(|it| it.0 == id) {
                Some((_, events)) => events.push(read),
                None => commands.push((id, vec![read])),
            }
        }
        commands
    }

    /// Recorded instants never run backwards.
    fn order(&self, commands: &[(Uuid, Vec<Read>)], report: &mut AuditReport) {
        let mut last = i64::MIN;
        for event in commands.iter().flat_map(|it| &it.1) {
            if event.row.recorded_at < last {
                let what = "记录时间早于之前已记录的事件";
                report.add(Finding::new("clock.back", what).at(event.row.matter, event.row.version));
            }
            last = last.max(event.row.recorded_at);
        }
    }

    fn command(&mut self, id: Uuid, events: Vec<Read>, report: &mut AuditReport) {
        let place = events.first().map(|it| (it.row.matter, it.row.version));
        let Some((matter, version)) = place else { return };
        let page = self.page;
        match page.commands.get(&id) {
            None => {
                let what = "事件没有所属命令";
                report.add(Finding::new("command.missing", what).at(matter, version).by(id));
            }
            Some(Err(error)) => {
                let what = format!("命令不能读出：{error}");
                report.add(Finding::new("command.altered", what).at(matter, version).by(id));
            }
            Some(Ok(command)) => {
                report.commands += 1;
                if !events.iter().any(|it| self.broken.contains(&it.row.matter)) {
                    self.decide_again(command, &events, report);
                }
            }
        }
        for event in events {
            self.event(event, report);
        }
    }

    fn decide_again(&self, command: &Command, events: &[Read], report: &mut AuditReport) {
        let first = &events[0].row;
        let found = |code, what: String| {
            Finding::new(code, what).at(first.matter, first.version).by(command.id).under(RECORD)
        };
        for what in self.envelope_faults(command, events) {
            report.add(found("command.altered", what));
        }
        if let Some(what) = self.stale(command, first.seq) {
            report.add(found("read_set.stale", what));
            return;
        }
        let mut taken = command.numbers.clone();
        let mut issued = self.page.numbers.get(&command.id).cloned().unwrap_or_default();
        taken.sort_unstable();
        issued.sort_unstable();
        report.numbers += taken.len() as u64;
        if taken != issued {
            report.add(found("number.trace", "命令取得的文号与文号登记不符".to_owned()));
        }
        let Some(audited) = self.heads.get(&first.matter).and_then(|it| self.ground.kind(it)) else {
            report.add(found("matter.unknown", "不认识的事项种类".to_owned()));
            return;
        };
        let bodies: Vec<&str> = events.iter().map(Read::body).collect();
        let asked = Asked {
            command,
            events: &bodies,
            streams: &self.streams,
            reference: &self.ground.reference,
            rules: &self.ground.rules,
            key: self.family.key.unwrap_or([0; 32]),
            seq: first.seq,
        };
        match (audited.redecide)(&asked) {
            Ok(expected) => {
                if let Some(what) = differs(&expected, events, &asked.key) {
                    report.add(found("event.unlawful", what));
                }
            }
            Err(objection) => {
                let finding = Finding::new(objection.code, objection.what)
                    .at(first.matter, first.version)
                    .by(command.id)
                    .under(objection.article);
                report.add(finding);
            }
        }
    }

    /// What the events' envelopes say of their command must be what it says itself.
    fn envelope_faults(&self, command: &Command, events: &[Read]) -> Vec<String> {
        let source = serde_json::to_string(&command.moment.source).ok();
        let mut faults = Vec::new();
        for event in events {
            let it = &event.envelope;
            let fits = it.actor == command.actor.id
                && it.purpose == command.purpose
                && it.recorded_at == command.recorded_at
                && it.recorded_at == command.moment.recorded_at
                && it.happened_at == command.moment.happened_at
                && source.as_ref().is_none_or(|source| same_source(source, it.source.get()));
            if !fits {
                faults.push(format!("第 {} 版的办理人、事由或者时间与命令不符", it.version));
            }
        }
        faults
    }

    /// Every version that was read was the one in force.
    fn stale(&self, command: &Command, seq: u64) -> Option<String> {
        for (_, id, version) in &command.read_set {
            let in_force = match self.streams.get(id) {
                Some(stream) => Some(stream.version()),
                None => self.ground.reference.version_before(*id, seq),
            };
            match in_force {
                Some(at) if at == *version => {}
                Some(at) => return Some(format!("依据事项 {id} 第 {version} 版，当时为第 {at} 版")),
                // Another family's matter: its version is compared when it is decided.
                None if version > &0 => {}
                None => return Some(format!("依据的事项 {id} 不存在")),
            }
        }
        None
    }

    fn event(&mut self, event: Read, report: &mut AuditReport) {
        report.events += 1;
        report.recorded(event.row.seq, event.row.recorded_at);
        let Read { row, envelope, commitment } = event;
        let Some(head) = self.heads.get(&row.matter) else { return };
        let place = (row.matter, row.version);
        let texts = self.family.contents.get(&place).map_or(&[][..], Vec::as_slice);
        let beside = Beside {
            texts,
            leaves: self.leaves.get(&place).map_or(&[][..], Vec::as_slice),
            waiting: self.page.waiting.get(&place),
            prev: self.entries.get(&row.matter).map(Vec::as_slice),
            head,
        };
        let entry = bytes::check(&row, &envelope, commitment, &beside, report);
        let (Some(stream), false) = (self.streams.get_mut(&row.matter), self.broken.contains(&row.matter))
        else {
            return;
        };
        if stream.version() + 1 != row.version {
            let what = format!("事件版本不连续，前一个是第 {} 版", stream.version());
            report.add(Finding::new("event.gap", what).at(place.0, place.1).under(RECORD));
            self.broken.push(row.matter);
            return;
        }
        let body = std::str::from_utf8(row.body()).unwrap_or_default();
        let body = text::open_letters(body, |slot| held(texts, slot));
        let type_of = (envelope.type_name.as_str(), envelope.type_version);
        let folded = meta(&envelope, texts)
            .map_err(|e| e.to_string())
            .and_then(|meta| stream.fold(&meta, type_of, &body).map_err(|e| e.to_string()));
        if let Err(error) = folded {
            report.add(Finding::new("event.unreadable", error).at(place.0, place.1));
            self.broken.push(row.matter);
        }
        if let Some(entry) = entry {
            self.entries.insert(row.matter, entry);
        }
    }

    fn finish(&self, report: &mut AuditReport) {
        for (id, head) in &self.heads {
            let Some(stream) = self.streams.get(id) else { continue };
            if self.broken.contains(id) {
                continue;
            }
            let entry = self.entries.get(id).map(Vec::as_slice);
            bytes::head(*id, head, stream.version(), entry, report);
            let Some(audited) = self.ground.kind(head) else { continue };
            let computed = stream.rows(*id, head.organ);
            let stored = self.page.rows.get(id).map_or(&[][..], Vec::as_slice);
            report.rows += computed.len() as u64;
            for row in stored {
                *report.stored_rows.entry(row.table).or_default() += 1;
            }
            self.rows(*id, audited, stored, &computed, stream.version(), report);
        }
    }

    fn rows(
        &self,
        id: MatterId,
        audited: &Audited,
        stored: &[Row],
        computed: &[Row],
        version: u64,
        report: &mut AuditReport,
    ) {
        let differs = difference(audited.tables, stored, computed);
        let found = |code, table: &str| {
            Finding::new(code, format!("表 {table} 的行与事件不符")).at(id, version).under(RECORD)
        };
        for (table, _) in &differs.delete {
            report.add(found("projection.extra", table.name));
        }
        for (table, row) in &differs.upsert {
            let keys = table.key.len();
            let there =
                stored.iter().any(|it| it.table == row.table && it.values[..keys] == row.values[..keys]);
            report.add(found(if there { "projection.altered" } else { "projection.missing" }, table.name));
        }
    }
}

const RECORD: &str = "《行政处罚法》第四十七条";

/// Leaves of all texts of a family, by event, in the order of its texts.
fn text_leaves(contents: &HashMap<(MatterId, u64), Vec<Content>>) -> HashMap<(MatterId, u64), Vec<Pair>> {
    let events: Vec<_> = contents.iter().collect();
    let mut made = leaves_of(events.iter().flat_map(|(_, texts)| texts.iter())).into_iter();
    events.iter().map(|(place, texts)| (**place, made.by_ref().take(texts.len()).collect())).collect()
}

fn held(texts: &[Content], slot: u32) -> Option<&str> {
    texts.iter().find(|it| it.slot == i64::from(slot)).map(|it| it.text.as_str())
}

fn envelope_of(row: &EventRow) -> Result<Envelope<Source>, String> {
    let letters = std::str::from_utf8(row.envelope()).map_err(|e| e.to_string())?;
    serde_json::from_str(letters).map_err(|e| e.to_string())
}

/// Whether a body is JSON: what was taken apart for its commitment is.
fn readable(row: &EventRow, commitment: &Result<Commitment, String>) -> Result<(), String> {
    if commitment.is_ok() && row.body().starts_with(b"{") {
        return Ok(());
    }
    serde_json::from_slice::<Value>(row.body()).map(|_| ()).map_err(|e| e.to_string())
}

fn meta(envelope: &Envelope<Source>, texts: &[Content]) -> Result<Meta, serde_json::Error> {
    let source = text::open_letters(envelope.source.get(), |slot| held(texts, slot));
    let source: TimeSource = serde_json::from_str(&source)?;
    Ok(Meta {
        matter: envelope.matter,
        organ: envelope.organ,
        version: envelope.version,
        actor: StaffId(envelope.actor.0),
        moment: Moment { recorded_at: envelope.recorded_at, happened_at: envelope.happened_at, source },
    })
}

/// Whether two sources of time are the same, each text named by its digest alone.
fn same_source(one: &str, other: &str) -> bool {
    let value = |it: &str| serde_json::from_str::<Value>(it).ok().map(|it| without_slots(&it));
    one == other || value(one).is_some_and(|one| Some(one) == value(other))
}

fn without_slots(value: &Value) -> Value {
    match value {
        Value::Object(object) => Value::Object(
            object
                .iter()
                .filter(|(name, _)| *name != "$x")
                .map(|(name, it)| (name.clone(), without_slots(it)))
                .collect(),
        ),
        Value::Array(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

/// What the stored events say that the law does not, if anything.
fn differs(expected: &[super::command::Expected], events: &[Read], key: &text::TextKey) -> Option<String> {
    if expected.len() != events.len() {
        return Some(format!("依法应有 {} 个事件，实有 {} 个", expected.len(), events.len()));
    }
    for (expected, event) in expected.iter().zip(events) {
        let row = &event.row;
        let type_of = (event.envelope.type_name.as_str(), event.envelope.type_version);
        if expected.matter.is_some_and(|it| it != row.matter) {
            return Some(format!("第 {} 版记在别的事项上", row.version));
        }
        if expected.type_of != type_of {
            return Some(format!("依法应为 {}，实为 {}", expected.type_of.0, type_of.0));
        }
        if !same(&expected.body, event.body(), key) {
            return Some(format!("{} 的内容与依法应有的不同", type_of.0));
        }
    }
    None
}
