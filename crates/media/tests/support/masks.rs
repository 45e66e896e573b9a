//! Derivatives as they come out of the real ffmpeg and the child, decoded again and looked at.

use super::support::{Script, jpeg, phone, sandbox, spool};
use super::{client, confined};
use mingjing_media::mask::{Edit, Masker, Region, Shape, Span};
use mingjing_media::picture::SIDE;
use mingjing_media::probe::Ffprobe;
use mingjing_media::sandbox::Sandbox;
use mingjing_media::{Bound, MediaError};
use std::io::Read as _;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

const RATE: usize = 48_000;
const SIZE: (usize, usize) = (320, 240);
const SHAPE: Shape = Shape { frame: Some((320, 240)), sound: true, duration_ms: 4_000 };

fn masker(sandbox: &Sandbox) -> Option<Masker> {
    match Masker::find(sandbox, None) {
        Ok(masker) => Some(masker),
        Err(_) => {
            assert!(std::env::var_os("MINGJING_TEST_MEDIA_PYTHON").is_none(), "the rings install ffmpeg");
            println!("未运行：本机没有 ffmpeg；cargo xtask test 会安装");
            None
        }
    }
}

/// Four seconds: white, a tone, and words that must not go out.
fn original(turned: bool) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let (straight, target) = (folder.path().join("straight.mp4"), folder.path().join("film.mp4"));
    let made = Command::new("ffmpeg")
        .args(["-v", "error", "-f", "lavfi", "-i", "color=white:size=320x240:rate=25:duration=4"])
        .args(["-f", "lavfi", "-i", "sine=frequency=440:duration=4:sample_rate=48000"])
        .args([
            "-c:v",
            "libx264",
            "-c:a",
            "aac",
            "-metadata",
            "title=密",
            "-metadata",
            "location=+31.1312+121.4442/",
        ])
        .arg(&straight)
        .status()
        .unwrap();
    assert!(made.success());
    let turn: &[&str] = if turned { &["-metadata:s:v:0", "rotate=90"] } else { &[] };
    let mut copy = Command::new("ffmpeg");
    copy.args(["-v", "error", "-i"]).arg(&straight).args(["-c", "copy"]).args(turn).arg(&target);
    assert!(copy.status().unwrap().success());
    std::fs::read(&target).unwrap()
}

fn decoded(file: &[u8], arguments: &[&str]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("film.mp4");
    std::fs::write(&path, file).unwrap();
    let out = Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(&path)
        .args(arguments)
        .arg("pipe:1")
        .output()
        .unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    out.stdout
}

/// Loudest sample within a span of milliseconds.
fn loudest(sound: &[u8], from_ms: usize, to_ms: usize) -> u16 {
    let samples = sound.chunks_exact(2).map(|b| i16::from_le_bytes([b[0], b[1]]).unsigned_abs());
    samples.skip(from_ms * RATE / 1000).take((to_ms - from_ms) * RATE / 1000).max().unwrap()
}

fn made(masker: &Masker, file: &[u8], edits: &[Edit], shape: Shape) -> Result<Vec<u8>, MediaError> {
    let spool = masker.film(&spool(file), edits, shape, (&std::env::temp_dir(), &AtomicBool::new(false)))?;
    let mut bytes = Vec::new();
    spool.reader().read_to_end(&mut bytes).unwrap();
    Ok(bytes)
}

pub fn a_film_is_masked_where_and_when_it_was_asked_and_says_nothing_else() {
    let Some(sandbox) = confined() else { return };
    let Some(masker) = masker(&sandbox) else { return };
    let film = original(false);
    let (early, late) = (Span { from_ms: 500, to_ms: 1_500 }, Span { from_ms: 2_000, to_ms: 3_000 });
    let region = Region { x: 101, y: 51, width: 39, height: 39 };
    let edits = [
        Edit::Mute(early),
        Edit::Cover(early, region),
        Edit::Blur(late, region),
        Edit::Disguise(late),
        Edit::Mute(late),
    ];
    let out = made(&masker, &film, &edits, SHAPE).unwrap();
    let sound = decoded(&out, &["-map", "0:a", "-ac", "1", "-ar", "48000", "-f", "s16le"]);
    for (from, to) in [(550, 1_450), (2_050, 2_950)] {
        assert!(loudest(&sound, from, to) < 40, "{from} to {to}: {}", loudest(&sound, from, to));
    }
    assert!(loudest(&sound, 100, 400) > 1_000 && loudest(&sound, 3_200, 3_800) > 1_000);
    let picture = decoded(&out, &["-map", "0:v", "-f", "rawvideo", "-pix_fmt", "gray"]);
    let (width, height) = SIZE;
    assert_eq!(picture.len(), 100 * width * height, "every picture is still there");
    let dot = |ms: usize, x: usize, y: usize| picture[(ms * 25 / 1000 * height + y) * width + x];
    for (x, y) in [(101, 51), (139, 89), (120, 70)] {
        assert!(dot(1_000, x, y) < 40, "covered at {x}, {y}: {}", dot(1_000, x, y));
        assert!(dot(1_700, x, y) > 200 && dot(400, x, y) > 200, "only then");
    }
    assert!(dot(1_000, 90, 40) > 200, "only there");
    let probed = Ffprobe::find(&sandbox, None).unwrap().probe(&spool(&out)).unwrap();
    assert_eq!((probed.position, probed.captured_at, probed.model), (None, None, None));
    assert!(!out.windows(3).any(|part| part == "密".as_bytes()), "the title is gone");
    // The same again is the same file.
    assert_eq!(made(&masker, &film, &edits, SHAPE).unwrap(), out);
    assert!(masker.version().unwrap().starts_with("ffmpeg"));
}

