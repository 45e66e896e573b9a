//! Synthetic films and photographs with real bytes, stored as those of a device are: the
//! pictures of `demo/`, each with the time of its own recording in its tables.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::stream;
use jiff::{SignedDuration, Timestamp};
use mingjing_domain::case::{Case, CaseCommand};
use mingjing_domain::device::{DeviceCommand, DeviceKind, DeviceRegistration, Measured};
use mingjing_domain::matter::{Actor, MatterId, StaffId, TimeSource, civil_day, shanghai};
use mingjing_domain::recording::RecordingCommand;
use mingjing_domain::recording::event::{
    ActNo, Capture, Collector, Identity, Mark, PartyTold, Registration, Sealing, Subject,
};
use mingjing_domain::recording::words::{Link, MarkKind, SegmentKind, UploadVia};
use mingjing_domain::staff::{Role, StaffState};
use mingjing_domain::text::Text;
use mingjing_vault::{Append, NewUpload, Retention, Vault};

use super::SeedError;
use super::county::Organ;
use crate::case::facts::{Rules, staff_matter};
use crate::case::service::{self as cases, Options as CaseOptions};
use crate::case::tables;
use crate::device::service as devices;
use crate::kit::app::{App, Batch};
use crate::kit::entropy::Draw;
use crate::kit::error::WriteError;
use crate::recording::service::{self as recordings, Options, identity_of, system};

/// 24 seconds with sound, 640 by 360; its tables say the beginning of 2000. Made by
/// `demo/make.sh`.
const FILM: &[u8] = include_bytes!("../../../demo/film.mp4");
/// 1200 by 900; its EXIF says the beginning of 2000 in Shanghai.
const PHOTO: &[u8] = include_bytes!("../../../demo/photo.jpg");
/// Length of the film in seconds.
pub const SECONDS: i64 = 24;

/// Seconds from the beginning of 1904, from which films count, to that of 1970.
const SINCE_1904: i64 = 2_082_844_800;
/// What EXIF says in the photograph.
const TAKEN: &[u8] = b"2000:01:01 00:00:00";

/// A film that says it was begun at an instant. Where the tables lie is found by their names.
pub fn film(at: Timestamp) -> Vec<u8> {
    let mut bytes = FILM.to_vec();
    // Until 2040 it fits the field.
    let since = u32::try_from(at.as_second() + SINCE_1904).unwrap_or(u32::MAX).to_be_bytes();
    for name in [b"mvhd", b"tkhd", b"mdhd"] {
        let mut from = 0;
        while let Some(found) = position(&bytes[from..], name) {
            // Behind the name: version and flags, made, changed.
            let made = from + found + 8;
            for place in [made, made + 4] {
                if let Some(field) = bytes.get_mut(place..place + 4) {
                    field.copy_from_slice(&since);
                }
            }
            from = made;
        }
    }
    bytes
}

/// A photograph that says it was taken at an instant.
pub fn photo(at: Timestamp) -> Vec<u8> {
    let mut bytes = PHOTO.to_vec();
    let taken = at.to_zoned(shanghai()).strftime("%Y:%m:%d %H:%M:%S").to_string();
    if let Some(from) = position(&bytes, TAKEN)
        && let Some(field) = bytes.get_mut(from..from + TAKEN.len())
    {
        field.copy_from_slice(taken.as_bytes());
    }
    bytes
}

fn position(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|it| it == wanted)
}

/// Takes bytes into the store as an upload does; gives their identity.
///
/// # Errors
/// When the store fails.
pub async fn store(
    vault: &Vault,
    bytes: Vec<u8>,
    now: Timestamp,
) -> Result<mingjing_ledger::commit::EvidenceIdentity, WriteError> {
    let failed = |e: mingjing_vault::Error| WriteError::Stopped(format!("证据库：{e}"));
    let new = NewUpload { length: Some(bytes.len() as u64), ..NewUpload::default() };
    let upload = vault.create(new, now).await.map_err(failed)?;
    let body = stream::iter([Ok::<_, std::io::Error>(bytes::Bytes::from(bytes))]);
    vault.append(&upload.id, Append::default(), body, now).await.map_err(failed)?;
    let stored = vault.finish(&upload.id, &Retention::default(), now).await.map_err(failed)?;
    // Nobody goes on with it: the program would look for its sender.
    vault.terminate(&upload.id).await.map_err(failed)?;
    Ok(stored.identity)
}

