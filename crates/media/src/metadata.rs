//! What a file says of itself: when and where it was made, by which device, how long and how large it is.
//!
//! All of it is the device's claim, and can be wrong or forged; the product shows it beside what the officer entered
//! and what the server saw, and never puts it in their place. Each value says where it stood.

mod read;

pub use read::{ReadLimits, read};

use crate::error::MediaError;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use serde::{Deserialize, Serialize};

/// Where in a file a value stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// EXIF: when the original was taken (DateTimeOriginal).
    ExifOriginal,
    /// EXIF: when it was digitised (DateTimeDigitized).
    ExifDigitized,
    /// EXIF: when the file was last changed (DateTime). A picture that was edited says this.
    ExifModified,
    /// Another entry of EXIF.
    Exif,
    /// The tables of a recording: movie header, user data, keys (ISO base media), segment information (Matroska).
    Container,
    /// The header that declares a picture's size.
    PictureHeader,
    /// ffprobe.
    Ffprobe,
}

/// A value and where it stood.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Found<T> {
    /// The value.
    pub value: T,
    /// Where it stood.
    pub source: Source,
}

/// When a file says it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CapturedAt {
    /// Civil time as the device wrote it.
    pub local: DateTime,
    /// Seconds east of UTC, if the device wrote that too. Without it this is a time of no zone, and stays one: no
    /// zone is guessed. (Movie headers are in UTC by their format; devices that write local time there are common.)
    pub offset_seconds: Option<i32>,
}

impl CapturedAt {
    /// The instant, if the zone is known.
    #[must_use]
    pub fn instant(&self) -> Option<Timestamp> {
        let offset = Offset::from_seconds(self.offset_seconds?).ok()?;
        offset.to_timestamp(self.local).ok()
    }
}

/// Where a file says it was made, WGS 84.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Position {
    /// Degrees, north positive, −90 to 90.
    pub latitude: f64,
    /// Degrees, east positive, −180 to 180.
    pub longitude: f64,
    /// Metres above sea level.
    pub altitude: Option<f64>,
}

impl Position {
    /// A position on the earth; exactly 0, 0 is what devices write that have none.
    pub(crate) fn new(latitude: f64, longitude: f64, altitude: Option<f64>) -> Option<Self> {
        let on_earth = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
        let known = latitude != 0.0 || longitude != 0.0;
        let altitude = altitude.filter(|metres| metres.abs() < 100_000.0);
        (on_earth && known).then_some(Self { latitude, longitude, altitude })
    }

    /// `+31.1312+121.4442+004.500/` (ISO 6709 in degrees), as recordings carry it.
    pub(crate) fn from_iso6709(text: &str) -> Option<Self> {
        let text = text.trim().trim_end_matches('/');
        let text = text.split("CRS").next()?;
        let mut starts: Vec<usize> = text.match_indices(['+', '-']).map(|(at, _)| at).collect();
        if starts.first() != Some(&0) || starts.len() > 3 {
            return None;
        }
        starts.push(text.len());
        let mut numbers = Vec::new();
        for pair in starts.windows(2) {
            numbers.push(text.get(*pair.first()?..*pair.last()?)?.parse::<f64>().ok()?);
        }
        Self::new(*numbers.first()?, *numbers.get(1)?, numbers.get(2).copied())
    }
}

/// Kind of a track.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrackKind {
    /// Pictures.
    Video,
    /// Sound.
    Audio,
    /// Text over time.
    Subtitle,
    /// Anything else (positions, time codes).
    Other,
}

/// A track of a recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Track {
    /// What it holds.
    pub kind: TrackKind,
    /// Its coding, by the name that the tool gives it (`h264`, `aac`).
    pub codec: Option<String>,
}

