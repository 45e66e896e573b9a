//! A derivative of a recording with sound or picture masked, for publication: made by ffmpeg as a child in the sandbox
//! where it is installed; of a photograph by this crate's own code in its child ([`crate::child::Client::mask`]).
//!
//! Everything is decoded and written anew: no byte of the original's streams, of its tags, chapters, further tracks or
//! attachments goes through. Edges are cut so that never more is seen or heard than was asked for: sound to the sample,
//! a covered region out to whole pairs of pixels. The original is only read.

use crate::error::{Bound, MediaError, shorten};
use crate::probe::FORMATS;
use crate::sandbox::{Call, INPUT, Limits, OUTPUT, Sandbox, find};
use crate::spool::Spool;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

const NAME: &str = "ffmpeg";

/// Cells that are left of a blurred region on each side: faces and plates are not told from so few.
pub(crate) const CELLS: u32 = 8;

/// Milliseconds from the beginning: from the first to before the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// Begin.
    pub from_ms: u64,
    /// End.
    pub to_ms: u64,
}

/// A rectangle in pixels of the upright picture, from its upper left corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Region {
    /// From the left.
    pub x: u32,
    /// From the top.
    pub y: u32,
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
}

impl Region {
    /// Out to whole pairs of pixels, within the frame: colours stand for such pairs.
    fn widened(self, (width, height): (u32, u32)) -> Self {
        let (x, y) = (self.x & !1, self.y & !1);
        let end = |at: u32, size: u32, most: u32| (at.saturating_add(size).saturating_add(1) & !1).min(most);
        let (right, bottom) = (end(self.x, self.width, width), end(self.y, self.height, height));
        Self { x, y, width: right.saturating_sub(x), height: bottom.saturating_sub(y) }
    }

    /// In to whole pairs of pixels.
    fn narrowed(self) -> Self {
        let (x, y) = ((self.x + 1) & !1, (self.y + 1) & !1);
        let (right, bottom) = ((self.x + self.width) & !1, (self.y + self.height) & !1);
        Self { x, y, width: right.saturating_sub(x), height: bottom.saturating_sub(y) }
    }

    /// Whether it has an area and lies within a picture of this size.
    pub(crate) fn inside(self, (width, height): (u32, u32)) -> bool {
        let fits = |at: u32, size: u32, most: u32| at.checked_add(size).is_some_and(|end| end <= most);
        self.width > 0
            && self.height > 0
            && fits(self.x, self.width, width)
            && fits(self.y, self.height, height)
    }
}

/// One thing done to the copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Edit {
    /// Silence.
    Mute(Span),
    /// Another voice. It hides the voice from the ear, not from who undoes it.
    Disguise(Span),
    /// A region with a few coarse cells in its place.
    Blur(Span, Region),
    /// A region with black in its place.
    Cover(Span, Region),
    /// What is left of the whole picture.
    Crop(Region),
}

/// What is known of the original.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Width and height in pixels, upright; none for sound alone.
    pub frame: Option<(u32, u32)>,
    /// It has sound.
    pub sound: bool,
    /// Length in milliseconds.
    pub duration_ms: u64,
}

/// ffmpeg on this machine, as the maker of derivatives.
#[derive(Debug, Clone)]
pub struct Masker {
    program: PathBuf,
    sandbox: Sandbox,
    most: u64,
}

impl Masker {
    /// Bytes of the largest derivative: 8 GiB.
    pub const MOST: u64 = 8 << 30;

    /// The configured program, or the one on the path.
    ///
    /// # Errors
    /// [`MediaError::NotPresent`].
    pub fn find(sandbox: &Sandbox, configured: Option<&Path>) -> Result<Self, MediaError> {
        Ok(Self { program: find(NAME, configured)?, sandbox: sandbox.clone(), most: Self::MOST })
    }

