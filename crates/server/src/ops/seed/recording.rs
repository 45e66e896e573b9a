//! Synthetic devices and recordings of the county. Their pieces are sealed on devices
//! that nobody holds: no bytes come, and no page says that they did.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use mingjing_domain::case::form::wire_name;
use mingjing_domain::device::{DeviceCommand, DeviceKind, DeviceRegistration, Measured, Site, SiteUse};
use mingjing_domain::matter::{Actor, MatterId};
use mingjing_domain::recording::RecordingCommand;
use mingjing_domain::recording::event::{
    Capture, Collector, LogEntry, Mark, PartyTold, Registration, Sealing, Subject,
};
use mingjing_domain::recording::words::{HoldTrigger, LateGround, Link, MarkKind, SegmentKind};
use mingjing_domain::staff::{Role, StaffState};
use mingjing_domain::text::Text;
use sha2::{Digest as _, Sha256};

use super::SeedError;
use super::county::Organ;
use crate::case::facts::{Rules, staff_matter};
use crate::case::store::{Filter, list};
use crate::device::service as devices;
use crate::kit::app::App;
use crate::kit::clock::ManualClock;
use crate::kit::entropy::Draw;
use crate::recording::service::{Options, act};

/// Cases of an organ that get a recording.
const CASES: u32 = 3;

/// What the recordings of one organ are made with.
pub(super) struct Maker<'a> {
    pub app: &'a App,
    pub clock: &'a ManualClock,
    pub rules: &'a Arc<Rules>,
    pub draw: &'a mut Draw,
}

