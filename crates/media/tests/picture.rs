//! Thumbnails: upright, small, without metadata; bombs are refused before they are opened.
#![allow(clippy::unwrap_used)] // a panic is how a test fails

mod support;

use image::{ImageFormat, ImageReader, RgbaImage};
use mingjing_media::picture::{PictureLimits, SIDE, Small, thumbnail};
use mingjing_media::{Bound, MediaError};
use proptest::prelude::*;
use std::io::{Cursor, Write};
use std::time::{Duration, Instant};
use support::{jpeg, phone};

fn of(bytes: &[u8]) -> Result<Small, MediaError> {
    thumbnail(Cursor::new(bytes), &PictureLimits::default())
}

fn decoded(small: &Small) -> image::RgbImage {
    let reader = ImageReader::with_format(Cursor::new(&small.jpeg), ImageFormat::Jpeg);
    let picture = reader.decode().unwrap().into_rgb8();
    assert_eq!(picture.dimensions(), (small.width, small.height));
    picture
}

#[test]
fn a_photograph_becomes_small_upright_and_bare() {
    // Orientation 6: the stored top is the right side; upright, red is on the right.
    let small = of(&jpeg(1200, 800, &phone(Some("+08:00"), 6))).unwrap();
    assert_eq!((small.width, small.height), (320, SIDE));
    let picture = decoded(&small);
    let (left, right) = (picture.get_pixel(20, 240).0, picture.get_pixel(300, 240).0);
    assert!(right[0] > 180 && right[2] < 80 && left[2] > 180 && left[0] < 80, "{left:?} {right:?}");
    for trace in [b"Exif".as_slice(), b"Example", b"SN-000123", b"DSJ"] {
        assert!(!small.jpeg.windows(trace.len()).any(|window| window == trace));
    }
}

#[test]
fn small_pictures_are_not_made_larger_and_what_is_clear_is_white() {
    let small = of(&jpeg(100, 50, &phone(None, 1))).unwrap();
    assert_eq!((small.width, small.height), (100, 50));
    for format in [ImageFormat::Png, ImageFormat::WebP] {
        let mut file = Cursor::new(Vec::new());
        RgbaImage::new(960, 480).write_to(&mut file, format).unwrap();
        let small = of(file.get_ref()).unwrap();
        assert_eq!((small.width, small.height), (480, 240));
        assert!(decoded(&small).get_pixel(100, 100).0.iter().all(|part| *part > 250));
    }
}

fn chunk(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let crc = |bytes: &[u8]| {
        !bytes.iter().fold(u32::MAX, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
                if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 }
            })
        })
    };
    let named = [kind.as_slice(), body].concat();
    [&(body.len() as u32).to_be_bytes()[..], &named, &crc(&named).to_be_bytes()].concat()
}

fn declares(width: u32, height: u32, data: &[u8]) -> Vec<u8> {
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    file.extend_from_slice(&chunk(b"IHDR", &header));
    file.extend_from_slice(&chunk(b"IDAT", data));
    file.extend_from_slice(&chunk(b"IEND", b""));
    file
}

#[test]
fn a_picture_that_declares_too_much_is_not_opened() {
    let start = Instant::now();
    let side = of(&declares(60_000, 60_000, b"x")).unwrap_err();
    assert_eq!(side, MediaError::TooLarge { bound: Bound::Side, limit: 30_000 });
    let memory = of(&declares(29_000, 29_000, b"x")).unwrap_err();
    assert_eq!(memory, MediaError::TooLarge { bound: Bound::Memory, limit: 400 << 20 });
    assert!(start.elapsed() < Duration::from_secs(1));
}

/// A valid picture of 11,000 by 11,000 equal points: 363 MB from some 360 kB.
#[test]
fn a_zlib_bomb_within_the_limits_is_made_and_one_beyond_is_refused() {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, 11_000, 11_000);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_compression(png::Compression::Fast);
    let mut writer = encoder.write_header().unwrap();
    let mut stream = writer.stream_writer().unwrap();
    let row = vec![255; 33_000];
    (0..11_000).for_each(|_| stream.write_all(&row).unwrap());
    stream.finish().unwrap();
    drop(writer);
    assert!(file.len() < 4_000_000, "{} bytes", file.len());
    let start = Instant::now();
    let small = of(&file).unwrap();
    println!("{} bytes to a thumbnail in {} ms", file.len(), start.elapsed().as_millis());
    assert_eq!((small.width, small.height), (SIDE, SIDE));
    let tight = PictureLimits { memory: 100 << 20, ..PictureLimits::default() };
    let refused = thumbnail(Cursor::new(&file), &tight).unwrap_err();
    assert_eq!(refused, MediaError::TooLarge { bound: Bound::Memory, limit: 100 << 20 });
}

/// A picture of one point with a text that unpacks to 256 MiB, and more data than the picture has points.
#[test]
fn bombs_beside_the_picture_are_not_unpacked() {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, 1, 1);
    encoder.set_color(png::ColorType::Rgb);
    encoder.add_ztxt_chunk("Comment".into(), "a".repeat(256 << 20)).unwrap();
    encoder.write_header().unwrap().write_image_data(&[1, 2, 3]).unwrap();
    assert!(file.len() < 4 << 20, "{} bytes", file.len());
    let start = Instant::now();
    let tight = PictureLimits { memory: 1 << 20, ..PictureLimits::default() };
    let result = thumbnail(Cursor::new(&file), &tight);
    let took = start.elapsed();
    println!("{} bytes: {result:?} after {} ms", file.len(), took.as_millis());
    assert!(matches!(
        result,
        Ok(Small { width: 1, .. }) | Err(MediaError::TooLarge { bound: Bound::Memory, .. })
    ));
    assert!(took < Duration::from_secs(5));
}

#[test]
fn other_files_and_broken_ones_give_a_reason() {
    assert_eq!(of(b"").unwrap_err(), MediaError::Unsupported);
    assert_eq!(of(b"GIF89a\x01\0\x01\0").unwrap_err(), MediaError::Unsupported);
    assert_eq!(of(b"%PDF-1.7").unwrap_err(), MediaError::Unsupported);
    let whole = jpeg(64, 64, &phone(None, 1));
    assert!(of(&whole[..40]).is_err());
    let small = PictureLimits { bytes: 100, ..PictureLimits::default() };
    let refused = thumbnail(Cursor::new(&whole), &small).unwrap_err();
    assert_eq!(refused, MediaError::TooLarge { bound: Bound::Copy, limit: 100 });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutated_pictures_give_a_picture_or_a_reason(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..16),
        webp in any::<bool>(),
    ) {
        let mut file = jpeg(32, 32, &phone(None, 3));
        if webp {
            let mut other = Cursor::new(Vec::new());
            RgbaImage::new(32, 32).write_to(&mut other, ImageFormat::WebP).unwrap();
            file = other.into_inner();
        }
        for (at, byte) in changes {
            let at = at.index(file.len());
            file[at] = byte;
        }
        if let Ok(small) = of(&file) {
            prop_assert!(small.width <= SIDE && small.height <= SIDE && small.jpeg.starts_with(&[0xFF, 0xD8]));
        }
    }
}
