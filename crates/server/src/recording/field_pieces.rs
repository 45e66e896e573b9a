//! Pieces as a device tells them, each with the device that made it and that device's clock.

use jiff::{SignedDuration, Timestamp};
use mingjing_domain::case::form::wire_name;
use mingjing_domain::device::Device;
use mingjing_domain::matter::{MatterId, StaffId, TimeSource};
use mingjing_domain::recording::RecordingCommand;
use mingjing_domain::recording::event::{Capture, Collector, FieldForm, FilledField, Mark, Sealing};
use mingjing_domain::recording::words::{MarkKind, SegmentKind};
use mingjing_domain::refusal::Refusal;
use serde::Deserialize;
use uuid::Uuid;

use super::field_register::{text, wrong};
use crate::case::body;
use crate::kit::auth::Identity;
use crate::kit::http::Shell;
use crate::kit::problem::Failure;
use crate::kit::ui::show;

/// A piece, as the device tells it.
#[derive(Deserialize)]
pub(super) struct Piece {
    pub(super) id: Uuid,
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) bytes: u64,
    pub(super) sha256_root: String,
    /// By the clock of the device that made it.
    pub(super) captured_from: Timestamp,
    pub(super) captured_to: Timestamp,
    /// The device that made it, where it was not the one that registers: by its own clock.
    #[serde(default)]
    pub(super) device: Option<Uuid>,
    /// That device's clock minus the server's, in milliseconds, where somebody read it.
    #[serde(default)]
    pub(super) clock_offset_ms: Option<i64>,
    /// Who held it; none for the person who registers.
    #[serde(default)]
    pub(super) by: Option<Uuid>,
    /// What the form says that the piece shows.
    #[serde(default)]
    pub(super) form: Option<Written>,
}

/// A form as it was filled in on the spot, with the times that are written in it.
#[derive(Deserialize)]
pub(super) struct Written {
    #[serde(default)]
    document: String,
    title: String,
    started_at: Timestamp,
    ended_at: Timestamp,
    #[serde(default)]
    fields: Vec<WrittenField>,
    text: String,
    signer: String,
    role: String,
    #[serde(default)]
    refused: String,
}

#[derive(Deserialize)]
struct WrittenField {
    label: String,
    value: String,
}

impl Written {
    fn form(&self) -> FieldForm {
        let filled = |it: &WrittenField| FilledField { label: it.label.clone(), value: text(&it.value) };
        FieldForm {
            document: self.document.clone(),
            title: self.title.clone(),
            started_at: self.started_at,
            ended_at: self.ended_at,
            fields: self.fields.iter().map(filled).collect(),
            text: text(&self.text),
            signer: text(&self.signer),
            role: self.role.clone(),
            refused: text(&self.refused),
        }
    }
}

/// Something said or done on the spot, with its time by the device's clock.
#[derive(Deserialize)]
pub(super) struct Tick {
    what: String,
    at: Timestamp,
}

pub(super) type Step = (RecordingCommand, Option<body::Claimed>);

/// A device's clock against the server's.
pub(super) struct Corrected {
    pub(super) offset_ms: i64,
    pub(super) now: Timestamp,
    pub(super) tolerated: SignedDuration,
}

impl Corrected {
    /// A device's time on the server's clock. What lies ahead by less than clocks may
    /// differ is now; what lies ahead by more stays, and is refused.
    pub(super) fn at(&self, at: Timestamp) -> Timestamp {
        let it = at.checked_sub(SignedDuration::from_millis(self.offset_ms)).unwrap_or(at);
        if it.duration_since(self.now) <= self.tolerated { it.min(self.now) } else { it }
    }

    pub(super) fn moment(&self, at: Timestamp) -> Option<body::Claimed> {
        Some((self.at(at), TimeSource::Device { offset_ms: self.offset_ms }))
    }

    /// Another device's clock at the same moment.
    fn with(&self, offset_ms: i64) -> Self {
        Self { offset_ms, now: self.now, tolerated: self.tolerated }
    }
}

/// What each piece was made with: the device that it names, its clock and who held it; where
/// it names none, those of the registration.
pub(super) struct Made {
    device: Option<MatterId>,
    by: StaffId,
    clock: Corrected,
}

/// Devices and clocks of the pieces. A piece that names its device has that device's clock: as
/// it was read beside the import, or as the check before use found it, and the telephone's only
/// where nothing is known of it.
///
/// # Errors
/// A device or a collector that the organ does not know; or the store fails.
pub(super) async fn made(
    shell: &Shell,
    who: &Identity,
    pieces: &[Piece],
    own: (Option<MatterId>, &Corrected),
    collectors: &[Collector],
) -> Result<Vec<Made>, Failure> {
    let mut out = Vec::new();
    for (at, piece) in pieces.iter().enumerate() {
        let device = piece.device.map(MatterId).or(own.0);
        let mut offset = piece.clock_offset_ms;
        if let Some(id) = piece.device {
            let found =
                shell.app.load::<Device>(MatterId(id)).await?.filter(|it| it.organ == who.person.organ);
            let found = found.ok_or_else(|| wrong(format!("segments/{at}/device"), "本机关没有该设备"))?;
            offset = offset.or_else(|| found.offset_at(piece.captured_from));
        }
        let by = piece.by.map_or(who.person.id, StaffId);
        if !collectors.iter().any(|it| it.staff == by) {
            return Err(wrong(format!("segments/{at}/by"), "使用设备的人员不是采集人").into());
        }
        out.push(Made { device, by, clock: own.1.with(offset.unwrap_or(own.1.offset_ms)) });
    }
    Ok(out)
}

