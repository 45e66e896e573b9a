//! Forms from a schema: HTML fields one way, the JSON of the typed command the other.
//!
//! A [`FieldSpec`] describes one input. A posted body is kept as it was typed
//! ([`Posted`]), so that a refused form shows every character again, and is read
//! into JSON by [`read`]. Lists are named by index, `parties[0].name`; in JSON and
//! in errors the same place is `parties/0/name`.

use jiff::civil::{Date, DateTime};
use mingjing_domain::matter::shanghai;
use mingjing_domain::refusal::FieldError;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::BTreeSet;

pub use super::posted::{Intent, MAX_FIELDS, Posted, TooManyFields};

/// Most groups one list may hold.
pub const MAX_GROUPS: usize = 200;

/// One of the values of a choice.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// Value in the form.
    pub value: String,
    /// Words for a person.
    pub label: String,
    /// Value in the command.
    pub json: Value,
}

impl Choice {
    /// A choice whose command value is the same string.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        let value = value.into();
        Self { json: Value::String(value.clone()), value, label: label.into() }
    }

    /// A choice with its own command value, for example a number.
    #[must_use]
    pub fn json(mut self, json: Value) -> Self {
        self.json = json;
        self
    }
}

/// What a field takes, and what it becomes in the command.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// One line; a string.
    Line,
    /// Several lines; a string.
    Paragraph,
    /// A civil day; `"2026-03-11"`.
    Date,
    /// Civil time in Shanghai; an RFC 3339 instant in UTC.
    DateTime,
    /// Yuan with up to two places; fen as an integer.
    Money,
    /// A whole number within bounds; an integer.
    Number {
        /// Smallest.
        min: i64,
        /// Largest.
        max: i64,
        /// Unit behind the field; may be empty.
        unit: &'static str,
    },
    /// One of these.
    Choice(Vec<Choice>),
    /// Any of these; an array.
    MultiChoice(Vec<Choice>),
    /// Yes or no; a boolean.
    Flag,
    /// One person on the staff, from those offered.
    Staff(Vec<Choice>),
    /// One party of the case, from those offered.
    Party(Vec<Choice>),
    /// Groups of fields; an array of objects.
    List(Vec<FieldSpec>),
    /// One group of fields; an object.
    Record(Vec<FieldSpec>),
    /// What the person saw, as lower-case hexadecimal; carried, not typed.
    Digest,
}

/// One field.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldSpec {
    /// Name in the command.
    pub name: Cow<'static, str>,
    /// Label above.
    pub label: Cow<'static, str>,
    /// Hint below the label; may be empty.
    pub hint: Cow<'static, str>,
    /// What it takes.
    pub kind: Kind,
    /// Whether it must be filled in; a list then needs one group.
    pub required: bool,
    /// Longest text in characters.
    pub max_chars: usize,
    /// Words under which it stands folded at the end of the form, where few need
    /// it; empty for most.
    pub fold: &'static str,
    /// Whether the text may come to stand in a document.
    pub paper: bool,
}

impl FieldSpec {
    /// A required field.
    pub fn new(name: impl Into<Cow<'static, str>>, label: impl Into<Cow<'static, str>>, kind: Kind) -> Self {
        let max_chars = if kind == Kind::Paragraph { 10_000 } else { 200 };
        Self {
            name: name.into(),
            label: label.into(),
            hint: Cow::Borrowed(""),
            kind,
            required: true,
            max_chars,
            fold: "",
            paper: true,
        }
    }

    /// Never in a document.
    #[must_use]
    pub const fn off_paper(mut self) -> Self {
        self.paper = false;
        self
    }

    /// Folded at the end of the form under these words.
    #[must_use]
    pub const fn fold(mut self, words: &'static str) -> Self {
        self.fold = words;
        self
    }

    /// With a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<Cow<'static, str>>) -> Self {
        self.hint = hint.into();
        self
    }

    /// May stay blank; the command then holds null (an empty array for lists).
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.required = false;
        self
    }

    /// With another longest length in characters.
    #[must_use]
    pub fn max(mut self, chars: usize) -> Self {
        self.max_chars = chars;
        self
    }
}