pub fn a_film_is_cropped_and_a_disguised_voice_is_another_sound() {
    let Some(masker) = masker(&sandbox()) else { return };
    let film = original(false);
    let whole = Span { from_ms: 0, to_ms: 4_000 };
    let crop = Edit::Crop(Region { x: 11, y: 21, width: 101, height: 51 });
    let out = made(&masker, &film, &[crop, Edit::Disguise(whole)], SHAPE).unwrap();
    let probed = Ffprobe::find(&sandbox(), None).unwrap().probe(&spool(&out)).unwrap();
    assert_eq!(
        (probed.width.unwrap().value, probed.height.unwrap().value),
        (100, 50),
        "never more than was said"
    );
    // Zero crossings tell the tone: 440 a second in the original, a quarter less in the derivative.
    let crossings = |file: &[u8]| {
        let sound =
            decoded(file, &["-map", "0:a", "-ac", "1", "-ar", "48000", "-ss", "1", "-t", "1", "-f", "s16le"]);
        let samples: Vec<i16> = sound.chunks_exact(2).map(|b| i16::from_le_bytes([b[0], b[1]])).collect();
        samples.windows(2).filter(|pair| pair[0] < 0 && pair[1] >= 0).count()
    };
    assert!((435..=445).contains(&crossings(&film)), "{}", crossings(&film));
    assert!((320..=340).contains(&crossings(&out)), "{}", crossings(&out));
}

pub fn what_lies_otherwise_than_it_was_measured_is_not_masked_in_the_wrong_place() {
    let Some(masker) = masker(&sandbox()) else { return };
    let film = original(true);
    let probed = Ffprobe::find(&sandbox(), None).unwrap().probe(&spool(&film)).unwrap();
    assert_eq!(probed.sideways.map(|it| it.value), Some(true), "the rotation is read");
    let whole = Span { from_ms: 0, to_ms: 4_000 };
    let edit = [Edit::Cover(whole, Region { x: 0, y: 0, width: 20, height: 20 })];
    assert!(matches!(made(&masker, &film, &edit, SHAPE), Err(MediaError::Failed { .. })));
    let upright = Shape { frame: Some((240, 320)), ..SHAPE };
    let out = made(&masker, &film, &edit, upright).unwrap();
    let probed = Ffprobe::find(&sandbox(), None).unwrap().probe(&spool(&out)).unwrap();
    assert_eq!((probed.width.unwrap().value, probed.sideways), (240, None));
    for frame in [(200, 300), (400, 400)] {
        let other = Shape { frame: Some(frame), ..SHAPE };
        assert!(matches!(made(&masker, &film, &edit, other), Err(MediaError::Failed { .. })), "{frame:?}");
    }
    // What cannot be opened, what grows without bound, and no program at all.
    assert!(matches!(made(&masker, b"nothing", &edit, upright), Err(MediaError::Failed { .. })));
    let small = masker.with_most(4_096);
    assert_eq!(
        made(&small, &film, &edit, upright).unwrap_err(),
        MediaError::TooLarge { bound: Bound::Copy, limit: 4_096 }
    );
    // Nobody waits any more: it does not go on.
    let slow = Script::new("sleep 1000");
    let waiting = Masker::find(&sandbox(), Some(&slow.path)).unwrap();
    let start = Instant::now();
    let given_up =
        waiting.film(&spool(&film), &edit, upright, (&std::env::temp_dir(), &AtomicBool::new(true)));
    assert!(matches!(given_up, Err(MediaError::Failed { .. })));
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    let nowhere = PathBuf::from("/nowhere/ffmpeg");
    let absent = MediaError::NotPresent { program: "ffmpeg".into() };
    assert_eq!(Masker::find(&sandbox(), Some(&nowhere)).unwrap_err(), absent);
}

pub fn a_photograph_is_masked_upright_and_without_its_metadata() {
    // Turned by a quarter: 64 by 48 in the file, 48 by 64 upright.
    let file = jpeg(64, 48, &phone(Some("+08:00"), 6));
    let whole = Span { from_ms: 0, to_ms: 1 };
    let region = Region { x: 8, y: 16, width: 24, height: 24 };
    let edits = [Edit::Cover(whole, region), Edit::Crop(Region { x: 0, y: 0, width: 48, height: 48 })];
    let small = client().mask(&spool(&file), (48, 64), &edits).unwrap();
    assert_eq!((small.width, small.height), (48, 48));
    assert!(!small.jpeg.windows(4).any(|part| part == b"Exif"), "nothing of the device");
    let picture = image_of(&small.jpeg);
    assert!(picture(20, 28) < 24, "covered");
    let plain =
        client().mask(&spool(&file), (48, 64), &[Edit::Crop(Region { x: 0, y: 0, width: 48, height: 64 })]);
    let plain = plain.unwrap();
    assert!(image_of(&plain.jpeg)(4, 4).abs_diff(picture(4, 4)) < 16, "the rest is as it was");
    let coarse = client().mask(&spool(&file), (48, 64), &[Edit::Blur(whole, region)]).unwrap();
    assert_eq!((coarse.width, coarse.height), (48, 64));
    for (frame, edit) in [((64, 48), edits[0]), ((48, 64), Edit::Mute(whole))] {
        assert!(matches!(client().mask(&spool(&file), frame, &[edit]), Err(MediaError::Config { .. })));
    }
    assert!(small.width <= SIDE);
}

/// Brightness of a decoded picture.
fn image_of(jpeg: &[u8]) -> impl Fn(u32, u32) -> u8 {
    let picture = image::load_from_memory(jpeg).unwrap().into_luma8();
    move |x, y| picture.get_pixel(x, y).0[0]
}
