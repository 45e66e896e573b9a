//! From the caller's JSON to what a template may print: every field of the template checked, formatted
//! and nothing else passed on.

use crate::catalogue::TemplateSpec;
use crate::error::PressError;
use crate::field::{Condition, FieldKind, FieldSpec};
use crate::fonts::Fonts;
use crate::job::{Job, Overlay};
use crate::money;
use jiff::{Timestamp, civil, tz::Offset};
use serde_json::{Map, Value, json};

/// Stands for a withheld passage inside a string; templates draw it as a bar. A private-use code point
/// that [`forbidden`] keeps out of the data.
const WITHHELD: char = '\u{F8FE}';
const TEXT_LIMIT: usize = 4_000;
const PARAGRAPHS_LIMIT: usize = 200_000;
const LIST_LIMIT: usize = 2_000;
/// Civil time of the documents: UTC+8 (国务院关于统一我国计量制度的命令; 北京时间).
const CIVIL_OFFSET: Offset = Offset::constant(8);

/// Checks `job` against `spec` and gives the JSON that the template reads.
///
/// # Errors
/// The first thing that is missing, malformed or cannot be printed.
pub(crate) fn prepare(spec: &TemplateSpec, job: &Job, fonts: &Fonts) -> Result<Value, PressError> {
    if job.public && !spec.public_copy {
        return Err(PressError::NoPublicForm { name: spec.name.to_owned() });
    }
    let checker = Checker { fonts, public: job.public };
    let Value::Object(data) = &job.data else {
        return Err(PressError::BadJob { reason: "data 应为对象".to_owned() });
    };
    let fields = checker.object("", spec.fields, data)?;
    let number = checker.given("number", "文书编号", job.number.as_deref(), spec.numbered)?;
    let organ = checker.given("organ_name", "行政机关名称", Some(&job.organ_name), true)?;
    let code = job.verification.as_ref().map(|v| v.check_code.as_str());
    let check_code = checker.given("verification.check_code", "核验码", code, spec.served)?;
    let watermark = checker.given("watermark", "水印", job.watermark.as_deref(), false)?;
    Ok(json!({
        "meta": {
            "name": spec.name,
            "title": title(spec, job),
            "organ": organ,
            "number": number,
            "date": format_date(job.issue_date),
            "check_code": check_code,
            "watermark": watermark,
            "public": job.public,
            "flipped": matches!(spec.orientation, crate::catalogue::Orientation::Landscape),
            "fonts": { "text": fonts.text, "title": fonts.title, "heading": fonts.heading },
        },
        "d": fields,
    }))
}

/// Checks what is laid over finished pages and gives the JSON that the template reads.
///
/// # Errors
/// What is malformed or cannot be printed.
pub(crate) fn prepare_overlay(job: &Overlay, fonts: &Fonts) -> Result<Value, PressError> {
    let checker = Checker { fonts, public: false };
    Ok(json!({
        "title": checker.given("title", "题名", Some(&job.title), true)?,
        "pages": job.pages,
        "first_page": job.first_page,
        "mark": checker.given("mark", "水印", job.mark.as_deref(), false)?,
        "foot": checker.given("foot", "页脚", job.foot.as_deref(), false)?,
        "fonts": fonts.text,
    }))
}

/// The title in the file's metadata: name and number, and that it is a public copy.
fn title(spec: &TemplateSpec, job: &Job) -> String {
    let mut title = spec.name.to_owned();
    if let Some(number) = job.number.as_deref().filter(|number| !number.trim().is_empty()) {
        title.push(' ');
        title.push_str(number);
    }
    if job.public {
        title.push_str(" 公开副本");
    }
    title
}

struct Checker<'a> {
    fonts: &'a Fonts,
    public: bool,
}

