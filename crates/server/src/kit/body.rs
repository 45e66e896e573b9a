//! The body of a command for programs, from the same fields as its form: schema,
//! example and reading. What a form forgives is said here with the field's path.

use jiff::civil::Date;
use mingjing_domain::cite::Citation;
use mingjing_domain::refusal::{FieldError, Refusal};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::form::{FieldSpec, Kind, MAX_GROUPS, unprintable};
use super::openapi::{or_null, plain_text};

/// A list of plain texts has one nameless field.
pub fn texts(name: &'static str, label: &'static str, max: usize) -> FieldSpec {
    FieldSpec::new(name, label, Kind::List(vec![FieldSpec::new("", label, Kind::Line).max(max)]))
}

/// The identifier of a person or matter.
pub fn id(name: &'static str, label: &'static str) -> FieldSpec {
    FieldSpec::new(name, label, Kind::Staff(Vec::new()))
}

/// JSON schema of a body of these fields.
pub fn schema(specs: &[FieldSpec]) -> Value {
    let properties: Map<String, Value> = specs.iter().map(|it| (it.name.to_string(), field(it))).collect();
    let required: Vec<&str> = specs.iter().filter(|it| it.required).map(|it| it.name.as_ref()).collect();
    json!({ "type": "object", "additionalProperties": false, "required": required, "properties": properties })
}

fn field(it: &FieldSpec) -> Value {
    let least = u8::from(it.required);
    let mut out = match &it.kind {
        Kind::Line | Kind::Paragraph => {
            let pattern = plain_text(it.kind == Kind::Paragraph);
            json!({ "type": "string", "minLength": least, "maxLength": it.max_chars, "pattern": pattern })
        }
        Kind::Date => json!({ "type": "string", "format": "date" }),
        Kind::DateTime => json!({ "type": "string", "format": "date-time" }),
        Kind::Money => json!({ "type": "integer", "minimum": 0, "maximum": 10_000_000_000_000_i64 }),
        Kind::Number { min, max, .. } => json!({ "type": "integer", "minimum": min, "maximum": max }),
        Kind::Choice(all) => json!({ "enum": all.iter().map(|c| &c.json).collect::<Vec<_>>() }),
        Kind::MultiChoice(all) => {
            let item = json!({ "enum": all.iter().map(|c| &c.json).collect::<Vec<_>>() });
            json!({ "type": "array", "minItems": least, "maxItems": MAX_GROUPS, "items": item })
        }
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Staff(_) => json!({ "type": "string", "format": "uuid" }),
        Kind::Party(_) => json!({ "type": "integer", "minimum": 1, "maximum": u16::MAX }),
        Kind::List(fields) => {
            let item = match fields.as_slice() {
                [one] if one.name.is_empty() => field(one),
                several => schema(several),
            };
            json!({ "type": "array", "minItems": least, "maxItems": MAX_GROUPS, "items": item })
        }
        Kind::Record(fields) => schema(fields),
        Kind::Digest => json!({ "type": "string", "pattern": "^[0-9a-f]{64}$" }),
    };
    let mut words = it.label.to_string();
    if let Kind::Choice(all) | Kind::MultiChoice(all) = &it.kind {
        let all: Vec<String> = all.iter().map(|c| format!("{} {}", plain(&c.json), c.label)).collect();
        words.push_str(&format!("（{}）", all.join("；")));
    }
    if !it.hint.is_empty() {
        words.push_str(&format!("。{}", it.hint));
    }
    out["description"] = words.into();
    if !it.required && !it.name.is_empty() {
        or_null(&mut out);
    }
    out
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A body that passes [`read`].
pub fn example(specs: &[FieldSpec]) -> Value {
    specs
        .iter()
        .filter(|it| it.required)
        .map(|it| (it.name.to_string(), sample(it)))
        .collect::<Map<_, _>>()
        .into()
}

fn sample(it: &FieldSpec) -> Value {
    match &it.kind {
        Kind::Line | Kind::Paragraph => match it.name.as_ref() {
            "region" => json!("990101"),
            _ => json!("示例内容".chars().take(it.max_chars).collect::<String>()),
        },
        Kind::Date if it.name == "valid_to" => json!("2027-12-31"),
        Kind::Date => json!("2026-03-11"),
        Kind::DateTime => json!("2026-03-11T09:30:00+08:00"),
        Kind::Money => json!(3_000_000),
        Kind::Number { min, .. } => json!(min),
        Kind::Choice(all) => json!(all.first().map(|c| &c.json)),
        Kind::MultiChoice(all) => json!([all.first().map(|c| &c.json)]),
        Kind::Flag => json!(true),
        Kind::Staff(_) => json!("00000000-0000-7000-8000-000000000001"),
        Kind::Party(_) => json!(1),
        Kind::List(fields) => match fields.as_slice() {
            [one] if one.name.is_empty() => json!([sample(one)]),
            several => json!([example(several)]),
        },
        Kind::Record(fields) => example(fields),
        Kind::Digest => json!("0".repeat(64)),
    }
}

/// Reads a body. What is absent and optional is left out.
///
/// # Errors
/// A refusal with every field at fault.
pub fn read(specs: &[FieldSpec], body: Value, basis: &Citation) -> Result<Value, Refusal> {
    let mut errors = Vec::new();
    let out = match body {
        Value::Object(body) => object(specs, body, "", &mut errors),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            errors.push(error("", "应为对象"));
            Map::new()
        }
    };
    if errors.is_empty() { Ok(Value::Object(out)) } else { Err(refused(errors, basis)) }
}