impl Maker<'_> {
    fn id(&mut self) -> uuid::Uuid {
        self.draw.uuid_v7(self.app.now().as_millisecond())
    }

    fn ago(&self, minutes: i64) -> Timestamp {
        let now = self.app.now();
        now.checked_sub(SignedDuration::from_mins(minutes)).unwrap_or(now)
    }

    async fn device(
        &mut self,
        who: &Actor,
        device: Option<MatterId>,
        command: DeviceCommand,
    ) -> Result<MatterId, SeedError> {
        self.clock.advance(SignedDuration::from_secs(20));
        let id = self.id();
        Ok(devices::act(self.app, self.rules, who, device, command, (id, None)).await?.value)
    }

    async fn recording(
        &mut self,
        who: &Actor,
        recording: Option<MatterId>,
        command: RecordingCommand,
    ) -> Result<MatterId, SeedError> {
        self.clock.advance(SignedDuration::from_secs(20));
        let options = Options::new(self.id());
        Ok(act(self.app, self.rules, who, recording, command, options).await?.value.recording)
    }

    /// Three devices and a few recordings of one organ.
    ///
    /// # Errors
    /// When the law refuses, or the store fails.
    pub async fn organ(&mut self, organ: &Organ) -> Result<(), SeedError> {
        let (head, officer) = (organ.with(Role::UnitHead, 0)?, organ.with(Role::Officer, 0)?);
        let camera = self.devices(&head, &officer).await?;
        // What is recorded afterwards is recorded with a device that was checked.
        self.clock.advance(SignedDuration::from_mins(50));
        let filter = Filter { officer: Some(officer.id), organs: vec![organ.id], ..Filter::default() };
        let cases = list(self.app.db(), &filter, CASES).await?;
        let staff = self.app.load::<StaffState>(staff_matter(officer.id)).await?;
        let certificate = staff.and_then(|it| it.certificates.first().map(|c| c.number.clone()));
        let collector = Collector { staff: officer.id, certificate: certificate.unwrap_or_default() };
        for (at, case) in cases.iter().enumerate() {
            let registration = Registration {
                of: Subject::Act { case: case.id, act: None },
                link: Link::OnSite,
                unit: "执法大队".to_owned(),
                documents: Vec::new(),
                place: Text::closed("示例县示例路 1 号"),
                position: None,
                collectors: vec![collector.clone()],
                proves: Text::closed("现场检查经过（合成数据）"),
                party: Text::closed(case.parties.clone()),
                cause: Text::closed(case.title.clone()),
            };
            let made = self.made(&officer, registration, camera).await?;
            let more = match at {
                0 => RecordingCommand::PlaceHold {
                    trigger: HoldTrigger::Objection,
                    reason: Text::closed("当事人有异议（合成数据）"),
                    until: None,
                },
                1 => RecordingCommand::ExplainLateness {
                    ground: LateGround::Remote,
                    able_at: None,
                    statement: Text::closed("现场在边远地区，没有网络（合成数据）"),
                },
                _ => continue,
            };
            self.recording(&officer, Some(made), more).await?;
        }
        self.patrol(&officer, collector, camera).await
    }

    async fn devices(&mut self, head: &Actor, officer: &Actor) -> Result<MatterId, SeedError> {
        let registration = |number: &str, kind, site| DeviceRegistration {
            number: number.to_owned(),
            kind,
            model: "示范型".to_owned(),
            serial: format!("SN-{number}"),
            unit: "执法大队".to_owned(),
            site,
        };
        let camera = DeviceCommand::Register(registration("JL-001", DeviceKind::BodyCamera, None));
        let camera = self.device(head, None, camera).await?;
        let assign = DeviceCommand::Assign { to: officer.id, note: Text::closed("") };
        self.device(head, Some(camera), assign).await?;
        let measured = Measured { battery_percent: Some(96), free_mib: 60_000, clock_offset_ms: 300 };
        self.device(officer, Some(camera), DeviceCommand::Check(measured)).await?;
        let site = Site { of: SiteUse::InquiryRoom, place: Text::closed("机关一楼询问室") };
        let room = DeviceCommand::Register(registration("GD-001", DeviceKind::FixedCamera, Some(site)));
        let room = self.device(head, None, room).await?;
        let on = mingjing_domain::matter::civil_day(self.app.now());
        let publish = DeviceCommand::PublishSite { on, medium: Text::closed("机关公示栏") };
        self.device(head, Some(room), publish).await?;
        let old = DeviceCommand::Register(registration("JL-002", DeviceKind::Camcorder, None));
        let old = self.device(head, None, old).await?;
        let fault =
            DeviceCommand::ReportFault { description: Text::closed("不能开机（合成数据）") };
        self.device(head, Some(old), fault).await?;
        Ok(camera)
    }

    /// A recording of two pieces, told and marked.
    async fn made(
        &mut self,
        who: &Actor,
        registration: Registration,
        camera: MatterId,
    ) -> Result<MatterId, SeedError> {
        let party = registration.party.clone();
        let patrol = registration.of == Subject::Patrol;
        let words = format!("{:?} {}", registration.of, wire_name(&registration.link));
        let id = self.recording(who, None, RecordingCommand::Register(registration)).await?;
        if !patrol {
            let told =
                PartyTold { told_at: self.ago(44), by: who.id, person: party, wording: Text::closed("") };
            self.recording(who, Some(id), RecordingCommand::TellParty(told)).await?;
        }
        let begun = self.ago(42);
        let at = |minutes| begun.checked_add(SignedDuration::from_mins(minutes)).unwrap_or(begun);
        for (no, from, to) in [(1, 0, 14), (2, 15, 29)] {
            let capture = Capture {
                kind: SegmentKind::Video,
                piece: None,
                name: Text::closed(format!("执法记录仪_{no}.mp4")),
                started_at: at(from),
                clock_offset_ms: 300,
                device: Some(camera),
                by: who.id,
            };
            self.recording(who, Some(id), RecordingCommand::Capture(capture)).await?;
            let root = Sha256::digest(format!("合成数据 {words} {no}").as_bytes());
            let sealing = Sealing { ended_at: at(to), bytes: 84_000_000, sha256_root: hex::encode(root) };
            self.recording(who, Some(id), RecordingCommand::Seal { no, sealing }).await?;
        }
        let mark =
            Mark { segment: 1, offset_ms: 20_000, kind: MarkKind::CertificateShown, note: Text::closed("") };
        self.recording(who, Some(id), RecordingCommand::Mark(mark)).await?;
        self.recording(who, Some(id), RecordingCommand::EndWork { ended_at: at(31) }).await
    }

    async fn patrol(&mut self, who: &Actor, collector: Collector, camera: MatterId) -> Result<(), SeedError> {
        let registration = Registration {
            of: Subject::Patrol,
            link: Link::Patrol,
            unit: "执法大队".to_owned(),
            documents: Vec::new(),
            place: Text::closed("示例县示例路沿线"),
            position: None,
            collectors: vec![collector],
            proves: Text::closed("巡查情况（合成数据）"),
            party: Text::closed(""),
            cause: Text::closed(""),
        };
        let id = self.made(who, registration, camera).await?;
        let entry = LogEntry {
            link: Link::Patrol,
            at: self.ago(20),
            place: Text::closed("示例路 3 号"),
            subject: Text::closed(""),
            words: Text::closed("未发现问题（合成数据）"),
        };
        self.recording(who, Some(id), RecordingCommand::AddLogEntry(entry)).await?;
        Ok(())
    }
}
