//! A small synthetic organ with recordings, devices and a clock that moves on purpose.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use mingjing_domain::calendar::Calendar;
use mingjing_domain::case::facts::{CertificateFact, Person};
use mingjing_domain::case::types::blank;
use mingjing_domain::codes::DocumentNumber;
use mingjing_domain::device::{
    Device, DeviceCommand, DeviceEvent, DeviceFacts, DeviceKind, DeviceRegistration,
};
use mingjing_domain::matter::{Actor, Matter, MatterId, Meta, Moment, OrganId, StaffId, TimeSource};
use mingjing_domain::policy::{Jurisdiction, PolicyBook, PolicySet, System};
use mingjing_domain::recording::event::*;
use mingjing_domain::recording::machine::{LinePlace, MachineTask, MachineText};
use mingjing_domain::recording::reading::Reading;
use mingjing_domain::recording::retention::Kept;
use mingjing_domain::recording::words::*;
use mingjing_domain::recording::{
    CustodyRules, Ordered, RecordedCase, Recording, RecordingBook, RecordingCommand, RecordingEvent,
    RecordingFacts, RecordingRules, decide,
};
use mingjing_domain::refusal::Refusal;
use mingjing_domain::staff::Role;
use mingjing_domain::text::{self, Text};
use std::collections::BTreeMap;
use uuid::Uuid;

pub const SYSTEM: StaffId = StaffId(Uuid::nil());
pub const A: StaffId = StaffId(Uuid::from_u128(1));
pub const B: StaffId = StaffId(Uuid::from_u128(2));
pub const C: StaffId = StaffId(Uuid::from_u128(3));
pub const UNIT_HEAD: StaffId = StaffId(Uuid::from_u128(4));
pub const REVIEWER: StaffId = StaffId(Uuid::from_u128(5));
pub const DEPUTY: StaffId = StaffId(Uuid::from_u128(7));
pub const HEAD: StaffId = StaffId(Uuid::from_u128(8));
pub const ARCHIVIST: StaffId = StaffId(Uuid::from_u128(12));
pub const STRANGER: StaffId = StaffId(Uuid::from_u128(20));
pub const EVERYBODY: [StaffId; 9] = [A, B, C, UNIT_HEAD, REVIEWER, DEPUTY, HEAD, ARCHIVIST, STRANGER];
pub const ORGAN: OrganId = OrganId(Uuid::from_u128(100));
pub const OTHER_ORGAN: OrganId = OrganId(Uuid::from_u128(200));
pub const CASE: MatterId = MatterId(Uuid::from_u128(50));
pub const OTHER_CASE: MatterId = MatterId(Uuid::from_u128(51));
pub const RECORDING: MatterId = MatterId(Uuid::from_u128(60));
pub const CAMERA: MatterId = MatterId(Uuid::from_u128(70));
pub const KEY: [u8; 32] = [9; 32];

pub fn t(text: &str) -> Text {
    Text::closed(text)
}

pub fn day(text: &str) -> Date {
    text.parse().expect("a date")
}

/// An instant of 2 March 2026, Shanghai.
pub fn clock(text: &str) -> Timestamp {
    format!("2026-03-02T{text}+08:00").parse().expect("an instant")
}

pub fn root(n: u8) -> String {
    format!("{n:02x}").repeat(32)
}

/// A shipped list as if known from the beginning.
pub fn known(text: &str) -> String {
    text.replace("2026-11-22T00:00:00", "2018-01-01T00:00:00")
}

pub fn jurisdiction(region: &str, system: System) -> Jurisdiction {
    Jurisdiction { region: region.into(), system, organ: None }
}

pub fn policy() -> PolicySet {
    let j = jurisdiction("990101", System::Emergency);
    PolicyBook::built_in().resolve(&j, day("2026-03-02"), Timestamp::MAX).expect("a demo county")
}

