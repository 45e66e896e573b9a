//! What `mingjing-media` found in a file, as a recording notes it.

use mingjing_domain::recording::reading::{
    MAX_TRACKS, Reading, SaidAt, Shortfall, TimeBasis, Track, TrackKind,
};
use mingjing_domain::text::Text;
use mingjing_media::MediaError;
use mingjing_media::metadata::{self, CapturedAt, Found, Metadata, Source};

/// Why nothing, or not all, was read; none for a fault of our own that may pass.
pub fn shortfall(error: &MediaError) -> Option<Shortfall> {
    Some(match error {
        MediaError::Unsupported => Shortfall::Unrecognised,
        MediaError::NoMetadata => Shortfall::Empty,
        MediaError::Truncated => Shortfall::Truncated,
        MediaError::Malformed { .. } => Shortfall::Malformed,
        MediaError::TooLarge { .. } => Shortfall::TooLarge,
        MediaError::TimedOut { .. } => Shortfall::TimedOut,
        MediaError::NotPresent { .. } => Shortfall::NoTool,
        MediaError::NoSandbox { .. } => Shortfall::NoSandbox,
        MediaError::Failed { .. }
        | MediaError::Nonsense { .. }
        | MediaError::Remote { .. }
        | MediaError::Rejected { .. }
        | MediaError::Config { .. }
        | MediaError::Crashed => Shortfall::Failed,
        MediaError::Io { .. } => return None,
    })
}

/// What both readers found, and what is lacking when one or both found less. `probed` is none
/// where there is no need to ask the second one.
pub fn both(
    own: Result<Metadata, MediaError>,
    probed: Option<Result<Metadata, MediaError>>,
) -> Result<(Metadata, Vec<Shortfall>), MediaError> {
    let mut errors = Vec::new();
    let mut found = Metadata::default();
    // What our own reader does not know, the other may; the other's fault stays one.
    let mut read = false;
    for (second, result) in [(false, Some(own)), (true, probed)] {
        match result {
            None => {}
            Some(Ok(more)) => {
                found = if read { found.or(more) } else { more };
                read = true;
                if second {
                    errors.clear();
                }
            }
            Some(Err(error @ MediaError::Io { .. })) => return Err(error),
            Some(Err(error)) => errors.push(error),
        }
    }
    errors.extend(found.incomplete.take());
    let mut lacking: Vec<Shortfall> = errors.iter().filter_map(shortfall).collect();
    lacking.sort_unstable();
    lacking.dedup();
    Ok((found, lacking))
}

/// As it is noted with the piece.
pub fn reading(root: &[u8; 32], found: &Metadata, lacking: Vec<Shortfall>) -> Reading {
    let tracks = found.tracks.iter().flat_map(|it| &it.value).take(MAX_TRACKS);
    Reading {
        sha256_root: hex::encode(root),
        container: value(&found.container),
        duration_ms: value(&found.duration_ms),
        width: value(&found.width),
        height: value(&found.height),
        sideways: value(&found.sideways).unwrap_or(false),
        tracks: tracks.map(track).collect(),
        said_at: found.captured_at.as_ref().map(said_at),
        device: Text::closed(device(found)),
        position: Text::closed(found.position.as_ref().map_or_else(String::new, |it| position(it.value))),
        lacking,
    }
}

fn value<T: Clone>(found: &Option<Found<T>>) -> Option<T> {
    found.as_ref().map(|it| it.value.clone())
}

fn track(it: &metadata::Track) -> Track {
    let kind = match it.kind {
        metadata::TrackKind::Video => TrackKind::Video,
        metadata::TrackKind::Audio => TrackKind::Audio,
        metadata::TrackKind::Subtitle => TrackKind::Subtitle,
        metadata::TrackKind::Other => TrackKind::Other,
    };
    Track { kind, codec: it.codec.clone() }
}

fn said_at(it: &Found<CapturedAt>) -> SaidAt {
    let CapturedAt { local, offset_seconds } = it.value;
    let basis = match (it.source, offset_seconds) {
        (Source::ExifModified, _) => TimeBasis::Changed,
        // In UTC by the format, and often civil time all the same.
        (Source::Container | Source::Ffprobe, Some(0)) => TimeBasis::HeaderUtc,
        (_, Some(_)) => TimeBasis::Zoned,
        (_, None) => TimeBasis::Unzoned,
    };
    SaidAt { local, offset_s: offset_seconds, basis }
}

