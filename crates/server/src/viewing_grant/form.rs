//! The fields of each act on an approval, for page and API, and the command they make.

use jiff::civil::Date;
use mingjing_domain::case::Case;
use mingjing_domain::case::types::DocumentNo;
use mingjing_domain::matter::MatterId;
use mingjing_domain::refusal::FieldError;
use mingjing_domain::viewing_grant::{
    Body, Concerned, Covered, Grant, GrantCommand, Medium, Purpose, RefusalGround, Verb,
};
use serde_json::{Map, Value, json};

use crate::kit::acts::{choices, command, either, words};
use crate::kit::app::App;
use crate::kit::error::ReadError;
use crate::kit::form::{Choice, FieldSpec, Kind};

/// What the choices of a form are taken from; for programs there is nothing to choose from.
#[derive(Clone, Debug, Default)]
pub struct Around {
    /// Cases that can be asked for: identifier and words.
    pub cases: Vec<Choice>,
    /// Documents that an approval covers: as [`document`] writes them.
    pub documents: Vec<Choice>,
    /// What was asked for, in words, by its place from 1.
    pub scope: Vec<Choice>,
    /// Pieces of recordings that can be masked.
    pub pieces: Vec<Choice>,
    /// Asks on behalf of somebody outside.
    pub archives: bool,
    /// Fields for a program.
    pub program: bool,
}

/// Acts that a person does by a form.
pub const FORMS: &[Verb] = &[
    Verb::Approve,
    Verb::Refuse,
    Verb::Deliver,
    Verb::Mask,
    Verb::Lend,
    Verb::Return,
    Verb::End,
    Verb::Revoke,
];

const COVERS: [(&str, &str); 6] = [
    ("case", "全案（案卷和音像记录）"),
    ("file", "案卷"),
    ("recordings", "本案的音像记录"),
    ("document", "一份文书"),
    ("recording", "一件音像记录"),
    ("period", "某单位一段时间的音像记录"),
];

/// Who asks: oneself, or the archives for a body or a person outside.
fn requester(around: &Around) -> Vec<FieldSpec> {
    let mut who = vec![Choice::new("staff", "本人查阅")];
    if !around.archives && !around.program {
        return vec![FieldSpec::new("requester", "为谁申请", Kind::Choice(who))];
    }
    who.push(Choice::new("body", "有权机关调阅"));
    who.push(Choice::new("concerned", "当事人、利害关系人申请"));
    let line = |name: &'static str, label: &'static str| FieldSpec::new(name, label, Kind::Line).optional();
    vec![
        FieldSpec::new("requester", "为谁申请", Kind::Choice(who)),
        FieldSpec::new("body", "调阅机关", choices(Body::ALL, Body::label)).optional(),
        FieldSpec::new("concerned", "申请人身份", choices(Concerned::ALL, Concerned::label)).optional(),
        line("name", "机关名称、申请人姓名").hint("向本机关以外提供的必填"),
        line("letter", "调阅函文号"),
        line("persons", "来人姓名和证件"),
        line("credential", "身份证明、委托证明"),
    ]
}

fn scope(around: &Around) -> FieldSpec {
    let covers = COVERS.iter().map(|(value, label)| Choice::new(*value, *label)).collect();
    let number = Kind::Number { min: 1, max: i64::from(DocumentNo::MAX), unit: "号" };
    FieldSpec::new(
        "scope",
        "查阅范围",
        Kind::List(vec![
            FieldSpec::new("covers", "查阅什么", Kind::Choice(covers)),
            FieldSpec::new("case", "案件", Kind::Staff(around.cases.clone())).optional(),
            FieldSpec::new("document", "文书序号", number).hint("查阅一份文书时填写").optional(),
            FieldSpec::new("recording", "音像记录编号", Kind::Line)
                .hint("查阅一件音像记录时填写，见该记录的页面")
                .optional(),
            FieldSpec::new("unit", "单位", Kind::Line).hint("按时段查阅时填写").optional(),
            FieldSpec::new("first", "记录自", Kind::Date).optional(),
            FieldSpec::new("last", "记录至", Kind::Date).optional(),
        ]),
    )
}

fn right() -> [FieldSpec; 4] {
    [
        FieldSpec::new("medium", "方式", choices(Medium::ALL, Medium::label)),
        FieldSpec::new("restricted", "含限制查阅的材料（商业秘密、个人隐私）", Kind::Flag).optional(),
        FieldSpec::new("from", "自", Kind::Date),
        FieldSpec::new("until", "至", Kind::Date),
    ]
}

