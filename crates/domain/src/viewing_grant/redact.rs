//! 遮蔽件: a derivative of a recording with sound or picture masked. The original stays as
//! it is; what was done to make the derivative is data, so that it can be done again.

use crate::act_table::is_digest;
use crate::matter::MatterId;
use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};

use super::words::recording_rule;

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
}

/// Checks that the parameters fit the original and that the derivative is another file.
///
/// # Errors
/// A refusal that names the edit.
pub fn check(derivative: &Derivative, original: &Original) -> Result<(), Refusal> {
    let rule = || recording_rule("第二十三条第二项");
    let refuse = |code, message: &str, remedy: &str| Refusal::new(code, rule(), message, remedy);
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
    if derivative.edits.is_empty() || derivative.tool.trim().is_empty() {
        return Err(refuse("derivative.edits", "没有写明如何遮蔽", "请列明消音、遮盖的时段和区域")
            .field("edits", "至少一项"));
    }
    for (at, edit) in derivative.edits.iter().enumerate() {
        if let Some(fault) = fault(edit, original) {
            return Err(refuse("derivative.edit", fault, "请按原件的时长和画面尺寸填写")
                .field(format!("edits/{at}"), fault));
        }
    }
    Ok(())
}

fn fault(edit: &Edit, original: &Original) -> Option<&'static str> {
    let outside = edit.span().is_some_and(|s| s.from_ms >= s.to_ms || s.to_ms > original.duration_ms.max(1));
    if outside {
        return Some("时段超出原件，或者起点不早于终点");
    }
    match (edit.region(), original.frame) {
        (None, _) if !original.sound => Some("原件没有声音"),
        (Some(_), None) => Some("原件没有画面"),
        (Some(region), Some((width, height))) if !region.inside(width, height) => Some("区域超出画面"),
        (Some(_), Some(_)) | (None, _) => None,
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
