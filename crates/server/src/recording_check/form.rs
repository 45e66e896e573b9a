//! The fields of each act on a check, for page and API, and the command they make.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use mingjing_domain::case::form::wire_name;
use mingjing_domain::matter::OrganId;
use mingjing_domain::recording_check::sample::allocate;
use mingjing_domain::recording_check::{
    BeaconKind, Check, CheckCommand, CheckKind, Discipline, Gravity, MAX_POPULATION, Mark, Point,
    ProhibitedAct, Verb, Verdict, population,
};
use mingjing_domain::refusal::FieldError;
use serde_json::{Map, Value, json};

use super::service::value_of;
use crate::kit::acts::{choices, command, either, words};
use crate::kit::app::App;
use crate::kit::error::WriteError;
use crate::kit::form::{Choice, FieldSpec, Kind};
use crate::recording_view::service as recordings;

/// What the choices of a form are taken from; a program names things by their identifiers.
#[derive(Clone, Debug, Default)]
pub struct Around {
    /// Recordings that nobody has played yet.
    pub unplayed: Vec<Choice>,
    /// Findings by number.
    pub findings: Vec<Choice>,
    /// Persons of the organ.
    pub people: Vec<Choice>,
    /// The value of the draw is found in our own log.
    pub own_log: bool,
    /// Fields for a program.
    pub program: bool,
}

/// Acts that begin a check.
pub const BEGINS: [Verb; 2] = [Verb::Plan, Verb::Open];

fn persons(around: &Around, name: &'static str, label: &'static str) -> FieldSpec {
    let kind = if around.program {
        Kind::List(vec![crate::kit::body::id("", label)])
    } else {
        Kind::MultiChoice(around.people.clone())
    };
    FieldSpec::new(name, label, kind).optional()
}

fn finding(around: &Around) -> FieldSpec {
    let kind = if around.program {
        Kind::Number { min: 1, max: 9_999, unit: "" }
    } else {
        Kind::Choice(around.findings.clone())
    };
    FieldSpec::new("finding", "问题", kind)
}

fn days() -> [FieldSpec; 2] {
    [FieldSpec::new("from", "记录自", Kind::Date), FieldSpec::new("to", "记录至", Kind::Date)]
}

fn number() -> FieldSpec {
    FieldSpec::new("number", "文号", Kind::Line).hint("如（示）应急函〔2026〕1号").max(60)
}

fn line(name: &'static str, label: &'static str) -> FieldSpec {
    FieldSpec::new(name, label, Kind::Line)
}

/// The points of playback, each to be marked.
fn points() -> FieldSpec {
    let one = |point: &Point| {
        let inner = vec![
            FieldSpec::new("mark", "检查情况", choices(Mark::ALL, Mark::label)).optional(),
            words("note", "情况").optional(),
        ];
        FieldSpec::new(wire_name(point), point.label(), Kind::Record(inner)).optional()
    };
    FieldSpec::new("marks", "逐项检查", Kind::Record(Point::ALL.iter().map(one).collect()))
}

fn begin(verb: Verb, around: &Around) -> Vec<FieldSpec> {
    let kinds = |drawn: bool| {
        let all: Vec<CheckKind> = CheckKind::ALL.iter().copied().filter(|it| it.drawn() == drawn).collect();
        choices(&all, CheckKind::label)
    };
    let [from, to] = days();
    if verb == Verb::Plan {
        return vec![
            FieldSpec::new("kind", "检查种类", kinds(true)),
            from,
            to,
            FieldSpec::new("total", "抽取件数", Kind::Number { min: 1, max: 1_000, unit: "件" }),
            FieldSpec::new("by_unit", "按承办单位分层抽取", Kind::Flag).optional(),
            FieldSpec::new("beacon", "用作种子的公开数值", choices(BeaconKind::ALL, BeaconKind::label)),
            FieldSpec::new("not_before", "该数值产生的时间不早于", Kind::DateTime)
                .hint("应在今后：制定计划时谁也不知道这个数值"),
            line("source", "数值的名称、期号").hint("用本系统账本检查点的不填").optional(),
        ];
    }
    let recording = if around.program {
        FieldSpec::new("", "音像记录", Kind::Staff(Vec::new()))
    } else {
        line("recording", "音像记录编号").max(36)
    };
    vec![
        FieldSpec::new("kind", "检查种类", kinds(false)),
        from,
        to,
        words("reason", "检查的事由"),
        FieldSpec::new("recordings", "要检查的音像记录", Kind::List(vec![recording])).optional(),
    ]
}