/// The refusal of a body with fields at fault.
pub fn refused(fields: Vec<FieldError>, basis: &Citation) -> Refusal {
    let message = format!("有 {} 处需要更正", fields.len());
    let mut refusal = Refusal::new("input.invalid", basis.clone(), message, "更正后重新提交。");
    refusal.fields = fields;
    refusal
}

fn error(path: &str, message: impl Into<String>) -> FieldError {
    FieldError { field: path.to_owned(), message: message.into() }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") }
}

fn object(
    specs: &[FieldSpec],
    mut body: Map<String, Value>,
    path: &str,
    errors: &mut Vec<FieldError>,
) -> Map<String, Value> {
    let mut out = Map::new();
    for spec in specs {
        let at = join(path, &spec.name);
        match body.shift_remove(spec.name.as_ref()).filter(|it| !it.is_null() || spec.required) {
            Some(value) => {
                if let Some(value) = one(spec, value, &at, errors) {
                    out.insert(spec.name.to_string(), value);
                }
            }
            None if spec.required => errors.push(error(&at, format!("请填写{}", spec.label))),
            None => {}
        }
    }
    if let Some(name) = body.keys().next() {
        let name: String = name.chars().filter(|c| !c.is_control()).take(40).collect();
        errors.push(error(&join(path, &name), "没有这个字段"));
    }
    out
}

fn one(spec: &FieldSpec, value: Value, path: &str, errors: &mut Vec<FieldError>) -> Option<Value> {
    let label = &spec.label;
    let fits = match &spec.kind {
        Kind::Line | Kind::Paragraph => return text(spec, &value, path, errors),
        Kind::Date => value.as_str().is_some_and(|it| it.len() == 10 && day(it)),
        Kind::DateTime => value.as_str().is_some_and(|it| it.parse::<jiff::Timestamp>().is_ok()),
        Kind::Money => value.as_i64().is_some_and(|it| (0..=10_000_000_000_000).contains(&it)),
        Kind::Number { min, max, .. } => value.as_i64().is_some_and(|it| (*min..=*max).contains(&it)),
        Kind::Choice(all) => all.iter().any(|c| c.json == value),
        Kind::MultiChoice(all) => value.as_array().is_some_and(|items| {
            items.len() <= MAX_GROUPS && items.iter().all(|it| all.iter().any(|c| c.json == *it))
        }),
        Kind::Flag => value.is_boolean(),
        Kind::Staff(_) => value.as_str().is_some_and(|it| it.len() == 36 && it.parse::<Uuid>().is_ok()),
        Kind::Party(_) => value.as_u64().is_some_and(|it| (1..=u64::from(u16::MAX)).contains(&it)),
        Kind::List(fields) => return list(spec, fields, value, path, errors),
        Kind::Record(fields) => match value {
            Value::Object(body) => return Some(Value::Object(object(fields, body, path, errors))),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => false,
        },
        Kind::Digest => value
            .as_str()
            .is_some_and(|it| it.len() == 64 && it.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))),
    };
    if fits {
        return Some(value);
    }
    errors.push(error(path, format!("{label}{}", wanted(&spec.kind))));
    None
}

/// A civil day within the years that the program computes with.
fn day(text: &str) -> bool {
    text.parse::<Date>().is_ok_and(|it| (1900..=2199).contains(&it.year()))
}

