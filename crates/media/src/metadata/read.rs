//! Reading by nom-exif and imagesize, from a reader that counts.
//!
//! The libraries are pure Rust without unsafe surprises for us to meet, but they were written for files of friends:
//! the buffer may grow to 1 GiB, each of many entries may copy the same large value. So the reader gives out a bounded
//! number of bytes and stops at a moment, entries are counted, and a panic is caught. A loop inside a library that
//! asks for no bytes could still hold a thread: the server reads through [`crate::child`], where the processor time and
//! memory are the kernel's to limit, and uses this directly only there and in tests.

use super::{CapturedAt, Found, Metadata, Position, Source, clean};
use crate::error::{Bound, MediaError};
use jiff::civil::DateTime;
use nom_exif::{
    EntryValue, ExifDateTime, ExifIter, ExifTag, GPSInfo, MediaKind, MediaParser, MediaSource, TrackInfo,
    TrackInfoTag,
};
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

/// How much is spent on one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadLimits {
    /// Bytes read from a picture.
    pub picture_bytes: u64,
    /// Bytes read from a recording, whose tables grow with its length.
    pub recording_bytes: u64,
    /// Entries of EXIF looked at.
    pub entries: u32,
    /// Wall clock.
    pub time: Duration,
}

impl Default for ReadLimits {
    /// 4 MiB of a picture, 32 MiB of a recording (its tables take some 3 MiB an hour), 2,048 entries, 5 s.
    fn default() -> Self {
        Self {
            picture_bytes: 4 * 1024 * 1024,
            recording_bytes: 32 * 1024 * 1024,
            entries: 2048,
            time: Duration::from_secs(5),
        }
    }
}

/// Reads what a file says of itself. Jumps in the file and reads little of it, however long it is. Blocking.
///
/// # Errors
/// [`MediaError::Unsupported`], [`MediaError::NoMetadata`], [`MediaError::Truncated`], [`MediaError::Malformed`],
/// [`MediaError::TooLarge`], [`MediaError::Crashed`], and [`MediaError::Io`] when the reader itself fails.
pub fn read<R: Read + Seek>(reader: R, limits: &ReadLimits) -> Result<Metadata, MediaError> {
    let mut bounded = Bounded {
        inner: reader,
        left: limits.picture_bytes,
        allowed: limits.picture_bytes,
        deadline: Instant::now() + limits.time,
        stopped: None,
        limits,
    };
    // The library notes values it meets (positions too) at ordinary levels: they belong in no log.
    let silent = tracing::subscriber::NoSubscriber::default();
    let all = || tracing::subscriber::with_default(silent, || read_all(&mut bounded, limits));
    let read = catch_unwind(AssertUnwindSafe(all));
    match (read, bounded.stopped) {
        // Whatever a library made of it: this is why.
        (Ok(Err(_)) | Err(_), Some(reason)) => Err(reason),
        (Ok(result), _) => result,
        (Err(_), None) => Err(MediaError::Crashed),
    }
}

fn read_all<R: Read + Seek>(
    bounded: &mut Bounded<'_, R>,
    limits: &ReadLimits,
) -> Result<Metadata, MediaError> {
    let library = by_nom_exif(bounded, limits);
    if let Some(reason) = bounded.stopped.clone() {
        return Err(reason);
    }
    let size = size(bounded);
    match library {
        // What the picture's own header declares goes before what EXIF says of it.
        Ok(found) => Ok(size.or(found)),
        Err(reason) if size.is_empty() => Err(reason),
        Err(MediaError::NoMetadata | MediaError::Unsupported) => Ok(size),
        Err(reason) => Ok(Metadata { incomplete: Some(reason), ..size }),
    }
}

/// Width and height as a picture's header declares them.
fn size<R: Read + Seek>(bounded: &mut Bounded<'_, R>) -> Metadata {
    let size = bounded.rewind().ok().and_then(|()| imagesize::reader_size(BufReader::new(bounded)).ok());
    let pixels = |side: usize| {
        let value = u32::try_from(side).ok().filter(|side| *side > 0)?;
        Some(Found { value, source: Source::PictureHeader })
    };
    let Some(size) = size else { return Metadata::default() };
    Metadata { width: pixels(size.width), height: pixels(size.height), ..Metadata::default() }
}