    /// Whether the program is there, without starting anything.
    ///
    /// # Errors
    /// [`MediaError::NotPresent`].
    pub fn present(configured: Option<&Path>) -> Result<(), MediaError> {
        find(NAME, configured).map(|_| ())
    }

    /// The same with another bound on what is written, in bytes.
    #[must_use]
    pub fn with_most(self, most: u64) -> Self {
        Self { most, ..self }
    }

    /// Makes the derivative of a film or a sound from a whole copy ([`Spool::whole`]): MP4 with H.264 and AAC, as an
    /// unnamed file in `folder`; given up when `stop` turns true. Blocking, at most a minute and four times the length of the original, six hours in all.
    ///
    /// # Errors
    /// [`MediaError::Config`] for edits that do not fit the shape, [`MediaError::Failed`] also where the picture has
    /// another size than said, [`MediaError::TimedOut`], [`MediaError::TooLarge`], [`MediaError::Io`].
    pub fn film(
        &self,
        spool: &Spool,
        edits: &[Edit],
        shape: Shape,
        (folder, stop): (&Path, &AtomicBool),
    ) -> Result<Spool, MediaError> {
        let (graph, maps) = graph(edits, shape)?;
        let wall = Duration::from_millis(shape.duration_ms.saturating_mul(4))
            .saturating_add(Duration::from_secs(60))
            .min(Duration::from_secs(6 * 3600));
        let limits = Limits {
            wall,
            cpu_seconds: wall.as_secs().saturating_mul(2),
            memory_bytes: 4 << 30,
            file_bytes: self.most,
            ..Limits::reading()
        };
        let output = tempfile::tempfile_in(folder)?;
        let before = ["-nostdin", "-hide_banner", "-v", "error", "-y", "-filter_complex_threads", "1"];
        let input = ["-protocol_whitelist", "file", "-format_whitelist", FORMATS, "-max_pixels", "80000000"];
        let strip = ["-sn", "-dn", "-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact"];
        let video = [
            "-c:v",
            "libx264",
            "-preset",
            "veryfast",
            "-crf",
            "20",
            "-threads",
            "2",
            "-flags:v",
            "+bitexact",
        ];
        let audio = ["-c:a", "aac", "-b:a", "128k", "-flags:a", "+bitexact"];
        let written = ["-movflags", "+faststart", "-f", "mp4", OUTPUT];
        let arguments: Vec<OsString> = before
            .iter()
            .chain(&input)
            .chain(&["-i", INPUT, "-filter_complex", &graph])
            .chain(maps)
            .chain(&strip)
            .chain(&video)
            .chain(&audio)
            .chain(&written)
            .map(OsString::from)
            .collect();
        let call = Call {
            name: NAME,
            program: &self.program,
            arguments: &arguments,
            environment: &BTreeMap::new(),
            readable: Some(&[]),
            input: spool,
            limits: &limits,
        };
        let ended = self.sandbox.run_into(&call, &output, stop)?;
        if output.metadata()?.len() >= self.most {
            return Err(MediaError::TooLarge { bound: Bound::Copy, limit: self.most });
        }
        ended.well(NAME)?;
        Spool::written(output)
    }

    /// Name and version, as the program says them, at most 80 characters. Blocking.
    ///
    /// # Errors
    /// As any program that does not start.
    pub fn version(&self) -> Result<String, MediaError> {
        let arguments = ["-hide_banner", "-version"].map(OsString::from);
        let output = self.sandbox.run(&Call {
            name: NAME,
            program: &self.program,
            arguments: &arguments,
            environment: &BTreeMap::new(),
            readable: Some(&[]),
            input: &Spool::whole(&mut std::io::empty(), &std::env::temp_dir(), 0)?,
            limits: &Limits::reading(),
        })?;
        let said = String::from_utf8_lossy(&output.well(NAME)?).into_owned();
        let first = said.lines().next().unwrap_or_default();
        let words = first.split(" Copyright").next().unwrap_or_default();
        Ok(shorten(words).chars().take(80).collect())
    }
}

