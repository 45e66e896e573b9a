//! Small pictures for lists: the thumbnail of a photograph, the poster of a video. They are aids for finding, no
//! evidence: turned upright, without any metadata, at most [`SIDE`] pixels on a side, JPEG.

mod masked;
mod poster;

pub use masked::masked;
pub use poster::Ffmpeg;

use crate::error::{Bound, MediaError};
use image::codecs::jpeg::JpegEncoder;
use image::error::LimitErrorKind;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, Rgb, RgbImage};
use serde::{Deserialize, Serialize};
use std::io::{BufReader, Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Longest side of what is made, pixels.
pub const SIDE: u32 = 480;

/// Quality of what is made, of 100.
const QUALITY: u8 = 80;

/// How large a picture is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PictureLimits {
    /// Pixels on a side.
    pub side: u32,
    /// Bytes of memory for decoding.
    pub memory: u64,
    /// Bytes of the file.
    pub bytes: u64,
}

impl Default for PictureLimits {
    /// 30,000 pixels a side, 400 MiB of memory (some 139 million pixels in colour: the largest that phones make
    /// without special settings have 108 million), a file of 128 MiB.
    fn default() -> Self {
        Self { side: 30_000, memory: 400 * 1024 * 1024, bytes: 128 * 1024 * 1024 }
    }
}

/// A small picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Small {
    /// Width, pixels.
    pub width: u32,
    /// Height, pixels.
    pub height: u32,
    /// JPEG without metadata.
    pub jpeg: Vec<u8>,
}

/// Makes the thumbnail of a JPEG, PNG or WebP. What it declares is looked at before anything is decoded. Blocking; the
/// server calls it through [`crate::child`], where memory is the kernel's to limit.
///
/// # Errors
/// [`MediaError::Unsupported`] for other formats, [`MediaError::TooLarge`], [`MediaError::Truncated`],
/// [`MediaError::Malformed`], [`MediaError::Crashed`], [`MediaError::Io`].
pub fn thumbnail<R: Read + Seek>(reader: R, limits: &PictureLimits) -> Result<Small, MediaError> {
    catch_unwind(AssertUnwindSafe(|| make(reader, limits))).unwrap_or(Err(MediaError::Crashed))
}

fn make<R: Read + Seek>(reader: R, limits: &PictureLimits) -> Result<Small, MediaError> {
    let (mut picture, orientation) = decode(reader, limits)?;
    if picture.width().max(picture.height()) > SIDE {
        picture = picture.thumbnail(SIDE, SIDE);
    }
    picture.apply_orientation(orientation);
    write(&on_white(picture), QUALITY)
}

/// The picture as it lies in the file, and how it is turned.
fn decode<R: Read + Seek>(
    mut reader: R,
    limits: &PictureLimits,
) -> Result<(DynamicImage, Orientation), MediaError> {
    // The JPEG decoder takes the whole file into memory.
    if reader.seek(std::io::SeekFrom::End(0))? > limits.bytes {
        return Err(MediaError::TooLarge { bound: Bound::Copy, limit: limits.bytes });
    }
    reader.rewind()?;
    let mut opened = ImageReader::new(BufReader::new(reader)).with_guessed_format()?;
    match opened.format() {
        Some(ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP) => {}
        Some(_) | None => return Err(MediaError::Unsupported),
    }
    let mut decoding = Limits::default();
    decoding.max_image_width = Some(limits.side);
    decoding.max_image_height = Some(limits.side);
    decoding.max_alloc = Some(limits.memory);
    opened.limits(decoding.clone());
    let because = |error| reason(error, limits);
    let mut decoder = opened.into_decoder().map_err(because)?;
    let (width, height) = decoder.dimensions();
    if width > limits.side || height > limits.side {
        return Err(MediaError::TooLarge { bound: Bound::Side, limit: limits.side.into() });
    }
    if decoder.total_bytes() > limits.memory {
        return Err(MediaError::TooLarge { bound: Bound::Memory, limit: limits.memory });
    }
    decoder.set_limits(decoding).map_err(because)?;
    // A picture whose orientation cannot be read is shown as it lies.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let picture = DynamicImage::from_decoder(decoder).map_err(because)?;
    Ok((picture, orientation))
}

/// What shines through is white, as on paper.
fn on_white(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let picture = picture.into_rgba8();
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [red, green, blue, alpha] = picture.get_pixel(x, y).0;
        let over = |part: u8| {
            let mixed = u32::from(part) * u32::from(alpha) + 255 * (255 - u32::from(alpha));
            u8::try_from(mixed / 255).unwrap_or(u8::MAX)
        };
        Rgb([over(red), over(green), over(blue)])
    })
}

fn write(picture: &RgbImage, quality: u8) -> Result<Small, MediaError> {
    let mut jpeg = Vec::new();
    let encoded = JpegEncoder::new_with_quality(&mut jpeg, quality).encode_image(picture);
    encoded.map_err(|error| MediaError::Io { reason: error.to_string() })?;
    Ok(Small { width: picture.width(), height: picture.height(), jpeg })
}

fn reason(error: ImageError, limits: &PictureLimits) -> MediaError {
    match error {
        ImageError::Limits(error) => match error.kind() {
            LimitErrorKind::DimensionError => {
                MediaError::TooLarge { bound: Bound::Side, limit: limits.side.into() }
            }
            // The library's list is open at its end; what it knows now is memory.
            _ => MediaError::TooLarge { bound: Bound::Memory, limit: limits.memory },
        },
        ImageError::Unsupported(_) => MediaError::Unsupported,
        ImageError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            MediaError::Truncated
        }
        ImageError::IoError(error) => error.into(),
        ImageError::Decoding(error) => {
            MediaError::Malformed { part: crate::error::shorten(&error.to_string()) }
        }
        ImageError::Encoding(_) | ImageError::Parameter(_) => {
            MediaError::Malformed { part: "picture".into() }
        }
    }
}