/// The fields of an act.
pub fn specs(verb: Verb, around: &Around) -> Vec<FieldSpec> {
    let opinion = |label| words("opinion", label);
    match verb {
        Verb::Plan | Verb::Open => begin(verb, around),
        Verb::Draw if around.own_log => Vec::new(),
        Verb::Draw => vec![
            line("value", "公开数值").hint("照公布的数值填写；用本系统账本检查点的不填").optional(),
            FieldSpec::new("published_at", "公布时间", Kind::DateTime).optional(),
        ],
        Verb::Enter => vec![
            FieldSpec::new("recording", "音像记录", Kind::Staff(around.unplayed.clone())),
            FieldSpec::new("minutes", "回放时长", Kind::Number { min: 0, max: 100_000, unit: "分钟" }),
            points(),
            FieldSpec::new("verdict", "结论", choices(Verdict::ALL, Verdict::label)),
            opinion("检查意见"),
        ],
        Verb::Report => vec![opinion("检查意见")],
        Verb::Find => find(around),
        Verb::Verify => {
            let Kind::Choice(mut all) = choices(Gravity::ALL, Gravity::label) else { return Vec::new() };
            all.push(Choice::new(DISMISSED, "问题不成立"));
            vec![
                finding(around),
                FieldSpec::new("gravity", "核实结果", Kind::Choice(all)),
                persons(around, "responsible", "责任人员"),
                opinion("核实意见"),
            ]
        }
        Verb::Order => vec![
            finding(around),
            FieldSpec::new("due_on", "整改期限", Kind::Date),
            words("requirements", "整改要求"),
        ],
        Verb::Rectify => vec![finding(around), words("report", "整改情况")],
        Verb::Recheck => vec![
            finding(around),
            FieldSpec::new("passed", "复查结果", either("已经整改", "没有整改")),
            opinion("复查意见"),
        ],
        Verb::Refer => vec![finding(around), line("body", "受理的机关"), number()],
        Verb::Discipline => vec![
            finding(around),
            FieldSpec::new("person", "责任人员", Kind::Staff(around.people.clone())),
            FieldSpec::new("outcome", "处分结果", choices(Discipline::ALL, Discipline::label)),
            words("decision", "处分决定的文号和理由"),
            FieldSpec::new("on", "决定日期", Kind::Date),
        ],
        Verb::Transfer => vec![finding(around), line("recipient", "受移送机关"), number()],
        Verb::Receipt => vec![
            finding(around),
            words("receipt", "回执的文号和内容"),
            FieldSpec::new("on", "回执日期", Kind::Date),
        ],
        Verb::Conclude => vec![words("summary", "检查结果")],
        Verb::Circulate => {
            let unit = if around.program { "" } else { "unit" };
            vec![
                number(),
                FieldSpec::new(
                    "units",
                    "通报的单位",
                    Kind::List(vec![FieldSpec::new(unit, "单位", Kind::Line)]),
                ),
            ]
        }
        Verb::Close => Vec::new(),
    }
}

/// The outcome that dismisses a finding.
const DISMISSED: &str = "dismissed";

