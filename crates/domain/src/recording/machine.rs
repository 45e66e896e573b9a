//! 机器识别文字: what a machine wrote down of a stored piece, so that it can be found.
//!
//! It is an aid for finding (国办发〔2018〕118号（十七）: 利用语音识别、文本分析等技术). It is no evidence, no
//! document and no record of what was said; nothing of a case is decided on it. It names its
//! engine and the digests of the bytes that it was made of, and goes with the content: the text
//! is erased with the recording and when the content is destroyed by an approved list.

use super::decide::{Outcome, no};
use super::event::{Identity, RecordingEvent};
use super::procedure::RecordingStep;
use super::state::{Phase, Recording, Segment};
use super::timeline::SegmentNo;
use super::words::SegmentKind;
use crate::case::types::words;
use crate::refusal::Refusal;
use crate::text::{MAX_CHARS, Text};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Characters that are kept of one piece: as many as a text may have; about four hours of talk.
pub const MAX_OF_PIECE: usize = MAX_CHARS;
/// Characters that are kept of all pieces of one recording together: about a day of talk.
pub const MAX_OF_RECORDING: usize = 300_000;
/// Lines of one text whose place is kept.
pub const MAX_PLACES: usize = 5_000;
/// How often the text of one piece may be asked for again.
pub const MAX_ASKS: u16 = 20;
/// Characters of the name and of the version of an engine.
const MAX_NAME: usize = 200;

words! {
    /// What a machine does with a piece.
    MachineTask {
        Ocr = "图片文字识别",
        Transcript = "语音转写",
    }
}

impl MachineTask {
    /// What is done with a piece of this kind: sound is written down, pictures are read.
    pub const fn of(kind: SegmentKind) -> Self {
        match kind {
            SegmentKind::Video | SegmentKind::Audio | SegmentKind::Surveillance => Self::Transcript,
            SegmentKind::Photo | SegmentKind::Document => Self::Ocr,
        }
    }
}

words! {
    /// Why a machine gave no text.
    MachineFault {
        NoEngine = "没有设置识别引擎",
        Unreachable = "识别服务不能连接，或者没有正常答复",
        TimedOut = "没有在限定时间内识别完",
        Nonsense = "识别引擎的答复不合格式",
        TooLarge = "文件或者答复超出限度",
        Failed = "识别程序没有成功",
        Unfit = "识别引擎的设置不能使用，或者本机不能限制识别程序",
        Storage = "本机没有读出、暂存文件",
        Full = "该音像记录的识别文字已达上限",
    }
}

/// Where a line stands in the piece; nothing where the engine did not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinePlace {
    /// Its beginning, milliseconds from the beginning of the piece.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_ms: Option<u64>,
    /// Its end, in the same way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_ms: Option<u64>,
    /// Page, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
}

/// A text that a machine made of a stored piece.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MachineText {
    /// What was done.
    pub task: MachineTask,
    /// SHA-256 chunk root of the stored bytes, hexadecimal.
    pub sha256_root: String,
    /// SHA-256 of the bytes that the engine was given, hexadecimal.
    pub sha256: String,
    /// Name of the engine, as it says it or as the settings name it.
    pub engine: String,
    /// Its version.
    pub engine_version: String,
    /// What it wrote down, a line a span; blank where it found nothing. It may be personal.
    pub text: Text,
    /// Places of the lines, in their order; lines behind the last have none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<LinePlace>,
    /// More was written down than is kept: the rest is left out.
    #[serde(default, skip_serializing_if = "is_false")]
    pub cut: bool,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // the signature serde asks for
fn is_false(value: &bool) -> bool {
    !*value
}

impl MachineText {
    /// Its lines with their places; none once it is erased.
    pub fn lines(&self) -> impl Iterator<Item = (&str, LinePlace)> {
        let places = self.places.iter().copied().chain(std::iter::repeat(LinePlace::default()));
        self.text.value().unwrap_or_default().lines().zip(places)
    }
}

/// Lines as they are kept: the text, the places, and whether something was left out for want of
/// room (in characters). A line stays one line.
pub fn kept(lines: &[(String, LinePlace)], room: usize) -> (Text, Vec<LinePlace>, bool) {
    let (mut text, mut left, mut cut) = (String::new(), room.min(MAX_OF_PIECE), false);
    let mut places = Vec::new();
    for (line, place) in lines {
        let one = line.split_whitespace().collect::<Vec<_>>().join(" ");
        if one.is_empty() {
            continue;
        }
        let separator = usize::from(!text.is_empty());
        let (count, free) = (one.chars().count(), left.saturating_sub(separator));
        if free == 0 {
            cut = true;
            break;
        }
        if separator == 1 {
            text.push('\n');
        }
        text.extend(one.chars().take(free));
        left = free.saturating_sub(count);
        if places.len() < MAX_PLACES {
            places.push(*place);
        }
        if count > free {
            cut = true;
            break;
        }
    }
    while places.last() == Some(&LinePlace::default()) {
        places.pop();
    }
    (Text::closed(text), places, cut)
}