/// The fields of an act.
pub fn specs(verb: Verb, around: &Around) -> Vec<FieldSpec> {
    let case = || FieldSpec::new("case", "案卷", Kind::Staff(around.cases.clone()));
    match verb {
        Verb::Request => {
            let mut out = requester(around);
            out.push(FieldSpec::new("purpose", "查阅目的", choices(Purpose::ALL, Purpose::label)));
            out.push(words("reason", "理由"));
            out.push(scope(around));
            out.extend(right());
            out
        }
        Verb::Approve => {
            let places = if around.program {
                let place = FieldSpec::new("", "序号", Kind::Number { min: 1, max: 200, unit: "" });
                Kind::List(vec![place])
            } else {
                Kind::MultiChoice(around.scope.clone())
            };
            let mut out = vec![FieldSpec::new("scope", "批准的范围", places)];
            out.extend(right());
            out.push(words("opinion", "审批意见"));
            out
        }
        Verb::Refuse => vec![
            FieldSpec::new("ground", "不予提供的理由", choices(RefusalGround::ALL, RefusalGround::label))
                .hint("向本机关以外提供的申请，须选择法定理由")
                .optional(),
            words("opinion", "审批意见"),
        ],
        Verb::Deliver => {
            let copies = if around.program {
                let number = Kind::Number { min: 1, max: i64::from(DocumentNo::MAX), unit: "" };
                Kind::List(vec![
                    crate::kit::body::id("case", "案件"),
                    FieldSpec::new("document", "文书序号", number),
                ])
            } else {
                Kind::MultiChoice(around.documents.clone())
            };
            vec![
                FieldSpec::new("number", "函件文号", Kind::Line).hint("如（示）应急函〔2026〕1号").max(60),
                FieldSpec::new("copies", "交付的复制件", copies),
                FieldSpec::new("receiver", "接收人", Kind::Line),
                FieldSpec::new("carrier", "载体", Kind::Line).hint("纸质，或者光盘编号"),
            ]
        }
        Verb::Lend => vec![
            case(),
            FieldSpec::new("volumes", "卷数", Kind::Number { min: 1, max: 999, unit: "卷" }),
            FieldSpec::new("receiver", "借阅人", Kind::Line),
            FieldSpec::new("until", "归还日期", Kind::Date),
        ],
        Verb::Return => vec![
            case(),
            FieldSpec::new("intact", "是否完好", either("全部收回，完好", "有缺损")),
            words("note", "缺损情况").hint("有缺损的必须填写").optional(),
        ],
        Verb::Revoke => vec![words("reason", "撤销的理由")],
        Verb::Mask => super::mask_form::specs(around),
        // Nothing to fill in, done by opening what the approval covers, or by the system.
        Verb::End | Verb::Use | Verb::Derive | Verb::FailMask => Vec::new(),
    }
}

/// A document of a case as the form names it.
pub fn document(case: MatterId, no: DocumentNo) -> Value {
    json!({ "case": case, "document": no })
}

fn fault(field: impl Into<String>, message: &str) -> Vec<FieldError> {
    vec![FieldError { field: field.into(), message: message.to_owned() }]
}

fn blank(object: &mut Map<String, Value>, names: &[&str]) {
    for name in names {
        if object.get(*name).is_none_or(Value::is_null) {
            object.insert((*name).to_owned(), "".into());
        }
    }
}

/// One line of the scope as the command has it.
fn covered(at: usize, line: &Value) -> Result<Value, Vec<FieldError>> {
    let need = |name: &str, message: &str| match line.get(name).filter(|it| !it.is_null()) {
        Some(value) => Ok(value.clone()),
        None => Err(fault(format!("scope/{at}/{name}"), message)),
    };
    let covers = line["covers"].as_str().unwrap_or("");
    Ok(match covers {
        "document" => json!({
            "covers": "one", "material": "document", "case": need("case", "请选择案件")?,
            "no": need("document", "请填写文书序号")?,
        }),
        "recording" => {
            let id = need("recording", "请填写音像记录编号")?;
            let known = id.as_str().is_some_and(|it| it.parse::<uuid::Uuid>().is_ok());
            if !known {
                return Err(fault(format!("scope/{at}/recording"), "不是音像记录的编号"));
            }
            json!({ "covers": "one", "material": "recording", "recording": id })
        }
        "period" => json!({
            "covers": "period", "unit": need("unit", "请填写单位")?,
            "from": need("first", "请填写起始日期")?, "to": need("last", "请填写截止日期")?,
        }),
        other => json!({ "covers": other, "case": need("case", "请选择案件")? }),
    })
}

