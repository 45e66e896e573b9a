//! What files say of themselves, and what hostile ones cannot do.
#![allow(clippy::unwrap_used)] // a panic is how a test fails

mod support;

use mingjing_media::metadata::{Metadata, ReadLimits, Source, read};
use mingjing_media::{Bound, MediaError};
use proptest::prelude::*;
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::time::{Duration, Instant};
use support::{CREATED, Value, boxed, heavy, jpeg, moov, mp4, phone, tiff};

fn of(bytes: &[u8]) -> Result<Metadata, MediaError> {
    read(Cursor::new(bytes), &ReadLimits::default())
}

#[test]
fn a_photograph_tells_time_place_and_device() {
    let found = of(&jpeg(64, 48, &phone(Some("+08:00"), 1))).unwrap();
    let captured = found.captured_at.unwrap();
    assert_eq!(captured.source, Source::ExifOriginal);
    assert_eq!(captured.value.local.to_string(), "2026-03-05T09:30:00");
    assert_eq!(captured.value.offset_seconds, Some(8 * 3600));
    assert_eq!(captured.value.instant().unwrap().to_string(), "2026-03-05T01:30:00Z");
    let place = found.position.unwrap().value;
    assert!((place.latitude - 31.131).abs() < 1e-6 && (place.longitude - 121.444_166_7).abs() < 1e-6);
    assert_eq!(found.make.unwrap().value, "Example");
    assert_eq!(found.model.unwrap().value, "DSJ-A1");
    assert_eq!(found.serial_number.unwrap().value, "SN-000123");
    let (width, height) = (found.width.unwrap(), found.height.unwrap());
    assert_eq!((width.value, height.value, width.source), (64, 48, Source::PictureHeader));
}

#[test]
fn a_time_without_zone_stays_without_zone() {
    let found = of(&jpeg(16, 16, &phone(None, 1))).unwrap();
    let captured = found.captured_at.unwrap().value;
    assert_eq!((captured.offset_seconds, captured.instant()), (None, None));
    // Only the time of the last change: said to be that.
    let edited = tiff(&[vec![(0x0132, Value::Text("2026:03:06 10:00:00"))]]);
    assert_eq!(of(&jpeg(16, 16, &edited)).unwrap().captured_at.unwrap().source, Source::ExifModified);
}

#[test]
fn a_recording_tells_time_length_size_and_place() {
    let tables = moov(CREATED, 600, 600 * 90 + 300, (1920, 1080), Some("+31.1312+121.4442/"));
    let found = of(&mp4(3_000_000, &tables)).unwrap();
    let captured = found.captured_at.unwrap();
    assert_eq!(captured.source, Source::Container);
    assert_eq!(captured.value.instant().unwrap().to_string(), "2026-03-05T01:30:00Z");
    assert_eq!(found.duration_ms.unwrap().value, 90_500);
    assert_eq!((found.width.unwrap().value, found.height.unwrap().value), (1920, 1080));
    let place = found.position.unwrap().value;
    assert_eq!((place.latitude, place.longitude), (31.1312, 121.4442));
    assert!(found.tracks.is_none());
}

#[test]
fn unset_headers_are_no_values() {
    let found = of(&mp4(10, &moov(0, 0, 0, (640, 480), Some("+00.0000+000.0000/")))).unwrap();
    assert_eq!((found.captured_at, found.duration_ms, found.position), (None, None, None));
    assert_eq!(found.width.unwrap().value, 640);
}

/// Pretends to be long without being so, and counts what is read of it.
struct Long {
    start: Vec<u8>,
    end: Vec<u8>,
    length: u64,
    at: u64,
    read: u64,
}

impl Read for Long {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = (self.length - self.at).min(buffer.len() as u64) as usize;
        let end_at = self.length - self.end.len() as u64;
        for (offset, byte) in buffer[..count].iter_mut().enumerate() {
            let at = self.at + offset as u64;
            *byte = match at.checked_sub(end_at) {
                Some(inside) => self.end[inside as usize],
                None => self.start.get(at as usize).copied().unwrap_or(0),
            };
        }
        self.at += count as u64;
        self.read += count as u64;
        Ok(count)
    }
}