/// A piece as captured and sealed by the device.
pub(super) fn captured(at: usize, piece: &Piece, made: &Made, out: &mut Vec<Step>) -> Result<(), Refusal> {
    let clock = &made.clock;
    let kind = match piece.kind.as_str() {
        "photo" => SegmentKind::Photo,
        // A form filled in and signed by hand on the screen.
        "form" => SegmentKind::Document,
        "audio" => SegmentKind::Audio,
        "video" => SegmentKind::Video,
        _ => return Err(wrong(format!("segments/{at}/kind"), "应为 photo、audio、video 或者 form")),
    };
    let no = u16::try_from(at + 1).map_err(|_| wrong("segments", "分段过多"))?;
    let capture = Capture {
        kind,
        piece: Some(piece.id),
        name: text(&piece.name),
        started_at: piece.captured_from,
        clock_offset_ms: clock.offset_ms,
        device: made.device,
        by: made.by,
        form: piece.form.as_ref().map(|it| Box::new(it.form())),
    };
    out.push((RecordingCommand::Capture(capture), clock.moment(piece.captured_from)));
    let sealing = Sealing {
        ended_at: piece.captured_to,
        bytes: piece.bytes,
        sha256_root: piece.sha256_root.to_lowercase(),
    };
    out.push((RecordingCommand::Seal { no, sealing }, clock.moment(piece.captured_to)));
    Ok(())
}

/// A tick as a mark in the piece that ran then or next to it, both on the server's clock; before
/// a piece at its beginning. Without any piece there is nothing to mark.
pub(super) fn marked(
    at: usize,
    tick: &Tick,
    (pieces, made): (&[Piece], &[Made]),
    clock: &Corrected,
) -> Result<Option<Step>, Refusal> {
    let (kind, words) = match tick.what.as_str() {
        "identity_stated" => (MarkKind::Other, "表明身份，"),
        other => {
            let kind = MarkKind::ALL.iter().copied().find(|it| wire_name(it) == other);
            (kind.ok_or_else(|| wrong(format!("ticks/{at}/what"), "没有这种标记"))?, "")
        }
    };
    let ticked = clock.at(tick.at);
    let spans: Vec<(Timestamp, Timestamp)> = pieces
        .iter()
        .zip(made)
        .map(|(it, made)| (made.clock.at(it.captured_from), made.clock.at(it.captured_to)))
        .collect();
    let Some(running) = nearest(pieces, &spans, ticked) else { return Ok(None) };
    let Some((from, to)) = spans.get(running) else { return Ok(None) };
    let length = to.duration_since(*from).as_millis().max(0);
    let since = ticked.duration_since(*from).as_millis();
    let offset_ms = u64::try_from(since.clamp(0, length)).unwrap_or(0);
    let local = ticked.to_zoned(mingjing_domain::matter::shanghai());
    let note = format!(
        "{words}{} {:02}:{:02}:{:02}",
        show::date(local.date()),
        local.hour(),
        local.minute(),
        local.second()
    );
    let segment = u16::try_from(running + 1).map_err(|_| wrong("segments", "分段过多"))?;
    let mark = Mark { segment, offset_ms, kind, note: text(&note) };
    Ok(Some((RecordingCommand::Mark(mark), clock.moment(tick.at))))
}

/// The piece in which something is said at a moment: one that runs then, else that which runs
/// nearest to it; of photographs and papers only where nothing runs.
fn nearest(pieces: &[Piece], spans: &[(Timestamp, Timestamp)], at: Timestamp) -> Option<usize> {
    let runs = |no: &usize| pieces.get(*no).is_some_and(|it| matches!(it.kind.as_str(), "audio" | "video"));
    let away = |no: &usize| {
        let (from, to) = spans.get(*no).copied().unwrap_or((at, at));
        from.duration_since(at).max(at.duration_since(to)).max(SignedDuration::ZERO)
    };
    let running = (0..spans.len()).filter(runs).min_by_key(away);
    running.or_else(|| (0..spans.len()).min_by_key(away))
}

/// When the last piece ended, on the server's clock.
pub(super) fn last(pieces: &[Piece], made: &[Made]) -> Option<Timestamp> {
    pieces.iter().zip(made).map(|(it, made)| made.clock.at(it.captured_to)).max()
}