fn device(found: &Metadata) -> String {
    let named = [
        ("", &found.make),
        ("", &found.model),
        ("序列号 ", &found.serial_number),
        ("程序 ", &found.software),
    ];
    let words: Vec<String> = named
        .into_iter()
        .filter_map(|(name, it)| it.as_ref().map(|it| format!("{name}{}", it.value)))
        .collect();
    words.join(" ").chars().take(600).collect()
}

/// `北纬31.131200°，东经121.444200°，海拔4.5米`.
fn position(it: metadata::Position) -> String {
    let (north, east) = (it.latitude >= 0.0, it.longitude >= 0.0);
    let height = it.altitude.map_or_else(String::new, |metres| format!("，海拔{metres:.1}米"));
    format!(
        "{}{:.6}°，{}{:.6}°{height}",
        if north { "北纬" } else { "南纬" },
        it.latitude.abs(),
        if east { "东经" } else { "西经" },
        it.longitude.abs()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use mingjing_media::metadata::Position;

    fn found<T>(value: T, source: Source) -> Option<Found<T>> {
        Some(Found { value, source })
    }

    #[test]
    fn one_reader_that_found_nothing_is_made_good_by_the_other() {
        let probed = Metadata { duration_ms: found(7, Source::Ffprobe), ..Metadata::default() };
        let own = Metadata { width: found(9, Source::Container), ..Metadata::default() };
        let absent = || MediaError::NotPresent { program: "ffprobe".into() };
        let (it, lacking) = both(Err(MediaError::Unsupported), Some(Ok(probed.clone()))).unwrap();
        assert_eq!((it.duration_ms, lacking), (probed.duration_ms.clone(), vec![]));
        let (it, lacking) = both(Ok(own.clone()), Some(Err(absent()))).unwrap();
        assert_eq!((it.width, lacking), (own.width.clone(), vec![Shortfall::NoTool]));
        let (it, lacking) = both(Ok(own.clone()), Some(Ok(probed))).unwrap();
        assert_eq!((it.width.map(|w| w.value), it.duration_ms.map(|d| d.value)), (Some(9), Some(7)));
        assert_eq!(lacking, []);
        let (it, lacking) = both(Err(MediaError::Truncated), Some(Err(absent()))).unwrap();
        assert!(it.is_empty());
        assert_eq!(lacking, [Shortfall::Truncated, Shortfall::NoTool]);
        let ours = MediaError::Io { reason: "full".into() };
        assert_eq!(both(Err(ours.clone()), None), Err(ours));
    }

    #[test]
    fn a_film_is_in_utc_by_its_format_and_an_edited_picture_says_when_it_was_edited() {
        let local = jiff::civil::date(2026, 3, 5).at(9, 30, 0, 0);
        let basis = |source, offset_seconds| {
            let value = CapturedAt { local, offset_seconds };
            said_at(&Found { value, source }).basis
        };
        assert_eq!(basis(Source::Ffprobe, Some(0)), TimeBasis::HeaderUtc);
        assert_eq!(basis(Source::Ffprobe, Some(28_800)), TimeBasis::Zoned);
        assert_eq!(basis(Source::ExifOriginal, None), TimeBasis::Unzoned);
        assert_eq!(basis(Source::ExifOriginal, Some(0)), TimeBasis::Zoned);
        assert_eq!(basis(Source::ExifModified, Some(0)), TimeBasis::Changed);
    }

    #[test]
    fn words_say_what_was_found_and_nothing_else() {
        assert!(device(&Metadata::default()).is_empty());
        let all = Metadata {
            make: found("示例".into(), Source::Exif),
            serial_number: found("SN-1".into(), Source::Exif),
            ..Metadata::default()
        };
        assert_eq!(device(&all), "示例 序列号 SN-1");
        let at = Position { latitude: -31.1312, longitude: 121.4442, altitude: Some(4.5) };
        assert_eq!(position(at), "南纬31.131200°，东经121.444200°，海拔4.5米");
    }
}
