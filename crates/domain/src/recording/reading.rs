//! 文件自述信息: what a stored file says of itself, as the system read it.
//!
//! It is a claim of the device and stands beside what the collector registered, never in its
//! place. Where it contradicts what the device said when it sealed the piece, that is a
//! finding; what could not be read is said, and takes nothing from the piece.

use super::decide::{Outcome, RecordingFacts, no};
use super::event::RecordingEvent;
use super::procedure::RecordingStep;
use super::state::{Phase, Recording, Segment};
use super::timeline::SegmentNo;
use super::words::Finding;
use crate::case::types::{blank, words};
use crate::matter::shanghai;
use crate::text::Text;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Tracks that are kept of one file.
pub const MAX_TRACKS: usize = 64;
/// Characters of a name of a container or coding, and of a text of the file.
const MAX_NAME: usize = 200;

words! {
    /// What a time in a file stands for.
    TimeBasis {
        Zoned = "注明时区",
        Unzoned = "没有注明时区",
        HeaderUtc = "按格式为协调世界时",
        Changed = "文件最后修改时间",
    }
}

words! {
    /// Kind of a track.
    TrackKind {
        Video = "画面",
        Audio = "声音",
        Subtitle = "字幕",
        Other = "其他",
    }
}

words! {
    /// Why a file was not read, or not wholly.
    Shortfall {
        Unrecognised = "不能识别文件格式",
        Empty = "文件中没有拍摄信息",
        Truncated = "文件在中途结束",
        Malformed = "文件结构有误",
        TooLarge = "超出处理限度，没有读完",
        TimedOut = "没有在限定时间内读完",
        NoTool = "本机没有安装读取录像、录音的程序（ffprobe），只读出一部分",
        NoSandbox = "本机不能限制读取程序，没有读取",
        Failed = "读取程序没有成功",
    }
}

/// When a file says that it was made. A time without a zone stays one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaidAt {
    /// Civil time as it is written.
    pub local: DateTime,
    /// Seconds east of UTC, where the file says that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset_s: Option<i32>,
    /// What it stands for.
    pub basis: TimeBasis,
}

impl SaidAt {
    /// Instants that it may mean. A time without a zone is compared as civil time of China,
    /// which has one; the header of a film is in UTC by its format, but many devices write
    /// civil time there, so it may mean either. When a file was last changed says nothing of
    /// when it was taken.
    fn instants(&self) -> Vec<Timestamp> {
        let civil = || shanghai().to_timestamp(self.local).ok();
        let written = || {
            let offset = Offset::from_seconds(self.offset_s.unwrap_or(0)).ok()?;
            TimeZone::fixed(offset).to_timestamp(self.local).ok()
        };
        let all = match self.basis {
            TimeBasis::Zoned => [written(), None],
            TimeBasis::Unzoned => [civil(), None],
            TimeBasis::HeaderUtc => [written(), civil()],
            TimeBasis::Changed => [None, None],
        };
        all.into_iter().flatten().collect()
    }
}

/// A track of a recording.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Track {
    /// What it holds.
    pub kind: TrackKind,
    /// Its coding, by the name that the tool gives it (`h264`, `aac`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub codec: Option<String>,
}

/// What a file says of itself. Words of the device that may be personal (its serial number,
/// where it was) are texts that can be erased.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// SHA-256 chunk root of the stored bytes that were read, hexadecimal.
    pub sha256_root: String,
    /// Format, by the name that the tool gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// Length in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// Width in pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Height in pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// It is shown turned by a quarter: width and height change places.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sideways: bool,
    /// Tracks in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tracks: Vec<Track>,
    /// When it says that it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said_at: Option<SaidAt>,
    /// Maker, model, serial number of the device and program; blank where it says none.
    #[serde(default = "blank")]
    pub device: Text,
    /// Where it says that it was made; blank where it says nothing.
    #[serde(default = "blank")]
    pub position: Text,
    /// What could not be read, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lacking: Vec<Shortfall>,
}

impl Reading {
    /// Where it contradicts what was said when the piece was captured and sealed, by more than
    /// the tolerance. The file's time is the device's own, so it is held against the device's
    /// clock; the length of a piece that runs against its beginning and end.
    pub fn contradicts(&self, segment: &Segment, tolerance: SignedDuration) -> Vec<Finding> {
        let Some(sealing) = &segment.sealing else { return Vec::new() };
        let (from, to) = (segment.capture.started_at, sealing.ended_at);
        let within =
            |at: &Timestamp| from.duration_since(*at) <= tolerance && at.duration_since(to) <= tolerance;
        let mut found = Vec::new();
        let may_be = self.said_at.map_or_else(Vec::new, |it| it.instants());
        if !may_be.is_empty() && !may_be.iter().any(within) {
            found.push(Finding::FileTimeDiffers);
        }
        let length = self.duration_ms.filter(|_| segment.capture.kind.runs());
        if let Some(length) = length.and_then(|it| i64::try_from(it).ok()) {
            let said = to.duration_since(from);
            if SignedDuration::from_millis(length).saturating_sub(said).abs() > tolerance {
                found.push(Finding::FileLengthDiffers);
            }
        }
        found
    }
}

/// Notes what a stored piece says of itself, and where that is not what was said of it. A
/// reading that lacked something may be followed by a better one; both stay on record.
pub(super) fn noted(
    it: &Recording,
    n: SegmentNo,
    reading: &Reading,
    row: &RecordingStep,
    facts: &RecordingFacts<'_>,
) -> Outcome {
    let segment = it.segment(n).ok_or_else(|| {
        no(row, "segment.unknown", format!("没有第{n}段"), "请核对分段").field("no", "没有该分段")
    })?;
    let stored = segment.identity.as_ref().filter(|_| segment.phase == Phase::Accepted);
    if stored.is_none_or(|it| it.sha256_root != reading.sha256_root) {
        return Err(no(row, "segment.absent", format!("第{n}段没有这样的入库内容"), "入库以后再读取"));
    }
    if segment.reading.as_ref().is_some_and(|it| it.lacking.is_empty()) {
        return Err(no(row, "reading.known", format!("第{n}段的文件自述信息已经读取"), "无须重复读取"));
    }
    let names = reading.tracks.iter().filter_map(|it| it.codec.as_ref()).chain(&reading.container);
    let texts = [reading.device.chars(), reading.position.chars()];
    if reading.tracks.len() > MAX_TRACKS
        || names.map(|it| it.chars().count()).chain(texts).any(|count| count > 4 * MAX_NAME)
    {
        return Err(no(row, "input.too_long", "文件自述信息过长", "截短后再登记"));
    }
    let mut events = vec![RecordingEvent::MetadataRead { no: n, reading: Box::new(reading.clone()) }];
    // Where no tolerance was known at the time, nothing is compared.
    if let Some(tolerance) = &facts.custody.file_tolerance_s {
        let tolerance = SignedDuration::from_secs(i64::from(tolerance.value));
        let new = |finding: &Finding| !it.flags.iter().any(|f| f.no == Some(n) && f.finding == *finding);
        let found = reading.contradicts(segment, tolerance).into_iter().filter(new);
        events.extend(found.map(|finding| RecordingEvent::Flagged { no: Some(n), finding }));
    }
    Ok(events)
}