fn find(around: &Around) -> Vec<FieldSpec> {
    let about =
        [("recording", "音像记录"), ("act", "案件的一次执法活动"), ("file", "案卷"), ("device", "记录设备")];
    let about = about.iter().map(|(value, label)| Choice::new(*value, *label)).collect();
    vec![
        FieldSpec::new("act", "涉及的行为", choices(ProhibitedAct::ALL, ProhibitedAct::label)),
        FieldSpec::new("about", "涉及什么", Kind::Choice(about)),
        line("id", "编号").hint("音像记录、案件、设备的编号，见其页面地址").max(36),
        FieldSpec::new(
            "version",
            "执法活动在经过中的序号",
            Kind::Number { min: 1, max: 1_000_000, unit: "" },
        )
        .hint("涉及一次执法活动的填写")
        .optional(),
        persons(around, "persons", "可能的责任人员"),
        words("facts", "问题的情况"),
    ]
}

fn fault(field: &str, message: &str) -> Vec<FieldError> {
    vec![FieldError { field: field.to_owned(), message: message.to_owned() }]
}

/// Names in a list of groups with one field each, or plain.
fn plain(value: Option<&Value>, name: &str) -> Vec<Value> {
    let items = value.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    items.iter().map(|it| it.get(name).cloned().unwrap_or_else(|| it.clone())).collect()
}

/// The command that the fields of an act make.
///
/// # Errors
/// Faults of fields inside; a fault of the store.
pub async fn read(
    app: &App,
    organ: OrganId,
    verb: Verb,
    check: Option<&Check>,
    value: Value,
) -> Result<Result<CheckCommand, Vec<FieldError>>, WriteError> {
    let Value::Object(mut object) = value else { return Ok(Err(fault("", "应为对象"))) };
    let shaped = match verb {
        Verb::Plan => match plan(app, organ, &object).await? {
            Ok(value) => value,
            Err(errors) => return Ok(Err(errors)),
        },
        Verb::Open => {
            let all = plain(object.get("recordings"), "recording");
            if all.iter().any(|it| it.as_str().is_none_or(|it| it.parse::<uuid::Uuid>().is_err())) {
                return Ok(Err(fault("recordings", "不是音像记录的编号")));
            }
            object.insert("recordings".to_owned(), all.into());
            Value::Object(object)
        }
        Verb::Draw => match drawn(app, check, object).await? {
            Ok(value) => value,
            Err(errors) => return Ok(Err(errors)),
        },
        Verb::Enter => entry(&object),
        Verb::Find => match suspicion(&object) {
            Ok(value) => value,
            Err(errors) => return Ok(Err(errors)),
        },
        Verb::Verify => {
            if object.get("gravity").and_then(Value::as_str) == Some(DISMISSED) {
                object.remove("gravity");
            }
            numbered(object)
        }
        Verb::Circulate => {
            let units = plain(object.get("units"), "unit");
            object.insert("units".to_owned(), units.into());
            Value::Object(object)
        }
        Verb::Order
        | Verb::Rectify
        | Verb::Recheck
        | Verb::Refer
        | Verb::Discipline
        | Verb::Transfer
        | Verb::Receipt => numbered(object),
        Verb::Report | Verb::Conclude | Verb::Close => Value::Object(object),
    };
    Ok(command(&wire_name(&verb), shaped))
}

/// The number of a finding came as a choice.
fn numbered(mut object: Map<String, Value>) -> Value {
    if let Some(number) = object.get("finding").and_then(Value::as_str).and_then(|it| it.parse::<u16>().ok())
    {
        object.insert("finding".to_owned(), number.into());
    }
    Value::Object(object)
}