/// Reads a posted form into the JSON of the command.
///
/// # Errors
/// Every field at fault, in the order of the schema.
pub fn read(specs: &[FieldSpec], posted: &Posted) -> Result<Value, Vec<FieldError>> {
    let posted = posted.clone().compact(specs);
    let mut reader = Reader { posted: &posted, errors: Vec::new(), known: BTreeSet::new() };
    let value = reader.object(specs, "", "");
    for (name, _) in &posted.typed() {
        if !reader.known.contains(name) {
            reader.errors.push(error("", format!("表单含有未知的字段：{}", clip(name))));
            break;
        }
    }
    if reader.errors.is_empty() { Ok(value) } else { Err(reader.errors) }
}

fn clip(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(40).collect()
}

fn error(path: impl Into<String>, message: impl Into<String>) -> FieldError {
    FieldError { field: path.into(), message: message.into() }
}

struct Reader<'a> {
    posted: &'a Posted,
    errors: Vec<FieldError>,
    known: BTreeSet<String>,
}

impl Reader<'_> {
    fn object(&mut self, specs: &[FieldSpec], prefix: &str, path: &str) -> Value {
        let mut out = Map::new();
        for spec in specs {
            let name = format!("{prefix}{}", spec.name);
            let path = join(path, &spec.name);
            out.insert(spec.name.to_string(), self.field(spec, &name, &path));
        }
        Value::Object(out)
    }

    fn field(&mut self, spec: &FieldSpec, name: &str, path: &str) -> Value {
        self.known.insert(name.to_owned());
        match &spec.kind {
            Kind::List(fields) => self.list(spec, fields, name, path),
            Kind::Record(fields) => self.object(fields, &format!("{name}."), path),
            Kind::MultiChoice(choices) => self.several(spec, choices, name, path),
            Kind::Flag => match self.posted.get(name) {
                None | Some("" | "false") => {
                    if spec.required {
                        self.errors.push(error(path, format!("请确认：{}", spec.label)));
                    }
                    Value::Bool(false)
                }
                Some("true" | "on") => Value::Bool(true),
                Some(_) => self.wrong(path, format!("{}只能为是或否", spec.label)),
            },
            Kind::Line
            | Kind::Paragraph
            | Kind::Date
            | Kind::DateTime
            | Kind::Money
            | Kind::Number { .. }
            | Kind::Choice(_)
            | Kind::Staff(_)
            | Kind::Party(_)
            | Kind::Digest => self.single(spec, name, path),
        }
    }

    fn wrong(&mut self, path: &str, message: String) -> Value {
        self.errors.push(error(path, message));
        Value::Null
    }

    fn list(&mut self, spec: &FieldSpec, fields: &[FieldSpec], name: &str, path: &str) -> Value {
        let count = self.posted.groups(name);
        if count > MAX_GROUPS {
            return self.wrong(path, format!("{}最多 {MAX_GROUPS} 组", spec.label));
        }
        if count == 0 && spec.required {
            return self.wrong(path, format!("{}至少填写一组", spec.label));
        }
        let groups = (0..count)
            .map(|at| {
                let group = format!("{name}[{at}]");
                self.known.insert(group.clone());
                self.object(fields, &format!("{group}."), &join(path, &at.to_string()))
            })
            .collect();
        Value::Array(groups)
    }

    fn several(&mut self, spec: &FieldSpec, choices: &[Choice], name: &str, path: &str) -> Value {
        let mut picked: Vec<&str> = Vec::new();
        for value in self.posted.all(name).filter(|it| !it.is_empty()) {
            if !picked.contains(&value) {
                picked.push(value);
            }
        }
        if picked.is_empty() && spec.required {
            return self.wrong(path, format!("请选择{}", spec.label));
        }
        if picked.iter().any(|it| !choices.iter().any(|choice| choice.value == *it)) {
            return self.wrong(path, format!("{}中有不存在的选项", spec.label));
        }
        // In the order of the schema, so that the same choice is the same command.
        let values = choices.iter().filter(|it| picked.contains(&it.value.as_str()));
        Value::Array(values.map(|it| it.json.clone()).collect())
    }

    fn single(&mut self, spec: &FieldSpec, name: &str, path: &str) -> Value {
        let mut values = self.posted.all(name);
        let text = values.next().unwrap_or("").trim();
        if values.next().is_some() {
            return self.wrong(path, format!("{}重复提交", spec.label));
        }
        if text.is_empty() {
            return if spec.required {
                let verb = match spec.kind {
                    Kind::Choice(_) | Kind::Staff(_) | Kind::Party(_) => "选择",
                    Kind::Line
                    | Kind::Paragraph
                    | Kind::Date
                    | Kind::DateTime
                    | Kind::Money
                    | Kind::Number { .. }
                    | Kind::MultiChoice(_)
                    | Kind::Flag
                    | Kind::List(_)
                    | Kind::Record(_)
                    | Kind::Digest => "填写",
                };
                self.wrong(path, format!("请{verb}{}", spec.label))
            } else {
                Value::Null
            };
        }
        match scalar(spec, text) {
            Ok(value) => value,
            Err(message) => self.wrong(path, message),
        }
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") }
}

