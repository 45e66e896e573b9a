//! State of a recording, folded from its events.

use super::custody::MAX_SEGMENTS;
use super::event::*;
use super::machine::{self, MachineState};
use super::reading::Reading;
use super::timeline::{Joint, Piece, SegmentNo, Stretch, joints, stretches};
use super::upload::Excuse;
use super::words::*;
use crate::codes::DocumentNumber;
use crate::matter::{MatterId, Meta, OrganId, StaffId, civil_day};
use crate::text::Text;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Where a piece is on its way from the device into the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// 已采集.
    Captured,
    /// 已封存.
    Sealed,
    /// 入库不符: another transfer is awaited, what came is kept.
    Mismatched,
    /// 已上传.
    Uploaded,
    /// 已入库.
    Accepted,
}

impl Phase {
    /// In words.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Captured => "已采集",
            Self::Sealed => "已封存，待上传",
            Self::Mismatched => "入库不符，待重新上传",
            Self::Uploaded => "已上传，待核对",
            Self::Accepted => "已入库",
        }
    }
}

/// A piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// As it began.
    pub capture: Capture,
    /// As it was closed.
    pub sealing: Option<Sealing>,
    /// Where it is.
    pub phase: Phase,
    /// When everything of it had come, and how.
    pub uploaded: Option<(Timestamp, UploadVia)>,
    /// Identity of what is stored, equal to the device's.
    pub identity: Option<Identity>,
    /// What came and was not what the device sealed.
    pub mismatches: Vec<Identity>,
    /// What the stored file says of itself, as last read.
    pub reading: Option<Reading>,
    /// What a machine wrote down of it.
    pub machine: MachineState,
}

impl Segment {
    /// A device's time on the server's clock.
    pub fn corrected(&self, at: Timestamp) -> Timestamp {
        at.checked_sub(SignedDuration::from_millis(self.capture.clock_offset_ms)).unwrap_or(at)
    }

    /// When it began, on the server's clock.
    pub fn started(&self) -> Timestamp {
        self.corrected(self.capture.started_at)
    }

    /// When it ended, on the server's clock; its beginning while it is not sealed.
    pub fn ended(&self) -> Timestamp {
        self.sealing.as_ref().map_or_else(|| self.started(), |it| self.corrected(it.ended_at))
    }
}

/// Something that is not as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flag {
    /// In which piece; none for the recording as a whole.
    pub no: Option<SegmentNo>,
    /// What.
    pub finding: Finding,
    /// Civil day it was found.
    pub on: Date,
}

/// A hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Trigger.
    pub trigger: HoldTrigger,
    /// Why.
    pub reason: Text,
    /// Who placed it, and the civil day.
    pub placed: (StaffId, Date),
    /// Last day; none until it is released.
    pub until: Option<Date>,
    /// Who released it, the civil day, why.
    pub released: Option<(StaffId, Date, Text)>,
}

/// What the program found on the medium of a copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyRead {
    /// On what.
    pub medium: Medium,
    /// Number of the disc or tape.
    pub number: String,
    /// Civil day.
    pub on: Date,
    /// Files that were read in all.
    pub files: u32,
    /// Pieces that no file of the medium is.
    pub missing: Vec<SegmentNo>,
}

/// A recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recording {
    /// Organ.
    pub organ: OrganId,
    /// Version of the stream.
    pub version: u64,
    /// What is noted.
    pub registration: Registration,
    /// Its number; none only in a corrupt stream.
    pub number: Option<DocumentNumber>,
    /// How long it is kept, by the list of the day of registration.
    pub class: RetentionClass,
    /// Who registered it, and the civil day.
    pub registered: (StaffId, Date),
    /// When it was registered here.
    pub registered_at: Timestamp,
    /// Cases it belongs to, the first one first.
    pub cases: Vec<MatterId>,
    /// The party was told.
    pub told: Option<PartyTold>,
    /// Pieces, number n at index n−1.
    pub segments: Vec<Segment>,
    /// Findings.
    pub flags: Vec<Flag>,
    /// Notes on interruptions.
    pub interruptions: Vec<Interruption>,
    /// Marks.
    pub marks: Vec<Mark>,
    /// When the work ended, as it was said.
    pub work_ended_at: Option<Timestamp>,
    /// When that was said here.
    pub work_end_said_at: Option<Timestamp>,
    /// Lawful ground of a late upload, with its words.
    pub excuse: Option<Excuse>,
    /// Days of monthly storage.
    pub centralised_on: Option<Date>,
    /// Holds, number n at index n−1.
    pub holds: Vec<Hold>,
    /// Long-term copies.
    pub copies: Vec<LongTermCopy>,
    /// What the program found on media of copies, oldest first.
    pub read_back: Vec<CopyRead>,
    /// Patrol log, number n at index n−1, with the case an entry became.
    pub log: Vec<(LogEntry, Option<MatterId>)>,
    /// Content gone: by which list, the civil day.
    pub destroyed: Option<(MatterId, Date)>,
}