fn people() -> BTreeMap<StaffId, Person> {
    use Role as R;
    let certificate = |number: &str, until: &str| CertificateFact {
        number: number.into(),
        categories: vec!["安全生产".into()],
        region: "990101".into(),
        from: day("2024-01-01"),
        until: day(until),
        blocked: Vec::new(),
    };
    let mut all = BTreeMap::new();
    let mut add = |id, organ, roles: &[R], certificates| {
        let unit = "执法大队".to_owned();
        all.insert(
            id,
            Person {
                id,
                organ,
                unit,
                enabled: true,
                roles: roles.to_vec(),
                certificates,
                legal_qualified: true,
            },
        );
    };
    add(A, ORGAN, &[R::Officer], vec![certificate("证1", "2027-12-31")]);
    add(B, ORGAN, &[R::Officer], vec![certificate("证2", "2027-12-31")]);
    add(C, ORGAN, &[R::Officer], vec![certificate("证3", "2025-12-31")]);
    add(UNIT_HEAD, ORGAN, &[R::UnitHead], vec![]);
    add(REVIEWER, ORGAN, &[R::Reviewer], vec![]);
    add(DEPUTY, ORGAN, &[R::Deputy], vec![]);
    add(HEAD, ORGAN, &[R::Head], vec![]);
    add(ARCHIVIST, ORGAN, &[R::Archivist], vec![]);
    add(STRANGER, OTHER_ORGAN, &[R::Officer, R::UnitHead, R::Head, R::Archivist], vec![]);
    all
}

/// The organ with one recording and its devices.
pub struct World {
    pub now: Timestamp,
    /// Claimed time of the next act.
    pub happened: Option<Timestamp>,
    pub rules: RecordingRules,
    pub custody: CustodyRules,
    pub calendar: Calendar,
    pub people: BTreeMap<StaffId, Person>,
    pub devices: BTreeMap<MatterId, Device>,
    pub case: Option<RecordedCase>,
    pub recording: Option<Recording>,
    pub events: Vec<RecordingEvent>,
    pub serial: Option<u32>,
    pub others: u32,
    /// What a list orders by which the content goes.
    pub ordered: Option<Ordered>,
    /// A list that names the recording and runs.
    pub listed: Option<MatterId>,
}

impl World {
    /// Nine in the morning of 2 March 2026 in the demo county.
    pub fn new() -> Self {
        let book = RecordingBook::parse(&[
            ("national", &known(include_str!("../../recordings/national.toml"))),
            ("demo", &known(include_str!("../../recordings/demo-county.toml"))),
        ])
        .expect("the lists");
        let rules = book.of(&jurisdiction("990101", System::Emergency));
        let custody =
            CustodyRules::of(&policy(), &rules, day("2026-03-02"), Timestamp::MAX).expect("all settings");
        let number = DocumentNumber::parse("（示）应急立〔2026〕12号").expect("a number");
        Self {
            now: clock("09:00:00"),
            happened: None,
            rules,
            custody,
            calendar: Calendar::national().clone(),
            people: people(),
            devices: BTreeMap::new(),
            case: Some(RecordedCase { id: CASE, organ: ORGAN, officers: vec![A, B], number: Some(number) }),
            recording: None,
            events: Vec::new(),
            serial: Some(7),
            others: 0,
            listed: None,
            ordered: Some(Ordered {
                list: MatterId(Uuid::from_u128(80)),
                carried_out: true,
                kept: Some(Kept::Until { day: day("2026-09-02") }),
            }),
        }
    }

    pub fn at(&mut self, time: &str) -> &mut Self {
        self.now = clock(time);
        self
    }

    pub fn actor(&self, who: StaffId) -> Actor {
        let known = self.people.get(&who);
        let organ = known.map_or(ORGAN, |it| it.organ);
        Actor { id: who, organ, roles: known.map(|it| it.roles.clone()).unwrap_or_default() }
    }

    fn moment(&self) -> Moment {
        let happened_at = self.happened.unwrap_or(self.now);
        Moment { recorded_at: self.now, happened_at, source: TimeSource::Server }
    }

    fn meta(&self, who: StaffId, version: u64) -> Meta {
        Meta { matter: RECORDING, organ: self.actor(who).organ, version, actor: who, moment: self.moment() }
    }

