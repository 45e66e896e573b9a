//! The body of a command, checked against the fields of its verb: the same
//! check for forms and for programs, with the path of each field at fault.

use jiff::Timestamp;
use jiff::civil::Date;
use mingjing_domain::case::CaseCommand;
use mingjing_domain::case::form::{self, Field, Kind};
use mingjing_domain::case::procedure::{Verb, step};
use mingjing_domain::cite::Citation;
use mingjing_domain::informant::Told;
use mingjing_domain::matter::{StaffId, TimeSource};
use mingjing_domain::refusal::{FieldError, Refusal};
use mingjing_domain::text::Text;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::kit::form::unprintable;

/// Most entries of a list.
pub const MAX_ITEMS: usize = 200;
/// Largest amount in fen: one hundred thousand million yuan.
pub const MAX_FEN: i64 = 10_000_000_000_000;
/// Largest whole number.
pub const MAX_NUMBER: i64 = 1_000_000;
/// Longest reason of a late entry, in characters.
const MAX_REASON: u32 = 500;

/// A claimed time and its source.
pub type Claimed = (Timestamp, TimeSource);

/// A command as read, with the claimed time of the act.
pub struct Read {
    /// The command.
    pub command: CaseCommand,
    /// When it is said to have happened, and where that is known from.
    pub moment: Option<Claimed>,
    /// The informant of a clue, which becomes no part of the command.
    pub informant: Option<Told>,
}

/// Reads the body of `verb`: its fields, and `happened_at`, `late_reason`,
/// `late_approver`, `device_offset_ms` where the act is entered later.
///
/// # Errors
/// A refusal with every field at fault.
pub fn read(verb: Verb, body: Value) -> Result<Read, Refusal> {
    let mut errors = Vec::new();
    let Value::Object(mut body) = body else {
        errors.push(error("", "应为对象"));
        return Err(refused(verb, errors));
    };
    let moment = moment(&mut body, &mut errors);
    let fields = form::fields(verb);
    let mut body = object(&fields, body, "", &mut errors);
    let informant = if verb == Verb::RegisterClue { informant(&mut body, &mut errors) } else { None };
    if !errors.is_empty() {
        return Err(refused(verb, errors));
    }
    // Checked above against the same fields; what is left is what only the types know.
    let command = form::read(verb, Value::Object(body))
        .map_err(|reason| refused(verb, vec![error("", format!("内容不能读出：{reason}"))]))?;
    Ok(Read { command, moment, informant })
}

/// Takes the informant's fields out of the body of a clue.
fn informant(body: &mut Map<String, Value>, errors: &mut Vec<FieldError>) -> Option<Told> {
    let mut taken = form::INFORMANT.map(|name| body.shift_remove(name).unwrap_or_default());
    let [name, contact, keep_secret, wants_reply] = &mut taken;
    let text = |value: &Value| Text::closed(value.as_str().unwrap_or("").trim());
    let told = Told {
        name: text(name),
        contact: text(contact),
        keep_secret: keep_secret.as_bool().unwrap_or(false),
        wants_reply: wants_reply.as_bool().unwrap_or(false),
    };
    if !told.name.is_blank() || !told.contact.is_blank() {
        return Some(told);
    }
    // An anonymous informant can be neither kept secret nor answered.
    for (flag, name) in [(told.keep_secret, form::INFORMANT[2]), (told.wants_reply, form::INFORMANT[3])] {
        if flag {
            errors.push(error(name, "没有填写举报人的姓名或者联系方式"));
        }
    }
    None
}

/// A body of fields alone, with the claimed time of the act: for matters other than a case.
///
/// # Errors
/// A refusal under `article` with every field at fault.
pub fn plain(
    fields: &[Field],
    body: Value,
    article: &Citation,
    label: &str,
) -> Result<(Map<String, Value>, Option<Claimed>), Refusal> {
    let mut errors = Vec::new();
    let (mut moment_of, mut out) = (None, Map::new());
    if let Value::Object(mut body) = body {
        moment_of = moment(&mut body, &mut errors);
        out = object(fields, body, "", &mut errors);
    } else {
        errors.push(error("", "应为对象"));
    }
    if errors.is_empty() { Ok((out, moment_of)) } else { Err(wrong(article, label, errors)) }
}

fn refused(verb: Verb, fields: Vec<FieldError>) -> Refusal {
    wrong(&step(verb).article, verb.label(), fields)
}

/// A refusal of what was filled in.
pub fn wrong(article: &Citation, label: &str, fields: Vec<FieldError>) -> Refusal {
    let mut refusal = Refusal::new(
        "input.invalid",
        article.clone(),
        format!("“{label}”有 {} 处需要更正", fields.len()),
        "更正后重新提交。",
    );
    refusal.fields = fields;
    refusal
}

fn error(path: &str, message: impl Into<String>) -> FieldError {
    FieldError { field: path.to_owned(), message: message.into() }
}

fn take(body: &mut Map<String, Value>, name: &str) -> Option<Value> {
    body.shift_remove(name).filter(|it| !it.is_null())
}