/// A recording as a case sees it. It stands in another stream: a service notes it with
/// the command, and the audit decides on what was noted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordingFact {
    /// Organ.
    pub organ: OrganId,
    /// It belongs to the case that asks.
    pub in_case: bool,
    /// Link of the list.
    pub link: Link,
    /// Roots of the accepted pieces, SHA-256, hexadecimal.
    pub roots: Vec<String>,
    /// There are pieces, and all of them are in the store as the device sealed them.
    pub accepted: bool,
    /// Gaps between pieces without a note.
    pub unexplained: usize,
    /// Something of it runs in time: photographs alone are no full recording.
    pub runs: bool,
    /// Civil days of its first and its last piece.
    pub days: (Date, Date),
    /// Civil days on which it was running or a photograph was taken, each once.
    #[serde(default)]
    pub recorded_on: Vec<Date>,
    /// When it ran; none in what was noted before this was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ran: Option<Vec<Stretch>>,
    /// It comes from surveillance that was not reviewed (行政处罚法第四十一条).
    pub unfit: bool,
    /// Its content is gone.
    pub destroyed: bool,
}

impl RecordingFact {
    /// Whether it is what was noted of it; what was not yet noted then is not asked.
    pub fn agrees(&self, noted: &Self) -> bool {
        let mut own = self.clone();
        if noted.recorded_on.is_empty() {
            own.recorded_on.clear();
        }
        if noted.ran.is_none() {
            own.ran = None;
        }
        own == *noted
    }
}

impl Recording {
    /// A piece by number.
    pub fn segment(&self, no: SegmentNo) -> Option<&Segment> {
        self.segments.get(usize::from(no).checked_sub(1)?)
    }

    /// Pieces as the timeline sees them; photographs cover no time.
    pub fn pieces(&self) -> Vec<Piece> {
        (1..)
            .zip(&self.segments)
            .filter(|(_, it)| it.capture.kind.runs() && it.sealing.is_some())
            .map(|(no, it)| Piece { no, from: it.started(), to: it.ended(), device: it.capture.device })
            .collect()
    }

    /// Gaps and overlaps, gaps up to the tolerance left out.
    pub fn joints(&self, tolerance_s: u32) -> Vec<Joint> {
        joints(&self.pieces(), SignedDuration::from_secs(i64::from(tolerance_s)))
    }

    /// Whether a note explains the break after a piece.
    pub fn explained(&self, after: SegmentNo) -> bool {
        self.interruptions.iter().any(|it| it.after == after)
    }

    /// Gaps that no note explains.
    pub fn unexplained(&self, tolerance_s: u32) -> Vec<Joint> {
        let open = |it: &Joint| match it {
            Joint::Gap { after, .. } => !self.explained(*after),
            Joint::Overlap { .. } => false,
        };
        self.joints(tolerance_s).into_iter().filter(open).collect()
    }

    /// When it ran as one: gaps up to the tolerance and explained ones bridged.
    pub fn stretches(&self, tolerance_s: u32) -> Vec<Stretch> {
        let tolerance = SignedDuration::from_secs(i64::from(tolerance_s));
        stretches(&self.pieces(), tolerance, |after| self.explained(after))
    }

    /// When the last piece had come; none while one is missing.
    pub fn uploaded_at(&self) -> Option<Timestamp> {
        let all: Option<Vec<Timestamp>> = self.segments.iter().map(super::work::come).collect();
        all?.into_iter().max()
    }

    /// From when the unit waits for an upload that is not made: the end of the work, and
    /// where a ground of lateness was stated, when it was possible again or, while it was
    /// not, when that was last said. None where everything has come.
    pub fn awaited_since(&self) -> Option<Timestamp> {
        if self.uploaded_at().is_some() {
            return None;
        }
        let work = super::work::decisive(self)?;
        Some(self.excuse.and_then(|it| it.from()).map_or(work.ended, |at| at.max(work.ended)))
    }