    pub fn ask(&self, who: StaffId, command: &RecordingCommand) -> Result<Vec<RecordingEvent>, Refusal> {
        let facts = RecordingFacts {
            moment: self.moment(),
            actor: self.actor(who),
            people: &self.people,
            rules: &self.rules,
            custody: &self.custody,
            case: self.case.clone(),
            devices: &self.devices,
            number_place: "示",
            number_system: "应急",
            serial: self.serial,
            recordings_of_case: self.others,
            disposal: self.ordered.clone(),
            listed: self.listed,
        };
        decide(self.recording.as_ref(), command, &facts)
    }

    /// Does what must succeed: the events go through the store's round trip.
    #[track_caller]
    pub fn ok(&mut self, who: StaffId, command: RecordingCommand) -> Vec<RecordingEvent> {
        let json = serde_json::to_value(&command).expect("commands serialise");
        let read: RecordingCommand = serde_json::from_value(json).expect("and read back");
        assert_eq!(read, command);
        let events =
            self.ask(who, &command).unwrap_or_else(|r| panic!("{command:?}\nrefused: {} {r}", r.code));
        assert!(!events.is_empty());
        for event in &events {
            let version = self.recording.as_ref().map_or(0, |it| it.version) + 1;
            let meta = self.meta(who, version);
            let read = round_trip::<Recording>(event);
            self.recording = Some(Recording::evolve(self.recording.take(), &meta, &read));
            self.events.push(read);
        }
        events
    }

    /// Asks what must be refused with this code.
    #[track_caller]
    pub fn no(&self, who: StaffId, command: RecordingCommand, code: &str) -> Refusal {
        let refusal = self.ask(who, &command).expect_err("refused");
        assert_eq!(refusal.code, code, "{command:?}: {refusal}");
        assert!(!refusal.article.law.is_empty() && !refusal.remedy.is_empty() && !refusal.message.is_empty());
        refusal
    }

    pub fn it(&self) -> &Recording {
        self.recording.as_ref().expect("a recording")
    }

    pub fn findings(&self) -> Vec<Finding> {
        self.it().flags.iter().map(|it| it.finding).collect()
    }

    /// Does something with a device at the moment, through the same round trip.
    #[track_caller]
    pub fn device(&mut self, id: MatterId, who: StaffId, command: DeviceCommand) -> DeviceEvent {
        let event = self.ask_device(id, who, &command).unwrap_or_else(|r| panic!("{command:?}: {r}"));
        let state = self.devices.remove(&id);
        let meta = Meta { matter: id, ..self.meta(who, state.as_ref().map_or(0, |it| it.version) + 1) };
        let read = round_trip::<Device>(&event);
        self.devices.insert(id, Device::evolve(state, &meta, &read));
        event
    }

    pub fn ask_device(
        &self,
        id: MatterId,
        who: StaffId,
        command: &DeviceCommand,
    ) -> Result<DeviceEvent, Refusal> {
        let facts = DeviceFacts {
            moment: self.moment(),
            actor: self.actor(who),
            people: &self.people,
            custody: &self.custody,
            number_used: false,
        };
        mingjing_domain::device::decide(self.devices.get(&id), command, &facts)
    }

    /// A checked camera in A's hands, in order.
    pub fn with_camera(mut self) -> Self {
        self.at("08:00:00");
        self.device(CAMERA, UNIT_HEAD, DeviceCommand::Register(camera(DeviceKind::BodyCamera)));
        self.device(CAMERA, UNIT_HEAD, DeviceCommand::Assign { to: A, note: blank() });
        self.device(CAMERA, A, DeviceCommand::Check(measured()));
        self.at("09:00:00");
        self
    }

    /// A registered recording of an inquiry, the party told at 09:05.
    pub fn told(self) -> Self {
        let mut w = self.with_camera();
        w.ok(A, RecordingCommand::Register(registration()));
        w.at("09:05:00");
        w.ok(A, RecordingCommand::TellParty(told("09:05:00")));
        w
    }

    /// Captures and seals one piece, from and to in the server's time of a right clock.
    pub fn piece(&mut self, from: &str, to: &str, n: u8) {
        self.at(to);
        self.ok(A, RecordingCommand::Capture(capture(from)));
        let no = u16::try_from(self.it().segments.len()).expect("few");
        self.ok(A, RecordingCommand::Seal { no, sealing: sealing(to, n) });
    }

