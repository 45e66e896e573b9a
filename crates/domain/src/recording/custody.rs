//! The way of a piece from the device into the store: captured, sealed, uploaded,
//! accepted; breaks and marks. What is not in order becomes a finding and stays.

use super::decide::{Outcome, RecordingFacts, no, required};
use super::event::*;
use super::procedure::RecordingStep;
use super::state::{Phase, Recording, Segment};
use super::timeline::SegmentNo;
use super::upload::Course;
use super::words::*;
use super::work::works;
use crate::documents::Catalogue;
use crate::refusal::Refusal;
use crate::staff::Role;
use crate::text::MAX_CHARS;

/// Pieces that one recording may have: a month of files of ten minutes.
pub const MAX_SEGMENTS: usize = 4_500;

pub(super) fn capture(
    it: &Recording,
    capture: &Capture,
    row: &RecordingStep,
    facts: &RecordingFacts<'_>,
) -> Outcome {
    required(row, &capture.name, "name", "文件名")?;
    if capture.name.chars() > 300 {
        return Err(no(row, "input.too_long", "文件名过长", "文件名至多三百字").field("name", "至多300字"));
    }
    if let Some(form) = &capture.form {
        filled(form, capture.kind, row)?;
    }
    if capture.piece.is_some() && it.segments.iter().any(|s| s.capture.piece == capture.piece) {
        return Err(no(row, "segment.known", "该分段已经登记", "无须重复登记"));
    }
    if it.segments.len() >= MAX_SEGMENTS {
        return Err(no(row, "recording.too_many", "分段过多", "请另行登记一份音像记录"));
    }
    let segment = Segment {
        capture: capture.clone(),
        sealing: None,
        phase: Phase::Captured,
        uploaded: None,
        identity: None,
        mismatches: Vec::new(),
        reading: None,
        machine: Default::default(),
    };
    if ahead(segment.started(), facts) {
        return Err(no(row, "time.future", "采集时间晚于现在", "请核对设备时钟和时钟偏差")
            .field("started_at", "不能晚于现在"));
    }
    if !it.registration.collectors.iter().any(|c| c.staff == capture.by) {
        return Err(no(row, "recording.collector", "使用设备的人员不是登记的采集人", "请核对采集人")
            .field("by", "应为登记的采集人"));
    }
    let no = next_no(it);
    let mut events = vec![RecordingEvent::Captured { no, capture: capture.clone() }];
    let flag = |finding| RecordingEvent::Flagged { no: Some(no), finding };
    if capture.clock_offset_ms.unsigned_abs() > u64::from(facts.custody.max_clock_offset_s.value) * 1_000 {
        events.push(flag(Finding::ClockOff));
    }
    let device = capture.device.and_then(|id| facts.devices.get(&id));
    let device = device.filter(|d| d.organ == facts.actor.organ);
    match device {
        None => events.push(flag(Finding::DeviceUnregistered)),
        Some(device) => {
            let found = device.findings(capture.by, segment.started());
            events.extend(found.into_iter().map(flag));
        }
    }
    Ok(events)
}

/// Most fields of a form that is filled in on the spot.
const MOST_FIELDS: usize = 60;

/// A form belongs to a document, names one of the catalogue or none, and fits.
fn filled(form: &FieldForm, kind: SegmentKind, row: &RecordingStep) -> Result<(), Refusal> {
    let wrong = |message: &str, remedy: &str| {
        Err(no(row, "form.malformed", message, remedy).field("form", message.to_owned()))
    };
    if kind != SegmentKind::Document {
        return wrong("只有文书可以附笔录内容", "请将该分段登记为文书");
    }
    if !form.document.is_empty() && Catalogue::built_in().by_key(&form.document).is_none() {
        return wrong("没有这种文书", "请选择文书目录中的文书");
    }
    let fields = form.fields.iter().map(|it| (it.label.chars().count(), it.value.chars()));
    let lines = [(form.title.chars().count(), form.signer.chars()), (form.role.chars().count(), 0)];
    if form.fields.len() > MOST_FIELDS
        || fields.chain(lines).any(|(name, value)| name > 100 || value > 4_000)
        || form.text.chars() > MAX_CHARS
        || form.refused.chars() > 4_000
    {
        return wrong("笔录内容过长", "请分成几份笔录");
    }
    if form.title.trim().is_empty() || form.ended_at < form.started_at {
        return wrong("笔录没有名称，或者结束早于开始", "请更正后重新提交");
    }
    Ok(())
}