    /// Every piece is in the store as the device sealed it.
    pub fn accepted(&self) -> bool {
        !self.segments.is_empty() && self.segments.iter().all(|it| it.phase == Phase::Accepted)
    }

    /// Civil day of the earliest piece, or of the registration.
    pub fn made_on(&self) -> Date {
        let first = self.segments.iter().map(Segment::started).min();
        first.map_or(self.registered.1, civil_day)
    }

    /// Civil day of the latest end of a piece, or of the registration.
    pub fn over_on(&self) -> Date {
        let last = self.segments.iter().map(Segment::ended).max();
        last.map_or(self.registered.1, civil_day)
    }

    /// Civil days of its pieces, each once, in order; of a piece those of its beginning and
    /// its end and all between.
    pub fn recorded_on(&self) -> Vec<Date> {
        let mut days = std::collections::BTreeSet::new();
        for it in &self.segments {
            let (mut day, last) = (civil_day(it.started()), civil_day(it.ended()));
            days.insert(day);
            // A device may claim any end; what is longer than this is no recording of a day.
            while day < last && days.len() < MAX_SEGMENTS {
                let Ok(next) = day.tomorrow() else { break };
                day = next;
                days.insert(day);
            }
        }
        days.into_iter().collect()
    }

    /// Roots of everything that is stored of it, what came altered too, in the order of the
    /// pieces; SHA-256, hexadecimal.
    pub fn stored_roots(&self) -> Vec<String> {
        let of = |it: &Segment| {
            it.mismatches.iter().chain(&it.identity).map(|i| i.sha256_root.clone()).collect::<Vec<_>>()
        };
        self.segments.iter().flat_map(of).collect()
    }

    /// How many pieces are not in the store as the device sealed them.
    pub fn awaited(&self) -> u16 {
        let awaited = self.segments.iter().filter(|it| it.phase != Phase::Accepted).count();
        u16::try_from(awaited).unwrap_or(u16::MAX)
    }

    /// Whether a finding is on record.
    pub fn flagged(&self, finding: Finding) -> bool {
        self.flags.iter().any(|it| it.finding == finding)
    }

    /// The recording as `case` sees it.
    pub fn fact(&self, case: MatterId, tolerance_s: u32) -> RecordingFact {
        RecordingFact {
            organ: self.organ,
            in_case: self.cases.contains(&case),
            link: self.registration.link,
            roots: self
                .segments
                .iter()
                .filter_map(|it| it.identity.as_ref())
                .map(|it| it.sha256_root.clone())
                .collect(),
            accepted: self.accepted(),
            unexplained: self.unexplained(tolerance_s).len(),
            runs: self.segments.iter().any(|it| it.capture.kind.runs()),
            days: (self.made_on(), self.over_on()),
            recorded_on: self.recorded_on(),
            ran: Some(self.stretches(tolerance_s)),
            unfit: self.flagged(Finding::SiteUnreviewed),
            destroyed: self.destroyed.is_some(),
        }
    }
}

/// The state after the first event.
pub(super) fn first(
    meta: &Meta,
    registration: &Registration,
    number: Option<&DocumentNumber>,
    class: RetentionClass,
) -> Recording {
    let cases = match registration.of {
        Subject::Act { case, .. } => vec![case],
        Subject::Patrol => Vec::new(),
    };
    Recording {
        organ: meta.organ,
        version: meta.version,
        registration: registration.clone(),
        number: number.cloned(),
        class,
        registered: (meta.actor, meta.moment.recorded_day()),
        registered_at: meta.moment.recorded_at,
        cases,
        told: None,
        segments: Vec::new(),
        flags: Vec::new(),
        interruptions: Vec::new(),
        marks: Vec::new(),
        work_ended_at: None,
        work_end_said_at: None,
        excuse: None,
        centralised_on: None,
        holds: Vec::new(),
        copies: Vec::new(),
        read_back: Vec::new(),
        log: Vec::new(),
        destroyed: None,
    }
}