    /// Uploads and accepts every piece.
    pub fn stored(&mut self) {
        for (no, segment) in (1..).zip(self.it().segments.clone()) {
            let root = segment.sealing.expect("sealed").sha256_root;
            self.ok(A, RecordingCommand::Upload { no, via: UploadVia::Station });
            self.ok(SYSTEM, RecordingCommand::Accept { no, identity: identity(&root) });
        }
    }
}

/// An event as the store keeps it: sealed, written, read, opened.
pub fn round_trip<M: Matter>(event: &M::Event) -> M::Event {
    let (name, version) = M::type_of(event);
    let mut body = serde_json::to_value(event).expect("events serialise");
    let lifted = text::seal(&mut body, &KEY);
    text::open(&mut body, |slot| lifted.get(slot as usize).map(|it| it.value.clone()));
    M::decode(name, version, body).expect("a stored event decodes")
}

pub fn registration() -> Registration {
    let collector = |staff, number: &str| Collector { staff, certificate: number.into() };
    Registration {
        of: Subject::Act { case: CASE, act: None },
        link: Link::Evidence,
        unit: "执法大队".into(),
        documents: vec!["（示）应急询〔2026〕3号".into()],
        place: t("示例化工有限公司会议室"),
        position: Some(Position { latitude_e6: 30_800_000, longitude_e6: 106_080_000, accuracy_m: 12 }),
        collectors: vec![collector(A, "证1"), collector(B, "证2")],
        proves: t("询问过程合法"),
        party: t("示例化工有限公司"),
        cause: t("无证上岗"),
    }
}

pub fn patrol() -> Registration {
    Registration {
        of: Subject::Patrol,
        link: Link::Patrol,
        documents: vec![],
        party: blank(),
        cause: blank(),
        ..registration()
    }
}

pub fn told(at: &str) -> PartyTold {
    PartyTold { told_at: clock(at), by: A, person: t("示范甲"), wording: blank() }
}

pub fn capture(from: &str) -> Capture {
    Capture {
        piece: None,
        kind: SegmentKind::Video,
        name: t("执法记录仪_现场检查.mp4"),
        started_at: clock(from),
        clock_offset_ms: 0,
        device: Some(CAMERA),
        by: A,
        form: None,
    }
}

pub fn sealing(to: &str, n: u8) -> Sealing {
    Sealing { ended_at: clock(to), bytes: 1_000, sha256_root: root(n) }
}

pub fn identity(root_: &str) -> Identity {
    Identity {
        bytes: 1_000,
        sha256_root: root_.to_owned(),
        sm3_root: root(0xe1),
        sha256: root(0xe2),
        sm3: root(0xe3),
    }
}

/// What a machine wrote down of the film with root `n`.
pub fn machine_text(n: u8) -> MachineText {
    MachineText {
        task: MachineTask::Transcript,
        sha256_root: root(n),
        sha256: root(0xe2),
        engine: "示例转写".into(),
        engine_version: "2.1".into(),
        text: t("请出示证件\n好的"),
        places: vec![LinePlace { start_ms: Some(1_200), end_ms: Some(2_600), page: None }],
        cut: false,
    }
}

/// What a stored file says of itself: nothing but that it is that file.
pub fn reading(root_: &str) -> Reading {
    Reading {
        sideways: false,
        sha256_root: root_.to_owned(),
        container: None,
        duration_ms: None,
        width: None,
        height: None,
        tracks: vec![],
        said_at: None,
        device: blank(),
        position: blank(),
        lacking: vec![],
    }
}

pub fn camera(kind: DeviceKind) -> DeviceRegistration {
    use mingjing_domain::device::{Site, SiteUse};
    let site = kind.published().then(|| Site { of: SiteUse::InquiryRoom, place: t("一楼询问室") });
    DeviceRegistration {
        number: "仪01".into(),
        kind,
        model: "示例型号".into(),
        serial: "SN-0001".into(),
        unit: "执法大队".into(),
        site,
    }
}

pub fn measured() -> mingjing_domain::device::Measured {
    mingjing_domain::device::Measured { battery_percent: Some(90), free_mib: 20_000, clock_offset_ms: 300 }
}

pub fn hours(from: Timestamp, n: i64) -> Timestamp {
    from.checked_add(SignedDuration::from_hours(n)).expect("a later hour")
}
