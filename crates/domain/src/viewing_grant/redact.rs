//! 遮蔽件: a derivative of a recording with sound or picture masked. The original stays as
//! it is; what was done to make the derivative is data, so that it can be done again.

use crate::act_table::is_digest;
use crate::matter::MatterId;
use crate::recording::Recording;
use crate::recording::event::Identity;
use crate::recording::reading::TrackKind;
use crate::recording::state::Phase;
use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};

use super::words::recording_rule;
use crate::case::types::words;

/// A rectangle of the original picture, in its pixels from the upper left corner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Region {
    /// From the left.
    pub x: u32,
    /// From the top.
    pub y: u32,
    /// Width, at least 1.
    pub width: u32,
    /// Height, at least 1.
    pub height: u32,
}

impl Region {
    fn inside(self, width: u32, height: u32) -> bool {
        let end = |at: u32, size: u32| at.checked_add(size);
        self.width > 0
            && self.height > 0
            && end(self.x, self.width).is_some_and(|x| x <= width)
            && end(self.y, self.height).is_some_and(|y| y <= height)
    }
}

/// A span of time of the original in milliseconds: from its first to before its last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span {
    /// Begin.
    pub from_ms: u64,
    /// End, later than the begin.
    pub to_ms: u64,
}

/// One thing done to a copy of the original.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "edit", rename_all = "snake_case")]
pub enum Edit {
    /// 消音.
    Mute {
        /// When.
        #[serde(flatten)]
        span: Span,
    },
    /// 变声: the words stay, the voice is not told.
    Disguise {
        /// When.
        #[serde(flatten)]
        span: Span,
    },
    /// 模糊 of a region.
    Blur {
        /// When.
        #[serde(flatten)]
        span: Span,
        /// Where.
        region: Region,
    },
    /// 遮盖 of a region.
    Cover {
        /// When.
        #[serde(flatten)]
        span: Span,
        /// Where.
        region: Region,
    },
    /// 裁切 of the whole picture to a region.
    Crop {
        /// What stays.
        region: Region,
    },
}

impl Edit {
    /// When it applies; none where it applies throughout.
    pub const fn span(&self) -> Option<Span> {
        match self {
            Self::Mute { span } | Self::Disguise { span } => Some(*span),
            Self::Blur { span, .. } | Self::Cover { span, .. } => Some(*span),
            Self::Crop { .. } => None,
        }
    }

    /// Where it applies; none for sound.
    pub const fn region(&self) -> Option<Region> {
        match self {
            Self::Mute { .. } | Self::Disguise { .. } => None,
            Self::Blur { region, .. } | Self::Cover { region, .. } | Self::Crop { region } => Some(*region),
        }
    }
}

/// The piece that is masked, as its metadata say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Original {
    /// The recording.
    pub recording: MatterId,
    /// Its segment, from 1.
    pub segment: u16,
    /// Evidence identity of the segment (SHA-256 chunk root), hex.
    pub root: String,
    /// Length in milliseconds; 0 for a photo.
    pub duration_ms: u64,
    /// Width and height in pixels; none for sound alone.
    pub frame: Option<(u32, u32)>,
    /// It has sound.
    pub sound: bool,
}

impl Original {
    /// A piece of a recording that is stored and whose file was read; none where something of
    /// that is missing, or the content is gone. Regions are of the upright picture.
    pub fn of(id: MatterId, recording: &Recording, segment: u16) -> Option<Self> {
        if recording.destroyed.is_some() {
            return None;
        }
        let piece = recording.segment(segment).filter(|it| it.phase == Phase::Accepted)?;
        let root = piece.identity.as_ref().map(|it| it.sha256_root.clone())?;
        let reading = piece.reading.as_ref().filter(|it| it.sha256_root == root)?;
        let frame = reading.width.zip(reading.height);
        let frame =
            frame.map(|(width, height)| if reading.sideways { (height, width) } else { (width, height) });
        let has = |kind: TrackKind| reading.tracks.iter().any(|it| it.kind == kind);
        let (duration_ms, frame, sound) = if piece.capture.kind.runs() {
            let tracks = (has(TrackKind::Video), has(TrackKind::Audio));
            let frame = if tracks.0 { Some(frame?) } else { None };
            (reading.duration_ms.filter(|it| *it > 0)?, frame, tracks.1)
        } else {
            (0, Some(frame?), false)
        };
        let seen = frame.is_some() || sound;
        seen.then_some(Self { recording: id, segment, root, duration_ms, frame, sound })
    }

    /// What a derivative of it is: a film, a sound, a picture.
    pub const fn shape(&self) -> Shape {
        match (self.frame, self.duration_ms) {
            (None, _) => Shape::Sound,
            (Some(_), 0) => Shape::Picture,
            (Some(_), _) => Shape::Film,
        }
    }
}

words! {
    /// What a derivative is.
    Shape {
        Film = "录像",
        Sound = "录音",
        Picture = "照片",
    }
}

impl Shape {
    /// How the name of the file ends.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Film => "mp4",
            Self::Sound => "m4a",
            Self::Picture => "jpg",
        }
    }
}

/// What is to be masked, as somebody asks for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MaskOrder {
    /// The recording.
    pub recording: MatterId,
    /// Its segment, from 1.
    pub segment: u16,
    /// What is done, in order.
    pub edits: Vec<Edit>,
}

