//! The state of a check and its fold.

use super::event::{Beacon, CheckEvent, DeviceUse, Entry, FindingNo, Suspicion};
use super::sample::{Member, Population, SampleError, Stratum};
use super::words::{CheckKind, Discipline, Gravity, Phase, Stage};
use crate::codes::DocumentNumber;
use crate::matter::{DecodeError, Matter, MatterId, MatterKind, Meta, OrganId, StaffId, decode_as};
use crate::text::Text;
use jiff::Timestamp;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// A plan of a draw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// Digest of the population, hex.
    pub population_digest: String,
    /// The strata with counts and sizes.
    pub strata: Vec<Stratum>,
    /// The population, in its order.
    pub members: Vec<Member>,
    /// The public value.
    pub beacon: Beacon,
    /// When the plan was recorded.
    pub at: Timestamp,
}

impl Planned {
    /// The population that the plan commits to.
    ///
    /// # Errors
    /// When what is stored is not sound.
    pub fn population(&self) -> Result<Population, SampleError> {
        Population::new(self.members.clone())
    }
}

/// A draw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawn {
    /// The public value.
    pub value: String,
    /// When it was published.
    pub published_at: Timestamp,
    /// The seed, hex.
    pub seed: String,
}

/// An order to put something right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ordered {
    /// Civil day of the order.
    pub on: Date,
    /// Last civil day.
    pub due_on: Date,
    /// What is to be put right.
    pub requirements: Text,
    /// Who reported that it was done, and the civil day.
    pub reported: Option<(StaffId, Date)>,
    /// Whether the re-check passed, and the civil day.
    pub rechecked: Option<(bool, Date)>,
}

/// A finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What is suspected.
    pub suspicion: Suspicion,
    /// Who registered it; nil for the system. And the civil day.
    pub found: (StaffId, Date),
    /// Who verified it, and the civil day.
    pub verified: Option<(StaffId, Date)>,
    /// How grave; none before it is established.
    pub gravity: Option<Gravity>,
    /// Who is responsible.
    pub responsible: Vec<StaffId>,
    /// Orders to put it right, oldest first.
    pub orders: Vec<Ordered>,
    /// Referred for discipline: number and civil day.
    pub referred: Option<(DocumentNumber, Date)>,
    /// Discipline by person.
    pub disciplined: BTreeMap<StaffId, (Discipline, Date)>,
    /// Transferred as a crime: number and civil day.
    pub transferred: Option<(DocumentNumber, Date)>,
    /// Receipt of the transfer: civil day.
    pub receipt: Option<Date>,
}

impl Finding {
    /// Where it stands. Settled is only what has come to the end that its gravity asks for
    /// (第二十三条第二款): minor, put right and re-checked; serious, decided for each person
    /// responsible; crime, received by the body it went to. What was begun besides must be
    /// at its end too.
    pub fn phase(&self) -> Phase {
        let Some(gravity) = self.gravity else {
            return if self.verified.is_some() { Phase::Dismissed } else { Phase::Suspected };
        };
        let put_right = self.orders.last().is_some_and(|o| matches!(o.rechecked, Some((true, _))));
        let decided =
            self.referred.is_some() && self.responsible.iter().all(|who| self.disciplined.contains_key(who));
        let received = self.receipt.is_some();
        let end = match gravity {
            Gravity::Minor => put_right,
            Gravity::Serious => decided,
            Gravity::Crime => received,
        };
        let open = !self.orders.is_empty() && !put_right
            || self.referred.is_some() && !decided
            || self.transferred.is_some() && !received;
        let begun = !self.orders.is_empty() || self.referred.is_some() || self.transferred.is_some();
        match (end && !open, begun) {
            (true, _) => Phase::Settled,
            (false, true) => Phase::Handling,
            (false, false) => Phase::Established,
        }
    }

    /// The order is not done and its last day is over.
    pub fn overdue(&self, today: Date) -> bool {
        self.orders.last().is_some_and(|o| !matches!(o.rechecked, Some((true, _))) && today > o.due_on)
    }
}