fn moment(body: &mut Map<String, Value>, errors: &mut Vec<FieldError>) -> Option<Claimed> {
    let happened = take(body, "happened_at");
    let reason = take(body, "late_reason");
    let approver = take(body, "late_approver");
    let offset = take(body, "device_offset_ms");
    let Some(happened) = happened else {
        if reason.is_some() || approver.is_some() || offset.is_some() {
            errors.push(error("happened_at", "补录须填写实际发生的时间"));
        }
        return None;
    };
    let Some(at) = happened.as_str().and_then(|it| it.parse::<Timestamp>().ok()) else {
        errors.push(error("happened_at", "应为带时区的时刻，如 2026-03-11T09:30:00+08:00"));
        return None;
    };
    if let Some(offset) = offset {
        match offset.as_i64() {
            Some(offset_ms) if reason.is_none() && approver.is_none() => {
                return Some((at, TimeSource::Device { offset_ms }));
            }
            Some(_) => errors.push(error("device_offset_ms", "设备时间与补录只能填一种")),
            None => errors.push(error("device_offset_ms", "应为毫秒数")),
        }
        return None;
    }
    let reason = match reason {
        None => Text::closed(""),
        Some(it) => match it.as_str().map(str::trim) {
            Some(text) if text.chars().count() <= MAX_REASON as usize => Text::closed(text),
            Some(_) => {
                errors.push(error("late_reason", format!("最多 {MAX_REASON} 字")));
                return None;
            }
            None => {
                errors.push(error("late_reason", "应为文字"));
                return None;
            }
        },
    };
    let approver = match approver.as_ref().map(|it| it.as_str().and_then(|it| it.parse::<Uuid>().ok())) {
        Some(Some(id)) => StaffId(id),
        Some(None) => {
            errors.push(error("late_approver", "应为人员编号"));
            return None;
        }
        None => {
            errors.push(error("late_approver", "请选择同意补录的负责人"));
            return None;
        }
    };
    Some((at, TimeSource::Paper { reason, approver }))
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") }
}

fn object(
    fields: &[Field],
    mut body: Map<String, Value>,
    path: &str,
    errors: &mut Vec<FieldError>,
) -> Map<String, Value> {
    let mut out = Map::new();
    for field in fields {
        let at = join(path, field.name);
        match take(&mut body, field.name) {
            None => missing(field, &at, errors),
            Some(value) => {
                if let Some(value) = value_of(field, value, &at, errors) {
                    out.insert(field.name.to_owned(), value);
                }
            }
        }
    }
    if let Some(name) = body.keys().next() {
        let name: String = name.chars().filter(|c| !c.is_control()).take(40).collect();
        errors.push(error(&join(path, &name), "没有这个字段"));
    }
    // A flag that is not given is not set.
    for field in fields.iter().filter(|f| f.kind == Kind::Flag) {
        out.entry(field.name).or_insert(Value::Bool(false));
    }
    out
}

fn missing(field: &Field, path: &str, errors: &mut Vec<FieldError>) {
    if field.required {
        errors.push(error(path, format!("请填写{}", field.label)));
    }
}

fn value_of(field: &Field, value: Value, path: &str, errors: &mut Vec<FieldError>) -> Option<Value> {
    let label = field.label;
    let mut wrong = |message: String| {
        errors.push(error(path, message));
        None
    };
    match &field.kind {
        Kind::Line | Kind::Paragraph => text(field, &value, path, errors),
        Kind::Date => match value.as_str().filter(|it| it.len() == 10).and_then(|it| it.parse::<Date>().ok())
        {
            Some(day) if (1900..=2199).contains(&day.year()) => Some(value),
            Some(_) | None => wrong(format!("{label}应为年-月-日，如 2026-03-11")),
        },
        Kind::Instant => match value.as_str().and_then(|it| it.parse::<Timestamp>().ok()) {
            Some(_) => Some(value),
            None => wrong(format!("{label}应为带时区的时刻，如 2026-03-11T09:30:00+08:00")),
        },
        Kind::Money => match value.as_i64() {
            Some(0..=MAX_FEN) => Some(value),
            Some(_) | None => wrong(format!("{label}应为以分计的整数，0 至 {MAX_FEN}")),
        },
        Kind::Number => {
            let (min, max) = bounds(field.name);
            match value.as_i64() {
                Some(n) if (min..=max).contains(&n) => Some(value),
                Some(_) | None => wrong(format!("{label}应为 {min} 至 {max} 的整数")),
            }
        }
        Kind::Flag => {
            if value.is_boolean() {
                Some(value)
            } else {
                wrong(format!("{label}应为 true 或 false"))
            }
        }
        Kind::Choice(choices) => match value.as_str() {
            Some(it) if choices.iter().any(|(name, _)| name == it) => Some(value),
            Some(_) | None => wrong(format!("{label}中没有这个选项")),
        },
        Kind::NumberChoice(choices) => match value.as_u64() {
            Some(it) if choices.iter().any(|(n, _)| u64::from(*n) == it) => Some(value),
            Some(_) | None => wrong(format!("{label}中没有这个选项")),
        },
        Kind::Choices(choices) => {
            let known = |it: &Value| it.as_str().is_some_and(|it| choices.iter().any(|(name, _)| name == it));
            set(field, value, path, "不存在的选项", known, errors)
        }
        Kind::Staff | Kind::Recording => {
            let what = if field.kind == Kind::Staff { "人员编号" } else { "音像记录的标识" };
            if is_id(&value) { Some(value) } else { wrong(format!("{label}应为{what}")) }
        }
        Kind::StaffList => set(field, value, path, "不是人员编号的内容", is_id, errors),
        Kind::Party | Kind::Document | Kind::Proposal | Kind::Ordinal => {
            if is_number(&value) {
                Some(value)
            } else {
                wrong(format!("{label}应为从 1 起的序号"))
            }
        }
        Kind::EvidenceList => set(field, value, path, "不是序号的内容", is_number, errors),
        Kind::Region => match value.as_str() {
            Some(it) if it.len() == 6 && it.bytes().all(|b| b.is_ascii_digit()) => Some(value),
            Some(_) | None => wrong(format!("{label}应为六位行政区划代码")),
        },
        Kind::Category => text(field, &value, path, errors),
        Kind::List(fields) => list(field, fields, value, path, errors),
    }
}