fn by_nom_exif<R: Read + Seek>(
    bounded: &mut Bounded<'_, R>,
    limits: &ReadLimits,
) -> Result<Metadata, MediaError> {
    bounded.rewind()?;
    let deadline = bounded.deadline;
    let source = MediaSource::seekable(&mut *bounded).map_err(reason)?;
    let mut parser = MediaParser::new();
    let found = match source.kind() {
        MediaKind::Image => {
            let entries = parser.parse_exif(source).map_err(reason)?;
            from_exif(entries, limits, deadline)?
        }
        MediaKind::Track => {
            drop(source);
            (bounded.left, bounded.allowed) = (limits.recording_bytes, limits.recording_bytes);
            bounded.rewind()?;
            let source = MediaSource::seekable(&mut *bounded).map_err(reason)?;
            from_track(&parser.parse_track(source).map_err(reason)?)
        }
    };
    if found.is_empty() { Err(MediaError::NoMetadata) } else { Ok(found) }
}

fn from_exif(entries: ExifIter, limits: &ReadLimits, deadline: Instant) -> Result<Metadata, MediaError> {
    let (mut found, mut place) = (Metadata::default(), Place::default());
    let mut seen = 0;
    for entry in entries {
        seen += 1;
        if seen > limits.entries {
            return Err(MediaError::TooLarge { bound: Bound::Entries, limit: limits.entries.into() });
        }
        if Instant::now() > deadline {
            return Err(out_of_time(limits));
        }
        // Directories after the first describe thumbnails.
        if entry.ifd().as_usize() > 0 {
            continue;
        }
        if let (Some(tag), Some(value)) = (entry.tag().tag(), entry.value()) {
            take(&mut found, tag, value);
            place.take(tag, value);
        }
    }
    found.position = place.position().map(|value| Found { value, source: Source::Exif });
    Ok(found)
}

/// Takes an entry of EXIF if it is one of those wanted.
fn take(found: &mut Metadata, tag: ExifTag, value: &EntryValue) {
    let text = || Some(Found { value: clean(value.as_str()?)?, source: Source::Exif });
    let pixels = || {
        let side = u32::try_from(value.try_as_integer()?).ok().filter(|side| *side > 0)?;
        Some(Found { value: side, source: Source::Exif })
    };
    let source = match tag {
        ExifTag::Make => return found.make = text(),
        ExifTag::Model => return found.model = text(),
        ExifTag::Software => return found.software = text(),
        ExifTag::CameraSerialNumber => return found.serial_number = text(),
        // 5 to 8 are those that turn by a quarter, mirrored or not.
        ExifTag::Orientation => {
            let turned = value.try_as_integer().filter(|it| (5..=8).contains(it));
            return found.sideways = turned.map(|_| Found { value: true, source: Source::Exif });
        }
        ExifTag::ExifImageWidth => return found.width = pixels(),
        ExifTag::ExifImageHeight => return found.height = pixels(),
        ExifTag::DateTimeOriginal => Source::ExifOriginal,
        ExifTag::CreateDate => Source::ExifDigitized,
        ExifTag::ModifyDate => Source::ExifModified,
        // The library's list of tags, open at its end; the others are of no use here.
        _ => return,
    };
    let rank = |source: Source| match source {
        Source::ExifOriginal => 0,
        Source::ExifDigitized => 1,
        Source::ExifModified => 2,
        Source::Exif | Source::Container | Source::PictureHeader | Source::Ffprobe => 3,
    };
    let better = found.captured_at.as_ref().is_none_or(|has| rank(source) < rank(has.source));
    if let (true, Some(value)) = (better, value.as_datetime().and_then(captured)) {
        found.captured_at = Some(Found { value, source });
    }
}

/// The entries of EXIF that together are a position (the library's own way to them reads the table once more, uncounted).
#[derive(Default)]
struct Place {
    north: Option<f64>,
    south: bool,
    east: Option<f64>,
    west: bool,
    metres: Option<f64>,
    below: bool,
}

impl Place {
    fn take(&mut self, tag: ExifTag, value: &EntryValue) {
        let is = |letter: &str| value.as_str().is_some_and(|text| text.trim().eq_ignore_ascii_case(letter));
        match tag {
            ExifTag::GPSLatitudeRef => self.south = is("S"),
            ExifTag::GPSLatitude => self.north = degrees(value),
            ExifTag::GPSLongitudeRef => self.west = is("W"),
            ExifTag::GPSLongitude => self.east = degrees(value),
            ExifTag::GPSAltitudeRef => self.below = value.try_as_integer() == Some(1),
            ExifTag::GPSAltitude => self.metres = value.try_as_float(),
            // The library's list of tags, open at its end; the others are of no use here.
            _ => {}
        }
    }

    fn position(&self) -> Option<Position> {
        let signed = |value: f64, negative| if negative { -value } else { value };
        let metres = self.metres.map(|metres| signed(metres, self.below));
        Position::new(signed(self.north?, self.south), signed(self.east?, self.west), metres)
    }
}