impl Seek for Long {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        let target = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(offset) => self.length.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.at.checked_add_signed(offset),
        };
        self.at = target.ok_or(std::io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

#[test]
fn little_is_read_of_a_recording_of_four_gigabytes() {
    let tables = moov(CREATED, 1000, 3_600_000, (1280, 720), None);
    let length = 4_u64 << 30;
    let mut start = boxed(b"ftyp", b"isom\0\0\x02\0isommp42");
    let content = length - start.len() as u64 - tables.len() as u64;
    start.extend_from_slice(&1_u32.to_be_bytes());
    start.extend_from_slice(b"mdat");
    start.extend_from_slice(&content.to_be_bytes());
    let mut file = Long { start, end: tables, length, at: 0, read: 0 };
    let found = read(&mut file, &ReadLimits::default()).unwrap();
    assert_eq!(found.duration_ms.unwrap().value, 3_600_000);
    assert!(file.read < 1 << 20, "{} bytes read", file.read);
}

#[test]
fn tables_longer_than_the_limit_are_given_up() {
    // A box of free space inside the tables, so that they are 40 MiB.
    let mut body = vec![0; 40 << 20];
    body[..4].copy_from_slice(&(40_u32 << 20).to_be_bytes());
    body[4..8].copy_from_slice(b"free");
    let refused = of(&mp4(10, &boxed(b"moov", &body))).unwrap_err();
    assert_eq!(refused, MediaError::TooLarge { bound: Bound::BytesRead, limit: 32 << 20 });
}

#[test]
fn lengths_beyond_the_file_are_named_and_cost_nothing() {
    let mut file = boxed(b"ftyp", b"isom\0\0\x02\0isommp42");
    file.extend_from_slice(&[0x3F, 0xFF, 0xFF, 0xFF]);
    file.extend_from_slice(b"moov\0\0\0\x10mvhd");
    assert_eq!(of(&file).unwrap_err(), MediaError::Truncated);
    let whole = mp4(1000, &moov(CREATED, 600, 600, (64, 64), None));
    for length in 0..whole.len() {
        if let Ok(found) = of(&whole[..length]) {
            assert!(found.duration_ms.as_ref().is_none_or(|d| d.value == 1000), "{length}: {found:?}");
        }
    }
}

#[test]
fn other_files_are_told_apart() {
    assert_eq!(of(b"").unwrap_err(), MediaError::Unsupported);
    assert_eq!(of(b"PK\x03\x04 a bomb of zips").unwrap_err(), MediaError::Unsupported);
    assert_eq!(of(&[0; 4096]).unwrap_err(), MediaError::Unsupported);
    let plain = of(&jpeg(8, 8, &tiff(&[vec![]]))).unwrap();
    assert_eq!((plain.captured_at, plain.width.unwrap().value), (None, 8));
}

/// Boxes in boxes, and directories that point at themselves and at each other.
#[test]
fn depth_and_circles_end() {
    let mut nested = Vec::new();
    for _ in 0..20_000 {
        nested = [&(nested.len() as u32 + 8).to_be_bytes()[..], b"meta", &nested].concat();
    }
    let _ = of(&mp4(10, &boxed(b"moov", &nested)));
    let circle = tiff(&[
        vec![(0x010F, Value::Text("Example")), (0x8769, Value::Directory(0)), (0x8825, Value::Directory(1))],
        vec![(0x8769, Value::Directory(0)), (0x8825, Value::Directory(1))],
    ]);
    let start = Instant::now();
    assert_eq!(of(&jpeg(8, 8, &circle)).unwrap().make.unwrap().value, "Example");
    assert!(start.elapsed() < Duration::from_secs(2));
}

/// Each of very many entries is the same large value: read one at a time and counted.
#[test]
fn many_entries_of_one_large_value_are_bounded() {
    let file = heavy(true);
    let start = Instant::now();
    let found = of(&file).unwrap();
    let reason = found.incomplete.unwrap();
    assert!(
        matches!(reason, MediaError::TooLarge { bound: Bound::Entries | Bound::Millis, .. }),
        "{reason:?}"
    );
    assert_eq!(found.width.unwrap().value, 8);
    println!("given up after {} ms", start.elapsed().as_millis());
    assert!(start.elapsed() < Duration::from_secs(12));
}

/// A reader that fails is our fault, not the file's.
struct Broken(Cursor<Vec<u8>>);

impl Read for Broken {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.0.position() > 100 { Err(std::io::Error::other("disk")) } else { self.0.read(buffer) }
    }
}

impl Seek for Broken {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.0.seek(to)
    }
}

#[test]
fn a_failing_reader_is_not_the_files_fault() {
    let file = jpeg(600, 600, &phone(None, 1));
    let refused = read(Broken(Cursor::new(file)), &ReadLimits::default()).unwrap_err();
    assert_eq!(refused, MediaError::Io { reason: "disk".into() });
}

fn samples() -> Vec<Vec<u8>> {
    vec![
        jpeg(16, 16, &phone(Some("+08:00"), 6)),
        phone(Some("+08:00"), 1),
        mp4(200, &moov(CREATED, 600, 54_300, (1920, 1080), Some("+31.1312+121.4442/"))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// Bytes changed, cut and doubled: an answer or a reason, soon, and never a panic that leaves the library.
    #[test]
    fn mutated_files_give_an_answer_or_a_reason(
        which in 0..3_usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..24),
        cut in any::<prop::sample::Index>(),
        cuts in any::<bool>(),
    ) {
        let mut file = samples().swap_remove(which);
        for (at, byte) in changes {
            let at = at.index(file.len());
            file[at] = byte;
        }
        if cuts {
            file.truncate(cut.index(file.len()));
        }
        let start = Instant::now();
        if let Ok(found) = of(&file) {
            prop_assert!(!found.is_empty());
            if let Some(place) = found.position {
                prop_assert!(place.value.latitude.abs() <= 90.0 && place.value.longitude.abs() <= 180.0);
            }
            if let Some(make) = found.make {
                prop_assert!(!make.value.chars().any(char::is_control) && make.value.chars().count() <= 200);
            }
        }
        prop_assert!(start.elapsed() < Duration::from_secs(7));
    }

    /// Any bytes behind the beginning of a known format.
    #[test]
    fn noise_behind_a_known_beginning(which in 0..3_usize, noise in prop::collection::vec(any::<u8>(), 0..600)) {
        let mut file = samples().swap_remove(which);
        file.truncate(32);
        file.extend_from_slice(&noise);
        let _ = of(&file);
    }
}