/// What came out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Derivative {
    /// The recording it was made from.
    pub original: MatterId,
    /// The segment, from 1.
    pub segment: u16,
    /// Evidence identity of the original (SHA-256 chunk root), hex.
    pub original_root: String,
    /// What was done, in order.
    pub edits: Vec<Edit>,
    /// Evidence identity of the derivative, hex.
    pub root: String,
    /// Name and version of the program that made it.
    pub tool: String,
    /// The order that it follows, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<u16>,
    /// Length and all digests of the derivative as it is stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<Identity>,
}

/// Most edits of one derivative, and most derivatives under one approval: bounds of the
/// system, none of law.
pub const MAX_EDITS: usize = 40;
/// See [`MAX_EDITS`].
pub const MAX_MASKS: usize = 100;

/// Smallest side of what is left of a picture that is cropped, in pixels: less cannot be
/// encoded as a film.
pub const SMALLEST: u32 = 16;

fn refuse(code: &'static str, message: &str, remedy: &str) -> Refusal {
    Refusal::new(code, recording_rule("第二十三条第二项"), message, remedy)
}

/// Checks that edits can be done on the original.
///
/// # Errors
/// A refusal that names the edit, and the field of it.
pub fn check_edits(edits: &[Edit], original: &Original) -> Result<(), Refusal> {
    if edits.is_empty() {
        return Err(refuse("derivative.edits", "没有写明如何遮蔽", "请列明消音、遮盖的时段和区域")
            .field("edits", "至少一项"));
    }
    if edits.len() > MAX_EDITS {
        let message = format!("一件遮蔽件最多{MAX_EDITS}项处理");
        return Err(
            refuse("derivative.edits", &message, "请合并时段和区域，或者分件制作").field("edits", message)
        );
    }
    let crops = edits.iter().filter(|it| matches!(it, Edit::Crop { .. })).count();
    if crops > 1 {
        return Err(refuse("derivative.edits", "一件遮蔽件只能裁切一次", "请只保留一项裁切")
            .field("edits", "裁切只能一项"));
    }
    for (at, edit) in edits.iter().enumerate() {
        if let Some((part, fault)) = fault(edit, original) {
            let field = if part.is_empty() { format!("edits/{at}") } else { format!("edits/{at}/{part}") };
            return Err(refuse("derivative.edit", fault, "请按原件的时长和画面尺寸填写").field(field, fault));
        }
    }
    Ok(())
}

/// Checks that the parameters fit the original and that the derivative is another file.
///
/// # Errors
/// A refusal that names the edit.
pub fn check(derivative: &Derivative, original: &Original) -> Result<(), Refusal> {
    let same = derivative.original == original.recording
        && derivative.segment == original.segment
        && derivative.original_root == original.root;
    if !same {
        return Err(refuse(
            "derivative.original",
            "遮蔽件所依据的原件与存储的原件不一致",
            "请从存储的原件重新制作",
        ));
    }
    if !is_digest(&derivative.root) || derivative.root == original.root {
        return Err(refuse(
            "derivative.root",
            "遮蔽件没有自己的摘要，或者与原件相同",
            "原件不得改动；请另存遮蔽件后登记",
        )
        .field("root", "应为遮蔽件自己的摘要"));
    }
    if derivative.identity.as_ref().is_some_and(|it| it.sha256_root != derivative.root) {
        return Err(refuse("derivative.root", "遮蔽件的摘要前后不一致", "请重新制作"));
    }
    if derivative.tool.trim().is_empty() {
        return Err(refuse("derivative.edits", "没有写明用什么制作", "请写明制作程序"));
    }
    check_edits(&derivative.edits, original)
}

/// What is wrong with an edit, and in which field of it.
fn fault(edit: &Edit, original: &Original) -> Option<(&'static str, &'static str)> {
    if let Some(span) = edit.span() {
        if span.from_ms >= span.to_ms {
            return Some(("to", "止于应晚于始于"));
        }
        if span.to_ms > original.duration_ms.max(1) {
            return Some(("to", "时段超出原件的时长"));
        }
    }
    match (edit.region(), original.frame) {
        (None, _) if !original.sound => Some(("", "原件没有声音")),
        (Some(_), None) => Some(("", "原件没有画面")),
        (Some(region), Some((width, height))) if !region.inside(width, height) => {
            Some(("width", "区域超出画面"))
        }
        (Some(region), Some(_)) => {
            let small = region.width.min(region.height) < SMALLEST;
            (small && matches!(edit, Edit::Crop { .. })).then_some(("width", "裁切后的画面过小"))
        }
        (None, _) => None,
    }
}

/// The spans of sound to be silenced: sorted, disjoint, not touching each other.
pub fn muted(edits: &[Edit]) -> Vec<Span> {
    let mut spans: Vec<Span> = edits
        .iter()
        .filter_map(|edit| match edit {
            Edit::Mute { span } => Some(*span),
            Edit::Disguise { .. } | Edit::Blur { .. } | Edit::Cover { .. } | Edit::Crop { .. } => None,
        })
        .collect();
    spans.sort_unstable();
    let mut out: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match out.last_mut() {
            Some(last) if span.from_ms <= last.to_ms => last.to_ms = last.to_ms.max(span.to_ms),
            Some(_) | None => out.push(span),
        }
    }
    out
}