const VIDEO: &[&str] = &["-map", "[v]"];
const SOUND: &[&str] = &["-map", "[a]"];
const BOTH: &[&str] = &["-map", "[v]", "-map", "[a]"];

/// The graph of filters, and which of its ends are written.
fn graph(edits: &[Edit], shape: Shape) -> Result<(String, &'static [&'static str]), MediaError> {
    let misfit = |reason: &str| MediaError::Config { reason: reason.to_owned() };
    for edit in edits {
        let (span, region) = match edit {
            Edit::Mute(span) | Edit::Disguise(span) => (Some(span), None),
            Edit::Blur(span, region) | Edit::Cover(span, region) => (Some(span), Some(region)),
            Edit::Crop(region) => (None, Some(region)),
        };
        if span.is_some_and(|it| it.from_ms >= it.to_ms) {
            return Err(misfit("时段的起点不早于终点"));
        }
        match (region, shape.frame) {
            (None, _) if !shape.sound => return Err(misfit("原件没有声音")),
            (Some(_), None) => return Err(misfit("原件没有画面")),
            (Some(region), Some(frame)) if !region.inside(frame) => return Err(misfit("区域超出画面")),
            (Some(_), Some(_)) | (None, _) => {}
        }
    }
    let sound = || audio(edits);
    match (shape.frame, shape.sound) {
        (Some(frame), true) => Ok((format!("{};{}", picture(edits, frame), sound()), BOTH)),
        (Some(frame), false) => Ok((picture(edits, frame), VIDEO)),
        (None, true) => Ok((sound(), SOUND)),
        (None, false) => Err(misfit("原件既没有画面也没有声音")),
    }
}

/// Seconds of a moment.
fn seconds(ms: u64) -> String {
    format!("{}.{:03}", ms / 1_000, ms % 1_000)
}

/// 1 within the span, else 0.
fn during(span: Span) -> String {
    format!("gte(t,{})*lt(t,{})", seconds(span.from_ms), seconds(span.to_ms))
}

/// 0 within any of the spans, else 1.
fn outside(spans: &[Span]) -> String {
    let all: Vec<String> = spans.iter().map(|span| format!("(1-{})", during(*span))).collect();
    if all.is_empty() { "1".to_owned() } else { all.join("*") }
}

/// The picture: refused where it has another size than the regions were measured on.
fn picture(edits: &[Edit], (width, height): (u32, u32)) -> String {
    let mut out = format!(
        "[0:V:0]split[v0][q];[q]pad={width}:{height},nullsink;[v0]crop={width}:{height}:0:0,format=yuv420p"
    );
    let mut left = None;
    for (at, edit) in edits.iter().enumerate() {
        match edit {
            Edit::Cover(span, region) => {
                let Region { x, y, width, height } = region.widened((width, height));
                out += &format!(
                    ",drawbox=x={x}:y={y}:w={width}:h={height}:color=black:t=fill:enable='{}'",
                    during(*span)
                );
            }
            Edit::Blur(span, region) => {
                let Region { x, y, width, height } = region.widened((width, height));
                let cells = |side: u32| (side / 2).clamp(1, CELLS);
                out += &format!(
                    ",split[b{at}a][b{at}b];[b{at}b]crop={width}:{height}:{x}:{y},scale={}:{}:flags=area,\
                     scale={width}:{height}:flags=bilinear[b{at}c];[b{at}a][b{at}c]overlay={x}:{y}:enable='{}'",
                    cells(width),
                    cells(height),
                    during(*span)
                );
            }
            Edit::Crop(region) => left = Some(region.narrowed()),
            Edit::Mute(_) | Edit::Disguise(_) => {}
        }
    }
    if let Some(Region { x, y, width, height }) = left {
        out += &format!(",crop={width}:{height}:{x}:{y}");
    }
    out + ",crop=trunc(iw/2)*2:trunc(ih/2)*2:0:0[v]"
}