/// A check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Organ.
    pub organ: OrganId,
    /// What is checked.
    pub kind: CheckKind,
    /// First and last civil day of what is checked.
    pub period: (Date, Date),
    /// Where it stands.
    pub stage: Stage,
    /// Who began it.
    pub begun_by: StaffId,
    /// The plan of the draw.
    pub planned: Option<Planned>,
    /// The draw.
    pub drawn: Option<Drawn>,
    /// The recordings to be played.
    pub sample: Vec<MatterId>,
    /// The check ledger: entry, who, civil day.
    pub entries: Vec<(Entry, StaffId, Date)>,
    /// The last report of the use of devices.
    pub devices: Vec<DeviceUse>,
    /// Findings, number n at index n−1.
    pub findings: Vec<Finding>,
    /// Concluded on.
    pub concluded: Option<Date>,
    /// Circulars: number and civil day.
    pub circulated: Vec<(DocumentNumber, Date)>,
}

impl Check {
    /// The entry on a recording.
    pub fn entry(&self, recording: MatterId) -> Option<&Entry> {
        self.entries.iter().map(|(entry, ..)| entry).find(|entry| entry.recording == recording)
    }

    /// The recordings that nobody has played yet.
    pub fn unplayed(&self) -> impl Iterator<Item = MatterId> + '_ {
        self.sample.iter().copied().filter(|id| self.entry(*id).is_none())
    }

    /// A finding by number.
    pub fn finding(&self, no: FindingNo) -> Option<&Finding> {
        self.findings.get(usize::from(no).checked_sub(1)?)
    }

    fn finding_mut(&mut self, no: FindingNo) -> Option<&mut Finding> {
        self.findings.get_mut(usize::from(no).checked_sub(1)?)
    }

    fn new(meta: &Meta) -> Self {
        let day = meta.moment.recorded_day();
        Self {
            organ: meta.organ,
            kind: CheckKind::Playback,
            period: (day, day),
            stage: Stage::Planned,
            begun_by: meta.actor,
            planned: None,
            drawn: None,
            sample: Vec::new(),
            entries: Vec::new(),
            devices: Vec::new(),
            findings: Vec::new(),
            concluded: None,
            circulated: Vec::new(),
        }
    }

    /// What happens to a finding.
    fn handle(&mut self, event: &CheckEvent, who: StaffId, day: Date) {
        let no = match event {
            CheckEvent::Verified { finding, .. }
            | CheckEvent::RectificationOrdered { finding, .. }
            | CheckEvent::Rectified { finding, .. }
            | CheckEvent::Rechecked { finding, .. }
            | CheckEvent::Referred { finding, .. }
            | CheckEvent::Disciplined { finding, .. }
            | CheckEvent::CrimeTransferred { finding, .. }
            | CheckEvent::ReceiptRecorded { finding, .. } => *finding,
            CheckEvent::Planned { .. }
            | CheckEvent::Drawn { .. }
            | CheckEvent::Opened { .. }
            | CheckEvent::Entered { .. }
            | CheckEvent::DeviceUseReported { .. }
            | CheckEvent::Found { .. }
            | CheckEvent::Concluded { .. }
            | CheckEvent::Circulated { .. }
            | CheckEvent::Closed {} => return,
        };
        if let Some(finding) = self.finding_mut(no) {
            change(finding, event, who, day);
        }
    }
}