impl Checker<'_> {
    fn object(
        &self,
        path: &str,
        specs: &[FieldSpec],
        data: &Map<String, Value>,
    ) -> Result<Value, PressError> {
        let mut out = Map::new();
        for spec in specs {
            let here = if path.is_empty() { spec.name.to_owned() } else { format!("{path}.{}", spec.name) };
            let value = data.get(spec.name).filter(|value| !is_blank(value));
            let required = spec.required
                || match spec.condition {
                    Some(Condition::With(other)) => is_given(data, other),
                    Some(Condition::Without(other)) => !is_given(data, other),
                    None => false,
                };
            let printed = match value {
                Some(_) if self.public && spec.private => withheld(spec.kind),
                Some(value) => self.value(&here, spec, value)?,
                None if required => {
                    return Err(PressError::MissingField { field: here, label: spec.label.to_owned() });
                }
                None => absent(spec.kind),
            };
            out.insert(spec.name.to_owned(), printed);
        }
        Ok(Value::Object(out))
    }

    fn value(&self, path: &str, spec: &FieldSpec, value: &Value) -> Result<Value, PressError> {
        let bad = |reason: &str| PressError::BadField {
            field: path.to_owned(),
            label: spec.label.to_owned(),
            reason: reason.to_owned(),
        };
        if value.get("withheld").is_some() && !matches!(spec.kind, FieldKind::Group(_)) {
            return if self.public {
                Ok(withheld(spec.kind))
            } else {
                Err(bad("只有公开副本可以略去内容"))
            };
        }
        match spec.kind {
            FieldKind::Text => self.text(path, spec, value, TEXT_LIMIT, false),
            FieldKind::Paragraphs => self.text(path, spec, value, PARAGRAPHS_LIMIT, true),
            FieldKind::Date => {
                let day = value.as_str().and_then(|text| text.parse::<civil::Date>().ok());
                day.map(|day| Value::String(format_date(day)))
                    .ok_or_else(|| bad("应为 2026-03-11 形式的日期"))
            }
            FieldKind::DateTime => {
                // A day alone stands where the hour was never recorded.
                let day = value.as_str().and_then(|text| text.parse::<civil::Date>().ok());
                let day = day.filter(|_| value.as_str().is_some_and(|text| text.len() == 10));
                let printed = match day {
                    Some(day) => Some(format_date(day)),
                    None => value.as_str().and_then(parse_minute).map(format_minute),
                };
                printed.map(Value::String).ok_or_else(|| bad("应为 2026-03-11T09:30 形式的时间"))
            }
            FieldKind::Money => {
                let fen = value.as_u64().ok_or_else(|| bad("应为以分计的非负整数"))?;
                Ok(json!({ "figures": money::figures(fen), "capital": money::capital(fen) }))
            }
            FieldKind::Count => {
                value.as_u64().map(|n| Value::String(n.to_string())).ok_or_else(|| bad("应为非负整数"))
            }
            FieldKind::Flag => value.as_bool().map(Value::Bool).ok_or_else(|| bad("应为 true 或 false")),
            FieldKind::Group(fields) => {
                self.object(path, fields, value.as_object().ok_or_else(|| bad("应为对象"))?)
            }
            FieldKind::List(fields) => {
                let items = value.as_array().ok_or_else(|| bad("应为数组"))?;
                if items.len() > LIST_LIMIT {
                    return Err(bad(&format!("不得超过 {LIST_LIMIT} 项")));
                }
                let rows = items.iter().enumerate().map(|(index, item)| {
                    let item = item.as_object().ok_or_else(|| bad("各项应为对象"))?;
                    self.object(&format!("{path}[{index}]"), fields, item)
                });
                rows.collect::<Result<Vec<_>, _>>().map(Value::Array)
            }
        }
    }

    /// A string, or in a public copy an array of strings and `{"withheld": reason}` in their order.
    fn text(
        &self,
        path: &str,
        spec: &FieldSpec,
        value: &Value,
        limit: usize,
        lines: bool,
    ) -> Result<Value, PressError> {
        let bad = |reason: String| PressError::BadField {
            field: path.to_owned(),
            label: spec.label.to_owned(),
            reason,
        };
        let mut out = String::new();
        match value {
            Value::String(text) => {
                self.characters(path, text, lines)?;
                out.push_str(text);
            }
            Value::Array(parts) if self.public => {
                for part in parts {
                    match part {
                        Value::String(text) => {
                            self.characters(path, text, lines)?;
                            out.push_str(text);
                        }
                        part if part.get("withheld").is_some() => out.push(WITHHELD),
                        _ => return Err(bad("各段应为文字或 withheld".to_owned())),
                    }
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                return Err(bad("应为文字".to_owned()));
            }
        }
        if out.trim().is_empty() {
            return Err(bad("不得为空白".to_owned()));
        }
        if out.chars().count() > limit {
            return Err(bad(format!("不得超过 {limit} 字")));
        }
        Ok(Value::String(out))
    }

    /// A string of the job itself, outside the data.
    fn given(
        &self,
        field: &str,
        label: &str,
        text: Option<&str>,
        required: bool,
    ) -> Result<Value, PressError> {
        match text.filter(|text| !text.trim().is_empty()) {
            Some(text) => {
                self.characters(field, text, false)?;
                Ok(Value::String(text.to_owned()))
            }
            None if required => {
                Err(PressError::MissingField { field: field.to_owned(), label: label.to_owned() })
            }
            None => Ok(Value::Null),
        }
    }

    fn characters(&self, path: &str, text: &str, lines: bool) -> Result<(), PressError> {
        for character in text.chars() {
            if character == '\n' && lines {
                continue;
            }
            if forbidden(character) {
                return Err(PressError::BadCharacter { field: path.to_owned(), code: u32::from(character) });
            }
            if !self.fonts.covers(character) {
                return Err(PressError::MissingGlyph { field: path.to_owned(), character });
            }
        }
        Ok(())
    }
}