/// Gives each officer of an organ a camera.
///
/// # Errors
/// When the law refuses, or the store fails.
pub async fn cameras(
    app: &App,
    rules: &Arc<Rules>,
    draw: &mut Draw,
    organ: &Organ,
) -> Result<HashMap<StaffId, MatterId>, SeedError> {
    let head = organ.with(Role::UnitHead, 0)?;
    let officers = organ.people.iter().filter(|(_, roles)| roles.contains(&Role::Officer));
    let mut all = HashMap::new();
    for (no, (officer, _)) in (11..).zip(officers) {
        let number = format!("JL-0{no}");
        let registration = DeviceRegistration {
            serial: format!("SN-{number}"),
            number,
            kind: DeviceKind::BodyCamera,
            model: "示范型".to_owned(),
            unit: "执法大队".to_owned(),
            site: None,
        };
        let mut id = || draw.uuid_v7(app.now().as_millisecond());
        let register = DeviceCommand::Register(registration);
        let camera = devices::act(app, rules, &head, None, register, (id(), None)).await?.value;
        let assign = DeviceCommand::Assign { to: *officer, note: Text::closed("") };
        devices::act(app, rules, &head, Some(camera), assign, (id(), None)).await?;
        all.insert(*officer, camera);
    }
    Ok(all)
}

/// What an act of a case is recorded with.
pub(super) struct Camera<'a> {
    pub app: &'a App,
    pub rules: &'a Arc<Rules>,
    pub vault: &'a Vault,
    pub draw: &'a mut Draw,
    pub cameras: &'a HashMap<StaffId, MatterId>,
}

