//! What ffprobe says of a recording, where it is installed: formats and tables that nom-exif does not know, and the
//! tracks with their coding. A child in the sandbox; without ffprobe the answer is [`MediaError::NotPresent`], and the
//! product works with what nom-exif found.

use crate::error::{MediaError, shorten};
use crate::metadata::{CapturedAt, Found, Metadata, Position, Source, Track, TrackKind, clean};
use crate::sandbox::{Call, INPUT, Limits, Sandbox, find};
use crate::spool::Spool;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Formats that are opened. Playlists and lists of files, which name other files and addresses, are not among them.
pub(crate) const FORMATS: &str =
    "mov,matroska,webm,avi,mpeg,mpegts,asf,flv,wav,w64,aiff,mp3,aac,flac,ogg,amr,h264,hevc,mjpeg,dv";

/// Tracks kept.
const TRACKS: usize = 64;

/// Name of the program.
const NAME: &str = "ffprobe";

/// ffprobe on this machine.
#[derive(Debug, Clone)]
pub struct Ffprobe {
    program: PathBuf,
    sandbox: Sandbox,
    limits: Limits,
}

impl Ffprobe {
    /// The configured program, or the one on the path, with [`Limits::reading`].
    ///
    /// # Errors
    /// [`MediaError::NotPresent`].
    pub fn find(sandbox: &Sandbox, configured: Option<&Path>) -> Result<Self, MediaError> {
        Ok(Self { program: find(NAME, configured)?, sandbox: sandbox.clone(), limits: Limits::reading() })
    }

    /// The same with other limits.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Probes a copy ([`Spool::ends`] suffices). Blocking.
    ///
    /// # Errors
    /// [`MediaError::Failed`] for what ffprobe cannot open, [`MediaError::TimedOut`], [`MediaError::TooLarge`],
    /// [`MediaError::Nonsense`], [`MediaError::NoMetadata`].
    pub fn probe(&self, spool: &Spool) -> Result<Metadata, MediaError> {
        let entries = "format=format_name,duration:format_tags:stream=codec_type,codec_name,width,height:stream_tags:stream_side_data=rotation";
        let arguments = [
            "-v",
            "error",
            "-hide_banner",
            "-protocol_whitelist",
            "file",
            "-format_whitelist",
            FORMATS,
            "-probesize",
            "5000000",
            "-analyzeduration",
            "5000000",
            "-print_format",
            "json=compact=1",
            "-show_entries",
            entries,
            "-i",
            INPUT,
        ]
        .map(OsString::from);
        let output = self.sandbox.run(&Call {
            name: NAME,
            program: &self.program,
            arguments: &arguments,
            environment: &BTreeMap::new(),
            readable: Some(&[]),
            input: spool,
            limits: &self.limits,
        })?;
        parse(&output.well(NAME)?)
    }
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    format: Format,
    #[serde(default)]
    streams: Vec<Stream>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Format {
    format_name: Option<String>,
    /// Seconds, as text.
    duration: Option<String>,
    tags: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Stream {
    codec_type: Option<String>,
    codec_name: Option<String>,
    width: Option<u32>,
    height: Option<u32>,
    #[serde(default)]
    side_data_list: Vec<SideData>,
}

#[derive(Deserialize)]
struct SideData {
    /// Degrees by which it is shown turned.
    rotation: Option<f64>,
}

impl Stream {
    fn sideways(&self) -> bool {
        let mut quarters =
            self.side_data_list.iter().filter_map(|it| it.rotation).map(|it| (it / 90.0).round());
        quarters.next_back().is_some_and(|it| it.rem_euclid(2.0) == 1.0)
    }
}

/// Understands ffprobe's answer.
fn parse(answer: &[u8]) -> Result<Metadata, MediaError> {
    let answer: Answer = serde_json::from_slice(answer).map_err(|error| MediaError::Nonsense {
        program: NAME.into(),
        reason: shorten(&error.to_string()),
    })?;
    let tag = |names: &[&str]| {
        let tags = &answer.format.tags;
        names.iter().find_map(|name| tags.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)))
    };
    let text = |names: &[&str]| tag(names).and_then(|(_, value)| clean(value)).map(found);
    let captured = tag(&["com.apple.quicktime.creationdate", "creation_time", "date"]);
    let place = tag(&["com.apple.quicktime.location.ISO6709", "location", "location-eng"]);
    let video = answer.streams.iter().find(|stream| stream.codec_type.as_deref() == Some("video"));
    let side = |side: Option<u32>| side.filter(|pixels| *pixels > 0).map(found);
    let tracks: Vec<Track> = answer.streams.iter().take(TRACKS).map(track).collect();
    let metadata = Metadata {
        captured_at: captured.and_then(|(_, value)| moment(value)).map(found),
        position: place.and_then(|(_, value)| Position::from_iso6709(value)).map(found),
        make: text(&["com.apple.quicktime.make", "make", "com.android.manufacturer"]),
        model: text(&["com.apple.quicktime.model", "model", "com.android.model"]),
        serial_number: text(&["serial_number", "serial"]),
        software: text(&["com.apple.quicktime.software", "software", "encoder"]),
        duration_ms: answer.format.duration.as_deref().and_then(millis).map(found),
        width: side(video.and_then(|stream| stream.width)),
        height: side(video.and_then(|stream| stream.height)),
        sideways: video.filter(|it| it.sideways()).map(|_| found(true)),
        container: answer.format.format_name.as_deref().and_then(clean).map(found),
        tracks: (!tracks.is_empty()).then(|| found(tracks)),
        incomplete: None,
    };
    if metadata.is_empty() { Err(MediaError::NoMetadata) } else { Ok(metadata) }
}