/// The state after `event`.
pub(super) fn next(mut it: Recording, meta: &Meta, event: &RecordingEvent) -> Recording {
    use RecordingEvent as E;
    it.version = meta.version;
    let day = meta.moment.recorded_day();
    match event {
        // A stream has one registration; a second is corrupt and changes nothing.
        E::Registered { .. } => {}
        E::CollectorAdded { collector, .. } => it.registration.collectors.push(collector.clone()),
        E::PartyTold(told) => it.told = Some(told.clone()),
        E::Captured { .. }
        | E::Sealed { .. }
        | E::Uploaded { .. }
        | E::Accepted { .. }
        | E::Mismatched { .. }
        | E::MetadataRead { .. } => {
            custody(&mut it, meta, event);
        }
        E::MachineTextAsked { no } | E::MachineTextMade { no, .. } | E::MachineTextFailed { no, .. } => {
            if let Some(segment) = it.segments.get_mut(usize::from(*no).wrapping_sub(1)) {
                machine::next(&mut segment.machine, event, meta.moment.recorded_at);
            }
        }
        E::Flagged { no, finding } => it.flags.push(Flag { no: *no, finding: *finding, on: day }),
        E::InterruptionNoted(note) => it.interruptions.push(note.clone()),
        E::Marked(mark) => it.marks.push(mark.clone()),
        E::WorkEnded { ended_at } => {
            it.work_ended_at = Some(*ended_at);
            it.work_end_said_at = Some(meta.moment.recorded_at);
        }
        E::LatenessExplained { ground, able_at, .. } => {
            let stated_at = Some(meta.moment.recorded_at);
            it.excuse = Some(Excuse { ground: *ground, able_at: *able_at, stated_at });
        }
        E::Centralised { on } => it.centralised_on = Some(*on),
        E::CaseLinked { case } => it.cases.push(*case),
        E::HoldPlaced { trigger, reason, until, .. } => it.holds.push(Hold {
            trigger: *trigger,
            reason: reason.clone(),
            placed: (meta.actor, day),
            until: *until,
            released: None,
        }),
        E::HoldReleased { no, reason } => {
            if let Some(hold) = it.holds.get_mut(usize::from(*no).wrapping_sub(1)) {
                hold.released = Some((meta.actor, day, reason.clone()));
            }
        }
        E::CopyRegistered(copy) => it.copies.push(copy.clone()),
        E::CopyReadBack { medium, number, files, missing } => it.read_back.push(CopyRead {
            medium: *medium,
            number: number.clone(),
            on: day,
            files: *files,
            missing: missing.clone(),
        }),
        E::LogEntryAdded { entry, .. } => it.log.push((entry.clone(), None)),
        E::ClueRaised { no, case } => {
            if let Some(entry) = it.log.get_mut(usize::from(*no).wrapping_sub(1)) {
                entry.1 = Some(*case);
            }
            it.cases.push(*case);
        }
        E::ContentDestroyed { disposal, .. } => {
            it.destroyed = Some((*disposal, day));
            // What a machine made of the content goes with it.
            it.segments.iter_mut().for_each(|segment| segment.machine = MachineState::default());
        }
    }
    it
}

fn custody(it: &mut Recording, meta: &Meta, event: &RecordingEvent) {
    use RecordingEvent as E;
    if let E::Captured { capture, .. } = event {
        it.segments.push(Segment {
            capture: capture.clone(),
            sealing: None,
            phase: Phase::Captured,
            uploaded: None,
            identity: None,
            mismatches: Vec::new(),
            reading: None,
            machine: MachineState::default(),
        });
        return;
    }
    let (E::Sealed { no, .. }
    | E::Uploaded { no, .. }
    | E::Accepted { no, .. }
    | E::Mismatched { no, .. }
    | E::MetadataRead { no, .. }) = event
    else {
        return;
    };
    let Some(segment) = it.segments.get_mut(usize::from(*no).wrapping_sub(1)) else { return };
    match event {
        E::Sealed { sealing, .. } => {
            segment.sealing = Some(sealing.clone());
            segment.phase = Phase::Sealed;
        }
        E::Uploaded { via, .. } => {
            segment.uploaded = Some((meta.moment.recorded_at, *via));
            segment.phase = Phase::Uploaded;
        }
        E::Accepted { identity, .. } => {
            segment.identity = Some(identity.clone());
            segment.phase = Phase::Accepted;
        }
        E::MetadataRead { reading, .. } => segment.reading = Some(reading.as_ref().clone()),
        E::Mismatched { identity, .. } => {
            segment.mismatches.push(identity.clone());
            segment.phase = Phase::Mismatched;
        }
        _ => {}
    }
}
