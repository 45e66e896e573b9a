//! A photograph with regions covered, made coarse, or cut away: upright, without any metadata, written anew.

use super::{PictureLimits, Small, decode, on_white, write};
use crate::error::MediaError;
use crate::mask::{CELLS, Edit, Region};
use image::imageops::{FilterType, crop_imm, replace, resize};
use image::{Rgb, RgbImage};
use std::io::{Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Quality of what is made, of 100: it is for publication, not for a list.
const QUALITY: u8 = 92;

/// Makes the derivative of a JPEG, PNG or WebP as a JPEG; regions are of the upright picture, which must have this
/// width and height. Blocking; the server calls it through [`crate::child`], where memory is the kernel's to limit.
///
/// # Errors
/// As [`super::thumbnail`]; [`MediaError::Config`] for edits that do not fit, or another size.
pub fn masked<R: Read + Seek>(
    reader: R,
    frame: (u32, u32),
    edits: &[Edit],
    limits: &PictureLimits,
) -> Result<Small, MediaError> {
    catch_unwind(AssertUnwindSafe(|| make(reader, frame, edits, limits))).unwrap_or(Err(MediaError::Crashed))
}

fn make<R: Read + Seek>(
    reader: R,
    frame: (u32, u32),
    edits: &[Edit],
    limits: &PictureLimits,
) -> Result<Small, MediaError> {
    let misfit = |reason: &str| MediaError::Config { reason: reason.to_owned() };
    let (mut picture, orientation) = decode(reader, limits)?;
    picture.apply_orientation(orientation);
    if (picture.width(), picture.height()) != frame {
        return Err(misfit("照片的尺寸与所登记的不一致"));
    }
    let mut picture = on_white(picture);
    let mut left = None;
    for edit in edits {
        let region = match edit {
            Edit::Cover(_, region) | Edit::Blur(_, region) | Edit::Crop(region) => *region,
            Edit::Mute(_) | Edit::Disguise(_) => return Err(misfit("照片没有声音")),
        };
        if !region.inside(frame) {
            return Err(misfit("区域超出画面"));
        }
        match edit {
            Edit::Cover(..) => cover(&mut picture, region),
            Edit::Blur(..) => coarse(&mut picture, region),
            Edit::Crop(_) => left = Some(region),
            Edit::Mute(_) | Edit::Disguise(_) => {}
        }
    }
    let picture = match left {
        Some(Region { x, y, width, height }) => crop_imm(&picture, x, y, width, height).to_image(),
        None => picture,
    };
    write(&picture, QUALITY)
}

fn cover(picture: &mut RgbImage, at: Region) {
    replace(picture, &RgbImage::from_pixel(at.width, at.height, Rgb([0, 0, 0])), at.x.into(), at.y.into());
}

fn coarse(picture: &mut RgbImage, at: Region) {
    let part = crop_imm(picture, at.x, at.y, at.width, at.height).to_image();
    let cells = |side: u32| (side / 2).clamp(1, CELLS);
    let few = resize(&part, cells(at.width), cells(at.height), FilterType::Triangle);
    let back = resize(&few, at.width, at.height, FilterType::Triangle);
    replace(picture, &back, at.x.into(), at.y.into());
}