impl Camera<'_> {
    fn options(&mut self) -> Options {
        Options::new(self.draw.uuid_v7(self.app.now().as_millisecond()))
    }

    async fn does(
        &mut self,
        batch: &mut Batch,
        who: &Actor,
        recording: Option<MatterId>,
        command: RecordingCommand,
    ) -> Result<MatterId, WriteError> {
        let options = self.options();
        let done = recordings::act_in(batch, self.rules, who, recording, command, options).await?;
        Ok(done.value.recording)
    }

    /// Records an act half an hour before it was entered, stores the film and attaches it.
    ///
    /// # Errors
    /// When the law refuses, or a store fails.
    pub async fn act(
        &mut self,
        batch: &mut Batch,
        (organ, who): (&Organ, &Actor),
        (id, case, no): (MatterId, &Case, ActNo),
    ) -> Result<(), WriteError> {
        let now = self.app.now();
        let of_day = self.rules.on(&organ.state, organ.version, civil_day(now), None)?;
        let act = case.acts.get(usize::from(no).wrapping_sub(1)).ok_or(WriteError::NotFound("办案事项"))?;
        let link = act.requirement(&of_day.law).link.unwrap_or(Link::OnSite);
        let before = |minutes| {
            act.recorded_at.checked_sub(SignedDuration::from_mins(minutes)).unwrap_or(act.recorded_at)
        };
        let (begun, camera) = (before(30), self.cameras.get(&who.id).copied());
        if let Some(camera) = camera {
            let measured = Measured { battery_percent: Some(92), free_mib: 48_000, clock_offset_ms: 0 };
            let at = (self.options().command_id, Some((before(40), TimeSource::Device { offset_ms: 0 })));
            let check = DeviceCommand::Check(measured);
            devices::act_in(batch, self.rules, who, Some(camera), check, at).await?;
        }
        let registration = self.registration(who, (id, case, no), link).await?;
        let party = registration.party.clone();
        let it = self.does(batch, who, None, RecordingCommand::Register(registration)).await?;
        let told = PartyTold { told_at: before(31), by: who.id, person: party, wording: Text::closed("") };
        self.does(batch, who, Some(it), RecordingCommand::TellParty(told)).await?;
        let identity = store(self.vault, film(begun), now).await?;
        let identity = identity_of(&identity);
        for command in taken(who, camera, begun, identity) {
            let by = if matches!(command, RecordingCommand::Accept { .. }) {
                system(organ.id)
            } else {
                who.clone()
            };
            self.does(batch, &by, Some(it), command).await?;
        }
        let attach = CaseCommand::AttachRecording { act: no, recording: it };
        let options = CaseOptions::new(self.options().command_id);
        cases::act_in(batch, self.rules, who, Some(id), attach, options).await?;
        Ok(())
    }

    async fn registration(
        &self,
        who: &Actor,
        (id, case, no): (MatterId, &Case, ActNo),
        link: Link,
    ) -> Result<Registration, WriteError> {
        let staff = self.app.load::<StaffState>(staff_matter(who.id)).await?;
        let certificate = staff.and_then(|it| it.certificates.first().map(|it| it.number.clone()));
        let cause = case.filed.as_ref().map_or(&case.clue.summary, |it| &it.filing.cause);
        Ok(Registration {
            of: Subject::Act { case: id, act: Some(no) },
            link,
            unit: "执法大队".to_owned(),
            documents: Vec::new(),
            place: Text::closed("当事人生产经营场所"),
            position: None,
            collectors: vec![Collector { staff: who.id, certificate: certificate.unwrap_or_default() }],
            proves: Text::closed(format!("{}经过（合成数据）", link.label())),
            party: Text::closed(tables::parties(case)),
            cause: Text::closed(cause.or_erased()),
        })
    }
}

/// One film, from its beginning into the store.
fn taken(
    who: &Actor,
    device: Option<MatterId>,
    begun: Timestamp,
    identity: Identity,
) -> [RecordingCommand; 6] {
    let after = |seconds| begun.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(begun);
    let capture = Capture {
        kind: SegmentKind::Video,
        piece: None,
        name: Text::closed("执法记录仪_现场.mp4"),
        started_at: begun,
        clock_offset_ms: 0,
        device,
        by: who.id,
        form: None,
    };
    let sealing = Sealing {
        ended_at: after(SECONDS),
        bytes: identity.bytes,
        sha256_root: identity.sha256_root.clone(),
    };
    let shown =
        Mark { segment: 1, offset_ms: 3_000, kind: MarkKind::CertificateShown, note: Text::closed("") };
    [
        RecordingCommand::Capture(capture),
        RecordingCommand::Seal { no: 1, sealing },
        RecordingCommand::Mark(shown),
        RecordingCommand::EndWork { ended_at: after(60) },
        RecordingCommand::Upload { no: 1, via: UploadVia::Station },
        RecordingCommand::Accept { no: 1, identity },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_copy_says_its_own_time_and_differs_in_nothing_else() {
        let at: Timestamp = "2026-11-20T02:30:00Z".parse().unwrap();
        let (film, photo) = (film(at), photo(at));
        assert_eq!((film.len(), photo.len()), (FILM.len(), PHOTO.len()));
        let since = u32::try_from(at.as_second() + SINCE_1904).unwrap().to_be_bytes();
        // Movie, two tracks, two media: made and changed.
        assert_eq!(film.windows(4).filter(|it| *it == since).count(), 10);
        let changed = film.iter().zip(FILM).filter(|(a, b)| a != b).count();
        assert!(changed > 0 && changed <= 40, "{changed}");
        assert!(position(&photo, b"2026:11:20 10:30:00").is_some() && position(&photo, TAKEN).is_none());
    }
}