/// Later than now by more than the clocks may differ.
fn ahead(at: jiff::Timestamp, facts: &RecordingFacts<'_>) -> bool {
    let tolerated = jiff::SignedDuration::from_secs(i64::from(facts.custody.max_clock_offset_s.value));
    at.duration_since(facts.moment.recorded_at) > tolerated
}

fn next_no(it: &Recording) -> SegmentNo {
    SegmentNo::try_from(it.segments.len() + 1).unwrap_or(SegmentNo::MAX)
}

fn piece<'r>(it: &'r Recording, no_: SegmentNo, row: &RecordingStep) -> Result<&'r Segment, Refusal> {
    it.segment(no_).ok_or_else(|| {
        no(row, "segment.unknown", format!("没有第{no_}段"), "请核对分段").field("no", "没有该分段")
    })
}

/// 64 lower-case hexadecimal digits.
pub(super) fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

pub(super) fn seal(
    it: &Recording,
    n: SegmentNo,
    sealing: &Sealing,
    row: &RecordingStep,
    facts: &RecordingFacts<'_>,
) -> Outcome {
    let segment = piece(it, n, row)?;
    if segment.phase != Phase::Captured {
        return Err(no(
            row,
            "segment.sealed",
            format!("第{n}段已经封存"),
            "封存以后不得改动；有新的内容请另行采集",
        ));
    }
    if sealing.ended_at < segment.capture.started_at || (segment.capture.kind.runs() && sealing.bytes == 0) {
        return Err(no(row, "segment.empty", "结束早于开始，或者没有内容", "请核对文件和时间")
            .field("ended_at", "应在开始之后"));
    }
    if ahead(segment.corrected(sealing.ended_at), facts) {
        return Err(no(row, "time.future", "结束时间晚于现在", "请核对设备时钟和时钟偏差")
            .field("ended_at", "不能晚于现在"));
    }
    if !is_digest(&sealing.sha256_root) {
        return Err(no(row, "segment.digest", "文件摘要不正确", "应为64位十六进制小写摘要")
            .field("sha256_root", "应为64位十六进制小写"));
    }
    let mut events = vec![RecordingEvent::Sealed { no: n, sealing: sealing.clone() }];
    let told_late = it.told.as_ref().is_some_and(|t| segment.started() < t.told_at);
    if told_late && !it.flagged(Finding::ToldAfterStart) {
        events.push(RecordingEvent::Flagged { no: Some(n), finding: Finding::ToldAfterStart });
    }
    Ok(events)
}

pub(super) fn upload(
    it: &Recording,
    n: SegmentNo,
    via: UploadVia,
    row: &RecordingStep,
    facts: &RecordingFacts<'_>,
) -> Outcome {
    match piece(it, n, row)?.phase {
        Phase::Sealed | Phase::Mismatched => {}
        Phase::Captured => {
            return Err(no(row, "segment.open", format!("第{n}段还没有封存"), "请先封存，再上传"));
        }
        Phase::Uploaded | Phase::Accepted => {
            return Err(no(row, "segment.uploaded", format!("第{n}段已经上传"), "无须重复上传"));
        }
    }
    let mut events = vec![RecordingEvent::Uploaded { no: n, via }];
    let concerns = match it.registration.of {
        // Nobody stands before the camera when a notice is put up.
        Subject::Act { .. } => it.registration.link != Link::NoticeService,
        Subject::Patrol => false,
    };
    // What was said on the spot has come in before the bytes do.
    if concerns && it.told.is_none() && !it.flagged(Finding::NotTold) {
        events.push(RecordingEvent::Flagged { no: None, finding: Finding::NotTold });
    }
    let work = works(it).into_iter().find(|work| work.pieces.contains(&n));
    // Where it is not possible it cannot be said again either: judged when it is said since
    // when it was.
    let unable = it.excuse.is_some_and(|excuse| excuse.able_at.is_none());
    if let Some(work) = work
        && !it.flagged(Finding::LateUpload)
        && !unable
    {
        let (uploaded_at, start) = (Some(facts.moment.recorded_at), Some((work.ended, work.source)));
        let course = Course { start, uploaded_at, excuse: it.excuse };
        if course.lateness(facts.custody, facts.moment.recorded_at).is_ok_and(|it| it.is_late()) {
            events.push(RecordingEvent::Flagged { no: Some(n), finding: Finding::LateUpload });
        }
    }
    Ok(events)
}