/// Everything a file says of itself that is of use here. Texts are the device's: cleaned of control characters and
/// cut to 200 characters, and still a stranger's.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Metadata {
    /// When it was made.
    pub captured_at: Option<Found<CapturedAt>>,
    /// Where.
    pub position: Option<Found<Position>>,
    /// Maker of the device.
    pub make: Option<Found<String>>,
    /// Model of the device.
    pub model: Option<Found<String>>,
    /// Serial number of the device.
    pub serial_number: Option<Found<String>>,
    /// Program that wrote the file.
    pub software: Option<Found<String>>,
    /// Length, milliseconds.
    pub duration_ms: Option<Found<u64>>,
    /// Width, pixels, as declared and before any turning.
    pub width: Option<Found<u32>>,
    /// Height, pixels, as declared and before any turning.
    pub height: Option<Found<u32>>,
    /// It is shown turned by a quarter: width and height change places.
    pub sideways: Option<Found<bool>>,
    /// Format of the container, by the name that the tool gives it.
    pub container: Option<Found<String>>,
    /// Tracks in their order. nom-exif does not tell them; ffprobe does.
    pub tracks: Option<Found<Vec<Track>>>,
    /// Why more could not be read, when only a part could: the size of a picture whose EXIF is broken.
    pub incomplete: Option<MediaError>,
}

impl Metadata {
    /// Nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self { incomplete: self.incomplete.clone(), ..Self::default() }
    }

    /// Fills what is missing here from another reading of the same file. It stays incomplete only if both are.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            captured_at: self.captured_at.or(other.captured_at),
            position: self.position.or(other.position),
            make: self.make.or(other.make),
            model: self.model.or(other.model),
            serial_number: self.serial_number.or(other.serial_number),
            software: self.software.or(other.software),
            duration_ms: self.duration_ms.or(other.duration_ms),
            width: self.width.or(other.width),
            height: self.height.or(other.height),
            sideways: self.sideways.or(other.sideways),
            container: self.container.or(other.container),
            tracks: self.tracks.or(other.tracks),
            incomplete: self.incomplete.and(other.incomplete),
        }
    }
}

/// A text of a stranger's device: without control characters and marks that turn the direction of writing, trimmed,
/// at most 200 characters; nothing if nothing is left.
pub(crate) fn clean(text: &str) -> Option<String> {
    let turns =
        |c: char| matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    let kept: String = text.chars().filter(|c| !c.is_control() && !turns(*c)).take(200).collect();
    let kept = kept.trim();
    (!kept.is_empty()).then(|| kept.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_of_recordings_are_read_and_impossible_ones_are_not() {
        let read = Position::from_iso6709("+31.1312+121.4442+004.500/").unwrap();
        assert_eq!((read.latitude, read.longitude, read.altitude), (31.1312, 121.4442, Some(4.5)));
        let south = Position::from_iso6709("-33.5-070.6/").unwrap();
        assert_eq!((south.latitude, south.longitude, south.altitude), (-33.5, -70.6, None));
        let with_system = Position::from_iso6709("+27.5+100.25+2000.0CRSWGS_84/").unwrap();
        assert_eq!(with_system.altitude, Some(2000.0));
        for bad in [
            "",
            "/",
            "+00.0000+000.0000/",
            "+91+000/",
            "+10+181/",
            "10+20",
            "+1+2+3+4/",
            "+x+y",
            "+NaN+1",
            "+",
        ] {
            assert_eq!(Position::from_iso6709(bad), None, "{bad}");
        }
    }

    #[test]
    fn an_instant_needs_the_offset() {
        let local = jiff::civil::date(2026, 3, 5).at(9, 30, 0, 0);
        let with = CapturedAt { local, offset_seconds: Some(8 * 3600) };
        assert_eq!(with.instant().unwrap().to_string(), "2026-03-05T01:30:00Z");
        assert_eq!(CapturedAt { offset_seconds: None, ..with }.instant(), None);
        assert_eq!(CapturedAt { offset_seconds: Some(i32::MAX), ..with }.instant(), None);
    }

    #[test]
    fn texts_are_cleaned() {
        assert_eq!(clean(" 执法\u{0}记录仪\u{202E}A\n "), Some("执法记录仪A".into()));
        assert_eq!(clean("\u{0}\u{7}  "), None);
        assert_eq!(clean(&"长".repeat(500)).unwrap().chars().count(), 200);
    }
}