fn scalar(spec: &FieldSpec, text: &str) -> Result<Value, String> {
    let label = &spec.label;
    let chars = text.chars().count();
    match &spec.kind {
        Kind::Line | Kind::Paragraph => {
            if chars > spec.max_chars {
                return Err(format!("{label}最多 {} 字，现有 {chars} 字", spec.max_chars));
            }
            let breaks = spec.kind == Kind::Paragraph;
            // What is pasted from a table has tabs; paper has none.
            let text = text.replace('\t', " ");
            if let Some(fault) = unprintable(label, &text, breaks, spec.paper) {
                return Err(fault);
            }
            Ok(text.into())
        }
        Kind::Date => text
            .parse::<Date>()
            .ok()
            .filter(|day| text.len() == 10 && (1900..=2199).contains(&day.year()))
            .map(|day| day.to_string().into())
            .ok_or_else(|| format!("{label}应为年-月-日，如 2026-03-11")),
        Kind::DateTime => instant(text)
            .map(Value::from)
            .ok_or_else(|| format!("{label}应为日期和时间，如 2026-03-11 09:30")),
        Kind::Money => fen(text)
            .map(Value::from)
            .ok_or_else(|| format!("{label}应为以元计的金额，最多两位小数，如 30000.50")),
        Kind::Number { min, max, .. } => text
            .parse::<i64>()
            .ok()
            .filter(|n| (min..=max).contains(&n))
            .map(Value::from)
            .ok_or_else(|| format!("{label}应为 {min} 至 {max} 的整数")),
        Kind::Choice(choices) | Kind::Staff(choices) | Kind::Party(choices) => choices
            .iter()
            .find(|it| it.value == text)
            .map(|it| it.json.clone())
            .ok_or_else(|| format!("{label}中没有这个选项")),
        Kind::Digest => {
            if text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
                Ok(text.into())
            } else {
                Err(format!("{label}不是有效的摘要，请重新打开页面"))
            }
        }
        Kind::MultiChoice(_) | Kind::Flag | Kind::List(_) | Kind::Record(_) => {
            Err(format!("{label}不能这样填写"))
        }
    }
}

/// Why a text cannot stand in a document; none when it can. Asked before anything
/// is decided, because a document is set only after its act is on record. A text
/// that never goes on `paper` may use characters that its fonts do not have.
pub fn unprintable(label: &str, text: &str, breaks: bool, paper: bool) -> Option<String> {
    let on_paper = |c: &char| mingjing_press::printable(*c) || (breaks && *c == '\n');
    if !text.chars().all(|c| on_paper(&c)) {
        return Some(format!("{label}含有看不见的或者不能打印的字符，请重新输入"));
    }
    let absent = text.chars().find(|c| paper && *c != '\n' && !mingjing_press::glyphs::drawable(*c))?;
    let point = u32::from(absent);
    Some(format!(
        "{label}中的“{absent}”（U+{point:04X}）在文书字体中没有字形，印不出来；请换一种写法，\
         人名、地名用字确需使用的，请系统管理员安装含有该字的字体"
    ))
}