/// How far a piece has come with the machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MachineState {
    /// The last text, and when it was noted.
    pub made: Option<(Box<MachineText>, Timestamp)>,
    /// Why the last try gave none, and when; none after one that gave a text.
    pub fault: Option<(MachineFault, Timestamp)>,
    /// Asked for since.
    pub asked: bool,
    /// How often it was asked for.
    pub asks: u16,
}

impl MachineState {
    /// Nothing is waited for: the last try ended, and nobody asked since.
    pub const fn settled(&self) -> bool {
        !self.asked && (self.made.is_some() || self.fault.is_some())
    }
}

impl Recording {
    /// Characters that may still be kept of a piece, what is kept of the others set off.
    pub fn machine_room(&self, no: SegmentNo) -> usize {
        let of_others = (1..).zip(&self.segments).filter(|(n, _)| *n != no);
        let chars = |it: &Segment| it.machine.made.as_ref().map_or(0, |(made, _)| made.text.chars());
        let held: usize = of_others.map(|(_, it)| chars(it)).sum();
        MAX_OF_RECORDING.saturating_sub(held).min(MAX_OF_PIECE)
    }
}

/// A piece whose bytes are in the store, with their identity.
fn stored<'a>(
    it: &'a Recording,
    n: SegmentNo,
    row: &RecordingStep,
) -> Result<(&'a Segment, &'a Identity), Refusal> {
    let segment = it.segment(n).ok_or_else(|| {
        no(row, "segment.unknown", format!("没有第{n}段"), "请核对分段").field("no", "没有该分段")
    })?;
    let stored = segment.identity.as_ref().filter(|_| segment.phase == Phase::Accepted);
    let stored = stored.ok_or_else(|| {
        no(row, "segment.absent", format!("第{n}段的内容还没有入库"), "入库以后再识别")
            .field("no", "还没有入库")
    })?;
    Ok((segment, stored))
}

/// A person asks for it, the first time or again.
pub(super) fn asked(it: &Recording, n: SegmentNo, row: &RecordingStep) -> Outcome {
    let (segment, _) = stored(it, n, row)?;
    if segment.machine.asks >= MAX_ASKS {
        let message = format!("第{n}段已经要求识别{MAX_ASKS}次");
        return Err(no(row, "machine.too_often", message, "请系统管理员核对识别引擎").field("no", "次数已满"));
    }
    Ok(vec![RecordingEvent::MachineTextAsked { no: n }])
}

fn awaited(segment: &Segment, n: SegmentNo, row: &RecordingStep) -> Result<(), Refusal> {
    if segment.machine.settled() {
        return Err(no(
            row,
            "machine.known",
            format!("第{n}段已经识别"),
            "需要再次识别的，由采集人或者承办人要求",
        ));
    }
    Ok(())
}

/// Notes what a machine made of a stored piece.
pub(super) fn noted(it: &Recording, n: SegmentNo, text: &MachineText, row: &RecordingStep) -> Outcome {
    let (segment, identity) = stored(it, n, row)?;
    if identity.sha256_root != text.sha256_root || identity.sha256 != text.sha256 {
        return Err(no(row, "machine.digest", "识别的不是该段入库的内容", "请按入库的内容重新识别"));
    }
    if text.task != MachineTask::of(segment.capture.kind) {
        return Err(no(row, "machine.task", "识别方式与该段的类型不符", "请核对识别引擎的设置"));
    }
    awaited(segment, n, row)?;
    let names = [&text.engine, &text.engine_version];
    if names.iter().any(|it| it.trim().is_empty() || it.chars().count() > MAX_NAME) {
        return Err(no(
            row,
            "machine.engine",
            "没有写明识别引擎的名称、版本，或者过长",
            "请核对识别引擎的设置",
        ));
    }
    if text.text.chars() > it.machine_room(n) || text.places.len() > MAX_PLACES {
        return Err(no(row, "input.too_long", "识别的文字过长", "截短后再登记，并写明有省略"));
    }
    Ok(vec![RecordingEvent::MachineTextMade { no: n, text: Box::new(text.clone()) }])
}

/// Notes that a machine gave no text.
pub(super) fn failed(it: &Recording, n: SegmentNo, why: MachineFault, row: &RecordingStep) -> Outcome {
    let (segment, _) = stored(it, n, row)?;
    awaited(segment, n, row)?;
    Ok(vec![RecordingEvent::MachineTextFailed { no: n, why }])
}

/// The state of a piece after an event about its text.
pub(super) fn next(state: &mut MachineState, event: &RecordingEvent, at: Timestamp) {
    if let RecordingEvent::MachineTextAsked { .. } = event {
        state.asked = true;
        state.asks = state.asks.saturating_add(1);
    } else if let RecordingEvent::MachineTextMade { text, .. } = event {
        let asks = state.asks;
        *state = MachineState { made: Some((text.clone(), at)), asks, ..MachineState::default() };
    } else if let RecordingEvent::MachineTextFailed { why, .. } = event {
        state.fault = Some((*why, at));
        state.asked = false;
    }
}