/// The sound: what is disguised first, then what is silent, each to the sample.
fn audio(edits: &[Edit]) -> String {
    let spans = |which: fn(&Edit) -> Option<Span>| edits.iter().filter_map(which).collect::<Vec<_>>();
    let muted = spans(|edit| match edit {
        Edit::Mute(span) => Some(*span),
        Edit::Disguise(_) | Edit::Blur(..) | Edit::Cover(..) | Edit::Crop(_) => None,
    });
    let disguised = spans(|edit| match edit {
        Edit::Disguise(span) => Some(*span),
        Edit::Mute(_) | Edit::Blur(..) | Edit::Cover(..) | Edit::Crop(_) => None,
    });
    let mut out = "[0:a:0]aresample=48000".to_owned();
    if !disguised.is_empty() {
        let kept = outside(&disguised);
        out += &format!(
            ",asplit[d0][d1];[d0]aeval=exprs='val(ch)*{kept}':c=same[k];\
             [d1]asetrate=36000,atempo=1.333333,aresample=48000,aeval=exprs='val(ch)*(1-{kept})':c=same[s];\
             [k][s]amix=inputs=2:duration=first:normalize=0"
        );
    }
    if !muted.is_empty() {
        out += &format!(",aeval=exprs='val(ch)*{}':c=same", outside(&muted));
    }
    out + "[a]"
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILM: Shape = Shape { frame: Some((640, 360)), sound: true, duration_ms: 24_000 };
    const ALL: Span = Span { from_ms: 0, to_ms: 24_000 };

    #[test]
    fn regions_widen_to_pairs_when_they_hide_and_narrow_when_they_show() {
        let odd = Region { x: 3, y: 5, width: 4, height: 4 };
        assert_eq!(odd.widened((640, 360)), Region { x: 2, y: 4, width: 6, height: 6 });
        assert_eq!(odd.narrowed(), Region { x: 4, y: 6, width: 2, height: 2 });
        let corner = Region { x: 637, y: 357, width: 2, height: 2 };
        assert_eq!(corner.widened((639, 359)), Region { x: 636, y: 356, width: 3, height: 3 });
        for bad in [
            Region { x: 639, y: 0, width: 2, height: 1 },
            Region { x: u32::MAX, y: 0, width: 2, height: 1 },
            Region { x: 0, y: 0, width: 0, height: 1 },
        ] {
            assert!(!bad.inside((640, 360)), "{bad:?}");
            assert!(matches!(graph(&[Edit::Cover(ALL, bad)], FILM), Err(MediaError::Config { .. })));
        }
    }

    #[test]
    fn what_does_not_fit_is_refused_before_anything_starts() {
        let whole = Region { x: 0, y: 0, width: 640, height: 360 };
        let blind = Shape { frame: None, ..FILM };
        let silent = Shape { sound: false, ..FILM };
        let bad = [
            (Edit::Cover(ALL, whole), blind),
            (Edit::Crop(whole), blind),
            (Edit::Mute(ALL), silent),
            (Edit::Mute(Span { from_ms: 5, to_ms: 5 }), FILM),
            (Edit::Mute(ALL), Shape { frame: None, ..silent }),
        ];
        for (edit, shape) in bad {
            assert!(matches!(graph(&[edit], shape), Err(MediaError::Config { .. })), "{edit:?}");
        }
        assert_eq!(graph(&[Edit::Mute(ALL)], blind).unwrap().1, SOUND);
        assert_eq!(graph(&[Edit::Cover(ALL, whole)], silent).unwrap().1, VIDEO);
    }

    #[test]
    fn spans_are_said_to_the_millisecond() {
        assert_eq!(during(Span { from_ms: 1_050, to_ms: 62_003 }), "gte(t,1.050)*lt(t,62.003)");
        assert_eq!(outside(&[]), "1");
    }
}