/// The command that the fields of an act make. Copies get the digest and the pages of the
/// document as it was made.
///
/// # Errors
/// Faults of fields; a fault of the store.
pub async fn read(
    app: &App,
    verb: Verb,
    grant: Option<&Grant>,
    value: Value,
) -> Result<Result<GrantCommand, Vec<FieldError>>, ReadError> {
    let Value::Object(mut object) = value else { return Ok(Err(fault("", "应为对象"))) };
    let shaped = match verb {
        Verb::Request => asked(&object),
        Verb::Approve => granted(grant, &object),
        Verb::Deliver => {
            let copies = copies(app, object.get("copies")).await?;
            copies.map(|copies| {
                object.insert("copies".to_owned(), copies);
                json!({ "delivery": object })
            })
        }
        Verb::Lend => Ok(json!({ "lent": object })),
        Verb::Return => {
            blank(&mut object, &["note"]);
            Ok(Value::Object(object))
        }
        Verb::Mask => super::mask_form::read(app, &object).await?,
        Verb::Refuse | Verb::Revoke | Verb::End | Verb::Use | Verb::Derive | Verb::FailMask => {
            Ok(Value::Object(object))
        }
    };
    let name = mingjing_domain::case::form::wire_name(&verb);
    Ok(shaped.and_then(|value| command::<GrantCommand>(&name, value)))
}

fn asked(object: &Map<String, Value>) -> Result<Value, Vec<FieldError>> {
    let mut asked = object.clone();
    let lines = object.get("scope").and_then(Value::as_array).cloned().unwrap_or_default();
    let scope: Vec<Value> =
        lines.iter().enumerate().map(|(at, line)| covered(at, line)).collect::<Result<_, _>>()?;
    asked.insert("scope".to_owned(), scope.into());
    let kind = object.get("requester").and_then(Value::as_str).unwrap_or("");
    match kind {
        "body" if object.get("body").is_none_or(Value::is_null) => {
            return Err(fault("body", "请选择调阅机关"));
        }
        "concerned" if object.get("concerned").is_none_or(Value::is_null) => {
            return Err(fault("concerned", "请选择申请人身份"));
        }
        _ => blank(&mut asked, &["name", "letter", "persons", "credential"]),
    }
    Ok(json!({ "asked": asked }))
}

fn granted(grant: Option<&Grant>, object: &Map<String, Value>) -> Result<Value, Vec<FieldError>> {
    let places = object.get("scope").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut scope: Vec<&Covered> = Vec::new();
    for place in &places {
        let at = place.as_u64().and_then(|it| usize::try_from(it).ok()?.checked_sub(1));
        let found = at.and_then(|at| grant?.right.scope.get(at));
        scope.push(found.ok_or_else(|| fault("scope", "没有所选的范围"))?);
    }
    let mut granted = object.clone();
    let opinion = granted.remove("opinion");
    granted.insert("scope".to_owned(), json!(scope));
    Ok(json!({ "granted": granted, "opinion": opinion }))
}

async fn copies(app: &App, given: Option<&Value>) -> Result<Result<Value, Vec<FieldError>>, ReadError> {
    let mut out = Vec::new();
    for (at, it) in given.and_then(Value::as_array).into_iter().flatten().enumerate() {
        let id = it["case"].as_str().and_then(|it| it.parse().ok()).map(MatterId);
        let no = it["document"].as_u64().and_then(|no| DocumentNo::try_from(no).ok());
        let (Some(id), Some(no)) = (id, no) else {
            return Ok(Err(fault(format!("copies/{at}"), "没有该文书")));
        };
        let case = app.load::<Case>(id).await?;
        let made = case.as_ref().and_then(|case| case.document(no)?.made.clone());
        let Some(made) = made else {
            return Ok(Err(fault(format!("copies/{at}"), "该文书尚未制成")));
        };
        out.push(json!({
            "material": "document", "case": id, "no": no, "digest": made.sha256, "pages": made.pages,
        }));
    }
    Ok(Ok(out.into()))
}

/// What an approval covers, in words.
pub fn covered_words(it: &Covered, title: &dyn Fn(MatterId) -> String) -> String {
    use mingjing_domain::viewing_grant::Material as M;
    match it {
        Covered::Case { case } => format!("{}：全案", title(*case)),
        Covered::File { case } => format!("{}：案卷", title(*case)),
        Covered::Recordings { case } => format!("{}：音像记录", title(*case)),
        Covered::One { material: M::Recording { recording } } => format!("音像记录 {recording}"),
        Covered::One { material } => match material.case() {
            Some(case) => format!("{}：{}", title(case), super::tables::material(*material)),
            None => super::tables::material(*material),
        },
        Covered::Period { unit, from, to } => format!("{unit}{}至{}的音像记录", day(*from), day(*to)),
    }
}

fn day(it: Date) -> String {
    crate::kit::ui::show::date(it)
}