fn wanted(kind: &Kind) -> &'static str {
    match kind {
        Kind::Line | Kind::Paragraph => "应为文字",
        Kind::Date => "应为年-月-日，如 2026-03-11",
        Kind::DateTime => "应为带时区的时刻，如 2026-03-11T09:30:00+08:00",
        Kind::Money => "应为以分计的整数",
        Kind::Number { .. } => "应为范围内的整数",
        Kind::Choice(_) | Kind::MultiChoice(_) => "中没有这个选项",
        Kind::Flag => "应为 true 或 false",
        Kind::Staff(_) => "应为编号",
        Kind::Party(_) => "应为从 1 起的序号",
        Kind::List(_) => "应为数组",
        Kind::Record(_) => "应为对象",
        Kind::Digest => "应为 64 位小写十六进制摘要",
    }
}

fn text(spec: &FieldSpec, value: &Value, path: &str, errors: &mut Vec<FieldError>) -> Option<Value> {
    let label = &spec.label;
    let Some(text) = value.as_str() else {
        errors.push(error(path, format!("{label}{}", wanted(&spec.kind))));
        return None;
    };
    if text.chars().count() > spec.max_chars {
        errors.push(error(path, format!("{label}最多 {} 字", spec.max_chars)));
        return None;
    }
    let breaks = spec.kind == Kind::Paragraph;
    // What is pasted from a table has tabs; paper has none.
    let text = text.replace('\t', " ");
    if let Some(fault) = unprintable(label, &text, breaks, spec.paper) {
        errors.push(error(path, fault));
        return None;
    }
    let text = text.trim();
    if text.is_empty() {
        if spec.required {
            errors.push(error(path, format!("请填写{label}")));
        }
        return None;
    }
    Some(text.into())
}

fn list(
    spec: &FieldSpec,
    fields: &[FieldSpec],
    value: Value,
    path: &str,
    errors: &mut Vec<FieldError>,
) -> Option<Value> {
    let Value::Array(items) = value else {
        errors.push(error(path, format!("{}应为数组", spec.label)));
        return None;
    };
    if items.len() > MAX_GROUPS || (spec.required && items.is_empty()) {
        errors.push(error(path, format!("{}应有 1 至 {MAX_GROUPS} 项", spec.label)));
        return None;
    }
    let mut out = Vec::with_capacity(items.len());
    for (at, item) in items.into_iter().enumerate() {
        let path = join(path, &at.to_string());
        match (fields, item) {
            ([field], item) if field.name.is_empty() => out.extend(one(field, item, &path, errors)),
            (several, Value::Object(item)) => out.push(Value::Object(object(several, item, &path, errors))),
            (_, _) => errors.push(error(&path, "应为对象")),
        }
    }
    Some(Value::Array(out))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::form::Choice;

    const BASIS: Citation = Citation::of("示例法", "第一条");

    fn specs() -> Vec<FieldSpec> {
        vec![
            FieldSpec::new("name", "名称", Kind::Line).max(4),
            FieldSpec::new("on", "日期", Kind::Date).optional(),
            FieldSpec::new("yes", "同意", Kind::Choice(vec![Choice::new("true", "是").json(json!(true))])),
            texts("units", "机构", 10),
            FieldSpec::new("more", "其他", Kind::List(vec![FieldSpec::new("digest", "摘要", Kind::Digest)]))
                .optional(),
        ]
    }

    #[test]
    fn the_example_is_read_and_the_schema_closed() {
        let specs = specs();
        let body = example(&specs);
        assert_eq!(read(&specs, body.clone(), &BASIS).unwrap(), body);
        assert_eq!(schema(&specs)["additionalProperties"], false);
        assert_eq!(schema(&specs)["properties"]["on"]["type"], json!(["string", "null"]));
    }

    #[test]
    fn every_fault_is_named_by_its_path() {
        let wrong = [
            ("name", json!("五个字的名")),
            ("name", json!("甲\u{0}")),
            ("name", json!("  ")),
            ("on", json!("2026-3-1")),
            ("on", json!(1)),
            ("yes", json!("true")),
            ("units", json!([])),
            ("units/0", json!([1])),
            ("more/0/digest", json!([{ "digest": "xyz" }])),
            ("more/0", json!([1])),
            ("other", json!(null)),
        ];
        for (path, value) in wrong {
            let mut body = example(&specs());
            body[path.split('/').next().unwrap()] = value;
            let refusal = read(&specs(), body, &BASIS).unwrap_err();
            assert_eq!(refusal.fields[0].field, path);
        }
        assert_eq!(read(&specs(), json!([]), &BASIS).unwrap_err().code, "input.invalid");
    }
}
