//! Little writers of files, and programs that misbehave.
#![allow(dead_code)] // every test binary uses its part

use mingjing_media::sandbox::{Limits, Sandbox};
use mingjing_media::spool::Spool;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub fn spool(bytes: &[u8]) -> Spool {
    Spool::whole(&mut &bytes[..], &std::env::temp_dir(), u64::MAX).unwrap()
}

pub fn sandbox() -> Sandbox {
    Sandbox::detect().unwrap()
}

/// Two seconds, one of processor, 1 MiB of answer.
pub fn short() -> Limits {
    Limits { wall: Duration::from_secs(2), cpu_seconds: 1, ..Limits::reading() }
}

/// A shell script in a folder of its own that goes with the test.
pub struct Script {
    folder: tempfile::TempDir,
    pub path: PathBuf,
}

impl Script {
    pub fn new(body: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("program");
        let mut file = std::fs::File::create(&path).unwrap();
        write!(file, "#!/bin/sh\n{body}\n").unwrap();
        file.set_permissions(std::fs::Permissions::from_mode(0o755)).unwrap();
        drop(file);
        Self { folder, path }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// A value of an EXIF entry.
#[derive(Clone)]
pub enum Value {
    Text(&'static str),
    Short(u16),
    Rationals(Vec<(u32, u32)>),
    /// Offset of another directory, by its number in the list.
    Directory(usize),
}

/// TIFF, little endian: the directories one after the other, each entry's long values after it.
pub fn tiff(directories: &[Vec<(u16, Value)>]) -> Vec<u8> {
    let long = |value: &Value| match value {
        Value::Text(text) if text.len() + 1 > 4 => {
            let mut bytes = text.as_bytes().to_vec();
            bytes.push(0);
            bytes.resize(bytes.len().next_multiple_of(2), 0);
            bytes
        }
        Value::Rationals(parts) => {
            parts.iter().flat_map(|(n, d)| [n.to_le_bytes(), d.to_le_bytes()].concat()).collect()
        }
        Value::Text(_) | Value::Short(_) | Value::Directory(_) => Vec::new(),
    };
    let mut starts = Vec::new();
    let mut at = 8;
    for directory in directories {
        starts.push(at as u32);
        at += 2 + directory.len() * 12 + 4 + directory.iter().map(|(_, v)| long(v).len()).sum::<usize>();
    }
    let mut file = b"II*\0\x08\0\0\0".to_vec();
    for directory in directories {
        file.extend_from_slice(&u16::try_from(directory.len()).unwrap().to_le_bytes());
        let mut data_at = (file.len() + directory.len() * 12 + 4) as u32;
        let mut data = Vec::new();
        for (tag, value) in directory {
            let bytes = long(value);
            let (kind, count, inline): (u16, u32, [u8; 4]) = match value {
                Value::Text(text) => {
                    let mut inline = [0; 4];
                    if bytes.is_empty() {
                        inline[..text.len()].copy_from_slice(text.as_bytes());
                    }
                    (2, text.len() as u32 + 1, inline)
                }
                Value::Short(n) => (3, 1, [n.to_le_bytes()[0], n.to_le_bytes()[1], 0, 0]),
                Value::Rationals(parts) => (5, parts.len() as u32, [0; 4]),
                Value::Directory(index) => (4, 1, starts[*index].to_le_bytes()),
            };
            file.extend_from_slice(&tag.to_le_bytes());
            file.extend_from_slice(&kind.to_le_bytes());
            file.extend_from_slice(&count.to_le_bytes());
            file.extend_from_slice(&if bytes.is_empty() { inline } else { data_at.to_le_bytes() });
            data_at += bytes.len() as u32;
            data.extend_from_slice(&bytes);
        }
        file.extend_from_slice(&[0; 4]);
        file.extend_from_slice(&data);
    }
    file
}

/// What a phone writes: device, time with offset if given, orientation, and where it was (31°07′51.6″N 121°26′39″E).
pub fn phone(offset: Option<&'static str>, orientation: u16) -> Vec<u8> {
    let mut exif = vec![(0x9003, Value::Text("2026:03:05 09:30:00"))];
    if let Some(offset) = offset {
        exif.push((0x9011, Value::Text(offset)));
    }
    exif.push((0xA431, Value::Text("SN-000123")));
    tiff(&[
        vec![
            (0x010F, Value::Text("Example")),
            (0x0110, Value::Text("DSJ-A1")),
            (0x0112, Value::Short(orientation)),
            (0x0132, Value::Text("2026:03:06 10:00:00")),
            (0x8769, Value::Directory(1)),
            (0x8825, Value::Directory(2)),
        ],
        exif,
        vec![
            (1, Value::Text("N")),
            (2, Value::Rationals(vec![(31, 1), (7, 1), (516, 10)])),
            (3, Value::Text("E")),
            (4, Value::Rationals(vec![(121, 1), (26, 1), (39, 1)])),
        ],
    ])
}

/// A JPEG of two halves, red above and blue below, with EXIF put in by hand after its first two bytes.
pub fn jpeg(width: u32, height: u32, tiff: &[u8]) -> Vec<u8> {
    let picture = image::RgbImage::from_fn(width, height, |_, y| {
        image::Rgb(if y < height / 2 { [220, 20, 20] } else { [20, 20, 220] })
    });
    let mut plain = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut plain, 90).encode_image(&picture).unwrap();
    let mut file = plain[..2].to_vec();
    file.extend_from_slice(&[0xFF, 0xE1]);
    file.extend_from_slice(&u16::try_from(tiff.len() + 8).unwrap().to_be_bytes());
    file.extend_from_slice(b"Exif\0\0");
    file.extend_from_slice(tiff);
    file.extend_from_slice(&plain[2..]);
    file
}

/// A WebP whose EXIF has very many entries, each the same value of 2 MiB: under names of their own, or all the same name.
pub fn heavy(different: bool) -> Vec<u8> {
    let (entries, value) = (60_000_u16, 2_u32 << 20);
    let data_at = 8 + 2 + u32::from(entries) * 12 + 4;
    let mut tiff = b"II*\0\x08\0\0\0".to_vec();
    tiff.extend_from_slice(&entries.to_le_bytes());
    for entry in 0..entries {
        let tag = if different { entry + 1000 } else { 1000 };
        tiff.extend_from_slice(&tag.to_le_bytes());
        tiff.extend_from_slice(&7_u16.to_le_bytes());
        tiff.extend_from_slice(&value.to_le_bytes());
        tiff.extend_from_slice(&data_at.to_le_bytes());
    }
    tiff.extend_from_slice(&[0; 4]);
    tiff.resize(tiff.len() + value as usize, 0xAB);
    let chunk = |kind: &[u8; 4], body: &[u8]| [kind, &(body.len() as u32).to_le_bytes()[..], body].concat();
    let header = chunk(b"VP8X", &[8, 0, 0, 0, 7, 0, 0, 7, 0, 0]);
    chunk(b"RIFF", &[b"WEBP".to_vec(), header, chunk(b"EXIF", &tiff)].concat())
}

/// A box of an MP4.
pub fn boxed(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut bytes = u32::try_from(body.len() + 8).unwrap().to_be_bytes().to_vec();
    bytes.extend_from_slice(kind);
    bytes.extend_from_slice(body);
    bytes
}

/// Tables of an MP4: seconds since 1904, units a second and units; width and height; where it was.
pub fn moov(created: u32, scale: u32, length: u32, size: (u32, u32), place: Option<&str>) -> Vec<u8> {
    let words = |words: &[u32]| words.iter().flat_map(|w| w.to_be_bytes()).collect::<Vec<u8>>();
    let mut mvhd = words(&[0, created, created, scale, length, 0x0001_0000]);
    mvhd.resize(96, 0);
    mvhd.extend_from_slice(&2_u32.to_be_bytes());
    let mut tkhd = words(&[7, created, created, 1, 0, length]);
    tkhd.resize(76, 0);
    tkhd.extend_from_slice(&words(&[size.0 << 16, size.1 << 16]));
    let mut body = boxed(b"mvhd", &mvhd);
    let video = boxed(b"mdia", &boxed(b"hdlr", b"\0\0\0\0\0\0\0\0vide\0\0\0\0\0\0\0\0\0\0\0\0\0"));
    body.extend_from_slice(&boxed(b"trak", &[boxed(b"tkhd", &tkhd), video].concat()));
    if let Some(place) = place {
        let mut text = u16::try_from(place.len()).unwrap().to_be_bytes().to_vec();
        text.extend_from_slice(&[0x15, 0xC7]);
        text.extend_from_slice(place.as_bytes());
        body.extend_from_slice(&boxed(b"udta", &boxed(b"\xA9xyz", &text)));
    }
    boxed(b"moov", &body)
}

/// An MP4 whose tables stand at the end, after so many bytes of content.
pub fn mp4(content: usize, moov: &[u8]) -> Vec<u8> {
    let mut file = boxed(b"ftyp", b"isom\0\0\x02\0isommp42");
    file.extend_from_slice(&boxed(b"mdat", &vec![0; content]));
    file.extend_from_slice(moov);
    file
}

/// 2026-03-05 01:30:00 UTC in seconds since 1904.
pub const CREATED: u32 = 3_855_519_000;