fn instant(text: &str) -> Option<String> {
    let local: DateTime = text.replace(' ', "T").parse().ok()?;
    if !(1900..=2199).contains(&local.year()) {
        return None;
    }
    Some(shanghai().to_timestamp(local).ok()?.to_string())
}

/// Fen from yuan as typed: separators allowed, at most two places, at most one
/// hundred thousand million yuan.
fn fen(text: &str) -> Option<i64> {
    let plain = text.replace([',', '，'], "");
    let (whole, places) = plain.split_once('.').unwrap_or((&plain, ""));
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let dangling = plain.ends_with('.');
    if whole.is_empty() || whole.len() > 12 || places.len() > 2 || dangling {
        return None;
    }
    if !digits(whole) || !digits(places) {
        return None;
    }
    let cents: i64 = format!("{places:0<2}").parse().ok()?;
    whole.parse::<i64>().ok()?.checked_mul(100)?.checked_add(cents)
}

/// The form that shows a command: the inverse of [`read`].
pub fn fill(specs: &[FieldSpec], value: &Value) -> Posted {
    let mut pairs = Vec::new();
    fill_object(specs, value, "", &mut pairs);
    Posted::from_pairs(pairs)
}

fn fill_object(specs: &[FieldSpec], value: &Value, prefix: &str, out: &mut Vec<(String, String)>) {
    for spec in specs {
        let name = format!("{prefix}{}", spec.name);
        let Some(value) = value.get(spec.name.as_ref()).filter(|it| !it.is_null()) else { continue };
        match &spec.kind {
            Kind::List(fields) => {
                for (at, group) in value.as_array().into_iter().flatten().enumerate() {
                    out.push((format!("{name}[{at}]"), String::new()));
                    fill_object(fields, group, &format!("{name}[{at}]."), out);
                }
            }
            Kind::Record(fields) => fill_object(fields, value, &format!("{name}."), out),
            Kind::MultiChoice(choices) => {
                for item in value.as_array().into_iter().flatten() {
                    if let Some(choice) = choices.iter().find(|it| it.json == *item) {
                        out.push((name.clone(), choice.value.clone()));
                    }
                }
            }
            Kind::Line
            | Kind::Paragraph
            | Kind::Date
            | Kind::DateTime
            | Kind::Money
            | Kind::Number { .. }
            | Kind::Choice(_)
            | Kind::Flag
            | Kind::Staff(_)
            | Kind::Party(_)
            | Kind::Digest => {
                if let Some(text) = shown(&spec.kind, value) {
                    out.push((name, text));
                }
            }
        }
    }
}

fn shown(kind: &Kind, value: &Value) -> Option<String> {
    match kind {
        // A text may come as a plain string or as the marker object that carries it.
        Kind::Line | Kind::Paragraph => {
            value.as_str().or_else(|| value.get("$t")?.as_str()).map(str::to_owned)
        }
        Kind::Date | Kind::Digest => value.as_str().map(str::to_owned),
        Kind::DateTime => {
            let at: jiff::Timestamp = value.as_str()?.parse().ok()?;
            Some(at.to_zoned(shanghai()).strftime("%Y-%m-%dT%H:%M").to_string())
        }
        Kind::Money => {
            let fen = value.as_i64()?;
            Some(format!("{}.{:02}", fen / 100, fen % 100))
        }
        Kind::Number { .. } => value.as_i64().map(|n| n.to_string()),
        Kind::Flag => Some(if value.as_bool()? { "true" } else { "false" }.to_owned()),
        Kind::Choice(choices) | Kind::Staff(choices) | Kind::Party(choices) => {
            choices.iter().find(|it| it.json == *value).map(|it| it.value.clone())
        }
        Kind::MultiChoice(_) | Kind::List(_) | Kind::Record(_) => None,
    }
}

#[cfg(test)]
#[path = "form_tests.rs"]
mod tests;
