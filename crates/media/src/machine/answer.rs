//! The answer of an engine: read strictly, marked as machine-made.

use super::{AnswerLimits, Request};
use crate::error::{Bound, MediaError, shorten};
use crate::metadata::clean;
use serde::{Deserialize, Serialize};

/// What an engine did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// Read the text of pages.
    Ocr,
    /// Wrote down what was spoken.
    Transcript,
}

impl Task {
    /// Its word on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ocr => "ocr",
            Self::Transcript => "transcript",
        }
    }
}

/// The program that made a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Engine {
    /// Name.
    pub name: String,
    /// Version, of the model too where that is told.
    pub version: String,
}

/// A rectangle on a page: parts of its width and height, 0 to 1, from the upper left corner.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(from = "[f64; 4]", into = "[f64; 4]")]
pub struct Area {
    /// Left edge.
    pub left: f64,
    /// Upper edge.
    pub top: f64,
    /// Right edge.
    pub right: f64,
    /// Lower edge.
    pub bottom: f64,
}

impl From<[f64; 4]> for Area {
    fn from([left, top, right, bottom]: [f64; 4]) -> Self {
        Self { left, top, right, bottom }
    }
}

impl From<Area> for [f64; 4] {
    fn from(area: Area) -> Self {
        [area.left, area.top, area.right, area.bottom]
    }
}

/// A piece of the text and where it was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Span {
    /// Its text.
    pub text: String,
    /// Page, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    /// Place on the page.
    #[serde(default, rename = "box", skip_serializing_if = "Option::is_none")]
    pub area: Option<Area>,
    /// Beginning, milliseconds from the start of the recording.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_ms: Option<u64>,
    /// End, milliseconds from the start of the recording.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_ms: Option<u64>,
    /// How sure the engine is, 0 to 1, by its own measure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f64>,
}

/// A text made by a machine. Its digest and engine go wherever it goes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MachineText {
    /// What was done.
    pub task: Task,
    /// By what.
    pub engine: Engine,
    /// SHA-256 of the bytes it was made of, hex.
    pub input_sha256: String,
    /// Their media type.
    pub media_type: String,
    /// The whole text.
    pub text: String,
    /// Its pieces, in the engine's order; may be empty.
    pub spans: Vec<Span>,
}

#[derive(Deserialize)]
struct Answer {
    engine: Option<Engine>,
    text: Option<String>,
    #[serde(default)]
    spans: Vec<Span>,
}

/// Reads the documented JSON.
pub(super) fn from_json(
    bytes: &[u8],
    task: Task,
    request: &Request,
    configured: Option<Engine>,
    limits: &AnswerLimits,
) -> Result<MachineText, MediaError> {
    let wrong =
        |reason: &str| MediaError::Nonsense { program: "识别程序".into(), reason: reason.to_owned() };
    let answer: Answer =
        serde_json::from_slice(bytes).map_err(|error| wrong(&shorten(&error.to_string())))?;
    if answer.spans.len() > limits.spans {
        return Err(MediaError::TooLarge { bound: Bound::Spans, limit: limits.spans as u64 });
    }
    if let Some(at) = answer.spans.iter().position(|span| !plausible(span)) {
        return Err(wrong(&format!("第 {} 段的位置、时间或者置信度不成立", at + 1)));
    }
    if answer.text.is_none() && answer.spans.is_empty() && !says_none(bytes) {
        return Err(wrong("既没有 text，也没有 spans"));
    }
    let engine = answer.engine.or(configured).ok_or_else(|| wrong("没有写明 engine"))?;
    let named = |text: &str| clean(text).ok_or_else(|| wrong("engine 的名称或者版本为空"));
    let engine = Engine { name: named(&engine.name)?, version: named(&engine.version)? };
    let spans: Vec<Span> =
        answer.spans.into_iter().map(|span| Span { text: readable(&span.text), ..span }).collect();
    let text = match answer.text {
        Some(text) => readable(&text),
        None => spans.iter().map(|span| span.text.as_str()).collect::<Vec<_>>().join("\n"),
    };
    Ok(text_of(task, engine, request, text, spans))
}

/// Takes plain text as it is; each line that is not empty is a span without a place.
pub(super) fn from_text(
    bytes: &[u8],
    task: Task,
    request: &Request,
    engine: Engine,
    limits: &AnswerLimits,
) -> Result<MachineText, MediaError> {
    let text = std::str::from_utf8(bytes)
        .map_err(|_| MediaError::Nonsense {
            program: "识别程序".into(), reason: "不是 UTF-8 文本".into()
        })?;
    let text = readable(text);
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let bare = |line: &str| Span {
        text: line.to_owned(),
        page: None,
        area: None,
        start_ms: None,
        end_ms: None,
        confidence: None,
    };
    let spans: Vec<Span> = lines.map(bare).collect();
    if spans.len() > limits.spans {
        return Err(MediaError::TooLarge { bound: Bound::Spans, limit: limits.spans as u64 });
    }
    Ok(text_of(task, engine, request, text, spans))
}

fn text_of(task: Task, engine: Engine, request: &Request, text: String, spans: Vec<Span>) -> MachineText {
    let input_sha256 = hex::encode(request.sha256());
    MachineText { task, engine, input_sha256, media_type: request.media_type().to_owned(), text, spans }
}

/// An empty page is an answer, if the list of spans is there and empty.
fn says_none(bytes: &[u8]) -> bool {
    let value = serde_json::from_slice::<serde_json::Value>(bytes).unwrap_or_default();
    value.get("spans").is_some_and(|spans| spans.as_array().is_some_and(Vec::is_empty))
}

fn plausible(span: &Span) -> bool {
    let part = |value: f64| (0.0..=1.0).contains(&value);
    let placed = span.area.is_none_or(|area| {
        <[f64; 4]>::from(area).into_iter().all(part) && area.left <= area.right && area.top <= area.bottom
    });
    let timed = match (span.start_ms, span.end_ms) {
        (Some(start), Some(end)) => start <= end,
        (None, Some(_)) => false,
        (Some(_) | None, None) => true,
    };
    placed && timed && span.page != Some(0) && span.confidence.is_none_or(part)
}

/// Without control characters other than line ends and tabs, and without marks that turn the direction of writing.
fn readable(text: &str) -> String {
    let turns = |c: char| matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    text.chars().filter(|c| !turns(*c) && (!c.is_control() || matches!(c, '\n' | '\t'))).collect()
}