async fn plan(
    app: &App,
    organ: OrganId,
    object: &Map<String, Value>,
) -> Result<Result<Value, Vec<FieldError>>, WriteError> {
    let text = |name: &str| object.get(name).and_then(Value::as_str).unwrap_or("");
    let (Ok(from), Ok(to)) = (text("from").parse::<Date>(), text("to").parse::<Date>()) else {
        return Ok(Err(fault("from", "请填写起止日期")));
    };
    let Ok(not_before) = text("not_before").parse::<Timestamp>() else {
        return Ok(Err(fault("not_before", "请填写时间")));
    };
    let all = recordings::in_days(app.db(), organ, (from, to), app.now(), MAX_POPULATION + 1).await?;
    if all.len() > MAX_POPULATION {
        let message = format!("检查期间的音像记录超过{MAX_POPULATION}件，请缩短检查期间，分次抽取");
        return Ok(Err(fault("to", &message)));
    }
    let candidates: Vec<_> = all.iter().map(recordings::Filed::candidate).collect();
    let by_unit = object.get("by_unit").and_then(Value::as_bool).unwrap_or(false);
    let people = population(&candidates, by_unit).map_err(WriteError::from)?;
    let total =
        object.get("total").and_then(Value::as_u64).and_then(|it| u32::try_from(it).ok()).unwrap_or(0);
    if total > people.count() {
        let message = format!("这些日期只有 {} 件音像记录", people.count());
        return Ok(Err(fault("total", &message)));
    }
    let sizes: BTreeMap<String, u32> = allocate(&people.strata(), total);
    let kind = text("beacon");
    let source = if kind == wire_name(&BeaconKind::Checkpoint) {
        format!("本系统账本自 {not_before} 起的第一个检查点的根散列")
    } else {
        text("source").to_owned()
    };
    if source.trim().is_empty() {
        return Ok(Err(fault("source", "请写明数值的名称、期号")));
    }
    Ok(Ok(json!({
        "kind": text("kind"), "from": from, "to": to, "sizes": sizes,
        "beacon": { "kind": kind, "source": source, "not_before": not_before },
    })))
}

async fn drawn(
    app: &App,
    check: Option<&Check>,
    object: Map<String, Value>,
) -> Result<Result<Value, Vec<FieldError>>, WriteError> {
    let own =
        check.and_then(|it| it.planned.as_ref()).is_some_and(|it| it.beacon.kind == BeaconKind::Checkpoint);
    if !own {
        let there = |name: &str| object.get(name).is_some_and(|it| !it.is_null());
        if !there("value") || !there("published_at") {
            return Ok(Err(fault("value", "请填写公开数值和公布时间")));
        }
        return Ok(Ok(Value::Object(object)));
    }
    let Some(check) = check else { return Ok(Err(fault("value", "没有该检查"))) };
    Ok(Ok(match value_of(app, check).await? {
        Some((value, at)) => json!({ "value": value, "published_at": at }),
        // Nothing there yet: the law says from when it may be drawn.
        None => json!({ "value": "-", "published_at": app.now() }),
    }))
}

fn entry(object: &Map<String, Value>) -> Value {
    let marks: Vec<Value> = Point::ALL
        .iter()
        .filter_map(|point| {
            let name = wire_name(point);
            let given = object.get("marks")?.get(&name)?;
            let mark = given.get("mark").filter(|it| !it.is_null())?;
            let note = given.get("note").and_then(Value::as_str).unwrap_or("");
            Some(json!({ "point": name, "mark": mark, "note": note }))
        })
        .collect();
    let minutes = object.get("minutes").and_then(Value::as_u64).unwrap_or(0);
    json!({ "entry": {
        "recording": object.get("recording"), "watched_ms": minutes * 60_000, "marks": marks,
        "verdict": object.get("verdict"), "opinion": object.get("opinion"),
    } })
}

fn suspicion(object: &Map<String, Value>) -> Result<Value, Vec<FieldError>> {
    let id = object.get("id").and_then(Value::as_str).unwrap_or("");
    if id.parse::<uuid::Uuid>().is_err() {
        return Err(fault("id", "不是编号"));
    }
    let about = match object.get("about").and_then(Value::as_str).unwrap_or("") {
        "recording" => json!({ "about": "recording", "recording": id }),
        "act" => {
            let version = object.get("version").filter(|it| !it.is_null());
            let version = version.ok_or_else(|| fault("version", "请填写执法活动的序号"))?;
            json!({ "about": "act", "case": id, "version": version })
        }
        "device" => json!({ "about": "device", "device": id }),
        _ => json!({ "about": "file", "case": id }),
    };
    let persons = object.get("persons").cloned().unwrap_or_else(|| json!([]));
    Ok(json!({ "suspicion": {
        "act": object.get("act"), "signal": null, "about": [about], "persons": persons,
        "facts": object.get("facts"),
    } }))
}