fn change(finding: &mut Finding, event: &CheckEvent, who: StaffId, day: Date) {
    match event {
        CheckEvent::Verified { gravity, responsible, .. } => {
            finding.verified = Some((who, day));
            finding.gravity = *gravity;
            finding.responsible.clone_from(responsible);
        }
        CheckEvent::RectificationOrdered { due_on, requirements, .. } => finding.orders.push(Ordered {
            on: day,
            due_on: *due_on,
            requirements: requirements.clone(),
            reported: None,
            rechecked: None,
        }),
        CheckEvent::Rectified { .. } => {
            if let Some(order) = finding.orders.last_mut() {
                order.reported = Some((who, day));
            }
        }
        CheckEvent::Rechecked { passed, .. } => {
            if let Some(order) = finding.orders.last_mut() {
                order.rechecked = Some((*passed, day));
            }
        }
        CheckEvent::Referred { number, .. } => finding.referred = Some((number.clone(), day)),
        CheckEvent::Disciplined { person, outcome, on, .. } => {
            finding.disciplined.insert(*person, (*outcome, *on));
        }
        CheckEvent::CrimeTransferred { number, .. } => finding.transferred = Some((number.clone(), day)),
        CheckEvent::ReceiptRecorded { on, .. } => finding.receipt = Some(*on),
        CheckEvent::Planned { .. }
        | CheckEvent::Drawn { .. }
        | CheckEvent::Opened { .. }
        | CheckEvent::Entered { .. }
        | CheckEvent::DeviceUseReported { .. }
        | CheckEvent::Found { .. }
        | CheckEvent::Concluded { .. }
        | CheckEvent::Circulated { .. }
        | CheckEvent::Closed {} => {}
    }
}

impl Matter for Check {
    const KIND: MatterKind = MatterKind::RecordingCheck;
    type Event = CheckEvent;

    fn type_of(event: &CheckEvent) -> (&'static str, u16) {
        (event.type_name(), 1)
    }

    fn decode(type_name: &str, version: u16, body: serde_json::Value) -> Result<CheckEvent, DecodeError> {
        decode_as::<Self>(type_name, version, body)
    }

    fn evolve(state: Option<Self>, meta: &Meta, event: &CheckEvent) -> Self {
        let (who, day) = (meta.actor, meta.moment.recorded_day());
        // A stream that begins otherwise is corrupt; the audit says so. The fold stays total.
        let mut state = state.unwrap_or_else(|| Self::new(meta));
        match event {
            CheckEvent::Planned { kind, from, to, population_digest, strata, beacon, members } => {
                state.kind = *kind;
                state.period = (*from, *to);
                state.planned = Some(Planned {
                    population_digest: population_digest.clone(),
                    strata: strata.clone(),
                    members: members.clone(),
                    beacon: beacon.clone(),
                    at: meta.moment.recorded_at,
                });
            }
            CheckEvent::Drawn { value, published_at, seed, sample } => {
                state.drawn =
                    Some(Drawn { value: value.clone(), published_at: *published_at, seed: seed.clone() });
                state.sample.clone_from(sample);
                state.stage = Stage::Checking;
            }
            CheckEvent::Opened { kind, from, to, recordings, .. } => {
                state.kind = *kind;
                state.period = (*from, *to);
                state.sample.clone_from(recordings);
                state.stage = Stage::Checking;
            }
            CheckEvent::Entered { entry } => state.entries.push((entry.clone(), who, day)),
            CheckEvent::DeviceUseReported { lines, .. } => state.devices.clone_from(lines),
            CheckEvent::Found { suspicion } => state.findings.push(Finding {
                suspicion: suspicion.clone(),
                found: (who, day),
                verified: None,
                gravity: None,
                responsible: Vec::new(),
                orders: Vec::new(),
                referred: None,
                disciplined: BTreeMap::new(),
                transferred: None,
                receipt: None,
            }),
            CheckEvent::Verified { .. }
            | CheckEvent::RectificationOrdered { .. }
            | CheckEvent::Rectified { .. }
            | CheckEvent::Rechecked { .. }
            | CheckEvent::Referred { .. }
            | CheckEvent::Disciplined { .. }
            | CheckEvent::CrimeTransferred { .. }
            | CheckEvent::ReceiptRecorded { .. } => state.handle(event, who, day),
            CheckEvent::Concluded { .. } => {
                state.stage = Stage::Concluded;
                state.concluded = Some(day);
            }
            CheckEvent::Circulated { number, .. } => state.circulated.push((number.clone(), day)),
            CheckEvent::Closed {} => state.stage = Stage::Closed,
        }
        state
    }
}
