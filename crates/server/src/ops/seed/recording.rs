//! Synthetic devices and recordings of the county. With a store their films and photographs
//! come into it; without one their pieces are sealed on devices that nobody holds: no bytes
//! come, and no page says that they did.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use mingjing_domain::case::form::wire_name;
use mingjing_domain::device::{DeviceCommand, DeviceKind, DeviceRegistration, Measured, Site, SiteUse};
use mingjing_domain::matter::{Actor, MatterId};
use mingjing_domain::recording::RecordingCommand;
use mingjing_domain::recording::event::{
    Capture, Collector, LogEntry, Mark, PartyTold, Registration, Sealing, Subject,
};
use mingjing_domain::recording::words::{HoldTrigger, LateGround, Link, MarkKind, SegmentKind, UploadVia};
use mingjing_domain::staff::{Role, StaffState};
use mingjing_domain::text::Text;
use mingjing_ledger::commit::EvidenceHasher;
use mingjing_vault::Vault;
use sha2::{Digest as _, Sha256};

use super::county::Organ;
use super::{SeedError, film};
use crate::case::facts::{Rules, staff_matter};
use crate::case::store::{Filter, list};
use crate::device::service as devices;
use crate::kit::app::App;
use crate::kit::clock::ManualClock;
use crate::kit::entropy::Draw;
use crate::recording::service::{Options, act, uploaded};

/// Cases of an organ that get a recording.
const CASES: u32 = 3;

/// What the recordings of one organ are made with.
pub(super) struct Maker<'a> {
    pub app: &'a App,
    pub clock: &'a ManualClock,
    pub rules: &'a Arc<Rules>,
    pub draw: &'a mut Draw,
    /// Where the bytes go; none for pieces without bytes.
    pub vault: Option<&'a Vault>,
}

/// How a recording comes into the store.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Whole, and as the device said.
    Whole,
    /// Not yet.
    Waits,
    /// One film says another time and length than its device did.
    Odd,
}

/// A piece on the device.
struct Piece {
    kind: SegmentKind,
    name: String,
    /// Beginning and end, in seconds from the beginning of the recording.
    span: (i64, i64),
    /// Its bytes; none where nobody holds the device.
    bytes: Option<Vec<u8>>,
}

/// The pieces of a recording that began at an instant.
fn pieces(begun: Timestamp, way: Way, stored: bool, words: &str) -> Vec<Piece> {
    let video = |no: u16, span, bytes| Piece {
        kind: SegmentKind::Video,
        name: format!("执法记录仪_{no}.mp4"),
        span,
        bytes,
    };
    if !stored {
        return vec![video(1, (0, 14 * 60), None), video(2, (15 * 60, 29 * 60), None)];
    }
    let after = |seconds| begun.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(begun);
    let odd = way == Way::Odd;
    // An edited or exchanged film: of the day before, and shorter than was said.
    let second = if odd { film::film(after(54 - 86_400)) } else { film::film(after(54)) };
    vec![
        video(1, (0, film::SECONDS), Some(film::film(begun))),
        video(2, (54, 54 + if odd { 300 } else { film::SECONDS }), Some(second)),
        Piece {
            kind: SegmentKind::Photo,
            name: format!("{words}_3.jpg"),
            span: (400, 400),
            bytes: Some(film::photo(after(400))),
        },
    ]
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
            let way = [Way::Whole, Way::Waits, Way::Odd].get(at).copied().unwrap_or(Way::Whole);
            let made = self.made(&officer, registration, camera, way).await?;
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

    /// A recording of a few pieces, told and marked, and stored where there is a store.
    async fn made(
        &mut self,
        who: &Actor,
        registration: Registration,
        camera: MatterId,
        way: Way,
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
        let at = |seconds| begun.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(begun);
        let pieces = pieces(begun, way, self.vault.is_some(), "现场照片");
        for (no, piece) in (1..).zip(&pieces) {
            let capture = Capture {
                kind: piece.kind,
                piece: None,
                name: Text::closed(piece.name.clone()),
                started_at: at(piece.span.0),
                clock_offset_ms: 300,
                device: Some(camera),
                by: who.id,
                form: None,
            };
            self.recording(who, Some(id), RecordingCommand::Capture(capture)).await?;
            let (bytes, root) = match &piece.bytes {
                None => (84_000_000, Sha256::digest(format!("合成数据 {words} {no}").as_bytes()).into()),
                Some(bytes) => {
                    let mut hasher = EvidenceHasher::new();
                    hasher.update(bytes);
                    (bytes.len() as u64, hasher.finish().root.sha256)
                }
            };
            let sealing = Sealing { ended_at: at(piece.span.1), bytes, sha256_root: hex::encode(root) };
            self.recording(who, Some(id), RecordingCommand::Seal { no, sealing }).await?;
        }
        let mark =
            Mark { segment: 1, offset_ms: 8_000, kind: MarkKind::CertificateShown, note: Text::closed("") };
        self.recording(who, Some(id), RecordingCommand::Mark(mark)).await?;
        self.recording(who, Some(id), RecordingCommand::EndWork { ended_at: at(31 * 60) }).await?;
        if way != Way::Waits {
            self.come(who, id, pieces).await?;
        }
        Ok(id)
    }

    /// What has bytes comes into the store.
    async fn come(&mut self, who: &Actor, id: MatterId, pieces: Vec<Piece>) -> Result<(), SeedError> {
        let Some(vault) = self.vault else { return Ok(()) };
        for (no, piece) in (1..).zip(pieces) {
            let Some(bytes) = piece.bytes else { continue };
            self.clock.advance(SignedDuration::from_secs(20));
            let identity = film::store(vault, bytes, self.app.now()).await?;
            let (place, command) = ((id, no), self.id());
            uploaded(self.app, self.rules, who, place, UploadVia::Station, &identity, command).await?;
        }
        Ok(())
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
        let id = self.made(who, registration, camera, Way::Whole).await?;
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