/// Degrees, minutes and seconds as three fractions; one over nothing is no value.
fn degrees(value: &EntryValue) -> Option<f64> {
    let [degrees, minutes, seconds] = value.as_urational_slice()?.get(..3)? else { return None };
    Some(degrees.to_f64()? + minutes.to_f64()? / 60.0 + seconds.to_f64()? / 3600.0)
}

fn from_track(track: &TrackInfo) -> Metadata {
    let text = |tag| {
        let value = clean(track.get(tag)?.as_str()?)?;
        Some(Found { value, source: Source::Container })
    };
    let pixels = |tag| {
        let side = u32::try_from(track.get(tag)?.try_as_integer()?).ok().filter(|side| *side > 0)?;
        Some(Found { value: side, source: Source::Container })
    };
    let captured = track.get(TrackInfoTag::CreateDate).and_then(EntryValue::as_datetime).and_then(captured);
    // What the library makes of a header without a time scale: no length at all.
    let duration = track.get(TrackInfoTag::DurationMs).and_then(EntryValue::as_u64);
    let duration = duration.filter(|millis| *millis > 0 && *millis < u64::MAX);
    let place = track.get(TrackInfoTag::GpsIso6709).and_then(EntryValue::as_str);
    Metadata {
        captured_at: captured.map(|value| Found { value, source: Source::Container }),
        position: place
            .and_then(Position::from_iso6709)
            .or_else(|| track.gps_info().and_then(position))
            .map(|value| Found { value, source: Source::Container }),
        make: text(TrackInfoTag::Make),
        model: text(TrackInfoTag::Model),
        software: text(TrackInfoTag::Software),
        duration_ms: duration.map(|value| Found { value, source: Source::Container }),
        width: pixels(TrackInfoTag::Width),
        height: pixels(TrackInfoTag::Height),
        ..Metadata::default()
    }
}

/// Through text, so that the library's calendar is not ours too. A movie header that was never set is in 1904.
fn captured(time: ExifDateTime) -> Option<CapturedAt> {
    let offset_seconds = time.aware().map(|time| time.offset().local_minus_utc());
    let local: DateTime = time.into_naive().format("%Y-%m-%dT%H:%M:%S").to_string().parse().ok()?;
    (local.year() > 1904).then_some(CapturedAt { local, offset_seconds })
}

fn position(gps: &GPSInfo) -> Option<Position> {
    Position::new(gps.latitude_decimal()?, gps.longitude_decimal()?, gps.altitude_meters())
}

fn reason(error: nom_exif::Error) -> MediaError {
    match error {
        nom_exif::Error::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => MediaError::Truncated,
        // Its own limit of a buffer, 1 GiB: a box that declares more than a file of ours has.
        nom_exif::Error::Io(error) if error.kind() == io::ErrorKind::Unsupported => MediaError::Truncated,
        nom_exif::Error::Io(error) => MediaError::from(error),
        nom_exif::Error::UnsupportedFormat => MediaError::Unsupported,
        nom_exif::Error::ExifNotFound | nom_exif::Error::TrackNotFound => MediaError::NoMetadata,
        nom_exif::Error::UnexpectedEof { .. } => MediaError::Truncated,
        nom_exif::Error::Malformed { kind, .. } => MediaError::Malformed { part: kind.to_string() },
        // The library's list is open at its end.
        other => MediaError::Malformed { part: crate::error::shorten(&other.to_string()) },
    }
}

fn out_of_time(limits: &ReadLimits) -> MediaError {
    let limit = u64::try_from(limits.time.as_millis()).unwrap_or(u64::MAX);
    MediaError::TooLarge { bound: Bound::Millis, limit }
}

/// Gives out so many bytes and works until a moment; seeking is free.
struct Bounded<'l, R> {
    inner: R,
    left: u64,
    allowed: u64,
    deadline: Instant,
    stopped: Option<MediaError>,
    limits: &'l ReadLimits,
}

impl<R: Read> Read for Bounded<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if Instant::now() > self.deadline {
            return Err(self.stop(out_of_time(self.limits)));
        }
        if self.left == 0 && !buffer.is_empty() {
            let limit = self.allowed;
            return Err(self.stop(MediaError::TooLarge { bound: Bound::BytesRead, limit }));
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        match self.inner.read(&mut buffer[..most]) {
            Ok(read) => {
                self.left -= read as u64;
                Ok(read)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => {
                // Ours, not the file's: a library may call it the end of the file.
                self.stopped.get_or_insert(MediaError::Io { reason: error.to_string() });
                Err(error)
            }
        }
    }
}

impl<R> Bounded<'_, R> {
    fn stop(&mut self, reason: MediaError) -> io::Error {
        self.stopped.get_or_insert(reason);
        io::ErrorKind::Other.into()
    }
}

impl<R: Seek> Seek for Bounded<'_, R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}