/// Least and largest whole number of a field: lengths in bytes and offsets of clocks and
/// pieces have bounds of their own.
pub fn bounds(name: &str) -> (i64, i64) {
    const DAY_MS: i64 = 86_400_000;
    match name {
        // 4 TiB, and a year on either side of the server's clock.
        "bytes" => (0, 1 << 42),
        "clock_offset_ms" => (-366 * DAY_MS, 366 * DAY_MS),
        "offset_ms" => (0, 31 * DAY_MS),
        "free_mib" => (0, u32::MAX as i64),
        "battery_percent" => (0, 100),
        _ => (0, MAX_NUMBER),
    }
}

fn is_id(value: &Value) -> bool {
    value.as_str().is_some_and(|it| it.len() == 36 && it.parse::<Uuid>().is_ok())
}

fn is_number(value: &Value) -> bool {
    value.as_u64().is_some_and(|it| (1..=u64::from(u16::MAX)).contains(&it))
}

fn text(field: &Field, value: &Value, path: &str, errors: &mut Vec<FieldError>) -> Option<Value> {
    let label = field.label;
    let Some(text) = value.as_str() else {
        errors.push(error(path, format!("{label}应为文字")));
        return None;
    };
    let (chars, max) =
        (text.chars().count(), if field.max_chars == 0 { 200 } else { field.max_chars as usize });
    if chars > max {
        errors.push(error(path, format!("{label}最多 {max} 字，现有 {chars} 字")));
        return None;
    }
    let breaks = field.kind == Kind::Paragraph;
    // What is pasted from a table has tabs; paper has none.
    let text = text.replace('\t', " ");
    let paper = !form::INFORMANT.contains(&path);
    if let Some(fault) = unprintable(label, &text, breaks, paper) {
        errors.push(error(path, fault));
        return None;
    }
    let text = text.trim();
    if text.is_empty() {
        missing(field, path, errors);
        return None;
    }
    Some(text.into())
}

fn items(field: &Field, value: Value, path: &str, errors: &mut Vec<FieldError>) -> Option<Vec<Value>> {
    let label = field.label;
    let Value::Array(items) = value else {
        errors.push(error(path, format!("{label}应为数组")));
        return None;
    };
    if items.is_empty() {
        missing(field, path, errors);
        return None;
    }
    if items.len() > MAX_ITEMS {
        errors.push(error(path, format!("{label}最多 {MAX_ITEMS} 项")));
        return None;
    }
    Some(items)
}

fn set(
    field: &Field,
    value: Value,
    path: &str,
    wrong: &str,
    fits: impl Fn(&Value) -> bool,
    errors: &mut Vec<FieldError>,
) -> Option<Value> {
    let items = items(field, value, path, errors)?;
    match items.iter().position(|it| !fits(it)) {
        None => Some(Value::Array(items)),
        Some(at) => {
            errors.push(error(&join(path, &at.to_string()), format!("{}中有{wrong}", field.label)));
            None
        }
    }
}

fn list(
    field: &Field,
    fields: &[Field],
    value: Value,
    path: &str,
    errors: &mut Vec<FieldError>,
) -> Option<Value> {
    let items = items(field, value, path, errors)?;
    let mut out = Vec::with_capacity(items.len());
    for (at, item) in items.into_iter().enumerate() {
        let path = join(path, &at.to_string());
        match fields {
            // A list of plain texts has one nameless field.
            [one] if one.name.is_empty() => out.extend(value_of(one, item, &path, errors)),
            several => match item {
                Value::Object(item) => out.push(Value::Object(object(several, item, &path, errors))),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                    errors.push(error(&path, format!("{}的每一项应为对象", field.label)));
                }
            },
        }
    }
    Some(Value::Array(out))
}

#[cfg(test)]
#[path = "body_tests.rs"]
mod tests;