/// Control characters, characters that turn the reading direction or cannot be seen (default ignorables of
/// Unicode), line separators, and the mark of this module: with them paper and data could differ.
fn forbidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}'
            | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFFB}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E0FFF}' | WITHHELD)
}

/// Whether a character may stand in the text of a document. Whoever takes texts in
/// asks this first, so that nothing is numbered that could never be printed.
pub fn printable(character: char) -> bool {
    !forbidden(character)
}

fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        // What an object lacks is named field by field.
        Value::Object(_) | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn is_given(data: &Map<String, Value>, name: &str) -> bool {
    match data.get(name) {
        None | Some(Value::Bool(false)) => false,
        Some(value) => !is_blank(value),
    }
}

/// What a template sees for an optional field that is not there.
fn absent(kind: FieldKind) -> Value {
    match kind {
        FieldKind::Flag => Value::Bool(false),
        FieldKind::List(_) => Value::Array(Vec::new()),
        FieldKind::Text
        | FieldKind::Paragraphs
        | FieldKind::Date
        | FieldKind::DateTime
        | FieldKind::Money
        | FieldKind::Count
        | FieldKind::Group(_) => Value::Null,
    }
}

fn withheld(kind: FieldKind) -> Value {
    let mark = || Value::String(WITHHELD.to_string());
    match kind {
        FieldKind::Text
        | FieldKind::Paragraphs
        | FieldKind::Date
        | FieldKind::DateTime
        | FieldKind::Count => mark(),
        FieldKind::Money => json!({ "figures": mark(), "capital": mark() }),
        FieldKind::Flag => Value::Bool(false),
        // One row of bars: that something stood here stays visible.
        FieldKind::List(fields) => Value::Array(vec![withheld(FieldKind::Group(fields))]),
        FieldKind::Group(fields) => {
            Value::Object(fields.iter().map(|field| (field.name.to_owned(), withheld(field.kind))).collect())
        }
    }
}

fn parse_minute(text: &str) -> Option<civil::DateTime> {
    match text.parse::<Timestamp>() {
        Ok(instant) => Some(CIVIL_OFFSET.to_datetime(instant)),
        Err(_) => text.parse().ok(),
    }
}

fn format_date(day: civil::Date) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

fn format_minute(at: civil::DateTime) -> String {
    format!("{}{}时{:02}分", format_date(at.date()), at.hour(), at.minute())
}

/// The creation instant as civil time for the PDF's dates.
pub(crate) fn civil_time(instant: Timestamp) -> civil::DateTime {
    CIVIL_OFFSET.to_datetime(instant)
}