/// What came is what the device sealed, or it is kept beside it as a finding. Nothing
/// is replaced.
pub(super) fn accept(it: &Recording, n: SegmentNo, identity: &Identity, row: &RecordingStep) -> Outcome {
    let segment = piece(it, n, row)?;
    let sealing = match (segment.phase, &segment.sealing) {
        (Phase::Uploaded, Some(sealing)) => sealing,
        (Phase::Accepted, _) => {
            return Err(no(row, "segment.accepted", format!("第{n}段已经入库"), "入库内容不得替换"));
        }
        (Phase::Captured | Phase::Sealed | Phase::Mismatched | Phase::Uploaded, _) => {
            return Err(no(row, "segment.absent", format!("第{n}段还没有上传"), "请先上传"));
        }
    };
    let all = [&identity.sha256_root, &identity.sm3_root, &identity.sha256, &identity.sm3];
    if all.iter().any(|it| !is_digest(it)) {
        return Err(no(row, "segment.digest", "入库摘要不正确", "请重新计算"));
    }
    if identity.sha256_root == sealing.sha256_root && identity.bytes == sealing.bytes {
        return Ok(vec![RecordingEvent::Accepted { no: n, identity: identity.clone() }]);
    }
    Ok(vec![
        RecordingEvent::Mismatched { no: n, identity: identity.clone() },
        RecordingEvent::Flagged { no: Some(n), finding: Finding::RootMismatch },
    ])
}

pub(super) fn interrupted(
    it: &Recording,
    note: &Interruption,
    row: &RecordingStep,
    facts: &RecordingFacts<'_>,
) -> Outcome {
    if note.after != 0 {
        piece(it, note.after, row)?;
    }
    if it.explained(note.after) {
        return Err(no(row, "interruption.noted", "该次中断已经说明", "无须重复说明"));
    }
    match &note.explanation {
        Explanation::Voice { segment, offset_ms } => {
            inside(it, *segment, *offset_ms, row)?;
            if *segment == note.after {
                return Err(no(
                    row,
                    "interruption.voice",
                    "语音说明应在恢复记录之后",
                    "请填写恢复以后的分段",
                )
                .field("explanation", "应为恢复以后的分段"));
            }
        }
        Explanation::Written { reported_to, statement } => {
            required(row, statement, "statement", "书面说明")?;
            let head = facts.people.get(reported_to).filter(|p| p.organ == facts.actor.organ && p.enabled);
            let head = head.is_some_and(|p| p.roles.contains(&Role::UnitHead));
            if !head || *reported_to == facts.actor.id {
                return Err(no(
                    row,
                    "interruption.report",
                    "中断应向承办机构负责人报告",
                    "请选择承办机构负责人",
                )
                .field("reported_to", "应为承办机构负责人"));
            }
        }
    }
    Ok(vec![RecordingEvent::InterruptionNoted(note.clone())])
}

/// The offset lies inside the piece, as far as its end is known.
fn inside(it: &Recording, n: SegmentNo, offset_ms: u64, row: &RecordingStep) -> Result<(), Refusal> {
    let segment = piece(it, n, row)?;
    let length = segment.ended().duration_since(segment.started()).as_millis();
    if segment.sealing.is_some() && i128::from(offset_ms) > length {
        return Err(no(row, "mark.outside", format!("标记超出第{n}段的时长"), "请核对位置")
            .field("offset_ms", "超出时长"));
    }
    Ok(())
}

pub(super) fn marked(it: &Recording, mark: &Mark, row: &RecordingStep) -> Outcome {
    inside(it, mark.segment, mark.offset_ms, row)?;
    if it.marks.len() >= 10_000 || mark.note.chars() > 500 {
        return Err(
            no(row, "mark.too_many", "标记过多或者过长", "请删减后重新提交").field("note", "至多500字")
        );
    }
    Ok(vec![RecordingEvent::Marked(mark.clone())])
}