fn found<T>(value: T) -> Found<T> {
    Found { value, source: Source::Ffprobe }
}

fn track(stream: &Stream) -> Track {
    let kind = match stream.codec_type.as_deref() {
        Some("video") => TrackKind::Video,
        Some("audio") => TrackKind::Audio,
        Some("subtitle") => TrackKind::Subtitle,
        Some(_) | None => TrackKind::Other,
    };
    Track { kind, codec: stream.codec_name.as_deref().and_then(clean) }
}

/// `12.345000` seconds in milliseconds.
fn millis(seconds: &str) -> Option<u64> {
    let seconds: f64 = seconds.trim().parse().ok()?;
    // A century is longer than any recording.
    let plausible = seconds > 0.0 && seconds < 3_155_760_000.0;
    plausible.then(|| (seconds * 1000.0).round() as u64)
}

/// `2026-03-05T01:30:00.000000Z`, `2026-03-05T09:30:00+0800`, or without a zone.
fn moment(text: &str) -> Option<CapturedAt> {
    let text = text.trim();
    let parsed = ["%Y-%m-%dT%H:%M:%S%.f%:z", "%Y-%m-%dT%H:%M:%S%.f%z"].iter().find_map(|format| {
        let utc = text.strip_suffix('Z').map(|civil| format!("{civil}+0000"));
        jiff::fmt::strtime::parse(format, utc.as_deref().unwrap_or(text)).ok()
    });
    let (local, offset_seconds) = match parsed {
        Some(time) => (time.to_datetime().ok()?, time.offset().map(|offset| offset.seconds())),
        None => (text.parse().ok()?, None),
    };
    (local.year() > 1904).then_some(CapturedAt { local, offset_seconds })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_becomes_metadata() {
        let answer = r#"{"streams":[{"codec_type":"video","codec_name":"h264","width":1920,"height":1080},
            {"codec_type":"audio","codec_name":"aac","tags":{"language":"und"}},{"codec_type":"data"}],
            "format":{"format_name":"mov,mp4,m4a,3gp,3g2,mj2","duration":"12.345600",
            "tags":{"creation_time":"2026-03-05T01:30:00.000000Z","location":"+31.1312+121.4442/",
            "com.android.model":"DSJ-\u0007A1","encoder":"Lavf"}}}"#;
        let read = parse(answer.as_bytes()).unwrap();
        let captured = read.captured_at.unwrap();
        assert_eq!(captured.source, Source::Ffprobe);
        assert_eq!(captured.value.instant().unwrap().to_string(), "2026-03-05T01:30:00Z");
        assert_eq!(read.duration_ms.unwrap().value, 12_346);
        assert_eq!((read.width.unwrap().value, read.height.unwrap().value), (1920, 1080));
        assert_eq!(read.model.unwrap().value, "DSJ-A1");
        assert_eq!(read.position.unwrap().value.latitude, 31.1312);
        let kinds: Vec<_> = read.tracks.unwrap().value.into_iter().map(|t| (t.kind, t.codec)).collect();
        assert_eq!(kinds[0], (TrackKind::Video, Some("h264".into())));
        assert_eq!(kinds[1], (TrackKind::Audio, Some("aac".into())));
        assert_eq!(kinds[2], (TrackKind::Other, None));
    }

    #[test]
    fn times_keep_the_zone_they_have() {
        let with = |text: &str| moment(text).unwrap().offset_seconds;
        assert_eq!(with("2026-03-05T09:30:00+0800"), Some(28_800));
        assert_eq!(with("2026-03-05T09:30:00+08:00"), Some(28_800));
        assert_eq!(with("2026-03-05T09:30:00.5Z"), Some(0));
        assert_eq!(with("2026-03-05 09:30:00"), None);
        for bad in ["", "1904-01-01T00:00:00Z", "soon", "2026-13-05T00:00:00Z"] {
            assert_eq!(moment(bad), None, "{bad}");
        }
    }

    #[test]
    fn impossible_answers_are_nothing() {
        assert_eq!(parse(b"{}"), Err(MediaError::NoMetadata));
        assert!(matches!(parse(b"ffprobe version"), Err(MediaError::Nonsense { .. })));
        assert!(matches!(parse(br#"{"format":{"duration":[]}}"#), Err(MediaError::Nonsense { .. })));
        for bad in ["-1", "NaN", "inf", "1e300", "0", "N/A"] {
            assert_eq!(millis(bad), None, "{bad}");
        }
    }
}
